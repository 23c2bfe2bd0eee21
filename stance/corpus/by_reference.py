"""Labels by reference: codings of real sentences that point into a source and hold no text.

A row names its `source`, the `document` in it, the characters `start` to `end` of that document's text, and the
`hash` of the sentence there: SHA-256 of its UTF-8 bytes with white space folded, the first 16 hex digits. What a
source is, where it came from and how its documents are read is said in `sources.toml` beside the rows.
`materialize` puts rows and a user's own copies of the sources together again.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.corpus.reading import json_lines, read_corpus_rows
from stance.corpus.records import Corpus, raise_faults
from stance.errors import CorpusError
from stance.text import read_text

POINTER = ("source", "document", "start", "end", "hash")
_SOURCE_KEYS = {"title", "origin", "licence", "files", "reader", "id", "text", "prepare", "note"}
_READERS = ("jsonl", "csv", "file", "excerpts")
_PREPARATIONS = ("none", "fold")


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents come from and how a copy of them is read.

    `files` is a glob below the folder a user names. `reader` says what one file is: `jsonl` or `csv` (a document
    a row: `id` and `text` name the columns; an `id` of "#" is "<file name>#<row from 0>"), `file` (a document a
    file, its name the id), or `excerpts` (JSONL rows with document, start, end and text, for those who hold
    quotations only). `prepare` "fold" resolves HTML entities and folds white space before characters are counted.
    """

    name: str
    title: str
    origin: str
    licence: str
    files: tuple[str, ...]
    reader: str
    id: str = "id"
    text: str = "text"
    prepare: str = "none"


@dataclass(frozen=True, slots=True)
class Materialized:
    """What `materialize` found: the corpus (None if nothing was), and what is missing or does not match."""

    corpus: Corpus | None
    n_rows: int
    missing_sources: dict[str, int]
    missing_documents: dict[str, list[str]]
    mismatched: list[str]

    def summary(self) -> str:
        """Return lines a person reads: how much was put together, and what was not and why."""
        found = 0 if self.corpus is None else sum(len(s.codings) for s in self.corpus)
        lines = [f"{found:,} of {self.n_rows:,} coded rows put together with their text"]
        for name, n in self.missing_sources.items():
            lines.append(f"missing source {name}: {n:,} rows need it; no file of it is in the folders given")
        for name, documents in self.missing_documents.items():
            some = ", ".join(documents[:3]) + (", ..." if len(documents) > 3 else "")
            lines.append(f"missing documents of {name}: {len(documents):,} ({some})")
        if self.mismatched:
            lines.append(f"{len(self.mismatched):,} rows whose text has another hash, first {self.mismatched[0]}")
        return "\n".join(lines)


def folded(text: str) -> str:
    """Return the text with every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def sentence_hash(text: str) -> str:
    """Return the first 16 hex digits of SHA-256 over the folded sentence."""
    return hashlib.sha256(folded(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load_sources(path: str | Path) -> dict[str, Source]:
    """Return the sources of a `sources.toml`, by name; raises CorpusError naming the table and key at fault."""
    path = Path(path)
    try:
        tables = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(f"{path}: not TOML: {error}") from None
    sources, faults = {}, []
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            faults.append(f"{path}: {name} must be a table; got {table!r:.60}")
            continue
        for key in table.keys() - _SOURCE_KEYS:
            faults.append(f"{path}: [{name}] has the unknown key {key!r}; one of {', '.join(sorted(_SOURCE_KEYS))}")
        for key, known in (("reader", _READERS), ("prepare", _PREPARATIONS)):
            if table.get(key, known[0]) not in known:
                faults.append(f"{path}: [{name}] {key} must be one of {', '.join(known)}; got {table[key]!r}")
        files = table.get("files", [])
        files = [files] if isinstance(files, str) else files
        if not files:
            faults.append(f"{path}: [{name}] files must hold at least one file pattern; got {files!r}")
        fields = {k: str(table.get(k, "")) for k in ("title", "origin", "licence")}
        fields |= {k: str(table[k]) for k in ("id", "text", "prepare") if k in table}
        sources[name] = Source(name, files=tuple(files), reader=str(table.get("reader", "jsonl")), **fields)
    raise_faults(faults)
    return sources


def reference_rows(path: str | Path) -> list[tuple[str, dict[str, Any]]]:
    """Return ("file:line", row) of a by-reference file; raises CorpusError unless every row has a sound pointer."""
    rows, faults = [], []
    for where, row in json_lines(Path(path)):
        if not isinstance(row, dict):
            faults.append(f"{where}: must be a JSON object; got {row!r:.60}")
            continue
        absent = [key for key in POINTER if row.get(key) is None]
        if absent:
            faults.append(f"{where}: a row must have {', '.join(POINTER)}; {', '.join(absent)} is missing")
        elif "text" in row:
            faults.append(f"{where}: a row by reference holds no text; got {row['text']!r:.40}")
        elif not (isinstance(row["start"], int) and isinstance(row["end"], int) and 0 <= row["start"] < row["end"]):
            faults.append(
                f"{where}: start and end must be whole numbers, 0 <= start < end; got {row['start']!r}, {row['end']!r}"
            )
        else:
            rows.append((where, row))
    raise_faults(faults)
    return rows


def materialize(
    references: str | Path | Sequence[str | Path], folders: Iterable[str | Path], sources: str | Path | None = None
) -> Materialized:
    """Return the coded corpus that `references` (by-reference files) point to, read from copies below `folders`.

    `sources` is the `sources.toml` (by default the one beside the first file of references). Every sentence's
    hash is checked; a row whose source, document or text is not as it was coded is left out and reported.
    """
    paths = [Path(references)] if isinstance(references, (str, Path)) else [Path(p) for p in references]
    known = load_sources(sources if sources is not None else paths[0].parent / "sources.toml")
    rows = [row for path in paths for row in reference_rows(path)]
    raise_faults(
        [
            f"{where}: source must be one of {', '.join(known)}; got {row['source']!r}"
            for where, row in rows
            if row["source"] not in known
        ]
    )
    roots = [Path(folder) for folder in folders]
    for root in roots:
        if not root.is_dir():
            raise CorpusError(f"a folder of sources must be a folder; got {str(root)!r}")
    texts = _Excerpts({(row["source"], row["document"]) for _, row in rows}, known, roots)
    complete: list[tuple[str, dict[str, Any]]] = []
    missing_sources: dict[str, int] = {}
    missing_documents: dict[str, dict[str, None]] = {}
    mismatched = []
    for where, row in rows:
        source, document = row["source"], row["document"]
        if source not in texts.found:
            missing_sources[source] = missing_sources.get(source, 0) + 1
            continue
        text = texts.get(source, document, row["start"], row["end"])
        if text is None:
            missing_documents.setdefault(source, {})[document] = None
        elif sentence_hash(text) != row["hash"]:
            mismatched.append(where)
        else:
            complete.append(
                (where, {k: v for k, v in row.items() if k not in ("start", "end", "hash")} | {"text": folded(text)})
            )
    corpus = read_corpus_rows(complete, name="materialized") if complete else None
    documents = {source: list(names) for source, names in missing_documents.items()}
    return Materialized(corpus, len(rows), missing_sources, documents, mismatched)


class _Excerpts:
    """The texts that rows point to: whole documents, or quotations where only those are at hand."""

    def __init__(self, wanted: set[tuple[str, str]], sources: Mapping[str, Source], roots: Sequence[Path]) -> None:
        self.documents: dict[tuple[str, str], str] = {}
        self.quotations: dict[tuple[str, str, int, int], str] = {}
        self.found: set[str] = set()
        for name in sorted({source for source, _ in wanted}):
            ids = {document for source, document in wanted if source == name}
            self._read(sources[name], ids, roots)

    def _read(self, source: Source, ids: set[str], roots: Sequence[Path]) -> None:
        for root in roots:
            for pattern in source.files:
                for path in sorted(root.glob(pattern)):
                    self.found.add(source.name)
                    if path.name.endswith("-excerpts.jsonl") or source.reader == "excerpts":
                        self._quote(path, source.name, ids)
                    else:
                        for document, text in _documents(path, source):
                            if document in ids:
                                self.documents[source.name, document] = text

    def _quote(self, path: Path, source: str, ids: set[str]) -> None:
        for where, row in json_lines(path):
            if not isinstance(row, dict) or not {"document", "start", "end", "text"} <= row.keys():
                raise CorpusError(f"{where}: an excerpt must have document, start, end and text; got {row!r:.60}")
            if row.get("source", source) == source and row["document"] in ids:
                self.quotations[source, row["document"], row["start"], row["end"]] = row["text"]

    def get(self, source: str, document: str, start: int, end: int) -> str | None:
        if (source, document) in self.documents:
            return self.documents[source, document][start:end]
        return self.quotations.get((source, document, start, end))


def _documents(path: Path, source: Source) -> Iterator[tuple[str, str]]:
    """Yield (document id, text) of one file of a source."""
    prepare = (lambda text: folded(html.unescape(text))) if source.prepare == "fold" else (lambda text: text)
    if source.reader == "file":
        yield path.name, prepare(read_text(path))
        return
    rows: Iterable[Any]
    if source.reader == "csv":
        csv.field_size_limit(2**31 - 1)
        raw = gzip.decompress(path.read_bytes()).decode("utf-8") if path.suffix == ".gz" else read_text(path)
        rows = csv.DictReader(io.StringIO(raw, newline=""))
    else:
        rows = (row for _, row in json_lines(path))
    for number, row in enumerate(rows):
        text = row.get(source.text)
        if text:
            name = f"{path.name}#{number}" if source.id == "#" else str(row.get(source.id))
            yield name, prepare(text)


def to_references(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield rows that hold a text and a place in its source as rows by reference: the text becomes its hash."""
    for row in rows:
        out = {key: value for key, value in row.items() if key != "text"}
        out["hash"] = sentence_hash(row["text"])
        yield out
