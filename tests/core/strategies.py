"""Texts for property tests: any code points, and enough of the training vocabulary that features really fire."""

from hypothesis import strategies as st

_WORDS = """
    peace and security council must should call urge need the nations of was are is year million é naïve Über ÜBER
    China's sea Navy U.S. don't won’t “peace” 'tis gonna cannot 1,000.5 2.5% F-35 Ελλάς ΟΔΟΣ İstanbul straße STRASSE
    ﬁnd e\u0301t\u00e9 안보 平和 безопасность Привет 👍🏽 a I x_y __ -- ... …
"""
WORDS = _WORDS.split()
TRICKY = (
    "\u0130",
    "\u03a3",
    "a\u03a3",
    "\u03a3a",
    "a\u03a3.",
    "\u1e9e",
    "\ufb03",
    "\u2126",
    "\u00bd",
    "\u2460",
    "\u0345",
    "\u200d",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\u0000",
    "\u001c",
    "\u001f",
    "\u0085",
    "\u00a0",
    "\u2028",
    "\u3000",
    "\u180e",
    "\u2007",
    "\U0001d400",
    "\U00010400",
    "\U0010ffff",
    "\ue000",
    "\u0300",
    "\u0f71\u0f72\u0f74",
    "\uac00",
    "\u1100\u1161\u11a8",
    "``",
    "''",
    '"',
    "'",
    "[(<{",
    "a.b.",
    "e.g.",
    "Ph.D.",
    "--",
    "---",
    "..",
    ":",
    "1:2",
    "10:",
    ", ",
    "?!",
    "*",
    "'s",
    "N'T",
)
SPACES = (" ", " ", " ", " ", "  ", "\n", "\t ", "\r\n", "\u00a0", "\u2003\u2003", "\x1c", "\x85", "")

any_text = st.text(st.characters(codec="utf-8"), max_size=12)
any_code_points = st.text(st.characters(), max_size=6)  # lone surrogates too
huge_words = st.builds(
    lambda piece, n: piece * n,
    st.sampled_from(["a", "é", "ab", "Σ", "x1", "平", "don't"]),
    st.sampled_from([17, 64, 255, 3000]),
)


def pieces(surrogates: bool) -> st.SearchStrategy[str]:
    """One word, a tricky sequence, or anything."""
    return st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(WORDS),
        st.sampled_from(WORDS).map(str.upper),
        st.sampled_from(TRICKY),
        any_code_points if surrogates else any_text,
    )


@st.composite
def texts(draw: st.DrawFn, surrogates: bool = True) -> str:
    """One text: pieces and spaces in turn, rarely a huge word, often repeated."""
    found = draw(st.lists(st.tuples(pieces(surrogates), st.sampled_from(SPACES)), max_size=14))
    text = "".join(piece + space for piece, space in found)
    if draw(st.integers(0, 9)) == 0:
        text += draw(huge_words)
    return text * draw(st.sampled_from([1, 1, 1, 2]))


def batches(surrogates: bool = True) -> st.SearchStrategy[list[str]]:
    """A batch of texts, some of them empty."""
    return st.lists(st.one_of(texts(surrogates), st.just("")), min_size=1, max_size=5)
