"""Words and pairs of words in blocks of texts: large vocabularies, repeated pairs, many texts."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

import stance.core
from stance.core.plan import Block, Plan, Terms

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

SETTINGS = [
    {"sublinear_tf": True},
    {"binary": True, "norm": "l1"},
    {"norm": "l1", "stop_words": ["b", "e1"]},
    {"use_idf": False, "ngram_range": (1, 1), "stop_words": ["c"]},
    {"ngram_range": (2, 2)},
    {"ngram_range": (1, 3)},
]


def plan_of(vectorizer: TfidfVectorizer, n_outputs: int = 3) -> Plan:
    """The plan of a fitted TfidfVectorizer of words with random weights."""
    terms = vectorizer.get_feature_names_out()
    stop_words = vectorizer.get_stop_words()
    block = Block(
        analyzer="word", tokens="word", ngram_range=vectorizer.ngram_range, lowercase=True, strip_accents=None,
        stop_words=None if stop_words is None else Terms.of(sorted(stop_words)),
        vocabulary=Terms.of(terms), n_hashed=0, alternate_sign=False, binary=vectorizer.binary,
        sublinear_tf=vectorizer.sublinear_tf, norm=vectorizer.norm,
        scale=np.asarray(vectorizer.idf_ if vectorizer.use_idf else np.ones(len(terms)), dtype=np.float64),
        weights=np.random.default_rng(3).normal(size=(len(terms), n_outputs)),
    )  # fmt: skip
    return Plan((block,), np.zeros(n_outputs))


def assert_scores_of(vectorizer: TfidfVectorizer, texts: list[str]) -> None:
    plan = plan_of(vectorizer)
    weights = plan.blocks[0].weights
    features = vectorizer.transform(texts)
    engine = stance.core.engine(plan)
    np.testing.assert_allclose(engine.score(texts, "float64"), features @ weights, rtol=1e-12, atol=1e-12)
    size = 1 + abs(features) @ np.abs(weights)
    assert (np.abs(engine.score(texts) - features @ weights) <= 1e-5 * size).all()


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("alphabet", ["abc", "abcdefghijklmnopqrstuvwxyz"])
def test_words_and_pairs_that_come_again_are_counted(setting, alphabet):
    rng = np.random.default_rng(len(alphabet))
    words = [*alphabet, *(c + "1" for c in alphabet), "é", "über"]
    lengths = [0, 1, 2, 3, 20, 63, 64, 65, 66, 128, 129, 500, 3000, 20_000]
    texts = [" ".join(rng.choice(words, size=n)) for n in [*lengths, *rng.integers(0, 90, size=60)]]
    vectorizer = TfidfVectorizer(**{"ngram_range": (1, 2), "token_pattern": r"\b\w+\b", **setting})
    vectorizer.fit([*texts[::2], "a b c"])
    assert_scores_of(vectorizer, texts)


@pytest.mark.parametrize("n_words", [65_534, 65_535, 65_536, 70_001])
def test_vocabularies_on_both_sides_of_two_bytes_a_word(n_words):
    rng = np.random.default_rng(0)
    names = np.array([f"w{i}" for i in range(n_words)])
    texts = [" ".join(rng.choice(names[-300:], size=12)) for _ in range(400)]
    seen = sorted({a + " " + b for t in texts[:300] for a, b in zip(t.split(), t.split()[1:], strict=False)})
    vocabulary = {term: i for i, term in enumerate([*names, *seen])}
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), vocabulary=vocabulary, token_pattern=r"\b\w+\b")
    vectorizer.fit(texts[:5])
    assert_scores_of(vectorizer, texts)


def test_more_texts_than_a_text_number_can_count():
    words = ["a", "b", "a b", "b a", "c", "c c"]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), vocabulary=words, token_pattern=r"\b\w+\b").fit(["a b", "b a c c"])
    engine = stance.core.engine(plan_of(vectorizer))
    few = ["a b a b", "c c c", "a", "b", "", "a a b"]
    expected = engine.score(few)
    many = engine.score(few * 25_000)
    assert (many.reshape(25_000, *expected.shape) == expected).all()
