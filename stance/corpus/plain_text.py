"""How the text of a source's document is cleaned before its characters are counted."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n.*?\r?\n---[ \t]*\r?\n", re.DOTALL)
_BLOCKS = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|^```.*?^```", re.DOTALL | re.IGNORECASE | re.MULTILINE)
_IMAGES = re.compile(r"!\[[^\]]*\]\([^)]*\)(?:\{[^}]*\})?")
_FOOTNOTES = re.compile(r"\[\\?\[?\d+\\?\]?\]\([^)]*\)|\\?\[\d+\\?\]|\[\^[^\]]*\]")
_LINKS = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LINES = re.compile(r"^\s*(?:#{1,6}.*|\|.*|[-*_=]{3,}\s*)$", re.MULTILINE)
_BULLETS = re.compile(r"^\s*(?:[>*+-]|\d+\.)\s+", re.MULTILINE)
_TAGS = re.compile(r"<[^>\n]{1,300}>")
_EMPHASIS = re.compile(r"\*\*|__|(?<![A-Za-z0-9])[*_](?=\S)|(?<=\S)[*_](?![A-Za-z0-9])")
_ESCAPES = re.compile(r"\\([\\`*_{}\[\]()#+.!~>-])")


def folded(text: str) -> str:
    """Return the text with every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def resolved(text: str) -> str:
    """Return the text with HTML entities resolved and white space folded."""
    return folded(html.unescape(text))


def without_markdown(text: str) -> str:
    """Return the running text of a Markdown page: no front matter, comments, code, images, footnote marks, headings,
    tables, rules, list marks, tags or emphasis; links become their words; then as `resolved`."""
    text = _FRONT_MATTER.sub("", text)
    for pattern in (_BLOCKS, _IMAGES, _FOOTNOTES):
        text = pattern.sub(" ", text)
    text = _LINKS.sub(r"\1", text)
    text = _LINES.sub(" ", text)
    text = _BULLETS.sub("", text)
    text = _TAGS.sub(" ", text)
    text = _EMPHASIS.sub("", text)
    return resolved(_ESCAPES.sub(r"\1", text))


PREPARATIONS: dict[str, Callable[[str], str]] = {"none": str, "fold": resolved, "markdown": without_markdown}
