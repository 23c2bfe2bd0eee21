"""Codebooks: what a file must hold, errors with file and line, and a codebook of another domain all the way."""

import copy
import tomllib
import warnings
from pathlib import Path

import pytest

import stance
from stance.codebook import Codebook, load_codebook
from stance.errors import CodebookError, CorpusError

DATA = Path(__file__).parent / "data"
REVIEWS = (DATA / "reviews.toml").read_text(encoding="utf-8")

CITIES = ["Lima", "Oslo", "Bonn", "Pune", "Kobe", "Graz"]

GOOD = """\
format = 1
name = "weather"
version = "1"

[[claims]]
name = "warming"
definition = "It grows warmer."
examples = ["It is hot.", "It was hotter."]
counter_examples = ["It is cold.", "It is Monday."]

[[roles]]
name = "report"
definition = "Says what was."

[[roles]]
name = "forecast"
definition = "Says what will be."
"""


def write(tmp_path, text):
    path = tmp_path / "weather.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("format = 1", "format = 2", 1, "format must be 1; got 2"),
        ("format = 1\n", "", 1, "format must be 1; got None"),
        ('name = "weather"', 'name = "fine/weather"', 2, "name must be letters.*got 'fine/weather'"),
        ('name = "weather"', "name = 3", 2, "name must be a non-empty string; got 3"),
        ('version = "1"', 'version = ""', 3, "version must be a non-empty string; got ''"),
        ('version = "1"', 'version = "1"\ntitle = 7', 4, "title must be a string; got 7"),
        ('version = "1"', 'version = "1"\nlabels = []', 4, "unknown key 'labels'"),
        ('version = "1"', 'version = "1"\nrulings = [""]', 4, "rulings must be a list of non-empty strings"),
        ('name = "warming"', 'name = "warming; cooling"', 6, "name must be letters.*got 'warming; cooling'"),
        ('name = "warming"', 'name = "NA"', 6, "name must be letters.*not NA; got 'NA'"),
        ('name = "warming"', 'name = "warming "', 6, "name must be letters.*got 'warming '"),
        ('name = "warming"\n', "", 5, "name must be .*got None"),
        ('definition = "It grows warmer."\n', "", 5, "warming: definition must be a non-empty string; got None"),
        ('definition = "It grows warmer."', 'definition = " "', 7, "warming: definition must be a non-empty string"),
        ('definition = "It grows warmer."', 'definition = "x"\ncolour = "red"', 8, "unknown key 'colour'"),
        ('definition = "It grows warmer."', 'definition = "x"\nfamily = "heat"', 8, "family must be one of .*'heat'"),
        ('definition = "It grows warmer."', 'definition = "x"\nfamily = 4', 8, "family must be the name of .*got 4"),
        ('["It is hot.", "It was hotter."]', '["It is hot."]', 8, "examples must hold at least two sentences; got 1"),
        ('["It is cold.", "It is Monday."]', "[]", 9, "counter_examples must hold at least two sentences; got 0"),
        ('["It is cold.", "It is Monday."]', "[1, 2]", 9, "counter_examples must be a list of non-empty strings"),
        ('name = "forecast"', 'name = "report"', 16, "roles has the name 'report' twice"),
        ('definition = "Says what will be."', 'definition = "x"\nneutral = true', 18, "unknown key 'neutral'"),
    ],
)  # fmt: skip
def test_every_rule_is_enforced_with_file_and_line(tmp_path, old, new, line, message):
    """One change to a good file; the error names the file, the line that broke the rule, and the value."""
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(CodebookError, match=message) as caught:
        load_codebook(path)
    assert f"{path}:{line}: " in str(caught.value)


STANCES = '\n[[stances]]\nname = "for"\ndefinition = "x"\nneutral = true\n'


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('\n[[voices]]\nname = "own"\ndefinition = "x"\n', "voices must be left out or be two"),
        (STANCES, "stances must be left out or have at least 2 labels; got 1"),
        (STANCES + STANCES.replace('"for"', '"against"'), "at most one stance may be neutral"),
        (STANCES.replace("true", '"yes"'), "for: neutral must be true or false; got 'yes'"),
        ("\n[voices]\nown = 1\n", r"voices must be a list of tables, each begun by \[\[voices\]\]"),
    ],
)
def test_layers_must_be_whole(tmp_path, more, message):
    """A layer is left out, or has the labels it needs."""
    path = write(tmp_path, GOOD + more)
    with pytest.raises(CodebookError, match=message):
        load_codebook(path)


def test_a_codebook_without_claims_roles_and_stances_is_refused(tmp_path):
    """There must be something to code."""
    with pytest.raises(CodebookError, match="at least one of claims, roles or stances"):
        load_codebook(write(tmp_path, 'format = 1\nname = "empty"\nversion = "1"\n'))


def test_all_faults_are_reported_at_once_up_to_twenty(tmp_path):
    """Thirty claims without definition: twenty lines, and how many more."""
    claim = '\n[[claims]]\nname = "claim{}"\nexamples = ["a", "b"]\ncounter_examples = ["a", "b"]\n'
    text = 'format = 1\nname = "many"\nversion = "1"\n' + "".join(claim.format(i) for i in range(30))
    with pytest.raises(CodebookError) as caught:
        load_codebook(write(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "... and 10 more"


@pytest.mark.parametrize("name", ["weather", "no/such/file.toml"])
def test_a_codebook_that_is_not_there_is_one_clear_error(name):
    """A name that is not bundled names those that are; a path is named."""
    with pytest.raises(ValueError, match=r"bundled name \(.*security.*got 'weather'|no/such/file\.toml: no such file"):
        load_codebook(name)


def test_what_is_not_toml_is_refused_with_its_line(tmp_path):
    """The parser's own line and column."""
    with pytest.raises(CodebookError, match=r"weather\.toml: not TOML: .*line 2"):
        load_codebook(write(tmp_path, "format = 1\nname = \n"))


@pytest.mark.parametrize("source", ["security", DATA / "reviews.toml"])
def test_a_codebook_as_plain_data_builds_an_equal_one(source):
    """What a saved model holds is the codebook, whole."""
    codebook = load_codebook(source)
    assert load_codebook(codebook.to_dict()) == codebook
    assert isinstance(codebook, Codebook)


def test_the_bundled_codebook_has_what_the_documentation_says():
    """18 claims in families with two examples and two counter-examples each, 6 roles, 2 voices, 3 stances."""
    codebook = load_codebook("security")
    assert [len(getattr(codebook, x)) for x in ("claims", "roles", "voices", "stances")] == [18, 6, 2, 3]
    assert codebook.neutral_stance == "neutral"
    assert codebook.voice_names == ("author", "attributed")
    for claim in codebook.claims:
        assert claim.family in {family.name for family in codebook.families}
        assert len(claim.examples) >= 2
        assert len(claim.counter_examples) >= 2
        assert claim.counts
        assert claim.does_not_count
    sentences = [s for claim in codebook.claims for s in (*claim.examples, *claim.counter_examples)]
    assert len(set(sentences)) == len(sentences)


ACTORS = DATA / "reviews-actors.tsv"


def test_a_codebook_of_another_domain_trains_saves_loads_and_labels(tmp_path):
    """Reviews of kettles: other claims, roles, voices and stances, with actors of their own."""
    codebook = load_codebook(DATA / "reviews.toml")
    corpus = stance.read_corpus(DATA / "reviews.jsonl", codebook)
    model = stance.train(corpus, codebook, name="kettles", actors=stance.load_actors(ACTORS))
    model.save(tmp_path / "kettles")
    loaded = stance.load(tmp_path / "kettles")
    text = "The Kestrel leaks. It is overpriced, and the Orsa is easy to fill."
    document = loaded.label(text, targets=["Halden"])
    assert document == model.label(text, targets=["Halden"])
    first, second = document.sentences
    assert first.claims[0].name == "quality"
    assert {claim.name for claim in second.claims} <= set(codebook.claim_names)
    assert first.stance["Kestrel"].spans == ((4, 11),)
    assert set(second.stance) >= {"Orsa", "Halden"}
    for sentence in document.sentences:
        assert sentence.role.name in codebook.role_names
        assert sentence.voice.name in codebook.voice_names
        assert {s.name for s in sentence.stance.values()} <= set(codebook.stance_names)


@pytest.mark.parametrize(
    "layers",
    [("claims",), ("claims", "stances"), ("roles",), ("roles", "voices"), ("stances",)],
    ids="+".join,
)
def test_layers_may_be_left_out(tmp_path, layers):
    """A codebook with some layers only trains, saves, loads and labels; the absent layers are empty."""
    data = copy.deepcopy(tomllib.loads(REVIEWS))
    for layer in {"claims", "roles", "voices", "stances"} - set(layers):
        del data[layer]
    codebook = load_codebook(data)
    corpus = without(stance.read_corpus(DATA / "reviews.jsonl"), layers)
    model = stance.train(corpus, codebook, actors=stance.load_actors(ACTORS))
    model.save(tmp_path / "part")
    document = stance.load(tmp_path / "part").label("The Kestrel leaks, my sister says.")
    (sentence,) = document.sentences
    assert bool(sentence.role) == ("roles" in layers)
    assert bool(sentence.voice) == ("voices" in layers)
    assert bool(sentence.stance) == ("stances" in layers)
    assert "claims" in layers or sentence.claims == ()
    report = stance.evaluate(model, corpus, n_resamples=10)
    assert {name.split(".")[0] for name in report.figures} <= {
        {"voices": "voice", "stances": "stance"}.get(layer, layer) for layer in layers
    } | {"baseline", "targets", "found_stance"}
    assert report.to_text()
    assert stance.Report.from_json(report.to_json()) == report


def without(corpus, layers):
    """Return the corpus with only these layers coded."""
    keys = {"claims": "claims", "roles": "role", "voices": "voice", "stances": "stance"}
    from stance.corpus.reading import corpus_rows, read_corpus_rows

    rows = []
    for number, row in enumerate(corpus_rows(corpus)):
        absent = {key: None for layer, key in keys.items() if layer not in layers}
        rows.append((f"row {number}", row | absent))
    return read_corpus_rows(rows, name="part")


def test_a_corpus_with_a_layer_the_codebook_has_not_is_refused():
    """The error says that the layer must be left out."""
    data = tomllib.loads(REVIEWS)
    del data["roles"]
    with pytest.raises(CorpusError, match="role must be left out, as the codebook has no such layer; got 'experience'"):
        stance.read_corpus(DATA / "reviews.jsonl", load_codebook(data))


def test_a_label_without_a_positive_example_is_warned_of_and_never_given():
    """Training goes on without it."""
    codebook = load_codebook(DATA / "reviews.toml")
    corpus = stance.read_corpus(DATA / "reviews.jsonl", codebook)
    kept = corpus.select([not any("price" in c.claims for c in s.codings) for s in corpus])
    with pytest.warns(UserWarning, match="no sentence is coded price"):
        model = stance.train(kept, codebook, actors=stance.load_actors(ACTORS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = model.label("It is overpriced, far too expensive, and no bargain at all.")
    assert "price" not in {claim.name for s in document.sentences for claim in s.claims}


def test_a_faulty_name_is_told_once_and_hides_no_other_fault(tmp_path):
    path = write(tmp_path, GOOD.replace('"warming"', '"a=b"').replace('definition = "It grows warmer."\n', ""))
    with pytest.raises(CodebookError) as error:
        load_codebook(path)
    first, second = str(error.value).split("\n")
    assert "name must be letters" in first
    assert "claims[0]: definition must be a non-empty string" in second


def test_a_folder_of_the_same_name_does_not_hide_a_bundled_codebook(tmp_path, monkeypatch):
    (tmp_path / "security").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_codebook("security").name == "security"


def test_labels_are_named_in_any_language_all_the_way(tmp_path):
    """Names as coders of other languages write them are trained on, saved, loaded, labelled and read again."""
    names = {"warming": "Erwärmung", "report": "天气预报", "forecast": "मौसम का पूर्वानुमान"}
    text = GOOD
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    book = load_codebook(write(tmp_path, text))
    rows = [
        ("document,text,claims,role"),
        *(f"hot {city},Hot in {city}.,Erwärmung,天气预报" for city in CITIES),
        *(f"rain {city},Rain for {city}.,,मौसम का पूर्वानुमान" for city in CITIES),
    ]
    (tmp_path / "coded.csv").write_text("\n".join(rows), encoding="utf-8")
    corpus = stance.read_corpus(tmp_path / "coded.csv", book)
    stance.train(corpus, book).save(tmp_path / "model")
    sentence = stance.load(tmp_path / "model").label("Hot in Lima.").sentences[0]
    assert [claim.name for claim in sentence.claims] == ["Erwärmung"]
    assert sentence.role.name == "天气预报"
    assert stance.evaluate(stance.load(tmp_path / "model"), corpus).to_text().count("Erwärmung") > 0


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "format = " + "9" * 5000], ids=["deep", "digits"])
def test_toml_that_no_reader_takes_is_a_fault_of_the_file(tmp_path, text):
    with pytest.raises(CodebookError, match=r"weather\.toml: not TOML"):
        load_codebook(write(tmp_path, text))
