"""Every setting of the table: the compiled pipeline, on each path, against scikit-learn and the textbook."""

import random
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import textbook
from benchmarks.settings import CASES, Case, fitted
from hypothesis import example, given, settings
from strategies import TRICKY, WORDS, batches

import stance.core
from stance.compiled import CompiledPipeline, compile
from stance.compiled.plain import PlainEngine

PATHS = ["core", "plain"] if stance.core.available() else ["plain"]
FLOAT64, FLOAT32 = 1e-6, 1e-5  # what the library promises, relative to the terms a score is the sum of


def training_texts() -> list[str]:
    """Return texts of the words that the strategies draw; the seed is fixed, so models are the same in each run."""
    rng = random.Random(0)
    texts = [" ".join(rng.choices(WORDS, k=rng.randint(2, 18))) for _ in range(110)]
    return [*texts, *(" ".join(rng.choices(TRICKY, k=6)) for _ in range(10)), ""]


TRAINING = training_texts()


@cache
def original(case: Case) -> Any:
    return fitted(case, TRAINING)


@cache
def compiled(case: Case, path: str, float64: bool) -> CompiledPipeline:
    return compile(original(case), path=path, float64=float64)


def answer(method: Callable[[list[str]], Any], texts: list[str]) -> Any:
    """Return what `method` returns, or the class of what it raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return method(texts)
        except Exception as raised:
            return type(raised)


def sizes(case: Case, texts: list[str]) -> np.ndarray:
    """Return what an error in a row is relative to: the largest sum of absolute terms, at least 1, (n_texts,)."""
    plan = compiled(case, "plain", True).plan
    weights = np.concatenate([b.weights for b in plan.blocks])
    with np.errstate(invalid="ignore"):
        terms = abs(PlainEngine(plan).values(texts)) @ np.abs(weights) + np.abs(plan.intercept)
    return np.maximum(terms.max(axis=1), 1.0)


def assert_close(found: Any, expected: Any, tolerance: np.ndarray) -> None:
    """Arrays of the same shape, equal row by row within `tolerance`; lists of arrays alike."""
    if isinstance(expected, list):
        assert isinstance(found, list)
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other, tolerance)
        return
    assert found.shape == expected.shape
    limit = tolerance if expected.ndim == 1 else tolerance[:, None]
    far = ~(np.abs(found - expected) <= limit) & ~(found == expected) & ~(np.isnan(found) & np.isnan(expected))
    assert not far.any(), (found[far], expected[far])


def assert_equal_answers(case: Case, texts: list[str]) -> None:
    """Labels equal in value and type, scores and probabilities close, errors of the same class, on every path."""
    reference = original(case)
    labels = answer(reference.predict, texts)
    for path in PATHS:
        for float64 in (False, True):
            fast = compiled(case, path, float64)
            found = answer(fast.predict, texts)
            if isinstance(labels, type):
                assert found is labels
                continue
            np.testing.assert_array_equal(found, labels)
            assert found.dtype == labels.dtype
            tolerance = (FLOAT64 if fast.float64 else FLOAT32) * sizes(case, texts)
            for method in ("decision_function", "predict_proba"):
                assert hasattr(fast, method) == hasattr(reference, method)
                if hasattr(reference, method):
                    expected = answer(getattr(reference, method), texts)
                    assert_close(answer(getattr(fast, method), texts), expected, tolerance)


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=8)
@given(texts=batches())
@example(texts=["", "peace and security council", "the the the nations must call", "ΟΔΟΣ İstanbul ﬁnd"])
@example(texts=["\ud800", "a\udc00b must \ud83d\ude00"])
def test_answers_are_scikit_learns(case: Case, texts: list[str]) -> None:
    """Decisions, probabilities, labels and errors are those of the original, whatever the text."""
    assert_equal_answers(case, texts)


@pytest.mark.parametrize("case", [c for c in CASES if c.classifier == "logistic"], ids=str)
@settings(max_examples=4)
@given(texts=batches(surrogates=False))
def test_the_textbook_agrees(case: Case, texts: list[str]) -> None:
    """Plain Python that shares no code with either gives the same scores of the plan."""
    plan = compiled(case, "plain", True).plan
    answers = [textbook.score(plan, text) for text in texts]
    expected = np.array([scores for scores, _ in answers])
    tolerance = 1e-12 * np.maximum(1.0, np.array([sizes for _, sizes in answers]))
    assert (np.abs(PlainEngine(plan).score(texts) - expected) <= tolerance).all()
    if "core" in PATHS:
        found = stance.core.engine(plan).score(texts, dtype="float64")
        assert (np.abs(found - expected) <= tolerance).all()


SAMPLE = [case for case in CASES if case.classifier in ("logistic", "one-vs-rest SVC", "sigmoid, ensemble", "ridge")]


@pytest.mark.parametrize("case", SAMPLE, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_batches_and_threads_change_no_bit(case: Case, path: str) -> None:
    """One text at a time, all at once, on one thread or three: the same bits, rows in order."""
    texts = TRAINING[:40] + ["", "the nations"] * 30
    for float64 in (False, True):
        fast = compiled(case, path, float64)
        for name in ("decision_function", "predict_proba", "predict"):
            if not hasattr(fast, name):
                continue
            whole = getattr(fast, name)(texts)
            pieces = [getattr(fast, name)(texts[i : i + n]) for i, n in ((0, 1), (1, 1), (2, 31), (33, 67))]
            fast.n_jobs = 3
            threaded = getattr(fast, name)(texts)
            fast.n_jobs = None
            for whole_part, threaded_part, piece_parts in zip(
                *((a,) if isinstance(whole, np.ndarray) else a for a in (whole, threaded)),
                [pieces] if isinstance(whole, np.ndarray) else zip(*pieces, strict=True),
                strict=True,
            ):
                assert np.array_equal(whole_part, threaded_part)
                assert np.array_equal(whole_part, np.concatenate(piece_parts))


def test_a_label_that_float32_cannot_decide_is_settled_in_float64() -> None:
    """Scores one float32 rounding apart still give scikit-learn's label."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts = ["alpha beta", "beta gamma", "gamma delta", "delta alpha"] * 3
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["a", "b", "a", "b"] * 3)
    pipeline[-1].coef_[:] = [1.0, -1.0, 3.0, -3.0]
    fast = compile(pipeline)
    for nudge in (0.0, 1e-12, -1e-12, 1e-9, -1e-9, 1e-7, -1e-7):
        pipeline[-1].intercept_[:] = nudge
        fast = compile(pipeline)
        assert (fast.predict(texts) == pipeline.predict(texts)).all()
