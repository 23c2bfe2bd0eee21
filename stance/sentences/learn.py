"""Learn the parameters of Punkt: `python -m stance.sentences.learn FOLDER... [--out FILE]`.

Reads every `*.jsonl` and `*.jsonl.gz` in the folders (a `text` a line) and writes `punkt.json`. NLTK's trainer does the
counting and the tests of Kiss and Strunk (2006); four things differ from a plain `PunktTrainer().train(text)`:

- It sees blocks, not lines: what `find_blocks` holds for a soft wrap is a space, so no word of wrapped prose counts
  as the first of a line.
- Abbreviations are decided once, over all documents, and merged with `abbreviations.toml`; the other figures are
  counted with these. In NLTK's incremental training they depend on the order of the documents.
- An orthographic context counts from a share of a word's occurrences on, not from the first: in 70 MB nearly every
  word has been seen with a capital inside a sentence, if only in a headline, and Punkt would learn nothing.
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stance.sentences.paragraphs import find_blocks
from stance.sentences.punkt import PARAMETERS

BY_HAND = Path(__file__).with_name("abbreviations.toml")

LONGEST_ABBREVIATION = 9
LEAST_ABBREVIATION = 5  # occurrences, nearly all with a full stop
LEAST_WORD = 6  # occurrences of a word whose orthographic context is kept
LEAST_PAIR = 10  # occurrences of a collocation
SHARE = {"middle": 0.03, "small": 0.002}  # of a word's occurrences, from which on a context counts

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


def learn(folders: list[Path], by_hand: Path = BY_HAND) -> dict[str, Any]:
    """Return the parameters learned from the documents in `folders`, ready to be stored as JSON."""
    from nltk.tokenize.punkt import PunktParameters, PunktToken, PunktTrainer

    hand = tomllib.loads(by_hand.read_text("utf-8"))
    always = {word for words in hand["always"].values() for word in words}
    before_number = set(hand["before_number"]["words"])
    never = set(hand["never"]["words"]) | before_number

    n_documents = n_characters = 0
    words: Counter[str] = Counter()
    split_words = PunktTrainer()._lang_vars.word_tokenize
    for text in read_documents(folders):
        n_documents += 1
        n_characters += len(text)
        for block in as_blocks(text).split("\n\n"):
            words.update(split_words(block))
    counts: Counter[str] = Counter()
    ends_in_period = 0
    for word, count in words.items():
        token = PunktToken(word)
        counts[token.type] += count
        ends_in_period += count * token.period_final
    _say(f"{n_documents} documents, {n_characters} characters, {counts.total()} words")
    learned = find_abbreviations(counts, ends_in_period) - never
    _say(f"{len(learned)} abbreviations learned, {len(always - learned)} more by hand")

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

        def _is_rare_abbrev_type(self, cur_tok: object, next_tok: object) -> bool:
            return False

    trainer = SecondPass()
    trainer._params = CountingParameters()
    trainer._params.abbrev_types = learned | always
    for text in read_documents(folders):
        trainer.train(as_blocks(text), finalize=False)
    trainer.finalize_training()

    starters = {word for word in trainer._params.sent_starters if word.isascii()}
    pairs = {pair for pair in trainer._params.collocations if pair[1] not in starters and pair[0] != "##number##"}
    pairs |= {(word, after) for word in before_number for after in ("##number##", *_ROMAN)}
    contexts = keep_contexts(trainer._params.contexts)
    _say(f"{len(starters)} sentence starters, {len(pairs)} collocations, {len(contexts)} words in context")
    return {
        "format": 1,
        "learned_from": {"documents": n_documents, "characters": n_characters},
        "abbreviations": sorted(learned | always),
        "sentence_starters": sorted(starters),
        "collocations": sorted(map(list, pairs)),
        "orthographic_context": {
            str(flags): " ".join(sorted(word for word, of_word in contexts.items() if of_word == flags))
            for flags in sorted(set(contexts.values()))
        },
    }


def find_abbreviations(counts: Counter[str], ends_in_period: int) -> set[str]:
    """The abbreviations by Punkt's test over all documents, and by two checks of ours.

    `counts` is of types as Punkt has them, with their full stop. An abbreviation occurs at least 5 times, and has
    9 characters at most, letters A to Z and inner full stops only: figures, names of files and words of other
    alphabets pass Punkt's test by their rarity.
    """
    from nltk.tokenize.punkt import PunktTrainer

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


def keep_contexts(contexts: Counter[tuple[str, int]]) -> dict[str, int]:
    """The orthographic contexts that change what Punkt does, of words that occur often enough.

    A word never seen in small letters is treated as an unknown word is, so it needs no entry.
    """
    of_word: dict[str, dict[int, int]] = {}
    for (word, flag), count in contexts.items():
        of_word.setdefault(word, {})[flag] = count
    kept = {}
    for word, found in of_word.items():
        total = sum(found.values())
        if total < LEAST_WORD or not any(character.isalpha() for character in word) or any(map(str.isspace, word)):
            continue
        flags = 0
        for flag, count in found.items():
            share = SHARE["middle"] if flag in (_MID_UC, _BEG_LC) else SHARE["small"]
            if count >= 2 and count >= share * total:
                flags |= flag
        if flags & _LC:
            kept[word] = flags
    return kept


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
