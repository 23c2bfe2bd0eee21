"""Raw scores → probabilities: a line through the log-odds per label, fitted on out-of-fold scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stance.compiled.heads import expit, softmax

Floats = NDArray[np.float64]


def fit_sigmoid(scores: Floats, shares: Floats) -> tuple[float, float]:
    """Return (slope, offset) so that 1 / (1 + exp(-z)), z = slope * score + offset, is calibrated; inputs (n_samples,).

    Platt's scaling (Platt 1999) with his smoothed targets, by Newton's method with backtracking (Lin, Lin & Weng
    2007). `shares` are targets from 0 to 1. Where all are 0, the probability is the smoothed rate whatever the score.
    """
    positive, negative = shares.sum(), (1 - shares).sum()
    high, low = (positive + 1) / (positive + 2), 1 / (negative + 2)
    target = shares * high + (1 - shares) * low
    if positive == 0 or negative == 0 or np.ptp(scores) == 0:
        rate = float(target.mean())
        return 0.0, float(np.log(rate / (1 - rate)))
    slope, offset = 1.0, float(np.log((positive + 1) / (negative + 1)))

    def loss(a: float, b: float) -> float:
        z = a * scores + b
        return float(np.sum(np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))))

    value = loss(slope, offset)
    for _ in range(100):
        p = expit(slope * scores + offset)
        d, w = p - target, p * (1 - p)
        gradient = np.array([np.dot(d, scores), d.sum()])
        hessian = np.array([[np.dot(w, scores * scores), np.dot(w, scores)], [np.dot(w, scores), w.sum()]])
        step = np.linalg.solve(hessian + 1e-10 * np.eye(2), gradient)
        if np.abs(gradient).max() < 1e-9 * len(scores):
            break
        size = 1.0
        while size > 1e-10 and loss(slope - size * step[0], offset - size * step[1]) > value:
            size /= 2
        slope, offset = slope - size * step[0], offset - size * step[1]
        value = loss(slope, offset)
    return float(slope), float(offset)


def fit_temperature(scores: Floats, shares: Floats) -> float:
    """Return the factor t > 0 for which softmax(t * scores) has the least log loss; inputs (n_samples, n_labels).

    Temperature scaling (Guo et al. 2017), by golden-section search over log t.
    """

    def loss(log_t: float) -> float:
        return float(-(shares * np.log(np.maximum(softmax(np.exp(log_t) * scores), 1e-300))).sum())

    low, high, ratio = -3.0, 3.0, (np.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return float(np.exp((low + high) / 2))


def best_threshold(probabilities: Floats, shares: Floats, *, least: float = 0.1, most: float = 0.6) -> float:
    """Return the probability from which a label is given so that F1 is highest; inputs (n_samples,).

    For calibrated probabilities the threshold of the highest F1 is half that F1 (Lipton, Elkan & Naryanaswamy 2014),
    which is steadier for rare labels than the threshold of the sample's own best F1; it is kept within bounds.
    """
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(shares[order])
    given = np.arange(1, len(order) + 1)
    f1 = 2 * hits / (given + shares.sum()) if shares.sum() > 0 else np.zeros(len(order))
    return float(np.clip(f1.max(initial=0.0) / 2, least, most))
