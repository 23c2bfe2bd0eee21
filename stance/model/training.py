"""Corpus and codebook → model: every layer fitted by scikit-learn, thresholds and calibration out of fold."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stance
from stance.actors import ActorTable, find_mentions, load_actors
from stance.codebook import Codebook
from stance.compiled.pipeline import threads
from stance.corpus import Corpus, document_groups
from stance.errors import CorpusError
from stance.features.lexicon import find_lexicon, lexicon_features
from stance.features.masking import masked
from stance.features.ngrams import sentence_features, target_features
from stance.features.target_view import LEFT, RIGHT, Span, target_view
from stance.features.vectors import VectorColumns, WordVectors
from stance.model.model import Model
from stance.model.parameters import Calibration, Layers, Provenance
from stance.model.scorer import linear_scorer
from stance.model.settings import Settings
from stance.scores.calibration import best_threshold
from stance.scores.classifiers import MulticlassClassifier, MultilabelClassifier
from stance.text.arguments import check_made, check_text

Floats = NDArray[np.float64]

_SMALL = 500  # sentences: in smaller corpora an n-gram that occurs once counts
_BIAS_STEPS = (0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)


@dataclass(frozen=True, eq=False, slots=True)
class OutOfFold:
    """Probabilities of the training sentences by classifiers that did not see their documents.

    claims (n_sentences, n_claims), roles (n_sentences, n_roles), voices (n_sentences, n_voices); nan where a layer
    was not coded. pairs: (sentence number, target) of each row of stances (n_pairs, n_stances).
    """

    claims: Floats
    roles: Floats
    voices: Floats
    pairs: tuple[tuple[int, str], ...]
    stances: Floats


def train(
    corpus: Corpus,
    codebook: Codebook,
    *,
    name: str | None = None,
    settings: Settings | None = None,
    actors: ActorTable | None = None,
    n_jobs: int | None = None,
) -> Model:
    """Return a model of the codebook's layers, trained on a coded corpus.

    The same corpus, settings and library versions give the same model. Warns of labels without a positive example,
    which the model then never gives. Raises CorpusError where labels are not in the codebook, a layer of it is not
    coded at all, or there are fewer than two documents; TypeError where the corpus is the name of a file.
    """
    return train_out_of_fold(corpus, codebook, name=name, settings=settings, actors=actors, n_jobs=n_jobs)[0]


def train_out_of_fold(
    corpus: Corpus,
    codebook: Codebook,
    *,
    name: str | None = None,
    settings: Settings | None = None,
    actors: ActorTable | None = None,
    n_jobs: int | None = None,
) -> tuple[Model, OutOfFold]:
    """Return the model that `train` returns, and its out-of-fold probabilities, for figures that are honest."""
    check_made(corpus, Corpus, "corpus", "stance.read_corpus")
    check_made(codebook, Codebook, "codebook", "stance.load_codebook")
    settings = Settings() if settings is None else check_made(settings, Settings, "settings", "stance.Settings")
    if actors is not None:
        check_made(actors, ActorTable, "actors", "stance.load_actors")
    if name is not None:
        check_text(name, "name")
    threads(n_jobs)
    corpus.check(codebook)
    groups = document_groups(corpus)
    if len(np.unique(groups)) < 2:
        n = len(set(corpus.documents))
        found = "one" if n == 1 else f"{n}, which share near-duplicate sentences and so count as one"
        raise CorpusError(f"training needs two documents or more that share no sentence; {corpus.name} has {found}")
    min_df = settings.min_df or (1 if len(corpus) < _SMALL else 2)
    lexicon = find_lexicon(settings.lexicon, codebook.name)
    words = None if settings.vectors is None else WordVectors.load(settings.vectors)
    common: dict[str, Any] = {
        "class_weight": settings.class_weight,
        "n_folds": settings.n_folds,
        "n_jobs": n_jobs,
        "random_state": settings.seed,
    }
    deciding = _deciding(corpus, settings.threshold_coders)
    layers = Layers.of(codebook)
    coef: list[Floats] = []
    intercept: list[Floats] = []
    claims = roles = voices = None
    features = matrix = columns = None
    if layers.n_outputs:
        table = actors or load_actors()
        texts = [masked(text, table, settings.masked_kinds) for text in corpus.texts]
        phrases = None if lexicon is None else lexicon_features(lexicon, texts)
        features = sentence_features(min_df=min_df, lexicon=phrases)
        matrix = _fit_features(features, texts, corpus.name)
        if words is not None:
            columns = VectorColumns.of(words, features.transformer_list[0][1].vocabulary_, matrix)
            matrix = columns.widened(matrix)
    shares = corpus.claim_shares(codebook)
    if codebook.claims:
        _check_coded(shares, codebook.claim_names, "claims", corpus)
        claims = MultilabelClassifier(C=settings.C_claims, **common).fit(matrix, shares, groups, deciding)
        coef, intercept = [*coef, claims.coef_], [*intercept, claims.intercept_]
    for layer, C in (("role", settings.C_roles), ("voice", settings.C_voice)):
        names = getattr(codebook, f"{layer}_names")
        if names:
            shares = getattr(corpus, f"{layer}_shares")(codebook)
            _check_coded(shares, names, layer, corpus)
            fitted = MulticlassClassifier(C=C, neighbours=settings.neighbours, **common)
            fitted.fit(matrix, shares, groups, corpus.runs)
            coef, intercept = [*coef, fitted.coef_], [*intercept, fitted.intercept_]
            roles, voices = (fitted, voices) if layer == "role" else (roles, fitted)
    outputs = [f"{layer}:{n}" for layer in ("claim", "role", "voice") for n in getattr(codebook, f"{layer}_names")]
    scorer = None
    if coef:
        weights = np.vstack(coef) if columns is None else columns.folded(np.vstack(coef))
        scorer = linear_scorer(features, weights, np.concatenate(intercept), outputs)
    target_scorer, bias, pairs, stances = _train_stance(
        corpus, codebook, settings, groups, deciding, actors, min_df, words, common
    )
    n = len(corpus)
    out = OutOfFold(
        np.zeros((n, 0)) if claims is None else claims.out_of_fold_,
        np.zeros((n, 0)) if roles is None else roles.out_of_fold_,
        np.zeros((n, 0)) if voices is None else voices.out_of_fold_,
        pairs,
        stances,
    )
    voice_shares = corpus.voice_shares(codebook)
    calibration = Calibration(
        slopes=_of(claims, "slopes_"),
        offsets=_of(claims, "offsets_"),
        thresholds=_of(claims, "thresholds_"),
        role_coef=_of(roles, "context_coef_", 2),
        role_intercept=_of(roles, "context_intercept_"),
        voice_coef=_of(voices, "context_coef_", 2),
        voice_intercept=_of(voices, "context_intercept_"),
        voice_threshold=_voice_threshold(out.voices, voice_shares, deciding),
        stance_bias=bias,
    )
    provenance = Provenance(
        corpus=corpus.name,
        corpus_digest=corpus.digest,
        n_sentences=n,
        n_documents=len(set(corpus.documents)),
        versions=_versions(),
        settings=settings.to_dict() | _named_vectors(settings),
    )
    model = Model(
        name or codebook.name, codebook, scorer, target_scorer, calibration, provenance,
        blind_targets=settings.blind_targets, masked_kinds=settings.masked_kinds, actors=actors,
    )  # fmt: skip
    return model, out


def _fit_features(features: Any, texts: Sequence[str], name: str) -> Any:
    try:
        return features.fit_transform(texts).tocsr()
    except ValueError as error:  # scikit-learn: no terms remain
        raise CorpusError(f"{name}: the corpus must hold words that recur; {error}") from None


def _check_coded(shares: Floats, names: Sequence[str], layer: str, corpus: Corpus) -> None:
    """Raise if a layer is not coded anywhere; warn of labels without a positive example."""
    coded = ~np.isnan(shares).any(axis=1)
    if not coded.any():
        raise CorpusError(
            f"{corpus.name}: {layer} must be coded in some sentence, since the codebook has it; leave it out of the "
            "codebook, or code it"
        )
    given = shares[coded].sum(axis=0)
    if absent := [name for name, share in zip(names, given, strict=True) if share == 0]:
        warnings.warn(
            f"{corpus.name}: no sentence is coded {', '.join(absent)} ({layer}); the model will never give it",
            stacklevel=4,
        )


def _of(fitted: Any, attribute: str, n_dimensions: int = 1) -> Floats:
    return np.zeros((0,) * n_dimensions) if fitted is None else np.asarray(getattr(fitted, attribute))


def _deciding(corpus: Corpus, coders: Sequence[str]) -> NDArray[np.bool_]:
    """Return which sentences decide thresholds, (n_sentences,): those of `coders`, or all where none are named."""
    known = {coding.coder for s in corpus for coding in s.codings}
    if missing := [name for name in coders if name not in known]:
        raise CorpusError(f"threshold_coders must be coders of {corpus.name}; got {missing[0]!r}")
    return np.array([not coders or any(coding.coder in coders for coding in s.codings) for s in corpus])


def _voice_threshold(probabilities: Floats, shares: Floats, deciding: NDArray[np.bool_]) -> float:
    if not probabilities.size:
        return 1.0
    coded = ~np.isnan(shares).any(axis=1)
    coded = coded & deciding if (coded & deciding).any() else coded
    return best_threshold(probabilities[coded, 1], shares[coded, 1])


def _train_stance(
    corpus: Corpus,
    codebook: Codebook,
    settings: Settings,
    groups: NDArray[np.int64],
    deciding: NDArray[np.bool_],
    actors: ActorTable | None,
    min_df: int,
    words: WordVectors | None,
    common: dict[str, Any],
) -> tuple[Any, Floats, tuple[tuple[int, str], ...], Floats]:
    """Return the scorer of target views, the factors on its probabilities, and out-of-fold rows by pair."""
    if not codebook.stances:
        return None, np.zeros(0), (), np.zeros((0, 0))
    pairs = coded_pairs(corpus, codebook, actors or load_actors())
    if not any(pair.coded for pair in pairs):
        raise CorpusError(
            f"{corpus.name}: stance must be coded toward some target, since the codebook has it; leave it out of the "
            "codebook, or code it"
        )
    if codebook.neutral_stance is None or settings.unlisted_weight == 0:
        pairs = [pair for pair in pairs if pair.coded]
    weight = np.array([1.0 if pair.coded else settings.unlisted_weight for pair in pairs])
    views = [pair.view(blind=settings.blind_targets) for pair in pairs]
    lexicon = find_lexicon(settings.stance_lexicon, codebook.name)
    features = target_features(min_df=min_df, lexicon=None if lexicon is None else lexicon_features(lexicon, views))
    matrix = _fit_features(features, views, corpus.name)
    columns = None
    if words is not None:
        vocabulary = features.transformer_list[0][1].vocabulary_
        columns = VectorColumns.of(words, vocabulary, matrix, before=("", LEFT, RIGHT))
        matrix = columns.widened(matrix)
    shares = np.array([pair.shares for pair in pairs])
    classifier = MulticlassClassifier(C=settings.C_stance, neighbours=False, **common)
    classifier.fit(matrix, shares, groups[[pair.sentence for pair in pairs]], sample_weight=weight)
    temperature = classifier.context_coef_[0, 0]
    weights = classifier.coef_ if columns is None else columns.folded(classifier.coef_)
    coef, intercept = temperature * weights, temperature * classifier.intercept_
    coded = np.array([pair.coded for pair in pairs])
    decide = coded & deciding[[pair.sentence for pair in pairs]]
    decide = decide if decide.any() else coded
    bias = stance_bias(classifier.out_of_fold_[decide], shares[decide], codebook)
    scorer = linear_scorer(features, coef, intercept, codebook.stance_names)
    kept = tuple((pair.sentence, pair.target) for pair in pairs if pair.coded)
    return scorer, bias, kept, classifier.out_of_fold_[coded]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and one target in it: the text, where the target and the others stand, and the coders' shares."""

    sentence: int
    text: str
    target: str
    spans: tuple[Span, ...]
    others: tuple[Span, ...]
    shares: Floats
    coded: bool

    def view(self, *, blind: bool) -> str:
        """Return what the stance classifier reads."""
        return target_view(self.text, self.spans, self.others, name=None if blind else self.target)


def coded_pairs(corpus: Corpus, codebook: Codebook, actors: ActorTable) -> list[Pair]:
    """Return every coded target of every sentence, under its canonical name, and every actor that a sentence names
    though its coders did not list it (as neutral and `coded` False, where the codebook has a neutral stance)."""
    neutral = np.array([float(name == codebook.neutral_stance) for name in codebook.stance_names])
    pairs = []
    for i, (s, shares) in enumerate(zip(corpus, corpus.stance_shares(codebook), strict=True)):
        listed: dict[str, list[Floats]] = {}
        for target, share in shares.items():
            listed.setdefault(actors.canonical(target), []).append(share)
        spans = spans_by_target(s.text, actors, tuple(listed))
        if any(c.stance is not None for c in s.codings):
            for target, own in spans.items():
                others = tuple(span for other, of in spans.items() if other != target for span in of)
                if target in listed:
                    pairs.append(Pair(i, s.text, target, own, others, np.mean(listed[target], axis=0), True))
                elif codebook.neutral_stance is not None:
                    pairs.append(Pair(i, s.text, target, own, others, neutral, False))
    return pairs


def spans_by_target(text: str, actors: ActorTable, targets: Sequence[str]) -> dict[str, tuple[Span, ...]]:
    """Return the spans of each actor the text names, by the actor table, and no spans for each of `targets` that it
    does not: only meant, or not in the table. Labelling sees the same (`targets_of`)."""
    found: dict[str, list[Span]] = {}
    for mention in find_mentions(text, actors):
        found.setdefault(mention.target, []).append((mention.start, mention.end))
    for target in targets:
        if target not in found:
            found[target] = []
    return {target: tuple(spans) for target, spans in found.items()}


def stance_bias(probabilities: Floats, shares: Floats, codebook: Codebook) -> Floats:
    """Return factors (n_stances,) on the probabilities under which the largest gives the best mean F1 over the
    stances that are not neutral (over all, where none is neutral); found by one pass of coordinate search."""
    truth = shares.argmax(axis=1)
    judged = [j for j, name in enumerate(codebook.stance_names) if name != codebook.neutral_stance]
    bias = np.ones(len(codebook.stance_names))

    def quality(factors: Floats) -> float:
        given = (probabilities * factors).argmax(axis=1)
        f1 = [
            2 * ((given == j) & (truth == j)).sum() / max(((given == j).sum() + (truth == j).sum()), 1) for j in judged
        ]
        return float(np.mean(f1))

    for _ in range(2):
        for j in judged:
            options = [np.where(np.arange(len(bias)) == j, step, bias) for step in _BIAS_STEPS]
            bias = max(options, key=quality)
    return bias


def _named_vectors(settings: Settings) -> dict[str, str]:
    """Return the file of word vectors by name and digest: a path on this machine tells nobody which they were."""
    if settings.vectors is None:
        return {}
    path = Path(settings.vectors)
    return {"vectors": f"{path.name} (SHA-256 {sha256(path.read_bytes()).hexdigest()})"}


def _versions() -> dict[str, str]:
    import nltk
    import sklearn

    return {
        "stance": stance.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "nltk": nltk.__version__,
    }
