"""The table of actors: which words of a text name which actor.

An actor file is UTF-8 text, a row a line, three columns parted by tabs: target, kind, forms (parted by " | ").

    United States<TAB>state<TAB>United States | US | U.S. | America
    United States<TAB>capital<TAB>Washington | Washington, D.C.
    United States<TAB>leader<TAB>Joe Biden | Biden
    -<TAB>none<TAB>Washington Post | Indian Ocean

`target` is the canonical name the forms count as; it may have many rows. `kind` says what the forms are: of an actor
itself (state, territory, historical state, group, organisation, armed group) or words that stand for it
(demonym, capital, government, leader, armed force). Every target has a row of the first sort. Forms of kind `none`
name no actor, and hide the names inside them; their target is written `-`. Lines that begin with # are comments.

A form matches with its capitals, or more of them: `Nato` finds NATO, `Turkey` finds TURKEY and not turkey, `Western
countries` finds Western Countries. Accents do not matter. A mark before the form changes the rule:

    ~form   any case
    =form   exactly as written, accents too
    !form   exactly as written, and not beside a word in capitals (WHO in a headline is a question)
    +form   only right after "the", "our" or "this": the Council, our Organization
    @form   not right after a preposition of place or a point of the compass: "in Europe" is where, "Europe must" is who
    form-   (at the end) only before a hyphen: Sino- in Sino-Russian
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from stance.actors.words import bare_word, word_key, word_pattern
from stance.errors import ActorError, TextError
from stance.text import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from stance.actors.forms import Form

ACTOR_KINDS = (
    "state", "territory", "historical state", "group", "organisation", "armed group",
)  # fmt: skip
STAND_IN_KINDS = ("demonym", "capital", "government", "leader", "armed force")
NONE = "none"
MOST_ERRORS = 20

_MARKS = "~=!+@"  # before a form; `stance.actors.forms` has their names
_BUNDLED = os.path.join(os.path.dirname(__file__), "actors.tsv")


@dataclass(frozen=True)
class ActorTable:
    """Actors and the forms that name them; made by `load_actors`.

    kinds   : canonical name → kind, in the order of the file
    targets : form as written, marks included → canonical name (None: it names no actor)
    """

    kinds: dict[str, str]
    targets: dict[str, str | None]
    _ready: dict[str, tuple[Form, ...]] = field(default_factory=dict, repr=False, compare=False)
    _aliases: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __contains__(self, target: object) -> bool:
        """Whether `target` is a canonical name."""
        return target in self.kinds

    def __len__(self) -> int:
        """Return the number of actors."""
        return len(self.kinds)

    @property
    def forms(self) -> dict[str | None, tuple[str, ...]]:
        """Canonical name (None: names no actor) → its forms as written, marks included."""
        groups: dict[str | None, list[str]] = {}
        for written, target in self.targets.items():
            groups.setdefault(target, []).append(written)
        return {target: tuple(forms) for target, forms in groups.items()}

    @cached_property
    def _starts(self) -> dict[str, list[tuple[str | None, str]]]:
        """The forms by the key of their first word: what the plain path needs, and the compiled core does not."""
        starts: dict[str, list[tuple[str | None, str]]] = {}
        first = re.compile(f"[{re.escape(_MARKS)}]?({word_pattern().pattern})").match
        for written, target in self.targets.items():
            if (match := first(written)) is not None:
                starts.setdefault(word_key(bare_word(match[1])), []).append((target, written))
        return starts

    def starting_with(self, key: str) -> tuple[Form, ...]:
        """Return the forms whose first word has this key, longest first; in the order of the file if as long."""
        ready = self._ready.get(key)
        if ready is None:
            rows = self._starts.get(key)
            if rows is None:
                return ()
            from stance.actors.forms import read_form

            ready = tuple(sorted((read_form(t, w) for t, w in rows), key=lambda form: -len(form.keys)))
            self._ready[key] = ready
        return ready

    def all_forms(self) -> Iterator[Form]:
        """Yield every form, those with one first word together, longest first."""
        for key in self._starts:
            yield from self.starting_with(key)

    def canonical(self, name: str) -> str:
        """Return the canonical name of `name`: itself, or the actor that a form equal to it (any case) counts as.

        A leading "the" and accents do not matter. A name that the table does not know comes back as it is.
        """
        if name in self.kinds:
            return name
        if not self._aliases:
            for written, target in self.targets.items():
                if target is not None:
                    self._aliases.setdefault(_alias(written.lstrip(_MARKS).removesuffix("-")), target)
            self._aliases.update({_alias(target): target for target in self.kinds})
        return self._aliases.get(_alias(name), name)


def _alias(name: str) -> str:
    return " ".join(bare_word(name).casefold().split()).removeprefix("the ")


def load_actors(path: str | Path | None = None, *, extend: bool = False) -> ActorTable:
    """Return the table of actors of a file; without a path, the bundled one.

    With `extend=True` the file is read on top of the bundled table: its rows add actors and forms, and a form
    that both have counts as the file says. Raises ActorError with file:line and the value, up to 20 at once.
    """
    if path is None:
        return _bundled()
    try:
        text = read_text(path)
    except TextError as error:
        raise ActorError(str(error)) from None
    return _read(text, os.fspath(path), check=True, base=_bundled() if extend else None)


@lru_cache(maxsize=1)
def _bundled() -> ActorTable:
    # The bundled file is held to the rules by the tests; reading forms only when their first word turns up
    # keeps loading it to a few milliseconds.
    return _read(read_text(_BUNDLED), os.path.basename(_BUNDLED), check=False)


def _read(text: str, name: str, *, check: bool, base: ActorTable | None = None) -> ActorTable:
    kinds: dict[str, str] = {}
    owner: dict[str, str | None] = {}  # form as written → target
    errors: list[str] = []
    stand_ins: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line or line[0] == "#" or line.isspace():
            continue
        columns = line.split("\t")
        if len(columns) != 3:
            errors.append(f"{name}:{number}: a row must be target, kind and forms parted by tabs; got {line[:80]!r}")
            continue
        target, kind, forms = columns
        if kind == NONE:
            if target != "-":
                errors.append(f"{name}:{number}: the target of kind none must be '-'; got {target!r}")
        elif not target.strip() or target != target.strip() or target == "-":
            errors.append(f"{name}:{number}: target must be a name without spaces around it; got {target!r}")
        elif kind in ACTOR_KINDS:
            if kinds.setdefault(target, kind) != kind:
                errors.append(f"{name}:{number}: {target} was of kind {kinds[target]} above; got {kind!r}")
        elif kind in STAND_IN_KINDS:
            stand_ins.setdefault(target, number)
        else:
            known = ", ".join((*ACTOR_KINDS, *STAND_IN_KINDS, NONE))
            errors.append(f"{name}:{number}: kind must be one of {known}; got {kind!r}")
        counts_as = None if kind == NONE else target
        for written in forms.split(" | "):
            if check:
                errors.extend(_faults(written, f"{name}:{number}"))
            if owner.setdefault(written, counts_as) != counts_as:
                errors.append(f"{name}:{number}: {written!r} already counts as {owner[written] or 'no actor'} above")
    have = kinds if base is None else {**base.kinds, **kinds}
    for target, number in stand_ins.items():
        if target not in have:
            errors.append(f"{name}:{number}: {target} must have a row of its own kind ({', '.join(ACTOR_KINDS)})")
    if errors:
        more = f"\n… and {len(errors) - MOST_ERRORS} more" if len(errors) > MOST_ERRORS else ""
        raise ActorError("\n".join(errors[:MOST_ERRORS]) + more)
    if base is not None:
        owner = {**owner, **{form: target for form, target in base.targets.items() if form not in owner}}
    return ActorTable(dict(have), owner)


def _faults(written: str, where: str) -> Iterable[str]:
    if not written.strip():
        return [f"{where}: a form must not be empty"]

    from stance.actors.forms import read_form

    try:
        read_form(None, written)
    except ValueError as error:
        return [f"{where}: {error}"]
    return []
