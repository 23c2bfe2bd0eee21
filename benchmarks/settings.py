"""Every setting the compiled core claims to equal, in one table: the tests and `equality.py` run it whole.

A case is a vectorizer (with later steps) and a classifier, both unfitted, and the kind of labels it learns. Each
vectorizer meets one classifier, each classifier one or two vectorizers.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from nltk.tokenize import NLTKWordTokenizer, RegexpTokenizer
from sklearn import linear_model
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest, SelectPercentile, VarianceThreshold, chi2
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifier,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler, Normalizer, StandardScaler
from sklearn.random_projection import SparseRandomProjection
from sklearn.svm import LinearSVC

from stance.tokens import TOKEN_PATTERN, tokenize

Make = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """A setting: `vectorizer` and `classifier` name it, `labels` says what it learns (see `labels_of`)."""

    vectorizer: str
    classifier: str
    labels: str = "three"

    def __str__(self) -> str:
        return f"{self.vectorizer} | {self.classifier}" + ("" if self.labels == "three" else f" | {self.labels}")

    def pipeline(self) -> Any:
        """Return the unfitted estimator."""
        steps = [("features", VECTORIZERS[self.vectorizer]()), ("classifier", CLASSIFIERS[self.classifier]())]
        return WRAPPED.get(self.vectorizer, lambda p: p)(Pipeline(steps))


def fitted(case: Case, texts: Sequence[str]) -> Any:
    """Return the case's estimator, fitted on `texts` without warnings (deprecation, convergence)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return case.pipeline().fit(list(texts), labels_of(texts, case.labels))


_DEMAND = ("must", "should", "call", "urge", "need", "shall")
_FACT = ("is", "was", "are", "were", "year", "million")


def labels_of(texts: Sequence[str], kind: str) -> Any:
    """Return labels that the words of `texts` explain: "two", "three", "int", "float", "bool", "object", "indicator"
    (multilabel) or "outputs" (several targets)."""
    words = [frozenset(text.lower().split()) for text in texts]
    demand = np.array([any(w in _DEMAND for w in ws) for ws in words])
    fact = np.array([any(w in _FACT for w in ws) for ws in words])
    long = np.array([len(ws) > 12 for ws in words])
    three = np.where(demand, "demand", np.where(fact, "fact", "other"))
    match kind:
        case "two":
            return np.where(demand, "yes", "no")
        case "three":
            return three
        case "object":
            return three.astype(object)
        case "int":
            return np.where(demand, 7, np.where(fact, -1, 3))
        case "float":
            return np.where(demand, 4.0, np.where(fact, -1.0, 2.0))
        case "bool":
            return demand
        case "indicator":
            return np.stack([demand, fact, long], axis=1).astype(int)
        case "outputs":
            return np.stack([three, np.where(long, "long", "short")], axis=1)
    raise ValueError(kind)


VOCABULARY = ["peace", "the", "peace and", "and security", "security council", "THE", "é", "nations", "a  b"]

VECTORIZERS: dict[str, Make] = {
    "count": lambda: CountVectorizer(),
    "count (1,2)": lambda: CountVectorizer(ngram_range=(1, 2)),
    "count binary": lambda: CountVectorizer(binary=True, ngram_range=(1, 2)),
    "count (2,4)": lambda: CountVectorizer(ngram_range=(2, 4)),
    "count of a given vocabulary": lambda: CountVectorizer(vocabulary=VOCABULARY, ngram_range=(1, 2)),
    "tf-idf": lambda: TfidfVectorizer(),
    "tf-idf (1,2)": lambda: TfidfVectorizer(ngram_range=(1, 2)),
    "tf-idf (1,2), min_df, max_features": lambda: TfidfVectorizer(ngram_range=(1, 2), min_df=2, max_features=400),
    "tf-idf (1,3) sublinear": lambda: TfidfVectorizer(ngram_range=(1, 3), sublinear_tf=True),
    "tf-idf (2,2)": lambda: TfidfVectorizer(ngram_range=(2, 2)),
    "tf-idf binary": lambda: TfidfVectorizer(binary=True),
    "tf-idf l1": lambda: TfidfVectorizer(norm="l1"),
    "tf-idf without norm": lambda: TfidfVectorizer(norm=None, sublinear_tf=True),
    "tf-idf without idf": lambda: TfidfVectorizer(use_idf=False),
    "tf-idf without smoothing": lambda: TfidfVectorizer(smooth_idf=False),
    "tf-idf, case kept": lambda: TfidfVectorizer(lowercase=False),
    "tf-idf, ascii": lambda: TfidfVectorizer(strip_accents="ascii", ngram_range=(1, 2)),
    "tf-idf, accents stripped": lambda: TfidfVectorizer(strip_accents="unicode", ngram_range=(1, 2)),
    "tf-idf, accents stripped, case kept": lambda: TfidfVectorizer(strip_accents="unicode", lowercase=False),
    "tf-idf, English stop words": lambda: TfidfVectorizer(stop_words="english", ngram_range=(1, 2)),
    "tf-idf, own stop words": lambda: TfidfVectorizer(stop_words=["the", "of", "and", "é"], ngram_range=(1, 2)),
    r"tf-idf \b\w+\b": lambda: TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", ngram_range=(1, 2)),
    r"tf-idf \w+": lambda: TfidfVectorizer(token_pattern=r"\w+"),
    r"tf-idf \w\w+": lambda: TfidfVectorizer(token_pattern=r"\w{2,}"),
    r"tf-idf \S+": lambda: TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), lowercase=False),
    r"tf-idf \S+, accents stripped": lambda: TfidfVectorizer(token_pattern=r"(?u)\S+", strip_accents="unicode"),
    r"tf-idf \S+, ascii": lambda: TfidfVectorizer(token_pattern=r"\S+", strip_accents="ascii"),
    "tf-idf, str.split": lambda: TfidfVectorizer(tokenizer=str.split, token_pattern=None),
    "tf-idf, our tokens": lambda: TfidfVectorizer(tokenizer=tokenize, token_pattern=None, ngram_range=(1, 2)),
    "tf-idf, our pattern": lambda: TfidfVectorizer(token_pattern=TOKEN_PATTERN),
    "tf-idf, our pattern in NLTK": lambda: TfidfVectorizer(
        tokenizer=RegexpTokenizer(TOKEN_PATTERN).tokenize, token_pattern=None, ngram_range=(1, 2)
    ),
    "tf-idf, NLTK words": lambda: TfidfVectorizer(
        tokenizer=NLTKWordTokenizer().tokenize, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True
    ),
    "tf-idf, NLTK words, case kept": lambda: TfidfVectorizer(
        tokenizer=NLTKWordTokenizer().tokenize, token_pattern=None, lowercase=False
    ),
    "tf-idf char (1,3)": lambda: TfidfVectorizer(analyzer="char", ngram_range=(1, 3)),
    "tf-idf char (3,5) sublinear": lambda: TfidfVectorizer(analyzer="char", ngram_range=(3, 5), sublinear_tf=True),
    "tf-idf char, accents stripped": lambda: TfidfVectorizer(
        analyzer="char", ngram_range=(2, 3), strip_accents="unicode", lowercase=False
    ),
    "tf-idf char_wb (3,5)": lambda: TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)),
    "tf-idf char_wb (1,2) sublinear": lambda: TfidfVectorizer(
        analyzer="char_wb", ngram_range=(1, 2), sublinear_tf=True, lowercase=False
    ),
    "tf-idf char_wb, ascii": lambda: TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), strip_accents="ascii"),
    "count char_wb (2,2) binary": lambda: CountVectorizer(analyzer="char_wb", ngram_range=(2, 2), binary=True),
    "hashing": lambda: HashingVectorizer(n_features=2**9),
    "hashing (1,2), no signs": lambda: HashingVectorizer(n_features=2**9, ngram_range=(1, 2), alternate_sign=False),
    "hashing into 7": lambda: HashingVectorizer(n_features=7, norm="l1"),
    "hashing into 1": lambda: HashingVectorizer(n_features=1, norm=None),
    "hashing binary into 5": lambda: HashingVectorizer(n_features=5, binary=True, ngram_range=(1, 2)),
    "hashing without norm": lambda: HashingVectorizer(n_features=300, norm=None, token_pattern=r"\S+"),
    "hashing char_wb": lambda: HashingVectorizer(n_features=2**9, analyzer="char_wb", ngram_range=(2, 4)),
    "hashing char": lambda: HashingVectorizer(n_features=499, analyzer="char", ngram_range=(1, 3), norm="l1"),
    "hashing, our tokens": lambda: HashingVectorizer(n_features=2**9, tokenizer=tokenize, token_pattern=None),
    "hashing, then sublinear tf-idf": lambda: make_pipeline(
        HashingVectorizer(n_features=2**8, alternate_sign=False, norm=None), TfidfTransformer(sublinear_tf=True)
    ),
    "signed hashing, then tf-idf": lambda: make_pipeline(
        HashingVectorizer(n_features=2**8, norm="l2"), TfidfTransformer(norm="l1")
    ),
    "count, then tf-idf": lambda: make_pipeline(CountVectorizer(ngram_range=(1, 2)), TfidfTransformer()),
    "count, then sublinear tf-idf": lambda: make_pipeline(
        CountVectorizer(), TfidfTransformer(sublinear_tf=True, norm="l1", smooth_idf=False)
    ),
    "tf-idf, then tf-idf": lambda: make_pipeline(TfidfVectorizer(), TfidfTransformer(norm="l1")),
    "words and characters": lambda: make_union(
        TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))
    ),
    "weighted union": lambda: FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)),
            ("characters", HashingVectorizer(n_features=2**8, analyzer="char", ngram_range=(2, 3))),
            ("counts", make_pipeline(CountVectorizer(binary=True), TfidfTransformer())),
            ("nothing", "drop"),
        ],
        transformer_weights={"words": 0.7, "characters": 2.5},
    ),
    "union, scaled and selected": lambda: make_pipeline(
        make_union(TfidfVectorizer(), CountVectorizer(analyzer="char", ngram_range=(2, 2))),
        MaxAbsScaler(),
        SelectKBest(chi2, k=100),
        StandardScaler(with_mean=False),
    ),
    "union, idf over all": lambda: make_pipeline(
        make_union(CountVectorizer(), CountVectorizer(analyzer="char_wb", ngram_range=(3, 3))),
        TfidfTransformer(norm=None, sublinear_tf=True),
    ),
    "count, then maxabs": lambda: make_pipeline(CountVectorizer(), MaxAbsScaler()),
    "count, scaled, then l2": lambda: make_pipeline(CountVectorizer(), MaxAbsScaler(), Normalizer()),
    "tf-idf, then the best 50": lambda: make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), SelectKBest(chi2, k=50)),
    "the best 20 % of counts, then tf-idf": lambda: make_pipeline(
        CountVectorizer(ngram_range=(1, 2)), SelectPercentile(chi2, percentile=20), TfidfTransformer(sublinear_tf=True)
    ),
    "tf-idf, then variance": lambda: make_pipeline(TfidfVectorizer(), VarianceThreshold(1e-4)),
    "hashing, selected by a model": lambda: make_pipeline(
        HashingVectorizer(n_features=2**8), SelectFromModel(LinearSVC(random_state=0)), Normalizer("l1")
    ),
    "tf-idf, then SVD": lambda: make_pipeline(TfidfVectorizer(), TruncatedSVD(10, random_state=0)),
    "tf-idf, SVD, standardized": lambda: make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2)), TruncatedSVD(10, random_state=0), StandardScaler()
    ),
    "tf-idf, randomly projected": lambda: make_pipeline(TfidfVectorizer(), SparseRandomProjection(20, random_state=0)),
    "union over counts": lambda: make_pipeline(
        CountVectorizer(ngram_range=(1, 2)),
        FeatureUnion(
            [
                ("as they are", "passthrough"),
                ("tf-idf", TfidfTransformer()),
                ("topics", make_pipeline(TfidfTransformer(), TruncatedSVD(5, random_state=0))),
            ],
            transformer_weights={"topics": 3.0},
        ),
    ),
    "calibrated whole pipelines": lambda: TfidfVectorizer(min_df=2),
    "one pipeline a class": lambda: TfidfVectorizer(),
    "found by search": lambda: TfidfVectorizer(),
}

# estimators around the whole pipeline, whose members each have vectorizers of their own
WRAPPED: dict[str, Callable[[Any], Any]] = {
    "calibrated whole pipelines": lambda p: CalibratedClassifierCV(p, cv=3),
    "one pipeline a class": lambda p: OneVsRestClassifier(p),
    "found by search": lambda p: GridSearchCV(p, {"features__sublinear_tf": [False, True]}, cv=2),
}


def _sgd(loss: str) -> Make:
    return lambda: SGDClassifier(loss=loss, random_state=0, max_iter=30, tol=None)


CLASSIFIERS: dict[str, Make] = {
    "logistic": lambda: LogisticRegression(max_iter=200, tol=1e-3),
    "logistic, liblinear": lambda: LogisticRegression(solver="liblinear"),
    "logistic CV": lambda: LogisticRegressionCV(Cs=2, cv=2, max_iter=100),
    "linear SVC": lambda: LinearSVC(random_state=0),
    **{
        f"SGD {loss}": _sgd(loss)
        for loss in (
            "hinge",
            "log_loss",
            "modified_huber",
            "squared_hinge",
            "perceptron",
            "squared_error",
            "huber",
            "epsilon_insensitive",
            "squared_epsilon_insensitive",
        )
    },
    "ridge": lambda: RidgeClassifier(),
    "ridge CV": lambda: RidgeClassifierCV(),
    "perceptron": lambda: Perceptron(random_state=0, max_iter=20, tol=None),
    "multinomial NB": lambda: MultinomialNB(),
    "multinomial NB, flat prior": lambda: MultinomialNB(alpha=0.1, fit_prior=False),
    "complement NB": lambda: ComplementNB(),
    "complement NB, norm": lambda: ComplementNB(norm=True, alpha=0.5),
    "Bernoulli NB": lambda: BernoulliNB(),
    "Bernoulli NB, above 0.5": lambda: BernoulliNB(binarize=0.5),
    "Bernoulli NB, as they are": lambda: BernoulliNB(binarize=None),
    "one-vs-rest SVC": lambda: OneVsRestClassifier(LinearSVC(random_state=0)),
    "one-vs-rest logistic": lambda: OneVsRestClassifier(LogisticRegression()),
    "one-vs-rest NB": lambda: OneVsRestClassifier(MultinomialNB()),
    "one-vs-rest calibrated": lambda: OneVsRestClassifier(CalibratedClassifierCV(LinearSVC(random_state=0), cv=2)),
    "outputs of logistic": lambda: MultiOutputClassifier(LogisticRegression()),
    "outputs of SVC": lambda: MultiOutputClassifier(LinearSVC(random_state=0)),
    "outputs of NB": lambda: MultiOutputClassifier(ComplementNB()),
    "sigmoid, ensemble": lambda: CalibratedClassifierCV(LinearSVC(random_state=0), cv=3),
    "sigmoid, one": lambda: CalibratedClassifierCV(LinearSVC(random_state=0), cv=3, ensemble=False),
    "isotonic, ensemble": lambda: CalibratedClassifierCV(LinearSVC(random_state=0), cv=3, method="isotonic"),
    "isotonic, one": lambda: CalibratedClassifierCV(
        SGDClassifier(random_state=0), cv=3, method="isotonic", ensemble=False
    ),
    "sigmoid of NB": lambda: CalibratedClassifierCV(MultinomialNB(), cv=2),
}
if hasattr(linear_model, "PassiveAggressiveClassifier"):  # leaves scikit-learn in 1.10
    CLASSIFIERS["passive-aggressive"] = lambda: linear_model.PassiveAggressiveClassifier(random_state=0, max_iter=20)


if "multi_class" in LogisticRegression().get_params():  # until scikit-learn 1.7
    CLASSIFIERS["logistic, multinomial"] = lambda: LogisticRegression(multi_class="multinomial")
    CLASSIFIERS["logistic, one-vs-rest"] = lambda: LogisticRegression(multi_class="ovr")


_KINDS = {
    "logistic": ("two", "three", "object", "int", "float", "bool"),
    "logistic, liblinear": ("two",),
    "logistic CV": ("two", "three"),
    "linear SVC": ("two", "three", "int"),
    "ridge": ("two", "three", "indicator"),
    "ridge CV": ("two", "indicator"),
    "one-vs-rest SVC": ("two", "three", "indicator"),
    "one-vs-rest logistic": ("two", "three", "indicator"),
    "one-vs-rest NB": ("two", "three", "indicator"),
    "one-vs-rest calibrated": ("three", "indicator"),
    "outputs of logistic": ("outputs", "indicator"),
    "outputs of SVC": ("outputs", "indicator"),
    "outputs of NB": ("outputs",),
}


def _cases() -> tuple[Case, ...]:
    over_vectorizers = [Case(name, "logistic") for name in VECTORIZERS]
    over_classifiers = [
        Case(vectorizer, name, kind)
        for name in CLASSIFIERS
        for kind in _KINDS.get(name, ("two", "three"))
        for vectorizer in (("count",) if "NB" in name else ("tf-idf (1,2)",))
    ]
    more = [
        Case("tf-idf (1,2)", "multinomial NB"),
        Case("weighted union", "linear SVC", "two"),
        Case("weighted union", "one-vs-rest logistic", "indicator"),
        Case("count, then tf-idf", "Bernoulli NB"),
        Case("union, scaled and selected", "Bernoulli NB", "two"),
        Case("tf-idf, then the best 50", "complement NB"),
        Case("tf-idf, then SVD", "sigmoid, ensemble", "two"),
        Case("hashing", "SGD log_loss", "two"),
        Case("hashing (1,2), no signs", "multinomial NB"),
        Case("hashing (1,2), no signs", "Bernoulli NB"),
        Case("hashing char_wb", "SGD modified_huber"),
        Case("words and characters", "isotonic, ensemble", "two"),
        Case("union over counts", "ridge", "indicator"),
        Case("calibrated whole pipelines", "linear SVC", "two"),
        Case("one pipeline a class", "linear SVC", "indicator"),
    ]
    return tuple(dict.fromkeys(over_vectorizers + over_classifiers + more))


CASES: tuple[Case, ...] = _cases()
