"""A sentence → the actors it names: one pass over its words, the longest name first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stance.actors.table import ActorTable
from stance.actors.words import ACCEPTED_GAPS, HYPHENS, bare_word, gap_code, word_key, word_set, word_spans

if TYPE_CHECKING:
    from stance.actors.forms import Form

DEFINITE = frozenset({"the", "our", "this"})
WHERE = word_set(
    """in at from to into across throughout within around near outside inside over toward towards of for through
    central north south east west northern southern northeastern northwestern eastern western southeastern
    southwestern"""
)


@dataclass(frozen=True, slots=True)
class Mention:
    """An actor named in a text: the canonical `target`, and the span where it is named, in characters."""

    target: str
    start: int
    end: int


def find_mentions(sentence: str, table: ActorTable) -> list[Mention]:
    """Return the actors that `sentence` names, in order; their spans do not overlap.

    At each word the longest form that fits is taken, and the search goes on behind it. Possessive endings are
    not part of the span. Takes time linear in the length of the sentence and never raises on a str.
    """
    words = word_spans(sentence)
    mentions: list[Mention] = []
    starts = table.starting_with
    at = 0
    while at < len(words):
        start, end = words[at]
        for form in starts(word_key(bare_word(sentence[start:end]))):
            if _fits(form, sentence, words, at):
                last = at + len(form.keys) - 1
                if form.target is not None:
                    end = words[last][1]
                    end += form.with_stop and sentence[end : end + 1] == "."
                    mentions.append(Mention(form.target, start, end))
                at = last
                break
        at += 1
    return mentions


def _fits(form: Form, sentence: str, words: list[tuple[int, int]], at: int) -> bool:
    """Whether the words from number `at` on are the words of `form`, by its rules."""
    n = len(form.keys)
    if at + n > len(words):
        return False
    for i in range(n):
        start, end = words[at + i]
        word = sentence[start:end]
        bare = bare_word(word)
        if i and (
            word_key(bare) != form.keys[i]
            or gap_code(sentence[words[at + i - 1][1] : start]) not in ACCEPTED_GAPS[form.gaps[i - 1]]
        ):
            return False
        if form.rule in ("capitals", "definite", "agent"):
            if bare != form.bare[i] and not _has_capitals(bare, form.bare[i]):
                return False
        elif form.rule != "any" and word != form.words[i]:
            return False
    last = at + n - 1
    if form.before_hyphen and not _follows_hyphen(sentence, words[last][1]):
        return False
    if form.rule == "alone":
        return not (_in_capitals(sentence, words, at - 1) or _in_capitals(sentence, words, last + 1))
    if form.rule in ("definite", "agent"):
        before = word_key(sentence[slice(*words[at - 1])]) if at else ""
        return before in DEFINITE if form.rule == "definite" else before not in WHERE
    return True


def _follows_hyphen(text: str, end: int) -> bool:
    """Whether a hyphen stands at `end`."""
    return text[end : end + 1] in HYPHENS and end < len(text)


def _has_capitals(bare: str, wanted: str) -> bool:
    """Whether `bare` has a capital wherever `wanted` has one; the two differ in case only."""
    return all(b == w or "a" <= w <= "z" for b, w in zip(bare, wanted, strict=True))


def _in_capitals(sentence: str, words: list[tuple[int, int]], at: int) -> bool:
    """Whether word number `at` is there, has two letters or more, and only the letters A to Z."""
    if not 0 <= at < len(words):
        return False
    start, end = words[at]
    return end - start >= 2 and all("A" <= c <= "Z" for c in sentence[start:end])
