"""What is judged: the labels somebody gave the sentences of a corpus, in the shape the figures are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.actors import targets_of
from stance.corpus.records import Corpus

if TYPE_CHECKING:
    from stance.actors import ActorTable
    from stance.model.model import Model
    from stance.model.training import OutOfFold

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """Labels given to each sentence of a corpus; a layer that is None was not predicted, and is not judged.

    claims (n_sentences, n_claims), whether each claim is given; claim_probabilities, the same shape, 0 to 1, or None
    where there are none; roles (n_sentences,), columns of the codebook's roles; voice (n_sentences,), whether the
    second voice is given; stances: for each sentence, target → stance, of the coded targets and perhaps of others;
    targets: for each sentence, the targets found in it without being told.
    """

    claims: Bools | None = None
    claim_probabilities: Floats | None = None
    roles: NDArray[np.intp] | None = None
    voice: Bools | None = None
    stances: tuple[Mapping[str, str], ...] | None = None
    targets: tuple[frozenset[str], ...] | None = None


def predict(model: Model, corpus: Corpus) -> Predictions:
    """Return a model's labels of the sentences of a corpus, by the path that `Model.label` takes.

    Neighbours are sentences that follow each other in a document and passage. Stances are those toward the coded
    targets, which the model is told, and toward the targets it finds.
    """
    codebook, calibration = model.codebook, model.calibration
    probabilities = model.probabilities(corpus.texts, corpus.runs.tolist())
    stances = targets = None
    if codebook.stances:
        found = found_targets(corpus, model.actors)
        told = []
        for s, own in zip(corpus, found, strict=True):
            listed = tuple(dict.fromkeys(t for c in s.deciding("stance") for t in c.stance or {}))
            told.append(targets_of([s.text], model.actors, listed)[0] | own)
        given = model.stance_probabilities(corpus.texts, told)
        stances = tuple(_best(row, codebook.stance_names, calibration.stance_bias) for row in given)
        targets = tuple(frozenset(own) for own in found)
    return Predictions(
        claims=probabilities.claims >= calibration.thresholds if codebook.claims else None,
        claim_probabilities=probabilities.claims if codebook.claims else None,
        roles=probabilities.roles.argmax(axis=1) if codebook.roles else None,
        voice=probabilities.voice >= calibration.voice_threshold if codebook.voices else None,
        stances=stances,
        targets=targets,
    )


def out_of_fold_predictions(model: Model, corpus: Corpus, out_of_fold: OutOfFold) -> Predictions:
    """Return the labels by classifiers that did not see the sentence's document, under the model's thresholds."""
    codebook, calibration = model.codebook, model.calibration
    stances = targets = None
    if codebook.stances:
        rows: list[dict[str, Floats]] = [{} for _ in range(len(corpus))]
        for (i, target), probability in zip(out_of_fold.pairs, out_of_fold.stances, strict=True):
            rows[i][target] = probability
        stances = tuple(_best(row, codebook.stance_names, calibration.stance_bias) for row in rows)
        targets = tuple(frozenset(own) for own in found_targets(corpus, model.actors))
    return Predictions(
        claims=out_of_fold.claims >= calibration.thresholds if codebook.claims else None,
        claim_probabilities=out_of_fold.claims if codebook.claims else None,
        roles=out_of_fold.roles.argmax(axis=1) if codebook.roles else None,
        voice=out_of_fold.voices[:, 1] >= calibration.voice_threshold if codebook.voices else None,
        stances=stances,
        targets=targets,
    )


def found_targets(corpus: Corpus, actors: ActorTable) -> list[dict[str, Any]]:
    """Return the targets found in each sentence and their spans, run of neighbouring sentences by run."""
    texts, runs = corpus.texts, corpus.runs
    starts = np.flatnonzero(np.diff(runs, prepend=-1)).tolist()
    out: list[dict[str, Any]] = []
    for start, stop in zip(starts, [*starts[1:], len(texts)], strict=True):
        out += targets_of(texts[start:stop], actors)
    return out


def _best(row: Mapping[str, Floats], names: tuple[str, ...], bias: Floats) -> dict[str, str]:
    return {target: names[int((probability * bias).argmax())] for target, probability in row.items()}
