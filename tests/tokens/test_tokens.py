"""The token pattern: what is one token, what is not, and that NLTK reads it as we do."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import RegexpTokenizer

from stance.tokens import TOKEN_PATTERN, token_spans, tokenize
from stance.tokens.pattern import DIGITS, GAPS, JOINERS, MARKS

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
NEAR_TOKENS = st.text(
    st.sampled_from(list("aBé1 9.,'’-–—\"“”%?!:;()$\u00ad\u200d\u200b\ufeff\u0301中\ud800\x00🙂_\n")), max_size=30
)


@pytest.mark.parametrize(
    "word",
    [
        "anti-ship", "Japan–Philippines", "US‑led", "won't", "won’t", "China's", "China’s", "U.S.", "U.S.-led",
        "U.S.'s", "a.m.", "e.g.", "D.C.", "J.F.K.", "Ph.D.", "1,000.5", "2.5%", "10,000", "F-35", "COVID-19", "20th",
        "1990s", "3.5bn", "2019–2020", "Malacañang", "re\u0301union", "O’Brien", "Сергей", "北京", "القدس",
        "co\u00adoperation", "mother-in-law’s",
    ],
)  # fmt: skip
def test_a_word_is_one_token(word):
    """Hyphens, dashes, apostrophes, dots and commas inside a word or a number do not split it."""
    assert tokenize(f"the {word} is") == ["the", word, "is"]


@pytest.mark.parametrize("mark", [*"\"'“”‘’«»„‹›?!;:,()[]—…$€£@#&/*+=<>|~^_`", "...", "--", "。", "؟", "🙂"])
def test_a_mark_is_a_token_of_its_own(mark):
    """Quotation marks of every kind, and the marks that carry meaning, stand alone beside the word they touch."""
    assert tokenize(f"{mark}so{mark} b") == [mark, "so", mark, "b"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("the states’ “rights”", ["the", "states", "’", "“", "rights", "”"]),
        ("the 'so-called' talks", ["the", "'", "so-called", "'", "talks"]),
        ("peace.The talks", ["peace", ".", "The", "talks"]),
        ("pre- and post-war", ["pre", "-", "and", "post-war"]),
        ("war--peace", ["war", "--", "peace"]),
        ("What?!", ["What", "?", "!"]),
        ("5,6, 7.", ["5,6", ",", "7", "."]),
        ("U.S.Army", ["U.S.", "Army"]),
        ("x.yz", ["x", ".", "yz"]),
        ("10:30 p.m.", ["10", ":", "30", "p.m."]),
        ("\ufeffA\u200bb\x00c\u00a0d", ["A", "b", "c", "d"]),
        ("\u00ad \u200d", []),
        ("", []),
    ],
)
def test_the_rules_at_the_edges_of_a_word(text, tokens):
    """Apostrophes and hyphens at the edge of a word, full stops without a space and invisible characters."""
    assert tokenize(text) == tokens


@given(ANY_TEXT | NEAR_TOKENS)
def test_nltk_reads_the_pattern_as_we_do(text):
    """`RegexpTokenizer(TOKEN_PATTERN)` gives the same tokens and spans, whatever the text."""
    nltk_tokenizer = RegexpTokenizer(TOKEN_PATTERN)
    assert tokenize(text) == nltk_tokenizer.tokenize(text)
    assert token_spans(text) == list(nltk_tokenizer.span_tokenize(text))


def test_nltk_classes_every_character_as_we_do():
    """Each code point alone, and within a word, gives the same tokens under both engines."""
    nltk_tokenizer = RegexpTokenizer(TOKEN_PATTERN)
    for page in range(0, 0x110000, 0x1000):
        text = "".join(f" {chr(code)} a{chr(code)}b" for code in range(page, page + 0x1000))
        assert list(nltk_tokenizer.span_tokenize(text)) == token_spans(text)


@given(ANY_TEXT | NEAR_TOKENS)
def test_spans_are_exact_in_order_and_leave_nothing_visible_out(text):
    """Tokens never overlap, and what lies between them is white space, control or joiner."""
    spans = token_spans(text)
    assert [text[start:end] for start, end in spans] == tokenize(text)
    at = 0
    for start, end in [*spans, (len(text), len(text))]:
        assert at <= start <= end
        assert all(any(first <= ord(c) <= last for first, last in GAPS + JOINERS) for c in text[at:start])
        at = end


def test_white_space_is_never_in_a_token():
    """All that `str.isspace` calls white space is in the table of gaps."""
    for code in range(0x110000):
        if chr(code).isspace():
            assert any(first <= code <= last for first, last in GAPS)


def test_the_tables_of_characters_do_not_overlap():
    """No code point is in two tables, and each range runs upwards."""
    ranges = sorted(GAPS + JOINERS + DIGITS + MARKS)
    assert all(first <= last for first, last in ranges)
    assert all(last < first for (_, last), (first, _) in pairwise(ranges))


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(["a.", "1,", "a-", "'", "a'", ".", "-", "x", "1", "\u0301", "a\u200d"]))
def test_a_token_of_a_million_characters_does_no_harm(piece):
    """Long repeats of what the pattern joins neither raise nor backtrack."""
    text = piece * (1_000_000 // len(piece))
    spans = token_spans(text)
    assert spans == sorted(spans)


def test_the_tokenizer_does_not_import_nltk():
    """Importing and using `stance.tokens` leaves NLTK alone, in a process of its own."""
    code = "import sys, stance.tokens; stance.tokens.tokenize('a b'); sys.exit('nltk' in sys.modules)"
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0
