"""Text → words for the matching of actors: an explicit scanner, small enough to be ported exactly.

A word is a maximal run of letters, digits and combining marks. Which characters those are is written down
here, not asked of the Unicode tables of the running Python, so that the compiled core sees the same words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Code points that never belong to a word, as inclusive ranges; everything else does.
SEPARATORS: tuple[tuple[int, int], ...] = (
    (0x00, 0x2F),  # controls, space, ! " # $ % & ' ( ) * + , - . /
    (0x3A, 0x40),  # : ; < = > ? @
    (0x5B, 0x60),  # [ \ ] ^ _ `
    (0x7B, 0xA9),  # { | } ~, C1 controls, no-break space, currency, ©
    (0xAB, 0xAC),  # « ¬   (U+00AD, the soft hyphen, may stand inside a word)
    (0xAE, 0xB4),
    (0xB6, 0xB9),
    (0xBB, 0xBF),
    (0xD7, 0xD7),  # ×
    (0xF7, 0xF7),  # ÷
    (0x02B9, 0x02BF),  # modifier apostrophes: Nukuʻalofa
    (0x2000, 0x2BFF),  # general punctuation, super- and subscripts, currency, arrows, symbols, dingbats
    (0x2E00, 0x2E7F),
    (0x3000, 0x3004),  # CJK space and punctuation
    (0x3008, 0x3020),
    (0xD800, 0xF8FF),  # lone surrogates, private use
    (0xFE00, 0xFE6F),  # variation selectors, small forms
    (0xFEFF, 0xFF0F),  # byte order mark, full-width punctuation
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
    (0xFFE0, 0xFFFF),
    (0x1F000, 0x1FAFF),  # emoji
    (0xE0000, 0x10FFFF),  # tags, private use
)

SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
HYPHENS = "-\u2010\u2011\u2012\u2013\u2212"
APOSTROPHES = "'\u2019\u2018\u02bc\u02bb\u0060\u00b4\u2032"

# What may stand between two words of one name, by the code that names it:
#   s white space   h a hyphen   a an apostrophe   p an apostrophe and space (Workers' Party)
#   d a full stop   e a full stop and space   c a comma   n & or +
#   x anything else: a name never spans it
LONGEST_GAP = 8
ACCEPTED_GAPS = {"s": "sh", "h": "hs", "a": "a", "p": "ps", "d": "de", "e": "eds", "c": "cs", "n": "n"}

GAP_MARKS = {**dict.fromkeys(HYPHENS, "h"), **dict.fromkeys(APOSTROPHES, "a"), ".": "d", ",": "c", "&": "n", "+": "n"}
GAP_CODES = {("", True): "s", ("h", False): "h", ("a", False): "a", ("a", True): "p", ("d", False): "d",
          ("d", True): "e", ("c", False): "c", ("c", True): "c", ("n", False): "n", ("n", True): "n"}  # fmt: skip

_LATIN = ((0xC0, 0x24F), (0x1E00, 0x1EFF))
_WHOLE_LETTERS = dict(zip("ØøĐđŁłĦħı", "OoDdLlHhi", strict=True))  # they have no decomposition


def _bare_letters() -> dict[int, str | None]:
    """Return the letters that are read without their accent; combining marks and soft hyphens are not read."""
    bare: dict[int, str | None] = {ord(a): b for a, b in _WHOLE_LETTERS.items()}
    for low, high in _LATIN:
        for code in range(low, high + 1):
            base = unicodedata.normalize("NFD", chr(code))[0]
            if base != chr(code) and base.isascii():
                bare[code] = base
    bare.update(dict.fromkeys(range(0x300, 0x370)))
    bare[0xAD] = None
    return bare


BARE = _bare_letters()

_LOWER = {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}


@cache
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of a word, made when it is first needed: the compiled core needs none."""
    return re.compile("[^" + "".join(rf"\U{low:08x}-\U{high:08x}" for low, high in SEPARATORS) + "]+")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a written list."""
    return frozenset(text.split())


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of every word of `text`, in order."""
    return [match.span() for match in word_pattern().finditer(text)]


def bare_word(word: str) -> str:
    """Return `word` without accents, combining marks and soft hyphens, its capitals kept: Türkiye → Turkiye."""
    return word if word.isascii() else word.translate(BARE)


def word_key(bare: str) -> str:
    """Return a bare word with A to Z in lower case: what names are looked up by."""
    return bare.lower() if bare.isascii() else bare.translate(_LOWER)


def gap_code(gap: str) -> str:
    """Return the code of what stands between two words (see `ACCEPTED_GAPS`)."""
    if len(gap) > LONGEST_GAP:
        return "x"
    mark, spaced = "", False
    for character in gap:
        if character in SPACES:
            spaced = True
        elif not mark and character in GAP_MARKS:
            mark = GAP_MARKS[character]
        else:
            return "x"
    return GAP_CODES.get((mark, spaced), "x")
