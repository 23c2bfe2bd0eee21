"""Results of quality: one dated JSON file a day in `benchmarks/results`, each part with what reproduces it.

A figure is [value, low, high, n], its 95 % interval by document. A part holds `signature`, one line that names
versions, corpora by digest, settings and seed; `figures`; `left_out`, what could not be run and why; CPU seconds.
"""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import stance
import stance.core
from stance.study.report import Figure

RESULTS = Path(__file__).resolve().parents[1] / "results"
PARTS = ("gold", "tasks", "calibration", "learning", "swap")


def signature(**what: Any) -> str:
    """Return the line that reproduces a part: `what` was measured, and the versions it was measured with."""
    versions = {
        "stance": stance.__version__,
        "core": "on" if stance.core.available() else "off",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "scipy", "scikit-learn", "nltk")},
    }
    return "|".join(f"{key}:{value}" for key, value in {**what, **versions}.items())


def plain(value: Any) -> Any:
    """Return figures within mappings and lists as plain data."""
    if isinstance(value, Figure):
        numbers = (value.value, value.low, value.high)
        return [None if x is None else round(x, 4) for x in numbers] + [value.n]
    if isinstance(value, Mapping):
        return {key: plain(own) for key, own in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(own) for own in value]
    return value


def keep(name: str, part: dict[str, Any]) -> Path:
    """Write a part into today's file, beside the parts that are there."""
    path = RESULTS / f"quality-{datetime.date.today().isoformat()}.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found[name] = plain(part)
    ordered = {key: found[key] for key in PARTS if key in found}
    path.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return path


def newest() -> dict[str, dict[str, Any]]:
    """Return each part from the newest file that has it, with the `date` of that file."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(RESULTS.glob("quality-*.json")):
        for name, part in json.loads(path.read_text(encoding="utf-8")).items():
            found[name] = {**part, "date": path.stem.removeprefix("quality-")}
    return found
