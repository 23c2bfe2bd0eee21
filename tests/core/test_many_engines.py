"""Engines that share a thread's scratch: as many rows as the last one, other kinds of blocks, no rows at all."""

import subprocess
import sys

import pytest

import stance.core

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

START = """
import numpy as np
from stance.core import engine
from stance.core.plan import Block, Plan, Terms
def made(analyzer, terms, ngram_range=(1, 2)):
    weights = np.arange(1.0, len(terms) + 1)[:, None]
    return engine(Plan((Block(
        analyzer=analyzer, tokens="word" if analyzer == "word" else None, ngram_range=ngram_range, lowercase=True,
        strip_accents=None, stop_words=None, vocabulary=Terms.of(terms), n_hashed=0, alternate_sign=False,
        binary=False, sublinear_tf=False, norm=None, scale=np.ones(len(terms)), weights=weights,
    ),), np.zeros(1)))
def scores(engine, dtype): return engine.score(["war and war", "peace"] * 40, dtype)[:2, 0].tolist()
"""
PROGRAMS = {
    "characters, then as many words": """
for dtype in ("float32", "float64"):
    assert scores(made("char", ["w", "ar"], (1, 2)), dtype) == [6.0, 0.0]
    assert scores(made("word", ["war", "peace"]), dtype) == [2.0, 2.0]
""",
    "words without a row": """
for dtype in ("float32", "float64"):
    assert scores(made("word", []), dtype) == [0.0, 0.0]
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_engines_that_follow_one_another_in_a_thread(program):
    """In a process of its own, where the scratch is new: what is not there would be read through a null pointer."""
    subprocess.run([sys.executable, "-P", "-c", START + program], check=True, timeout=120)
