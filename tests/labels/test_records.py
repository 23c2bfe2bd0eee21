"""Records: frozen, picklable, and the same after a way through JSON."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import Claim, Document, Role, Sentence, Stance, Voice
from stance.errors import TextError

PROBABILITY = st.floats(0, 1)
NAME = st.text(min_size=1, max_size=8)
TEXT = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\ud83d\ude00\U0001f600"), max_size=60)

SENTENCE = Sentence(
    "NATO must go.",
    (0, 13),
    (Claim("demand", 0.9), Claim("warning", 0.4)),
    Role("prescription", 0.8),
    Voice("attributed", 0.7, (0, 4)),
    {"NATO": Stance("against", 0.6, ((0, 4),)), "West": Stance("neutral", 0.5)},
)
DOCUMENT = Document("NATO must go. No.", (SENTENCE, Sentence("No.", (14, 17))), id="a", model="tiny")


@st.composite
def documents(draw):
    """Documents of any text, with sentences at any spans and any labels."""
    text = draw(TEXT)
    span = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: tuple(sorted(pair)))
    sentences = []
    for start, end in draw(st.lists(span, max_size=3)):
        stances = st.builds(Stance, NAME, PROBABILITY, st.lists(span, max_size=2).map(tuple))
        sentences.append(
            Sentence(
                text[start:end],
                (start, end),
                tuple(draw(st.lists(st.builds(Claim, NAME, PROBABILITY), max_size=2))),
                draw(st.none() | st.builds(Role, NAME, PROBABILITY)),
                draw(st.none() | st.builds(Voice, NAME, PROBABILITY, st.none() | span)),
                draw(st.dictionaries(NAME, stances, max_size=2)),
            )
        )
    return Document(text, tuple(sentences), draw(st.none() | NAME), draw(st.none() | NAME))


@given(documents())
def test_a_document_comes_back_equal_from_json(document):
    """`from_json(to_json())` is the identity, for any text and any labels."""
    written = document.to_json()
    assert written.isascii()
    assert Document.from_json(written) == document


@given(documents())
def test_a_document_can_be_pickled_and_copied(document):
    """Workers in other processes send documents back."""
    assert pickle.loads(pickle.dumps(document)) == document
    assert copy.deepcopy(document) == document


@pytest.mark.parametrize("record", [DOCUMENT, SENTENCE, *SENTENCE.claims, SENTENCE.role, SENTENCE.voice])
def test_records_are_frozen(record):
    """No field of a record can be set."""
    for name in type(record).__slots__:
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, None)


def test_the_stances_of_a_sentence_are_frozen():
    """The dict of stances cannot be changed either; a copy of it can."""
    for change in (
        lambda d: d.update(x=1),
        lambda d: d.pop("NATO"),
        lambda d: d.__setitem__("x", 1),
        lambda d: d.clear(),
        lambda d: d.setdefault("x", 1),
        lambda d: d.__delitem__("NATO"),
        lambda d: d.__ior__({"x": 1}),
        lambda d: d.popitem(),
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change(SENTENCE.stance)
    assert dict(SENTENCE.stance) | {"x": 1}
    assert hash(SENTENCE) == hash(pickle.loads(pickle.dumps(SENTENCE)))


def test_the_caller_s_dict_is_not_the_sentence_s():
    """Changing the dict a sentence was made from does not change the sentence."""
    stances = {"NATO": Stance("against", 0.6)}
    sentence = Sentence("NATO.", (0, 5), stance=stances)
    stances.clear()
    assert list(sentence.stance) == ["NATO"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": "stance document", "version": 2}',
        '{"format": "stance document", "version": 1}',
    ],
)
def test_what_is_no_document_is_refused(text):
    """JSON that is not a document of this format gives a TextError, never a half-built document."""
    with pytest.raises(TextError):
        Document.from_json(text)


LACKING = object()
IN_TEXT = "[start, end], whole numbers with 0 <= start <= end <= 17, the text's length"
NAMED = "a list of {}, the first a name and its probability"
PROBABLE = "a probability, a number from 0 to 1"


@pytest.mark.parametrize(
    ("path", "value", "field", "must"),
    [
        (("text",), 7, "text", "a string, or a list of the strings it is made of"),
        (("text",), ["a", None], "text", "a string, or a list of the strings it is made of"),
        (("id",), 7, "id", "a string or null"),
        (("model",), True, "model", "a string or null"),
        (("sentences",), {}, "sentences", "a list"),
        (("sentences", 0), None, "sentences[0]", "an object"),
        *[
            (("sentences", 0, "span"), span, "sentences[0].span", IN_TEXT)
            for span in ([0, 99], [5, 2], [-1, 3], 7, [True, 3], [0, 3.0], [0], None)
        ],
        (("sentences", 1, "claims"), None, "sentences[1].claims", "a list"),
        (("sentences", 0, "claims", 0), ["a"], "sentences[0].claims[0]", NAMED.format(2)),
        (("sentences", 0, "claims", 0, 0), 3, "sentences[0].claims[0][0]", "a name"),
        *[
            (("sentences", 0, "claims", 1, 1), value, "sentences[0].claims[1][1]", PROBABLE)
            for value in ("0.5", float("nan"), float("inf"), -0.1, 1.1, True, None, 10**400)
        ],
        (("sentences", 0, "role"), "event", "sentences[0].role", NAMED.format(2)),
        (("sentences", 0, "role", 1), None, "sentences[0].role[1]", PROBABLE),
        (("sentences", 0, "voice", 2), [0, 18], "sentences[0].voice[2]", IN_TEXT),
        (("sentences", 0, "stance"), None, "sentences[0].stance", "an object"),
        (("sentences", 0, "stance"), [], "sentences[0].stance", "an object"),
        (("sentences", 0, "stance", "NATO"), {}, "sentences[0].stance['NATO']", NAMED.format(3)),
        (("sentences", 0, "stance", "NATO", 2), None, "sentences[0].stance['NATO'][2]", "a list"),
        (("sentences", 0, "stance", "NATO", 2, 0), [17, 19], "sentences[0].stance['NATO'][2][0]", IN_TEXT),
        *[(path, LACKING, field, "") for path, field in (
            (("text",), "text"), (("sentences",), "sentences"), (("id",), "id"), (("model",), "model"),
            (("sentences", 0, "span"), "sentences[0].span"), (("sentences", 1, "stance"), "sentences[1].stance"),
            (("sentences", 1, "role"), "sentences[1].role"))],
    ],
)  # fmt: skip
def test_a_broken_field_is_named_with_what_must_hold(path, value, field, must):
    """One clear error: the field, what it must be, and what was given."""
    data = json.loads(DOCUMENT.to_json())
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    if value is LACKING:
        del holder[path[-1]]
        message = f"a document of this format must have {field}; it is missing"
    else:
        holder[path[-1]] = value
        message = f"a document of this format is broken: {field} must be {must}; got {json.dumps(value)}"
    with pytest.raises(TextError) as caught:
        Document.from_json(json.dumps(data))
    assert str(caught.value) == message if value != 10**400 else str(caught.value).startswith(message[:120])


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(JSON, st.data())
def test_a_document_with_anything_anywhere_is_read_or_refused(value, data):
    """A field replaced by any JSON value gives a document or a TextError, nothing else."""
    document = json.loads(DOCUMENT.to_json())
    holder, key = {"": document}, ""
    while isinstance(inner := holder[key], (dict, list)) and inner and data.draw(st.booleans()):
        holder, key = inner, data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
    holder[key] = value
    try:
        read = Document.from_json(json.dumps(document))
    except TextError:
        return
    assert Document.from_json(read.to_json()) == read


def test_two_lone_surrogates_that_look_like_a_pair_stay_two():
    """As text decoded from CESU-8 has them; the character itself stays one."""
    text = "a \ud83d\ude00\ude00 b \U0001f600"
    document = Document(text, (Sentence(text[2:], (2, len(text))),))
    assert Document.from_json(document.to_json()) == document


def test_rows_hold_what_the_jsonl_promises():
    """A row is plain data with the fields the README lists."""
    first, second = DOCUMENT.rows()
    assert first == {
        "document": "a", "sentence": 0, "start": 0, "end": 13, "text": "NATO must go.",
        "claims": {"demand": 0.9, "warning": 0.4}, "role": "prescription", "role_probability": 0.8,
        "voice": "attributed", "voice_probability": 0.7, "source": [0, 4],
        "stance": {"NATO": "against", "West": "neutral"}, "stance_probability": {"NATO": 0.6, "West": 0.5},
        "targets": {"NATO": [[0, 4]], "West": []},
    }  # fmt: skip
    assert "role" not in second
    assert json.loads(json.dumps(first)) == first


def test_the_tidy_frame_has_a_row_a_sentence_and_label():
    """`to_pandas` gives two claims, a role, a voice and two stances: six rows; a sentence without labels has none."""
    pytest.importorskip("pandas")
    frame = DOCUMENT.to_pandas()
    assert frame["layer"].tolist() == ["claim", "claim", "role", "voice", "stance", "stance"]
    assert frame["target"].tolist()[-2:] == ["NATO", "West"]
    assert Document("", ()).to_pandas().columns.tolist() == frame.columns.tolist()


@given(documents())
def test_any_document_has_a_tidy_frame(document):
    """Lone surrogates too, which the strings of pandas 3 cannot hold."""
    frame = document.to_pandas()
    rows = list(document.tidy_rows())
    assert len(frame) == len(rows)
    for column in ("text", "label", "probability"):
        assert frame[column].tolist() == [row[column] for row in rows]
