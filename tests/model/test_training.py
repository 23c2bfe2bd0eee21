"""Training: the same in, the same out; masked actors; targets nobody mentions."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import stance
from stance.errors import CorpusError, ModelError


def test_training_twice_gives_the_same_scores(corpus, model):
    """The same corpus, settings and versions give scores equal to 1e-9."""
    again = stance.train(corpus, stance.load_codebook("security"), name="small")
    texts = corpus.texts[:50]
    np.testing.assert_allclose(again.scores(texts), model.scores(texts), rtol=0, atol=1e-9)


def test_claims_do_not_depend_on_which_state_is_accused(model):
    """Swapping one state for another leaves every claim, role and voice probability as it was."""
    ours = model.probabilities(["China is bullying its neighbours, and Beijing must stop."])
    theirs = model.probabilities(["Denmark is bullying its neighbours, and Copenhagen must stop."])
    for layer in ("claims", "roles", "voice"):
        np.testing.assert_array_equal(getattr(ours, layer), getattr(theirs, layer))


def test_a_target_nobody_mentions_gets_a_stance(model):
    """`targets=` are judged in every sentence, without spans where they are not mentioned."""
    document = model.label("The drills went on. Nobody was hurt.", targets=["Atlantis"])
    for sentence in document.sentences:
        assert sentence.stance["Atlantis"].name in ("against", "favor", "neutral")
        assert sentence.stance["Atlantis"].spans == ()


def test_labels_that_the_codebook_does_not_know_are_refused_with_their_place(corpus, tmp_path):
    """The error names the line and the label."""
    path = tmp_path / "odd.jsonl"
    path.write_text('{"document": "a", "text": "One.", "claims": ["sarcasm"], "role": "event", "voice": "author"}\n')
    with pytest.raises(CorpusError, match=r"odd\.jsonl:1: claims must be one of .*got 'sarcasm'"):
        stance.train(stance.read_corpus(path), stance.load_codebook("security"))


def test_a_name_where_a_corpus_a_codebook_or_a_model_must_be_is_refused(model, corpus):
    """What must be there, which function makes it, and what was given."""
    codebook = stance.load_codebook("security")
    made = r"{} must be an? {}, as stance\.{} returns it; got str 'mine"
    with pytest.raises(TypeError, match=made.format("corpus", "Corpus", "read_corpus")):
        stance.train("mine.jsonl", codebook)
    with pytest.raises(TypeError, match=made.format("codebook", "Codebook", "load_codebook")):
        stance.train(corpus, "mine.toml")
    with pytest.raises(TypeError, match=made.format("model", "Model", "load")):
        stance.evaluate("mine", corpus)
    with pytest.raises(TypeError, match=made.format("corpus", "Corpus", "read_corpus")):
        stance.evaluate(model, "mine.jsonl")
    with pytest.raises(TypeError, match=made.format("actors", "ActorTable", "load_actors")):
        model.with_actors("mine.tsv")


def test_a_path_that_is_none_is_refused(model):
    """Only core and plain are."""
    with pytest.raises(ValueError, match="path must be 'core', 'plain' or None; got 'gpu'"):
        model.with_path("gpu")


def test_a_corpus_of_one_document_cannot_be_trained_on(corpus):
    """Out-of-fold scores need two documents."""
    one = corpus.select([document == corpus.documents[0] for document in corpus.documents])
    with pytest.raises(CorpusError, match="two documents"):
        stance.train(one, stance.load_codebook("security"))


def test_a_layer_that_nobody_coded_is_refused(tmp_path):
    """A codebook with roles needs coded roles."""
    path = tmp_path / "claims-only.jsonl"
    lines = [f'{{"document": "{d}", "text": "This is bad number {d}.", "claims": ["provocation"]}}' for d in range(4)]
    path.write_text("\n".join(lines))
    with pytest.warns(UserWarning, match="never give"), pytest.raises(CorpusError, match="role must be coded"):
        stance.train(stance.read_corpus(path), stance.load_codebook("security"))


def test_probabilities_have_the_shapes_and_ranges_they_say(model, corpus):
    """claims (n, 18), roles (n, 6) adding to 1, voice (n,); all from 0 to 1."""
    found = model.probabilities(corpus.texts[:20])
    assert found.claims.shape == (20, 18)
    assert found.roles.shape == (20, 6)
    assert found.voice.shape == (20,)
    np.testing.assert_allclose(found.roles.sum(axis=1), 1)
    for values in (found.claims, found.roles, found.voice):
        assert ((values >= 0) & (values <= 1)).all()


def test_neighbours_of_another_document_do_not_count(model):
    """With ids, the first sentence of a document is scored as if nothing came before it."""
    alone = model.probabilities(["They met on Monday."])
    after = model.probabilities(["War is near.", "They met on Monday."], documents=["a", "b"])
    np.testing.assert_allclose(after.roles[1], alone.roles[0], atol=1e-6)


def test_no_sentences_give_empty_arrays(model):
    """An empty list is a batch of none."""
    found = model.probabilities([])
    assert found.claims.shape == (0, 18)
    assert found.voice.shape == (0,)


def reviews(**settings):
    """Train on the kettle reviews of the tests, another codebook than ours."""
    data = Path(__file__).parents[1] / "data"
    corpus = stance.read_corpus(data / "reviews.jsonl")
    return corpus, stance.train(
        corpus, stance.load_codebook(data / "reviews.toml"), settings=stance.Settings(**settings)
    )


def test_a_stance_lexicon_speaks_where_the_corpus_is_silent(tmp_path):
    """A phrase no training sentence holds counts for the stance whose list it is on, on both paths alike."""
    path = tmp_path / "lexicon.toml"
    path.write_text('[stances]\npans = ["leak*", "broke", "worst", "dreadful"]\npraises = ["best", "easy to"]\n')
    text, target = "The Kestrel is dreadful.", {"Kestrel": ((4, 11),)}
    _, without = reviews()
    corpus, model = reviews(stance_lexicon=str(path))
    assert not any("dreadful" in text for text in corpus.texts)
    j = model.codebook.stance_names.index("pans")
    ours, plain = (m.stance_probabilities([text], [target])[0]["Kestrel"][j] for m in (model, without))
    assert ours > plain
    again = model.with_path("plain").stance_probabilities([text], [target])[0]["Kestrel"][j]
    assert again == pytest.approx(ours, abs=1e-5)


def test_balanced_weights_give_rare_labels_more():
    """With class_weight="balanced" the rarest role is more probable over the training sentences than without."""
    corpus, model = reviews(neighbours=False)
    _, balanced = reviews(class_weight="balanced", neighbours=False)
    shares = np.nan_to_num(corpus.role_shares(model.codebook)).sum(axis=0)
    rarest = int(np.where(shares > 0, shares, np.inf).argmin())
    ours, theirs = (m.probabilities(corpus.texts, corpus.documents).roles[:, rarest].mean() for m in (balanced, model))
    assert ours > theirs


def test_settings_that_mean_nothing_are_refused():
    """class_weight is "balanced" or None; the error says so."""
    with pytest.raises(ValueError, match="class_weight must be 'balanced' or None; got 'even'"):
        stance.Settings(class_weight="even")


def test_documents_that_all_share_a_sentence_are_named_as_the_reason():
    """They count as one for the folds, though they are two."""
    text = "The ministers agreed on Tuesday to open the border bridge again in spring."
    corpus = stance.read_corpus([{"document": d, "text": text, "role": "event", "claims": []} for d in "ab"])
    with pytest.raises(CorpusError, match="rows has 2, which share near-duplicate sentences and so count as one"):
        stance.train(corpus, stance.load_codebook("security"))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"C_claims": -1}, "C_claims must be a number over 0; got -1"),
        ({"C_stance": float("nan")}, "C_stance must be a number over 0; got nan"),
        ({"C_roles": "2"}, "C_roles must be a number over 0; got '2'"),
        ({"unlisted_weight": 2}, "unlisted_weight must be a number from 0 to 1; got 2"),
        ({"neighbours": "no"}, "neighbours must be true or false; got 'no'"),
        ({"n_folds": 1}, "n_folds must be a whole number from 2; got 1"),
        ({"n_folds": 2.5}, r"n_folds must be a whole number from 2; got 2\.5"),
        ({"min_df": 0}, "min_df must be a whole number from 1; got 0"),
        ({"seed": -1}, "seed must be a whole number from 0; got -1"),
        ({"masked_kinds": "state"}, "masked_kinds must be names of kinds of actors; got 'state'"),
        ({"threshold_coders": "one"}, "threshold_coders must be names of coders; got 'one'"),
    ],
)
def test_a_setting_is_checked_when_it_is_made_and_not_when_it_is_used(setting, message):
    """One kind, read letter by letter, would mask nobody; the others would fail deep in scikit-learn."""
    with pytest.raises(ValueError, match=message):
        stance.Settings(**setting)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"settings": {"seed": 1}}, "settings must be a Settings, as .*; got dict"),
        ({"actors": "mine.tsv"}, "actors must be an ActorTable, as .*; got str 'mine.tsv'"),
        ({"name": 3}, "name must be str, got int 3"),
        ({"n_jobs": 0}, "n_jobs must be a number of threads"),
    ],
)
def test_arguments_of_training_are_checked_before_the_work(corpus, argument, message):
    with pytest.raises((TypeError, ValueError), match=message):
        stance.train(corpus, stance.load_codebook("security"), **argument)


@pytest.mark.parametrize("model", [None, 3, "", b"security-en"])
def test_what_names_no_model_is_refused(model):
    """An empty name is not the folder one happens to be in."""
    with pytest.raises(ModelError, match="model must be the name of a bundled model or a folder; got"):
        stance.load(model)


def test_a_wrong_path_is_the_callers_and_no_files_fault():
    with pytest.raises(ValueError, match=r"^path must be 'core', 'plain' or None; got 'gpu'"):
        stance.load("security-en", path="gpu")


def test_a_corpus_and_scores_are_shown_by_their_size(corpus):
    """A notebook shows what a cell gives: a line, and not ten thousand sentences."""
    assert repr(corpus).startswith(f"<corpus {corpus.name!r}: ")
    scores = stance.load("security-en").score_documents(["Russia left. It rained.", ""])
    assert repr(scores) == f"<scores of 2 documents: 2 sentences, {len(scores.pairs)} targets>"


def test_threshold_coders_must_be_coders_of_the_corpus():
    """A name that coded nothing is an error, not a model decided on nothing."""
    with pytest.raises(CorpusError, match=r"threshold_coders must be coders of .*; got 'nobody'"):
        reviews(threshold_coders=("one", "nobody"))


def test_thresholds_follow_the_coders_named_and_probabilities_all():
    """Where one coder of two gives every claim and the other few, the thresholds are those of the one asked for."""
    rows = []
    for i in range(60):
        claimed = i % 3 == 0
        text = f"The kettle number {i} {'leaks from the spout' if claimed else 'stands on the shelf'} today."
        generous = i % 2 == 0
        claims = ["quality"] if claimed or (generous and i % 4 == 0) else []
        coder = "generous" if generous else "strict"
        rows.append({"document": f"d{i}", "sentence": 0, "text": text, "claims": claims, "role": "experience",
                     "voice": "reviewer", "stance": {"Kestrel": "names"}, "coder": coder})  # fmt: skip
    corpus = stance.read_corpus(rows)
    codebook = stance.load_codebook(Path(__file__).parents[1] / "data" / "reviews.toml")
    models = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some labels have no example here
        for coders in ((), ("strict",), ("generous",)):
            models[coders] = stance.train(corpus, codebook, settings=stance.Settings(threshold_coders=coders))
    j = codebook.claim_names.index("quality")
    strict, generous = (models[(name,)].calibration.thresholds[j] for name in ("strict", "generous"))
    assert strict > generous
    for model in models.values():
        np.testing.assert_array_equal(model.calibration.slopes, models[()].calibration.slopes)
