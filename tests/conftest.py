"""A small model, trained once on a few of the written documents."""

from pathlib import Path

import pytest
from hypothesis import settings

import stance

settings.register_profile("any machine", deadline=None)  # a busy machine is slow: no example fails for its time
settings.load_profile("any machine")

WRITTEN = Path(__file__).parents[1] / "corpora" / "security" / "written.jsonl"


@pytest.fixture(scope="session")
def corpus():
    whole = stance.read_corpus(WRITTEN)
    first = set(list(dict.fromkeys(whole.documents))[:14])
    return whole.select([document in first for document in whole.documents])


@pytest.fixture(scope="session")
def model(corpus):
    return stance.train(corpus, stance.load_codebook("security"), name="small")


@pytest.fixture(scope="session")
def folder(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "small"
    model.save(path)
    return path
