"""The source that a sentence gives for its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.actors import source_span


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Analysts say the pact will hold.", "Analysts"),
        ("The ministry stated that no ship was hit.", "The ministry"),
        ("According to two retired admirals, the port is full.", "two retired admirals"),
        ("The port is full, according to the harbour master.", "the harbour master"),
        ("In the words of the envoy, “nobody won”.", "the envoy"),
        ("The envoy told reporters to wait.", "The envoy"),
        ("“Nobody won,” said the envoy on Monday.", "the envoy"),
        ("“Nobody won,” the envoy said.", "the envoy"),
        ("Mr. Okoro, head of the port, said it was full.", "Mr. Okoro"),
        ("On Monday the foreign minister has repeatedly warned of war.", "the foreign minister"),
        ("But critics also argue otherwise.", "critics"),
        ("The report suggests that ice is melting.", "The report"),
        ("He insists on talks.", "He"),
    ],
)
def test_a_source_is_found(sentence, source):
    """Before the verb, after it, in an apposition, after “according to”."""
    span = source_span(sentence)
    assert span is not None
    assert sentence[slice(*span)] == source


@pytest.mark.parametrize(
    "sentence",
    [
        "The port is full.",
        "We say this as friends.",
        "I told the Assembly so.",
        "It must be said that ports fill.",
        "Let me say that ports fill.",
        "The United States claims nothing here.",
        "Territorial claims and reports overlap.",
        "Each acts according to its own laws.",
        "It grew according to plan.",
        "Who said so?",
        "Ports will say anything.",
        "",
    ],
)
def test_no_source_is_made_up(sentence):
    """The speaker itself, nouns that look like verbs, measures, and passives are no sources."""
    assert source_span(sentence) is None


WORDS = st.sampled_from(
    [
        "said",
        "he",
        "the",
        "envoy",
        ",",
        "”",
        "“",
        "according",
        "to",
        "in",
        "words",
        "of",
        "that",
        "claims",
        "and",
        ".",
        "told",
        "\ud800",
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=25).map(" ".join)))
def test_a_span_is_inside_any_text(text):
    """Never raises; a span holds at least a word."""
    span = source_span(text)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
        assert text[slice(*span)].strip()


@pytest.mark.parametrize("text", ["said " * 50_000, ", he said" * 20_000, "according to " * 30_000, "a" * 500_000])
def test_adversarial_repeats_are_read(text):
    """Long repeats of the cues are no special case."""
    source_span(text)
