"""`stance train`: coded corpora → a model in a folder, and how good it is on documents it did not see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.command.label import jobs_option
from stance.command.output import Progress, check_folder, results, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stance.codebook import Codebook
    from stance.corpus import Corpus, Materialized


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
@click.option(
    "--sources-in", "folders", multiple=True, metavar="FOLDER",
    help="A folder with copies of the sources that labels by reference point to; may be given several times.",
)  # fmt: skip
@click.option("--allow-missing", is_flag=True, help="Train though sources, documents or sentences are missing.")
@click.option(
    "--vectors", metavar="FILE",
    help="Word vectors learned from unlabelled text by `python -m stance.features.vectors`.",
)  # fmt: skip
@click.option("--name", metavar="NAME", help="The model's name; by default the name of its folder.")
@jobs_option
@click.option("--seed", type=int, default=0, show_default=True, help="Decides the folds and the resamples.")
def train(
    corpora: tuple[str, ...],
    codebook: str,
    out: Path,
    folders: tuple[str, ...],
    allow_missing: bool,
    vectors: str | None,
    name: str | None,
    jobs: int,
    seed: int,
) -> int:
    """Train a model on coded sentences, save it, and print its out-of-fold report.

    CORPUS is a file of coded sentences, .jsonl (or .jsonl.gz) or .csv; several are taken as one. Labels by reference
    are put together with their texts first, as `stance corpus materialize` does; where a text is missing, nothing is
    trained and the exit code is 1, unless --allow-missing is given. Each figure of the report is of classifiers that
    did not see the sentence's document. The same corpus gives the same model.

    \b
    stance train corpora/security/written.jsonl --codebook security --out mine
    stance train corpora/security/by-reference/*.jsonl --sources-in ~/sources --out mine
    """
    _check_out(out)
    from stance.codebook import load_codebook

    book = load_codebook(codebook)
    references = [path for path in corpora if is_by_reference(path)]
    if folders and not references:
        raise click.UsageError("--sources-in is for labels by reference; no CORPUS holds any")
    if references and not folders:
        raise click.UsageError(f"{references[0]} holds labels by reference, without texts: --sources-in must be given")
    parts = [read_corpora([path], book) for path in corpora if path not in references]
    if references:
        found = _put_together(references, folders, book)
        complete = not (found.missing_sources or found.missing_documents or found.mismatched)
        tell("note" if complete else "warning", found.summary())
        if found.corpus is None or not (complete or allow_missing):
            advice = "" if found.corpus is None else "; --allow-missing trains on the rest"
            tell("error", f"not every sentence was found in {', '.join(folders)}; nothing is trained{advice}")
            return 1
        parts.insert(0, found.corpus)
    corpus = _joined(parts)
    from stance.model import Settings
    from stance.model.training import train_out_of_fold  # imports scikit-learn: faults above do not wait for it
    from stance.study import out_of_fold_report

    settings = Settings(seed=seed, vectors=vectors)
    with Progress(f"training on {len(corpus):,} sentences"):
        model, out_of_fold = train_out_of_fold(
            corpus, book, name=name or out.resolve().name, settings=settings, n_jobs=jobs
        )
        report = out_of_fold_report(corpus, book, out_of_fold, model, seed=seed)
        model.report = {"out_of_fold": report.to_dict()}
        model.save(out)
    with results(None) as file:
        file.write(report.to_text() + "\n")
    return 0


def _check_out(out: Path) -> None:
    """Raise before the work, not after it, where no model can be saved."""
    if out.is_dir() and any(out.iterdir()) and not (out / "model.json").is_file():
        raise click.BadParameter(
            f"the folder must be new, empty, or hold a model; {out} holds {next(out.iterdir()).name!r}",
            param_hint="--out",
        )
    check_folder(out, "--out")


def read_corpora(paths: Iterable[str], codebook: Codebook | None = None) -> Corpus:
    """Return several corpus files as one corpus; raises CorpusError with the first faults of the first faulty one."""
    from stance.corpus import read_corpus
    from stance.errors import CorpusError

    corpora = []
    for path in paths:
        if is_by_reference(path):
            raise CorpusError(f"{path}: holds labels by reference and no text; `stance corpus materialize` adds it")
        corpora.append(read_corpus(path, codebook))
    return _joined(corpora)


def read_references(path: str | Path, codebook: Codebook | None = None) -> Corpus:
    """Return the corpus of a by-reference file, each sentence's hash in place of its text; raises CorpusError."""
    from stance.corpus.by_reference import reference_rows
    from stance.corpus.reading import read_corpus_rows

    rows = ((where, row | {"text": row["hash"]}) for where, row in reference_rows(path))
    return read_corpus_rows(rows, codebook, name=Path(path).name.split(".")[0], where=path)


def is_by_reference(path: str | Path) -> bool:
    """Return whether a file holds labels by reference, by its first row; raises CorpusError where it has no JSON."""
    from stance.corpus.reading import json_lines

    if not str(path).endswith((".jsonl", ".jsonl.gz")):
        return False
    _, first = next(json_lines(Path(path)), ("", None))
    return isinstance(first, dict) and "hash" in first and "text" not in first


def _put_together(references: list[str], folders: Iterable[str], codebook: Codebook) -> Materialized:
    """Return what `materialize` finds; raises CorpusError for an unknown label before a source is read."""
    from stance.corpus import materialize

    for path in references:
        read_references(path, codebook)
    with Progress("reading the sources"):
        return materialize(references, folders)


def _joined(corpora: Iterable[Corpus]) -> Corpus:
    from functools import reduce
    from operator import add

    return reduce(add, corpora)
