"""Write tests/data/golden.json anew: thirty of our own sentences with the labels that the bundled model gives them.

    python benchmarks/quality/golden.py

The sentences, of corpora/security/written.jsonl, stay those on file while their texts are in the corpus. Without a file
they are chosen by hash: one coded with each claim, the rest as they come.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))

import stance
from stance.corpus import Corpus, read_corpus

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "data" / "golden.json"
N = 30


def chosen(corpus: Corpus) -> list[tuple[str, int]]:
    """Return (document, sentence) of the golden sentences."""
    if GOLDEN.is_file():
        known = {(s.document, s.sentence, s.text) for s in corpus}
        rows = json.loads(GOLDEN.read_text(encoding="utf-8"))
        if all((row["document"], row["sentence"], row["text"]) in known for row in rows):
            return [(row["document"], row["sentence"]) for row in rows]
    order = sorted(corpus, key=lambda s: hashlib.sha256(s.text.encode("utf-8")).hexdigest())
    names = sorted({name for s in corpus for name in s.codings[0].claims or ()})
    found = {next((s.document, s.sentence) for s in order if name in (s.codings[0].claims or ())) for name in names}
    rest = [(s.document, s.sentence) for s in order if (s.document, s.sentence) not in found]
    return sorted([*found, *rest[: N - len(found)]])


def labelled(text: str) -> dict[str, Any]:
    """Return the labels of a sentence by itself, probabilities of its claims to three places."""
    (s,) = stance.label([text]).sentences
    return {
        "claims": {claim.name: round(claim.probability, 3) for claim in s.claims},
        "role": s.role.name,
        "voice": s.voice.name,
        "stance": {target: found.name for target, found in s.stance.items()},
    }


def main() -> None:
    corpus = read_corpus(ROOT / "corpora" / "security" / "written.jsonl")
    texts = {(s.document, s.sentence): s.text for s in corpus}
    places = [{"document": d, "sentence": n, "text": texts[d, n]} for d, n in chosen(corpus)]
    lines = [json.dumps(place | labelled(place["text"]), ensure_ascii=False) for place in places]
    GOLDEN.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8", newline="\n")
    print(f"{GOLDEN}: {len(lines)} sentences")


if __name__ == "__main__":
    main()
