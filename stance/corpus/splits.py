"""Folds and splits by document: near-duplicates and sentences of one document are never on both sides."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.corpus.records import Corpus
from stance.errors import CorpusError

_SHINGLE = 5


def document_groups(corpus: Corpus) -> NDArray[np.int64]:
    """Return a group number for each sentence, (n_sentences,): documents that share a near-duplicate are one group.

    Two sentences are near-duplicates if half or more of the five-word runs of the shorter one are in the other;
    sentences under five words (greetings, headings) do not count.
    """
    names = list(dict.fromkeys(corpus.documents))
    number = {name: i for i, name in enumerate(names)}
    parent = list(range(len(names)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    shingles = [_shingles(s.text) for s in corpus]
    holders: dict[tuple[str, ...], list[int]] = {}
    for i, own in enumerate(shingles):
        shared = Counter(j for shingle in own for j in holders.get(shingle, ()))
        for j, n in shared.items():
            if 2 * n >= min(len(own), len(shingles[j])):
                a, b = root(number[corpus.sentences[i].document]), root(number[corpus.sentences[j].document])
                parent[max(a, b)] = min(a, b)
        for shingle in own:
            holders.setdefault(shingle, []).append(i)
    return np.array([root(number[s.document]) for s in corpus], dtype=np.int64)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}


def split_corpus(corpus: Corpus, shares: Sequence[float], *, seed: int = 0) -> list[Corpus]:
    """Return the corpus in parts by document group; `shares` are positive and give each part's share of documents.

    The part of a document depends on its group's first id and the seed alone, so that a corpus may grow without
    documents changing sides.
    """
    if len(shares) < 2 or min(shares) <= 0:
        raise CorpusError(f"shares must be two or more positive numbers; got {list(shares)!r}")
    groups = document_groups(corpus)
    bounds = np.cumsum(np.asarray(shares, dtype=float) / sum(shares))
    first: dict[int, str] = {}
    for group, document in zip(groups.tolist(), corpus.documents, strict=True):
        first[group] = min(first.get(group, document), document)
    part = {g: int(np.searchsorted(bounds, _uniform(f"{seed}:{name}"), side="right")) for g, name in first.items()}
    parts = np.minimum([part[g] for g in groups.tolist()], len(shares) - 1)
    return [corpus.select(parts == k) for k in range(len(shares))]


def _uniform(key: str) -> float:
    """Return a number in [0, 1) that depends on the key alone."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
