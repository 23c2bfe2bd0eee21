"""How good the labels are: figures with intervals, beside a keyword baseline and the coders' own agreement.

    evaluate(model, corpus)   → Report      figures of a model on a coded corpus it was not trained on
    out_of_fold_report(...)   → Report      the same on its training corpus, by classifiers that did not see it
    report_on(predictions)    → Report      the same of anybody's predictions
    prevalence(scores, ...)   → rows        how often each label is given, by source, month or any other group

`Report` prints as a table, goes to JSON and back, and draws plots. Nothing here imports scikit-learn or matplotlib
until it is needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "stance.study.agreement": ("alpha",),
    "stance.study.baseline": ("KeywordBaseline", "bundled_baseline"),
    "stance.study.evaluation": ("evaluate", "out_of_fold_report", "report_on"),
    "stance.study.predictions": ("Predictions",),
    "stance.study.rates": ("Prevalence", "prevalence"),
    "stance.study.report": ("Figure", "Report"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Figure",
    "KeywordBaseline",
    "Predictions",
    "Prevalence",
    "Report",
    "alpha",
    "bundled_baseline",
    "evaluate",
    "out_of_fold_report",
    "prevalence",
    "report_on",
]

if TYPE_CHECKING:
    from stance.study.agreement import alpha
    from stance.study.baseline import KeywordBaseline, bundled_baseline
    from stance.study.evaluation import evaluate, out_of_fold_report, report_on
    from stance.study.predictions import Predictions
    from stance.study.rates import Prevalence, prevalence
    from stance.study.report import Figure, Report


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'stance.study' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
