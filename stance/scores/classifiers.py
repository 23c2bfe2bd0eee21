"""Features → scores and probabilities: linear classifiers that a user can fit, clone and grid-search alone.

Both take feature matrices and label *shares*: what part of the coders gave a label, from 0 to 1. One coder gives 0
and 1; where coders differ, the sentence counts for each label with its share. Rows that are nan were not coded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from stance.compiled.heads import expit, softmax
from stance.scores.calibration import best_threshold, fit_sigmoid, fit_temperature
from stance.scores.folds import document_folds
from stance.scores.neighbours import with_neighbours

Floats = NDArray[np.float64]

# The products of a fit are small: threads of BLAS cost ten times what they gain, and may change the last bits.
_one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")


class MultilabelClassifier(ClassifierMixin, BaseEstimator):
    """One logistic regression a label, calibrated and with a threshold each from out-of-fold scores.

    Parameters
    ----------
    C : float, inverse strength of the L2 penalty.
    class_weight : None or "balanced".
    n_folds : int, folds for the out-of-fold scores; grouped, so that a document is in one fold.
    n_jobs : int or None, labels fitted at a time, as joblib counts.
    random_state : int, decides ties between folds.

    Attributes
    ----------
    coef_, intercept_ : ndarray of shape (n_labels, n_features) and (n_labels,)
    slopes_, offsets_ : ndarray of shape (n_labels,); probability = sigmoid(slope * score + offset)
    thresholds_ : ndarray of shape (n_labels,), probabilities from which a label is given
    out_of_fold_ : ndarray of shape (n_samples, n_labels), probabilities; nan where a sample was not coded
    """

    def __init__(
        self,
        C: float = 5.0,
        class_weight: str | None = None,
        n_folds: int = 5,
        n_jobs: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.n_folds = n_folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    @_one_blas_thread
    def fit(
        self, X: Any, Y: ArrayLike, groups: ArrayLike | None = None, deciding: ArrayLike | None = None
    ) -> MultilabelClassifier:
        """Fit to features (n_samples, n_features) and label shares (n_samples, n_labels).

        `groups` (n_samples,) are documents; without them each sample is its own. `deciding` (n_samples,) says which
        samples thresholds are chosen on; without it, or for a label that none of them has, all are.
        """
        from joblib import Parallel, delayed

        X, shares, kept, groups = _coded_rows(X, Y, groups)
        folds = document_folds(shares, groups, n_folds=self.n_folds, seed=self.random_state)
        with Parallel(n_jobs=self.n_jobs, prefer="threads") as parallel:
            fitted = parallel(delayed(self._fit_label)(X, shares[:, j], folds) for j in range(shares.shape[1]))
        self.coef_ = np.array([f[0] for f in fitted])
        self.intercept_ = np.array([f[1] for f in fitted])
        scores = np.array([f[2] for f in fitted]).T
        lines = [fit_sigmoid(s, y) for s, y in zip(scores.T, shares.T, strict=True)]
        self.slopes_, self.offsets_ = (np.array(column) for column in zip(*lines, strict=True))
        probabilities = self._calibrated(scores)
        some = np.ones(len(shares), bool) if deciding is None else np.asarray(deciding, bool)[kept]
        pairs = zip(probabilities.T, shares.T, strict=True)
        self.thresholds_ = np.array([_threshold(p, y, some) for p, y in pairs])
        self.out_of_fold_ = np.full((len(kept), shares.shape[1]), np.nan)
        self.out_of_fold_[kept] = probabilities
        self.classes_ = np.arange(shares.shape[1])
        self.n_features_in_ = X.shape[1]
        return self

    def _fit_label(self, X: Any, share: Floats, folds: NDArray[np.int64]) -> tuple[Floats, float, Floats]:
        scores = np.empty(len(share))
        for fold in range(folds.max() + 1):
            inside = folds != fold
            coef, intercept = self._logistic(X[inside], share[inside])
            scores[~inside] = X[~inside] @ coef + intercept
        coef, intercept = self._logistic(X, share)
        return coef, intercept, scores

    def _logistic(self, X: Any, share: Floats) -> tuple[Floats, float]:
        if not share.any() or (share == 1).all():
            return np.zeros(X.shape[1]), -20.0 if not share.any() else 20.0
        rows, y, weight = _weighted(share)
        model = LogisticRegression(C=self.C, class_weight=self.class_weight, solver="liblinear", max_iter=1000)
        model.fit(_sorted(X[rows]), y, sample_weight=weight)
        return model.coef_[0], float(model.intercept_[0])

    def _calibrated(self, scores: Floats) -> Floats:
        return expit(scores * self.slopes_ + self.offsets_)

    def decision_function(self, X: Any) -> Floats:
        """Return raw scores, (n_samples, n_labels)."""
        check_is_fitted(self)
        return np.asarray(X @ self.coef_.T) + self.intercept_

    def predict_proba(self, X: Any) -> Floats:
        """Return calibrated probabilities, (n_samples, n_labels), each label by itself."""
        return self._calibrated(self.decision_function(X))

    def predict(self, X: Any) -> NDArray[np.bool_]:
        """Return which labels reach their thresholds, (n_samples, n_labels)."""
        return self.predict_proba(X) >= self.thresholds_


class MulticlassClassifier(ClassifierMixin, BaseEstimator):
    """Multinomial logistic regression for layers of exactly one label, calibrated by a temperature.

    With `neighbours`, a second, small regression reads the first one's out-of-fold scores of a sample and of the
    samples before and after it in its run, so that what a sentence does can depend on what its neighbours do.

    Parameters
    ----------
    C, class_weight, n_folds, n_jobs, random_state : as in MultilabelClassifier.
    neighbours : bool, whether the scores of neighbouring samples count.
    C_neighbours : float, inverse strength of the L2 penalty of the second regression.

    Attributes
    ----------
    coef_, intercept_ : ndarray of shape (n_labels, n_features) and (n_labels,): the first regression
    context_coef_, context_intercept_ : ndarray of shape (n_labels, 3 * n_labels + 2) and (n_labels,): the second,
        on the columns of `with_neighbours`, with the temperature multiplied in
    out_of_fold_ : ndarray of shape (n_samples, n_labels), probabilities; nan where a sample was not coded
    """

    def __init__(
        self,
        C: float = 2.0,
        class_weight: str | None = None,
        neighbours: bool = True,
        C_neighbours: float = 1.0,
        n_folds: int = 5,
        n_jobs: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.neighbours = neighbours
        self.C_neighbours = C_neighbours
        self.n_folds = n_folds
        self.n_jobs = n_jobs
        self.random_state = random_state

    @_one_blas_thread
    def fit(
        self,
        X: Any,
        Y: ArrayLike,
        groups: ArrayLike | None = None,
        runs: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> MulticlassClassifier:
        """Fit to features (n_samples, n_features) and label shares (n_samples, n_labels).

        `groups` (n_samples,) are documents; consecutive samples of one of the `runs` (n_samples,), by default the
        groups, are neighbours. `sample_weight` (n_samples,) says how much each sample counts.
        """
        from joblib import Parallel, delayed

        if runs is None:
            runs = np.arange(np.shape(Y)[0]) if groups is None else groups
        X, shares, kept, groups = _coded_rows(X, Y, groups)
        runs = np.asarray(runs)[kept]
        weight = np.ones(len(shares)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)[kept]
        counted = shares * weight[:, None]
        n_labels = shares.shape[1]
        folds = document_folds(shares, groups, n_folds=self.n_folds, seed=self.random_state)
        masks = [folds != fold for fold in range(folds.max() + 1)] + [np.ones(len(folds), bool)]
        with Parallel(n_jobs=self.n_jobs, prefer="threads") as parallel:
            fitted = parallel(delayed(_multinomial)(X[m], counted[m], self.C, self.class_weight) for m in masks)
        scores = np.empty((len(folds), n_labels))
        for inside, (coef, intercept) in zip(masks[:-1], fitted[:-1], strict=True):
            scores[~inside] = X[~inside] @ coef.T + intercept
        self.coef_, self.intercept_ = fitted[-1]
        if self.neighbours:
            columns = with_neighbours(scores, runs)
            final = np.empty_like(scores)
            for inside in masks[:-1]:
                coef, intercept = _multinomial(columns[inside], counted[inside], self.C_neighbours, self.class_weight)
                final[~inside] = columns[~inside] @ coef.T + intercept
            coef, intercept = _multinomial(columns, counted, self.C_neighbours, self.class_weight)
        else:
            final = scores
            coef, intercept = np.eye(n_labels, 3 * n_labels + 2), np.zeros(n_labels)
        temperature = fit_temperature(final, counted)
        self.context_coef_, self.context_intercept_ = temperature * coef, temperature * intercept
        self.out_of_fold_ = np.full((len(kept), n_labels), np.nan)
        self.out_of_fold_[kept] = softmax(temperature * final)
        self.classes_ = np.arange(n_labels)
        self.n_features_in_ = X.shape[1]
        return self

    def decision_function(self, X: Any, runs: ArrayLike | None = None) -> Floats:
        """Return the log-probabilities up to a constant a row, (n_samples, n_labels)."""
        check_is_fitted(self)
        scores = np.asarray(X @ self.coef_.T) + self.intercept_
        columns = with_neighbours(scores, np.arange(len(scores)) if runs is None else np.asarray(runs))
        return np.asarray(columns @ self.context_coef_.T + self.context_intercept_)

    def predict_proba(self, X: Any, runs: ArrayLike | None = None) -> Floats:
        """Return probabilities, (n_samples, n_labels), each row adding to 1."""
        return softmax(self.decision_function(X, runs))

    def predict(self, X: Any, runs: ArrayLike | None = None) -> NDArray[np.intp]:
        """Return the most probable label of each sample, as its column, (n_samples,)."""
        return self.decision_function(X, runs).argmax(axis=1)


def _threshold(probabilities: Floats, shares: Floats, deciding: NDArray[np.bool_]) -> float:
    """Return the best threshold on the deciding samples, on all if none of those has the label; 1 if no sample has."""
    if not shares.any():
        return 1.0
    if shares[deciding].any():
        probabilities, shares = probabilities[deciding], shares[deciding]
    return best_threshold(probabilities, shares)


def _coded_rows(X: Any, Y: ArrayLike, groups: ArrayLike | None) -> tuple[Any, Floats, NDArray[np.bool_], NDArray[Any]]:
    """Return features, shares and groups of the coded rows, and which rows those are."""
    shares = np.asarray(Y, dtype=np.float64)
    if shares.ndim != 2 or shares.shape[0] != X.shape[0]:
        raise ValueError(f"Y must have shape ({X.shape[0]}, n_labels), a row a sample; got {shares.shape}")
    kept: NDArray[np.bool_] = np.asarray(~np.isnan(shares).any(axis=1))
    if not kept.any():
        raise ValueError("Y must have at least one coded row; all are nan")
    if shares[kept].min() < 0 or shares[kept].max() > 1:
        raise ValueError(f"Y must hold shares from 0 to 1; got {shares[kept].min():g} to {shares[kept].max():g}")
    group = np.arange(len(kept)) if groups is None else np.asarray(groups)
    if len(group) != len(kept):
        raise ValueError(f"groups must have one value a sample ({len(kept)}); got {len(group)}")
    return (X if kept.all() else X[kept]), shares[kept], kept, group[kept]


def _weighted(share: Floats) -> tuple[NDArray[np.intp], NDArray[np.int64], Floats]:
    """Return rows, labels 0 or 1, and weights: a sample some coders gave the label counts on both sides."""
    yes, no = np.flatnonzero(share > 0), np.flatnonzero(share < 1)
    rows = np.concatenate([yes, no])
    y = np.repeat([1, 0], [len(yes), len(no)])
    weight = np.concatenate([share[yes], 1 - share[no]])
    order = np.argsort(rows, kind="stable")
    return rows[order], y[order], weight[order]


def _multinomial(X: Any, shares: Floats, C: float, class_weight: str | None) -> tuple[Floats, Floats]:
    """Return coef (n_labels, n_features) and intercept (n_labels,) of a multinomial logistic regression."""
    rows, labels = np.nonzero(shares)
    given = np.unique(labels)
    coef, intercept = np.zeros((shares.shape[1], X.shape[1])), np.full(shares.shape[1], -20.0)
    if len(given) == 1:
        intercept[given] = 0.0
        return coef, intercept
    model = LogisticRegression(C=C, class_weight=class_weight, max_iter=1000)
    model.fit(_sorted(X[rows]), labels, sample_weight=shares[rows, labels])
    if len(given) == 2:  # scikit-learn fits two classes as one: half of it on each side is the same model
        coef[given] = np.vstack([-model.coef_, model.coef_]) / 2
        intercept[given] = np.concatenate([-model.intercept_, model.intercept_]) / 2
    else:
        coef[given], intercept[given] = model.coef_, model.intercept_
    return coef, intercept


def _sorted(X: Any) -> Any:
    """Return X with the columns of each row in order, which liblinear would otherwise do in place."""
    if hasattr(X, "sort_indices"):
        X.sort_indices()
    return X
