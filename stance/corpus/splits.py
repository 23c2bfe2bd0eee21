"""Folds and splits by document: near-duplicates and sentences of one document are never on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from stance.corpus.records import Corpus
from stance.errors import CorpusError

_SHINGLE = 5
_AT_ONCE = 256  # sentences compared with all others at once: what they share is held in memory


def document_groups(corpus: Corpus) -> NDArray[np.int64]:
    """Return a group number for each sentence, (n_sentences,): documents that share a near-duplicate are one group.

    Two sentences are near-duplicates if half or more of the five-word runs of the shorter one are in the other;
    sentences under five words (greetings, headings) do not count.
    """
    number: dict[str, int] = {}
    documents = np.array([number.setdefault(name, len(number)) for name in corpus.documents], dtype=np.int64)
    distinct: dict[frozenset[tuple[str, ...]], int] = {}
    first: list[int] = []  # the document where each distinct sentence stands first
    alike: list[tuple[int, int]] = []
    for document, sentence in zip(documents.tolist(), corpus, strict=True):
        if own := _shingles(sentence.text):
            i = distinct.setdefault(own, len(distinct))
            if i == len(first):
                first.append(document)
            alike.append((first[i], document))
    group = _merged(np.arange(len(number)), np.array(alike, dtype=np.int64).reshape(-1, 2))
    for pairs in _near_duplicates(list(distinct)):
        group = _merged(group, np.array(first)[pairs])
    _, lowest = np.unique(group, return_index=True)  # a group is named by its first document
    return lowest[group][documents]


def _merged(group: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the groups, (n_documents,) from 0 on, made one where a pair of documents, (n_pairs, 2), joins them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined = group[pairs]
    joined = joined[joined[:, 0] != joined[:, 1]]
    if not len(joined):
        return group
    n = int(group.max()) + 1
    _, number = connected_components(coo_array((np.ones(len(joined)), joined.T), shape=(n, n)), directed=False)
    return number[group].astype(np.int64)


def _near_duplicates(sentences: Sequence[frozenset[tuple[str, ...]]]) -> Iterator[NDArray[np.int64]]:
    """Yield, in bounded parts, the pairs that share half or more of the shorter one's runs of words, (n_pairs, 2)."""
    from scipy.sparse import csr_array

    columns: dict[tuple[str, ...], int] = {}
    indices = [columns.setdefault(run, len(columns)) for own in sentences for run in own]
    sizes = np.array([len(own) for own in sentences], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    shape = (len(sentences), len(columns))
    runs = csr_array((np.ones(len(indices), np.int32), np.array(indices, dtype=np.int64), offsets), shape=shape)
    holders = runs.T.tocsr()
    for start in range(0, len(sentences), _AT_ONCE):
        common = (runs[start : start + _AT_ONCE] @ holders).tocoo()
        rows, others = common.row + start, common.col
        near = (rows < others) & (2 * common.data >= np.minimum(sizes[rows], sizes[others]))
        yield np.stack([rows[near], others[near]], axis=1)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return frozenset(tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1))


def split_corpus(corpus: Corpus, shares: Sequence[float], *, seed: int = 0) -> list[Corpus]:
    """Return the corpus in parts by document group; `shares` are positive and give each part's share of documents.

    The part of a document depends on its group's first id and the seed alone, so that a corpus may grow without
    documents changing sides. Raises CorpusError where shares are not two or more positive numbers.
    """
    numbers = isinstance(shares, Sequence | np.ndarray) and all(isinstance(share, Real) for share in shares)
    if not numbers or len(shares) < 2 or not all(0 < share < np.inf for share in shares):
        raise CorpusError(f"shares must be two or more positive numbers; got {shares!r:.60}")
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
