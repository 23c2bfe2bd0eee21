"""A labelled document ↔ JSON that holds all of it; what was written elsewhere is checked field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from stance.errors import TextError
from stance.labels.records import Claim, Document, Role, Sentence, Span, Stance, Voice

FORMAT = "stance document"
VERSION = 1

_SHOWN = 60  # characters of a wrong value that an error repeats
_BETWEEN_SURROGATES = re.compile("(?<=[\ud800-\udbff])(?=[\udc00-\udfff])")

Item = TypeVar("Item")


def document_json(document: Document, indent: int | None) -> str:
    """Return a document as ASCII JSON.

    JSON has one spelling for a character beyond U+FFFF and for the two surrogates of its UTF-16 form. So a text in
    which two lone surrogates would be read as one character is written in pieces that part them.
    """
    pieces = _BETWEEN_SURROGATES.split(document.text)
    head = {"format": FORMAT, "version": VERSION, "id": document.id, "model": document.model}
    text = pieces if len(pieces) > 1 else document.text
    rows = [_plain_sentence(s) for s in document.sentences]
    return json.dumps(head | {"text": text, "sentences": rows}, ensure_ascii=True, indent=indent)


def _plain_sentence(s: Sentence) -> dict[str, Any]:
    return {
        "span": list(s.span),
        "claims": [[c.name, c.probability] for c in s.claims],
        "role": None if s.role is None else [s.role.name, s.role.probability],
        "voice": None if s.voice is None else [s.voice.name, s.voice.probability, s.voice.source_span],
        "stance": {t: [st.name, st.probability, st.spans] for t, st in s.stance.items()},
    }


def read_document(written: str) -> Document:
    """Return the document that `document_json` wrote; raises TextError, naming field and value, for anything else."""
    try:
        data = json.loads(written)
    except (TypeError, ValueError, RecursionError) as error:
        raise TextError(f"a document must be JSON: {error}") from None
    if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise TextError(f"a document must have the format {FORMAT!r}, version {VERSION}; got {written[:_SHOWN]!r}")
    text = _of(data, "", "text", _text)
    return Document(
        text=text,
        sentences=tuple(
            _sentence(s, f"sentences[{i}]", text) for i, s in enumerate(_of(data, "", "sentences", _listed))
        ),
        id=_of(data, "", "id", _name_or_none),
        model=_of(data, "", "model", _name_or_none),
    )


def _sentence(value: Any, where: str, text: str) -> Sentence:
    plain = _mapping(value, where)

    def span(value: Any, where: str) -> Span:
        return _span(value, where, len(text))

    def claims(value: Any, where: str) -> tuple[Claim, ...]:
        return tuple(Claim(*_named(c, f"{where}[{i}]", 2)) for i, c in enumerate(_listed(value, where)))

    def role(value: Any, where: str) -> Role | None:
        return None if value is None else Role(*_named(value, where, 2))

    def voice(value: Any, where: str) -> Voice | None:
        if value is None:
            return None
        name, probability, source = _named(value, where, 3)
        return Voice(name, probability, None if source is None else span(source, f"{where}[2]"))

    def stances(value: Any, where: str) -> dict[str, Stance]:
        found = {}
        for target, given in _mapping(value, where).items():
            place = f"{where}[{target[:_SHOWN]!r}]"
            name, probability, spans = _named(given, place, 3)
            at = tuple(span(s, f"{place}[2][{i}]") for i, s in enumerate(_listed(spans, f"{place}[2]")))
            found[target] = Stance(name, probability, at)
        return found

    start, end = _of(plain, where, "span", span)
    return Sentence(
        text=text[start:end],
        span=(start, end),
        claims=_of(plain, where, "claims", claims),
        role=_of(plain, where, "role", role),
        voice=_of(plain, where, "voice", voice),
        stance=_of(plain, where, "stance", stances),
    )


def _of(plain: dict[str, Any], where: str, key: str, read: Callable[[Any, str], Item]) -> Item:
    """Return a field of an object, read by `read(value, place)`."""
    place = f"{where}.{key}" if where else key
    if key not in plain:
        raise TextError(f"a document of this format must have {place}; it is missing")
    return read(plain[key], place)


def _refused(where: str, must: str, value: Any) -> TextError:
    shown = json.dumps(value, ensure_ascii=True)
    shown = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."
    return TextError(f"a document of this format is broken: {where} must be {must}; got {shown}")


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused(where, "an object", value)
    return value


def _listed(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _refused(where, "a list", value)
    return value


def _text(value: Any, where: str) -> str:
    pieces = value if isinstance(value, list) else [value]
    if not all(isinstance(piece, str) for piece in pieces):
        raise _refused(where, "a string, or a list of the strings it is made of", value)
    return "".join(pieces)


def _name_or_none(value: Any, where: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _refused(where, "a string or null", value)
    return value


def _named(value: Any, where: str, length: int) -> list[Any]:
    """Return a list that begins with a name and its probability."""
    if not isinstance(value, list) or len(value) != length:
        raise _refused(where, f"a list of {length}, the first a name and its probability", value)
    name, probability, *rest = value
    if not isinstance(name, str):
        raise _refused(f"{where}[0]", "a name", name)
    if isinstance(probability, bool) or not isinstance(probability, (int, float)) or not 0 <= probability <= 1:
        raise _refused(f"{where}[1]", "a probability, a number from 0 to 1", probability)
    return [name, float(probability), *rest]


def _span(value: Any, where: str, n: int) -> Span:
    whole = isinstance(value, list) and len(value) == 2 and all(type(at) is int for at in value)
    if not whole or not 0 <= value[0] <= value[1] <= n:
        raise _refused(where, f"[start, end], whole numbers with 0 <= start <= end <= {n}, the text's length", value)
    return value[0], value[1]
