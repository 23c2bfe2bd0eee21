"""Write `unicode_tables.inc`: what the running Python says of every code point, as paged C arrays.

Run by the build: `python unicode_tables.py unicode_tables.inc`. The version of Unicode is recorded in the file, and
`stance.core` declines to run where the interpreter has another one.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

WORD, SPACE, DIGIT, CASED, IGNORABLE, LOWERS, STRIPS = (1 << i for i in range(7))
PAGE = 128
N_CODE_POINTS = 0x110000
HANGUL = range(0xAC00, 0xD7A4)  # decomposed by rule in prepare.hpp


def stripped(c: str) -> str:
    """Return what strip_accents="unicode" leaves of one character."""
    return "".join(d for d in unicodedata.normalize("NFKD", c) if not unicodedata.combining(d))


def code_class(c: str) -> int:
    """Return the class bits of one character, as `re`, `str.split` and `str.lower` see it."""
    flags = 0
    if c.isalnum() or c == "_":
        flags |= WORD
    if c.isspace():
        flags |= SPACE
    if c.isdecimal():
        flags |= DIGIT
    # The two halves of the rule for a final sigma, asked of str.lower itself: a capital sigma is final after a cased
    # character, with case-ignorable ones between.
    if (c + "\u03a3").lower()[-1] == "\u03c2":
        flags |= CASED
    elif ("a" + c + "\u03a3").lower()[-1] == "\u03c2":
        flags |= IGNORABLE
    if c.lower() != c:
        flags |= LOWERS
    if ord(c) >= 128 and ord(c) not in HANGUL and stripped(c) != c:
        flags |= STRIPS
    return flags


def paged(name: str, ctype: str, value: Callable[[int], int]) -> Iterable[str]:
    """Yield the C text of a two-level table of `value`, equal pages kept once."""
    pages: dict[tuple[int, ...], int] = {}
    index = [
        pages.setdefault(tuple(value(c) for c in range(start, start + PAGE)), len(pages))
        for start in range(0, N_CODE_POINTS, PAGE)
    ]
    yield f"static const uint16_t {name}_index[{len(index)}] = {{{','.join(map(str, index))}}};\n"
    rows = ",\n".join("{" + ",".join(map(str, page)) + "}" for page in pages)
    yield f"static const {ctype} {name}_pages[{len(pages)}][{PAGE}] = {{\n{rows}}};\n"


def tables() -> Iterable[str]:
    """Yield the C text of all tables."""
    yield f'static const char unicode_version[] = "{unicodedata.unidata_version}";\n'
    flags = [code_class(chr(c)) for c in range(N_CODE_POINTS)]
    yield from paged("class", "uint8_t", lambda c: flags[c])

    lowered = {c: chr(c).lower() for c in range(N_CODE_POINTS) if flags[c] & LOWERS}
    long = [c for c, s in lowered.items() if len(s) != 1]
    if long != [0x130] or lowered[0x130] != "i\u0307":
        raise SystemExit(f"str.lower gives several characters for {long}; prepare.hpp knows only U+0130")
    yield from paged("lower", "int32_t", lambda c: ord(lowered[c]) - c if c in lowered and c != 0x130 else 0)

    pool = bytearray()
    places: dict[int, int] = {}
    for c in range(N_CODE_POINTS):
        if flags[c] & STRIPS:
            piece = stripped(chr(c)).encode("utf-8", "surrogatepass")
            place = pool.find(piece)
            if place < 0:
                place = len(pool)
                pool += piece
            if len(piece) > 255 or place >= 1 << 24:
                raise SystemExit(f"the accent table has no room for U+{c:04X}")
            places[c] = place << 8 | len(piece)
    yield from paged("strip", "uint32_t", lambda c: places.get(c, 0))
    yield f"static const uint8_t strip_pool[] = {{{','.join(map(str, pool))}}};\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text("".join(tables()), encoding="ascii")
