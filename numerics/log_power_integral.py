r"""The integral of a power law with a logarithm to infinity, :math:`\int_X^\infty x^{-c}\log^{-q}(x+1)\,dx`.

In :math:`t=\log(x+1)`, with :math:`T=\log(X+1)`, the binomial series of :math:`(1-e^{-t})^{-c}` gives

.. math::

   \sum_{i\ge0}\frac{(c)_i}{i!}\int_T^\infty e^{-(c-1+i)t}t^{-q}\,dt ,

incomplete gamma functions, and :math:`T^{1-q}/(q-1)` where :math:`c-1+i=0`. All terms are positive. Each
integral is at most :math:`e^{-T}` times the one before, so that the rest is below a geometric series.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from .arithmetic import Ball, exp, magnitude, number, power, symmetric, upper_gamma
from .errors import PrecisionError

_MOST_TERMS: Final = 5000


def log_power_integral(shift: Fraction, log_shift: Fraction, begin: Ball, goal: int) -> Ball:
    """Return the integral of ``x**-shift * log(x + 1)**-log_shift`` to infinity.

    Parameters
    ----------
    shift : c, larger than 1, or 1 with q > 1
    log_shift : q
    begin : T = log(X + 1), positive
    goal : bits to which the series is summed
    """
    fall = exp(-begin)
    total, coefficient = number(0), number(1)
    for i in range(_MOST_TERMS):
        rate = shift - 1 + i
        if rate == 0:
            part = power(begin, 1 - log_shift) / number(log_shift - 1)
        else:
            part = upper_gamma(number(1 - log_shift), number(rate) * begin)
            part = part * power(number(rate), log_shift - 1)
        term = coefficient * part
        total += term
        growth = number((shift + i) / (i + 1))
        ratio = growth * fall
        if ratio < number(Fraction(1, 2)) and magnitude(term * ratio) < magnitude(total) - goal - 6:
            return total + symmetric(term * ratio / (1 - ratio))
        coefficient = coefficient * growth
    raise PrecisionError(f"the tail of the integral is not proven to {goal} bits")
