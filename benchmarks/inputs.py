"""What the benchmarks read: sentences and documents of a folder, or made up."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks import made_up
from stance.sentences import split_sentences

T = TypeVar("T")


def read_texts(folder: Path) -> Iterator[str]:
    """Yield the `text` of every line of every .jsonl and .jsonl.gz in `folder`."""
    files = sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])
    if not files:
        raise SystemExit(f"{folder}: must hold .jsonl or .jsonl.gz files; holds none")
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                text = json.loads(line).get("text")
                if not isinstance(text, str):
                    raise SystemExit(f"{path}:{number}: text must be a string; got {text!r}")
                yield text


def spread(items: Sequence[T], n: int) -> list[T]:
    """Return `n` of `items`, evenly spread over all, in order; all of them where there are fewer."""
    if n >= len(items):
        return list(items)
    return [items[i] for i in np.linspace(0, len(items) - 1, n).astype(int)]


@dataclass(frozen=True, eq=False)
class Inputs:
    """The texts of a run. `scale` divides every size that a case asks for: 1, or more where only answers are wanted."""

    name: str
    documents: list[str]
    scale: int = 1

    @classmethod
    def of(cls, folder: Path | None, scale: int = 1) -> Inputs:
        """Return the texts of `folder`, or made-up ones."""
        if folder is not None:
            return cls(folder.name, list(read_texts(folder)), scale)
        if (found := made_up.checksum()) != made_up.CHECKSUM:
            raise SystemExit(f"the made-up documents must have the checksum {made_up.CHECKSUM}; got {found}")
        return cls(f"made up, seed {made_up.SEED}", list(made_up.documents(50_000 // scale)), scale)

    @cached_property
    def sentences(self) -> list[str]:
        return [text[start:end] for text in self.documents for start, end in split_sentences(text)]

    @cached_property
    def training(self) -> list[str]:
        """Sentences for fitting, none of which is among those scored: every other one of a sample."""
        return spread(self.sentences, 40_000 // self.scale)[::2]

    def scored(self, n: int) -> list[str]:
        """Return `n` sentences to score (or as many as there are), spread over all and apart from `training`."""
        return spread(spread(self.sentences, 40_000 // self.scale)[1::2], max(n // self.scale, 20))

    def whole(self, n_bytes: int) -> list[str]:
        """Return documents, spread over all, of about `n_bytes` of UTF-8 together."""
        wanted = max(1, round(len(self.documents) * n_bytes / self.scale / sum(map(n_bytes_of, self.documents))))
        return spread(self.documents, wanted)

    def described(self) -> dict[str, str | int]:
        digest = hashlib.sha256()
        for text in self.documents:
            digest.update(text.encode("utf-8", "surrogatepass"))
        return {
            "name": self.name,
            "documents": len(self.documents),
            "sentences": len(self.sentences),
            "bytes": sum(map(n_bytes_of, self.documents)),
            "sha256": digest.hexdigest(),
        }


def n_bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
