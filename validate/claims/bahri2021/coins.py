r"""Exact expectations over tosses of a coin, to any number of digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import mpmath
from sympy import Expr, Rational, Symbol, lambdify

from ....theory import symbols
from ....theory.variance_limited import Estimator
from ..legs import DIGITS

f = Symbol("f", real=True)
D = symbols.samples


def tossed(share: Fraction) -> Estimator:
    """Return the mean of tosses, 1 with a probability and 0 otherwise, by its cumulants."""
    p = Rational(share.numerator, share.denominator)
    v = p * (1 - p)
    cumulants: dict[tuple[int, ...], Expr] = {
        (2,): v / D,
        (3,): v * (1 - 2 * p) / D**2,
        (4,): v * (1 - 6 * v) / D**3,
    }
    return Estimator(outputs=(f,), cumulants=cumulants)


def distribution(share: Fraction, tosses: int) -> Iterator[tuple[int, mpmath.mpf]]:
    """Yield numbers of heads and their probabilities, from the middle outwards as far as the digits see.

    >>> from fractions import Fraction
    >>> [(k, float(weight)) for k, weight in distribution(Fraction(1, 2), 2)]
    [(1, 0.5), (2, 0.25), (0, 0.25)]
    """
    with mpmath.workdps(2 * DIGITS):
        p = mpmath.mpf(share.numerator) / share.denominator
        middle = int(share * tosses)
        top = mpmath.binomial(tosses, middle) * p**middle * (1 - p) ** (tosses - middle)
        smallest = top * mpmath.mpf(10) ** (-2 * DIGITS)
        heads, weight = middle, top
        while heads <= tosses and weight > smallest:
            yield heads, weight
            weight = weight * (tosses - heads) / (heads + 1) * p / (1 - p)
            heads += 1
        heads, weight = middle, top
        while heads > 0 and weight > smallest:
            weight = weight * heads / (tosses - heads + 1) * (1 - p) / p
            heads -= 1
            yield heads, weight


def mean_of(function: Callable[[mpmath.mpf], mpmath.mpf], share: Fraction, tosses: int) -> mpmath.mpf:
    """Return the exact mean of a function of the share of heads.

    >>> from fractions import Fraction
    >>> print(mean_of(lambda x: x**2, Fraction(1, 2), 2))
    0.375
    """
    with mpmath.workdps(2 * DIGITS):
        return mpmath.fsum(
            weight * function(mpmath.mpf(heads) / tosses) for heads, weight in distribution(share, tosses)
        )


def callable_of(expression: Expr) -> Callable[[mpmath.mpf], mpmath.mpf]:
    """Return a loss in the output as a function of mpmath numbers."""
    function: Callable[[mpmath.mpf], mpmath.mpf] = lambdify(f, expression, "mpmath")
    return function
