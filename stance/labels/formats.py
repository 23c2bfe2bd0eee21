"""Documents → a file, as they come: text to read, JSON lines, CSV, or one HTML page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from stance.errors import TextError
from stance.labels.records import Document

if TYPE_CHECKING:
    from stance.codebook import Codebook

FORMATS = ("text", "jsonl", "csv", "html")
ERRORS = "backslashreplace"  # how a file must be opened: a lone surrogate, which no encoding has, is written \ud800


def write_documents(
    documents: Iterable[Document], file: TextIO, format: str = "text", *, codebook: Codebook | None = None
) -> None:
    """Write documents to an open text file, one after the other, each flushed before the next is asked for.

    text: a heading, then two lines a sentence. jsonl: `Document.rows`, a line a sentence. csv: a row a sentence, which
    `read_corpus` reads. html: one page that needs nothing else; with a codebook it has a legend, and families of claims
    have their colours. `file` is best opened with `encoding="utf-8", errors="backslashreplace", newline=""`: texts may
    hold lone surrogates, and their line ends are kept. Raises TextError where `format` is none of FORMATS.
    """
    if format not in FORMATS:
        raise TextError(f"format must be one of {', '.join(FORMATS)}; got {format!r}")
    if format == "text":
        from stance.labels.as_text import document_text as shown

        head, tail = "", ""
    elif format == "jsonl":
        shown, head, tail = document_jsonl, "", ""
    elif format == "csv":
        from stance.labels.as_csv import csv_header
        from stance.labels.as_csv import document_csv as shown

        head, tail = csv_header(), ""
    else:
        from stance.labels.as_html import Page

        page = Page(codebook)
        shown, head, tail = page.document, page.head(), page.tail()
    file.write(head)
    for document in documents:
        file.write(shown(document))
        file.flush()
    file.write(tail)
    file.flush()


def document_jsonl(document: Document) -> str:
    """Return a document as JSON lines, one a sentence.

    Lone surrogates are left for the file to escape: written with "backslashreplace" they are JSON escapes.
    """
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in document.rows())
