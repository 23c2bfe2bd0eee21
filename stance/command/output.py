"""What the commands say and show: messages and progress on stderr, results on stdout or in a file."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import click

from stance.labels.as_text import printable
from stance.labels.formats import ERRORS

if TYPE_CHECKING:
    from rich.console import Console

_PATIENCE = 1.0  # seconds before progress is shown: what is done sooner shows none


def tell(kind: str, message: str) -> None:
    """Print a message of a kind ("error", "warning", "note") on stderr."""
    click.echo("\n".join(map(printable, f"stance: {kind}: {message}".split("\n"))), err=True)


def is_terminal(stream: Any) -> bool:
    """Return whether a stream is a terminal."""
    return bool(getattr(stream, "isatty", lambda: False)())


def check_file(path: Path, option: str) -> None:
    """Raise BadParameter, before the work and not after it, where the file `path` cannot be written."""
    if not path.parent.is_dir():
        raise click.BadParameter(f"{path.parent} must be a folder that is there", param_hint=option)
    _check_permission(path if path.exists() else path.parent, option)


def check_folder(path: Path, option: str) -> None:
    """Raise BadParameter, before the work and not after it, where the folder `path` cannot be made or written to."""
    place = next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())
    if not place.is_dir():
        raise click.BadParameter(f"{place} must be a folder; it is a file", param_hint=option)
    _check_permission(place, option)


def _check_permission(place: Path, option: str) -> None:
    if not os.access(place, os.W_OK):
        raise click.BadParameter(f"{place} must be writable; there is no permission", param_hint=option)


@contextmanager
def results(out: Path | None) -> Iterator[TextIO]:
    """Open where results go: the file `out`, in UTF-8, or stdout, in UTF-8 unless it is a terminal.

    Lone surrogates are written as escapes, line ends as they are. Raises OSError where stdout is closed.
    """
    if out is not None:
        with out.open("w", encoding="utf-8", errors=ERRORS, newline="") as file:
            yield file
        return
    if sys.stdout is None:
        raise OSError("standard output is closed: nothing can be written there")
    if isinstance(sys.stdout, io.TextIOWrapper):
        encoding = sys.stdout.encoding if is_terminal(sys.stdout) else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors=ERRORS, newline="")
    yield sys.stdout


def console(file: TextIO | None = None) -> Console:
    """Return what prints tables and colours: to the width of a terminal, or plain and 100 columns wide."""
    from rich.console import Console

    class QuietConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end with 1; `main` ends with 0

    file = file or sys.stdout
    return QuietConsole(file=file, highlight=False, emoji=False, markup=False, width=None if is_terminal(file) else 100)


class Progress:
    """A bar on stderr while something takes its time; none where stderr is no terminal, or `shown` is false.

    `total` is the number of steps, None where it is not known. A context; `advance` may be called by any thread.
    """

    def __init__(self, what: str, total: int | None = None, *, shown: bool = True) -> None:
        self.what = what
        self.total = total
        self._done = 0
        self._bar: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(_PATIENCE, self._start) if shown and is_terminal(sys.stderr) else None

    def __enter__(self) -> Progress:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer.join()
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """Count one step as done."""
        with self._lock:
            self._done += 1
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=self._done)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns: list[Any] = [TextColumn("{task.description}", markup=False), BarColumn()]
        columns += [TimeElapsedColumn()] if self.total is None else [MofNCompleteColumn(), TimeRemainingColumn()]
        bar = Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        with self._lock:
            bar.add_task(self.what, total=self.total, completed=self._done)
            bar.start()
            self._bar = bar
