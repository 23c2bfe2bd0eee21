"""`stance codebook`: print and check a codebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from stance.command.output import console, results

if TYPE_CHECKING:
    from stance.codebook import Codebook, Label


@click.command()
@click.argument("source", default="security", metavar="[NAME|FILE]")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def codebook(source: str, as_json: bool) -> None:
    """Print and check a codebook: by default the bundled one, security.

    NAME is a bundled codebook; FILE a TOML file of your own. Every fault is named with its file and line.

    \b
    stance codebook
    stance codebook my-codebook.toml
    """
    from stance.codebook import load_codebook

    book = load_codebook(source)
    with results(None) as file:
        if as_json:
            import json

            file.write(json.dumps(book.to_dict(), ensure_ascii=False, indent=2) + "\n")
            return
        shown = console(file)
        for line in _lines(book):
            shown.print(line)


def _lines(book: Codebook) -> Iterator[Any]:
    from rich.text import Text

    yield Text.assemble((book.title or book.name, "bold"), (f"  {book.name} {book.version}, {book.language}", "dim"))
    if book.description:
        yield Text(" ".join(book.description.split()))
    yield Text()
    families = [(family, [c for c in book.claims if c.family == family.name]) for family in book.families]
    for family, claims in families:
        if claims:
            yield Text.assemble(("Claims: ", "bold"), (family.name, "bold"), (f"  {family.definition}", "dim"))
            yield _table(claims, "magenta")
    if loose := [c for c in book.claims if c.family is None]:
        yield Text("Claims", "bold")
        yield _table(loose, "magenta")
    for title, labels in (("Roles", book.roles), ("Voices", book.voices), ("Stances", book.stances)):
        if labels:
            yield Text(title, "bold")
            yield _table(labels, "cyan")
    if book.rulings:
        yield Text("Rulings", "bold")
        yield from (Text(f"  - {ruling}") for ruling in book.rulings)
        yield Text()
    sizes = (("claims", book.claims), ("roles", book.roles), ("voices", book.voices), ("stances", book.stances))
    yield Text(f"{', '.join(f'{len(labels)} {name}' for name, labels in sizes)}: no fault found", "dim")


def _table(labels: Sequence[Label], style: str) -> Any:
    """Return labels with their definitions, what counts and what does not, and examples."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True, style=style)
    table.add_column()
    for label in labels:
        table.add_row("", label.name, Text(label.definition + (" (a mere mention)" if label.neutral else "")))
        more = [("counts", label.counts), ("does not", label.does_not_count)]
        for title, values in more:
            if values:
                table.add_row("", "", Text.assemble((f"{title}: ", "dim"), "; ".join(values)))
        for mark, values in (("yes: ", label.examples), ("no:  ", label.counter_examples)):
            for value in values:
                table.add_row("", "", Text.assemble((mark, "dim"), (value, "italic")))
    table.add_row()
    return table
