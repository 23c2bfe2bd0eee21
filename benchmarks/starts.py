"""Cases of starting: from no process to the first label, and from a folder to a model, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib

import stance
from benchmarks import measure, pipelines
from benchmarks.case import Answer, Case, Target, WrongAnswer
from benchmarks.documents import MODEL
from benchmarks.inputs import Inputs
from stance.compiled import compile
from stance.model.folder import bundled_models

SENTENCE = "We urge Moscow to withdraw its troops and respect the territorial integrity of its neighbours."
_CLOCK = "import time; began = time.perf_counter(); {}; print((time.perf_counter() - began) * 1000)"


def run_python(code: str) -> str:
    """Return what `code` prints in a Python process of its own, which imports the same stance: from bytecode, as an
    installed package is imported."""
    home = str(Path(stance.__file__).parents[1])
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**inherited, "PYTHONPATH": os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise WrongAnswer(f"python -c {code!r} failed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()


@dataclass(frozen=True)
class Start:
    """Processes that take turns; the cold start is by how much the second takes longer than the first."""

    answer: Answer
    plain: str
    labels: str

    def measure(self, rounds: int) -> dict[str, Any]:
        sides = {"import numpy": lambda: run_python(self.plain), "first label": lambda: run_python(self.labels)}
        took = measure.race(sides, 2 * rounds, "wall")
        over = [b - a for a, b in zip(took["import numpy"], took["first label"], strict=True)]
        best = min(took["first label"]) - min(took["import numpy"])
        found = {"median": _ms(statistics.median(over)), "best": _ms(best)}
        return {
            "kind": "milliseconds",
            "milliseconds": {"first label, over import numpy": found},
            "seconds": took,
            "summary": f"first label {found['median']:.0f} ms over import numpy, best {found['best']:.0f}",
        }


@dataclass(frozen=True)
class Loads:
    """Statements whose milliseconds each process measures itself; name → (imports before them, statement)."""

    answer: Answer
    sides: dict[str, tuple[str, str]]
    held: tempfile.TemporaryDirectory[str]

    def measure(self, rounds: int) -> dict[str, Any]:
        took: dict[str, list[float]] = {name: [] for name in self.sides}
        for _ in range(rounds):
            for name, (imports, statement) in self.sides.items():
                took[name].append(float(run_python(imports + "\n" + _CLOCK.format(statement))))
        found = {name: {"median": statistics.median(each), "best": min(each)} for name, each in took.items()}
        self.held.cleanup()
        return {
            "kind": "milliseconds",
            "milliseconds": found,
            "summary": ", ".join(f"{name} {each['median']:.1f} ms" for name, each in found.items()),
        }


def _ms(seconds: float) -> float:
    return seconds * 1000


def cold_start(inputs: Inputs) -> Start:
    """Process start to the first label of the bundled model, over `python -c 'import numpy'`."""
    labels = f"import stance; print(stance.label({SENTENCE!r}).sentences[0].claims)"
    claims = stance.label(SENTENCE).sentences[0].claims
    if (found := run_python(labels)) != str(claims):
        raise WrongAnswer(f"a new process must print {claims}; printed {found}")
    return Start({"claims": [claim.name for claim in claims]}, "import numpy", labels)


def loading(inputs: Inputs) -> Loads:
    """The bundled model, trusted; its folder, verified; a compiled pipeline, and the original by joblib.

    The core makes its tables while loading goes on, and the first text waits for them: so one side goes on to it.
    """
    held = tempfile.TemporaryDirectory()
    home = Path(held.name)
    shutil.copytree(bundled_models()[MODEL], home / "model")
    pipeline = pipelines.words_pipeline(inputs)
    fast = compile(pipeline)
    fast.save(home / "compiled")
    joblib.dump(pipeline, home / "pipeline.joblib")
    texts = inputs.scored(500)
    loaded = stance.load_compiled(home / "compiled")
    if loaded.decision_function(texts).tobytes() != fast.decision_function(texts).tobytes():
        raise WrongAnswer("a pipeline saved and loaded must give the same bits")
    verified = stance.load(home / "model")
    if verified.label(SENTENCE) != stance.load(MODEL).label(SENTENCE):
        raise WrongAnswer("the verified folder must label as the bundled model does")
    warm = "import numpy, stance, stance.model, stance.compiled"
    sides = {
        "bundled model, trusted": (warm, f"stance.load({MODEL!r})"),
        "bundled model, trusted, and a first label": (warm, f"stance.load({MODEL!r}).label({SENTENCE!r})"),
        "the same folder, verified": (warm, f"stance.load({str(home / 'model')!r})"),
        "compiled pipeline, 100,000 features": (warm, f"stance.load_compiled({str(home / 'compiled')!r})"),
        "the original by joblib": ("import numpy", f"import joblib; joblib.load({str(home / 'pipeline.joblib')!r})"),
    }
    return Loads({"bits": "equal"}, sides, held)


CASES = [
    Case("cold start", cold_start, [Target("first label, over import numpy", None, 150, 70, "ms")]),
    Case(
        "loading",
        loading,
        [
            Target("the same folder, verified", None, 60, 30, "ms"),
            Target("bundled model, trusted", None, 20, 5, "ms"),
        ],
    ),
]
