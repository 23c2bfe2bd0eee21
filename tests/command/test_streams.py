"""Terminals, pipes, files and faults: what goes to stdout, what to stderr, and how the command ends."""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

import stance
from stance.command import cli, main

pty = pytest.importorskip("pty", reason="terminals of Unix")

ENGLISH = "NATO must stop its drills in the Baltic. They endanger peace, Moscow said.\n"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(folder, tmp_path, monkeypatch):
    """Run `stance ...` in this process, in an empty folder; MODEL stands for the small model."""
    monkeypatch.chdir(tmp_path)

    def stance_command(*arguments, stdin=b""):
        streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
        streams["stderr"].reconfigure(errors="backslashreplace")
        for name, stream in (*streams.items(), ("stdin", io.TextIOWrapper(io.BytesIO(stdin)))):
            monkeypatch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main([str(folder) if word == "MODEL" else str(word) for word in arguments])
        for stream in streams.values():
            stream.flush()
        out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams.values())
        return Ran(ended.value.code, out, err)

    return stance_command


def commands(group=cli, path=("stance",)):
    """Yield every command with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(
    ("words", "command"), list(commands()), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_and_option_is_documented(run, words, command):
    """Each command says what it does, and what each of its options does; an example shows the way."""
    shown = run(*words[1:], "--help")
    assert shown.code == 0
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.opts[0] in shown.out
    if not isinstance(command, click.Group):
        assert " ".join(words) in shown.out.split("Options:")[0].split("\n", 1)[1]


def test_no_command_shows_the_help_and_is_wrong_use(run):
    """`stance` alone explains itself."""
    shown = run()
    assert shown.code == 2
    assert "label" in shown.out + shown.err


def test_importing_the_command_line_imports_nothing_heavy():
    """What a command needs is imported when it runs."""
    heavy = {"numpy", "scipy", "sklearn", "nltk", "rich", "joblib", "pandas"}
    code = f"import sys, stance.command; print(*sorted({heavy!r} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True).stdout.split()
        == []
    )


def test_labelling_imports_neither_scikit_learn_nor_pandas(folder, tmp_path):
    """From a stored model to labels without the libraries that trained it."""
    (tmp_path / "a.txt").write_text(ENGLISH)
    code = (
        "import sys\nfrom stance.command import main\n"
        f"try: main(['label', 'a.txt', '-m', {str(folder)!r}])\n"
        "finally: print(*sorted({'sklearn', 'pandas', 'rich', 'matplotlib'} & set(sys.modules)), file=sys.stderr)"
    )
    if not stance.core.available():
        pytest.skip("the plain path scores with scikit-learn")
    done = subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr.split() == []


@pytest.mark.parametrize(
    ("name", "begins"),
    [("l.jsonl", '{"document"'), ("l.csv", "document,"), ("l.html", "<!DOCTYPE"), ("l.txt", "a.txt  (")],
)
def test_the_ending_of_out_says_the_format(run, name, begins):
    """`--out labels.csv` is CSV, unless --format says otherwise."""
    Path("a.txt").write_text(ENGLISH)
    assert run("label", "a.txt", "-m", "MODEL", "--out", name) == Ran(0, "", "")
    assert Path(name).read_text(encoding="utf-8").startswith(begins)
    run("label", "a.txt", "-m", "MODEL", "--out", name, "--format", "jsonl")
    assert Path(name).read_text(encoding="utf-8").startswith('{"document"')


def test_out_is_never_a_file_to_be_read(run):
    """A text is not overwritten by its own labels, by whatever name it is called."""
    Path("a.txt").write_text(ENGLISH)
    ran = run("label", "a.txt", "-m", "MODEL", "--out", "./a.txt")
    assert ran.code == 2
    assert "must not be a file to be read" in ran.err
    assert Path("a.txt").read_text() == ENGLISH


def test_a_model_that_cannot_be_loaded_leaves_out_alone(run):
    """Labels of yesterday are not lost to a mistyped name."""
    Path("a.txt").write_text(ENGLISH)
    Path("old.jsonl").write_text("yesterday")
    assert run("label", "a.txt", "-m", "nosuch", "--out", "old.jsonl").code == 1
    assert Path("old.jsonl").read_text() == "yesterday"


def test_where_nothing_can_be_written_is_named(run):
    """A folder that is not there: one line, no traceback; with --traceback, the traceback."""
    Path("a.txt").write_text(ENGLISH)
    ran = run("label", "a.txt", "-m", "MODEL", "--out", "no/such/l.jsonl")
    assert ran == Ran(1, "", "stance: error: no/such/l.jsonl: No such file or directory\n")
    with pytest.raises(FileNotFoundError):
        run("--traceback", "label", "a.txt", "-m", "MODEL", "--out", "no/such/l.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_a_failed_job(folder, tmp_path):
    """What could not be written is an error, not silence."""
    (tmp_path / "a.txt").write_text(ENGLISH)
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-P", "-m", "stance", "label", "a.txt", "-m", str(folder)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_gets_colours_and_a_pipe_none(folder, tmp_path):
    """A person at a terminal sees coloured text, wrapped to the width; NO_COLOR turns colours off."""
    (tmp_path / "a.txt").write_text(ENGLISH)
    for settings, coloured in (
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
    ):
        shown = on_terminal(["label", "a.txt", "-m", str(folder)], tmp_path, settings)
        assert "Baltic" in shown
        assert ("\x1b[31m" in shown or "\x1b[1;35m" in shown or "\x1b[4;" in shown) is coloured


def test_progress_is_shown_on_a_terminal_and_only_there(run, folder, corpus, tmp_path):
    """Training shows that it is at work; its report, and what a pipe gets, is clean."""
    stance.write_corpus(corpus, tmp_path / "c.jsonl")
    shown = on_terminal(["train", "c.jsonl", "--out", "mine"], tmp_path, {"TERM": "xterm"})
    assert "training on" in shown
    assert "claims micro F1" in shown
    ran = run("evaluate", "MODEL", "c.jsonl")
    assert ran.err == ""
    assert "claims micro F1" in ran.out


def on_terminal(arguments, folder, settings):
    """Return what a terminal of 80 columns shows of a command: stdout and stderr."""
    ours, theirs = pty.openpty()
    env = (
        {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "FORCE_COLOR")}
        | settings
        | {"COLUMNS": "80"}
    )
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "stance", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=env,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait() == 0, shown.decode("utf-8", "replace")
    return shown.decode("utf-8")


def test_labels_are_utf_8_whatever_the_locale(folder, tmp_path):
    """In the C locale a pipe gets UTF-8 all the same."""
    (tmp_path / "a.txt").write_text("“Olszański” said that NATO must go.", encoding="utf-8")
    env = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-P", "-m", "stance", "label", "a.txt", "-m", str(folder), "-f", "jsonl"]
    done = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, env=env)
    assert json.loads(done.stdout.decode("utf-8"))["text"].startswith("“Olszański”")


def test_more_jobs_write_the_same_bytes(run):
    """`--jobs` changes how long it takes, and nothing else: files stay in order, and bad ones are named."""
    names = []
    for number in range(40):
        names.append(f"{number:02}.txt")
        Path(names[-1]).write_text(f"Day {number}. " + ENGLISH)
    Path(names[7]).unlink()
    one = run("label", *names, "-m", "MODEL", "-f", "jsonl")
    two = run("label", *names, "-m", "MODEL", "-f", "jsonl", "--jobs", "2")
    assert one == two
    assert (one.code, one.err) == (1, "stance: error: 07.txt: no such file\n")
    documents = list(dict.fromkeys(json.loads(line)["document"] for line in one.out.splitlines()))
    assert documents == names[:7] + names[8:]


def test_every_foreign_file_is_named_once(run):
    """Each file in another language has its warning; the others have none."""
    for name in ("a.txt", "b.txt"):
        Path(name).write_text(
            "Les ministres ont déclaré hier que la situation reste très dangereuse pour tous les pays."
        )
    Path("c.txt").write_text(ENGLISH)
    ran = run("label", "a.txt", "b.txt", "c.txt", "-m", "MODEL", "-f", "csv")
    assert ran.code == 0
    assert [line.split(": ")[1:3] for line in ran.err.splitlines()] == [["warning", "a.txt"], ["warning", "b.txt"]]


def test_stdin_is_read_once(run):
    """`- -` is wrong use; bytes of stdin that are no text are named."""
    assert run("label", "-", "-", "-m", "MODEL", stdin=b"NATO.").code == 2
    ran = run("label", "-", "-m", "MODEL", stdin=b"NATO \xff")
    assert ran.code == 1
    assert "standard input: byte 5 (0xff) is not UTF-8" in ran.err


@pytest.mark.parametrize(
    ("arguments", "closed", "message"),
    [
        ("label a.txt -m MODEL", ">&-", "standard output is closed"),
        ("codebook", ">&-", "standard output is closed"),
        ("label - -m MODEL", "<&-", "standard input: is closed"),
        ("label missing.txt -m MODEL", "2>&-", ""),
    ],
)
def test_a_closed_stream_is_a_failed_job(folder, tmp_path, arguments, closed, message):
    """Where the shell closed stdin or stdout, one line says so; where it closed stderr, the exit code is left."""
    (tmp_path / "a.txt").write_text(ENGLISH)
    words = arguments.replace("MODEL", str(folder))
    command = f"{sys.executable} -P -m stance {words} {closed}"
    done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == bool(message)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"A\xed\xa0\x80 b.", "odd.txt: byte 1 (0xed) is not UTF-8"),
        (b"\xff\xfeA\x00\x00\xd8B\x00", "odd.txt: byte 4 (0x00) is not UTF-16-LE"),
        ("NATO.".encode("utf-16-le"), "UTF-16 without a byte order mark"),
    ],
)
def test_bytes_that_are_no_text_are_named_with_their_place(run, raw, message):
    """Half a surrogate pair in UTF-8 or UTF-16, and UTF-16 without a mark; the other file is labelled."""
    Path("odd.txt").write_bytes(raw)
    Path("a.txt").write_text(ENGLISH)
    ran = run("label", "odd.txt", "a.txt", "-m", "MODEL", "-f", "jsonl")
    assert ran.code == 1
    assert message in ran.err
    assert len(ran.out.splitlines()) == 2


def test_a_name_that_is_no_utf_8_is_no_trouble(run, tmp_path):
    """A file may be called what the system allows; its name is shown with escapes."""
    name = os.fsdecode(b"caf\xe9.txt")
    try:
        Path(name).write_text(ENGLISH)
    except OSError:
        pytest.skip("names must be UTF-8 here")
    ran = run("label", name, "-m", "MODEL", "-f", "jsonl")
    assert ran.code == 0
    assert json.loads(ran.out.splitlines()[0])["document"] == name


def test_an_error_cannot_steer_the_terminal(run):
    """Control characters of a file's name are written as escapes."""
    ran = run("label", "\x1b[31mred", "-m", "MODEL")
    assert ran.code == 1
    assert "\x1b" not in ran.err
    assert "\\x1b[31mred" in ran.err


def test_targets_may_hold_a_comma(run):
    """--targets parts names by commas, --target takes one as it is."""
    Path("a.txt").write_text(ENGLISH)
    ran = run("label", "a.txt", "-m", "MODEL", "-f", "jsonl", "--targets", "Oz, Ur,", "--target", "Us, the")
    assert {"Oz", "Ur", "Us, the"} <= set(json.loads(ran.out.splitlines()[0])["stance"])


def test_text_of_megabytes_in_one_line_is_labelled(run):
    """A line of any length, one word of any length: time grows with the length, and nothing breaks or gets lost."""
    line, word = "drills of Russia " * 60_000, "x" * 5_000_000
    Path("line.txt").write_text(line)
    Path("word.txt").write_text(word)
    ran = run("label", "line.txt", "word.txt", "-m", "MODEL", "-f", "jsonl")
    assert ran.code == 0
    rows = [json.loads(row) for row in ran.out.splitlines()]
    for name, text in (("line.txt", line), ("word.txt", word)):
        own = [row for row in rows if row["document"] == name]
        assert all(text[row["start"] : row["end"]] == row["text"] for row in own)
        assert "".join(row["text"] for row in own).replace(" ", "") == text.replace(" ", "")
    assert all("Russia" in row["targets"] for row in rows if row["document"] == "line.txt")


def test_train_says_no_before_the_work(run, corpus):
    """A folder that holds something else is wrong use, and is left alone."""
    stance.write_corpus(corpus, "c.jsonl")
    Path("full").mkdir()
    Path("full/letter.txt").write_text("dear")
    ran = run("train", "c.jsonl", "--out", "full")
    assert ran.code == 2
    assert "letter.txt" in ran.err
    assert Path("full/letter.txt").read_text() == "dear"


def test_train_names_each_fault_of_a_corpus(run):
    """File, line and value, all faults at once."""
    Path("c.jsonl").write_text('{"document": "a", "text": "One.", "role": "x"}\n{"document": "a", "text": ""}\n{"\n')
    ran = run("train", "c.jsonl", "--out", "mine")
    assert ran.code == 1
    assert "c.jsonl:1: role must be one of" in ran.err
    assert "c.jsonl:2: text must be a non-empty string" in ran.err
    assert "c.jsonl:3: must be one JSON object" in ran.err
    assert not Path("mine").exists()


def test_the_codebook_as_json_is_the_codebook(run):
    """`--json` gives plain data that loads as the same codebook."""
    assert stance.load_codebook(json.loads(run("codebook", "--json").out)) == stance.load_codebook("security")
    shown = run("codebook").out
    assert "18 claims, 6 roles, 2 voices, 3 stances: no fault found" in shown


SOURCES = '[letters]\ntitle = "Letters"\norigin = "ours"\nlicence = "CC0"\nfiles = ["*.txt"]\n'


def references(text, *spans):
    """Return labels by reference to sentences of a letter."""
    from stance.corpus import sentence_hash

    rows = [
        {
            "source": "letters",
            "document": "one.txt",
            "sentence": i,
            "start": a,
            "end": b,
            "hash": sentence_hash(text[a:b]),
        }
        | {"claims": ["demand"], "role": "prescription", "voice": "author", "stance": {"NATO": "against"}, "coder": "x"}
        for i, (a, b) in enumerate(spans)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_materialize_puts_labels_and_texts_together(run, tmp_path):
    """With the sources at hand there is a corpus; without them, what is missing is named and the code is 1."""
    Path("refs.jsonl").write_text(references(ENGLISH, (0, 40), (41, 74)))
    Path("sources.toml").write_text(SOURCES)
    Path("here").mkdir()
    ran = run("corpus", "materialize", "refs.jsonl", "--sources-in", "here", "--out", "c.jsonl")
    assert ran.code == 1
    assert "missing source letters: 2 rows need it" in ran.err
    assert not Path("c.jsonl").exists()
    Path("here/one.txt").write_text(ENGLISH)
    ran = run("corpus", "materialize", "refs.jsonl", "--sources-in", "here", "--out", "c.jsonl")
    assert ran.code == 0, ran.err
    assert stance.read_corpus("c.jsonl").texts == [ENGLISH[:40], ENGLISH[41:74]]
    Path("here/one.txt").write_text(ENGLISH.replace("Moscow", "London"))
    for more, code in (((), 1), (("--allow-missing",), 0)):
        ran = run("corpus", "materialize", "refs.jsonl", "--sources-in", "here", "--out", "c.jsonl", *more)
        assert ran.code == code
        assert "1 rows whose text has another hash, first refs.jsonl:2" in ran.err
    assert run("corpus", "materialize", "refs.jsonl", "--sources-in", "here", "--out", "c.txt").code == 2


def split_by_reference(corpus, folder):
    """Write half of a corpus as labels by reference, with one file of source a document; return the other half."""
    from stance.corpus import corpus_rows, sentence_hash

    names = list(dict.fromkeys(corpus.documents))
    halves = [corpus.select([d in part for d in corpus.documents]) for part in (set(names[::2]), set(names[1::2]))]
    rows, texts = [], {}
    for row in corpus_rows(halves[0]):
        row = {key: value for key, value in row.items() if value is not None}
        text, document = row.pop("text"), row["document"] + ".txt"
        start = len(texts.get(document, ""))
        texts[document] = texts.get(document, "") + text + "\n"
        place = {"start": start, "end": start + len(text), "hash": sentence_hash(text)}
        rows.append(row | {"source": "letters", "document": document} | place)
    (folder / "here").mkdir()
    for document, text in texts.items():
        (folder / "here" / document).write_text(text, encoding="utf-8", newline="")
    (folder / "sources.toml").write_text(SOURCES)
    (folder / "refs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return halves[1]


def test_train_takes_labels_by_reference(run, corpus, tmp_path):
    """With --sources-in they are put together first: the model is the one of the corpus put together beforehand."""
    stance.write_corpus(split_by_reference(corpus, tmp_path), "rest.jsonl")
    ran = run("train", "rest.jsonl", "refs.jsonl", "--sources-in", "here", "--out", "one")
    assert ran.code == 0, ran.err
    assert "coded rows put together with their text" in ran.err
    assert "claims micro F1" in ran.out
    assert run("corpus", "materialize", "refs.jsonl", "--sources-in", "here", "--out", "whole.jsonl").code == 0
    assert (
        stance.load("one").provenance.corpus_digest
        == (stance.read_corpus("whole.jsonl") + stance.read_corpus("rest.jsonl")).digest
    )


def test_train_goes_on_with_the_rest_where_it_is_told_to(run, corpus, tmp_path):
    """With --allow-missing what is missing is named, and the model is of what is there."""
    split_by_reference(corpus, tmp_path)
    next(Path("here").iterdir()).unlink()
    ran = run("train", "refs.jsonl", "--sources-in", "here", "--out", "mine", "--allow-missing")
    assert ran.code == 0, ran.err
    assert "missing documents of letters, whole or in part: 1" in ran.err
    assert stance.load("mine").provenance.n_documents == len(set(corpus.documents)) // 2 - 1


def test_train_names_what_is_missing_and_trains_nothing(run, corpus, tmp_path):
    """A missing text, an unknown label, a use of --sources-in that makes no sense: each is told before the work."""
    stance.write_corpus(split_by_reference(corpus, tmp_path), "rest.jsonl")
    next(Path("here").iterdir()).unlink()
    ran = run("train", "refs.jsonl", "--sources-in", "here", "--out", "mine")
    assert ran.code == 1
    assert "missing documents of letters, whole or in part: 1" in ran.err
    assert "--allow-missing trains on the rest" in ran.err
    Path("nothing").mkdir()
    ran = run("train", "refs.jsonl", "--sources-in", "nothing", "--out", "mine", "--allow-missing")
    assert (ran.code, "missing source letters" in ran.err) == (1, True)
    ran = run("train", "refs.jsonl", "--out", "mine")
    assert (ran.code, "--sources-in must be given" in ran.err) == (2, True)
    ran = run("train", "rest.jsonl", "--sources-in", "here", "--out", "mine")
    assert (ran.code, "no CORPUS holds any" in ran.err) == (2, True)
    ran = run("evaluate", "MODEL", "refs.jsonl")
    assert (ran.code, "refs.jsonl: holds labels by reference and no text" in ran.err) == (1, True)
    Path("refs.jsonl").write_text(Path("refs.jsonl").read_text().replace('"event"', '"opinion"', 1))
    ran = run("train", "refs.jsonl", "--sources-in", "here", "--out", "mine", "--allow-missing")
    assert (ran.code, "refs.jsonl:" in ran.err, "opinion" in ran.err) == (1, True, True)
    assert not Path("mine").exists()


def test_check_counts_by_coder_and_reads_references(run):
    """A row a label, a column a coder; labels by reference are counted without their texts."""
    Path("refs.jsonl").write_text(references(ENGLISH, (0, 40), (41, 74)))
    ran = run("corpus", "check", "refs.jsonl", "--codebook", "security")
    assert ran.code == 0, ran.err
    assert "2 sentences in 1 documents" in ran.out
    rows = [
        {"document": "a", "sentence": 0, "text": "One.", "claims": claims, "coder": c}
        for c, claims in (("x", ["p"]), ("y", []))
    ]
    Path("two.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ran = run("corpus", "check", "two.jsonl", "refs.jsonl")
    assert ran.code == 0
    table = [line.split() for line in ran.out.splitlines()]
    assert ["layer", "label", "sentences", "x", "y"] in table
    assert ["claims", "p", "1", "1", "0"] in table
    assert ["(none)", "1", "0", "1"] in table


def test_check_goes_on_after_a_faulty_file(run):
    """Every file is checked; one that is faulty makes the code 1."""
    Path("bad.jsonl").write_text('{"document": "a"}\n')
    Path("good.jsonl").write_text('{"document": "a", "text": "One.", "claims": []}\n')
    ran = run("corpus", "check", "bad.jsonl", "missing.csv", "good.jsonl")
    assert ran.code == 1
    assert "bad.jsonl:1" in ran.err
    assert "missing.csv" in ran.err
    assert "1 sentences in 1 documents" in ran.out
