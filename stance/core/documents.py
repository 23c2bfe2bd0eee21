"""A model's way from raw documents to labels in the compiled core: the same labels as on NLTK and scikit-learn.

The rules are those of the Python modules, which hand their lists of words and numbers over here. Scores are float32;
where that leaves a doubt about a label, the sentence is scored again in float64.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.actors import ActorTable, carried, sources
from stance.codebook import Codebook
from stance.compiled.pipeline import CompiledPipeline
from stance.core import _compiled, why_not
from stance.core.actors import matcher
from stance.core.plan import Block, Terms
from stance.features import target_view
from stance.features.masking import ACTOR, ARTICLES, BEFORE_ARTICLE
from stance.labels.columns import DocumentScores
from stance.labels.records import Claim, Document, FrozenDict, Role, Sentence, Stance, Voice
from stance.sentences.split import compiled_punkt
from stance.text import language

_FLOAT32 = 2.0**-24  # half the distance of float32 numbers near 1
_ROWS = 128  # that the core adds in float32 (rows_at_once in sums.hpp)
_LENGTHS = (64, 96, 128, 192, 256, 384, 512, 1024, 2048)  # of texts; longer ones are scored in float64


class CompiledDocuments:
    """A model's parts, put together in the core; raises RuntimeError if the core is not available.

    `calibration` is a `stance.model.parameters.Calibration`.

    Attributes: `targets`, the names of the table's actors, by their numbers in the arrays.
    """

    def __init__(
        self,
        sentence_scorer: CompiledPipeline | None,
        target_scorer: CompiledPipeline | None,
        calibration: Any,
        codebook: Codebook,
        *,
        actors: ActorTable,
        masked_kinds: Collection[str],
        blind_targets: bool,
    ) -> None:
        if _compiled is None:
            raise RuntimeError(f"the compiled core is not available: {why_not()}")
        self._actors = actors
        names = (codebook.claim_names, codebook.role_names, codebook.voice_names, codebook.stance_names)
        n_labels = tuple(map(len, names))
        self._has_roles, self._has_voices = n_labels[1] > 0, n_labels[2] > 0
        self._records = _compiled.Records(
            {each.__name__: each for each in (Document, Sentence, Claim, Role, Voice, Stance, FrozenDict)}
            | dict(zip(("claims", "roles", "voices", "stances"), names, strict=True))
        )
        compiled_actors, self.targets = matcher(actors)
        self._index = {name: i for i, name in enumerate(self.targets)}
        self._prefixes = None if blind_targets else [target_view.prefix(name) for name in self.targets]
        sentence_error, exact_sentences = _errors(sentence_scorer, sum(n_labels[:3]))
        view_error, exact_views = _errors(target_scorer, n_labels[3])
        fields = ("slopes", "offsets", "thresholds", "role_coef", "role_intercept", "voice_coef", "voice_intercept",
                  "stance_bias")  # fmt: skip
        labels: dict[str, Any] = {
            name: np.ascontiguousarray(getattr(calibration, name), np.float64).ravel() for name in fields
        }
        labels |= dict(zip(("n_claims", "n_roles", "n_voices", "n_stances"), n_labels, strict=True))
        labels |= {"voice_threshold": float(calibration.voice_threshold), "lengths": list(_LENGTHS)}
        labels |= {"sentence_error": sentence_error, "view_error": view_error}
        self._compiled = _compiled.Documents(
            {
                "punkt": compiled_punkt(),
                "actors": compiled_actors,
                "sentences": None if sentence_scorer is None else sentence_scorer.engine,
                "views": None if target_scorer is None else target_scorer.engine,
                "exact_sentences": exact_sentences,
                "exact_views": exact_views,
                "labels": labels,
                "masked": [kind in masked_kinds for kind in actors.kinds.values()],
                "states": [kind in carried.STATES for kind in actors.kinds.values()],
                "words": _words(),
                "language": {
                    "words": sorted(language.WORDS),
                    "looked_at": language.LOOKED_AT,
                    "enough": language.ENOUGH,
                    "few_letters": language.FEW_LETTERS,
                    "share_of_words": language.SHARE_OF_WORDS,
                    "share_of_ascii": language.SHARE_OF_ASCII,
                },
                "marks": {
                    "actor": ACTOR,
                    "target": target_view.TARGET,
                    "other": target_view.OTHER,
                    "meant": target_view.MEANT,
                    "left": target_view.LEFT,
                    "right": target_view.RIGHT,
                },
                "articles": list(ARTICLES),
                "before_article": [ord(character) for character in BEFORE_ARTICLE],
                "view_window": target_view.WINDOW,
                "next_word": carried.NEXT,
            }
        )

    def run(
        self,
        texts: Any,
        spans: Sequence[NDArray[np.int64] | None] | None = None,
        extra: Sequence[str] = (),
        *,
        n_threads: int = 1,
        targets: bool = True,
    ) -> DocumentScores:
        """Return the scores of documents.

        texts : a sequence of str, or Arrow strings. spans : ready sentences of each, int64 (n_sentences, 2), or None
        where the text is to be split. extra : names judged in every sentence. targets : False leaves out targets and
        sources. The result has the same bits whatever the batch and the number of threads.
        """
        numbers, names, prefixes = self._targets(extra)
        found = self._compiled.run(texts, spans, numbers, prefixes, n_threads, targets)
        (offsets, sentences, claim_probabilities, claims, role_probabilities, roles, voice_probabilities, voice,
         origins, mentions, pairs, stance_probabilities, stances) = found  # fmt: skip
        if not self._has_roles:
            roles = roles[:0]
        if not self._has_voices:
            voice, voice_probabilities = voice[:0], voice_probabilities[:0]
        return DocumentScores(
            offsets, sentences, claims, claim_probabilities, roles, role_probabilities, voice, voice_probabilities,
            origins, pairs, stances, stance_probabilities, mentions, names,
        )  # fmt: skip

    def label(
        self,
        texts: list[str],
        ids: list[str | None],
        spans: Sequence[NDArray[np.int64] | None] | None = None,
        extra: Sequence[str] = (),
        *,
        model: str | None = None,
        n_threads: int = 1,
        foreign: bool = False,
    ) -> tuple[list[Document], list[bool]]:
        """Return what `run` finds as the records that `stance.labels.sentences` makes of it, labelled by `model`; and
        whether each does not look like English, if `foreign` asks for it."""
        numbers, names, prefixes = self._targets(extra)
        found: tuple[list[Document], list[bool]] = self._compiled.label(
            self._records, texts, ids, model, spans, numbers, prefixes, names, n_threads, foreign
        )
        return found

    def _targets(self, extra: Sequence[str]) -> tuple[list[int], tuple[str, ...], list[str]]:
        """Return the numbers of extra targets; the names of all targets by their numbers; and what stands before a word
        under each, or nothing where they are blind."""
        names, prefixes = self.targets, self._prefixes or []
        if not extra:
            return [], names, prefixes
        index = dict(self._index)
        numbers = [index.setdefault(name, len(index)) for name in dict.fromkeys(map(self._actors.canonical, extra))]
        names = tuple(index)
        if self._prefixes is not None:
            prefixes = [*prefixes, *map(target_view.prefix, names[len(prefixes) :])]
        return numbers, names, prefixes


def _errors(scorer: CompiledPipeline | None, n: int) -> tuple[NDArray[np.float64], bool]:
    """Return how far float32 scores may be off in texts shorter than each of `_LENGTHS`, (n_lengths, n), and whether
    float64 is needed throughout.

    A sum of rows in float32 is off by at most the number of rows times 2**-24 of the sum of |value * weight|; the core
    adds 128 of them in float32, and those sums in float64. For values of norm 1 that sum is at most the norm of the
    weights. Rows that are added and taken away again may add to it, but errors partly cancel: on real text they are a
    hundredth of this.
    """
    errors = np.zeros((len(_LENGTHS), n))
    if scorer is None:
        return errors, False
    exact = scorer.float32_error is None
    if scorer.float32_error is not None:  # 1024 times 2**-24 of the norm
        errors += scorer.float32_error * (_ROWS / 1024)
    for block in scorer.plan.blocks:
        if block.norm is not None:
            continue
        if block.binary and block.tokens == "stance" and block.strip_accents is None:
            phrases = np.clip(_most_phrases(block), 1, block.n_columns)
            sizes = np.abs(block.weights.T * block.scale, dtype=np.float32, casting="same_kind")
            sizes.sort(axis=1)
            largest = np.cumsum(sizes[:, : -int(phrases.max()) - 1 : -1], axis=1, dtype=np.float64)
            errors += (np.minimum(phrases, _ROWS) + 1)[:, None] * _FLOAT32 * largest.T[phrases - 1]
        else:
            exact = True
    return errors, exact


def _most_phrases(block: Block) -> NDArray[np.int64]:
    """Return the largest number of different phrases of the vocabulary in texts of each of `_LENGTHS`.

    A token is in at most s phrases of s tokens, so that the letters of all of these are at most s times the text's.
    """
    if block.vocabulary is None:
        return np.full(len(_LENGTHS), _LENGTHS[-1])
    terms = block.vocabulary if isinstance(block.vocabulary, Terms) else Terms.of(block.vocabulary)
    data, offsets = terms.data, terms.offsets
    is_space = data == ord(" ")
    is_letter = ((data & 0xC0) != 0x80) & ~is_space
    # Not U+0307: İ is the one character whose lower case has two, and this is the second.
    is_letter[:-1] &= (data[:-1] != 0xCC) | (data[1:] != 0x87)
    starts = offsets[:-1][offsets[1:] > offsets[:-1]]
    lengths, spaces = (np.add.reduceat(each, starts, dtype=np.int32) for each in (is_letter, is_space))
    most = np.zeros(len(_LENGTHS), np.int64)
    for n in range(int(spaces.max(initial=0)) + 1):
        room = (n + 1) * np.array(_LENGTHS)
        most += np.searchsorted(np.cumsum(np.sort(lengths[spaces == n])), room, side="right")
    return most


def _words() -> dict[str, Any]:
    """Return the lists and numbers of `stance.actors.carried` and `stance.actors.sources`, as documents_words.hpp names
    them."""
    lists = {
        "paired": carried.PAIRED,
        "pair_numbers": carried.PAIR_NUMBERS,
        "pair_nouns": carried.PAIR_NOUNS,
        "pointers": carried.POINTERS,
        "country_nouns": carried.COUNTRY_NOUNS,
        "they": carried.THEY,
        "he": carried.HE,
        "it": carried.IT,
        "openers": carried.OPENERS,
        "own": carried.OWN,
        "own_nouns": carried.OWN_NOUNS,
        "shared_nouns": carried.SHARED_NOUNS,
        "shared_words": carried.SHARED_WORDS,
        "performing": carried.PERFORMING,
        "saying": sources.SAYING,
        "saying_that": sources.SAYING_THAT,
        "before_verb": sources.BEFORE_VERB,
        "speaking_for_self": sources.SPEAKING_FOR_SELF,
        "not_first": sources.NOT_FIRST,
        "no_subject": sources.NO_SUBJECT,
        "measures": sources.MEASURES,
        "boundaries": sources.BOUNDARIES,
        "closers": sources.CLOSERS,
        "days": sources.DAYS,
    }
    return {
        "lists": {name: sorted(words) for name, words in lists.items()},
        "pair_phrases": sorted(carried.PAIR_PHRASES),
        "shared_phrases": sorted(carried.SHARED_PHRASES),
        "prominent": carried.PROMINENT,
        "topic": carried.TOPIC,
        "our_share": carried.OUR,
        "performance": carried.PERFORMANCE,
        "window": carried.WINDOW,
        "short_speech": carried.SHORT,
        "long_speech": carried.LONG,
        "opening_words": carried.OPENING_WORDS,
        "longest_source": sources.LONGEST_SOURCE,
        "quotes": sources.QUOTES,
        "stops": sources.STOPS,
    }
