"""A few texts through the original and the compiled pipeline: settings may lie, answers do not.

A subclass with other methods is refused by name; what could still differ is a future release of scikit-learn that
gives an old attribute a new meaning. Then `compile` fails here, not silently later.
"""

import warnings
from typing import Any

import numpy as np

from stance.compiled.pipeline import CompiledPipeline
from stance.errors import NotCompilable

_N_TERMS = 48
_TOLERANCE = 1e-4  # of the larger of 1 and the score: a wrong rule is far off, rounding is not


def probe(compiled: CompiledPipeline, original: Any) -> None:
    """Raise NotCompilable if the two disagree on a few texts made of the vocabulary."""
    texts = _texts(compiled)
    methods = [name for name in ("decision_function", "predict_proba") if hasattr(compiled, name)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in methods:
            try:
                expected = getattr(original, name)(texts)
            except AttributeError:  # a one-vs-rest of which some members have no such method
                continue
            found = getattr(compiled, name)(texts)
            pairs = zip(expected, found, strict=True) if isinstance(expected, list) else [(expected, found)]
            for want, got in pairs:
                if np.shape(want) != np.shape(got) or not np.allclose(
                    got, want, rtol=_TOLERANCE, atol=_TOLERANCE * _size(want), equal_nan=True
                ):
                    raise NotCompilable(
                        f"{name} of the compiled pipeline must equal the original's and does not, on probing texts: a "
                        "step has other methods, or this release of scikit-learn another rule, than its settings say"
                    )
        if np.shape(original.predict(texts)) != np.shape(compiled.predict(texts)):
            raise NotCompilable("predict of the compiled pipeline must have the shape of the original's")


def _size(values: Any) -> float:
    finite = np.abs(values)[np.isfinite(values)]
    return float(max(finite.max(initial=0.0), 1.0))


def _texts(compiled: CompiledPipeline) -> list[str]:
    found = ["", "One of the two states said: “we won’t”, in 2024 — and it didn't."]
    for block in compiled.plan.blocks:
        if block.vocabulary is not None:
            step = max(1, len(block.vocabulary) // _N_TERMS)
            terms = [block.vocabulary[i] for i in range(0, len(block.vocabulary), step)][:_N_TERMS]
            found += [" ".join(terms[i : i + 12]) for i in range(0, len(terms), 12)]
    return found
