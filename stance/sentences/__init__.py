"""Text → sentences: blank lines and line breaks by a stated rule, the rest by NLTK's Punkt."""

from stance.sentences.split import compiled_punkt, split_sentences, split_sentences_core, split_sentences_plain

__all__ = ["compiled_punkt", "split_sentences", "split_sentences_core", "split_sentences_plain"]
