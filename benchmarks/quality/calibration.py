"""Are the probabilities right: Brier skill and calibration slope on the random part of the corpus, out of fold.

Only sentences drawn at random count (`sample` is "random"): rates over the others are what the sampling made them. The
scores are those of classifiers that did not see a sentence's document, and so is the line that makes them
probabilities: it is fitted anew on the scores of the other documents.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.corpus import CodedSentence, Corpus, document_groups
from stance.model import Settings
from stance.model.training import train_out_of_fold
from stance.scores.calibration import expit, fit_sigmoid
from stance.scores.folds import document_folds
from stance.study.evaluation import report_on
from stance.study.metrics import logit
from stance.study.predictions import Predictions
from stance.study.report import Report

Floats = NDArray[np.float64]


def claims_alone(codebook: Codebook) -> Codebook:
    """Return the codebook without its other layers."""
    return dataclasses.replace(codebook, roles=(), voices=(), stances=())


def coded_claims(corpus: Corpus) -> Corpus:
    """Return the corpus with codings of claims alone."""

    def alone(sentence: CodedSentence) -> CodedSentence:
        codings = (dataclasses.replace(c, role=None, voice=None, stance=None) for c in sentence.codings)
        return dataclasses.replace(sentence, codings=tuple(codings))

    return Corpus(corpus.name, tuple(alone(sentence) for sentence in corpus))


def out_of_fold(corpus: Corpus, codebook: Codebook, settings: Settings, n_jobs: int) -> tuple[Floats, Floats]:
    """Return probabilities of claims out of fold, (n_sentences, n_claims), and the thresholds (n_claims,)."""
    model, out = train_out_of_fold(coded_claims(corpus), claims_alone(codebook), settings=settings, n_jobs=n_jobs)
    return out.claims, model.calibration.thresholds


def crossed(probabilities: Floats, corpus: Corpus, codebook: Codebook, *, n_folds: int = 5, seed: int = 1) -> Floats:
    """Return probabilities calibrated by a line fitted on other documents; rows that are nan stay so.

    A line through the log-odds of calibrated probabilities undoes and replaces the line they came by.
    """
    shares = corpus.claim_shares(codebook)
    coded = ~np.isnan(shares).any(axis=1)
    folds = document_folds(shares[coded], document_groups(corpus)[coded], n_folds=n_folds, seed=seed)
    scores, right, out = logit(probabilities[coded]), shares[coded], np.full_like(probabilities, np.nan)
    fresh = np.empty_like(scores)
    for k in range(folds.max() + 1):
        inside, outside = folds != k, folds == k
        for j in range(scores.shape[1]):
            slope, offset = fit_sigmoid(scores[inside, j], right[inside, j])
            fresh[outside, j] = expit(slope * scores[outside, j] + offset)
    out[coded] = fresh
    return out


def measure(
    corpus: Corpus, codebook: Codebook, probabilities: Floats, thresholds: Floats, *, seed: int, n_resamples: int
) -> Report:
    """Return the report of the random part of a corpus, claims alone."""
    claims = claims_alone(codebook)
    fresh = crossed(probabilities, corpus, claims)
    random = np.array([s.sample == "random" for s in corpus])
    if not random.any():
        raise SystemExit("calibration needs sentences whose sample is random; the corpus at hand has none")
    part = random & ~np.isnan(fresh).any(axis=1)
    given = Predictions(claims=fresh[part] >= thresholds, claim_probabilities=fresh[part])
    judged = coded_claims(corpus.select(part))
    return report_on(given, judged, claims, name="out of fold", seed=seed, n_resamples=n_resamples)


def keep_out_of_fold(path: Path, digest: str, probabilities: Floats, thresholds: Floats) -> None:
    """Write out-of-fold probabilities to a .npz file, so that they need not be made again."""
    np.savez(path, digest=np.array(digest), claims=probabilities, thresholds=thresholds)


def kept_out_of_fold(path: Path, digest: str) -> tuple[Floats, Floats] | None:
    """Return what `keep_out_of_fold` wrote for the corpus of this digest, None if there is nothing of it."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as stored:
        return (stored["claims"], stored["thresholds"]) if str(stored["digest"]) == digest else None
