"""What an evaluation found: frozen figures with intervals, as text, JSON, plots, and one line that reproduces them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stance.errors import TextError

FORMAT = "stance report"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval and what it was measured on.

    `value` is None where it is undefined (0 of 0), `low` and `high` where there is no interval: fewer than two
    documents. `n` is the number of sentences, labels or pairs in the denominator; for F1, of right labels.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        interval = "" if self.low is None or self.high is None else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.value:.3f}{interval}"


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall of one claim as its threshold falls; both of shape (n_points,), 0 to 1."""

    recall: tuple[float, ...]
    precision: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Sentences of like probability: their mean probability, and the share that has the label, with its interval."""

    probability: float
    share: Figure


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a model, or of any predictions, on a coded corpus.

    `figures` maps names to figures: "claims.micro_f1", "claims.<label>.precision", "roles.accuracy", "voice.f1",
    "stance.f", "targets.recall" and so on; `stance.study.evaluation` lists them. Names that begin with "baseline." are
    the keyword baseline's, with "coders." the coders' agreement. `labels` holds the codebook's labels by layer;
    `confusion` (n_roles, n_roles) counts right roles (rows) given as each role (columns); `curves` and `reliability`
    are by claim, and what the plots draw.
    """

    model: str
    trained_on: str
    corpus: str
    digest: str
    n_sentences: int
    n_documents: int
    n_resamples: int
    seed: int
    version: str
    note: str
    labels: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, Figure]
    confusion: tuple[tuple[int, ...], ...] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)
    reliability: Mapping[str, tuple[Bin, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("labels", "figures", "curves", "reliability"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def signature(self) -> str:
        """One line that says what gave these figures: model, corpora by digest, sizes, resamples, seed, version."""
        parts = {
            "model": self.model,
            "trained": self.trained_on[:12] or "unknown",
            "corpus": f"{self.corpus}@{self.digest[:12]}",
            "n": f"{self.n_sentences}/{self.n_documents}",
            "resamples": self.n_resamples,
            "seed": self.seed,
            "stance": self.version,
        }
        return "|".join(f"{key}:{value}" for key, value in parts.items())

    def to_text(self) -> str:
        """Return the report as a table a person reads; every figure with its interval and n."""
        from stance.study.text import report_text

        return report_text(self)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<report {self.signature}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data; `Report.from_dict` gives back an equal one."""
        data: dict[str, Any] = {"format": FORMAT, "format_version": VERSION}
        data |= {name: getattr(self, name) for name in _PLAIN}
        data["labels"] = {layer: list(names) for layer, names in self.labels.items()}
        data["figures"] = {name: _plain_figure(figure) for name, figure in self.figures.items()}
        data["confusion"] = [list(row) for row in self.confusion]
        data["curves"] = {n: {"recall": list(c.recall), "precision": list(c.precision)} for n, c in self.curves.items()}
        data["reliability"] = {
            name: [[b.probability, *_plain_figure(b.share)] for b in bins] for name, bins in self.reliability.items()
        }
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """Return the report that `to_dict` gave; raises TextError saying what is wrong with anything else."""
        if not isinstance(data, Mapping) or (data.get("format"), data.get("format_version")) != (FORMAT, VERSION):
            raise TextError(f"a report must have the format {FORMAT!r}, version {VERSION}; got {data!r:.60}")
        try:
            return cls(
                **{name: _checked(data, name) for name in _PLAIN},
                labels={layer: tuple(names) for layer, names in data["labels"].items()},
                figures={name: _figure(row) for name, row in data["figures"].items()},
                confusion=tuple(tuple(row) for row in data["confusion"]),
                curves={n: Curve(tuple(c["recall"]), tuple(c["precision"])) for n, c in data["curves"].items()},
                reliability={
                    name: tuple(Bin(float(row[0]), _figure(row[1:])) for row in bins)
                    for name, bins in data["reliability"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise TextError(f"a report of this format lacks or breaks a field: {error!r}") from None

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the report as JSON; `Report.from_json` gives back an equal one."""
        return json.dumps(self.to_dict(), ensure_ascii=True, allow_nan=False, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Return the report that `to_json` wrote; raises TextError saying what is wrong with anything else."""
        try:
            data = json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise TextError(f"a report must be JSON: {error}") from None
        return cls.from_dict(data)

    def plots(self, folder: str | PathLike[str]) -> list[Path]:
        """Draw precision-recall and reliability of each claim and the confusion of roles into a folder, as PNG.

        Returns the files written; a plot without data is left out. Raises ImportError, saying how to install it,
        where matplotlib is missing.
        """
        from stance.study.plots import draw_report

        return draw_report(self, Path(folder))


_PLAIN = tuple(f.name for f in fields(Report))[:10]
_TEXTS = ("model", "trained_on", "corpus", "digest", "version", "note")


def _checked(data: Mapping[str, Any], name: str) -> Any:
    """Return a plain field; raises ValueError if it is not of the type it must be."""
    value, kind = data[name], str if name in _TEXTS else int
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be of type {kind.__name__}; got {value!r:.40}")
    return value


def _plain_figure(figure: Figure) -> list[float | None]:
    return [figure.value, figure.low, figure.high, figure.n]


def _figure(row: Iterable[Any]) -> Figure:
    value, low, high, n = row
    for number in (value, low, high):
        if number is not None and not isinstance(number, (int, float)):
            raise ValueError(f"a figure must be a number or null; got {number!r:.40}")
    return Figure(value, low, high, int(n))
