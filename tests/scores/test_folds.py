"""Folds: whole documents, even shares of rare labels, the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.scores.folds import document_folds


@given(
    st.lists(st.tuples(st.integers(0, 9), st.lists(st.sampled_from([0.0, 0.5, 1.0, np.nan]), min_size=2, max_size=2)),
             min_size=2, max_size=60).filter(lambda rows: len({g for g, _ in rows}) > 1),
    st.integers(2, 6),
    st.integers(0, 3),
)  # fmt: skip
def test_a_document_is_in_one_fold_and_no_fold_is_skipped(rows, n_folds, seed):
    """Whatever labels, gaps and sizes; at most as many folds as documents."""
    groups, Y = np.array([g for g, _ in rows]), np.array([y for _, y in rows])
    folds = document_folds(Y, groups, n_folds=n_folds, seed=seed)
    assert folds.min() >= 0
    assert folds.max() < min(n_folds, len(set(groups.tolist())))
    for group in set(groups.tolist()):
        assert len(set(folds[groups == group].tolist())) == 1


def test_a_rare_label_is_spread_evenly_over_the_folds():
    """Ten positives in ten documents of fifty: two in each of five folds."""
    groups = np.repeat(np.arange(50), 4)
    Y = np.zeros((200, 2))
    Y[np.arange(0, 40, 4), 0] = 1
    Y[::2, 1] = 1
    folds = document_folds(Y, groups, n_folds=5)
    assert [int(Y[folds == k, 0].sum()) for k in range(5)] == [2] * 5


def test_folds_have_about_the_same_number_of_sentences():
    """Documents of 1 to 20 sentences, five folds."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(100), rng.integers(1, 21, 100))
    Y = (rng.random((len(groups), 6)) < [0.5, 0.2, 0.1, 0.05, 0.02, 0.01]).astype(float)
    sizes = np.bincount(document_folds(Y, groups, n_folds=5))
    assert sizes.max() < 1.25 * sizes.min()


def test_the_same_seed_gives_the_same_folds():
    """And another one deals ties otherwise."""
    groups, Y = np.arange(60), np.eye(3)[np.arange(60) % 3]
    one, two, other = (document_folds(Y, groups, n_folds=4, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_a_single_document_cannot_be_folded():
    """The number found is in the error."""
    with pytest.raises(ValueError, match="need two documents or more; got 1"):
        document_folds(np.ones((3, 1)), ["a", "a", "a"], n_folds=5)


def test_near_duplicates_share_a_fold_when_groups_come_from_the_corpus():
    """Groups of `document_groups` hold documents that share a sentence: no fold parts them."""
    from stance.corpus import document_groups
    from stance.corpus.reading import read_corpus_rows

    same = "The ministers of both countries agreed on Tuesday to open the border bridge again."
    rows = [(f"r{i}", {"document": f"d{i}", "text": " ".join(f"w{i}x{k}" for k in range(9))}) for i in range(20)]
    rows += [("s", {"document": "d4", "text": same}), ("t", {"document": "d17", "text": same})]
    corpus = read_corpus_rows(rows, name="corpus")
    for seed in range(5):
        folds = document_folds(np.ones((len(corpus), 1)), document_groups(corpus), n_folds=5, seed=seed)
        where = {d: set(folds[np.array(corpus.documents) == d].tolist()) for d in ("d4", "d17")}
        assert where["d4"] == where["d17"]
        assert len(where["d4"]) == 1
