r"""Reading the terms $c\,x^e \log(x)^l$ of an expression, and simplifying coefficients."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import (
    Add,
    Expr,
    Float,
    Integer,
    Mul,
    Rational,
    Symbol,
    expand_mul,
    expand_power_base,
    factor,
    factor_terms,
    fraction,
    log,
    powsimp,
    simplify,
    sympify,
)

from .monomial import ONE, Monomial


def terms_of(expression: Expr) -> tuple[Expr, ...]:
    """Multiply out the numerator of an expression and return its terms; denominators stay whole."""
    result: list[Expr] = []
    for term in Add.make_args(sympify(expression)):
        numerator, denominator = fraction(term)
        result += [part / denominator for part in Add.make_args(expand_mul(numerator))]
    return tuple(result)


def read_term(term: Expr, variable: Symbol) -> tuple[Expr, Monomial]:
    """Split a term into its coefficient and its monomial in `variable`.

    Raises
    ------
    ValueError
        If the term is not $c x^e log(x)^l$ with c and e free of x.
    """
    if term == 0:
        return term, ONE
    constant, dependent = powsimp(expand_power_base(term), combine="exp").as_independent(
        variable, as_Add=False
    )
    exponent, log_power = Integer(0), Integer(0)
    for part in Mul.make_args(dependent):
        base, power = part.as_base_exp()
        if base == variable and not power.has(variable):
            exponent += power
        elif base == log(variable) and power.is_Rational:
            log_power += power
        elif part != 1:
            raise ValueError(
                f"`{term}` is not of the form c*{variable}**e*log({variable})**l; expand it first"
            )
    return constant, Monomial(exponent, log_power)


def combine(coefficients: Sequence[Expr]) -> Expr:
    """Add coefficients of one monomial; a sum that cancels becomes 0, and only then time is spent.

    A sum that is not zero at one point is not zero, so that one evaluation in floating point
    settles the usual case; what looks like zero is simplified.
    """
    if len(coefficients) == 1:
        return powsimp(coefficients[0], combine="exp")
    total = Add(*coefficients)
    if total.is_rational_function():
        return factor(total)
    probe = {
        symbol: Rational(5, 3) + Rational(i, 7)
        for i, symbol in enumerate(sorted(total.free_symbols, key=str))
    }
    values = [coefficient.subs(probe).evalf(25) for coefficient in coefficients]
    largest = max(abs(value) for value in values) if all(value.is_Float for value in values) else None
    if largest and abs(Add(*values)) > Float("1e-15") * largest:
        return factor_terms(total)
    return tidy(total)


def tidy(coefficient: Expr) -> Expr:
    """Simplify a coefficient; what cancels becomes 0."""
    if coefficient.is_rational_function():
        return factor(coefficient)
    return factor_terms(simplify(coefficient))
