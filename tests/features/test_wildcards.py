"""What `*` stands for: one reading, for the features of a lexicon and for the keyword baseline."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features.lexicon import expanded
from stance.features.wildcards import word_pattern
from stance.study.cues import Cues, words_of


@pytest.mark.parametrize(
    ("part", "word", "fits"),
    [
        ("destabili*", "destabilising", True),
        ("destabili*", "destabili", True),
        ("destabili*", "destabili-sing", False),
        ("*", "word", True),
        ("*", "-", False),
        ("**", "word", True),
        ("co*op**tion", "cooperation", True),
        ("a.b*", "axbc", False),
    ],
)
def test_a_star_is_letters_and_digits_or_a_word(part, word, fits):
    """Inside a word none is enough; other characters stand for themselves."""
    assert bool(word_pattern(part).fullmatch(word)) is fits


@given(
    st.lists(st.text("abé9", min_size=1, max_size=5), min_size=1, max_size=8), st.text("abé9*", min_size=1, max_size=5)
)
def test_the_lexicon_and_the_baseline_read_a_word_alike(words, entry):
    """The words that a lexicon's entry stands for are those in which the baseline finds it."""
    found = set(expanded(entry, Counter(words))) & set(words)
    assert found == {word for word in words if Cues({"label": [entry]}).count(words_of(word))}
