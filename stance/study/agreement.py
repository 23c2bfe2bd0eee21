"""Coders against coders: Krippendorff's alpha for nominal data, per label and layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.corpus.records import Corpus
from stance.study.bootstrap import Resamples
from stance.study.metrics import alpha_of, coincidences, ratio
from stance.study.report import Figure

_LAYERS = (("roles", "role"), ("voice", "voice"))


def alpha(units: Iterable[Sequence[Any]]) -> float | None:
    """Return Krippendorff's alpha for nominal values: 1 is agreement, 0 what chance gives.

    `units` are what was coded, each with the value of every coder in any order, None where a coder gave none. None
    where it is undefined: no unit with two values, or only one value ever given. By the coincidence matrix of K.
    Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C.
    """
    rows = [list(unit) for unit in units]
    names = list(dict.fromkeys(value for row in rows for value in row if value is not None))
    if not names:
        return None
    values = _table([[None if v is None else names.index(v) for v in row] for row in rows])
    found = float(alpha_of(coincidences(values, len(names)).sum(axis=0)))
    return None if np.isnan(found) else found


def agreement_figures(
    corpus: Corpus, codebook: Codebook, canonical: Callable[[str], str], resamples: Resamples
) -> dict[str, Figure]:
    """Return the figures of the coders' agreement, over what two or more of them coded; none without such sentences.
    Adjudicated codings take no part.

    `coders.claims.<label>.alpha`, `coders.claims.alpha` (their mean), `coders.claims.micro_f1` (one coder against
    another, over all pairs of them), `coders.roles.alpha`, `coders.voice.alpha` and `coders.stance.alpha`: over
    (sentence, target) pairs that at least two coders listed.
    """
    figures: dict[str, Figure] = {}
    sets = [[c.claims for c in s.independent if c.claims is not None] for s in corpus]
    if codebook.claims and any(len(given) > 1 for given in sets):
        figures |= _claims(sets, codebook.claim_names, resamples)
    for name, layer in _LAYERS:
        labels = getattr(codebook, f"{layer}_names")
        rows = [[labels.index(v) for c in s.independent if (v := getattr(c, layer)) is not None] for s in corpus]
        if labels and any(len(row) > 1 for row in rows):
            figures[f"coders.{name}.alpha"] = _alpha_figure(rows, None, len(labels), resamples)
    rows, places = _stance_units(corpus, codebook, canonical)
    if rows:
        figures["coders.stance.alpha"] = _alpha_figure(rows, places, len(codebook.stances), resamples)
    return figures


def _claims(sets: Sequence[Sequence[frozenset[str]]], names: Sequence[str], resamples: Resamples) -> dict[str, Figure]:
    figures, draws = {}, []
    n = sum(len(given) > 1 for given in sets)
    for name in names:
        values = _table([[int(name in claims) for claims in given] for given in sets])
        found = alpha_of(resamples.sums(coincidences(values, 2)))
        figures[f"coders.claims.{name}.alpha"] = resamples.figure(found, n)
        if not np.isnan(found[0]):
            draws.append(found)
    if draws:
        figures["coders.claims.alpha"] = resamples.figure(_mean(np.array(draws)), n)
    pairs = np.zeros((len(sets), 2))
    for i, given in enumerate(sets):
        for a, first in enumerate(given):
            for second in given[a + 1 :]:
                pairs[i] += (2 * len(first & second), len(first) + len(second))
    both = resamples.sums(pairs)
    figures["coders.claims.micro_f1"] = resamples.figure(ratio(both[:, 0], both[:, 1]), n)
    return figures


def _mean(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the first axis over what is defined."""
    known = ~np.isnan(draws)
    return ratio(np.where(known, draws, 0).sum(axis=0), known.sum(axis=0))


def _stance_units(
    corpus: Corpus, codebook: Codebook, canonical: Callable[[str], str]
) -> tuple[list[list[int]], list[int]]:
    rows, places = [], []
    for i, s in enumerate(corpus):
        by_target: dict[str, list[int]] = {}
        for c in s.independent:
            own = {canonical(target): stance for target, stance in (c.stance or {}).items()}
            for target, stance in own.items():
                by_target.setdefault(target, []).append(codebook.stance_names.index(stance))
        for values in by_target.values():
            if len(values) > 1:
                rows.append(values)
                places.append(i)
    return rows, places


def _alpha_figure(
    rows: Sequence[Sequence[int]], places: Sequence[int] | None, n_labels: int, resamples: Resamples
) -> Figure:
    sums = resamples.sums(coincidences(_table(rows), n_labels), places)
    return resamples.figure(alpha_of(sums), sum(len(row) > 1 for row in rows))


def _table(rows: Sequence[Sequence[int | None]]) -> NDArray[np.int64]:
    """Return rows of unequal length as one array, -1 where there is no value."""
    table = np.full((len(rows), max((len(row) for row in rows), default=0)), -1, dtype=np.int64)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value is not None:
                table[i, j] = value
    return table
