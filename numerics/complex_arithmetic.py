"""Complex balls: what :mod:`.arithmetic` offers for real ones, as far as resolvents need it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import mpmath
from flint import acb, acb_series
from mpmath.libmp import from_man_exp, round_nearest

from .arithmetic import Ball, Series, number

ComplexBall: TypeAlias = acb
ComplexSeries: TypeAlias = acb_series


def complex_ball(real: Ball, imaginary: Ball | None = None) -> ComplexBall:
    """Return the complex ball with these parts."""
    return acb(real) if imaginary is None else acb(real, imaginary)


def from_parts(real: Fraction, imaginary: Fraction) -> ComplexBall:
    """Return the ball around an exact complex number."""
    return acb(number(real), number(imaginary))


def from_double(value: complex) -> ComplexBall:
    """Return the exact ball of a complex number in double precision."""
    return acb(value.real, value.imag)


def to_double(ball: ComplexBall) -> complex:
    """Return the midpoint in double precision."""
    return complex(float(ball.real.mid()), float(ball.imag.mid()))


def complex_power(base: ComplexBall, exponent: Fraction) -> ComplexBall:
    """Return the principal power of a ball off the negative real axis."""
    if exponent.denominator == 1 and abs(exponent.numerator) < 2**31:
        return base ** int(exponent.numerator)
    return (base.log() * number(exponent)).exp()


def argument_bound(ball: ComplexBall) -> Ball:
    """Return a bound on the absolute value of the argument."""
    return abs(ball.arg()).abs_upper()


def hypergeometric(argument: ComplexBall, a: Fraction, b: Fraction, c: Fraction) -> ComplexBall:
    """Return Gauss's function on the plane cut from 1 to infinity."""
    ab, ac, bc, abc = (difference.denominator == 1 for difference in (a - b, a - c, b - c, a + b - c))
    return argument.hypgeom_2f1(number(a), number(b), number(c), ab=ab, ac=ac, bc=bc, abc=abc)


def complex_coefficients(series: ComplexSeries, length: int) -> list[ComplexBall]:
    """Return the first `length` Taylor coefficients."""
    found = list(series.coeffs())[:length]
    return found + [acb(0)] * (length - len(found))


def complex_series(series: Series) -> ComplexSeries:
    """Return a real series as a complex one."""
    return acb_series(series)


def quadrature(
    function: Callable[[ComplexBall, bool], ComplexBall], begin: Ball, end: Ball, goal: int
) -> ComplexBall:
    """Return the proven integral of an analytic function along the real line.

    Parameters
    ----------
    function : of a place and of whether it has to be analytic there, infinite where it then is not
    begin, end : the ends
    goal : bits of relative accuracy aimed at
    """
    tolerance = number(2) ** (-goal)
    return acb.integral(function, begin, end, rel_tol=tolerance, abs_tol=tolerance, eval_limit=200_000)


def accuracy_of(ball: ComplexBall) -> int:
    """Return the bits of relative accuracy that the ball proves of the complex number as a whole."""
    if not ball.is_finite():
        return -(10**9)
    return int(ball.rel_accuracy_bits())


def to_mpc(ball: ComplexBall, bits: int) -> mpmath.mpc:
    """Return the midpoint, its parts rounded to `bits` bits, as an mpc."""
    parts = []
    for part in (ball.real, ball.imag):
        mantissa, exponent = part.mid().man_exp()
        parts.append(from_man_exp(int(mantissa), int(exponent), bits, round_nearest))
    return mpmath.mp.make_mpc(tuple(parts))
