"""Report → plots, as PNG files. matplotlib is imported here, when a plot is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.study.report import Report

_COLUMNS = 4
_INK, _FAINT = "#22557a", "#b0b8c0"


def draw_report(report: Report, folder: Path) -> list[Path]:
    """Draw the plots of a report into a folder, made if need be; return the files written."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Canvas
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "stance[plots]"') from None
    folder.mkdir(parents=True, exist_ok=True)
    drawings = (
        ("precision-recall.png", _precision_recall, report.curves),
        ("reliability.png", _reliability, report.reliability),
        ("roles.png", _confusion, report.confusion),
    )
    written = []
    for name, draw, data in drawings:
        if data:
            canvas = Canvas(layout="constrained")
            FigureCanvasAgg(canvas)  # Agg needs no screen, and leaves the caller's own backend alone
            draw(report, canvas)
            canvas.suptitle(f"{report.model} on {report.corpus}", fontsize=10)
            canvas.savefig(folder / name, dpi=120)
            written.append(folder / name)
    return written


def _panels(canvas: Any, names: Sequence[str]) -> list[Any]:
    """Return one square panel a name, 0 to 1 on both axes."""
    columns = min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    canvas.set_size_inches(2.6 * columns, 2.6 * rows + 0.4)
    axes = canvas.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    for panel, name in zip(axes, names, strict=False):
        panel.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        panel.set_title(name, fontsize=8)
        panel.tick_params(labelsize=7)
    for panel in axes[len(names) :]:
        panel.set_visible(False)
    return axes[: len(names)]


def _precision_recall(report: Report, canvas: Any) -> None:
    for panel, (name, curve) in zip(_panels(canvas, list(report.curves)), report.curves.items(), strict=True):
        panel.plot(curve.recall, curve.precision, color=_INK, linewidth=1.2)
        recall, precision = (report.figures[f"claims.{name}.{key}"] for key in ("recall", "precision"))
        if recall.value is not None and precision.value is not None:
            across = _around(recall.value, recall.low, recall.high)
            up = _around(precision.value, precision.low, precision.high)
            panel.errorbar([recall.value], [precision.value], xerr=across, yerr=up, fmt="o", color=_INK, markersize=3,
                           linewidth=0.7)  # fmt: skip
        panel.annotate(f"n = {recall.n}", (0.04, 0.04), fontsize=7)
    canvas.supxlabel("recall", fontsize=8)
    canvas.supylabel("precision (point: at the threshold, with 95 % intervals)", fontsize=8)


def _reliability(report: Report, canvas: Any) -> None:
    for panel, bins in zip(_panels(canvas, list(report.reliability)), report.reliability.values(), strict=True):
        panel.plot([0, 1], [0, 1], color=_FAINT, linewidth=0.8)
        for one in bins:
            if one.share.value is not None:
                up = _around(one.share.value, one.share.low, one.share.high)
                panel.errorbar([one.probability], [one.share.value], yerr=up, fmt="o", color=_INK, markersize=3,
                               linewidth=0.7)  # fmt: skip
        panel.annotate(f"n = {sum(one.share.n for one in bins):,}", (0.04, 0.9), fontsize=7)
    canvas.supxlabel("mean probability of a tenth of the scale", fontsize=8)
    canvas.supylabel("share that coders gave the claim, with 95 % intervals", fontsize=8)


def _around(value: float, low: float | None, high: float | None) -> list[list[float]] | None:
    if low is None or high is None:
        return None
    return [[max(value - low, 0.0)], [max(high - value, 0.0)]]


def _confusion(report: Report, canvas: Any) -> None:
    names = report.labels["roles"]
    canvas.set_size_inches(0.8 * len(names) + 2.2, 0.8 * len(names) + 2)
    panel = canvas.subplots()
    shares = [[count / max(sum(row), 1) for count in row] for row in report.confusion]
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, row in enumerate(report.confusion):
        for j, count in enumerate(row):
            panel.annotate(str(count), (j, i), ha="center", va="center", fontsize=8,
                           color="white" if shares[i][j] > 0.5 else "black")  # fmt: skip
    panel.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=8)
    panel.set_yticks(range(len(names)), names, fontsize=8)
    panel.set(xlabel="given as", ylabel=f"coded as (n = {sum(map(sum, report.confusion)):,})")
