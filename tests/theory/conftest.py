"""What the tests of the theory share: exact numbers out of expressions, and one run of LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import mpmath
import pytest
from sympy import Dummy, Expr, lambdify, sympify


def _mpf(value: Any) -> mpmath.mpf:
    """Read a number at the working precision."""
    if isinstance(value, mpmath.mpf):
        return value
    numerator, denominator = sympify(str(value), rational=True).as_numer_denom()
    return mpmath.mpf(int(numerator)) / int(denominator)


@pytest.fixture(scope="session")
def number() -> Callable[..., mpmath.mpf]:
    """Return a function that evaluates an expression at numbers, to any number of digits.

    Keys may be symbols or traces such as `DegreesOfFreedom(1, kappa)`.
    """

    def evaluate(expression: Expr, values: Mapping[Expr, Any], digits: int = 60) -> mpmath.mpf:
        names = {key: Dummy() for key in values}
        # traces first: they contain kappa
        ordered = sorted(names, key=lambda key: key.is_Symbol)
        for key in ordered:
            expression = sympify(expression).xreplace({key: names[key]})
        assert not expression.free_symbols - set(names.values()), f"no value for a symbol of {expression}"
        with mpmath.workdps(digits):
            function = lambdify([names[key] for key in ordered], expression, "mpmath")
            return +mpmath.mpmathify(function(*(_mpf(values[key]) for key in ordered)))

    return evaluate


@pytest.fixture
def compile_latex(tmp_path: Path) -> Callable[[Iterable[str]], None]:
    """Return a function that compiles pieces of LaTeX as one document, or fails with TeX's complaint."""
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed: no LaTeX was compiled")

    def run(pieces: Iterable[str]) -> None:
        body = "\n\n".join(pieces)
        preamble = "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\n"
        (tmp_path / "all.tex").write_text(f"{preamble}{body}\n\\end{{document}}\n", encoding="utf-8")
        command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "-draftmode", "-no-shell-escape"]
        finished = subprocess.run(
            [*command, "all.tex"], cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120
        )
        complaints = re.findall(r"^!.*(?:\n.*){0,6}", finished.stdout, flags=re.MULTILINE)
        assert finished.returncode == 0, complaints[:1] or finished.stdout[-500:]
        assert "Missing character" not in finished.stdout

    return run
