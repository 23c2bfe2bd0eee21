"""Lexicons as features: how many cue phrases of each label stand in a sentence.

A lexicon is what people know before anything is coded: phrases for each label, written by hand. The classifiers learn
how far each list is to be trusted, so a phrase that no training sentence holds still counts.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from stance.text import read_text
from stance.tokens import tokenize

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

BUNDLED = Path(__file__).parents[1] / "lexicons"

_MOST_WORDS = 40  # that one wildcard stands for, the most frequent first
_MOST_PHRASES = 120  # that one entry stands for


def bundled_lexicon(name: str) -> dict[str, tuple[str, ...]] | None:
    """Return the lexicon bundled under a codebook's name, label → phrases over all layers; None if there is none."""
    path = BUNDLED / f"{name}.toml"
    if not path.is_file():
        return None
    tables = tomllib.loads(read_text(path))
    return {f"{layer}:{label}": tuple(of) for layer, labels in tables.items() for label, of in labels.items()}


class PhraseCounts(TransformerMixin, BaseEstimator):
    """Phrase indicators (n_sentences, n_phrases) → number of phrases of each label (n_sentences, n_labels), times
    `scale`; a linear map, so that the compiled core can fold it into the weights.

    Attributes: `components_`, ndarray of shape (n_labels, n_phrases).
    """

    def __init__(self, membership: Sequence[tuple[int, int]], n_labels: int, scale: float = 0.3) -> None:
        self.membership = membership
        self.n_labels = n_labels
        self.scale = scale

    def fit(self, X: Any, y: Any = None) -> PhraseCounts:
        """Lay out the map; nothing is learned."""
        self.components_: NDArray[np.float64] = np.zeros((self.n_labels, X.shape[1]))
        for label, phrase in self.membership:
            self.components_[label, phrase] = self.scale
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        """Return the counts as a sparse matrix."""
        from scipy import sparse

        return sparse.csr_matrix(X @ sparse.csr_matrix(self.components_.T))


def lexicon_features(lexicon: Mapping[str, Sequence[str]], texts: Iterable[str], *, scale: float = 0.3) -> Pipeline:
    """Return the features of a lexicon, not yet fitted: one column a label.

    `*` inside a word stands for any run of letters: it is replaced by the words of `texts` that fit, so that what is
    matched is a fixed list of phrases.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import Pipeline

    words = Counter(token.lower() for text in texts for token in tokenize(text))
    phrases: dict[str, int] = {}
    membership = set()
    for label, entries in enumerate(lexicon.values()):
        for entry in entries:
            for phrase in expanded(entry, words):
                membership.add((label, phrases.setdefault(phrase, len(phrases))))
    longest = max((phrase.count(" ") + 1 for phrase in phrases), default=1)
    counts = CountVectorizer(
        tokenizer=tokenize, token_pattern=None, vocabulary=phrases, ngram_range=(1, longest), binary=True, dtype=np.float64
    )
    return Pipeline([("phrases", counts), ("labels", PhraseCounts(sorted(membership), len(lexicon), scale))])


def expanded(entry: str, words: Counter[str]) -> list[str]:
    """Return the phrases an entry stands for, tokens in lower case joined by spaces, most frequent words first."""
    options: list[list[str]] = []
    for part in entry.lower().split():
        if "*" not in part:
            options.append([" ".join(tokenize(part))])
            continue
        pattern = re.compile(r"\w*".join(map(re.escape, part.split("*"))))
        fitting = sorted((w for w in words if pattern.fullmatch(w)), key=lambda w: (-words[w], w))
        options.append(fitting[:_MOST_WORDS])
    return [" ".join(choice) for choice in itertools.islice(itertools.product(*options), _MOST_PHRASES)]
