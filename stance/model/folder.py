"""Models ↔ folders: data that is checked before anything is built from it, and nothing that runs.

    model.json      format, codebook, provenance, calibration, stored sentences with their scores, and the SHA-256 of
                    every other file of the folder
    report.json     the figures of its evaluation, where there are any; read when they are asked for
    card.md         what a person reads first (`stance.model.card`)
    actors.tsv      the model's own table of actors, where it has one
    sentences/      the scorer of sentences, a compiled pipeline (`stance.compiled`)
    targets/        the scorer of target views, likewise

Loading checks format, sizes, bounds and hashes, then scores the stored sentences again: a folder that no longer gives
its stored scores is refused, whatever the reason.
"""

from __future__ import annotations

import json
import os
import stat
from functools import lru_cache, partial
from os import PathLike
from os.path import join
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.actors import ActorTable, load_actors
from stance.codebook import load_codebook
from stance.compiled.pipeline import check_path
from stance.compiled.store import load_compiled, read_json
from stance.errors import CodebookError, ModelError
from stance.model.model import Model
from stance.model.parameters import Calibration, Layers, Provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from stance.codebook import Codebook
    from stance.compiled.pipeline import Path as Where

FORMAT = "stance model"
VERSION = 1
INDEX = "model.json"
_WRITER = "Model.save"
_LARGEST_FILE = 1 << 30
REPORT = "report.json"
_FILES = ("card.md", "actors.tsv", REPORT)
_SCORERS = ("sentences", "targets")
_TOLERANCE = 1e-4  # of the stored probabilities: float32 scores differ between machines by far less

_PACKAGE = os.path.dirname(os.path.dirname(__file__))
_EXAMPLES = (
    "The new bases are a dangerous provocation that threatens peace in the whole region.",
    "Ministers from Japan and Australia met on Tuesday to discuss trade.",
    "We urge Moscow to withdraw its troops and respect the territorial integrity of its neighbours.",
    "According to officials, the United States will deploy more missiles to deter aggression.",
    "“So-called” dialogue, the ministry said, is a pretext for building an exclusive bloc against China.",
)


def bundled_models() -> dict[str, str]:
    """Return the folders of the bundled models by name: inside the package, or at the top of a checkout."""
    found: dict[str, str] = {}
    for home in (join(_PACKAGE, "models"), join(os.path.dirname(_PACKAGE), "models")):
        for name in sorted(os.listdir(home)) if os.path.isdir(home) else ():
            if os.path.isfile(join(home, name, INDEX)):
                found.setdefault(name, join(home, name))
    return found


def load(model: str | PathLike[str], *, path: Where | None = None) -> Model:
    """Return a model by its bundled name or from a folder that `Model.save` wrote.

    `path` is "core" or "plain" (NLTK and scikit-learn label); None takes the core where it is available. A bundled
    model is loaded once and shared, and trusted as the library's own code is: its digests and stored scores are not
    checked, as those of any other folder are. The core makes its tables while the caller goes on; the first text waits
    for them. Raises ModelError naming the file, and what must hold, for a folder that is missing, damaged, tampered
    with, of a newer format, or that no longer gives its stored scores.
    """
    check_path(path)
    if not isinstance(model, str | PathLike) or not isinstance(text := os.fspath(model), str) or not text:
        raise ModelError(f"model must be the name of a bundled model or a folder; got {model!r:.80}")
    if os.sep not in text and (text in bundled_models() or not os.path.exists(text)):
        return _bundled(text, path)
    return _load(text, verify=True, path=path)


@lru_cache(maxsize=8)
def _bundled(name: str, path: Where | None) -> Model:
    known = bundled_models()
    if name not in known:
        names = ", ".join(known) or "none is installed"
        raise ModelError(f"model must be a bundled name ({names}) or a folder; got {name!r}")
    return _load(known[name], verify=False, path=path)


def save_model(model: Model, folder: str | PathLike[str]) -> None:
    """Write the model to a folder, which is replaced if it holds an earlier model; raises ModelError if it holds
    anything else."""
    import shutil
    from pathlib import Path

    from stance.model.card import model_card

    target, report = Path(folder), model.report  # which may still lie in the folder that is replaced
    if target.exists() and not target.is_dir():
        raise ModelError(f"{target}: must be a folder; it is a file")
    if target.is_dir() and any(target.iterdir()) and not (target / INDEX).is_file():
        raise ModelError(f"{target}: must be empty or hold a model; it holds {next(target.iterdir()).name!r}")
    target.mkdir(parents=True, exist_ok=True)
    (target / INDEX).unlink(missing_ok=True)  # an interrupted save leaves no folder that looks whole
    for name in _SCORERS:
        shutil.rmtree(target / name, ignore_errors=True)
    for name in _FILES:
        (target / name).unlink(missing_ok=True)
    for name, scorer in zip(_SCORERS, (model.sentence_scorer, model.target_scorer), strict=True):
        if scorer is not None:
            scorer.save(target / name)
    (target / "card.md").write_text(model_card(model), encoding="utf-8", newline="\n")
    if report is not None:
        _write_json(target / REPORT, report)
    if model.actors is not load_actors():
        (target / "actors.tsv").write_text(_actor_rows(model.actors), encoding="utf-8", newline="\n")
    index = {
        "format": FORMAT,
        "version": VERSION,
        "name": model.name,
        "blind_targets": model.blind_targets,
        "masked_kinds": list(model.masked_kinds),
        "codebook": model.codebook.to_dict(),
        "provenance": {key: getattr(model.provenance, key) for key in Provenance.__dataclass_fields__},
        "calibration": _plain_calibration(model.calibration),
        "examples": _example_scores(model),
        "files": {path: _digest(target / path) for path in _files_below(str(target))},
    }
    beside = target / f".{INDEX}.new"
    _write_json(beside, index)
    os.replace(beside, target / INDEX)


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8", newline="\n")


def _actor_rows(actors: ActorTable) -> str:
    """Return a table of actors as an actor file; a form keeps its target, not the kind of its row."""
    rows = [
        f"{target}\t{actors.kinds[target]}\t{' | '.join(forms)}" for target, forms in actors.forms.items() if target
    ]
    if blocked := actors.forms.get(None):
        rows.append(f"-\tnone\t{' | '.join(blocked)}")
    return "".join(row + "\n" for row in rows)


def _files_below(folder: str) -> list[str]:
    """Return the files of a model's folder but the index, in order, as the index names them."""
    found: set[str] = set()
    for home, _, names in os.walk(folder):
        found |= {os.path.relpath(join(home, name), folder).replace(os.sep, "/") for name in names}
    return sorted(found - {INDEX, f".{INDEX}.new"})


def _digest(path: str | Path) -> str:
    import hashlib

    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(folder: str, *, verify: bool, path: Where | None = None) -> Model:
    if not os.path.isdir(folder):
        there = "a file" if os.path.exists(folder) else "nothing"
        raise ModelError(f"{folder}: must be the folder of a model; there is {there}")
    where = join(folder, INDEX)
    index = _read_index(where)
    files = index.get("files")
    if not isinstance(files, dict) or not all(isinstance(x, str) for pair in files.items() for x in pair):
        raise ModelError(f"{where}: files must map file names to SHA-256 digests; got {files!r:.60}")
    for listed in files:
        _check_file(folder, listed)
    if not verify:
        return _built(folder, index, path)
    if extra := sorted(set(_files_below(folder)) - files.keys()):
        raise ModelError(f"{join(folder, extra[0])}: is no file of this model; {where} lists {len(files)}")
    check_digests = _meanwhile(partial(_check_digests, folder, files))
    try:
        model = _built(folder, index, path)
        model.report  # noqa: B018  its file is read
        _check_examples(model, index.get("examples"), where)
    finally:
        check_digests()  # that a file was changed explains whatever else is wrong
    return model


def _built(folder: str, index: Mapping[str, Any], path: Where | None) -> Model:
    """Return the model of a folder whose files are there."""
    where, files = join(folder, INDEX), index["files"]
    try:
        codebook = load_codebook(index["codebook"])
        layers = Layers.of(codebook)
        calibration = _calibration(index["calibration"], codebook)
        provenance = Provenance(**index["provenance"])
        name, blind, masked_kinds = (index[key] for key in ("name", "blind_targets", "masked_kinds"))
    except CodebookError as error:
        raise ModelError(f"{where}: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{where}: lacks or breaks a field: {error!r}") from None
    if not isinstance(masked_kinds, list) or not all(isinstance(kind, str) for kind in masked_kinds):
        raise ModelError(f"{where}: masked_kinds must be a list of kinds of actors; got {masked_kinds!r:.60}")
    if not isinstance(name, str) or not isinstance(blind, bool):
        raise ModelError(f"{where}: name must be a string and blind_targets true or false; got {name!r}, {blind!r}")
    needed = {"sentences": layers.n_outputs, "targets": len(codebook.stances)}
    scorers = {part: _load_scorer(join(folder, part), n, path) if n else None for part, n in needed.items()}
    report = partial(read_json, join(folder, REPORT), _WRITER) if REPORT in files else index.get("report")
    actors = load_actors(join(folder, "actors.tsv")) if "actors.tsv" in files else None
    return Model(
        name, codebook, scorers["sentences"], scorers["targets"], calibration, provenance,
        blind_targets=blind, masked_kinds=masked_kinds, actors=actors, report=report,
    )  # fmt: skip


def _read_index(path: str) -> dict[str, Any]:
    data = read_json(path, _WRITER)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ModelError(f'{path}: "format" must be {FORMAT!r}')
    version = data.get("version")
    if not isinstance(version, int) or version != VERSION:
        newer = "; a newer stance wrote it" if isinstance(version, int) and version > VERSION else ""
        raise ModelError(f'{path}: "version" must be {VERSION}, this library reads no other; got {version!r}{newer}')
    return data


def _check_file(folder: str, path: str) -> None:
    """Raise unless `path` is a regular file of the folder."""
    parts = path.split("/")
    if path not in _FILES and not (len(parts) == 2 and parts[0] in _SCORERS and parts[1] not in ("", ".", "..")):
        raise ModelError(f"{join(folder, INDEX)}: a model has no file {path!r}")
    full = join(folder, path)
    try:
        found = os.lstat(full)
    except OSError:
        found = None
    if found is None or not stat.S_ISREG(found.st_mode):
        kind = "missing" if found is None else "a link" if stat.S_ISLNK(found.st_mode) else "none"
        raise ModelError(f"{full}: must be a regular file; it is {kind}")
    if found.st_size > _LARGEST_FILE:
        raise ModelError(f"{full}: must be at most {_LARGEST_FILE} bytes; has {found.st_size}")


def _check_digests(folder: str, files: Mapping[str, str]) -> None:
    """Raise unless each file has its digest."""
    for name, digest in files.items():
        if (found := _digest(join(folder, name))) != digest:
            must = f"its SHA-256 must be {digest[:64]}; is {found}"
            raise ModelError(f"{join(folder, name)}: {must}: the file was changed or damaged")


def _meanwhile(task: Callable[[], None]) -> Callable[[], None]:
    """Run `task` in a thread of its own; calling what is returned waits for it, and raises what it raised."""
    from threading import Thread

    raised: list[Exception] = []

    def run() -> None:
        try:
            task()
        except Exception as error:  # raised where it is waited for
            raised.append(error)

    def wait() -> None:
        thread.join()
        if raised:
            raise raised[0]

    thread = Thread(target=run)
    thread.start()
    return wait


def _load_scorer(folder: str, n_outputs: int, path: Where | None) -> Any:
    # The digests of all files are compared by `_load`, so the arrays need not be hashed there.
    scorer = load_compiled(folder, verify="sizes", path=path)
    if scorer.plan.n_outputs != n_outputs:
        raise ModelError(
            f"{folder}: must score {n_outputs} labels, as the codebook has; scores {scorer.plan.n_outputs}"
        )
    return scorer


def _plain_calibration(calibration: Calibration) -> dict[str, Any]:
    return {key: np.asarray(getattr(calibration, key)).tolist() for key in Calibration.__dataclass_fields__}


def _calibration(data: Mapping[str, Any], codebook: Codebook) -> Calibration:
    """Return the calibration; raises ValueError, naming the key, for wrong shapes and numbers that are not finite."""
    claims, roles, voices, stances = (len(getattr(codebook, k)) for k in ("claims", "roles", "voices", "stances"))
    shapes: dict[str, tuple[int, ...]] = {
        "slopes": (claims,),
        "offsets": (claims,),
        "thresholds": (claims,),
        "role_coef": (roles, 3 * roles + 2),
        "role_intercept": (roles,),
        "voice_coef": (voices, 3 * voices + 2),
        "voice_intercept": (voices,),
        "voice_threshold": (),
        "stance_bias": (stances,),
    }
    arrays = {}
    for key, shape in shapes.items():
        array = np.array(data[key], dtype=np.float64)
        if array.size == 0 and 0 in shape:
            array = np.zeros(shape)
        if array.shape != shape or not np.isfinite(array).all():
            raise ValueError(f"calibration.{key} must be finite numbers of shape {shape}; got shape {array.shape}")
        arrays[key] = array
    threshold = float(arrays.pop("voice_threshold"))
    return Calibration(**arrays, voice_threshold=threshold)


def _example_scores(model: Model) -> list[dict[str, Any]]:
    """Return a few sentences with their probabilities, which a loaded model must give again."""
    found = model.probabilities(_EXAMPLES)
    stances = model.stance_probabilities(_EXAMPLES[:2], [{"one": ((0, 3),), "other": ()}, {"Japan": ((20, 25),)}])
    rows: list[dict[str, Any]] = []
    for i, text in enumerate(_EXAMPLES):
        rows.append(
            {
                "text": text,
                "claims": found.claims[i].tolist(),
                "roles": found.roles[i].tolist(),
                "voice": float(found.voice[i]),
                "stance": [p.tolist() for p in stances[i].values()] if i < len(stances) else [],
            }
        )
    return rows


def _check_examples(model: Model, stored: Any, where: str) -> None:
    for now, then in zip(_example_scores(model), _listed(stored, where), strict=True):
        for key, value in now.items():
            try:
                same = (
                    value == then[key]
                    if key == "text"
                    else np.allclose(_flat(value), _flat(then[key]), atol=_TOLERANCE)
                )
            except (KeyError, TypeError, ValueError):
                same = False
            if not same:
                raise ModelError(
                    f"{where}: the model no longer gives the {key} stored for {now['text'][:40]!r}: refused"
                )


def _listed(stored: Any, where: str) -> list[Any]:
    if not isinstance(stored, list) or len(stored) != len(_EXAMPLES):
        raise ModelError(f"{where}: examples must be {len(_EXAMPLES)} stored sentences; got {stored!r:.60}")
    return stored


def _flat(value: Any) -> np.ndarray:
    return np.concatenate([np.ravel(v) for v in value]) if isinstance(value, list) and value else np.ravel(value)
