"""Documents → CSV: a row a sentence, in the columns `read_corpus` reads: labels can be corrected and trained on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from stance.labels.records import Document, Sentence

COLUMNS = (
    "document", "sentence", "start", "end", "text", "claims", "role", "voice", "stance", "coder",
    "claim_probabilities", "role_probability", "voice_probability", "stance_probabilities",
    "source_start", "source_end",
)  # fmt: skip


def csv_header() -> str:
    """Return the first line of the CSV."""
    return _line(COLUMNS)


def document_csv(document: Document) -> str:
    """Return a document's sentences as lines of CSV.

    `claims` are joined by ";", `stance` is "target=stance; target=stance", as `read_corpus` reads them; `coder` is the
    model. `sentence` counts from 0; `start`, `end` and the source's are characters of the document.
    """
    return "".join(_line(_cells(document, number, s)) for number, s in enumerate(document.sentences))


def _cells(document: Document, number: int, s: Sentence) -> list[Any]:
    source = (s.voice.source_span if s.voice else None) or ("", "")
    return [
        document.id or "", number, *s.span, s.text,
        ";".join(claim.name for claim in s.claims),
        s.role.name if s.role else "",
        s.voice.name if s.voice else "",
        _stance_cell({target: found.name for target, found in s.stance.items()}),
        document.model or "",
        "; ".join(f"{claim.name}={claim.probability:.4f}" for claim in s.claims),
        f"{s.role.probability:.4f}" if s.role else "",
        f"{s.voice.probability:.4f}" if s.voice else "",
        _stance_cell({target: f"{found.probability:.4f}" for target, found in s.stance.items()}),
        *source,
    ]  # fmt: skip


def _stance_cell(values: Mapping[str, str]) -> str:
    """Return "target=value; target=value", or JSON where a target's own characters would be misread."""
    if any(";" in target or target != target.strip() or target.startswith("{") for target in values):
        return json.dumps(dict(values), ensure_ascii=False)
    return "; ".join(f"{target}={value}" for target, value in values.items())


def _line(cells: Any) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()
