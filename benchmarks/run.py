"""Every benchmark, by one command; the tables of the README files are written from what it finds.

    python benchmarks/run.py [FOLDER] [--only CASE] [--short] [--rounds N] [--out FILE] [--list]

FOLDER holds .jsonl or .jsonl.gz files whose lines have a `text`; without it the texts are made up (`made_up.py`), the
same on every machine. Each case first checks the answers of all sides (equal labels, scores within 1e-5, equal spans)
and fails if one is wrong; only then is anything timed. The result is `benchmarks/results/speed-DATE.json`; `--short`
checks the answers alone, on few made-up texts, in less than a minute. A peer that is not installed is left out, and
the result says so: `pip install "stance[benchmarks]"` brings them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
import warnings
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core, for the peers too
sys.path.append(str(Path(__file__).resolve().parent.parent))

import stance.core
from benchmarks import curves, documents, pipelines, starts, tools
from benchmarks.case import NotInstalled, WrongAnswer
from benchmarks.inputs import Inputs

CASES = [*pipelines.CASES, *documents.CASES, *tools.CASES, *starts.CASES, *curves.CASES]
SHORT = 50
"""How many times less text the short run reads."""

_VERSIONS = ("numpy", "scipy", "scikit-learn", "nltk", "pyarrow", *tools.PACKAGES)


def machine() -> dict[str, Any]:
    """Return what the result depends on."""
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "core": stance.core.instructions() or f"not in use: {stance.core.why_not()}",
        "stance": stance.__version__,
    }
    for package in _VERSIONS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def main(arguments: list[str] | None = None) -> int:
    """Run the cases and write the result; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="texts to read; made up if not given")
    parser.add_argument("--only", action="append", default=[], metavar="CASE", help="a case by its name, or its start")
    parser.add_argument("--short", action="store_true", help="check the answers on few texts; time nothing")
    parser.add_argument("--rounds", type=int, default=7, help="rounds in which all sides take turns (default: 7)")
    parser.add_argument("--out", type=Path, help="default: results/speed-DATE.json; none for --short, --only")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(case.name for case in CASES))
        return 0
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1; got {options.rounds}")
    if not stance.core.available():
        parser.error(f"the compiled core must be in use; it is not: {stance.core.why_not()}")
    chosen = [c for c in CASES if not options.only or any(c.name.startswith(name) for name in options.only)]
    if not chosen:
        parser.error(f"--only must name a case ({', '.join(c.name for c in CASES)}); got {options.only}")
    warnings.simplefilter("ignore")
    began = datetime.now(UTC)
    inputs = Inputs.of(options.folder, SHORT if options.short else 1)
    rows: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    wrong = 0
    for case in chosen:
        start = time.perf_counter()
        try:
            ready = case.prepare(inputs)
        except NotInstalled as missing:
            left_out[case.name] = str(missing)
            print(f"{case.name}: left out: {missing}", flush=True)
            continue
        except WrongAnswer as error:
            wrong += 1
            print(f"{case.name}: WRONG ANSWER: {error}", flush=True)
            continue
        row: dict[str, Any] = {"case": case.name, "answer": ready.answer}
        if not options.short:
            row |= ready.measure(options.rounds)
            row["targets"] = [target.__dict__ for target in case.targets]
        row["took_seconds"] = round(time.perf_counter() - start, 1)
        rows.append(row)
        print(f"{case.name}: {_line(row)} ({row['took_seconds']} s)", flush=True)
    report = {
        "date": f"{began:%Y-%m-%dT%H:%M:%SZ}",
        "rounds": 0 if options.short else options.rounds,
        "machine": machine(),
        "input": inputs.described(),
        "left_out": left_out,
        "cases": rows,
    }
    out = options.out
    if out is None and not (options.short or options.only):
        out = Path(__file__).parent / "results" / f"speed-{began:%Y-%m-%d}.json"
    if out is not None and not wrong:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        print(f"written: {out}; now `python benchmarks/readme.py` writes the tables")
    print(f"{len(rows)} cases with the expected answers, {wrong} without, {len(left_out)} left out")
    return 1 if wrong else 0


def _line(row: dict[str, Any]) -> str:
    """Return a case in a line, for who watches."""
    answer = ", ".join(f"{k} {v:.1e}" if isinstance(v, float) else f"{k} {v}" for k, v in row["answer"].items())
    ratios = ", ".join(f"{r['ours']} {r['median']:.3g}x {r['peer']}" for r in row.get("ratios", ()))
    return "; ".join(filter(None, [answer, ratios, row.get("summary", "")]))


if __name__ == "__main__":
    sys.exit(main())
