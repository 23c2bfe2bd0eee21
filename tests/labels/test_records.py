"""Labelled documents: frozen, exact, and the same again after JSON."""

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stance
from stance.errors import TextError

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200) | st.lists(
    st.sampled_from(
        [
            "Beijing",
            "the U.S.",
            "they",
            "must stop.",
            "“so-called”",
            "\n\n",
            "\r\n",
            "said",
            "NATO-led",
            "😀",
            "\x00",
            " ",
        ]
    ),
    max_size=30,
).map(" ".join)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.filterwarnings("ignore:.*does not look like English")
@QUICK
@given(text=ANY_TEXT)
def test_any_text_is_labelled_with_exact_spans_and_the_same_way_twice(model, text):
    """Labelling never raises on a str, spans round-trip, and labels are a function of the text."""
    document = model.label(text)
    end = 0
    for sentence in document.sentences:
        start, stop = sentence.span
        assert end <= start <= stop
        assert text[start:stop] == sentence.text
        for found in sentence.stance.values():
            assert all(start <= a < b <= stop for a, b in found.spans)
        end = stop
    assert model.label(text) == document
    assert stance.Document.from_json(document.to_json()) == document


def test_records_are_frozen_and_can_be_pickled(model):
    """No field and no stance can be changed; a copy made elsewhere is equal."""
    document = model.label("Beijing must stop. Talks went on.")
    with pytest.raises(AttributeError):
        document.sentences[0].text = "other"
    with pytest.raises(TypeError, match="cannot be changed"):
        document.sentences[0].stance["China"] = None
    assert pickle.loads(pickle.dumps(document)) == document


def test_ready_sentences_are_kept_as_they_are(model):
    """A list of sentences is joined by line breaks, and each stays one sentence."""
    ready = ["One. Two.", "", "Three"]
    document = model.label(ready)
    assert [s.text for s in document.sentences] == ready
    assert document.text == "One. Two.\n\nThree"


@pytest.mark.parametrize("wrong", [None, b"bytes", 3.5, float("nan"), ["one", None]])
def test_what_is_no_text_is_one_clear_error(model, wrong):
    """The error says what must hold and what was given."""
    with pytest.raises((TypeError, TextError), match="must be"):
        model.label(wrong)


def test_several_texts_must_not_be_one_text(model):
    """A str would be read letter by letter."""
    with pytest.raises(TypeError, match="several texts"):
        list(model.label_documents("a text"))


def test_documents_come_in_order_and_the_same_with_two_workers(model):
    """`n_jobs` changes nothing but the time."""
    texts = [f"Country {i} must stop. They met on Monday." for i in range(40)]
    alone = list(model.label_documents(texts))
    assert [d.text for d in alone] == texts
    assert list(model.label_documents(texts, n_jobs=2)) == alone


def test_texts_are_read_as_they_are_needed(model):
    """An endless iterable is no trouble."""

    def endless():
        number = 0
        while True:
            yield (f"text {number}", "They met.")
            number += 1

    documents = model.label_documents(endless())
    assert [next(documents).id for _ in range(3)] == ["text 0", "text 1", "text 2"]


def test_a_tidy_frame_has_a_row_per_sentence_and_label(model):
    """Role and voice give a row each; claims and stances as many as there are."""
    pytest.importorskip("pandas")
    document = model.label("Beijing must stop. Talks went on.")
    frame = document.to_pandas()
    assert (frame["layer"] == "role").sum() == 2
    assert (frame["layer"] == "voice").sum() == 2
    assert set(frame.columns) >= {"document", "sentence", "start", "end", "layer", "label", "target", "probability"}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "stance document", "version": 9}', "nan"])
def test_json_that_is_no_document_is_refused(text):
    """`from_json` says what is wrong."""
    with pytest.raises(TextError, match="document"):
        stance.Document.from_json(text)
