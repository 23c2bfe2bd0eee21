"""Model cards: what they must tell, with or without an evaluation."""

import dataclasses
import json

import pytest

import stance
from stance.model.card import model_card
from stance.model.model import Model
from stance.model.parameters import Provenance
from stance.study import out_of_fold_report


def with_report(model, report, provenance=None):
    return Model(
        model.name, model.codebook, model.sentence_scorer, model.target_scorer, model.calibration,
        provenance or model.provenance, actors=model.actors, report=report,
    )  # fmt: skip


def test_a_model_that_was_not_evaluated_says_so(model):
    """No figures, and how to get them."""
    card = model_card(with_report(model, None))
    assert "Not evaluated" in card
    assert "stance evaluate" in card


def test_a_card_has_every_label_with_its_definition_and_every_setting(model, codebook, corpus):
    """A reader needs no other file to know what the labels mean and how the model was made."""
    card = model_card(model)
    for layer in ("claims", "roles", "voices", "stances"):
        for label in getattr(codebook, layer):
            assert f"| {label.name} | {label.definition} |" in card
    for key in model.provenance.settings:
        assert f"| {key} | " in card
    assert corpus.digest in card
    assert "60 coded sentences in 8 documents" in card


def test_each_report_is_a_section_with_intervals_and_its_signature(trained, corpus, codebook, report):
    """Out of fold and gold, side by side; rare labels are named among the limits."""
    model, out_of_fold = trained
    honest = out_of_fold_report(corpus, codebook, out_of_fold, model, n_resamples=20)
    card = model_card(with_report(model, {"out_of_fold": honest.to_dict(), "gold": report.to_dict()}))
    assert "### On its training corpus, out of fold" in card
    assert "### On gold sentences it was not trained on" in card
    assert card.index("out of fold: by classifiers") < card.index("### On gold")
    assert f"`{report.signature}`" in card
    assert "which for them say little: ease, price, quality, service" in card


def test_plain_figures_of_another_program_are_shown_as_they_are(model):
    """name → [value, low, high], with or without n."""
    card = model_card(
        with_report(model, {"gold": {"claims micro F1": [0.5, 0.4, 0.6], "role accuracy": [0.7, 0.6, 0.8, 99]}})
    )
    assert "| claims micro F1 | 0.500 [0.40, 0.60] | – |" in card
    assert "| role accuracy | 0.700 [0.60, 0.80] | 99 |" in card


@pytest.mark.parametrize("licence", ["", "CC BY 4.0"])
def test_the_licence_is_stated_and_never_made_up(model, licence):
    """Only who trained the model can say; sources keep theirs."""
    provenance = Provenance(licence=licence, sources={"Speeches": "CC0 1.0", "Op|eds": "quotation only"})
    card = model_card(with_report(model, None, provenance))
    assert ("Weights, calibration and this card: CC BY 4.0." in card) is bool(licence)
    assert ("Nobody stated a licence" in card) is not bool(licence)
    assert "| Speeches | CC0 1.0 |" in card
    assert "| Op\\|eds | quotation only |" in card


def test_a_saved_model_has_its_card_beside_it(model, tmp_path):
    """card.md is what model_card gives."""
    model.save(tmp_path / "kettles")
    assert (tmp_path / "kettles" / "card.md").read_text(encoding="utf-8") == model_card(model)


def test_tables_of_a_card_have_rows_of_one_width(model, report):
    """Markdown renderers drop cells of ragged rows."""
    card = model_card(with_report(model, {"gold": report.to_dict()}))
    blocks = [block.splitlines() for block in card.split("\n\n") if block.startswith("|")]
    assert len(blocks) >= 8
    for block in blocks:
        assert len({line.replace("\\|", "").count("|") for line in block}) == 1


def test_the_card_names_the_settings_that_are_not_the_defaults(model):
    settings = stance.Settings(C_roles=3.0, masked_kinds=("group",)).to_dict() | {"vectors": "mine.npz (SHA-256 ab)"}
    provenance = dataclasses.replace(model.provenance, settings=json.loads(json.dumps(settings)))
    changed = with_report(model, None, provenance)
    arguments = "C_roles=3.0, masked_kinds=('group',), vectors='mine.npz'"
    assert f"settings = stance.Settings({arguments})" in model_card(changed)
