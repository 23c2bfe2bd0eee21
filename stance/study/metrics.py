"""Counts → figures. Every formula takes arrays with any leading axes, so that one call does all resamples.

What is undefined is nan: 0 of 0 is not 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEWTON_STEPS = 50
_STEEPEST = 50.0  # a slope beyond this means that the outcomes are parted by the probabilities


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, nan where `whole` is 0; the shapes are broadcast."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole != 0)


def precision(tp: Floats, fp: Floats) -> Floats:
    """Return the share of given labels that are right, 0 to 1."""
    return ratio(tp, tp + fp)


def recall(tp: Floats, fn: Floats) -> Floats:
    """Return the share of right labels that are given, 0 to 1."""
    return ratio(tp, tp + fn)


def f1(tp: Floats, fp: Floats, fn: Floats) -> Floats:
    """Return 2 tp / (2 tp + fp + fn), 0 to 1."""
    return ratio(2 * tp, 2 * tp + fp + fn)


def mean_f1(tp: Floats, fp: Floats, fn: Floats) -> Floats:
    """Return the mean F1 of the labels of the last axis; a label that is neither right nor given counts 0."""
    if not tp.shape[-1]:
        return np.full(tp.shape[:-1], np.nan)
    return np.asarray(np.nan_to_num(f1(tp, fp, fn)).mean(axis=-1))


def brier_skill(squares: Floats, positives: Floats, n: Floats) -> Floats:
    """Return 1 - Brier score / Brier score of always giving the base rate: 1 is perfect, 0 no better than the rate.

    `squares` are sums of (probability - outcome)², `positives` sums of outcomes, over `n` samples (Brier 1950).
    """
    rate = ratio(positives, n)
    return 1 - ratio(squares, n * rate * (1 - rate))


def logit(probabilities: Floats) -> Floats:
    """Return the log-odds of probabilities, which are first kept a millionth away from 0 and 1."""
    p = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def calibration_line(log_odds: Floats, outcomes: Floats) -> tuple[float, float] | None:
    """Return (slope, offset) of the logistic regression of outcomes (0 or 1) on log-odds: (1, 0) is calibrated.

    A slope under 1 says that probabilities are too extreme, over 1 that they are too timid (Cox 1958). None where
    there is no such line: outcomes all equal, log-odds all equal, or parted without error by the log-odds.
    """
    if not 0 < outcomes.sum() < len(outcomes) or np.ptp(log_odds) == 0:
        return None
    slope, offset = 1.0, 0.0
    for _ in range(_NEWTON_STEPS):
        gradient, information = line_terms(log_odds, outcomes, slope, offset)
        try:
            step = np.linalg.solve(information.sum(axis=0), gradient.sum(axis=0))
        except np.linalg.LinAlgError:
            return None
        step = np.clip(step, -2, 2)
        slope, offset = slope + step[0], offset + step[1]
        if not (np.isfinite(slope) and abs(slope) < _STEEPEST):
            return None
        if np.abs(step).max() < 1e-9:
            return float(slope), float(offset)
    return None


def line_terms(log_odds: Floats, outcomes: Floats, slope: float, offset: float) -> tuple[Floats, Floats]:
    """Return each sample's gradient (n, 2) and information (n, 2, 2) of the log-likelihood of a calibration line."""
    expected = 1 / (1 + np.exp(-np.clip(slope * log_odds + offset, -500, 500)))
    columns = np.stack([log_odds, np.ones_like(log_odds)], axis=-1)
    gradient = (outcomes - expected)[:, None] * columns
    information = (expected * (1 - expected))[:, None, None] * columns[:, :, None] * columns[:, None, :]
    return gradient, information


def one_step_slopes(gradient: Floats, information: Floats, slope: float) -> Floats:
    """Return slopes of resamples, one Newton step from the slope of the whole sample, nan where it is undefined.

    Inputs are sums over each resample, (n_resamples, 2) and (n_resamples, 2, 2), of `line_terms` at the line of the
    whole sample (the one-step bootstrap: Shao & Tu 1995, section 8.4).
    """
    a, b, d = information[:, 0, 0], information[:, 0, 1], information[:, 1, 1]
    determinant = a * d - b * b
    sound = determinant > 1e-9 * np.maximum(a * d, 1e-300)
    step = ratio(np.where(sound, d * gradient[:, 0] - b * gradient[:, 1], np.nan), np.where(sound, determinant, 1.0))
    return np.asarray(slope + step)


def coincidences(values: NDArray[np.int64], n_labels: int) -> Floats:
    """Return how often labels meet within each unit, (n_units, n_labels, n_labels).

    `values` (n_units, n_coders) are labels from 0, negative where a coder gave none. Of a unit with m ≥ 2 values every
    ordered pair of two coders' values counts 1 / (m - 1), other units count nothing (Krippendorff 2011).
    """
    counts = (values[:, :, None] == np.arange(n_labels)).sum(axis=1).astype(np.float64)
    m = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(n_labels), np.arange(n_labels)] -= counts
    return np.asarray(np.where((m >= 2)[:, None, None], pairs / np.maximum(m - 1, 1)[:, None, None], 0.0))


def alpha_of(matrix: Floats) -> Floats:
    """Return Krippendorff's alpha for nominal data of summed coincidences (..., n_labels, n_labels): 1 - D_o / D_e.

    1 is agreement, 0 what chance gives; nan where only one label occurs, for which it is not defined.
    """
    by_label = matrix.sum(axis=-1)
    n = by_label.sum(axis=-1)
    observed = n - np.trace(matrix, axis1=-2, axis2=-1)
    expected = ratio(n * n - (by_label * by_label).sum(axis=-1), n - 1)
    return np.asarray(1 - ratio(observed, expected))
