"""Cases of input that grows: the time per byte must stay flat, and memory bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union

from benchmarks import measure, pipelines
from benchmarks.case import Answer, Case, WrongAnswer, largest_difference
from benchmarks.inputs import Inputs, n_bytes_of
from stance.compiled import compile
from stance.sentences import compiled_punkt, split_sentences_plain

Make = Callable[[int], list[str]]
Read = Callable[[list[str]], Any]

_UNKNOWN = "zzyzx"  # in no vocabulary, so that n-grams across it count for nothing and repeats change no share


@dataclass(frozen=True)
class Curve:
    """`make(size)` gives texts that `read` reads; `size` is counted in `unit`, bytes unless said."""

    answer: Answer
    read: Read
    make: Make
    sizes: tuple[int, ...]
    unit: str = "bytes"

    def measure(self, rounds: int) -> dict[str, Any]:
        points = []
        for size in self.sizes:
            texts = self.make(size)
            amount = len(texts) if self.unit == "rows" else sum(map(n_bytes_of, texts))
            memory = measure.peak_memory(lambda texts=texts: self.read(texts))
            took = min(measure.race({"stance": lambda texts=texts: self.read(texts)}, min(rounds, 3))["stance"])
            points.append({"size": amount, "ns_each": took / amount * 1e9, "peak_memory_mb": memory})
        shown = ", ".join(f"{p['size']:.0e}: {p['ns_each']:.2f} ns" for p in points)
        return {"kind": "curve", "unit": self.unit, "points": points, "summary": shown}


def _scores_alike(read: Read, original: Any, make: Make, small: int) -> Answer:
    """Return the answer: the original's scores of a small text, which the core must give, and also for ten times it."""
    expected = original.decision_function(make(small))
    return {
        "largest_difference": largest_difference("stance", read(make(small)), expected, pipelines.FLOAT32),
        "largest_difference_of_repeats": largest_difference(
            "stance, repeated", read(make(10 * small))[:1], expected[:1], 1e-4
        ),
    }


def _plain_words(inputs: Inputs) -> tuple[Any, Any]:
    """Return a pipeline whose scores of a text do not depend on how often all of it is repeated, and it compiled."""
    original = pipelines.fitted(inputs, TfidfVectorizer(ngram_range=(1, 2), max_features=100_000))
    return original, compile(original).decision_function


@cache
def _characters(inputs: Inputs) -> tuple[Any, Any]:
    union = make_union(
        TfidfVectorizer(max_features=20_000),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), max_features=100_000, sublinear_tf=True),
    )
    original = pipelines.fitted(inputs, union)
    return original, compile(original).decision_function


def _repeat(unit: str, size: int) -> str:
    return unit * max(1, size // n_bytes_of(unit))


def one_row(inputs: Inputs) -> Curve:
    """One text of up to 100 MB, of real sentences over and over."""
    original, read = _plain_words(inputs)
    unit = " ".join(inputs.scored(2_000)[:200]) + f" {_UNKNOWN} "
    small, top = n_bytes_of(unit), 10**8 // inputs.scale**2

    def make(size: int) -> list[str]:
        return [_repeat(unit, size)]

    sizes = (max(small, top // 1000), max(small, top // 100), max(small, top // 10), max(small, top))
    return Curve(_scores_alike(read, original, make, small), read, make, sizes)


def one_word(inputs: Inputs) -> Curve:
    """One word of up to 10 MB, by words and by its characters."""
    original, read = _characters(inputs)
    word = "".join(filter(str.isalpha, " ".join(inputs.scored(2_000)[:50]).lower())) or "peace"

    def make(size: int) -> list[str]:
        return [(word * (size // len(word) + 1))[:size]]

    answer = {"largest_difference": largest_difference(
        "stance", read(make(20_000)), original.decision_function(make(20_000)), pipelines.FLOAT32
    )}  # fmt: skip
    return Curve(answer, read, make, tuple(10**n // inputs.scale for n in (4, 5, 6, 7)))


def empty_rows(inputs: Inputs) -> Curve:
    """Up to ten million empty texts: the intercept of each label, ten million times."""
    original = pipelines.words_pipeline(inputs)
    read = compile(original).decision_function
    scores = read([""] * 1000)
    if not np.array_equal(scores, np.broadcast_to(scores[0], scores.shape)):
        raise WrongAnswer("every empty text must have the same scores")
    answer = {"largest_difference": largest_difference(
        "stance", scores[:1], original.decision_function([""]), pipelines.FLOAT32
    )}  # fmt: skip
    return Curve(answer, read, lambda size: [""] * size, tuple(10**n // inputs.scale for n in (4, 5, 6, 7)), "rows")


def repeats(inputs: Inputs) -> Curve:
    """What an attacker would write: one short word over and over, which every table must count in one place."""
    original, read = _characters(inputs)

    def make(size: int) -> list[str]:
        return [_repeat("the ", size // 2), _repeat("a", size // 4), _repeat("peace war ", size // 4)]

    answer = {"largest_difference": largest_difference(
        "stance", read(make(20_000)), original.decision_function(make(20_000)), pipelines.FLOAT32
    )}  # fmt: skip
    return Curve(answer, read, make, tuple(10**n // inputs.scale for n in (4, 5, 6, 7)))


def full_stops(inputs: Inputs) -> Curve:
    """Documents that are nearly all ends of sentences, abbreviations and quotes, up to 10 MB."""

    def make(size: int) -> list[str]:
        units = ("A. B. ", "?! ", "Mr. ", "“No.” ", "1. ", ". . . ", ") ")
        return [_repeat(unit, size // len(units)) for unit in units]

    spans = compiled_punkt().sentence_spans
    small = make(7_000)
    if [list(map(tuple, spans(text).tolist())) for text in small] != [split_sentences_plain(text) for text in small]:
        raise WrongAnswer("the sentences must be those of the plain path")
    answer = {"sentences": sum(len(spans(text)) for text in small)}
    return Curve(
        answer, lambda texts: [spans(text) for text in texts], make, tuple(10**n // inputs.scale for n in (4, 5, 6, 7))
    )


CASES = [
    Case("curve: one row", one_row),
    Case("curve: one word", one_word),
    Case("curve: empty rows", empty_rows),
    Case("curve: repeats", repeats),
    Case("curve: ends of sentences", full_stops),
]
