"""Learning curves: what more coded sentences bring, by genre. Whole documents are added in one random order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.quality.calibration import claims_alone, coded_claims
from benchmarks.quality.gold import figures_by_genre
from stance.codebook import Codebook
from stance.corpus import Corpus
from stance.model import Model, Settings
from stance.model.training import train
from stance.study.predictions import predict
from stance.study.report import Figure

SIZES = (500, 1000, 2000, 5000, 10_000)


def parts(corpus: Corpus, sizes: Sequence[int], *, seed: int) -> Iterator[Corpus]:
    """Yield the smallest part of whole documents with each number of sentences or more; each holds the one before."""
    documents = np.array(corpus.documents)
    names, counts = np.unique(documents, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    reached = np.cumsum(counts[order])
    for size in sizes:
        if size < len(corpus):
            yield corpus.select(np.isin(documents, names[order[: int(np.searchsorted(reached, size)) + 1]]))


def measure(
    corpus: Corpus, codebook: Codebook, settings: Settings, gold: Corpus, model: Model, *, seed: int, n_resamples: int,
    n_jobs: int,
) -> list[tuple[int, dict[str, Figure]]]:  # fmt: skip
    """Return (number of coded sentences, genre → claims micro F1 on gold) for each size, `model` last: it had all."""
    claims = claims_alone(codebook)
    out = []
    for part in parts(corpus, SIZES, seed=seed):
        print(f"learning: {len(part):,} sentences", flush=True)
        out.append((len(part), train(coded_claims(part), claims, settings=settings, n_jobs=n_jobs)))
    out.append((model.provenance.n_sentences, model))
    rows = []
    for size, own in out:
        judged = gold if own is model else coded_claims(gold)
        figures = figures_by_genre(
            predict(own, judged), judged, own.codebook, model, seed=seed, n_resamples=n_resamples
        )
        rows.append((size, {genre: own["claims.micro_f1"] for genre, own in figures.items()}))
    return rows
