"""Lexicons as features: how many cue phrases of each label stand in a sentence.

A lexicon is what people know before anything is coded: phrases for each label, written by hand. The classifiers learn
how far each list is to be trusted, so a phrase that no training sentence holds still counts.
"""

from __future__ import annotations

import itertools
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from stance.errors import CodebookError
from stance.features.wildcards import word_pattern
from stance.text import read_text
from stance.tokens import tokenize

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

BUNDLED = Path(__file__).parents[1] / "lexicons"

_MOST_WORDS = 40  # that one wildcard stands for, the most frequent first
_MOST_PHRASES = 120  # that one entry stands for
_LONGEST = 4  # tokens; longer phrases are left out


Lexicon = Mapping[str, Sequence[str]]


def find_lexicon(name: str | None, codebook: str) -> Lexicon | None:
    """Return a lexicon, "layer:label" → phrases: the one bundled under the codebook's name for "codebook" (None if
    there is none), or that of a TOML file; None for None. Raises CodebookError for a file that is no lexicon.
    """
    if name is None:
        return None
    path = BUNDLED / f"{codebook}.toml" if name == "codebook" else Path(name)
    if name == "codebook" and not path.is_file():
        return None
    try:
        tables = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"{path}: not TOML: {error}") from None
    lexicon = {}
    for layer, labels in tables.items():
        for label, phrases in labels.items() if isinstance(labels, Mapping) else [(layer, labels)]:
            if not isinstance(phrases, list) or not all(isinstance(p, str) and p.strip() for p in phrases):
                raise CodebookError(f"{path}: {label} must be a list of phrases; got {phrases!r:.60}")
            lexicon[f"{layer}:{label}"] = phrases
    return lexicon


class PhraseCounts(TransformerMixin, BaseEstimator):
    """Phrase indicators (n_sentences, n_phrases) → number of phrases of each label (n_sentences, n_labels), times
    `scale`; a linear map, so that the compiled core can fold it into the weights.

    Attributes: `components_`, ndarray of shape (n_labels, n_phrases).
    """

    def __init__(self, membership: Sequence[tuple[int, int]], n_labels: int, scale: float = 0.25) -> None:
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


def lexicon_features(lexicon: Lexicon, texts: Iterable[str], *, scale: float = 0.25) -> Pipeline:
    """Return the features of a lexicon, not yet fitted: one column a label.

    A word with `*` (`word_pattern`) is replaced by the words of `texts` that fit, the most frequent ones, so that what
    is matched is a fixed list of phrases.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import Pipeline

    words = Counter(token.lower() for text in texts for token in tokenize(text))
    listed = sorted(words)
    phrases: dict[str, int] = {}
    membership = set()
    for label, entries in enumerate(lexicon.values()):
        for entry in entries:
            for phrase in expanded(entry, words, listed):
                if phrase.count(" ") < _LONGEST:
                    membership.add((label, phrases.setdefault(phrase, len(phrases))))
    longest = max((phrase.count(" ") + 1 for phrase in phrases), default=1)
    counts = CountVectorizer(
        tokenizer=tokenize,
        token_pattern=None,
        vocabulary=phrases,
        ngram_range=(1, longest),
        binary=True,
        dtype=np.float64,
    )
    return Pipeline([("phrases", counts), ("labels", PhraseCounts(sorted(membership), len(lexicon), scale))])


def expanded(entry: str, words: Counter[str], listed: Sequence[str] | None = None) -> list[str]:
    """Return the phrases an entry stands for, tokens in lower case joined by spaces, most frequent words first.

    `listed` are the words in alphabetical order, where the caller has them at hand.
    """
    listed = sorted(words) if listed is None else listed
    options: list[list[str]] = []
    for part in entry.lower().split():
        if "*" not in part:
            options.append([" ".join(tokenize(part))])
            continue
        head = part[: part.index("*")]
        pattern = word_pattern(part)
        with_head = listed[bisect_left(listed, head) : bisect_left(listed, head + "\U0010ffff")]
        fitting = sorted((w for w in with_head if pattern.fullmatch(w)), key=lambda w: (-words[w], w))
        options.append(fitting[:_MOST_WORDS])
    return [" ".join(choice) for choice in itertools.islice(itertools.product(*options), _MOST_PHRASES)]
