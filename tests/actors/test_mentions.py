"""Which actors a sentence names, and where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.actors import Mention, find_mentions, load_actors

TABLE = load_actors()
MEMBERS = [
    line.split("\t")
    for line in Path(__file__).with_name("un_members.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
SEAT_OF_ANOTHER = {"Brussels": "European Union"}


def named(sentence: str) -> list[str]:
    return [mention.target for mention in find_mentions(sentence, TABLE)]


def spans(sentence: str) -> list[str]:
    return [sentence[mention.start : mention.end] for mention in find_mentions(sentence, TABLE)]


def test_there_are_193_members():
    """The table-driven tests below run over all of them."""
    assert len({name for name, _, _ in MEMBERS}) == 193


@pytest.mark.parametrize(("name", "demonym", "capital"), MEMBERS, ids=[name for name, _, _ in MEMBERS])
def test_every_member_of_the_un_is_found_by_name_demonym_and_capital(name, demonym, capital):
    """In a plain sentence, with a possessive, in a compound, and in a headline."""
    assert named(f"{name} has protested.") == [name]
    assert named(f"{name}’s delegates left.") == [name]
    assert named(f"A {name}-led mission.") == [name]
    assert named(f"{name.upper()} PROTESTS") == [name]
    if demonym != "-":
        assert named(f"The {demonym} government resigned.") == [name]
    if capital != "-":
        assert named(f"{capital} has yet to answer.") == [SEAT_OF_ANOTHER.get(capital, name)]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The South China Sea and the East China Sea are busy.", []),
        ("He wrote in the Washington Post and the New York Times.", []),
        ("They left the Paris Agreement.", []),
        ("The Vienna Convention, the Geneva Conventions and the Rome Statute bind all.", []),
        ("The Minsk agreements failed.", []),
        ("The Warsaw Pact was dissolved.", ["Warsaw Pact"]),
        ("Ships crossed the Indian Ocean and the Gulf of Mexico.", []),
        ("The Bank of England raised its rate.", ["Bank of England"]),
        ("Storms hit American Samoa and French Polynesia.", []),
        ("Shops close for Chinese New Year.", []),
        ("The Beijing Olympics opened.", []),
        ("Chinese Taipei sent a team.", ["Taiwan"]),
        ("The Moscow Times reported it.", []),
        ("West Africa is drying.", []),
        ("Settlers moved to the West Bank.", []),
        ("New Mexico, New England and New South Wales are far apart.", []),
        ("The bird is a turkey, served on china.", []),
        ("Join us in the west.", []),
        ("Who knows?", []),
        ("WHO WILL PAY FOR THIS?", []),
        ("The WHO sent a team.", ["World Health Organization"]),
        ("The car stopped in chad and jordan.", []),
        ("Michael Jordan drank from the Jordan River.", []),
        ("Lake Chad is shrinking.", []),
        ("He may march in May.", []),
        ("They explored the North Pole.", []),
        ("She is Polish; please polish it.", ["Poland"]),
        ("George Washington slept here.", []),
        ("African Americans vote.", []),
        ("Costs fell in the Indo-Pacific.", []),
        ("Joe Lieberman spoke.", []),
    ],
)
def test_traps(sentence, found):
    """Names inside other names, and words that are names only by their capitals."""
    assert named(sentence) == found


def test_the_longest_name_wins_over_its_parts():
    """A state is not found inside the name of another."""
    assert named("North Korea and South Korea met; South Sudan left Sudan.") == [
        "North Korea",
        "South Korea",
        "South Sudan",
        "Sudan",
    ]
    assert named("Guinea-Bissau, Equatorial Guinea, Papua New Guinea and Guinea voted.") == [
        "Guinea-Bissau",
        "Equatorial Guinea",
        "Papua New Guinea",
        "Guinea",
    ]
    assert named("The Democratic People's Republic of Korea and the Republic of Korea talk.") == [
        "North Korea",
        "South Korea",
    ]
    assert named("The UN Security Council asked the United Nations.") == ["UN Security Council", "United Nations"]
    assert named("The European Union is not Europe.") == ["European Union", "Europe"]


def test_us_in_capitals_is_the_united_states_and_us_is_not():
    """In a headline too, but not in the phrases where it is the pronoun."""
    assert named("CHINA WARNS US") == ["China", "United States"]
    assert named("The US asked us.") == ["United States"]
    assert named("LET US GO") == []


def test_abbreviations_with_stops_keep_their_last_stop():
    """The span of U.S. is U.S., also before a possessive or a hyphen."""
    assert spans("The U.S. and the U.K. agreed with the U.N.") == ["U.S.", "U.K.", "U.N."]
    assert spans("U.S.-led forces and the U.S.’s allies") == ["U.S.", "U.S."]
    assert spans("Officials in Washington, D.C. agreed.") == ["Washington, D.C."]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("China's, China’s and Moscow`s", ["China", "China", "Russia"]),
        ("the Philippines’ navy", ["Philippines"]),
        ("US-led, Iran-backed, anti-American", ["United States", "Iran", "United States"]),
        ("the Japan–Philippines pact", ["Japan", "Philippines"]),
        ("Sino-Russian and Franco-German ties", ["China", "Russia", "France", "Germany"]),
        ("General Franco died.", []),
        ("the Moscow—Beijing axis", ["Russia", "China"]),
        ("Türkiye, Turkiye and T\u0075\u0308rkiye", ["Turkey", "Turkey", "Turkey"]),
        ("São Tomé and Principe", ["Sao Tome and Principe"]),
        ("Cote d’Ivoire, CÔTE D'IVOIRE", ["Côte d'Ivoire", "Côte d'Ivoire"]),
        ("South\u00a0Korea, North\nKorea, Saudi  Arabia", ["South Korea", "North Korea", "Saudi Arabia"]),
        ("Malé is a capital, and male is not, nor is Male.", ["Maldives"]),
        ("“Russia” (Russia) [Russia] #Russia @Russia", ["Russia"] * 5),
        ("Chi\u00adna", ["China"]),
        ("H.R. McMaster and H. R. McMaster", ["United States", "United States"]),
    ],
)
def test_possessives_hyphens_dashes_and_accents(sentence, found):
    """What stands around and inside a name does not hide it."""
    assert named(sentence) == found


def test_an_actor_in_foreign_letters_is_left_alone():
    """Letters of other scripts that join a name make another word of it."""
    assert named("Chinaт США 中国 x中China") == []


def test_leaders_capitals_and_seats_count_as_their_actor():
    """Metonyms and people stand for whom they speak for."""
    assert named("The Kremlin, Malacañang, Zhongnanhai and the Élysée were silent.") == [
        "Russia",
        "Philippines",
        "China",
        "France",
    ]
    assert named("Lavrov told Blinken and Wang Yi; Stoltenberg, Guterres and von der Leyen listened.") == [
        "Russia",
        "United States",
        "China",
        "NATO",
        "United Nations",
        "European Union",
    ]
    assert named("The People's Liberation Army and the IDF drilled.") == ["China", "Israel"]


def test_a_definite_form_needs_the_article():
    """The Council is the Security Council; a town council is not."""
    assert named("The Council met.") == ["UN Security Council"]
    assert named("Our Organization must act.") == ["United Nations"]
    assert named("Oslo City Council met.") == ["Norway"]


def test_an_agent_form_is_not_a_place():
    """Europe acts; what happens in Europe happens there."""
    assert named("Europe must act.") == ["Europe"]
    assert named("Prices rose in Europe and across Africa.") == []
    assert named("They met in Doha.") == []
    assert named("Doha mediated.") == ["Qatar"]


def test_a_mention_is_a_frozen_record():
    """Canonical name and exact span."""
    (mention,) = find_mentions("In Kyiv's view", TABLE)
    assert mention == Mention("Ukraine", 3, 7)
    with pytest.raises(AttributeError):
        mention.start = 0


PIECES = st.sampled_from(
    ["US", "U.S.", "the", "West", "North", "Korea", "China", "South", "Sea", "’s", "'", "-", "–", ". ", ",", " ", "\n",
     "Washington", "Post", "D.C.", "é", "\u0301", "\u00ad", "WHO", "Türkiye",
     "UN", "Council", "in", "Sino-", "\ud800", "\x00",
     "People", "s Republic of ", "Europe"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet=st.characters()),
    st.lists(PIECES, max_size=30).map("".join),
    st.lists(PIECES).map(" ".join),
)


@given(TEXTS)
def test_spans_are_exact_in_order_and_apart_in_any_text(text):
    """Arbitrary text, lone surrogates and NUL included: never raises, and what it finds stands there."""
    mentions = find_mentions(text, TABLE)
    ends = 0
    for mention in mentions:
        assert ends <= mention.start < mention.end <= len(text)
        assert mention.target in TABLE
        ends = mention.end
    assert find_mentions(text, TABLE) == mentions


@given(st.lists(st.sampled_from(["China", "the US", "Sino-", "Atlantis", "NATO’s", "west"]), max_size=8))
def test_sentences_side_by_side_find_what_each_finds(words):
    """Between full stops nothing of one sentence reaches the next."""
    whole = "! ".join(words)
    assert named(whole) == [target for word in words for target in named(word + "!")]


@pytest.mark.parametrize("text", ["United " * 50_000, "US" * 100_000, "U.S." * 50_000, " " * 200_000, "the " * 50_000])
def test_adversarial_repeats_are_read(text):
    """Long repeats of the beginnings of names are no special case."""
    assert all(mention.target in TABLE for mention in find_mentions(text, TABLE))
