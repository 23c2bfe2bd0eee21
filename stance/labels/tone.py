"""Names of stances → how they are shown: for, against, or neither."""

_FOR = frozenset(("favor", "favour", "for", "support", "supports", "pro", "positive", "agree"))
_AGAINST = frozenset(("against", "oppose", "opposes", "contra", "con", "negative", "attack", "disagree"))


def tone(name: str) -> str:
    """Return "for", "against" or "neither", by the usual names of stances."""
    return "for" if name in _FOR else "against" if name in _AGAINST else "neither"
