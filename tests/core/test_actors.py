"""The compiled matcher of actors finds what the plain one finds, to the last span."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance import core
from stance.actors import Mention, find_mentions, load_actors

if not core.available():
    pytest.skip(f"no compiled core: {core.why_not()}", allow_module_level=True)

from stance.core.actors import matcher

TABLE = load_actors()
MATCHER, TARGETS = matcher(TABLE)

FORMS = [form.text for form in TABLE.all_forms()]
PIECES = st.one_of(
    st.sampled_from(FORMS),
    st.sampled_from(FORMS).map(str.upper),
    st.sampled_from(FORMS).map(str.lower),
    st.sampled_from(
        ["the", "our", "in", "West", "North", "Sea", "’s", "'", "-", "–", "—", ". ", ".", ",", ", ", " & ", " ", "  ",
         "\n", "\u00a0", "\u0301", "\u00ad", "ı", "İ", "\u212a", "ß", "ſ", "\ud800", "\x00", "\U0001f600", "中",
         "WHO", "Who", "Malé", "Male"]
    ),
    st.text(max_size=3),
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=12).map(" ".join),
    st.text(),
    st.text(st.characters(max_codepoint=0xFF)),
)


def compiled(text: str) -> list[Mention]:
    return [Mention(TARGETS[target], start, end) for target, start, end in MATCHER.find(text)]


@settings(max_examples=1000, deadline=None)
@given(TEXTS)
def test_the_compiled_matcher_equals_the_plain_one(text):
    """Any text: targets and spans, as a list, as an array, and over UTF-8."""
    plain = find_mentions(text, TABLE)
    assert compiled(text) == plain
    rows = [(TARGETS.index(mention.target), mention.start, mention.end) for mention in plain]
    assert list(map(tuple, MATCHER.mention_spans(text).tolist())) == rows
    raw = text.encode("utf-8", "surrogatepass")
    in_bytes = [
        (target, len(text[:start].encode("utf-8", "surrogatepass")), len(text[:end].encode("utf-8", "surrogatepass")))
        for target, start, end in rows
    ]
    assert list(map(tuple, MATCHER.mention_spans_utf8(raw).tolist())) == in_bytes


@pytest.mark.parametrize("start", range(0, 0x110000, 0x4400))
def test_every_code_point_parts_or_joins_words_alike(start):
    """Each code point of Unicode right behind, before and inside a name."""
    text = "\n".join(f"{c}China NATO{c} Chi{c}na North{c}Korea" for c in map(chr, range(start, start + 0x4400, 1)))
    assert compiled(text) == find_mentions(text, TABLE)


def test_every_form_is_found_alike():
    """Each form of the table, after a word that lets it stand and before a hyphen."""
    for form in TABLE.all_forms():
        for text in (f"the {form.text} x", f"{form.text}-led", f"in {form.text}", form.text.upper(), form.text.lower()):
            assert compiled(text) == find_mentions(text, TABLE), text


@pytest.mark.parametrize(
    "text", ["United " * 50_000, "U.S." * 50_000, " " * 200_000, "US" * 100_000, "\u0301" * 100_000]
)
def test_adversarial_repeats_are_read_alike(text):
    """Long repeats of the beginnings of names."""
    assert compiled(text) == find_mentions(text, TABLE)


def test_a_table_of_ones_own_is_matched_alike(tmp_path):
    """Another script, and every mark of a form."""
    path = tmp_path / "mine.tsv"
    path.write_text("Кремль\tgroup\tКремль | ~any case | =Éxact | !ACE | +Board | @North | Gallo-\n", encoding="utf-8")
    mine = load_actors(path)
    found, targets = matcher(mine)
    for text in (
        "Кремль, ANY case, Éxact Exact, ACE ACE WINS",
        "The Board, a Board, in North, North, Gallo-Roman",
        "КРЕМЛЬ",
    ):
        rows = [(target, start, end) for target, start, end in found.find(text)]
        assert [Mention(targets[t], a, b) for t, a, b in rows] == find_mentions(text, mine)


def test_what_is_no_text_is_refused():
    """Bytes where a str must be, and bytes that are no UTF-8."""
    with pytest.raises(TypeError):
        MATCHER.find(b"China")
    with pytest.raises(ValueError, match="text must be UTF-8"):
        MATCHER.mention_spans_utf8(b"\xff")
