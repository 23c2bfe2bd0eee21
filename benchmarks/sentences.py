"""Sentences and tokens of real text by the core, against NLTK and the plain path; the answer is printed as JSON.

    python benchmarks/sentences.py FOLDER [--every N] [--times]

FOLDER holds .jsonl or .jsonl.gz files whose lines have a `text`. Of every document (or of every Nth) the spans must be
the same: Punkt alone over the whole text against a plain `PunktSentenceTokenizer` with our parameters, sentences
against `split_sentences_plain`, tokens of every sentence against `RegexpTokenizer(TOKEN_PATTERN)`. Exit status 1 if a
document differs. With --times, CPU seconds of both sides in passes of their own over all those documents, the better
of two for NLTK and of seven for the core, on one core.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nltk
from nltk.tokenize import RegexpTokenizer
from nltk.tokenize.punkt import PunktSentenceTokenizer

sys.path.append(str(Path(__file__).resolve().parent.parent))
from stance.core import _core
from stance.sentences import compiled_punkt, split_sentences_plain
from stance.sentences.learn import read_documents
from stance.sentences.punkt import read_parameters
from stance.tokens import TOKEN_PATTERN


def trimmed(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return NLTK's spans without white space at their ends."""
    found = []
    for start, end in spans:
        piece = text[start:end]
        if bare := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            found.append((first, first + len(bare)))
    return found


def cpu_seconds(call: Callable[[str], Any], texts: list[str], times: int) -> float:
    """Return the least CPU time of `times` passes of `call` over `texts`."""
    passes = []
    for _ in range(times):
        began = time.process_time()
        for text in texts:
            call(text)
        passes.append(time.process_time() - began)
    return min(passes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--times", action="store_true")
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
    if given.times:
        pairs: list[tuple[str, Callable[[str], Any], Callable[[str], Any]]] = [
            ("punkt", lambda text: list(nltk_punkt.span_tokenize(text)), punkt.punkt_spans),
            ("sentences", split_sentences_plain, punkt.sentence_spans),
            (
                "tokens",
                lambda text: list(tokenizer.span_tokenize(text[:20_000])),
                lambda text: _core.token_spans(text[:20_000]),
            ),
        ]
        for name, slow, quick in pairs:
            by_plain, by_core = cpu_seconds(slow, texts, 2), cpu_seconds(quick, texts, 7)
            answer[f"{name}_times"] = {
                "plain_seconds": round(by_plain, 3),
                "core_seconds": round(by_core, 4),
                "times_faster": round(by_plain / by_core, 1),
            }
    print(json.dumps(answer, indent=1))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
