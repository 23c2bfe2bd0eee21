"""Texts → labelled documents: any text, the same each time, in order, and no more in memory than needed."""

import itertools
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stance

ANY = st.text(st.characters(exclude_categories=[]), max_size=200)
_WORDS = ("NATO", "Russia", "they", "both sides", "U.S.", " said", "must", "-led", "'s", "中国", "🚢", "Gen. ", "1.5")
_REST = (". ", " ", "\n", "\n\n", "\r\n", "“", "”", "?", "(", "\x00", "\ud800", "\u00a0", "\u202e")
PIECES = st.lists(st.sampled_from(_WORDS + _REST), max_size=40).map("".join)
foreign = pytest.mark.filterwarnings("ignore:.*does not look like English:UserWarning")
shared_model = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@foreign
@shared_model
@given(ANY | PIECES)
def test_any_text_is_labelled_and_every_span_is_exact(model, text):
    """Labelling never raises; spans of sentences, sources and targets cut the text they name; twice is the same."""
    document = model.label(text)
    assert document == model.label(text)
    assert document.text == text
    end = 0
    for sentence in document.sentences:
        start, stop = sentence.span
        assert end <= start < stop
        assert text[start:stop] == sentence.text
        assert not text[end:start].strip()
        spans = [span for found in sentence.stance.values() for span in found.spans]
        spans += [sentence.voice.source_span] if sentence.voice.source_span else []
        assert all(start <= a < b <= stop for a, b in spans)
        labels = (*sentence.claims, sentence.role, sentence.voice, *sentence.stance.values())
        assert all(0 <= label.probability <= 1 for label in labels)
        assert [c.probability for c in sentence.claims] == sorted(
            (c.probability for c in sentence.claims), reverse=True
        )
        end = stop
    assert not text[end:].strip()
    assert pickle.loads(pickle.dumps(document)) == document


@foreign
@shared_model
@given(st.lists(ANY | PIECES, max_size=5))
def test_ready_sentences_are_labelled_one_for_one(model, sentences):
    """A list of sentences stays as it was cut, whatever is in it: even empty ones and line breaks."""
    document = model.label(sentences)
    assert [s.text for s in document.sentences] == sentences
    assert all(document.text[s.span[0] : s.span[1]] == s.text for s in document.sentences)


@pytest.mark.parametrize("wrong", [7, b"a"])
def test_a_document_s_id_is_a_str(model, wrong):
    """A number would not come back from JSON."""
    with pytest.raises((TypeError, stance.StanceError), match="document must be str, got"):
        model.label("Peace.", document=wrong)


@pytest.mark.parametrize("n_jobs", ["2", 1.5])
def test_a_number_of_jobs_that_is_none_is_refused(model, n_jobs):
    """With what was given."""
    with pytest.raises(TypeError, match="n_jobs must be a whole number or None; got"):
        list(model.label_documents(["Peace."], n_jobs=n_jobs))


TEXTS = [f"On day {i} NATO must stop its drills. They endanger peace in Asia, Moscow said." for i in range(40)]


@pytest.mark.parametrize("n_jobs", [2, -1])
def test_more_workers_give_the_same_in_order(model, n_jobs):
    """`n_jobs` changes how long it takes, and nothing else."""
    assert list(model.label_documents(TEXTS, n_jobs=n_jobs)) == list(model.label_documents(TEXTS))


def test_a_document_does_not_depend_on_those_before_it(model):
    """A text has the same labels in a batch as alone."""
    for text, found in zip(TEXTS, model.label_documents(TEXTS), strict=True):
        alone = model.label(text, document=found.id)
        assert [(s.role, s.claims, s.voice, dict(s.stance)) for s in alone.sentences] == [
            (s.role, s.claims, s.voice, dict(s.stance)) for s in found.sentences
        ]


@pytest.mark.parametrize(("n_jobs", "most"), [(1, 100), (2, 600)])
def test_texts_are_taken_only_as_documents_are_asked_for(model, n_jobs, most):
    """An endless iterable of texts is fine: only a bounded number of texts is read ahead, a batch for all threads."""
    taken = 0

    def texts():
        nonlocal taken
        for text in itertools.cycle(TEXTS):
            taken += 1
            yield text

    documents = model.label_documents(texts(), n_jobs=n_jobs)
    assert [next(documents).id for _ in range(3)] == ["0", "1", "2"]
    assert taken <= most
    documents.close()


def test_documents_may_be_named_and_of_both_kinds(model):
    """Items are texts, lists of ready sentences, or (id, text) pairs; what has no id is numbered."""
    found = list(model.label_documents(["NATO.", ["One.", "Two."], ("talk", "NATO."), ("both", ["One.", "Two."])]))
    assert [d.id for d in found] == ["0", "1", "talk", "both"]
    assert [len(d.sentences) for d in found] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (None, TypeError, "text must be str, got None"),
        (float("nan"), TypeError, "NaN"),
        (b"NATO", ValueError, "bytes"),
        (7, TypeError, "got int 7"),
        (["One.", None], TypeError, r"text\[1\]"),
        (["One.", b"Two."], ValueError, r"text\[1\]"),
    ],
)
def test_what_is_no_text_is_refused_by_name(model, text, error, message):
    """The error says which item it is, and what was given."""
    with pytest.raises(error, match=message):
        model.label(text)


def test_one_text_where_several_are_meant_is_refused(model):
    """A str is not read letter by letter."""
    with pytest.raises(TypeError, match="several texts"):
        list(model.label_documents("NATO."))
    with pytest.raises(TypeError, match="several texts"):
        model.label("NATO.", targets="NATO")


def test_targets_given_are_judged_in_every_sentence(model):
    """A target that no sentence names gets a stance in each, without spans; another name of an actor is that actor."""
    document = model.label("Drills began on Monday. NATO must stop.", targets=["Kiribati", "Beijing"])
    for sentence in document.sentences:
        assert {"Kiribati", "China"} <= set(sentence.stance)
        assert sentence.stance["Kiribati"].spans == ()
    assert document.sentences[1].stance["NATO"].spans == ((24, 28),)


def test_a_users_actors_are_found(model, tmp_path):
    """Actors of a file are found besides those known."""
    path = tmp_path / "actors.tsv"
    path.write_text("Amber League\torganisation\tAmber League | the League\n", encoding="utf-8")
    text = "The Amber League met China."
    assert set(model.label(text).sentences[0].stance) == {"China"}
    ours = model.with_actors(stance.load_actors(path, extend=True))
    assert set(ours.label(text).sentences[0].stance) == {"Amber League", "China"}


def test_another_language_is_labelled_with_one_warning(model):
    """The warning names the document and the model; a list of documents brings one."""
    french = "Les ministres ont déclaré hier que la situation dans la région reste très dangereuse pour tous."
    with pytest.warns(
        UserWarning, match="the text does not look like English, the language of model 'small'"
    ) as caught:
        assert len(model.label(french).sentences) == 1
    assert len(caught) == 1
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="document 'b' does not look like English") as caught:
        found = list(model.label_documents([("a", "NATO must stop now."), ("b", french), ("c", french)]))
    assert len(caught) == 1
    assert len(found) == 3
