"""Texts → labels as arrays on NLTK and scikit-learn: the path that needs no compiled core, and its specification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.actors import source_span, targets_of
from stance.labels.columns import DocumentScores
from stance.sentences.split import split_sentences_plain

if TYPE_CHECKING:
    from stance.model.model import Model

Ints = NDArray[np.int64]


def score_documents(
    model: Model, texts: Sequence[str], ready: Sequence[Ints | None] | None, extra: Sequence[str]
) -> DocumentScores:
    """Return the scores of texts; `ready` are the spans of sentences, None where a text is to be split."""
    spans = [
        split_sentences_plain(text) if given is None else list(map(tuple, given.tolist()))
        for text, given in zip(texts, ready or [None] * len(texts), strict=True)
    ]
    documents = [[text[a:b] for a, b in found] for text, found in zip(texts, spans, strict=True)]
    sentences = [sentence for document in documents for sentence in document]
    starts = [a for found in spans for a, _ in found]
    runs = np.repeat(np.arange(len(texts)), [len(found) for found in spans])
    probabilities = model._probabilities(model.scores(sentences), runs)
    names = tuple(dict.fromkeys([*model.actors.kinds, *map(model.actors.canonical, extra)]))
    numbers = {name: i for i, name in enumerate(names)}
    targets: list[dict[str, tuple[tuple[int, int], ...]]] = [{} for _ in sentences]
    if model.target_scorer is not None:
        targets = [found for document in documents for found in targets_of(document, model.actors, extra)]
    stances = [p for found in model.stance_probabilities(sentences, targets) for p in found.values()]
    pairs: list[tuple[int, ...]] = []
    mentions: list[tuple[int, ...]] = []
    for i, found in enumerate(targets):
        for target, places in found.items():
            pairs.append((i, numbers[target], len(mentions), len(places)))
            mentions += [(i, numbers[target], starts[i] + a, starts[i] + b) for a, b in places]
    codebook, calibration = model.codebook, model.calibration
    voices = probabilities.voice[: len(sentences) if codebook.voices else 0]
    voice = voices >= calibration.voice_threshold
    sources = [
        (i, starts[i] + source[0], starts[i] + source[1])
        for i in voice.nonzero()[0].tolist()
        if (source := source_span(sentences[i])) is not None
    ]
    stance_probabilities = np.array(stances).reshape(len(pairs), len(codebook.stances))
    return DocumentScores(
        offsets=np.cumsum([0, *map(len, spans)], dtype=np.int64),
        spans=_rows([span for found in spans for span in found], 2),
        claims=probabilities.claims >= calibration.thresholds,
        claim_probabilities=probabilities.claims,
        roles=_largest(probabilities.roles),
        role_probabilities=probabilities.roles,
        voice=voice,
        voice_probabilities=voices,
        sources=_rows(sources, 3),
        pairs=_rows(pairs, 4),
        stances=_largest(stance_probabilities * calibration.stance_bias),
        stance_probabilities=stance_probabilities,
        mentions=_rows(mentions, 4),
        targets=names,
    )


def _rows(rows: Sequence[tuple[int, ...]], width: int) -> Ints:
    return np.array(rows, np.int64).reshape(len(rows), width)


def _largest(values: NDArray[np.float64]) -> Ints:
    """Return the column of the largest value of each row, the first of equals; no columns give no rows."""
    return values.argmax(axis=1) if values.shape[1] else np.zeros(0, np.int64)
