"""Side-blindness: swap two actors in every sentence that carries a claim, and see whose claims change.

Names, demonyms, capitals and leaders of one actor become the other's and the other way round, with articles mended; "an
American base" becomes "a Chinese base". What a sentence claims hangs on what is done, not on who does it, so a
change is a fault, except where the claim is about the very actor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import stance
from stance.actors import ActorTable, find_mentions
from stance.corpus import Corpus
from stance.model import Model
from stance.study.bootstrap import Resamples
from stance.study.metrics import ratio
from stance.study.report import Figure
from stance.study.truth import read_truth

STATES = (
    ("United States", "China"), ("United States", "Russia"), ("United States", "Iran"), ("China", "Japan"),
    ("Russia", "Ukraine"), ("Russia", "United Kingdom"), ("Iran", "Israel"), ("India", "Pakistan"),
    ("North Korea", "South Korea"), ("China", "Philippines"), ("Russia", "Georgia"), ("Syria", "France"),
)  # fmt: skip
ORGANISATIONS = (
    ("NATO", "Shanghai Cooperation Organisation"), ("European Union", "Eurasian Economic Union"),
    ("NATO", "European Union"), ("United Nations", "African Union"), ("United Nations", "European Union"),
)  # fmt: skip
MIXED = (("Russia", "NATO"), ("United States", "NATO"), ("Israel", "Hamas"), ("China", "European Union"))
GROUPS = {
    "state for state": STATES,
    "organisation for organisation": ORGANISATIONS,
    "state for organisation": MIXED,
}

_ACTORS = Path(stance.__file__).with_name("actors") / "actors.tsv"
_MARKS = "~=!+@"
_WITH_THE = re.compile(r"^(United|Philippines|Netherlands|U\.?[SNK]\b|EU\b|E\.U\.|Security)|Union$|Organi[sz]ation$")
_SHORT = re.compile(r"^(U\.?S\.?|U\.?K\.?|E\.?U\.?|U\.?N\.?)$")  # nouns, and adjectives too: the US, US bases
_VOWEL = re.compile(r"^([AEIO]|U(?!n|kr|S|K|N|\.))")
_ARTICLE = re.compile(r"\b(an?|the) $", re.IGNORECASE)

Forms = Mapping[str, Mapping[str, Sequence[str]]]


def read_forms(path: Path = _ACTORS) -> dict[str, dict[str, list[str]]]:
    """Return target → kind → forms, without their marks, of an actor file."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.count("\t") == 2 and not line.startswith(("#", "-")):
            target, kind, forms = line.split("\t")
            plain = [form.lstrip(_MARKS).removesuffix("-") for form in forms.split(" | ")]
            found.setdefault(target, {}).setdefault(kind, []).extend(plain)
    return found


def swapped(sentence: str, one: str, other: str, table: ActorTable, forms: Forms) -> str | None:
    """Return `sentence` with two actors in each other's place, or None where it names neither."""
    pieces, end = [], 0
    for mention in find_mentions(sentence, table):
        if mention.target not in (one, other):
            continue
        before, old, after = (
            sentence[end : mention.start],
            sentence[mention.start : mention.end],
            sentence[mention.end :],
        )
        new, is_adjective = _form(old, before, after, mention.target, other if mention.target == one else one, forms)
        pieces += [_with_article(before, old, new, is_adjective), new]
        end = mention.end
        if after.startswith(("'s", "’s")) and new.endswith("s"):
            pieces, end = [*pieces, after[0]], end + 2
        elif after.startswith(("' ", "’ ")) and old.endswith("s") and not new.endswith("s"):
            pieces, end = [*pieces, after[0] + "s"], end + 1
    return "".join([*pieces, sentence[end:]]) if pieces else None


def _form(old: str, before: str, after: str, target: str, new: str, forms: Forms) -> tuple[str, bool]:
    """Return what the new actor is called where the old one is called `old`, and whether that is an adjective."""
    kind = next((k for k, own in forms[target].items() if old.casefold() in map(str.casefold, own)), "")
    if _SHORT.match(old) and not before.lower().endswith("the ") and re.match(r" [a-z]", after):
        kind = "demonym"
    own = forms[new].get(kind, ())
    if kind == "demonym" and own:
        plural = old.endswith("s") and not _SHORT.match(old)
        return next((form for form in own if form.endswith("s") == plural), own[0]), True
    if kind == "leader" and own:  # a full name for a full name
        return next((form for form in own if (" " in form) == (" " in old)), own[0]), False
    if kind == "capital" and own:
        return own[0], False
    return new, False


def _with_article(before: str, old: str, new: str, is_adjective: bool) -> str:
    """Return the text before a swapped name with its article mended."""
    found = _ARTICLE.search(before)
    article = found[1].lower() if found else ""
    if found and article in ("a", "an"):
        mended = "an" if _VOWEL.match(new) else "a"
        return before[: found.start()] + (mended.capitalize() if found[1][0].isupper() else mended) + " "
    if is_adjective:
        return before
    if found and article == "the" and _WITH_THE.search(old) and not _WITH_THE.search(new):
        return before[: found.start()]
    if not article and _WITH_THE.search(new) and not _WITH_THE.search(old):
        begins = not before.strip() or before.rstrip().endswith((".", "!", "?"))
        return before + ("The " if begins else "the ")
    return before


def measure(model: Model, corpus: Corpus, *, seed: int, n_resamples: int) -> dict[str, dict[str, Figure]]:
    """Return group, pair or label → figures.

    `changed` is the share of sentences, carrying a claim and naming one of a pair, whose set of claims is another after
    the swap; of a label, the share of sentences coded with it where it is given or not given otherwise than before.
    `recall` and `recall_after`: labels found before and after.
    """
    codebook, forms = model.codebook, read_forms()
    right = read_truth(corpus, codebook, model.actors.canonical).claims == 1
    places, texts, which = [], [], []
    for group, pairs in GROUPS.items():
        for one, other in pairs:
            if one not in forms or other not in forms:
                continue
            for i in np.flatnonzero(right.any(axis=1)).tolist():
                text = swapped(corpus.sentences[i].text, one, other, model.actors, forms)
                if text is not None:
                    places.append(i)
                    texts.append(text)
                    which.append((group, f"{one} – {other}"))
    rows = np.array(places, dtype=np.intp)
    before = _given(model, corpus.texts)[rows]
    after = _given(model, texts)
    resamples = Resamples(corpus.documents, n_resamples=n_resamples, seed=seed)
    truth, changed = right[rows], before != after

    def figures(keep: NDArray[np.bool_], labels: slice | list[int]) -> dict[str, Figure]:
        own, of = truth[keep][:, labels], changed[keep][:, labels]
        some = own.any(axis=1) if labels != slice(None) else np.ones(len(own), bool)
        columns = [of.any(axis=1) & some, some, (own & before[keep][:, labels]).sum(axis=1),
                   (own & after[keep][:, labels]).sum(axis=1), own.sum(axis=1)]  # fmt: skip
        sums = resamples.sums(np.stack(columns, axis=-1), rows[keep])
        return {
            "changed": resamples.figure(ratio(sums[:, 0], sums[:, 1]), sums[0, 1]),
            "recall": resamples.figure(ratio(sums[:, 2], sums[:, 4]), sums[0, 4]),
            "recall_after": resamples.figure(ratio(sums[:, 3], sums[:, 4]), sums[0, 4]),
        }

    everything = np.ones(len(rows), bool)
    out = {"all pairs": figures(everything, slice(None))}
    for group in GROUPS:
        out[group] = figures(np.array([g == group for g, _ in which]), slice(None))
    for pair in dict.fromkeys(pair for _, pair in which):
        out[pair] = figures(np.array([p == pair for _, p in which]), slice(None))
    for j, name in enumerate(codebook.claim_names):
        if truth[:, j].any():
            out[name] = figures(everything, [j])
    return out


def _given(model: Model, texts: Sequence[str]) -> NDArray[np.bool_]:
    probabilities = model.probabilities(texts, documents=range(len(texts)))
    return probabilities.claims >= model.calibration.thresholds
