"""Documents' scores → how often each label is given, by source, month or whatever else documents are grouped by."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.labels.columns import DocumentScores
from stance.text.arguments import check_made

Floats = NDArray[np.float64]

_TAIL = 0.975  # of the t distribution, for an interval of 95 %


@dataclass(frozen=True, slots=True)
class Prevalence:
    """How often one label is given in one group of documents.

    share : mean of the label's calibrated probabilities over the group's sentences, from 0 to 1: nearer to what coders
        would count than the labels given are, whose errors do not cancel. low, high : its 95 % interval over documents.
        None where there are no sentences; the interval also where one document has them all.
    count : sentences the label is given to. n_sentences, n_documents : of the group, documents with sentences.
    """

    group: Hashable
    layer: str
    label: str
    share: float | None
    low: float | None
    high: float | None
    count: int
    n_sentences: int
    n_documents: int


def prevalence(codebook: Codebook, scores: DocumentScores, by: Iterable[Hashable] | None = None) -> list[Prevalence]:
    """Return how often each claim, role and voice is given, for each group of documents, in the order first seen.

    `by` gives each document's group: a source, a month, a pair of both; None takes all as one group. The interval is
    that of a ratio over sampled documents (Cochran 1977, Sampling Techniques, chapter 6, with t quantiles): it says
    how much other documents of the same kind may differ, and not what the model gets wrong, which its report says.
    Raises TypeError for what `Model.score_documents` did not make, ValueError unless `by` has one value a document and
    the scores are of the codebook's labels.
    """
    from scipy.sparse import csr_array
    from scipy.special import stdtrit

    check_made(codebook, Codebook, "codebook", "stance.load_codebook")
    check_made(scores, DocumentScores, "scores", "Model.score_documents")
    groups = [None] * len(scores) if by is None else list(by)
    if len(groups) != len(scores):
        raise ValueError(f"by must have one value a document ({len(scores)}); got {len(groups)}")
    labels = [(layer, name) for layer in ("claim", "role", "voice") for name in getattr(codebook, f"{layer}_names")]
    probabilities, given = _columns(codebook, scores)
    if probabilities.shape[1] != len(labels):
        raise ValueError(f"scores must be of the codebook's {len(labels)} claims, roles and voices; they have "
                         f"{probabilities.shape[1]}")  # fmt: skip
    number: dict[Hashable, int] = {}
    index = np.array([number.setdefault(group, len(number)) for group in groups], dtype=np.int64)
    n_documents, n_sentences = len(scores), len(probabilities)
    ones = np.ones(n_sentences)
    in_document = csr_array((ones, np.arange(n_sentences), scores.offsets), shape=(n_documents, n_sentences))
    sums, lengths = np.asarray(in_document @ probabilities), np.diff(scores.offsets).astype(np.float64)
    order = np.argsort(index, kind="stable")
    sizes = np.bincount(index, minlength=len(number))
    in_group = csr_array((np.ones(n_documents), order, np.concatenate([[0], np.cumsum(sizes)])),
                         shape=(len(number), n_documents))  # fmt: skip
    total, documents = in_group @ lengths, in_group @ (lengths > 0).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.asarray(in_group @ sums) / total[:, None]
        residuals = sums - share[index] * lengths[:, None]
        spread = np.sqrt((in_group @ residuals**2) * (documents / (documents - 1))[:, None]) / total[:, None]
        margin = spread * stdtrit(np.maximum(documents - 1, 1), _TAIL)[:, None]
    counts = np.asarray(in_group @ (in_document @ given))
    return [
        Prevalence(group, layer, label, *_interval(share[g, k], margin[g, k]), int(counts[g, k]),
                   int(total[g]), int(documents[g]))
        for group, g in number.items() for k, (layer, label) in enumerate(labels)
    ]  # fmt: skip


def _interval(share: float, margin: float) -> tuple[float | None, float | None, float | None]:
    if np.isnan(share):
        return None, None, None
    if not np.isfinite(margin):
        return float(share), None, None
    return float(share), float(max(0.0, share - margin)), float(min(1.0, share + margin))


def _columns(codebook: Codebook, scores: DocumentScores) -> tuple[Floats, Floats]:
    """Return the probabilities of claims, roles and voices, and whether each is given, (n_sentences, n_labels)."""
    probabilities, given = [scores.claim_probabilities], [scores.claims]
    if codebook.roles:
        probabilities.append(scores.role_probabilities)
        given.append(scores.roles[:, None] == np.arange(scores.role_probabilities.shape[1]))
    if codebook.voices:
        probabilities.append(np.stack([1 - scores.voice_probabilities, scores.voice_probabilities], axis=1))
        given.append(np.stack([~scores.voice, scores.voice], axis=1))
    return np.hstack(probabilities), np.hstack(given).astype(np.float64)
