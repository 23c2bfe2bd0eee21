"""What labelling gives: frozen records, from a document down to one label."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stance.errors import TextError

if TYPE_CHECKING:
    import pandas

Span = tuple[int, int]

FORMAT = "stance document"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim the sentence makes, with its calibrated probability, 0 to 1."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Role:
    """What the sentence does in the text, with the probability of that role, 0 to 1."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose voice it is, with the probability of that voice.

    `source_span` is where the sentence names its source, in characters of the document; None where it names none.
    """

    name: str
    probability: float
    source_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Stance:
    """Where the sentence stands toward one target, with the probability of that stance.

    `spans` are the target's mentions, in characters of the document; empty where the target is only meant.
    """

    name: str
    probability: float
    spans: tuple[Span, ...] = ()


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed, since results are frozen."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> Any:
        raise TypeError("a labelled sentence cannot be changed; copy the stances with dict(sentence.stance)")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and its labels; `document.text[span[0]:span[1]] == text`.

    `claims` are those over their thresholds, strongest first. `role` and `voice` are None, and `stance` is empty,
    where the model's codebook has no such layer.
    """

    text: str
    span: Span
    claims: tuple[Claim, ...] = ()
    role: Role | None = None
    voice: Voice | None = None
    stance: dict[str, Stance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if type(self.stance) is not FrozenDict:
            object.__setattr__(self, "stance", FrozenDict(self.stance))


@dataclass(frozen=True, slots=True)
class Document:
    """A labelled text: its sentences in order. `id` is what the caller named it, `model` the model that labelled it."""

    text: str
    sentences: tuple[Sentence, ...]
    id: str | None = None
    model: str | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield one plain row a sentence: the JSONL lines of `stance label`."""
        for number, s in enumerate(self.sentences):
            row: dict[str, Any] = {"document": self.id, "sentence": number, "start": s.span[0], "end": s.span[1]}
            row |= {"text": s.text, "claims": {c.name: round(c.probability, 4) for c in s.claims}}
            if s.role is not None:
                row |= {"role": s.role.name, "role_probability": round(s.role.probability, 4)}
            if s.voice is not None:
                row |= {"voice": s.voice.name, "voice_probability": round(s.voice.probability, 4)}
                row["source"] = None if s.voice.source_span is None else list(s.voice.source_span)
            row["stance"] = {target: st.name for target, st in s.stance.items()}
            row["stance_probability"] = {target: round(st.probability, 4) for target, st in s.stance.items()}
            row["targets"] = {target: [list(span) for span in st.spans] for target, st in s.stance.items()}
            yield row

    def tidy_rows(self) -> Iterator[dict[str, Any]]:
        """Yield one plain row a sentence and label: document, sentence, start, end, text, layer, label, target,
        probability. A sentence without any label has no row."""
        for number, s in enumerate(self.sentences):
            place = {"document": self.id, "sentence": number, "start": s.span[0], "end": s.span[1], "text": s.text}
            for claim in s.claims:
                yield place | {"layer": "claim", "label": claim.name, "target": None, "probability": claim.probability}
            for layer in ("role", "voice"):
                if (given := getattr(s, layer)) is not None:
                    yield place | {
                        "layer": layer,
                        "label": given.name,
                        "target": None,
                        "probability": given.probability,
                    }
            for target, st in s.stance.items():
                yield place | {"layer": "stance", "label": st.name, "target": target, "probability": st.probability}

    def to_pandas(self) -> pandas.DataFrame:
        """Return a tidy DataFrame, a row a sentence and label; the columns are those of `tidy_rows`.

        Raises ImportError, saying how to install it, where pandas is missing.
        """
        return tidy_frame([self])

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the document with its text and every label as JSON; `Document.from_json` gives back an equal one."""
        return json.dumps(_plain_document(self), ensure_ascii=True, indent=indent)

    @classmethod
    def from_json(cls, text: str) -> Document:
        """Return the document that `to_json` wrote; raises TextError saying what is wrong with anything else."""
        try:
            data = json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise TextError(f"a document must be JSON: {error}") from None
        if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise TextError(f"a document must have the format {FORMAT!r}, version {VERSION}; got {text[:60]!r}")
        try:
            document = cls(
                data["text"], tuple(_sentence(s, data["text"]) for s in data["sentences"]), data["id"], data["model"]
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise TextError(f"a document of this format lacks or breaks a field: {error!r}") from None
        return document


def tidy_frame(documents: list[Document]) -> pandas.DataFrame:
    """Return one tidy DataFrame of several documents; the columns are those of `Document.tidy_rows`."""
    try:
        import pandas
    except ImportError:
        raise ImportError('to_pandas needs pandas: pip install "stance[pandas]"') from None
    columns = ["document", "sentence", "start", "end", "text", "layer", "label", "target", "probability"]
    return pandas.DataFrame([row for document in documents for row in document.tidy_rows()], columns=columns)


def _plain_document(document: Document) -> dict[str, Any]:
    sentences = []
    for s in document.sentences:
        plain: dict[str, Any] = {"span": list(s.span), "claims": [[c.name, c.probability] for c in s.claims]}
        plain["role"] = None if s.role is None else [s.role.name, s.role.probability]
        plain["voice"] = None if s.voice is None else [s.voice.name, s.voice.probability, s.voice.source_span]
        plain["stance"] = {t: [st.name, st.probability, st.spans] for t, st in s.stance.items()}
        sentences.append(plain)
    head = {"format": FORMAT, "version": VERSION, "id": document.id, "model": document.model, "text": document.text}
    return head | {"sentences": sentences}


def _sentence(plain: dict[str, Any], text: str) -> Sentence:
    start, end = plain["span"]
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= len(text)):
        raise ValueError(f"a span must lie in the text of {len(text)} characters; got {plain['span']!r}")
    role, voice = plain["role"], plain["voice"]
    return Sentence(
        text=text[start:end],
        span=(start, end),
        claims=tuple(Claim(name, probability) for name, probability in plain["claims"]),
        role=None if role is None else Role(*role),
        voice=None if voice is None else Voice(voice[0], voice[1], None if voice[2] is None else tuple(voice[2])),
        stance={
            target: Stance(name, probability, tuple((a, b) for a, b in spans))
            for target, (name, probability, spans) in plain["stance"].items()
        },
    )
