"""The properties of sentences over any text, and that the core gives what NLTK and the plain path give."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance import core, sentences
from stance.errors import TextError
from stance.sentences import punkt as plain
from stance.sentences import split_sentences, split_sentences_core, split_sentences_plain
from stance.sentences.paragraphs import find_blocks
from stance.tokens import token_spans

needs_core = pytest.mark.skipif(not core.available(), reason=f"{core.why_not()}")

PIECES = [
    "U.S.",
    "Mr.",
    "Gen.",
    "Price",
    "The",
    "the",
    "We",
    "Government",
    "5",
    "1995.",
    "1,000.5",
    "no.",
    "No.",
    "J.",
    "F.",
    "Kennedy",
    "W.",
    "p.m.",
    "etc.",
    "e.g.",
    "I",
    "Q",
    "MR.",
    "RAO:",
    "-",
    "•",
    "1.",
    "(a)",
    "iv.",
    "...",
    "..",
    ".",
    "?",
    "!",
    "--",
    "—",
    "”",
    "“",
    "’",
    "‘",
    "'",
    '"',
    ")",
    "(",
    "]",
    "[",
    ",",
    ";",
    ":",
    "Σ",
    "ΑΣ.",
    "ς.",
    "İ.",
    "ß.",
    "é.",
    "½.",
    "①",
    "①",
    ".",
    "a-u.s.",
    "o",
    "##number##",
    "[12]",
    "\\1.",
    "§",
    "*",
    "**",
    "Excellencies,",
    "UNHCR",
    "PATROLS",
    "FISHING",
    "5-",
    "-5.",
    ",5",
    "„",
    "«",
    "»",
    "中。",
    "…",
    "º.",
    "ʰ.",
    "🙂",
    "q.",
    "of",
    "said,",
]
PIECES += ["\ud800.", "\u0301.", "THE PRESIDENT:", "\x00", "word" * 30, "PATROLS, FISHING, RESCUE"]
GAPS = [" ", "\n", "  \n", "\n\n", "\r\n", "\t", "\xa0", "\u2028", "\u2029", "\x1c", "\x85", "", "", "\x0b"]
NEAR_SENTENCES = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), max_size=25).map(
    lambda pairs: "".join(piece + gap for piece, gap in pairs)
)
MARKS = "..?!\"')(-, \n\tabAB1x US”’“»\x1c\xa0\u2028é\x00\ud800Σςσİǅªʰ中。🙂\u0301%\u00ad\u200d"
NEAR_MARKS = st.text(st.sampled_from(list(MARKS)))
ANY_TEXT = st.text(st.characters(codec=None)) | NEAR_SENTENCES | NEAR_MARKS
ASSIGNED = st.text(st.characters(codec=None, exclude_categories=["Cn"])) | NEAR_SENTENCES | NEAR_MARKS


def without_space(text, spans):
    """The spans without white space at their ends, empty ones left out."""
    found = []
    for start, end in spans:
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end:
            found.append((start, end))
    return found


@settings(max_examples=300)
@given(ANY_TEXT)
def test_sentences_cover_all_that_is_visible(text):
    """In order, without white space at their ends, never overlapping, nothing visible left out, twice the same."""
    spans = split_sentences(text)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
    assert split_sentences(text) == spans


@settings(max_examples=300, deadline=None)
@given(ASSIGNED)
def test_punkt_is_that_of_nltk(text):
    """Our reading of NLTK's patterns gives the spans of a plain `PunktSentenceTokenizer` with our parameters."""
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    nltk = pytest.importorskip("nltk")
    if tuple(map(int, nltk.__version__.split(".")[:2])) < (3, 10):
        pytest.skip("patterns changed in NLTK 3.10")
    assert all(unicodedata.category(character) != "Cn" for character in text)
    ours = list(plain.tokenizer().span_tokenize(text))
    assert ours == list(PunktSentenceTokenizer(plain.read_parameters_once()).span_tokenize(text))


@needs_core
@settings(max_examples=500, deadline=None)
@given(ANY_TEXT)
def test_the_core_gives_the_same_spans_as_the_plain_path(text):
    """Blocks, Punkt over the whole text, sentences and tokens."""
    from stance.core import _core

    punkt = sentences.compiled_punkt()
    assert _core.find_blocks(text) == find_blocks(text)
    nltk_spans = without_space(text, plain.tokenizer().span_tokenize(text))
    assert list(map(tuple, punkt.punkt_spans(text).tolist())) == nltk_spans
    assert split_sentences_core(text) == split_sentences_plain(text)
    assert list(map(tuple, punkt.sentence_spans(text).tolist())) == split_sentences_plain(text)
    assert _core.token_spans(text) == token_spans(text)


@needs_core
@given(ANY_TEXT)
def test_the_core_counts_bytes_in_utf8(text):
    """The spans of sentences and tokens of UTF-8, lone surrogates as three bytes, are those of the characters."""
    from stance.core import _core

    raw = text.encode("utf-8", "surrogatepass")
    for of_bytes, of_text in [
        (sentences.compiled_punkt().sentence_spans_utf8(raw), split_sentences_core(text)),
        (_core.token_spans_utf8(raw), token_spans(text)),
    ]:
        assert [raw[start:end].decode("utf-8", "surrogatepass") for start, end in of_bytes.tolist()] == [
            text[start:end] for start, end in of_text
        ]


@needs_core
def test_the_core_classes_every_character_as_the_plain_path_does():
    """Each code point as a letter before a full stop, as the first of a sentence, within and beside a word."""
    from stance.core import _core

    for page in range(0, 0x110000, 0x800):
        text = "".join(f" a{chr(code)}b" for code in range(page, page + 0x800))
        assert _core.token_spans(text) == token_spans(text)
    for character in map(chr, [*range(0x1000), *range(0x1000, 0x110000, 257)]):
        c = character
        text = f"a {c}. {c}b at 5. {c}{c}n U.S. {c}he a{c}b.\n{c}"
        assert split_sentences_core(text) == split_sentences_plain(text)


@pytest.mark.parametrize("length", [plain.LONGEST - 1, plain.LONGEST, plain.LONGEST + 1, 3 * plain.LONGEST])
@pytest.mark.parametrize(
    "piece", ["word ", "Word. ", "a", "x? ", "1. ", "...", '!" ', "Mr. Rao met him at 5 p.m. today. "]
)
def test_long_blocks_are_cut_by_the_stated_rule(piece, length):
    """No sentence is longer than `LONGEST`, the core agrees, and nothing visible is lost."""
    text = (piece * (length // len(piece) + 1))[:length]
    spans = split_sentences_plain(text)
    assert max(end - start for start, end in spans) <= plain.LONGEST
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    if core.available():
        assert split_sentences_core(text) == spans


def test_a_long_block_of_ordinary_sentences_is_split_as_a_short_one(monkeypatch):
    """The cut at `LONGEST` is no sentence end: only a sentence longer than that is cut."""
    text = "Mr. Rao met the U.S. envoy at 5 p.m. today. “Why?” she asked. (He had left.) We wait for Gen. Price. " * 40
    whole = split_sentences_plain(text)
    monkeypatch.setattr(plain, "LONGEST", 500)
    assert split_sentences_plain(text) == whole


REPEATS = [".", ". ", "?", '!" ', "a. ", ") . (", "- ", "\n", "a\n", "a.\n", '."', "1. ", "Q \n", "AB:\n", "\u2029a"]


@needs_core
@pytest.mark.parametrize("piece", [*REPEATS, "\r", "word", "\u3000", "é"])
def test_ten_million_characters_of_anything_are_split(piece):
    """Adversarial repeats in one go: the right kind of answer, not a hang."""
    text = piece * (10_000_000 // len(piece))
    spans = sentences.compiled_punkt().sentence_spans(text)
    assert (spans[:, 0] < spans[:, 1]).all()
    assert (spans[1:, 0] >= spans[:-1, 1]).all()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\r\n\u2029\xa0\x1c"])
def test_white_space_has_no_sentences(text):
    """Nothing in, nothing out."""
    assert split_sentences(text) == []


@pytest.mark.parametrize("text", ["word", "No end here", "?", "\x00", "\ud800", "🙂"])
def test_a_text_without_an_end_is_one_sentence(text):
    """One word, one mark, a NUL or a lone surrogate."""
    assert split_sentences(text) == [(0, len(text))]


def test_what_is_not_text_is_refused():
    """Bytes, None and NaN, with an error that says so."""
    with pytest.raises(TextError, match="decode"):
        split_sentences(b"A b.")
    for value in (None, float("nan"), 3):
        with pytest.raises(TypeError, match="text must be str"):
            split_sentences(value)


def test_the_parameters_are_plain_data():
    """JSON with words and figures only."""
    stored = json.loads(Path(plain.PARAMETERS).read_text("utf-8"))
    assert stored["format"] == 1
    assert set(stored) == {
        "format", "learned_from", "abbreviations", "sentence_starters", "collocations", "orthographic_context",
    }  # fmt: skip


def test_splitting_on_the_core_does_not_import_nltk():
    """A process of its own splits a text without NLTK, where the core is there."""
    import subprocess
    import sys

    if not core.available():
        pytest.skip(f"{core.why_not()}")
    code = (
        "import sys; from stance.sentences import split_sentences as s; s('A b. C d.'); sys.exit('nltk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0
