"""The compiled pipeline: texts → decisions, probabilities, labels."""

import os
from collections.abc import Callable
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from stance import core
from stance.compiled.heads import Array, Head
from stance.compiled.texts import as_list, for_core, picked
from stance.core.plan import Plan

if TYPE_CHECKING:
    from stance.compiled.plain import PlainEngine

Path = Literal["core", "plain"]

# Float32 scores of a row of n columns differ from float64 by at most about n * 2**-24 of sum |value * weight|. This
# many times 2**-24 is sure for a thousand columns and, since errors partly cancel, far more than enough for a million.
_FLOAT32_DOUBT = 2.0**-14
# Where the terms of a row may sum to more, float32 cannot be counted on for 1e-5 of a score near 1: models that did not
# converge, whose weights are huge and cancel.
_FLOAT32_LARGEST = 256.0


_FEW = 64  # texts: float64 at once costs less than asking which of them float32 leaves in doubt


class _IfAvailable:
    """A method that is only there if the head has it, as with scikit-learn's `available_if`."""

    def __init__(self, method: Callable[..., Any], answers: str) -> None:
        self._method = method
        self._answers = answers
        self.__doc__ = method.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self._method
        if not getattr(instance.head, self._answers):
            raise AttributeError(f"the compiled {instance.made_from} has no {self._name!r}, as the original has none")
        return self._method.__get__(instance, owner)


class CompiledPipeline:
    """A fitted pipeline of scikit-learn as data and one pass over the text; made by `compile` and `load_compiled`.

    Takes texts as any iterable of str: a list, NumPy, pandas, polars or pyarrow. An item that is no str raises
    TypeError or TextError naming its index; so does an empty batch.

    Attributes: `n_jobs`, threads of a call as joblib counts them (None is 1, -1 all); `float64`, whether scores are
    computed in float64 (asked for, or because naive Bayes, isotonic calibration, counts without a norm or huge weights
    need it); `path`, "core" where the compiled core runs, "plain" where scikit-learn does; `classes_`, as the original
    has them; `made_with`, versions at the time of compiling, for information. It can be pickled and copied.
    """

    def __init__(
        self,
        plan: Plan,
        head: Head,
        *,
        n_jobs: int | None = None,
        float64: bool = False,
        path: Path | None = None,
        made_from: str = "pipeline",
        made_with: dict[str, str] | None = None,
    ) -> None:
        threads(n_jobs)
        check_path(path)
        self.plan = plan
        self.head = head
        self.n_jobs = n_jobs
        self.made_from = made_from
        self.made_with = dict(made_with or {})
        self._plain: PlainEngine | None = None
        self._core = None if path == "plain" else _core_engine(plan, must=path == "core")
        self._core_proba: tuple[str, int, int] | None = getattr(head, "core_proba", None)
        self._core_choice: tuple[int, int, bool] | None = getattr(head, "core_choice", None)
        self._wants_float64 = float64 or head.wants_float64 or any(b.norm is None for b in plan.blocks)

    @cached_property
    def _error(self) -> npt.NDArray[np.float64]:
        """How far a float32 score may be off, (n_outputs,), as far as it can be said; waits for the core's tables."""
        largest = _largest_sums(self.plan) if self._core is None else self._core.largest_sums
        return largest * _FLOAT32_DOUBT

    @cached_property
    def float64(self) -> bool:
        return self._wants_float64 or self.float32_error is None

    @property
    def path(self) -> Path:
        return "plain" if self._core is None else "core"

    @property
    def engine(self) -> Any:
        """The core's engine (`stance.core.engine`); None on the plain path."""
        return self._core

    @property
    def float32_error(self) -> npt.NDArray[np.float64] | None:
        """How far a float32 score may be off, (n_outputs,), where there is a norm; None if float32 cannot be used."""
        return self._error if (self._error <= _FLOAT32_LARGEST * _FLOAT32_DOUBT).all() else None

    @property
    def classes_(self) -> Any:
        return self.head.classes_

    def _decision_function(self, texts: Any) -> npt.NDArray[np.floating[Any]]:
        """Return the scores of `texts`, (n_texts,) or (n_texts, n_classes), equal to the original's.

        float64 with `float64`, within 1e-6 of the original relative to the terms summed; else float32, within 1e-5.
        """
        decision = self.head.decision(self._scores(texts)[0])
        return decision.astype(np.float64 if self.float64 else np.float32, copy=False)

    def _predict_proba(self, texts: Any) -> Any:
        """Return probabilities, float64 (n_texts, n_classes); a list of them where the original gives a list."""
        rule = self._core_proba
        if rule is None or self._core is None:
            return self.head.proba(self._scores(texts)[0])
        items = texts if type(texts) is list and texts else for_core(texts)
        dtype = "float64" if self.float64 else "float32"
        return self._core.probabilities(items, *rule, dtype, 1 if self.n_jobs is None else threads(self.n_jobs))

    decision_function = _IfAvailable(_decision_function, "has_decision")
    predict_proba = _IfAvailable(_predict_proba, "has_proba")

    def predict(self, texts: Any) -> Array:
        """Return the labels of `texts`, (n_texts,) or (n_texts, n_outputs), equal to the original's.

        Where float32 leaves a doubt about a label, its row is computed again in float64.
        """
        if type(texts) is list and 0 < len(texts) <= _FEW and self._core is not None:
            if (choice := self._core_choice) is None:
                return self.head.predict(self._run(texts, float64=True))
            chosen: Array = self._core.choices(texts, *choice)
            return chosen if choice[2] else self.head.classes_.take(chosen)
        scores, items = self._scores(texts)
        if not self.float64 and self._core is not None:
            doubtful = np.flatnonzero(self.head.near(scores, self._error))
            if len(doubtful) == len(scores):
                scores = self._run(items, float64=True)
            elif len(doubtful):
                scores = scores.astype(np.float64)
                scores[doubtful] = self._run(picked(items, doubtful), float64=True)
        return self.head.predict(scores)

    def save(self, folder: str | PathLike[str]) -> None:
        """Write the pipeline to `folder`, data only: one JSON file and plain arrays; replaces what is there."""
        from stance.compiled.store import save

        save(self, folder)

    def _scores(self, texts: Any) -> tuple[Array, Any]:
        """Return the score array and `texts` in a form that can be scored again."""
        if self._core is not None:
            items = texts if type(texts) is list and texts else for_core(texts)
        else:
            items = as_list(texts)
        return self._run(items, self.float64), items

    def _run(self, items: Any, float64: bool) -> Array:
        if self._core is not None:
            scores: Array = self._core.score(items, "float64" if float64 else "float32", threads(self.n_jobs))
            return scores
        if self._plain is None:
            from stance.compiled.plain import PlainEngine

            self._plain = PlainEngine(self.plan)
        return self._plain.score(items)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_core": self.path, "_plain": None}  # engines are built again from the plan

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._core = None if state["_core"] == "plain" else _core_engine(self.plan, must=False)

    def __repr__(self) -> str:
        dtype = "float64" if self.float64 else "float32"
        return f"<compiled {self.made_from}: {self.plan.n_outputs} outputs, {dtype}, path {self.path!r}>"


def _core_engine(plan: Plan, must: bool) -> Any:
    """Return the compiled engine for `plan`, None where there is no core and it is not a `must`."""
    return core.engine(plan) if must or core.available() else None


def _largest_sums(plan: Plan) -> npt.NDArray[np.float64]:
    """Return the largest sum of |value * weight| that a row can have, (n_outputs,), where every block has a norm."""
    largest = np.abs(plan.intercept)
    for block in plan.blocks:
        weights = block.weights.astype(np.float64, copy=False)
        if block.norm == "l2":
            largest = largest + np.sqrt(np.einsum("ij,ij->j", weights, weights))
        elif block.norm == "l1":
            largest = largest + np.abs(weights).max(axis=0)
    return largest


def check_path(path: object) -> None:
    """Raise ValueError unless `path` is "core", "plain" or None."""
    if path not in ("core", "plain", None):
        raise ValueError(f"path must be 'core', 'plain' or None; got {path!r}")


def threads(n_jobs: int | None) -> int:
    """Return the number of threads that `n_jobs` means: None is 1, -1 all cores, -2 all but one; 0 raises."""
    if n_jobs is None:
        return 1
    if not hasattr(n_jobs, "__index__"):
        raise TypeError(f"n_jobs must be a whole number or None; got {n_jobs!r}")
    if n_jobs == 0:
        raise ValueError("n_jobs must be a number of threads, or negative to count from the cores; got 0")
    if n_jobs > 0:
        return n_jobs
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores + 1 + n_jobs)
