"""The plan of a linear scorer over texts: plain data that every engine reads alike.

    scores = intercept + sum over blocks of  norm(f(counts) * scale) @ weights

The order of operations is scikit-learn's: lowercase the whole text (`str.lower`), strip accents, tokenize, drop
stop words, join n-grams with one space; count; 1 for every counted column (binary); 1 + log(count) (sublinear);
times `scale`; divide by the norm over all columns of the block; times `weights`.

In float64 an engine adds the terms of a row to 0.0 one by one, blocks in order and columns ascending within a block,
each term computed as `((count * scale) / norm) * weight`, without fused multiply-add, and adds the intercept last:
that is the order of scikit-learn's sparse product, so rows that tie there tie here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

Analyzer = Literal["word", "char", "char_wb"]
Tokens = Literal["default", "word", "space", "stance", "nltk_word"]

ANALYZERS: tuple[str, ...] = ("word", "char", "char_wb")
TOKENS: tuple[str, ...] = ("default", "word", "space", "stance", "nltk_word")
MOST_GRAMS = 64
"""The longest n-gram of a plan, in tokens or characters."""


class Terms(Sequence[str]):
    """Strings kept as one buffer: `data` uint8, term i in `data[offsets[i]:offsets[i + 1]]`.

    The bytes are UTF-8 in which a lone surrogate is written as its three bytes (`surrogatepass`), because a
    vocabulary may hold one. Nothing is decoded until a term is asked for.
    """

    __slots__ = ("data", "offsets")

    def __init__(self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
        if data.dtype != np.uint8 or data.ndim != 1:
            raise ValueError(f"the bytes of terms must be a flat uint8 array; got {data.dtype}, {data.ndim}-d")
        if offsets.dtype != np.int64 or offsets.ndim != 1 or len(offsets) == 0:
            raise ValueError("the offsets of terms must be a flat int64 array that begins with 0")
        if offsets[0] != 0 or offsets[-1] != len(data) or (offsets[1:] < offsets[:-1]).any():
            raise ValueError(f"the offsets of terms must rise from 0 to {len(data)}, the number of bytes")
        self.data = data
        self.offsets = offsets

    @classmethod
    def of(cls, strings: Iterable[str]) -> "Terms":
        """Return `strings` as terms, in order."""
        pieces = [s.encode("utf-8", "surrogatepass") for s in strings]
        offsets = np.zeros(len(pieces) + 1, dtype=np.int64)
        np.cumsum([len(p) for p in pieces], out=offsets[1:])
        return cls(np.frombuffer(b"".join(pieces), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Terms": ...
    def __getitem__(self, index: int | slice) -> "str | Terms":
        if isinstance(index, slice):
            return Terms.of([self[i] for i in range(*index.indices(len(self)))])
        i = range(len(self))[index]
        return bytes(self.data[self.offsets[i] : self.offsets[i + 1]]).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        data, ends = self.data.tobytes(), self.offsets.tolist()
        for start, end in pairwise(ends):
            yield data[start:end].decode("utf-8", "surrogatepass")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Terms):
            return NotImplemented
        return np.array_equal(self.offsets, other.offsets) and np.array_equal(self.data, other.data)

    def __hash__(self) -> int:
        return hash((len(self), self.data[:64].tobytes()))

    def __repr__(self) -> str:
        return f"<{len(self)} terms>"


class Phrases(Sequence[str]):
    """Words, and pairs of words by number: term i is word i for i < `n_single`, and behind them each of `pairs`, its
    two words with a space between. Words from `n_single` on stand in pairs only.

    words : none empty or with a space. pairs : uint32 (n_pairs, 2).
    """

    __slots__ = ("n_single", "pairs", "words")

    def __init__(self, words: Terms, pairs: npt.NDArray[np.uint32], n_single: int) -> None:
        if pairs.dtype != np.uint32 or pairs.ndim != 2 or pairs.shape[1] != 2 or not pairs.flags.c_contiguous:
            raise ValueError(f"pairs must be uint32, two a row, in C order; got {pairs.dtype}, shape {pairs.shape}")
        if not 0 <= n_single <= len(words):
            raise ValueError(f"the words with a column must be among the {len(words)}; got {n_single}")
        if pairs.max(initial=0) >= max(len(words), 1):
            raise ValueError(f"pairs must be of the {len(words)} words; got number {pairs.max()}")
        if (words.offsets[1:] == words.offsets[:-1]).any() or (words.data == ord(" ")).any():
            raise ValueError("the words of pairs must not be empty nor hold a space")
        self.words = words
        self.pairs = pairs
        self.n_single = n_single

    def __len__(self) -> int:
        return self.n_single + len(self.pairs)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Terms: ...
    def __getitem__(self, index: int | slice) -> "str | Terms":
        if isinstance(index, slice):
            return Terms.of([self[i] for i in range(*index.indices(len(self)))])
        i = range(len(self))[index]
        if i < self.n_single:
            return self.words[i]
        first, second = self.pairs[i - self.n_single].tolist()
        return f"{self.words[first]} {self.words[second]}"

    def __iter__(self) -> Iterator[str]:
        words = list(self.words)
        yield from words[: self.n_single]
        for first, second in self.pairs.tolist():
            yield f"{words[first]} {words[second]}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrases):
            return NotImplemented
        same = self.n_single == other.n_single and self.words == other.words
        return same and np.array_equal(self.pairs, other.pairs)

    def __hash__(self) -> int:
        return hash((len(self), self.words))

    def __repr__(self) -> str:
        return f"<{self.n_single} words and {len(self.pairs)} pairs>"


@dataclass(frozen=True, eq=False)
class Block:
    """One vectorizer with the weights of its columns. Weights count as float64 in whatever type they are stored.

    Columns are named by `vocabulary` (distinct terms; a term that the settings can never produce never matches),
    or, where `vocabulary` is None, by scikit-learn's hash into `n_hashed` columns: MurmurHash3 x86 32-bit, seed 0,
    of the UTF-8 of the n-gram; column `abs(h) % n_hashed` (`(2**31 - n_hashed) % n_hashed` for -2**31); with
    `alternate_sign` each occurrence counts `+1` where h >= 0, else -1, so a sum may be 0, and `binary` turns every
    column that occurred, also such a one, into 1. There an n-gram with a lone surrogate raises UnicodeEncodeError.
    """

    analyzer: Analyzer
    tokens: Tokens | None  # None for the two char analyzers
    ngram_range: tuple[int, int]  # 1 <= min <= max
    lowercase: bool
    strip_accents: Literal["ascii", "unicode"] | None
    stop_words: Terms | None  # a set; None for the two char analyzers
    vocabulary: Terms | Phrases | None
    n_hashed: int  # 0 where there is a vocabulary
    alternate_sign: bool  # False where there is a vocabulary
    binary: bool
    sublinear_tf: bool
    norm: Literal["l1", "l2"] | None
    scale: npt.NDArray[np.float64]  # (n_columns,)
    weights: npt.NDArray[np.floating[Any]]  # (n_columns, n_outputs), C order; float16 and float32 as exact as float64

    def __post_init__(self) -> None:
        low, high = self.ngram_range
        must = {
            f"analyzer must be one of {ANALYZERS}": self.analyzer in ANALYZERS,
            f"tokens must be one of {TOKENS}, None for characters": (
                self.tokens in TOKENS if self.analyzer == "word" else self.tokens is None
            ),
            f"ngram_range must be 1 <= min <= max <= {MOST_GRAMS}": 1 <= low <= high <= MOST_GRAMS,
            "strip_accents must be ascii, unicode or None": self.strip_accents in ("ascii", "unicode", None),
            "norm must be l1, l2 or None": self.norm in ("l1", "l2", None),
            "stop words go with the word analyzer": self.stop_words is None or self.analyzer == "word",
            "a block has a vocabulary or is hashed": (self.vocabulary is None) == (0 < self.n_hashed < 2**31),
            "pairs of words go with words, ngram_range (1, 2) and no stop words": not isinstance(
                self.vocabulary, Phrases
            )
            or (self.analyzer == "word" and (low, high) == (1, 2) and self.stop_words is None),
            "only hashed columns alternate in sign": self.vocabulary is None or not self.alternate_sign,
            "a signed count has no logarithm": not (self.alternate_sign and self.sublinear_tf),
            "scale must be float64, one a column": (
                self.scale.dtype == np.float64 and self.scale.shape == (self.n_columns,)
            ),
            "weights must be float64, float32 or float16, C order, one row a column": (
                self.weights.dtype in (np.float64, np.float32, np.float16)
                and self.weights.ndim == 2
                and len(self.weights) == self.n_columns
                and self.weights.flags.c_contiguous
            ),
        }
        for rule, holds in must.items():
            if not holds:
                raise ValueError(rule)

    @property
    def n_columns(self) -> int:
        return self.n_hashed if self.vocabulary is None else len(self.vocabulary)


@dataclass(frozen=True, eq=False)
class Plan:
    """Blocks and the intercept, float64 (n_outputs,): everything an engine needs to score texts."""

    blocks: tuple[Block, ...]
    intercept: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.intercept.dtype != np.float64 or self.intercept.ndim != 1:
            raise ValueError("intercept must be float64, one an output")
        for i, block in enumerate(self.blocks):
            if block.weights.shape[1] != self.n_outputs:
                raise ValueError(f"block {i} must have {self.n_outputs} outputs; got {block.weights.shape[1]}")

    @property
    def n_outputs(self) -> int:
        return len(self.intercept)
