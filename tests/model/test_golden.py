"""Thirty sentences of ours and the labels the bundled model gives them: what changes them must be meant.

After the model is rebuilt, `python benchmarks/quality/golden.py` writes them anew; read the difference before you
keep it.
"""

import json
from pathlib import Path

import pytest

import stance

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "golden.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", GOLDEN, ids=[f"{row['document']}-{row['sentence']}" for row in GOLDEN])
def test_the_bundled_model_gives_the_golden_labels(row):
    """Claims with their probabilities, role, voice and stances are those on file."""
    (s,) = stance.label([row["text"]]).sentences
    assert {c.name: c.probability for c in s.claims} == pytest.approx(row["claims"], abs=0.002)
    assert (s.role.name, s.voice.name) == (row["role"], row["voice"])
    assert {target: found.name for target, found in s.stance.items()} == row["stance"]


def test_the_golden_sentences_show_every_layer():
    """There are thirty, half of them with a claim or more; both voices and every stance occur."""
    assert len(GOLDEN) == 30
    assert sum(bool(row["claims"]) for row in GOLDEN) >= 15
    assert {row["voice"] for row in GOLDEN} == {"author", "attributed"}
    assert {name for row in GOLDEN for name in row["stance"].values()} == {"against", "favor", "neutral"}
