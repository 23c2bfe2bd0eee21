"""Write `punkt_tables.inc`: the case and the letters of every code point, as Punkt sees them, as a paged C array.

Run by the build: `python punkt_tables.py punkt_tables.inc`. What a letter is, is said in `stance/sentences/punkt.py`.
"""

import sys
import unicodedata
from pathlib import Path

from unicode_tables import paged

UPPER, LOWER, LETTER = 1, 2, 4
LETTERS = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nl", "Pc"])
IN_CIRCLES = (
    *range(0x24B6, 0x24EA),
    *range(0x1F130, 0x1F14A),
    *range(0x1F150, 0x1F16A),
    *range(0x1F170, 0x1F18A),
)


def punkt_class(code: int) -> int:
    """Return the bits of one code point."""
    character = chr(code)
    letter = unicodedata.category(character) in LETTERS or code in (0x200C, 0x200D) or code in IN_CIRCLES
    return UPPER * character.isupper() | LOWER * character.islower() | LETTER * letter


if __name__ == "__main__":
    Path(sys.argv[1]).write_text("".join(paged("punkt_class", "uint8_t", punkt_class)), encoding="ascii")
