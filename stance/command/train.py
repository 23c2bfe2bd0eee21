"""`stance train`: coded corpora → a model in a folder, and how good it is on documents it did not see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.command.label import jobs_option
from stance.command.output import Progress, results

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stance.codebook import Codebook
    from stance.corpus import Corpus


@click.command()
@click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
@click.option(
    "--codebook", "-c", default="security", show_default=True, metavar="NAME|FILE",
    help="What is coded: a bundled codebook by name, or a TOML file.",
)  # fmt: skip
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Save the model there; a model that is there already is replaced.",
)  # fmt: skip
@click.option("--name", metavar="NAME", help="The model's name; by default the name of its folder.")
@jobs_option
@click.option("--seed", type=int, default=0, show_default=True, help="Decides the folds and the resamples.")
def train(corpora: tuple[str, ...], codebook: str, out: Path, name: str | None, jobs: int, seed: int) -> None:
    """Train a model on coded sentences, save it, and print its out-of-fold report.

    CORPUS is a file of coded sentences, .jsonl (or .jsonl.gz) or .csv; several are taken as one. Each figure of the
    report is of classifiers that did not see the sentence's document. The same corpus gives the same model.

    \b
    stance train corpora/security/written.jsonl --codebook security --out mine
    """
    _check_out(out)
    from stance.codebook import load_codebook
    from stance.model import Settings
    from stance.model.training import train_out_of_fold
    from stance.study import out_of_fold_report

    book = load_codebook(codebook)
    corpus = read_corpora(corpora, book)
    with Progress(f"training on {len(corpus):,} sentences"):
        model, out_of_fold = train_out_of_fold(
            corpus, book, name=name or out.resolve().name, settings=Settings(seed=seed), n_jobs=jobs
        )
        report = out_of_fold_report(corpus, book, out_of_fold, model, seed=seed)
        model.report = {"out_of_fold": report.to_dict()}
        model.save(out)
    with results(None) as file:
        file.write(report.to_text() + "\n")


def _check_out(out: Path) -> None:
    """Raise before the work, not after it, where no model can be saved."""
    if out.is_dir() and any(out.iterdir()) and not (out / "model.json").is_file():
        raise click.BadParameter(
            f"the folder must be new, empty, or hold a model; {out} holds {next(out.iterdir()).name!r}",
            param_hint="--out",
        )


def read_corpora(paths: Iterable[str], codebook: Codebook | None = None) -> Corpus:
    """Return several corpus files as one corpus; raises CorpusError with the first faults of the first faulty one."""
    from functools import reduce
    from operator import add

    from stance.corpus import read_corpus

    return reduce(add, [read_corpus(path, codebook) for path in paths])
