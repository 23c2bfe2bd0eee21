"""Gold sentences, coded twice and kept for measuring, as a corpus of two coders; a model and peers on them, by genre.

FOLDER holds `dev.jsonl`: a row a sentence with `document, passage, sentence, text`, `claims` that both coders gave,
`disputed` ones that one gave, and the answers of the coders where they differ, `role`, `voice` and `stance` (target →
answers, "absent" of a coder who did not list it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.peers import Peer, predictions
from stance.codebook import Codebook
from stance.corpus import Corpus
from stance.corpus.reading import read_corpus_rows
from stance.model import Model
from stance.study.baseline import bundled_baseline
from stance.study.evaluation import report_on
from stance.study.predictions import Predictions, predict
from stance.study.report import Figure

OPINION, SPEECHES = "op-eds, commentary", "speeches, statements"
OPINION_SOURCES = ("china_daily/", "project_syndicate/", "semeval2025/")
FIGURES = (
    "claims.micro_f1", "claims.macro_f1_common", "claims.micro_precision", "claims.micro_recall",
    "claims.brier_skill", "claims.calibration_slope", "roles.accuracy", "roles.macro_f1", "voice.f1",
    "stance.f", "found_stance.f", "targets.f1", "targets.named_recall",
)  # fmt: skip


def read_gold(folder: Path) -> Corpus:
    """Return the gold sentences; a passage is a document, `kind` is its genre, coders are "1" and "2"."""
    return read_corpus_rows(_rows(folder / "dev.jsonl"), name="gold-dev")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        place = {
            "document": f"{row['document']}#{row['passage']}",
            "sentence": row["sentence"],
            "text": row["text"],
            "kind": OPINION if row["document"].startswith(OPINION_SOURCES) else SPEECHES,
        }
        for coder in (0, 1):
            answers = {target: given[min(coder, len(given) - 1)] for target, given in row["stance"].items()}
            yield (
                f"{path.name}:{number}",
                place
                | {
                    "coder": str(coder + 1),
                    "claims": row["claims"] + row["disputed"] * (coder == 0),
                    "role": row["role"][min(coder, len(row["role"]) - 1)],
                    "voice": row["voice"][min(coder, len(row["voice"]) - 1)],
                    "stance": {target: stance for target, stance in answers.items() if stance != "absent"},
                },
            )


def genres(gold: Corpus) -> dict[str, NDArray[np.bool_]]:
    """Return which sentences belong to all of gold and to each genre of it, (n_sentences,) each."""
    kinds = np.array([s.kind for s in gold])
    return {"all": np.ones(len(gold), bool), OPINION: kinds == OPINION, SPEECHES: kinds == SPEECHES}


def selected(given: Predictions, keep: NDArray[np.bool_]) -> Predictions:
    """Return the predictions of the sentences where `keep` (n_sentences,) is true."""

    def rows(layer: Any) -> Any:
        if layer is None:
            return None
        return layer[keep] if isinstance(layer, np.ndarray) else tuple(x for x, k in zip(layer, keep, strict=True) if k)

    return Predictions(**{name: rows(getattr(given, name)) for name in Predictions.__slots__})


def figures_by_genre(
    given: Predictions, gold: Corpus, codebook: Codebook, model: Model, *, seed: int, n_resamples: int
) -> dict[str, dict[str, Figure]]:
    """Return the figures of predictions, genre → name → figure."""
    out = {}
    for genre, keep in genres(gold).items():
        report = report_on(
            selected(given, keep), gold.select(keep), codebook, name="", actors=model.actors, seed=seed,
            n_resamples=n_resamples,
        )  # fmt: skip
        wanted = {name: report.figures[name] for name in FIGURES if name in report.figures}
        out[genre] = wanted | {k: f for k, f in report.figures.items() if k.startswith("claims.") and k.endswith(".f1")}
    return out


def measure(
    model: Model, gold: Corpus, train: Corpus | None, peers: list[Peer], *, seed: int, n_resamples: int
) -> dict[str, dict[str, dict[str, Figure]]]:
    """Return who → genre → name → figure of the model, the keyword baseline, and the peers trained on `train`."""
    codebook = model.codebook
    given = {
        "stance": predict(model, gold),
        "keywords": bundled_baseline(codebook).predict(gold, codebook, model.actors),
    }
    for peer in peers if train is not None else []:
        print(f"gold: {peer.name}", flush=True)
        given[peer.name] = predictions(peer, train, gold, codebook)
    return {
        who: figures_by_genre(own, gold, codebook, model, seed=seed, n_resamples=n_resamples)
        for who, own in given.items()
    }
