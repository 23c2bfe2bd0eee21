"""Blocks → sentences by NLTK's `PunktSentenceTokenizer` with our own parameters."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

PARAMETERS = Path(__file__).with_name("punkt.json")

LONGEST = 50_000
"""Characters that Punkt sees at once, and so the length of the longest sentence. NLTK stops a search of its own
after five seconds, which a block of some megabytes would need."""

_SPACE = r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_NOT_SPACE = r"[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


class _WithoutGrowth(dict[str, int]):
    """A mapping that answers 0 for a word it does not know, and does not remember that it was asked."""

    def __missing__(self, word: str) -> int:
        return 0


def read_parameters(path: Path = PARAMETERS) -> "PunktParameters":
    """Return the parameters stored at `path` (JSON, written by `stance.sentences.learn`)."""
    from nltk.tokenize.punkt import PunktParameters

    stored = json.loads(path.read_text("utf-8"))
    parameters = PunktParameters()
    parameters.abbrev_types = set(stored["abbreviations"])
    parameters.collocations = {(first, second) for first, second in stored["collocations"]}
    parameters.sent_starters = set(stored["sentence_starters"])
    parameters.ortho_context = _WithoutGrowth(
        (word, int(flags)) for flags, words in stored["orthographic_context"].items() for word in words.split()
    )
    return parameters


def make_tokenizer(parameters: "PunktParameters") -> "PunktSentenceTokenizer":
    """Return a `PunktSentenceTokenizer` with `parameters` that reads alike under every NLTK from 3.9.

    NLTK 3.10 added curly quotes and guillemets to the marks that close a sentence, and compiles its patterns with
    `regex`, whose white space lacks four control characters of `re`: the patterns here are those of 3.10, with the
    white space of `regex` written out.
    """
    from nltk.tokenize.punkt import PunktLanguageVars, PunktSentenceTokenizer

    class LanguageVars(PunktLanguageVars):  # type: ignore[misc]
        __slots__ = ()
        re_boundary_realignment: Any = None
        _re_non_word_chars = r"(?:[)\";}\]\*:@\'\({\[\u2018\u2019\u201c\u201d\xab\xbb?!])"
        _re_multi_char_punct = rf"(?:\-{{2,}}|\.{{2,}}|(?:\.{_SPACE}){{2,}}\.)"
        _word_tokenize_fmt = PunktLanguageVars._word_tokenize_fmt.replace(r"\S", _NOT_SPACE).replace(r"\s", _SPACE)
        _period_context_fmt = PunktLanguageVars._period_context_fmt.replace(r"\S", _NOT_SPACE).replace(r"\s", _SPACE)

    return PunktSentenceTokenizer(parameters, lang_vars=LanguageVars())


@cache
def _tokenizer() -> "PunktSentenceTokenizer":
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    return PunktSentenceTokenizer(read_parameters())


def split_block(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans of the sentences of the block `text[start:end]`, without white space at their ends.

    Of a block of more than `LONGEST` characters Punkt sees that many from its start; all sentences but the last
    one are taken, and it goes on with the last one. Where there is one only, it is cut at its last white space, or
    at its end where it has none.
    """
    spans: list[tuple[int, int]] = []
    while end - start > LONGEST:
        found = _punkt(text, start, start + LONGEST)
        if len(found) > 1:
            start = found.pop()[0]
            spans += found
            continue
        cut = start + LONGEST
        while cut > start and not text[cut - 1].isspace():
            cut -= 1
        if not text[start:cut].strip():
            cut = start + LONGEST
        spans += _punkt(text, start, cut)
        start = cut
    return spans + _punkt(text, start, end)


def _punkt(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    for first, last in _tokenizer().span_tokenize(text[start:end]):
        first, last = start + first, start + last
        while first < last and text[first].isspace():
            first += 1
        while first < last and text[last - 1].isspace():
            last -= 1
        if first < last:
            spans.append((first, last))
    return spans
