"""Coded corpora: what coders said of the sentences of documents, with or without the text at hand."""

from stance.corpus.by_reference import Materialized, Source, load_sources, materialize, sentence_hash, to_references
from stance.corpus.reading import corpus_rows, read_corpus, write_corpus
from stance.corpus.records import ADJUDICATED, CodedSentence, Coding, Corpus
from stance.corpus.splits import document_groups, split_corpus

__all__ = [
    "ADJUDICATED",
    "CodedSentence",
    "Coding",
    "Corpus",
    "Materialized",
    "Source",
    "corpus_rows",
    "document_groups",
    "load_sources",
    "materialize",
    "read_corpus",
    "sentence_hash",
    "split_corpus",
    "to_references",
    "write_corpus",
]
