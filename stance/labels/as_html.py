"""Documents → one HTML page that needs nothing else: no script, no font, no picture, nothing fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

import stance
from stance.labels.as_text import printable
from stance.labels.records import Document, Sentence, Span
from stance.labels.tone import tone

if TYPE_CHECKING:
    from stance.codebook import Codebook

_HUES = (12, 265, 205, 145, 42, 320, 95, 180)  # of the families, in codebook order
_Mark = tuple[Span, str, str]  # where, which way it is underlined, and what the pointer shows
_SUMMARY = 6  # claims and targets that the summary of a document names

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2126; --soft: #667080; --line: #e2e5ea; --page: #fcfcfa; --chip: #f0f1f3;
  --tint: 92%; --strong: 34%; --vivid: 75%; --against: #b3261e; --for: #1a7440; --neither: #8a93a0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #98a2b0; --line: #32373f; --page: #16181c;
  --chip: #262a31; --tint: 20%; --strong: 80%; --vivid: 42%; --against: #ff8a80; --for: #76d39b; --neither: #7b8594; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 17px/1.6 Georgia, "Times New Roman", serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 3rem 0 .2rem; overflow-wrap: anywhere; }
header, details, .sum, .labels, footer { font: 13px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; color: var(--soft); }
details { border-block: 1px solid var(--line); padding: .6rem 0; }
summary { cursor: pointer; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1rem; margin: .7rem 0 .2rem; }
dd { margin: 0; display: flex; flex-wrap: wrap; gap: .3rem; }
.sum { margin: 0 0 1.2rem; }
.s { display: grid; grid-template-columns: minmax(0, 1fr) 19rem; gap: 0 2rem; padding: .22rem 0; }
.s.gap { margin-top: 1.1rem; }
.s p { margin: 0; overflow-wrap: anywhere; }
.s mark { background: hsl(var(--hue) var(--vivid) var(--tint)); color: inherit; padding: .1em .15em;
  border-radius: .2em; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.n { color: var(--soft); font: 11px system-ui, sans-serif; margin-right: .5em; user-select: none; }
.labels { list-style: none; margin: .2rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem;
  align-content: start; }
.chip { border-radius: 1em; padding: 0 .6em; background: var(--chip); color: var(--soft); white-space: nowrap;
  max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
.claim { background: hsl(var(--hue) var(--vivid) var(--tint)); color: hsl(var(--hue) 60% var(--strong));
  font-weight: 600; }
.claim small { font-weight: 400; margin-left: .35em; }
.stance { background: none; border: 1px solid var(--line); }
.stance b { font-weight: 600; } .meant { font-style: italic; }
.stance.against b { color: var(--against); } .stance.for b { color: var(--for); }
u { text-decoration-thickness: 2px; text-underline-offset: .18em; text-decoration-color: var(--neither); }
u.against { text-decoration-color: var(--against); } u.for { text-decoration-color: var(--for); }
u.source { text-decoration-style: dotted; text-decoration-color: currentColor; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; }
@media (max-width: 50rem) { .s { grid-template-columns: 1fr; padding-bottom: .5rem; } }
@media print { body { font-size: 11pt; } .s { break-inside: avoid; } }
"""


class Page:
    """One page of documents, written piece by piece: `head`, each `document`, `tail`.

    With a codebook there is a legend, families of claims have their colours, definitions show under the pointer, and
    the text's own voice is not marked.
    """

    def __init__(self, codebook: Codebook | None = None) -> None:
        self.codebook = codebook
        claims = codebook.claims if codebook else ()
        families = list(dict.fromkeys(label.family or label.name for label in claims))
        self._hues = {c.name: _HUES[families.index(c.family or c.name) % len(_HUES)] for c in claims}
        labels = (*claims, *codebook.roles, *codebook.voices, *codebook.stances) if codebook else ()
        self._definitions = {label.name: label.definition for label in labels}
        self._own_voice = codebook.voice_names[0] if codebook and codebook.voices else None

    def head(self) -> str:
        """Return the page up to its first document."""
        language = _shown(self.codebook.language) if self.codebook else "en"
        return (
            f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            f"<title>Claims and stance, sentence by sentence</title>\n<style>{_STYLE}</style>\n</head>\n"
            "<body>\n<main>\n"
            f"{self._legend()}"
        )

    def tail(self) -> str:
        """Return the end of the page."""
        return (
            f"<footer>Labelled by stance {_shown(stance.__version__)}. Numbers are the model's probabilities; labels "
            "are an aid to reading, not a verdict.</footer>\n</main>\n</body>\n</html>\n"
        )

    def document(self, document: Document) -> str:
        """Return one document: a heading, a summary, and a row a sentence with its labels beside it."""
        n = len(document.sentences)
        by = f", by {_shown(document.model)}" if document.model else ""
        size = "1 sentence" if n == 1 else f"{n:,} sentences"
        lines = [
            f'<article>\n<h1 dir="auto">{_shown(document.id or "Text")}</h1>\n'
            f'<p class="sum">{size}{by}{self._summary(document)}</p>\n'
        ]
        end = 0
        for number, sentence in enumerate(document.sentences, 1):
            between = document.text[end : sentence.span[0]]
            lines.append(self._sentence(document, sentence, number, gap=_is_paragraph(between)))
            end = sentence.span[1]
        return "".join([*lines, "</article>\n"])

    def _sentence(self, document: Document, s: Sentence, number: int, *, gap: bool) -> str:
        text = _marked(document, s)
        if s.claims:
            text = f'<mark style="--hue:{self._hue(s.claims[0].name)}">{text}</mark>'
        chips = [self._claim(claim.name, f"<small>{claim.probability:.2f}</small>") for claim in s.claims]
        if s.role is not None:
            chips.append(self._chip("role", s.role.name, f"{s.role.probability:.2f}"))
        if s.voice is not None and s.voice.name != self._own_voice:
            chips.append(self._chip("voice", s.voice.name, f"{s.voice.probability:.2f}"))
        for target, found in s.stance.items():
            kind = tone(found.name) + ("" if found.spans else " meant")
            title = f"{found.name} {found.probability:.2f}" + ("" if found.spans else "; meant, not named")
            shown = f"{_shown(target)} <b>{_shown(found.name)}</b>"
            chips.append(f'<li class="chip stance {kind}" title="{_shown(title)}">{shown}</li>')
        return (
            f'<div class="s{" gap" if gap else ""}"><p dir="auto"><span class="n">{number}</span>{text}</p>'
            f'<ul class="labels">{"".join(chips)}</ul></div>\n'
        )

    def _hue(self, claim: str) -> int:
        return self._hues.get(claim, _HUES[0])

    def _claim(self, name: str, more: str = "", tag: str = "li") -> str:
        title = f' title="{_shown(self._definitions[name])}"' if name in self._definitions else ""
        return f'<{tag} class="chip claim" style="--hue:{self._hue(name)}"{title}>{_shown(name)}{more}</{tag}>'

    def _chip(self, kind: str, name: str, probability: str = "", tag: str = "li") -> str:
        title = " ".join(filter(None, (self._definitions.get(name, ""), probability)))
        return f'<{tag} class="chip {kind}" title="{_shown(title)}">{_shown(name)}</{tag}>'

    def _summary(self, document: Document) -> str:
        """Return what the document claims most, and where it stands toward whom it names most."""
        claims = Counter(claim.name for s in document.sentences for claim in s.claims)
        targets: dict[str, Counter[str]] = {}
        for s in document.sentences:
            for target, found in s.stance.items():
                targets.setdefault(target, Counter())[found.name] += 1
        most = sorted(targets.items(), key=lambda item: -item[1].total())[:_SUMMARY]
        parts = [_counts(claims.most_common(_SUMMARY))] if claims else []
        parts += [f"<b>{_shown(target)}</b> {_counts(stances.most_common())}" for target, stances in most]
        return "".join(f" &ensp;·&ensp; {part}" for part in parts)

    def _legend(self) -> str:
        codebook = self.codebook
        if codebook is None:
            return ""
        families: dict[str, list[str]] = {}
        for label in codebook.claims:
            families.setdefault(label.family or "claims", []).append(self._claim(label.name, tag="span"))
        rows = [(name, "".join(chips)) for name, chips in families.items()]
        if codebook.roles:
            rows.append(("role", "".join(self._chip("role", name, tag="span") for name in codebook.role_names)))
        if codebook.voices:
            chip = self._chip("voice", codebook.voice_names[1], tag="span")
            rows.append(("voice", f'{chip}<span>whose <u class="source">source</u> has dots</span>'))
        if codebook.stances:
            names = " ".join(f'<u class="{tone(name)}">{_shown(name)}</u>' for name in codebook.stance_names)
            rows.append(("stance", f"<span>toward the actor underlined: {names}; in <i>italics</i>, only meant</span>"))
        body = "".join(f"<dt>{_shown(name)}</dt><dd>{chips}</dd>" for name, chips in rows)
        title = f"{codebook.title or codebook.name} (codebook {codebook.name} {codebook.version})"
        return f"<details open><summary>{_shown(title)}</summary><dl>{body}</dl></details>\n"


def _shown(text: str) -> str:
    return escape(printable(text))


def _counts(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{_shown(name)} {n}" for name, n in items)


def _is_paragraph(between: str) -> bool:
    """Whether white space between two sentences holds an empty line."""
    return len(between.splitlines()) > 1


def _marked(document: Document, s: Sentence) -> str:
    """Return a sentence as HTML: mentions of its targets underlined by stance, its source by dots."""
    marks: list[_Mark] = []
    for target, found in s.stance.items():
        marks += [(span, tone(found.name), f"{target}: {found.name}") for span in found.spans]
    marks.sort()
    source = s.voice.source_span if s.voice is not None else None
    if source is None:
        return _underlined(document.text, s.span, marks)
    before, after = (s.span[0], source[0]), (source[1], s.span[1])
    inner = _underlined(document.text, source, marks)
    return (
        f'{_underlined(document.text, before, marks)}<u class="source" title="source">{inner}</u>'
        f"{_underlined(document.text, after, marks)}"
    )


def _underlined(text: str, span: Span, marks: Iterable[_Mark]) -> str:
    """Return a piece of the text as HTML, with the marks that begin in it."""
    out, (at, stop) = [], span
    for (start, end), kind, title in marks:
        if at <= start < stop:
            end = min(end, stop)
            out.append(_shown(text[at:start]))
            out.append(f'<u class="{kind}" title="{_shown(title)}">{_shown(text[start:end])}</u>')
            at = end
    return "".join([*out, _shown(text[at:stop])])
