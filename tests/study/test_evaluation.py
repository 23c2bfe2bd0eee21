"""Evaluation: which answers count how, by small corpora whose figures can be counted by hand."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import f1_score

import stance
from stance.codebook import load_codebook
from stance.corpus import ADJUDICATED
from stance.corpus.reading import read_corpus_rows
from stance.errors import CorpusError, StanceError
from stance.study import Predictions, out_of_fold_report, report_on


def corpus_of(sentences):
    """Return a corpus of sentences given as lists of codings; two sentences a document."""
    rows = []
    for i, codings in enumerate(sentences):
        place = {"document": f"d{i // 2}", "sentence": i, "text": f"Sentence {i} about Japan."}
        for coder, coding in enumerate(codings):
            rows.append((f"row {i}", place | {"coder": str(coder)} | coding))
    return read_corpus_rows(rows, name="small")


def figures(sentences, predictions, **options):
    return report_on(predictions, corpus_of(sentences), SECURITY, name="anybody", n_resamples=20, **options).figures


SECURITY = load_codebook("security")
COLUMN = {name: j for j, name in enumerate(SECURITY.claim_names)}


def claims(*given):
    out = np.zeros((len(given), len(COLUMN)), dtype=bool)
    for i, names in enumerate(given):
        for name in names:
            out[i, COLUMN[name]] = True
    return Predictions(claims=out)


def test_claims_are_counted_by_label_and_all_together():
    """demand: one right, one missed; warning: one false. micro F1 = 2 / (2 + 1 + 1)."""
    found = figures(
        [[{"claims": ["demand"]}], [{"claims": ["demand"]}], [{"claims": []}]], claims(["demand"], [], ["warning"])
    )
    assert found["claims.demand.recall"].value == 0.5
    assert found["claims.demand.precision"].value == 1
    assert found["claims.demand.f1"].n == 2
    assert found["claims.warning.precision"].value == 0
    assert found["claims.warning.recall"].value is None
    assert found["claims.micro_f1"].value == 0.5
    assert found["claims.macro_f1"].value == pytest.approx(2 / 3)


def test_macro_f1_is_that_of_scikit_learn_over_the_labels_that_occur():
    """The same predictions, the same mean."""
    rng = np.random.default_rng(0)
    truth, given = rng.random((40, 18)) < 0.2, rng.random((40, 18)) < 0.2
    truth[:, :3] = False
    sentences = [[{"claims": [SECURITY.claim_names[j] for j in np.flatnonzero(row)]}] for row in truth]
    found = figures(sentences, Predictions(claims=given))
    assert found["claims.macro_f1"].value == pytest.approx(f1_score(truth[:, 3:], given[:, 3:], average="macro"))
    assert found["claims.micro_f1"].value == pytest.approx(f1_score(truth, given, average="micro"))
    common = truth.sum(axis=0) >= 8
    assert found["claims.macro_f1_common"].value == pytest.approx(
        f1_score(truth[:, common], given[:, common], average="macro")
    )


@pytest.mark.parametrize("given", [["demand"], []])
def test_a_claim_that_coders_dispute_counts_neither_way(given):
    """Given or not, it is no error and no success."""
    found = figures([[{"claims": ["demand"]}, {"claims": []}], [{"claims": ["warning"]}]], claims(given, ["warning"]))
    assert found["claims.micro_f1"].value == 1
    assert found["claims.micro_f1"].n == 1
    assert found["claims.demand.f1"].value is None


def test_an_adjudicated_coding_is_the_only_right_one():
    """The coders' dispute is settled: what only they gave is an error, in every layer that was adjudicated."""
    coders = [
        {"claims": ["demand"], "role": "event", "voice": "author", "stance": {"Japan": "against", "Iran": "favor"}},
        {"claims": [], "role": "background", "voice": "attributed", "stance": {}},
    ]
    final = {"claims": ["warning"], "role": "background", "voice": "attributed", "stance": {"Japan": "favor"}}
    sentences = [[*coders, final | {"coder": ADJUDICATED}]]
    predicted = Predictions(
        claims=claims(["demand"]).claims,
        roles=np.array([0]),
        voice=np.array([True]),
        stances=({"Japan": "against"},),
        targets=(frozenset(["Japan", "Iran"]),),
    )
    found = figures(sentences, predicted)
    assert found["claims.demand.precision"].value == 0
    assert found["claims.warning.recall"].value == 0
    assert found["roles.accuracy"].value == 0
    assert found["roles.background.recall"].value == 0
    assert found["voice.f1"].value == 1
    assert found["stance.favor.recall"].value == 0
    assert found["targets.precision"].value == 0.5


def test_any_coders_role_is_right_and_a_wrong_one_is_a_miss_of_the_first_coders():
    """Columns of the codebook: event 0, background 1, interpretation 2."""
    sentences = [[{"role": "event"}, {"role": "background"}]] * 3
    report = report_on(Predictions(roles=np.array([0, 1, 2])), corpus_of(sentences), SECURITY, name="x", n_resamples=9)
    assert report.figures["roles.accuracy"].value == pytest.approx(2 / 3)
    assert report.confusion[0][:3] == (1, 0, 1)
    assert report.confusion[1][:3] == (0, 1, 0)
    assert report.figures["roles.event.recall"].value == 0.5
    assert report.figures["roles.background.recall"].value == 1


def test_voice_is_judged_where_the_coders_agree():
    """The second sentence is disputed: three sentences, two of them attributed."""
    both = [{"voice": "attributed"}, {"voice": "attributed"}]
    sentences = [both, [{"voice": "author"}, {"voice": "attributed"}], [{"voice": "author"}], both]
    found = figures(sentences, Predictions(voice=np.array([True, True, True, False])))
    assert found["voice.precision"].value == 0.5
    assert found["voice.recall"].value == 0.5
    assert found["voice.f1"].n == 2


def stances(told, targets=None):
    return Predictions(
        stances=tuple(told), targets=None if targets is None else tuple(frozenset(names) for names in targets)
    )


def test_stance_f_is_the_mean_f1_of_against_and_favor():
    """against: one right, one false; favor: one missed; neutral counts only by its errors: (2/3 + 0) / 2."""
    sentences = [
        [{"stance": {"Japan": "against"}}],
        [{"stance": {"Japan": "favor"}}],
        [{"stance": {"Iran": "neutral"}}],
    ]
    found = figures(sentences, stances([{"Japan": "against"}, {"Japan": "against"}, {"Iran": "neutral"}]))
    assert found["stance.f"].value == pytest.approx(1 / 3)
    assert found["stance.neutral.f1"].value == 1
    assert found["stance.f"].n == 2


def test_a_target_that_one_coder_did_not_list_is_judged_neither_for_stance_nor_for_finding():
    """Found or not, with whatever stance."""
    sentences = [[{"stance": {"Japan": "against", "Iran": "favor"}}, {"stance": {"Japan": "against"}}]]
    for targets in (["Japan", "Iran"], ["Japan"]):
        found = figures(sentences, stances([{"Japan": "against", "Iran": "against"}], [targets]))
        assert found["stance.against.f1"].value == 1
        assert found["stance.against.precision"].n == 1
        assert found["targets.f1"].value == 1
        assert found["found_stance.against.f1"].value == 1


def test_a_target_that_was_not_found_is_a_miss_and_one_nobody_listed_is_false():
    """found_stance, unlike stance, pays for both."""
    sentences = [[{"stance": {"Japan": "against"}}], [{"stance": {}}]]
    predicted = stances([{"Japan": "against"}, {"Iran": "against"}], [[], ["Iran"]])
    found = figures(sentences, predicted)
    assert found["stance.against.f1"].value == 1
    assert found["found_stance.against.f1"].value == 0
    assert (found["targets.precision"].value, found["targets.recall"].value) == (0, 0)
    assert found["targets.named_recall"].n == 1


def test_targets_count_under_their_canonical_names():
    """Tokyo is Japan, also where two coders write them differently."""
    sentences = [[{"stance": {"Tokyo": "against"}}, {"stance": {"Japan": "against"}}]]
    found = figures(sentences, stances([{"Japan": "against"}], [["Japan"]]), actors=stance.load_actors())
    assert found["stance.against.f1"].value == 1
    assert found["targets.f1"].value == 1


def test_what_nobody_coded_is_judged_nowhere():
    """A sentence without claims coded counts for its role alone."""
    sentences = [[{"claims": ["demand"], "role": "event"}], [{"role": "event"}]]
    both = claims(["demand"], ["warning"])
    found = figures(sentences, Predictions(claims=both.claims, roles=np.array([0, 1])))
    assert found["claims.micro_f1"].value == 1
    assert found["roles.accuracy"].value == 0.5


def test_brier_skill_and_slope_are_over_undisputed_sentences():
    """Probabilities 0.9 and 0.1, right both times, on a base rate of one half: skill 1 - 0.01 / 0.25."""
    probabilities = np.full((3, len(COLUMN)), 0.1)
    probabilities[0, COLUMN["demand"]] = 0.9
    sentences = [[{"claims": ["demand"]}], [{"claims": []}], [{"claims": ["demand"]}, {"claims": []}]]
    given = Predictions(claims=probabilities > 0.5, claim_probabilities=probabilities)
    found = figures(sentences, given)
    assert found["claims.demand.brier_skill"].value == pytest.approx(0.96)
    assert found["claims.demand.brier_skill"].n == 2
    assert found["claims.warning.brier_skill"].value is None
    assert found["claims.demand.calibration_slope"].value is None


def test_predictions_of_another_length_are_refused():
    """The error names the layer, the shape it must have and the shape given."""
    with pytest.raises(StanceError, match=r"predictions\.roles must have shape \(1,\); got \(2,\)"):
        figures([[{"role": "event"}]], Predictions(roles=np.array([0, 0])))
    with pytest.raises(StanceError, match=r"predictions\.stances must have one item a sentence \(1\); got 2"):
        figures([[{"role": "event"}]], stances([{}, {}]))


@pytest.mark.parametrize("n", [-1, 2.5, "many"])
def test_a_number_of_resamples_that_is_none_is_refused(n):
    """The value given is in the error."""
    with pytest.raises(StanceError, match="n_resamples must be a whole number"):
        report_on(claims([]), corpus_of([[{"claims": []}]]), SECURITY, name="x", n_resamples=n)


def test_a_report_has_a_figure_for_every_layer_of_the_codebook(report, codebook):
    """Each with an interval around it, and what it was measured on."""
    for name in ("claims.micro_f1", "claims.macro_f1", "claims.brier_skill", "roles.accuracy", "voice.f1", "stance.f"):
        figure = report.figures[name]
        assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9
        assert figure.n > 0
    for claim in codebook.claim_names:
        assert {f"claims.{claim}.f1", f"baseline.claims.{claim}.f1"} <= report.figures.keys()
    for other in codebook.stance_names:
        assert f"stance.{other}.f1" in report.figures


def test_evaluate_judges_what_label_gives(model, corpus):
    """Accuracy of roles counted from labelled documents is the report's."""
    right = n = 0
    for document in dict.fromkeys(corpus.documents):
        own = [s for s in corpus if s.document == document]
        for s, labelled in zip(own, model.label([s.text for s in own]).sentences, strict=True):
            right += labelled.role.name == s.codings[0].role
            n += 1
    found = stance.evaluate(model, corpus, n_resamples=0).figures["roles.accuracy"]
    assert (found.value, found.n, found.low) == (pytest.approx(right / n), n, None)


def test_the_same_evaluation_twice_is_the_same_report(model, corpus, report, lexicon):
    """Figures and intervals are reproducible from model, corpus and seed."""
    assert stance.evaluate(model, corpus, n_resamples=200, lexicon=lexicon) == report


def test_another_seed_moves_intervals_and_no_figure(model, corpus, report, lexicon):
    """The seed decides what is drawn only."""
    other = stance.evaluate(model, corpus, n_resamples=200, lexicon=lexicon, seed=1)
    assert {k: f.value for k, f in other.figures.items()} == {k: f.value for k, f in report.figures.items()}
    name = "baseline.roles.accuracy"
    assert other.figures[name] != report.figures[name]


def test_a_corpus_with_labels_of_another_codebook_is_refused(model):
    """With the place and the label."""
    with pytest.raises(CorpusError, match=r"row 0: claims must be one of quality, .*got 'demand'"):
        stance.evaluate(model, corpus_of([[{"claims": ["demand"]}]]))


def test_out_of_fold_figures_are_worse_than_those_on_sentences_the_model_saw(trained, corpus, codebook, report):
    """And their report says where they come from."""
    model, out_of_fold = trained
    honest = out_of_fold_report(corpus, codebook, out_of_fold, model, n_resamples=50)
    assert honest.figures["claims.micro_f1"].value < report.figures["claims.micro_f1"].value
    assert honest.figures["stance.f"].value < report.figures["stance.f"].value
    assert "out of fold" in honest.to_text()


def test_out_of_fold_scores_of_another_corpus_are_refused(trained, corpus, codebook):
    """A row for each sentence, or an error with both numbers."""
    model, out_of_fold = trained
    part = corpus.select([i < 10 for i in range(len(corpus))])
    with pytest.raises(StanceError, match=r"\(10\); got 60"):
        out_of_fold_report(part, codebook, out_of_fold, model)


def test_importing_the_study_imports_neither_scikit_learn_nor_matplotlib():
    """They come when they are needed."""
    code = (
        "import sys, stance.study; from stance.study import Report, alpha, evaluate, report_on\n"
        "print(*{'sklearn', 'matplotlib', 'nltk', 'scipy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == []
