r"""The letters of this regime.

>>> dimension, power, moment
(d, p, q)
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Rational, Symbol

from ...numerics import exact
from ..symbols import dimension as dimension

#: Power $p$ of the loss $|f-F|^p$.
power = Symbol("p", positive=True)
#: Order $k$ of the pieces: polynomials of this degree.
order = Symbol("k", integer=True, nonnegative=True)
#: Power $q$ of a distance.
moment = Symbol("q", positive=True)
#: Length $h$ of a gap, or the scale of a cell.
gap = Symbol("h", positive=True)
#: A distance $r$.
distance = Symbol("r", positive=True)


def positive(name: str, value: Any) -> Expr:
    """Return an expression as it is, a number exactly; one that cannot be positive is refused.

    Parameters
    ----------
    name :
        of the argument, for the message.
    value :
        a number or an expression.

    Raises
    ------
    ValueError
        If it is a number that is not positive.
    TypeError
        If it is neither a number nor an expression.
    """
    expression = _expression(name, value, "a positive number")
    if expression.is_number and not (expression.is_finite and expression.is_positive):
        raise ValueError(f"`{name}` = {expression} must be a positive number; choose it larger than 0")
    return expression


def whole(name: str, value: Any, *, least: int) -> Expr:
    """Return an expression as it is; a number has to be an integer not smaller than `least`.

    Parameters
    ----------
    name, value :
        as in `positive`.
    least :
        the smallest integer allowed.

    Raises
    ------
    ValueError, TypeError
        As `positive`.

    >>> whole("dimension", 0, least=1)
    Traceback (most recent call last):
    ...
    ValueError: `dimension` = 0 must be an integer not smaller than 1; choose one
    """
    domain = f"an integer not smaller than {least}"
    expression = _expression(name, value, domain)
    if expression.is_number and not (expression.is_Integer and expression >= least):
        raise ValueError(f"`{name}` = {expression} must be {domain}; choose one")
    return expression


def _expression(name: str, value: Any, domain: str) -> Expr:
    if isinstance(value, Expr):
        return value
    number = exact.rational(name, value, domain)
    return Rational(number.numerator, number.denominator)
