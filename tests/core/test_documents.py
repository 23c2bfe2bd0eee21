"""Models label on the core what they label on NLTK and scikit-learn: spans, actors, targets, sources, all labels."""

import copy
import dataclasses
import gc
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance import core
from stance.actors import carried, load_actors, sources

if not core.available():
    pytest.skip(f"no compiled core: {core.why_not()}", allow_module_level=True)

from stance.features.lexicon import lexicon_features
from stance.features.masking import masked
from stance.features.ngrams import sentence_features, target_features
from stance.features.target_view import target_view
from stance.labels.records import FrozenDict
from stance.labels.sentences import build_documents
from stance.model import Model, Settings
from stance.model.parameters import Calibration, Provenance
from stance.model.scorer import linear_scorer
from stance.text import looks_english

WRITTEN = Path(__file__).parents[2] / "corpora" / "security" / "written.jsonl"
TABLE = load_actors()
FORMS = [form.text for form in TABLE.all_forms()]
FREQUENT = ["China", "the United States", "Japan", "Russia", "Beijing", "Tokyo", "NATO", "ASEAN", "Türkiye", "U.S."]
CARRIED = sorted(
    {
        word
        for name, words in vars(carried).items()
        if name.isupper() and isinstance(words, frozenset)
        for entry in words
        for word in ([entry] if isinstance(entry, str) else entry)
    }
)
REPORTING = sorted({w for name, words in vars(sources).items() if isinstance(words, frozenset) for w in words})
MARKS = [". ", ". ", ".", "! ", "? ", ", ", ",” ", "“", "” ", '"', " — ", "-", "’s ", ": ", "; ", "\n", "\n\n", "\r\n",
         "\u2029", " ", " ", " ", "\u00a0", "(", ") ", "[", "] "]  # fmt: skip
ODD = [
    "\ud800", "\udfff", "\x00", "\u0301", "\u00ad", "\u200b", "ı", "İ", "\u212a", "ß", "ſ", "中文", "안보",
    "\U0001f600", "\U00010400", "\U0010ffff", "ﬁ", "½", "Ⅳ", "é", "É", "ʼ", "१२", "x_y", "xtarget", "xactor",
    "the", "The", "THE", "“the",
]  # fmt: skip
PHRASES = [
    "both sides", "the two countries", "each other", "the regime", "our country", "my government", "the president",
    "the president of", "our world", "according to", "in the words of", "analysts say that", "said", "he claims “",
    "has repeatedly warned that", "a spokesperson, who", "they", "It", "But it", "welcomes", "we must", "of us",
    "bilateral", "Mr. Smith", "Gen.", "No. 5",
]  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> str:
    """One document: names, words of the rules, marks, and anything."""
    piece = st.one_of(
        st.sampled_from(FREQUENT),
        st.sampled_from(FREQUENT),
        st.sampled_from(FORMS),
        st.sampled_from(CARRIED),
        st.sampled_from(REPORTING),
        st.sampled_from(PHRASES),
        st.sampled_from(PHRASES),
        st.sampled_from(WORDS),
        st.sampled_from(WORDS).map(str.capitalize),
        st.sampled_from(ODD),
        st.text(st.characters(), max_size=3),
    )
    found = draw(st.lists(st.tuples(piece, st.sampled_from(MARKS)), max_size=30))
    return "".join(a + b for a, b in found) * draw(st.sampled_from([1, 1, 1, 3]))


def make_model(seed: int, **changes) -> Model:
    """Return a model whose weights are random, so that many labels are near their thresholds; nothing is trained."""
    codebook = dataclasses.replace(stance.load_codebook("security"), **changes.pop("layers", {}))
    settings_, random = Settings(), np.random.default_rng(seed)
    masked_kinds = changes.pop("masked_kinds", settings_.masked_kinds)
    blind = changes.pop("blind_targets", True)
    texts = SENTENCES[:300]
    n_claims, n_roles, n_voices, n_stances = (
        len(getattr(codebook, k)) for k in ("claims", "roles", "voices", "stances")
    )
    lexicon = lexicon_features({"a": ["threat*", "both sides", "must"], "b": ["said", "peace"]}, texts)
    n = n_claims + n_roles + n_voices

    def scorer(features, texts, names):
        n_columns = features.fit_transform(texts).shape[1]
        weights = random.normal(0, 2, (len(names), n_columns)) * (random.random((len(names), n_columns)) < 0.5)
        return linear_scorer(features, weights, random.normal(0, 0.5, len(names)), names)

    names = [f"output {i}" for i in range(n)]
    hidden = [masked(s, TABLE, masked_kinds) for s in texts]
    views = [target_view(s, [(0, 3)], [(5, 8)] if len(s) > 8 else []) for s in texts] + ["xmeant xl xr xtarget xother"]
    calibration = Calibration(
        slopes=random.normal(1, 0.5, n_claims),
        offsets=random.normal(-0.5, 0.5, n_claims),
        thresholds=random.uniform(0.1, 0.6, n_claims),
        role_coef=random.normal(0, 0.7, (n_roles, 3 * n_roles + 2)),
        role_intercept=random.normal(0, 0.3, n_roles),
        voice_coef=random.normal(0, 0.7, (n_voices, 3 * n_voices + 2)),
        voice_intercept=random.normal(0, 0.3, n_voices),
        voice_threshold=0.3,
        stance_bias=random.uniform(0.5, 2, n_stances),
    )
    return Model(
        "random", codebook,
        scorer(sentence_features(min_df=1, lexicon=lexicon), hidden, names) if n else None,
        scorer(target_features(min_df=1), views, list(codebook.stance_names)) if n_stances else None,
        calibration, Provenance(), blind_targets=blind, masked_kinds=masked_kinds,
    )  # fmt: skip


SENTENCES = list(stance.read_corpus(WRITTEN).texts)
WORDS = sorted({word for sentence in SENTENCES[:200] for word in sentence.split()})
MODEL = make_model(1)
PLAIN = MODEL.with_path("plain")


def assert_alike(given, expected):
    """Hold scores of the core to those of the plain path: every label and place equal, probabilities to 1e-5."""
    for field in dataclasses.fields(expected):
        found, wanted = getattr(given, field.name), getattr(expected, field.name)
        if field.name == "targets":
            assert found == wanted
            continue
        assert found.shape == wanted.shape, field.name
        assert found.dtype == wanted.dtype, field.name
        if wanted.dtype.kind == "f":
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5, err_msg=field.name)
        else:
            np.testing.assert_array_equal(found, wanted, err_msg=field.name)


def assert_same_bits(given, expected):
    for field in dataclasses.fields(expected):
        found, wanted = getattr(given, field.name), getattr(expected, field.name)
        assert found == wanted if field.name == "targets" else found.tobytes() == wanted.tobytes(), field.name


@settings(max_examples=150, deadline=None)
@given(st.lists(documents(), max_size=4))
def test_the_core_labels_as_the_plain_path_does(texts):
    """Any texts: spans, claims, roles, voices, sources, targets, mentions and stances."""
    assert_alike(MODEL.score_documents(texts), PLAIN.score_documents(texts))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.one_of(documents(), st.text(st.characters())), max_size=5), max_size=3))
def test_ready_sentences_are_labelled_alike(texts):
    """Lists of sentences, which may be empty, hold line breaks or be only white space."""
    assert_alike(MODEL.score_documents(texts), PLAIN.score_documents(texts))


@settings(max_examples=40, deadline=None)
@given(documents(), st.lists(st.one_of(st.sampled_from(FORMS), st.text(min_size=1).filter(str.strip)), max_size=4))
def test_targets_that_were_asked_for_are_judged_alike(text, targets):
    """Names the table knows, names it does not, and the same one twice."""
    assert_alike(MODEL.score_documents([text], targets), PLAIN.score_documents([text], targets))


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": {"roles": (), "voices": ()}},
        {"layers": {"stances": ()}},
        {"layers": {"roles": (), "stances": ()}, "masked_kinds": ()},
        {"layers": {"voices": ()}, "masked_kinds": ("group",)},
    ],
    ids=["claims and stances", "no stances", "claims and voices, nothing masked", "no voices"],
)
def test_layers_may_be_missing(changes):
    """Codebooks without roles, voices or stances, and models that mask other actors or none."""
    model = make_model(2, **changes)
    plain = model.with_path("plain")
    texts = [
        "",
        " ".join(SENTENCES[:30]),
        "They said: “NATO must go.” According to Japan, both sides agree. It welcomes that.",
    ]
    assert_alike(model.score_documents(texts), plain.score_documents(texts))
    assert_alike(model.score_documents([SENTENCES[:9]]), plain.score_documents([SENTENCES[:9]]))
    assert names_of(model.label(texts[1])) == names_of(plain.label(texts[1]))


def test_a_model_that_knows_its_targets_by_name_labels_alike():
    """Words are read under the target's name too, which may be written in any script."""
    model = make_model(3, blind_targets=False)
    texts = [
        " ".join(SENTENCES[:20]),
        "Türkiye welcomes İstanbul’s 安保 talks. They said so.",
        "Japan “and” China \U0001f600",
    ]
    targets = ["МИД", "İ", "-", "Beijing", "\ud800"]
    assert_alike(model.score_documents(texts, targets), model.with_path("plain").score_documents(texts, targets))


@settings(max_examples=60, deadline=None)
@given(st.lists(documents(), min_size=1, max_size=6))
def test_batches_and_threads_give_the_same_bits(texts):
    """Each text alone, all together, and together with much else on several threads."""
    together = MODEL.score_documents(texts, ["Peru"])
    assert_same_bits(MODEL.score_documents(texts, ["Peru"], n_jobs=3), together)
    much = [" ".join(SENTENCES[:400])] * 3
    among = MODEL.score_documents([*much, *texts], ["Peru"], n_jobs=3)
    first, first_pair = among.offsets[3], np.searchsorted(among.pairs[:, 0], among.offsets[3])
    for name in (
        "spans",
        "claims",
        "claim_probabilities",
        "roles",
        "role_probabilities",
        "voice",
        "voice_probabilities",
    ):
        assert getattr(among, name)[first:].tobytes() == getattr(together, name).tobytes()
    assert among.stance_probabilities[first_pair:].tobytes() == together.stance_probabilities.tobytes()
    for i, text in enumerate(texts):
        alone = MODEL.score_documents([text], ["Peru"])
        rows = slice(together.offsets[i], together.offsets[i + 1])
        assert alone.claim_probabilities.tobytes() == together.claim_probabilities[rows].tobytes()
        assert alone.role_probabilities.tobytes() == together.role_probabilities[rows].tobytes()
        pairs = (together.pairs[:, 0] >= rows.start) & (together.pairs[:, 0] < rows.stop)
        assert alone.stance_probabilities.tobytes() == together.stance_probabilities[pairs].tobytes()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(documents(), st.sampled_from("aab")), max_size=8))
def test_probabilities_of_sentences_are_alike(rows):
    """With and without ids of documents; neighbours count within one only."""
    sentences, ids = [text for text, _ in rows], [document for _, document in rows]
    for given_ids in (None, ids):
        found, wanted = MODEL.probabilities(sentences, given_ids), PLAIN.probabilities(sentences, given_ids)
        for name in ("claims", "roles", "voice"):
            np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=0, atol=1e-5)


def names_of(document):
    """Every label of a document and where it stands, without probabilities."""
    return [
        (s.text, s.span, [c.name for c in s.claims], s.role and s.role.name,
         s.voice and (s.voice.name, s.voice.source_span),
         [(target, label.name, label.spans) for target, label in s.stance.items()])
        for s in document.sentences
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(documents(), st.lists(documents(), max_size=3)), max_size=4))
def test_records_hold_the_same_labels(texts):
    """Documents with their ids, claims strongest first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(MODEL.label_documents(texts, ["Peru"], n_jobs=2))
        wanted = list(PLAIN.label_documents(texts, ["Peru"]))
    assert [d.id for d in found] == [str(i) for i in range(len(texts))]
    for a, b in zip(found, wanted, strict=True):
        assert (a.text, names_of(a)) == (b.text, names_of(b))
        assert all(a.text[s.span[0] : s.span[1]] == s.text for s in a.sentences)


@settings(max_examples=100, deadline=None)
@given(st.lists(documents(), max_size=4), st.sampled_from([(), ("Peru", "Narnia")]))
def test_records_of_the_core_are_those_made_of_the_arrays(texts, targets):
    """The same objects to the last bit: equal, of the same classes, frozen, copied and pickled alike."""
    ids = [None, *map(str, range(1, len(texts)))][: len(texts)]
    found, foreign = MODEL._documents().label(texts, ids, None, targets, model=MODEL.name)
    scores = MODEL._documents().run(texts, None, targets)
    wanted = build_documents(MODEL.codebook, scores, texts, ids, MODEL.name)
    assert (found, foreign) == (wanted, [])
    assert repr(found) == repr(wanted)
    assert hash(tuple(found)) == hash(tuple(wanted))
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == wanted
    gc.collect()
    for document in found:
        assert list(document.rows()) == list(dataclasses.replace(document).rows())
        for sentence in document.sentences:
            assert type(sentence.stance) is FrozenDict
            with pytest.raises(dataclasses.FrozenInstanceError):
                sentence.role = None


@settings(max_examples=300, deadline=None)
@given(st.one_of(documents(), st.text(st.characters()), st.lists(st.sampled_from(
    ["the", "of", "We", "ma\u212ae", "İs", "мир", "de", "la", "x1", "_", "9", "\u0663", "\u00bd", "Ⅳ", "\u0301"]
)).map(" ".join)))  # fmt: skip
def test_another_language_is_noticed_alike(text):
    """The warning of the core is that of looks_english."""
    _, foreign = MODEL._documents().label([text], [None], foreign=True)
    assert foreign == [not looks_english(text)]


@pytest.mark.parametrize(
    "text",
    ["China " * 3_000, "said " * 3_000, "“Japan,” said the U.S. " * 400, "a" * 30_000, "1." * 9_000,
     "peace and " * 5_000,
     "\ud800" * 5_000, "China’s “Japan” – " * 600, "They said so. " * 800, "our " * 6_000],
    ids=["names", "verbs", "quotations", "one word", "numbers", "long sentence", "surrogates", "curly", "meant", "our"],
)  # fmt: skip
def test_long_and_repeated_texts_are_labelled_alike(text):
    """Sentences too long for float32's bound, and repeats of what the rules look for."""
    assert_alike(MODEL.score_documents([text, [text]]), PLAIN.score_documents([text, [text]]))


def test_arrow_strings_are_read_where_they_are():
    """ASCII, Latin-1, two and four bytes a character, chunks and slices."""
    arrow = pytest.importorskip("pyarrow")
    texts = [
        "",
        "China said. Japan agreed.",
        "Türkiye, él.",
        "“Japan” – Москва said so.",
        "\U0001f600 Both sides welcome it.",
    ]
    wanted = MODEL.score_documents(texts, ["Peru"])
    assert_same_bits(MODEL.score_documents(arrow.array(texts), ["Peru"]), wanted)
    chunked = arrow.chunked_array([texts[:2], texts[2:]], arrow.large_string())
    assert_same_bits(MODEL.score_documents(chunked, ["Peru"], n_jobs=2), wanted)
    assert_same_bits(MODEL.score_documents(arrow.array(["x", *texts])[1:], ["Peru"]), wanted)
    with pytest.raises(TypeError, match=r"texts\[1\] must be str; got None"):
        MODEL.score_documents(arrow.array(["x", None]))


def test_what_is_no_text_is_refused_on_both_paths():
    """With its place."""
    for model in (MODEL, PLAIN):
        with pytest.raises(TypeError, match=r"texts\[1\] must be str, got None"):
            model.score_documents(["x", None])
        with pytest.raises(TypeError, match=r"text\[0\] must be str, got int 3"):
            model.label([3])
        with pytest.raises(TypeError, match="texts must be several texts"):
            model.score_documents("x")
        assert len(model.score_documents([])) == 0


def test_documents_say_which_sentences_are_theirs():
    """The document of each sentence, also where one has none."""
    found = MODEL.score_documents(["One. Two is here.", "", "Three."])
    assert found.documents.tolist() == [0] * (found.offsets[1] - found.offsets[0]) + [2]
    assert len(found) == 3


def test_a_model_is_pickled_without_its_compiled_parts():
    """Workers put them together again."""
    model = pickle.loads(pickle.dumps(MODEL))
    text = " ".join(SENTENCES[:10])
    assert_same_bits(model.score_documents([text]), MODEL.score_documents([text]))
    assert PLAIN.path == "plain"
    assert pickle.loads(pickle.dumps(PLAIN)).path == "plain"


def test_a_saved_model_is_loaded_on_either_path(tmp_path):
    """By name of the path; the core is the default."""
    MODEL.save(tmp_path / "random")
    text = " ".join(SENTENCES[:10])
    plain = stance.load(tmp_path / "random", path="plain")
    assert (plain.path, stance.load(tmp_path / "random").path) == ("plain", "core")
    assert_alike(stance.load(tmp_path / "random", path="core").score_documents([text]), plain.score_documents([text]))


def test_spans_outside_their_text_are_refused():
    """Nothing outside a text is ever read."""
    run = MODEL._documents().run
    for spans in ([[0, 9]], [[-1, 2]], [[2, 1]], [[sys.maxsize - 1, sys.maxsize]]):
        with pytest.raises(ValueError, match="spans must lie in their text"):
            run(["12345678"], [np.array(spans, np.int64)])
    with pytest.raises(ValueError, match="spans must have the shape"):
        run(["12345678"], [np.zeros((1, 3), np.int64)])
    with pytest.raises(ValueError, match="spans must be given for each text"):
        run(["1", "2"], [None])
