"""How results are printed: aligned words and figures, JSON, and LaTeX made legible in a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

_SIGNS = {
    "ldots": "…", "dots": "…", "cdot": "·", "times": "×", "infty": "∞", "to": "→", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "ll": "≪", "gg": "≫", "neq": "≠", "ne": "≠", "sim": "∼",
    "simeq": "≃", "approx": "≈", "propto": "∝", "pm": "±", "min": "min", "max": "max", "log": "log",
    "sum": "Σ", "in": "∈", "quad": " ", "leftrightarrow": "↔", "alpha": "α", "beta": "β", "gamma": "γ",
    "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Lambda": "Λ", "left": "", "right": "",
    "big": "", "bigl": "", "bigr": "", ",": " ", ";": " ", "!": "",
}  # fmt: skip


def plain(text: str) -> str:
    r"""Return text with its formulas in characters instead of LaTeX, as far as that goes.

    Examples
    --------
    >>> plain(r"the loss falls as $T^{-\alpha/(1+\alpha)}$ for $N \gg T$")
    'the loss falls as T^(-α/(1+α)) for N ≫ T'
    """
    return re.sub(r"\$([^$]*)\$", lambda match: _plain_formula(match[1]), text)


def _plain_formula(formula: str) -> str:
    formula = re.sub(r"\\(?:mathrm|mathbb|text|operatorname)\{([^{}]*)\}", r"\1", formula)
    formula = re.sub(r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)", formula)
    formula = re.sub(r"\\sqrt\{([^{}]*)\}", r"√(\1)", formula)
    formula = re.sub(r"\\([A-Za-z]+|[,;!]) ?", lambda match: _sign(match[1], match[0]), formula)
    formula = re.sub(r"([\^_])\{([^{}]{2,})\}", r"\1(\2)", formula)
    return re.sub(r"\s+", " ", formula.replace("{", "").replace("}", "")).strip()


def _sign(name: str, whole: str) -> str:
    # The blank after a macro ends its name; it is kept after a relation, where it is seen.
    if name not in _SIGNS:
        return whole
    sign = _SIGNS[name]
    return sign + " " if whole.endswith(" ") and not sign.isalpha() else sign


def decimal(value: Any, digits: int) -> str:
    """Return a number of mpmath as a decimal string with `digits` significant digits."""
    import mpmath

    return str(mpmath.nstr(value, digits, strip_zeros=False, min_fixed=-6, max_fixed=max(digits, 6)))


def print_values(values: Mapping[str, str], *, as_json: bool) -> None:
    """Print named figures, one a line, or as a JSON object."""
    if as_json:
        print_json(values)
        return
    width = max(map(len, values))
    for name, value in values.items():
        click.echo(f"{name:<{width}}  {value}")


def print_json(value: Any) -> None:
    """Print JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """Return a console; text that goes to a file or a pipe gets room for whole lines."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = max(made.width, 120)
    return made
