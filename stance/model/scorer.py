"""Fitted features and linear weights → one compiled scorer: all layers of a model in one pass over a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.compiled.heads import Linear
from stance.compiled.pipeline import CompiledPipeline

Floats = NDArray[np.float64]


def linear_scorer(features: Any, coef: Floats, intercept: Floats, outputs: Sequence[str]) -> CompiledPipeline:
    """Return a scorer of texts: `features` (fitted, n_columns wide) times `coef` (n_outputs, n_columns) + `intercept`.

    `outputs` names the columns of the scores. Weights are rounded to float16, which halves a model's files twice
    over and moves no score by more than a thousandth of its terms: the rounded model is the model. Raises
    NotCompilable where the features are none that the core could compute.
    """
    from stance.compiled.classifiers import Columns
    from stance.compiled.steps import read_transformer
    from stance.core.arrange import arranged

    found = read_transformer(features, None, "features")
    columns = Columns()
    if found is None:
        raise ValueError("features must turn texts into numbers; these pass them on")
    columns.add(found, rounded(coef), intercept, "scores", features)
    return CompiledPipeline(arranged(columns.plan()), Linear(0, len(outputs), np.array(outputs, dtype=object), "none"))


def rounded(weights: Floats) -> Floats:
    """Return float64 weights that float16 holds exactly, each the nearest to the one given."""
    return np.clip(weights, -65504, 65504).astype(np.float16).astype(np.float64)


def scores_of(scorer: CompiledPipeline, texts: Sequence[str]) -> Floats:
    """Return the scores of texts, float64 (n_texts, n_outputs); no texts give no rows."""
    n_outputs = scorer.plan.n_outputs
    if not len(texts):
        return np.zeros((0, n_outputs))
    return np.asarray(scorer.decision_function(texts), dtype=np.float64).reshape(len(texts), n_outputs)
