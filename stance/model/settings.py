"""How a model is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


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
