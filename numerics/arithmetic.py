"""The number system of the algorithms: real balls, so that every digit returned is proven.

The algorithms use only ``+ - * /`` and the functions of this module, which is all that another number system
has to offer. A ball is a midpoint with a radius that contains the exact value, truncation included.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Final, TypeAlias, TypeVar

import mpmath
from flint import arb, arb_series, ctx, fmpq
from mpmath.libmp import from_man_exp, round_nearest

from .errors import PrecisionError

Ball: TypeAlias = arb
Series: TypeAlias = arb_series
Value = TypeVar("Value")

ATTEMPTS: Final = 12

# The library keeps one working precision for the whole process: computations of different threads take turns.
_lock = threading.RLock()


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Compute with `bits` bits inside the block, and restore the former precision after it."""
    with _lock:
        precision, length = ctx.prec, ctx.cap
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec, ctx.cap = precision, length


def current_precision() -> int:
    """Return the working precision in bits."""
    return int(ctx.prec)


def number(value: int | Fraction) -> Ball:
    """Return the ball around an exact number."""
    if isinstance(value, int):
        return arb(value)
    return arb(fmpq(value.numerator, value.denominator))


def infinity() -> Ball:
    """Return the ball of radius zero around plus infinity."""
    return arb("inf").mid()


def power(base: Ball, exponent: Fraction) -> Ball:
    """Return a positive ball raised to an exact exponent."""
    if exponent.denominator == 1 and abs(exponent.numerator) < 2**31:
        return base**exponent.numerator
    return exp(log(base) * number(exponent))


def log(ball: Ball) -> Ball:
    """Return the natural logarithm of a positive ball."""
    return ball.log()


def exp(ball: Ball) -> Ball:
    """Return the exponential."""
    return ball.exp()


def sqrt(ball: Ball) -> Ball:
    """Return the square root of a ball that is not negative."""
    return ball.sqrt()


def cos(ball: Ball) -> Ball:
    """Return the cosine."""
    return ball.cos()


def asin(ball: Ball) -> Ball:
    """Return the arc sine."""
    return ball.asin()


def atan(ball: Ball) -> Ball:
    """Return the arc tangent."""
    return ball.atan()


def upper_gamma(order: Ball, start: Ball) -> Ball:
    """Return the upper incomplete gamma function from a positive start."""
    return start.gamma_upper(order)


def gauss_legendre(length: int) -> Sequence[tuple[Ball, Ball]]:
    """Return the nodes in (-1, 1) of the Gauss-Legendre rule and their weights."""
    return [arb.legendre_p_root(length, k, weight=True) for k in range(length)]


def gamma(ball: Ball) -> Ball:
    """Return the gamma function."""
    return ball.gamma()


def pi() -> Ball:
    """Return pi."""
    return arb.pi()


def factorial(n: int) -> Ball:
    """Return n factorial."""
    return arb(n).fac()


def bernoulli(n: int) -> Ball:
    """Return the Bernoulli number of index n."""
    return arb.bernoulli(n)


def symmetric(bound: Ball) -> Ball:
    """Return the ball around zero that holds everything not larger than `bound`."""
    return bound.union(-bound)


def spread(center: Ball, radius: Ball) -> Ball:
    """Return the ball around `center` widened by `radius`."""
    return center + symmetric(radius)


def magnitude(ball: Ball) -> float:
    """Return roughly the binary logarithm of the midpoint's size, -inf for zero, inf where there is none."""
    if not ball.is_finite():
        return math.inf
    mantissa, exponent = ball.mid().man_exp()
    bits = int(mantissa).bit_length()
    if bits == 0:
        return float("-inf")
    shift = max(0, bits - 60)
    return math.log2(abs(int(mantissa)) >> shift) + shift + int(exponent)


def accuracy(ball: Ball) -> int:
    """Return the bits of relative accuracy that the ball proves; a negative number if it contains zero."""
    if not ball.is_finite():
        return -(10**9)
    return int(ball.rel_accuracy_bits())


def integer_below(ball: Ball) -> int:
    """Return the largest integer that is proven not to exceed the number in a ball of moderate size."""
    (mantissa, exponent), _ = parts(ball.lower().floor())
    return mantissa << exponent if exponent >= 0 else mantissa >> -exponent


def binomial_series(exponent: Fraction, length: int) -> Series:
    """Return the Taylor series of ``(1 + t)**exponent`` to `length` terms."""
    ctx.cap = length
    return arb_series([1, 1], prec=length) ** number(exponent)


def exponential_series(exponent: Fraction, length: int) -> Series:
    """Return the Taylor series of ``exp(exponent * t)`` to `length` terms."""
    ctx.cap = length
    return arb_series([0, number(exponent)], prec=length).exp()


def log_series(constant: Ball, slope: Ball, length: int) -> Series:
    """Return the Taylor series of ``log(constant + slope * t)`` to `length` terms."""
    ctx.cap = length
    return arb_series([constant, slope], prec=length).log()


def coefficients(series: Series, length: int) -> Sequence[Ball]:
    """Return the first `length` Taylor coefficients."""
    found = list(series.coeffs())[:length]
    return found + [arb(0)] * (length - len(found))


def series_length(length: int) -> None:
    """Truncate products and quotients of series to `length` terms from here on."""
    ctx.cap = length


def to_mpf(ball: Ball, bits: int) -> mpmath.mpf:
    """Return the midpoint, rounded to `bits` bits, as an mpf that owes nothing to the global precision."""
    if not ball.is_finite() and ball == infinity():
        return mpmath.inf
    mantissa, exponent = ball.mid().man_exp()
    return mpmath.mp.make_mpf(from_man_exp(int(mantissa), int(exponent), bits, round_nearest))


def parts(ball: Ball) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return midpoint and radius of a finite ball, each exactly, as an integer and a power of two."""
    (midpoint, exponent), (radius, scale) = ball.mid().man_exp(), ball.rad().man_exp()
    return (int(midpoint), int(exponent)), (int(radius), int(scale))


def proven(
    attempt: Callable[[int], Value], balls: Callable[[Value], Sequence[Ball]], bits: int, *, what: str
) -> Value:
    """Repeat a computation at growing precision until its balls are proven to `bits` bits.

    Parameters
    ----------
    attempt : computes the value, given how many bits to aim at; called inside no precision block
    balls : the balls of the value that have to be accurate
    bits : relative accuracy asked for
    what : what is computed, for the message

    Returns
    -------
    Value
        The first value all of whose balls are accurate enough.

    Raises
    ------
    PrecisionError
        If twelve attempts, or 60 times the bits asked for plus 40000, were not enough.

    Notes
    -----
    The check is a posteriori: whatever the attempt did, a value is returned only if each ball has
    ``radius <= 2**-bits * |midpoint|``, and the ball contains the exact number. Its midpoint rounded to
    `bits` bits by :func:`to_mpf` is off by ``2**-bits`` once more, so that both together are below
    ``2**(1 - bits) / (1 - 2**-bits)`` of the exact number: with two digits to spare in `bits`, a fiftieth of
    ``10**-digits``.
    """
    goal = bits + 12
    bound = 60 * bits + 40_000
    for _ in range(ATTEMPTS):
        value = attempt(goal)
        worst = min((accuracy(ball) for ball in balls(value)), default=bits)
        if worst >= bits:
            return value
        # what is missing is known unless the ball still contains zero: then the precision doubles
        missing = bits - worst if worst > 0 else goal
        goal += max(min(missing, goal) + 20, goal // 4)
        if goal > bound:
            break
    raise PrecisionError(
        f"{what} is not proven to {bits} bits at a working precision of {min(goal, bound)} bits; choose "
        "fewer `digits` or less extreme arguments"
    )
