"""The sentences of a text, as spans of it."""

from stance.sentences.paragraphs import find_blocks
from stance.sentences.punkt import split_block

Span = tuple[int, int]


def split_sentences_plain(text: str) -> list[Span]:
    """Return the spans of the sentences of `text` by NLTK: what `split_sentences` must give."""
    return [span for start, end in find_blocks(text) for span in split_block(text, start, end)]


def split_sentences(text: str) -> list[Span]:
    """Return the (start, end) of the sentences of `text`, in characters: `text[start:end]` is the sentence.

    In order, never overlapping, without white space at their ends; every character that is not white space is in
    one of them. A text of white space has none. Never raises for a str; linear time.
    """
    return split_sentences_plain(text)
