"""How a model is trained."""

from __future__ import annotations

import math
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
        weights alike; or None.
    threshold_coders : coders whose sentences decide where a label is given (thresholds of claims and voice, factors of
        stances), where coders were not equally ready to give one; probabilities follow all. Empty: all decide.
    min_df : n-grams in fewer sentences are left out; None is 2, and 1 for corpora under 500 sentences.
    n_folds : folds for out-of-fold scores, by document.
    seed : decides ties between folds.

    Raises ValueError naming the setting, what it must be and what was given.
    """

    C_claims: float = 2.5
    C_roles: float = 1.0
    C_voice: float = 2.0
    C_stance: float = 0.4
    neighbours: bool = True
    unlisted_weight: float = 0.5
    blind_targets: bool = True
    masked_kinds: tuple[str, ...] = ("state", "territory", "historical state")
    lexicon: str | None = "codebook"
    stance_lexicon: str | None = None
    class_weight: str | None = None
    vectors: str | None = None
    threshold_coders: tuple[str, ...] = ()
    min_df: int | None = None
    n_folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if self.class_weight not in (None, "balanced"):
            raise ValueError(f"class_weight must be 'balanced' or None; got {self.class_weight!r}")
        for name in ("C_claims", "C_roles", "C_voice", "C_stance"):
            self._must(name, "a number over 0", _is_number(getattr(self, name)) and getattr(self, name) > 0)
        unlisted = self.unlisted_weight
        self._must("unlisted_weight", "a number from 0 to 1", _is_number(unlisted) and 0 <= unlisted <= 1)
        for name in ("neighbours", "blind_targets"):
            self._must(name, "true or false", isinstance(getattr(self, name), bool))
        for name, least in (("n_folds", 2), ("seed", 0), ("min_df", 1)):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= least
            self._must(name, f"a whole number from {least}", whole or (name == "min_df" and value is None))
        for name, what in (("masked_kinds", "names of kinds of actors"), ("threshold_coders", "names of coders")):
            names = getattr(self, name)
            self._must(name, what, isinstance(names, tuple | list) and all(isinstance(one, str) for one in names))

    def _must(self, name: str, what: str, holds: bool) -> None:
        if not holds:
            raise ValueError(f"{name} must be {what}; got {getattr(self, name)!r}")

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain data."""
        return asdict(self)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
