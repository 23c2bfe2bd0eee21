"""The bundled table of actors, and tables of a user's own."""

import json
import re

import pytest

from stance.actors import find_mentions, load_actors
from stance.actors import table as module
from stance.errors import ActorError

TABLE = load_actors()


def written(tmp_path, text):
    path = tmp_path / "mine.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bundled_file_keeps_every_rule_of_actor_files():
    """It is checked here in full, so that loading need not."""
    checked = load_actors(module._BUNDLED)
    assert checked.kinds == TABLE.kinds
    assert checked.targets == TABLE.targets


def test_every_form_of_the_bundled_file_is_found_as_its_actor():
    """Each form, put after a word that lets it stand, gives its target and nothing else, or nothing for kind none."""
    for form in TABLE.all_forms():
        before = "the " if form.rule == "definite" else ""
        sentence = f"{before}{form.text} acted" if not form.before_hyphen else f"{form.text}x"
        found = find_mentions(sentence, TABLE)
        assert [mention.target for mention in found] == ([] if form.target is None else [form.target]), form


def test_no_two_forms_of_the_bundled_file_are_the_same_words():
    """Forms that differ only by accents or marks of case are a mistake unless their rules differ."""
    seen = {}
    for form in TABLE.all_forms():
        key = (form.bare, form.gaps, form.rule, form.before_hyphen)
        assert seen.setdefault(key, form.target) == form.target, form


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("China", "China"),
        ("PRC", "China"),
        ("beijing", "China"),
        ("the West", "West"),
        ("UN", "United Nations"),
        ("U.N.", "United Nations"),
        ("Security Council", "UN Security Council"),
        ("US Congress", "US Congress"),
        ("Türkiye", "Turkey"),
        ("turkiye", "Turkey"),
        ("Hizbullah", "Hezbollah"),
        ("al-Qaeda", "Al-Qaeda"),
        ("Atlantis", "Atlantis"),
        ("", ""),
    ],
)
def test_canonical_resolves_aliases_and_leaves_the_unknown(name, canonical):
    """Any case, accents or not, with or without the article."""
    assert TABLE.canonical(name) == canonical


COMMON_NAMES = """United States|US|U.S.|USA|America|American|Washington|White House|Trump|Biden|Obama|Clinton|Bush
China|PRC|People's Republic of China|Chinese|Beijing|Xi
Russia|Russian Federation|Russian|Moscow|Kremlin|Putin
United Kingdom|UK|U.K.|Britain|British|Great Britain|London
North Korea|DPRK|Democratic People's Republic of Korea|North Korean|Pyongyang|Kim
South Korea|ROK|Republic of Korea|South Korean|Seoul
United Nations|UN|U.N.|the Organization
European Union|EU|E.U.|Brussels
Ukraine|Ukrainian|Kyiv|Kiev|Zelensky|Zelenskyy
Palestine|Palestinian|Palestinians|State of Palestine
NATO|North Atlantic Treaty Organization|Atlantic Alliance|the Alliance
OSCE|Organization for Security and Cooperation in Europe|Organization for Security and Co-operation in Europe
Islamic State|ISIS|ISIL|Daesh
Soviet Union|USSR|Soviet
Myanmar|Burma
Yugoslavia|Federal Republic of Yugoslavia"""


@pytest.mark.parametrize("row", COMMON_NAMES.splitlines())
def test_common_aliases_are_known(row):
    """The names that coders use most resolve to one."""
    name, *aliases = row.split("|")
    assert name in TABLE
    assert {TABLE.canonical(alias) for alias in aliases} == {name}


def test_a_file_of_ones_own_extends_the_bundled_table(tmp_path):
    """New actors and forms come in, a form that both have counts as the file says, and the bundled table stays."""
    path = written(
        tmp_path,
        "# mine\nRed Star Alliance\torganisation\tRed Star Alliance | RSA\nTaiwan\tleader\tJimmy Lai\n"
        "US military\torganisation\tUS forces\n-\tnone\tChina Doll\nQuad\torganisation\tQuad\n",
    )
    mine = load_actors(path, extend=True)
    text = "The RSA, Jimmy Lai, US forces and China watched China Doll."
    assert [m.target for m in find_mentions(text, mine)] == ["Red Star Alliance", "Taiwan", "US military", "China"]
    assert "US military" in mine
    assert "US military" not in load_actors()
    assert len(mine) == len(TABLE) + 2


def test_a_file_alone_is_a_whole_table(tmp_path):
    """Without extend=True only the file's actors are found."""
    mine = load_actors(written(tmp_path, "Rivendell\tstate\tRivendell\nRivendell\tleader\tElrond\n"))
    assert [m.target for m in find_mentions("Elrond left China.", mine)] == ["Rivendell"]
    assert mine.kinds == {"Rivendell": "state"}


def test_the_marks_of_forms_change_their_rule(tmp_path):
    """Any case, exact, alone, after the article, not a place, before a hyphen."""
    text = (
        "A\tgroup\t~any case\nB\tgroup\t=Exact\nC\tgroup\t!ACE\nD\tgroup\t+Board\nE\tgroup\t@North\nF\tgroup\tGallo-\n"
    )
    mine = load_actors(written(tmp_path, text))

    def found(sentence):
        return [m.target for m in find_mentions(sentence, mine)]

    assert found("ANY case, Any Case") == ["A", "A"]
    assert found("Exact EXACT exact") == ["B"]
    assert found("The ACE won. Ace") == ["C"]
    assert found("ACE WINS") == []
    assert found("The Board and a Board") == ["D"]
    assert found("North speaks in North") == ["E"]
    assert found("Gallo-Roman, Gallo") == ["F"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("China\tstate", "a row must be target, kind and forms parted by tabs; got 'China\\tstate'"),
        ("China\tkingdom\tChina", "kind must be one of state, "),
        ("China\tcapital\tBeijing", "China must have a row of its own kind"),
        ("China\tstate\tChina | ", "a form must not be empty"),
        ("China\tstate\t(China)", "a form must begin with a letter or digit"),
        ("China\tstate\tChina; PRC", "between the words of a form stand"),
        ("China\tnone\tChina", "the target of kind none must be '-'; got 'China'"),
        (" China\tstate\tChina", "target must be a name without spaces around it; got ' China'"),
        ("China\tstate\tChina\nTaiwan\tterritory\tChina", "'China' already counts as China above"),
        ("China\tstate\tChina\nChina\tgroup\tPRC", "China was of kind state above; got 'group'"),
        ("China\tstate\t" + "C" * 300, "a form must have at most 200 characters; got 300"),
    ],
)
def test_a_broken_row_is_an_error_with_file_and_line(tmp_path, row, message):
    """What must hold, what was given, and where."""
    path = written(tmp_path, "# head\n" + row + "\n")
    with pytest.raises(ActorError, match=re.escape(message)) as error:
        load_actors(path)
    assert re.match(re.escape(str(path)) + r":[23]: ", str(error.value))


def test_the_first_20_errors_come_at_once(tmp_path):
    """And the number of the rest."""
    path = written(tmp_path, "bad row\n" * 25)
    with pytest.raises(ActorError) as error:
        load_actors(path)
    assert str(error.value).count("\n") == 20
    assert str(error.value).endswith("… and 5 more")


@pytest.mark.parametrize("content", [None, b"China\t\xe9"])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path, content):
    """Missing, a directory, or not UTF-8."""
    path = tmp_path / "actors.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ActorError, match=r"actors\.tsv: (no such file|byte 6 \(0xe9\) is not UTF-8)"):
        load_actors(path)
    with pytest.raises(ActorError, match="is a directory"):
        load_actors(tmp_path)


def test_forms_of_accented_names_are_valid_json():
    """The table is plain data all through."""
    assert json.loads(json.dumps(TABLE.kinds)) == TABLE.kinds
