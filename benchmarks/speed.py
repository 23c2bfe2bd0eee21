"""How fast the core is, as ratios to what it equals: python benchmarks/speed.py FOLDER [--sentences N] [--out FILE]

FOLDER holds .jsonl or .jsonl.gz files with a `text` field. Each case runs both paths on the same input in turn, on one
thread, and states its expected answer, which is checked before anything is timed: equal labels, scores within 1e-5.
Times are medians of `--repeats`; MB/s are of UTF-8. `tables` of the result go into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from nltk.tokenize import NLTKWordTokenizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

import stance
import stance.core
from stance.sentences import split_sentences, split_sentences_plain
from stance.tokens import tokenize

N_LABELS = 18
Case = tuple[str, str, Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]


def documents_of(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("**/*.jsonl*")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            for line in file:
                if text := json.loads(line).get("text"):
                    yield text


def pipeline_of(sentences: list[str], *vectorizers: Any) -> Any:
    """Return a fitted pipeline of 18 labels, learned from arbitrary but fixed marks: whether a frequent word occurs."""
    words = ["peace", "war", "nuclear", "must", "our", "said", "president", "security", "economic"]
    marks = np.array([[w in s for w in words] + [len(s) % (k + 3) == 0 for k in range(9)] for s in sentences])
    classifier = OneVsRestClassifier(LogisticRegression(C=1.0, max_iter=30))
    return make_pipeline(make_union(*vectorizers), classifier).fit(sentences, marks.astype(int))


def equal_scores(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-5 * max(1.0, float(np.abs(theirs).max())))


def equal(ours: Any, theirs: Any) -> None:
    assert ours == theirs


def labels_of(document: stance.Document) -> list[Any]:
    return [
        {"claims": list(row["claims"]), "role": row["role"], "voice": row["voice"], "stance": row["stance"]}
        for row in document.rows()
    ]


def equal_labels(ours: list[stance.Document], theirs: list[stance.Document]) -> None:
    assert [labels_of(d) for d in ours] == [labels_of(d) for d in theirs]


def cases(texts: list[str], sentences: list[str]) -> Iterator[tuple[Case, int, int]]:
    train = sentences[:20_000]
    words = {"ngram_range": (1, 2), "max_features": 100_000, "sublinear_tf": True}
    settings = {
        "words (1,2), 100k features": [TfidfVectorizer(**words)],
        "our tokens, words (1,2)": [TfidfVectorizer(tokenizer=tokenize, token_pattern=None, **words)],
        "NLTKWordTokenizer, words (1,2)": [
            TfidfVectorizer(tokenizer=NLTKWordTokenizer().tokenize, token_pattern=None, **words)
        ],
        "words (1,2) and char_wb (3,5)": [
            TfidfVectorizer(**words),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), max_features=100_000),
        ],
    }
    size = sum(len(s.encode()) for s in sentences)
    for name, vectorizers in settings.items():
        pipeline = pipeline_of(train, *vectorizers)
        fast = stance.compile(pipeline)

        def ours(fast: Any = fast) -> Any:
            return fast.decision_function(sentences)

        def theirs(pipeline: Any = pipeline) -> Any:
            return pipeline.decision_function(sentences)

        yield (name, "scikit-learn", ours, theirs, equal_scores), size, len(sentences)
    size = sum(len(t.encode()) for t in texts)
    split = ([split_sentences(t) for t in texts], [split_sentences_plain(t) for t in texts])
    punkt: Case = (
        "sentences of whole documents", "NLTK Punkt and our line rules",
        lambda: [split_sentences(t) for t in texts], lambda: [split_sentences_plain(t) for t in texts], equal,
    )  # fmt: skip
    yield punkt, size, sum(map(len, split[0]))
    core, plain = stance.load("security-en"), stance.load("security-en", path="plain")
    few = texts[: max(1, len(texts) // 8)]
    size = sum(len(t.encode()) for t in few)
    whole: Case = (
        "raw documents to all labels, records", "NLTK and scikit-learn",
        lambda: list(core.label_documents(few)), lambda: list(plain.label_documents(few)), equal_labels,
    )  # fmt: skip
    yield whole, size, sum(len(split_sentences(t)) for t in few)


def measured(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    texts: list[str] = []
    sentences: list[str] = []
    every = 40  # a stratified sample: every fortieth document
    for number, text in enumerate(documents_of(args.folder)):
        if number % every == 0 and len(sentences) < args.sentences:
            texts.append(text)
            sentences += [text[a:b] for a, b in split_sentences(text)]
    rows = []
    for (name, peer, ours, theirs, check), size, n in cases(texts, sentences[: args.sentences]):
        check(ours(), theirs())
        times = [(measured(ours), measured(theirs)) for _ in range(args.repeats)]
        fast, slow = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(b / a for a, b in times)
        rows.append(
            {
                "case": name,
                "peer": peer,
                "mb_s": size / fast / 1e6,
                "peer_mb_s": size / slow / 1e6,
                "ratio": ratio,
                "n": n,
            }
        )
        print(
            f"| {name} | {peer} | {n:,} | {size / fast / 1e6:.1f} | {size / slow / 1e6:.2f} | {ratio:.0f}x |",
            flush=True,
        )
    machine = {"date": str(date.today()), "python": platform.python_version(), "core": stance.core.instructions()}
    if args.out:
        args.out.write_text(json.dumps({"machine": machine, "repeats": args.repeats, "cases": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
