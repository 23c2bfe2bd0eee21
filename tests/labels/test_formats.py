"""Documents as text, JSON lines, CSV and a page: complete, safe, and readable back."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stance
from stance import Claim, Document, Role, Sentence, Stance, Voice
from stance.errors import TextError
from stance.labels.as_csv import COLUMNS
from stance.labels.as_text import printable
from stance.labels.formats import ERRORS, FORMATS, write_documents

TEXT = "NATO must leave,\r\nsaid “Moscow”.\n\nIt will."
SENTENCES = (
    Sentence(
        TEXT[:32], (0, 32), (Claim("demand", 0.91),), Role("prescription", 0.8), Voice("attributed", 0.7, (24, 30)),
        {"NATO": Stance("against", 0.6, ((0, 4),)), "Russia": Stance("neutral", 0.9, ((24, 30),))},
    ),
    Sentence(TEXT[34:], (34, 42), (), Role("expectation", 0.5), Voice("author", 0.9), {"NATO": Stance("favor", 0.4)}),
)  # fmt: skip
DOCUMENT = Document(TEXT, SENTENCES, id="talk.txt", model="tiny")


def written(documents, format, codebook=None):
    """Return what `write_documents` writes to a file, as bytes."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="utf-8", errors=ERRORS, newline="")
    write_documents(documents, file, format, codebook=codebook)
    return raw.getvalue()


def test_text_is_two_lines_a_sentence():
    """A person sees the sentence on one line, and its labels on the next; a target only meant is called so."""
    assert written([DOCUMENT], "text").decode() == (
        "talk.txt  (2 sentences, by tiny)\n"
        "    1  NATO must leave, said “Moscow”.\n"
        "       demand 0.91 · prescription · attributed · NATO against, Russia neutral\n"
        "    2  It will.\n"
        "       no claim · expectation · author · NATO (meant) favor\n"
        "\n"
    )


def test_jsonl_is_a_row_a_line():
    """Each line is one row of `Document.rows`, curly quotes as they are."""
    lines = written([DOCUMENT, DOCUMENT], "jsonl").decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == [*DOCUMENT.rows(), *DOCUMENT.rows()]
    assert lines[-1] == ""
    assert "“" in lines[0]


def test_csv_is_read_back_as_a_corpus(tmp_path):
    """The CSV of labels is a coded corpus: text, claims, role, voice and stance, coded by the model."""
    path = tmp_path / "labels.csv"
    path.write_bytes(written([DOCUMENT], "csv"))
    corpus = stance.read_corpus(path, stance.load_codebook("security"))
    assert corpus.texts == [s.text for s in SENTENCES]
    coding = corpus.sentences[0].codings[0]
    assert (coding.coder, coding.role, coding.voice) == ("tiny", "prescription", "attributed")
    assert coding.claims == {"demand"}
    assert dict(coding.stance) == {"NATO": "against", "Russia": "neutral"}
    assert corpus.sentences[1].codings[0].claims == frozenset()


@given(st.dictionaries(st.text(min_size=1).filter(str.strip), st.sampled_from(["for", "against"]), max_size=3))
def test_any_target_is_read_back_from_csv(targets):
    """Names with ";", "=", quotes or line breaks do not break the cell of stances."""
    from stance.corpus.reading import _stance_cell

    sentence = Sentence("A.", (0, 2), stance={target: Stance(name, 0.5) for target, name in targets.items()})
    file = io.StringIO(newline="")
    write_documents([Document("A.", (sentence,))], file, "csv")
    (row,) = csv.DictReader(io.StringIO(file.getvalue(), newline=""))
    assert tuple(row) == COLUMNS
    assert (_stance_cell(row["stance"]) or {}) == targets


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


@pytest.mark.parametrize("codebook", [None, "security"])
@given(st.text(st.characters(exclude_categories=[]), min_size=1, max_size=80), st.text(min_size=1, max_size=10))
def test_a_page_is_closed_and_escaped_whatever_the_text(codebook, text, name):
    """No text, target, label or file name brings an element, an attribute or a control character into the page."""
    labels = {f'<script>"{name}': Stance(f"<b onclick='{name}'>", 0.5, ((0, 1),))}
    sentence = Sentence(
        text, (0, len(text)), (Claim(f"&{name}<", 1.0),), Role(f'"{name}', 0.5), Voice(f"'>{name}", 0.5, None), labels
    )
    document = Document(text, (sentence,), id=f"</article><img src=x>{name}", model=f"<i>{name}")
    raw = written([document], "html", codebook and stance.load_codebook(codebook))
    page = _Elements()
    page.feed(raw.decode("utf-8"))
    page.close()
    assert page.open == []
    assert not page.tags & {"script", "img", "link", "iframe", "a"}
    assert not any(attribute.startswith("on") or attribute in ("src", "href") for attribute in page.attributes)
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", raw)


def test_a_page_shows_the_labels_and_the_legend():
    """The page has the text, its chips, what each claim means, and nothing that would be fetched."""
    page = written([DOCUMENT], "html", stance.load_codebook("security")).decode()
    assert '<u class="against" title="NATO: against">NATO</u>' in page
    assert '“<u class="source" title="source"><u class="neither" title="Russia: neutral">Moscow</u></u>”' in page
    assert "demand<small>0.91</small>" in page
    assert "An actor is called on" in page  # the definition of demand
    assert page.count('class="s gap"') == 1  # the empty line between the paragraphs
    assert "http:" not in page.replace("http-equiv", "")
    assert "https:" not in page
    assert "url(" not in page


@pytest.mark.parametrize("format", FORMATS)
def test_lone_surrogates_and_nul_are_written(format):
    """Whatever a text holds, every format can be written in UTF-8."""
    text = "A\ud800\x00\x1b[31m \u202eB."
    raw = written([Document(text, (Sentence(text, (0, len(text))),))], format)
    assert b"ud800" in raw
    raw.decode("utf-8")
    if format == "jsonl":
        assert json.loads(raw)["text"] == text
    if format in ("text", "html"):
        assert b"\x1b" not in raw
        assert b"\x00" not in raw


@given(st.text(st.characters(exclude_categories=[])))
def test_printable_text_has_nothing_a_terminal_obeys(text):
    """No control character, no line break, no turned writing is left; ordinary text is left alone."""
    shown = printable(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]", shown)
    assert printable(shown) == shown


def test_printable_text_keeps_other_scripts_and_emoji():
    """Joiners that emoji, Persian and Hindi need stay; soft hyphens and byte order marks go."""
    for text in ("👩‍🚀 می‌خواهم क्‍ष", "Olszański “so-called” — 中国"):
        assert printable(text) == text
    assert printable("\ufeffco\u00adoperation\u00a0now") == "cooperation now"


@pytest.mark.parametrize("format", FORMATS)
def test_documents_are_written_as_they_come(format):
    """Each document is in the file before the next one is asked for."""
    file, sizes = io.StringIO(), []

    def documents():
        for _ in range(3):
            sizes.append(len(file.getvalue()))
            yield DOCUMENT

    write_documents(documents(), file, format)
    assert sizes[0] < sizes[1] < sizes[2] < len(file.getvalue())


def test_an_unknown_format_is_named():
    """The error says which formats there are."""
    with pytest.raises(TextError, match="one of text, jsonl, csv, html; got 'xml'"):
        write_documents([], io.StringIO(), "xml")


def test_no_document_gives_an_empty_table_and_an_empty_page():
    """A CSV of nothing has its header, a page of nothing is closed."""
    assert written([], "csv").decode().strip() == ",".join(COLUMNS)
    assert written([], "html").decode().rstrip().endswith("</html>")
    assert written([Document("", (), id="empty.txt")], "text") == b"empty.txt  (no sentences)\n\n"
