"""Predictions against coders → figures, layer by layer, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.study.bootstrap import Resamples
from stance.study.metrics import (
    brier_skill,
    calibration_line,
    f1,
    line_terms,
    logit,
    mean_f1,
    one_step_slopes,
    precision,
    ratio,
    recall,
)
from stance.study.predictions import Predictions
from stance.study.report import Bin, Curve, Figure
from stance.study.truth import ABSENT, Truth

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COMMON = 8  # right labels that a claim needs to count in "macro F1 of common claims": fewer say little
_BINS = 10
_POINTS = 101


def layer_figures(
    truth: Truth, predictions: Predictions, codebook: Codebook, resamples: Resamples
) -> dict[str, Figure]:
    """Return the figures of every layer that the codebook has, that was coded, and that was predicted."""
    figures: dict[str, Figure] = {}
    if predictions.claims is not None and not np.isnan(truth.claims).all():
        figures |= _claims(truth.claims, predictions.claims, codebook.claim_names, resamples)
        if predictions.claim_probabilities is not None:
            figures |= _calibration(truth.claims, predictions.claim_probabilities, codebook.claim_names, resamples)
    if predictions.roles is not None and truth.roles.any():
        figures |= _roles(truth, predictions.roles, codebook.role_names, resamples)
    if predictions.voice is not None and not np.isnan(truth.voice).all():
        right, given = truth.voice == 1, predictions.voice
        kinds = [right & given, (truth.voice == 0) & given, right & ~given]
        figures |= _three("voice", resamples.sums(np.stack(kinds, axis=-1)), resamples)
    if predictions.stances is not None:
        figures |= _stances(truth, predictions, codebook, resamples)
    if predictions.targets is not None and any(truth.stances):
        figures |= _targets(truth, predictions.targets, resamples)
    return figures


def _three(name: str, sums: Floats, resamples: Resamples) -> dict[str, Figure]:
    """Return precision, recall and F1 from sums (1 + n_resamples, 3) of true positives, false ones, and misses."""
    tp, fp, fn = sums[:, 0], sums[:, 1], sums[:, 2]
    return {
        f"{name}.precision": resamples.figure(precision(tp, fp), tp[0] + fp[0]),
        f"{name}.recall": resamples.figure(recall(tp, fn), tp[0] + fn[0]),
        f"{name}.f1": resamples.figure(f1(tp, fp, fn), tp[0] + fn[0]),
    }


def _micro(name: str, sums: Floats, resamples: Resamples) -> dict[str, Figure]:
    three = _three(name, sums, resamples)
    return {key.replace(f"{name}.", f"{name}.micro_"): figure for key, figure in three.items()}


def _claims(truth: Floats, given: Bools, names: Sequence[str], resamples: Resamples) -> dict[str, Figure]:
    right, wrong = truth == 1, truth == 0
    sums = resamples.sums(np.stack([right & given, wrong & given, right & ~given], axis=-1))
    support = sums[0, :, 0] + sums[0, :, 2]
    figures = _micro("claims", sums.sum(axis=1), resamples)
    for key, kept in (("macro_f1", support > 0), ("macro_f1_common", support >= COMMON)):
        values = mean_f1(*np.moveaxis(sums[:, kept], -1, 0))
        figures[f"claims.{key}"] = resamples.figure(values, support[kept].sum())
    for j, name in enumerate(names):
        figures |= _three(f"claims.{name}", sums[:, j], resamples)
    return figures


def _calibration(truth: Floats, probabilities: Floats, names: Sequence[str], resamples: Resamples) -> dict[str, Figure]:
    judged = ~np.isnan(truth)
    outcome = np.where(judged, truth, 0.0)
    squares = np.where(judged, (np.nan_to_num(probabilities) - outcome) ** 2, 0.0)
    sums = resamples.sums(np.stack([squares, outcome, judged.astype(np.float64)], axis=-1))
    skill = brier_skill(*np.moveaxis(sums, -1, 0))
    figures, known = {}, ~np.isnan(skill)
    some = known[0]
    mean = ratio(np.where(known, skill, 0)[:, some].sum(axis=1), known[:, some].sum(axis=1))
    figures["claims.brier_skill"] = resamples.figure(mean, sums[0, :, 2].sum())
    rows, columns = np.nonzero(judged)
    figures["claims.calibration_slope"] = slope_figure(
        probabilities[rows, columns], truth[rows, columns], rows, resamples
    )
    for j, name in enumerate(names):
        figures[f"claims.{name}.brier_skill"] = resamples.figure(skill[:, j], sums[0, j, 2])
        own = np.flatnonzero(judged[:, j])
        figures[f"claims.{name}.calibration_slope"] = slope_figure(probabilities[own, j], truth[own, j], own, resamples)
    return figures


def slope_figure(probabilities: Floats, outcomes: Floats, rows: NDArray[np.intp], resamples: Resamples) -> Figure:
    """Return the slope of probabilities of outcomes, both (n,), in rows (n,) of a corpus; 1 is calibrated."""
    log_odds = logit(probabilities)
    line = calibration_line(log_odds, outcomes)
    if line is None:
        return Figure(None, None, None, len(rows))
    gradient, information = (resamples.sums(terms, rows) for terms in line_terms(log_odds, outcomes, *line))
    return resamples.figure(one_step_slopes(gradient, information, line[0]), len(rows))


def _roles(truth: Truth, given: NDArray[np.intp], names: Sequence[str], resamples: Resamples) -> dict[str, Figure]:
    sums = resamples.sums(confusion_rows(truth, given))
    right = np.trace(sums, axis1=1, axis2=2)
    n = sums.sum(axis=(1, 2))
    figures = {"roles.accuracy": resamples.figure(ratio(right, n), n[0])}
    tp = np.diagonal(sums, axis1=1, axis2=2)
    three = np.stack([tp, sums.sum(axis=1) - tp, sums.sum(axis=2) - tp], axis=-1)
    coded = truth.roles.any(axis=0)
    macro = mean_f1(*np.moveaxis(three[:, coded], -1, 0))
    figures["roles.macro_f1"] = resamples.figure(macro, n[0])
    for j, name in enumerate(names):
        figures |= _three(f"roles.{name}", three[:, j], resamples)
    return figures


def confusion_rows(truth: Truth, given: NDArray[np.intp]) -> Floats:
    """Return, for each sentence, a 1 at (right role, given role), as (n_sentences, n_roles, n_roles); 0 if uncoded.

    The right role is the given one if any coder gave it too, else the first coder's.
    """
    n, k = truth.roles.shape
    rows = np.arange(n)
    right = np.where(truth.roles[rows, given], given, truth.first_role)
    out = np.zeros((n, k, k))
    out[rows, right, given] = truth.roles.any(axis=1)
    return out


def _stances(truth: Truth, predictions: Predictions, codebook: Codebook, resamples: Resamples) -> dict[str, Figure]:
    """Return figures toward coded targets that are told, and, if all found ones were judged, toward those."""
    stances, names = predictions.stances or (), codebook.stance_names
    judged = [j for j, name in enumerate(names) if name != codebook.neutral_stance]
    rows, told, found = [], [], []
    targets = predictions.targets
    for i, (answers, given) in enumerate(zip(truth.stances, stances, strict=True)):
        if answers is None:
            continue
        for target, own in answers.items():
            if len(own) > 1 or ABSENT in own:
                continue
            (right,) = own
            rows.append(i)
            told.append(_tally(names, right, given.get(target)))
            if targets is not None:
                found.append(_tally(names, right, given.get(target) if target in targets[i] else None))
    if not rows:
        return {}
    figures = _stance_figures("stance", np.array(told), rows, names, judged, resamples)
    coded = [i for i, answers in enumerate(truth.stances) if answers is not None]
    if targets is not None and all(targets[i] <= stances[i].keys() for i in coded):
        found_rows = list(rows)
        for i in coded:
            for target in targets[i] - (truth.stances[i] or {}).keys():
                found_rows.append(i)
                found.append(_tally(names, None, stances[i][target]))
        figures |= _stance_figures("found_stance", np.array(found), found_rows, names, judged, resamples)
    return figures


def _tally(names: Sequence[str], right: str | None, given: str | None) -> list[list[bool]]:
    """Return (n_stances, 3): true positive, false positive, miss."""
    return [[right == given == name, given == name != right, right == name != given] for name in names]


def _stance_figures(
    prefix: str, tallies: Floats, rows: Sequence[int], names: Sequence[str], judged: list[int], resamples: Resamples
) -> dict[str, Figure]:
    sums = resamples.sums(tallies, rows)
    support = sums[0, :, 0] + sums[0, :, 2]
    figures = {f"{prefix}.f": resamples.figure(mean_f1(*np.moveaxis(sums[:, judged], -1, 0)), support[judged].sum())}
    for j, name in enumerate(names):
        figures |= _three(f"{prefix}.{name}", sums[:, j], resamples)
    return figures


def _targets(truth: Truth, found: Sequence[frozenset[str]], resamples: Resamples) -> dict[str, Figure]:
    counts = np.zeros((len(found), 5))
    for i, (answers, own) in enumerate(zip(truth.stances, found, strict=True)):
        if answers is None:
            continue
        wanted = {target for target, given in answers.items() if ABSENT not in given}
        named = wanted & truth.named[i]
        counts[i] = len(wanted & own), len(own - answers.keys()), len(wanted - own), len(named & own), len(named)
    sums = resamples.sums(counts)
    figures = _three("targets", sums[:, :3], resamples)
    figures["targets.named_recall"] = resamples.figure(ratio(sums[:, 3], sums[:, 4]), sums[0, 4])
    return figures


def precision_recall(truth: Floats, probabilities: Floats) -> Curve | None:
    """Return precision and recall as the threshold falls, at most 101 points; inputs (n,); None without a positive."""
    judged = ~np.isnan(truth)
    right, score = truth[judged], probabilities[judged]
    if not right.any():
        return None
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(right[order])
    last = np.append(np.diff(score[order]) != 0, True)  # equal scores fall under a threshold together
    places = np.flatnonzero(last)
    places = places[np.unique(np.linspace(0, len(places) - 1, _POINTS).round().astype(np.intp))]
    recalls, precisions = hits[places] / hits[-1], hits[places] / (places + 1)
    return Curve(tuple(recalls.round(4).tolist()), tuple(precisions.round(4).tolist()))


def reliability(truth: Floats, probabilities: Floats, resamples: Resamples) -> tuple[Bin, ...]:
    """Return ten bins of equal width by probability, without empty ones; inputs (n_sentences, n_claims)."""
    rows, columns = np.nonzero(~np.isnan(truth))
    p, y = probabilities[rows, columns], truth[rows, columns]
    number = np.minimum((p * _BINS).astype(np.intp), _BINS - 1)
    inside = number[:, None] == np.arange(_BINS)
    sums = resamples.sums(np.stack([inside * p[:, None], inside * y[:, None], inside], axis=-1), rows)
    out = []
    for b in range(_BINS):
        probability, positive, n = sums[:, b, 0], sums[:, b, 1], sums[:, b, 2]
        if n[0]:
            out.append(Bin(round(float(probability[0] / n[0]), 6), resamples.figure(ratio(positive, n), n[0])))
    return tuple(out)
