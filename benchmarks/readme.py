"""Write the generated parts of the README: the output of its first example, and the figures of the bundled model.

python benchmarks/readme.py            # writes README.md
python benchmarks/readme.py --check    # fails if README.md is not what it would write
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MODEL = ROOT / "models" / "security-en" / "model.json"


def first_output(readme: str) -> str:
    """Return what the first Python example of the README prints, as a code block."""
    found = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert found, "the README must begin with an example in Python"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(found[1], {})
    return f"```\n{printed.getvalue()}```"


def gold_table() -> str:
    """Return the figures of the bundled model on the gold sentences, from its own file."""
    report = json.loads(MODEL.read_text(encoding="utf-8"))["report"]
    figures = report["gold"].items()
    rows = [f"| {name} | {value:.3f} | {low:.3f} to {high:.3f} |" for name, (value, low, high) in figures]
    return "\n".join(["| figure | value | 95 % interval |", "|---|---|---|", *rows])


def filled(readme: str) -> str:
    """Return the README with its generated parts made new."""
    parts = {"output:first": first_output(readme), "figures:gold": gold_table()}
    for name, text in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        readme = pattern.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", readme)
    return readme


def main() -> None:
    before = README.read_text(encoding="utf-8")
    after = filled(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            raise SystemExit("README.md is not what benchmarks/readme.py writes: run it and commit the result")
        return
    README.write_text(after, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
