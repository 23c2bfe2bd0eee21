"""Word vectors: learned, stored, and folded into the weights of words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import stance
from stance.corpus.reading import read_corpus_rows
from stance.features.vectors import VectorColumns, WordVectors, learn_vectors


def texts_about(*animals, n=40):
    """Sentences in which each of the animals stands in the same places, and tools in other ones."""
    lines = []
    for i in range(n):
        for animal in animals:
            lines.append(f"a hungry {animal} sleeps in the barn {i % 7} and eats grass {i % 3}")
        lines.append(f"we mend the broken hammer {i % 5} with nails and glue from town {i % 4}")
        lines.append(f"we mend the broken saw {i % 5} with nails and glue from town {i % 6}")
    return lines


@pytest.fixture(scope="module")
def vectors():
    return learn_vectors(texts_about("donkey", "mule"), n_dimensions=8, min_count=3)


def alike(vectors, a, b):
    return float(vectors.matrix[vectors.words.index(a)] @ vectors.matrix[vectors.words.index(b)])


def test_words_used_alike_have_vectors_alike(vectors):
    assert alike(vectors, "donkey", "mule") > 0.9
    assert alike(vectors, "hammer", "saw") > 0.9
    assert alike(vectors, "donkey", "hammer") < 0.5


def test_vectors_have_length_one(vectors):
    assert np.allclose(np.linalg.norm(vectors.matrix, axis=1), 1, atol=1e-5)


def test_the_same_texts_give_the_same_vectors(vectors):
    again = learn_vectors(texts_about("donkey", "mule"), n_dimensions=8, min_count=3)
    assert again.words == vectors.words
    assert np.array_equal(again.matrix, vectors.matrix)


def test_too_few_words_are_refused():
    with pytest.raises(stance.StanceError, match="more words than that"):
        learn_vectors(["one two three"] * 30, n_dimensions=8)


def test_a_file_keeps_words_and_vectors(vectors, tmp_path):
    vectors.save(tmp_path / "v.npz")
    again = WordVectors.load(tmp_path / "v.npz")
    assert again.words == vectors.words
    assert np.abs(again.matrix - vectors.matrix).max() < 0.02


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04.", b"no vectors"])
def test_a_file_of_anything_else_is_refused_by_name(content, tmp_path):
    path = tmp_path / "v.npz"
    path.write_bytes(content)
    with pytest.raises(stance.StanceError, match=r"v\.npz: must hold word vectors"):
        WordVectors.load(path)


def test_a_damaged_file_is_refused_or_harmless(vectors, tmp_path):
    """Whatever bit is flipped, there is a StanceError or there are vectors."""
    path = tmp_path / "v.npz"
    vectors.save(path)
    whole = path.read_bytes()
    for bit in range(0, 8 * len(whole), 7):
        broken = bytearray(whole)
        broken[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(broken)
        try:
            found = WordVectors.load(path)
        except stance.StanceError:
            continue
        assert len(found.words) == len(found.matrix) == len(vectors.words)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(stance.StanceError, match=r"none\.npz: no such file"):
        WordVectors.load(tmp_path / "none.npz")


def test_pickles_are_not_read(tmp_path):
    np.savez(tmp_path / "v.npz", words=np.array([{"a": 1}], dtype=object), vectors=np.zeros((1, 2), np.int8))
    with pytest.raises(stance.StanceError, match="must hold word vectors"):
        WordVectors.load(tmp_path / "v.npz")


@pytest.mark.parametrize(
    ("words", "rows"), [(b"a\nb", np.zeros((3, 2), np.int8)), (b"a\na", np.zeros((2, 2), np.int8)),
                        (b"a\nb", np.zeros((2, 2))), (b"a", np.zeros(1, np.int8))],
)  # fmt: skip
def test_rows_must_be_those_of_the_words(words, rows, tmp_path):
    np.savez(tmp_path / "v.npz", words=np.frombuffer(words, np.uint8), vectors=rows)
    with pytest.raises(stance.StanceError, match="one row of int8 for each of its words"):
        WordVectors.load(tmp_path / "v.npz")


@given(st.integers(0, 2**32 - 1))
def test_folded_weights_give_the_scores_of_the_widened_matrix(seed):
    rng = np.random.default_rng(seed)
    matrix = sparse.random(9, 7, 0.5, "csr", random_state=seed)
    words = tuple("abcd")
    vectors = WordVectors(words, rng.normal(size=(4, 3)).astype(np.float32))
    columns = VectorColumns.of(vectors, {"b": 6, "d": 0, "b d": 2}, matrix)
    coef = rng.normal(size=(2, 10))
    assert np.allclose(columns.widened(matrix) @ coef.T, matrix @ columns.folded(coef).T)


def test_words_behind_a_mark_have_columns_of_their_own():
    matrix = sparse.eye(3).tocsr()
    vectors = WordVectors(("a", "b"), np.eye(2, dtype=np.float32))
    columns = VectorColumns.of(vectors, {"b": 0, "xlb": 1, "xra": 2}, matrix, before=("", "xl", "xr"))
    wide = columns.widened(matrix).toarray()
    assert [row.nonzero()[0].tolist() for row in wide] == [[0, 4], [1, 6], [2, 7]]
    coef = np.random.default_rng(0).normal(size=(2, 9))
    assert np.allclose(wide @ coef.T, matrix @ columns.folded(coef).T)


def test_without_a_known_word_nothing_is_added():
    columns = VectorColumns.of(WordVectors(("a",), np.ones((1, 2), np.float32)), {"b": 0}, sparse.eye(3).tocsr())
    assert np.array_equal(columns.folded(np.ones((1, 5))), np.ones((1, 3)))


def test_a_model_trained_with_vectors_knows_words_like_those_it_learned(vectors, tmp_path):
    """`mule` is never coded with the claim in training, but stands where `donkey` stands in other text."""
    path = tmp_path / "animals.npz"
    vectors.save(path)
    codebook = stance.load_codebook(
        {
            "format": 1,
            "version": "1",
            "name": "farm",
            "language": "en",
            "claims": [
                {
                    "name": "animal",
                    "definition": "an animal is named",
                    "examples": ["A cow came by.", "The pig is fed."],
                    "counter_examples": ["The barn is red.", "A cart came by."],
                }
            ],
        }
    )
    rows = [
        {"document": f"d{i}", "sentence": 0, "text": text, "claims": claims}
        for i in range(30)
        for text, claims in [
            ((f"here is a donkey {i}", ["animal"]), (f"here is a hammer {i}", []), (f"here is a saw {i}", []))[i % 3]
        ]
    ] + [{"document": f"m{i}", "sentence": 0, "text": f"one mule {i}", "claims": []} for i in range(2)]
    corpus = read_corpus_rows(((f"row {i}", row) for i, row in enumerate(rows)), name="farm")

    def probability(path):
        settings = stance.Settings(vectors=path, lexicon=None)
        model = stance.train(corpus, codebook, settings=settings)
        return model, float(model.probabilities(["there goes a mule"]).claims[0, 0])

    with pytest.raises(stance.StanceError, match="no such file"):
        probability(str(tmp_path / "none.npz"))
    _, without = probability(None)
    model, with_vectors = probability(str(path))
    assert with_vectors > without
    recorded = model.provenance.settings["vectors"]
    assert recorded.startswith("animals.npz (SHA-256 ")
    assert str(tmp_path) not in recorded
