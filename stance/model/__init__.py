"""Models: trained, saved as data, loaded, and at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from stance.model.folder import load
from stance.model.model import Model, Probabilities

if TYPE_CHECKING:
    from stance.labels.records import Document
    from stance.model.settings import Settings

DEFAULT = "security-en"

__all__ = ["DEFAULT", "Model", "Probabilities", "Settings", "label", "label_documents", "load"]


def __getattr__(name: str) -> Any:
    """Import `Settings` when it is first asked for: labelling needs none."""
    if name != "Settings":
        raise AttributeError(f"module 'stance.model' has no attribute {name!r}")
    from stance.model.settings import Settings

    return Settings


def label(text: str | list[str], targets: Iterable[str] | None = None) -> Document:
    """Return the labelled document of a text by the bundled model, which is loaded once.

    `text` may also be a list of ready sentences; `targets` are judged in every sentence besides the actors found.
    Any str is labelled, whatever it holds; raises TypeError or TextError for what is no text.
    """
    return load(DEFAULT).label(text, targets)


def label_documents(
    texts: Iterable[Any], targets: Iterable[str] | None = None, *, n_jobs: int | None = None
) -> Iterator[Document]:
    """Yield the labelled document of each text by the bundled model, in order, with a bounded number in memory.

    Items are texts, lists of ready sentences, or (id, text) pairs as tuples. `n_jobs` counts as in joblib.
    """
    return load(DEFAULT).label_documents(texts, targets, n_jobs=n_jobs)
