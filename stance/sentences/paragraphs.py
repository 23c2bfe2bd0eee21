"""Text → blocks: a blank line ends a block always, a single line break by the rule stated here.

A *line* ends with LF, CR LF, CR, vertical tab, form feed, NEL or U+2028; U+2029 counts as a blank line. A line of
white space is blank. Between two lines that are not blank the break is either an *end* (a headline, a list item, a
speaker: the block ends) or *soft* (the line was wrapped: Punkt reads on, and splits there only at a full stop).

The document is looked at first, over its single breaks only. Its *width* is the length that nine in ten of the
lines before them do not exceed. It is *wrapped* if the width is at most 120 and at least a quarter of the lines
after them begin with a small letter: in wrapped prose about four in five do, in lists and headlines hardly one.

Then each break is judged by the line before and the line after it; the first rule that applies holds:

 1. The line after begins with a bullet: end.
 2. It begins with a number, a letter or a Roman numeral and a dot or bracket, with an "o", or with a dash, and the
    line before is finished or has such a mark itself: end.
 3. It begins with a speaker's label in capitals ("MR. PRICE:") or with "Q", and the line before is finished; a
    label of two words, or one that is the whole line, need not wait for that: end.
 4. The line before is a label and nothing else: end.
 5. The line after begins with a small letter (opening quotes and brackets aside), or the line before ends with a
    word that ends no sentence (of, the, and ...), or with a comma where the line after opens a quotation: soft.
 6. The document is not wrapped: end.
 7. One of the two lines is in capitals and the other is not: end. In capitals is a line without a small letter
    and with 8 capitals; 4 are enough for the line before, if it is the first of its block.
 8. The first word of the line after would have fitted with ease, so that the break was not made by wrapping (the
    line before, a space and the word take at most 0.7 of the width): end, if the line before is finished, unless
    by an abbreviation like U.S.; or if it is the first of its block and no list item, and the line after begins
    with a capital.
 9. The line before ends with two spaces (a line break in Markdown), is the first of its block or leaves room for
    the word (0.85 of the width), and the line after begins with a capital: end.
10. Otherwise soft.

*Finished* is a line that ends with . ? ! … : ; or a dash, with closing quotes or brackets after it or not, or with
a closing bracket. *First of its block* is a line after an end, or after a line that ends with . ? ! or ….
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]

_WIDEST = 120
_LINE = re.compile("[^\n\r\x0b\x0c\x85\u2028\u2029]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]|$)")
_QUOTES = "\"“‘«„'"
_OPENING = "\"'([{“‘«‹„‚*_"
_CLOSING = "\"')]}”’»›*_"
_BRACKETS = ")]}"
_SENTENCE_ENDS = ".?!…"
_LINE_ENDS = ".?!…:;—–"
_BULLETS = "-*•◦▪▫●○■□‣⁃·∙►▶➢➤✓✔➔→¥§"
_MARK = re.compile(
    r"(?:\(?(?:[0-9]{1,3}(?:\.[0-9]{1,3})*|[A-Za-z]|[ivx]{1,4}|[IVX]{1,4})\\?[.)]|\[[0-9]{1,3}\]|o|[—–](?=\s+\S))(?:\s|$)"
)
_LABEL = re.compile(r"(?:[A-Z](?=.{0,58}?[A-Z])[^a-z:;?!\"“”]{0,58}:|Q[.:]?)(?:\s|$)")
_NEVER_LAST = frozenset(
    """a an the of and or nor but in to for by with from that which who whose than at on as is are was were be been
    has have had will would its their our his her my your this these those into between under over against about
    through during among within upon per via such""".split()  # noqa: SIM905
)
_LOOK = 64  # characters from the start of a line in which its mark or label must lie


class _Line(NamedTuple):
    start: int  # of its first character that is not white space
    end: int  # after its last one
    two_spaces: bool  # follow it
    small: bool  # its first character, opening marks aside, is a small letter
    capital: bool  # its first character is a capital letter
    word: int  # length of its first word
    bullet: bool
    mark: bool
    label: int  # words of the speaker's label, 0 without one
    only_label: bool


def find_blocks(text: str) -> list[Span]:
    """Return the spans of the blocks of `text` in order, without white space at their ends.

    Every character that is not white space is in one of them. Linear time; nothing is kept of a line.
    """
    width = _wrapped_at(text)
    blocks = []
    before = None
    start = 0
    is_first = True
    for span in _lines(text):
        if span is None:
            if before:
                blocks.append((start, before.end))
            before = None
            continue
        after = _look_at(text, *span)
        if before is None:
            start = after.start
            is_first = True
        elif _is_end(text, before, after, width, is_first):
            blocks.append((start, before.end))
            start = after.start
            is_first = True
        else:
            is_first = _last_mark(text, before) in _SENTENCE_ENDS
        before = after
    return blocks


def _lines(text: str) -> Iterator[tuple[int, int, bool] | None]:
    """Yield start and end of each line that is not blank, and whether two spaces follow; None between paragraphs."""
    for match in _LINE.finditer(text):
        first, last = match.span()
        piece = text[first:last]
        bare = len(piece.rstrip())
        if bare:
            yield first + bare - len(piece[:bare].lstrip()), first + bare, piece.startswith("  ", bare)
        if not bare or piece.endswith("\u2029"):
            yield None
    yield None


def _wrapped_at(text: str) -> int:
    """The width at which the document is wrapped, 0 if it is not."""
    of_length = [0] * (_WIDEST + 2)
    small = 0
    before = None
    for span in _lines(text):
        if before and span:
            of_length[min(before[1] - before[0], _WIDEST + 1)] += 1
            small += _first_letter(text[span[0] : min(span[1], span[0] + _LOOK)]).islower()
        before = span
    n = sum(of_length)
    if n == 0 or 4 * small < n:
        return 0
    width = below = 0
    while below + of_length[width] < (9 * n + 9) // 10:
        below += of_length[width]
        width += 1
    return width if width <= _WIDEST else 0


def _first_letter(head: str) -> str:
    """The first character that is no opening mark, or the first."""
    return next((character for character in head if character not in _OPENING), head[0])


def _look_at(text: str, start: int, end: int, two_spaces: bool) -> _Line:
    head = text[start : min(end, start + _LOOK)]
    first = head[0]
    word = start
    while word < end and not text[word].isspace():
        word += 1
    label = _LABEL.match(head)
    return _Line(
        start,
        end,
        two_spaces,
        _first_letter(head).islower(),
        first.isupper(),
        word - start,
        first in _BULLETS and word == start + 1,
        _MARK.match(head) is not None,
        len(label.group().split()) if label else 0,
        label is not None and len(label.group().rstrip()) == end - start,
    )


def _is_end(text: str, before: _Line, after: _Line, width: int, is_first: bool) -> bool:
    """Whether the block ends between two lines; the rules are numbered as at the head of this file."""
    is_finished = _is_finished(text, before)
    if after.bullet:  # 1
        return True
    if after.mark and (is_finished or before.mark):  # 2
        return True
    if after.label and (is_finished or after.label > 1 or after.only_label):  # 3
        return True
    if before.only_label:  # 4
        return True
    if after.small or _last_word(text, before) in _NEVER_LAST:  # 5
        return False
    if text[before.end - 1] == "," and text[after.start] in _QUOTES:
        return False
    if not width:  # 6
        return True
    before_capitals, after_capitals = _capitals(text, before), _capitals(text, after)
    if before_capitals >= (4 if is_first else 8) and not after_capitals:  # 7
        return True
    if after_capitals >= 8 and not before_capitals:
        return True
    taken = 10 * (before.end - before.start + 1 + after.word)
    if taken <= 7 * width:  # 8
        if is_finished:
            return text[before.end - 3 : before.end : 2] != ".."
        if is_first and after.capital and not (before.bullet or before.mark):
            return True
    return before.two_spaces and after.capital and (is_first or 2 * taken <= 17 * width)  # 9, 10


def _last_mark(text: str, line: _Line) -> str:
    """The last character before closing quotes and brackets; the first of the line if there is none."""
    at = line.end - 1
    while at > line.start and text[at] in _CLOSING:
        at -= 1
    return text[at]


def _is_finished(text: str, line: _Line) -> bool:
    if _last_mark(text, line) in _LINE_ENDS:
        return True
    return text[line.end - 1] in _BRACKETS


def _last_word(text: str, line: _Line) -> str:
    """The last word of the line if it is short enough for the list, else its last 9 characters."""
    return text[max(line.start, line.end - 9) : line.end].rsplit(None, 1)[-1]


def _capitals(text: str, line: _Line) -> int:
    """The number of capitals A to Z in a line without a small letter a to z; 0 if it has one."""
    capitals = 0
    for character in text[line.start : line.end]:
        if "a" <= character <= "z":
            return 0
        capitals += "A" <= character <= "Z"
    return capitals
