"""How often labels are given, by group: shares, counts and intervals, held to the formula and to the bootstrap."""

import math

import numpy as np
import pytest

import stance
from stance.study import prevalence
from stance.study.bootstrap import Resamples

TEXTS = [
    "The kettle boils in two minutes. It leaks at the lid. I love it.",
    "",
    "It broke after a week. The shop sent another one. Buy it.",
    "It is quiet. The handle gets hot.",
]


@pytest.fixture(scope="module")
def scores(trained):
    return trained[0].score_documents(TEXTS)


def test_shares_are_mean_probabilities_and_counts_the_labels_given(codebook, scores):
    rows = prevalence(codebook, scores)
    columns = np.hstack([scores.claim_probabilities, scores.role_probabilities])
    labels = [*codebook.claim_names, *codebook.role_names]
    found = {row.label: row for row in rows}
    assert [row.label for row in rows][: len(labels)] == labels
    for k, label in enumerate(labels):
        assert found[label].share == pytest.approx(columns[:, k].mean())
        assert (found[label].group, found[label].n_sentences, found[label].n_documents) == (None, len(columns), 3)
    for k, name in enumerate(codebook.claim_names):
        assert found[name].count == scores.claims[:, k].sum()
    assert sum(row.count for row in rows if row.layer == "role") == len(columns)


def test_the_interval_is_that_of_a_ratio_over_documents(codebook, scores):
    """The formula, written out for one claim: residuals of each document from the share times its length."""
    row = prevalence(codebook, scores)[0]
    p = scores.claim_probabilities[:, 0]
    documents = [p[a:b] for a, b in zip(scores.offsets, scores.offsets[1:], strict=False) if b > a]
    share = sum(d.sum() for d in documents) / len(p)
    squares = sum((d.sum() - share * len(d)) ** 2 for d in documents)
    error = math.sqrt(len(documents) / (len(documents) - 1) * squares) / len(p)
    t = 4.302653  # the 0.975 quantile with 2 degrees of freedom
    assert row.low == pytest.approx(max(0, share - t * error), abs=1e-6)
    assert row.high == pytest.approx(min(1, share + t * error), abs=1e-6)


def test_with_many_documents_the_interval_is_the_bootstraps(codebook, trained):
    """Of 300 documents, both are within a tenth of each other's width."""
    rng = np.random.default_rng(0)
    sentences = [s for text in TEXTS if text for s in text.split(". ")]
    texts = [" ".join(rng.choice(sentences, rng.integers(1, 9))) for _ in range(300)]
    scores = trained[0].score_documents(texts)
    row = prevalence(codebook, scores)[0]
    resamples = Resamples(scores.documents.tolist(), n_resamples=4000)
    p = scores.claim_probabilities[:, 0]
    figure = resamples.figure(resamples.sums(p) / resamples.sums(np.ones(len(p))), len(p))
    width = figure.high - figure.low
    assert row.low == pytest.approx(figure.low, abs=0.1 * width)
    assert row.high == pytest.approx(figure.high, abs=0.1 * width)


def test_each_group_is_counted_by_itself(codebook, trained, scores):
    """As if its documents had been scored alone; groups come in the order first seen."""
    rows = prevalence(codebook, scores, by=iter([("taz", 1), ("taz", 2), ("SZ", 1), ("taz", 1)]))
    assert list(dict.fromkeys(row.group for row in rows)) == [("taz", 1), ("taz", 2), ("SZ", 1)]
    alone = prevalence(codebook, trained[0].score_documents([TEXTS[0], TEXTS[3]]))
    for row, same in zip([r for r in rows if r.group == ("taz", 1)], alone, strict=True):
        assert (row.label, row.count, row.n_sentences, row.n_documents) == (same.label, same.count, 5, 2)
        assert (row.share, row.low, row.high) == pytest.approx((same.share, same.low, same.high))


def test_nothing_is_said_of_a_group_without_sentences_and_no_interval_is_given_for_one_document(codebook, scores):
    """0 of 0 is not 0."""
    rows = {row.group: row for row in prevalence(codebook, scores, by=["a", "empty", "b", "b"])}
    assert (rows["empty"].share, rows["empty"].low, rows["empty"].n_sentences) == (None, None, 0)
    assert rows["a"].share is not None
    assert (rows["a"].low, rows["a"].high) == (None, None)
    assert 0 <= rows["b"].low <= rows["b"].share <= rows["b"].high <= 1


def test_rows_are_a_data_frame(codebook, scores):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(prevalence(codebook, scores, by=["a", "a", "b", "b"]))
    assert list(frame.columns)[:4] == ["group", "layer", "label", "share"]


def test_scores_of_no_documents_have_no_rows(codebook, trained):
    assert prevalence(codebook, trained[0].score_documents([])) == []


def test_what_does_not_fit_is_refused(codebook, scores):
    with pytest.raises(ValueError, match=r"by must have one value a document \(4\); got 2"):
        prevalence(codebook, scores, by=["a", "b"])
    with pytest.raises(TypeError, match=r"scores must be a DocumentScores, as Model\.score_documents returns it; got"):
        prevalence(codebook, [])
    with pytest.raises(ValueError, match="scores must be of the codebook's 26 claims, roles and voices; they have"):
        prevalence(stance.load_codebook("security"), scores)
