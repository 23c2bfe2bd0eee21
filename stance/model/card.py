"""Model cards: what a model is for, how good it is, and what it cannot do (Mitchell et al. 2019), generated.

The figures come from `model.report`: name → a report as plain data (`Report.to_dict`), or name → [value, low, high] or
[value, low, high, n] of figures that something else made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stance.model.settings import Settings

if TYPE_CHECKING:
    from stance.codebook import Codebook
    from stance.model.model import Model

_LAYERS = (
    ("claims", "Claims", "a sentence may make several or none"),
    ("roles", "Roles", "what the sentence does in the text; exactly one"),
    ("voices", "Voices", "who speaks; exactly one, the text's own first"),
    ("stances", "Stances", "where the sentence stands toward each actor it names or means; exactly one an actor"),
)
_SECTIONS = {
    "out_of_fold": "On its training corpus, out of fold",
    "gold": "On gold sentences it was not trained on",
}
_SUMMARY = {
    "claims.micro_f1": "claims, micro F1",
    "claims.micro_precision": "claims, micro precision",
    "claims.micro_recall": "claims, micro recall",
    "claims.macro_f1": "claims, macro F1",
    "claims.macro_f1_common": "claims coded 8 times or more, macro F1",
    "claims.brier_skill": "claims, Brier skill over the base rate (mean)",
    "claims.calibration_slope": "claims, calibration slope (1 is calibrated)",
    "roles.accuracy": "role, accuracy",
    "roles.macro_f1": "role, macro F1",
    "voice.f1": "voice, F1 of the second voice",
    "stance.f": "stance, mean F1 of those not neutral, targets told",
    "found_stance.f": "stance, the same, targets found",
    "targets.precision": "targets, precision",
    "targets.recall": "targets, recall",
    "targets.f1": "targets, F1",
    "targets.named_recall": "targets named in the sentence, recall",
}
_CODERS = {
    "coders.claims.alpha": "claims, Krippendorff's alpha (mean)",
    "coders.claims.micro_f1": "claims, micro F1 of one coder against another",
    "coders.roles.alpha": "role, alpha",
    "coders.voice.alpha": "voice, alpha",
    "coders.stance.alpha": "stance, alpha",
}
_RARE = 30  # coded examples under which a label's figures say little


def model_card(model: Model) -> str:
    """Return the card of a model as Markdown: use, codebook, figures with intervals, corpus, limits, licence."""
    parts = [*_use(model), *_figures(model), *_codebook(model.codebook), *_training(model), *_limits(model)]
    return "\n".join([*parts, *_licence(model), *_again(model)]) + "\n"


def _use(model: Model) -> Iterator[str]:
    codebook = model.codebook
    layers = [f"{len(getattr(codebook, key))} {key}" for key, _, _ in _LAYERS if getattr(codebook, key)]
    title = f" ({codebook.title})" if codebook.title else ""
    yield f"# {model.name}"
    yield ""
    yield f"Labels sentences by the codebook `{codebook.name}` {codebook.version}{title}: {_joined(layers)}."
    yield "Linear classifiers over word and character n-grams; probabilities are calibrated."
    yield ""
    yield "## What it is for"
    yield ""
    if codebook.description:
        yield codebook.description
        yield ""
    yield (
        "It is meant for the study of many texts: how often something is said, where, when and by whom. It says what a "
        "sentence *says*, not whether that is true."
    )
    yield ""
    yield (
        "It is **not** meant to decide about persons, to moderate or rank what people write, to find out whether a "
        "claim is true, or to stand in for reading where a single sentence matters. Shares of labels carry the "
        "errors below: check a sample of your own texts by hand (`stance evaluate`) before you report them."
    )
    yield ""


def _figures(model: Model) -> Iterator[str]:
    yield "## How good it is"
    yield ""
    if not model.report:
        yield "Not evaluated. `stance evaluate MODEL CORPUS` gives its figures on a coded corpus."
        yield ""
        return
    yield "Figures with their 95 % intervals, bootstrapped over documents; n is what they were measured on."
    yield ""
    for name, report in _reports(model.report):
        yield f"### {_SECTIONS.get(name, name.replace('_', ' '))}"
        yield ""
        yield from _report(report) if "figures" in report else _plain(report)


def _reports(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the reports of a model by name; one report alone has the name of its corpus."""
    if "figures" in report:
        return [(f"On {report['corpus']}", report)]
    return [(name, one) for name, one in report.items() if isinstance(one, Mapping)]


def _plain(figures: Mapping[str, Any]) -> Iterator[str]:
    yield from _table(["figure", "value", "n"], [[name, _shown(row), _n(row)] for name, row in figures.items()])


def _report(report: Mapping[str, Any]) -> Iterator[str]:
    figures = report["figures"]
    note = f", {report['note']}" if report["note"] else ""
    yield f"{report['n_sentences']:,} sentences in {report['n_documents']:,} documents of `{report['corpus']}`{note}."
    yield ""
    rows = [
        [title, _shown(figures[key]), _n(figures[key]), _shown(figures.get(f"baseline.{key}"))]
        for key, title in _SUMMARY.items()
        if key in figures
    ]
    yield from _table(["", "this model", "n", "keywords alone"], rows)
    rows = []
    for name in report["labels"]["claims"]:
        if f"claims.{name}.f1" in figures:
            keys = ("f1", "precision", "recall", "brier_skill", "calibration_slope")
            row = [figures.get(f"claims.{name}.{key}") for key in keys]
            alpha = figures.get(f"coders.claims.{name}.alpha")
            rows.append(
                [name, _n(row[0]), *map(_shown, row), _shown(figures.get(f"baseline.claims.{name}.f1")), _shown(alpha)]
            )
    header = ["claim", "n", "F1", "precision", "recall", "Brier skill", "slope", "keywords' F1", "coders' alpha"]
    yield from _table(header, rows)
    for layer, names in (("roles", "roles"), ("stance", "stances")):
        rows = []
        for name in report["labels"][names]:
            if f"{layer}.{name}.f1" in figures:
                row = [figures[f"{layer}.{name}.{key}"] for key in ("f1", "precision", "recall")]
                rows.append([name, _n(row[0]), *map(_shown, row)])
        yield from _table([layer.removesuffix("s"), "n", "F1", "precision", "recall"], rows)
    rows = [[title, _shown(figures[key]), _n(figures[key])] for key, title in _CODERS.items() if key in figures]
    yield from _table(["coder against coder", "value", "n"], rows)
    yield f"`{_signature(report)}`"
    yield ""


def _signature(report: Mapping[str, Any]) -> str:
    from stance.study.report import Report  # the study comes after the model; a card looks at it when it is written

    return Report.from_dict(report).signature


def _codebook(codebook: Codebook) -> Iterator[str]:
    yield "## What it labels"
    yield ""
    for key, title, what in _LAYERS:
        if labels := getattr(codebook, key):
            yield f"{title}: {what}."
            yield ""
            yield from _table(["label", "definition"], [[label.name, label.definition] for label in labels])


def _training(model: Model) -> Iterator[str]:
    provenance = model.provenance
    yield "## Where it comes from"
    yield ""
    if provenance.n_sentences:
        yield (
            f"Trained on `{provenance.corpus}`: {provenance.n_sentences:,} coded sentences in "
            f"{provenance.n_documents:,} documents (SHA-256 of texts and codings `{provenance.corpus_digest}`). "
            "Thresholds and calibration come from scores out of fold, with whole documents in a fold."
        )
    else:
        yield "Its training corpus is not recorded."
    yield ""
    yield from _table(["setting", "value"], [[key, f"`{value}`"] for key, value in provenance.settings.items()])
    yield from _table(["made with", "version"], [[key, value] for key, value in provenance.versions.items()])


def _limits(model: Model) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield f"- It reads text in the language `{model.codebook.language}`; labels of any other mean little."
    yield (
        "- It was trained on certain kinds of text. On other kinds it is worse, and its probabilities are less to be "
        "trusted; how much worse only coded sentences of that kind can tell."
    )
    yield "- It counts words and their neighbours. Irony, long-range reference and facts of the world are beyond it."
    if model.codebook.stances:
        yield (
            "- Actors are found by a table of names; one that is missing there is not seen unless it is asked for. "
            "Stances of small states and of rare targets were learned from few sentences."
        )
    if rare := sorted(_rare(model.report or {})):
        yield f"- Coded fewer than {_RARE} times in the figures above, which for them say little: {', '.join(rare)}."
    yield ""


def _rare(report: Mapping[str, Any]) -> set[str]:
    names = set()
    for _, one in _reports(report):
        for name in one["labels"]["claims"] if "figures" in one else ():
            figure = one["figures"].get(f"claims.{name}.f1")
            if figure is not None and figure[3] < _RARE:
                names.add(name)
    return names


def _licence(model: Model) -> Iterator[str]:
    provenance = model.provenance
    yield "## Licence"
    yield ""
    if provenance.licence:
        yield f"Weights, calibration and this card: {provenance.licence}."
    else:
        yield "Nobody stated a licence of the weights; they follow from the corpus they were trained on."
    yield "The texts of the corpus are not in the model and keep the licences of their sources."
    yield ""
    yield from _table(["source", "licence"], [[key, value] for key, value in provenance.sources.items()])


def _again(model: Model) -> Iterator[str]:
    provenance = model.provenance
    yield "## To cite it, and to make it again"
    yield ""
    version = provenance.versions.get("stance", "unknown")
    digest = provenance.corpus_digest[:12] or "unknown"
    yield f"Name the model, the library's version and the corpus: `{model.name}, stance {version}, corpus {digest}`."
    yield ""
    yield "The same corpus, settings and versions give the same model:"
    yield ""
    yield "```python"
    yield f"corpus = stance.read_corpus(...)  # of digest {digest}"
    yield f'codebook = stance.load_codebook("{model.codebook.name}")'
    yield f"settings = stance.Settings({', '.join(_changed(provenance.settings))})"
    yield f'model = stance.train(corpus, codebook, name="{model.name}", settings=settings)'
    yield "```"


def _changed(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield the settings that are not the defaults, as arguments; of a file its name alone."""
    defaults = Settings().to_dict()
    for key, value in settings.items():
        value = tuple(value) if isinstance(value, list) else value
        if key in defaults and value != defaults[key]:
            named = value.split(" (SHA-256 ")[0] if isinstance(value, str) else value
            yield f"{key}={named!r}"


def _joined(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _shown(figure: Sequence[Any] | None) -> str:
    """Return [value, low, high, …] as "0.535 [0.48, 0.59]"; a dash where there is none."""
    if not figure or figure[0] is None:
        return "–"
    value, low, high = figure[:3]
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} [{low:.2f}, {high:.2f}]"


def _n(figure: Sequence[Any] | None) -> str:
    return f"{figure[3]:,}" if figure and len(figure) > 3 else "–"


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield a Markdown table and an empty line; nothing where there are no rows."""
    if not rows:
        return
    for row in (header, ["---"] * len(header), *rows):
        yield "| " + " | ".join(" ".join(str(cell).replace("|", "\\|").split()) for cell in row) + " |"
    yield ""
