r"""Symbolic legs: what was derived beside what is claimed, proven equal or seen to differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import (
    Basic,
    Expr,
    Rational,
    RisingFactorial,
    Symbol,
    cancel,
    expand_func,
    expand_power_base,
    gamma,
    gammasimp,
    latex,
    powsimp,
    simplify,
    sympify,
    together,
)

from ...theory import DegreesOfFreedom, symbols
from ..claim import Evidence, LegKind
from ..verdict import Outcome
from .evidence import exact, joint_outcome

_TRACES = {
    DegreesOfFreedom(order, symbols.kappa): letter
    for order, letter in ((1, symbols.df1), (2, symbols.df2), (3, symbols.df3))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is claimed beside what was derived; with `equation`, both are conditions of the form "= 0"."""

    label: str
    derived: Expr
    claimed: Expr
    equation: bool = False


def plain(expression: Expr) -> Expr:
    r"""Write the traces $z, q, s$ of an unspecified spectrum as symbols, for comparison and print.

    >>> plain(DegreesOfFreedom(1, symbols.kappa)) == symbols.df1
    True
    """
    return sympify(expression).xreplace(_TRACES)


def symbolic_equality(
    identities: Sequence[Identity], *, summary: str, witness: Mapping[Symbol, Any] | None = None
) -> Evidence:
    """Compare derivations with claims: equal when the difference simplifies to 0, different at a witness.

    Parameters
    ----------
    identities :
        At least one pair of both sides.
    summary :
        What is compared, without a full stop; the figures are added.
    witness :
        Numbers at which a difference is looked for, where the defaults leave the domain.

    Notes
    -----
    A difference is a contradiction only when it is seen in numbers; what neither simplifies to 0 nor differs
    there is inconclusive.
    """
    formulas: list[tuple[str, str]] = []
    outcomes: list[Outcome] = []
    seen = ""
    for identity in identities:
        derived, claimed = plain(identity.derived), plain(identity.claimed)
        formulas += [
            (f"{identity.label}, derived", str(latex(derived))),
            (f"{identity.label}, claimed", str(latex(claimed))),
        ]
        if _proven(derived, claimed, equation=identity.equation):
            outcomes.append(Outcome.SUPPORTS)
            continue
        difference = _difference_at(derived, claimed, witness or {}, equation=identity.equation)
        outcomes.append(Outcome.CONTRADICTS if difference else Outcome.INCONCLUSIVE)
        seen = seen or f"{identity.label}: {difference or 'equal in numbers, not proven'}"
    proven = outcomes.count(Outcome.SUPPORTS)
    return Evidence(
        kind=LegKind.SYMBOLIC,
        outcome=joint_outcome(outcomes),
        summary=f"{summary}: {proven} of {len(outcomes)} identities proven" + (f"; {seen}" if seen else ""),
        points=len(outcomes),
        formulas=tuple(formulas),
    )


def _proven(derived: Expr, claimed: Expr, *, equation: bool) -> bool:
    if equation:
        return claimed != 0 and bool(cancel(together(derived / claimed)).is_Rational)
    if derived == claimed or cancel(together(derived - claimed)) == 0:
        return True
    if 0 in (derived, claimed):
        return bool(simplify(derived - claimed) == 0)
    ratio = powsimp(expand_power_base(simplify(derived / claimed), force=True), force=True)
    if ratio.has(gamma, RisingFactorial):
        ratio = simplify(expand_func(gammasimp(ratio.rewrite(gamma))))
    return bool(ratio == 1 or simplify(ratio - 1) == 0 or simplify(derived - claimed) == 0)


def _difference_at(derived: Expr, claimed: Expr, witness: Mapping[Symbol, Any], *, equation: bool) -> str:
    """Return both values at a point where they differ, or nothing."""
    free = sorted((derived.free_symbols | claimed.free_symbols), key=str)
    values: dict[Basic, Expr] = {
        symbol: Rational(7 + 5 * place, 3 + place % 2) for place, symbol in enumerate(free)
    }
    values.update({symbol: exact(value) for symbol, value in witness.items() if symbol in values})
    if equation:
        # One equation's root must be the other's: their quotient is the same number everywhere.
        quotient = derived / claimed
        # Moved by different amounts: a condition may depend on differences of its symbols only.
        moved = {
            symbol: value + Rational(1, 7 + place) for place, (symbol, value) in enumerate(values.items())
        }
        left, right = quotient.subs(values), quotient.subs(moved)
        names = ("quotient of the conditions", "elsewhere")
    else:
        left, right = derived.subs(values), claimed.subs(values)
        names = ("derived", "claimed")
    left, right = left.evalf(30), right.evalf(30)
    if not (left.is_Number and right.is_Number):
        return ""
    if abs(left - right) <= Rational(1, 10**20) * max(abs(left), abs(right)):
        return ""
    at = ", ".join(f"{symbol}={value}" for symbol, value in values.items())
    return f"{names[0]} {left.evalf(8)}, {names[1]} {right.evalf(8)}" + (f" at {at}" if at else "")
