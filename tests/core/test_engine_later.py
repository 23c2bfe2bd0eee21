"""An engine that is still making its tables is asked, copied into other processes, or dropped."""

import os
import subprocess
import sys

import pytest

import stance.core

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

START = """
import os, sys, threading
import numpy as np
from stance.core import engine
from stance.core.plan import Block, Plan, Terms
terms = [f"w{i} w{i + 1}" for i in range(40_000)] + [f"w{i}" for i in range(40_000)]
plan = Plan((Block(
    analyzer="word", tokens="word", ngram_range=(1, 2), lowercase=True, strip_accents=None, stop_words=None,
    vocabulary=Terms.of(terms), n_hashed=0, alternate_sign=False, binary=False, sublinear_tf=False, norm=None,
    scale=np.ones(len(terms)), weights=np.arange(float(len(terms)))[:, None],
),), np.zeros(1))
def score(made): return made.score(["w5 w6"], "float64")[0, 0]
right = 5 + 40_005 + 40_006
"""
PROGRAMS = {
    "forked": """
for _ in range(5):
    made = engine(plan)
    child = os.fork()
    if child == 0:
        os._exit(int(score(made) != right))
    assert score(made) == right
    assert os.waitpid(child, 0)[1] == 0
""",
    "dropped": "for _ in range(5): engine(plan)",
    "left at exit": "made = engine(plan)",
    "asked by several threads": """
made, found = engine(plan), []
threads = [threading.Thread(target=lambda: found.append(score(made))) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert found == [right] * 8
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_engine_may_be_used_before_its_tables_are_made(name):
    """In a process of its own, which must end well and soon."""
    if name == "forked" and not hasattr(os, "fork"):
        pytest.skip("no fork here")
    subprocess.run([sys.executable, "-P", "-c", START + PROGRAMS[name]], check=True, timeout=120,
                   env={"PYTHONPATH": ":".join(sys.path)})  # fmt: skip
