"""Calibration and thresholds: slope 1 on calibrated data, and thresholds that give the best F1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from stance.compiled.heads import softmax
from stance.scores.calibration import best_threshold, fit_sigmoid, fit_temperature


def drawn(n=20_000, slope=1.0, offset=0.0, seed=0):
    rng = np.random.default_rng(seed)
    scores = rng.normal(-1, 1.5, n)
    shares = (rng.random(n) < 1 / (1 + np.exp(-(slope * scores + offset)))).astype(float)
    return scores, shares


def test_calibrated_scores_stay_as_they_are():
    """Outcomes drawn by the scores: slope 1, offset 0."""
    slope, offset = fit_sigmoid(*drawn())
    assert slope == pytest.approx(1, abs=0.05)
    assert offset == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("slope", "offset"), [(0.4, 0.0), (2.5, -1.0), (1.0, 2.0), (-1.0, 0.5)])
def test_scores_on_another_scale_are_brought_back(slope, offset):
    """The line that drew the outcomes is the line that is found."""
    found = fit_sigmoid(*drawn(slope=slope, offset=offset))
    assert found == pytest.approx((slope, offset), abs=0.12)


def test_the_line_is_platts_by_a_general_minimizer():
    """His smoothed targets (Platt 1999), minimized by SciPy."""
    scores, shares = drawn(n=80, seed=3)
    positive, negative = shares.sum(), (1 - shares).sum()
    target = np.where(shares == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(line):
        z = line[0] * scores + line[1]
        return np.sum(np.logaddexp(0, z) - z * target)

    assert fit_sigmoid(scores, shares) == pytest.approx(minimize(loss, [1.0, 0.0], tol=1e-12).x, abs=1e-4)


@pytest.mark.parametrize("shares", [np.zeros(8), np.ones(8)])
def test_a_label_of_one_kind_has_its_smoothed_rate_whatever_the_score(shares):
    """Slope 0; never 0 or 1."""
    slope, offset = fit_sigmoid(np.linspace(-3, 3, 8), shares)
    assert slope == 0
    assert 1 / (1 + np.exp(-offset)) == pytest.approx(0.1 if not shares.any() else 0.9)


def test_scores_parted_without_error_have_a_finite_slope():
    """Platt's smoothing keeps probabilities away from 0 and 1."""
    slope, offset = fit_sigmoid(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert np.isfinite([slope, offset]).all()
    assert 0 < slope < 50


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 1)), min_size=1, max_size=30))
def test_any_scores_give_a_finite_line(rows):
    """Ties, extremes, shares between 0 and 1."""
    scores, shares = (np.array(column) for column in zip(*rows, strict=True))
    assert np.isfinite(fit_sigmoid(scores, shares)).all()


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_a_factor_on_the_scores(factor):
    """Labels drawn by softmax(scores): scores times `factor` need 1 / factor."""
    rng = np.random.default_rng(4)
    scores = rng.normal(size=(5000, 4)) * 2
    labels = (softmax(scores).cumsum(axis=1) < rng.random((5000, 1))).sum(axis=1).clip(0, 3)
    assert fit_temperature(factor * scores, np.eye(4)[labels]) == pytest.approx(1 / factor, rel=0.06)


def f1_at(threshold, probabilities, shares):
    given = probabilities >= threshold
    return 2 * shares[given].sum() / (given.sum() + shares.sum())


def test_the_threshold_of_calibrated_probabilities_gives_the_best_f1():
    """Within a hundredth of the best of all thresholds."""
    rng = np.random.default_rng(5)
    probabilities = rng.beta(0.5, 2, 20_000)
    shares = (rng.random(20_000) < probabilities).astype(float)
    best = max(f1_at(t, probabilities, shares) for t in np.linspace(0.02, 0.9, 89))
    assert f1_at(best_threshold(probabilities, shares), probabilities, shares) > best - 0.01


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=30))
def test_a_threshold_lies_within_its_bounds(rows):
    """0.1 to 0.6, whatever the data."""
    probabilities, shares = (np.array(column) for column in zip(*rows, strict=True))
    assert 0.1 <= best_threshold(probabilities, shares) <= 0.6


def test_a_label_without_positives_has_the_least_threshold():
    """There is no F1 to be had; who calls it decides what to do."""
    assert best_threshold(np.array([0.2, 0.4]), np.zeros(2)) == 0.1
