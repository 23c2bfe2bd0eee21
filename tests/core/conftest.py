"""Makes `strategies`, `textbook` and the table of settings importable, and keeps linear algebra on one thread."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

HERE = Path(__file__).parent
# at the end: an installed stance comes before the one of the checkout
sys.path += [str(HERE), str(HERE.parent.parent)]

settings.register_profile("core", deadline=None, print_blob=True)
settings.load_profile("core")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Threads of BLAS cost more than they bring on models this small."""
    with threadpool_limits(1):
        yield
