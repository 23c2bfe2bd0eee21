"""Results of quality → the card of the model they were measured on, beside the figures it was built with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import stance
from benchmarks.quality.gold import OPINION, SPEECHES
from benchmarks.quality.report import GOLD

Figures = dict[str, Any]


def write_card(folder: Path, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Save the model in `folder` again with the results in its report, a section a part; return the parts written.

    Parts measured on a model of another corpus are left out. Other people's tasks belong to the library, not to one
    model; they are always written.
    """
    model = stance.load(folder)
    mark = f"|trained:{model.provenance.corpus_digest[:12]}|"
    makers = {"gold": _gold, "tasks": _tasks, "calibration": _calibration, "learning": _learning, "swap": _swap}
    own = [part for part in makers if part in found and (part == "tasks" or mark in found[part]["signature"])]
    report = dict(model.report or {})
    for part in own:
        report.update(makers[part](found[part]["figures"]))
    model.report = report
    model.save(folder)
    return own


def _gold(figures: Mapping[str, Any]) -> dict[str, Figures]:
    genres = {f"Gold: {genre}": genre for genre in (OPINION, SPEECHES)}
    sections: dict[str, Figures] = {
        title: {name: figures["stance"][genre][key] for key, name in GOLD.items() if key in figures["stance"][genre]}
        for title, genre in genres.items()
    }
    sections["Gold: others trained on the same corpus"] = {
        f"{who}: {GOLD[key]}": own["all"][key]
        for who, own in figures.items()
        if who != "stance"
        for key in ("claims.micro_f1", "claims.macro_f1_common", "roles.accuracy", "roles.macro_f1")
        if key in own["all"]
    }
    return sections


def _tasks(figures: Mapping[str, Any]) -> dict[str, Figures]:
    rows = {f"{task['title']}: {who}": own for task in figures.values() for who, own in task["figures"].items()}
    return {"Other people's tasks, trained and tested with the same library": rows}


def _calibration(figures: Mapping[str, Any]) -> dict[str, Figures]:
    kinds = {"micro_f1": "micro F1", "brier_skill": "Brier skill", "calibration_slope": "calibration slope"}
    rows = {}
    for key, own in figures.items():
        name, _, kind = key.removeprefix("claims.").rpartition(".")
        rows[f"{name or 'claims'}, {kinds[kind]}"] = own
    return {"The part of the corpus drawn at random, out of fold": rows}


def _learning(figures: list[Any]) -> dict[str, Figures]:
    rows = {f"{size:,} coded sentences, {genre}": own[genre] for size, own in figures for genre in own}
    return {"Gold: claims, micro F1 by coded sentences": rows}


def _swap(figures: Mapping[str, Any]) -> dict[str, Figures]:
    kinds = {"changed": "claim sets that change", "recall": "recall before", "recall_after": "recall after"}
    rows = {f"{pair}: {title}": own[kind] for pair, own in figures.items() for kind, title in kinds.items()}
    return {"Gold: actors swapped in sentences that carry a claim": rows}
