"""Write the counted tables of DATASHEET.md and RULINGS.md from the corpus beside it; no source text is needed.

python corpora/security/counts.py            # writes both
python corpora/security/counts.py --check    # fails if one is not what it would write
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import chain, combinations
from operator import add
from pathlib import Path
from textwrap import fill

import stance
from stance.actors import load_actors
from stance.command.train import read_references
from stance.corpus import ADJUDICATED, CodedSentence, Corpus, load_sources, read_corpus
from stance.study.agreement import agreement_figures
from stance.study.bootstrap import Resamples
from stance.study.report import Figure

HERE = Path(__file__).parent
PAGES = (HERE / "DATASHEET.md", HERE / "RULINGS.md")
MOST_TARGETS = 20
MOST_SIDES = 24

# What a source is and whose voice it is: known from the source, not to be counted.
SOURCES = {
    "ungdc": ("speeches", "all members of the UN"),
    "white_house": ("statements, briefings", "United States"),
    "kremlin": ("speeches", "Russia"),
    "zelensky": ("speeches", "Ukraine"),
    "womenandwar": ("statements", "South Korea, civil society"),
    "zcp": ("articles", "Zimbabwe, communist party"),
    "project_syndicate": ("op-eds", "many"),
    "china_daily": ("editorials, columns", "China"),
    "inquirer": ("editorials", "Philippines"),
    "china_dream": ("essays", "China"),
    "pen0": ("think-tank reports", "mostly United States and Europe"),
    "geopsreport": ("commentary", "against intervention"),
    "bibp": ("commentary", "against the West, some of it Russian"),
    "sisihagen": ("commentary", "German left; Russian foreign ministry"),
    "un_aligned": ("commentary", "civil society"),
    "tehran_times": ("news, commentary", "Iran"),
    "semeval2025": ("press, commentary", "on Ukraine, both sides"),
    "euvsdisinfo": ("fact checks", "Europe, against Russian claims"),
    "press2016": ("news", "mostly Reuters"),
    "nlp4if": ("news, commentary", "United States"),
    "globalreport": ("news, commentary", "India, United States, United Kingdom"),
    "finescoop": ("news", "United Kingdom"),
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; integers get commas and stand to the right."""
    rows = list(rows)
    rule = ["---:" if isinstance(cell, int) else "---" for cell in rows[0]]
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *cells))


def parts_table(written: Corpus, real: Corpus) -> str:
    """Return rows, sentences and documents of each part, and how many sentences were coded twice and decided."""
    rows = []
    for name, corpus in (("`written.jsonl`", written), ("`by-reference/`", real)):
        several = sum(len(s.independent) > 1 for s in corpus)
        final = sum(len(s.independent) < len(s.codings) for s in corpus)
        n_rows = sum(len(s.codings) for s in corpus)
        rows.append((name, n_rows, len(corpus), len(set(corpus.documents)), several, final))
    return table(("part", "rows", "sentences", "documents", "coded twice", "adjudicated"), rows)


def sources_table(real: Corpus) -> str:
    """Return genre, side and size of each source."""
    titles = load_sources(HERE / "sources.toml")
    rows = []
    for name, (genre, side) in SOURCES.items():
        own = [s for s in real if s.source == name]
        random = sum(s.sample == "random" for s in own)
        rows.append((titles[name].title, genre, side, len({s.document for s in own}), len(own), random))
    return table(("source", "genre", "side", "documents", "sentences", "of these random"), rows)


def kinds_table(written: Corpus) -> str:
    """Return the size of each kind of written document."""
    sentences = Counter(s.kind for s in written)
    documents = Counter(kind for _, kind in {(s.document, s.kind) for s in written})
    return table(("kind", "documents", "sentences"), [(k, documents[k], n) for k, n in sentences.most_common()])


def sides_line(written: Corpus) -> str:
    """Return the sides of the written documents with their sentences, the largest first."""
    sides = Counter(s.speaker for s in written)
    largest = [f"{side} {n:,}" for side, n in sides.most_common(MOST_SIDES)]
    rest = sum(n for _, n in sides.most_common()[MOST_SIDES:])
    return fill(f"Sentences by side: {', '.join(largest)}; {len(sides) - MOST_SIDES} others {rest:,}.", 120)


def labels_table(written: Corpus, real: Corpus, figures: dict[str, Figure]) -> str:
    """Return the sentences with each label, as finally coded, and the coders' alpha with its interval."""
    book = stance.load_codebook("security")
    rows: list[Sequence[object]] = []
    for layer, names in (("claims", book.claim_names), ("role", book.role_names), ("voice", book.voice_names)):
        counts = [Counter(chain.from_iterable(_final(s, layer) for s in corpus)) for corpus in (written, real)]
        one_alpha = figures.get({"role": "coders.roles.alpha"}.get(layer, f"coders.{layer}.alpha"))
        for i, name in enumerate(names):
            own = figures.get(f"coders.claims.{name}.alpha") if layer == "claims" else one_alpha if i == 0 else None
            rows.append((layer if i == 0 else "", name, counts[0][name], counts[1][name], own or ""))
        if layer == "claims":
            rows.append(("", "no claim", counts[0][None], counts[1][None], f"{one_alpha} (mean of claims)"))
    counts = [
        Counter(name for s in corpus for name in s.deciding("stance")[0].stance.values()) for corpus in (written, real)
    ]
    for i, name in enumerate(book.stance_names):
        alpha = figures["coders.stance.alpha"] if i == 0 else ""
        rows.append(("stance" if i == 0 else "", name, counts[0][name], counts[1][name], alpha))
    return table(("layer", "label", "written", "real", "alpha [95 % interval]"), rows)


def targets_table(corpus: Corpus) -> str:
    """Return how the actors that are most often targets are spoken of, as finally coded."""
    canonical = load_actors().canonical
    counts: dict[str, Counter[str]] = {}
    for s in corpus:
        for target, name in s.deciding("stance")[0].stance.items():
            counts.setdefault(canonical(target), Counter())[name] += 1
    most = sorted(counts, key=lambda target: (-counts[target].total(), target))[:MOST_TARGETS]
    names = ("against", "favor", "neutral")
    return table(("target", *names), [(target, *(counts[target][name] for name in names)) for target in most])


def claims_table(twice: Sequence[CodedSentence]) -> str:
    """Return per claim: sentences both coders gave, one gave and it was kept, one gave and it was dropped."""
    counts: Counter[tuple[str, str]] = Counter()
    for s in twice:
        one, other = (c.claims for c in s.independent)
        final = s.deciding("claims")[0].claims
        counts.update((name, "both") for name in one & other)
        counts.update((name, "kept" if name in final else "dropped") for name in one ^ other)
        counts.update((name, "added") for name in final - one - other)
    columns = ("both", "kept", "dropped", "added")
    names = stance.load_codebook("security").claim_names
    rows = [(name, *(counts[name, column] for column in columns)) for name in names]
    rows.append(("all", *(sum(counts[name, column] for name in names) for column in columns)))
    return table(("claim", "both gave it", "one gave it, kept", "one gave it, dropped", "neither gave it, added"), rows)


def roles_table(twice: Sequence[CodedSentence]) -> str:
    """Return per pair of roles: how often it was disputed, and what was decided."""
    names = stance.load_codebook("security").role_names
    disputes: dict[tuple[str, ...], Counter[str]] = {pair: Counter() for pair in combinations(names, 2)}
    for s in twice:
        pair = tuple(sorted({c.role for c in s.independent}, key=names.index))
        if len(pair) == 2:
            disputes[pair][s.deciding("role")[0].role] += 1
    found = sorted((pair for pair in disputes if disputes[pair]), key=lambda pair: -disputes[pair].total())
    rows = []
    for one, other in found:
        decided = disputes[one, other]
        third = decided.total() - decided[one] - decided[other]
        rows.append((f"{one} or {other}", decided.total(), decided[one], decided[other], third))
    return table(("roles", "sentences", "the first", "the second", "a third"), rows)


def coders_table(twice: Sequence[CodedSentence]) -> str:
    """Return per coder, over what it and another coded: the fate of the claims one of them gave, and of its roles."""
    counts: Counter[tuple[str, str]] = Counter()
    for s in twice:
        for own, other in (s.independent, s.independent[::-1]):
            final = s.deciding("claims")[0].claims
            kept = [("kept" if name in final else "dropped") for name in own.claims - other.claims]
            missed = [("missed" if name in final else "rightly left") for name in other.claims - own.claims]
            counts.update((own.coder, what) for what in ("n", *kept, *missed))
            if own.role != other.role:
                counts.update(
                    [(own.coder, "roles"), (own.coder, "right")][: 1 + (own.role == s.deciding("role")[0].role)]
                )
    coders = sorted({coder for coder, _ in counts})
    columns = ("n", "kept", "dropped", "missed", "rightly left", "roles", "right")
    head = (
        "coder",
        "sentences",
        "own kept",
        "own dropped",
        "other's kept",
        "other's dropped",
        "roles differed",
        "upheld",
    )
    return table(head, [(f"`{c}`", *(counts[c, column] for column in columns)) for c in coders])


def _final(sentence: CodedSentence, layer: str) -> Sequence[str | None]:
    """Return a layer's final labels; [None] for a sentence without a claim."""
    given = getattr(sentence.deciding(layer)[0], layer)
    return (sorted(given) or [None]) if layer == "claims" else [given]


def filled() -> dict[Path, str]:
    """Return each page with its tables made new."""
    book = stance.load_codebook("security")
    written = read_corpus(HERE / "written.jsonl")
    real = reduce(add, (read_references(path, book) for path in sorted((HERE / "by-reference").glob("*.jsonl"))))
    twice = [s for s in real if len(s.independent) == 2]
    _must_be_whole(real, twice)
    figures = agreement_figures(real, book, load_actors().canonical, Resamples(real.documents))
    tables = {
        "counts:parts": parts_table(written, real),
        "counts:sources": sources_table(real),
        "counts:kinds": kinds_table(written),
        "counts:sides": sides_line(written),
        "counts:labels": labels_table(written, real, figures),
        "counts:targets": targets_table(written + real),
        "counts:claims": claims_table(twice),
        "counts:roles": roles_table(twice),
        "counts:coders": coders_table(twice),
    }
    return {path: replaced(path.read_text(encoding="utf-8"), tables) for path in PAGES}


def _must_be_whole(real: Corpus, twice: Sequence[CodedSentence]) -> None:
    """Raise SystemExit for a source that SOURCES does not know, or a difference between coders that nobody decided."""
    unknown = {s.source for s in real} ^ SOURCES.keys()
    if unknown:
        raise SystemExit(f"SOURCES must name the sources of by-reference/, and no others; differs in {sorted(unknown)}")
    for s in twice:
        one, other = ((c.claims, c.role, c.voice, c.stance) for c in s.independent)
        if one != other and len(s.independent) == len(s.codings):
            raise SystemExit(f"{s.place}: the coders differ, and no row of the coder {ADJUDICATED!r} decides")


def replaced(page: str, tables: dict[str, str]) -> str:
    """Return `page` with what stands between `<!-- name -->` and `<!-- end -->` replaced by each table."""
    for name, text in tables.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page = pattern.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page)
    return page


def main() -> None:
    pages = {path: page for path, page in filled().items() if path.read_text(encoding="utf-8") != page}
    if pages and "--check" in sys.argv[1:]:
        raise SystemExit(f"{', '.join(path.name for path in pages)}: not up to date; run corpora/security/counts.py")
    for path, page in pages.items():
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
