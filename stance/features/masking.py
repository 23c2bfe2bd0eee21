"""A sentence → the same sentence with actors masked, so that what is learned holds whoever the actor is."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stance.actors import ActorTable, find_mentions

ACTOR = "xactor"
ARTICLES = ("the ", "The ", "THE ")
BEFORE_ARTICLE = " \"'(“‘"  # what an article may follow, if it does not begin the sentence


def replaced(sentence: str, marks: Iterable[tuple[int, int, str]]) -> str:
    """Return `sentence` with each (start, end, mark), in order and without overlap, replaced by its mark."""
    pieces, end = [], 0
    for start, stop, mark in marks:
        pieces += [sentence[end:start], mark]
        end = stop
    pieces.append(sentence[end:])
    return "".join(pieces)


def masked(sentence: str, actors: ActorTable, kinds: Collection[str]) -> str:
    """Return `sentence` with every mention of an actor of these kinds (`ActorTable.kinds`) written `xactor`, with the
    article before it: "the United States" must read as "China" does."""
    if not kinds:
        return sentence
    marks, end = [], 0
    for mention in find_mentions(sentence, actors):
        if actors.kinds[mention.target] in kinds:
            marks.append((_with_article(sentence, mention.start, end), mention.end, ACTOR))
            end = mention.end
    return replaced(sentence, marks)


def _with_article(sentence: str, start: int, least: int) -> int:
    """Return where the article before `start` begins, if one is there and begins at `least` or later; else `start`."""
    for article in ARTICLES:
        first = start - len(article)
        if first < least or not sentence.startswith(article, first):
            continue
        if first == 0 or sentence[first - 1] in BEFORE_ARTICLE:
            return first
    return start
