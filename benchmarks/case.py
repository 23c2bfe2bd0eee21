"""A case of the benchmark: what is read, by whom, and the answer that must come out before anything is timed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from benchmarks.inputs import Inputs, n_bytes_of
from benchmarks.measure import Clock, Run, peak_memory, race, ratio

Answer = dict[str, Any]


class WrongAnswer(Exception):
    """A side did not give the expected answer."""


class NotInstalled(Exception):
    """A peer that this environment lacks; the message says how to get it."""


class Measured(Protocol):
    """What a case prepares: input read, models fitted, answers checked."""

    answer: Answer

    def measure(self, rounds: int) -> dict[str, Any]:
        """Return the measurements as plain data."""
        ...


@dataclass(frozen=True)
class Target:
    """What `ours` is to reach against `peer` (or, without a peer, by itself), in `unit`; times have "most"."""

    ours: str
    peer: str | None
    least: float
    reach: float
    unit: str = "x"
    by: str = "median"


@dataclass(frozen=True)
class Case:
    name: str
    prepare: Callable[[Inputs], Measured]
    targets: Sequence[Target] = ()


@dataclass(frozen=True)
class Race:
    """Sides that read the same texts; `pairs` are (ours, peer) whose ratio is asked for."""

    texts: Sequence[str]
    sides: dict[str, Run]
    pairs: Sequence[tuple[str, str]]
    answer: Answer
    clock: Clock = "cpu"
    memory: Sequence[str] = ()
    calls: int = 1
    """Calls that one run of a side makes."""
    notes: dict[str, str] = field(default_factory=dict)

    def measure(self, rounds: int) -> dict[str, Any]:
        n_bytes = sum(map(n_bytes_of, self.texts))
        memory = {name: peak_memory(self.sides[name]) for name in self.memory}
        took = race(self.sides, rounds, self.clock)
        rows = {}
        for name, each in took.items():
            middle = float(np.median(each))
            rows[name] = {
                "seconds": each,
                "mb_s": n_bytes / middle / 1e6,
                "texts_s": len(self.texts) / middle,
                "microseconds_a_call": middle / self.calls * 1e6,
                "peak_memory_mb": memory.get(name),
            }
        return {
            "kind": "race",
            "clock": self.clock,
            "texts": len(self.texts),
            "bytes": n_bytes,
            "sides": rows,
            "ratios": [{"ours": o, "peer": p, **ratio(took, o, p)} for o, p in self.pairs],
            "notes": self.notes,
        }


def checksum(labels: Any) -> str:
    """Return the digest of labels: numbers and strings of any shape, or records as they print."""
    flat = labels.tolist() if isinstance(labels, np.ndarray) else labels
    return hashlib.sha256(repr(flat).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def same_labels(who: str, found: Any, expected: Any) -> str:
    """Return the checksum of `expected`; raises WrongAnswer naming the first place where `found` differs."""
    if checksum(found) != checksum(expected):
        places = [i for i, (f, e) in enumerate(zip(found, expected, strict=False)) if not np.array_equal(f, e)]
        raise WrongAnswer(f"{who}: {len(places)} of {len(expected)} labels differ, the first at {places[:1]}")
    return checksum(expected)


def largest_difference(who: str, found: Any, expected: Any, most: float) -> float:
    """Return the largest difference of a score, relative where the score is above 1; WrongAnswer if above `most`."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    if found.shape != expected.shape:
        raise WrongAnswer(f"{who}: the scores must have the shape {expected.shape}; got {found.shape}")
    worst = float((np.abs(found - expected) / np.maximum(np.abs(expected), 1.0)).max(initial=0.0))
    if not worst <= most:
        raise WrongAnswer(f"{who}: a score differs by {worst:.1e}; at most {most:.0e} is allowed")
    return worst
