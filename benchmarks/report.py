"""The newest result as tables: what `readme.py` puts into README.md and benchmarks/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
Row = dict[str, Any]

_UNTIMED = "No run has been recorded yet: `python benchmarks/run.py` writes one.\n"


def newest() -> Row | None:
    """Return the newest result of `run.py`, None before the first."""
    found = sorted(RESULTS.glob("speed-*.json"))
    return json.loads(found[-1].read_text(encoding="utf-8")) if found else None


def table(head: str, rows: list[list[str]]) -> str:
    """Return a Markdown table; `head` names its columns, numbers to the right of the first."""
    names = [name.strip() for name in head.split("|")]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def setup(result: Row) -> str:
    """Return what the figures hold for, in a few sentences."""
    machine, texts = result["machine"], result["input"]
    versions = ", ".join(f"{p} {machine[p]}" for p in ("scikit-learn", "nltk", "numpy") if machine.get(p))
    return (
        f"{result['date'][:10]}, {result['rounds']} rounds; {machine['processor'] or machine['machine']}, "
        f"{machine['cores']} cores, load {machine['load'][0] if machine['load'] else 'unknown'} at the end; Python "
        f"{machine['python']}, {versions}; core: {machine['core']}. Texts: {texts['name']}, "
        f"{texts['documents']:,} documents, {texts['sentences']:,} sentences, {texts['bytes'] / 1e6:.1f} MB."
    )


def targets(result: Row) -> str:
    """Return every target beside what was measured, met or not."""
    rows = []
    for case in result["cases"]:
        for target in case.get("targets", ()):
            found = _measured(case, target)
            if found is None:
                continue
            median, best = found
            counts = best if target["by"] == "best" else median
            less = target["unit"] == "ms"
            met = [counts <= t if less else counts >= t for t in (target["least"], target["reach"])]
            verdict = "yes, and the reach" if all(met) else "yes" if met[0] else "**no**"
            peer = f" against {target['peer']}" if target["peer"] else ""
            name = f"{case['case']}: {target['ours']}{peer}"
            unit = " ms" if less else "x"
            show = [f"{_short(value)}{unit}" for value in (target["least"], target["reach"], median, best)]
            rows.append([name, f"{'at most' if less else ''} {show[0]}".strip(), *show[1:], verdict])
    return table("case | at least | reach for | median | best | met", rows)


def _measured(case: Row, target: Row) -> tuple[float, float] | None:
    if target["unit"] == "ms":
        each = case["milliseconds"].get(target["ours"])
    else:
        each = next((r for r in case["ratios"] if (r["ours"], r["peer"]) == (target["ours"], target["peer"])), None)
    return None if each is None else (each["median"], each["best"])


def races(result: Row) -> str:
    """Return every side of every race: its speed, memory, and how many times faster ours was."""
    rows = []
    for case in result["cases"]:
        if case.get("kind") != "race":
            continue
        ratios = {r["peer"]: r for r in case["ratios"]} if len(case["sides"]) == 2 else {}
        ratios |= {r["ours"]: r for r in case["ratios"] if len(case["sides"]) > 2}
        for number, (name, side) in enumerate(case["sides"].items()):
            ratio = ratios.get(name)
            against = "" if ratio is None else f"{_short(ratio['median'])}x"
            if ratio is not None and ratio["peer"] != name:
                against += f" {ratio['peer']}"
            memory = "" if side["peak_memory_mb"] is None else f"{side['peak_memory_mb']:.0f}"
            rows.append(
                [
                    f"{case['case']} ({case['texts']:,} texts, {case['bytes'] / 1e6:.2f} MB)" if number == 0 else "",
                    name,
                    _short(side["mb_s"]),
                    f"{_three(side['texts_s']):,}",
                    memory,
                    against,
                ]
            )
    return table("case | side | MB/s | texts/s | peak MB | times faster", rows)


def starts(result: Row) -> str:
    rows = [
        [name, _short(each["median"]), _short(each["best"])]
        for case in result["cases"]
        for name, each in case.get("milliseconds", {}).items()
    ]
    return table("in a process of its own | ms, median | ms, best", rows)


def curves(result: Row) -> str:
    """Return nanoseconds for each byte (or row) and peak memory at each size."""
    rows = []
    for case in result["cases"]:
        if case.get("kind") == "curve":
            for number, point in enumerate(case["points"]):
                memory = "" if point["peak_memory_mb"] is None else f"{point['peak_memory_mb']:.1f}"
                name = f"{case['case'].removeprefix('curve: ')}, {case['unit']}" if number == 0 else ""
                rows.append([name, f"{point['size']:,}", f"{point['ns_each']:.2f}", memory])
    return table("input | size | ns each | peak MB", rows)


def answers(result: Row) -> str:
    """Return the expected answer of each case, which every side gave."""
    rows = []
    for case in result["cases"]:
        shown = [
            f"{k.replace('_', ' ')} {f'{v:.1e}' if isinstance(v, float) else v}" for k, v in case["answer"].items()
        ]
        rows.append([case["case"], "; ".join(shown)])
    return table("case | answer", rows)


def left_out(result: Row) -> str:
    """Return what was not measured, and why."""
    notes = [f"- {name}: {why}" for name, why in result["left_out"].items()]
    notes += [f"- {c['case']}, {name}: {why}" for c in result["cases"] for name, why in c.get("notes", {}).items()]
    return "\n".join(notes or ["Nothing was left out."])


def speed_table() -> str:
    """Return the table of the project's README: the ratios that have a target."""
    result = newest()
    if result is None:
        return _UNTIMED.strip()
    rows = []
    for case in result["cases"]:
        for target in case.get("targets", ()):
            if target["unit"] == "x" and (found := _measured(case, target)) is not None:
                side, peer = case["sides"][target["ours"]], case["sides"][target["peer"]]
                ours = target["ours"].removeprefix("stance").removeprefix("two threads")
                times = found[1] if target["by"] == "best" else found[0]
                rows.append(
                    [
                        case["case"] + ours,
                        target["peer"],
                        _short(side["mb_s"]),
                        _short(peer["mb_s"]),
                        f"{_short(times)}x",
                    ]
                )
    shown = table("input to scores | peer | MB/s | peer MB/s | times faster", rows)
    more = "All cases, their answers and targets: [benchmarks/README.md](benchmarks/README.md)."
    return f"{shown}\n\n{setup(result)} {more}"


def parts() -> dict[str, str]:
    """Return the generated parts of benchmarks/README.md."""
    result = newest()
    if result is None:
        return {"speed": _UNTIMED.strip()}
    return {
        "setup": setup(result),
        "targets": targets(result),
        "races": races(result),
        "starts": starts(result),
        "curves": curves(result),
        "answers": answers(result),
        "left-out": left_out(result),
    }


def _three(value: float) -> int:
    """Return a number with three significant digits."""
    return int(float(f"{value:.3g}"))


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
