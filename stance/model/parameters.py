"""What a model is, as plain data: where it comes from, and the numbers after the linear scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.compiled.heads import expit, softmax
from stance.scores.neighbours import with_neighbours

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a model comes from: for its card, and for whoever makes it again.

    `licence` is that of the weights, "" where nobody said; `sources` maps the sources of the corpus's texts to their
    licences.
    """

    corpus: str = ""
    corpus_digest: str = ""
    n_sentences: int = 0
    n_documents: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layers:
    """Which columns of the sentence scores belong to which layer, in codebook order."""

    claims: slice
    roles: slice
    voices: slice
    n_outputs: int

    @classmethod
    def of(cls, codebook: Codebook) -> Layers:
        """Return the columns of a codebook's layers: claims, then roles, then voices."""
        ends = np.cumsum([0, len(codebook.claims), len(codebook.roles), len(codebook.voices)]).tolist()
        claims, roles, voices = (slice(a, b) for a, b in pairwise(ends))
        return cls(claims, roles, voices, n_outputs=ends[-1])


@dataclass(frozen=True, eq=False, slots=True)
class Calibration:
    """Scores → probabilities → labels, for one model.

    claims: `slopes`, `offsets`, `thresholds` (n_claims,). roles and voices: a matrix on the columns of
    `with_neighbours`, (n, 3 n + 2), and an offset (n,). `voice_threshold`: probability of the second voice from
    which it is given. `stance_bias` (n_stances,): factors on the probabilities before the largest is chosen.
    """

    slopes: Floats
    offsets: Floats
    thresholds: Floats
    role_coef: Floats
    role_intercept: Floats
    voice_coef: Floats
    voice_intercept: Floats
    voice_threshold: float
    stance_bias: Floats

    def claim_probabilities(self, scores: Floats) -> Floats:
        """Return (n_sentences, n_claims) from the claim scores of the same shape."""
        return expit(scores * self.slopes + self.offsets)

    def role_probabilities(self, scores: Floats, runs: NDArray[Any]) -> Floats:
        """Return (n_sentences, n_roles) from the role scores and the run of each sentence."""
        return _in_context(scores, runs, self.role_coef, self.role_intercept)

    def voice_probabilities(self, scores: Floats, runs: NDArray[Any]) -> Floats:
        """Return (n_sentences, n_voices) from the voice scores and the run of each sentence."""
        return _in_context(scores, runs, self.voice_coef, self.voice_intercept)


def _in_context(scores: Floats, runs: NDArray[Any], coef: Floats, intercept: Floats) -> Floats:
    if not scores.size:
        return scores.copy()
    return softmax(with_neighbours(scores, runs) @ coef.T + intercept)
