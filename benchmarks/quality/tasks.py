"""Other people's tasks through the public `train`, with a codebook of its own each: the same library, other labels.

FOLDER of the readers holds `unscon/`, `newssd/` and `ibm_claim_stance/` as their authors publish them; SemEval-2016
task 6 is read from the folder with its `*-all-annotations.txt` (it may not be redistributed).

- UNSCon: does a discourse unit of a UN Security Council speech voice conflict; five folds by speech.
- NewsSD-ENG: is a news sentence objective or subjective; the official split, validation part with the training part.
- IBM claim stance: is a claim pro or con the motion, which is told; the official split, all topics of the test unseen.
- SemEval-2016 task 6 A: is a tweet for or against one of five targets, or neither; the official split.

The figure of a task is the macro F1 of its labels; SemEval's is its own, the mean F1 of favor and against over all
targets together. Settings were chosen on folds of the training parts (`NOTES.md`), never on a test part.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stance
from benchmarks.quality.peers import Peer, predictions
from stance.actors import ActorTable, load_actors
from stance.corpus import CodedSentence, Corpus
from stance.corpus.reading import read_corpus_rows
from stance.study.evaluation import report_on
from stance.study.predictions import Predictions, predict

HERE = Path(__file__).parent
PLAIN = {"masked_kinds": (), "lexicon": None}  # who acts is part of these tasks, and no cue phrases are known

Split = tuple[Corpus, Corpus]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Task:
    """A task: its codebook beside this file, its splits (train, test), and the settings chosen on training folds.

    `figure` names the figure of `stance.study.evaluation` that is the task's own. With `by_target` each target has a
    model of its own, as the organisers' baseline has. `actors` names a table of actors beside this file, in place of
    the bundled one.
    """

    name: str
    title: str
    splits: Callable[[Path], Iterator[Split]]
    settings: dict[str, Any]
    figure: str
    by_target: bool = False
    actors: str | None = None

    @property
    def codebook(self) -> stance.Codebook:
        return stance.load_codebook(HERE / f"{self.name}.toml")

    @property
    def trained_with(self) -> stance.Settings:
        """The settings; a lexicon among them is a file beside this one."""
        lexicon = self.settings.get("lexicon")
        return stance.Settings(**{**self.settings, "lexicon": lexicon and str(HERE / lexicon)})

    @property
    def actor_table(self) -> ActorTable | None:
        return None if self.actors is None else load_actors(HERE / self.actors)

    def parts(self, folder: Path) -> Iterator[Split]:
        """Yield (train, test) for each model to be trained: of each split, and, with `by_target`, of each target."""
        for train, test in self.splits(folder):
            if not self.by_target:
                yield train, test
                continue
            own = by_target(train)
            for target, asked in by_target(test).items():
                yield train.select(own[target]), test.select(asked)


def unscon(folder: Path) -> Iterator[Split]:
    """Yield five splits by speech."""
    rows = []
    for row in _csv(folder / "unscon" / "conflict_annotations.csv"):
        speech = re.match(r"(UNSC_\d+_SPV\.\d+_spch\d+)", row["file_id"])
        role = "conflict" if row["Binary_Conflict_score"] == "1" else "none"
        rows.append({"document": speech[1] if speech else row["file_id"], "text": row["EDU_text"], "role": role})
    corpus = _corpus(rows, "unscon")
    speeches = np.array(sorted(set(corpus.documents)))
    fold = dict(zip(np.random.default_rng(0).permutation(speeches).tolist(), np.arange(len(speeches)) % 5, strict=True))
    for k in range(5):
        test = np.array([fold[d] == k for d in corpus.documents])
        yield corpus.select(~test), corpus.select(test)


def newssd(folder: Path) -> Iterator[Split]:
    """Yield the official split; every sentence is its own document."""
    names = {"OBJ": "objective", "SUBJ": "subjective"}
    parts = []
    for part in ("train", "val", "test"):
        rows = [
            {"document": f"{part}-{i}", "text": row["Sentence"].strip(), "role": names[row["Label"]]}
            for i, row in enumerate(_csv(folder / "newssd" / f"{part}.csv"))
        ]
        parts.append(_corpus(rows, f"newssd-{part}"))
    yield parts[0] + parts[1], parts[2]


def claim_stance(folder: Path) -> Iterator[Split]:
    """Yield the official split; a document is a topic, and its claims are no neighbours."""
    parts: dict[str, Rows] = {"train": [], "test": []}
    for row in _csv(folder / "ibm_claim_stance" / "claim_stance.csv"):
        coded = {row["topicTarget"]: row["claims.stance"].lower()}
        part = parts[row["split"]]
        document = f"topic {row['topicId']}"
        text = row["claims.claimCorrectedText"]
        part.append({"document": document, "sentence": 2 * len(part), "text": text, "stance": coded})
    yield _corpus(parts["train"], "claims-train"), _corpus(parts["test"], "claims-test")


def semeval(folder: Path) -> Iterator[Split]:
    """Yield the official split; every tweet is its own document. Trial and training tweets are both for training."""
    parts = []
    for name, files in (("train", ("trialdata", "trainingdata")), ("test", ("testdata-taskA",))):
        rows = [
            {"document": f"{name} {row[0]}", "text": row[2], "stance": {row[1]: row[3].lower()}}
            for file in files
            for row in _tabs(folder / f"{file}-all-annotations.txt")
        ]
        parts.append(_corpus(rows, f"semeval-{name}"))
    yield parts[0], parts[1]


TASKS = (
    Task("unscon", "UNSCon, conflict, five folds by speech", unscon, PLAIN, "roles.macro_f1"),
    Task(
        "newssd", "NewsSD-ENG, official split", newssd,
        {**PLAIN, "lexicon": "subjectivity.toml", "class_weight": "balanced", "neighbours": False},
        "roles.macro_f1",
    ),
    Task("claim-stance", "IBM claim stance, official split", claim_stance, PLAIN, "stance.f"),
    Task(
        "semeval-2016", "SemEval-2016 task 6 A, official split and metric", semeval,
        {**PLAIN, "C_stance": 10.0, "class_weight": "balanced", "min_df": 1, "unlisted_weight": 0.0}, "stance.f",
        by_target=True, actors="no-actors.tsv",
    ),
)  # fmt: skip


def by_target(corpus: Corpus) -> dict[str, NDArray[np.bool_]]:
    """Return which sentences are coded toward each target, (n_sentences,) each."""
    own = [next(iter(s.codings[0].stance or {}), "") for s in corpus]
    return {target: np.array([t == target for t in own]) for target in dict.fromkeys(own)}


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _tabs(path: Path) -> list[list[str]]:
    """Return the rows of a SemEval file: parted by tabs, not quoted, Windows-1252, with a header."""
    lines = path.read_text(encoding="cp1252").splitlines()[1:]
    return [line.split("\t") for line in lines if line.strip()]


def _corpus(rows: Rows, name: str) -> Corpus:
    return read_corpus_rows(((f"{name} row {i}", row) for i, row in enumerate(rows)), name=name)


def measure(task: Task, folder: Path, peers: Sequence[Peer], *, seed: int, n_resamples: int) -> dict[str, Any]:
    """Return the figure of the library and of each peer (who → figure), its n, and the digest of the test part."""
    codebook, settings, actors = task.codebook, task.trained_with, task.actor_table
    sentences: list[CodedSentence] = []
    given: dict[str, list[Predictions]] = {}
    for train, test in task.parts(folder):
        model = stance.train(train, codebook, settings=settings, actors=actors)
        sentences += test.sentences
        given.setdefault("stance", []).append(predict(model, test))
        for peer in peers:
            given.setdefault(peer.name, []).append(predictions(peer, train, test, codebook))
    tested = Corpus(f"{task.name}-test", tuple(sentences))
    figures = {}
    for who, parts in given.items():
        report = report_on(
            _joined(parts), tested, codebook, name=who, actors=actors, seed=seed, n_resamples=n_resamples
        )
        figures[who] = report.figures[task.figure]
    return {"title": task.title, "figures": figures, "n": len(tested), "digest": tested.digest}


def _joined(parts: Sequence[Predictions]) -> Predictions:
    """Return the predictions of several test parts, one after the other."""
    roles = [p.roles for p in parts if p.roles is not None]
    stances = [row for p in parts for row in p.stances or ()]
    return Predictions(roles=np.concatenate(roles) if roles else None, stances=tuple(stances) if stances else None)
