"""The one-way flow: text → sentences → tokens → actors → features → scores → labels → study."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import stance

PACKAGE = Path(stance.__file__).parent

ORDER = [
    {"errors"},
    {"text"},
    {"codebook", "core", "tokens", "sentences"},
    {"actors", "compiled", "corpus"},
    {"features"},
    {"scores"},
    {"labels"},
    {"model"},
    {"study"},
    {"command"},
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
# The Python doors of the core stand where the step stands that they make fast.
DOORS = {"core/actors.py": "actors", "core/documents.py": "labels"}
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def imported(path):
    """Yield the packages of stance that a module imports at its top level."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "stance" and len(parts) > 1:
                yield parts[1]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_run_down_the_flow_only(module):
    """A module imports nothing that comes after it."""
    here = DOORS.get(module.as_posix(), module.parts[0].removesuffix(".py"))
    if here in ("__init__", "__main__"):
        return
    assert here in LEVEL, f"{here} has no place in the flow: give it one"
    for other in imported(PACKAGE / module):
        assert LEVEL[other] <= LEVEL[here], f"{module} imports stance.{other}, which comes after it"


def test_no_module_unpickles():
    """Nothing in the package loads pickles."""
    for module in MODULES:
        source = (PACKAGE / module).read_text(encoding="utf-8")
        assert "import pickle" not in source
        assert "allow_pickle=True" not in source
        assert "joblib.load" not in source


def test_importing_stance_imports_no_heavy_library():
    """`import stance` is light: NLTK, scikit-learn, SciPy and rich come when they are needed."""
    heavy = ("sklearn", "nltk", "scipy", "numpy", "rich", "click")
    code = f"import sys, stance; print(*sorted(set({heavy}) & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.split() == []


def test_every_public_name_is_there():
    """What `__all__` promises can be imported."""
    for name in stance.__all__:
        assert getattr(stance, name) is not None
