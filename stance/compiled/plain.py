"""Texts → scores on scikit-learn and SciPy: the path that needs no compiled core, and its specification."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.core.plan import Block, Plan

_PATTERNS = {"default": r"(?u)\b\w\w+\b", "word": r"(?u)\b\w+\b", "space": r"(?u)\S+"}


class PlainEngine:
    """A plan, scored in float64 by vectorizers of scikit-learn rebuilt from it and one sparse product."""

    def __init__(self, plan: Plan) -> None:
        self._blocks = [(_vectorizer(b), b) for b in plan.blocks]
        self._weights = np.concatenate([b.weights for b in plan.blocks], dtype=np.float64) if plan.blocks else None
        self._intercept = plan.intercept

    def values(self, texts: Sequence[str]) -> Any:
        """Return the values of all columns before the weights, a CSR matrix (n_texts, n_columns)."""
        from scipy import sparse

        found = [_values(vectorizer, block, texts) for vectorizer, block in self._blocks]
        return found[0] if len(found) == 1 else sparse.hstack(found, format="csr")

    def score(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the scores, float64 (n_texts, n_outputs); raises what the vectorizers raise."""
        if self._weights is None:
            return np.tile(self._intercept, (len(texts), 1))
        return np.asarray(self.values(texts) @ self._weights) + self._intercept


def _tokenizer(block: Block) -> Callable[[str], list[str]] | None:
    if block.tokens == "stance":
        from stance.tokens import tokenize

        return tokenize
    if block.tokens == "nltk_word":
        from nltk.tokenize import NLTKWordTokenizer

        tokenize_nltk: Callable[[str], list[str]] = NLTKWordTokenizer().tokenize
        return tokenize_nltk
    return None


def _vectorizer(block: Block) -> Any:
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer

    settings = {
        "analyzer": block.analyzer,
        "ngram_range": block.ngram_range,
        "lowercase": block.lowercase,
        "strip_accents": block.strip_accents,
        "stop_words": None if block.stop_words is None else list(block.stop_words),
        "tokenizer": _tokenizer(block),
        "token_pattern": _PATTERNS.get(block.tokens or ""),
    }
    if block.vocabulary is None:
        vectorizer = HashingVectorizer(
            **settings, n_features=block.n_hashed, alternate_sign=block.alternate_sign, binary=block.binary, norm=None
        )
    else:
        vocabulary = {term: column for column, term in enumerate(block.vocabulary)}
        vectorizer = CountVectorizer(**settings, vocabulary=vocabulary, binary=block.binary, dtype=np.float64)
    with warnings.catch_warnings():  # that stop words look inconsistent was said when the original was fitted
        warnings.simplefilter("ignore")
        vectorizer.build_analyzer()
    return vectorizer


def _values(vectorizer: Any, block: Block, texts: Sequence[str]) -> Any:
    from sklearn.preprocessing import normalize

    counts = vectorizer.transform(texts)
    if block.sublinear_tf:
        np.log(counts.data, counts.data)
        counts.data += 1.0
    counts.data *= block.scale[counts.indices]
    return counts if block.norm is None else normalize(counts, norm=block.norm, copy=False)
