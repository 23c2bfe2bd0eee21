"""Measure quality, in one command:

    python benchmarks/quality/run.py --sources-in FOLDER [FOLDER ...] --gold FOLDER --data FOLDER [--semeval FOLDER]
        [--only gold,tasks,calibration,learning,swap] [--peers tf-idf,fasttext,minilm] [--model FOLDER]
        [--cache FOLDER] [--plots FOLDER] [--card FOLDER]

--sources-in  copies of the sources of the corpus (corpora/security/sources.toml), for what is trained on it again
--gold        `dev.jsonl`, sentences coded twice (gold.py)
--data        `unscon/`, `newssd/`, `ibm_claim_stance/` (tasks.py); --semeval SemEval-2016's `*-all-annotations.txt`
--peers       of tf-idf, fasttext, minilm, those to run
--cache       a folder outside the project for embeddings and out-of-fold scores, so that they are made once
--plots       where reliability is drawn (needs matplotlib)
--card        the folder of the model, whose card then carries the newest results of every part

Parts whose folders are not named are left out. Results go into benchmarks/results/quality-DATE.json, the tables of the
README files are made from them by `python benchmarks/readme.py`. The peers need `pip install "stance[benchmarks]"`;
those that are not installed are left out, and the results say so.
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))

import stance
from benchmarks.quality import calibration, card, gold, learning, results, swap, tasks
from benchmarks.quality.peers import NAMES, Peer, peers_at_hand, versions_of
from stance.corpus import Corpus
from stance.model import Model

ROOT = Path(__file__).resolve().parents[2]
SEED = 0
N_RESAMPLES = 1000


class Inputs:
    """What the parts measure with, each made when it is first asked for."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self._corpus: Corpus | None = None
        self.model: Model = stance.load(args.model)
        self.build = runpy.run_path(str(ROOT / "corpora" / "security" / "build_model.py"))
        self.settings: stance.Settings = self.build["SETTINGS"]
        self.peers: list[Peer]
        self.peers, self.left_out = peers_at_hand(args.peers.split(","), args.cache)

    @property
    def corpus(self) -> Corpus:
        """The training corpus, by the command that makes the bundled model."""
        if self._corpus is None:
            self._corpus = self.build["corpus_of"](self.args.sources_in)
            if self._corpus.digest != self.model.provenance.corpus_digest:
                print("note: the corpus put together here is not the one the model was trained on", file=sys.stderr)
        return self._corpus

    @property
    def gold(self) -> Corpus:
        return gold.read_gold(self.args.gold)

    def signature(self, **more: Any) -> str:
        """Return the signature of a part that judges the model."""
        own = self.model.provenance
        settings = json.dumps(own.settings, sort_keys=True, separators=(",", ":"))
        return results.signature(
            model=self.model.name, trained=own.corpus_digest[:12], settings=settings, seed=SEED, resamples=N_RESAMPLES,
            **more,
        )  # fmt: skip


def measure_gold(inputs: Inputs) -> dict[str, Any]:
    own = inputs.gold
    corpus = inputs.corpus if inputs.args.sources_in else None
    peers = inputs.peers if corpus else []
    found = gold.measure(inputs.model, own, corpus, peers, seed=SEED, n_resamples=N_RESAMPLES)
    left_out = inputs.left_out if corpus else {"peers": "no sources were named, so nothing could be trained"}
    peers_on = {"peers_on": corpus.digest[:12]} if corpus else {}
    return {
        "signature": inputs.signature(gold=own.digest[:12], **peers_on, **versions_of(peers)),
        "figures": found,
        "left_out": left_out,
    }


def measure_tasks(inputs: Inputs) -> dict[str, Any]:
    folders = {task.name: inputs.args.data for task in tasks.TASKS} | {"semeval-2016": inputs.args.semeval}
    found, left_out = {}, dict(inputs.left_out)
    for task in tasks.TASKS:
        folder = folders[task.name]
        if folder is None:
            left_out[task.title] = "its folder was not named"
            continue
        print(f"tasks: {task.name}", flush=True)
        found[task.name] = tasks.measure(task, folder, inputs.peers, seed=SEED, n_resamples=N_RESAMPLES)
    settings = {task.name: task.settings for task in tasks.TASKS if task.name in found}
    return {
        "signature": results.signature(
            digests=",".join(f"{name}@{own['digest'][:12]}" for name, own in found.items()),
            settings=json.dumps(settings, sort_keys=True, separators=(",", ":")), seed=SEED, resamples=N_RESAMPLES,
            **versions_of(inputs.peers),
        ),
        "figures": found,
        "left_out": left_out,
    }  # fmt: skip


def measure_calibration(inputs: Inputs) -> dict[str, Any]:
    corpus, codebook, cache = inputs.corpus, inputs.model.codebook, inputs.args.cache
    place = None if cache is None else cache / "out-of-fold.npz"
    mark = f"{corpus.digest} {inputs.settings}"
    scores = None if place is None else calibration.kept_out_of_fold(place, mark)
    if scores is None:
        scores = calibration.out_of_fold(corpus, codebook, inputs.settings, inputs.args.jobs)
        if place is not None:
            calibration.keep_out_of_fold(place, mark, *scores)
    report = calibration.measure(corpus, codebook, *scores, seed=SEED, n_resamples=N_RESAMPLES)
    if inputs.args.plots is not None:
        print(*report.plots(inputs.args.plots), sep="\n")
    keys = ("brier_skill", "calibration_slope", "micro_f1")
    return {
        "signature": inputs.signature(corpus=corpus.digest[:12], random_part=report.digest[:12]),
        "figures": {k: f for k, f in report.figures.items() if k.startswith("claims.") and k.endswith(keys)},
    }


def measure_learning(inputs: Inputs) -> dict[str, Any]:
    own, corpus = inputs.gold, inputs.corpus
    rows = learning.measure(
        corpus, inputs.model.codebook, inputs.settings, own, inputs.model, seed=SEED, n_resamples=N_RESAMPLES,
        n_jobs=inputs.args.jobs,
    )  # fmt: skip
    return {"signature": inputs.signature(corpus=corpus.digest[:12], gold=own.digest[:12]), "figures": rows}


def measure_swap(inputs: Inputs) -> dict[str, Any]:
    own = inputs.gold
    found = swap.measure(inputs.model, own, seed=SEED, n_resamples=N_RESAMPLES)
    return {"signature": inputs.signature(gold=own.digest[:12]), "figures": found}


# part → what measures it, and the folders it cannot do without
MEASURES: dict[str, tuple[Callable[[Inputs], dict[str, Any]], tuple[str, ...]]] = {
    "gold": (measure_gold, ("gold",)),
    "tasks": (measure_tasks, ("data",)),
    "calibration": (measure_calibration, ("sources_in",)),
    "learning": (measure_learning, ("gold", "sources_in")),
    "swap": (measure_swap, ("gold",)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sources-in", type=Path, nargs="*", default=[], metavar="FOLDER")
    parser.add_argument("--gold", type=Path, metavar="FOLDER")
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--semeval", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default=",".join(results.PARTS), metavar="PART[,PART ...]")
    parser.add_argument("--peers", default=",".join(NAMES), metavar="PEER[,PEER ...]")
    parser.add_argument("--model", default="security-en")
    parser.add_argument("--cache", type=Path, metavar="FOLDER")
    parser.add_argument("--plots", type=Path, metavar="FOLDER")
    parser.add_argument("--card", type=Path, metavar="FOLDER")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    wanted = [part.strip() for part in args.only.split(",")]
    if odd := [part for part in wanted if part not in results.PARTS]:
        parser.error(f"--only must name parts of {', '.join(results.PARTS)}; got {odd[0]!r}")
    if args.cache is not None:
        args.cache.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore", message="no sentence is coded")
    inputs = Inputs(args)
    for name in results.PARTS:
        if name not in wanted:
            continue
        measure, folders = MEASURES[name]
        if lacking := [folder for folder in folders if not getattr(args, folder)]:
            print(f"{name}: left out, --{lacking[0].replace('_', '-')} was not named", flush=True)
            continue
        before = time.process_time()
        part = measure(inputs)
        part["cpu_seconds"] = round(time.process_time() - before, 1)
        print(f"{name}: {part['cpu_seconds']} s of CPU time → {results.keep(name, part)}", flush=True)
    if args.card is not None:
        print(f"{args.card}: its card carries {', '.join(card.write_card(args.card, results.newest()))}")


if __name__ == "__main__":
    main()
