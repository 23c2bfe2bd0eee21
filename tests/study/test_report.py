"""Reports: text, JSON, signature, plots; frozen, and honest about what is undefined."""

import dataclasses
import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.codebook import load_codebook
from stance.corpus.reading import read_corpus_rows
from stance.errors import TextError
from stance.study import Figure, Report
from stance.study.baseline import KeywordBaseline
from stance.study.evaluation import report_on

numbers = st.none() | st.floats(-2, 2)
names = st.from_regex(r"[a-z_]{1,8}(\.[a-z_]{1,8}){0,2}", fullmatch=True)
reports = st.builds(
    Report,
    model=st.text(max_size=8),
    trained_on=st.text(max_size=8),
    corpus=st.text(max_size=8),
    digest=st.text("0123456789abcdef", max_size=16),
    n_sentences=st.integers(0, 10**6),
    n_documents=st.integers(0, 1000),
    n_resamples=st.integers(0, 1000),
    seed=st.integers(-5, 5),
    version=st.just("0.1.0"),
    note=st.text(max_size=8),
    labels=st.just({"claims": ("a",), "roles": (), "voices": (), "stances": ()}),
    figures=st.dictionaries(names, st.builds(Figure, numbers, numbers, numbers, st.integers(0, 99)), max_size=5),
)


@given(reports)
def test_json_gives_back_an_equal_report(report):
    """Whatever the figures, also undefined ones."""
    assert Report.from_json(report.to_json()) == report


def test_a_real_report_with_curves_and_confusion_survives_json(report):
    """All of it, and the table it prints."""
    again = Report.from_json(report.to_json(indent=1))
    assert again == report
    assert again.to_text() == report.to_text()
    assert again.curves
    assert again.reliability
    assert again.confusion


def test_a_report_is_frozen(report):
    """Neither its fields nor its figures can be changed."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.model = "better"
    with pytest.raises(TypeError):
        report.figures["claims.micro_f1"] = Figure(1.0, 1.0, 1.0, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(format="else"), "format"),
        (lambda data: data.update(format_version=2), "version 1"),
        (lambda data: data.pop("figures"), "figures"),
        (lambda data: data.update(figures={"a": [0.5, 0.4]}), "field"),
        (lambda data: data.update(figures={"a": ["high", 0, 1, 2]}), "'high'"),
        (lambda data: data.update(seed="one"), "seed must be of type int"),
    ],
)
def test_json_that_is_no_report_is_refused(report, change, message):
    """One error that says what is wrong."""
    data = json.loads(report.to_json())
    change(data)
    with pytest.raises(TextError, match=message):
        Report.from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", None])
def test_what_is_not_even_json_of_an_object_is_refused(text):
    """Never another exception than TextError."""
    with pytest.raises(TextError):
        Report.from_json(text)


def test_the_signature_names_all_that_reproduces_the_figures(report, corpus):
    """Model, its corpus, this corpus, sizes, resamples, seed, version; in one line."""
    signature = report.signature
    assert signature.startswith("model:kettles|")
    for part in (f"reviews@{corpus.digest[:12]}", "n:60/8", "resamples:200", "seed:0", "stance:0."):
        assert part in signature
    assert "\n" not in signature


def test_print_shows_every_figure_with_interval_and_n_and_ends_with_the_signature(report, codebook):
    """The table is for reading; the signature for whoever makes it again."""
    text = str(report)
    assert text == report.to_text()
    row = next(line for line in text.splitlines() if line.startswith("role accuracy"))
    assert re.fullmatch(
        r"role accuracy +[01]\.\d{3} \[[01]\.\d\d, [01]\.\d\d\] +60 +0\.\d{3} \[0\.\d\d, [01]\.\d\d\] +60", row
    )
    for name in (*codebook.claim_names, *codebook.role_names, *codebook.stance_names):
        assert re.search(rf"^{name} ", text, re.MULTILINE)
    assert text.splitlines()[-1] == report.signature


def test_figures_without_an_interval_say_so():
    """One document: the table tells why there are no brackets."""
    corpus = read_corpus_rows([("row 0", {"document": "d", "text": "This sows chaos.", "claims": []})], name="one")
    codebook = load_codebook("security")
    predictions = KeywordBaseline.from_codebook(codebook).predict(corpus, codebook)
    text = report_on(predictions, corpus, codebook, name="keywords").to_text()
    assert "they need two documents" in text
    assert "[" not in text.split("\n", 2)[2].split("model:")[0]


def test_a_figure_prints_as_value_and_interval_or_as_a_dash():
    """Undefined is a dash and no number."""
    assert str(Figure(0.5, 0.25, 0.75, 8)) == "0.500 [0.25, 0.75]"
    assert str(Figure(0.5, None, None, 8)) == "0.500"
    assert str(Figure(None, None, None, 0)) == "–"


def test_plots_are_three_png_files(report, tmp_path):
    """Precision-recall, reliability, confusion of roles."""
    pytest.importorskip("matplotlib")
    written = report.plots(tmp_path / "new" / "folder")
    assert [path.name for path in written] == ["precision-recall.png", "reliability.png", "roles.png"]
    for path in written:
        assert path.read_bytes().startswith(b"\x89PNG")


def test_a_plot_without_data_is_left_out(report, tmp_path):
    """No roles, no confusion of roles."""
    pytest.importorskip("matplotlib")
    bare = dataclasses.replace(report, confusion=(), curves={}, reliability={})
    assert bare.plots(tmp_path) == []


def test_without_matplotlib_the_error_says_what_to_install(tmp_path):
    """In a fresh process in which it cannot be imported."""
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from stance.study import Report\n"
        "report = Report('m', '', 'c', '', 0, 0, 0, 0, '0', '', {}, {})\n"
        f"report.plots({str(tmp_path)!r})"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert run.returncode != 0
    assert 'ImportError: plots need matplotlib: pip install "stance[plots]"' in run.stderr


def test_curves_and_bins_hold_what_they_say(report):
    """Recall rises, precision is a share, bins count all judged sentences and their probabilities rise."""
    for curve in report.curves.values():
        assert list(curve.recall) == sorted(curve.recall)
        assert curve.recall[-1] == 1
        assert all(0 <= p <= 1 for p in curve.precision)
        assert len(curve.recall) == len(curve.precision) <= 101
    for bins in report.reliability.values():
        assert sum(b.share.n for b in bins) == report.n_sentences
        assert [b.probability for b in bins] == sorted(b.probability for b in bins)
