"""Where a block ends: blank lines, and single line breaks by the rules of `stance.sentences.paragraphs`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.sentences.paragraphs import find_blocks

LINES = st.lists(
    st.sampled_from(
        [
            "",
            "  ",
            "the two sides met",
            "The two sides met.",
            "JOINT STATEMENT",
            "- one",
            "1. One",
            "Q",
            "MR. RAO:",
            "“so",
            "x" * 70,
        ]
    )
    | st.text(st.characters(codec=None), max_size=12),
    max_size=12,
).flatmap(lambda lines: st.sampled_from(["\n", "\r\n", "\r", " \n", "\u2028", "\x0b"]).map(lambda end: end.join(lines)))


def blocks(text):
    """The blocks of `text`, with its line breaks shown as |."""
    return [text[start:end].replace("\r\n", "|").replace("\n", "|") for start, end in find_blocks(text)]


PROSE = (
    "The delegations met for the third time this month and agreed that\n"
    "the patrols would be announced to each other a day ahead, so that no\n"
    "captain could mistake them. They did not agree on who may enter the\n"
    "lagoon, and both said that they would come back to it in the spring,\n"
    "when the storms are over and the ministers have returned from the\n"
    "summit of the region.\n"
)


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\r\n\r\n", "\n\u00a0\n", "\n\n\n\n", "\u2029", "\r\r", "\n\x0c\n"])
def test_a_blank_line_ends_a_block(gap):
    """Also with spaces in it, with other line ends, and as U+2029."""
    text = f"the first words{gap}and the second"
    assert [text[start:end] for start, end in find_blocks(text)] == ["the first words", "and the second"]


def test_wrapped_prose_is_one_block():
    """Six lines at 70 columns, capitals at two of their starts or none."""
    assert len(blocks(PROSE)) == 1
    assert len(blocks(PROSE.replace("\n", "\r\n"))) == 1
    assert len(blocks(PROSE.replace("\n", " \n"))) == 1


def test_a_headline_over_wrapped_prose_stands_alone():
    """It leaves room for the word after it, and that word has a capital (rule 8)."""
    assert blocks("Talks on the lagoon\n" + PROSE)[0] == "Talks on the lagoon"
    assert blocks(PROSE + "Next steps\n" + PROSE)[1] == "Next steps"


def test_a_wrapped_name_is_not_a_headline():
    """A full line whose next word has a capital goes on (rule 10)."""
    text = PROSE.replace("summit of the region.", "summit.").replace(
        "third time this month and agreed that", "third time at the invitation of the"
    )
    text = text.replace("the patrols would", "Foreign Ministry, where the patrols would")
    assert len(blocks(text)) == 1


def test_a_salutation_between_wrapped_paragraphs_stands_alone():
    """`Excellencies,` is short, the first of its block, and a capital follows."""
    assert blocks(PROSE + "Excellencies,\n" + PROSE)[1] == "Excellencies,"


def test_a_short_last_line_ends_a_wrapped_paragraph():
    """A line that is finished and leaves room ends the block, also after a closing bracket."""
    text = PROSE.replace("region.", "region (annex, para. 4)")
    assert len(blocks(text + PROSE)) == 2


def test_an_abbreviation_at_the_end_of_a_short_line_goes_on():
    """`the U.S.` and a break is not the end of a paragraph."""
    text = (
        PROSE + "of the kind that we have seen from the U.S.\nNavy this year and which has been so often\nasked for.\n"
    )
    assert len(blocks(PROSE + text)) <= 3
    assert "U.S.|Navy" in blocks(text)[-1]


@pytest.mark.parametrize(
    "text",
    [
        "Ceasefire holds in the north\nMarkets calm after week of losses\nSummit moved to May",
        "Mr. President,\nDistinguished delegates,\nLadies and gentlemen,",
        "Palace Hall\nWarsaw, Poland\n4:46 P.M. CET",
        "Agenda\n1. Opening\n2. Patrols in the lagoon\n3. Any other business",
        "- patrols\n- fishing\n- rescue at sea",
        "• patrols\n• fishing\n• rescue at sea",
        "MR. RAO:\nWe agree.\nQ\nWhen?",
        "The first paragraph stands on one long line, as most software writes it.\nThe second one does so too.",
    ],
    ids=["headlines", "salutations", "dateline", "agenda", "hyphens", "bullets", "speakers", "one line a paragraph"],
)
def test_lines_that_were_not_wrapped_stand_alone(text):
    """Lists, headlines, transcripts and paragraphs on one line: each line is a block."""
    assert blocks(text) == text.split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "The minister said that the two\ncountries would sign.",
        "The treaty was signed by the\nGovernment of Palau.",
        "The Secretary-General has said,\n“No one wins such a war.”",
        "It adopted a text on transit\n(it had none) and on rescue.",
        "He asked whether “the\n“new” rules” would hold.",
    ],
    ids=["small letter", "article", "quotation after a comma", "bracket", "article before a quotation"],
)
def test_a_line_that_plainly_goes_on_is_soft_in_any_document(text):
    """A small letter after the break, a word that ends no sentence, or a comma before a quotation (rule 5)."""
    assert len(blocks(text)) == 1


@pytest.mark.parametrize(
    "label", ["MR. RAO:", "THE PRESIDENT:  Thank you.", "SENIOR OFFICIAL: No.", "Q    Will you go?", "Q: Why?"]
)
def test_a_new_speaker_begins_a_block_in_wrapped_text(label):
    """A label in capitals, or Q, after a finished line (rule 3)."""
    assert blocks(PROSE + label + "\n" + PROSE)[1].startswith(label)


def test_a_speaker_alone_on_a_line_is_a_block():
    """The label does not join what is said (rule 4)."""
    assert blocks("MS. OKAFOR:\nthat is so\nQ\nis it?") == ["MS. OKAFOR:", "that is so", "Q", "is it?"]


def test_a_heading_in_capitals_stands_alone_in_wrapped_text():
    """Even when it fills its line (rule 7)."""
    heading = "COOPERATION ON PATROLS, FISHING, RESCUE AND THE SAFETY OF NAVIGATION"
    assert blocks(PROSE + heading + "\n" + PROSE)[1] == heading


def test_items_of_a_list_are_wrapped_too():
    """An item goes on to its second line, and the next mark begins a block (rules 1 and 2)."""
    text = (
        PROSE
        + "-   The coast guards open a line that is answered by day and\n    by night.\n-   They meet in\n    May.\n"
    )
    assert blocks(text)[1:] == [
        "-   The coast guards open a line that is answered by day and|    by night.",
        "-   They meet in|    May.",
    ]


def test_a_markdown_break_ends_a_short_line_of_wrapped_text():
    """Two spaces at the end of a line that leaves room (rule 9)."""
    assert blocks("The Lagoon Hotel in the old harbour, Koror  \nPalau\n\n" + PROSE)[:2] == [
        "The Lagoon Hotel in the old harbour, Koror",
        "Palau",
    ]


@given(LINES | st.text(st.characters(codec=None)))
def test_blocks_cover_all_that_is_visible(text):
    """In order, without white space at their ends, never overlapping, and nothing visible between them."""
    at = 0
    for start, end in find_blocks(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@given(LINES)
def test_the_kind_of_line_end_does_not_matter(text):
    """LF and CR LF give the same blocks."""
    if "\r" not in text:
        assert blocks(text) == blocks(text.replace("\n", "\r\n"))
