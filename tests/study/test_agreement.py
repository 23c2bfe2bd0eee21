"""Krippendorff's alpha: worked examples, its definition in plain Python, and the figures of a corpus."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.codebook import load_codebook
from stance.corpus import ADJUDICATED
from stance.corpus.reading import read_corpus_rows
from stance.study import alpha
from stance.study.agreement import agreement_figures
from stance.study.bootstrap import Resamples

N = None

# K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011): four
# coders of twelve units with gaps (section C).
COINS = [
    (1, 1, N, 1),
    (2, 2, 3, 2),
    (3, 3, 3, 3),
    (3, 3, 3, 3),
    (2, 2, 2, 2),
    (1, 2, 3, 4),
    (4, 4, 4, 4),
    (1, 1, 2, 1),
    (2, 2, 2, 2),
    (N, 5, 5, 5),
    (N, N, 1, 1),
    (N, N, 3, N),
]


def textbook_alpha(units):
    """Return 1 - observed / expected disagreement, pair by pair, as the definition has it."""
    units = [[v for v in unit if v is not None] for unit in units]
    units = [unit for unit in units if len(unit) > 1]
    values = [v for unit in units for v in unit]
    n = len(values)
    observed = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units) / n
    expected = sum(a != b for a, b in permutations(values, 2)) / (n * (n - 1))
    return 1 - observed / expected


def test_alpha_of_the_worked_example_with_missing_values_is_0_743():
    """Krippendorff (2011), section C: nominal alpha = 0.743."""
    assert alpha(COINS) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_two_coders_by_hand():
    """Ten items, 0 or 1, four disagreements (Krippendorff 2011, section A): 1 - 19 * 8 / (2 * 14 * 6) = 0.095."""
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert alpha(zip(first, second, strict=True)) == pytest.approx(1 - 19 * 8 / (2 * 14 * 6))
    assert alpha(zip(first, second, strict=True)) == pytest.approx(0.095, abs=5e-4)


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=3, max_size=3), min_size=1, max_size=12).filter(
        lambda units: len({v for u in units if sum(x is not None for x in u) > 1 for v in u if v is not None}) > 1
    )
)
def test_alpha_is_its_definition(units):
    """The coincidence matrix gives what counting pair by pair gives."""
    assert alpha(units) == pytest.approx(textbook_alpha(units))


@given(st.permutations(range(12)), st.permutations(range(4)))
def test_alpha_depends_on_the_order_of_neither_units_nor_coders(units, coders):
    """Coders are interchangeable."""
    assert alpha([[COINS[u][c] for c in coders] for u in units]) == pytest.approx(alpha(COINS))


@pytest.mark.parametrize("units", [[], [(1, N), (2, N)], [(1, 1), (1, 1)]], ids=["none", "one coder", "one value"])
def test_alpha_is_none_where_it_is_undefined(units):
    """No pairs, or no variation: alpha says nothing."""
    assert alpha(units) is None


def test_perfect_agreement_is_one_and_none_at_all_is_below_zero():
    """The two ends of the scale."""
    assert alpha([(1, 1), (2, 2)]) == 1
    assert alpha([(1, 2), (2, 1)]) < 0


def coded_twice(pairs):
    rows = []
    for i, (first, second) in enumerate(pairs):
        for coder, coding in (("one", first), ("two", second)):
            if coding is not None:
                row = {"document": f"d{i // 2}", "sentence": i, "text": f"Sentence {i}.", "coder": coder}
                rows.append((f"row {i}", row | coding))
    return read_corpus_rows(rows, name="twice")


def coding(claims, role="event", voice="author", stance=None):
    return {"claims": claims, "role": role, "voice": voice, "stance": stance or {}}


def test_the_figures_of_a_corpus_are_those_of_its_layers():
    """Claims by label, role, voice, and stance over targets that both listed; a sentence coded once does not count."""
    codebook = load_codebook("security")
    pairs = [
        (
            coding(["demand"], "event", "author", {"Japan": "against"}),
            coding(["demand"], "event", "author", {"Tokyo": "against"}),
        ),
        (coding(["demand"]), coding([], "background")),
        (coding([], stance={"Japan": "favor", "Iran": "neutral"}), coding([], stance={"Japan": "neutral"})),
        (coding([], voice="attributed"), coding([], voice="attributed")),
        (coding(["warning"]), None),
    ]
    corpus = coded_twice(pairs)
    canonical = {"Tokyo": "Japan"}.get
    found = agreement_figures(corpus, codebook, lambda t: canonical(t, t), Resamples(corpus.documents, n_resamples=50))
    assert found["coders.claims.demand.alpha"].value == pytest.approx(alpha([(1, 1), (1, 0), (0, 0), (0, 0)]))
    assert found["coders.claims.demand.alpha"].n == 4
    assert found["coders.claims.warning.alpha"].value is None
    assert found["coders.claims.micro_f1"].value == pytest.approx(2 / 3)
    assert found["coders.roles.alpha"].value == pytest.approx(alpha([(1, 1), (1, 2), (1, 1), (1, 1)]))
    assert found["coders.voice.alpha"].value == 1
    assert found["coders.stance.alpha"].value == pytest.approx(alpha([("a", "a"), ("f", "n")]))
    assert found["coders.stance.alpha"].n == 2
    for figure in found.values():
        assert figure.low is None or figure.low <= figure.high


def test_adjudicated_codings_take_no_part_in_agreement():
    """Two coders and what was settled between them agree as the two do; one coder and a final word, not at all."""
    two = [(coding(["demand"], "event"), coding([], "event")), (coding(["demand"]), coding(["demand"]))]
    final = coding(["warning"], "background", "attributed", {"Japan": "favor"}) | {"coder": ADJUDICATED}
    codebook = load_codebook("security")

    def found(corpus):
        return agreement_figures(corpus, codebook, str, Resamples(corpus.documents, n_resamples=9))

    rows = [
        (f"row {i}", {"document": "d", "sentence": i, "text": f"Sentence {i}."} | row)
        for i, pair in enumerate(two)
        for row in ({**pair[0], "coder": "one"}, {**pair[1], "coder": "two"}, final)
    ]
    settled = found(read_corpus_rows(rows, name="settled"))
    expected = found(read_corpus_rows([r for r in rows if r[1]["coder"] != ADJUDICATED], name="two"))
    assert "coders.claims.demand.alpha" in expected
    assert settled == expected
    assert found(read_corpus_rows([r for r in rows if r[1]["coder"] != "two"], name="one")) == {}


def test_a_corpus_of_one_coder_has_no_figures_of_agreement():
    """Nobody to agree with."""
    corpus = coded_twice([(coding(["demand"]), None), (coding([]), None)])
    assert agreement_figures(corpus, load_codebook("security"), str, Resamples(corpus.documents)) == {}


def test_intervals_of_alpha_come_from_resampled_coincidences():
    """Sums of coincidence matrices by document: the whole interval lies at 1 where coders always agree."""
    corpus = coded_twice([(coding(["demand"] if i % 2 else []),) * 2 for i in range(12)])
    found = agreement_figures(corpus, load_codebook("security"), str, Resamples(corpus.documents, n_resamples=100))
    figure = found["coders.claims.demand.alpha"]
    assert np.allclose([figure.value, figure.low, figure.high], 1)
