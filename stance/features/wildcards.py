"""A word of a cue phrase, perhaps with wildcards → the pattern of the words it stands for.

`*` inside a word is any run of letters and digits, also none ("destabili*" is destabilise, destabilizing); alone it is
any one word.
"""

import re
from functools import cache


@cache
def word_pattern(part: str) -> re.Pattern[str]:
    """Return the pattern that fits (`fullmatch`) each word that `part` stands for; case matters."""
    if part.strip("*") == "":
        return re.compile(r"\w+")
    return re.compile(r"\w*".join(map(re.escape, re.split(r"\*+", part))))
