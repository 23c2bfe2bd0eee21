"""The command line as a person meets it: files in, labels out, one clear line for what is wrong."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

import stance

ARTICLE = (
    "The new bases are a dangerous provocation, Beijing says.\n\n"
    "We urge Tokyo to withdraw its missiles. “So-called” dialogue is a pretext, the ministry said.\n"
)


@pytest.fixture
def run(folder, tmp_path):
    """Run `stance ...` in a process of its own, in an empty folder; MODEL stands for the small model."""

    def stance_command(*arguments, stdin=b"", check=None):
        words = [str(folder) if word == "MODEL" else str(word) for word in arguments]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "stance", *words], input=stdin, capture_output=True, cwd=tmp_path
        )
        if check is not None:
            assert done.returncode == check, (done.stdout, done.stderr)
        return done

    return stance_command


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_jsonl_has_one_line_a_sentence_with_the_promised_fields(run, tmp_path):
    """document, sentence, start, end, text, claims, role, voice and stance, and exact spans."""
    path = write(tmp_path / "a.txt", ARTICLE)
    rows = [json.loads(line) for line in run("label", path, "-m", "MODEL", "-f", "jsonl", check=0).stdout.splitlines()]
    assert len(rows) == 3
    for number, row in enumerate(rows):
        assert row["document"] == str(path)
        assert row["sentence"] == number
        assert ARTICLE[row["start"] : row["end"]] == row["text"]
        assert {"claims", "role", "voice", "stance"} <= row.keys()
        assert all(0 <= probability <= 1 for probability in row["claims"].values())
        assert set(row["stance"].values()) <= {"against", "favor", "neutral"}


def test_stdin_is_labelled_as_a_file_is(run, tmp_path):
    """`-` reads standard input."""
    path = write(tmp_path / "a.txt", ARTICLE)
    from_file = run("label", path, "-m", "MODEL", "-f", "jsonl", check=0).stdout
    from_stdin = run("label", "-", "-m", "MODEL", "-f", "jsonl", stdin=ARTICLE.encode(), check=0).stdout

    def labels(out):
        return [{k: v for k, v in json.loads(line).items() if k != "document"} for line in out.splitlines()]

    assert labels(from_stdin) == labels(from_file)


def test_text_is_plain_when_piped_and_shows_every_sentence(run, tmp_path):
    """No escape codes, every sentence there."""
    out = run("label", write(tmp_path / "a.txt", ARTICLE), "-m", "MODEL", check=0).stdout.decode()
    assert "\x1b" not in out
    assert "We urge Tokyo to withdraw its missiles." in out


def test_csv_can_be_read_back_as_a_corpus(run, tmp_path):
    """A row a sentence, in the form of corpora."""
    write(tmp_path / "a.txt", ARTICLE)
    run("label", "a.txt", "-m", "MODEL", "--out", "labels.csv", check=0)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "labels.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 3
    assert len(stance.read_corpus(tmp_path / "labels.csv")) == 3


def test_html_is_one_page_with_every_text_escaped(run, tmp_path):
    """Markup in a text is shown, not run, and nothing is fetched."""
    write(tmp_path / "a.txt", "They said <script>alert(1)</script> & left. Beijing must stop.")
    page = run("label", "a.txt", "-m", "MODEL", "-f", "html", check=0).stdout.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_bad_file_is_named_and_the_others_are_labelled(run, tmp_path):
    """Missing, a folder without texts and a binary: exit code 1, one line each, and the good file's labels."""
    good = write(tmp_path / "good.txt", ARTICLE)
    binary = write(tmp_path / "binary.bin", bytes(range(256)) * 40)
    (tmp_path / "empty").mkdir()
    done = run("label", "missing.txt", "empty", binary, good, "-m", "MODEL", "-f", "jsonl", check=1)
    assert len(done.stdout.splitlines()) == 3
    errors = done.stderr.decode()
    for name in ("missing.txt: no such file", "empty: is a folder without .txt files", "binary.bin"):
        assert name in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_with_a_byte_order_mark_are_read(run, tmp_path, encoding):
    """UTF-8 and UTF-16 with a mark give the same sentences."""
    path = write(tmp_path / "a.txt", ARTICLE.encode(encoding))
    rows = run("label", path, "-m", "MODEL", "-f", "jsonl", check=0).stdout.splitlines()
    assert json.loads(rows[0])["text"].startswith("The new bases")


@pytest.mark.parametrize("content", [b"", b" \n\t ", b"word", b"x" * 300_000, b"a\x00b. " + b"Then c. " * 30])
def test_odd_files_are_no_errors(run, tmp_path, content):
    """Empty, white space, one word, one endless word, NUL: exit code 0."""
    run("label", write(tmp_path / "a.txt", content), "-m", "MODEL", "-f", "jsonl", check=0)


def test_another_language_is_labelled_with_a_warning(run, tmp_path):
    """The warning names the file; the labels are written."""
    text = "Die neuen Stützpunkte sind eine gefährliche Provokation, und die Regierung weiß das ganz genau, sagen alle."
    done = run("label", write(tmp_path / "de.txt", text), "-m", "MODEL", "-f", "jsonl", check=0)
    assert b"de.txt" in done.stderr
    assert b"English" in done.stderr
    assert done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["label"], ["label", "a.txt", "--format", "xml"], ["label", "a.txt", "--jobs", "0"], ["nonsense"], ["train", "x"]],
)
def test_wrong_use_exits_with_two(run, arguments):
    """Wrong use is not a failed job."""
    run(*arguments, check=2)


def test_a_model_that_is_not_there_is_one_line_and_exit_code_one(run, tmp_path):
    """No traceback."""
    done = run("label", write(tmp_path / "a.txt", ARTICLE), "-m", "no-such-model", check=1)
    assert done.stderr.decode().startswith("stance: error: ")
    assert "no-such-model" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_targets_are_judged_in_every_sentence(run, tmp_path):
    """`--targets` adds targets nobody mentions."""
    path = write(tmp_path / "a.txt", ARTICLE)
    rows = run("label", path, "-m", "MODEL", "-f", "jsonl", "--targets", "Atlantis", check=0).stdout.splitlines()
    assert all("Atlantis" in json.loads(row)["stance"] for row in rows)


def test_a_users_actor_file_adds_actors(run, tmp_path):
    """Names of the file are found as the target it says."""
    actors = write(tmp_path / "mine.tsv", "Freedonia\tstate\tFreedonia | Freedonian\n")
    path = write(tmp_path / "a.txt", "The Freedonian army attacked again.")
    rows = run("label", path, "-m", "MODEL", "-f", "jsonl", "--actors", actors, check=0).stdout.splitlines()
    assert "Freedonia" in json.loads(rows[0])["stance"]


def test_a_reader_that_stops_early_ends_the_command_quietly(folder, tmp_path):
    """`stance label ... | head -1` prints no error."""
    path = write(tmp_path / "a.txt", ARTICLE * 2000)
    commands = [["label", path, path, "-m", folder, "-f", format] for format in ("text", "jsonl", "csv", "html")]
    for words in (*commands, ["codebook"], ["codebook", "--json"]):
        command = [sys.executable, "-P", "-m", "stance", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
            if words[0] == "label":  # the others are short: all of them fits into the pipe
                process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b"", words
        assert process.returncode == 0, words


def test_version_says_which_path_is_active(run):
    """The core with its instructions, or plain Python and why."""
    out = run("--version", check=0).stdout.decode()
    assert out.startswith(f"stance {stance.__version__}, ")
    assert "core (" in out or "plain Python: " in out


def test_the_plain_path_labels_the_same(folder, tmp_path):
    """With the core turned off every label is the same."""
    path = write(tmp_path / "a.txt", ARTICLE)
    command = [sys.executable, "-P", "-m", "stance", "label", str(path), "-m", str(folder), "-f", "jsonl"]
    outs = []
    for setting in ("", "off"):
        env = os.environ | {"STANCE_CORE": setting}
        done = subprocess.run(command, capture_output=True, check=True, env=env, cwd=tmp_path)
        outs.append([json.loads(line) for line in done.stdout.splitlines()])
    for core, plain in zip(*outs, strict=True):
        assert core["claims"].keys() == plain["claims"].keys()
        assert [core[k] for k in ("text", "role", "voice", "stance")] == [
            plain[k] for k in ("text", "role", "voice", "stance")
        ]


def test_training_and_evaluating_from_the_command_line(run, corpus, tmp_path):
    """`stance train` saves a model that `stance evaluate` judges, with intervals."""
    stance.write_corpus(corpus, tmp_path / "corpus.jsonl")
    out = run("train", "corpus.jsonl", "--codebook", "security", "--out", "mine", check=0).stdout.decode()
    assert "claims" in out
    assert stance.load(tmp_path / "mine").name == "mine"
    run("evaluate", "mine", "corpus.jsonl", "--json", "report.json", check=0)
    assert '"trained_on"' in (tmp_path / "report.json").read_text(encoding="utf-8")


def test_the_codebook_command_prints_and_checks(run, tmp_path):
    """A bundled codebook prints; a broken one is refused with its line."""
    assert b"destabilizing" in run("codebook", "security", check=0).stdout
    write(tmp_path / "bad.toml", 'format = 1\nname = "bad"\nversion = "1"\n\n[[roles]]\nname = "one"\n')
    done = run("codebook", "bad.toml", check=1)
    assert b"bad.toml:" in done.stderr


def test_corpus_check_counts_and_names_errors(run, corpus, tmp_path):
    """Counts for a sound corpus; file and line for a broken one."""
    stance.write_corpus(corpus, tmp_path / "corpus.jsonl")
    assert b"provocation" in run("corpus", "check", "corpus.jsonl", "--codebook", "security", check=0).stdout
    write(tmp_path / "bad.jsonl", '{"document": "a", "text": "One.", "role": "opinion"}\n')
    done = run("corpus", "check", "bad.jsonl", "--codebook", "security", check=1)
    assert b"bad.jsonl:1" in done.stderr
    assert b"opinion" in done.stderr


def test_a_folder_stands_for_the_texts_in_it_and_below(run, tmp_path):
    """In the order of their names; other files are left alone."""
    (tmp_path / "texts" / "2024").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "2024/c.txt", "notes.md"):
        write(tmp_path / "texts" / name, ARTICLE)
    rows = run("label", "texts", "-m", "MODEL", "-f", "jsonl", check=0).stdout.splitlines()
    documents = list(dict.fromkeys(json.loads(row)["document"] for row in rows))
    assert documents == [os.path.join("texts", *name) for name in (("2024", "c.txt"), ("a.txt",), ("b.txt",))]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("evaluate", "MODEL", "none.csv", "--json", "none/a.json"), "--json: none must be a folder that is there"),
        (("evaluate", "MODEL", "none.csv", "--plots", "file/plots"), "--plots: .*file must be a folder; it is a file"),
        (("train", "none.csv", "--out", "file/model"), "--out: .*file must be a folder; it is a file"),
        (("corpus", "materialize", "none.jsonl", "--sources-in", ".", "--out", "none/a.csv"), "--out: none must be a"),
    ],
)
def test_where_results_cannot_be_written_is_told_before_the_work(run, tmp_path, arguments, option):
    """The corpora are not there: had they been read first, their error would come."""
    write(tmp_path / "file", "x")
    done = run(*arguments, check=2)
    assert re.search(option, done.stderr.decode())


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_before_training(run, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    assert b"shut must be writable" in run("train", "none.csv", "--out", "shut/model", check=2).stderr
