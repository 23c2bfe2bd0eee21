"""Cue phrases with wildcards, and how often each label's stand in a text, in one pass over its words.

What `*` stands for is said in `stance.features.wildcards`. Case and white space do not matter, curly quotation marks
are straight ones, punctuation must be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from stance.features.wildcards import word_pattern

Label = TypeVar("Label")

_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_PARTS = re.compile(r"[\w*]+|[^\w\s]")
_WORDS = re.compile(r"\w+|[^\w\s]")


def words_of(text: str) -> list[str]:
    """Return the words and punctuation marks of a text, as cues see them."""
    return _WORDS.findall(text.translate(_STRAIGHT).casefold())


class Cues(Generic[Label]):
    """The phrases of labels, by the word they begin with."""

    def __init__(self, phrases: Mapping[Label, Iterable[str]]) -> None:
        self._literal: dict[str, int] = {}
        self._wild: dict[str, tuple[int, re.Pattern[str]]] = {}
        self._starts: dict[int, list[tuple[Label, tuple[int, ...]]]] = {}
        self._fitting: dict[str, frozenset[int]] = {}
        for label, of in phrases.items():
            for phrase in sorted({tuple(_PARTS.findall(p.translate(_STRAIGHT).casefold())) for p in of}):
                if phrase:
                    first, *rest = (self._number(part) for part in phrase)
                    self._starts.setdefault(first, []).append((label, tuple(rest)))

    def _number(self, part: str) -> int:
        number = len(self._literal) + len(self._wild)
        if "*" not in part:
            return self._literal.setdefault(part, number)
        return self._wild.setdefault(part, (number, word_pattern(part)))[0]

    def _fits(self, word: str) -> frozenset[int]:
        """Return the numbers of the words of phrases that a word of a text fits."""
        found = self._fitting.get(word)
        if found is None:
            literal = {self._literal[word]} if word in self._literal else set()
            found = frozenset(literal | {n for n, pattern in self._wild.values() if pattern.fullmatch(word)})
            self._fitting[word] = found
        return found

    def count(self, words: list[str]) -> dict[Label, int]:
        """Return how many phrases of each label stand among `words` (`words_of`); labels without any are left out."""
        fits = [self._fits(word) for word in words]
        counts: dict[Label, int] = {}
        for i, own in enumerate(fits):
            for first in own:
                for label, rest in self._starts.get(first, ()):
                    if i + len(rest) < len(fits) and all(n in fits[i + k] for k, n in enumerate(rest, 1)):
                        counts[label] = counts.get(label, 0) + 1
        return counts
