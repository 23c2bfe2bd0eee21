"""Actors that a sentence only means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.actors import carry_targets, find_mentions, load_actors, targets_of

TABLE = load_actors()


def meant(*sentences: str) -> list[list[str]]:
    return carry_targets([find_mentions(s, TABLE) for s in sentences], sentences, TABLE)


@pytest.mark.parametrize(
    "sentence",
    [
        "Both sides blamed the weather.",
        "The two countries share a river.",
        "The two big neighbours share a river.",
        "They trust each other no more.",
        "Bilateral trade is falling.",
        "The parties keep a line open.",
        "Neither side wants talks.",
        "A strike on either country would be seen from space.",
    ],
)
def test_two_are_meant(sentence):
    """The two that the last sentence names."""
    assert meant("Chile accused Peru of shelling a post.", sentence)[1] == ["Chile", "Peru"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The country is short of wheat.",
        "This small nation is short of wheat.",
        "They are short of wheat.",
        "The regime lies.",
    ],
)
def test_the_country_is_the_prominent_state(sentence):
    """By a noun for it or by a plural pronoun."""
    assert meant("Chile closed its port.", sentence)[1] == ["Chile"]


@pytest.mark.parametrize(
    "sentence",
    ["It has done so before.", "But it has done so before.", "He knows.", "Of course, she knows.", "Nobody told him."],
)
def test_a_pronoun_means_the_subject_of_the_last_sentence(sentence):
    """A singular pronoun is the first named, not the second."""
    assert meant("Chile closed its port to Peru.", sentence)[1] == ["Chile"]


def test_a_pronoun_in_the_middle_means_nobody_certain():
    """“It” not at the beginning may be anything."""
    assert meant("Chile closed its port to Peru.", "Rain makes it worse.")[1] == []


def test_what_is_carried_is_carried_on():
    """Over a chain of sentences that name nobody, and no further than it holds."""
    assert meant(
        "Chile closed its port.", "It was old.", "It was also cold.", "Rain fell on hills.", "It never stops."
    ) == [
        [],
        ["Chile"],
        ["Chile"],
        [],
        [],
    ]
    assert meant("Late last spring Chile closed its port.", "Rain fell.", "It never stops.") == [[], [], []]


def test_nothing_is_carried_into_a_sentence_that_names_somebody():
    """There the pronoun may mean the one named."""
    assert meant("Chile closed its port.", "It fears Peru.")[1] == []


def test_an_organisation_is_no_antecedent_of_it():
    """Coders seldom list it there."""
    assert meant("The OSCE sent a team.", "It was small.")[1] == []


def test_our_country_is_the_state_that_the_document_speaks_for():
    """Found by what it is said to do; pronouns of the next sentence do not take it up."""
    speech = ["Togo welcomes the report.", "Togo supports Mali.", "My country is at peace.", "It is good."]
    assert meant(*speech)[2] == ["Togo"]
    assert meant(*speech)[3] == []


def test_a_bare_our_needs_a_document_that_speaks_for_one_state():
    """And nobody else included."""
    speech = ["Togo welcomes the report."] * 4 + ["Rain fell.", "Snow fell."]
    assert meant(*speech, "Our soldiers stay.")[6] == ["Togo"]
    assert meant(*speech, "Our world is one.")[6] == []
    assert meant(*speech, "We must keep our promises.")[6] == []
    assert meant("Togo and Mali fight.", "Our soldiers stay.")[1] == []


def test_the_president_of_a_long_document_is_its_speakers():
    """Not in a short one, and not the president of something named."""
    speech = ["Togo welcomes the report."] * 8
    assert meant(*speech, "Rain fell on NATO.", "The president smiled at NATO.")[9] == ["Togo"]
    assert meant(*speech, "The president of NATO smiled.")[8] == []
    assert meant("Togo welcomes it.", "The president smiled at NATO.")[1] == []


def test_no_sentences_and_no_mentions_carry_nothing():
    """The empty cases."""
    assert carry_targets([], []) == []
    assert meant("It rains.", "") == [[], []]


def test_lists_of_different_length_are_an_error():
    """It says how many were given."""
    with pytest.raises(ValueError, match="got 0 and 1"):
        carry_targets([], ["It rains."])


SENTENCES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "It",
                    "they",
                    "both",
                    "sides",
                    "the",
                    "country",
                    "China",
                    "Mali",
                    "our",
                    "NATO",
                    "my",
                    "welcomes",
                    "he",
                    ",",
                ]
            ),
            max_size=9,
        ).map(" ".join),
    ),
    max_size=12,
)


@given(SENTENCES)
def test_what_is_carried_is_known_not_named_and_said_before(sentences):
    """Any document: one list a sentence, no repeats, only actors the document names."""
    mentions = [find_mentions(sentence, TABLE) for sentence in sentences]
    carried = carry_targets(mentions, sentences, TABLE)
    everywhere = {mention.target for row in mentions for mention in row}
    assert len(carried) == len(sentences)
    for row, named in zip(carried, mentions, strict=True):
        assert len(set(row)) == len(row)
        assert not set(row) & {mention.target for mention in named}
        assert set(row) <= everywhere
    assert carry_targets(mentions, sentences, TABLE) == carried


def test_targets_of_a_document_are_named_then_meant_then_extra():
    """Named ones have spans; the others none; aliases among the extra are resolved."""
    sentences = ["China warned the US, and China meant it.", "Both sides wait."]
    first, second = targets_of(sentences, TABLE, ["Beijing", "Atlantis"])
    assert first == {"China": ((0, 5), (25, 30)), "United States": ((17, 19),), "Atlantis": ()}
    assert list(second.items()) == [("China", ()), ("United States", ()), ("Atlantis", ())]


@given(SENTENCES)
def test_targets_have_exact_spans_in_any_document(sentences):
    """Every span lies in its sentence and is found there again."""
    for sentence, targets in zip(sentences, targets_of(sentences, TABLE), strict=True):
        for target, where in targets.items():
            for start, end in where:
                assert TABLE.canonical(sentence[start:end]) == target or sentence[start:end]
                assert 0 <= start < end <= len(sentence)
