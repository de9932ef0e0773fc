r"""Splitting a domain of parameters until every decision of a computation is the same on each cell.

A computation with symbolic exponents stops where an order is open on its domain.  The driver
here splits the domain there: above, below, and on the surface of equality, where one parameter
is eliminated so that equal exponents are equal objects.  Empty cells are proven empty and dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from sympy import Eq, Expr, Mul, Poly, Symbol, cancel, factor, fraction, together
from sympy.core.relational import Relational

from .conditions import Conditions, conditions_of
from .dominance import Comparison, compare, is_possible
from .expansion import IncomparableTermsError
from .parameter_domain import ParameterDomain
from .relations import UndecidedError, normalise_domain

Value = TypeVar("Value")

#: More cells than any model of the package needs; reached only by an ill-posed computation.
MAXIMUM = 2000


@dataclass(frozen=True, slots=True)
class Cell(Generic[Value]):
    """A part of a domain on which a computation went through.

    Parameters
    ----------
    where :
        relations of the cell, equations included.
    eliminated :
        parameters that equations express by the others.
    value :
        what was computed.
    """

    where: frozenset[Relational]
    eliminated: Mapping[Symbol, Expr]
    value: Value

    @property
    def is_open(self) -> bool:
        """Whether the cell has the full dimension of the domain."""
        return not self.eliminated

    def conditions(self, domain: ParameterDomain) -> Conditions:
        """Return what the cell demands beyond a domain, in its conditions."""
        relations = [*sorted(self.where - domain.where, key=str)]
        relations += [Eq(symbol, value) for symbol, value in self.eliminated.items()]
        return domain.reduced(
            tuple(
                condition
                for relation in relations
                for condition in conditions_of(relation.func, domain.field.read(relation.lhs - relation.rhs))
            )
        )


def decompose(
    compute: Callable[[frozenset[Relational], Mapping[Symbol, Expr]], Value],
    where: Iterable[Relational],
    parameters: Iterable[Symbol],
) -> list[Cell[Value]]:
    """Run a computation on cells fine enough for it.

    Parameters
    ----------
    compute :
        called with the relations of a cell and with the parameters eliminated there; raises
        `IncomparableTermsError` with a `difference` where it needs to know more.
    where :
        the whole domain.
    parameters :
        parameters in the order in which an equation should be solved for them.

    Returns
    -------
    list of Cell
        together they cover the domain; no two overlap.

    Raises
    ------
    UndecidedError
        If z3 cannot decide whether a cell is empty, or there are too many cells.
    """
    order = tuple(parameters)
    pending: list[tuple[frozenset[Relational], dict[Symbol, Expr]]] = [(normalise_domain(where), {})]
    done: list[Cell[Value]] = []
    while pending:
        if len(done) + len(pending) > MAXIMUM:
            raise UndecidedError(f"more than {MAXIMUM} cells are needed; narrow `where`")
        domain, eliminated = pending.pop()
        try:
            value = compute(domain, eliminated)
        except IncomparableTermsError as stop:
            if stop.difference is None:
                raise
            pending += _split(domain, eliminated, stop.difference, order)
            continue
        done.append(Cell(domain, eliminated, value))
    return done


def require_sign(difference: Expr, where: frozenset[Relational]) -> int:
    """Return the sign of a difference of exponents; ask for a split where it is open.

    Raises
    ------
    IncomparableTermsError
        If the sign differs over the domain.
    """
    order = compare(difference, 0 * difference, where)
    signs = {Comparison.GREATER: 1, Comparison.LESS: -1, Comparison.EQUAL: 0}
    if order not in signs:
        raise IncomparableTermsError(f"the sign of {difference} is open", cancel(difference))
    return signs[order]


def _split(
    domain: frozenset[Relational], eliminated: dict[Symbol, Expr], difference: Expr, order: tuple[Symbol, ...]
) -> list[tuple[frozenset[Relational], dict[Symbol, Expr]]]:
    difference = _open_factor(domain, difference)
    parts: list[tuple[frozenset[Relational], dict[Symbol, Expr]]] = []
    for relation in (difference > 0, difference < 0):
        if is_possible(domain, relation):
            parts.append((domain | {relation}, eliminated))
    if is_possible(domain, Eq(difference, 0)):
        symbol, solution = _solve_linear(difference, order)
        values = {symbol: solution}
        on_surface = normalise_domain(relation.subs(values) for relation in domain)
        before = {name: cancel(value.subs(values)) for name, value in eliminated.items()}
        parts.append((on_surface, {**before, **values}))
    return parts


def _open_factor(domain: frozenset[Relational], difference: Expr) -> Expr:
    """Return the first factor of a difference whose sign is open on the domain."""
    numerator, denominator = fraction(cancel(difference))
    factors = [part.as_base_exp()[0] for part in Mul.make_args(factor(numerator * denominator))]
    for part in sorted((p for p in factors if p.free_symbols), key=str):
        signs = [is_possible(domain, relation) for relation in (part > 0, part < 0, Eq(part, 0))]
        if sum(signs) > 1:
            return part
    raise UndecidedError(
        f"the sign of {difference} is fixed on {sorted(map(str, domain))}, splitting does not help"
    )


def _solve_linear(difference: Expr, order: tuple[Symbol, ...]) -> tuple[Symbol, Expr]:
    """Solve an equation for the first parameter in which it is linear."""
    numerator = fraction(together(difference))[0]
    for symbol in order:
        if symbol in numerator.free_symbols:
            polynomial = Poly(numerator, symbol)
            if polynomial.degree() == 1:
                slope, constant = polynomial.all_coeffs()
                return symbol, cancel(-constant / slope)
    raise UndecidedError(f"{difference} = 0 is linear in none of {', '.join(map(str, order))}")
