"""Scores → decisions, probabilities and labels: the rules of scikit-learn's classifiers as plain data.

Each head reads some columns of the score array, float (n_texts, n_outputs), and answers what the classifier it was
read from answers: same shapes, same dtype of labels, same ties. A head that cannot decide or has no probabilities
says so in `has_decision` and `has_proba`. Probabilities are float64.
"""

from collections.abc import Sequence
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
            return _flags((np.abs(decision) <= error).any(axis=1))
        return _near_top(decision, error)


def _near_top(decision: Array, error: Array) -> npt.NDArray[np.bool_]:
    """Return the rows in which another column could overtake the largest one; NaN counts as near."""
    best = decision.argmax(axis=1)[:, None]
    floor = np.take_along_axis(decision, best, axis=1) - error[best[:, 0], None]
    overtaken = (decision + error < floor).sum(axis=1)
    return _flags(overtaken < decision.shape[1] - 1)


def _flags(values: Any) -> npt.NDArray[np.bool_]:
    return np.asarray(values, dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class NaiveBayes:
    """Joint log likelihoods in columns `start` to `stop`."""

    start: int
    stop: int
    classes_: Array

    has_decision = False
    has_proba = True
    wants_float64 = True

    def decision(self, scores: Array) -> Array:
        raise AttributeError("naive Bayes has no decision_function")

    def proba(self, scores: Array) -> Array:
        joint = np.array(scores[:, self.start : self.stop], dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):  # -inf where alpha=0: NaN, as the original answers
            top = joint.max(axis=1, keepdims=True)
            top[~np.isfinite(top)] = 0.0
            joint -= np.log(np.exp(joint - top).sum(axis=1, keepdims=True)) + top
        return np.exp(joint)

    def predict(self, scores: Array) -> Array:
        return self.classes_[np.argmax(scores[:, self.start : self.stop], axis=1)]

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        return _near_top(scores[:, self.start : self.stop], error[self.start : self.stop])


@dataclass(frozen=True, eq=False)
class Constant:
    """The member of a one-vs-rest that saw one class only: always `value`, 0 or 1."""

    value: int

    has_decision = True
    has_proba = True
    wants_float64 = False

    @property
    def classes_(self) -> Array:
        raise AttributeError("a constant predictor has no classes_")

    def decision(self, scores: Array) -> Array:
        return np.full(len(scores), self.value)

    def proba(self, scores: Array) -> Array:
        return np.tile([1.0 - self.value, float(self.value)], (len(scores), 1))

    def predict(self, scores: Array) -> Array:
        return np.full(len(scores), self.value)

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        return np.zeros(len(scores), dtype=bool)


Kind = Literal["multiclass", "binary", "multilabel"]
KINDS: tuple[str, ...] = ("multiclass", "binary", "multilabel")


@dataclass(frozen=True, eq=False)
class OneVsRest:
    """One head a class (one in all if `kind` is binary), compared with each other or with `threshold`."""

    members: tuple[Head, ...]
    classes_: Array
    kind: Kind
    threshold: float

    @property
    def has_decision(self) -> bool:
        return self.members[0].has_decision  # scikit-learn asks no other; if one has none, the call raises

    @property
    def has_proba(self) -> bool:
        return self.members[0].has_proba

    @property
    def wants_float64(self) -> bool:
        return any(m.wants_float64 for m in self.members)

    def decision(self, scores: Array) -> Array:
        if len(self.members) == 1:
            return self.members[0].decision(scores)
        return np.array([m.decision(scores).ravel() for m in self.members]).T

    def proba(self, scores: Array) -> Array:
        p = np.array([m.proba(scores)[:, 1] for m in self.members]).T
        if len(self.members) == 1:
            p = np.concatenate((1 - p, p), axis=1)
        if self.kind != "multilabel":
            total = p.sum(axis=1)[:, None]
            np.divide(p, total, out=p, where=total != 0)
        return p

    def predict(self, scores: Array) -> Array:
        ratings = [_rating(m, scores) for m in self.members]
        if self.kind == "multiclass":
            top = np.full(len(scores), -np.inf)
            chosen = np.zeros(len(scores), dtype=np.int64)
            for i in reversed(range(len(ratings))):  # the first of equals wins
                top = np.maximum(top, ratings[i])
                chosen[top == ratings[i]] = i
            return self.classes_[chosen]
        above = np.stack([r > self.threshold for r in ratings], axis=1).astype(np.int64)
        if self.kind == "multilabel":
            return above
        if len(self.classes_) == 1:
            return np.repeat(self.classes_[0], len(scores))
        return self.classes_[above[:, 0]]

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        if not all(isinstance(m, Linear | Constant) for m in self.members):
            return np.ones(len(scores), dtype=bool)
        ratings = np.stack([_rating(m, scores) for m in self.members], axis=1)
        errors = np.array([error[m.start] if isinstance(m, Linear) else 0.0 for m in self.members])
        if self.kind == "multiclass":
            return _near_top(ratings, errors)
        return _flags((np.abs(ratings - self.threshold) <= errors).any(axis=1))


def _rating(member: Head, scores: Array) -> Array:
    """Return what a one-vs-rest compares: the decision, or else the probability of the class, (n_texts,)."""
    return member.decision(scores).ravel() if member.has_decision else member.proba(scores)[:, 1]


@dataclass(frozen=True, eq=False)
class MultiOutput:
    """One head an output; labels side by side, probabilities as a list, as scikit-learn gives them."""

    members: tuple[Head, ...]

    has_decision = False

    @property
    def has_proba(self) -> bool:
        return all(m.has_proba for m in self.members)

    @property
    def wants_float64(self) -> bool:
        return any(m.wants_float64 for m in self.members)

    @property
    def classes_(self) -> list[Array]:
        return [m.classes_ for m in self.members]

    def decision(self, scores: Array) -> Array:
        raise AttributeError("MultiOutputClassifier has no decision_function")

    def proba(self, scores: Array) -> list[Array]:
        return [m.proba(scores) for m in self.members]

    def predict(self, scores: Array) -> Array:
        return np.asarray([m.predict(scores) for m in self.members]).T

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        return _flags(np.stack([m.near(scores, error) for m in self.members]).any(axis=0))


@dataclass(frozen=True, eq=False)
class Sigmoid:
    """Platt's calibration: 1 / (1 + exp(slope * score + offset))."""

    slope: float
    offset: float

    def __call__(self, decision: Array) -> Array:
        return expit(-(self.slope * decision + self.offset))


@dataclass(frozen=True, eq=False)
class Isotonic:
    """A rising step-wise linear function through (x, y), flat outside."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]

    def __call__(self, decision: Array) -> Array:
        return np.interp(decision, self.x, self.y)


Calibrator = Sigmoid | Isotonic


@dataclass(frozen=True, eq=False)
class Fold:
    """A head whose classes are columns `places` of the calibrated probabilities, with one calibrator each."""

    member: Head
    places: tuple[int, ...]
    calibrators: tuple[Calibrator, ...]


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The mean over folds of calibrated probabilities."""

    folds: tuple[Fold, ...]
    classes_: Array

    has_decision = False
    has_proba = True

    @property
    def wants_float64(self) -> bool:
        return any(
            fold.member.wants_float64 or any(isinstance(c, Isotonic) for c in fold.calibrators) for fold in self.folds
        )

    def decision(self, scores: Array) -> Array:
        raise AttributeError("CalibratedClassifierCV has no decision_function")

    def proba(self, scores: Array) -> Array:
        mean = np.zeros((len(scores), len(self.classes_)))
        for fold in self.folds:
            mean += self._of_fold(fold, scores)
        mean /= len(self.folds)
        return mean

    def _of_fold(self, fold: Fold, scores: Array) -> Array:
        n_classes = len(self.classes_)
        member = fold.member
        found = member.decision(scores) if member.has_decision else member.proba(scores)
        found = found.astype(np.float64, copy=False)
        if not member.has_decision and len(member.classes_) == 2:
            found = found[:, 1]
        columns: Sequence[Array] = [found] if found.ndim == 1 else list(found.T)
        p = np.zeros((len(scores), n_classes))
        for place, column, calibrator in zip(fold.places, columns, fold.calibrators, strict=False):
            p[:, place + (n_classes == 2)] = calibrator(column)
        if n_classes == 2:
            p[:, 0] = 1.0 - p[:, 1]
        else:
            total = p.sum(axis=1)[:, None]
            p = np.divide(p, total, out=np.full_like(p, 1 / n_classes), where=total != 0)
        p[(p > 1.0) & (p <= 1.0 + 1e-5)] = 1.0
        return p

    def predict(self, scores: Array) -> Array:
        return self.classes_[np.argmax(self.proba(scores), axis=1)]

    def near(self, scores: Array, error: Array) -> npt.NDArray[np.bool_]:
        return np.ones(len(scores), dtype=bool)  # a steep calibrator turns any error into a label
