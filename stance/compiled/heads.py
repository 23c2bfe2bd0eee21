"""Scores → decisions, probabilities and labels: the rules of scikit-learn's classifiers as plain data.

Each head reads some columns of the score array, float (n_texts, n_outputs), and answers what the classifier it was
read from answers: same shapes, same dtype of labels, same ties. A head that cannot decide or has no probabilities
says so in `has_decision` and `has_proba`. Probabilities are float64.
"""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Rule = Literal["none", "sigmoid", "softmax", "softmax_of_both", "modified_huber"]
RULES: tuple[str, ...] = ("none", "sigmoid", "softmax", "softmax_of_both", "modified_huber")


class Head(Protocol):
    """What every head answers."""

    @property
    def has_decision(self) -> bool: ...
    @property
    def has_proba(self) -> bool: ...
    @property
    def wants_float64(self) -> bool:
        """Whether float32 scores are not enough for the probabilities."""
        ...

    @property
    def classes_(self) -> Any: ...

    def decision(self, scores: Array) -> Array: ...
    def proba(self, scores: Array) -> Any: ...
    def predict(self, scores: Array) -> Array: ...

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        """Return the rows (n_texts,) whose label may change if the scores move by `error`, (n_outputs,)."""
        ...


def expit(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow, float64."""
    x = np.asarray(x, dtype=np.float64)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def softmax(x: Array) -> Array:
    """Return exp(x) over its sum in each row; `x` and the result are float64 (n, n_classes)."""
    # ufuncs by name: for one text their wrappers cost more than the arithmetic
    powers = np.exp(x - np.maximum.reduce(x, axis=1, keepdims=True))
    powers /= np.add.reduce(powers, axis=1, keepdims=True)
    return powers


def _shares(values: Array) -> Array:
    """Return each row divided by its sum, in place; a row of zeros becomes uniform."""
    total = values.sum(axis=1)
    empty = total == 0
    values[empty] = 1.0
    total[empty] = values.shape[1]
    values /= total[:, None]
    return values


@dataclass(frozen=True, eq=False)
class Linear:
    """A linear classifier on columns `start` to `stop`: one column decides by its sign, several by the largest."""

    start: int
    stop: int
    classes_: Array
    rule: Rule
    multilabel: bool = False  # RidgeClassifier on an indicator matrix: each column by its sign

    has_decision = True
    wants_float64 = False

    @property
    def has_proba(self) -> bool:
        return self.rule != "none"

    @property
    def core_proba(self) -> tuple[str, int, int] | None:
        """The core's rule for the probabilities and the columns it takes; None where it has none."""
        one = self.stop - self.start == 1
        if self.rule == "softmax" and not one:
            return "softmax", self.start, self.stop
        if self.rule == "sigmoid":
            return "sigmoid" if one else "equal_shares", self.start, self.stop
        return None

    @property
    def core_choice(self) -> tuple[int, int, bool]:
        """The columns by which the core chooses, and whether each is for itself."""
        return self.start, self.stop, self.multilabel

    def decision(self, scores: Array) -> Array:
        if self.stop - self.start == 1:
            return np.ascontiguousarray(scores[:, self.start])
        if self.stop - self.start == scores.shape[1]:
            return scores
        return np.ascontiguousarray(scores[:, self.start : self.stop])

    def proba(self, scores: Array) -> Array:
        if self.rule == "none":
            raise AttributeError("this linear classifier has no predict_proba")
        decision = self.decision(scores)
        if decision.dtype != np.float64:
            decision = decision.astype(np.float64)
        if self.rule == "softmax":
            return softmax(decision)
        if self.rule == "softmax_of_both":
            return softmax(np.stack([-decision, decision], axis=1))
        p = expit(decision) if self.rule == "sigmoid" else (np.clip(decision, -1, 1) + 1.0) / 2.0
        return np.stack([1 - p, p], axis=1) if p.ndim == 1 else _shares(p)

    def predict(self, scores: Array) -> Array:
        decision = self.decision(scores)
        if self.multilabel:
            return (decision > 0).astype(np.int64)
        chosen = (decision > 0).astype(np.int64) if decision.ndim == 1 else np.argmax(decision, axis=1)
        return self.classes_.take(chosen, axis=0)

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        decision, error = self.decision(scores), error[self.start : self.stop]
        if decision.ndim == 1:
            return ~(np.abs(decision) > error[0])
        if self.multilabel:
            return flags((np.abs(decision) <= error).any(axis=1))
        return near_top(decision, error)


def near_top(decision: Array, error: Array) -> npt.NDArray[np.bool_]:
    """Return the rows in which another column could overtake the largest one; NaN counts as near."""
    best = decision.argmax(axis=1)[:, None]
    floor = np.take_along_axis(decision, best, axis=1) - error[best[:, 0], None]
    overtaken = (decision + error < floor).sum(axis=1)
    return flags(overtaken < decision.shape[1] - 1)


def flags(values: Any) -> npt.NDArray[np.bool_]:
    """Return `values` as an array of bool."""
    return np.asarray(values, dtype=np.bool_)
