"""Whatever holds texts → a list of str: the door of a compiled pipeline."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.errors import TextError
from stance.text import check_text

_NONE = "texts must hold at least one text, as scikit-learn's classifiers ask; got none"


def as_list(texts: Any) -> list[str]:
    """Return `texts` as a list of str.

    Takes any iterable of str: list, tuple, generator, NumPy str or object array, pandas and polars Series, pyarrow
    array or chunked array. Raises TypeError or TextError, naming the index, for an item that is no str (None, NaN,
    bytes, number); TextError for a single str, a table, and no texts at all, as scikit-learn's classifiers do.
    """
    check_container(texts)
    for method in ("to_pylist", "to_list", "tolist"):  # pyarrow; pandas and polars; NumPy
        if hasattr(texts, method):
            items: list[str] = getattr(texts, method)()
            break
    else:
        items = list(texts)
    if not items:
        raise TextError(_NONE)
    for i, item in enumerate(items):
        if type(item) is not str:
            check_text(item, f"texts[{i}]")
    return items


def for_core(texts: Any) -> Any:
    """Return `texts` as the compiled core takes them: lists, tuples, NumPy and Arrow as they are, the rest as a list.

    The core itself raises for an item that is no str.
    """
    check_container(texts)
    arrow = hasattr(texts, "__arrow_c_array__") or hasattr(texts, "__arrow_c_stream__")
    if type(texts).__module__.split(".")[0] == "pandas":  # its stream needs pyarrow and arrow-backed strings
        return as_list(texts)
    if not (arrow or isinstance(texts, list | tuple) or hasattr(texts, "__array_interface__")):
        texts = list(texts)
    if len(texts) == 0:
        raise TextError(_NONE)
    return texts


def picked(texts: Any, rows: npt.NDArray[np.intp]) -> list[str]:
    """Return the texts at `rows`."""
    items = [texts[i] for i in rows.tolist()]
    return [item.as_py() if hasattr(item, "as_py") else str(item) for item in items]  # pyarrow's scalars


def check_container(texts: Any, name: str = "texts") -> None:
    """Raise if `texts` is no one-dimensional collection: a str, a table, an array of arrays, no iterable."""
    if isinstance(texts, str | bytes):
        raise TextError(f"{name} must be several texts, such as a list of str; got one {type(texts).__name__}")
    shape = getattr(texts, "shape", None)
    if (isinstance(shape, tuple) and len(shape) != 1) or (shape is None and hasattr(texts, "column_names")):
        raise TextError(f"{name} must be one column of texts; got a {type(texts).__name__} of shape {shape}")
    if not isinstance(texts, Iterable):
        raise TypeError(f"{name} must be several texts, such as a list of str; got {type(texts).__name__}")
