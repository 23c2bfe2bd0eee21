"""`stance corpus`: put labels by reference together with their texts; check and count coded sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stance.command.output import Progress, check_file, console, results, tell
from stance.command.train import is_by_reference, read_references

if TYPE_CHECKING:
    from stance.codebook import Codebook
    from stance.corpus import Corpus

_MOST_CODERS = 5  # columns of counts that still fit
_NONE = "(none)"  # sentences coded as having no claim


@click.group()
def corpus() -> None:
    """Work with coded corpora: put them together, check them, count them."""


@corpus.command()
@click.argument("references", nargs=-1, required=True, metavar="REFERENCES...")
@click.option(
    "--sources-in", "folders", multiple=True, required=True, metavar="FOLDER",
    help="A folder with copies of the sources; may be given several times.",
)  # fmt: skip
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the corpus there, as .jsonl or .csv by its ending.",
)  # fmt: skip
@click.option(
    "--sources", type=click.Path(path_type=Path), metavar="FILE",
    help="What the sources are; by default the sources.toml beside REFERENCES or in the folder above.",
)  # fmt: skip
@click.option("--allow-missing", is_flag=True, help="Exit with 0 though sources, documents or sentences are missing.")
def materialize(
    references: tuple[str, ...], folders: tuple[str, ...], out: Path, sources: Path | None, allow_missing: bool
) -> int:
    """Put labels by reference together with the texts they point to.

    REFERENCES are .jsonl files of labels that hold no text. Each sentence's hash is checked. What is missing or does
    not match is named on stderr and left out, the rest is written, and the exit code is 1.

    \b
    stance corpus materialize corpora/security/by-reference/*.jsonl \\
        --sources-in ~/sources --out corpus.jsonl
    """
    if out.suffix not in (".jsonl", ".csv"):
        raise click.BadParameter(f"must end in .jsonl or .csv; got {str(out)!r}", param_hint="--out")
    check_file(out, "--out")
    from stance.corpus import materialize as put_together
    from stance.corpus import write_corpus

    with Progress("reading the sources"):
        found = put_together(references, folders, sources)
        if found.corpus is not None:
            write_corpus(found.corpus, out)
    complete = not (found.missing_sources or found.missing_documents or found.mismatched)
    tell("note" if complete else "warning", found.summary())
    if found.corpus is None:
        tell("error", f"no sentence was found in {', '.join(folders)}; {out} is not written")
        return 1
    return 0 if complete or allow_missing else 1


@corpus.command()
@click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
@click.option(
    "--codebook", "-c", metavar="NAME|FILE", help="Check every label against this codebook; else labels are as found."
)
def check(corpora: tuple[str, ...], codebook: str | None) -> int:
    """Check coded corpora and count their labels, by coder.

    CORPUS is .jsonl (or .jsonl.gz) or .csv; labels by reference are checked as well. Each fault is named with file,
    line and value, the first 20 of a file; the exit code is then 1.

    \b
    stance corpus check corpora/security/written.jsonl --codebook security
    """
    from stance.codebook import load_codebook
    from stance.errors import StanceError

    book = load_codebook(codebook) if codebook is not None else None
    n_faulty = 0
    with results(None) as file:
        shown = console(file)
        for path in corpora:
            try:
                found = _read(Path(path), book)
            except StanceError as error:
                n_faulty += 1
                tell("error", str(error))
                continue
            for line in _counts(path, found, book):
                shown.print(line)
    return 1 if n_faulty else 0


def _read(path: Path, codebook: Codebook | None) -> Corpus:
    """Return the corpus of a file; of labels by reference, with each sentence's hash in place of its text."""
    from stance.corpus import read_corpus

    return read_references(path, codebook) if is_by_reference(path) else read_corpus(path, codebook)


def _counts(path: str, corpus: Corpus, codebook: Codebook | None) -> Iterator[Any]:
    """Yield a heading and a table: sentences by label, of any coder and of each."""
    from rich.table import Table
    from rich.text import Text

    coders = Counter(c.coder for s in corpus for c in s.codings)
    n_coders = len({c.coder for s in corpus for c in s.independent})
    n_several = sum(len(s.independent) > 1 for s in corpus)
    n_final = sum(len(s.independent) < len(s.codings) for s in corpus)
    sizes = f"{len(corpus):,} sentences in {len(set(corpus.documents)):,} documents, {n_coders:,} coders"
    settled = f", {n_final:,} adjudicated" if n_final else ""
    yield Text.assemble((path, "bold"), f"  {sizes}, {n_several:,} sentences coded by several{settled}")
    columns = [name for name, _ in coders.most_common(_MOST_CODERS)] if len(coders) > 1 else []
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for title in ("layer", "label"):
        table.add_column(title, no_wrap=True)
    for title in ("sentences", *columns):
        table.add_column(title, justify="right", overflow="fold")
    for layer in ("claims", "role", "voice", "stance"):
        counts = _by_label(corpus, layer, codebook)
        for number, (name, by_coder) in enumerate(counts.items()):
            cells = [f"{by_coder[coder]:,}" for coder in (None, *columns)]
            table.add_row(layer if number == 0 else "", name, *cells, style=None if by_coder[None] else "yellow")
    yield table
    yield Text()


def _by_label(corpus: Corpus, layer: str, codebook: Codebook | None) -> dict[str, Counter[str | None]]:
    """Return label → coder → sentences with it (for stance: targets); None counts those of any coder."""
    known = getattr(codebook, f"{layer.removesuffix('s')}_names") if codebook else ()
    names = (*known, _NONE) if known and layer == "claims" else known
    out: dict[str, Counter[str | None]] = {name: Counter() for name in names}
    for s in corpus:
        seen: set[Any] = set()
        for c in s.codings:
            given = getattr(c, layer)
            if given is None:
                continue
            if layer == "claims":
                items = [(name, None) for name in given or (_NONE,)]
            elif layer == "stance":
                items = [(name, target) for target, name in given.items()]
            else:
                items = [(given, None)]
            for item in items:
                counter = out.setdefault(item[0], Counter())
                counter[c.coder] += 1
                counter[None] += item not in seen
                seen.add(item)
    return out if codebook else dict(sorted(out.items(), key=lambda item: -item[1][None]))
