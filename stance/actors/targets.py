"""The sentences of a document → the targets of each: those it names, with their spans, and those it only means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stance.actors.carried import carry_targets
from stance.actors.mentions import find_mentions
from stance.actors.table import ActorTable

Span = tuple[int, int]


def targets_of(
    sentences: Sequence[str], table: ActorTable, extra: Iterable[str] = ()
) -> list[dict[str, tuple[Span, ...]]]:
    """Return, for each sentence of one document, its targets and the spans in the sentence that name them.

    Named targets come first, in order; then those only meant, from earlier sentences, without spans; then those of
    `extra` that are neither, without spans: they are judged in every sentence. Names of `extra` that the table knows
    as another's become that one (Beijing: China).
    """
    mentions = [find_mentions(sentence, table) for sentence in sentences]
    wanted = [table.canonical(name) for name in extra]
    targets = []
    for named, meant in zip(mentions, carry_targets(mentions, sentences, table), strict=True):
        spans: dict[str, list[Span]] = {}
        for mention in named:
            spans.setdefault(mention.target, []).append((mention.start, mention.end))
        for target in (*meant, *wanted):
            spans.setdefault(target, [])
        targets.append({target: tuple(where) for target, where in spans.items()})
    return targets
