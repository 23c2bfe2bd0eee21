"""What a model is, as plain data: settings, where it comes from, and the numbers after the linear scores."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.compiled.heads import expit, softmax
from stance.scores.neighbours import with_neighbours

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is trained; the defaults are those of the bundled model.

    C_claims, C_roles, C_voice, C_stance : inverse strength of each layer's L2 penalty.
    neighbours : whether roles and voice read the scores of the sentences before and after.
    unlisted_weight : what an actor counts, as a mere mention, that a sentence names and its coders did not list.
    blind_targets : whether targets are masked, so that what is learned of one actor holds for all. False also
        learns from the targets' names: for tasks with a few fixed targets.
    masked_kinds : kinds of actors that claims, roles and voice do not see (`ActorTable.kinds`): what they learn must
        not hang on who is accused.
    lexicon : cue phrases as features: "codebook" for those bundled under the codebook's name, if there are any, the
        path of a TOML file, or None.
    stance_lexicon : the same for stances; None, since for blind targets it brought nothing.
    class_weight : "balanced" lets rare labels weigh as much as frequent ones, for tasks judged by macro F1 on few
        sentences; probabilities of roles, voice and stances are then too high for the rare ones. None weighs all alike.
    vectors : path of word vectors (`stance.features.vectors`), by which words used alike in unlabelled text get
        weights alike in claims, roles and voice; or None.
    min_df : n-grams in fewer sentences are left out; None is 2, and 1 for corpora under 500 sentences.
    n_folds : folds for out-of-fold scores, by document.
    seed : decides ties between folds.
    """

    C_claims: float = 5.0
    C_roles: float = 2.0
    C_voice: float = 2.0
    C_stance: float = 2.0
    neighbours: bool = True
    unlisted_weight: float = 0.5
    blind_targets: bool = True
    masked_kinds: tuple[str, ...] = ("state", "territory", "historical state")
    lexicon: str | None = "codebook"
    stance_lexicon: str | None = None
    class_weight: str | None = None
    vectors: str | None = None
    min_df: int | None = None
    n_folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if self.class_weight not in (None, "balanced"):
            raise ValueError(f"class_weight must be 'balanced' or None; got {self.class_weight!r}")

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain data."""
        return asdict(self)


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
