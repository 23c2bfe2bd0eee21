"""What a compiled pipeline takes as texts, and what it says to anything else."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

import stance.core
from stance.compiled import CompiledPipeline, compile
from stance.errors import TextError

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

PATHS = ["core", "plain"] if stance.core.available() else ["plain"]
TEXTS = ["peace and security", "the nations must act", "", "naïve Ελλάς 👍🏽", "peace, security and trade"]
LABELS = ["a", "b", "c", "a", "b"]
PIPELINE = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
EXPECTED = PIPELINE.predict_proba(TEXTS)

CONTAINERS: dict[str, Callable[[list[str]], Iterable[str]]] = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "keys": dict.fromkeys,
    "NumPy str": np.array,
    "NumPy object": lambda t: np.array(t, dtype=object),
    "NumPy, every second of doubled": lambda t: np.array([x for x in t for _ in (0, 1)])[::2],
    "pandas": pd.Series,
    "pandas object": lambda t: pd.Series(t, dtype=object),
    "pandas string": lambda t: pd.Series(t, dtype="string"),
    "pandas Arrow": lambda t: pd.Series(t, dtype=pd.ArrowDtype(pa.string())),
    "pandas, another index": lambda t: pd.Series(t, index=range(7, 7 + len(t))),
    "pandas Index": pd.Index,
    "pandas category": lambda t: pd.Series(t, dtype="category"),
    "polars": pl.Series,
    "polars category": lambda t: pl.Series(t, dtype=pl.Categorical),
    "pyarrow": lambda t: pa.array(t),
    "pyarrow large": lambda t: pa.array(t, pa.large_string()),
    "pyarrow view": lambda t: pa.array(t, pa.string_view()),
    "pyarrow dictionary": lambda t: pa.array(t).dictionary_encode(),
    "pyarrow chunks": lambda t: pa.chunked_array([t[:2], t[2:]]),
    "pyarrow slice": lambda t: pa.array(["x", *t, "y"]).slice(1, len(t)),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", CONTAINERS)
def test_any_column_of_texts_gives_the_same_answers(name: str, path: Any) -> None:
    """Whatever library holds the texts."""
    fast = compile(PIPELINE, path=path)
    np.testing.assert_allclose(fast.predict_proba(CONTAINERS[name](TEXTS)), EXPECTED, atol=1e-6)
    assert (fast.predict(CONTAINERS[name](TEXTS)) == PIPELINE.predict(TEXTS)).all()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", CONTAINERS)
def test_a_doubtful_label_is_settled_in_any_container(name: str, path: Any) -> None:
    """A tie in float32, broken in float64, one row of a column."""
    pipeline = make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TEXTS, ["a", "b", "a", "a", "b"])
    pipeline[-1].intercept_[:] = 0.0
    fast = compile(pipeline, path=path)
    assert (fast.predict(CONTAINERS[name](TEXTS)) == pipeline.predict(TEXTS)).all()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("missing", [None, np.nan, b"peace", 7, ["peace"]])
@pytest.mark.parametrize("container", [list, tuple, lambda t: np.array(t, dtype=object)])
def test_an_item_that_is_no_text_is_named_by_its_index(path: Any, missing: Any, container: Any) -> None:
    """scikit-learn raises AttributeError or ValueError for these; here the error also says where."""
    items = ["peace", missing, "act"]
    if isinstance(missing, list) and container not in (list, tuple):
        items = np.empty(3, dtype=object)
        items[:] = ["peace", "x", "act"]
        items[1] = missing
        container = lambda t: t  # noqa: E731
    for method in ("predict", "predict_proba", "decision_function"):
        with pytest.raises((TypeError, TextError), match=r"texts\[1\] must be str"):
            getattr(compile(PIPELINE, path=path), method)(container(items))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "column",
    [pd.Series(["a", None]), pl.Series(["a", None]), pa.array(["a", None]), pa.chunked_array([["a"], [None]])],
    ids=["pandas", "polars", "pyarrow", "chunks"],
)
def test_a_missing_value_in_a_column_is_named_by_its_index(path: Any, column: Any) -> None:
    """A null is no text, and no empty text either."""
    with pytest.raises(TypeError, match=r"texts\[1\] must be str"):
        compile(PIPELINE, path=path).predict(column)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "given",
    [
        "peace",
        b"peace",
        7,
        None,
        [],
        (),
        np.array([], dtype=str),
        pd.Series([], dtype=object),
        pa.array([], pa.string()),
        np.array([["a", "b"]]),
        np.array("a"),
        pd.DataFrame({"text": ["a"]}),
        pl.DataFrame({"text": ["a"]}),
        pa.table({"text": ["a"]}),
        pa.array([1, 2]),
        np.array([1.0, 2.0]),
    ],
    ids=repr,
)
def test_what_is_no_column_of_texts_raises(path: Any, given: Any) -> None:
    """A single text, a table, numbers, and, as scikit-learn's classifiers do, no texts at all."""
    with pytest.raises((TypeError, ValueError), match="text"):
        compile(PIPELINE, path=path).predict(given)


def test_a_missing_method_is_missing_as_in_scikit_learn() -> None:
    """AttributeError, and hasattr says so."""
    fast = compile(make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TEXTS, LABELS))
    assert not hasattr(fast, "predict_proba")
    with pytest.raises(AttributeError, match="has no 'predict_proba'"):
        fast.predict_proba(TEXTS)
    assert CompiledPipeline.predict_proba.__doc__


def test_n_jobs_counts_as_joblib_counts() -> None:
    """None is one thread, -1 all; 0 is no number of threads."""
    fast = compile(PIPELINE, n_jobs=-1)
    assert (fast.predict(TEXTS) == PIPELINE.predict(TEXTS)).all()
    with pytest.raises(ValueError, match="n_jobs must be"):
        compile(PIPELINE, n_jobs=0)


def test_scores_have_the_stated_type_on_every_path() -> None:
    """float32 by default, float64 where asked; probabilities are float64."""
    for path in PATHS:
        assert compile(PIPELINE, path=path).decision_function(TEXTS).dtype == np.float32
        assert compile(PIPELINE, path=path, float64=True).decision_function(TEXTS).dtype == np.float64
        assert compile(PIPELINE, path=path).predict_proba(TEXTS).dtype == np.float64
        assert compile(PIPELINE, path=path).path == path
        assert f"path '{path}'" in repr(compile(PIPELINE, path=path))
