"""Codebooks: what there is to code, as data. A codebook drives corpora, training, reports and model cards.

A codebook is one TOML file. Claims are required (a sentence may carry several or none); roles, voices and
stances are layers a codebook may leave out. `stance codebook NAME` prints one, `codebooks/security.toml` is
the model to copy.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stance.errors import CodebookError
from stance.text import read_text

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
BUNDLED = os.path.join(os.path.dirname(__file__), "codebooks")

_BUNDLED_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]*\Z")
_NAMES = "letters and digits of any script, '_', '-', '.' and single spaces inside, and not NA"
_TABLES = ("families", "claims", "roles", "voices", "stances")
_TOP = {"format", "name", "version", "language", "title", "description", "rulings", *_TABLES}
_KEYS = {
    "families": {"name", "definition"},
    "claims": {"name", "family", "definition", "counts", "does_not_count", "examples", "counter_examples"},
    "roles": {"name", "definition", "examples"},
    "voices": {"name", "definition", "examples"},
    "stances": {"name", "definition", "examples", "neutral"},
}


@dataclass(frozen=True, slots=True)
class Label:
    """One label of a codebook: a claim, a role, a voice, a stance, or a family of claims."""

    name: str
    definition: str
    family: str | None = None
    counts: tuple[str, ...] = ()
    does_not_count: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Codebook:
    """What may be coded, in a fixed order: arrays of scores have their columns in this order.

    `claims` are multi-label. `roles`, `voices` and `stances` are exactly-one layers and may be empty. The first
    voice is the text's own, the second somebody else's. `neutral_stance` is the stance of a mere mention, or
    None where the codebook has none.
    """

    name: str
    version: str
    language: str = "en"
    title: str = ""
    description: str = ""
    families: tuple[Label, ...] = ()
    claims: tuple[Label, ...] = ()
    roles: tuple[Label, ...] = ()
    voices: tuple[Label, ...] = ()
    stances: tuple[Label, ...] = ()
    rulings: tuple[str, ...] = ()
    claim_names: tuple[str, ...] = field(init=False)
    role_names: tuple[str, ...] = field(init=False)
    voice_names: tuple[str, ...] = field(init=False)
    stance_names: tuple[str, ...] = field(init=False)
    neutral_stance: str | None = field(init=False)

    def __post_init__(self) -> None:
        for layer in ("claims", "roles", "voices", "stances"):
            names = tuple(label.name for label in getattr(self, layer))
            object.__setattr__(self, f"{layer[:-1]}_names", names)
        neutral = next((label.name for label in self.stances if label.neutral), None)
        object.__setattr__(self, "neutral_stance", neutral)

    def to_dict(self) -> dict[str, Any]:
        """Return the codebook as plain data, in the shape of its TOML file."""
        data: dict[str, Any] = {"format": FORMAT}
        data |= {key: getattr(self, key) for key in ("name", "version", "language", "title", "description")}
        data["rulings"] = list(self.rulings)
        for table in _TABLES:
            data[table] = [_label_to_dict(table, label) for label in getattr(self, table)]
        return data


def load_codebook(source: str | Path | Mapping[str, Any] = "security") -> Codebook:
    """Return a codebook by its bundled name, the path of a TOML file, or as plain data.

    Names may be in any language and script. Raises CodebookError with the file, the line and every fault found (at
    most 20): unknown keys, a missing definition, a duplicate name, a family that is not defined, fewer than two
    examples or counter-examples of a claim, and so on.
    """
    if isinstance(source, Mapping):
        return _build(source, "codebook", lambda table, index, key: "codebook")
    from pathlib import Path

    path = Path(source)
    if isinstance(source, str) and _BUNDLED_NAME.match(source) and not path.is_file():
        path = Path(BUNDLED, f"{source}.toml")
        if not path.exists():
            known = ", ".join(sorted(p.stem for p in Path(BUNDLED).glob("*.toml")))
            raise CodebookError(f"codebook must be a bundled name ({known}) or a TOML file; got {source!r}")
    import tomllib

    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers of thousands of digits, and lists too deep
        raise CodebookError(f"{path}: not TOML: {error}") from None
    locate = _Lines(text)
    return _build(data, str(path), lambda table, index, key: f"{path}:{locate(table, index, key)}")


class _Lines:
    """Finds the line of a key in the n-th `[[table]]` of a TOML text (tomllib keeps no positions)."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.headers: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines, 1):
            if header := re.match(r"\s*\[\[\s*([\w\-]+)\s*\]\]", line):
                self.headers.setdefault(header[1], []).append(number)

    def __call__(self, table: str | None, index: int, key: str | None) -> int:
        starts = self.headers.get(table, []) if table else [0]
        if index >= len(starts):
            return 1
        start = starts[index]
        for number in range(start + 1, len(self.lines) + 1):
            line = self.lines[number - 1]
            if line.lstrip().startswith("["):
                break
            if key and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
                return number
        return max(start, 1)


def _build(data: Mapping[str, Any], name: str, where: Any) -> Codebook:
    faults: list[str] = []

    def fault(message: str, table: str | None = None, index: int = 0, key: str | None = None) -> None:
        faults.append(f"{where(table, index, key)}: {message}")

    for key in data.keys() - _TOP:
        fault(f"unknown key {key!r}; a codebook has {', '.join(sorted(_TOP))}", key=key)
    if data.get("format") != FORMAT:
        fault(f"format must be {FORMAT}; got {data.get('format')!r}", key="format")
    for key in ("name", "version"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            fault(f"{key} must be a non-empty string; got {data.get(key)!r}", key=key)
    if isinstance(data.get("name"), str) and data["name"].strip() and not _is_name(data["name"]):
        fault(f"name must be {_NAMES}; got {data['name']!r}", key="name")
    for key in ("language", "title", "description"):
        if not isinstance(data.get(key, ""), str):
            fault(f"{key} must be a string; got {data[key]!r}", key=key)
    rulings = _strings(data.get("rulings", []), "rulings", lambda m: fault(m, key="rulings"))
    tables: dict[str, Any] = {table: _labels(table, data.get(table, []), fault) for table in _TABLES}
    _check_layers(tables, fault)
    if faults:
        more = f"\n... and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise CodebookError("\n".join(faults[:20]) + more)
    texts = {key: data.get(key, "").strip() for key in ("title", "description")}
    return Codebook(
        name=data["name"],
        version=data["version"],
        language=data.get("language", "en"),
        rulings=rulings,
        **texts,
        **tables,
    )


def _is_name(name: str) -> bool:
    """Return whether a name can be a cell of a CSV, a part of a file's name and a word in a table, as it is."""
    inner = all(c in "_-. " or unicodedata.category(c)[0] in "LNM" for c in name)
    return inner and name[:1].isalnum() and name[-1] != " " and "  " not in name and name != "NA"


def _labels(table: str, rows: Any, fault: Any) -> tuple[Label, ...]:
    """Return the labels of one table of a codebook file; what is wrong goes to `fault`."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        fault(f"{table} must be a list of tables, each begun by [[{table}]]; got {rows!r:.80}", key=table)
        return ()
    labels: list[Label] = []
    seen: set[str] = set()
    for index, row in enumerate(rows):

        def at(message: str, key: str | None = None, index: int = index) -> None:
            fault(message, table, index, key)

        for key in row.keys() - _KEYS[table]:
            at(f"unknown key {key!r}; one of {', '.join(sorted(_KEYS[table]))}", key)
        name, definition = row.get("name"), row.get("definition")
        if not isinstance(name, str) or not _is_name(name):
            at(f"name must be {_NAMES}; got {name!r}", "name")
            name = f"{table}[{index}]"  # what else is wrong is told as well
        if name in seen:
            at(f"{table} has the name {name!r} twice", "name")
        seen.add(name)
        if not isinstance(definition, str) or not definition.strip():
            at(f"{name}: definition must be a non-empty string; got {definition!r}", "definition")
            definition = ""
        if not isinstance(row.get("neutral", False), bool):
            at(f"{name}: neutral must be true or false; got {row['neutral']!r}", "neutral")
        if row.get("family") is not None and not isinstance(row["family"], str):
            at(f"{name}: family must be the name of a family; got {row['family']!r}", "family")
        lists = {}
        for key in ("counts", "does_not_count", "examples", "counter_examples"):
            lists[key] = _strings(row.get(key, []), f"{name}: {key}", lambda m, key=key, at=at: at(m, key))
        if table == "claims":
            for key in ("examples", "counter_examples"):
                if len(lists[key]) < 2:
                    at(f"{name}: {key} must hold at least two sentences; got {len(lists[key])}", key)
        labels.append(
            Label(
                name, definition.strip(), family=row.get("family"), neutral=row.get("neutral", False) is True, **lists
            )
        )
    return tuple(labels)


def _check_layers(tables: Mapping[str, tuple[Label, ...]], fault: Any) -> None:
    """Check what must hold between tables."""
    if not tables["claims"] and not tables["roles"] and not tables["stances"]:
        fault("a codebook must define at least one of claims, roles or stances; got none")
    families = {label.name for label in tables["families"]}
    for index, label in enumerate(tables["claims"]):
        if label.family is not None and label.family not in families:
            known = ", ".join(sorted(families)) or "none"
            fault(
                f"{label.name}: family must be one of the families ({known}); got {label.family!r}",
                "claims",
                index,
                "family",
            )
    for layer, least in (("roles", 2), ("stances", 2)):
        if 0 < len(tables[layer]) < least:
            fault(f"{layer} must be left out or have at least {least} labels; got {len(tables[layer])}", layer)
    if len(tables["voices"]) not in (0, 2):
        fault(f"voices must be left out or be two, the text's own first; got {len(tables['voices'])}", "voices")
    if sum(label.neutral for label in tables["stances"]) > 1:
        fault("at most one stance may be neutral", "stances")


def _strings(value: Any, what: str, fault: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) and v.strip() for v in value):
        fault(f"{what} must be a list of non-empty strings; got {value!r:.80}")
        return ()
    return tuple(value)


def _label_to_dict(table: str, label: Label) -> dict[str, Any]:
    row: dict[str, Any] = {"name": label.name, "definition": label.definition}
    if label.family is not None:
        row["family"] = label.family
    for key in ("counts", "does_not_count", "examples", "counter_examples"):
        if values := getattr(label, key):
            row[key] = list(values)
    if label.neutral:
        row["neutral"] = True
    return row
