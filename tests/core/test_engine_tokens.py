"""The tokens that the core replays, against NLTK's and our own."""

import nltk
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import NLTKWordTokenizer

import stance.core
from stance.core.plan import Block, Plan, Terms
from stance.tokens import tokenize

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

PIECES = st.sampled_from([
    *"'\"`.,:;?!()[]{}<>-_/$%&*@#«»“”‘’„–—‒abA ", "''", "``", "'s", "'S ", "'ll ", "n't", "N'T ", "don't ", "cannot",
    "gonna ", "  ", "\n", "\t", "..", "...", "--", "---", "1", "23", "é", "ſ", "İ", "ı", "it", " 'tis", " 'Twas",
    "'tıs", "more'n", "d'ye", "wanna ", "Gimme", "gımme", "lemme ", "gotta", "\u0661", "\u0300", "²", "\x1c", "\x85",
    "\xa0", "\u2028", "\ud800", "\x00",
    "the ", "U.S.", "o'clock ", "'re ", "'ve", "'d ", "'m", "中", ". ", ".\"", ".) ", "n",
])  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(st.characters(codec=None), max_size=40))


def replayed(text: str, directly: bool) -> list[str]:
    """The tokens of the core's replay, by its one pass or by the substitutions one after another."""
    made = stance.core._compiled.nltk_text(text.encode("utf-8", "surrogatepass"), directly)
    return made.decode("utf-8", "surrogatepass").split()


@pytest.mark.skipif(not hasattr(nltk, "redos"), reason="NLTK up to 3.9 has other classes of characters")
@settings(max_examples=2000, deadline=None)
@given(TEXTS)
def test_nltk_words_are_replayed(text):
    """Any text: the tokens of NLTKWordTokenizer, by both ways."""
    expected = NLTKWordTokenizer().tokenize(text)
    assert replayed(text, directly=True) == expected
    assert replayed(text, directly=False) == expected


TOKENIZERS = {"stance": tokenize, "nltk_word": NLTKWordTokenizer().tokenize}


@pytest.mark.parametrize("tokens", sorted(TOKENIZERS))
@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from([(1, 1), (1, 2), (2, 3)]), st.booleans())
def test_scores_count_the_tokens_of_the_tokenizer(tokens, texts, ngram_range, lowercase):
    """The counts of the n-grams of these tokens, times their weights."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(
        tokenizer=TOKENIZERS[tokens], token_pattern=None, ngram_range=ngram_range, lowercase=lowercase
    )
    try:
        features = vectorizer.fit_transform(texts)
    except ValueError:  # no token at all
        return
    terms = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    weights = np.arange(1.0, 2 * len(terms) + 1).reshape(len(terms), 2)
    block = Block(
        analyzer="word", tokens=tokens, ngram_range=ngram_range, lowercase=lowercase, strip_accents=None,
        stop_words=None, vocabulary=Terms.of(terms), n_hashed=0, alternate_sign=False, binary=False,
        sublinear_tf=False, norm=None, scale=np.ones(len(terms)), weights=weights,
    )  # fmt: skip
    engine = stance.core.engine(Plan((block,), np.zeros(2)))
    np.testing.assert_array_equal(engine.score(texts, dtype="float64"), features @ weights)
