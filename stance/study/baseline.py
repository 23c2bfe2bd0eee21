"""The keyword baseline: a label is given where one of its cue phrases stands in the sentence. Nothing is learned.

A lexicon is a TOML file with a table a layer, `[claims]`, `[roles]`, `[voices]`, `[stances]`, each mapping a label to
its phrases; a label that is in one layer only may also stand outside any table:

    demand = ["must *draw", "calls on * to"]
    [roles]
    expectation = ["will", "is likely to"]

What phrases match is said in `stance.study.cues`; `xactor` in one is the name of any actor.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stance.codebook import Codebook
from stance.corpus.records import Corpus
from stance.errors import CodebookError
from stance.features.masking import ACTOR, masked
from stance.study.cues import Cues, words_of
from stance.study.predictions import Predictions
from stance.text import read_text

if TYPE_CHECKING:
    from stance.actors import ActorTable

LAYERS = ("claims", "roles", "voices", "stances")
BUNDLED = Path(__file__).parents[1] / "lexicons"

_MOST_FAULTS = 20


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
        entries = {(layer, label): of for layer, labels in self.phrases.items() for label, of in labels.items()}
        self._plain = Cues({key: [p for p in of if ACTOR not in p] for key, of in entries.items()})
        self._masked = Cues({key: [p for p in of if ACTOR in p] for key, of in entries.items()})

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

    def predict(self, corpus: Corpus, codebook: Codebook, actors: ActorTable | None = None) -> Predictions:
        """Return the labels the phrases give; stances toward the coded targets.

        `actors` finds what `xactor` stands for, and gives targets their canonical names.
        """
        counts = self._counts(corpus.texts, actors)

        def of(layer: str) -> NDArray[np.float64] | None:
            names = getattr(codebook, f"{layer[:-1]}_names")
            if not names or layer not in self.phrases:
                return None
            return np.array([[row.get((layer, name), 0) for name in names] for row in counts], dtype=np.float64)

        claims, roles, voices, given = (of(layer) for layer in LAYERS)
        stances = None
        if given is not None:
            if codebook.neutral_stance is not None:  # ahead of a label with nothing, behind any with a phrase
                given[:, codebook.stance_names.index(codebook.neutral_stance)] += 0.5
            best = [codebook.stance_names[j] for j in given.argmax(axis=1)]
            stances = tuple(
                {actors.canonical(t) if actors else t: name for c in s.deciding("stance") for t in c.stance or {}}
                for s, name in zip(corpus, best, strict=True)
            )
        return Predictions(
            claims=None if claims is None else claims > 0,
            roles=None if roles is None else roles.argmax(axis=1),
            voice=None if voices is None else voices[:, 1] > 0,
            stances=stances,
        )

    def _counts(self, texts: Sequence[str], actors: ActorTable | None) -> list[dict[tuple[str, str], int]]:
        """Return how many phrases of each (layer, label) stand in each text."""
        kinds = () if actors is None else set(actors.kinds.values())
        rows = []
        for text in texts:
            row = self._plain.count(words_of(text))
            if actors is not None:
                for key, n in self._masked.count(words_of(masked(text, actors, kinds))).items():
                    row[key] = row.get(key, 0) + n
            rows.append(row)
        return rows


def bundled_baseline(codebook: Codebook) -> KeywordBaseline:
    """Return the baseline of the lexicon that is bundled under the codebook's name, or else of its own "counts"."""
    path = BUNDLED / f"{codebook.name}.toml"
    if not path.is_file():
        return KeywordBaseline.from_codebook(codebook)
    return KeywordBaseline.from_file(path, codebook)


def _add(
    labels: dict[str, Sequence[str]], label: str, phrases: Any, known: Sequence[str], where: str, faults: list[str]
) -> None:
    if label not in known:
        faults.append(f"{where}: must be one of {', '.join(known) or 'no label, as the codebook has no such layer'}")
    elif not isinstance(phrases, list) or not all(isinstance(p, str) and p.strip() for p in phrases):
        faults.append(f"{where}: must be a list of non-empty phrases; got {phrases!r:.60}")
    else:
        labels[label] = phrases
