"""Models: trained, saved as data, loaded, and at work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from stance.model.folder import load
from stance.model.model import Model, Probabilities
from stance.model.parameters import Settings

if TYPE_CHECKING:
    from stance.actors import ActorTable
    from stance.codebook import Codebook
    from stance.corpus import Corpus
    from stance.labels.records import Document

DEFAULT = "security-en"

__all__ = ["DEFAULT", "Model", "Probabilities", "Settings", "label", "label_documents", "load", "train"]


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


def train(
    corpus: Corpus,
    codebook: Codebook,
    *,
    name: str | None = None,
    settings: Settings | None = None,
    actors: ActorTable | None = None,
    n_jobs: int | None = None,
) -> Model:
    """Return a model of the codebook's layers, trained on a coded corpus (`stance.model.training.train`).

    The same corpus, settings and library versions give the same model. Warns of labels without a positive example,
    which the model then never gives. Raises CorpusError where labels are not in the codebook, a layer of it is not
    coded at all, or there are fewer than two documents.
    """
    from stance.model.training import train as train_model

    return train_model(corpus, codebook, name=name, settings=settings, actors=actors, n_jobs=n_jobs)
