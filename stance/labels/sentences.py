"""Labels as arrays → labelled documents."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from stance.codebook import Codebook
from stance.labels.columns import DocumentScores
from stance.labels.records import Claim, Document, FrozenDict, Role, Sentence, Span, Stance, Voice


def build_documents(
    codebook: Codebook, scores: DocumentScores, texts: Sequence[str], names: Sequence[str | None], model: str
) -> list[Document]:
    """Return the labelled documents of `texts`, which `scores` are of; `names` are their ids."""
    spans: list[Span] = list(map(tuple, scores.spans.tolist()))
    claims = _claims(codebook, scores)
    roles = _roles(codebook, scores)
    voices = _voices(codebook, scores)
    stances = _stances(codebook, scores)
    documents = []
    for text, name, (first, last) in zip(texts, names, pairwise(scores.offsets.tolist()), strict=True):
        sentences = [
            Sentence(text[spans[i][0] : spans[i][1]], spans[i], claims[i], roles[i], voices[i], stances[i])
            for i in range(first, last)
        ]
        documents.append(Document(text, tuple(sentences), id=name, model=model))
    return documents


def _claims(codebook: Codebook, scores: DocumentScores) -> list[tuple[Claim, ...]]:
    """Return the claims of each sentence, strongest first."""
    names = codebook.claim_names
    found: list[tuple[Claim, ...]] = [()] * len(scores.spans)
    rows, columns = scores.claims.nonzero()
    probabilities = scores.claim_probabilities[rows, columns]
    order = np.lexsort((columns, -probabilities, rows))
    listed = (rows[order].tolist(), columns[order].tolist(), probabilities[order].tolist())
    for i, j, probability in zip(*listed, strict=True):
        found[i] += (Claim(names[j], probability),)
    return found


def _roles(codebook: Codebook, scores: DocumentScores) -> list[Role | None]:
    n = len(scores.spans)
    if not codebook.roles:
        return [None] * n
    probabilities = scores.role_probabilities[np.arange(n), scores.roles].tolist()
    names = codebook.role_names
    return [Role(names[j], p) for j, p in zip(scores.roles.tolist(), probabilities, strict=True)]


def _voices(codebook: Codebook, scores: DocumentScores) -> list[Voice | None]:
    if not codebook.voices:
        return [None] * len(scores.spans)
    own, other = codebook.voice_names
    sources = {i: (start, end) for i, start, end in scores.sources.tolist()}
    return [
        Voice(other, p, sources.get(i)) if given else Voice(own, 1 - p)
        for i, (given, p) in enumerate(zip(scores.voice.tolist(), scores.voice_probabilities.tolist(), strict=True))
    ]


def _stances(codebook: Codebook, scores: DocumentScores) -> list[dict[str, Stance]]:
    nothing = FrozenDict()  # of most sentences
    stances: list[dict[str, Stance]] = [nothing] * len(scores.spans)
    probabilities = scores.stance_probabilities[np.arange(len(scores.stances)), scores.stances].tolist()
    spans = [(start, end) for _, _, start, end in scores.mentions.tolist()]
    names, targets = codebook.stance_names, scores.targets
    for (i, target, first, n), j, p in zip(scores.pairs.tolist(), scores.stances.tolist(), probabilities, strict=True):
        found = stances[i]
        if found is nothing:
            found = stances[i] = {}
        found[targets[target]] = Stance(names[j], p, tuple(spans[first : first + n]))
    return stances
