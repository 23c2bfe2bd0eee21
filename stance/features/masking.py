"""A sentence → the same sentence with actors masked, so that what is learned holds whoever the actor is."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stance.actors import ActorTable, find_mentions

ACTOR = "xactor"


def replaced(sentence: str, marks: Iterable[tuple[int, int, str]]) -> str:
    """Return `sentence` with each (start, end, mark), in order and without overlap, replaced by its mark."""
    pieces, end = [], 0
    for start, stop, mark in marks:
        pieces += [sentence[end:start], mark]
        end = stop
    pieces.append(sentence[end:])
    return "".join(pieces)


def masked(sentence: str, actors: ActorTable, kinds: Collection[str]) -> str:
    """Return `sentence` with every mention of an actor of these kinds (`ActorTable.kinds`) written `xactor`."""
    if not kinds:
        return sentence
    found = find_mentions(sentence, actors)
    return replaced(sentence, [(m.start, m.end, ACTOR) for m in found if actors.kinds[m.target] in kinds])
