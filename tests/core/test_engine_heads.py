"""What the core makes of scores, probabilities and choices, against NumPy and SciPy on the same scores."""

import numpy as np
import pytest
import scipy.special

import stance.core
from stance.core.plan import Block, Plan, Terms

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

WORDS = ["a", "b", "c", "d", "e", "f"]
TEXTS = ["a", "b", "c", "d", "e", "f", "", "a b", "c d e f", "none of it"] * 90  # more than one chunk


def plan(weights: np.ndarray) -> Plan:
    block = Block(
        analyzer="word", tokens="word", ngram_range=(1, 1), lowercase=True, strip_accents=None, stop_words=None,
        vocabulary=Terms.of(WORDS), n_hashed=0, alternate_sign=False, binary=False, sublinear_tf=False, norm="l2",
        scale=np.ones(len(WORDS)), weights=weights,
    )  # fmt: skip
    return Plan((block,), np.zeros(weights.shape[1]))


@pytest.fixture(scope="module")
def engine():
    weights = np.random.default_rng(1).normal(size=(len(WORDS), 5))
    weights[2:5] = [[800, -800, 3, 0, 1], [-800] * 5, [2, 2, 0, 0, 2]]  # beyond exp's range; ties
    return stance.core.engine(plan(weights))


def shares(values: np.ndarray, where_nothing: float | None) -> np.ndarray:
    total = values.sum(axis=1, keepdims=True)
    rest = values if where_nothing is None else np.full_like(values, where_nothing)
    return np.where(total == 0, rest, values / np.where(total == 0, 1, total))


RULES = {
    "softmax": lambda x: scipy.special.softmax(x, axis=1),
    "sigmoids": scipy.special.expit,
    "shares": lambda x: shares(scipy.special.expit(x), None),
    "equal_shares": lambda x: shares(scipy.special.expit(x), 1 / x.shape[1]),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("columns", [(0, 5), (1, 4)])
@pytest.mark.parametrize("rule", sorted(RULES))
def test_probabilities_follow_their_rule(engine, rule, columns, dtype):
    scores = engine.score(TEXTS, dtype).astype(np.float64)[:, slice(*columns)]
    found = engine.probabilities(TEXTS, rule, *columns, dtype)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, RULES[rule](scores), rtol=1e-14, atol=1e-300)
    assert found.tobytes() == engine.probabilities(TEXTS, rule, *columns, dtype, n_threads=3).tobytes()
    one_by_one = np.concatenate([engine.probabilities([t], rule, *columns, dtype) for t in TEXTS[:10]])
    assert (found[:10] == one_by_one).all()


def test_one_sigmoid_is_of_the_second_of_two_classes(engine):
    p = scipy.special.expit(engine.score(TEXTS, "float64")[:, 2])
    found = engine.probabilities(TEXTS, "sigmoid", 2, 3, "float64")
    np.testing.assert_allclose(found, np.stack([1 - p, p], axis=1), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("columns", [(0, 5), (1, 4), (4, 5)])
def test_choices_are_those_of_the_largest_score_or_of_the_sign(engine, columns):
    scores = engine.score(TEXTS, "float64")[:, slice(*columns)]
    found = engine.choices(TEXTS, *columns)
    expected = np.argmax(scores, axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(np.int64)
    assert found.dtype == np.int64
    assert (found == expected).all()
    assert (engine.choices(TEXTS, *columns, True) == (scores > 0)).all()


def test_the_first_nan_is_the_largest_as_in_numpy():
    weights = np.array([[1.0, np.nan, 3.0, np.nan]] * len(WORDS))
    assert stance.core.engine(plan(weights)).choices(["a", "b c"], 0, 4).tolist() == [1, 1]


@pytest.mark.parametrize("columns", [(0, 6), (3, 3), (4, 2)])
def test_columns_that_are_not_there_are_refused(engine, columns):
    with pytest.raises(ValueError, match="columns of the scores"):
        engine.probabilities(["a"], "softmax", *columns)
    with pytest.raises(ValueError, match="columns of the scores"):
        engine.choices(["a"], *columns)


def test_an_unknown_rule_is_refused(engine):
    with pytest.raises(ValueError, match="rule"):
        engine.probabilities(["a"], "softest", 0, 2)
