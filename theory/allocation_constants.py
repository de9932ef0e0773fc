r"""The constants of a best allocation, in closed form.

Put $X_j=\xi_jC^{x_j}$ at an optimum $x$ of the linear program.  What is left to leading order is a
geometric program in $\xi$: the terms and costs that are tight at $x$.  Its conditions of Lagrange are those
of the linear program's dual, so each term's share of the risk is its multiplier $y_i$, each cost's share of
the budget is $z_k/\sum z$, and $\log\xi$ solves a linear system.  This needs as many tight inequalities as
unknowns, with positive multipliers; otherwise the optimum has no closed form, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mpmath import fprod, fsum, mp, mpf, mpmathify, power, workdps
from mpmath import log as mp_log
from sympy import (
    Add,
    Expr,
    Integer,
    Mul,
    Pow,
    Rational,
    Symbol,
    cancel,
    factor,
    factor_terms,
    log,
    powsimp,
    together,
)

from ..numerics import ConvergenceError
from .allocation_program import Line, Problem
from .conditions import Condition
from .linear_program import Cell
from .magnitude import Term, as_term
from .parameter_domain import ParameterDomain
from .rational_functions import RationalFunction, dot, inverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    r"""Prefactors of an optimum.

    Parameters
    ----------
    knobs :
        $\xi_j$, in the order of the problem.
    risk :
        prefactor of the inner formula of the risk.
    shares :
        each term that counts with its share of the inner formula.
    holds :
        conditions, beside those of the cell, under which all this is true.
    """

    knobs: tuple[Expr, ...]
    risk: Expr
    shares: tuple[tuple[str, Expr], ...]
    holds: tuple[Condition, ...]


#: Powers of rational numbers longer than this, in bits, stay as they are written.
LONGEST = 1_000


def put(expression: Expr, values: Mapping[Symbol, Expr]) -> Expr:
    """Put numbers into a constant; powers too long to write out are kept as powers.

    SymPy turns powers of rational numbers into roots of integers that can have thousands of digits.
    """
    if not expression.args:
        return values.get(expression, expression)
    arguments = [put(argument, values) for argument in expression.args]
    if isinstance(expression, Pow) and _is_long(*arguments):
        return Pow(*arguments, evaluate=False)
    if isinstance(expression, (Mul, Pow)) and any(_has_long(argument) for argument in arguments):
        return expression.func(*arguments, evaluate=False)
    return expression.func(*arguments)


def _is_long(base: Expr, exponent: Expr) -> bool:
    if not isinstance(base, Rational) or not isinstance(exponent, Rational):
        return False
    bits = int(base.p).bit_length() + int(base.q).bit_length()
    return bits * max(abs(int(exponent.p)), int(exponent.q)) > LONGEST


def _has_long(expression: Expr) -> bool:
    return any(_is_long(*part.args) for part in expression.atoms(Pow))


def number(expression: Expr, values: Mapping[Symbol, Expr], digits: int) -> mpf:
    """Evaluate a constant to a number of significant digits, without writing out any power.

    Raises
    ------
    ValueError
        If a symbol has no value, or `digits` is less than 1.
    ConvergenceError
        If the digits cannot be had.
    """
    if digits < 1:
        raise ValueError(f"`digits` is {digits}; ask for at least one")
    missing = sorted(str(symbol) for symbol in expression.free_symbols - set(values))
    if missing:
        raise ValueError(f"no number is given to {', '.join(missing)}, on which the amount depends")
    # close to the edge of a region exponents are large and cancel one another
    before = None
    for extra in (10, 20, 40, 80, 160, 320):
        with workdps(digits + extra):
            value = _float(expression, values)
            if before is not None and abs(value - before) <= abs(value) * mpf(10) ** (-digits - 3):
                break
            before = value
    else:
        raise ConvergenceError(f"{digits} digits of {expression} were not reached with {digits + extra}")
    with workdps(digits):
        return +value


def _float(expression: Expr, values: Mapping[Symbol, Expr]) -> mpf:
    if isinstance(expression, Rational):
        return mpf(int(expression.p)) / int(expression.q)
    if isinstance(expression, Symbol):
        return _float(values[expression], {})
    parts = [_float(argument, values) for argument in expression.args]
    if isinstance(expression, Add):
        return fsum(parts)
    if isinstance(expression, Mul):
        return fprod(parts)
    if isinstance(expression, Pow):
        return power(*parts)
    if isinstance(expression, log):
        return mp_log(*parts)
    return mpmathify(expression.evalf(mp.dps))


class NoClosedFormError(Exception):
    """The constants of an optimum are not a product of powers; the message says why."""


def constants_at(problem: Problem, lines: Sequence[Line], cell: Cell) -> Constants:
    """Return the constants of the optimum of a cell.

    Raises
    ------
    NoClosedFormError
        With the reason, a clause in words.
    """
    domain = problem.domain
    point = []
    for symbol, ranges in zip(problem.variables, cell.optimum.ranges, strict=False):
        ((lower, upper),) = ranges if len(ranges) == 1 else ((None, None),)
        if lower is None or lower != upper:
            raise NoClosedFormError(f"the exponent of {symbol} is not unique")
        point.append(lower)
    tight, holds = _tight(domain, lines, [*point, cell.optimum.value], cell)
    if len(tight) != len(point) + 1:
        raise NoClosedFormError(f"{len(tight)} terms and limits meet where {len(point) + 1} fix the optimum")
    rows = [line.row for line in tight]
    determinant, solved = inverse([row.coefficients for row in rows], domain.field)
    if solved is None:
        raise NoClosedFormError("the terms and limits that meet are not independent")
    holds += _always(domain, cell, determinant, "!=")
    multipliers = [-entry for entry in solved[-1]]
    for line, multiplier in zip(tight, multipliers, strict=True):
        if not multiplier:
            raise NoClosedFormError(f"{line.row.name} does not press on the optimum")
        holds += _always(domain, cell, multiplier, ">")
    spent = sum(
        (y for row, y in zip(rows, multipliers, strict=True) if row.kind == "cost"), domain.field.number(0)
    )
    amounts: list[tuple[RationalFunction, Expr]] = []
    for line, y in zip(tight, multipliers, strict=True):
        if line.term is None:
            raise NoClosedFormError(f"{line.row.name} is no single term")
        size, positive = _size(problem, line.term, point)
        for growth in positive:
            holds += _always(domain, cell, growth, ">")
        if line.row.kind == "term":
            amounts.append((y, 1 / size))
        elif line.row.kind == "cost":
            amounts.append((y / spent, 1 / size))
        else:
            amounts.append((domain.field.number(1), 1 / size))
    unknowns = [_product(amounts, weights) for weights in solved]
    shares = tuple(
        (line.row.name, y.as_expr())
        for line, y in zip(tight, multipliers, strict=True)
        if line.row.kind == "term"
    )
    return Constants(
        knobs=tuple(unknowns[:-1]), risk=unknowns[-1], shares=shares, holds=tuple(dict.fromkeys(holds))
    )


def _tight(
    domain: ParameterDomain, lines: Sequence[Line], point: Sequence[RationalFunction], cell: Cell
) -> tuple[list[Line], list[Condition]]:
    """Return the inequalities that hold with equality, and conditions that keep the others strict."""
    tight, holds = [], []
    for line in lines:
        slack = line.row.bound - dot(line.row.coefficients, point, domain.field)
        strict = domain.condition(slack, ">")
        if strict is False or (
            isinstance(strict, Condition) and not domain.conceivable(*cell.conditions, strict)
        ):
            tight.append(line)
        else:
            holds += _always(domain, cell, slack, ">")
    return tight, holds


def _always(domain: ParameterDomain, cell: Cell, value: RationalFunction, operator: str) -> list[Condition]:
    """Return the condition that a function compares with 0 as told, unless the cell implies it."""
    condition = domain.condition(value, operator)  # type: ignore[arg-type]
    if condition is False:
        raise NoClosedFormError("a multiplier is zero")
    if condition is True or not domain.conceivable(*cell.conditions, condition.negated()):
        return []
    if not domain.conceivable(*cell.conditions, condition):
        raise NoClosedFormError("a multiplier is zero")
    return [condition]


def _size(
    problem: Problem, term: Term, point: Sequence[RationalFunction]
) -> tuple[Expr, list[RationalFunction]]:
    """Return the coefficient of a term with its logarithms put in, and what must grow for that."""
    field = problem.domain.field
    growth = dict(zip(problem.variables, [*point, field.number(1)], strict=True))
    size, positive = term.coefficient, []
    for argument, exponent in term.logarithms:
        inner = _read_exponents(problem, argument)
        rate = dot(
            (inner.get(v, field.number(0)) for v in problem.variables),
            (growth[v] for v in problem.variables),
            field,
        )
        if not rate:
            raise NoClosedFormError(f"log({argument}) does not grow, so exponents do not tell its value")
        positive.append(rate)
        size *= (rate.as_expr() * log(problem.budget)) ** exponent
    return size, positive


def _read_exponents(problem: Problem, argument: Expr) -> dict[object, RationalFunction]:
    inner = as_term(argument, problem.variables)
    if inner is None or inner.logarithms:
        raise NoClosedFormError(f"log({argument}) is no logarithm of powers")
    return {v: problem.domain.field.read(e) for v, e in inner.exponents.items()}


def _product(amounts: Sequence[tuple[RationalFunction, Expr]], weights: Sequence[RationalFunction]) -> Expr:
    """Return the product of amounts to their weights, equal and opposite weights under one power."""
    bases: dict[RationalFunction, tuple[Expr, Expr]] = {}
    for (share, size), weight in zip(amounts, weights, strict=True):
        if not weight:
            continue
        parts = (share.as_expr(), size)
        if -weight in bases or (weight not in bases and weight.as_expr().could_extract_minus_sign()):
            weight, parts = -weight, (1 / parts[0], 1 / parts[1])
        shares, sizes = bases.get(weight, (Integer(1), Integer(1)))
        bases[weight] = (shares * parts[0], sizes * parts[1])
    factors = []
    for weight, (shares, sizes) in bases.items():
        ratio = factor(cancel(shares))
        base = factor(together(sizes)) if sizes.is_rational_function() else powsimp(factor_terms(sizes))
        factors.append((ratio * base) ** weight.as_expr())
    return Mul(*factors)
