"""Make models/security-en again, in one command:

    python corpora/security/build_model.py --sources-in FOLDER [--gold FOLDER] [--out models/security-en]

Each FOLDER, named by its own `--sources-in` as for `stance train`, holds copies of the sources (`sources.toml` says
where they come from); what is missing is named, and the model is trained on the rest. `--gold` is a folder with
`dev.jsonl` and a `score.py` that prints its figures as JSON; they go into the card. `--check MODEL` trains, compares
the scores with those of MODEL, and writes nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import stance
from stance.corpus import Corpus, load_sources, materialize, read_corpus
from stance.labels.records import Document
from stance.model import Model, Settings
from stance.model.training import train_out_of_fold
from stance.study import out_of_fold_report

HERE = Path(__file__).parent
NAME = "security-en"
VECTORS = HERE / "vectors.npz"  # learned from the sources by `python -m stance.features.vectors FOLDER...`
# Coders of later batches gave fewer claims: thresholds follow the first coder and the adjudicated sentences.
SETTINGS = Settings(vectors=str(VECTORS), threshold_coders=("a", "adjudicated"))
TOLERANCE = 0.02  # of a probability: other versions of scikit-learn stop their solvers elsewhere


def corpus_of(folders: list[Path]) -> Corpus:
    """Return the written documents and every coded sentence whose text is at hand."""
    written = read_corpus(HERE / "written.jsonl")
    if not folders:
        return written
    found = materialize(sorted((HERE / "by-reference").glob("*.jsonl")), folders)
    print(found.summary(), file=sys.stderr)
    return written if found.corpus is None else found.corpus + written


def gold_figures(model: Model, gold: Path) -> dict[str, Any]:
    """Return name → [value, low, high] by the gold's own score.py; each passage is labelled as one document."""
    passages: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for line in (gold / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        passages.setdefault((row["document"], row["passage"]), []).append(row)
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.jsonl"
        with predictions.open("w", encoding="utf-8") as file:
            for rows in passages.values():
                rows.sort(key=lambda row: row["sentence"])
                document = model.label([row["text"] for row in rows])
                for row, labels in zip(rows, _plain(document), strict=True):
                    key = {name: row[name] for name in ("document", "passage", "sentence")}
                    file.write(json.dumps(key | labels) + "\n")
        command = [sys.executable, str(gold / "score.py"), str(gold / "dev.jsonl"), str(predictions), "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _plain(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "claims": [claim.name for claim in s.claims],
            "role": s.role.name if s.role else None,
            "voice": s.voice.name if s.voice else None,
            "stance": {target: found.name for target, found in s.stance.items()},
        }
        for s in document.sentences
    ]


def check(model: Model, stored: Model, texts: list[str]) -> None:
    """Raise SystemExit unless both models give the same probabilities, within TOLERANCE."""
    ours, theirs = model.probabilities(texts), stored.probabilities(texts)
    largest = max(float(np.abs(getattr(ours, k) - getattr(theirs, k)).max()) for k in ("claims", "roles", "voice"))
    print(f"largest difference of a probability over {len(texts):,} sentences: {largest:.2e}")
    if largest > TOLERANCE:
        raise SystemExit(
            f"the model made here must give the stored probabilities within {TOLERANCE}; {largest:.3f} off"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources-in", type=Path, nargs="+", action="extend", default=[], metavar="FOLDER")
    parser.add_argument("--gold", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "models" / NAME)
    parser.add_argument("--check", type=Path, metavar="MODEL")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    warnings.simplefilter("default")
    corpus = corpus_of(args.sources_in)
    at_hand = {coding.coder for sentence in corpus for coding in sentence.codings}  # few, where sources are missing
    settings = dataclasses.replace(
        SETTINGS, threshold_coders=tuple(coder for coder in SETTINGS.threshold_coders if coder in at_hand)
    )
    model, out_of_fold = train_out_of_fold(
        corpus, stance.load_codebook("security"), name=NAME, settings=settings, n_jobs=args.jobs
    )
    known = load_sources(HERE / "sources.toml")
    used = sorted({s.source for s in corpus if s.source})
    sources = {known[name].title: known[name].licence for name in used}
    model.provenance = dataclasses.replace(model.provenance, licence="CC BY 4.0", sources=sources)
    if args.check:
        check(model, stance.load(args.check), corpus.texts[:2000])
        return
    report = {"out_of_fold": out_of_fold_report(corpus, model.codebook, out_of_fold, model).to_dict()}
    if args.gold:
        report["gold"] = gold_figures(model, args.gold)
    model.report = report
    model.save(args.out)
    print(f"{args.out}: {model!r}, {sum(f.stat().st_size for f in args.out.rglob('*') if f.is_file()):,} bytes")
    for name, (value, low, high) in report.get("gold", {}).items():
        print(f"{name:28s} {value:.3f}  [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
