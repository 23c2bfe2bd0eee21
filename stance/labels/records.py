"""What labelling gives: frozen records, from a document down to one label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

Span = tuple[int, int]

_SURROGATE = re.compile("[\ud800-\udfff]")


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
        """Return the document with its text and every label as JSON; `Document.from_json` gives back an equal one.

        Only in the names of targets, the id and the model's name are two lone surrogates that make a pair read as the
        one character they spell in UTF-16: JSON cannot tell them apart.
        """
        from stance.labels.as_json import document_json

        return document_json(self, indent)

    @classmethod
    def from_json(cls, text: str) -> Document:
        """Return the document that `to_json` wrote.

        Raises TextError for anything else, naming the field, what must hold and what was given: spans lie in the text,
        probabilities are numbers from 0 to 1.
        """
        from stance.labels.as_json import read_document

        return read_document(text)


def tidy_frame(documents: list[Document]) -> pandas.DataFrame:
    """Return one tidy DataFrame of several documents; the columns are those of `Document.tidy_rows`.

    A column with a lone surrogate, which Arrow's strings cannot hold, has the dtype object.
    """
    try:
        import pandas
    except ImportError:
        raise ImportError('to_pandas needs pandas: pip install "stance[pandas]"') from None
    columns = ["document", "sentence", "start", "end", "text", "layer", "label", "target", "probability"]
    rows = [row for document in documents for row in document.tidy_rows()]
    values = {column: [row[column] for row in rows] for column in columns}
    return pandas.DataFrame(
        {name: pandas.Series(of, dtype=object if _has_surrogate(of) else None) for name, of in values.items()}
    )


def _has_surrogate(values: list[Any]) -> bool:
    return any(isinstance(v, str) and not v.isascii() and _SURROGATE.search(v) for v in values)
