"""A compiled pipeline ↔ a folder: one JSON file and plain arrays, no code.

`compiled.json` holds the settings, the rules of the head and, for each array, its file, dtype, shape and SHA-256.
Strings are arrays too: UTF-8 bytes (a lone surrogate as its three bytes) and offsets, and pairs of words the numbers of
their words. Everything is checked against everything else before a pipeline is built from it; arrays are mapped from
their files, not read.
"""

import json
import math
import mmap
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from os import PathLike, fspath
from os.path import join
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import numpy as np
from numpy.lib import format as npy

from stance import core
from stance.compiled.heads import RULES, Array, Head, Linear
from stance.compiled.pipeline import CompiledPipeline
from stance.core.plan import Block, Phrases, Plan, Terms
from stance.errors import ModelError

if TYPE_CHECKING:
    from io import FileIO

    from stance.compiled.joint_heads import Calibrator, Fold

FORMAT = "stance compiled pipeline"
VERSION = 1
INDEX = "compiled.json"
_LARGEST_INDEX = 16 << 20  # bytes; real ones have a few thousand
_DEEPEST_HEAD = 8
_NAME = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_DTYPES = {
    "<f8", "<f4", "<f2", "|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8",
}  # fmt: skip

Verify = Literal["all", "sizes"]


# ---- save -----------------------------------------------------------------------------------------------------


def save(pipeline: CompiledPipeline, folder: str | PathLike[str]) -> None:
    """Write `pipeline` to `folder`, which is made if need be; each file is replaced at once, the index last."""
    target = fspath(folder)
    os.makedirs(target, exist_ok=True)
    writer = _Writer(target)
    plan = pipeline.plan
    index = {
        "format": FORMAT,
        "version": VERSION,
        "made_from": pipeline.made_from,
        "made_with": pipeline.made_with or versions(),
        "float64": pipeline.float64,
        "n_outputs": plan.n_outputs,
        "blocks": [_block_data(b, f"block{i}", writer) for i, b in enumerate(plan.blocks)],
        "intercept": writer.array("intercept", plan.intercept),
        "head": _head_data(pipeline.head, "head", writer),
        "arrays": writer.table,
    }
    _replace(join(target, INDEX), json.dumps(index, ensure_ascii=True, allow_nan=True, indent=1).encode())


def versions() -> dict[str, str]:
    """Return what a compiled pipeline was made with, for information; scikit-learn's only where it is loaded."""
    import platform

    found = {"python": platform.python_version(), "numpy": np.__version__, "unicode": unicodedata.unidata_version}
    for module in ("sklearn", "nltk", "stance"):
        version = getattr(sys.modules.get(module), "__version__", None)
        if isinstance(version, str):
            found[module] = version
    return found


class _Writer:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.table: dict[str, dict[str, Any]] = {}

    def array(self, name: str, array: Array) -> str:
        """Write `array` to its own file and return the name it has in the index."""
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        self.table[name] = {
            "file": f"{name}.npy",
            "dtype": plain.dtype.str,
            "shape": list(plain.shape),
            "sha256": _sha256(plain),
        }
        _replace(join(self._folder, f"{name}.npy"), lambda file: np.save(file, plain, allow_pickle=False))
        return name

    def terms(self, name: str, terms: Terms) -> dict[str, str]:
        return {
            "bytes": self.array(f"{name}.bytes", terms.data),
            "offsets": self.array(f"{name}.offsets", terms.offsets),
        }

    def labels(self, name: str, labels: Array) -> dict[str, Any]:
        if labels.dtype.kind not in "UO":
            return {"type": "number", "values": self.array(name, labels)}
        width = labels.dtype.itemsize // 4 if labels.dtype.kind == "U" else None  # None: an array of Python's str
        return {"type": "text", "width": width, **self.terms(name, Terms.of(str(label) for label in labels))}


def _sha256(array: Array) -> str:
    import hashlib

    return hashlib.sha256(array.data).hexdigest()


def _replace(path: str, content: "bytes | Callable[[Any], object]") -> None:
    """Write a file beside `path` and move it there: who mapped the old one keeps the old one."""
    import tempfile

    handle, beside = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
    try:
        with open(handle, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                content(file)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


def _block_data(block: Block, name: str, writer: _Writer) -> dict[str, Any]:
    return {
        "analyzer": block.analyzer,
        "tokens": block.tokens,
        "ngram_range": list(block.ngram_range),
        "lowercase": block.lowercase,
        "strip_accents": block.strip_accents,
        "stop_words": None if block.stop_words is None else writer.terms(f"{name}.stop_words", block.stop_words),
        "vocabulary": None
        if block.vocabulary is None
        else _vocabulary_data(block.vocabulary, f"{name}.vocabulary", writer),
        "n_hashed": block.n_hashed,
        "alternate_sign": block.alternate_sign,
        "binary": block.binary,
        "sublinear_tf": block.sublinear_tf,
        "norm": block.norm,
        "scale": writer.array(f"{name}.scale", block.scale),
        "weights": writer.array(f"{name}.weights", _narrowest(block.weights)),
    }


def _vocabulary_data(vocabulary: Terms | Phrases, name: str, writer: _Writer) -> dict[str, Any]:
    if isinstance(vocabulary, Terms):
        return writer.terms(name, vocabulary)
    return {
        **writer.terms(name, vocabulary.words),
        "pairs": writer.array(f"{name}.pairs", vocabulary.pairs),
        "n_single": vocabulary.n_single,
    }


def _narrowest(values: Array) -> Array:
    """Return the values in the smallest float type that holds each of them exactly."""
    with np.errstate(over="ignore"):
        for dtype in (np.float16, np.float32):
            narrow = values.astype(dtype)
            if np.array_equal(narrow.astype(np.float64), values):
                return narrow
    return values


def _head_data(head: Head, name: str, writer: _Writer) -> dict[str, Any]:
    from stance.compiled import joint_heads

    match head:
        case Linear():
            classes = writer.labels(f"{name}.classes", head.classes_)
            return {"is": "linear", "start": head.start, "stop": head.stop, "rule": head.rule,
                    "multilabel": head.multilabel, "classes": classes}  # fmt: skip
        case joint_heads.NaiveBayes():
            return {"is": "naive_bayes", "start": head.start, "stop": head.stop,
                    "classes": writer.labels(f"{name}.classes", head.classes_)}  # fmt: skip
        case joint_heads.Constant():
            return {"is": "constant", "value": head.value}
        case joint_heads.OneVsRest():
            return {"is": "one_vs_rest", "kind": head.kind, "threshold": head.threshold,
                    "classes": writer.labels(f"{name}.classes", head.classes_),
                    "members": _members_data(head.members, name, writer)}  # fmt: skip
        case joint_heads.MultiOutput():
            return {"is": "multi_output", "members": _members_data(head.members, name, writer)}
        case joint_heads.Calibrated():
            folds = [
                {
                    "member": _head_data(fold.member, f"{name}.{i}", writer),
                    "places": list(fold.places),
                    "calibrators": [
                        {"is": "sigmoid", "slope": c.slope, "offset": c.offset} if isinstance(c, joint_heads.Sigmoid)
                        else {"is": "isotonic", "x": writer.array(f"{name}.{i}.x{j}", c.x),
                              "y": writer.array(f"{name}.{i}.y{j}", c.y)}
                        for j, c in enumerate(fold.calibrators)
                    ],
                }
                for i, fold in enumerate(head.folds)
            ]  # fmt: skip
            return {"is": "calibrated", "classes": writer.labels(f"{name}.classes", head.classes_), "folds": folds}
    raise TypeError(f"a head that cannot be stored: {head!r}")


def _members_data(members: tuple[Head, ...], name: str, writer: _Writer) -> list[dict[str, Any]]:
    return [_head_data(m, f"{name}.{i}", writer) for i, m in enumerate(members)]


# ---- load -----------------------------------------------------------------------------------------------------


def load_compiled(
    folder: str | PathLike[str],
    *,
    n_jobs: int | None = None,
    float64: bool = False,
    path: Literal["core", "plain"] | None = None,
    verify: Verify = "all",
) -> CompiledPipeline:
    """Return the pipeline that `CompiledPipeline.save` wrote to `folder`.

    Nothing is run and nothing unpickled. With verify="all" every array must have the SHA-256 its index says; "sizes"
    leaves that out and checks all the rest (for folders nobody else can write to). Raises ModelError naming the file.
    `path="plain"` scores on scikit-learn even where the compiled core is there.
    """
    if verify not in ("all", "sizes"):
        raise ValueError(f'verify must be "all" or "sizes"; got {verify!r}')
    where = fspath(folder)
    index = _read_index(join(where, INDEX))
    try:
        reader = _Reader(where, index.of("arrays"), verify)
        n_outputs = index.whole("n_outputs", 1, 1 << 24)
        plan = Plan(
            tuple(_block(b, reader, n_outputs) for b in index.many("blocks")),
            reader.array(index.text("intercept"), "<f8", (n_outputs,)),
        )
        head = _head(index.of("head"), reader, n_outputs, _DEEPEST_HEAD)
        made_with = index.of("made_with").fields
        return CompiledPipeline(
            plan,
            head,
            n_jobs=n_jobs,
            float64=float64 or index.flag("float64"),
            path=path,
            made_from=index.text("made_from"),
            made_with={str(k): str(v) for k, v in made_with.items()},
        )
    except ModelError:
        raise
    except (ValueError, RecursionError) as problem:  # a rule of Plan, Block or Terms
        raise ModelError(f"{join(where, INDEX)}: {problem}") from None


def read_json(path: str, written_by: str) -> Any:
    """Return what a JSON file of a folder holds. Raises ModelError naming it where it is missing, no regular file, too
    large, no JSON, or has a key twice in one object."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):  # a device has no end
            raise ModelError(f"{path}: must be a regular file")
        if found.st_size > _LARGEST_INDEX:
            raise ModelError(f"{path}: must be at most {_LARGEST_INDEX} bytes; has {found.st_size}")
        with open(path, "rb") as file:
            return json.loads(file.read(), object_pairs_hook=_without_twins)
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file; the folder must be one that {written_by} wrote") from None
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from None
    except ModelError:
        raise
    except (ValueError, RecursionError) as problem:
        raise ModelError(f"{path}: must be JSON: {problem}") from None


def _read_index(path: str) -> "_Fields":
    fields = read_json(path, "CompiledPipeline.save")
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise ModelError(f'{path}: "format" must be {FORMAT!r}')
    version = fields.get("version")
    if version != VERSION:
        raise ModelError(f'{path}: "version" must be {VERSION}, this library reads no other; got {version!r}')
    return _Fields(fields, path, "")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key occurs twice in one object")
    return fields


class _Fields:
    """An object of the index; every read says what must hold and where."""

    def __init__(self, fields: Any, file: str, at: str) -> None:
        self._file = file
        self._at = at
        if not isinstance(fields, dict):
            self.fail("must be an object", fields)
        self.fields: dict[str, Any] = fields

    def fail(self, rule: str, given: Any, key: str = "") -> NoReturn:
        shown = repr(given)
        raise ModelError(f"{self._file}: ${self._at}{f'.{key}' if key else ''} {rule}; got {shown[:60]}")

    def of(self, key: str) -> "_Fields":
        return _Fields(self.fields.get(key), self._file, f"{self._at}.{key}")

    def of_or_none(self, key: str) -> "_Fields | None":
        return None if self.fields.get(key) is None else self.of(key)

    def many(self, key: str) -> "list[_Fields]":
        items = self.fields.get(key)
        if not isinstance(items, list) or len(items) > 1 << 16:
            self.fail("must be a list", items, key)
        return [_Fields(item, self._file, f"{self._at}.{key}[{i}]") for i, item in enumerate(items)]

    def text(self, key: str) -> str:
        value = self.fields.get(key)
        if not isinstance(value, str):
            self.fail("must be a string", value, key)
        return value

    def one_of(self, key: str, allowed: tuple[str | None, ...]) -> Any:
        value = self.fields.get(key)
        if (value is not None and not isinstance(value, str)) or value not in allowed:
            self.fail(f"must be one of {', '.join(map(str, allowed))}", value, key)
        return value

    def flag(self, key: str) -> bool:
        value = self.fields.get(key)
        if not isinstance(value, bool):
            self.fail("must be true or false", value, key)
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        return self._whole(self.fields.get(key), low, high, key)

    def wholes(self, key: str, low: int, high: int) -> list[int]:
        values = self.fields.get(key)
        if not isinstance(values, list) or len(values) > 1 << 20:
            self.fail("must be a list", values, key)
        return [self._whole(v, low, high, key) for v in values]

    def _whole(self, value: Any, low: int, high: int, key: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fail(f"must be a whole number from {low} to {high}", value, key)
        return value

    def number(self, key: str) -> float:
        value = self.fields.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.fail("must be a number", value, key)
        return float(value)


class _Reader:
    """The arrays of a folder, each mapped when it is first asked for and checked as it is."""

    def __init__(self, folder: str, table: _Fields, verify: Verify) -> None:
        self._folder = folder
        self._table = table
        self._verify = verify

    def array(self, name: str, dtype: str | None, shape: tuple[int | None, ...]) -> Array:
        """Return array `name`, which must have this dtype (any number where None) and shape (any size where None)."""
        if not _NAME.fullmatch(name):
            self._table.fail("must hold names of arrays, such as block0.scale", name)
        entry = self._table.of(name)
        entry.one_of("file", (f"{name}.npy",))
        said = entry.one_of("dtype", tuple(sorted(_DTYPES)) if dtype is None else (dtype,))
        sizes = entry.wholes("shape", 0, 1 << 40)
        if len(sizes) != len(shape) or any(want not in (None, got) for want, got in zip(shape, sizes, strict=True)):
            entry.fail(f"must be {tuple('any' if s is None else s for s in shape)}", sizes, "shape")
        path = join(self._folder, f"{name}.npy")
        array = _mapped(path, np.dtype(said), tuple(sizes))
        if self._verify == "all":
            found = _sha256(array)
            if found != entry.fields.get("sha256"):
                raise ModelError(f"{path}: its SHA-256 must be {str(entry.fields.get('sha256'))[:64]}; is {found}")
        return array

    def floats(self, name: str, shape: tuple[int | None, ...]) -> Array:
        """Return array `name`, of any float type."""
        array = self.array(name, None, shape)
        if array.dtype.kind != "f":
            self._table.fail("must hold floats", str(array.dtype), name)
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def terms(self, fields: _Fields) -> Terms:
        name = fields.text("bytes")
        data = self.array(name, "|u1", (None,))
        offsets = self.array(fields.text("offsets"), "<i8", (None,)).astype(np.int64, copy=False)
        if core.holds_strings(data, offsets):
            return Terms(data, offsets)
        try:
            terms = Terms(data, offsets)
            bytes(data).decode("utf-8", "surrogatepass")
            starts = data[offsets[:-1][np.diff(offsets) > 0]]
        except ValueError as problem:
            raise ModelError(f"{join(self._folder, name)}.npy: must hold strings in UTF-8: {problem}") from None
        if ((starts & 0xC0) == 0x80).any():
            raise ModelError(f"{join(self._folder, name)}.npy: a string must not begin inside a character")
        return terms

    def vocabulary(self, fields: _Fields) -> Terms | Phrases:
        """Return strings, or words and pairs of them where the fields name pairs."""
        terms = self.terms(fields)
        if fields.fields.get("pairs") is None:
            return terms
        pairs = self.array(fields.text("pairs"), "<u4", (None, 2)).astype(np.uint32, copy=False)
        return Phrases(terms, pairs, fields.whole("n_single", 0, len(terms)))

    def labels(self, fields: _Fields) -> Array:
        if fields.one_of("type", ("number", "text")) == "number":
            values = np.array(self.array(fields.text("values"), None, (None,)))
        else:
            found = list(self.terms(fields))
            longest = max(map(len, found), default=0)
            if fields.fields.get("width") is None:
                values = np.empty(len(found), dtype=object)
                values[:] = found
            else:
                values = np.array(found, dtype=f"<U{fields.whole('width', max(longest, 1), max(longest, 1) + 4096)}")
        if not len(values):
            fields.fail("must hold labels", values)
        return values


def _mapped(path: str, dtype: "np.dtype[Any]", shape: tuple[int, ...]) -> Array:
    """Return the array of an .npy file, mapped; the file must be exactly what `dtype` and `shape` say."""
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelError(f"{path}: must be a regular file")
            start = _start(file, path, dtype, shape)
            size = dtype.itemsize * math.prod(shape)
            if status.st_size != start + size:
                raise ModelError(f"{path}: must be {start + size} bytes; is {status.st_size}")
            if size == 0:
                return np.empty(shape, dtype)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        array = np.frombuffer(mapped, dtype, offset=start).reshape(shape)
        return array if array.flags.aligned else array.copy()
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file") from None
    except OSError as problem:
        raise ModelError(f"{path}: cannot be read: {problem.strerror}") from None
    except ModelError:
        raise
    except (ValueError, SyntaxError, TypeError) as problem:
        raise ModelError(f"{path}: must be an .npy file: {problem}") from None


def _start(file: "FileIO", path: str, dtype: "np.dtype[Any]", shape: tuple[int, ...]) -> int:
    """Return where the values of an .npy file begin, whose header must say `dtype` and `shape`."""
    head = file.read(512)  # what np.save writes of such an array; any other header is parsed
    end = 10 + int.from_bytes(head[8:10], "little")
    usual = f"{{'descr': {dtype.str!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    if head[:8] == b"\x93NUMPY\x01\x00" and head[10:end].rstrip() == usual.encode() and end <= len(head):
        return end
    file.seek(0)
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ModelError(f"{path}: must be .npy of version 1 or 2; got {version}")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        found_shape, fortran, found_dtype = read(file)
    except Exception as problem:  # NumPy reads headers with Python's tokenizer, which has errors of its own
        raise ModelError(f"{path}: must be an .npy file: {problem}") from None
    if (found_shape, found_dtype) != (shape, dtype) or (fortran and len(shape) > 1):
        raise ModelError(f"{path}: must hold {dtype} {shape} in C order; holds {found_dtype} {found_shape}")
    return file.tell()


def _block(fields: _Fields, reader: _Reader, n_outputs: int) -> Block:
    stop_words, vocabulary = fields.of_or_none("stop_words"), fields.of_or_none("vocabulary")
    terms = None if vocabulary is None else reader.vocabulary(vocabulary)
    n_hashed = fields.whole("n_hashed", 0, (1 << 31) - 1)
    n_columns = n_hashed if terms is None else len(terms)
    ngram_range = fields.wholes("ngram_range", 1, 1 << 20)
    if len(ngram_range) != 2:
        fields.fail("must be two numbers", ngram_range, "ngram_range")
    if n_columns == 0 or (terms is not None and n_hashed):
        fields.fail("must be above 0 without a vocabulary, 0 with one; the vocabulary must not be empty", n_hashed,
                    "n_hashed")  # fmt: skip
    return Block(
        analyzer=fields.one_of("analyzer", ("word", "char", "char_wb")),
        tokens=fields.one_of("tokens", ("default", "word", "space", "stance", "nltk_word", None)),
        ngram_range=(ngram_range[0], ngram_range[1]),
        lowercase=fields.flag("lowercase"),
        strip_accents=fields.one_of("strip_accents", ("ascii", "unicode", None)),
        stop_words=None if stop_words is None else reader.terms(stop_words),
        vocabulary=terms,
        n_hashed=n_hashed,
        alternate_sign=fields.flag("alternate_sign"),
        binary=fields.flag("binary"),
        sublinear_tf=fields.flag("sublinear_tf"),
        norm=fields.one_of("norm", ("l1", "l2", None)),
        scale=reader.array(fields.text("scale"), "<f8", (n_columns,)),
        weights=reader.floats(fields.text("weights"), (n_columns, n_outputs)),
    )


def _head(fields: _Fields, reader: _Reader, n_outputs: int, depth: int) -> Head:
    kinds = ("linear", "naive_bayes", "constant", "one_vs_rest", "multi_output", "calibrated")
    kind = fields.one_of("is", kinds)
    if depth == 0:
        fields.fail(f"must be nested at most {_DEEPEST_HEAD} deep", kind)
    if kind == "linear":
        start, stop, classes = _columns(fields, reader, n_outputs, (1, 2))
        return Linear(start, stop, classes, fields.one_of("rule", RULES), fields.flag("multilabel"))

    from stance.compiled import joint_heads

    if kind == "naive_bayes":
        return joint_heads.NaiveBayes(*_columns(fields, reader, n_outputs, (1,)))
    if kind == "constant":
        return joint_heads.Constant(fields.whole("value", 0, 1))
    if kind == "multi_output":
        return joint_heads.MultiOutput(_members(fields, reader, n_outputs, depth))
    classes = reader.labels(fields.of("classes"))
    if kind == "one_vs_rest":
        members = _members(fields, reader, n_outputs, depth)
        how = fields.one_of("kind", joint_heads.KINDS)
        if len(members) != (1 if how == "binary" else len(classes)) or (how == "binary" and len(classes) > 2):
            fields.fail(f"must have a member a class ({how})", len(members), "members")
        return joint_heads.OneVsRest(members, classes, how, fields.number("threshold"))
    return joint_heads.Calibrated(
        tuple(_fold(f, reader, n_outputs, depth, len(classes)) for f in _some(fields, "folds")), classes
    )


def _columns(fields: _Fields, reader: _Reader, n_outputs: int, of_one: tuple[int, ...]) -> tuple[int, int, Array]:
    """Return the first column of a classifier, the one after its last, and its classes: as many as columns, or one of
    the numbers `of_one` for a single column."""
    classes = reader.labels(fields.of("classes"))
    start = fields.whole("start", 0, n_outputs - 1)
    stop = fields.whole("stop", start + 1, n_outputs)
    n = stop - start
    allowed = of_one if n == 1 else (n,)
    if len(classes) not in allowed:
        fields.fail(f"must have {' or '.join(map(str, allowed))} classes for {n} columns", len(classes))
    return start, stop, classes


def _some(fields: _Fields, key: str) -> list[_Fields]:
    found = fields.many(key)
    if not found:
        fields.fail("must not be empty", [], key)
    return found


def _members(fields: _Fields, reader: _Reader, n_outputs: int, depth: int) -> tuple[Head, ...]:
    return tuple(_head(m, reader, n_outputs, depth - 1) for m in _some(fields, "members"))


def _fold(fields: _Fields, reader: _Reader, n_outputs: int, depth: int, n_classes: int) -> "Fold":
    from stance.compiled import joint_heads

    member = _head(fields.of("member"), reader, n_outputs, depth - 1)
    if isinstance(member, joint_heads.Constant | joint_heads.MultiOutput):
        fields.fail("must be one classifier", fields.of("member").fields.get("is"), "member")
    places = tuple(fields.wholes("places", 0, n_classes - 1))
    calibrators = tuple(_calibrator(c, reader) for c in _some(fields, "calibrators"))
    if len(places) != len(member.classes_) or (n_classes == 2 and (places != (0, 1) or len(calibrators) != 1)):
        fields.fail("must be the places of the member's classes", list(places), "places")
    return joint_heads.Fold(member, places, calibrators)


def _calibrator(fields: _Fields, reader: _Reader) -> "Calibrator":
    from stance.compiled import joint_heads

    if fields.one_of("is", ("sigmoid", "isotonic")) == "sigmoid":
        return joint_heads.Sigmoid(fields.number("slope"), fields.number("offset"))
    x = reader.array(fields.text("x"), "<f8", (None,))
    y = reader.array(fields.text("y"), "<f8", (len(x),))
    if not len(x) or not (np.diff(x) >= 0).all():
        fields.fail("must be thresholds that rise", len(x), "x")
    return joint_heads.Isotonic(x, y)
