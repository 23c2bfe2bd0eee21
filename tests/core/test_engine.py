"""The engine against scikit-learn itself: vectorizer, then the linear product, over every setting it knows."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer

import stance.core
from stance.core.plan import Block, Plan, Terms

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

PATTERNS = {"default": r"(?u)\b\w\w+\b", "word": r"\b\w+\b", "space": r"\S+"}


def vocabulary_block(vectorizer: TfidfVectorizer, tokens: str | None, n_outputs: int, seed: int) -> Block:
    """The block of a fitted TfidfVectorizer with random weights."""
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    stop_words = vectorizer.get_stop_words() if vectorizer.analyzer == "word" else None
    return Block(
        analyzer=vectorizer.analyzer, tokens=tokens, ngram_range=vectorizer.ngram_range,
        lowercase=vectorizer.lowercase, strip_accents=vectorizer.strip_accents,
        stop_words=None if stop_words is None else Terms.of(sorted(stop_words)),
        vocabulary=Terms.of(terms), n_hashed=0, alternate_sign=False, binary=vectorizer.binary,
        sublinear_tf=vectorizer.sublinear_tf, norm=vectorizer.norm,
        scale=np.asarray(vectorizer.idf_ if vectorizer.use_idf else np.ones(len(terms)), dtype=np.float64),
        weights=np.random.default_rng(seed).normal(size=(len(terms), n_outputs)),
    )  # fmt: skip


def product(features: scipy.sparse.csr_matrix, plan: Plan) -> np.ndarray:
    """scikit-learn's scores: the sparse product, then the intercept."""
    return features @ np.vstack([block.weights for block in plan.blocks]) + plan.intercept


def assert_equal_scores(plan: Plan, features: scipy.sparse.csr_matrix, texts: list[str]) -> None:
    """float64 equal to the last bits, float32 within 1e-5 of the size of the scores."""
    engine = stance.core.engine(plan)
    expected = product(features, plan)
    exact = engine.score(texts, dtype="float64")
    np.testing.assert_allclose(exact, expected, rtol=1e-12, atol=1e-12)
    size = 1 + abs(features) @ np.abs(np.vstack([block.weights for block in plan.blocks]))
    assert (np.abs(engine.score(texts) - expected) <= 1e-5 * size).all()


CHARACTERS = st.one_of(
    st.sampled_from(
        list("aAbBcC  \t\n.,'\"-_09ßİıΣσςſKéÉñàö’“”—…\u0301\u00a0\u2003\u0345\ud800\udfff\x00\x1c中文한국")
    ),
    st.characters(codec=None),
)
WORDS = ["the", "cat", "ΟΔΟΣ", "sat", "ÉCOLE", "on", "x", "mat", "İstanbul", "a", "of", "naïve", "Straße"]
TEXTS = st.lists(
    st.one_of(
        st.text(CHARACTERS, max_size=40),
        st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
        st.text(st.sampled_from("abA Σ\u0345 .'"), max_size=60),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
RANGES = [(1, 1), (1, 2), (2, 2), (1, 3), (2, 4), (3, 5), (1, 5)]


@st.composite
def vectorizers(draw: st.DrawFn) -> tuple[dict, str | None]:
    """Settings of a vectorizer, and the name of its tokens."""
    analyzer = draw(st.sampled_from(["word", "word", "char", "char_wb"]))
    tokens = draw(st.sampled_from(sorted(PATTERNS))) if analyzer == "word" else None
    settings = {
        "analyzer": analyzer,
        "ngram_range": draw(st.sampled_from(RANGES)),
        "lowercase": draw(st.booleans()),
        "strip_accents": draw(st.sampled_from([None, "ascii", "unicode"])),
        "binary": draw(st.booleans()),
        "norm": draw(st.sampled_from([None, "l1", "l2"])),
    }
    if tokens:
        settings["token_pattern"] = PATTERNS[tokens]
        settings["stop_words"] = draw(st.sampled_from([None, ["the", "of", "a", "σ", "x"]]))
    return settings, tokens


@settings(max_examples=400, deadline=None)
@given(vectorizers(), TEXTS, TEXTS, st.booleans(), st.booleans(), st.integers(1, 20))
def test_scores_over_a_vocabulary_are_those_of_scikit_learn(setting, fitted, texts, use_idf, sublinear, n_outputs):
    """Any setting, any text: the same scores."""
    arguments, tokens = setting
    vectorizer = TfidfVectorizer(**arguments, use_idf=use_idf, sublinear_tf=sublinear)
    try:
        vectorizer.fit(fitted + texts[::2])
    except ValueError:  # no token at all
        return
    plan = Plan((vocabulary_block(vectorizer, tokens, n_outputs, 1),), np.linspace(-1, 1, n_outputs))
    both = texts + fitted
    assert_equal_scores(plan, vectorizer.transform(both), both)


@settings(max_examples=200, deadline=None)
@given(vectorizers(), TEXTS, st.sampled_from([1, 2, 7, 64, 1000]), st.booleans())
def test_hashed_scores_are_those_of_scikit_learn(setting, texts, n_hashed, alternate_sign):
    """HashingVectorizer, signs and collisions and the error on a lone surrogate included."""
    arguments, tokens = setting
    vectorizer = HashingVectorizer(**arguments, n_features=n_hashed, alternate_sign=alternate_sign)
    stop_words = arguments.get("stop_words")
    block = Block(
        analyzer=arguments["analyzer"], tokens=tokens, ngram_range=arguments["ngram_range"],
        lowercase=arguments["lowercase"], strip_accents=arguments["strip_accents"],
        stop_words=None if stop_words is None else Terms.of(stop_words), vocabulary=None, n_hashed=n_hashed,
        alternate_sign=alternate_sign, binary=arguments["binary"], sublinear_tf=False, norm=arguments["norm"],
        scale=np.ones(n_hashed), weights=np.random.default_rng(2).normal(size=(n_hashed, 3)),
    )  # fmt: skip
    plan = Plan((block,), np.zeros(3))
    raised = None
    try:
        features = vectorizer.transform(texts)
    except UnicodeEncodeError as error:
        raised = error
    if raised is None:
        assert_equal_scores(plan, features, texts)
        return
    with pytest.raises(UnicodeEncodeError) as caught:
        stance.core.engine(plan).score(texts)
    assert caught.value.args == raised.args


def words_block(terms: list[str], scale: np.ndarray, weights: np.ndarray, **settings: object) -> Block:
    """A block of single words and pairs, with these weights."""
    plain = {"tokens": "space", "ngram_range": (1, 2), "norm": None, "sublinear_tf": False} | settings
    return Block(
        analyzer="word", lowercase=False, strip_accents=None, stop_words=None, vocabulary=Terms.of(terms), n_hashed=0,
        alternate_sign=False, binary=False, scale=scale, weights=weights, **plain,
    )  # fmt: skip


def test_every_float16_weight_counts_as_the_float64_it_stands_for():
    """Weights in two bytes, as models store them, give the scores of the same weights in eight."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(32, -1)
    terms = [f"w{i:02}" for i in range(32)]
    for narrow in (halves, halves.astype(np.float32) * np.float32(1.1)):
        plan = Plan((words_block(terms, np.full(32, 0.7), narrow),), np.zeros(narrow.shape[1]))
        wide = Plan((words_block(terms, np.full(32, 0.7), narrow.astype(np.float64)),), np.zeros(narrow.shape[1]))
        for dtype in ("float64", "float32"):
            found = stance.core.engine(plan).score(terms, dtype=dtype)
            np.testing.assert_array_equal(found, stance.core.engine(wide).score(terms, dtype=dtype))
        np.testing.assert_array_equal(
            stance.core.engine(plan).score(terms, dtype="float64"), 0.7 * narrow.astype(float)
        )


@given(
    st.lists(st.text(st.sampled_from("ab \u00e9\u4e2d"), min_size=0, max_size=90), min_size=1, max_size=30, unique=True)
)
@settings(max_examples=200, deadline=None)
def test_terms_of_any_shape_are_found_as_their_words_are(terms):
    """Terms with spaces at their ends or twice in a row, of any length, do not upset the others, which are found."""
    weights = np.eye(len(terms))
    engine = stance.core.engine(Plan((words_block(terms, np.ones(len(terms)), weights),), np.zeros(len(terms))))
    found = engine.score(terms, dtype="float64")
    for text, row in zip(terms, found, strict=True):
        words = text.split()
        grams = words + [" ".join(pair) for pair in pairwise(words)]
        assert row.tolist() == [grams.count(term) for term in terms]


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_the_largest_sums_are_the_norms_of_the_weights(norm):
    """For values of norm 1: the largest weight under l1, the root of their squares under l2; NaN stays NaN."""
    weights = np.array([[1.0, -2.0, np.nan], [3.0, 0.5, 1.0], [0.0, 0.0, 7.0]])
    plan = Plan((words_block(["a", "b", "a b"], np.ones(3), weights, norm=norm),), np.array([-1.0, 0.0, 0.0]))
    found = stance.core.engine(plan).largest_sums
    expected = [3.0, 2.0, np.nan] if norm == "l1" else [np.sqrt(10), np.sqrt(4.25), np.nan]
    np.testing.assert_allclose(found, np.array([1.0, 0.0, 0.0]) + expected, rtol=1e-15)
