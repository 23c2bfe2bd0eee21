"""A trained model: texts → documents with labels. Loading and labelling need neither scikit-learn nor NLTK's data."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.actors import ActorTable, load_actors
from stance.codebook import Codebook
from stance.compiled.heads import softmax
from stance.compiled.pipeline import CompiledPipeline
from stance.features.masking import masked
from stance.features.target_view import target_view
from stance.labels.records import Document
from stance.labels.sentences import build_sentences
from stance.model.parameters import Calibration, Layers, Provenance
from stance.model.scorer import scores_of
from stance.sentences import split_sentences
from stance.text import check_text, looks_english

Floats = NDArray[np.float64]
Text = str | Sequence[str]

_BATCH = 16  # documents that go to a worker together


@dataclass(frozen=True, eq=False, slots=True)
class Probabilities:
    """Calibrated probabilities of a list of sentences, columns in codebook order.

    claims (n_sentences, n_claims), each by itself; roles (n_sentences, n_roles), rows adding to 1; voice
    (n_sentences,), of the second voice: that somebody else speaks. A layer the codebook lacks has no columns (voice:
    zeros).
    """

    claims: Floats
    roles: Floats
    voice: Floats


class Model:
    """A codebook with the classifiers trained for it; made by `stance.train` and `stance.load`.

    Attributes: `name`, `codebook`, `provenance`; `report`, the figures of its evaluation as plain data, or None.
    """

    def __init__(
        self,
        name: str,
        codebook: Codebook,
        sentence_scorer: CompiledPipeline | None,
        target_scorer: CompiledPipeline | None,
        calibration: Calibration,
        provenance: Provenance,
        *,
        blind_targets: bool = True,
        masked_kinds: Sequence[str] = (),
        actors: ActorTable | None = None,
        report: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.codebook = codebook
        self.sentence_scorer = sentence_scorer
        self.target_scorer = target_scorer
        self.calibration = calibration
        self.provenance = provenance
        self.blind_targets = blind_targets
        self.masked_kinds = tuple(masked_kinds)
        self.report = report
        self._actors = actors
        self._layers = Layers.of(codebook)

    @property
    def actors(self) -> ActorTable:
        """The table that finds actors in texts: the bundled one, or the one given to `with_actors`."""
        if self._actors is None:
            self._actors = load_actors()
        return self._actors

    def with_actors(self, actors: ActorTable) -> Model:
        """Return the same model with another table of actors."""
        return Model(
            self.name, self.codebook, self.sentence_scorer, self.target_scorer, self.calibration, self.provenance,
            blind_targets=self.blind_targets, masked_kinds=self.masked_kinds, actors=actors, report=self.report,
        )  # fmt: skip

    @property
    def path(self) -> str:
        """ "core" where the compiled core scores, "plain" where NLTK and scikit-learn do."""
        scorer = self.sentence_scorer or self.target_scorer
        return "plain" if scorer is None else scorer.path

    def scores(self, sentences: Sequence[str]) -> Floats:
        """Return raw scores, float64 (n_sentences, n_outputs): claims, then roles, then voices, in codebook order."""
        if self.sentence_scorer is None:
            return np.zeros((len(sentences), 0))
        return scores_of(self.sentence_scorer, [masked(s, self.actors, self.masked_kinds) for s in sentences])

    def probabilities(self, sentences: Iterable[str], documents: Sequence[Any] | None = None) -> Probabilities:
        """Return the probabilities of each sentence's labels.

        The list is one document in order unless `documents` gives an id for each sentence; sentences next to each
        other with the same id are neighbours. Raises TypeError naming the index of an item that is no str.
        """
        sentences = [check_text(s, f"sentences[{i}]") for i, s in enumerate(_several(sentences, "sentences"))]
        if documents is not None and len(documents) != len(sentences):
            raise ValueError(f"documents must have one id a sentence ({len(sentences)}); got {len(documents)}")
        runs = np.zeros(len(sentences), np.int64) if documents is None else _runs(documents)
        return self._probabilities(self.scores(sentences), runs)

    def _probabilities(self, scores: Floats, runs: NDArray[np.int64]) -> Probabilities:
        layers = self._layers
        claims = self.calibration.claim_probabilities(scores[:, layers.claims])
        roles = self.calibration.role_probabilities(scores[:, layers.roles], runs)
        voices = self.calibration.voice_probabilities(scores[:, layers.voices], runs)
        return Probabilities(claims, roles, voices[:, 1] if voices.shape[1] else np.zeros(len(scores)))

    def stance_probabilities(
        self, sentences: Sequence[str], targets: Sequence[Mapping[str, Sequence[tuple[int, int]]]]
    ) -> list[dict[str, Floats]]:
        """Return, for each sentence, the probability of each stance toward each of its targets, (n_stances,).

        `targets[i]` maps the targets of `sentences[i]` to their spans in it, empty where only meant.
        """
        if self.target_scorer is None:
            return [{} for _ in sentences]
        views = [
            target_view(sentence, spans, [s for other, of in found.items() if other != target for s in of],
                        name=None if self.blind_targets else target)
            for sentence, found in zip(sentences, targets, strict=True)
            for target, spans in found.items()
        ]  # fmt: skip
        rows = iter(softmax(scores_of(self.target_scorer, views)))
        return [{target: next(rows) for target in found} for found in targets]

    def label(self, text: Text, targets: Iterable[str] | None = None, *, document: str | None = None) -> Document:
        """Return the labelled document of a text, or of a list of ready sentences (joined by line breaks).

        `targets` are judged in every sentence besides the actors found. `document` becomes the document's id.
        Any str is labelled, whatever it holds, with a UserWarning where the model is for English and the text does not
        look it; raises TypeError or TextError for what is no text.
        """
        labelled = self._label_batch([(document, text)], _targets(targets))[0]
        if self._is_foreign(labelled):
            warnings.warn(self._foreign(labelled), stacklevel=2)
        return labelled

    def label_documents(
        self, texts: Iterable[Text], targets: Iterable[str] | None = None, *, n_jobs: int | None = None
    ) -> Iterator[Document]:
        """Yield the labelled document of each text, in order, with a bounded number of them in memory.

        Items are texts, lists of ready sentences, or (id, text) pairs as tuples; without an id a document is
        numbered from 0. `n_jobs` workers as joblib counts them: threads with the compiled core, else processes.
        Where the model is for English, one UserWarning names the first document that does not look it.
        """
        warned = False
        for document in self._label_all(texts, _targets(targets), n_jobs):
            if not warned and self._is_foreign(document):
                warned = True
                warnings.warn(self._foreign(document), stacklevel=2)
            yield document

    def _is_foreign(self, document: Document) -> bool:
        return self.codebook.language == "en" and not looks_english(document.text)

    def _foreign(self, document: Document) -> str:
        which = "the text" if document.id is None else f"document {document.id!r}"
        return f"{which} does not look like English, the language of model {self.name!r}: its labels may mean little"

    def _label_all(self, texts: Iterable[Text], extra: Sequence[str], n_jobs: int | None) -> Iterator[Document]:
        batches = _batches(_named(_several(texts, "texts")))
        if n_jobs in (None, 1):
            for batch in batches:
                yield from self._label_batch(batch, extra)
            return
        from joblib import Parallel, delayed

        prefer = "threads" if self.path == "core" else "processes"
        parallel = Parallel(n_jobs=n_jobs, return_as="generator", prefer=prefer, pre_dispatch="2*n_jobs")
        for documents in parallel(delayed(self._label_batch)(batch, extra) for batch in batches):
            yield from documents

    def _label_batch(self, batch: Sequence[tuple[str | None, Text]], extra: Sequence[str]) -> list[Document]:
        texts, spans = [], []
        for number, (_, text) in enumerate(batch):
            joined, found = _sentence_spans(text, f"texts[{number}]" if len(batch) > 1 else "text")
            texts.append(joined)
            spans.append(found)
        sentences = [text[a:b] for text, found in zip(texts, spans, strict=True) for a, b in found]
        runs = np.repeat(np.arange(len(batch)), [len(found) for found in spans])
        probabilities = self._probabilities(self.scores(sentences), runs)
        documents, start = [], 0
        for (name, _), text, found in zip(batch, texts, spans, strict=True):
            stop = start + len(found)
            own = sentences[start:stop]
            targets = self._targets_of(own, extra)
            stances = self.stance_probabilities(own, targets)
            part = Probabilities(
                probabilities.claims[start:stop], probabilities.roles[start:stop], probabilities.voice[start:stop]
            )
            labelled = build_sentences(self.codebook, self.calibration, own, found, part, targets, stances)
            documents.append(Document(text, labelled, id=name, model=self.name))
            start = stop
        return documents

    def _targets_of(
        self, sentences: Sequence[str], extra: Sequence[str]
    ) -> list[dict[str, tuple[tuple[int, int], ...]]]:
        if self.target_scorer is None:
            return [{} for _ in sentences]
        from stance.actors import targets_of

        return targets_of(sentences, self.actors, extra)

    def save(self, folder: str | PathLike[str]) -> None:
        """Write the model to a folder: `model.json`, `card.md` and arrays; data only, no code."""
        from stance.model.folder import save_model

        save_model(self, folder)

    def __repr__(self) -> str:
        sizes = [f"{len(getattr(self.codebook, layer))} {layer}" for layer in ("claims", "roles", "stances")]
        return f"<model {self.name!r}: {', '.join(sizes)}, path {self.path!r}>"


def _several(items: Any, name: str) -> Any:
    """Return `items` unless it is one text, which would be read letter by letter."""
    if isinstance(items, (str, bytes)):
        raise TypeError(f"{name} must be several texts, such as a list of str; got one {type(items).__name__}")
    return items


def _targets(targets: Iterable[str] | None) -> tuple[str, ...]:
    if targets is None:
        return ()
    names = tuple(check_text(t, f"targets[{i}]") for i, t in enumerate(_several(targets, "targets")))
    for i, name in enumerate(names):
        if not name.strip():
            raise ValueError(f"targets[{i}] must be a name; got {name!r}")
    return names


def _runs(documents: Sequence[Any]) -> NDArray[np.int64]:
    """Return a number for each sentence that changes where the id changes from one sentence to the next."""
    changes = [i > 0 and documents[i] != documents[i - 1] for i in range(len(documents))]
    return np.cumsum(changes, dtype=np.int64)


def _named(texts: Iterable[Any]) -> Iterator[tuple[str, Text]]:
    for number, item in enumerate(texts):
        if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            yield item
        else:
            yield str(number), item


def _batches(items: Iterable[tuple[str, Text]]) -> Iterator[list[tuple[str, Text]]]:
    items = iter(items)
    while batch := list(islice(items, _BATCH)):
        yield batch


def _sentence_spans(text: Any, name: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text and its sentences' spans; a list of sentences is joined by line breaks."""
    if isinstance(text, (list, tuple)):
        spans, end = [], 0
        for i, sentence in enumerate(text):
            check_text(sentence, f"{name}[{i}]")
            spans.append((end, end + len(sentence)))
            end += len(sentence) + 1
        return "\n".join(text), spans
    check_text(text, name)
    return text, split_sentences(text)
