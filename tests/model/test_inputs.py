"""What may be given to a model, and the errors for what may not: nothing is labelled that nobody meant as a text."""

import numpy as np
import pytest

import stance
from stance.errors import TextError

SENTENCES = ["Russia is a threat to Europe.", "China praised the talks.", "NATO must leave."]


@pytest.fixture(params=[None, "plain"], scope="module")
def model(request):
    return stance.load("security-en", path=request.param)


@pytest.fixture(params=["label_documents", "score_documents", "probabilities"])
def call(request, model):
    """One of the calls that take several texts."""
    method = getattr(model, request.param)
    return lambda texts: list(method(texts)) if request.param == "label_documents" else method(texts)


def test_a_dict_is_not_labelled_by_its_keys(call):
    with pytest.raises(TypeError, match=r"must be several texts.*got a dict: give its values\(\)"):
        call({"first.txt": SENTENCES[0]})


def test_a_table_is_not_labelled_by_the_names_of_its_columns(call):
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TextError, match=r"must be one column of texts; got a DataFrame of shape \(3, 1\)"):
        call(pandas.DataFrame({"text": SENTENCES}))


@pytest.mark.parametrize("texts", [None, 3])
def test_what_is_no_collection_says_what_must_be_given(call, texts):
    with pytest.raises(TypeError, match=f"must be several texts, such as a list of str; got {type(texts).__name__}"):
        call(texts)


@pytest.mark.parametrize("kind", ["array", "chunked_array", "dictionary"])
def test_arrow_strings_are_texts_everywhere(model, kind):
    pyarrow = pytest.importorskip("pyarrow")
    texts = pyarrow.chunked_array([SENTENCES]) if kind == "chunked_array" else pyarrow.array(SENTENCES)
    texts = texts.dictionary_encode() if kind == "dictionary" else texts
    assert [d.text for d in model.label_documents(texts)] == SENTENCES
    np.testing.assert_array_equal(model.probabilities(texts).claims, model.probabilities(SENTENCES).claims)


def test_named_texts_are_scored_as_they_are_labelled(model):
    """A pair of id and text is one text, and not two sentences of which the first is the id."""
    named = list(zip(["a", "b", "c"], SENTENCES, strict=True))
    scores = model.score_documents(named)
    assert scores.offsets.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(scores.claim_probabilities, model.score_documents(SENTENCES).claim_probabilities)


def test_an_id_that_is_no_str_is_named(call):
    with pytest.raises(TypeError, match=r"(its id must be str, got int 7|sentences\[0\] must be str, got tuple)"):
        call([(7, SENTENCES[0])])


def test_what_is_no_text_is_named_by_its_index_after_what_came_before_it(model):
    texts = iter(["Fine."] * 1000 + [None] + ["Fine."])
    labelled = []
    with pytest.raises(TypeError, match=r"texts\[1000\] must be str, got None"):
        labelled.extend(model.label_documents(texts))
    assert [document.id for document in labelled] == [str(i) for i in range(1000)]


def test_documents_before_a_failing_source_of_texts_are_labelled(model):
    def texts():
        yield from ["Fine."] * 3
        raise OSError("the disk is gone")

    labelled = []
    with pytest.raises(OSError, match="the disk is gone"):
        labelled.extend(model.label_documents(texts()))
    assert len(labelled) == 3


@pytest.mark.parametrize(
    ("item", "name"), [(["Fine.", 3], r"texts\[1\]\[1\]"), (("id", ["Fine.", 3]), r"texts\[1\]\[1\]\[1\]")]
)
def test_a_ready_sentence_that_is_no_str_is_named(model, item, name):
    with pytest.raises(TypeError, match=rf"{name} must be str, got int 3"):
        model.score_documents(["Fine.", item])


def test_ids_of_sentences_are_taken_by_position(model):
    """A Series with another index, as rows that were sorted have, gives neighbours by position and not by label."""
    pandas = pytest.importorskip("pandas")
    ids = pandas.Series(["b", "a", "a"], index=[2, 0, 1])
    expected = model.probabilities(SENTENCES, documents=["b", "a", "a"])
    np.testing.assert_array_equal(model.probabilities(SENTENCES, documents=ids).roles, expected.roles)


def test_scores_are_of_several_sentences(model):
    with pytest.raises(TypeError, match="sentences must be several texts"):
        model.scores("Fine.")
    with pytest.raises(TypeError, match=r"sentences\[0\] must be str, got None"):
        model.scores([None])


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([{}], r"targets must have one mapping a sentence \(3\); got 1"),
        ([["Russia"], {}, {}], r"targets\[0\] must map names to spans; got list \['Russia'\]"),
        ([{}, {"China": [(0, 500)]}, {}], r"targets\[1\]\['China'\] must be spans in the sentence, of 24 characters"),
    ],
)
def test_targets_that_do_not_fit_their_sentences_are_named(model, targets, message):
    with pytest.raises((TypeError, ValueError), match=message):
        model.stance_probabilities(SENTENCES, targets)


def test_a_table_of_actors_is_asked_for_with_its_article(model):
    with pytest.raises(TypeError, match="actors must be an ActorTable, as"):
        model.with_actors("mine.tsv")
