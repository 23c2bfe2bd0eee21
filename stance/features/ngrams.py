"""Sentences → word and character n-grams, on scikit-learn's vectorizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.tokens import tokenize

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion


def sentence_features(*, min_df: int = 2) -> FeatureUnion:
    """Return the features of sentences, not yet fitted: TF-IDF of words and word pairs by our tokens, and of
    3 to 5 characters within words; each L2-normalized. n-grams in fewer than `min_df` sentences are left out.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    words = TfidfVectorizer(
        tokenizer=tokenize, token_pattern=None, ngram_range=(1, 2), min_df=min_df, sublinear_tf=True
    )
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=min_df + 1, sublinear_tf=True)
    return FeatureUnion([("words", words), ("characters", characters)])


def target_features(*, min_df: int = 2) -> FeatureUnion:
    """Return the features of target views (`stance.features.target_view`), not yet fitted: the same n-grams, with
    up to three words.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    words = TfidfVectorizer(
        tokenizer=tokenize, token_pattern=None, ngram_range=(1, 3), min_df=min_df, sublinear_tf=True
    )
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=min_df + 1, sublinear_tf=True)
    return FeatureUnion([("words", words), ("characters", characters)])
