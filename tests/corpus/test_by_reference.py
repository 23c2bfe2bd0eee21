"""Labels by reference: put together with copies of the sources, hashes checked, and what is missing named."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.codebook import load_codebook
from stance.corpus import load_sources, materialize, read_corpus, sentence_hash, to_references
from stance.corpus.by_reference import reference_rows
from stance.errors import CorpusError

SOURCES = """\
[speeches]
title = "Speeches"
licence = "CC0"
files = ["texts/speeches.jsonl.gz"]

[papers]
files = ["*/papers-*.csv"]
id = "#"
text = "body"
prepare = "fold"

[pages]
files = ["pages/*.md"]
prepare = "markdown"
"""
SPEECH = "Mr. President, thank you.\n\nWe urge Japan to  stop.  It must, we say."
PAPER = "Talks   went on. A &amp; B signed. That sows chaos."
PAGE = "# Title\n\nThe *new* base [threatens](https://example.org) peace.\n"


@pytest.fixture
def copies(tmp_path):
    """A user's folder with a copy of every source."""
    folder = tmp_path / "copies"
    for name in ("texts", "en", "pages"):
        (folder / name).mkdir(parents=True)
    row = json.dumps({"id": "un/1", "text": SPEECH})
    (folder / "texts" / "speeches.jsonl.gz").write_bytes(gzip.compress(row.encode()))
    (folder / "en" / "papers-2020.csv").write_text(f'body\nNothing here.\n"{PAPER}"\n', encoding="utf-8")
    (folder / "pages" / "one.md").write_text(PAGE, encoding="utf-8")
    return folder


def pointer(source, document, text, sentence, number=0, **labels):
    start = text.index(sentence)
    place = {"source": source, "document": document, "sentence": number, "start": start, "end": start + len(sentence)}
    return place | {"text": sentence, "coder": "ana"} | labels


ROWS = [
    pointer("speeches", "un/1", SPEECH, "Mr. President, thank you.", claims=[]),
    pointer("speeches", "un/1", SPEECH, "We urge Japan to  stop.", 1, claims=["demand"], stance={"Japan": "against"}),
    pointer("papers", "papers-2020.csv#1", "Talks went on. A & B signed. That sows chaos.", "A & B signed.", 1),
    pointer("papers", "papers-2020.csv#1", "Talks went on. A & B signed. That sows chaos.", "That sows chaos.", 2,
            claims=["destabilizing"], sample="random"),
    pointer("pages", "one.md", "The new base threatens peace.", "The new base threatens peace."),
]  # fmt: skip


@pytest.fixture
def references(tmp_path):
    """The coded rows without their text, with the sources beside them."""
    path = tmp_path / "labels" / "coded.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in to_references(ROWS)), encoding="utf-8")
    (path.parent / "sources.toml").write_text(SOURCES, encoding="utf-8")
    return path


def test_rows_by_reference_hold_no_text(references):
    """Neither under its name nor anywhere else."""
    content = references.read_text(encoding="utf-8")
    assert "urge" not in content
    assert all("hash" in json.loads(line) for line in content.splitlines())


def test_labels_and_copies_make_the_coded_corpus_again(references, copies):
    """Every reader, every preparation; white space of the sentence is folded, labels and sample are kept."""
    found = materialize(references, [copies])
    assert found.summary() == "5 of 5 coded rows put together with their text"
    corpus = found.corpus
    corpus.check(load_codebook("security"))
    assert corpus.texts == [" ".join(row["text"].split()) for row in ROWS]
    assert corpus.sentences[1].codings[0].claims == {"demand"}
    assert corpus.sentences[1].codings[0].stance == {"Japan": "against"}
    assert corpus.sentences[3].sample == "random"
    assert [s.source for s in corpus] == [row["source"] for row in ROWS]


def test_a_missing_source_is_named_with_the_rows_that_need_it(references, copies):
    """The rest is put together."""
    (copies / "pages" / "one.md").unlink()
    found = materialize(references, [copies])
    assert found.missing_sources == {"pages": 1}
    assert "4 of 5 coded rows" in found.summary()
    assert "missing source pages: 1 rows need it" in found.summary()


def test_a_missing_document_is_named(references, copies):
    """The source is there, the document is not."""
    (copies / "texts" / "speeches.jsonl.gz").write_bytes(gzip.compress(b'{"id": "un/2", "text": "Else."}'))
    found = materialize(references, [copies])
    assert found.missing_documents == {"speeches": ["un/1"]}
    assert "missing documents of speeches, whole or in part: 1 (un/1)" in found.summary()
    assert len(found.corpus) == 3


def test_a_changed_text_is_left_out_and_its_row_named(references, copies):
    """One word differs: the hash does not fit, and the neighbour's still does."""
    path = copies / "en" / "papers-2020.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("sows", "sees"), encoding="utf-8")
    found = materialize(references, [copies])
    assert found.mismatched == [f"{references}:4"]
    assert f"1 rows whose text has another hash, first {references}:4" in found.summary()
    assert len(found.corpus) == 4


def test_a_sentence_that_moved_is_found_by_its_hash(references, copies):
    """A copy with another beginning counts characters differently; the sentence is the same."""
    path = copies / "en" / "papers-2020.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Talks", "By our staff. Talks"), encoding="utf-8")
    found = materialize(references, [copies])
    assert found.mismatched == []
    assert len(found.corpus) == 5


def test_nothing_at_hand_is_no_corpus_and_no_error(references, tmp_path):
    """Everything is named as missing."""
    (tmp_path / "empty").mkdir()
    found = materialize(references, [tmp_path / "empty"])
    assert found.corpus is None
    assert found.missing_sources == {"speeches": 2, "papers": 2, "pages": 1}


def test_several_folders_are_searched_and_a_source_may_lie_in_a_folder_of_its_name(references, copies, tmp_path):
    """`FOLDER/<name>` is looked into as well."""
    other = tmp_path / "other" / "pages"
    other.mkdir(parents=True)
    (copies / "pages").rename(other / "pages")
    assert "4 of 5" in materialize(references, [copies]).summary()
    assert "5 of 5" in materialize(references, [copies, tmp_path / "other"]).summary()


def test_quotations_serve_where_only_those_are_at_hand(references, copies):
    """JSONL rows with document, sentence and text: one sentence comes back, the rest is missing."""
    (copies / "texts" / "speeches.jsonl.gz").unlink()
    quoted = {"source": "speeches", "document": "un/1", "sentence": 1, "text": "We urge Japan to stop."}
    (copies / "speeches.jsonl").write_text(json.dumps(quoted), encoding="utf-8")
    found = materialize(references, [copies])
    assert "4 of 5" in found.summary()
    assert found.mismatched == []
    assert found.missing_documents == {"speeches": ["un/1"]}


def test_a_row_of_another_source_is_no_quotation_of_this_one(references, copies):
    """Files that several sources share are told apart by `source`."""
    (copies / "texts" / "speeches.jsonl.gz").unlink()
    quoted = {"source": "papers", "document": "un/1", "sentence": 1, "text": "We urge Japan to stop."}
    (copies / "speeches.jsonl").write_text(json.dumps(quoted), encoding="utf-8")
    assert materialize(references, [copies]).missing_documents == {"speeches": ["un/1"]}


def test_a_materialized_corpus_is_written_and_read_like_any_other(references, copies, tmp_path):
    """From labels without text to a file `stance.train` takes."""
    from stance.corpus import write_corpus

    corpus = materialize([references], [copies]).corpus
    write_corpus(corpus, tmp_path / "whole.jsonl")
    assert read_corpus(tmp_path / "whole.jsonl").digest == corpus.digest


GOOD = {"source": "speeches", "document": "un/1", "start": 0, "end": 5, "hash": "0" * 16}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hash": None}, "a row must have source, document, start, end, hash; hash is missing"),
        ({"start": 5}, "start and end must be whole numbers, 0 <= start < end; got 5, 5"),
        ({"start": -1}, "0 <= start < end; got -1, 5"),
        ({"end": "9"}, "0 <= start < end; got 0, '9'"),
        ({"text": "We urge"}, "a row by reference holds no text; got 'We urge'"),
        ({"document": ["un/1"]}, r"document must be a string; got \['un/1'\]"),
        ({"hash": 7}, "hash must be a string; got 7"),
    ],
)
def test_a_pointer_that_breaks_a_rule_is_named_by_file_and_line(tmp_path, change, message):
    """Before any source is looked for."""
    path = tmp_path / "coded.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | change) + "\n")
    with pytest.raises(CorpusError, match=message) as caught:
        reference_rows(path)
    assert f"{path}:2: " in str(caught.value)


def test_a_row_of_an_unknown_source_is_refused_with_the_known_ones(references, copies):
    """The place, the names that are known, and the one given."""
    references.write_text(json.dumps(GOOD | {"source": "letters"}))
    with pytest.raises(
        CorpusError, match=r"coded\.jsonl:1: source must be one of speeches, papers, pages; got 'letters'"
    ):
        materialize(references, [copies])


def test_a_folder_that_is_none_is_refused(references, tmp_path):
    """The path is in the error."""
    with pytest.raises(CorpusError, match=r"must be a folder; got .*nowhere"):
        materialize(references, [tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("speeches = 1", "speeches must be a table; got 1"),
        ('[a]\nfiles = "x"\ncolour = 1', r"\[a\] has the unknown key 'colour'"),
        ('[a]\nfiles = "x"\nprepare = "boil"', r"\[a\] prepare must be one of none, fold, markdown; got 'boil'"),
        ("[a]\ntitle = 'x'", r"\[a\] files must hold at least one file pattern"),
        ("[a", "not TOML"),
    ],
)
def test_a_table_of_sources_that_breaks_a_rule_is_refused(tmp_path, text, message):
    """With the file, the table and the key."""
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(CorpusError, match=message):
        load_sources(tmp_path / "sources.toml")


@given(st.text(), st.text(" \t\n\u00a0", min_size=1))
def test_the_hash_of_a_sentence_does_not_depend_on_white_space_around_or_between_words(text, space):
    """Line breaks and indents of a copy do not matter."""
    assert sentence_hash(space.join(text.split())) == sentence_hash(f"  {text}\n") or not text.split()


def test_the_hash_is_the_first_half_of_sha256():
    """So that another program can check it: sha256("We urge Japan to stop.")."""
    import hashlib

    whole = hashlib.sha256(b"We urge Japan to stop.").hexdigest()
    assert sentence_hash("We urge  Japan to stop.\n") == whole[:16]
