"""What all legs share: joining outcomes, and numbers between SymPy and mpmath without loss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import mpmath
from sympy import Expr, Float, Rational, Symbol, sympify

from ..claim import Evidence
from ..verdict import Outcome

#: Digits of the numeric legs: differences of nearly equal numbers are what they look at.
DIGITS = 60


def together_evidence(*parts: Evidence, summary: str = "") -> Evidence:
    """Join the evidence of several examinations of one leg; all have to support.

    Tables are kept when their columns are the same, formulas always.
    """
    if len({part.kind for part in parts}) != 1:
        raise ValueError("`parts` are of different kinds; join evidence of one leg only")
    columns = {tuple(row) for part in parts for row in part.table}
    return Evidence(
        kind=parts[0].kind,
        outcome=joint_outcome(part.outcome for part in parts),
        summary=summary or "; ".join(part.summary for part in parts),
        points=sum(part.points for part in parts),
        formulas=tuple(pair for part in parts for pair in part.formulas),
        table=tuple(row for part in parts for row in part.table) if len(columns) == 1 else (),
    )


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is one.

    >>> counted(1, "comparison"), counted(2, "comparison")
    ('1 comparison', '2 comparisons')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def joint_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    """Return what several comparisons of one leg say: one that contradicts refutes the statement."""
    said = set(outcomes)
    if Outcome.CONTRADICTS in said:
        return Outcome.CONTRADICTS
    return Outcome.SUPPORTS if said == {Outcome.SUPPORTS} else Outcome.INCONCLUSIVE


def evaluate(expression: Expr, values: Mapping[Symbol, Any], *, digits: int = DIGITS) -> mpmath.mpf:
    """Return an expression at exact numbers as an mpf with this many digits.

    >>> from sympy import pi
    >>> from sympy.abc import x
    >>> print(mpmath.nstr(evaluate(pi * x, {x: 2}), 20))
    6.2831853071795864769
    """
    value = sympify(expression).subs({symbol: exact(number) for symbol, number in values.items()})
    result = value.evalf(digits)
    if not result.is_Float and not result.is_Rational:
        raise ValueError(
            f"`values` leave {sorted(map(str, value.free_symbols))} open in {expression}; give them"
        )
    # Not through `_to_mpmath`, which rounds to the global precision in places.
    return mpmath.mp.make_mpf(Float(result, digits)._mpf_)


def exact(value: Any) -> Expr:
    """Return a number as SymPy takes it without loss; `sympify` would round an mpf to `mp.dps`."""
    if isinstance(value, mpmath.mpf):
        sign, mantissa, exponent, _ = value._mpf_
        return Rational((-1) ** sign * int(mantissa)) * Rational(2) ** int(exponent)
    return sympify(value)
