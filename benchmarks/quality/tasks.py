"""Other people's tasks, by the same public `train` and `evaluate`: python benchmarks/quality/tasks.py FOLDER

FOLDER holds `unscon/`, `newssd/` and `ibm_claim_stance/` as their authors publish them. Each task has a codebook of its
own beside this file. UNSCon: five folds by speech; NewsSD-ENG and IBM claim stance: the official split. Figures are
macro F1 with 95 % intervals by document. Beside each stands word and character TF-IDF with logistic regression, plain
scikit-learn, trained on the same sentences.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline, make_union

import stance
from stance.corpus import Corpus
from stance.corpus.reading import read_corpus_rows

HERE = Path(__file__).parent
SETTINGS = stance.Settings(masked_kinds=(), lexicon=None)

Split = tuple[Corpus, Corpus]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def corpus_of(rows: list[dict[str, Any]], name: str) -> Corpus:
    return read_corpus_rows(((f"{name} row {i}", row) for i, row in enumerate(rows)), name=name)


def unscon(folder: Path) -> Iterator[Split]:
    rows = []
    for row in rows_of(folder / "unscon" / "conflict_annotations.csv"):
        speech = re.match(r"(UNSC_\d+_SPV\.\d+_spch\d+)", row["file_id"])
        role = "conflict" if row["Binary_Conflict_score"] == "1" else "none"
        rows.append({"document": speech[1] if speech else row["file_id"], "text": row["EDU_text"], "role": role})
    corpus = corpus_of(rows, "unscon")
    speeches = np.array(sorted(set(corpus.documents)))
    fold = dict(zip(np.random.default_rng(0).permutation(speeches).tolist(), np.arange(len(speeches)) % 5, strict=True))
    for k in range(5):
        test = np.array([fold[d] == k for d in corpus.documents])
        yield corpus.select(~test), corpus.select(test)


def newssd(folder: Path) -> Iterator[Split]:
    names = {"OBJ": "objective", "SUBJ": "subjective"}
    parts = []
    for part in ("train", "val", "test"):
        found = rows_of(folder / "newssd" / f"{part}.csv")
        rows = [
            {"document": f"{part}-{i}", "text": row["Sentence"].strip(), "role": names[row["Label"]]}
            for i, row in enumerate(found)
        ]
        parts.append(corpus_of(rows, f"newssd-{part}"))
    yield parts[0] + parts[1], parts[2]


def claim_stance(folder: Path) -> Iterator[Split]:
    parts: dict[str, list[dict[str, Any]]] = {"train": [], "test": []}
    for row in rows_of(folder / "ibm_claim_stance" / "claim_stance.csv"):
        coded = {row["topicTarget"]: row["claims.stance"].lower()}
        part = parts[row["split"]]
        document = f"topic {row['topicId']}"
        part.append(
            {"document": document, "sentence": 2 * len(part), "text": row["claims.claimCorrectedText"], "stance": coded}
        )
    yield corpus_of(parts["train"], "claims-train"), corpus_of(parts["test"], "claims-test")


def layer_of(corpus: Corpus) -> list[str]:
    """Return the one label of each sentence: its role, or its stance."""
    return [s.codings[0].role or next(iter((s.codings[0].stance or {}).values())) for s in corpus]


def predicted(model: stance.Model, corpus: Corpus) -> list[str]:
    if model.codebook.roles:
        roles = model.probabilities(corpus.texts, documents=corpus.documents).roles
        return [model.codebook.role_names[j] for j in roles.argmax(axis=1)]
    targets = [dict.fromkeys(s.codings[0].stance or {}, ()) for s in corpus]
    found = model.stance_probabilities(corpus.texts, targets)
    return [model.codebook.stance_names[int(next(iter(p.values())).argmax())] for p in found]


def peer(train: Corpus, test: Corpus) -> list[str]:
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    pipeline = make_pipeline(make_union(words, characters), LogisticRegression(C=5, max_iter=1000))
    return pipeline.fit(train.texts, layer_of(train)).predict(test.texts).tolist()


def macro_f1(truth: list[str], given: list[str], documents: list[str]) -> list[float]:
    """Return macro F1 with its 95 % interval over documents."""
    names, group = np.unique(documents, return_inverse=True)
    places = [np.flatnonzero(group == g) for g in range(len(names))]
    truths, givens = np.array(truth), np.array(given)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(500):
        rows = np.concatenate([places[g] for g in rng.integers(0, len(names), len(names))])
        draws.append(f1_score(truths[rows], givens[rows], average="macro"))
    low, high = np.percentile(draws, [2.5, 97.5])
    return [round(float(x), 3) for x in (f1_score(truths, givens, average="macro"), low, high)]


def main(folder: Path) -> None:
    results = {}
    for name, splits in (("unscon", unscon), ("newssd", newssd), ("claim-stance", claim_stance)):
        codebook = stance.load_codebook(HERE / f"{name}.toml")
        truth, ours, theirs, documents = [], [], [], []
        for train, test in splits(folder):
            model = stance.train(train, codebook, settings=SETTINGS)
            truth += layer_of(test)
            ours += predicted(model, test)
            theirs += peer(train, test)
            documents += test.documents
        results[name] = {
            "stance": macro_f1(truth, ours, documents),
            "TF-IDF + logistic regression": macro_f1(truth, theirs, documents),
            "n": len(truth),
        }
        print(name, results[name], flush=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
