"""A sentence → the span of the source of its words: "analysts" in "analysts say", the speaker of a quotation.

Rules over words, meant to be right where they answer rather than to answer everywhere: `according to X`; `X said`,
`X has repeatedly warned that`; `“…,” said X`. A sentence whose speaker is "I" or "we" has no source of its own.
"""

from __future__ import annotations

from stance.actors.words import bare_word, word_key, word_set, word_spans

# Verbs that report speech wherever they stand after a subject.
SAYING = word_set(
    """said says say told tells stated argued argues argue warned warns asserted asserts insisted insists insist
    contended contends contend remarked reiterated stressed underscored emphasized emphasised reaffirmed accused wrote
    writes quipped opined lamented complained conceded"""
)
# Verbs of other uses too: they report speech only before "that" or a quotation, and only in lower case.
SAYING_THAT = word_set(
    """announced declared declares alleged alleges allege claims claim claimed notes noted adds added states
    acknowledges acknowledged admitted admits suggested suggests suggest maintains maintained maintain believe think
    thinks predicts predicted concluded concludes reports reported report confirmed pledged vowed expressed denied
    denies explained observed"""
)
BEFORE_VERB = word_set(
    """has have had also further once then since recently repeatedly publicly openly rightly still even later already
    again often first just clearly explicitly strongly firmly consistently reportedly earlier today yesterday"""
)
SPEAKING_FOR_SELF = word_set("i we you us me there")
NOT_FIRST = word_set("i we you us me there let do does did is was")
NO_SUBJECT = word_set(
    """is was are were be been being to not will would should could can must may might shall do does did who which what
    that whom whatever let never than as and or by of the a an in on at for with from whereby"""
)
# "according to" these is no source but a measure.
MEASURES = word_set(
    """conditions standards law laws principles criteria needs adjustment charter schedule plan provisions rules
    circumstances means terms"""
)
BOUNDARIES = word_set(
    """that but while when as because although though which who what if since where so yet however then whereas until
    after before whether how why therefore indeed moreover meanwhile"""
)
CLOSERS = word_set(
    """that which who whose where when while and but as because on in at with to is was are were has have had it they
    he she the"""
)
DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
QUOTES = '"“”«»„‟'
STOPS = ",;:—–()[]!?\n" + QUOTES
LONGEST_SOURCE = 16  # words


def source_span(sentence: str) -> tuple[int, int] | None:
    """Return the (start, end) of the source that `sentence` names for what it reports, or None.

    Takes time linear in the length of the sentence; never raises on a str.
    """
    spans = word_spans(sentence)
    keys = [word_key(bare_word(sentence[a:b])) for a, b in spans]
    for at, key in enumerate(keys):
        found = None
        if key == "according" and keys[at + 1 : at + 2] == ["to"]:
            found = None if _measured(keys, at + 2) else _after(sentence, spans, keys, at + 2)
        elif key == "words" and keys[at - 2 : at] == ["in", "the"] and keys[at + 1 : at + 2] == ["of"]:
            found = _after(sentence, spans, keys, at + 2)
        elif key in SAYING or (key in SAYING_THAT and _reports(sentence, spans, keys, at)):
            found = _before(sentence, spans, keys, at) or _inverted(sentence, spans, keys, at)
        if found is not None:
            return found
    return None


def _gap(sentence: str, spans: list[tuple[int, int]], at: int) -> str:
    """Return what stands between the word before number `at` and that word; at most 8 characters from each end."""
    start = spans[at - 1][1] if at else 0
    end = spans[at][0] if at < len(spans) else len(sentence)
    return sentence[start:end] if end - start <= 16 else sentence[start : start + 8] + sentence[end - 8 : end]


def _measured(keys: list[str], at: int) -> bool:
    """Whether the words from number `at` on are a measure: its own conditions, international law."""
    return keys[at : at + 1] in (["its"], ["their"], ["our"]) or any(key in MEASURES for key in keys[at : at + 4])


def _reports(sentence: str, spans: list[tuple[int, int]], keys: list[str], at: int) -> bool:
    if not "a" <= sentence[spans[at][0]] <= "z":
        return False
    gap = _gap(sentence, spans, at + 1)
    return keys[at + 1 : at + 2] == ["that"] or any(c in QUOTES for c in gap)


def _before(sentence: str, spans: list[tuple[int, int]], keys: list[str], verb: int) -> tuple[int, int] | None:
    """Return the subject right before the verb, without an apposition between commas."""
    last = verb - 1
    if last < 0 or "." in _gap(sentence, spans, verb).strip(" "):
        return None
    while (
        last >= 0 and (keys[last] in BEFORE_VERB or keys[last].endswith("ly")) and not _stop(sentence, spans, last + 1)
    ):
        last -= 1
    if last < 0 or keys[last] in NO_SUBJECT or keys[last] in SPEAKING_FOR_SELF:
        return None
    gap = _gap(sentence, spans, last + 1)
    if any(c in QUOTES + ";:—–()[]" for c in gap):
        return None
    if "," in gap:  # Amano, director-general of the Agency, said
        while last > 0 and not _stop(sentence, spans, last) and verb - last <= LONGEST_SOURCE:
            last -= 1
        if last <= 0 or "," not in _gap(sentence, spans, last):
            return None
        last -= 1
        if keys[last] in NO_SUBJECT or keys[last] in SPEAKING_FOR_SELF:
            return None
    first = last
    while (
        first > 0
        and last - first < LONGEST_SOURCE
        and not _stop(sentence, spans, first)
        and keys[first - 1] not in BOUNDARIES
    ):
        first -= 1
    if first == 0 and keys[0] in ("q", "and", "but", "so", "yet", "also"):
        first = 1
    while first < last and keys[first] in ("and", "or", "also", "on", *DAYS):
        first += 1
    if first > last or keys[first] in NOT_FIRST or last - first >= LONGEST_SOURCE:
        return None
    return spans[first][0], spans[last][1]


def _inverted(sentence: str, spans: list[tuple[int, int]], keys: list[str], verb: int) -> tuple[int, int] | None:
    """Return the subject after the verb, if the verb follows a comma or a quotation: “…,” said X."""
    gap = _gap(sentence, spans, verb)
    if verb == 0 or not any(c in QUOTES + "," for c in gap):
        return None
    return _after(sentence, spans, keys, verb + 1)


def _after(sentence: str, spans: list[tuple[int, int]], keys: list[str], first: int) -> tuple[int, int] | None:
    """Return the words from number `first` up to a stop or a word that cannot go on a name."""
    if (
        first >= len(keys)
        or _stop(sentence, spans, first)
        or keys[first] in SPEAKING_FOR_SELF
        or keys[first] in ("that", "to")
    ):
        return None
    last = first
    while (
        last + 1 < len(keys)
        and last - first < LONGEST_SOURCE
        and not _stop(sentence, spans, last + 1)
        and keys[last + 1] not in CLOSERS
    ):
        last += 1
    return spans[first][0], spans[last][1]


def _stop(sentence: str, spans: list[tuple[int, int]], at: int) -> bool:
    """Whether punctuation stands right before word number `at` that no name goes across."""
    return any(c in STOPS for c in _gap(sentence, spans, at))
