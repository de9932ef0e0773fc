"""Allocations as text and data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .output import decimal, print_json

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from ...theory import Allocation, Regions


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is printed of an allocation.

    Parameters
    ----------
    regions :
        the best allocation on each region.
    budget :
        the growing variable.
    irreducible :
        the part of the risk that no budget removes.
    assumptions :
        what was taken for granted, in sentences.
    """

    regions: Regions[Allocation]
    budget: Symbol
    irreducible: Expr
    assumptions: Sequence[str] = ()


def print_all(shown: Shown, *, as_json: bool, as_latex: bool) -> None:
    """Print an allocation with all its regions."""
    if as_json:
        print_json(_as_json(shown))
    elif as_latex:
        click.echo(shown.regions.latex())
    else:
        click.echo(_as_text(shown))


def print_point(
    shown: Shown, point: Allocation, amount: Expr | None, *, as_json: bool, as_latex: bool
) -> None:
    """Print the allocation at given parameters, with amounts at a budget."""
    numbers = {} if amount is None else _amounts(shown, point, amount)
    if as_json:
        print_json(_piece(point) | ({"amounts": numbers} if numbers else {}))
        return
    if as_latex:
        click.echo(point.latex())
        return
    click.echo("\n".join(_lines(point, shown)))
    if amount is not None:
        click.echo(f"at {point.budget} = {decimal(amount.evalf(6), 6)}:")
        width = max(map(len, numbers))
        for name, number in numbers.items():
            click.echo(f"  {name:<{width}}  {number}")


def _amounts(shown: Shown, point: Allocation, amount: Expr) -> dict[str, str]:
    numbers = {str(symbol): value for symbol, value in point.amounts_at(amount, 6).items()}
    risk = "risk above the irreducible" if shown.irreducible != 0 else "risk"
    numbers[risk] = point.reducible_risk_at(amount, 6)
    return {name: decimal(value, 6) for name, value in numbers.items()}


def _ascii(expression: Any) -> str:
    return str(expression).replace("**", "^")


def _exponent(exponent: Any) -> Any:
    from sympy import FiniteSet, Set, Union

    if not isinstance(exponent, Set):
        return _ascii(exponent)
    if isinstance(exponent, Union):
        return [_exponent(part) for part in exponent.args]
    if isinstance(exponent, FiniteSet):
        return _ascii(next(iter(exponent)))
    return {"lower": _ascii(exponent.inf), "upper": _ascii(exponent.sup)}


def _piece(value: Allocation) -> dict[str, Any]:
    constants = value.constants
    return {
        "risk": _ascii(value.risk),
        "exponents": {str(symbol): _exponent(e) for symbol, e in value.exponents.items()},
        "unique": value.is_unique,
        "constants": None if constants is None else {str(s): _ascii(c) for s, c in constants.items()},
        "risk_constant": None if value.risk_constant is None else _ascii(value.risk_constant),
        "shares": {_ascii(term): _ascii(share) for term, share in value.shares.items()},
        "constants_where": [_ascii(relation) for relation in value.constants_where],
        "remark": value.remark,
    }


def _as_json(shown: Shown) -> dict[str, Any]:
    return {
        "budget": str(shown.budget),
        "irreducible": _ascii(shown.irreducible),
        "assumptions": list(shown.assumptions),
        "regions": [
            {"conditions": [_ascii(c) for c in piece.conditions], **_piece(piece.value)}
            for piece in shown.regions
        ],
    }


def _as_text(shown: Shown) -> str:
    lines: list[str] = []
    for piece in shown.regions:
        if piece.conditions:
            lines.append(f"where {', '.join(_ascii(condition) for condition in piece.conditions)}:")
        indent = "  " if piece.conditions else ""
        lines += [f"{indent}{line}" for line in _lines(piece.value, shown)]
        lines.append("")
    lines += shown.assumptions
    return "\n".join(lines)


def _lines(value: Allocation, shown: Shown) -> list[str]:
    """Return one line for the risk and each resource: the order of growth, then the constant."""
    name = "risk" if shown.irreducible == 0 else f"risk - {_ascii(shown.irreducible)}"
    rows = [(name, value.risk, value.risk_constant)]
    for symbol, exponent in value.exponents.items():
        rows.append((str(symbol), exponent, None if value.constants is None else value.constants[symbol]))
    width = max(len(row[0]) for row in rows)
    lines = []
    for name, exponent, constant in rows:
        line = f"{name:<{width}} ~ {_growth(value.budget, exponent)}"
        if constant is not None and constant != 1:
            line += f" * {_factor(constant)}"
        lines.append(line)
    if value.constants_where:
        relations = ", ".join(_ascii(relation) for relation in value.constants_where)
        lines.append(f"the constants hold where {relations}")
    if value.remark:
        lines.append(value.remark)
    return lines


def _factor(constant: Expr) -> str:
    """Write a constant, as a decimal if it is a number that is not simple."""
    if constant.is_Symbol or constant.is_Rational:
        return _ascii(constant) if constant.is_Symbol or constant.is_Integer else f"({_ascii(constant)})"
    if not constant.is_number:
        return f"({_ascii(constant)})"
    from ...theory.allocation_constants import number

    return decimal(number(constant, {}, 6), 6)


def _growth(budget: Symbol, exponent: Any) -> str:
    written = _exponent(exponent)
    if isinstance(written, list):
        return " or ".join(_growth_of(budget, part) for part in written)
    return _growth_of(budget, written)


def _growth_of(budget: Symbol, written: Any) -> str:
    if isinstance(written, dict):
        return f"{budget}^x with {written['lower']} <= x <= {written['upper']}"
    if written in ("0", "1"):
        return {"0": "1", "1": str(budget)}[written]
    return f"{budget}^{written}" if written.isidentifier() else f"{budget}^({written})"
