"""A model and a coded corpus → a report.

What is right where several coders coded a sentence:

- claims: those all coders gave; a claim that some gave and some did not counts neither way.
- role: any coder's is right; a wrong one is a miss of the first coder's.
- voice: judged where the coders agree.
- stance: judged toward targets that all coders listed with the same stance. Finding targets: those all listed are to
  be found, those none listed are not, others count neither way.
- what nobody coded is not judged.

Figures, by name:

- `claims.micro_precision`, `.micro_recall`, `.micro_f1`; `.macro_f1` over the claims given by the coders at all and
  `.macro_f1_common` over those given 8 times or more; `.brier_skill`, mean over claims, and `.calibration_slope`, all
  claims as one; and `claims.<label>.precision`, `.recall`, `.f1`, `.brier_skill`, `.calibration_slope`.
- `roles.accuracy`, `.macro_f1` (over the roles given by the coders) and `roles.<label>.precision`, `.recall`, `.f1`.
- `voice.precision`, `.recall`, `.f1` of the second voice: somebody else's.
- `stance.f`, mean F1 of the stances that are not neutral, the coded targets being told, and `stance.<label>.…`;
  `found_stance.…`, the same where the targets had to be found: one not found is a miss, a stance toward one that no
  coder listed is false. `targets.precision`, `.recall`, `.f1` of finding them, and `targets.named_recall`, over those
  whose name stands in the sentence.
- `baseline.…`, the same of the keyword baseline; `coders.…`, the coders' agreement (`stance.study.agreement`).

Each has a 95 % percentile interval of the bootstrap over documents (`stance.study.bootstrap`). Where all resamples give
the same, as with 0 of 3, it has no width: then n says how little was seen.
"""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import stance
from stance.codebook import Codebook
from stance.corpus.records import Corpus
from stance.errors import StanceError
from stance.study.agreement import agreement_figures
from stance.study.baseline import KeywordBaseline, bundled_baseline
from stance.study.bootstrap import Resamples
from stance.study.layers import confusion_rows, layer_figures, precision_recall, reliability
from stance.study.predictions import Predictions, out_of_fold_predictions, predict
from stance.study.report import Report
from stance.study.truth import Truth, read_truth
from stance.text.arguments import check_made

if TYPE_CHECKING:
    from stance.actors import ActorTable
    from stance.model.model import Model
    from stance.model.training import OutOfFold


def evaluate(
    model: Model,
    corpus: Corpus,
    *,
    seed: int = 0,
    n_resamples: int = 1000,
    lexicon: str | PathLike[str] | None = None,
) -> Report:
    """Return the report of a model on a coded corpus, which should share no document with its training corpus.

    The sentences are labelled as `Model.label` labels them. Per claim: precision, recall, F1, Brier skill over the base
    rate, calibration slope; roles, voice, stances and targets; beside the keyword baseline (of the file `lexicon`, or
    the codebook's own) and, where two coders coded a sentence, their agreement. Claims that only some coders gave count
    neither way, any coder's role is right, voice and stance are judged where coders agree. All with 95 % intervals
    bootstrapped over documents by `n_resamples` resamples from `seed`; `stance.study.evaluation` lists the names and
    rules. Raises CorpusError where the corpus has labels that the model's codebook has not; TypeError where model or
    corpus is the name of a file.
    """
    from stance.model.model import Model

    check_made(model, Model, "model", "stance.load")
    check_made(corpus, Corpus, "corpus", "stance.read_corpus")
    corpus.check(model.codebook)
    return report_on(
        predict(model, corpus), corpus, model.codebook,
        name=model.name, trained_on=model.provenance.corpus_digest, actors=model.actors,
        baseline=_baseline(model.codebook, lexicon), seed=seed, n_resamples=n_resamples,
    )  # fmt: skip


def out_of_fold_report(
    corpus: Corpus,
    codebook: Codebook,
    out_of_fold: OutOfFold,
    model: Model,
    *,
    seed: int = 0,
    n_resamples: int = 1000,
    lexicon: str | PathLike[str] | None = None,
) -> Report:
    """Return the report of a model's training corpus, judged by classifiers that did not see the sentence's document.

    `out_of_fold` is what `stance.model.training.train_out_of_fold` gave with the model. Thresholds and calibration, a
    few numbers a label, are the model's, fitted on these very scores; so the figures are a little too good.
    """
    corpus.check(codebook)
    if len(out_of_fold.claims) != len(corpus):
        n = len(out_of_fold.claims)
        raise StanceError(f"out_of_fold must have a row for each sentence of the corpus ({len(corpus)}); got {n}")
    return report_on(
        out_of_fold_predictions(model, corpus, out_of_fold), corpus, codebook,
        name=model.name, trained_on=model.provenance.corpus_digest, actors=model.actors,
        baseline=_baseline(codebook, lexicon), seed=seed, n_resamples=n_resamples,
        note="out of fold: by classifiers that did not see the sentence's document",
    )  # fmt: skip


def report_on(
    predictions: Predictions,
    corpus: Corpus,
    codebook: Codebook,
    *,
    name: str,
    trained_on: str = "",
    actors: ActorTable | None = None,
    baseline: KeywordBaseline | None = None,
    seed: int = 0,
    n_resamples: int = 1000,
    note: str = "",
) -> Report:
    """Return the report of anybody's predictions for a coded corpus: so a peer is judged as a model is.

    `name` says whose they are; `trained_on`, the digest of the corpus they were learned from; `actors` gives targets
    the names they count under; without a `baseline` there is none in the report.
    """
    if not isinstance(n_resamples, int) or n_resamples < 0:
        raise StanceError(f"n_resamples must be a whole number from 0; got {n_resamples!r}")
    if not isinstance(seed, int) or seed < 0:
        raise StanceError(f"seed must be a whole number from 0; got {seed!r}")
    _check_shapes(predictions, corpus, codebook)
    canonical = str if actors is None else actors.canonical
    truth = read_truth(corpus, codebook, canonical)
    resamples = Resamples(corpus.documents, n_resamples=n_resamples, seed=seed)
    figures = layer_figures(truth, predictions, codebook, resamples)
    if baseline is not None:
        others = layer_figures(truth, baseline.predict(corpus, codebook, actors), codebook, resamples)
        figures |= {f"baseline.{key}": figure for key, figure in others.items()}
    figures |= agreement_figures(corpus, codebook, canonical, resamples)
    curves, bins = {}, {}
    if predictions.claim_probabilities is not None:
        for j, claim in enumerate(codebook.claim_names):
            if curve := precision_recall(truth.claims[:, j], predictions.claim_probabilities[:, j]):
                curves[claim] = curve
                one = slice(j, j + 1)
                bins[claim] = reliability(truth.claims[:, one], predictions.claim_probabilities[:, one], resamples)
    return Report(
        model=name,
        trained_on=trained_on,
        corpus=corpus.name,
        digest=corpus.digest,
        n_sentences=len(corpus),
        n_documents=resamples.n_documents,
        n_resamples=len(resamples.counts) - 1,
        seed=seed,
        version=stance.__version__,
        note=note,
        labels={layer: getattr(codebook, f"{layer[:-1]}_names") for layer in ("claims", "roles", "voices", "stances")},
        figures=figures,
        confusion=_confusion(truth, predictions),
        curves=curves,
        reliability=bins,
    )


def _baseline(codebook: Codebook, lexicon: str | PathLike[str] | None) -> KeywordBaseline:
    return bundled_baseline(codebook) if lexicon is None else KeywordBaseline.from_file(lexicon, codebook)


def _confusion(truth: Truth, predictions: Predictions) -> tuple[tuple[int, ...], ...]:
    if predictions.roles is None or not truth.roles.any():
        return ()
    return tuple(tuple(map(int, row)) for row in confusion_rows(truth, predictions.roles).sum(axis=0).tolist())


def _check_shapes(predictions: Predictions, corpus: Corpus, codebook: Codebook) -> None:
    n, k = len(corpus), len(codebook.claims)
    shapes = {"claims": (n, k), "claim_probabilities": (n, k), "roles": (n,), "voice": (n,)}
    for layer, shape in shapes.items():
        given = getattr(predictions, layer)
        if given is not None and given.shape != shape:
            raise StanceError(f"predictions.{layer} must have shape {shape}; got {given.shape}")
    for layer in ("stances", "targets"):
        given = getattr(predictions, layer)
        if given is not None and len(given) != n:
            raise StanceError(f"predictions.{layer} must have one item a sentence ({n}); got {len(given)}")
