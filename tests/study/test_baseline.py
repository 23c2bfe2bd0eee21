"""The keyword baseline: what a phrase matches, and which labels it gives."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.actors import load_actors
from stance.codebook import load_codebook
from stance.corpus.reading import read_corpus_rows
from stance.errors import CodebookError
from stance.study import KeywordBaseline, bundled_baseline
from stance.study.cues import Cues, words_of


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("rust*", "It was Rusty.", True),
        ("rust*", "We trust it.", False),
        ("rust", "It rusts.", False),
        ("*-backed", "Iran-backed groups", True),
        ("calls on * to", "He calls on them to leave.", True),
        ("calls on * to", "He calls on to-day.", False),
        ("calls on ** to", "He calls on Rome to act.", True),
        ("so-called", "the so-called plan", True),
        ("won't", "It won’t do.", True),
        ('"peace"', "their “peace” plan", True),
        ("two words", "two\u00a0\n words", True),
        ("a.b", "axb", False),
        ("*ing", "ramming", True),
        ("(sic)", "a plan (sic) of", True),
    ],
)
def test_a_phrase_matches_whole_words_in_any_case(phrase, text, found):
    """`*` in a word is any ending, alone any word; white space and quotation marks may be of any kind."""
    assert Cues({"label": [phrase]}).count(words_of(text)) == ({"label": 1} if found else {})


@given(st.lists(st.text("ab*. ", min_size=1, max_size=6), max_size=5), st.text("ab. ", max_size=20))
def test_counts_are_those_of_a_regular_expression_a_phrase(phrases, text):
    """The one pass over words against searching each phrase by itself, at every word."""
    expected = 0
    words = words_of(text)
    for phrase in {tuple(re.findall(r"[\w*]+|[^\w\s]", p)) for p in phrases} - {()}:
        patterns = [r"\w+" if not part.strip("*") else re.escape(part).replace(r"\*", r"\w*") for part in phrase]
        for i in range(len(words) - len(patterns) + 1):
            expected += all(re.fullmatch(p, w) for p, w in zip(patterns, words[i:], strict=False))
    assert Cues({"label": phrases}).count(words).get("label", 0) == expected


@given(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,3}", fullmatch=True))
def test_a_phrase_of_plain_words_finds_itself(phrase):
    """Inside a sentence, in capitals."""
    assert Cues({1: [phrase]}).count(words_of(f"Then, {phrase.upper()}!"))


def corpus_of(*texts):
    rows = [(f"row {i}", {"document": "d", "text": text, "stance": {"Orsa": "names"}}) for i, text in enumerate(texts)]
    return read_corpus_rows(rows, name="texts")


def test_labels_come_from_the_lexicon(codebook, lexicon):
    """All four layers of the reviews, by their phrases alone."""
    baseline = KeywordBaseline.from_file(lexicon, codebook)
    found = baseline.predict(
        corpus_of("It leaks, and the shop told me no.", "Offices should buy two.", "Hm."), codebook
    )
    assert found.claims.tolist() == [[True, False, False, False], [False] * 4, [False] * 4]
    assert [codebook.role_names[j] for j in found.roles] == ["experience", "advice", "experience"]
    assert found.voice.tolist() == [True, False, False]
    assert [row["Orsa"] for row in found.stances] == ["pans", "names", "names"]
    assert found.claim_probabilities is None


def test_xactor_in_a_phrase_is_any_actor_the_table_knows(codebook):
    """ "against xactor" is about whoever is named, and not about a wall."""
    baseline = KeywordBaseline({"claims": {"quality": ["against xactor"]}})
    corpus = corpus_of("A case against Japan.", "A ladder against walls.")
    assert baseline.predict(corpus, codebook, load_actors()).claims[:, 0].tolist() == [True, False]
    assert not baseline.predict(corpus, codebook).claims.any()


def test_without_a_lexicon_the_counts_of_the_codebook_serve(codebook):
    """Only claims have them, so only claims are predicted."""
    baseline = bundled_baseline(codebook)
    found = baseline.predict(corpus_of("It is overpriced and rusty."), codebook)
    assert found.claims[0].tolist() == [True, False, True, False]
    assert found.roles is found.voice is found.stances is None


def test_the_security_codebook_has_a_baseline_of_its_own():
    """Bundled lexicon or counts: some claim is given where its own words stand."""
    codebook = load_codebook("security")
    corpus = read_corpus_rows([("row 0", {"document": "d", "text": "This sows chaos."})], name="one")
    assert bundled_baseline(codebook).predict(corpus, codebook).claims[0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = ['red']", r"lexicon\.toml: 'colour' must be a table .* or a label of 'reviews'"),
        ("[claims]\ncolour = ['red']", r"lexicon\.toml: \[claims\] colour: must be one of quality, "),
        ("quality = 'leaks'", r"lexicon\.toml: quality: must be a list of non-empty phrases; got 'leaks'"),
        ("quality = ['']", r"lexicon\.toml: quality: must be a list of non-empty phrases"),
        ("quality = ", r"lexicon\.toml: not TOML"),
    ],
)
def test_a_lexicon_that_breaks_a_rule_is_refused(tmp_path, codebook, text, message):
    """With the file, the label and what must hold."""
    (tmp_path / "lexicon.toml").write_text(text)
    with pytest.raises(CodebookError, match=message):
        KeywordBaseline.from_file(tmp_path / "lexicon.toml", codebook)
