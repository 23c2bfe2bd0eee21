"""Fitted estimators of scikit-learn → weights on vectorizers, and the head that reads the scores."""

from typing import Any

import numpy as np

from stance.compiled.heads import Array, Head, Linear, Rule
from stance.compiled.joint_heads import (
    Calibrated,
    Calibrator,
    Constant,
    Fold,
    Isotonic,
    Kind,
    MultiOutput,
    NaiveBayes,
    OneVsRest,
    Sigmoid,
)
from stance.compiled.steps import Features, Floats, Part, name_of, present, read_transformer, refusal, unfrozen
from stance.core.plan import Block, Plan, Terms
from stance.errors import NotCompilable

COVERED = (
    "LogisticRegression, LogisticRegressionCV, LinearSVC, SGDClassifier, RidgeClassifier, RidgeClassifierCV, "
    "Perceptron, PassiveAggressiveClassifier, MultinomialNB, ComplementNB, BernoulliNB, and OneVsRestClassifier, "
    "MultiOutputClassifier, CalibratedClassifierCV, FrozenEstimator and Pipeline of them"
)
_LINEAR = {
    "LogisticRegression", "LogisticRegressionCV", "LinearSVC", "SGDClassifier", "RidgeClassifier",
    "RidgeClassifierCV", "Perceptron", "PassiveAggressiveClassifier",
}  # fmt: skip
_NAIVE_BAYES = {"MultinomialNB", "ComplementNB", "BernoulliNB"}
_SEARCHES = {"GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"}


class Columns:
    """Output columns as they are found; `plan` puts the columns of one vectorizer into one block."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._columns: list[list[tuple[int, Floats]]] = []  # for each part: where its weights go
        self._intercept: list[float] = []

    def add(self, features: Features, coef: Any, intercept: Any, path: str, step: Any) -> tuple[int, int]:
        """Add `coef` (k, width) and `intercept` (k,) on `features`; return the first and last + 1 column."""
        dense = coef.toarray() if hasattr(coef, "toarray") else coef  # SGDClassifier.sparsify
        matrix = np.ascontiguousarray(np.atleast_2d(np.asarray(dense, dtype=np.float64)).T)
        if len(matrix) != features.width:
            raise NotCompilable(
                f"step {path!r} ({name_of(step)}) was fitted on {len(matrix)} columns, the steps before it give "
                f"{features.width}"
            )
        start, k = len(self._intercept), matrix.shape[1]
        shift = features.offset @ matrix if features.offset.any() else np.zeros(k)
        self._intercept += (np.broadcast_to(np.asarray(intercept, dtype=np.float64), (k,)) + shift).tolist()
        for part in features.parts:
            self._columns[self._place(part)].append((start, np.asarray(part.carry @ matrix)))
        return start, start + k

    def _place(self, part: Part) -> int:
        for i, known in enumerate(self._parts):
            if known is part or (
                (known.binary, known.sublinear_tf, known.norm) == (part.binary, part.sublinear_tf, part.norm)
                and np.array_equal(known.scale, part.scale)
                and known.analysis.same(part.analysis)
            ):
                return i
        self._parts.append(part)
        self._columns.append([])
        return len(self._parts) - 1

    def plan(self) -> Plan:
        n = len(self._intercept)
        blocks = []
        for part, columns in zip(self._parts, self._columns, strict=True):
            weights = np.zeros((len(part.scale), n))
            for start, found in columns:
                weights[:, start : start + found.shape[1]] += found
            blocks.append(_block(part, weights))
        return Plan(tuple(b for b in blocks if b.n_columns), np.array(self._intercept, dtype=np.float64))


def _block(part: Part, weights: Floats) -> Block:
    """Return the block of a part, without the terms that cannot change a score."""
    a, scale, vocabulary = part.analysis, part.scale, part.analysis.vocabulary
    if vocabulary is not None:
        kept = scale != 0 if part.norm else (weights != 0).any(axis=1)
        if not kept.all():
            terms = list(vocabulary)
            vocabulary = Terms.of(terms[i] for i in np.flatnonzero(kept))
            scale, weights = scale[kept], weights[kept]
    return Block(
        analyzer=a.analyzer,
        tokens=a.tokens,
        ngram_range=a.ngram_range,
        lowercase=a.lowercase,
        strip_accents=a.strip_accents,
        stop_words=None if a.stop_words is None else Terms.of(sorted(a.stop_words)),
        vocabulary=vocabulary,
        n_hashed=a.n_hashed,
        alternate_sign=a.alternate_sign,
        binary=part.binary,
        sublinear_tf=part.sublinear_tf,
        norm=part.norm,
        scale=np.ascontiguousarray(scale),
        weights=np.ascontiguousarray(weights),
    )


def read_estimator(estimator: Any) -> tuple[Plan, Head]:
    """Return the plan and the head of a fitted estimator over texts; raises NotCompilable."""
    columns = Columns()
    head = _read(estimator, None, "", columns)
    return columns.plan(), head


def _read(step: Any, features: Features | None, path: str, columns: Columns) -> Head:
    step = unfrozen(step)
    name = name_of(step)
    if name in _SEARCHES:
        return _read(_attribute(step, "best_estimator_", path), features, path, columns)
    if name == "Pipeline":
        *before, (last_name, last) = step.steps
        for child_name, child in before:
            features = read_transformer(child, features, f"{path}.{child_name}" if path else child_name)
        return _read(last, features, f"{path}.{last_name}" if path else last_name, columns)
    if name == "OneVsRestClassifier":
        return _one_vs_rest(step, features, path, columns)
    if name == "MultiOutputClassifier":
        members = _members(step, features, path, columns)
        return MultiOutput(members)
    if name == "CalibratedClassifierCV":
        return _calibrated(step, features, path, columns)
    if name not in _LINEAR | _NAIVE_BAYES:
        raise refusal(path, step, "this estimator" if path else "an estimator that is no pipeline of texts", COVERED)
    if features is None:
        raise refusal(path, step, "a classifier without a vectorizer before it", "vectorizer, linear steps, classifier")
    return _linear(step, features, path, columns) if name in _LINEAR else _bayes(step, features, path, columns)


def _attribute(step: Any, attribute: str, path: str) -> Any:
    if not hasattr(step, attribute):
        where = f"step {path!r}" if path else "the estimator"
        raise NotCompilable(f"{where} ({name_of(step)}) must be fitted first: it has no {attribute}")
    return getattr(step, attribute)


def _classes(step: Any, path: str) -> Array:
    classes = np.array(_attribute(step, "classes_", path))  # a copy: the compiled pipeline must not change with it
    is_text = classes.dtype.kind == "O" and all(isinstance(c, str) for c in classes)
    plain = classes.dtype.kind in "Uiub" or classes.dtype in (np.float32, np.float64)
    if classes.ndim != 1 or not (is_text or plain):
        given = f"classes of {classes.dtype} {classes.tolist()[:3]}"
        raise refusal(path, step, given, "str, int, float and bool labels")
    return classes


def _linear(step: Any, features: Features, path: str, columns: Columns) -> Head:
    classes = _classes(step, path)
    coef = _attribute(step, "coef_", path)
    start, stop = columns.add(features, coef, step.intercept_, path, step)
    binarizer = getattr(step, "_label_binarizer", None)
    multilabel = binarizer is not None and bool(binarizer.y_type_.startswith("multilabel"))
    if multilabel and getattr(binarizer, "sparse_input_", False):
        raise refusal(path, step, "a sparse indicator matrix of labels", "a dense one")
    return Linear(start, stop, classes, _rule(step, len(classes)), multilabel)


def _rule(step: Any, n_classes: int) -> Rule:
    name = name_of(step)
    if name == "SGDClassifier":
        return {"log_loss": "sigmoid", "modified_huber": "modified_huber"}.get(step.loss, "none")  # type: ignore[return-value]
    if not name.startswith("LogisticRegression"):
        return "none"
    # `multi_class` was deprecated in scikit-learn 1.5 and is gone in 1.8: there two classes always are a sigmoid
    multi_class = getattr(step, "multi_class", "auto")
    if multi_class in ("ovr", "warn"):
        return "sigmoid"
    if multi_class in ("auto", "deprecated"):
        return "sigmoid" if n_classes <= 2 or step.solver == "liblinear" else "softmax"
    return "softmax_of_both" if n_classes <= 2 else "softmax"


def _bayes(step: Any, features: Features, path: str, columns: Columns) -> Head:
    name = name_of(step)
    classes = _classes(step, path)
    log_prob = np.asarray(_attribute(step, "feature_log_prob_", path))
    intercept = np.asarray(step.class_log_prior_)
    if not features.elementwise and not np.isfinite(log_prob).all():
        raise refusal(path, step, "alpha=0 after a projection", "alpha above 0")
    if name == "ComplementNB" and len(classes) > 1:
        intercept = np.zeros(len(classes))
    if name == "BernoulliNB":
        if step.binarize is not None:
            plain = all(p.counts_only and not p.sublinear_tf for p in features.parts) and features.elementwise
            if not (step.binarize == 0 or (plain and step.binarize < 1)):
                raise refusal(path, step, f"binarize={step.binarize!r}", "0.0, up to 1 on plain counts, None")
            features = present(features, step, path)
        with np.errstate(divide="ignore", invalid="ignore"):
            absent = np.log(1 - np.exp(log_prob))
            intercept = intercept + absent.sum(axis=1)
            log_prob = log_prob - absent
    start, stop = columns.add(features, log_prob, intercept, path, step)
    return NaiveBayes(start, stop, classes)


def _members(step: Any, features: Features | None, path: str, columns: Columns) -> tuple[Head, ...]:
    found: list[Head] = []
    for i, member in enumerate(_attribute(step, "estimators_", path)):
        if name_of(member) == "_ConstantPredictor":
            found.append(Constant(int(np.ravel(member.y_)[0])))
        else:
            found.append(_read(member, features, f"{path}.{i}" if path else str(i), columns))
    return tuple(found)


def _one_vs_rest(step: Any, features: Features | None, path: str, columns: Columns) -> Head:
    members = _members(step, features, path, columns)
    binarizer = step.label_binarizer_
    y_type = binarizer.y_type_
    if y_type.startswith("multilabel"):
        if binarizer.sparse_input_:
            raise refusal(path, step, "a sparse indicator matrix of labels", "a dense one")
        kind: Kind = "multilabel"
    elif y_type in ("multiclass", "binary"):
        kind = y_type
    else:
        raise refusal(path, step, f"targets of type {y_type}", "binary, multiclass, multilabel")
    # scikit-learn asks the first member alone whether it decides or has probabilities; a constant is no classifier
    first = members[0]
    threshold = 0.0 if first.has_decision and not isinstance(first, Constant) else 0.5
    return OneVsRest(members, _classes(step, path), kind, threshold)


def _calibrated(step: Any, features: Features | None, path: str, columns: Columns) -> Head:
    classes = _classes(step, path)
    folds = []
    known: dict[int, Head] = {}
    for i, fold in enumerate(_attribute(step, "calibrated_classifiers_", path)):
        if step.method not in ("sigmoid", "isotonic") or fold.method not in ("sigmoid", "isotonic"):
            raise refusal(path, step, f"method={step.method!r}", "'sigmoid', 'isotonic'")
        inner = unfrozen(fold.estimator)
        if id(inner) not in known:
            known[id(inner)] = _read(inner, features, f"{path}.{i}" if path else str(i), columns)
        member = known[id(inner)]
        if isinstance(member, MultiOutput | Constant):
            raise refusal(path, step, "calibration of several outputs", "calibration of one classifier")
        places = np.searchsorted(classes, fold.estimator.classes_)
        folds.append(
            Fold(
                member,
                tuple(int(p) for p in places),
                tuple(_calibrator(c, path, step) for c in fold.calibrators),
            )
        )
    return Calibrated(tuple(folds), classes)


def _calibrator(calibrator: Any, path: str, step: Any) -> Calibrator:
    name = name_of(calibrator)
    if name == "_SigmoidCalibration":
        return Sigmoid(float(calibrator.a_), float(calibrator.b_))
    if name == "IsotonicRegression" and calibrator.out_of_bounds == "clip":
        return Isotonic(
            np.array(calibrator.X_thresholds_, dtype=np.float64), np.array(calibrator.y_thresholds_, dtype=np.float64)
        )
    raise refusal(path, step, f"the calibrator {calibrator!r}", "sigmoid and isotonic calibration, clipped at the ends")
