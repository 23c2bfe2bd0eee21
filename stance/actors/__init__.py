"""Sentences → actors: who a text names, and who it only means."""

from stance.actors.mentions import Mention, find_mentions
from stance.actors.table import ActorTable, load_actors

__all__ = ["ActorTable", "Mention", "find_mentions", "load_actors"]
