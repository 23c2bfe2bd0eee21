"""What is right: what the coders of each sentence say, where they agree and where they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.corpus.records import CodedSentence, Corpus

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ABSENT = None  # the answer, on a target, of a coder who did not list it


@dataclass(frozen=True, eq=False, slots=True)
class Truth:
    """What the coders say of each sentence of a corpus; what nobody coded is judged nowhere.

    "The coders" are those whose coding decides the layer: where it was adjudicated, the adjudicated coding alone.

    claims (n_sentences, n_claims): 1 where all coders gave it, 0 where none did, nan where they differ. roles
    (n_sentences, n_roles): whether any coder gave it; first_role (n_sentences,): the first coder's, as its column,
    where there is one. voice (n_sentences,): 1 for the second voice, 0 for the first, nan where coders differ.
    stances: for each sentence with a coded stance layer, target → the set of answers; else None. named: the targets
    whose name, as a coder wrote it, stands in the sentence.
    """

    claims: Floats
    roles: Bools
    first_role: NDArray[np.intp]
    voice: Floats
    stances: tuple[dict[str, frozenset[str | None]] | None, ...]
    named: tuple[frozenset[str], ...]


def read_truth(corpus: Corpus, codebook: Codebook, canonical: Callable[[str], str]) -> Truth:
    """Return what the coders of a corpus say; targets count under the names that `canonical` gives them."""
    claims = corpus.claim_shares(codebook)
    claims[(claims > 0) & (claims < 1)] = np.nan
    roles = corpus.role_shares(codebook)
    first = [next((codebook.role_names.index(c.role) for c in s.deciding("role")), 0) for s in corpus]
    voice = np.full(len(corpus), np.nan)
    if codebook.voices:
        voice = corpus.voice_shares(codebook)[:, 1]
        voice[(voice > 0) & (voice < 1)] = np.nan
    answers, named = zip(*(_answers(s, canonical) for s in corpus), strict=True)
    return Truth(claims, np.nan_to_num(roles) > 0, np.array(first, dtype=np.intp), voice, answers, named)


def _answers(
    sentence: CodedSentence, canonical: Callable[[str], str]
) -> tuple[dict[str, frozenset[str | None]] | None, frozenset[str]]:
    """Return every coder's answer on each target that any of them listed, and which targets the sentence names."""
    coded = [c.stance or {} for c in sentence.deciding("stance")]
    if not coded:
        return None, frozenset()
    by_coder = [[(canonical(target), stance) for target, stance in own.items()] for own in coded]
    targets = dict.fromkeys(target for own in by_coder for target, _ in own)
    answers = {}
    for target in targets:
        given: set[str | None] = set()
        for own in by_coder:
            given |= {stance for t, stance in own if t == target} or {ABSENT}
        answers[target] = frozenset(given)
    named = frozenset(canonical(target) for own in coded for target in own if target in sentence.text)
    return answers, named
