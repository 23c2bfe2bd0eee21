"""Blocks → sentences by NLTK's `PunktSentenceTokenizer` with our own parameters."""

import json
import os
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from stance.text import read_text

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

Span = tuple[int, int]

PARAMETERS = os.path.join(os.path.dirname(__file__), "punkt.json")

LONGEST = 20_000
"""Characters that Punkt sees at once, and so the length of the longest sentence. NLTK stops a search of its own
after five seconds, which a block of some megabytes would need."""

_MARK = r"(?:[0-9]{1,3}(?:\.[0-9]{1,3})*|[A-Za-z]|[ivx]{1,4}|[IVX]{1,4})\.\s+(?=\S)"
_LONGEST_MARK = 64
_CLOSING = "\"')]}”’»›"

_LETTER_CATEGORIES = frozenset(["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nl", "Pc"])
_SPACE = r"[\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_NOT_SPACE = _SPACE.replace("[", "[^", 1)


class _WithoutGrowth(dict[str, int]):
    """A mapping that answers 0 for a word it does not know, and does not remember that it was asked."""

    def __missing__(self, word: str) -> int:
        return 0


def read_parameters(path: str = PARAMETERS) -> "PunktParameters":
    """Return the parameters stored at `path` (JSON, written by `stance.sentences.learn`)."""
    from nltk.tokenize.punkt import PunktParameters

    stored = json.loads(read_text(path))
    parameters = PunktParameters()
    parameters.abbrev_types = set(stored["abbreviations"])
    parameters.collocations = {(first, second) for first, second in stored["collocations"]}
    parameters.sent_starters = set(stored["sentence_starters"])
    parameters.ortho_context = _WithoutGrowth(
        (word, int(flags)) for flags, words in stored["orthographic_context"].items() for word in words.split()
    )
    return parameters


def is_letter(character: str) -> bool:
    """Whether `[^\\W\\d]` of `regex` matches: Unicode's alphabetic characters, marks and connectors."""
    code = ord(character)
    return (
        unicodedata.category(character) in _LETTER_CATEGORIES
        or code in (0x200C, 0x200D)
        or 0x24B6 <= code <= 0x24E9  # letters in circles and squares
        or 0x1F130 <= code <= 0x1F149
        or 0x1F150 <= code <= 0x1F169
        or 0x1F170 <= code <= 0x1F189
    )


def make_tokenizer(parameters: "PunktParameters") -> "PunktSentenceTokenizer":
    """Return a `PunktSentenceTokenizer` with `parameters` that reads alike under every NLTK from 3.9.

    NLTK 3.10 added curly quotes and guillemets to the marks that close a sentence, and compiles its patterns with
    `regex`, whose white space, digits and letters are not those of `re`: the patterns here are those of 3.10, with
    the white space of `regex` written out and its letters in `is_letter`. So the spans are those of a plain
    `PunktSentenceTokenizer(parameters)` of NLTK 3.10, but for characters that this Python's Unicode has not assigned.
    """
    from nltk.tokenize.punkt import PunktLanguageVars, PunktSentenceTokenizer, PunktToken

    class Token(PunktToken):
        __slots__ = ()
        _RE_NUMERIC = re.compile(PunktToken._RE_NUMERIC.pattern)

        @property
        def is_initial(self) -> bool:
            return len(self.tok) == 2 and self.tok[1] == "." and is_letter(self.tok[0])

    class LanguageVars(PunktLanguageVars):
        __slots__ = ()
        re_boundary_realignment = re.compile(
            rf"""["')\]}}\u2018\u2019\u201c\u201d\xab\xbb]+?(?:{_SPACE}+|(?=--)|$)""", re.MULTILINE
        )
        _re_non_word_chars = r"(?:[)\";}\]\*:@\'\({\[\u2018\u2019\u201c\u201d\xab\xbb?!])"
        _re_multi_char_punct = rf"(?:\-{{2,}}|\.{{2,}}|(?:\.{_SPACE}){{2,}}\.)"
        _word_tokenize_fmt = PunktLanguageVars._word_tokenize_fmt.replace(r"\S", _NOT_SPACE).replace(r"\s", _SPACE)
        _period_context_fmt = PunktLanguageVars._period_context_fmt.replace(r"\S", _NOT_SPACE).replace(r"\s", _SPACE)

    return PunktSentenceTokenizer(parameters, lang_vars=LanguageVars(), token_cls=Token)


@cache
def read_parameters_once() -> "PunktParameters":
    """Return the bundled parameters, read once."""
    return read_parameters()


@cache
def tokenizer() -> "PunktSentenceTokenizer":
    """Return the tokenizer with the bundled parameters, made once."""
    return make_tokenizer(read_parameters_once())


def split_block(text: str, start: int, end: int) -> list[Span]:
    """Return the spans of the sentences of the block `text[start:end]`, without white space at their ends.

    A number, a letter or a Roman numeral with a full stop at the start of the block is the mark of a list item: it
    belongs to the first sentence, where Punkt, which is given what follows, would make it one of its own.
    Two kinds of sentences are joined to the one before them: those that begin with a small letter behind a closing
    quote or bracket (“Why?” she asked: Punkt ends a sentence at every question mark), and those without a letter or
    figure (Why? ?, or what ends a **bold.** paragraph); unless that makes more than `LONGEST` characters.

    Of a block of more than `LONGEST` characters Punkt sees that many from its start; all sentences but the last
    one are taken, and it goes on with the last one. Where there is one only, it is cut at its last white space, or
    at its end where it has none.
    """
    mark = re.match(_MARK, text[start : min(end, start + _LONGEST_MARK)])
    at = start + mark.end() if mark else start
    spans: list[Span] = []
    while end - at > LONGEST:
        found = _punkt(text, at, at + LONGEST)
        if len(found) > 1:
            at = found.pop()[0]
            spans += found
            continue
        cut = at + LONGEST
        while cut > at and not text[cut - 1].isspace():
            cut -= 1
        if cut == at:
            cut = at + LONGEST
        spans += _punkt(text, at, cut)
        at = cut
    spans += _punkt(text, at, end)
    joined = [(start, spans[0][1])]
    for first, last in spans[1:]:
        goes_on = text[first].islower() and text[joined[-1][1] - 1] in _CLOSING
        is_short = last - joined[-1][0] <= LONGEST
        if is_short and (goes_on or not any(map(str.isalnum, text[first:last]))):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _punkt(text: str, start: int, end: int) -> list[Span]:
    """Punkt's own spans of `text[start:end]`, without white space at their ends."""
    spans = []
    for first, last in tokenizer().span_tokenize(text[start:end]):
        first, last = start + first, start + last
        while first < last and text[first].isspace():
            first += 1
        while first < last and text[last - 1].isspace():
            last -= 1
        if first < last:
            spans.append((first, last))
    return spans
