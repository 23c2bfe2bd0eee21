"""Write the generated parts of README.md (the first example's output, figures of the bundled model, quality and speed)
and of benchmarks/README.md (the tables of the newest results).

python benchmarks/readme.py            # writes both
python benchmarks/readme.py --check    # fails if one is not what it would write
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from benchmarks import report
from benchmarks.quality import report as quality

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BENCHMARKS = ROOT / "benchmarks" / "README.md"
REPORT = ROOT / "models" / "security-en" / "report.json"


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
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    figures = report["gold"].items()
    rows = [f"| {name} | {value:.3f} | {low:.3f} to {high:.3f} |" for name, (value, low, high) in figures]
    return "\n".join(["| figure | value | 95 % interval |", "|---|---|---|", *rows])


def filled(readme: str) -> str:
    """Return the README with its generated parts made new."""
    parts = {
        "output:first": first_output(readme),
        "figures:gold": gold_table(),
        "figures:quality": quality.readme_table(),
        "figures:speed": report.speed_table(),
    }
    return replaced(readme, parts)


def replaced(page: str, parts: dict[str, str]) -> str:
    """Return `page` with what stands between `<!-- name -->` and `<!-- end -->` replaced by each part."""
    for name, text in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page = pattern.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page)
    return page


def main() -> None:
    pages = {README: filled, BENCHMARKS: lambda page: replaced(page, report.parts() | quality.parts())}
    for path, fill in pages.items():
        before = path.read_text(encoding="utf-8")
        after = fill(before)
        if before == after:
            continue
        if "--check" in sys.argv[1:]:
            raise SystemExit(f"{path.name} is not what benchmarks/readme.py writes: run it and commit the result")
        path.write_text(after, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
