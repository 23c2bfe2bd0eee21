"""What ends a sentence within a block: abbreviations by name, initials, numbers, quotations, lists, transcripts."""

import os
import re
from itertools import pairwise

import pytest

from stance import core
from stance.sentences import split_sentences_core, split_sentences_plain
from stance.sentences.punkt import read_parameters

PATHS = [
    pytest.param(split_sentences_plain, id="plain"),
    pytest.param(
        split_sentences_core, id="core", marks=pytest.mark.skipif(not core.available(), reason=f"{core.why_not()}")
    ),
]
both_paths = pytest.mark.parametrize("split", PATHS)


def sentences(split, text):
    """The sentences of `text`, by one of the two paths."""
    return [text[start:end] for start, end in split(text)]


# Each shows the abbreviation before a name, a number or a small letter.
GOES_ON = [
    "The U.S. Navy sent two ships.", "The U.S. delegation left.", "The U.S. and Japan agreed.",
    "A U.K. frigate came.", "The U.N. Charter says so.", "The E.U. Commission asked.",
    "It came from Washington, D.C. officials said.", "The D.P.R.K. leader spoke.",
    "The U.A.E. minister agreed.", "Then Gen. Alvarez spoke.", "Then Gen. Brown spoke.",
    "Then Lt. Moreno spoke.", "Then Lt. Col. Moreno spoke.", "Then Lt. Gen. Stone spoke.",
    "Then Col. Ruiz spoke.", "Then Maj. Okoye spoke.", "Then Capt. Lim spoke.", "Then Sgt. Park spoke.",
    "Then Adm. Harada spoke.", "Then Brig. Gen. Cruz spoke.", "Then Cmdr. Vega spoke.", "Then Cpl. Diaz spoke.",
    "Then Pvt. Rossi spoke.", "Then Dr. Okafor spoke.", "Then Mr. Price spoke.", "Then Mr. Rao spoke.",
    "Then Mrs. Rao spoke.", "Then Ms. Tan spoke.", "Then Messrs. Rao and Tan spoke.", "Then Prof. Lin spoke.",
    "Then Hon. Justice Lin spoke.", "Then Amb. Silva spoke.", "Then Rep. Young spoke.",
    "Then Reps. Young and Hill spoke.", "Then Sen. King spoke.", "Then Sens. King and Rice spoke.",
    "Then Gov. Hall spoke.", "Then Rev. Bell spoke.", "Then Pres. Ngata spoke.",
    "Then Ana Cruz Jr. and her son spoke.", "Then Ana Cruz Sr. and her son spoke.",
    "It lies near St. Lucia now.", "It lies near Mt. Apo now.", "It lies near Ft. Drum now.",
    "Then H.E. Mr. Silva spoke.", "Ana Lim, Ph.D. from Cebu, spoke.", "Palau vs. Tonga was close.",
    "Rao v. Palau was heard.", "They met at 5 p.m. Friday.", "They met at 5 a.m. on Friday.",
    "They met on Jan. 5 again.", "They met on Feb. 5 again.", "They met on Mar. 5 again.",
    "They met on Apr. 5 again.", "They met on Jun. 5 again.", "They met on Jul. 5 again.",
    "They met on Aug. 5 again.", "They met on Sept. 5 again.", "They met on Sep. 5 again.",
    "They met on Oct. 5 again.", "They met on Nov. 5 again.", "They met on Dec. 5 again.",
    "They met on Mon. 5 May again.", "Some ports, e.g. Koror, are deep.",
    "One port, i.e. the old one, is deep.", "Ports, piers, etc. are deep.", "Nets etc. Koror had none.",
    "See cf. Koror below.", "It was built ca. 1900 there.", "Lim et al. Cebu agree.",
    "Lim, op. cit. page 5, agrees.", "See ibid. page 5 again.", "It is approx. 5 miles off.",
    "It was built est. 1900 there.", "Koror Inc. Palau owns it.", "Koror Ltd. Palau owns it.",
    "Koror Corp. Palau owns it.", "Koror Co. Palau owns it.", "The Navy Dept. Koror has it.",
    "See Art. 5 again.", "See Arts. 5 and 6 again.", "See Art. IV again.", "See No. 5 again.",
    "See Nos. 5 and 6 again.", "See para. 5 again.", "See paras. 5 and 6 again.", "See Res. 5 again.",
    "See vol. 5 again.", "See vols. 5 and 6 again.", "See p. 5 again.", "See pp. 5 and 6 again.",
    "See fig. 5 again.", "See Fig. 5 again.", "See sec. 5 again.", "See Ch. 5 again.",
    "See Lim, ed. Cebu 1990, again.", "See Lim, eds. Cebu 1990, again.", "The ship, a.k.a. Dawn, left.",
]  # fmt: skip


@both_paths
@pytest.mark.parametrize("text", GOES_ON, ids=lambda text: re.search(r"[\w.]*\w\.,? \S+", text)[0])
def test_an_abbreviation_does_not_end_the_sentence(split, text):
    """Before a name, a number or a small letter the sentence goes on; the one behind it is cut off."""
    assert sentences(split, text + " The storm came.") == [text, "The storm came."]


ENDS = [
    "He left the U.S.", "He left the U.K.", "He spoke at the U.N.", "He lives in Washington, D.C.",
    "They met at 5 p.m.", "They met at 5 a.m.", "They sold nets, hooks, etc.", "He works for Koror Inc.",
    "He works for Koror Ltd.", "He works for Koror Corp.", "He works for Koror & Co.",
    "He spoke to Ana Cruz Jr.", "She has a Ph.D.", "He said no.", "It is a state of the art.",
    "They met in Dec.", "It happened in 1995.", "They agreed on Article 5.", "It costs $2.5.",
    "He asked for a fig.",
]  # fmt: skip


@both_paths
@pytest.mark.parametrize("text", ENDS)
@pytest.mark.parametrize("after", ["The storm came.", "We left.", "It was late.", "I agree.", "They did not."])
def test_an_abbreviation_at_the_end_ends_the_sentence(split, text, after):
    """Before a word that mostly begins a sentence the abbreviation ends one."""
    assert sentences(split, f"{text} {after}") == [text, after]


@both_paths
@pytest.mark.parametrize(
    "expected",
    [
        ["Then J. F. Kennedy spoke.", "So did George W. Bush."],
        ["Then J.F. Kennedy spoke.", "So did R. Price."],
        ["World War I.", "We remember it."],
        ["He paid 2.5 million.", "It was 1,000.5 too much.", "Growth was .5 per cent."],
        ["“We will not go.”", "He said it twice."],
        ['"We will not go."', "He said it twice."],
        ["He said: “We will not go.”", "“Why?”", "“Ask them.”"],
        ["“Will you go?” she asked.", "He did not answer."],
        ["‘Will you go?’ she asked.", "He did not answer."],
        ["“Stop!” he cried, and they did.", "Nobody moved."],
        ["What next?", "Nobody knows!", "We wait."],
        ["What?!", "No."],
        ["He paused... and went on.", "Nobody moved."],
        ["He paused … and went on.", "Nobody moved."],
        ["They left (see the annex).", "The port closed."],
        ["They left. (The port had closed.)", "It was late."],
        ["It was agreed (resolution 5/6, para. 14).", "The port closed."],
        ["The text is clear (Rao et al., 2010).", "It binds both."],
        ["He lives at www.example.org now.", "Write to him."],
        ["It sank at 5.30 a.m. near the lagoon.", "Nobody died."],
        ["«On ne part pas.»", "He said it in French."],
        ["(“Why?”) and so on.", "Then they left."],
        ["Why? ?", "They left. * * *"],
    ],
    ids=lambda expected: expected[0],
)
def test_running_text(split, expected):
    """Initials, decimals, quotations, ellipses, citations and brackets."""
    text = " ".join(expected)
    found = sentences(split, text)
    if expected[0].startswith("They left. (The"):  # a bracketed sentence is one of its own
        expected = ["They left.", "(The port had closed.)", "It was late."]
    assert found == expected


@both_paths
@pytest.mark.parametrize(
    "lines",
    [
        ["1. The parties agree on rescue.", "2. They meet in May.", "3.1. Costs are shared."],
        ["a. The parties agree.", "b. They meet.", "IV. Costs are shared."],
        ["(1) The parties agree.", "(b) They meet.", "[3] Costs are shared."],
        ["- The parties agree", "- They meet", "- Costs are shared"],
        ["MR. RAO:  We agree.", "Q  When will you meet?", "MR. RAO:  In May."],
        ["Talks resume in Koror", "By Ana Lim", "KOROR — The talks resumed."],
    ],
    ids=["numbers", "letters", "brackets", "hyphens", "transcript", "headline"],
)
def test_a_line_that_stands_alone_is_one_sentence(split, lines):
    """The mark of a list item and the label of a speaker belong to the sentence behind them."""
    assert sentences(split, "\n".join(lines)) == lines


@both_paths
def test_a_list_mark_does_not_hide_the_sentences_behind_it(split):
    """Only the first sentence of the item takes the mark."""
    assert sentences(split, "1. The parties agree. They meet in May.") == ["1. The parties agree.", "They meet in May."]


@both_paths
def test_a_sentence_keeps_its_line_breaks(split):
    """Soft wraps stay in the span, with their carriage returns and spaces."""
    text = "The parties met in the\r\nold harbour and agreed that  \r\nthey would meet again. They\r\ndid not.\r\n"
    assert sentences(split, text) == [
        "The parties met in the\r\nold harbour and agreed that  \r\nthey would meet again.",
        "They\r\ndid not.",
    ]


def test_the_parameters_are_those_of_the_list_and_small():
    """Every abbreviation of the hand list is there, in small letters, and words are words."""
    import tomllib

    from stance.sentences.learn import BY_HAND
    from stance.sentences.punkt import PARAMETERS

    parameters = read_parameters()
    hand = tomllib.loads(BY_HAND.read_text("utf-8"))
    assert {word for words in hand["always"].values() for word in words} <= parameters.abbrev_types
    assert all(("no", after) in parameters.collocations for after in ("##number##", "iv"))
    assert "no" not in parameters.abbrev_types
    known = [*parameters.abbrev_types, *parameters.sent_starters, *parameters.ortho_context]
    assert all(word == word.lower() and len(word) <= 60 and word.split() == [word] for word in known)
    assert os.path.getsize(PARAMETERS) < 1_500_000


def test_asking_for_unknown_words_leaves_the_parameters_alone():
    """NLTK looks words up in a defaultdict, which would grow with every text."""
    parameters = read_parameters()
    size = len(parameters.ortho_context)
    assert parameters.ortho_context["no-such-word"] == 0
    assert len(parameters.ortho_context) == size


@both_paths
def test_sentences_are_in_order(split):
    """Over a text of every case above, joined."""
    text = "\n\n".join(GOES_ON + ENDS)
    spans = split(text)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
