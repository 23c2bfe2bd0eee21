"""What a corpus is: coded sentences, each with what every coder said of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.errors import CorpusError

MOST_FAULTS = 20

ADJUDICATED = "adjudicated"
"""The coder whose coding is final: made in writing where coders differed, it stands for all of them."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What one coder said of one sentence; a layer that was not coded is None.

    A coding by the coder `ADJUDICATED` ("adjudicated") is the final one: on the layers it codes, only it counts.
    `where` is the place it was read from ("corpus.jsonl:17"), for messages; it takes no part in equality.
    """

    coder: str
    claims: frozenset[str] | None = None
    role: str | None = None
    voice: str | None = None
    stance: Mapping[str, str] | None = None
    where: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.stance is not None:
            object.__setattr__(self, "stance", MappingProxyType(dict(self.stance)))


@dataclass(frozen=True, slots=True)
class CodedSentence:
    """One sentence with its place in a document and all its codings.

    Sentences of one document and passage whose numbers follow each other are neighbours. `sample` is "random"
    where the sentence was drawn at random, so that rates over such sentences are rates of the source.
    """

    document: str
    sentence: int
    text: str
    codings: tuple[Coding, ...]
    passage: str | None = None
    kind: str | None = None
    speaker: str | None = None
    date: str | None = None
    source: str | None = None
    sample: str | None = None

    @property
    def key(self) -> tuple[str, str | None, int]:
        """The sentence's identity within a corpus."""
        return self.document, self.passage, self.sentence

    @property
    def place(self) -> str:
        """The sentence's place as a person reads it: "sentence 3 of document 'a'"."""
        passage = "" if self.passage is None else f", passage {self.passage!r}"
        return f"sentence {self.sentence} of document {self.document!r}{passage}"

    def deciding(self, layer: str) -> tuple[Coding, ...]:
        """Return the codings that decide a layer ("claims", "role", "voice", "stance"): the adjudicated one alone
        where it codes that layer, else all that code it; none where nobody did."""
        coded = tuple(c for c in self.codings if getattr(c, layer) is not None)
        return tuple(c for c in coded if c.coder == ADJUDICATED) or coded

    @property
    def independent(self) -> tuple[Coding, ...]:
        """The codings by coders, each for itself: all but the adjudicated one. What agreement is measured on."""
        return tuple(c for c in self.codings if c.coder != ADJUDICATED)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Coded sentences in reading order, document after document.

    Shares are over the codings that decide a layer (`CodedSentence.deciding`): an adjudicated one is final.
    """

    name: str
    sentences: tuple[CodedSentence, ...]

    def __repr__(self) -> str:
        return f"<corpus {self.name!r}: {len(self):,} sentences in {len(set(self.documents)):,} documents>"

    def __len__(self) -> int:
        return len(self.sentences)

    def __iter__(self) -> Iterator[CodedSentence]:
        return iter(self.sentences)

    def __add__(self, other: Corpus) -> Corpus:
        """Return both corpora as one; raises CorpusError where they share a sentence."""
        shared = {s.key for s in self.sentences} & {s.key for s in other.sentences}
        if shared:
            first = next(s for s in self.sentences if s.key in shared)
            raise CorpusError(f"corpora to be joined must share no sentence; both have {first.place}")
        return Corpus(f"{self.name}+{other.name}", self.sentences + other.sentences)

    @property
    def texts(self) -> list[str]:
        """The sentences' texts, in order."""
        return [s.text for s in self.sentences]

    @property
    def documents(self) -> list[str]:
        """The document id of each sentence: what folds and intervals are grouped by."""
        return [s.document for s in self.sentences]

    @property
    def runs(self) -> NDArray[np.int64]:
        """The number of the unbroken run of neighbouring sentences each sentence is in, (n_sentences,)."""
        out = np.zeros(len(self.sentences), dtype=np.int64)
        run, before = -1, None
        for i, s in enumerate(self.sentences):
            if before is None or (s.document, s.passage, s.sentence - 1) != before:
                run += 1
            before = (s.document, s.passage, s.sentence)
            out[i] = run
        return out

    @property
    def digest(self) -> str:
        """SHA-256 over the texts and codings: the same corpus has the same digest, in whatever file it came."""
        sha = hashlib.sha256()
        for s in self.sentences:
            codings: list[list[Any]] = [
                [c.coder, None if c.claims is None else sorted(c.claims), c.role, c.voice]
                + [None if c.stance is None else sorted(c.stance.items())]
                for c in s.codings
            ]
            row = [s.document, s.passage, s.sentence, s.text, codings]
            sha.update(json.dumps(row, ensure_ascii=True).encode("ascii") + b"\n")
        return sha.hexdigest()

    def select(self, keep: Sequence[bool] | NDArray[np.bool_]) -> Corpus:
        """Return the corpus of the sentences where `keep` (n_sentences,) is true."""
        if len(keep) != len(self.sentences):
            raise CorpusError(f"keep must have one value a sentence ({len(self.sentences)}); got {len(keep)}")
        return Corpus(self.name, tuple(s for s, k in zip(self.sentences, keep, strict=True) if k))

    def claim_shares(self, codebook: Codebook) -> NDArray[np.float64]:
        """Return the share of coders who gave each claim, (n_sentences, n_claims) from 0 to 1; nan where uncoded."""
        out = np.full((len(self), len(codebook.claims)), np.nan)
        for i, s in enumerate(self.sentences):
            sets = [c.claims or frozenset() for c in s.deciding("claims")]
            if sets:
                out[i] = [sum(name in given for given in sets) / len(sets) for name in codebook.claim_names]
        return out

    def role_shares(self, codebook: Codebook) -> NDArray[np.float64]:
        """Return the share of coders who gave each role, (n_sentences, n_roles); nan where uncoded."""
        return self._shares(codebook.role_names, "role")

    def voice_shares(self, codebook: Codebook) -> NDArray[np.float64]:
        """Return the share of coders who gave each voice, (n_sentences, n_voices); nan where uncoded."""
        return self._shares(codebook.voice_names, "voice")

    def _shares(self, names: tuple[str, ...], layer: str) -> NDArray[np.float64]:
        out = np.full((len(self), len(names)), np.nan)
        for i, s in enumerate(self.sentences):
            given = [getattr(c, layer) for c in s.deciding(layer)]
            if given:
                out[i] = [given.count(name) / len(given) for name in names]
        return out

    def stance_shares(self, codebook: Codebook) -> list[dict[str, NDArray[np.float64]]]:
        """Return for each sentence the targets that a deciding coder listed, with the share of each stance (n_stances,)
        among the coders who listed that target."""
        out = []
        for s in self.sentences:
            given: dict[str, list[str]] = {}
            for c in s.deciding("stance"):
                for target, stance in (c.stance or {}).items():
                    given.setdefault(target, []).append(stance)
            shares = {t: np.array([v.count(n) / len(v) for n in codebook.stance_names]) for t, v in given.items()}
            out.append(shares)
        return out

    def check(self, codebook: Codebook) -> None:
        """Raise CorpusError, with place and value of the first 20 faults, unless every label is in the codebook."""
        faults = [fault for s in self.sentences for c in s.codings for fault in coding_faults(c, codebook)]
        raise_faults(faults)


def coding_faults(coding: Coding, codebook: Codebook) -> list[str]:
    """Return what is wrong with one coding under a codebook, each with its place and the value given."""
    faults = []
    for claim in sorted(coding.claims or ()):
        if claim not in codebook.claim_names:
            faults.append(must_be_one_of("claims", codebook.claim_names, claim))
    for layer in ("role", "voice"):
        value, known = getattr(coding, layer), getattr(codebook, f"{layer}_names")
        if value is not None and value not in known:
            faults.append(must_be_one_of(layer, known, value))
    for target, value in (coding.stance or {}).items():
        if value not in codebook.stance_names:
            faults.append(must_be_one_of(f"stance toward {target!r}", codebook.stance_names, value))
    return [f"{coding.where}: {fault}" if coding.where else fault for fault in faults]


def must_be_one_of(what: str, known: Sequence[str], given: Any) -> str:
    """Return the sentence that says what was allowed and what was given."""
    if not known:
        return f"{what} must be left out, as the codebook has no such layer; got {given!r}"
    from difflib import get_close_matches

    near = get_close_matches(given, known, 1) if isinstance(given, str) else []
    hint = f": did you mean {near[0]!r}?" if near else ""
    return f"{what} must be one of {', '.join(known)}; got {given!r}{hint}"


def raise_faults(faults: list[str]) -> None:
    """Raise CorpusError with the first 20 faults, one a line, if there is any."""
    if faults:
        more = [f"... and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
        raise CorpusError("\n".join(faults[:MOST_FAULTS] + more))
