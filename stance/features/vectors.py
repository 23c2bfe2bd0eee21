"""Word vectors, and what they add to a linear classifier: words that are used alike get weights that are alike.

Learn them from unlabelled text: `python -m stance.features.vectors FOLDER... --out FILE` reads every `*.jsonl` and
`*.jsonl.gz` in the folders (a `text` a line). Only words and figures leave the texts.

A classifier reads the vectors as further columns, linear in the n-grams it has anyway. After fitting, the weights of
these columns are folded into the weights of the words, so that scoring costs nothing more and stays explainable.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import StanceError
from stance.sentences.learn import read_documents
from stance.tokens import tokenize

WINDOW = 4  # words on each side that count as the context of a word, the nth with weight 1/n
SCALE = 0.5  # of the vectors' columns, to n-grams of length 1: more and they drown out the words themselves
SMOOTHING = 0.75  # exponent on the frequencies of contexts, against a bias to rare ones


@dataclass(frozen=True, eq=False, slots=True)
class WordVectors:
    """Words in lower case and their vectors, (n_words, n_dimensions) float32, each of length 1."""

    words: tuple[str, ...]
    matrix: NDArray[np.float32]

    def save(self, path: str | Path) -> None:
        """Write a `.npz` of a byte a figure."""
        largest = np.abs(self.matrix).max(axis=1, keepdims=True, initial=1e-9)
        text = np.frombuffer("\n".join(self.words).encode("utf-8"), dtype=np.uint8)
        with Path(path).open("wb") as file:
            np.savez_compressed(file, words=text, vectors=np.rint(self.matrix * (127 / largest)).astype(np.int8))

    @classmethod
    def load(cls, path: str | Path) -> WordVectors:
        """Read what `save` wrote. Raises StanceError, naming the file, for anything else; never unpickles."""
        try:
            with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                words = file["words"].tobytes().decode("utf-8").split("\n")
                vectors = file["vectors"]
        except FileNotFoundError:
            raise StanceError(f"{path}: no such file; word vectors are learned by `python -m {__name__}`") from None
        except Exception as error:  # a damaged archive: zipfile, zlib and NumPy raise whatever they come upon
            raise StanceError(f"{path}: must hold word vectors as `WordVectors.save` writes them; {error}") from None
        if vectors.dtype != np.int8 or vectors.ndim != 2 or len(vectors) != len(words) or len(set(words)) != len(words):
            raise StanceError(
                f"{path}: must hold one row of int8 for each of its words, all different; got {len(words)} words and "
                f"an array of {vectors.dtype}, shape {vectors.shape}"
            )
        return cls(tuple(words), _unit(vectors.astype(np.float32)))

    def rows_of(self, vocabulary: Mapping[str, int], n_features: int) -> Any:
        """Return a sparse matrix (n_features, n_dimensions): at the column that `vocabulary` gives a word, its
        vector; 0 for n-grams that have none."""
        from scipy import sparse

        rows = np.array([i for i, word in enumerate(self.words) if word in vocabulary], dtype=np.int64)
        columns = np.array([vocabulary[self.words[i]] for i in rows], dtype=np.int64)
        place = sparse.csr_matrix((np.ones(len(rows)), (columns, rows)), shape=(n_features, len(self.words)))
        return place @ sparse.csr_matrix(self.matrix)


@dataclass(frozen=True, eq=False, slots=True)
class VectorColumns:
    """Columns that word vectors add to a feature matrix, and the way back: weights of these columns as weights of
    the words. `directions` (n_features, n_dimensions) is sparse."""

    directions: Any

    @classmethod
    def of(
        cls, vectors: WordVectors, vocabulary: Mapping[str, int], matrix: Any, *, before: Sequence[str] = ("",)
    ) -> VectorColumns:
        """Return the columns for n-grams of `vocabulary` (word → column of `matrix`), scaled so that the sum of a
        row's vectors varies by SCALE about its mean, beside n-grams of length 1. Words that carry a mark before them,
        as target views mark their sides, have columns of their own for each mark in `before`."""
        from scipy import sparse

        parts = []
        for mark in before:
            words = {word.removeprefix(mark): i for word, i in vocabulary.items() if word.startswith(mark)}
            directions = vectors.rows_of(words, matrix.shape[1])
            sums = np.asarray((matrix @ directions).todense())
            spread = float(np.sqrt(((sums - sums.mean(axis=0)) ** 2).sum(axis=1).mean())) if len(sums) else 0.0
            parts.append(directions * (SCALE / spread) if spread else directions)
        return cls(sparse.hstack(parts).tocsr())

    def widened(self, matrix: Any) -> Any:
        """Return `matrix` (n, n_features) with the columns beside it, (n, n_features + n_dimensions)."""
        from scipy import sparse

        return sparse.hstack([matrix, matrix @ self.directions]).tocsr()

    def folded(self, coef: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights (n_outputs, n_features) that give the scores of weights of the widened matrix."""
        n_features = self.directions.shape[0]
        return coef[:, :n_features] + (self.directions @ coef[:, n_features:].T).T


def learn_vectors(
    texts: Iterable[str], *, n_dimensions: int = 128, min_count: int = 20, max_words: int = 20_000, seed: int = 0
) -> WordVectors:
    """Return vectors of the most frequent words of `texts`: positive pointwise mutual information with the words
    around them, reduced by truncated SVD (Levy, Goldberg and Dagan 2015, "Improving distributional similarity with
    lessons learned from word embeddings"). Raises StanceError if fewer words than dimensions recur often enough.
    """
    from scipy import sparse
    from sklearn.utils.extmath import randomized_svd

    number: dict[str, int] = {}
    counts: Counter[int] = Counter()
    documents = []
    for text in texts:
        tokens = [number.setdefault(token, len(number)) for token in tokenize(text.lower())]
        counts.update(tokens)
        documents.append(np.array(tokens, dtype=np.int32))
    word_of = list(number)
    frequent = [i for i, n in counts.most_common() if n >= min_count and word_of[i][0].isalnum()][:max_words]
    if len(frequent) <= n_dimensions:
        raise StanceError(
            f"vectors of {n_dimensions} dimensions need more words than that, each {min_count} times or more; "
            f"got {len(frequent)}"
        )
    row_of = np.full(len(number) + 1, -1, dtype=np.int64)
    row_of[frequent] = np.arange(len(frequent))
    gap = np.full(WINDOW, len(number))  # no context reaches from one document into the next
    flat = row_of[np.concatenate([part for document in documents for part in (document, gap)])]
    size = len(frequent)
    pairs: Any = 0
    for distance in range(1, WINDOW + 1):
        left, right = flat[:-distance], flat[distance:]
        both = (left >= 0) & (right >= 0)
        cells, n = np.unique(left[both] * size + right[both], return_counts=True)
        seen = sparse.csr_matrix((n.astype(np.float32) / distance, (cells // size, cells % size)), shape=(size, size))
        pairs = pairs + seen + seen.T
    pairs = pairs.tocoo()
    total = np.asarray(pairs.sum(axis=1), dtype=np.float64).ravel()
    smooth = total**SMOOTHING
    information = np.log(pairs.data * smooth.sum() / (total[pairs.row] * smooth[pairs.col]))
    kept = information > 0
    positive = sparse.csr_matrix((information[kept], (pairs.row[kept], pairs.col[kept])), shape=(size, size))
    left_vectors, strengths, _ = randomized_svd(positive, n_dimensions, n_iter=4, random_state=seed)
    return WordVectors(tuple(word_of[i] for i in frequent), _unit(left_vectors * np.sqrt(strengths)))


def _unit(matrix: NDArray[Any]) -> NDArray[np.float32]:
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return (matrix / np.where(length == 0, 1, length)).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {__spec__.name}", description="Learn word vectors.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--dimensions", type=int, default=128)
    args = parser.parse_args()
    vectors = learn_vectors(read_documents(args.folders), n_dimensions=args.dimensions)
    vectors.save(args.out)
    print(f"{args.out}: {len(vectors.words)} words, {args.out.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
