"""`stance label`: files of text → their sentences with labels."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from stance.command.output import Progress, console, is_terminal, results, tell
from stance.labels.formats import FORMATS, write_documents

if TYPE_CHECKING:
    from stance.labels.records import Document
    from stance.model.model import Model

_ENDINGS = {".jsonl": "jsonl", ".csv": "csv", ".html": "html", ".htm": "html"}


def _jobs(_: click.Context, __: click.Parameter, value: int) -> int:
    if value == 0:
        raise click.BadParameter("must be 1 or more, or -1 for all processors; got 0")
    return value


def jobs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option --jobs, which counts as joblib does."""
    return click.option(
        "--jobs", type=int, default=1, show_default=True, metavar="N", callback=_jobs,
        help="Work on N processors at once; -1 is all of them. The result is the same.",
    )(command)  # fmt: skip


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option(
    "--model", "-m", default="security-en", show_default=True, metavar="NAME|FOLDER",
    help="The model: a bundled one by name, or the folder of another.",
)  # fmt: skip
@click.option(
    "--format", "-f", "format_", type=click.Choice(FORMATS),
    help="What is written; by default what the ending of --out says, or else text.",
)  # fmt: skip
@click.option(
    "--targets", metavar="A,B", help="Judge these targets in every sentence too, besides the actors it names."
)
@click.option(
    "--target", "more_targets", multiple=True, metavar="NAME", help="The same, one by one: for names with a comma."
)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write there, not to stdout."
)
@jobs_option
@click.option(
    "--actors", type=click.Path(path_type=Path), metavar="FILE",
    help="A file of actors to find besides those known: target, kind and forms parted by tabs.",
)  # fmt: skip
def label(
    files: tuple[str, ...],
    model: str,
    format_: str | None,
    targets: str | None,
    more_targets: tuple[str, ...],
    out: Path | None,
    jobs: int,
    actors: Path | None,
) -> int:
    """Label the sentences of texts: claims, role, voice, and stance toward each target.

    FILE is a text in UTF-8 (or UTF-16 with a byte order mark); - is stdin; a FOLDER stands for the .txt files in it
    and below. Each FILE is one document; start and end count its characters, from 0, without the mark. What cannot be
    read is named on stderr, the rest is labelled, and the exit code is 1.

    \b
    stance label article.txt
    stance label --format jsonl --out labels.jsonl texts
    stance label --targets "Japan,ASEAN" --out page.html article.txt
    """
    files = _with_folders(files)
    _check_use(files, out)
    from stance.actors import load_actors
    from stance.model import load

    trained = load(model)
    if actors is not None:
        trained = trained.with_actors(load_actors(actors, extend=True))
    wanted = [name.strip() for name in (targets or "").split(",") if name.strip()] + list(more_targets)
    reader = _Reader(files, warn_foreign=trained.codebook.language == "en", model=trained.name)
    format_ = format_ or (_ENDINGS.get(out.suffix.lower(), "text") if out else "text")
    with warnings.catch_warnings(), results(out) as file:
        warnings.filterwarnings("ignore", message=".* does not look like English")  # the reader names every one
        with Progress("labelling", len(files), shown=not is_terminal(file)) as progress:
            documents = trained.label_documents(reader, wanted, n_jobs=jobs)
            _write(_counted(documents, progress), file, format_, trained)
    if out is not None and is_terminal(sys.stderr):
        tell("note", f"{len(files) - reader.n_failed} of {len(files)} files labelled, written to {out}")
    return 1 if reader.n_failed else 0


def _with_folders(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of files, a folder's .txt files in its place, by name; one that holds none stays as it is."""
    files: list[str] = []
    for name in names:
        is_folder = name not in ("", "-") and os.path.isdir(name)
        below = sorted(str(path) for path in Path(name).rglob("*.txt") if not path.is_dir()) if is_folder else []
        files += below or [name]
    return tuple(files)


def _check_use(files: tuple[str, ...], out: Path | None) -> None:
    if files.count("-") > 1:
        raise click.UsageError("stdin can be read once: give - once")
    if out is not None and out.exists():
        for name in files:
            if name != "-" and Path(name).exists() and Path(name).samefile(out):
                raise click.UsageError(f"--out must not be a file to be read; got {name} for both")


def _counted(documents: Iterable[Document], progress: Progress) -> Iterator[Document]:
    for document in documents:
        yield document
        progress.advance()


class _Reader:
    """Reads (name, text) of files when asked for the next; names on stderr what cannot be read, and counts it."""

    def __init__(self, files: Iterable[str], *, warn_foreign: bool, model: str) -> None:
        self.files = files
        self.warn_foreign = warn_foreign
        self.model = model
        self.n_failed = 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        from stance.errors import TextError
        from stance.text import looks_english, read_text
        from stance.text.files import decode_text

        for name in self.files:
            try:
                if os.path.isdir(name):
                    raise TextError(f"{name}: is a folder without .txt files")
                text = decode_text(_read_stdin(), "standard input") if name == "-" else read_text(name)
            except TextError as error:
                self.n_failed += 1
                tell("error", str(error))
                continue
            if self.warn_foreign and not looks_english(text):
                tell(
                    "warning",
                    f"{name}: does not look like English, the language of model {self.model!r}: its labels may mean "
                    "little",
                )
            yield name, text


def _read_stdin() -> bytes:
    from stance.errors import TextError

    if sys.stdin is None:
        raise TextError("standard input: is closed")
    return sys.stdin.buffer.read()


def _write(documents: Iterable[Document], file: TextIO, format_: str, model: Model) -> None:
    if format_ == "text" and is_terminal(file):
        from stance.labels.as_text import print_document

        terminal = console(file)
        for document in documents:
            print_document(document, terminal)
    else:
        write_documents(documents, file, format_, codebook=model.codebook)
