"""Sentences and the actors they name → the actors they only mean, from earlier sentences of the document.

Simple rules, each kept because coders list what it adds in about two of three cases or more. "The last sentence" is
the one before: what it names, and what it was itself found to mean. An actor is prominent with a third of the mentions
in the last WINDOW sentences. Counted on the coded passages of op-eds (o), and of speeches and statements read in their
whole documents (s), right of all that the rule adds:

pair     Nobody is named and two are meant ("both sides", "the two countries", "bilateral"): the first two of the last
         sentence. o 43 of 44, s 20 of 34
country  Nobody is named and one is meant by "the country", "the regime", "they", "their": the prominent states of the
         last sentence. o 27 of 30, s 80 of 119
pronoun  Nobody is named and the sentence begins with "it", "he", "she" (or has "he", "she"): the first of the last
         sentence, if it is a prominent state. o 24 of 32, s 22 of 38
topic    Nobody is named: the state that the last sentence began with, if the mentions are nearly all of it.
         o 9 of 12, s 11 of 18
speaker  "my country", "our people": the state that the document speaks for, found by what it is said to do ("Togo
         welcomes") and by how often it is named; s 66 of 73. "The president" in a long document is the speaker's;
         s 39 of 48. A bare "our" counts if half of the mentions of states are of it and nobody else is included
         ("our world", "our Organization"); o 4 of 4, s 65 of 90

Tried and dropped: the same rules where somebody else is named (below 0.5), "this" and "such" (0.5 and less), actors of
the sentence before the last and organisations as antecedents (below 0.5), "we" without "our" (s 68 of 116, and in
op-eds it is seldom a state).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stance.actors.mentions import Mention
from stance.actors.table import ActorTable, load_actors
from stance.actors.words import bare_word, word_key, word_set, word_spans

PROMINENT = 1 / 3  # of the mentions in the last WINDOW sentences
TOPIC = 0.7
WINDOW = 8  # sentences
OUR = 0.5  # of the mentions of states in the document: enough to trust "our"
SHORT, LONG = 4, 8  # mentions of the speaker: enough to trust "our", and "the president"
PERFORMANCE = 0.15  # what "Togo welcomes" weighs beside the share of mentions, each time
OPENING_WORDS = 2  # a sentence begins with an actor if at most so many words stand before it
NEXT = 40  # characters behind an actor in which the word is looked for that says what it does

STATES = ("state", "territory", "historical state")  # kinds of actors

PAIRED = word_set("both bilateral mutual")
PAIR_NUMBERS = word_set("two both")
PAIR_NOUNS = word_set(
    """countries nations sides parties leaders governments powers neighbors neighbours states allies presidents
    economies capitals partners adversaries rivals koreas armies militaries peoples"""
)
PAIR_PHRASES = frozenset(
    [("each", "other"), ("one", "another"), ("either", "side"), ("neither", "side"), ("either", "country"),
     ("neither", "country"), ("the", "sides"), ("the", "parties"), ("the", "relationship"), ("their", "relationship"),
     ("their", "relations"), ("their", "ties")]
)  # fmt: skip
POINTERS = word_set("the this that his her its their")
COUNTRY_NOUNS = word_set(
    """country nation regime government kingdom state administration leadership island president premier minister
    authorities army military parliament republic capital"""
)
THEY = word_set("they their them")
HE = word_set("he his him she her")
IT = word_set("it its")
OPENERS = word_set(
    """but and so yet however moreover indeed thus also instead nor still then therefore furthermore now today
    meanwhile of course in fact for rather likewise similarly as a result after all at the same time addition on
    contrary short that is why unfortunately clearly perhaps while if when although though because since"""
)
OWN_NOUNS = word_set("country delegation government nation people homeland")
OWN = word_set("my our")
SHARED_NOUNS = word_set(
    """world planet common collective time times organization children region continent peoples shared nations
    societies age era future fate efforts countries subregion multilateral minds attention common"""
)
SHARED_WORDS = word_set("humanity mankind assembly organization")
SHARED_PHRASES = frozenset(
    [("we", "must"), ("we", "should"), ("we", "all"), ("we", "need"), ("we", "cannot"), ("we", "can"), ("we", "live"),
     ("we", "face"), ("we", "the"), ("of", "us"), ("let", "us"), ("united", "nations")]
)  # fmt: skip
PERFORMING = word_set(
    """welcomes supports believes reaffirms calls urges commends condemns hopes wishes remains reiterates attaches
    stands considers recognizes expresses appeals shares joins pledges intends commits applauds congratulates
    endorses"""
)


def carry_targets(
    mentions_by_sentence: Sequence[Sequence[Mention]],
    sentences: Sequence[str],
    table: ActorTable | None = None,
) -> list[list[str]]:
    """Return, for each sentence of one document, the canonical names of the actors it means without naming them.

    `mentions_by_sentence[i]` is what `find_mentions` found in `sentences[i]`. `table` tells states from other
    actors; by default the bundled one.
    """
    if len(mentions_by_sentence) != len(sentences):
        raise ValueError(
            f"as many mentions as sentences must be given; got {len(mentions_by_sentence)} and {len(sentences)}"
        )
    kinds = (table or load_actors()).kinds
    keys = [[word_key(bare_word(sentence[a:b])) for a, b in word_spans(sentence)] for sentence in sentences]
    speaker = _speaker(mentions_by_sentence, sentences, kinds)
    counts: Counter[str] = Counter()  # of the last WINDOW sentences
    window: deque[list[str]] = deque()
    last: list[str] = []
    began = False
    carried: list[list[str]] = []
    for mentions, sentence, words in zip(mentions_by_sentence, sentences, keys, strict=True):
        named = list(dict.fromkeys(mention.target for mention in mentions))
        meant: list[str] = []
        if not named and last:
            meant = _meant(words, last, began, counts, kinds)
        # What "our country" means is no antecedent for the pronouns of the next sentence.
        if speaker and speaker.target not in (*named, *meant) and _speaks(words, speaker):
            carried.append([*meant, speaker.target])
        else:
            carried.append(meant)
        last = named + meant
        began = bool(named) and len(word_spans(sentence[: mentions[0].start])) <= OPENING_WORDS
        window.append([mention.target for mention in mentions] + meant)
        counts.update(window[-1])
        if len(window) > WINDOW:
            counts.subtract(window.popleft())
    return carried


def _is_state(target: str, kinds: dict[str, str]) -> bool:
    return kinds.get(target) in STATES


def _meant(words: list[str], last: list[str], began: bool, counts: Counter[str], kinds: dict[str, str]) -> list[str]:
    """Apply the rules pair, country, pronoun and topic to a sentence that names nobody."""
    if len(last) >= 2 and _means_two(words):
        return last[:2]
    mentions = counts.total()
    states = [t for t in last if _is_state(t, kinds) and counts[t] >= PROMINENT * mentions]
    if any(word in THEY for word in words) or _means_country(words):
        return states
    opening = next((word for word in words if word not in OPENERS), "")
    if last[0] in states:
        if opening in IT or opening in HE or any(word in HE for word in words):
            return last[:1]
        if began and counts[last[0]] >= TOPIC * mentions:
            return last[:1]
    return []


def _means_two(words: list[str]) -> bool:
    if any(word in PAIRED for word in words):
        return True
    for i, word in enumerate(words[:-1]):
        if (word, words[i + 1]) in PAIR_PHRASES:
            return True
        if word in PAIR_NUMBERS and (words[i + 1] in PAIR_NOUNS or (i + 2 < len(words) and words[i + 2] in PAIR_NOUNS)):
            return True
    return False


def _means_country(words: list[str]) -> bool:
    return any(
        word in POINTERS and (words[i + 1] in COUNTRY_NOUNS or (i + 2 < len(words) and words[i + 2] in COUNTRY_NOUNS))
        for i, word in enumerate(words[:-1])
    )


@dataclass(frozen=True, slots=True)
class _Speaker:
    """The state a document speaks for, how often it is named, and its share of all mentions of states."""

    target: str
    mentions: int
    share: float


def _speaker(
    mentions_by_sentence: Sequence[Sequence[Mention]], sentences: Sequence[str], kinds: dict[str, str]
) -> _Speaker | None:
    """Return the state that the document speaks for, if it names any."""
    counts: Counter[str] = Counter()
    performs: Counter[str] = Counter()
    for mentions, sentence in zip(mentions_by_sentence, sentences, strict=True):
        for mention in mentions:
            if _is_state(mention.target, kinds):
                counts[mention.target] += 1
                performs[mention.target] += _next_word(sentence, mention.end) in PERFORMING
    if not counts:
        return None
    total = counts.total()
    score = {target: n / total + PERFORMANCE * performs[target] for target, n in counts.items()}
    speaker = max(score, key=lambda target: score[target])  # the first named of equals
    return _Speaker(speaker, counts[speaker], counts[speaker] / total)


def _next_word(sentence: str, end: int) -> str:
    spans = word_spans(sentence[end : end + NEXT])
    return word_key(bare_word(sentence[end + spans[0][0] : end + spans[0][1]])) if spans else ""


def _speaks(words: list[str], speaker: _Speaker) -> bool:
    """Whether a sentence of the speaker's document is about the speaker: "our country", "the president", "our"."""
    pairs = list(pairwise(words))
    if any(a in OWN and b in OWN_NOUNS for a, b in pairs):
        return True
    if speaker.mentions >= LONG and any(
        pair == ("the", "president") and words[i + 2 : i + 3] != ["of"] for i, pair in enumerate(pairs)
    ):
        return True
    ours = "our" in words and speaker.share >= OUR and speaker.mentions >= SHORT
    if not ours or any(word in SHARED_WORDS for word in words):
        return False
    return not any(pair in SHARED_PHRASES or (pair[0] == "our" and pair[1] in SHARED_NOUNS) for pair in pairs)
