"""The datasheet and the rulings count what the files beside them hold."""

import re
import runpy
from pathlib import Path

import pytest

import stance

FOLDER = Path(__file__).parents[2] / "corpora" / "security"


@pytest.fixture(scope="module")
def pages():
    return runpy.run_path(str(FOLDER / "counts.py"))["filled"]()


def test_the_counted_tables_are_those_of_the_corpus(pages):
    """`python corpora/security/counts.py` would change nothing."""
    for path, page in pages.items():
        assert path.read_text(encoding="utf-8") == page, path.name


def test_sizes_told_in_prose_are_those_of_the_tables(pages):
    """The sentences that datasheet and README speak of are as many as were counted."""
    sheet = pages[FOLDER / "DATASHEET.md"]
    sizes = dict(re.findall(r"^\| `(\S+?)` \| [\d,]+ \| ([\d,]+) ", sheet, re.MULTILINE))
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"`written.jsonl`: {sizes['written.jsonl']} sentences" in sheet
    assert f"codings of {sizes['by-reference/']} real sentences" in sheet
    assert f"{sizes['by-reference/']} real sentences" in " ".join(readme.split())


def test_the_rulings_speak_of_every_claim_in_codebook_order(pages):
    """The claims' headings and the rows of their table follow the codebook."""
    rulings = pages[FOLDER / "RULINGS.md"]
    names = list(stance.load_codebook("security").claim_names)
    assert [name for name in re.findall(r"^\*\*(\w+)\*\*$", rulings, re.MULTILINE) if name in names] == names
    table = rulings[rulings.index("<!-- counts:claims -->") : rulings.index("| all |")]
    assert re.findall(r"^\| (\w+) \| \d", table, re.MULTILINE) == names


def test_links_of_the_datasheet_lead_to_files(pages):
    """What datasheet and rulings point to is there."""
    for path, page in pages.items():
        for target in re.findall(r"\]\(([^)#]+)\)", page):
            assert (path.parent / target).exists(), target
