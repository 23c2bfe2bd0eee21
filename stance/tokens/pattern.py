r"""The token pattern, built from explicit tables of characters.

`\w`, `\d` and `\s` mean other characters in `re` (NLTK up to 3.9), in `regex` (NLTK from 3.10) and in each
release of Unicode, so none of them occurs here: every class is a list of code points, and a class that is not
listed is what is left. The pattern reads from left to right without ever giving a character back:

- A *segment* is a dotted abbreviation of single letters, or Ph.D., with its last dot (U.S., a.m., e.g.), or a run
  of letters and numbers; a number keeps the comma or dot between two digits and a per cent sign (1,000.5, 2.5%).
- A *word* is segments joined by single hyphens, en dashes or apostrophes, straight or curly: anti-ship,
  Japan–Philippines, F-35, won't, China's, U.S.-led, 2019–2020. An apostrophe before or after a word is a token
  of its own, since nothing tells a plural possessive from a closing quotation mark.
- Two or more dots, or two or more hyphens, are one token.
- Every other mark is one token: each quotation mark (scare quotes are evidence), ? ! . , ; : — … $ @ # and
  each emoji.
- White space, controls, zero-width spaces, direction marks and variation selectors are in no token; a soft
  hyphen or a zero-width joiner is kept inside a word and dropped elsewhere.

A letter is any character that is not in the tables: letters of every script, combining marks, digits other
than 0 to 9, private and unassigned characters, lone surrogates.
"""

import re
from functools import cache

Ranges = tuple[tuple[int, int], ...]

DIGITS: Ranges = ((0x30, 0x39),)
JOINERS: Ranges = ((0xAD, 0xAD), (0x200C, 0x200D))
"""Soft hyphen, zero-width non-joiner and joiner."""

GAPS: Ranges = (
    (0x00, 0x20), (0x7F, 0xA0), (0x1680, 0x1680), (0x2000, 0x200B), (0x200E, 0x200F), (0x2028, 0x202F),
    (0x205F, 0x206F), (0x3000, 0x3000), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0100, 0xE01EF),
)  # fmt: skip
"""White space as `str.isspace` has it, controls, zero-width and direction marks, variation selectors."""

MARKS: Ranges = (
    (0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E),                                      # ASCII
    (0xA1, 0xA9), (0xAB, 0xAC), (0xAE, 0xB1), (0xB4, 0xB4), (0xB6, 0xB8), (0xBB, 0xBB), (0xBF, 0xBF),
    (0xD7, 0xD7), (0xF7, 0xF7),                                                                  # Latin-1
    (0x37E, 0x37E), (0x387, 0x387), (0x55A, 0x55F), (0x589, 0x58A),                              # Greek, Armenian
    (0x5BE, 0x5BE), (0x5C0, 0x5C0), (0x5C3, 0x5C3), (0x60C, 0x60D), (0x61B, 0x61B), (0x61E, 0x61F),
    (0x66A, 0x66D), (0x6D4, 0x6D4),                                                              # Hebrew, Arabic
    (0x964, 0x965), (0x970, 0x970), (0xE2F, 0xE2F), (0xE5A, 0xE5B), (0x104A, 0x104F), (0x1361, 0x1368),
    (0x17D4, 0x17D6), (0x17D8, 0x17DA), (0x1800, 0x180A),                                        # South Asia
    (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20CF), (0x2100, 0x214F), (0x2190, 0x2BFF),    # general, symbols
    (0x2E00, 0x2E7F), (0x3001, 0x3003), (0x3008, 0x3020), (0x3030, 0x3030), (0x303D, 0x303F), (0x30FB, 0x30FB),
    (0xFE10, 0xFE19), (0xFE30, 0xFE6B), (0xFF01, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65), (0xFFE0, 0xFFEE), (0xFFF9, 0xFFFD), (0x1F000, 0x1FAFF),                    # wide forms, emoji
)  # fmt: skip
"""Punctuation and symbols: each is a token of its own, unless the pattern joins or repeats it."""


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _listed(*tables: Ranges) -> str:
    """The inside of a character class of these ranges."""
    return "".join(
        _escape(first) if first == last else f"{_escape(first)}-{_escape(last)}"
        for table in tables
        for first, last in table
    )


_LETTER = f"[^{_listed(GAPS, JOINERS, DIGITS, MARKS)}]"
_IN_WORD = f"[^{_listed(GAPS, MARKS)}]"  # letter, digit or joiner
_IN_LETTERS = f"[^{_listed(GAPS, DIGITS, MARKS)}]"  # letter or joiner
_ABBREVIATION = rf"(?:{_LETTER}(?:\.{_LETTER}(?!{_IN_WORD}))++|Ph\.D(?!{_IN_WORD}))\.?+"
_NUMBER = r"[0-9]++(?:[.,][0-9]++)*+%?+"
_SEGMENT = rf"(?:{_ABBREVIATION}|(?:{_NUMBER}|{_LETTER}{_IN_LETTERS}*+)++)"
_LINK = r"[\-'\u2010\u2011\u2013\u2019]"

TOKEN_PATTERN: str = rf"{_SEGMENT}(?:{_LINK}{_SEGMENT})*+|\.{{2,}}+|-{{2,}}+|[^{_listed(GAPS, JOINERS)}]"
"""The pattern for NLTK's `RegexpTokenizer`; without groups that capture."""


@cache
def _token() -> re.Pattern[str]:
    """Return the compiled pattern, made when it is first needed: it takes longer than all else in this package."""
    return re.compile(TOKEN_PATTERN)


def tokenize(sentence: str) -> list[str]:
    """Return the tokens of `sentence` in order, each a piece of it as it stands; never raises for a str."""
    return _token().findall(sentence)


def token_spans(sentence: str) -> list[tuple[int, int]]:
    """Return the (start, end) of the tokens of `sentence`, in characters: `sentence[start:end]` is the token."""
    return [match.span() for match in _token().finditer(sentence)]
