"""Documents → text a person reads: each sentence with its labels below it, in colour where a terminal shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from stance.labels.records import Document, Sentence
from stance.labels.tone import tone

if TYPE_CHECKING:
    from rich.console import Console

Piece = tuple[str, str]  # what is shown, and its style as rich names styles; "" is plain

_STYLES = {"for": "green", "against": "red", "neither": "cyan"}
_MARKED = {name: f"underline {style}" for name, style in _STYLES.items()}
_FOLDED = re.compile(r"\s+")


def document_text(document: Document) -> str:
    """Return a document as plain text: a heading, and two lines a sentence."""
    lines = ["".join(shown for shown, _ in heading_pieces(document))]
    for number, sentence in enumerate(document.sentences, 1):
        lines.append(f"{number:>5}  " + "".join(shown for shown, _ in text_pieces(document, sentence)))
        lines.append("       " + "".join(shown for shown, _ in label_pieces(sentence)))
    return "\n".join([*lines, "", ""])


def print_document(document: Document, console: Console) -> None:
    """Print a document to a terminal: wrapped to its width, in its colours."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text.assemble(*heading_pieces(document)))
    for number, sentence in enumerate(document.sentences, 1):
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=5, justify="right", style="dim")
        row.add_column()
        row.add_row(str(number), Text.assemble(*text_pieces(document, sentence)))
        row.add_row("", Text.assemble(*label_pieces(sentence)))
        console.print(row)
    console.print()


def heading_pieces(document: Document) -> list[Piece]:
    """Return the line above a document: its name, its size, and which model labelled it."""
    n = len(document.sentences)
    size = "no sentences" if not n else "1 sentence" if n == 1 else f"{n:,} sentences"
    by = f", by {document.model}" if document.model else ""
    return [(printable(document.id or "text"), "bold"), (f"  ({size}{by})", "dim")]


def text_pieces(document: Document, sentence: Sentence) -> Iterator[Piece]:
    """Yield a sentence on one line, with the mentions of its targets marked."""
    at = sentence.span[0]
    marks = sorted((span, tone(found.name)) for found in sentence.stance.values() for span in found.spans)
    for (start, end), name in marks:
        if start >= at:  # mentions do not overlap, unless somebody built the record
            yield printable(document.text[at:start]), ""
            yield printable(document.text[start:end]), _MARKED[name]
            at = end
    yield printable(document.text[at : sentence.span[1]]), ""


def label_pieces(sentence: Sentence) -> list[Piece]:
    """Return the labels of a sentence: claims with their probabilities, role, voice, stances."""
    claims = [(f"{claim.name} {claim.probability:.2f}", "bold magenta") for claim in sentence.claims]
    parts: list[list[Piece]] = [_joined(claims, ", ") or [("no claim", "dim")]]
    if sentence.role is not None:
        parts.append([(sentence.role.name, "")])
    if sentence.voice is not None:
        parts.append([(sentence.voice.name, "yellow" if sentence.voice.source_span else "")])
    stances = []
    for target, found in sentence.stance.items():
        meant = "" if found.spans else " (meant)"
        stances.append((f"{printable(target)}{meant} {found.name}", _STYLES[tone(found.name)]))
    parts.append(_joined(stances, ", "))
    return _joined_parts([part for part in parts if part])


def _joined(pieces: list[Piece], separator: str) -> list[Piece]:
    return _joined_parts([[piece] for piece in pieces], separator)


def _joined_parts(parts: Iterable[list[Piece]], separator: str = " · ") -> list[Piece]:
    out: list[Piece] = []
    for part in parts:
        out += [(separator, "dim"), *part] if out else part
    return out


def printable(text: str) -> str:
    """Return text for one line of a terminal or page: white space folded, what has no width and no effect left out, and
    whatever a terminal would obey or not show (escapes, NUL, turned writing, lone surrogates) written as `\\x1b`."""
    folded = _FOLDED.sub(" ", text)
    if folded.isprintable():
        return folded
    return "".join(c if c.isprintable() or c in _KEPT else _escaped(c) for c in folded)


_KEPT = "\u200c\u200d\u200e\u200f"  # joiners and marks that emoji and other scripts need
_LEFT_OUT = "\u00ad\u200b\u2060\ufeff"  # soft hyphen, and spaces without width


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _LEFT_OUT:
        return ""
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
