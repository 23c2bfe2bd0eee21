"""Read and write coded corpora: JSONL, CSV, or a DataFrame; a row a sentence and coder.

Columns: `document` and `text` are required; `sentence` (a number; by default counted within the document),
`passage`, `kind`, `speaker`, `date`, `source`, `sample`, `coder`, and the layers `claims`, `role`, `voice`,
`stance` may be left out. In CSV, claims are separated by ";" and stances written "Japan=against; NATO=neutral";
a cell may also hold JSON. An empty cell or list of claims or stances means "coded, and none"; a missing column,
or the cell "NA", means "not coded". Claims may also be names with their probabilities, as in the JSON lines of
`stance label`: they can be corrected and read. The coder "adjudicated" is not one more: on the layers it codes, its
word is final (`CodedSentence.deciding`).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stance.codebook import Codebook
from stance.corpus.records import CodedSentence, Coding, Corpus, coding_faults, raise_faults
from stance.errors import CorpusError
from stance.text import read_text

LAYERS = ("claims", "role", "voice", "stance")
_TEXT_FIELDS = ("kind", "speaker", "date", "source", "sample")
COLUMNS = ("document", "passage", "sentence", *_TEXT_FIELDS, "text", *LAYERS, "coder")
_DEFAULT_CODER = "coder"
_NOT_CODED = "NA"


def read_corpus(source: str | Path | Any, codebook: Codebook | None = None, *, name: str | None = None) -> Corpus:
    """Return a corpus from a .jsonl (or .jsonl.gz) or .csv file, or from a DataFrame with the same columns.

    A DataFrame is of pandas or polars; an Arrow table and a list of rows, each a dict, are read as well. With a
    codebook, labels are checked against it. Raises CorpusError with place and value of the first 20 faults: a missing
    column, an unknown label, the same sentence twice by one coder, two texts for one sentence, a text that is empty or
    no string.
    """
    if not isinstance(source, (str, os.PathLike)):
        rows = _table_rows(source)
        return read_corpus_rows(rows, codebook, name=name or ("rows" if isinstance(source, list) else "DataFrame"))
    path = Path(source)
    if path.name.endswith((".jsonl", ".jsonl.gz")):
        return read_corpus_rows(json_lines(path), codebook, name=name or path.name.split(".")[0], where=path)
    if path.suffix == ".csv":
        return read_corpus_rows(_csv_rows(path), codebook, name=name or path.stem, where=path)
    raise CorpusError(f"a corpus must be a .jsonl, .jsonl.gz or .csv file, or a DataFrame; got {str(path)!r}")


def write_corpus(corpus: Corpus, path: str | Path) -> None:
    """Write a corpus as .jsonl or .csv, a row a sentence and coder; `read_corpus` gives back an equal corpus.

    JSON reads two lone surrogates that make a pair as the one character they spell in UTF-16; CSV cannot hold any.
    """
    path = Path(path)
    rows = list(corpus_rows(corpus))
    if path.suffix == ".jsonl":
        lines = (_json_line({k: v for k, v in row.items() if v is not None}) for row in rows)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
    elif path.suffix == ".csv":
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            for layer in ("claims", "stance"):
                row[layer] = _NOT_CODED if row[layer] is None else _json_line(row[layer])
            writer.writerow(row)
        try:
            raw = file.getvalue().encode("utf-8")
        except UnicodeEncodeError as error:
            found = f"{error.object[error.start]!r} in {error.object[max(0, error.start - 20) : error.end + 20]!r}"
            raise CorpusError(f"a CSV cannot hold lone surrogates, write the corpus as .jsonl; got {found}") from None
        path.write_bytes(raw)
    else:
        raise CorpusError(f"a corpus is written as .jsonl or .csv; got {str(path)!r}")


def _json_line(value: Any) -> str:
    """Return a value as JSON in its own script, lone surrogates escaped, since UTF-8 has no bytes for them."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text) else json.dumps(value)


def corpus_rows(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """Yield a corpus as plain rows in the order of COLUMNS, one a sentence and coder; absent values are None."""
    for s in corpus:
        for c in s.codings:
            row = {column: getattr(s, column, None) for column in COLUMNS}
            row["claims"] = None if c.claims is None else sorted(c.claims)
            row["role"], row["voice"] = c.role, c.voice
            row["stance"] = None if c.stance is None else dict(c.stance)
            row["coder"] = c.coder
            yield row


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield ("file:line", value) for each line of a JSONL file; raises CorpusError where a line is not JSON."""
    if path.suffix == ".gz":
        try:
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise CorpusError(f"{path}: must be gzip-compressed UTF-8; {error}") from None
    else:
        text = read_text(path)
    faults: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield f"{path}:{number}", json.loads(line)
        except (ValueError, RecursionError) as error:
            faults.append(f"{path}:{number}: must be one JSON object; {error}; got {line[:60]!r}")
    raise_faults(faults)


def _table_rows(table: Any) -> Iterator[tuple[str, Any]]:
    """Yield ("row label", row) for each row of a DataFrame of pandas or polars, an Arrow table or a list of dicts."""
    if isinstance(table, list):
        yield from ((f"row {i}", row) for i, row in enumerate(table))
        return
    columns = getattr(table, "column_names", None) or getattr(table, "columns", None)  # pyarrow; pandas and polars
    if columns is None or getattr(table, "shape", None) is None:
        raise TypeError("a corpus must be the name of a .jsonl or .csv file, a DataFrame or a list of dicts; got "
                        f"{type(table).__name__} {table!r:.40}")  # fmt: skip
    if missing := [column for column in ("document", "text") if column not in list(columns)]:
        without = " and ".join(missing) + (" is" if len(missing) == 1 else " are")
        known = ", ".join(map(str, columns))
        raise CorpusError(f"a DataFrame must have the columns document and text; {without} not among {known}")
    if hasattr(table, "to_pylist") or hasattr(table, "to_dicts"):
        rows = table.to_pylist() if hasattr(table, "to_pylist") else table.to_dicts()
        for i, row in enumerate(rows):
            yield f"row {i}", {column: _without_nulls(value) for column, value in row.items()}
    else:
        table = table.astype(object).where(table.notna(), None)
        yield from ((f"row {label}", row) for label, row in zip(table.index, table.to_dict("records"), strict=True))


def _without_nulls(value: Any) -> Any:
    """Return a struct of Arrow or polars, in which every row has every key, as a dict of those that are there."""
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def _csv_rows(path: Path) -> Iterator[tuple[str, Any]]:
    csv.field_size_limit(2**31 - 1)
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    if reader.fieldnames is None or not {"document", "text"} <= set(reader.fieldnames):
        names = reader.fieldnames or ()
        otherwise = len(names) == 1 and set(";\t") & set(names[0])
        hint = "; cells must be parted by commas" if otherwise else ""
        raise CorpusError(
            f"{path}:1: the header must have the columns document and text; got {reader.fieldnames}{hint}"
        )
    if twice := [name for name, n in Counter(reader.fieldnames).items() if n > 1]:
        raise CorpusError(f"{path}:1: a column must be there once; got {twice[0]!r} twice")
    try:
        for row in reader:
            if None in row:
                raise CorpusError(f"{path}:{reader.line_num}: a row must have {len(reader.fieldnames)} cells; got more")
            yield f"{path}:{reader.line_num}", row
    except csv.Error as error:  # a quote that is never closed would take in all rows that follow
        raise CorpusError(f"{path}:{reader.line_num + 1}: must be CSV, with each quote closed: {error}") from None


def read_corpus_rows(
    rows: Iterable[tuple[str, Any]], codebook: Codebook | None = None, *, name: str, where: str | Path | None = None
) -> Corpus:
    """Return the corpus of ("place", row) pairs; `read_corpus` says what a row holds and what raises CorpusError.

    `where` is how an error names a corpus without rows, a file's path; by default its name.
    """
    faults: list[str] = []
    found: dict[tuple[str, str | None, int], CodedSentence] = {}
    counted: dict[tuple[str, str | None], int] = {}
    for place, row in _readable(rows, faults):
        try:
            sentence = _sentence(row, place, counted)
            coding = sentence.codings[0]
            if codebook is not None:
                faults.extend(coding_faults(coding, codebook))
            before = found.get(sentence.key)
            if before is None:
                found[sentence.key] = sentence
            elif before.text != sentence.text:
                first = before.codings[0].where
                two = f"{first} has {before.text[:60]!r}, here {sentence.text[:60]!r}"
                raise CorpusError(f"{sentence.place} must have one text; {two}")
            elif twice := [c.where for c in before.codings if c.coder == coding.coder]:
                raise CorpusError(f"{sentence.place} is there twice by the coder {coding.coder!r}, first in {twice[0]}")
            else:
                found[sentence.key] = _with_coding(before, coding)
        except CorpusError as error:
            faults.append(f"{place}: {error}")
    raise_faults(faults)
    if not found:
        raise CorpusError(f"{where or name}: a corpus must hold at least one sentence; got none")
    return Corpus(name, _in_reading_order(found.values()))


def _readable(rows: Iterable[tuple[str, Any]], faults: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield the rows; what their reader finds at fault joins the faults, so that all are told at once."""
    try:
        yield from rows
    except CorpusError as error:
        faults.extend(str(error).split("\n"))


def _in_reading_order(sentences: Iterable[CodedSentence]) -> tuple[CodedSentence, ...]:
    """Return documents and passages in the order first seen, their sentences by number."""
    order: dict[tuple[str, str | None], int] = {}
    documents: dict[str, int] = {}
    kept = list(sentences)
    for s in kept:
        documents.setdefault(s.document, len(documents))
        order.setdefault((s.document, s.passage), len(order))
    return tuple(sorted(kept, key=lambda s: (documents[s.document], order[s.document, s.passage], s.sentence)))


def _with_coding(sentence: CodedSentence, coding: Coding) -> CodedSentence:
    fields = {name: getattr(sentence, name) for name in CodedSentence.__slots__}
    return CodedSentence(**fields | {"codings": (*sentence.codings, coding)})


def _sentence(row: Any, where: str, counted: dict[tuple[str, str | None], int]) -> CodedSentence:
    if not isinstance(row, Mapping):
        raise CorpusError(f"a row must be a JSON object; got {row!r:.60}")
    document, text = row.get("document"), row.get("text")
    if isinstance(document, int) and not isinstance(document, bool):
        document = str(document)
    if not isinstance(document, str) or not document:
        raise CorpusError(f"document must be a non-empty string; got {document!r}")
    if not isinstance(text, str) or not text.strip():
        raise CorpusError(f"text must be a non-empty string; got {text!r:.60}")
    passage = row.get("passage")
    passage = None if _absent(passage) else str(passage)
    number = row.get("sentence")
    if _absent(number):
        number = counted.get((document, passage), 0)
    else:
        number = _whole_number(number)
    counted[document, passage] = number + 1
    texts = {key: None if _absent(row.get(key)) else str(row[key]) for key in _TEXT_FIELDS}
    coder = _DEFAULT_CODER if _absent(row.get("coder")) else str(row["coder"])
    role, voice = (_one_name(row, key) for key in ("role", "voice"))
    claims, stance = _claims(row.get("claims")), _stance(row.get("stance"))
    coding = Coding(coder, claims, role, voice, stance, where)
    return CodedSentence(document, number, text, (coding,), passage, **texts)


def _absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _whole_number(value: Any) -> int:
    if isinstance(value, str) and value.strip().removesuffix(".0").isdecimal():
        value = value.strip().removesuffix(".0")  # as pandas writes a column with gaps
    try:
        if isinstance(value, bool) or int(value) != float(value) or int(value) < 0:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise CorpusError(f"sentence must be a whole number from 0; got {value!r}") from None
    return int(value)


def _one_name(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if _absent(value) or value == _NOT_CODED:
        return None
    if not isinstance(value, str):
        raise CorpusError(f"{key} must be one name; got {value!r:.60}")
    return value.strip()


def _claims(value: Any) -> frozenset[str] | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return _claims(_claims_cell(value))
    if isinstance(value, Mapping) and all(isinstance(p, float) for p in value.values()):
        value = list(value)
    if isinstance(value, np.ndarray):  # as pandas reads lists from Parquet
        value = value.tolist()
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(isinstance(v, str) and v for v in value):
        raise CorpusError(f"claims must be a list of names; got {value!r:.60}")
    return frozenset(value)


def _stance(value: Any) -> dict[str, str] | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return _stance(_stance_cell(value))
    if not isinstance(value, Mapping) or not all(isinstance(x, str) and x for pair in value.items() for x in pair):
        raise CorpusError(f"stance must map targets to stances; got {value!r:.60}")
    return dict(value)


def _claims_cell(cell: str | None) -> Any:
    if cell is None or cell.strip() == _NOT_CODED:
        return None
    if cell.lstrip().startswith("["):
        return _json_cell("claims", cell)
    return [name.strip() for name in cell.split(";") if name.strip()]


def _stance_cell(cell: str | None) -> Any:
    if cell is None or cell.strip() == _NOT_CODED:
        return None
    if cell.lstrip().startswith("{"):
        return _json_cell("stance", cell)
    out = {}
    for part in filter(str.strip, cell.split(";")):
        target, equals, stance = part.rpartition("=")
        if not equals or not target.strip() or not stance.strip():
            raise CorpusError(f"stance must be written 'target=stance; target=stance'; got {cell[:60]!r}")
        out[target.strip()] = stance.strip()
    return out


def _json_cell(column: str, cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"{column} begins like JSON but is none: {error}; got {cell[:60]!r}") from None
