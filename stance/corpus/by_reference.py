"""Labels by reference: codings of real sentences that point into a source and hold no text.

A row names its `source`, the `document` in it, the characters `start` to `end` of that document's text, and the
`hash` of the sentence there: SHA-256 of its UTF-8 bytes with white space folded, the first 16 hex digits. What a
source is, where it came from and how its documents are read is said in `sources.toml` beside the rows.
`materialize` puts rows and a user's own copies of the sources together again. Other keys are those of a corpus: a row
whose coder is "adjudicated" is the final coding of its sentence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.corpus.plain_text import PREPARATIONS, folded
from stance.corpus.reading import json_lines, read_corpus_rows
from stance.corpus.records import Corpus, raise_faults
from stance.errors import CorpusError
from stance.text import read_text

POINTER = ("source", "document", "start", "end", "hash")
_SOURCE_KEYS = {"title", "origin", "licence", "files", "id", "text", "prepare", "note"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents come from and how a copy of them is read.

    `files` are patterns below the folder a user names. A .csv, .jsonl or .jsonl.gz file holds a document a row, in
    the columns `id` and `text` (an `id` of "#" is "<file name>#<row from 0>"); any other file is one document, its
    name the id. `prepare` says how a document's text is cleaned before characters are counted (`plain_text`). JSONL
    rows with document and text are taken as they are: whole documents, cleaned already, or, where there is a
    `sentence`, quotations; a file `<name>.jsonl` of them serves for any source.
    """

    name: str
    title: str
    origin: str
    licence: str
    files: tuple[str, ...]
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
            lines.append(f"missing documents of {name}, whole or in part: {len(documents):,} ({some})")
        if self.mismatched:
            lines.append(f"{len(self.mismatched):,} rows whose text has another hash, first {self.mismatched[0]}")
        return "\n".join(lines)


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
        if (prepare := table.get("prepare", "none")) not in PREPARATIONS:
            faults.append(f"{path}: [{name}] prepare must be one of {', '.join(PREPARATIONS)}; got {prepare!r}")
        files = table.get("files", [])
        files = [files] if isinstance(files, str) else files
        if not files:
            faults.append(f"{path}: [{name}] files must hold at least one file pattern; got {files!r}")
        fields = {k: str(table.get(k, "")) for k in ("title", "origin", "licence")}
        fields |= {k: str(table[k]) for k in ("id", "text", "prepare") if k in table}
        sources[name] = Source(name, files=tuple(files), **fields)
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
        elif wrong := [key for key in ("source", "document", "hash") if not isinstance(row[key], str)]:
            faults.append(f"{where}: {wrong[0]} must be a string; got {row[wrong[0]]!r:.60}")
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

    `sources` is the `sources.toml` (by default the one beside the first file of references, or a folder above it).
    Every sentence's hash is checked. Where a copy was cleaned otherwise, so that characters count differently, the
    sentence is looked for in its document by its hash; a row whose source, document or sentence is not there is left
    out and reported.
    """
    paths = [Path(references)] if isinstance(references, (str, Path)) else [Path(p) for p in references]
    rows = [row for path in paths for row in reference_rows(path)]
    known = load_sources(sources if sources is not None else _sources_near(paths[0]))
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
    texts = _Texts({(row["source"], row["document"]) for _, row in rows}, known, roots)
    complete: list[tuple[str, dict[str, Any]]] = []
    missing_sources: dict[str, int] = {}
    missing_documents: dict[str, dict[str, None]] = {}
    mismatched = []
    for where, row in rows:
        source, document = row["source"], row["document"]
        if source not in texts.found:
            missing_sources[source] = missing_sources.get(source, 0) + 1
        elif (text := texts.sentence(row)) is not None:
            coding = {key: value for key, value in row.items() if key not in ("start", "end", "hash")}
            complete.append((where, coding | {"text": folded(text)}))
        elif texts.has_whole(row):
            mismatched.append(where)
        else:
            missing_documents.setdefault(source, {})[document] = None
    corpus = read_corpus_rows(complete, name="materialized") if complete else None
    documents = {source: list(names) for source, names in missing_documents.items()}
    return Materialized(corpus, len(rows), missing_sources, documents, mismatched)


def _sources_near(path: Path) -> Path:
    beside, above = path.parent / "sources.toml", path.parent.parent / "sources.toml"
    return above if above.is_file() and not beside.is_file() else beside


class _Texts:
    """The documents that rows point to, or quotations where only those are at hand."""

    def __init__(self, wanted: set[tuple[str, str]], sources: Mapping[str, Source], roots: Sequence[Path]) -> None:
        self.documents: dict[tuple[str, str], str] = {}
        self.quotations: dict[tuple[str, str], dict[str, str]] = {}
        self.found: set[str] = set()
        for name in sorted({source for source, _ in wanted}):
            ids = {document for source, document in wanted if source == name}
            for path in _files_of(sources[name], roots):
                self.found.add(name)
                self._read(path, sources[name], ids)

    def _read(self, path: Path, source: Source, ids: set[str]) -> None:
        for document, text, is_quotation in _documents(path, source):
            if document not in ids:
                continue
            if is_quotation:
                self.quotations.setdefault((source.name, document), {})[sentence_hash(text)] = text
            else:
                self.documents[source.name, document] = text

    def has_whole(self, row: Mapping[str, Any]) -> bool:
        """Whether the row's document is at hand, and not only quotations of it."""
        return (row["source"], row["document"]) in self.documents

    def sentence(self, row: Mapping[str, Any]) -> str | None:
        """Return the sentence with the row's hash: at its place, or wherever else in the document it stands."""
        key = (row["source"], row["document"])
        if (quoted := self.quotations.get(key, {}).get(row["hash"])) is not None:
            return quoted
        text = self.documents.get(key)
        if text is None:
            return None
        at_place = text[row["start"] : row["end"]]
        if sentence_hash(at_place) == row["hash"]:
            return at_place
        return _found_elsewhere(folded(text), row["end"] - row["start"], row["hash"])


def _found_elsewhere(text: str, length: int, wanted: str) -> str | None:
    """Return the piece of `text` from word to word, `length` characters long, that has the hash; None if none has."""
    start = 0
    while start + length <= len(text):
        end = start + length
        if (end == len(text) or text[end] == " ") and sentence_hash(text[start:end]) == wanted:
            return text[start:end]
        start = text.find(" ", start) + 1
        if start == 0:
            break
    return None


def _files_of(source: Source, roots: Sequence[Path]) -> Iterator[Path]:
    """Yield the files of a source below each root, or below its folder of the source's name."""
    for root in roots:
        for pattern in (*source.files, f"{source.name}.jsonl"):
            yield from sorted(root.glob(pattern))
            yield from sorted((root / source.name).glob(pattern))


def _documents(path: Path, source: Source) -> Iterator[tuple[str, str, bool]]:
    """Yield (document id, text, whether the text is a quotation) from one file of a source."""
    prepare = PREPARATIONS[source.prepare]
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        for where, row in json_lines(path):
            if not isinstance(row, dict):
                raise CorpusError(f"{where}: must be a JSON object; got {row!r:.60}")
            ours = "document" in row
            if ours and row.get("source", source.name) != source.name:
                continue
            document, text = row.get("document" if ours else source.id), row.get("text" if ours else source.text)
            if document is None or not isinstance(text, str):
                raise CorpusError(f"{where}: must have document (or {source.id}) and text; got {row!r:.60}")
            yield str(document), text if ours else prepare(text), ours and "sentence" in row
    elif path.suffix == ".csv":
        csv.field_size_limit(2**31 - 1)
        for number, row in enumerate(csv.DictReader(io.StringIO(read_text(path), newline=""))):
            if text := row.get(source.text):
                yield f"{path.name}#{number}" if source.id == "#" else str(row.get(source.id)), prepare(text), False
    else:
        yield path.name, prepare(read_text(path)), False


def to_references(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield rows that hold a text and a place in its source as rows by reference: the text becomes its hash."""
    for row in rows:
        out = {key: value for key, value in row.items() if key != "text"}
        out["hash"] = sentence_hash(row["text"])
        yield out
