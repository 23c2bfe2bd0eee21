"""Whatever holds texts → a list of str: the door of a compiled pipeline."""

from collections.abc import Iterable
from typing import Any

from stance.errors import TextError
from stance.text import check_text


def as_list(texts: Any) -> list[str]:
    """Return `texts` as a list of str.

    Takes any iterable of str: list, tuple, generator, NumPy str or object array, pandas and polars Series, pyarrow
    array or chunked array. Raises TypeError or TextError, naming the index, for an item that is no str (None, NaN,
    bytes, number); TextError for a single str, a table, and no texts at all, as scikit-learn's classifiers do.
    """
    check_container(texts)
    for method in ("to_pylist", "to_list", "tolist"):  # pyarrow; pandas and polars; NumPy
        if hasattr(texts, method):
            items = getattr(texts, method)()
            break
    else:
        items = list(texts)
    if not items:
        raise TextError("texts must hold at least one text, as scikit-learn's classifiers ask; got none")
    for i, item in enumerate(items):
        if type(item) is not str:
            check_text(item, f"texts[{i}]")
    return items  # type: ignore[no-any-return]


def check_container(texts: Any) -> None:
    """Raise if `texts` is no one-dimensional collection: a str, a table, an array of arrays, no iterable."""
    if isinstance(texts, str | bytes):
        raise TextError(f"texts must be several texts, such as a list of str; got one {type(texts).__name__}")
    shape = getattr(texts, "shape", None)
    if (isinstance(shape, tuple) and len(shape) != 1) or (shape is None and hasattr(texts, "column_names")):
        raise TextError(f"texts must be one column of texts; got a {type(texts).__name__} of shape {shape}")
    if not isinstance(texts, Iterable):
        raise TypeError(f"texts must be several texts, such as a list of str; got {type(texts).__name__}")
