"""Sentences and tokens of real text by the core, against NLTK and the plain path; the answer is printed as JSON.

    python benchmarks/sentences.py FOLDER [--every N] [--times]

FOLDER holds .jsonl or .jsonl.gz files whose lines have a `text`. Of every document (or of every Nth) the spans must be
the same: Punkt alone over the whole text against a plain `PunktSentenceTokenizer` with our parameters, sentences
against `split_sentences_plain`, tokens of every sentence against `RegexpTokenizer(TOKEN_PATTERN)`. Exit status 1 if a
document differs. With --times, CPU seconds of both sides, on one core.
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


def timed(seconds: dict[str, float], name: str, call: Callable[[], Any]) -> Any:
    """Return what `call` does, its CPU time added to `seconds[name]`."""
    began = time.process_time()
    result = call()
    seconds[name] = seconds.get(name, 0.0) + time.process_time() - began
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--times", action="store_true")
    given = parser.parse_args()

    punkt, tokenizer = compiled_punkt(), RegexpTokenizer(TOKEN_PATTERN)
    nltk_punkt = PunktSentenceTokenizer(read_parameters())
    seconds: dict[str, float] = {}
    counts = dict.fromkeys(["documents", "characters", "punkt_sentences", "sentences", "tokens"], 0)
    differ: list[dict[str, Any]] = []
    for number, text in enumerate(read_documents([given.folder])):
        if number % given.every:
            continue
        by_nltk = timed(seconds, "punkt_nltk", lambda text=text: list(nltk_punkt.span_tokenize(text)))
        by_core = timed(seconds, "punkt_core", lambda text=text: punkt.punkt_spans(text))
        plain = timed(seconds, "sentences_plain", lambda text=text: split_sentences_plain(text))
        fast = timed(seconds, "sentences_core", lambda text=text: punkt.sentence_spans(text))
        listed = timed(seconds, "sentences_core_list", lambda text=text: punkt.split_sentences(text))
        pieces = [text[start:end] for start, end in plain]
        tokens = timed(seconds, "tokens_nltk", lambda pieces=pieces: [list(tokenizer.span_tokenize(s)) for s in pieces])
        scanned = timed(seconds, "tokens_core", lambda pieces=pieces: [_core.token_spans(s) for s in pieces])
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
        answer["cpu_seconds"] = {name: round(value, 3) for name, value in seconds.items()}
        for name, slow, quick in [
            ("punkt", "punkt_nltk", "punkt_core"),
            ("sentences", "sentences_plain", "sentences_core"),
            ("tokens", "tokens_nltk", "tokens_core"),
        ]:
            answer[f"{name}_times_faster"] = round(seconds[slow] / seconds[quick], 1)
    print(json.dumps(answer, indent=1))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
