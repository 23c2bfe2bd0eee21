"""The README is a test: its first example prints what it says, its commands exist, its links lead somewhere."""

import re
import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

import stance
from stance.command import cli

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_generated_parts_are_what_the_library_gives_today():
    """The first example's output and the figures are those of the bundled model."""
    readme = runpy.run_path(str(ROOT / "benchmarks" / "readme.py"))
    assert readme["filled"](TEXT) == TEXT


def test_the_sample_article_is_labelled_sensibly():
    """Every span of the bundled sample round-trips, and most layers turn up."""
    text = (ROOT / "corpora" / "security" / "sample-article.txt").read_text(encoding="utf-8")
    document = stance.label(text)
    assert all(text[s.span[0] : s.span[1]] == s.text for s in document.sentences)
    assert {claim.name for s in document.sentences for claim in s.claims} & {"provocation", "deterrence", "demand"}
    assert {s.voice.name for s in document.sentences} == {"author", "attributed"}
    assert sum(bool(s.stance) for s in document.sentences) > len(document.sentences) / 3


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^stance ([a-z]+)", TEXT, re.MULTILINE))))
def test_every_command_of_the_readme_has_help(command):
    """`stance COMMAND --help` works for every command the README shows."""
    result = CliRunner().invoke(cli, [command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_every_link_of_the_readme_leads_to_a_file():
    """Links within the repository are there."""
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target
