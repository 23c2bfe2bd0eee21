"""Documents' labels as plain arrays: what a batch is scored into, whatever its size; records are made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class DocumentScores:
    """The sentences of a batch of documents, one after the other, with their labels and probabilities.

    offsets (n_documents + 1,): sentences of document i are the rows offsets[i] to offsets[i + 1].
    spans (n_sentences, 2): start and end of each in its document, in characters.
    claims (n_sentences, n_claims): which are given; claim_probabilities, the same shape.
    roles (n_sentences,): column of the codebook's roles; role_probabilities (n_sentences, n_roles).
    voice (n_sentences,): whether the second voice is given; voice_probabilities (n_sentences,), of that voice.
    sources (n_sources, 3): sentence, start and end in the document, where a sentence in the second voice names its
        source.
    pairs (n_pairs, 4): sentence, target, first row in `mentions`, number of rows: each target of each sentence.
    stances (n_pairs,): column of the codebook's stances; stance_probabilities (n_pairs, n_stances).
    mentions (n_mentions, 4): sentence, target, start and end in the document, pair by pair.
    targets: the names that numbers of targets stand for.

    Probabilities are from 0 to 1. A layer that the codebook lacks has no rows or no columns.
    """

    offsets: Ints
    spans: Ints
    claims: Bools
    claim_probabilities: Floats
    roles: Ints
    role_probabilities: Floats
    voice: Bools
    voice_probabilities: Floats
    sources: Ints
    pairs: Ints
    stances: Ints
    stance_probabilities: Floats
    mentions: Ints
    targets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<scores of {len(self):,} documents: {len(self.spans):,} sentences, {len(self.pairs):,} targets>"

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.offsets) - 1

    @property
    def documents(self) -> Ints:
        """The document of each sentence, (n_sentences,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))
