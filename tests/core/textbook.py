"""The most literal engine of a plan: plain Python, one text at a time, no library but `re` and `unicodedata`.

It shares nothing with scikit-learn's code nor with the compiled core, and judges between the two.
"""

import math
import re
import unicodedata

from nltk.tokenize import NLTKWordTokenizer

from stance.core.plan import Block, Plan
from stance.tokens import tokenize

PATTERNS = {"default": r"\b\w\w+\b", "word": r"\b\w+\b", "space": r"\S+"}


def score(plan: Plan, text: str) -> tuple[list[float], list[float]]:
    """Return the score of `text` for each output, and the sum of its absolute terms, which errors are relative to."""
    totals = [0.0] * plan.n_outputs
    sizes = [abs(float(b)) for b in plan.intercept]
    for block in plan.blocks:
        for column, value in sorted(values(block, text).items()):
            for output, weight in enumerate(block.weights[column].tolist()):
                totals[output] += value * weight
                sizes[output] += abs(value * weight)
    return [total + float(b) for total, b in zip(totals, plan.intercept, strict=True)], sizes


def values(block: Block, text: str) -> dict[int, float]:
    """Return column → value before the weights."""
    found = counts(block, text)
    if block.binary:
        found = dict.fromkeys(found, 1.0)
    if block.sublinear_tf:
        found = {column: 1.0 + math.log(count) for column, count in found.items()}
    found = {column: value * float(block.scale[column]) for column, value in found.items()}
    if block.norm == "l1":
        length = sum(abs(value) for value in found.values())
    elif block.norm == "l2":
        length = math.sqrt(sum(value * value for value in found.values()))
    else:
        length = 1.0
    return {column: value / length for column, value in found.items()} if length else found


def counts(block: Block, text: str) -> dict[int, float]:
    """Return column → how often its n-gram occurs in `text`."""
    found: dict[int, float] = {}
    columns = None if block.vocabulary is None else {term: i for i, term in enumerate(block.vocabulary)}
    for gram in grams(block, prepared(block, text)):
        if columns is None:
            column, sign = hashed(gram, block.n_hashed)
            found[column] = found.get(column, 0.0) + (sign if block.alternate_sign else 1)
        elif gram in columns:
            found[columns[gram]] = found.get(columns[gram], 0.0) + 1
    return found


def prepared(block: Block, text: str) -> str:
    if block.lowercase:
        text = text.lower()
    if block.strip_accents is None or text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    if block.strip_accents == "ascii":
        return "".join(c for c in decomposed if c.isascii())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def grams(block: Block, text: str) -> list[str]:
    low, high = block.ngram_range
    if block.analyzer == "word":
        tokens = words(block, text)
        return [" ".join(tokens[i : i + n]) for n in range(low, high + 1) for i in range(len(tokens) - n + 1)]
    text = re.sub(r"\s\s+", " ", text)
    if block.analyzer == "char":
        return [text[i : i + n] for n in range(low, high + 1) for i in range(len(text) - n + 1)]
    found = []
    for word in text.split():
        padded = f" {word} "
        for n in range(low, high + 1):
            if len(padded) <= n:  # a word too short for n counts once, whole, and for no longer n
                found.append(padded)
                break
            found += [padded[i : i + n] for i in range(len(padded) - n + 1)]
    return found


def words(block: Block, text: str) -> list[str]:
    if block.tokens == "stance":
        tokens = tokenize(text)
    elif block.tokens == "nltk_word":
        tokens = NLTKWordTokenizer().tokenize(text)
    else:
        tokens = re.findall(PATTERNS[str(block.tokens)], text)
    dropped = set(block.stop_words or ())
    return [token for token in tokens if token not in dropped]


def hashed(gram: str, n_columns: int) -> tuple[int, int]:
    """Return the column and the sign of an n-gram; raises UnicodeEncodeError for a lone surrogate."""
    h = murmur3(gram.encode("utf-8"))
    signed = h - (1 << 32) if h >= 1 << 31 else h
    return abs(signed) % n_columns, 1 if signed >= 0 else -1


def murmur3(key: bytes) -> int:
    """Return MurmurHash3 x86 32-bit of `key` with seed 0 (Appleby 2011), unsigned."""
    mask = 0xFFFFFFFF

    def mixed(k: int) -> int:
        k = k * 0xCC9E2D51 & mask
        return (k << 15 | k >> 17) * 0x1B873593 & mask

    h = 0
    whole = len(key) // 4 * 4
    for i in range(0, whole, 4):
        h ^= mixed(int.from_bytes(key[i : i + 4], "little"))
        h = ((h << 13 | h >> 19) * 5 + 0xE6546B64) & mask
    if whole < len(key):
        h ^= mixed(int.from_bytes(key[whole:], "little"))
    h ^= len(key)
    h = (h ^ h >> 16) * 0x85EBCA6B & mask
    h = (h ^ h >> 13) * 0xC2B2AE35 & mask
    return h ^ h >> 16
