"""Sentences and tokens of real text by the core, against NLTK and the plain path; the answer is printed as JSON.

    python benchmarks/sentences.py FOLDER [--every N]

FOLDER holds .jsonl or .jsonl.gz files whose lines have a `text`. Of every document (or of every Nth) the spans must be
the same: Punkt alone over the whole text against a plain `PunktSentenceTokenizer` with our parameters, sentences
against `split_sentences_plain`, tokens of every sentence against `RegexpTokenizer(TOKEN_PATTERN)`. Exit status 1 if a
document differs. How fast both are, `run.py` tells.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import nltk
from nltk.tokenize import RegexpTokenizer
from nltk.tokenize.punkt import PunktSentenceTokenizer

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks.documents import trimmed
from stance.core import _core
from stance.sentences import compiled_punkt, split_sentences_plain
from stance.sentences.learn import read_documents
from stance.sentences.punkt import read_parameters
from stance.tokens import TOKEN_PATTERN


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()

    punkt, tokenizer = compiled_punkt(), RegexpTokenizer(TOKEN_PATTERN)
    nltk_punkt = PunktSentenceTokenizer(read_parameters())
    counts = dict.fromkeys(["documents", "characters", "punkt_sentences", "sentences", "tokens"], 0)
    differ: list[dict[str, Any]] = []
    texts = [text for number, text in enumerate(read_documents([given.folder])) if number % given.every == 0]
    for number, text in enumerate(texts):
        by_nltk = list(nltk_punkt.span_tokenize(text))
        by_core = punkt.punkt_spans(text)
        plain = split_sentences_plain(text)
        fast = punkt.sentence_spans(text)
        listed = punkt.split_sentences(text)
        pieces = [text[start:end] for start, end in plain]
        tokens = [list(tokenizer.span_tokenize(piece)) for piece in pieces]
        scanned = [_core.token_spans(piece) for piece in pieces]
        same = {
            "punkt": list(map(tuple, by_core.tolist())) == trimmed(text, by_nltk),
            "sentences": list(map(tuple, fast.tolist())) == plain == listed,
            "tokens": tokens == scanned,
        }
        if not all(same.values()):
            differ.append({"document": number, **same})
        counts["documents"] += 1
        counts["characters"] += len(text)
        counts["punkt_sentences"] += len(by_nltk)
        counts["sentences"] += len(plain)
        counts["tokens"] += sum(map(len, tokens))
    answer: dict[str, Any] = {"nltk": nltk.__version__, **counts}
    answer |= {"documents_that_differ": len(differ), "first": differ[:5]}
    print(json.dumps(answer, indent=1))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
