"""Cases of compiled scikit-learn pipelines: text to the (n, 18) array of scores, and to labels."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from nltk.tokenize import NLTKWordTokenizer, RegexpTokenizer
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline, make_union

from benchmarks.case import Answer, Case, NotInstalled, Race, Target, WrongAnswer, largest_difference, same_labels
from benchmarks.inputs import Inputs
from stance.compiled import CompiledPipeline, compile
from stance.tokens import TOKEN_PATTERN

N_LABELS = 18
WORDS: dict[str, Any] = {"ngram_range": (1, 2), "max_features": 100_000, "sublinear_tf": True}
FLOAT32, FLOAT64 = 1e-5, 1e-6


def topics(sentences: Sequence[str], training: Sequence[str]) -> np.ndarray:
    """Return one of 18 labels for each sentence, (n_sentences,) of str: the first to occur of 17 words that are
    neither frequent nor rare in `training`, or "none". Any text has such labels, and a model can learn them."""
    marks = _marks(tuple(training))
    labels = []
    for sentence in sentences:
        found = [word for word in re.findall(r"\w+", sentence.lower()) if word in marks]
        labels.append(found[0] if found else "none")
    return np.array(labels)


@cache
def _marks(training: tuple[str, ...]) -> frozenset[str]:
    frequent = Counter(word for sentence in training for word in re.findall(r"\w\w+", sentence.lower()))
    return frozenset(word for word, _ in frequent.most_common(57)[40:])


def fitted(inputs: Inputs, features: Any, classifier: Any = None) -> Any:
    """Return a pipeline of `features` and a logistic regression (or `classifier`), fitted on the training sentences."""
    last = classifier or LogisticRegression(max_iter=30)  # lbfgs; what it has not converged to costs the same to apply
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return make_pipeline(features, last).fit(inputs.training, topics(inputs.training, inputs.training))


@cache
def words_pipeline(inputs: Inputs) -> Any:
    """Return the pipeline that most cases are about, fitted once a run: word (1,2), 100,000 features, sublinear."""
    return fitted(inputs, TfidfVectorizer(**WORDS))


def checked(pipeline: Any, fast: CompiledPipeline, texts: list[str]) -> Answer:
    """Return the expected answer, which is the pipeline's own, having held `fast` to it."""
    limit = FLOAT64 if fast.float64 else FLOAT32
    expected = pipeline.decision_function(texts)
    return {
        "labels": same_labels("stance", fast.predict(texts), pipeline.predict(texts)),
        "largest_difference": largest_difference("stance", fast.decision_function(texts), expected, limit),
        "largest_difference_allowed": limit,
    }


class FirstPass:
    """Scoring by an engine that has seen nothing yet: what it remembers of words does not help it over the rounds."""

    def __init__(self, fast: CompiledPipeline, texts: list[str]) -> None:
        self.compiled, self.texts = fast, texts
        self.reset()

    def reset(self) -> None:
        self.fresh = CompiledPipeline(self.compiled.plan, self.compiled.head)
        self.fresh.decision_function(self.texts[:100])

    def __call__(self) -> Any:
        return self.fresh.decision_function(self.texts)


def against(make_features: Callable[[], Any], n: int, peer: str = "scikit-learn", classifier: Any = None) -> Any:
    """Return the preparation of a race of a pipeline and its compiled self on `n` sentences."""

    def prepare(inputs: Inputs) -> Race:
        pipeline, texts = fitted(inputs, make_features(), classifier), inputs.scored(n)
        fast = compile(pipeline)
        sides = {"stance": FirstPass(fast, texts), peer: lambda: pipeline.decision_function(texts)}
        return Race(texts, sides, [("stance", peer)], checked(pipeline, fast, texts), memory=("stance", peer))

    return prepare


def words(inputs: Inputs) -> Race:
    """Word (1,2) from a list, from an Arrow array, in float64, and labels instead of scores."""
    pipeline, texts = words_pipeline(inputs), inputs.scored(20_000)
    fast, exact = compile(pipeline), compile(pipeline, float64=True)
    answer = checked(pipeline, fast, texts)
    answer["largest_difference_float64"] = checked(pipeline, exact, texts)["largest_difference"]
    sides = {
        "stance": lambda: fast.decision_function(texts),
        "stance, float64": lambda: exact.decision_function(texts),
        "stance, labels": lambda: fast.predict(texts),
        "scikit-learn": lambda: pipeline.decision_function(texts),
    }
    pairs = [(name, "scikit-learn") for name in sides if name != "scikit-learn"]
    notes = {}
    try:
        arrow = arrow_of(texts)
    except NotInstalled as missing:
        notes["Arrow"] = str(missing)
    else:
        same_labels("stance, Arrow", fast.predict(arrow), pipeline.predict(texts))
        sides["stance, Arrow"] = lambda: fast.decision_function(arrow)
        pairs.append(("stance, Arrow", "scikit-learn"))
    return Race(texts, sides, pairs, answer, memory=("stance", "scikit-learn"), notes=notes)


def arrow_of(texts: list[str]) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise NotInstalled("pyarrow is not installed") from None
    return pyarrow.array(texts, pyarrow.large_string())


def one_at_a_time(inputs: Inputs) -> Race:
    """Each sentence in a call of its own, as a service would."""
    pipeline, texts = words_pipeline(inputs), inputs.scored(200)
    fast = compile(pipeline)
    answer = checked(pipeline, fast, texts)
    ones = [[text] for text in texts]
    sides: dict[str, Any] = {}
    pairs = []
    for method in ("predict_proba", "predict", "decision_function"):
        ours, theirs = getattr(fast, method), getattr(pipeline, method)
        sides[f"stance, {method}"] = lambda call=ours: [call(one) for one in ones]
        sides[f"scikit-learn, {method}"] = lambda call=theirs: [call(one) for one in ones]
        pairs.append((f"stance, {method}", f"scikit-learn, {method}"))
    together = np.concatenate([fast.predict_proba(one) for one in ones])
    answer["largest_difference_of_a_probability"] = largest_difference(
        "stance, one at a time", together, pipeline.predict_proba(texts), FLOAT32
    )
    return Race(texts, sides, pairs, answer, calls=len(texts))


def two_threads(inputs: Inputs) -> Race:
    """The same call on one thread and on two, by the wall's clock; the bits must be the same."""
    texts = inputs.scored(20_000) * 5
    one, two = compile(words_pipeline(inputs)), compile(words_pipeline(inputs), n_jobs=2)
    scores, doubled = one.decision_function(texts), two.decision_function(texts)
    if scores.tobytes() != doubled.tobytes():
        raise WrongAnswer("two threads must give the bits of one")
    sides = {
        "one thread": lambda: one.decision_function(texts),
        "two threads": lambda: two.decision_function(texts),
    }
    answer: Answer = {"labels": same_labels("two threads", two.predict(texts), one.predict(texts)), "bits": "equal"}
    return Race(texts, sides, [("two threads", "one thread")], answer, clock="wall", memory=tuple(sides))


CASES = [
    Case(
        "words",
        words,
        [
            Target("stance", "scikit-learn", 55, 80),
            Target("stance, Arrow", "scikit-learn", 65, 100),
        ],
    ),
    Case(
        "our tokens",
        against(
            lambda: TfidfVectorizer(tokenizer=RegexpTokenizer(TOKEN_PATTERN).tokenize, token_pattern=None, **WORDS),
            10_000,
            "NLTK's RegexpTokenizer and scikit-learn",
        ),
        [Target("stance", "NLTK's RegexpTokenizer and scikit-learn", 60, 90)],
    ),
    Case(
        "NLTK words",
        against(
            lambda: TfidfVectorizer(tokenizer=NLTKWordTokenizer().tokenize, token_pattern=None, **WORDS),
            5_000,
            "NLTK's NLTKWordTokenizer and scikit-learn",
        ),
        [Target("stance", "NLTK's NLTKWordTokenizer and scikit-learn", 150, 250)],
    ),
    Case(
        "words and characters",
        against(
            lambda: make_union(
                TfidfVectorizer(**WORDS),
                TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), max_features=100_000, sublinear_tf=True),
            ),
            10_000,
        ),
        [Target("stance", "scikit-learn", 45, 100)],
    ),
    Case(
        "hashing",
        against(
            lambda: HashingVectorizer(ngram_range=(1, 2), n_features=2**18),
            20_000,
            "HashingVectorizer and SGDClassifier",
            SGDClassifier(loss="log_loss", max_iter=5, tol=None, random_state=0),
        ),
    ),
    Case(
        "one sentence at a time",
        one_at_a_time,
        [Target("stance, predict_proba", "scikit-learn, predict_proba", 500, 1500)],
    ),
    Case("two threads, sentences", two_threads, [Target("two threads", "one thread", 1.7, 1.9, by="best")]),
]
