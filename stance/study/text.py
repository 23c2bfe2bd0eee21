"""Report → the table a person reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stance.study.report import Figure, Report

_SUMMARY = (
    ("claims micro F1", "claims.micro_f1"),
    ("claims micro precision", "claims.micro_precision"),
    ("claims micro recall", "claims.micro_recall"),
    ("claims macro F1", "claims.macro_f1"),
    ("claims macro F1 (n ≥ 8)", "claims.macro_f1_common"),
    ("Brier skill, mean of claims", "claims.brier_skill"),
    ("calibration slope, claims", "claims.calibration_slope"),
    ("role accuracy", "roles.accuracy"),
    ("role macro F1", "roles.macro_f1"),
    ("voice F1", "voice.f1"),
    ("voice precision", "voice.precision"),
    ("voice recall", "voice.recall"),
    ("stance F, targets told", "stance.f"),
    ("stance F, targets found", "found_stance.f"),
    ("targets F1", "targets.f1"),
    ("targets precision", "targets.precision"),
    ("targets recall", "targets.recall"),
    ("targets named, recall", "targets.named_recall"),
)
_CODERS = (
    ("claims, alpha (mean)", "coders.claims.alpha"),
    ("claims micro F1", "coders.claims.micro_f1"),
    ("role, alpha", "coders.roles.alpha"),
    ("voice, alpha", "coders.voice.alpha"),
    ("stance, alpha", "coders.stance.alpha"),
)


def report_text(report: Report) -> str:
    """Return a report as text: a summary beside the baseline, each layer by label, the coders' agreement."""
    figures = report.figures
    head = f"{report.model} on {report.corpus}: {report.n_sentences:,} sentences in {report.n_documents:,} documents"
    lines = [head, *([report.note] if report.note else []), _intervals(report), ""]
    rows = [
        [title, shown(figures[key]), _n(figures[key]), *_beside(figures, f"baseline.{key}")]
        for title, key in _SUMMARY
        if key in figures
    ]
    lines += _table(["", "model", "n", "keywords", "n"], rows)
    lines += _claims(report)
    for title, layer, names in (("role", "roles", "roles"), ("stance", "stance", "stances")):
        lines += _labels(title, layer, report.labels[names], figures)
    lines += _confusion(report)
    rows = [[title, shown(figures[key]), _n(figures[key])] for title, key in _CODERS if key in figures]
    if rows:
        lines += ["", *_table(["coder against coder", "", "n"], rows)]
    return "\n".join([*lines, "", report.signature])


def shown(figure: Figure | None) -> str:
    """Return a figure as "0.535 [0.48, 0.59]", or "–" where it is undefined or not there."""
    return "–" if figure is None else str(figure)


def _n(figure: Figure | None) -> str:
    return "–" if figure is None else f"{figure.n:,}"


def _beside(figures: Mapping[str, Figure], key: str) -> list[str]:
    return [shown(figures.get(key)), _n(figures.get(key))] if key in figures else ["", ""]


def _intervals(report: Report) -> str:
    if report.n_documents < 2 or not report.n_resamples:
        return "no intervals: " + (
            "they need two documents" if report.n_documents < 2 else "no resamples were asked for"
        )
    return f"[95 % intervals]: percentiles of {report.n_resamples:,} resamples of the documents, seed {report.seed}"


def _claims(report: Report) -> list[str]:
    lines = _labels("claim", "claims", report.labels["claims"], report.figures)
    rows = []
    for name in report.labels["claims"]:
        skill, slope, alpha = (
            report.figures.get(key)
            for key in (f"claims.{name}.brier_skill", f"claims.{name}.calibration_slope", f"coders.claims.{name}.alpha")
        )
        if skill or alpha:
            rows.append([name, _n(skill), shown(skill), shown(slope), _n(alpha), shown(alpha)])
    if rows:
        lines += [
            "",
            *_table(["claim", "judged", "Brier skill", "calibration slope", "twice coded", "coders' alpha"], rows),
        ]
    return lines


def _labels(title: str, layer: str, names: Sequence[str], figures: Mapping[str, Figure]) -> list[str]:
    """Return the table of a layer by label: what the coders gave, what was given, and how far they are the same."""
    rows = []
    for name in names:
        f1 = figures.get(f"{layer}.{name}.f1")
        if f1 is None:
            continue
        precision, recall = figures[f"{layer}.{name}.precision"], figures[f"{layer}.{name}.recall"]
        keywords = figures.get(f"baseline.{layer}.{name}.f1")
        rows.append([name, _n(f1), _n(precision), shown(f1), shown(precision), shown(recall), shown(keywords)])
    header = [title, "coded", "given", "F1", "precision", "recall", "keywords' F1"]
    return ["", *_table(header, rows)] if rows else []


def _confusion(report: Report) -> list[str]:
    if not report.confusion:
        return []
    names = report.labels["roles"]
    rows = [[name, *map(str, row)] for name, row in zip(names, report.confusion, strict=True)]
    return ["", *_table(["coded as \\ given as", *names], rows)]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return aligned lines: the first column to the left, numbers to the right; an empty table has none."""
    if not rows:
        return []
    columns = list(zip(header, *rows, strict=True))
    kept = [i for i, column in enumerate(columns) if i == 0 or any(column[1:])]
    widths = [max(map(len, columns[i])) for i in kept]
    lines = []
    for row in (header, *rows):
        cells = [row[i].ljust(w) if i == 0 else row[i].rjust(w) for i, w in zip(kept, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return [lines[0], "─" * max(map(len, lines)), *lines[1:]]
