"""Every setting of the table: the compiled pipeline, on each path, against scikit-learn and the textbook."""

import random
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import textbook
from hypothesis import example, given, settings
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.svm import LinearSVC
from strategies import TRICKY, WORDS, batches

import stance.core
from benchmarks.settings import CASES, Case, fitted, labels_of
from stance.compiled import CompiledPipeline, compile
from stance.compiled.plain import PlainEngine
from stance.features.lexicon import lexicon_features

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


def assert_equal(pipeline: Any, texts: list[str]) -> None:
    """The compiled `pipeline` answers as it does, on every path, in float64."""
    for path in PATHS:
        fast = compile(pipeline, path=path, float64=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found, expected = fast.predict(texts), pipeline.predict(texts)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)
            for method in ("decision_function", "predict_proba"):
                assert hasattr(fast, method) == hasattr(pipeline, method)
                if hasattr(pipeline, method):
                    expected, found = answer(getattr(pipeline, method), texts), answer(getattr(fast, method), texts)
                    if isinstance(expected, type):
                        assert found is expected
                    else:
                        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("classifier", [LinearSVC(), LogisticRegression(), MultinomialNB()], ids=str)
@pytest.mark.parametrize("columns", [(0, 1, 2), (2, 0, 1), (0, 3, 1), (3, 1, 0), (2,), (2, 3)], ids=str)
def test_a_class_always_or_never_there_is_constant(classifier: Any, columns: tuple[int, ...]) -> None:
    """One-vs-rest puts a constant in its place, and takes its threshold from the first member, constant or not."""
    indicator = labels_of(TRAINING, "indicator")
    indicator = np.column_stack([indicator[:, :2], np.zeros(len(TRAINING), int), np.ones(len(TRAINING), int)])
    chosen = indicator[:, list(columns)]
    pipeline = make_pipeline(CountVectorizer(), OneVsRestClassifier(classifier))
    labels = chosen if len(columns) > 1 else np.full(len(TRAINING), "only")
    assert_equal(pipeline.fit(TRAINING, labels), TRAINING[:40])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "classifier", [MultinomialNB(alpha=0.0), ComplementNB(alpha=0.0), BernoulliNB(alpha=0.0)], ids=str
)
def test_no_smoothing_gives_the_same_infinities(classifier: Any) -> None:
    """alpha=0: minus infinity for a word the class never had, NaN where no class is possible."""
    assert_equal(make_pipeline(CountVectorizer(), classifier).fit(TRAINING, labels_of(TRAINING, "three")), TRAINING)


def test_frozen_estimators_are_seen_through() -> None:
    """A frozen vectorizer, and a frozen pipeline that is calibrated afterwards."""
    frozen = pytest.importorskip("sklearn.frozen").FrozenEstimator
    labels = labels_of(TRAINING, "three")
    vectorizer = TfidfVectorizer().fit(TRAINING[:50])
    assert_equal(make_pipeline(frozen(vectorizer), LinearSVC()).fit(TRAINING, labels), TRAINING[:40])
    inner = make_pipeline(TfidfVectorizer(), LinearSVC()).fit(TRAINING[:60], labels[:60])
    assert_equal(CalibratedClassifierCV(frozen(inner), cv=2).fit(TRAINING[60:], labels[60:]), TRAINING[:40])


def test_a_lexicon_of_ours_is_folded_into_the_weights() -> None:
    """Our own steps with `components_` are linear, and read as such."""
    lexicon = lexicon_features({"claim:demand": ["must", "call on", "shou*"], "claim:fact": ["is", "was"]}, TRAINING)
    features = make_union(TfidfVectorizer(), lexicon)
    assert_equal(make_pipeline(features, LogisticRegression()).fit(TRAINING, labels_of(TRAINING, "three")), TRAINING)


def test_sparse_weights_are_read() -> None:
    """SGDClassifier.sparsify keeps its weights in a sparse matrix."""
    pipeline = make_pipeline(TfidfVectorizer(), SGDClassifier(random_state=0)).fit(
        TRAINING, labels_of(TRAINING, "three")
    )
    pipeline[-1].sparsify()
    assert_equal(pipeline, TRAINING[:40])


def test_a_given_vocabulary_needs_no_fitting() -> None:
    """CountVectorizer(vocabulary=...) works before it is fitted, in the original and here."""
    vectorizer = CountVectorizer(vocabulary={"must": 1, "the": 0, "a b": 2}, ngram_range=(1, 2))
    classifier = LinearSVC().fit(vectorizer.transform(TRAINING), labels_of(TRAINING, "two"))
    assert_equal(
        Pipeline([("v", CountVectorizer(vocabulary=vectorizer.vocabulary, ngram_range=(1, 2))), ("c", classifier)]),
        TRAINING[:40],
    )


def test_weights_too_large_for_float32_are_scored_in_float64() -> None:
    """A model that did not converge: huge weights that cancel."""
    case = Case("tf-idf (1,2)", "SGD squared_error")
    assert compiled(case, PATHS[0], False).float64


def test_ties_fall_as_in_scikit_learn() -> None:
    """Weights that cancel exactly leave every label to the order of summation, which is the original's."""
    rng = np.random.default_rng(0)
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TRAINING, labels_of(TRAINING, "three"))
    coef = pipeline[-1].coef_
    coef[:] = rng.choice([-1.0, 1.0, 0.1, -0.1, 0.3, -0.3], coef.shape)
    coef[1] = coef[0][::-1]
    pipeline[-1].intercept_[:] = 0.0
    texts = [" ".join(rng.choice(WORDS, 6)) for _ in range(400)]
    for path in PATHS:
        assert (compile(pipeline, path=path).predict(texts) == pipeline.predict(texts)).all()
        assert np.array_equal(
            compile(pipeline, path=path, float64=True).decision_function(texts), pipeline.decision_function(texts)
        )


def test_a_label_that_float32_cannot_decide_is_settled_in_float64() -> None:
    """Scores one float32 rounding apart still give scikit-learn's label."""
    texts = ["alpha beta", "beta gamma", "gamma delta", "delta alpha"] * 3
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["a", "b", "a", "b"] * 3)
    pipeline[-1].coef_[:] = [1.0, -1.0, 3.0, -3.0]
    for nudge in (0.0, 1e-12, -1e-12, 1e-9, -1e-9, 1e-7, -1e-7):
        pipeline[-1].intercept_[:] = nudge
        fast = compile(pipeline)
        assert (fast.predict(texts) == pipeline.predict(texts)).all()
