"""The heads of rarer classifiers: naive Bayes, and those made of several others (see `stance.compiled.heads`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from stance.compiled.heads import Array, Head, Linear, expit, flags, near_top


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
        return near_top(scores[:, self.start : self.stop], error[self.start : self.stop])


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

    @cached_property
    def columns(self) -> tuple[int, int] | None:
        """First and last + 1 column, where every member is a linear one on the next column; None where not."""
        start = getattr(self.members[0], "start", 0)
        for i, member in enumerate(self.members):
            if not (isinstance(member, Linear) and (member.start, member.stop) == (start + i, start + i + 1)):
                return None
        return start, start + len(self.members)

    @property
    def core_proba(self) -> tuple[str, int, int] | None:
        """See Linear."""
        if self.columns is None or any(not isinstance(m, Linear) or m.rule != "sigmoid" for m in self.members):
            return None
        if len(self.members) == 1:
            return "sigmoid", *self.columns
        return "sigmoids" if self.kind == "multilabel" else "shares", *self.columns

    @property
    def core_choice(self) -> tuple[int, int, bool] | None:
        """See Linear."""
        if self.columns is None or self.threshold != 0 or len(self.classes_) == 1:
            return None
        return *self.columns, self.kind == "multilabel"

    def decision(self, scores: Array) -> Array:
        if len(self.members) == 1:
            return self.members[0].decision(scores)
        if self.columns is not None:
            start, stop = self.columns
            return scores if stop - start == scores.shape[1] else np.ascontiguousarray(scores[:, start:stop])
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
            return near_top(ratings, errors)
        return flags((np.abs(ratings - self.threshold) <= errors).any(axis=1))


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
        return flags(np.stack([m.near(scores, error) for m in self.members]).any(axis=0))


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
