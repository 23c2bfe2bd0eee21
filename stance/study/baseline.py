"""The keyword baseline: a label is given where one of its cue phrases stands in the sentence. Nothing is learned.

A lexicon is a TOML file with a table a layer, `[claims]`, `[roles]`, `[voices]`, `[stances]`, each mapping a label to
its phrases; a label that is in one layer only may also stand outside any table:

    demand = ["must *draw", "calls on * to"]
    [roles]
    expectation = ["will", "is likely to"]

`*` inside a word is any run of letters and digits, also none ("destabili*"); alone it is any one word. Case does not
matter, curly quotation marks are straight ones, and a space is any white space.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from stance.codebook import Codebook
from stance.corpus.records import Corpus
from stance.errors import CodebookError
from stance.study.predictions import Predictions
from stance.text import read_text

LAYERS = ("claims", "roles", "voices", "stances")
BUNDLED = Path(__file__).parents[1] / "lexicons"

_MOST_FAULTS = 20
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_NEVER = re.compile(r"(?!)")


class KeywordBaseline:
    """Cue phrases of the labels of a codebook, and the labels they give. A layer without phrases is not predicted.

    Claims: each that has a phrase in the sentence. Voice: the second one if it has a phrase there. Role, and stance
    toward every target alike: the label with most phrases found, the first one of the codebook (of stances, the neutral
    one) where none is found or labels tie.
    """

    def __init__(self, phrases: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        """`phrases` maps layers to labels to phrases."""
        self.phrases = {
            layer: {label: tuple(of) for label, of in labels.items()} for layer, labels in phrases.items() if labels
        }
        self._patterns = {
            layer: {label: cue_pattern(of) for label, of in labels.items()} for layer, labels in self.phrases.items()
        }

    @classmethod
    def from_codebook(cls, codebook: Codebook) -> KeywordBaseline:
        """Return the baseline of the "counts" phrases of a codebook's labels."""
        layers = {layer: {x.name: x.counts for x in getattr(codebook, layer) if x.counts} for layer in LAYERS}
        return cls(layers)

    @classmethod
    def from_file(cls, path: str | PathLike[str], codebook: Codebook) -> KeywordBaseline:
        """Return the baseline of a lexicon file; raises CodebookError naming the file and each label at fault."""
        where = fspath(path)
        try:
            data = tomllib.loads(read_text(path))
        except tomllib.TOMLDecodeError as error:
            raise CodebookError(f"{where}: not TOML: {error}") from None
        known = {layer: getattr(codebook, f"{layer[:-1]}_names") for layer in LAYERS}
        found: dict[str, dict[str, Sequence[str]]] = {layer: {} for layer in LAYERS}
        faults: list[str] = []
        for key, value in data.items():
            if key in LAYERS and isinstance(value, Mapping):
                for label, phrases in value.items():
                    _add(found[key], label, phrases, known[key], f"{where}: [{key}] {label}", faults)
                continue
            homes = [layer for layer in LAYERS if key in known[layer]]
            if len(homes) > 1:
                faults.append(f"{where}: {key} is a label of {' and '.join(homes)}; put it in the table of one")
            elif not homes:
                faults.append(f"{where}: {key!r} must be a table ({', '.join(LAYERS)}) or a label of {codebook.name!r}")
            else:
                _add(found[homes[0]], key, value, known[homes[0]], f"{where}: {key}", faults)
        if faults:
            raise CodebookError("\n".join(faults[:_MOST_FAULTS]))
        return cls(found)

    def predict(self, corpus: Corpus, codebook: Codebook, canonical: Callable[[str], str] = str) -> Predictions:
        """Return the labels the phrases give; stances toward the coded targets, under their `canonical` names."""
        texts = [text.translate(_STRAIGHT) for text in corpus.texts]
        claims = roles = voice = stances = None
        if codebook.claims and "claims" in self._patterns:
            claims = self._counts("claims", codebook.claim_names, texts) > 0
        if codebook.roles and "roles" in self._patterns:
            roles = self._counts("roles", codebook.role_names, texts).argmax(axis=1)
        if codebook.voices and "voices" in self._patterns:
            voice = self._counts("voices", codebook.voice_names, texts)[:, 1] > 0
        if codebook.stances and "stances" in self._patterns:
            counts = self._counts("stances", codebook.stance_names, texts).astype(np.float64)
            if codebook.neutral_stance is not None:
                counts[:, codebook.stance_names.index(codebook.neutral_stance)] += 0.5
            best = [codebook.stance_names[j] for j in counts.argmax(axis=1)]
            stances = tuple(
                {canonical(target): name for c in s.codings for target in c.stance or {}}
                for s, name in zip(corpus, best, strict=True)
            )
        return Predictions(claims=claims, roles=roles, voice=voice, stances=stances)

    def _counts(self, layer: str, names: Sequence[str], texts: Sequence[str]) -> Any:
        patterns = [self._patterns[layer].get(name, _NEVER) for name in names]
        return np.array([[sum(1 for _ in p.finditer(text)) for p in patterns] for text in texts], dtype=np.int64)


def bundled_baseline(codebook: Codebook) -> KeywordBaseline:
    """Return the baseline of the lexicon that is bundled under the codebook's name, or else of its own "counts"."""
    path = BUNDLED / f"{codebook.name}.toml"
    if not path.is_file():
        return KeywordBaseline.from_codebook(codebook)
    return KeywordBaseline.from_file(path, codebook)


def cue_pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern that finds any of the phrases, longest first, in text with straight quotation marks."""
    parts = sorted({_phrase(phrase) for phrase in phrases if phrase.strip()}, key=lambda p: (-len(p), p))
    return re.compile("|".join(parts), re.IGNORECASE) if parts else _NEVER


def _phrase(phrase: str) -> str:
    words = phrase.translate(_STRAIGHT).split()
    parts = [r"\w+" if word == "*" else r"\w*".join(map(re.escape, word.split("*"))) for word in words]
    first, last = words[0][0], words[-1][-1]
    before = r"(?<!\w)" if first.isalnum() or first == "*" else ""
    after = r"(?!\w)" if last.isalnum() or last == "*" else ""
    return before + r"\s+".join(parts) + after


def _add(
    labels: dict[str, Sequence[str]], label: str, phrases: Any, known: Sequence[str], where: str, faults: list[str]
) -> None:
    if label not in known:
        faults.append(f"{where}: must be one of {', '.join(known) or 'no label, as the codebook has no such layer'}")
    elif not isinstance(phrases, list) or not all(isinstance(p, str) and p.strip() for p in phrases):
        faults.append(f"{where}: must be a list of non-empty phrases; got {phrases!r:.60}")
    else:
        labels[label] = phrases
