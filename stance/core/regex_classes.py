"""Write `regex_classes.inc`: what `regex`, the engine of NLTK's tokenizers from 3.10 on, takes for \\w and \\d.

Run by hand when `regex` follows a new Unicode: `python regex_classes.py regex_classes.inc`.
"""

import sys
from pathlib import Path

import regex

if __name__ == "__main__":
    everything = "".join(map(chr, range(0x110000)))
    lines = [f"// regex {regex.__version__}: first and last code point of each run.\n"]
    for name, pattern in (("word", r"\w+"), ("digit", r"\d+")):
        runs = [match.span() for match in regex.finditer(pattern, everything)]
        numbers = ",".join(f"{{{first},{end - 1}}}" for first, end in runs)
        lines.append(f"static const uint32_t regex_{name}[{len(runs)}][2] = {{{numbers}}};\n")
    Path(sys.argv[1]).write_text("".join(lines), encoding="ascii")
