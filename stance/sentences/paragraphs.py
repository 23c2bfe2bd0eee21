"""Text → blocks: what lies between blank lines."""

import re

_BLANK = re.compile(r"\n[^\S\n]*\n\s*")


def find_blocks(text: str) -> list[tuple[int, int]]:
    blocks = []
    start = 0
    for match in [*_BLANK.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[start:end]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            blocks.append((first, start + len(piece.rstrip())))
        start = match.end() if match else end
    return blocks
