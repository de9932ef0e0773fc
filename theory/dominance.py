r"""Which of two symbolic exponents is larger, decided over a domain of real parameters.

An exponent is a rational function of real parameters (`a`, `b`, ...); a domain is a
sequence of SymPy relations between such functions.  The sign of a difference is asked of
z3 (nonlinear real arithmetic is decidable); SymPy's own comparisons give up here ("not
sure of sign of a - b").  An answer that z3 does not give is `UNDECIDED`, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cache, lru_cache

import z3
from sympy import Eq, Expr, Ge, Gt, Integer, Le, Lt, Ne, Rational, Symbol, cancel, fraction, sympify
from sympy.core.relational import Relational

#: Domains that were checked already.
_NORMALISED: set[frozenset[Relational]] = set()
#: Milliseconds granted to one question; every question of the package takes a few.
TIMEOUT = 10_000


class Comparison(Enum):
    """How two exponents compare over a whole domain."""

    GREATER = "greater everywhere"
    LESS = "less everywhere"
    EQUAL = "equal everywhere"
    GREATER_OR_EQUAL = "greater or equal, both occur"
    LESS_OR_EQUAL = "less or equal, both occur"
    DEPENDS = "depends on the parameters"
    UNDECIDED = "undecided"


class UndecidedError(RuntimeError):
    """z3 answered "unknown" to a question about a domain."""


class _Translator:
    """SymPy rational functions as z3 terms over the reals."""

    def __init__(self) -> None:
        self.variables: dict[Symbol, z3.ArithRef] = {}

    def polynomial(self, expression: Expr) -> z3.ArithRef:
        if isinstance(expression, Symbol):
            return self.variables.setdefault(expression, z3.Real(f"{expression.name}_{len(self.variables)}"))
        if isinstance(expression, Rational):
            return z3.RealVal(f"{expression.p}/{expression.q}")
        if expression.is_Add:
            return z3.Sum([self.polynomial(term) for term in expression.args])
        if expression.is_Mul:
            return z3.Product([self.polynomial(factor) for factor in expression.args])
        if expression.is_Pow and isinstance(expression.exp, Integer) and expression.exp > 0:
            return z3.Product([self.polynomial(expression.base)] * int(expression.exp))
        raise ValueError(
            f"exponent contains `{expression}`, which is not a rational function of real parameters; "
            "use symbols and rational numbers only"
        )

    def signed(self, expression: Expr) -> tuple[z3.ArithRef, z3.ArithRef]:
        """Return a polynomial of the same sign as `expression`, and its denominator."""
        numerator, denominator = _expanded_fraction(expression)
        bottom = self.polynomial(denominator)
        return self.polynomial(numerator) * bottom, bottom

    def relation(self, relation: Relational) -> z3.BoolRef:
        value, bottom = self.signed(relation.lhs - relation.rhs)
        for kind, holds in (
            (Gt, value > 0),
            (Ge, value >= 0),
            (Lt, value < 0),
            (Le, value <= 0),
            (Eq, value == 0),
            (Ne, value != 0),
        ):
            if isinstance(relation, kind):
                return z3.And(holds, bottom != 0)
        raise ValueError(
            f"`where` contains `{relation}`, which is not a relation; use <, <=, >, >=, Eq or Ne"
        )


@cache
def _expanded_fraction(expression: Expr) -> tuple[Expr, Expr]:
    numerator, denominator = fraction(cancel(expression))
    return numerator.expand(), denominator.expand()


def normalise_domain(where: Iterable[Relational]) -> frozenset[Relational]:
    """Return the domain as a set of relations; `True` is dropped, `False` is a contradiction.

    Raises
    ------
    ValueError
        If a member is no relation, or is false.
    """
    if isinstance(where, frozenset) and where in _NORMALISED:
        return where
    relations = set()
    for relation in where:
        member = sympify(relation)
        if member == True:  # noqa: E712 -- SymPy's BooleanTrue is not the Python singleton
            continue
        if member == False:  # noqa: E712
            raise ValueError("`where` contains a relation that is false; the domain is empty")
        if not isinstance(member, Relational):
            raise ValueError(
                f"`where` contains `{member}`, which is not a relation; use <, <=, >, >=, Eq or Ne"
            )
        relations.add(member)
    domain = frozenset(relations)
    _NORMALISED.add(domain)
    return domain


@lru_cache(maxsize=256)
def _solver(where: frozenset[Relational]) -> tuple[_Translator, z3.Solver]:
    """Return a solver that knows the domain; questions are pushed on it."""
    translator = _Translator()
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT)
    solver.add(*(translator.relation(relation) for relation in where))
    return translator, solver


@cache
def _possible(where: frozenset[Relational], relations: tuple[Relational, ...]) -> bool:
    translator, solver = _solver(where)
    solver.push()
    try:
        solver.add(*(translator.relation(relation) for relation in relations))
        for symbol, variable in translator.variables.items():
            if symbol.is_positive:
                solver.add(variable > 0)
            elif symbol.is_nonnegative:
                solver.add(variable >= 0)
        answer = solver.check()
        if answer == z3.unknown:
            raise UndecidedError(f"z3 could not decide {[*where, *relations]}: {solver.reason_unknown()}")
        return bool(answer == z3.sat)
    finally:
        solver.pop()


def is_possible(where: Iterable[Relational], *relations: Relational) -> bool:
    """Tell whether some real parameters of the domain `where` satisfy all `relations`.

    Raises
    ------
    UndecidedError
        If z3 does not decide within `TIMEOUT` milliseconds.
    ValueError
        If a relation is not between rational functions of real parameters.

    >>> from sympy.abc import a, b
    >>> is_possible([a > 1, b < a], b > 2 * a)
    False
    """
    kept = []
    for relation in relations:
        if relation == False:  # noqa: E712 -- SymPy's BooleanFalse is not the Python singleton
            return False
        if relation != True:  # noqa: E712
            kept.append(relation)
    return _possible(normalise_domain(where), tuple(kept))


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
    return _compare_exponents(sympify(first), sympify(second), normalise_domain(where))


@cache
def canonical(exponent: Expr) -> Expr:
    """Return the cancelled form of a rational function, so that equal ones are equal objects."""
    return cancel(exponent)


@cache
def _compare_exponents(first: Expr, second: Expr, domain: frozenset[Relational]) -> Comparison:
    difference = canonical(first - second)
    if difference.is_Rational:
        _refuse_empty(domain)
        if difference == 0:
            return Comparison.EQUAL
        return Comparison.GREATER if difference > 0 else Comparison.LESS
    return _compare(difference, domain)


@cache
def _refuse_empty(domain: frozenset[Relational]) -> None:
    try:
        possible = _possible(domain, ())
    except UndecidedError:
        return
    if not possible:
        raise ValueError(f"`where` is contradictory: no real parameters satisfy {sorted(map(str, domain))}")


@cache
def _compare(difference: Expr, domain: frozenset[Relational]) -> Comparison:
    unknown = Symbol("_difference", real=True)
    relation = Eq(unknown, difference)
    try:
        above = _possible(domain, (relation, unknown > 0))
        below = _possible(domain, (relation, unknown < 0))
        touching = _possible(domain, (relation, Eq(unknown, 0)))
    except UndecidedError:
        return Comparison.UNDECIDED
    if not (above or below or touching):
        _refuse_empty(domain)
    return {
        (True, False, False): Comparison.GREATER,
        (False, True, False): Comparison.LESS,
        (False, False, True): Comparison.EQUAL,
        (True, False, True): Comparison.GREATER_OR_EQUAL,
        (False, True, True): Comparison.LESS_OR_EQUAL,
    }.get((above, below, touching), Comparison.DEPENDS)
