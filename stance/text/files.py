"""Files of text: UTF-8, or UTF-16 and UTF-32 with a byte order mark."""

import codecs
from os import PathLike, fspath

from stance.errors import TextError

_MARKS = (  # the UTF-32 mark begins with the one of UTF-16, so it comes first
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NUL_SHARE = 0.01  # a text may hold a stray NUL; a binary, or UTF-16 without a mark, holds them by the dozen


def read_text(path: str | PathLike[str]) -> str:
    """Return the text of the file at `path`, line ends as they are, without its byte order mark.

    Raises TextError, naming the file and, for what cannot be decoded, the byte where it stands: an empty name, no such
    file, a directory, no permission, a binary, another encoding than UTF-8 without a byte order mark.
    """
    where = fspath(path)
    if not where:
        raise TextError("a file must be named; got an empty name")
    try:
        with open(where, "rb") as file:
            raw = file.read()
    except FileNotFoundError:
        raise TextError(f"{where}: no such file") from None
    except IsADirectoryError:
        raise TextError(f"{where}: is a directory, a file of text must be given") from None
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the name
        reason = getattr(problem, "strerror", None) or problem
        raise TextError(f"{where!r}: cannot be read: {reason}") from None
    return decode_text(raw, where)


def decode_text(raw: bytes, where: str) -> str:
    """Return `raw` as text, as `read_text` does; `where` is how errors name it, a file or "standard input"."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if raw.startswith(mark)), (b"", "utf-8"))
    body = raw[len(mark) :]
    if encoding == "utf-8" and body.count(0) > _NUL_SHARE * len(body):
        raise TextError(
            f"{where}: byte {len(mark) + body.index(0)} is NUL, and {body.count(0)} of {len(body)} are: "
            "a binary file, or UTF-16 without a byte order mark; must be text in UTF-8"
        )
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as problem:
        at = len(mark) + problem.start
        raise TextError(
            f"{where}: byte {at} (0x{raw[at]:02x}) is not {encoding.upper()} ({problem.reason}); must be text in "
            "UTF-8, or in UTF-16 with a byte order mark"
        ) from None
