"""Model cards: what a model is for, how good it is, and what it cannot do (Mitchell et al. 2019), generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stance.model.model import Model


def model_card(model: Model) -> str:
    """Return the card of a model as Markdown."""
    return f"# {model.name}\n"
