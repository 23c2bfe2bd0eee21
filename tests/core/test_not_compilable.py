"""What is not covered is refused by name: the step, the setting, and what is covered."""

import re
from collections.abc import Callable
from typing import Any

import nltk
import numpy as np
import pytest
import scipy.sparse
from nltk.tokenize import NLTKWordTokenizer as NewestTokenizer
from nltk.tokenize import RegexpTokenizer, TreebankWordTokenizer
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import Binarizer, MaxAbsScaler, Normalizer
from sklearn.svm import LinearSVC

from stance.compiled import compile
from stance.errors import NotCompilable
from stance.tokens import TOKEN_PATTERN

TEXTS = ["peace and security", "the nations must act", "must the council act", "peace, security and trade"] * 4
LABELS = ["a", "b", "c", "a"] * 4


def upper(text: str) -> str:
    return text.upper()


class Own(TfidfVectorizer):
    """A subclass may mean anything."""


class NLTKWordTokenizer(NewestTokenizer):
    """As NLTK before 3.10 has it: its patterns are of `re`."""

    __module__ = "nltk.tokenize.destructive"
    PUNCTUATION = ((re.compile(r"[^\w\s]"), r" \g<0> "),)


REFUSED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "preprocessor": (lambda: TfidfVectorizer(preprocessor=upper), "tfidfvectorizer", "preprocessor=<function upper"),
    "analyzer": (lambda: TfidfVectorizer(analyzer=str.split), "tfidfvectorizer", "analyzer=<method 'split'"),
    "tokenizer": (
        lambda: TfidfVectorizer(tokenizer=upper, token_pattern=None),
        "tfidfvectorizer",
        "tokenizer=<function upper",
    ),
    "tokenizer, of an NLTK that matches with re": (
        lambda: TfidfVectorizer(tokenizer=NLTKWordTokenizer().tokenize, token_pattern=None),
        "tfidfvectorizer",
        f"NLTKWordTokenizer of NLTK {nltk.__version__}, which matches with re, is not covered",
    ),
    "tokenizer, another of NLTK": (
        lambda: TfidfVectorizer(tokenizer=TreebankWordTokenizer().tokenize, token_pattern=None),
        "tfidfvectorizer",
        "tokenizer=<bound method",
    ),
    "tokenizer, another pattern": (
        lambda: TfidfVectorizer(tokenizer=RegexpTokenizer(r"\w+").tokenize, token_pattern=None),
        "tfidfvectorizer",
        "tokenizer=<bound method",
    ),
    "tokenizer, our pattern as gaps": (
        lambda: TfidfVectorizer(tokenizer=RegexpTokenizer(TOKEN_PATTERN, gaps=True).tokenize, token_pattern=None),
        "tfidfvectorizer",
        "tokenizer=<bound method",
    ),
    "tokenizer, our pattern with a flag": (
        lambda: TfidfVectorizer(tokenizer=RegexpTokenizer(TOKEN_PATTERN, flags=re.I).tokenize, token_pattern=None),
        "tfidfvectorizer",
        "tokenizer=<bound method",
    ),
    "token_pattern": (lambda: TfidfVectorizer(token_pattern=r"[a-z]+"), "tfidfvectorizer", "token_pattern='[a-z]+'"),
    "token_pattern, a group": (
        lambda: TfidfVectorizer(token_pattern=r"\b(\w)\w+\b"),
        "tfidfvectorizer",
        "token_pattern=",
    ),
    "token_pattern, ASCII": (lambda: CountVectorizer(token_pattern=r"(?a)\w+"), "countvectorizer", "token_pattern="),
    "strip_accents": (lambda: TfidfVectorizer(strip_accents=upper), "tfidfvectorizer", "strip_accents="),
    "dtype": (lambda: TfidfVectorizer(dtype=np.float32), "tfidfvectorizer", "dtype=float32"),
    "dtype of counts": (lambda: CountVectorizer(dtype=np.int8), "countvectorizer", "dtype=int8"),
    "ngram_range": (
        lambda: TfidfVectorizer(analyzer="char", ngram_range=(1, 65)),
        "tfidfvectorizer",
        "ngram_range=(1, 65)",
    ),
    "a subclass": (Own, "own", "this transformer of texts"),
    "sublinear after a norm": (
        lambda: make_pipeline(TfidfVectorizer(), TfidfTransformer(sublinear_tf=True)),
        "pipeline.tfidftransformer",
        "sublinear_tf=True",
    ),
    "sublinear of signs": (
        lambda: make_pipeline(
            HashingVectorizer(norm=None, n_features=8, binary=True), TfidfTransformer(sublinear_tf=True)
        ),
        "pipeline.tfidftransformer",
        "sublinear_tf=True",
    ),
    "a norm over a union": (
        lambda: make_pipeline(make_union(CountVectorizer(), CountVectorizer(analyzer="char")), TfidfTransformer()),
        "pipeline.tfidftransformer",
        "norm='l2' of several vectorizers",
    ),
    "Normalizer over a union": (
        lambda: make_pipeline(make_union(CountVectorizer(), CountVectorizer(analyzer="char")), Normalizer()),
        "pipeline.normalizer",
        "norm='l2' of several vectorizers",
    ),
    "Normalizer after SVD": (
        lambda: make_pipeline(TfidfVectorizer(), TruncatedSVD(2), Normalizer()),
        "pipeline.normalizer",
        "norm='l2' of projected values",
    ),
    "Normalizer by the maximum": (
        lambda: make_pipeline(TfidfVectorizer(), Normalizer("max")),
        "pipeline.normalizer",
        "norm='max'",
    ),
    "clipping": (
        lambda: make_pipeline(TfidfVectorizer(), MaxAbsScaler(clip=True)),
        "pipeline.maxabsscaler",
        "clip=True",
    ),
    "a step that is not linear": (
        lambda: make_pipeline(TfidfVectorizer(), Binarizer()),
        "pipeline.binarizer",
        "this step",
    ),
    "NMF": (lambda: make_pipeline(TfidfVectorizer(), NMF(2, init="nndsvda")), "pipeline.nmf", "this step"),
    "inside a union": (
        lambda: FeatureUnion([("w", TfidfVectorizer()), ("c", make_pipeline(CountVectorizer(), KMeans(2, n_init=1)))]),
        "featureunion.c.kmeans",
        "this step",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", REFUSED)
def test_a_step_that_is_not_covered_is_refused_by_name(name: str) -> None:
    """The error names the step by its path, the setting with its value, and what is covered."""
    make, step, setting = REFUSED[name]
    try:
        pipeline = make_pipeline(make(), LogisticRegression()).fit(TEXTS, LABELS)
    except TypeError:
        pytest.skip("this scikit-learn has no such setting")
    with pytest.raises(NotCompilable) as raised:
        compile(pipeline)
    message = str(raised.value)
    assert message.startswith(f"step '{step}' (")
    assert setting in message
    assert "is not covered; covered: " in message


CLASSIFIERS: dict[str, tuple[Callable[[], Any], Any, str]] = {
    "a forest": (lambda: RandomForestClassifier(2), LABELS, "this estimator"),
    "a forest, calibrated": (lambda: CalibratedClassifierCV(RandomForestClassifier(2), cv=2), LABELS, "this estimator"),
    "a forest for each class": (lambda: OneVsRestClassifier(RandomForestClassifier(2)), LABELS, "this estimator"),
    "a threshold on tf-idf": (lambda: BernoulliNB(binarize=0.3), LABELS, "binarize=0.3"),
    "sparse indicators": (
        lambda: OneVsRestClassifier(LinearSVC()),
        scipy.sparse.csr_matrix(np.eye(4, 3, dtype=int)[[0, 1, 2, 3] * 4]),
        "a sparse indicator matrix",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_that_is_not_covered_is_refused_by_name(name: str) -> None:
    """As for steps."""
    make, labels, setting = CLASSIFIERS[name]
    pipeline = make_pipeline(TfidfVectorizer(), make()).fit(TEXTS, labels)
    with pytest.raises(NotCompilable, match="is not covered; covered: ") as raised:
        compile(pipeline)
    assert setting in str(raised.value)


@pytest.mark.filterwarnings("ignore")
def test_temperature_scaling_is_refused() -> None:
    """Its rule looks at the whole batch to guess what it was given."""
    try:
        classifier = CalibratedClassifierCV(LinearSVC(), method="temperature", cv=2)
        pipeline = make_pipeline(TfidfVectorizer(), classifier).fit(TEXTS, LABELS)
    except ValueError:
        pytest.skip("scikit-learn before 1.8")
    with pytest.raises(NotCompilable, match="method='temperature' is not covered"):
        compile(pipeline)


@pytest.mark.parametrize("input_kind", ["file", "filename"])
def test_input_other_than_texts_is_refused(input_kind: str) -> None:
    """Files are read by the caller."""
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
    pipeline[0].input = input_kind
    with pytest.raises(NotCompilable, match=f"input='{input_kind}' is not covered"):
        compile(pipeline)


@pytest.mark.parametrize(
    "unfitted",
    [
        make_pipeline(TfidfVectorizer(), LogisticRegression()),
        make_pipeline(CountVectorizer(), LogisticRegression()),
        make_pipeline(HashingVectorizer(), LogisticRegression()),
        make_pipeline(CountVectorizer(vocabulary=["a"]), LinearSVC()),
        OneVsRestClassifier(make_pipeline(TfidfVectorizer(), LinearSVC())),
    ],
)
def test_an_unfitted_pipeline_is_refused(unfitted: Any) -> None:
    """The error says that it must be fitted."""
    with pytest.raises(NotCompilable, match="must be fitted first"):
        compile(unfitted)


@pytest.mark.parametrize("given", [None, "model.pkl", LogisticRegression(), TfidfVectorizer(), 3])
def test_what_is_no_text_pipeline_is_refused(given: Any) -> None:
    """Anything else than an estimator over texts."""
    with pytest.raises(NotCompilable):
        compile(given)


def test_steps_that_do_not_fit_together_are_refused() -> None:
    """A classifier fitted on other columns than the vectorizer gives."""
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
    pipeline.steps[0] = ("other", TfidfVectorizer().fit(TEXTS[:1]))
    with pytest.raises(NotCompilable, match="was fitted on 9 columns, the steps before it give 3"):
        compile(pipeline)


def test_a_pipeline_that_answers_otherwise_than_its_settings_say_is_refused() -> None:
    """The probe finds what no setting shows, such as a method replaced on the instance."""
    pipeline = make_pipeline(TfidfVectorizer(), RidgeClassifier()).fit(TEXTS, LABELS)
    vectorizer = pipeline[0]
    vectorizer.transform = lambda texts: TfidfVectorizer.transform(vectorizer, [t.replace("peace", "") for t in texts])
    with pytest.raises(NotCompilable, match="must equal the original's and does not"):
        compile(pipeline)


def test_compiling_leaves_the_pipeline_alone() -> None:
    """The original answers as before, and changing it later does not change the compiled one."""
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
    before = pipeline.decision_function(TEXTS)
    fast = compile(pipeline, float64=True)
    assert np.array_equal(pipeline.decision_function(TEXTS), before)
    pipeline[-1].coef_[:] = 0.0
    pipeline[-1].classes_[:] = "z"
    np.testing.assert_allclose(fast.decision_function(TEXTS), before, rtol=1e-12)
    assert set(fast.predict(TEXTS)) <= {"a", "b", "c"}
