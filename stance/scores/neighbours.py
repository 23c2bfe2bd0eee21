"""Scores of a sentence and of its neighbours, side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def with_neighbours(scores: Floats, runs: NDArray[Any]) -> Floats:
    """Return the columns [own scores, scores before, scores after, 1 if there is one before, 1 if after].

    (n_samples, n_labels) becomes (n_samples, 3 * n_labels + 2). The sample before or after counts if it is of the
    same run (n_samples,); else its scores are 0.
    """
    n, k = scores.shape
    out = np.zeros((n, 3 * k + 2))
    out[:, :k] = scores
    if n > 1:
        same = np.asarray(runs[1:] == runs[:-1])
        out[1:, k : 2 * k] = scores[:-1] * same[:, None]
        out[:-1, 2 * k : 3 * k] = scores[1:] * same[:, None]
        out[1:, 3 * k] = same
        out[:-1, 3 * k + 1] = same
    return out
