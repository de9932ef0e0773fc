"""Make the checkout importable as `scalinglaws`, and guard the global state of every test."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["MPLBACKEND"] = "Agg"
ROOT = Path(__file__).resolve().parent


def _link_checkout() -> None:
    """Put a folder with the link `scalinglaws -> checkout` on the path."""
    folder = tempfile.mkdtemp(prefix="scalinglaws-link-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (Path(folder) / "scalinglaws").symlink_to(ROOT, target_is_directory=True)
    _put_on_path(folder)


def _put_on_path(folder: str) -> None:
    """Put a folder first on the path, here and in child processes."""
    sys.path.insert(0, folder)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))


# Workers that are spawned import functions of the tests by name.
_put_on_path(str(ROOT))

# A new file is seen at once that way; the wheel is tested with the variable set.
if not os.environ.get("SCALINGLAWS_TEST_INSTALLED"):
    _link_checkout()


@pytest.fixture(autouse=True)
def _global_precision_is_untouched() -> Iterator[None]:
    """No function may change the precision of its caller."""
    import mpmath

    before = mpmath.mp.prec
    yield
    after = mpmath.mp.prec
    mpmath.mp.prec = before
    assert after == before, f"mp.prec was {before} before the test and {after} after it"
