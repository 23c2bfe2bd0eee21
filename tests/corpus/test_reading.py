"""Reading and writing corpora: three formats that hold the same, and errors with place and value."""

import csv
import gzip
import json
import math

import numpy as np
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.codebook import load_codebook
from stance.corpus import ADJUDICATED, CodedSentence, Coding, Corpus, corpus_rows, read_corpus, write_corpus
from stance.errors import CorpusError, TextError
from stance.labels.records import Claim, Document, Role, Sentence, Stance, Voice

CODEBOOK = load_codebook("security")

plain_text = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=30)
texts = plain_text.filter(str.strip)
names = plain_text.filter(lambda t: t.strip() == t and t != "NA")
codings = st.builds(
    Coding,
    coder=st.sampled_from(["ana", "ben", "cy"]),
    claims=st.none() | st.frozensets(st.sampled_from(CODEBOOK.claim_names), max_size=3),
    role=st.none() | st.sampled_from(CODEBOOK.role_names),
    voice=st.none() | st.sampled_from(CODEBOOK.voice_names),
    stance=st.none() | st.dictionaries(names, st.sampled_from(CODEBOOK.stance_names), max_size=3),
)
sentences = st.builds(
    CodedSentence,
    document=names,
    sentence=st.integers(0, 9),
    text=texts,
    codings=st.lists(codings, min_size=1, max_size=3, unique_by=lambda c: c.coder).map(tuple),
    passage=st.none() | st.integers(0, 3).map(str),
    kind=st.none() | st.just("op-ed"),
    speaker=st.none() | names,
    sample=st.none() | st.just("random"),
)
corpora = st.lists(sentences, min_size=1, max_size=6, unique_by=lambda s: s.key).map(
    lambda listed: Corpus("some", tuple(listed))
)
many = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def keyed(corpus):
    """Return the sentences by key: reading puts the sentences of a document into order."""
    return {s.key: s for s in corpus}


@many
@given(corpora)
@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_what_is_written_is_read_back_equal(tmp_path, ending, corpus):
    """Texts of any script, quotes, line breaks and commas; uncoded layers stay uncoded, empty ones empty."""
    path = tmp_path / f"some{ending}"
    write_corpus(corpus, path)
    again = read_corpus(path, CODEBOOK)
    assert keyed(again) == keyed(corpus)
    assert again.name == "some"


@many
@given(corpora)
def test_a_dataframe_of_the_rows_is_read_as_the_same_corpus(corpus):
    """Missing values of pandas are absent ones, and numbers that became floats are whole again."""
    frame = pandas.DataFrame(list(corpus_rows(corpus)))
    assert keyed(read_corpus(frame, CODEBOOK)) == keyed(corpus)


@many
@given(corpora)
def test_the_digest_depends_on_what_is_coded_and_not_on_the_file(tmp_path, corpus):
    """JSONL and CSV of one corpus have one digest."""
    for ending in (".jsonl", ".csv"):
        write_corpus(corpus, tmp_path / f"some{ending}")
    digests = {read_corpus(tmp_path / f"some{ending}").digest for ending in (".jsonl", ".csv")}
    assert len(digests) == 1


def test_a_lone_surrogate_is_kept_in_jsonl_and_refused_in_csv(tmp_path):
    """UTF-8 has no bytes for it: JSON escapes it, CSV cannot."""
    corpus = Corpus("some", (CodedSentence("d", 0, "broken \ud83d emoji, naïve", (Coding("ana"),)),))
    write_corpus(corpus, tmp_path / "some.jsonl")
    assert read_corpus(tmp_path / "some.jsonl") == corpus
    with pytest.raises(CorpusError, match=r"lone surrogates, write the corpus as \.jsonl; got"):
        write_corpus(corpus, tmp_path / "some.csv")
    assert not (tmp_path / "some.csv").exists()


def test_a_corpus_is_written_in_no_other_format(tmp_path):
    """The path is in the error."""
    corpus = Corpus("some", (CodedSentence("d", 0, "One.", (Coding("ana"),)),))
    with pytest.raises(CorpusError, match=r"written as .jsonl or .csv; got .*some\.xlsx"):
        write_corpus(corpus, tmp_path / "some.xlsx")


def jsonl(tmp_path, *rows, name="corpus.jsonl"):
    path = tmp_path / name
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return path


GOOD = {"document": "a", "text": "One."}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "One."}, "document must be a non-empty string; got None"),
        ({"document": "", "text": "One."}, "document must be a non-empty string; got ''"),
        ({"document": True, "text": "One."}, "document must be a non-empty string; got True"),
        ({"document": "a"}, "text must be a non-empty string; got None"),
        ({"document": "a", "text": " \t"}, "text must be a non-empty string"),
        ({"document": "a", "text": 5}, "text must be a non-empty string; got 5"),
        (GOOD | {"sentence": -1}, "sentence must be a whole number from 0; got -1"),
        (GOOD | {"sentence": 1.5}, "sentence must be a whole number from 0; got 1.5"),
        (GOOD | {"sentence": "two"}, "sentence must be a whole number from 0; got 'two'"),
        (GOOD | {"sentence": True}, "sentence must be a whole number from 0; got True"),
        (GOOD | {"claims": {"demand": 1}}, "claims must be a list of names; got {'demand': 1}"),
        (GOOD | {"claims": [3]}, r"claims must be a list of names; got \[3\]"),
        (GOOD | {"claims": ["sarcasm"]}, "claims must be one of destabilizing, .*; got 'sarcasm'"),
        (GOOD | {"claims": ["provocaton"]}, "got 'provocaton': did you mean 'provocation'"),
        (GOOD | {"role": "opinion"}, "role must be one of event, background, .*; got 'opinion'"),
        (GOOD | {"role": ["event"]}, r"role must be one name; got \['event'\]"),
        (GOOD | {"voice": "mine"}, "voice must be one of author, attributed; got 'mine'"),
        (GOOD | {"stance": {"Japan": "hostile"}}, "stance toward 'Japan' must be one of .*; got 'hostile'"),
        (GOOD | {"stance": ["Japan"]}, r"stance must map targets to stances; got \['Japan'\]"),
        (GOOD | {"stance": "Japan"}, "stance must be written 'target=stance; target=stance'; got 'Japan'"),
        ([1, 2], r"a row must be a JSON object; got \[1, 2\]"),
        ("{broken", "must be one JSON object"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named_by_file_line_and_value(tmp_path, row, message):
    """The first line is good, the second is not."""
    path = jsonl(tmp_path, GOOD | {"document": "z"}, row)
    with pytest.raises(CorpusError, match=message) as caught:
        read_corpus(path, CODEBOOK)
    assert f"{path}:2: " in str(caught.value)


def test_the_first_twenty_faults_are_reported_at_once(tmp_path):
    """Thirty unknown roles: twenty lines, and how many more."""
    path = jsonl(tmp_path, *[GOOD | {"role": f"role{i}"} for i in range(30)])
    with pytest.raises(CorpusError) as caught:
        read_corpus(path, CODEBOOK)
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[19].startswith(f"{path}:20: ")
    assert lines[20] == "... and 10 more"


def test_the_same_sentence_twice_by_one_coder_is_refused(tmp_path):
    """The second line is named, with the key and the coder."""
    row = GOOD | {"sentence": 0, "coder": "ana"}
    twice = r"jsonl:2: sentence 0 of document 'a' is there twice by the coder 'ana', first in .*jsonl:1$"
    with pytest.raises(CorpusError, match=twice):
        read_corpus(jsonl(tmp_path, row, row))


def test_two_texts_for_one_sentence_are_refused(tmp_path):
    """Both texts are shown, and where the first one stands."""
    rows = [GOOD | {"sentence": 0, "coder": c, "text": t} for c, t in (("ana", "One."), ("ben", "Two."))]
    with pytest.raises(CorpusError, match=r"must have one text; .*corpus\.jsonl:1 has 'One\.', here 'Two\.'"):
        read_corpus(jsonl(tmp_path, *rows))


def test_several_coders_of_one_sentence_are_kept_with_their_disagreement(tmp_path):
    """Shares say what part of the coders gave a label."""
    codes = [("ana", ["demand"], "event"), ("ben", ["demand", "warning"], "event"), ("cy", [], "background")]
    rows = [GOOD | {"sentence": 0, "coder": c, "claims": cl, "role": r} for c, cl, r in codes]
    corpus = read_corpus(jsonl(tmp_path, *rows), CODEBOOK)
    (sentence,) = corpus
    assert [c.coder for c in sentence.codings] == ["ana", "ben", "cy"]
    shares = dict(zip(CODEBOOK.claim_names, corpus.claim_shares(CODEBOOK)[0], strict=True))
    assert shares["demand"] == pytest.approx(2 / 3)
    assert shares["warning"] == pytest.approx(1 / 3)
    assert shares["proxy"] == 0
    assert corpus.role_shares(CODEBOOK)[0][:2] == pytest.approx([2 / 3, 1 / 3])
    assert np.isnan(corpus.voice_shares(CODEBOOK)).all()


def test_stance_shares_are_over_the_coders_who_listed_the_target(tmp_path):
    """One of three did not list Iran."""
    stances = [{"Japan": "against", "Iran": "favor"}, {"Japan": "neutral", "Iran": "favor"}, {"Japan": "against"}]
    rows = [GOOD | {"sentence": 0, "coder": str(i), "stance": s} for i, s in enumerate(stances)]
    (shares,) = read_corpus(jsonl(tmp_path, *rows)).stance_shares(CODEBOOK)
    order = CODEBOOK.stance_names
    assert shares["Japan"][order.index("against")] == pytest.approx(2 / 3)
    assert shares["Iran"][order.index("favor")] == 1


def test_an_adjudicated_coding_is_final_on_the_layers_it_codes(tmp_path):
    """It stands alone where it has claims and stances, even none; its missing role leaves the roles to the coders."""
    rows = [
        {"coder": "ana", "claims": ["demand"], "role": "event", "stance": {"Japan": "against", "Iran": "favor"}},
        {"coder": ADJUDICATED, "claims": ["warning"], "stance": {"Japan": "neutral"}},
        {"coder": "ben", "claims": ["demand"], "role": "background", "stance": {"Japan": "against"}},
    ]
    other = [{"coder": "ana", "claims": ["demand"]}, {"coder": ADJUDICATED, "claims": []}]
    rows = [GOOD | {"sentence": 0} | row for row in rows] + [GOOD | {"sentence": 1} | row for row in other]
    corpus = read_corpus(jsonl(tmp_path, *rows), CODEBOOK)
    shares = corpus.claim_shares(CODEBOOK)
    assert shares[0].tolist() == [float(name == "warning") for name in CODEBOOK.claim_names]
    assert not shares[1].any()
    assert corpus.role_shares(CODEBOOK)[0][:2] == pytest.approx([0.5, 0.5])
    stances, none = corpus.stance_shares(CODEBOOK)
    assert list(stances) == ["Japan"]
    assert stances["Japan"][CODEBOOK.stance_names.index("neutral")] == 1
    assert none == {}
    assert [c.coder for c in corpus.sentences[0].independent] == ["ana", "ben"]


def test_the_json_lines_of_labelled_documents_are_a_corpus(tmp_path):
    """Claims come with probabilities there; the labels are those of the document."""
    text = "NATO must go."
    labels = (Claim("demand", 0.9), Claim("warning", 0.4)), Role("prescription", 0.8), Voice("attributed", 0.7, (0, 4))
    labelled = Sentence(text, (0, 13), *labels, {"NATO": Stance("against", 0.6, ((0, 4),))})
    rows = Document(text, (labelled,), id="a").rows()
    (sentence,) = read_corpus(jsonl(tmp_path, *rows), CODEBOOK)
    (coding,) = sentence.codings
    assert coding.claims == {"demand", "warning"}
    assert (coding.role, coding.voice, dict(coding.stance)) == ("prescription", "attributed", {"NATO": "against"})
    with pytest.raises(CorpusError, match="claims must be a list of names"):
        read_corpus(jsonl(tmp_path, GOOD | {"claims": {"demand": "yes"}}))


@pytest.mark.parametrize(
    ("cell", "claims"),
    [("NA", None), ("", frozenset()), ("demand", {"demand"}), ("demand; warning", {"demand", "warning"}),
     ('["demand"]', {"demand"})],
)  # fmt: skip
def test_a_csv_cell_of_claims_is_na_or_a_list(tmp_path, cell, claims):
    """NA is not coded, empty is coded and none."""
    path = tmp_path / "corpus.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["document", "text", "claims"], ["a", "One.", cell]])
    (sentence,) = read_corpus(path, CODEBOOK)
    assert sentence.codings[0].claims == claims


@pytest.mark.parametrize(
    ("cell", "stance"),
    [("NA", None), ("", {}), ("Japan=against; NATO=neutral", {"Japan": "against", "NATO": "neutral"}),
     ('{"a=b": "favor"}', {"a=b": "favor"})],
)  # fmt: skip
def test_a_csv_cell_of_stances_is_na_or_pairs(tmp_path, cell, stance):
    """Pairs by hand, or JSON."""
    path = tmp_path / "corpus.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["document", "text", "stance"], ["a", "One.", cell]])
    (sentence,) = read_corpus(path, CODEBOOK)
    assert sentence.codings[0].stance == stance


def test_a_csv_without_its_columns_or_with_too_many_cells_is_refused(tmp_path):
    """The header that was found is shown; the row is named."""
    path = tmp_path / "corpus.csv"
    path.write_text("id,body\na,One.\n")
    with pytest.raises(CorpusError, match=r"corpus\.csv:1: the header must have the columns document and text; got"):
        read_corpus(path)
    path.write_text("document,text\na,One.,stray\n")
    with pytest.raises(CorpusError, match=r"corpus\.csv:2: a row must have 2 cells; got more"):
        read_corpus(path)


def test_a_missing_column_is_not_coded_and_sentences_are_counted():
    """A frame of two columns is a corpus; NaN is absent."""
    frame = pandas.DataFrame(
        {"document": ["a", "a", "b"], "text": ["One.", "Two.", "Three."], "role": ["event", math.nan, None]}
    )
    corpus = read_corpus(frame, CODEBOOK)
    assert [s.sentence for s in corpus] == [0, 1, 0]
    assert [s.codings[0].role for s in corpus] == ["event", None, None]
    assert [s.codings[0].claims for s in corpus] == [None] * 3
    assert corpus.name == "DataFrame"


def test_faults_of_a_frame_are_named_by_its_row_label():
    """Whatever the index is."""
    frame = pandas.DataFrame({"document": ["a", "a"], "text": ["One.", None]}, index=["first", "second"])
    with pytest.raises(CorpusError, match="row second: text must be a non-empty string"):
        read_corpus(frame)


ROWS = [
    {"document": "a", "text": "One.", "claims": ["demand"], "role": "event", "stance": {"Japan": "against"}},
    {"document": "b", "text": "Two.", "claims": [], "role": None, "stance": {"NATO": "favor"}},
]


@pytest.mark.parametrize("kind", ["rows", "pandas", "polars", "pyarrow", "parquet"])
def test_the_same_rows_are_the_same_corpus_whatever_table_holds_them(kind):
    """Lists that became arrays, as in Parquet, and structs that have every key in every row."""
    table = ROWS
    if kind == "pandas":
        table = pandas.DataFrame(ROWS)
    elif kind == "parquet":
        table = pandas.DataFrame(ROWS).assign(claims=[np.array(["demand"], object), np.array([], object)])
    elif kind != "rows":
        library = pytest.importorskip(kind)
        table = library.DataFrame(ROWS) if kind == "polars" else library.Table.from_pylist(ROWS)
    corpus = read_corpus(table, CODEBOOK)
    assert [s.text for s in corpus] == ["One.", "Two."]
    first, second = (s.codings[0] for s in corpus)
    assert (first.claims, first.role, first.stance) == ({"demand"}, "event", {"Japan": "against"})
    assert (second.claims, second.role, second.stance) == (set(), None, {"NATO": "favor"})


def test_a_frame_without_the_columns_says_which_it_has():
    frame = pandas.DataFrame({"id": [1], "text": ["One."]})
    with pytest.raises(CorpusError, match="must have the columns document and text; document is not among id, text"):
        read_corpus(frame)


@pytest.mark.parametrize("source", [None, 3, {"document": "a", "text": "One."}])
def test_what_is_no_table_says_what_a_corpus_is(source):
    with pytest.raises(TypeError, match=f"a corpus must be the name of a .jsonl .*; got {type(source).__name__}"):
        read_corpus(source)


def test_the_cell_NA_is_not_coded_in_every_layer(tmp_path):
    """As R writes what is missing."""
    path = tmp_path / "corpus.csv"
    path.write_text("document,text,claims,role,voice,stance\na,One.,NA,NA,NA,NA\n")
    coding = read_corpus(path, CODEBOOK).sentences[0].codings[0]
    assert (coding.claims, coding.role, coding.voice, coding.stance) == (None, None, None, None)


def test_compressed_jsonl_is_read_and_what_is_not_gzip_is_refused(tmp_path):
    """By its ending."""
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(GOOD).encode()))
    assert read_corpus(path).texts == ["One."]
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(CorpusError, match="must be gzip"):
        read_corpus(path)


def test_a_quote_that_is_never_closed_is_an_error_and_swallows_no_rows(tmp_path):
    path = tmp_path / "corpus.csv"
    path.write_text('document,text\na,One.\nb,"Two.\nc,Three.\n')
    with pytest.raises(CorpusError, match=r"corpus\.csv:3: must be CSV, with each quote closed"):
        read_corpus(path)


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    path = tmp_path / "corpus.csv"
    path.write_text("document,text,text\na,One.,Two.\n")
    with pytest.raises(CorpusError, match=r"corpus\.csv:1: a column must be there once; got 'text' twice"):
        read_corpus(path)


def test_sentence_numbers_may_be_written_as_pandas_writes_a_column_with_gaps(tmp_path):
    path = tmp_path / "corpus.csv"
    path.write_text("document,sentence,text\na,4.0,One.\na,,Two.\na,7,Three.\n")
    assert [s.sentence for s in read_corpus(path)] == [4, 5, 7]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.txt", b"x", "must be a .jsonl, .jsonl.gz or .csv file, or a DataFrame; got "),
        ("corpus.jsonl", b"", r"/corpus\.jsonl: a corpus must hold at least one sentence; got none"),
        ("corpus.csv", b"document;text\nd;Hello.\n", r"got \['document;text'\]; cells must be parted by commas"),
        ("corpus.csv", b"document,words\nd,Hello.\n", r"must have the columns .*; got \['document', 'words'\]$"),
        ("corpus.jsonl", b"\n\n", "a corpus must hold at least one sentence; got none"),
        ("corpus.jsonl", b'{"document": "a", "text": "caf\xe9"}', "UTF-8"),
    ],
)
def test_a_file_that_is_no_corpus_is_one_clear_error(tmp_path, name, content, message):
    """Wrong kind, empty, another encoding."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises((CorpusError, TextError), match=message):
        read_corpus(tmp_path / name)


def test_a_corpus_file_that_is_missing_or_a_folder_is_named(tmp_path):
    """With what it is."""
    with pytest.raises(TextError, match=r"none\.jsonl: no such file"):
        read_corpus(tmp_path / "none.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(TextError, match=r"folder\.jsonl: is a directory"):
        read_corpus(tmp_path / "folder.jsonl")


def test_neighbours_are_sentences_whose_numbers_follow_each_other(tmp_path):
    """A gap, another passage and another document each begin a new run; order in the file does not matter."""
    places = [("a", 1, 2), ("a", 1, 0), ("a", 1, 1), ("a", 1, 4), ("a", 2, 5), ("b", 2, 6)]
    rows = [{"document": d, "passage": p, "sentence": s, "text": f"{d}{p}{s}"} for d, p, s in places]
    corpus = read_corpus(jsonl(tmp_path, *rows))
    assert corpus.texts == ["a10", "a11", "a12", "a14", "a25", "b26"]
    assert corpus.runs.tolist() == [0, 0, 0, 1, 2, 3]


def test_corpora_are_joined_unless_they_share_a_sentence(tmp_path):
    """The shared key is named."""
    one, two = (read_corpus(jsonl(tmp_path, GOOD | {"document": d}, name=f"{d}.jsonl")) for d in "ab")
    assert (one + two).documents == ["a", "b"]
    with pytest.raises(CorpusError, match="must share no sentence; both have sentence 0 of document"):
        one + one


def test_a_part_of_a_corpus_needs_one_answer_a_sentence(tmp_path):
    """Both lengths are shown."""
    corpus = read_corpus(jsonl(tmp_path, GOOD))
    with pytest.raises(CorpusError, match=r"one value a sentence \(1\); got 2"):
        corpus.select([True, False])
