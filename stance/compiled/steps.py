"""Fitted vectorizers and transformers of scikit-learn → features: vectorizers followed by a linear map.

The state between two steps is `Features`: parts, each a vectorizer (counts, scale, norm) and the matrix that carries
its columns into the present space. Scaling, selection and projection change the matrix; an idf and a norm that come
later move into the vectorizer where that gives the same numbers. Whatever does not is refused by name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse

from stance.core.plan import MOST_GRAMS, Analyzer, Terms, Tokens
from stance.errors import NotCompilable
from stance.tokens import TOKEN_PATTERN
from stance.tokens import tokenize as stance_tokenize

Floats = npt.NDArray[np.float64]
sparse: Any = scipy.sparse  # its stubs know too many shapes

# The pattern of a vectorizer → the tokens it finds; re's \w and \s are Unicode's with or without (?u).
PATTERNS: dict[str, Tokens] = {
    r"\b\w\w+\b": "default",
    r"\w\w+": "default",
    r"\b\w{2,}\b": "default",
    r"\w{2,}": "default",
    r"\b\w+\b": "word",
    r"\w+": "word",
    r"\S+": "space",
    TOKEN_PATTERN: "stance",
}
VECTORIZERS = "CountVectorizer, TfidfVectorizer, HashingVectorizer, FeatureUnion of them"
TRANSFORMERS = (
    "TfidfTransformer, Normalizer, MaxAbsScaler, StandardScaler, feature selection (get_support), TruncatedSVD, "
    "random projections, FeatureUnion, Pipeline"
)
_DTYPES = ("float64", "int64", "int32", "uint64", "uint32")


@dataclass(frozen=True, eq=False)
class Analysis:
    """Text → n-grams: the settings of a vectorizer that are not arithmetic."""

    analyzer: Analyzer
    tokens: Tokens | None
    ngram_range: tuple[int, int]
    lowercase: bool
    strip_accents: Literal["ascii", "unicode"] | None
    stop_words: frozenset[str] | None
    vocabulary: Terms | None
    n_hashed: int
    alternate_sign: bool

    def same(self, other: "Analysis") -> bool:
        return all(
            getattr(self, name) == getattr(other, name)
            for name in self.__dataclass_fields__  # the cheap ones first, the vocabulary near the end
        )


@dataclass(frozen=True, eq=False)
class Part:
    """norm(f(counts) * scale) @ carry, where `carry` is sparse or dense, (n_columns, width of the features)."""

    analysis: Analysis
    binary: bool
    sublinear_tf: bool
    norm: Literal["l1", "l2"] | None
    scale: Floats
    carry: Any

    @property
    def counts_only(self) -> bool:
        """Whether the values are still plain counts (or 0 and 1, or logarithms) of the columns that remain."""
        if self.norm is not None:
            return False
        kept = np.diff(sparse.csr_array(self.carry).indptr) > 0
        return bool((self.scale[kept] == 1).all() and (self.carry.data == 1).all())


@dataclass(frozen=True, eq=False)
class Features:
    """The values a later step sees: the sum of the parts, plus `offset`, (width,)."""

    parts: tuple[Part, ...]
    offset: Floats

    @property
    def width(self) -> int:
        return len(self.offset)

    @property
    def elementwise(self) -> bool:
        """Whether every column is still a column of one vectorizer, scaled: nothing was projected or shifted."""
        return all(sparse.issparse(p.carry) for p in self.parts) and not self.offset.any()


def name_of(step: Any) -> str:
    """Return the class of a step: bare for scikit-learn's own, with its module for any other."""
    cls = type(step)
    return cls.__name__ if cls.__module__.split(".")[0] == "sklearn" else f"{cls.__module__}.{cls.__qualname__}"


def refusal(path: str, step: Any, setting: str, covered: str) -> NotCompilable:
    """Return the error: which step, which setting, and what is covered."""
    where = f"step {path!r}" if path else "the estimator"
    return NotCompilable(f"{where} ({name_of(step)}): {setting} is not covered; covered: {covered}")


def unfrozen(step: Any) -> Any:
    """Return the estimator inside FrozenEstimator, else `step` itself."""
    while name_of(step) == "FrozenEstimator":
        step = step.estimator
    return step


def read_transformer(step: Any, features: Features | None, path: str) -> Features | None:
    """Return the features after `step`; `features` is None while the values are still texts."""
    step = unfrozen(step)
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return features
    name = name_of(step)
    if name == "FunctionTransformer" and step.func is None and not step.validate:  # "passthrough" in a fitted union
        return features
    if name == "Pipeline":
        for child_name, child in step.steps:
            features = read_transformer(child, features, _join(path, child_name))
        return features
    if name == "FeatureUnion":
        return _union(step, features, path)
    if name in ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer"):
        if features is not None:
            raise refusal(path, step, "a vectorizer after another step", "a vectorizer first, on texts")
        return _vectorizer(step, path)
    if features is None:
        raise refusal(path, step, "this transformer of texts", VECTORIZERS)
    if name == "TfidfTransformer":
        return _tfidf(step, features, path)
    if name == "Normalizer":
        if step.norm not in ("l1", "l2"):
            raise refusal(path, step, f"norm={step.norm!r}", "l1 and l2, straight after one vectorizer")
        return _normed(step, features, step.norm, path)
    if name == "MaxAbsScaler":
        if getattr(step, "clip", False):
            raise refusal(path, step, "clip=True", "clip=False")
        return _scaled(features, 1.0 / _fitted(step, "scale_", path))
    if name == "StandardScaler":
        return _standardized(step, features, path)
    if name in ("TruncatedSVD", "GaussianRandomProjection", "SparseRandomProjection"):
        return _projected(features, _fitted(step, "components_", path), step, path)
    if name.startswith("stance.") and hasattr(step, "components_"):
        # our own embeddings declare themselves linear: values @ components_.T
        return _projected(features, step.components_, step, path)
    if _is_selector(step):
        return _selected(step, features, path)
    raise refusal(path, step, "this step", TRANSFORMERS)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else str(name)


def _fitted(step: Any, attribute: str, path: str) -> Any:
    if not hasattr(step, attribute):
        raise NotCompilable(f"step {path!r} ({name_of(step)}) must be fitted first: it has no {attribute}")
    return getattr(step, attribute)


# ---- vectorizers ----------------------------------------------------------------------------------------------


def _vectorizer(step: Any, path: str) -> Features:
    hashing = name_of(step) == "HashingVectorizer"
    analysis = _analysis(step, hashing, path)
    width = analysis.n_hashed if hashing else len(analysis.vocabulary or ())
    features = Features(
        parts=(
            Part(
                analysis,
                binary=bool(step.binary),
                sublinear_tf=False,
                norm=step.norm if hashing else None,
                scale=np.ones(width),
                carry=sparse.csr_array(sparse.eye(width, format="csr")),
            ),
        ),
        offset=np.zeros(width),
    )
    if name_of(step) == "TfidfVectorizer":
        features = _tfidf(_fitted(step, "_tfidf", path), features, path)
    return features


def _analysis(step: Any, hashing: bool, path: str) -> Analysis:
    if step.input != "content":
        raise refusal(path, step, f"input={step.input!r}", "input='content', texts themselves")
    if callable(step.analyzer) or step.analyzer not in ("word", "char", "char_wb"):
        raise refusal(path, step, f"analyzer={step.analyzer!r}", "'word', 'char', 'char_wb'")
    if step.preprocessor is not None:
        raise refusal(path, step, f"preprocessor={step.preprocessor!r}", "None, with lowercase and strip_accents")
    if callable(step.strip_accents):
        raise refusal(path, step, f"strip_accents={step.strip_accents!r}", "None, 'ascii', 'unicode'")
    if np.dtype(step.dtype).name not in _DTYPES:
        raise refusal(path, step, f"dtype={np.dtype(step.dtype).name}", f"{', '.join(_DTYPES)}: the original rounds to "
               "this type at every step, the core only once")  # fmt: skip
    low, high = step.ngram_range
    if not 1 <= low <= high <= MOST_GRAMS:
        raise refusal(path, step, f"ngram_range={step.ngram_range!r}", f"1 <= min <= max <= {MOST_GRAMS}")
    words = step.analyzer == "word"
    stop_words = step.get_stop_words() if words else None
    return Analysis(
        analyzer=step.analyzer,
        tokens=_tokens(step, path) if words else None,
        ngram_range=(int(low), int(high)),
        lowercase=bool(step.lowercase),
        strip_accents=step.strip_accents or None,
        stop_words=None if stop_words is None else frozenset(w for w in stop_words if isinstance(w, str)),
        vocabulary=None if hashing else _vocabulary(step, path),
        n_hashed=int(step.n_features) if hashing else 0,
        alternate_sign=bool(step.alternate_sign) if hashing else False,
    )


def _tokens(step: Any, path: str) -> Tokens:
    if step.tokenizer is None:
        pattern = step.token_pattern
        found = PATTERNS.get(pattern.removeprefix("(?u)")) if isinstance(pattern, str) else None
        if found is None:
            covered = f"{', '.join(list(PATTERNS)[:-1])}, each with or without (?u), stance.tokens.TOKEN_PATTERN"
            raise refusal(path, step, f"token_pattern={pattern!r}", covered)
        return found
    tokenizer = step.tokenizer
    if tokenizer is stance_tokenize:
        return "stance"
    if tokenizer is str.split:
        return "space"
    owner, function = getattr(tokenizer, "__self__", None), getattr(tokenizer, "__func__", None)
    cls = type(owner)
    if cls.__module__.startswith("nltk.tokenize") and function is getattr(cls, "tokenize", None):
        plain = vars(owner)
        if cls.__name__ == "NLTKWordTokenizer" and not plain:
            _check_engine(cls, step, path)
            return "nltk_word"
        if (
            cls.__name__ == "RegexpTokenizer"
            and plain.get("_pattern") == TOKEN_PATTERN
            and not plain.get("_gaps")
            and plain.get("_flags") == 56  # re.UNICODE | re.MULTILINE | re.DOTALL, NLTK's own choice
        ):
            return "stance"
    raise refusal(path, step, f"tokenizer={tokenizer!r}", "None, stance.tokens.tokenize, RegexpTokenizer(stance.tokens."
           "TOKEN_PATTERN).tokenize, NLTKWordTokenizer().tokenize, str.split")  # fmt: skip


def _check_engine(tokenizer: Any, step: Any, path: str) -> None:
    """Refuse an NLTK that matches with `re`: other characters are letters and digits there than in `regex`."""
    if any(isinstance(pattern, re.Pattern) for pattern, *_ in tokenizer.PUNCTUATION):
        import nltk

        raise refusal(path, step, f"NLTKWordTokenizer of NLTK {nltk.__version__}, which matches with re,",
                      "that of NLTK 3.10 and later, which matches with regex")  # fmt: skip


def _vocabulary(step: Any, path: str) -> Terms:
    from sklearn.exceptions import NotFittedError

    try:
        terms = step.get_feature_names_out()
    except NotFittedError as problem:
        raise NotCompilable(f"step {path!r} ({name_of(step)}) must be fitted first: {problem}") from None
    if not all(isinstance(t, str) for t in terms):
        wrong = next(t for t in terms if not isinstance(t, str))
        raise refusal(path, step, f"a vocabulary with {wrong!r}", "terms that are str")
    return Terms.of(terms)


# ---- transformers ---------------------------------------------------------------------------------------------


def _tfidf(step: Any, features: Features, path: str) -> Features:
    if step.sublinear_tf:
        if not features.elementwise or not all(
            p.counts_only and not p.sublinear_tf and not p.analysis.alternate_sign for p in features.parts
        ):
            raise refusal(path, step, "sublinear_tf=True on values that are no counts", "sublinear_tf straight after "
                   "counting, or after HashingVectorizer(alternate_sign=False, norm=None)")  # fmt: skip
        features = replace(features, parts=tuple(replace(p, sublinear_tf=True) for p in features.parts))
    if getattr(step, "use_idf", True) and hasattr(step, "idf_"):
        features = _scaled(features, np.asarray(step.idf_, dtype=np.float64))
    elif step.use_idf:
        raise NotCompilable(f"step {path!r} ({name_of(step)}) must be fitted first: it has no idf_")
    return features if step.norm is None else _normed(step, features, step.norm, path)


def _scaled(features: Features, factor: Any) -> Features:
    """Return features with column j times factor[j]."""
    factor = np.broadcast_to(np.asarray(factor, dtype=np.float64), (features.width,))
    parts = []
    for part in features.parts:
        if part.norm is None and sparse.issparse(part.carry):  # no norm sees the scale yet: keep it beside the counts
            carry = sparse.csr_array(part.carry)
            scale = part.scale.copy()
            scale[np.diff(carry.indptr) > 0] *= factor[carry.indices]
            parts.append(replace(part, scale=scale))
        elif sparse.issparse(part.carry):
            carry = sparse.csr_array(part.carry, copy=True)
            carry.data *= factor[carry.indices]
            parts.append(replace(part, carry=carry))
        else:
            parts.append(replace(part, carry=part.carry * factor))
    return Features(tuple(parts), features.offset * factor)


def _normed(step: Any, features: Features, norm: Literal["l1", "l2"], path: str) -> Features:
    if len(features.parts) != 1 or not features.elementwise:
        what = "several vectorizers together" if len(features.parts) != 1 else "projected values"
        raise refusal(path, step, f"norm={norm!r} of {what}", "a norm inside each vectorizer, norm=None here")
    (part,) = features.parts
    carry = sparse.csr_array(part.carry)
    kept = np.diff(carry.indptr) > 0
    scale = np.where(kept, part.scale, 0.0)
    scale[kept] *= carry.data  # a norm forgets the norm before it, so only the product of scales remains
    selection = sparse.csr_array((np.ones(carry.nnz), carry.indices, carry.indptr), shape=carry.shape)
    return replace(features, parts=(replace(part, norm=norm, scale=scale, carry=selection),))


def _standardized(step: Any, features: Features, path: str) -> Features:
    if step.with_mean:
        if features.elementwise:
            raise refusal(path, step, "with_mean=True on sparse values", "with_mean=False")
        features = replace(features, offset=features.offset - _fitted(step, "mean_", path))
    if not step.with_std:
        return features
    return _scaled(features, 1.0 / _fitted(step, "scale_", path))


def _projected(features: Features, components: Any, step: Any, path: str) -> Features:
    if components.shape[1] != features.width:
        raise NotCompilable(
            f"step {path!r} ({name_of(step)}) was fitted on {components.shape[1]} columns, the steps before it give "
            f"{features.width}"
        )
    dense = components.toarray() if sparse.issparse(components) else np.asarray(components)
    matrix = np.ascontiguousarray(dense.T, dtype=np.float64)
    parts = tuple(replace(p, carry=np.asarray(p.carry @ matrix)) for p in features.parts)
    return Features(parts, features.offset @ matrix)


def _is_selector(step: Any) -> bool:
    from sklearn.feature_selection import SelectorMixin

    return isinstance(step, SelectorMixin) and type(step).transform is SelectorMixin.transform


def _selected(step: Any, features: Features, path: str) -> Features:
    mask = np.asarray(step.get_support())
    if len(mask) != features.width:
        raise NotCompilable(
            f"step {path!r} ({name_of(step)}) was fitted on {len(mask)} columns, the steps before it give "
            f"{features.width}"
        )
    kept = np.flatnonzero(mask)
    parts = tuple(
        replace(p, carry=sparse.csr_array(sparse.csc_array(p.carry)[:, kept]) if sparse.issparse(p.carry)
                else np.ascontiguousarray(p.carry[:, kept]))
        for p in features.parts
    )  # fmt: skip
    return Features(parts, features.offset[kept])


def _union(step: Any, features: Features | None, path: str) -> Features:
    weights = step.transformer_weights or {}
    found: list[Features] = []
    for name, child in step.transformer_list:
        if isinstance(child, str) and child == "drop":
            continue
        if features is None and isinstance(child, str):
            raise refusal(_join(path, name), child, "passing texts through", "vectorizers in a union over texts")
        one = read_transformer(child, features, _join(path, name))
        if one is None:
            raise refusal(_join(path, name), child, "a member that leaves texts as they are", "vectorizers")
        if weights.get(name) is not None:
            one = _scaled(one, float(weights[name]))
        found.append(one)
    if not found:
        raise refusal(path, step, "a union of nothing", "one vectorizer or more")
    return _side_by_side(found)


def _side_by_side(found: Sequence[Features]) -> Features:
    width = sum(f.width for f in found)
    parts, start = [], 0
    for one in found:
        for part in one.parts:
            if sparse.issparse(part.carry):
                c = sparse.csr_array(part.carry)
                carry: Any = sparse.csr_array((c.data, c.indices + start, c.indptr), shape=(c.shape[0], width))
            else:
                carry = np.zeros((len(part.scale), width))
                carry[:, start : start + one.width] = part.carry
            parts.append(replace(part, carry=carry))
        start += one.width
    return Features(tuple(parts), np.concatenate([f.offset for f in found]))


# ---- what naive Bayes sees ------------------------------------------------------------------------------------


def present(features: Features, step: Any, path: str) -> Features:
    """Return features that are 1 where a value is above 0, else 0 (BernoulliNB's binarize=0)."""
    if not features.elementwise or any(p.analysis.alternate_sign for p in features.parts):
        raise refusal(path, step, "binarize on projected or signed values", "binarize=0.0 on counts or tf-idf, None")
    parts = []
    for part in features.parts:
        c = sparse.csr_array(part.carry)
        row_scale = part.scale[np.repeat(np.arange(c.shape[0]), np.diff(c.indptr))]
        carry = sparse.csr_array(((c.data * row_scale > 0).astype(np.float64), c.indices, c.indptr), shape=c.shape)
        carry.eliminate_zeros()
        parts.append(
            replace(part, binary=True, sublinear_tf=False, norm=None, scale=np.ones_like(part.scale), carry=carry)
        )
    return replace(features, parts=tuple(parts))
