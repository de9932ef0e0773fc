"""The cell around one point: a computation over a domain, split only where the point demands it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from sympy import Expr, Mul, Poly, Symbol, cancel, factor, fraction
from sympy.core.relational import Relational

from .cells import Cell
from .expansion import IncomparableTermsError
from .relations import UndecidedError, normalise_domain

Value = TypeVar("Value")


def cell_at(
    compute: Callable[[frozenset[Relational], Mapping[Symbol, Expr]], Value],
    where: Iterable[Relational],
    point: Mapping[Symbol, Expr],
) -> Cell[Value]:
    """Run a computation on a cell around a point that is small enough for it.

    Parameters
    ----------
    compute :
        as for `cells.decompose`.
    where :
        the domain.
    point :
        exact numbers for the parameters, in the order in which an equation should be solved for them.

    Raises
    ------
    ValueError
        If the point is not in the domain.
    UndecidedError
        If z3 cannot decide, or an equation is linear in no parameter.

    >>> from sympy.abc import a, b
    >>> from .cells import require_sign
    >>> cell = cell_at(lambda domain, _: require_sign(a - b, domain), [b > 0], {a: 2, b: 1})
    >>> cell.value, sorted(map(str, cell.where))
    (1, ['a - b > 0', 'b > 0'])
    """
    domain, eliminated = normalise_domain(where), dict[Symbol, Expr]()
    for relation in domain:
        if relation.subs(point) != True:  # noqa: E712 -- a relation of SymPy
            raise ValueError(f"`at` = {_show(point)} violates {relation}, which the answer assumes")
    while True:
        try:
            return Cell(domain, eliminated, compute(domain, eliminated))
        except IncomparableTermsError as stop:
            if stop.difference is None:
                raise
            narrower, values = _around(stop.difference, point)
        before = domain
        eliminated = {name: cancel(value.subs(values)) for name, value in eliminated.items()} | values
        domain = normalise_domain([r for r in (part.subs(values) for part in domain | narrower) if r != True])  # noqa: E712
        if domain == before and not values:
            raise UndecidedError(f"an order of terms stays open on {sorted(map(str, domain))}")


def _around(
    difference: Expr, point: Mapping[Symbol, Expr]
) -> tuple[frozenset[Relational], dict[Symbol, Expr]]:
    """Return the signs of the factors of a difference at a point; one that vanishes is solved."""
    numerator, denominator = fraction(cancel(difference))
    relations = set()
    for part in Mul.make_args(factor(numerator * denominator)):
        base = part.as_base_exp()[0]
        if not base.free_symbols:
            continue
        value = base.subs(point)
        if value == 0:
            symbol, solution = _solved(base, point)
            return frozenset(), {symbol: solution}
        relations.add(base > 0 if value > 0 else base < 0)
    return frozenset(relations), {}


def _solved(equation: Expr, order: Iterable[Symbol]) -> tuple[Symbol, Expr]:
    for symbol in order:
        if symbol in equation.free_symbols:
            polynomial = Poly(equation, symbol)
            if polynomial.degree() == 1:
                slope, constant = polynomial.all_coeffs()
                return symbol, cancel(-constant / slope)
    raise UndecidedError(f"{equation} = 0 is linear in none of {', '.join(map(str, order))}")


def _show(values: Mapping[Symbol, Expr]) -> str:
    return "{" + ", ".join(f"{symbol}: {value}" for symbol, value in values.items()) + "}"
