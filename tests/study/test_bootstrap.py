"""The bootstrap over documents: what is drawn, what is summed, and whether intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.study.bootstrap import Resamples
from stance.study.metrics import ratio


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=30))
def test_sums_by_resample_are_the_sums_of_the_documents_drawn(documents):
    """Against adding up the drawn documents' rows one by one."""
    resamples = Resamples(documents, n_resamples=5, seed=3)
    values = np.arange(len(documents)) ** 2.0
    names = list(dict.fromkeys(documents))
    by_document = np.array([sum(v for d, v in zip(documents, values, strict=True) if d == name) for name in names])
    np.testing.assert_allclose(resamples.sums(values), resamples.counts @ by_document)


def test_the_first_resample_is_the_sample_itself():
    """So that one pass gives the figure and its interval."""
    resamples = Resamples(["a", "a", "b"], n_resamples=10)
    assert resamples.sums([1, 2, 4])[0] == 7
    assert resamples.counts[0].tolist() == [1, 1]


def test_as_many_documents_are_drawn_as_there_are():
    """Every resample counts up to the number of documents, whatever their lengths."""
    resamples = Resamples(list("aabbbcdd"), n_resamples=50)
    assert (resamples.counts.sum(axis=1) == 4).all()


def test_rows_may_be_several_to_a_sentence_or_none():
    """`rows` says whose each value is."""
    resamples = Resamples(["a", "b"], n_resamples=0)
    assert resamples.sums([1.0, 2.0, 3.0], rows=[0, 0, 1]).tolist() == [6.0]


def test_the_same_seed_gives_the_same_resamples_and_another_seed_others():
    """Intervals can be made again."""
    one, two, other = (Resamples(range(30), n_resamples=20, seed=s).counts for s in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_document_ids_do_not_matter_only_which_sentences_share_one():
    """Renaming documents changes no draw."""
    one = Resamples(["x", "x", "y", "z"], n_resamples=20).sums([1, 2, 3, 4])
    two = Resamples(["9", "9", "10", "1"], n_resamples=20).sums([1, 2, 3, 4])
    np.testing.assert_array_equal(one, two)


def test_one_document_has_no_interval():
    """An interval of one document would have no width, and lie."""
    resamples = Resamples(["only", "only"], n_resamples=100)
    figure = resamples.figure(ratio(resamples.sums([1, 0]), resamples.sums([1, 1])), 2)
    assert (figure.value, figure.low, figure.high, figure.n) == (0.5, None, None, 2)


def test_an_undefined_figure_is_none():
    """0 of 0 has no value and no interval."""
    resamples = Resamples(["a", "b"], n_resamples=10)
    figure = resamples.figure(ratio(resamples.sums([0, 0]), resamples.sums([0, 0])), 0)
    assert (figure.value, figure.low, figure.high) == (None, None, None)


def test_intervals_are_over_the_resamples_in_which_the_figure_is_defined():
    """A label of one document of two is undefined in resamples without it, and 1 in all others."""
    resamples = Resamples(["a", "b"], n_resamples=100)
    sums = resamples.sums([1, 0])
    figure = resamples.figure(ratio(sums, sums), 1)
    assert (figure.value, figure.low, figure.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("spread", [0.0, 0.25])
def test_nineteen_intervals_of_twenty_hold_the_true_rate_though_sentences_of_a_document_are_alike(spread):
    """Documents of 10 sentences whose own rates differ by `spread`; an interval over sentences would be too narrow."""
    rng = np.random.default_rng(7)
    hits = 0
    for trial in range(200):
        rates = 0.5 + spread * rng.choice([-1, 1], 40)
        outcomes = (rng.random((40, 10)) < rates[:, None]).ravel()
        resamples = Resamples(np.repeat(np.arange(40), 10).tolist(), n_resamples=300, seed=trial)
        figure = resamples.figure(resamples.sums(outcomes) / resamples.sums(np.ones(400)), 400)
        hits += figure.low <= 0.5 <= figure.high
    assert 180 <= hits <= 199
