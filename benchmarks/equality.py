"""Every setting of the compiled core on real text, against scikit-learn; the answer is a dated file.

    python benchmarks/equality.py FOLDER [--sample N] [--only WORD] [--out FILE]

FOLDER holds .jsonl or .jsonl.gz files whose lines have a `text`; the user names it, nothing is fetched. Texts are
split into sentences, models are fitted on 2,000 of them, and every sentence (or a sample, spread over all) is scored
by both. For each setting the file says how many labels differ (the answer is none) and the largest difference of a
score, relative to the score where it is above 1, in float32 and in float64. A setting holds if no label differs and
no score differs by more than 1e-5 (float32) or 1e-6 (float64) of the terms it is the sum of. Exit status 1 if one
does not.
"""

import argparse
import json
import platform
import sys
import time
import unicodedata
import warnings
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

sys.path.append(str(Path(__file__).resolve().parent.parent))
import stance.core
from benchmarks.inputs import read_texts
from benchmarks.settings import CASES, WRAPPED, Case, fitted
from stance.compiled import CompiledPipeline, compile
from stance.compiled.plain import PlainEngine
from stance.sentences import split_sentences

FLOAT64, FLOAT32 = 1e-6, 1e-5
BATCH = 20_000
FITTED_ON = 2_000


def sentences_of(folder: Path, sample: int | None) -> list[str]:
    """Return the sentences of `folder`, or `sample` of them, evenly spread."""
    found = [text[start:end] for text in read_texts(folder) for start, end in split_sentences(text)]
    if sample is None or sample >= len(found):
        return found
    return [found[i] for i in np.linspace(0, len(found) - 1, sample).astype(int)]


def scores_equal(case: Case, training: list[str], texts: list[str], kept: dict[int, Any] | None) -> dict[str, Any]:
    """Return what differs between the case's pipeline and the compiled one on `texts`.

    `kept`, start of a batch → the original's features of it, carries them between cases with the same vectorizer
    fitted on the same labels; None keeps nothing.
    """
    original = fitted(case, training)
    result: dict[str, Any] = {"case": str(case), "labels_that_differ": 0}
    compiled = {name: compile(original, float64=name == "float64") for name in ("float32", "float64")}
    result["computed_in"] = {n: "float64" if c.float64 else "float32" for n, c in compiled.items()}
    holds = True
    began = time.perf_counter()
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        last, given = original, batch
        if case.vectorizer not in WRAPPED:  # vectorize once for all methods
            last, given = original[-1], (kept or {}).get(start)
            if given is None:
                given = original[:-1].transform(batch)
            if kept is not None:
                kept[start] = given
        labels = last.predict(given)
        for name, fast in compiled.items():
            result["labels_that_differ"] += int((fast.predict(batch) != labels).sum())
            limit = FLOAT64 if fast.float64 else FLOAT32
            for method in ("decision_function", "predict_proba"):
                if not hasattr(last, method):
                    continue
                expected, found = getattr(last, method)(given), getattr(fast, method)(batch)
                pairs = list(zip(expected, found, strict=True) if isinstance(expected, list) else [(expected, found)])
                worst = max(largest(e, f) for e, f in pairs)
                result[f"{method}_{name}"] = max(result.get(f"{method}_{name}", 0.0), worst)
                if worst > limit:  # the sum may have cancelled: measure by its terms
                    holds &= max(largest(e, f, terms(fast, batch)) for e, f in pairs) <= limit
    result["seconds"] = round(time.perf_counter() - began, 1)
    result["holds"] = holds and result["labels_that_differ"] == 0
    return result


def terms(fast: CompiledPipeline, batch: list[str]) -> np.ndarray:
    """Return the largest sum of absolute terms in each row, (n_texts, 1)."""
    weights = np.abs(np.concatenate([b.weights for b in fast.plan.blocks]))
    sums = abs(PlainEngine(fast.plan).values(batch)) @ weights + np.abs(fast.plan.intercept)
    return sums.max(axis=1, keepdims=True)


def largest(expected: np.ndarray, found: np.ndarray, size: np.ndarray | None = None) -> float:
    """Return the largest difference, relative to the score (or to `size`) where that is above 1."""
    expected, found = expected.reshape(len(expected), -1), found.reshape(len(found), -1)
    return float((np.abs(found - expected) / np.maximum(np.abs(expected) if size is None else size, 1.0)).max())


@cache
def machine() -> dict[str, str]:
    """Return what the result depends on."""
    return {
        "python": platform.python_version(),
        "unicode": unicodedata.unidata_version,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "machine": platform.machine(),
        "path": "core" if stance.core.available() else "plain",
        "instructions": str(stance.core.instructions()),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the settings and write the result; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, help="sentences, evenly spread; all if not given")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--out", type=Path, help="default: benchmarks/results/equality-DATE.json")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    texts = sentences_of(options.folder, options.sample)
    training = [texts[i] for i in np.linspace(0, len(texts) - 1, min(FITTED_ON, len(texts))).astype(int)]
    cases = sorted((c for c in CASES if options.only in str(c)), key=lambda c: (c.vectorizer, c.labels))
    sharing = Counter((c.vectorizer, c.labels) for c in cases)
    results: list[dict[str, Any]] = []
    group, kept = None, None
    for i, case in enumerate(cases, 1):
        if group != (group := (case.vectorizer, case.labels)):
            kept = {} if sharing[group] > 1 else None
        results.append(scores_equal(case, training, texts, kept))
        shown = {k: v for k, v in results[-1].items() if k not in ("case", "computed_in")}
        print(f"{i}/{len(cases)} {case}: {json.dumps(shown)}", flush=True)
    now = datetime.now(UTC)
    out = options.out or Path(__file__).parent / "results" / f"equality-{now:%Y-%m-%d}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "date": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "sentences": len(texts),
        "characters": sum(map(len, texts)),
        "sample": options.sample,
        "fitted_on": len(training),
        **machine(),
        "all_hold": all(r["holds"] for r in results),
        "largest": {
            key: max((r.get(key, 0.0) for r in results), default=0.0)
            for key in sorted({k for r in results for k in r if k.endswith(("_float32", "_float64"))})
        },
        "cases": results,
    }
    out.write_text(json.dumps(report, indent=1) + "\n")
    print(f"{len(results)} settings on {len(texts)} sentences: {'all hold' if report['all_hold'] else 'BROKEN'}; {out}")
    return 0 if report["all_hold"] else 1


if __name__ == "__main__":
    sys.exit(main())
