"""Times and memory: all sides of a race take turns within a round, and a ratio is one of a round."""

from __future__ import annotations

import ctypes
import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

Clock = Literal["cpu", "wall"]
Run = Callable[[], Any]

_AT_LEAST = 0.03  # seconds that a side runs in a round: a call that takes less is repeated, and the median call counts


def now(clock: Clock) -> float:
    """Return seconds: of the wall, or of CPU used by this process, all its threads, and its finished children."""
    if clock == "wall":
        return time.perf_counter()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def seconds(run: Run, clock: Clock) -> float:
    """Return how long one call takes; its `reset`, if it has one, is called before, and what
    it returns is freed after the clock has stopped."""
    if reset := getattr(run, "reset", None):
        reset()
    began = now(clock)
    result = run()
    took = now(clock) - began
    del result
    return took


def race(sides: Mapping[str, Run], rounds: int, clock: Clock = "cpu") -> dict[str, list[float]]:
    """Return the seconds of each side in each round, (n_sides lists of n_rounds); every second round runs backwards."""
    calls = {name: 1 + int(_AT_LEAST / max(seconds(run, "wall"), 1e-6)) for name, run in sides.items()}
    took: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides)[:: 1 if number % 2 == 0 else -1]:
            took[name].append(statistics.median(seconds(sides[name], clock) for _ in range(calls[name])))
    return took


def ratio(took: Mapping[str, list[float]], ours: str, peer: str) -> dict[str, float]:
    """Return how many times faster `ours` is: the median of the rounds, and the best time against the best time."""
    rounds = [p / o for o, p in zip(took[ours], took[peer], strict=True)]
    return {"median": statistics.median(rounds), "best": min(took[peer]) / min(took[ours])}


def peak_memory(run: Run) -> float | None:
    """Return by how many MB the memory of this process grows at most while `run` runs; None where Linux does not say.

    The result of `run` is part of it.
    """
    gc.collect()
    if not sys.platform.startswith("linux"):
        return None
    ctypes.CDLL(None).malloc_trim(0)  # what was freed before must not hide what is taken now
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    before = _status("VmRSS")
    result = run()
    peak = _status("VmHWM")
    del result
    return max(0.0, (peak - before) / 1024)


def _status(field: str) -> int:
    """Return a field of /proc/self/status, in KB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise OSError(f"/proc/self/status has no {field}")
