"""The two classifiers: scikit-learn's contract, shares of coders, gaps, and the same result twice."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.utils.validation import check_is_fitted

from stance.scores.calibration import best_threshold
from stance.scores.classifiers import MulticlassClassifier, MultilabelClassifier
from stance.scores.neighbours import with_neighbours

N_LABELS = 3


@pytest.fixture(scope="module")
def data():
    """120 samples in 12 groups; each label hangs on a feature of its own, with noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 8))
    Y = (X[:, :N_LABELS] + 0.5 * rng.normal(size=(120, N_LABELS)) > 0.6).astype(float)
    return X, Y, np.repeat(np.arange(12), 10)


@pytest.fixture(scope="module")
def one_of(data):
    """The same samples with exactly one label each."""
    X, _, groups = data
    return X, np.eye(N_LABELS)[X[:, :N_LABELS].argmax(axis=1)], groups


BOTH = pytest.mark.parametrize("kind", [MultilabelClassifier, MulticlassClassifier])


@pytest.fixture
def given(request, kind):
    return request.getfixturevalue("data" if kind is MultilabelClassifier else "one_of")


@BOTH
def test_parameters_are_got_set_and_cloned(kind):
    """`get_params` gives what `__init__` was told, and a clone is unfitted with the same."""
    classifier = kind(C=0.7, n_folds=3, random_state=4)
    assert classifier.get_params()["C"] == 0.7
    copy = clone(classifier).set_params(C=0.1)
    assert (copy.C, copy.n_folds, copy.random_state, classifier.C) == (0.1, 3, 4, 0.7)
    with pytest.raises(NotFittedError):
        check_is_fitted(copy)


@BOTH
def test_fit_returns_the_classifier_and_predict_proba_has_a_column_a_label(kind, given):
    """Shapes are (n_samples, n_labels), values from 0 to 1."""
    X, Y, groups = given
    classifier = kind()
    assert classifier.fit(X, Y, groups) is classifier
    probabilities = classifier.predict_proba(X[:7])
    assert probabilities.shape == classifier.decision_function(X[:7]).shape == (7, N_LABELS)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert classifier.out_of_fold_.shape == Y.shape
    assert classifier.coef_.shape == (N_LABELS, X.shape[1])


def test_probabilities_of_exactly_one_label_add_to_one(one_of):
    """Multinomial, with neighbours or without."""
    X, Y, groups = one_of
    for neighbours in (True, False):
        classifier = MulticlassClassifier(neighbours=neighbours).fit(X, Y, groups)
        np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)
        assert (classifier.predict(X) == classifier.predict_proba(X).argmax(axis=1)).all()


def test_thresholds_are_chosen_on_the_deciding_samples(data):
    """They are those of the deciding samples' own probabilities; a label none of them has is decided on all."""
    X, Y, groups = data
    Y = Y.copy()
    deciding = groups < 5
    Y[deciding, 2] = 0
    everyone, some = (MultilabelClassifier().fit(X, Y, groups, which) for which in (None, deciding))
    np.testing.assert_array_equal(some.out_of_fold_, everyone.out_of_fold_)
    own = [best_threshold(some.out_of_fold_[deciding, j], Y[deciding, j]) for j in (0, 1)]
    assert some.thresholds_.tolist() == [*own, everyone.thresholds_[2]]
    assert own != everyone.thresholds_[:2].tolist()


def test_predict_is_what_reaches_the_thresholds(data):
    """A boolean column a label."""
    X, Y, groups = data
    classifier = MultilabelClassifier().fit(X, Y, groups)
    np.testing.assert_array_equal(classifier.predict(X), classifier.predict_proba(X) >= classifier.thresholds_)


@BOTH
def test_both_learn_what_there_is_to_learn(kind, given):
    """Out of fold, four of five labels are right; always saying no, or the most frequent, is right less often."""
    X, Y, groups = given
    classifier = kind().fit(X, Y, groups)
    right = (
        (classifier.out_of_fold_ >= classifier.thresholds_) == Y
        if kind is MultilabelClassifier
        else classifier.out_of_fold_.argmax(axis=1) == Y.argmax(axis=1)
    )
    assert right.mean() > 0.8 > max((Y == 0).mean() if kind is MultilabelClassifier else 0, Y.mean(axis=0).max())


@BOTH
def test_fitting_twice_gives_the_same_to_the_last_bit(kind, given):
    """Same data, same parameters, same versions; also with two jobs."""
    X, Y, groups = given
    one, two, parallel = (kind(n_jobs=n).fit(X, Y, groups) for n in (None, None, 2))
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))
    np.testing.assert_array_equal(one.predict_proba(X), parallel.predict_proba(X))


@BOTH
def test_sparse_and_dense_features_are_the_same_features(kind, given):
    """CSR in, the same probabilities out."""
    X, Y, groups = given
    dense, thin = kind().fit(X, Y, groups), kind().fit(sparse.csr_matrix(X), Y, groups)
    np.testing.assert_allclose(thin.predict_proba(sparse.csr_matrix(X)), dense.predict_proba(X), atol=1e-3)


@BOTH
def test_rows_that_were_not_coded_do_not_count(kind, given):
    """nan rows change nothing, and are nan out of fold."""
    X, Y, groups = given
    more = np.vstack([X, np.full((5, X.shape[1]), 9.0)])
    gaps = np.vstack([Y, np.full((5, N_LABELS), np.nan)])
    with_gaps = kind().fit(more, gaps, np.append(groups, [99] * 5))
    np.testing.assert_array_equal(with_gaps.predict_proba(X), kind().fit(X, Y, groups).predict_proba(X))
    assert np.isnan(with_gaps.out_of_fold_[-5:]).all()
    assert not np.isnan(with_gaps.out_of_fold_[:-5]).any()


@BOTH
def test_a_share_of_coders_counts_as_that_many_samples(kind, given):
    """A sample that half of the coders gave a label lies between one that all gave it and one that none did."""
    X, Y, groups = given
    row = int(np.flatnonzero(Y[:, 0] == 1)[0])
    found = []
    for share in (0.0, 0.5, 1.0):
        soft = Y.copy()
        soft[row] = [share, 1 - share, 0]
        found.append(kind(C=50.0).fit(X, soft, groups).decision_function(X[[row]])[0, 0])
    assert found[0] < found[1] < found[2]


def test_a_label_without_a_positive_is_never_given(data):
    """Its probability is small everywhere, its threshold out of reach."""
    X, Y, groups = data
    Y = Y.copy()
    Y[:, 1] = 0
    classifier = MultilabelClassifier().fit(X, Y, groups)
    assert not classifier.predict(100 * X)[:, 1].any()
    assert (classifier.predict_proba(X)[:, 1] < 0.05).all()


def test_a_label_that_every_sample_has_is_always_given(data):
    """The other end."""
    X, Y, groups = data
    Y = Y.copy()
    Y[:, 1] = 1
    assert MultilabelClassifier().fit(X, Y, groups).predict(X)[:, 1].all()


def test_a_role_nobody_gave_and_a_layer_of_one_role_are_no_trouble(one_of):
    """Probabilities still add to one, and go to the roles that were given."""
    X, Y, groups = one_of
    two = Y[:, [0, 1, 2]].copy()
    two[:, 1] += two[:, 2]
    two[:, 2] = 0
    found = MulticlassClassifier().fit(X, two, groups).predict_proba(X)
    assert (found[:, 2] < 1e-6).all()
    only = np.zeros_like(Y)
    only[:, 1] = 1
    assert (MulticlassClassifier().fit(X, only, groups).predict(X) == 1).all()


def test_out_of_fold_scores_do_not_know_their_own_group(data):
    """A feature that is 1 in one group only, and there marks a label, is of no use out of fold."""
    X, _, groups = data
    rng = np.random.default_rng(1)
    noise = rng.normal(size=X.shape)
    marks = np.eye(12)[groups] * 3
    own = np.repeat(rng.permutation([0.0, 1.0] * 6), 10)[:, None]
    classifier = MultilabelClassifier(C=100.0).fit(np.hstack([noise, marks]), own, groups)
    inside = ((classifier.decision_function(np.hstack([noise, marks])) > 0) == own).mean()
    outside = ((classifier.out_of_fold_ > 0.5) == own).mean()
    assert inside > 0.95
    assert outside < 0.6


def test_neighbours_change_what_is_predicted_only_within_a_run(one_of):
    """Every sample is followed by one of the next label: knowing the one before decides."""
    rng = np.random.default_rng(2)
    labels = (np.arange(120) + np.repeat(rng.integers(0, 3, 12), 10)) % 3
    Y, groups = np.eye(3)[labels], np.repeat(np.arange(12), 10)
    X = np.eye(3)[labels] + rng.normal(size=(120, 3)) * 0.9
    alone = MulticlassClassifier(neighbours=False).fit(X, Y, groups)
    together = MulticlassClassifier().fit(X, Y, groups)
    assert (together.out_of_fold_.argmax(1) == labels).mean() > (alone.out_of_fold_.argmax(1) == labels).mean() + 0.05
    by_itself = np.vstack([together.predict_proba(X[[i]]) for i in range(10)])
    np.testing.assert_allclose(together.predict_proba(X[:10], runs=np.arange(10)), by_itself, atol=1e-12)


def test_columns_of_neighbours_are_own_before_after_and_whether_there_is_one():
    """By hand: runs a a b."""
    found = with_neighbours(np.array([[1.0], [2.0], [3.0]]), np.array(["a", "a", "b"]))
    assert found.tolist() == [[1, 0, 2, 0, 1], [2, 1, 0, 1, 0], [3, 0, 0, 0, 0]]


def test_a_sample_of_weight_zero_does_not_count(one_of):
    """Weight 0 is absence: the weighted half alone decides."""
    X, Y, groups = one_of
    weight = np.ones(len(X))
    weight[60:] = 0
    options = {"neighbours": False, "n_folds": 2}
    part = MulticlassClassifier(**options).fit(X[:60], Y[:60], groups[:60])
    whole = MulticlassClassifier(**options).fit(X, Y, groups, sample_weight=weight)
    np.testing.assert_allclose(whole.coef_, part.coef_, atol=1e-3)


def test_a_grid_search_of_scikit_learn_finds_the_better_strength(data):
    """The classifier is an estimator like any other."""
    X, Y, groups = data

    def micro_f1(classifier, X, Y):
        given = classifier.predict(X)
        return 2 * (given & (Y == 1)).sum() / (given.sum() + Y.sum())

    search = GridSearchCV(MultilabelClassifier(), {"C": [1e-6, 1.0]}, scoring=micro_f1, cv=GroupKFold(3))
    search.fit(X, Y, groups=groups)
    assert search.best_params_ == {"C": 1.0}
    assert search.best_estimator_.coef_.shape == (N_LABELS, X.shape[1])


@BOTH
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, Y, g: (X, Y[:-1], g), r"Y must have shape \(120, n_labels\), a row a sample; got \(119, 3\)"),
        (lambda X, Y, g: (X, Y[:, 0], g), r"Y must have shape \(120, n_labels\), a row a sample; got \(120,\)"),
        (lambda X, Y, g: (X, Y * 2, g), "Y must hold shares from 0 to 1; got 0 to 2"),
        (lambda X, Y, g: (X, Y * np.nan, g), "Y must have at least one coded row; all are nan"),
        (lambda X, Y, g: (X, Y, g[:3]), r"groups must have one value a sample \(120\); got 3"),
        (lambda X, Y, g: (X, Y, g * 0), "out-of-fold scores need two documents or more; got 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_what_was_given(kind, given, change, message):
    """Shapes, ranges and groups."""
    with pytest.raises(ValueError, match=message):
        kind().fit(*change(*given))


@BOTH
def test_predicting_before_fitting_is_scikit_learns_own_error(kind):
    """NotFittedError, as for every estimator."""
    with pytest.raises(NotFittedError):
        kind().predict_proba(np.zeros((1, 2)))
