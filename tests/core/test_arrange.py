"""Columns in the order of rows, and pairs of words by number: the same scores, stored and loaded alike."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import textbook
from hypothesis import given
from hypothesis import strategies as st

import stance.core
from stance.compiled import CompiledPipeline, load_compiled
from stance.compiled.heads import Linear
from stance.core.arrange import arranged
from stance.core.plan import Block, Phrases, Plan, Terms
from stance.errors import ModelError

PATHS: list[Any] = ["core", "plain"] if stance.core.available() else ["plain"]
WORDS = ["a", "b", "c", "é", "über", "\ud800", "a_word_of_more_than_16_bytes", "another_word_of_more_than_16_bytes"]


def block(terms: list[str], **settings: Any) -> Block:
    random = np.random.default_rng(len(terms))
    return Block(**{
        "analyzer": "word", "tokens": "space", "ngram_range": (1, 2), "lowercase": False, "strip_accents": None,
        "stop_words": None, "vocabulary": Terms.of(terms), "n_hashed": 0, "alternate_sign": False, "binary": False,
        "sublinear_tf": True, "norm": "l2", "scale": random.choice([1.0, 1.5, 2.25, 3.5], len(terms)),
        "weights": random.normal(size=(len(terms), 3)), **settings,
    })  # fmt: skip


def pipeline(plan: Plan, path: Any) -> CompiledPipeline:
    return CompiledPipeline(plan, Linear(0, 3, np.array(["x", "y", "z"], dtype=object), "none"), path=path)


grams = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)


@pytest.mark.parametrize("path", PATHS)
@given(
    terms=st.lists(grams, min_size=1, max_size=40, unique=True),
    texts=st.lists(st.lists(st.sampled_from([*WORDS, "d"]))),
)
def test_an_arranged_plan_scores_as_the_plan(path: Any, terms: list[str], texts: list[list[str]]) -> None:
    """With words that only stand in pairs, long words, repeated pairs; the textbook is the judge."""
    plan = Plan((block(terms),), np.array([0.5, -0.25, 0.0]))
    other = arranged(plan)
    vocabulary = other.blocks[0].vocabulary
    assert isinstance(vocabulary, Phrases)
    assert sorted(vocabulary) == sorted(terms) == sorted(vocabulary[i] for i in range(len(vocabulary)))
    joined = [" ".join(text) for text in texts]
    if joined:
        wanted = np.array([textbook.score(plan, text)[0] for text in joined])
        found = pipeline(other, path)
        np.testing.assert_allclose(found._run(joined, float64=True), wanted, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found._run(joined, float64=False), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"ngram_range": (1, 3)},
        {"stop_words": Terms.of(["b"])},
        {"analyzer": "char_wb", "tokens": None},
        {"vocabulary": Terms.of(["b a", "a", "c", " a"])},
    ],
    ids=str,
)
def test_other_blocks_keep_their_terms_in_the_order_of_rows(settings: dict[str, Any]) -> None:
    """Longer n-grams, stop words, characters, and terms that no text has."""
    plan = Plan((block(["b a", "a", "c", "b"], **settings),), np.zeros(3))
    (found,) = arranged(plan).blocks
    assert isinstance(found.vocabulary, Terms)
    assert (np.diff(found.scale) >= 0).all()
    for path in PATHS:
        before, after = (
            pipeline(p, path)._run(["b a c", "a b a", "", "c c"], float64=True) for p in (plan, arranged(plan))
        )
        np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    plan = arranged(Plan((block(["b a", "a", "c", "a d", "c c"]),), np.zeros(3)))
    pipeline(plan, None).save(tmp_path / "stored")
    return tmp_path / "stored"


def test_pairs_are_stored_and_loaded(stored: Path) -> None:
    """Words once, pairs as numbers; a slice and the iterator give the terms."""
    vocabulary = load_compiled(stored).plan.blocks[0].vocabulary
    assert isinstance(vocabulary, Phrases)
    assert sorted(vocabulary) == sorted(vocabulary[:]) == ["a", "a d", "b a", "c", "c c"]
    assert vocabulary == load_compiled(stored, verify="sizes").plan.blocks[0].vocabulary
    assert sorted(vocabulary.words) == ["a", "b", "c", "d"]
    scores = load_compiled(stored).decision_function(["b a d c c"])
    assert np.array_equal(scores, load_compiled(stored).decision_function(["b a d c c"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda i, p: p.__setitem__((0, 1), 4), "pairs must be of the 4 words; got number 4"),
        (lambda i, p: p.__setitem__((2, 0), 2**32 - 1), "pairs must be of the 4 words"),
        (lambda i, p: i["blocks"][0]["vocabulary"].update(n_single=5), "n_single must be a whole number from 0 to 4"),
        (lambda i, p: i["blocks"][0]["vocabulary"].update(n_single=1), "block0.scale"),
        (lambda i, p: i["blocks"][0].update(ngram_range=[1, 3]), r"pairs of words go with words, ngram_range \(1, 2\)"),
        (lambda i, p: i["arrays"]["block0.vocabulary.pairs"].update(dtype="<i8"), "block0.vocabulary.pairs"),
    ],
)
def test_pairs_that_are_none_are_refused(stored: Path, change: Any, message: str) -> None:
    """Numbers beyond the words, other sizes, and settings that pairs do not fit, whoever wrote them."""
    index = json.loads((stored / "compiled.json").read_text())
    pairs = np.load(stored / "block0.vocabulary.pairs.npy")
    change(index, pairs)
    (stored / "compiled.json").write_text(json.dumps(index))
    np.save(stored / "block0.vocabulary.pairs.npy", pairs)
    with pytest.raises(ModelError, match=message) as raised:
        load_compiled(stored, verify="sizes")
    assert str(stored) in str(raised.value)


@pytest.mark.skipif(not stance.core.available(), reason="the core is not built")
def test_the_core_reads_no_word_that_is_not_there() -> None:
    """Also where the numbers change after they were checked."""
    plan = arranged(Plan((block(["b a", "a"]),), np.zeros(3)))
    plan.blocks[0].vocabulary.pairs[0, 0] = 2  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="pairs must be of the words given"):
        stance.core.engine(plan)


def test_words_of_pairs_are_words() -> None:
    """Empty ones and those with a space are no words, and there must be as many as have a column."""
    pairs = np.zeros((1, 2), np.uint32)
    for words in (["a", ""], ["a", "b c"]):
        with pytest.raises(ValueError, match="must not be empty nor hold a space"):
            Phrases(Terms.of(words), pairs, 1)
    with pytest.raises(ValueError, match="must be among the 1"):
        Phrases(Terms.of(["a"]), pairs, 2)
    with pytest.raises(ValueError, match="two a row"):
        Phrases(Terms.of(["a"]), pairs.astype(np.int64), 1)  # type: ignore[arg-type]
