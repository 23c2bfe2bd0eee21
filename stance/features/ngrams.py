"""Sentences → word and character n-grams, on scikit-learn's vectorizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.tokens import tokenize

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion, Pipeline


def sentence_features(*, min_df: int = 2, lexicon: Pipeline | None = None) -> FeatureUnion:
    """Return the features of sentences, not yet fitted: TF-IDF of words and word pairs by our tokens, and of
    3 to 5 characters within words, each L2-normalized; and the cue phrases of a lexicon (`lexicon_features`).
    n-grams in fewer than `min_df` sentences are left out.
    """
    return _features(min_df, lexicon)


def target_features(*, min_df: int = 2, lexicon: Pipeline | None = None) -> FeatureUnion:
    """Return the features of target views (`stance.features.target_view`), not yet fitted: the same n-grams, and from
    one sentence more, since a sentence has a view for each of its targets.
    """
    return _features(min_df + 1 if min_df > 1 else 1, lexicon)


def _features(min_df: int, lexicon: Pipeline | None) -> FeatureUnion:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    words = TfidfVectorizer(
        tokenizer=tokenize, token_pattern=None, ngram_range=(1, 2), min_df=min_df, sublinear_tf=True
    )
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=min_df + 1, sublinear_tf=True)
    parts = [("words", words), ("characters", characters)]
    return FeatureUnion(parts if lexicon is None else [*parts, ("lexicon", lexicon)])
