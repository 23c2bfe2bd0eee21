"""What the door lets in, and what it says to the rest."""

import codecs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import TextError
from stance.text import check_text, looks_english, read_text


@given(st.text(st.characters(codec=None)))
def test_any_str_is_text(value):
    """A str passes as the same object, whatever it holds."""
    assert check_text(value) is value


@pytest.mark.parametrize("value", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_bytes_are_refused_with_the_repair(value):
    """Bytes raise TextError, which shows them and says to decode."""
    with pytest.raises(TextError, match=r"texts\[3\] must be str, got \w+ b'abc'.*decode"):
        check_text(value, "texts[3]")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "None"), (float("nan"), "NaN"), (np.float64("nan"), "NaN"), (3, "int 3"), (["a"], r"list \['a'\]")],
)
def test_what_can_never_be_text_is_a_type_error_that_shows_it(value, shown):
    """None, NaN, numbers and lists raise TypeError naming the argument and the value."""
    with pytest.raises(TypeError, match=f"text must be str, got {shown}"):
        check_text(value)


def test_a_long_wrong_value_is_shown_cut():
    """An error does not repeat a megabyte."""
    with pytest.raises(TypeError) as caught:
        check_text(list(range(100_000)))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "encoded",
    [
        "Füße “x”\r\n".encode(),
        codecs.BOM_UTF8 + "Füße “x”\r\n".encode(),
        codecs.BOM_UTF16_LE + "Füße “x”\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Füße “x”\r\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "Füße “x”\r\n".encode("utf-32-le"),
        codecs.BOM_UTF32_BE + "Füße “x”\r\n".encode("utf-32-be"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"],
)
def test_text_is_read_in_utf8_or_by_its_mark(tmp_path, encoded):
    """The byte order mark chooses the encoding and is dropped; line ends stay."""
    path = tmp_path / "a.txt"
    path.write_bytes(encoded)
    assert read_text(path) == read_text(str(path)) == "Füße “x”\r\n"


def test_an_empty_file_is_an_empty_text(tmp_path):
    """No bytes, no characters, no error."""
    (tmp_path / "a").write_bytes(b"")
    assert read_text(tmp_path / "a") == ""


def test_a_stray_nul_is_text(tmp_path):
    """One NUL in a page does not make a binary."""
    (tmp_path / "a").write_bytes(b"x" * 500 + b"\0" + b"y" * 500)
    assert "\0" in read_text(tmp_path / "a")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "byte 7 is NUL"),
        ("plain".encode("utf-16-le"), "byte 1 is NUL"),
        (b"caf\xe9 au lait", r"byte 3 \(0xe9\) is not UTF-8"),
        (codecs.BOM_UTF8 + b"ab\xff", r"byte 5 \(0xff\) is not UTF-8"),
        (codecs.BOM_UTF16_LE + b"a\0b", r"byte 4 \(0x62\) is not UTF-16"),
        (b"\xed\xa0\x80", r"byte 0 \(0xed\) is not UTF-8"),
    ],
    ids=["binary", "utf-16 without mark", "latin-1", "after a mark", "cut utf-16", "surrogate"],
)
def test_what_is_not_text_is_refused_with_the_file_and_the_byte(tmp_path, raw, message):
    """A binary or another encoding raises TextError that says where, and what must hold."""
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    with pytest.raises(TextError, match=f"a.txt: {message}.*UTF-8"):
        read_text(path)


def test_a_missing_file_and_a_directory_are_named(tmp_path):
    """Neither is a traceback of the operating system."""
    with pytest.raises(TextError, match=r"nowhere\.txt: no such file"):
        read_text(tmp_path / "nowhere.txt")
    with pytest.raises(TextError, match="a file must be named; got an empty name"):
        read_text("")
    with pytest.raises(TextError, match="is a directory"):
        read_text(tmp_path)
    with pytest.raises(TextError, match="cannot be read"):
        read_text("a\0b")


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_one_clear_error(tmp_path_factory, raw):
    """Reading never fails in another way than by TextError."""
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(raw)
    said = ""
    try:
        said = read_text(path)
    except TextError as problem:
        said = str(problem)[-200:] if "any.txt" in str(problem) else None
    assert isinstance(said, str)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ceasefire talks stall",
        "The ministers agreed that the ceasefire should hold, and that both sides would meet again in May.",
        "Storm batters the coast as rescue teams search for survivors in the flooded towns of the delta",
        "“We will not be intimidated,” he said. It was the third such warning from Manila this year.",
    ],
)
def test_english_looks_english(text):
    """Prose, a headline and too few words to tell pass."""
    assert looks_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Les ministres ont convenu que le cessez-le-feu devait tenir et que les deux parties se reverraient en mai.",
        "Die Minister waren sich einig, dass die Waffenruhe halten soll und beide Seiten sich wieder treffen.",
        "Los ministros acordaron que el alto el fuego debe mantenerse y que ambas partes se verán de nuevo en mayo.",
        "Sang-ayon ang mga ministro na dapat manatili ang tigil-putukan at muling magkikita ang dalawang panig.",
        "Министры согласились, что прекращение огня должно соблюдаться и что стороны встретятся снова.",
        "部长们一致认为停火应当继续，双方将在五月再次会面，并就撤军问题展开谈判，直到达成协议为止，绝不放弃和平努力。",
    ],
)
def test_other_languages_do_not(text):
    """French, German, Spanish, Filipino, Russian and Chinese are told from English."""
    assert not looks_english(text)
