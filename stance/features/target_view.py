"""A sentence and a target in it → one text in which the target is marked: what the stance classifier reads.

The view is plain text, so that any vectorizer, and the compiled core, can score it. In it every mention of the
target is `xtarget` and every other actor `xother`, whoever they are: what is learned of one actor holds for all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from stance.features.masking import replaced
from stance.tokens import token_spans

Span = tuple[int, int]

TARGET, OTHER, MEANT = "xtarget", "xother", "xmeant"
LEFT, RIGHT = "xl", "xr"
WINDOW = 5


def target_view(
    sentence: str,
    target_spans: Sequence[Span],
    other_spans: Sequence[Span],
    *,
    name: str | None = None,
    tokens: Callable[[str], Sequence[Span]] = token_spans,
) -> str:
    """Return the view of `sentence` for a target at `target_spans` among other actors at `other_spans`.

    Spans are characters of `sentence`, in order, and do not overlap. After the marked sentence follow the words
    near each mention of the target again, up to 5 on each side, with `xl` or `xr` before them. A target without
    spans is only meant: `xmeant` follows the sentence. With `name`, the target's name counts too: every word stands
    once more with the name before it, for tasks that ask about a few fixed targets. `tokens` gives the spans of tokens,
    as `token_spans` does or the compiled core.
    """
    marks = sorted([(a, b, TARGET) for a, b in target_spans] + [(a, b, OTHER) for a, b in other_spans])
    marked = replaced(sentence, marks)
    places, shift = [], 0
    for start, end, mark in marks:
        if mark == TARGET:
            places.append((start + shift, start + shift + len(mark)))
        shift += len(mark) - (end - start)
    near = _near(_words(marked, tokens), marked, places) if target_spans else [MEANT]
    if name is not None:
        before = prefix(name)
        near += [before + sentence[a:b] for a, b in _words(sentence, tokens)]
    return " ".join([marked, *near])


def prefix(name: str) -> str:
    """Return what stands before a word that is read under a target's name."""
    return "x" + "".join(c for c in name.lower() if c.isalnum())


def _near(words: Sequence[Span], marked: str, places: Sequence[Span]) -> list[str]:
    """Return the words near each place, the side written before them."""
    near = []
    starts, ends = [a for a, _ in words], [b for _, b in words]
    for start, end in places:
        before, after = bisect_right(ends, start), bisect_left(starts, end)
        near += [LEFT + marked[a:b] for a, b in words[max(before - WINDOW, 0) : before]]
        near += [RIGHT + marked[a:b] for a, b in words[after : after + WINDOW]]
    return near


def _words(text: str, tokens: Callable[[str], Sequence[Span]]) -> list[Span]:
    """Return the spans of the tokens that begin with a letter or digit."""
    return [(a, b) for a, b in tokens(text) if text[a].isalnum()]
