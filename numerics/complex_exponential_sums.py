r"""Degrees of freedom of an exponential spectrum off the positive axis, proven.

With :math:`u_k=\kappa e^{rk}` the terms are added one by one up to an index n with :math:`|u_n|\ge2^h`.
Beyond,

.. math::

   \sum_{k\ge n}\frac1{1+u_k}=\sum_{i\ge1}(-1)^{i-1}\sum_{k\ge n}u_k^{-i},\qquad
   \sum_{k\ge n}\frac1{(1+u_k)^2}=\sum_{i\ge2}(-1)^i(i-1)\sum_{k\ge n}u_k^{-i}

are sums of geometric series. As :math:`|u_n|\ge4`, what is left from :math:`u^{-i}` on is at most
:math:`\frac43` and :math:`\frac43(i-1)+\frac49` times :math:`\sum_k|u_k|^{-i}`, below 2 and 2i times it.
"""

from __future__ import annotations

import math
from fractions import Fraction

from .arithmetic import Ball, exp, magnitude, number
from .complex_arithmetic import ComplexBall, complex_ball
from .complex_sums import Degrees, disc
from .errors import PrecisionError
from .euler_maclaurin import MAXIMUM_DIRECT_TERMS


class ComplexExponentialSums:
    """Evaluate both sums over an exponential spectrum, at one complex kappa after another.

    Parameters
    ----------
    rate : r > 0
    size : M, the number of terms, or ``math.inf``
    goal : bits to which truncations are negligible
    """

    def __init__(self, rate: Fraction, size: int | float, goal: int) -> None:
        self.rate, self.size, self.goal = rate, size, goal
        # as many terms one by one as there are geometric series
        self.width = max(2, math.isqrt(math.ceil(goal * min(float(rate), 1e6))))
        self._geometric: dict[tuple[int, int], Ball] = {}

    def __call__(self, kappa: ComplexBall) -> Degrees:
        """Return both sums at a ball that contains no pole."""
        knee = (self.width - magnitude(abs(kappa))) * math.log(2) / float(self.rate)
        stop = min(self.size, max(1, math.ceil(knee) + 1)) + 1
        if stop > MAXIMUM_DIRECT_TERMS:
            raise PrecisionError(
                f"`rate` = {float(self.rate):g} needs more than {MAXIMUM_DIRECT_TERMS} terms one by one; "
                "choose a larger rate or fewer features or samples"
            )
        z = q = complex_ball(number(0))
        growth = exp(number(self.rate))
        u = kappa * growth
        for _ in range(1, int(stop)):
            y = 1 / (1 + u)
            z += y
            q += y * y
            u = u * growth
        if stop > self.size:
            return z, q
        if not abs(kappa) * exp(number(self.rate * int(stop))) > 4:
            raise PrecisionError("`kappa` is too wide a ball for the expansion of its sums")
        z_rest, q_rest = self._rest(kappa, int(stop))
        return z + z_rest, q + q_rest

    def _rest(self, kappa: ComplexBall, first: int) -> Degrees:
        """Return the sums from an index on where u is large."""
        z = q = complex_ball(number(0))
        count = self.goal // self.width + 3
        inverse = 1 / kappa
        unit = inverse
        for i in range(1, count + 1):
            term = unit * self._series(i, first)
            if i == count:
                bound = abs(term)
                return z + disc(2 * bound), q + disc(2 * i * bound)
            sign = 1 if i % 2 else -1
            z += sign * term
            q -= sign * (i - 1) * term
            unit = unit * inverse
        raise AssertionError

    def _series(self, order: int, first: int) -> Ball:
        """Return the sum of ``exp(-rate * order * k)`` from `first` to the end."""
        if (order, first) not in self._geometric:
            step = -self.rate * order
            total = -exp(number(step * first)) / number(step).expm1()
            if not isinstance(self.size, float):
                total = total * -number(step * (self.size - first + 1)).expm1()
            self._geometric[order, first] = total
        return self._geometric[order, first]
