"""A saved pipeline is data: it loads alone, answers alike, and says what is wrong with it."""

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_equal_to_scikit_learn import TRAINING, original

import stance.core
from benchmarks.settings import CASES, Case, fitted
from stance.compiled import CompiledPipeline, compile, load_compiled
from stance.errors import ModelError

PATHS = ["core", "plain"] if stance.core.available() else ["plain"]
TEXTS = [*TRAINING[:30], "", "\ud800 must", "the nations must act"]
STORED = [
    Case("weighted union", "linear SVC", "two"),
    Case("tf-idf, English stop words", "logistic"),
    Case("count of a given vocabulary", "logistic"),
    *(case for case in CASES if case.vectorizer in ("count", "tf-idf (1,2)") and case.classifier != "logistic CV"),
]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, list):
        return all(map(same, one, other))
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("case", STORED, ids=str)
def test_a_loaded_pipeline_gives_the_same_bits(case: Case, path: Any, tmp_path: Path) -> None:
    """Labels with their type, scores, probabilities, classes and settings come back."""
    texts = TEXTS if "hashing" not in case.vectorizer and "union" not in case.vectorizer else TRAINING[:30]
    before = compile(original(case), path=path)
    before.save(tmp_path / "model")
    for verify in ("all", "sizes"):
        after = load_compiled(tmp_path / "model", path=path, verify=verify)
        assert after.float64 == before.float64
        assert after.made_with == before.made_with
        assert same(after.classes_, before.classes_)
        for name in ("decision_function", "predict_proba", "predict"):
            assert hasattr(after, name) == hasattr(before, name)
            if hasattr(before, name):
                assert same(getattr(after, name)(texts), getattr(before, name)(texts))


@pytest.mark.parametrize("path", PATHS)
def test_a_pickled_pipeline_gives_the_same_bits(path: Any) -> None:
    """Between processes of the same user, as joblib sends it; folders are for everything else."""
    before = compile(original(STORED[1]), path=path)
    before.predict(TEXTS)
    after = pickle.loads(pickle.dumps(before))
    assert after.path == path
    assert same(after.decision_function(TEXTS), before.decision_function(TEXTS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A calibrated pipeline over words and characters: every kind of array."""
    path = tmp_path_factory.mktemp("stored") / "model"
    compile(fitted(Case("words and characters", "isotonic, ensemble", "two"), TRAINING)).save(path)
    return path


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_a_folder_holds_data_only(folder: Path) -> None:
    """JSON and arrays without objects; nothing else."""
    files = sorted(folder.iterdir())
    assert {f.suffix for f in files} == {".json", ".npy"}
    index = json.loads((folder / "compiled.json").read_text())
    assert sorted(a["file"] for a in index["arrays"].values()) == [f.name for f in files if f.suffix == ".npy"]
    for entry in index["arrays"].values():
        array = np.load(folder / entry["file"], allow_pickle=False)
        assert hashlib.sha256(array.tobytes()).hexdigest() == entry["sha256"]


def test_loading_needs_neither_scikit_learn_nor_nltk_nor_scipy(folder: Path) -> None:
    """In a fresh process, and labels come out where the compiled core is there."""
    program = f"""
import sys
from stance.compiled import load_compiled
fast = load_compiled({str(folder)!r})
if fast.path == "core":
    assert len(fast.predict(["the nations must act"])) == 1
assert not {{"sklearn", "nltk", "scipy", "pandas"}} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-P", "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def edit(copy: Path, change: Callable[[dict[str, Any]], object]) -> None:
    index = json.loads((copy / "compiled.json").read_text())
    change(index)
    (copy / "compiled.json").write_text(json.dumps(index))


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no index": (lambda p: (p / "compiled.json").unlink(), r"compiled\.json: no such file"),
    "no JSON": (lambda p: (p / "compiled.json").write_text("{"), r"compiled\.json: must be JSON"),
    "nested without end": (lambda p: (p / "compiled.json").write_text("[" * 10**6), r"compiled\.json: must be JSON"),
    "a key twice": (lambda p: (p / "compiled.json").write_text('{"a":1,"a":2}'), r"a key occurs twice"),
    "another format": (lambda p: edit(p, lambda i: i.update(format="x")), r'"format" must be'),
    "a newer version": (lambda p: edit(p, lambda i: i.update(version=2)), r'"version" must be 1'),
    "no array": (lambda p: (p / "block0.weights.npy").unlink(), r"block0\.weights\.npy: no such file"),
    "a short array": (
        lambda p: (p / "intercept.npy").write_bytes((p / "intercept.npy").read_bytes()[:-8]),
        r"intercept\.npy: must be",
    ),
    "a long array": (
        lambda p: (p / "intercept.npy").write_bytes((p / "intercept.npy").read_bytes() + b"0"),
        r"intercept\.npy: must be",
    ),
    "no magic": (lambda p: (p / "intercept.npy").write_bytes(b"hello"), r"intercept\.npy: must be an \.npy file"),
    "an empty file": (lambda p: (p / "intercept.npy").write_bytes(b""), r"intercept\.npy: must be an \.npy file"),
    "a pickle": (
        lambda p: np.save(p / "intercept.npy", np.array([{}], dtype=object), allow_pickle=True),
        r"intercept\.npy: must hold float64",
    ),
    "another type": (
        lambda p: np.save(p / "intercept.npy", np.zeros(3, np.float32)),
        r"intercept\.npy: must hold float64",
    ),
    "another shape": (
        lambda p: np.save(p / "intercept.npy", np.zeros((1, 3))),
        r"intercept\.npy: must hold float64",
    ),
    "another value": (
        lambda p: np.save(p / "intercept.npy", np.load(p / "intercept.npy") + 1),
        r"intercept\.npy: its SHA-256 must be",
    ),
    "Fortran order": (
        lambda p: np.save(p / "block0.weights.npy", np.asfortranarray(np.load(p / "block0.weights.npy"))),
        r"block0\.weights\.npy: must hold float64",
    ),
    "a way out": (
        lambda p: edit(p, lambda i: i.update(intercept="../intercept")),
        r"names of arrays",
    ),
    "a name that is not there": (
        lambda p: edit(p, lambda i: i.update(intercept="other")),
        r"\$\.arrays\.other must be",
    ),
    "a file under another name": (
        lambda p: edit(p, lambda i: i["arrays"]["intercept"].update(file="/etc/passwd")),
        r"\$\.arrays\.intercept\.file",
    ),
    "an analyzer": (
        lambda p: edit(p, lambda i: i["blocks"][0].update(analyzer="regex")),
        r"\$\.blocks\[0\]\.analyzer must be one of",
    ),
    "tokens of characters": (
        lambda p: edit(p, lambda i: i["blocks"][1].update(tokens="word")),
        r"compiled\.json: tokens must be",
    ),
    "a range": (
        lambda p: edit(p, lambda i: i["blocks"][0].update(ngram_range=[2, 1])),
        r"compiled\.json: ngram_range must be",
    ),
    "a long range": (
        lambda p: edit(p, lambda i: i["blocks"][0].update(ngram_range=[1, 10**6])),
        r"compiled\.json: ngram_range must be",
    ),
    "a flag": (
        lambda p: edit(p, lambda i: i["blocks"][0].update(binary=1)),
        r"\$\.blocks\[0\]\.binary must be true or",
    ),
    "both kinds of columns": (
        lambda p: edit(p, lambda i: i["blocks"][0].update(n_hashed=4)),
        r"\$\.blocks\[0\]\.n_hashed must be",
    ),
    "outputs": (lambda p: edit(p, lambda i: i.update(n_outputs=5)), r"\$\.arrays\.block0\.weights\.shape must be"),
    "columns that are not there": (
        lambda p: edit(p, lambda i: i["head"]["folds"][0]["member"].update(start=9)),
        r"\.member\.start must be",
    ),
    "classes": (
        lambda p: edit(p, lambda i: i["head"]["folds"][0]["member"].update(stop=3)),
        r"\.member must have 3 classes",
    ),
    "places": (
        lambda p: edit(p, lambda i: i["head"]["folds"][0].update(places=[0, 2])),
        r"\.folds\[0\]\.places must be",
    ),
    "a head": (lambda p: edit(p, lambda i: i["head"].update({"is": "forest"})), r"\$\.head\.is must be one of"),
    "no folds": (lambda p: edit(p, lambda i: i["head"].update(folds=[])), r"\$\.head\.folds must not be empty"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_damaged_folder_is_named_and_never_built(name: str, copy: Path) -> None:
    """The error names the file, the place in it, and what must hold."""
    damage, message = BREAKS[name]
    damage(copy)
    with pytest.raises(ModelError, match=message) as raised:
        load_compiled(copy)
    assert str(copy) in str(raised.value)


def rewrite(copy: Path, name: str, array: np.ndarray) -> None:
    """Replace an array and what the index says of it, as one who tampers would."""
    np.save(copy / f"{name}.npy", array)
    edit(
        copy,
        lambda i: i["arrays"][name].update(
            shape=list(array.shape), dtype=array.dtype.str, sha256=hashlib.sha256(array.tobytes()).hexdigest()
        ),
    )


def test_strings_that_are_none_are_refused(copy: Path) -> None:
    """Offsets that fall, leave the bytes or cut a character, and bytes that are no UTF-8."""
    data, offsets = "block1.vocabulary.bytes", "block1.vocabulary.offsets"
    good, ends = np.load(copy / f"{data}.npy"), np.load(copy / f"{offsets}.npy")
    inside = int(np.flatnonzero((good & 0xC0) == 0x80)[0])
    cut = ends.copy()
    cut[np.searchsorted(cut, inside)] = inside
    for bad in (ends[::-1].copy(), ends + 1, np.r_[ends[:-1], ends[-1] + 5], np.r_[ends[:1], -1, ends[2:]], cut):
        rewrite(copy, offsets, bad)
        with pytest.raises(ModelError, match=data.replace(".", r"\.")):
            load_compiled(copy)
    rewrite(copy, offsets, ends)
    rewrite(copy, data, np.full_like(good, 0xFF))
    with pytest.raises(ModelError, match="must hold strings in UTF-8"):
        load_compiled(copy)


@pytest.mark.parametrize("padding", [0, 3, 40])
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_a_header_that_says_the_same_in_another_way_loads(copy: Path, version: tuple[int, int], padding: int) -> None:
    """Other writers pad headers to other lengths, which may leave the values where no float can lie, or write 2.0."""
    before = load_compiled(copy).predict_proba(TRAINING)
    for path in copy.glob("*.npy"):
        array = np.load(path)
        header = (
            repr({"shape": array.shape, "fortran_order": False, "descr": array.dtype.str}).encode() + b" " * padding
        )
        length = len(header).to_bytes(2 if version == (1, 0) else 4, "little")
        path.write_bytes(b"\x93NUMPY" + bytes(version) + length + header + array.tobytes())
    assert same(load_compiled(copy).predict_proba(TRAINING), before)


def test_a_changed_byte_of_a_header_is_refused_or_changes_nothing(copy: Path) -> None:
    """Each byte of the header of an array, one bit at a time: ModelError, or the same answers."""
    path, before = copy / "block0.weights.npy", load_compiled(copy).predict_proba(TRAINING[:3])
    raw = path.read_bytes()
    for place in range(128):
        for bit in (0, 5, 7):
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            try:
                loaded = load_compiled(copy, verify="sizes")
            except ModelError:
                continue
            assert same(loaded.predict_proba(TRAINING[:3]), before)


@settings(max_examples=60)
@given(data=st.data())
def test_any_change_of_the_index_is_loaded_or_refused(folder: Path, tmp_path_factory: Any, data: st.DataObject) -> None:
    """Any value anywhere: ModelError or a pipeline that still answers, nothing else."""
    copy = Path(shutil.copytree(folder, tmp_path_factory.mktemp("any") / "model"))
    index = json.loads((copy / "compiled.json").read_text())
    place: Any = index
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.integers(0, 3)) == 0:
            break
        place = place[key]
    place[key] = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**70), 2**70),
            st.floats(),
            st.text(max_size=5),
            st.just([]),
            st.just({}),
            st.sampled_from(list(index["arrays"])),
            st.integers(-3, 9),
        )
    )
    (copy / "compiled.json").write_text(json.dumps(index))
    try:
        loaded = load_compiled(copy)
    except ModelError:
        return
    assert isinstance(loaded, CompiledPipeline)
    loaded.predict(["the nations must act", ""])


def test_saving_over_a_folder_leaves_who_loaded_it_alone(copy: Path) -> None:
    """Arrays are mapped: a new save must not change the pipeline that maps the old files."""
    loaded = load_compiled(copy)
    before = loaded.predict_proba(TRAINING)
    compile(fitted(Case("words and characters", "isotonic, ensemble", "two"), TRAINING[::-1][:60])).save(copy)
    assert np.array_equal(loaded.predict_proba(TRAINING), before)
    assert load_compiled(copy).predict_proba(TRAINING).shape == before.shape


def test_verify_says_what_to_check(copy: Path) -> None:
    """ "sizes" trusts the values; a word that is neither is refused."""
    np.save(copy / "intercept.npy", np.load(copy / "intercept.npy") + 1)
    assert load_compiled(copy, verify="sizes").classes_.tolist() == ["no", "yes"]
    with pytest.raises(ValueError, match="verify must be"):
        load_compiled(copy, verify="none")
