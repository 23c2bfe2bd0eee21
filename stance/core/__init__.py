"""The compiled core: bytes → tokens → n-grams → weights → scores in one pass, equal to scikit-learn and NLTK.

`available()` says whether it is there, `why_not()` why it is not; everything then runs on the plain Python path.
The environment variable `STANCE_CORE=off`, read when this module is imported, turns it off.
"""

import importlib
import os
import unicodedata
from typing import Any

import numpy as np

from stance.core.plan import Plan

__all__ = ["available", "engine", "instructions", "token_spans", "why_not"]

_compiled: Any = None
_why_not: str | None = None

if os.environ.get("STANCE_CORE", "").lower() == "off":
    _why_not = "STANCE_CORE=off"
else:
    try:
        _compiled = importlib.import_module("stance.core._core")
    except ImportError as error:
        _why_not = f"this installation was built without it ({error})"
    else:
        # Lower case and the classes of characters must be those of this interpreter.
        if _compiled.unicode_version != unicodedata.unidata_version:
            _why_not = (
                f"it was built for Unicode {_compiled.unicode_version}; this Python has {unicodedata.unidata_version}"
            )
            _compiled = None
        else:
            _compiled.set_sublinear(np.concatenate([[0.0], np.log(np.arange(1.0, 1024.0)) + 1.0]))


def available() -> bool:
    """Return whether the compiled core is in use."""
    return _compiled is not None


def why_not() -> str | None:
    """Return why the compiled core is not in use; None if it is."""
    return _why_not


def holds_strings(data: Any, offsets: Any) -> bool:
    """Return whether `offsets` (int64) part `data` (uint8, UTF-8 with lone surrogates) into strings; False also where
    the core is not there to look."""
    return _compiled is not None and bool(_compiled.holds_strings(data, offsets))


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return the tokens of `text`, as `stance.tokens.token_spans` has them; the core must be available."""
    spans: list[tuple[int, int]] = _compiled.token_spans(text)
    return spans


def instructions() -> str | None:
    """Return the set of instructions the core runs on, "avx2" or "baseline"; None without the core."""
    return None if _compiled is None else _compiled.instructions()


def engine(plan: Plan) -> Any:
    """Return the compiled engine of `plan`: `engine(plan).score(texts, dtype="float32", n_threads=1, missing="raise")`.

    `texts`: a sequence or NumPy array of str, or any Arrow array or stream of strings (pyarrow, polars, pandas).
    It comes back at once and makes its tables in a thread of its own; the first call waits for them.
    A text that is None raises TypeError, or with `missing="empty"` scores as the empty text. The scores have the shape
    (n_texts, n_outputs). Raises RuntimeError if the core is not available.
    """
    if _compiled is None:
        raise RuntimeError(f"the compiled core is not available: {_why_not}")
    return _compiled.Engine(plan)
