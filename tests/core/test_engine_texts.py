"""How texts come in, what happens to one that is missing or broken, and that nothing else changes a score."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import stance.core
from stance.core.plan import Block, Plan, Terms

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.skipif(not stance.core.available(), reason="the core is not built")

TEXTS = ["the cat sat", "", "É the “cat”", "中文 the", "\x00 the cat\x00", "x" * 70000 + " the cat", "the 😀 cat"] * 3
TERMS = ["cat", "cat sat", "sat", "the", "the cat", "中文", "é"]


def block(**changes) -> Block:
    """A block of words and their pairs over TERMS, with changes."""
    n = len(changes.get("vocabulary") or TERMS)
    settings = {
        "analyzer": "word", "tokens": "word", "ngram_range": (1, 2), "lowercase": True, "strip_accents": None,
        "stop_words": None, "vocabulary": Terms.of(TERMS), "n_hashed": 0, "alternate_sign": False, "binary": False,
        "sublinear_tf": True, "norm": "l2", "scale": np.linspace(1, 2, n),
        "weights": np.random.default_rng(0).normal(size=(n, 5)),
    }  # fmt: skip
    return Block(**(settings | changes))


def plan(**changes) -> Plan:
    """The plan of one such block."""
    return Plan((block(**changes),), np.arange(5.0))


CHARACTERS = {
    "analyzer": "char_wb", "tokens": None, "ngram_range": (1, 4),
    "vocabulary": Terms.of([" t", "the", "he ", "at", " cat", "t ", "xx", "xxxx"]),
}  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        tuple(TEXTS), np.array(TEXTS, dtype=object), np.array(TEXTS, dtype=object)[::1], pa.array(TEXTS),
        pa.array(TEXTS, pa.large_string()), pa.array(TEXTS, pa.string_view()), pa.array(["out", *TEXTS, "out"])[1:-1],
        pa.chunked_array([TEXTS[:4], [], TEXTS[4:]], type=pa.string()), pa.array(TEXTS).dictionary_encode(),
        pl.Series(TEXTS), pl.Series(TEXTS, dtype=pl.Categorical), pd.Series(TEXTS), pd.Series(TEXTS, dtype=object),
        pd.Series(TEXTS, dtype="category"), (text for text in TEXTS),
    ],
    ids=lambda given: f"{type(given).__module__.split('.')[0]}-{getattr(given, 'dtype', getattr(given, 'type', ''))}",
)  # fmt: skip
def test_every_kind_of_sequence_gives_the_scores_of_the_list(given):
    """The same bits from lists, arrays, Series and Arrow."""
    engine = stance.core.engine(plan())
    np.testing.assert_array_equal(engine.score(given), engine.score(TEXTS))


def test_numpy_strings_lose_their_last_nuls_as_in_numpy():
    """An array of dtype U, strided and byte-swapped too."""
    engine = stance.core.engine(plan())
    array = np.array([text[:50] for text in TEXTS])
    for given in (array, array[::-2], array.astype(array.dtype.newbyteorder())):
        np.testing.assert_array_equal(engine.score(given), engine.score(given.tolist()))


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_text_raises_or_scores_as_empty(missing):
    """The error names its place; on request it scores as the empty text."""
    engine = stance.core.engine(plan())
    with pytest.raises(TypeError, match=r"texts\[1\] must be str; got"):
        engine.score(["the", missing])
    np.testing.assert_array_equal(engine.score(["the", missing], missing="empty"), engine.score(["the", ""]))


def test_a_missing_arrow_string_raises_or_scores_as_empty():
    """Nulls of Arrow follow the same rule."""
    engine = stance.core.engine(plan())
    given = pa.array(["the", None, "cat"])
    with pytest.raises(TypeError, match=r"texts\[1\] must be str; got None"):
        engine.score(given)
    np.testing.assert_array_equal(engine.score(given, missing="empty"), engine.score(["the", "", "cat"]))
    assert engine.score(pa.nulls(2), missing="empty").shape == (2, 5)


@pytest.mark.parametrize("given", ["one text", b"bytes", [b"bytes"], [1], pa.array([1, 2])])
def test_what_is_no_text_raises(given):
    """TypeError, whatever it is."""
    with pytest.raises(TypeError):
        stance.core.engine(plan()).score(given)


def test_arrow_bytes_that_are_not_utf8_raise():
    """As Python's own decoder does, and nothing is read beyond them."""
    bad = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(np.array([0, 3, 6], np.int32)), pa.py_buffer(b"the\xe2\x82a")]
    )
    with pytest.raises(UnicodeDecodeError):
        stance.core.engine(plan()).score(bad)


@pytest.mark.parametrize("changes", [{}, {"ngram_range": (1, 3)}, {"norm": None}, {"binary": True}, CHARACTERS])
def test_batch_threads_and_instructions_change_no_bit(changes):
    """Alone, in batches, on threads, with and without AVX2."""
    engine = stance.core.engine(plan(**changes))
    texts = TEXTS * 80
    expected = engine.score(texts)
    np.testing.assert_array_equal(np.vstack([engine.score([text]) for text in TEXTS]), expected[: len(TEXTS)])
    np.testing.assert_array_equal(engine.score(texts, n_threads=4), expected)
    np.testing.assert_array_equal(engine.score(pa.array(texts), n_threads=3), expected)
    in_use = stance.core.instructions()
    try:
        stance.core._compiled.set_instructions("baseline")
        np.testing.assert_array_equal(engine.score(texts), expected)
    finally:
        stance.core._compiled.set_instructions(in_use)


def test_many_threads_may_use_one_engine():
    """Python threads at the same time, each with its own result."""
    engine = stance.core.engine(plan(**CHARACTERS))
    expected = engine.score(TEXTS)
    results: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: results.extend(engine.score(TEXTS) for _ in range(20))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 80
    assert all((result == expected).all() for result in results)


def test_the_first_error_in_order_is_raised_whatever_the_threads():
    """The lowest row, as one thread would find it."""
    engine = stance.core.engine(plan())
    texts: list = ["the cat"] * 6000
    for i in (5990, 2500, 700):
        texts[i] = i
        with pytest.raises(TypeError, match=rf"texts\[{i}\]"):
            engine.score(texts, n_threads=4)


@pytest.mark.parametrize(
    "changes", [{}, {"ngram_range": (2, 3)}, {"tokens": "stance"}, {"tokens": "nltk_word"}, CHARACTERS]
)
@pytest.mark.parametrize(
    "text",
    [
        "the cat " * 60_000, "x" * 1_000_000, "Σ" + "\u0345" * 200_000 + "Σ", ". " * 200_000 + ".", "'" * 200_000,
        "\"a' " * 80_000, "a." * 200_000, "- " * 200_000, "\ufdfa" * 20_000, " " * 1_000_000,
    ],
    ids=range(10),
)  # fmt: skip
def test_huge_texts_are_scored_as_the_pieces_they_are_counted_in(changes, text):
    """float32 near float64, for repeats and monsters."""
    engine = stance.core.engine(plan(**changes))
    np.testing.assert_allclose(engine.score([text]), engine.score([text], dtype="float64"), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("text", ["xxxxxxxxxxxxxxxxxxxx xx", "xx xxxxxxxxxxxxxxxxxxxx", "xx xx xxxxxxxxxxxxxxxxxxxx x"])
def test_a_short_word_whose_ngrams_stand_inside_a_long_one_is_counted(text):
    """Found by fuzzing: words whose sums are kept, beside one that is too long to keep."""
    engine = stance.core.engine(plan(**CHARACTERS))
    np.testing.assert_allclose(engine.score([text]), engine.score([text], dtype="float64"), rtol=1e-5)


def test_a_plan_with_arrays_that_do_not_fit_is_refused():
    """No array of a plan is read beyond its end."""

    class Forged:
        def __init__(self, original, **changes):
            self.original, self.changes = original, changes

        def __getattr__(self, name):
            return self.changes[name] if name in self.changes else getattr(self.original, name)

    original = block()
    far = Forged(original.vocabulary, offsets=np.array([0, 3, 10**6], np.int64))
    for changes in (
        {"weights": np.zeros((2, 5))},
        {"scale": np.zeros(3)},
        {"vocabulary": far},
        {"ngram_range": (0, 1)},
    ):
        forged = Forged(Plan((original,), np.zeros(5)), blocks=(Forged(original, **changes),))
        with pytest.raises(ValueError, match="must"):
            stance.core.engine(forged)


def test_the_core_can_be_turned_off():
    """STANCE_CORE=off, in a process of its own."""
    code = "import stance.core as c; print(c.available(), c.why_not())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=os.environ | {"STANCE_CORE": "off"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False STANCE_CORE=off"
