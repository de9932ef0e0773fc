r"""Sums over a power law with the factor :math:`\log k` in each term, enclosed by sums without it.

:math:`F(c)=\sum_kk^{-c}w_k^jy_k^l` is a convex function of the shift c, so that

.. math:: \frac{F(c)-F(c+h)}h\le\sum_k\log k\;k^{-c}w_k^jy_k^l\le\frac{F(c-h)-F(c)}h

for every :math:`h>0`: no bound on a second derivative is needed, and with :math:`h=2^{-g}` the two sides
agree to about g bits. The differences cost g bits more, and as many again next to a pole of the
antiderivative.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from .arithmetic import Ball, exp, log, number, symmetric, working_precision
from .integrals import Moment
from .spectrum import Evaluator
from .trace_family import trace_family


def log_evaluator(decay: Fraction, size: int | float, moments: Sequence[Moment], goal: int) -> Evaluator:
    """Return the function from kappa to the balls of the moments with the factor log(k).

    Parameters
    ----------
    decay : a > 0
    size : number of terms, or ``math.inf`` where all moments converge
    moments : the sums
    goal : bits to which the balls are narrow
    """
    step = Fraction(1, 2 ** (goal + 10))
    if size == math.inf:
        step = min(step, *(moment.shift + decay * moment.learned - 1 for moment in moments)) / 2
    fine = 3 * goal + 60
    shifted = tuple(
        replace(moment, shift=moment.shift + offset) for moment in moments for offset in (-step, 0, step)
    )
    powers = max(max(moment.unlearned, moment.learned) for moment in moments)

    def evaluate(kappa: Ball) -> list[Ball]:
        if size == 1:
            return [number(0) for _ in moments]
        center = kappa.mid()
        # no term changes faster than the larger of its powers of kappa
        widening = exp(symmetric(powers * abs(log(kappa / center)).abs_upper()))
        with working_precision(fine + 40):
            values = trace_family(decay, size, shifted, fine).evaluate(center)
            width = number(step)
            found = []
            for index in range(0, len(values), 3):
                before, here, after = values[index : index + 3]
                found.append(((here - after) / width).union((before - here) / width))
        return [value * widening for value in found]

    return evaluate
