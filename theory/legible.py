"""Conditions and exponents as a theorist writes them."""

from __future__ import annotations

from math import gcd

from sympy import Add, Eq, Expr, Ge, Gt, Le, Lt, Ne, Rational, Symbol
from sympy.core.relational import Relational

from .conditions import Operator
from .rational_functions import RationalFunction, factored, polynomial_expr

#: The relation of an operator, and the same one read from right to left.
KINDS: dict[Operator, tuple[type[Relational], type[Relational]]] = {
    ">": (Gt, Lt),
    ">=": (Ge, Le),
    "=": (Eq, Eq),
    "!=": (Ne, Ne),
}


def solution(value: RationalFunction) -> Expr:
    """Write a rational function for the right side of a relation: a polynomial as a sum, others in factors.

    >>> from sympy.abc import a, b
    >>> from .rational_functions import Field
    >>> solution(Field([a, b]).read((a * b - b) / (a + 1)))
    b*(a - 1)/(a + 1)
    """
    if value.bottom.is_constant():
        return polynomial_expr(value.field, value.top) / polynomial_expr(value.field, value.bottom)
    return factored(value.field, value.top) / factored(value.field, value.bottom)


def legible(polynomial: Expr, operator: Operator) -> Relational:
    """Write the comparison of a polynomial with 0 without minus signs, a single symbol on the left.

    Parameters
    ----------
    polynomial :
        with integer coefficients.
    operator :
        how it compares.

    >>> from sympy.abc import a, b
    >>> legible(2 * a - 2 * b + 4, ">")
    b < a + 2
    """
    direct, mirrored = KINDS[operator]
    terms = Add.make_args(polynomial)
    content = gcd(*(int(term.as_coeff_Mul()[0]) for term in terms))
    symbols = sorted(polynomial.free_symbols, key=str)
    if len(symbols) == 1 and polynomial.is_polynomial(symbols[0]):
        (x,) = symbols
        slope = polynomial.coeff(x, 1)
        if polynomial == slope * x + polynomial.subs(x, 0):
            return (direct if slope > 0 else mirrored)(x, Rational(-polynomial.subs(x, 0), slope))
    terms = tuple(term / content for term in terms)
    left = Add(*(term for term in terms if not term.could_extract_minus_sign()))
    right = Add(*(-term for term in terms if term.could_extract_minus_sign()))
    if isinstance(right, Symbol) and not (isinstance(left, Symbol) and str(left) < str(right)):
        return mirrored(right, left)
    return direct(left, right)
