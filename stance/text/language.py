"""Whether a text looks like English: a cheap test, good enough for a warning and for nothing else."""

import re

WORDS = frozenset(
    """the of and to in a is that for it on with as be by are this was at from or an not have has had but we they
    which will its their our you he she his her been were can would all more there also who what when if no do
    these those than should must said one so us i my your them may could about after into over how between under
    against such other only some any most very out up new because while where both each""".split()  # noqa: SIM905
)
_RUN = re.compile(r"[^\W\d_]+")
LOOKED_AT = 20_000  # characters: a page and more
ENOUGH = 8  # words: fewer say nothing about the language
FEW_LETTERS = 30  # say nothing about the script
SHARE_OF_WORDS = 0.18  # English prose has 0.35 to 0.5, headlines 0.2, French and Spanish below 0.1
SHARE_OF_ASCII = 0.7


def looks_english(text: str) -> bool:
    """Return whether `text` may be English, judged by its first 20,000 characters.

    True if at least 18 % of its words are among 110 frequent English ones and 70 % of its letters are ASCII; True
    also where there are fewer than 8 words, which say nothing.
    """
    words = _RUN.findall(text[:LOOKED_AT])
    letters = sum(map(len, words))
    ascii_letters = sum(len(word) for word in words if word.isascii())
    if ascii_letters < SHARE_OF_ASCII * letters and letters > FEW_LETTERS:
        return False
    if len(words) < ENOUGH:
        return True
    return sum(word.lower() in WORDS for word in words) >= SHARE_OF_WORDS * len(words)
