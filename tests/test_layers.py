"""The floors of the building: imports go down, never up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_import_contracts_are_kept():
    # A process of its own: import-linter builds its graph from what is importable there.
    result = subprocess.run(
        [sys.executable, "-c", "import importlinter.cli as cli; cli.lint_imports_command()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("scalinglaws.numerics", ("sympy", "z3", "matplotlib", "click", "rich")),
        ("scalinglaws.theory", ("matplotlib", "click", "rich", "jinja2")),
        ("scalinglaws.validate", ("sympy", "z3", "matplotlib", "scipy", "rich", "jinja2")),
        ("scalinglaws.validate.command_line", ("sympy", "z3", "numpy", "mpmath", "rich")),
    ],
)
def test_importing_a_package_does_not_load_what_it_does_not_need(module, absent):
    code = f"import {module}, sys; print([name for name in {absent!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
