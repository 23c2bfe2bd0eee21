"""A trained model: texts → documents with labels. Loading and labelling need neither scikit-learn nor NLTK's data."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance import core
from stance.actors import ActorTable, load_actors
from stance.codebook import Codebook
from stance.compiled.heads import softmax
from stance.compiled.pipeline import CompiledPipeline, Path, check_path, threads
from stance.compiled.texts import check_container
from stance.features.masking import masked
from stance.features.target_view import target_view
from stance.labels.columns import DocumentScores
from stance.labels.records import Document
from stance.labels.sentences import build_documents
from stance.model.parameters import Calibration, Layers, Provenance
from stance.model.scorer import scores_of
from stance.text import check_text
from stance.text.arguments import check_made
from stance.tokens import token_spans

if TYPE_CHECKING:
    from stance.core.documents import CompiledDocuments

Floats = NDArray[np.float64]
Spans = NDArray[np.int64]
Text = str | Sequence[str]

_BATCH = 16  # documents that go to a worker process together
_CORE_BATCH = 64  # documents, and
_CORE_CHARACTERS = 1 << 18  # of text, that go to each thread of the core at once


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

    Attributes: `name`, `codebook`, `provenance`.
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
        report: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        self.name = name
        self.codebook = codebook
        self.sentence_scorer = sentence_scorer
        self.target_scorer = target_scorer
        self.calibration = calibration
        self.provenance = provenance
        self.blind_targets = blind_targets
        self.masked_kinds = tuple(masked_kinds)
        self._report = report
        self._actors = actors
        self._layers = Layers.of(codebook)
        self._compiled: CompiledDocuments | None = None

    @property
    def actors(self) -> ActorTable:
        """The table that finds actors in texts: the bundled one, or the one given to `with_actors`."""
        if self._actors is None:
            self._actors = load_actors()
        return self._actors

    @property
    def report(self) -> Mapping[str, Any] | None:
        """The figures of its evaluation as plain data, or None; raises ModelError where its file is no longer there."""
        if callable(self._report):
            self._report = self._report()
        return self._report

    @report.setter
    def report(self, report: Mapping[str, Any] | None) -> None:
        self._report = report

    def with_actors(self, actors: ActorTable) -> Model:
        """Return the same model with another table of actors; raises TypeError where it is the name of a file."""
        check_made(actors, ActorTable, "actors", "stance.load_actors")
        return Model(
            self.name, self.codebook, self.sentence_scorer, self.target_scorer, self.calibration, self.provenance,
            blind_targets=self.blind_targets, masked_kinds=self.masked_kinds, actors=actors, report=self._report,
        )  # fmt: skip

    @property
    def path(self) -> Path:
        """ "core" where the compiled core labels, "plain" where NLTK and scikit-learn do."""
        scorer = self.sentence_scorer or self.target_scorer
        return "plain" if scorer is None else scorer.path

    def with_path(self, path: Path) -> Model:
        """Return the same model on another path, "core" or "plain"; raises RuntimeError for "core" where the core is
        not available."""
        check_path(path)

        def moved(scorer: CompiledPipeline | None) -> CompiledPipeline | None:
            return None if scorer is None else CompiledPipeline(scorer.plan, scorer.head, path=path)

        return Model(
            self.name, self.codebook, moved(self.sentence_scorer), moved(self.target_scorer), self.calibration,
            self.provenance, blind_targets=self.blind_targets, masked_kinds=self.masked_kinds, actors=self._actors,
            report=self._report,
        )  # fmt: skip

    def scores(self, sentences: Sequence[str]) -> Floats:
        """Return raw scores, float64 (n_sentences, n_outputs): claims, then roles, then voices, in codebook order."""
        sentences = _sentences(sentences)
        if self.sentence_scorer is None:
            return np.zeros((len(sentences), 0))
        return scores_of(self.sentence_scorer, [masked(s, self.actors, self.masked_kinds) for s in sentences])

    def probabilities(self, sentences: Iterable[str], documents: Sequence[Any] | None = None) -> Probabilities:
        """Return the probabilities of each sentence's labels.

        The list is one document in order unless `documents` gives an id for each sentence; sentences next to each
        other with the same id are neighbours. Raises TypeError naming the index of an item that is no str.
        """
        sentences = _sentences(sentences)
        if documents is not None:
            documents = list(documents)  # by position: a Series is indexed by its labels
            if len(documents) != len(sentences):
                raise ValueError(f"documents must have one id a sentence ({len(sentences)}); got {len(documents)}")
        if self.path == "core":
            texts, spans = _joined(sentences, documents)
            found = self._documents().run(texts, spans, targets=False)
            voice = found.voice_probabilities if self.codebook.voices else np.zeros(len(sentences))
            return Probabilities(found.claim_probabilities, found.role_probabilities, voice)
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

        `targets[i]` maps the targets of `sentences[i]` to their spans in it, empty where only meant. Raises TypeError
        or ValueError naming the item that is no such mapping, or whose spans are not in the sentence.
        """
        sentences = _sentences(sentences)
        _check_spans(sentences, targets)
        if self.target_scorer is None:
            return [{} for _ in sentences]
        tokens = core.token_spans if self.path == "core" else token_spans
        views = [
            target_view(sentence, spans, [s for other, of in found.items() if other != target for s in of],
                        name=None if self.blind_targets else target, tokens=tokens)
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
        if document is not None:
            check_text(document, "document")
        _check_item(text, "text")
        (labelled, is_foreign), *_ = self._label_batch([(document, text)], _targets(targets))
        if is_foreign:
            warnings.warn(self._foreign(labelled), stacklevel=2)
        return labelled

    def label_documents(
        self, texts: Iterable[Text], targets: Iterable[str] | None = None, *, n_jobs: int | None = None
    ) -> Iterator[Document]:
        """Yield the labelled document of each text, in order, with a bounded number of them in memory.

        Items are texts, lists of ready sentences, or (id, text) pairs as tuples; without an id a document is
        numbered from 0. `n_jobs` workers as joblib counts them: threads with the compiled core, else processes.
        Texts are read as documents are asked for, at most 64 ahead, or 256 a thread where there are several.
        Where the model is for English, one UserWarning names the first document that does not look it. An item that is
        no text raises TypeError or TextError naming its index, after the documents before it.
        """
        warned = False
        for document, is_foreign in self._label_all(texts, _targets(targets), n_jobs):
            if is_foreign and not warned:
                warned = True
                warnings.warn(self._foreign(document), stacklevel=2)
            yield document

    def score_documents(
        self, texts: Iterable[Text], targets: Iterable[str] | None = None, *, n_jobs: int | None = None
    ) -> DocumentScores:
        """Return the labels of all texts as plain arrays, without a record a sentence: for millions of them.

        Items are those of `label_documents`, whose ids are left out; with the compiled core Arrow strings (pyarrow,
        polars, pandas) are read where they are. The labels are the same too, without a warning for other languages.
        `n_jobs` threads as joblib counts them; on the plain path one process does it all.
        """
        _check_several(texts, "texts")
        if self.path == "core" and hasattr(texts, "__arrow_c_stream__") | hasattr(texts, "__arrow_c_array__"):
            return self._documents().run(texts, None, _targets(targets), n_threads=threads(n_jobs))
        joined, spans = _prepared([text for _, text in _named(_several(texts, "texts"))])
        return self._score(joined, spans, _targets(targets), threads(n_jobs))

    def _foreign(self, document: Document) -> str:
        which = "the text" if document.id is None else f"document {document.id!r}"
        return f"{which} does not look like English, the language of model {self.name!r}: its labels may mean little"

    def _label_all(
        self, texts: Iterable[Text], extra: Sequence[str], n_jobs: int | None
    ) -> Iterator[tuple[Document, bool]]:
        named, n_threads = _named(_several(texts, "texts")), threads(n_jobs)
        if self.path == "core":
            n = n_threads if n_threads == 1 else 4 * n_threads  # so that threads seldom wait for the last of a batch
            for batch in _batches(named, _CORE_BATCH * n, _CORE_CHARACTERS * n):
                yield from self._label_batch(batch, extra, n_threads)
            return
        batches = _batches(named, _BATCH)
        if n_threads == 1:
            for batch in batches:
                yield from self._label_batch(batch, extra)
            return
        from joblib import Parallel, delayed

        parallel = Parallel(n_jobs=n_jobs, return_as="generator", pre_dispatch="2*n_jobs")
        labelled = parallel(delayed(self._label_batch)(batch, extra) for batch in batches)
        try:
            for documents in labelled:
                yield from documents
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # joblib warns of work that nobody asks for any more
                labelled.close()

    def _label_batch(
        self, batch: Sequence[tuple[str | None, Text]], extra: Sequence[str], n_threads: int = 1
    ) -> list[tuple[Document, bool]]:
        """Return the documents, and whether each is in another language than the model's."""
        ids, texts = [name for name, _ in batch], [text for _, text in batch]
        joined, spans = _prepared(texts)
        asks = self.codebook.language == "en"
        if self.path == "core":
            documents, foreign = self._documents().label(
                joined, ids, spans, extra, model=self.name, n_threads=n_threads, foreign=asks
            )
        else:
            from stance.text import looks_english

            documents = build_documents(self.codebook, self._score(joined, spans, extra), joined, ids, self.name)
            foreign = [not looks_english(text) for text in joined] if asks else []
        return list(zip(documents, foreign or [False] * len(documents), strict=True))

    def _score(
        self, texts: list[str], spans: list[Spans | None] | None, extra: Sequence[str], n_threads: int = 1
    ) -> DocumentScores:
        if self.path == "core":
            return self._documents().run(texts, spans, extra, n_threads=n_threads)
        from stance.model.plain import score_documents

        return score_documents(self, texts, spans, extra)

    def _documents(self) -> CompiledDocuments:
        """Return the model's parts put together in the core, once."""
        if self._compiled is None:
            from stance.core.documents import CompiledDocuments

            self._compiled = CompiledDocuments(
                self.sentence_scorer, self.target_scorer, self.calibration, self.codebook,
                actors=self.actors, masked_kinds=self.masked_kinds, blind_targets=self.blind_targets,
            )  # fmt: skip
        return self._compiled

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_compiled": None}  # put together again where it is needed

    def save(self, folder: str | PathLike[str]) -> None:
        """Write the model to a folder: `model.json`, `card.md` and arrays; data only, no code."""
        from stance.model.folder import save_model

        save_model(self, folder)

    def __repr__(self) -> str:
        sizes = [f"{len(getattr(self.codebook, layer))} {layer}" for layer in ("claims", "roles", "stances")]
        return f"<model {self.name!r}: {', '.join(sizes)}, path {self.path!r}>"


def _several(items: Any, name: str) -> Any:
    """Return `items`, several texts, to be iterated over; pyarrow's scalars as str."""
    _check_several(items, name)
    return (scalar.as_py() for scalar in items) if hasattr(items, "to_pylist") else items


def _check_several(items: Any, name: str) -> None:
    """Raise for what is no collection of texts: one text would be read by its letters, a table or dict by its keys."""
    if isinstance(items, (str, bytes)):
        raise TypeError(f"{name} must be several texts, such as a list of str; got one {type(items).__name__}")
    if isinstance(items, Mapping):
        raise TypeError(f"{name} must be several texts, such as a list of str; got a {type(items).__name__}: give its "
                        "values(), or its items() where (id, text) pairs are taken")  # fmt: skip
    check_container(items, name)


def _sentences(items: Iterable[str]) -> list[str]:
    return [check_text(s, f"sentences[{i}]") for i, s in enumerate(_several(items, "sentences"))]


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
    """Yield (id, text); raises TypeError or TextError, naming the index, for an item that is neither."""
    for number, item in enumerate(texts):
        if isinstance(item, str):
            yield str(number), item
        elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            _check_item(item[1], f"texts[{number}][1]")
            yield item
        elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], str):
            raise TypeError(f"texts[{number}] must be a text or an (id, text) pair; its id must be str, got "
                            f"{type(item[0]).__name__} {item[0]!r:.40}")  # fmt: skip
        else:
            _check_item(item, f"texts[{number}]")
            yield str(number), item


def _check_item(item: Any, name: str) -> None:
    """Raise TypeError or TextError unless `item` is a text or a list of ready sentences."""
    if isinstance(item, (list, tuple)):
        for j, sentence in enumerate(item):
            check_text(sentence, f"{name}[{j}]")
    else:
        check_text(item, name)


def _batches(
    items: Iterable[tuple[str, Text]], most: int, characters: int | None = None
) -> Iterator[list[tuple[str, Text]]]:
    """Yield lists of at most `most` items, which end early with the item that reaches so many characters.

    Where `items` raises, those before come first.
    """
    batch: list[tuple[str, Text]] = []
    n = 0
    try:
        for item in items:
            batch.append(item)
            if characters is not None:
                n += len(item[1]) if isinstance(item[1], str) else _CORE_CHARACTERS // _CORE_BATCH
            if len(batch) == most or (characters is not None and n >= characters):
                yield batch
                batch, n = [], 0
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _prepared(items: Sequence[Any]) -> tuple[list[str], list[Spans | None] | None]:
    """Return texts, and the spans of those that were given as lists of sentences, which are joined by line breaks."""
    if all(isinstance(item, str) for item in items):
        return list(items), None
    texts: list[str] = []
    spans: list[Spans | None] = []
    for item in items:
        texts.append(item if isinstance(item, str) else "\n".join(item))
        spans.append(None if isinstance(item, str) else _spans_of(item))
    return texts, spans


def _spans_of(sentences: Sequence[str]) -> Spans:
    """Return the spans of sentences in the text that they are joined to by line breaks, (n_sentences, 2)."""
    if len(sentences) == 1:
        return np.array([[0, len(sentences[0])]], np.int64)
    lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
    ends = np.cumsum(lengths + 1) - 1
    return np.stack([ends - lengths, ends], axis=1)


def _check_spans(sentences: Sequence[str], targets: Sequence[Mapping[str, Sequence[tuple[int, int]]]]) -> None:
    if len(targets) != len(sentences):
        raise ValueError(f"targets must have one mapping a sentence ({len(sentences)}); got {len(targets)}")
    for i, (sentence, found) in enumerate(zip(sentences, targets, strict=True)):
        if not isinstance(found, Mapping):
            raise TypeError(f"targets[{i}] must map names to spans; got {type(found).__name__} {found!r:.40}")
        for name, spans in found.items():
            for start, end in spans:
                if not 0 <= start <= end <= len(sentence):
                    raise ValueError(f"targets[{i}][{name!r}] must be spans in the sentence, of {len(sentence)} "
                                     f"characters; got {(start, end)}")  # fmt: skip


def _joined(sentences: Sequence[str], documents: Sequence[Any] | None) -> tuple[list[str], list[Spans | None]]:
    """Return sentences as documents, a new one where the id changes: joined by line breaks, and their spans."""
    if not sentences:
        return [], []
    ends = [len(sentences)]
    if documents is not None:
        ends = [i for i in range(1, len(documents)) if documents[i] != documents[i - 1]] + ends
    parts = [sentences[first:last] for first, last in zip([0, *ends], ends, strict=False)]
    return ["\n".join(part) for part in parts], [_spans_of(part) for part in parts]
