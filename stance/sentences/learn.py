"""Learn the parameters of Punkt: `python -m stance.sentences.learn FOLDER... [--out FILE]`.

Reads every `*.jsonl` and `*.jsonl.gz` in the folders (a `text` a line) and writes `punkt.json`. NLTK's trainer does the
counting and the tests of Kiss and Strunk (2006); five things differ from a plain `PunktTrainer().train(text)`:

- It sees blocks, not lines: what `find_blocks` holds for a soft wrap is a space, so no word of wrapped prose counts
  as the first of a line.
- Abbreviations are decided once, over all documents, and merged with `abbreviations.toml`; the other figures are
  counted with these. In NLTK's incremental training they depend on the order of the documents.
- An orthographic context counts from a share of a word's occurrences on, not from the first: in 70 MB nearly every
  word has been seen with a capital inside a sentence, if only in a headline, and Punkt would learn nothing.
- What follows a title (Mr. Price) counts as a capital inside a sentence.
- Words that Punkt would treat alike without their entry are left out, and so are rare ones.

Only figures and single words (and pairs, for collocations) leave the texts.
"""

import argparse
import gzip
import json
import math
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple

from stance.sentences.paragraphs import find_blocks
from stance.sentences.punkt import PARAMETERS

BY_HAND = Path(__file__).with_name("abbreviations.toml")

LONGEST_ABBREVIATION = 9
LEAST_ABBREVIATION = 5  # occurrences, nearly all with a full stop
LEAST_WORD = 6  # occurrences of a word whose orthographic context is kept
LEAST_PAIR = 10  # occurrences of a collocation
SHARE = {"inside": 0.03, "small": 0.002, "starter": 0.15}  # of a word's occurrences, where a context begins to count

_BEG_UC, _MID_UC, _UNK_UC, _BEG_LC, _MID_LC, _UNK_LC = (1 << bit for bit in range(1, 7))
_LC = _BEG_LC | _MID_LC | _UNK_LC
_ROMAN = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def read_documents(folders: list[Path]) -> Iterator[str]:
    """Yield the texts of every JSONL file in `folders`, each folder's files by name."""
    for folder in folders:
        for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
            opener = gzip.open if path.suffix == ".gz" else open
            with opener(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)["text"]


def as_blocks(text: str) -> str:
    """The text with every block on one line, and blank lines between blocks, as the trainer reads it."""
    return "\n\n".join(" ".join(text[start:end].split()) for start, end in find_blocks(text))


class Figures(NamedTuple):
    """What the second pass counts, with the abbreviations known."""

    contexts: Counter[tuple[str, int]]  # (word, orthographic context)
    after_titles: Counter[str]  # words with a capital after Mr., Gen., ...
    starters: set[str]
    pairs: set[tuple[str, str]]


def learn(folders: list[Path], by_hand: Path = BY_HAND) -> dict[str, Any]:
    """Return the parameters learned from the documents in `folders`, ready to be stored as JSON."""
    hand = tomllib.loads(by_hand.read_text("utf-8"))
    always = {word for words in hand["always"].values() for word in words}
    always |= {f"{first}.{second}" for first, second in product(ascii_lowercase, repeat=2)}  # J.F., E.U.
    words, n_documents, n_characters = count_words(read_documents(folders))
    _say(f"{n_documents} documents, {n_characters} characters, {words.total()} words")
    learned = find_abbreviations(words) - set(hand["never"]["words"])
    _say(f"{len(learned)} abbreviations learned, {len(always - learned)} more by hand")
    figures = count_contexts(read_documents(folders), learned | always, set(hand["always"]["titles"]))
    return {
        "format": 1,
        "learned_from": {"documents": n_documents, "characters": n_characters},
        "abbreviations": sorted(learned | always),
        **choose(figures, hand),
    }


def count_words(texts: Iterable[str]) -> tuple[Counter[str], int, int]:
    """Return how often each type occurs, as Punkt has types, and the numbers of texts and of characters."""
    from nltk.tokenize.punkt import PunktToken, PunktTrainer

    n_documents = n_characters = 0
    tokens: Counter[str] = Counter()
    split_words = PunktTrainer()._lang_vars.word_tokenize
    for text in texts:
        n_documents += 1
        n_characters += len(text)
        for block in as_blocks(text).split("\n\n"):
            tokens.update(split_words(block))
    words: Counter[str] = Counter()
    for token, count in tokens.items():
        words[PunktToken(token).type] += count
    return words, n_documents, n_characters


def count_contexts(texts: Iterable[str], abbreviations: set[str], titles: set[str]) -> Figures:
    """Return the figures of `texts` by NLTK's trainer, which takes `abbreviations` as settled."""
    from nltk.tokenize.punkt import PunktParameters, PunktToken, PunktTrainer

    after_titles: Counter[str] = Counter()

    class CountingParameters(PunktParameters):
        def __init__(self) -> None:
            super().__init__()
            self.contexts: Counter[tuple[str, int]] = Counter()

        def add_ortho_context(self, typ: str, flag: int) -> None:
            self.contexts[typ, flag] += 1

    class SecondPass(PunktTrainer):
        MIN_COLLOC_FREQ = LEAST_PAIR

        def _reclassify_abbrev_types(self, types: set[str]) -> Iterator[tuple[str, float, bool]]:
            return iter(())

        def _is_rare_abbrev_type(self, cur_tok: PunktToken, next_tok: PunktToken) -> bool:
            # Called for every pair whose first word ends with a full stop: the place to count what follows a title.
            if cur_tok.type_no_period in titles and next_tok.first_upper:
                after_titles[next_tok.type_no_sentperiod] += 1
            return False

    trainer = SecondPass()
    trainer._params = CountingParameters()
    trainer._params.abbrev_types = set(abbreviations)
    for text in texts:
        trainer.train(as_blocks(text), finalize=False)
    trainer.finalize_training()
    found = trainer._params
    return Figures(found.contexts, after_titles, set(found.sent_starters), set(found.collocations))


def choose(figures: Figures, hand: dict[str, Any]) -> dict[str, Any]:
    """Return the sentence starters, collocations and orthographic contexts that are worth keeping.

    A sentence starter is also seen with a small letter, and hardly ever with a capital inside a sentence: names of
    states often begin a speech's sentences, but follow U.S. or Gen. as well.
    """
    of_word: dict[str, dict[int, int]] = {}
    for (word, flag), count in figures.contexts.items():
        of_word.setdefault(word, {})[flag] = count
    starters = set(hand["starters"]["words"])
    for word in figures.starters - set(hand["starters"]["never"]):
        found = of_word.get(word, {})
        small = sum(found.get(flag, 0) for flag in (_BEG_LC, _MID_LC, _UNK_LC))
        inside = found.get(_MID_UC, 0) + figures.after_titles[word]
        total = sum(found.values())
        if word.isalpha() and word.isascii() and small >= 0.02 * total and inside <= SHARE["starter"] * total:
            starters.add(word)
    pairs = {pair for pair in figures.pairs if pair[1] not in starters and pair[0] != "##number##"}
    pairs |= {(word, after) for word in hand["before_number"]["words"] for after in ("##number##", *_ROMAN)}

    contexts = {}
    for word, found in of_word.items():
        total = sum(found.values())
        if total < LEAST_WORD or not word.replace("-", "").isalpha():
            continue
        flags = 0
        for flag, count in found.items():
            share = SHARE["inside"] if flag in (_MID_UC, _BEG_LC) else SHARE["small"]
            if count >= 2 and count >= share * total:
                flags |= flag
        if (figures.after_titles[word] >= 3 and word not in starters) or word in hand["names"]["words"]:
            flags |= _MID_UC
        if flags & _LC:  # without, Punkt treats the word as one it does not know
            contexts[word] = flags
    _say(f"{len(starters)} sentence starters, {len(pairs)} collocations, {len(contexts)} words in context")
    return {
        "sentence_starters": sorted(starters),
        "collocations": sorted(map(list, pairs)),
        "orthographic_context": {
            str(flags): " ".join(sorted(word for word, of_word in contexts.items() if of_word == flags))
            for flags in sorted(set(contexts.values()))
        },
    }


def find_abbreviations(counts: Counter[str]) -> set[str]:
    """The abbreviations by Punkt's test over all documents, and by checks of ours.

    `counts` is of types as Punkt has them, with their full stop. An abbreviation occurs at least 5 times, and has
    9 characters at most, letters A to Z and inner full stops only: figures, names of files and words of other
    alphabets pass Punkt's test by their rarity. Single letters are left to the list.
    """
    from nltk.tokenize.punkt import PunktTrainer

    ends_in_period = sum(count for word, count in counts.items() if word.endswith("."))
    total = counts.total()
    found = set()
    for with_period, count in counts.items():
        word = with_period[:-1]
        letters = word.replace(".", "")
        if (
            not with_period.endswith(".")
            or count < LEAST_ABBREVIATION
            or len(word) > LONGEST_ABBREVIATION
            or not (letters.isascii() and letters.isalpha())
            or ".." in word
            or (len(letters) == 1)
            or ("." not in word and counts[word] * 20 > count)
        ):
            continue
        n_periods = word.count(".") + 1
        likelihood = PunktTrainer._dunning_log_likelihood(count + counts[word], ends_in_period, count, total)
        score = likelihood * math.exp(-len(letters)) * n_periods * math.pow(len(letters), -counts[word])
        if score >= PunktTrainer.ABBREV:
            found.add(word)
    return found


def write_parameters(parameters: dict[str, Any], path: Path) -> None:
    """Write `parameters` to `path`: the same parameters give the same bytes."""
    path.write_text(json.dumps(parameters, ensure_ascii=False, indent=0) + "\n", "utf-8")


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stance.sentences.learn", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=PARAMETERS)
    given = parser.parse_args()
    write_parameters(learn(given.folders), given.out)


if __name__ == "__main__":
    main()
