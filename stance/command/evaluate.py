"""`stance evaluate`: a model and coded sentences → how good the model is."""

from __future__ import annotations

from pathlib import Path

import click

from stance.command.output import Progress, check_file, check_folder, results
from stance.command.train import read_corpora


@click.command()
@click.argument("model", metavar="MODEL")
@click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
@click.option(
    "--json", "json_out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the report there as JSON too.",
)  # fmt: skip
@click.option(
    "--plots", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Draw precision-recall, reliability and confusion plots into the folder; needs matplotlib.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Decides the resamples behind the intervals.")
def evaluate(model: str, corpora: tuple[str, ...], json_out: Path | None, plots: Path | None, seed: int) -> None:
    """Judge a model on coded sentences it was not trained on.

    MODEL is a bundled model's name or a folder; CORPUS a file of coded sentences, .jsonl (or .jsonl.gz) or .csv.
    Figures come with 95 % intervals, beside a keyword baseline and, where two coders coded a sentence, their agreement.

    \b
    stance evaluate security-en my-test.jsonl
    stance evaluate mine my-test.csv --json report.json --plots plots
    """
    if json_out is not None:
        check_file(json_out, "--json")
    if plots is not None:
        check_folder(plots, "--plots")
    from stance.model import load
    from stance.study import evaluate as judge

    trained = load(model)
    corpus = read_corpora(corpora, trained.codebook)
    with Progress(f"evaluating on {len(corpus):,} sentences"):
        report = judge(trained, corpus, seed=seed)
        if json_out is not None:
            with results(json_out) as file:
                file.write(report.to_json(indent=1) + "\n")
        if plots is not None:
            report.plots(plots)
    with results(None) as file:
        file.write(report.to_text() + "\n")
