"""A small model, trained once on a few of the written documents."""

from pathlib import Path

import pytest

import stance

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
