"""Sentences → actors: whom a text names, whom it only means, and whom it gives as its source."""

from stance.actors.carried import carry_targets
from stance.actors.mentions import Mention, find_mentions
from stance.actors.sources import source_span
from stance.actors.table import ActorTable, load_actors
from stance.actors.targets import targets_of

__all__ = [
    "ActorTable",
    "Mention",
    "carry_targets",
    "find_mentions",
    "load_actors",
    "source_span",
    "targets_of",
]
