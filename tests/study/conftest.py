"""The reviews: a small codebook of another domain, its written corpus, and a model trained on it once."""

from pathlib import Path

import pytest

import stance
from stance.model.training import train_out_of_fold

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def codebook():
    return stance.load_codebook(DATA / "reviews.toml")


@pytest.fixture(scope="session")
def corpus(codebook):
    return stance.read_corpus(DATA / "reviews.jsonl", codebook)


@pytest.fixture(scope="session")
def trained(corpus, codebook):
    """The model and its out-of-fold probabilities."""
    actors = stance.load_actors(DATA / "reviews-actors.tsv")
    return train_out_of_fold(corpus, codebook, name="kettles", actors=actors)


@pytest.fixture(scope="session")
def model(trained):
    return trained[0]


@pytest.fixture(scope="session")
def lexicon():
    return DATA / "reviews-lexicon.toml"


@pytest.fixture(scope="session")
def report(model, corpus, lexicon):
    return stance.evaluate(model, corpus, n_resamples=200, lexicon=lexicon)
