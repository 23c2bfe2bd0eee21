"""Splits by document: what is alike stays together, and nothing moves when the corpus grows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.corpus import document_groups, split_corpus
from stance.corpus.reading import read_corpus_rows
from stance.errors import CorpusError

LONG = "The ministers of both countries agreed on Tuesday to open the border bridge again in spring."


def corpus_of(documents):
    rows = [(f"row {i}", {"document": d, "text": t}) for i, (d, t) in enumerate(documents)]
    return read_corpus_rows(rows, name="corpus")


def own(i):
    return " ".join(f"w{i}x{k}" for k in range(9))


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=40), st.integers(0, 3))
def test_no_document_is_on_two_sides(numbers, seed):
    """Whatever the documents and the seed; the parts are the whole."""
    corpus = corpus_of([(f"d{n}", own(i)) for i, n in enumerate(numbers)])
    parts = split_corpus(corpus, [0.7, 0.3], seed=seed)
    assert not set(parts[0].documents) & set(parts[1].documents)
    assert {s.key for part in parts for s in part} == {s.key for s in corpus}


@pytest.mark.parametrize("seed", range(8))
def test_near_duplicates_are_never_on_two_sides(seed):
    """Two documents share a sentence but for one word; where one goes the other goes."""
    documents = [(f"d{i}", own(i)) for i in range(20)] + [("d3", LONG), ("d11", LONG.replace("spring", "May"))]
    for part in split_corpus(corpus_of(documents), [0.5, 0.5], seed=seed):
        assert ("d3" in part.documents) == ("d11" in part.documents)


def test_documents_that_share_a_near_duplicate_are_one_group_and_groups_chain():
    """a-b and b-c make one group of three; short sentences tie nobody."""
    other = own(99)
    corpus = corpus_of(
        [("a", LONG), ("b", LONG.upper()), ("b", other), ("c", other), ("d", "Thank you."), ("e", "Thank you.")]
    )
    groups = dict(zip(corpus.documents, document_groups(corpus).tolist(), strict=True))
    assert groups["a"] == groups["b"] == groups["c"]
    assert len({groups["a"], groups["d"], groups["e"]}) == 3


def test_sentences_that_share_less_than_half_their_five_word_runs_are_not_alike():
    """A stock phrase of five words ties no documents."""
    corpus = corpus_of(
        [("a", f"{own(1)} in the name of peace {own(2)}"), ("b", f"{own(3)} in the name of peace {own(4)}")]
    )
    assert len(np.unique(document_groups(corpus))) == 2


def test_the_same_seed_gives_the_same_parts_and_another_seed_others():
    """Splits can be made again."""
    corpus = corpus_of([(f"d{i}", own(i)) for i in range(60)])
    one, two, other = (split_corpus(corpus, [1, 1], seed=s)[0].documents for s in (1, 1, 2))
    assert one == two
    assert one != other


def test_documents_keep_their_side_when_the_corpus_grows():
    """The part depends on the document's own id."""
    small = corpus_of([(f"d{i}", own(i)) for i in range(40)])
    large = corpus_of([(f"d{i}", own(i)) for i in range(80)])
    before, after = (set(split_corpus(c, [0.8, 0.2])[1].documents) for c in (small, large))
    assert before <= after


def test_parts_have_about_the_shares_asked_for():
    """600 documents, 70 : 20 : 10."""
    parts = split_corpus(corpus_of([(f"d{i}", own(i)) for i in range(600)]), [7, 2, 1])
    assert [round(len(part) / 600, 1) for part in parts] == [0.7, 0.2, 0.1]


@pytest.mark.parametrize("shares", [[1.0], [], [0.5, 0.0], [1, -1]])
def test_shares_that_make_no_split_are_refused(shares):
    """Two or more, all positive; the value given is shown."""
    with pytest.raises(CorpusError, match="shares must be two or more positive numbers; got"):
        split_corpus(corpus_of([("a", "One.")]), shares)


def alike_pair_by_pair(corpus):
    """The definition, word for word: every pair of sentences compared, their documents joined until nothing moves."""
    words = ["".join(c if c.isalnum() else " " for c in s.text.casefold()).split() for s in corpus]
    runs = [{tuple(w[i : i + 5]) for i in range(len(w) - 4)} for w in words]
    group = {d: i for i, d in reversed(list(enumerate(dict.fromkeys(corpus.documents))))}
    pairs = [(i, j) for i in range(len(runs)) for j in range(i) if runs[i] and runs[j]]
    for _ in group:
        for i, j in pairs:
            if 2 * len(runs[i] & runs[j]) >= min(len(runs[i]), len(runs[j])):
                a, b = (group[corpus.sentences[k].document] for k in (i, j))
                group = {d: min(a, b) if g in (a, b) else g for d, g in group.items()}
    return [group[d] for d in corpus.documents]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.text("abc ", min_size=1, max_size=24)), min_size=1, max_size=24))
def test_groups_are_those_of_comparing_every_pair(documents):
    corpus = corpus_of([(f"d{n}", " ".join(text) + " .") for n, text in documents])
    assert document_groups(corpus).tolist() == alike_pair_by_pair(corpus)


def test_a_formula_that_every_document_repeats_takes_no_time_for_each_pair():
    """Twenty thousand speeches thank the president: pair by pair that would be an hour."""
    corpus = corpus_of([(f"d{i}", LONG) for i in range(20_000)])
    assert not document_groups(corpus).any()


@pytest.mark.parametrize("shares", [0.5, "ab", ["a", "b"], [1], [1, -1], [1, float("nan")], [1, float("inf")], None])
def test_shares_that_are_no_positive_numbers_are_refused(shares):
    with pytest.raises(CorpusError, match="shares must be two or more positive numbers; got"):
        split_corpus(corpus_of([("a", "One."), ("b", "Two.")]), shares)
