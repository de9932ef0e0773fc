r"""Which of two symbolic exponents is larger, decided over a domain of real parameters.

An exponent is a rational function of real parameters (`a`, `b`, ...); a domain is a
sequence of SymPy relations between such functions.  The sign of a difference is known at sample
points or asked of z3 (nonlinear real arithmetic is decidable); SymPy's own comparisons give up here
("not sure of sign of a - b").  An answer that z3 does not give is `UNDECIDED`, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cache, lru_cache

from sympy import Eq, Expr, Gt, Lt, Symbol, cancel, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from .conditions import conditions_of
from .parameter_domain import ParameterDomain
from .rational_functions import Field, polynomial_expr
from .relations import EmptyDomainError, UndecidedError, normalise_domain


class Comparison(Enum):
    """How two exponents compare over a whole domain."""

    GREATER = "greater everywhere"
    LESS = "less everywhere"
    EQUAL = "equal everywhere"
    GREATER_OR_EQUAL = "greater or equal, both occur"
    LESS_OR_EQUAL = "less or equal, both occur"
    DEPENDS = "depends on the parameters"
    UNDECIDED = "undecided"


@lru_cache(maxsize=1024)
def _domain(where: frozenset[Relational], parameters: frozenset[Symbol]) -> ParameterDomain:
    return ParameterDomain(where, parameters)


def _parameter_domain(where: frozenset[Relational], asked: Iterable[Expr | Relational]) -> ParameterDomain:
    known = frozenset[Symbol]().union(*(relation.free_symbols for relation in where))
    return _domain(where, known.union(*(expression.free_symbols for expression in asked)) - known)


def is_possible(where: Iterable[Relational], *relations: Relational) -> bool:
    """Tell whether some real parameters of the domain `where` satisfy all `relations`.

    Raises
    ------
    UndecidedError
        If z3 does not decide in time.
    ValueError
        If a relation is not between rational functions of real parameters.

    >>> from sympy.abc import a, b
    >>> is_possible([a > 1, b < a], b > 2 * a)
    False
    """
    if any(isinstance(relation, BooleanFalse) for relation in relations):
        return False
    kept = tuple(relation for relation in relations if not isinstance(relation, BooleanTrue))
    return _is_possible(normalise_domain(where), kept)


@cache
def _is_possible(where: frozenset[Relational], relations: tuple[Relational, ...]) -> bool:
    try:
        domain = _parameter_domain(where, relations)
    except EmptyDomainError:
        return False
    conditions = [
        condition
        for relation in relations
        for condition in conditions_of(
            relation.func, domain.field.read(relation.lhs - relation.rhs, "relation")
        )
    ]
    return domain.possible(*conditions)


def compare(first: Expr, second: Expr, where: Iterable[Relational] = ()) -> Comparison:
    """Compare two exponents over the whole domain `where`.

    Parameters
    ----------
    first, second :
        rational functions of real parameters.
    where :
        relations that define the domain; positivity declared on a symbol counts too.

    Returns
    -------
    Comparison
        `UNDECIDED` where z3 gives no answer.

    Raises
    ------
    ValueError
        If an exponent is not a rational function, or the domain is empty.

    >>> from sympy.abc import a, b
    >>> compare(-a, -1, where=[a > 1])
    <Comparison.LESS: 'less everywhere'>
    >>> compare(a, b, where=[a > 1, b > 1])
    <Comparison.DEPENDS: 'depends on the parameters'>
    """
    return _compare(canonical(sympify(first) - sympify(second)), normalise_domain(where))


@cache
def canonical(exponent: Expr) -> Expr:
    """Return a rational function in lowest terms, expanded, so that equal ones are equal objects.

    Anything else is returned as SymPy cancels it.
    """
    if exponent.is_Rational or exponent.is_Symbol:
        return exponent
    field = Field(sorted(exponent.free_symbols, key=str))
    try:
        value = field.read(exponent)
    except ValueError:
        return cancel(exponent)
    return polynomial_expr(field, value.top) / polynomial_expr(field, value.bottom)


@cache
def _compare(difference: Expr, where: frozenset[Relational]) -> Comparison:
    domain = _parameter_domain(where, (difference,))
    value = domain.field.read(difference)
    try:
        above, below, touching = (domain.possible(*conditions_of(kind, value)) for kind in (Gt, Lt, Eq))
    except UndecidedError:
        return Comparison.UNDECIDED
    return {
        (True, False, False): Comparison.GREATER,
        (False, True, False): Comparison.LESS,
        (False, False, True): Comparison.EQUAL,
        (True, False, True): Comparison.GREATER_OR_EQUAL,
        (False, True, True): Comparison.LESS_OR_EQUAL,
    }.get((above, below, touching), Comparison.DEPENDS)
