"""Folds for out-of-fold scores: a document is in one fold, and rare labels are spread evenly over the folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def document_folds(Y: NDArray[np.float64], groups: ArrayLike, *, n_folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the fold of each sample, (n_samples,) from 0; all samples of a group share one.

    Groups are dealt out, those with the rarest labels first, to the fold that lacks most of their rarest label
    (iterative stratification: Sechidis, Tsoumakas & Vlahavas 2011, with groups in place of samples); ties go to
    the smallest fold, then by chance from `seed`. There are at most as many folds as groups.
    """
    Y = np.nan_to_num(np.asarray(Y, dtype=np.float64))
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    n_folds = min(n_folds, len(names))
    if n_folds < 2:
        raise ValueError(f"out-of-fold scores need two documents or more; got {len(names)}")
    counts = np.zeros((len(names), Y.shape[1] + 1))
    np.add.at(counts, group, np.hstack([Y, np.ones((len(Y), 1))]))  # the last column counts sentences
    lacks = np.tile(counts.sum(axis=0) / n_folds, (n_folds, 1))
    order = np.random.default_rng(seed).permutation(len(names))
    totals = counts.sum(axis=0)
    fold_of_group = np.full(len(names), -1)
    for label in np.argsort(totals, kind="stable"):
        with_label = [g for g in order if fold_of_group[g] < 0 and counts[g, label] > 0]
        for g in sorted(with_label, key=lambda g: -counts[g, label]):
            fold = max(range(n_folds), key=lambda k: (lacks[k, label], lacks[k, -1], -k))
            fold_of_group[g] = fold
            lacks[fold] -= counts[g]
    return fold_of_group[group]
