"""The sentences of a text, as spans of it."""

import json
from functools import cache
from typing import Any

from stance import core
from stance.text import check_text, read_text

Span = tuple[int, int]


def split_sentences(text: str) -> list[Span]:
    """Return the (start, end) of the sentences of `text`, in characters: `text[start:end]` is the sentence.

    In order, never overlapping, without white space at their ends; every character that is not white space is in
    one of them. A text of white space has none. Linear time; never raises for a str, and for anything else as
    `stance.text.check_text` does.
    """
    check_text(text)
    return split_sentences_core(text) if core.available() else split_sentences_plain(text)


def split_sentences_plain(text: str) -> list[Span]:
    """Return the sentences of `text` by NLTK: the specification of the two others."""
    from stance.sentences.paragraphs import find_blocks
    from stance.sentences.punkt import split_block

    return [span for start, end in find_blocks(text) for span in split_block(text, start, end)]


def split_sentences_core(text: str) -> list[Span]:
    """Return the sentences of `text` by the compiled core, which must be available."""
    spans: list[Span] = compiled_punkt().split_sentences(text)
    return spans


@cache
def compiled_punkt() -> Any:
    """Return the core's splitter with the bundled parameters, made once."""
    from stance.core._core import Punkt
    from stance.sentences.punkt import PARAMETERS

    stored = json.loads(read_text(PARAMETERS))
    return Punkt(
        stored["abbreviations"],
        stored["sentence_starters"],
        [(first, second) for first, second in stored["collocations"]],
        [(int(flags), words) for flags, words in stored["orthographic_context"].items()],
    )
