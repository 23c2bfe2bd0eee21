"""Masked actors: what is learned does not hang on who they are, nor on their articles."""

import pytest

from stance.actors import load_actors
from stance.features.masking import masked

STATES = ("state",)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("China threatens Japan.", "xactor threatens xactor."),
        ("The United States threatens the Philippines.", "xactor threatens xactor."),
        ("THE UNITED STATES WARNS EVERYBODY.", "xactor WARNS EVERYBODY."),
        ("He said: “The Netherlands agreed.”", "He said: “xactor agreed.”"),
        ("All the United States did (the Netherlands too).", "All xactor did (xactor too)."),
        ("bathe China", "bathe xactor"),
        ("We bathe United States troops.", "We bathe xactor troops."),
        ("the  United States", "the  xactor"),
        ("the big United States", "the big xactor"),
        ("the", "the"),
    ],
)
def test_a_state_is_masked_with_its_article(sentence, expected):
    assert masked(sentence, load_actors(), STATES) == expected


def test_actors_of_other_kinds_keep_their_articles():
    assert masked("The European Union and the Netherlands", load_actors(), STATES) == "The European Union and xactor"


def test_without_kinds_nothing_is_masked():
    assert masked("the United States", load_actors(), ()) == "the United States"


def test_states_can_be_swapped():
    """A sentence reads the same whichever state it names."""
    line = "{} must stop arming {}, or {} will answer."
    one = line.format("The United States", "the United Kingdom", "Russia")
    assert masked(one, load_actors(), STATES) == masked(line.format("China", "Iran", "Cuba"), load_actors(), STATES)
