"""A form of an actor as it is written in an actor file → the same, ready for matching."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from stance.actors.words import bare_word, gap_code, word_key, word_spans

RULES = {"~": "any", "=": "exact", "!": "alone", "+": "definite", "@": "agent"}
LONGEST_FORM = 200


@dataclass(frozen=True, slots=True)
class Form:
    """One way to name an actor, ready for matching.

    target : canonical name, None for a phrase that names no actor
    text   : the form without its mark
    rule   : "capitals", "any", "exact", "alone", "definite" or "agent" (see `stance.actors.table`)
    words, bare, keys : its words as written, without accents, and in lower case
    gaps   : the code of what stands between them (`stance.actors.words`)
    before_hyphen : it counts only before a hyphen
    with_stop     : a full stop right after it belongs to it (U.S.)
    """

    target: str | None
    text: str
    rule: str
    words: tuple[str, ...]
    bare: tuple[str, ...]
    keys: tuple[str, ...]
    gaps: tuple[str, ...]
    before_hyphen: bool
    with_stop: bool


def read_form(target: str | None, written: str) -> Form:
    """Read one form; ValueError says what is wrong with it."""
    rule = RULES.get(written[0], "capitals")
    text = written if rule == "capitals" else written[1:]
    if len(text) > LONGEST_FORM:
        raise ValueError(f"a form must have at most {LONGEST_FORM} characters; got {len(text)}")
    spans = word_spans(text)
    if not spans or spans[0][0] != 0:
        raise ValueError(f"a form must begin with a letter or digit (after one mark of ~ = ! + @); got {written!r}")
    words = tuple(text[a:b] for a, b in spans)
    gaps = tuple(gap_code(text[a:b]) for (_, a), (b, _) in pairwise(spans))
    tail = text[spans[-1][1] :]
    if "x" in gaps or tail not in ("", ".", "-"):
        raise ValueError(
            "between the words of a form stand spaces, hyphens, apostrophes, full stops, commas, & or +, "
            f"and after them at most a full stop or a hyphen; got {written!r}"
        )
    bare = tuple(map(bare_word, words))
    keys = tuple(map(word_key, bare))
    if not all(keys):
        raise ValueError(f"every word of a form must have a letter or digit; got {written!r}")
    return Form(target, text, rule, words, bare, keys, gaps, tail == "-", tail == ".")
