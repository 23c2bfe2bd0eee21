"""Documents that nobody wrote, the same on every machine, so that the benchmarks run without anybody's texts.

Words are drawn by the Zipf–Mandelbrot law (Mandelbrot 1953) from a vocabulary of English function words, words of the
subject, and 30,000 made of syllables; sentence lengths are lognormal with the median and spread of political speeches
(17 words, the middle half 9 to 27). There is punctuation, quotation straight and curly, abbreviations that do not end
a sentence, figures, names of states, accents, and a little Greek, Cyrillic, Chinese and emoji. Words are drawn one by
one, so pairs of words repeat less often than in real text: more n-grams are unknown to a model.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from random import Random

SEED = 1
N_WORDS = 30_000
CHECKSUM = "e5f9f309654a5f5f"
"""SHA-256 of the first 50 documents of `SEED`, their first 16 digits: whoever has another has another input."""

_FUNCTION_WORDS = """the to and of that in we is for on it this you as with our have are be will not has all so at by
they from he there but an about more can its was been their or also just which do would one if who what when than into
no us them only some any must should other these those over through between against under before after""".split()
_SUBJECT_WORDS = """peace security nations president people world states international development government support
country cooperation region conflict weapons nuclear military forces economic rights human law council trade
sanctions threat war defense alliance dialogue agreement partners freedom democracy sovereignty territory
border aggression attack provocation deterrence disarmament treaty missile exercise crisis violence terrorism
humanitarian aid refugees climate energy future challenge commitment resolution responsibility order stability
condemn urge call demand reject welcome warn accuse defend respect violate withdraw strengthen protect""".split()
_NAMES = """Norway;Japan;China;Russia;the United States;Kenya;Brazil;France;Iran;Ukraine;NATO;the United Nations;
the European Union;Moscow;Beijing;Washington;Türkiye;Côte d’Ivoire""".replace("\n", "").split(";")
_ABBREVIATIONS = ["Mr. {}", "Dr. {}", "Gen. {}", "the U.S. {}", "No. 7 {}", "e.g. {}", "St. {}"]
_FRAMES = ["According to {},", "{} said that", "We believe that {}", "“Let me be clear,” said {}:", "I urge {} to"]
_OPENINGS = "b c ch d f fl g h j k l m n p pr qu r s st t th tr v w".split()
_VOWELS = "a e i o u ai ea ou io é ü ø".split()
_VOWEL_WEIGHTS = list(accumulate([20, 24, 16, 14, 8, 4, 4, 4, 4, 0.6, 0.3, 0.1]))
_CODAS = ["", "", "", "", "", "n", "r", "s", "l", "t", "nd", "m"]
_ENDINGS = ["", "", "", "", "", "", "s", "ed", "ing", "tion", "ly", "al", "ment", "ity"]
_OTHER_SCRIPTS = ["ειρήνη", "мир", "безопасность", "和平", "安全", "🕊️", "İstanbul", "naïve", "ﬁrst", "10⁶"]


def documents(n_sentences: int, seed: int = SEED) -> Iterator[str]:
    """Yield documents of 10 to 150 sentences until they have `n_sentences`, always the same for the same seed."""
    random = Random(seed)
    vocabulary = _vocabulary(random)
    weights = list(accumulate((rank + 2.7) ** -1.07 for rank in range(1, len(vocabulary) + 1)))
    made = 0
    while made < n_sentences:
        left = min(10 + int(random.random() * 140), n_sentences - made)
        made += left
        paragraphs = []
        while left:
            size = min(1 + int(random.random() * 6), left)
            left -= size
            paragraphs.append(" ".join(_sentence(random, vocabulary, weights) for _ in range(size)))
        yield "\n\n".join(paragraphs) if random.random() < 0.8 else "\n".join(paragraphs)


def checksum(seed: int = SEED) -> str:
    """Return what `CHECKSUM` must be: the digest of the first fifty documents."""
    made = documents(10**9, seed)
    text = "\0".join(next(made) for _ in range(50))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _vocabulary(random: Random) -> list[str]:
    """Return the words by rank: function words, then the subject's among made ones, then made ones."""
    words = dict.fromkeys(_FUNCTION_WORDS)
    for word in _SUBJECT_WORDS:
        words[word] = None
        words[_word(random)] = None
    while len(words) < N_WORDS:
        if len(words) > 400 and random.random() < 0.001:
            words[_pick(random, _OTHER_SCRIPTS)] = None
        words[_word(random)] = None
    return list(words)


def _word(random: Random) -> str:
    syllables = bisect([0.3, 0.8], random.random()) + 1
    return "".join(_syllable(random) for _ in range(syllables)) + _pick(random, _ENDINGS)


def _syllable(random: Random) -> str:
    vowel = _VOWELS[bisect(_VOWEL_WEIGHTS, random.random() * _VOWEL_WEIGHTS[-1])]
    return _pick(random, _OPENINGS) + vowel + _pick(random, _CODAS)


def _pick(random: Random, items: list[str]) -> str:
    return items[int(random.random() * len(items))]


def _sentence(random: Random, vocabulary: list[str], weights: list[float]) -> str:
    n_words = max(2, min(140, round(random.lognormvariate(2.75, 0.75))))
    words = [vocabulary[bisect(weights, random.random() * weights[-1])] for _ in range(n_words)]
    for i in range(n_words):
        chance = random.random()
        if chance < 0.025:
            words[i] = _pick(random, _NAMES)
        elif chance < 0.035:
            words[i] = _pick(random, ["2.5", "1,000", "3", "2019", "40%", "$7"])
        elif chance < 0.04:
            words[i] = _pick(random, _ABBREVIATIONS).format(words[i].capitalize())
        elif chance < 0.05:
            words[i] = f"{words[i]}-{_pick(random, vocabulary[:2000])}"
        elif chance < 0.11 and i < n_words - 1:
            words[i] += _pick(random, [",", ",", ",", ",", ";", " —", "'s", "’s"])
    if n_words > 6 and random.random() < 0.12:  # something in quotation marks or brackets
        first = 1 + int(random.random() * (n_words - 4))
        last = min(n_words - 1, first + int(random.random() * 6))
        opening, closing = _pick(random, ["“ ”", '" "', "( )", "‘ ’"]).split()
        words[first], words[last] = opening + words[first], words[last] + closing
    if random.random() < 0.08:
        words.insert(0, _pick(random, _FRAMES).format(_pick(random, _NAMES)))
    sentence = " ".join(words)
    return sentence[0].upper() + sentence[1:] + _pick(random, [".", ".", ".", ".", ".", ".", ".", ".", "?", "!", ".”"])
