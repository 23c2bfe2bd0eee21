"""A table of actors in the compiled core: the same mentions as `stance.actors.find_mentions`, many times faster."""

from __future__ import annotations

from typing import Any

from stance.actors import words
from stance.actors.mentions import DEFINITE, WHERE
from stance.actors.table import ActorTable
from stance.core import _compiled, why_not


def matcher(table: ActorTable) -> tuple[Any, tuple[str, ...]]:
    """Return the compiled matcher of `table` and its targets by index.

    `find(text)` gives a list of (index, start, end), `mention_spans(text)` an int64 array of shape (n_mentions, 3),
    `mention_spans_utf8(raw)` the same with spans in bytes. Raises RuntimeError if the core is not available.
    """
    if _compiled is None:
        raise RuntimeError(f"the compiled core is not available: {why_not()}")
    targets = tuple(table.kinds)
    index: dict[str | None, int] = {target: i for i, target in enumerate(targets)}
    index[None] = -1
    marks = [*((ord(c), "s") for c in words.SPACES), *((ord(c), kind) for c, kind in words.GAP_MARKS.items())]
    codes = [(mark + " " * spaced, code) for (mark, spaced), code in words.GAP_CODES.items()]
    compiled = _compiled.ActorMatcher(
        forms=list(table.targets),
        targets=[index[target] for target in table.targets.values()],
        separators=list(words.SEPARATORS),
        bare=[(code, ord(letter) if letter else 0) for code, letter in words.BARE.items()],
        gap_marks=marks,
        gap_codes=codes,
        accepted_gaps=list(words.ACCEPTED_GAPS.items()),
        longest_gap=words.LONGEST_GAP,
        definite=sorted(DEFINITE),
        where=sorted(WHERE),
    )
    return compiled, targets
