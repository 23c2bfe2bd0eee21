"""The newest results of quality as tables: what `benchmarks/readme.py` puts into README.md and benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.quality.gold import OPINION, SPEECHES
from benchmarks.quality.results import newest
from benchmarks.quality.tasks import TASKS

_NOTHING = "No run has been recorded yet: `python benchmarks/quality/run.py` writes one."
GOLD = {
    "claims.micro_f1": "claims, micro F1",
    "claims.macro_f1_common": "claims coded 8 times or more, macro F1",
    "claims.brier_skill": "claims, Brier skill (mean)",
    "roles.accuracy": "role, accuracy",
    "roles.macro_f1": "role, macro F1",
    "voice.f1": "voice, F1 of somebody else's",
    "stance.f": "stance, F of against and favor, targets told",
    "found_stance.f": "stance, the same, targets found",
    "targets.f1": "targets, F1",
    "targets.named_recall": "targets named, found",
}
_TARGETS = {"unscon": "MiniLM's minus 0.02", "newssd": "MiniLM's minus 0.02", "claim-stance": "MiniLM's minus 0.02",
            "semeval-2016": "0.690, the organisers' SVM"}  # fmt: skip


def parts() -> dict[str, str]:
    """Return the generated parts of benchmarks/README.md, name → Markdown."""
    found = newest()
    makers = {"gold": _gold, "tasks": _tasks, "calibration": _calibration, "learning": _learning, "swap": _swap}
    return {f"quality:{name}": make(found[name]) if name in found else _NOTHING for name, make in makers.items()}


def readme_table() -> str:
    """Return the table of README.md: the bundled model and the peers on gold, and other people's tasks."""
    found = newest()
    if "gold" not in found:
        return _NOTHING
    lines = [
        _peers_table(
            found["gold"]["figures"],
            ("claims.micro_f1", "claims.macro_f1_common", "roles.accuracy", "voice.f1", "stance.f"),
            "all",
        )
    ]
    if "tasks" in found:
        lines += [
            "",
            "Other people's tasks, trained and tested with the same `train` and `evaluate`:",
            "",
            _tasks_table(found["tasks"]),
        ]
    return "\n".join(lines)


def _gold(part: Mapping[str, Any]) -> str:
    figures = part["figures"]
    out = []
    for genre in ("all", OPINION, SPEECHES):
        out += [f"**{genre}**" if genre != "all" else "**all of gold**", "", _peers_table(figures, GOLD, genre), ""]
    return "\n".join([*out, *_foot(part)])


def _peers_table(figures: Mapping[str, Any], keys: Sequence[str] | Mapping[str, str], genre: str) -> str:
    rows = [[GOLD[key], *(shown(own[genre].get(key)) for own in figures.values())] for key in keys]
    return table(["", *figures], rows)


def _tasks(part: Mapping[str, Any]) -> str:
    return "\n".join([_tasks_table(part), "", *_foot(part)])


def _tasks_table(part: Mapping[str, Any]) -> str:
    names = list(dict.fromkeys(who for own in part["figures"].values() for who in own["figures"]))
    rows = []
    for task in TASKS:
        if own := part["figures"].get(task.name):
            rows.append(
                [own["title"], *(shown(own["figures"].get(who)) for who in names), f"{own['n']:,}", _TARGETS[task.name]]
            )
    return table(["", *names, "n", "at least"], rows)


def _calibration(part: Mapping[str, Any]) -> str:
    figures = part["figures"]
    rows = []
    for key, figure in figures.items():
        name, _, kind = key.removeprefix("claims.").rpartition(".")
        if kind == "brier_skill":
            slope = figures.get(key.removesuffix("brier_skill") + "calibration_slope")
            rows.append([name or "mean; all claims as one", shown(figure), shown(slope)])
    return "\n".join([table(["claim", "Brier skill over the base rate", "calibration slope"], rows), "", *_foot(part)])


def _learning(part: Mapping[str, Any]) -> str:
    genres = list(part["figures"][0][1])
    rows = [[f"{size:,}", *(shown(own[genre]) for genre in genres)] for size, own in part["figures"]]
    return "\n".join([table(["coded sentences", *genres], rows), "", *_foot(part)])


def _swap(part: Mapping[str, Any]) -> str:
    keys = ("changed", "recall", "recall_after")
    rows = [[name, *(shown(own[key]) for key in keys), str(own["changed"][3])] for name, own in part["figures"].items()]
    return "\n".join([table(["", "claims that change", "recall before", "recall after", "n"], rows), "", *_foot(part)])


def _foot(part: Mapping[str, Any]) -> list[str]:
    left_out = "; ".join(f"{name}: {why}" for name, why in part.get("left_out", {}).items())
    note = f" Left out: {left_out}." if left_out else ""
    return [f"{part['date']}, {part['cpu_seconds']:,} s of CPU time.{note} `{part['signature'].replace('|', ' ')}`"]


def shown(figure: Sequence[Any] | None) -> str:
    """Return [value, low, high, n] as "0.535 [0.48, 0.59]"; a dash where there is none."""
    if not figure or figure[0] is None:
        return "–"
    value, low, high = figure[:3]
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} [{low:.2f}, {high:.2f}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))
