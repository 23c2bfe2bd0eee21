"""Arguments of public functions, checked at the door: those that must be text, and those something else makes."""

from typing import Any, TypeVar

from stance.errors import TextError

_SHOWN = 40  # characters of a wrong value that an error repeats

Kind = TypeVar("Kind")


def check_text(value: object, name: str = "text") -> str:
    """Return `value` if it is a str; any str is text: empty, of any length, with NUL or lone surrogates.

    `name` is what the caller calls the argument ("text", "sentences[3]"). Raises TypeError, with what was given,
    for anything that can never be text, and TextError for bytes, which become text by being decoded.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        shown = bytes(value[:_SHOWN])
        raise TextError(f"{name} must be str, got {type(value).__name__} {shown!r}: decode it first, "
                        f'as in {name}.decode("utf-8")')  # fmt: skip
    if value is None:
        raise TypeError(f"{name} must be str, got None: leave out what is missing, or give an empty str")
    if isinstance(value, float) and value != value:
        raise TypeError(f"{name} must be str, got NaN (a missing value): leave it out, or give an empty str")
    raise TypeError(f"{name} must be str, got {type(value).__name__} {_shown(value)}")


def check_made(value: Any, kind: type[Kind], name: str, maker: str) -> Kind:
    """Return `value` if it is of a kind; raises TypeError that says which function, `maker`, makes one."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        made = f"{article} {kind.__name__}, as {maker} returns it"
        raise TypeError(f"{name} must be {made}; got {type(value).__name__} {_shown(value)}")
    return value


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
