"""Model folders: what is saved is what is loaded, and what was touched is refused."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

import stance
from stance.errors import ModelError

SENTENCES = [
    "The new missiles are a dangerous provocation, and Tokyo knows it.",
    "Talks will resume on Friday.",
    "We urge the government to withdraw its troops at once.",
]


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_loaded_model_gives_the_probabilities_it_was_saved_with(model, folder):
    """Saving and loading moves no probability by more than 1e-9."""
    before, after = model.probabilities(SENTENCES), stance.load(folder).probabilities(SENTENCES)
    for layer in ("claims", "roles", "voice"):
        np.testing.assert_allclose(getattr(after, layer), getattr(before, layer), rtol=0, atol=1e-9)


def test_a_loaded_model_labels_a_document_as_the_saved_one_does(model, folder):
    """All four layers survive the folder."""
    text = " ".join(SENTENCES)
    assert stance.load(folder).label(text, targets=["Norway"]) == model.label(text, targets=["Norway"])


def test_the_folder_holds_a_card_an_index_and_arrays_and_no_code(folder):
    """Every file is Markdown, JSON, TSV or an array that loads with allow_pickle=False."""
    names = {path.relative_to(folder).as_posix() for path in files_of(folder)}
    assert {"model.json", "card.md", "sentences/compiled.json", "targets/compiled.json"} <= names
    for path in files_of(folder):
        assert path.suffix in (".json", ".md", ".npy", ".tsv")
        if path.suffix == ".npy":
            assert np.load(path, allow_pickle=False).dtype.hasobject is False


@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing", "emptied"])
def test_every_file_that_is_damaged_is_refused_by_name(folder, tmp_path, damage):
    """A truncated, bit-flipped, emptied or missing file gives one ModelError that names it or the index."""
    copy = tmp_path / "copy"
    for original in files_of(folder):
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        path = copy / original.relative_to(folder)
        raw = bytearray(path.read_bytes())
        if damage == "truncated":
            path.write_bytes(raw[: len(raw) // 2])
        elif damage == "flipped":
            raw[len(raw) // 2] ^= 0x10
            path.write_bytes(raw)
        elif damage == "emptied":
            path.write_bytes(b"")
        else:
            path.unlink()
        if damage == "flipped" and path.name == "model.json":
            continue  # one bit of a JSON text may change a figure of the report only; see the next test
        with pytest.raises(ModelError, match=path.name.replace(".", r"\.")):
            stance.load(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda index: index.update(format="something"), "format"),
        (lambda index: index.update(version=2), "newer"),
        (lambda index: index["calibration"].update(slopes=[1.0]), "slopes"),
        (lambda index: index["calibration"]["offsets"].__setitem__(0, 3.5), "no longer gives"),
        (lambda index: index["calibration"]["role_intercept"].__setitem__(0, float("nan")), "finite"),
        (lambda index: index["codebook"]["claims"].pop(), "slopes|score"),
        (lambda index: index["files"].update({"../secret": "0" * 64}), "no file"),
        (lambda index: index["files"].pop("card.md"), "card.md"),
        (lambda index: index.pop("provenance"), "provenance"),
        (lambda index: index.update(examples=[]), "examples"),
        (lambda index: index.update(masked_kinds="state"), "masked_kinds"),
    ],
)
def test_an_index_that_breaks_a_rule_is_refused(folder, tmp_path, change, message):
    """Tampering with model.json is found by its rules, or because the stored sentences score otherwise."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    index = json.loads((copy / "model.json").read_text(encoding="utf-8"))
    change(index)
    (copy / "model.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        stance.load(copy)


def test_a_file_that_does_not_belong_is_refused(folder, tmp_path):
    """A stray file in the folder is named."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "sentences" / "extra.npy").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"extra\.npy"):
        stance.load(copy)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
@pytest.mark.parametrize("index", ["model.json", "sentences/compiled.json"])
def test_a_device_in_place_of_an_index_is_refused_and_not_read_without_end(folder, tmp_path, index):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / index).unlink()
    (copy / index).symlink_to("/dev/zero")
    with pytest.raises(ModelError, match=r"\.json: must be a regular file"):
        stance.load_compiled(copy / "sentences") if index.startswith("sentences") else stance.load(copy)


def test_a_link_in_place_of_a_file_is_refused(folder, tmp_path):
    """A model's files are regular files."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "card.md").unlink()
    (copy / "card.md").symlink_to(folder / "card.md")
    with pytest.raises(ModelError, match="link"):
        stance.load(copy)


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/folder"])
def test_a_model_that_is_not_there_is_one_clear_error(name):
    """The error names what was asked for."""
    with pytest.raises(ModelError, match="no-such"):
        stance.load(name.replace("/no/such/folder", "/no-such/folder"))


def test_saving_over_something_else_is_refused(model, tmp_path):
    """A folder that holds no model is left alone."""
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ModelError, match=r"thesis\.txt"):
        model.save(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_saving_twice_replaces_the_first_model(model, folder, tmp_path):
    """The second save leaves a whole model."""
    model.save(tmp_path / "twice")
    model.save(tmp_path / "twice")
    assert stance.load(tmp_path / "twice").name == "small"


def test_loading_and_labelling_needs_neither_scikit_learn_nor_nltk(folder):
    """With the core, a stored model labels without importing the heavy libraries."""
    code = (
        "import sys, stance, stance.core\n"
        f"model = stance.load({str(folder)!r})\n"
        "model.label('The drills deter aggression. Beijing protests.')\n"
        "heavy = {'sklearn', 'nltk', 'scipy', 'pandas'} & set(sys.modules)\n"
        "assert not stance.core.available() or not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_a_bundled_name_is_not_taken_over_by_a_folder_of_the_working_directory(tmp_path, monkeypatch):
    """What lies where a script happens to run must not become the model."""
    (tmp_path / "security-en").mkdir()
    monkeypatch.chdir(tmp_path)
    assert stance.load("security-en").name == "security-en"
