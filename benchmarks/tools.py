"""Cases beside other tools."""

from benchmarks.case import Case

CASES: list[Case] = []
PACKAGES: tuple[str, ...] = ()
