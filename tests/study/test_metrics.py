"""Formulas: against their textbook form in plain Python, against scikit-learn, and where they are undefined."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, f1_score, precision_score, recall_score

from stance.study.metrics import (
    brier_skill,
    calibration_line,
    f1,
    line_terms,
    logit,
    mean_f1,
    one_step_slopes,
    precision,
    ratio,
    recall,
)

labels = st.integers(2, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.booleans(), min_size=n, max_size=n), st.lists(st.booleans(), min_size=n, max_size=n)
    )
)


def counts(right, given_):
    right, given_ = np.array(right), np.array(given_)
    return (float((right & given_).sum()), float((~right & given_).sum()), float((right & ~given_).sum()))


@given(labels)
def test_precision_recall_and_f1_are_those_of_scikit_learn(pair):
    """Where scikit-learn divides by zero we say nan, everywhere else both agree."""
    right, given_ = pair
    tp, fp, fn = counts(right, given_)
    for ours, theirs in (
        (precision(tp, fp), precision_score(right, given_, zero_division=np.nan)),
        (recall(tp, fn), recall_score(right, given_, zero_division=np.nan)),
        (f1(tp, fp, fn), f1_score(right, given_, zero_division=np.nan)),
    ):
        np.testing.assert_allclose(float(ours), theirs, atol=1e-12)


@given(labels)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(pair):
    """The textbook form, in plain Python."""
    tp, fp, fn = counts(*pair)
    if tp:
        p, r = tp / (tp + fp), tp / (tp + fn)
        assert float(f1(tp, fp, fn)) == pytest.approx(2 * p * r / (p + r))


def test_nothing_of_nothing_is_undefined_and_not_zero():
    """0 of 0 is nan, in every figure that divides."""
    assert math.isnan(ratio(0.0, 0.0))
    assert math.isnan(f1(0.0, 0.0, 0.0))
    assert math.isnan(brier_skill(0.0, 0.0, 10.0))
    assert math.isnan(mean_f1(np.zeros(0), np.zeros(0), np.zeros(0)))


def test_macro_f1_counts_a_label_that_was_never_found_as_zero():
    """Two labels, one perfect and one missed in a resample where it does not even occur: one half."""
    assert float(mean_f1(np.array([3.0, 0.0]), np.zeros(2), np.zeros(2))) == 0.5


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40).filter(
        lambda rows: 0 < sum(y for _, y in rows) < len(rows)
    )
)
def test_brier_skill_is_one_minus_the_score_over_the_score_of_the_base_rate(rows):
    """Both Brier scores by scikit-learn."""
    p, y = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    reference = brier_score_loss(y, np.full(len(y), y.mean()))
    ours = brier_skill(((p - y) ** 2).sum(), y.sum(), float(len(y)))
    assert float(ours) == pytest.approx(1 - brier_score_loss(y, p) / reference, abs=1e-9)


@pytest.mark.parametrize(("stretch", "slope"), [(1.0, 1.0), (2.0, 0.5), (0.5, 2.0)])
def test_the_calibration_slope_is_one_for_calibrated_probabilities_and_under_one_for_extreme_ones(stretch, slope):
    """Outcomes drawn by p; giving the log-odds twice as far from 0 halves the slope."""
    rng = np.random.default_rng(1)
    log_odds = rng.normal(-1, 1.5, 40_000)
    outcomes = (rng.random(40_000) < 1 / (1 + np.exp(-log_odds))).astype(float)
    found = calibration_line(stretch * log_odds, outcomes)
    assert found is not None
    assert found[0] == pytest.approx(slope, rel=0.03)


def test_the_calibration_line_is_an_unpenalized_logistic_regression():
    """scikit-learn without a penalty gives the same slope and offset."""
    rng = np.random.default_rng(2)
    p = rng.uniform(0.02, 0.98, 300)
    y = (rng.random(300) < p**1.5).astype(float)
    theirs = LogisticRegression(C=1e10, tol=1e-10, max_iter=1000).fit(logit(p)[:, None], y)
    slope, offset = calibration_line(logit(p), y)
    assert slope == pytest.approx(theirs.coef_[0, 0], rel=1e-3)
    assert offset == pytest.approx(theirs.intercept_[0], rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("p", "y"),
    [([0.2, 0.7, 0.9], [0, 0, 0]), ([0.5, 0.5, 0.5], [0, 1, 1]), ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])],
    ids=["outcomes all equal", "probabilities all equal", "parted without error"],
)
def test_there_is_no_calibration_line_where_the_data_do_not_give_one(p, y):
    """None, and no number that means nothing."""
    assert calibration_line(logit(np.array(p)), np.array(y, dtype=float)) is None


def test_one_newton_step_comes_close_to_the_slope_of_a_resample():
    """The one-step bootstrap against refitting each of 20 resamples."""
    rng = np.random.default_rng(3)
    z = rng.normal(-0.5, 1.5, 600)
    y = (rng.random(600) < 1 / (1 + np.exp(-0.8 * z))).astype(float)
    slope, offset = calibration_line(z, y)
    gradient, information = line_terms(z, y, slope, offset)
    for _ in range(20):
        drawn = rng.integers(0, 600, 600)
        step = one_step_slopes(gradient[drawn].sum(axis=0)[None], information[drawn].sum(axis=0)[None], slope)
        assert float(step[0]) == pytest.approx(calibration_line(z[drawn], y[drawn])[0], abs=0.05)


@settings(max_examples=20)
@given(st.integers(1, 5))
def test_formulas_take_any_leading_axes(n):
    """A batch of one is the first row of a batch of many."""
    tp, fp, fn = np.arange(n * 3.0).reshape(n, 3), np.ones((n, 3)), np.ones((n, 3))
    np.testing.assert_array_equal(f1(tp, fp, fn)[0], f1(tp[0], fp[0], fn[0]))
    assert mean_f1(tp, fp, fn).shape == (n,)
