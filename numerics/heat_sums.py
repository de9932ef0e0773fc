r"""The heat sum: what gradient descent leaves of a power-law spectrum after a time, at any precision.

.. math::

   H(s;a,\tau)=\sum_{k\ge1}k^{-s}e^{-\tau k^{-a}},\qquad
   \int_n^\infty x^{-s}e^{-\tau x^{-a}}dx=\frac{\tau^{-p}}a\,\gamma(p,\tau n^{-a}),\qquad p=\frac{s-1}a .

The terms below n are added one by one, the rest is the Euler-Maclaurin formula. On the circle
:math:`|z-x|=\eta x` with :math:`\sin\psi=\eta`, :math:`a\psi\le1`, the summand is at most
:math:`C x^{-s}e^{-c\tau x^{-a}}`, :math:`C=\max((1+\eta)^{-s},(1-\eta)^{-s})`, :math:`c=(1+\eta)^{-a}\cos1`;
so by Cauchy's estimate the remainder after 2J derivatives is at most

.. math::

   \frac{4\,(2J)!\,C}{(2\pi\eta)^{2J}}\int_n^\infty x^{-s-2J}e^{-c\tau x^{-a}}dx
   \le\frac{4\,(2J)!\,C}{(2\pi\eta)^{2J}}
      \min\Bigl(\frac{n^{1-s-2J}}{s+2J-1},\ \frac{\Gamma(r)}{a(c\tau)^r}\Bigr),\qquad r=\frac{s+2J-1}a .

Terms and derivatives are as many as there are digits, at any time.
"""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath

from .arithmetic import (
    Ball,
    Series,
    bernoulli,
    coefficients,
    cos,
    exp,
    factorial,
    gamma,
    log,
    log_series,
    number,
    pi,
    proven,
    symmetric,
    to_mpf,
    upper_gamma,
    working_precision,
)
from .errors import DivergentSumError
from .exact import Number, bits_for, digit_count, exact_text, nonnegative, positive_exponent, real_exponent


def heat_sum(
    decay: Number, time: Number, *, shift: Number, continued: bool = False, digits: int = 15
) -> mpmath.mpf:
    r"""Return the heat sum :math:`\sum_{k\ge1}k^{-s}e^{-\tau k^{-a}}`.

    Parameters
    ----------
    decay : the exponent :math:`a` of the eigenvalues, a positive number
    time : :math:`\tau`, a number not smaller than 0
    shift : :math:`s`, a number larger than 1
    continued : whether a smaller `shift` stands for the analytic continuation in it, with ``time > 0``, as
        for sums of several whose divergent parts cancel; it has poles where ``(shift - 1)/decay`` is an
        integer
    digits : significant digits to be right, an integer from 1 to 1000

    Raises
    ------
    DivergentSumError
        If `shift` is not larger than 1, or the continuation has a pole.
    PrecisionError
        If the digits cannot be proven.
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Examples
    --------
    >>> from scalinglaws.numerics import heat_sum
    >>> print(heat_sum(2, 0, shift=2))
    1.64493406684823
    >>> print(heat_sum(2, "1e6", shift=2))
    0.000886226925452758
    """
    a = positive_exponent("decay", decay)
    tau = nonnegative("time", time)
    s = real_exponent("shift", shift)
    bits = bits_for(digit_count(digits))
    order = (s - 1) / a
    if s <= 1 and (not continued or tau == 0 or order.denominator == 1):
        remedy = "no integer (shift - 1)/decay, time > 0" if continued else "`shift` > 1"
        raise DivergentSumError(
            f"`shift` = {exact_text(s)} must allow the sum to converge; it needs {remedy}"
        )

    def attempt(goal: int) -> tuple[Ball]:
        with working_precision(goal + 40):
            return (_total(a, tau, s, goal),)

    (total,) = proven(attempt, list, bits, what="the heat sum")
    return to_mpf(total, bits)


def _total(decay: Fraction, time: Fraction, shift: Fraction, goal: int) -> Ball:
    a, tau, s = number(decay), number(time), number(shift)
    reach = math.sin(min(1.0, 1 / float(decay)))
    # at n = 2J/(pi reach) the remainder falls by a factor (2e)^2 for each two derivatives
    half = math.ceil((goal + 20) / (4 * math.log2(2 * math.e))) + math.ceil(abs(float(shift))) + 2
    first = math.ceil(2 * half / (math.pi * reach))
    total = number(0)
    for k in range(1, first):
        logarithm = log(number(k))
        total += exp(-s * logarithm - tau * exp(-a * logarithm))
    start = log(number(first))
    if time == 0:
        total += exp((1 - s) * start) / (s - 1)
    else:
        order = (s - 1) / a
        total += exp(-order * log(tau)) / a * (gamma(order) - upper_gamma(order, tau * exp(-a * start)))
    length = 2 * half
    logarithms = log_series(number(first), number(1), length + 1)
    inner: Series = (-a * logarithms).exp()
    summand = coefficients((-s * logarithms - tau * inner).exp(), length + 1)
    total += summand[0] / 2
    for j in range(1, half + 1):
        total -= bernoulli(2 * j) / (2 * j) * summand[2 * j - 1]
    return total + symmetric(_remainder(decay, time, shift, first, half))


def _remainder(decay: Fraction, time: Fraction, shift: Fraction, first: int, half: int) -> Ball:
    """Return a bound of what the formula leaves out."""
    a, s, derivatives = number(decay), number(shift), 2 * half
    # below sin(1/a) or sin(1), so that the angle times a is at most 1
    reach = number(Fraction(math.sin(min(1.0, 1 / float(decay)))) * Fraction(999, 1000))
    widest = max(
        (exp(-s * log(1 + reach)), exp(-s * log(1 - reach))), key=lambda ball: float(ball.mid())
    ) * number(Fraction(1001, 1000))
    scale = 4 * factorial(derivatives) * widest / (2 * pi() * reach) ** derivatives
    power = s + derivatives - 1
    bounds = [exp(-power * log(number(first))) / power]
    if time > 0:
        slowed = number(time) * cos(number(1)) * exp(-a * log(1 + reach))
        bounds.append(gamma(power / a) / a * exp(-power / a * log(slowed)))
    return scale * min(bounds, key=lambda ball: float(ball.mid().log()) if ball > 0 else math.inf)
