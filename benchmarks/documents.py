"""Cases of whole documents: sentences, and all labels of the bundled model."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from nltk.tokenize.punkt import PunktSentenceTokenizer

import stance
from benchmarks.case import Case, Race, Target, WrongAnswer, largest_difference, same_labels
from benchmarks.inputs import Inputs
from stance.sentences import compiled_punkt, split_sentences, split_sentences_plain
from stance.sentences.punkt import read_parameters

MODEL = "security-en"


def trimmed(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return NLTK's spans without white space at their ends."""
    found = []
    for start, end in spans:
        piece = text[start:end]
        if bare := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            found.append((first, first + len(bare)))
    return found


def punkt(inputs: Inputs) -> Race:
    """Punkt alone over whole texts, with the bundled parameters."""
    texts = inputs.whole(1_000_000)
    by_nltk, by_core = PunktSentenceTokenizer(read_parameters()), compiled_punkt()
    expected = [trimmed(text, list(by_nltk.span_tokenize(text))) for text in texts]
    found = [list(map(tuple, by_core.punkt_spans(text).tolist())) for text in texts]
    answer = {"spans": same_labels("stance", found, expected), "sentences": sum(map(len, expected))}
    sides = {
        "stance": lambda: [by_core.punkt_spans(text) for text in texts],
        "NLTK's PunktSentenceTokenizer": lambda: [list(by_nltk.span_tokenize(text)) for text in texts],
    }
    return Race(texts, sides, [("stance", "NLTK's PunktSentenceTokenizer")], answer)


def sentences(inputs: Inputs) -> Race:
    """Sentences as the library splits them: line rules, then Punkt."""
    texts = inputs.whole(1_000_000)
    expected = [split_sentences_plain(text) for text in texts]
    answer = {
        "spans": same_labels("stance", [split_sentences(text) for text in texts], expected),
        "sentences": sum(map(len, expected)),
    }
    spans = compiled_punkt().sentence_spans
    sides = {
        "stance, arrays": lambda: [spans(text) for text in texts],
        "stance, lists of pairs": lambda: [split_sentences(text) for text in texts],
        "NLTK": lambda: [split_sentences_plain(text) for text in texts],
    }
    return Race(texts, sides, [(name, "NLTK") for name in sides if name != "NLTK"], answer)


def labels(inputs: Inputs) -> Race:
    """Raw documents to every label of the bundled model: claims, roles, voices, targets and stances."""
    texts = inputs.whole(150_000)
    core, plain = stance.load(MODEL), stance.load(MODEL, path="plain")
    if core.path != "core":
        raise WrongAnswer("the compiled core is not in use")
    expected, found = plain.score_documents(texts), core.score_documents(texts)
    worst = 0.0
    for each in dataclasses.fields(expected):
        one, other = getattr(found, each.name), getattr(expected, each.name)
        if isinstance(other, np.ndarray) and other.dtype.kind == "f":
            worst = max(worst, largest_difference(f"stance, {each.name}", one, other, 1e-5))
        else:
            same_labels(f"stance, {each.name}", one, other)
    records = [_labels_of(document) for document in core.label_documents(texts)]
    answer = {
        "labels": same_labels("stance, records", records, [_labels_of(d) for d in plain.label_documents(texts)]),
        "sentences": len(expected.spans),
        "largest_difference_of_a_probability": worst,
    }
    sides = {
        "stance, arrays": lambda: core.score_documents(texts),
        "stance, records": lambda: list(core.label_documents(texts)),
        "NLTK and scikit-learn, arrays": lambda: plain.score_documents(texts),
        "NLTK and scikit-learn, records": lambda: list(plain.label_documents(texts)),
    }
    pairs = [(f"stance, {kind}", f"NLTK and scikit-learn, {kind}") for kind in ("arrays", "records")]
    return Race(texts, sides, pairs, answer, memory=("stance, arrays", "NLTK and scikit-learn, arrays"))


def two_threads(inputs: Inputs) -> Race:
    """Raw documents to the arrays of all labels, on one thread and on two, by the wall's clock."""
    texts = inputs.whole(3_000_000)
    model = stance.load(MODEL)
    one, two = model.score_documents(texts), model.score_documents(texts, n_jobs=2)
    for each in dataclasses.fields(one):
        same_labels(f"two threads, {each.name}", getattr(two, each.name), getattr(one, each.name))
    sides = {
        "one thread": lambda: model.score_documents(texts),
        "two threads": lambda: model.score_documents(texts, n_jobs=2),
    }
    answer = {"sentences": len(one.spans), "bits": "equal"}
    return Race(texts, sides, [("two threads", "one thread")], answer, clock="wall", memory=tuple(sides))


def _labels_of(document: Any) -> list[Any]:
    return [(list(row["claims"]), row["role"], row["voice"], sorted(row["stance"].items())) for row in document.rows()]


CASES = [
    Case("Punkt", punkt, [Target("stance", "NLTK's PunktSentenceTokenizer", 50, 150)]),
    Case("sentences", sentences),
    Case(
        "documents to labels",
        labels,
        [
            Target("stance, arrays", "NLTK and scikit-learn, arrays", 60, 150),
            Target("stance, records", "NLTK and scikit-learn, records", 60, 150),
        ],
    ),
    Case("two threads, documents", two_threads, [Target("two threads", "one thread", 1.7, 1.9, by="best")]),
]
