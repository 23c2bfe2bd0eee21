"""Intervals by the bootstrap over documents: sentences of one document are not independent, documents nearly are.

Figures are functions of sums. So each sum is taken once a document, and a resample is a count of how often each
document was drawn: counts @ table gives the sums of all resamples in one product (Efron & Tibshirani 1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stance.study.report import Figure

Floats = NDArray[np.float64]

LEVEL = 0.95


class Resamples:
    """Documents drawn with replacement, as often as there are documents; the first "resample" is the sample itself.

    Attributes: `n_documents`; `counts` (1 + n_resamples, n_documents), how often each document was drawn.
    """

    def __init__(self, documents: Sequence[Any], *, n_resamples: int = 1000, seed: int = 0) -> None:
        """`documents` gives the document of each row of what will be summed."""
        number: dict[Any, int] = {}  # in the order first seen, so that the ids themselves do not matter
        self.index = np.array([number.setdefault(name, len(number)) for name in documents], dtype=np.intp)
        self.n_documents = len(number)
        n = self.n_documents
        drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_resamples if n > 1 else 0)
        self.counts: Floats = np.vstack([np.ones((1, n)), drawn]) if n else np.ones((1, 0))

    def sums(self, values: ArrayLike, rows: ArrayLike | None = None) -> Floats:
        """Return the sum over each resample of values (n_rows, ...), as (1 + n_resamples, ...).

        `rows` gives the row of each value among the documents' rows, where there is not one value for each.
        """
        values = np.asarray(values, dtype=np.float64)
        index = self.index if rows is None else self.index[np.asarray(rows, dtype=np.intp)]
        table = np.zeros((self.n_documents, *values.shape[1:]))
        np.add.at(table, index, values)
        return (self.counts @ table.reshape(self.n_documents, -1)).reshape(len(self.counts), *values.shape[1:])

    def figure(self, values: Floats, n: float) -> Figure:
        """Return the figure of `values` (1 + n_resamples,): the sample's own, and the percentiles of the others.

        An undefined value (nan) is None. The interval is over the resamples in which the figure is defined; it is
        None where there are fewer than two documents, or no resamples.
        """
        value = float(values[0])
        if np.isnan(value):
            return Figure(None, None, None, int(n))
        draws = values[1:][~np.isnan(values[1:])]
        if not len(draws):
            return Figure(value, None, None, int(n))
        low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return Figure(value, float(low), float(high), int(n))
