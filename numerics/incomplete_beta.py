r"""The integral under a power law: :math:`\int v^{p-1}(1+v)^{-m}\,dv` on a part of :math:`(0,1]`.

Integration by parts, upwards,

.. math:: \int v^{p-1}(1+v)^{-m}dv = \frac{v^p(1+v)^{-m}}{p}+\frac mp\int v^{p}(1+v)^{-m-1}dv ,

gives, repeated, the antiderivative

.. math:: G(v)=v^p(1+v)^{-m}\sum_{i\ge0}\frac{(m)_i}{(p)_{i+1}}\,t^i,\qquad t=\frac v{1+v}\le\tfrac12 .

For :math:`p>0` this is the incomplete beta function by Pfaff's transformation: all terms are positive, the
rest is bounded by a geometric series. For :math:`p=-k`, an integer, the term of index :math:`k` has a pole
and is replaced by

.. math:: \int\frac{dv}{v(1+v)^{\mu}}=\log t+\sum_{i=1}^{\mu-1}\frac1{i(1+v)^i},\qquad \mu=m+k .

Whether :math:`p` is such an integer is decided on exact rationals. The substitution :math:`v\to1/v` turns the
integral over :math:`[1,\infty)` into the same one with :math:`m-p` for :math:`p`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from .arithmetic import Ball, log, magnitude, number, symmetric
from .errors import PrecisionError

_MOST_TERMS: Final = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IncompleteBeta:
    """The antiderivative :math:`G` of the module's docstring for fixed parameters, to a fixed truncation.

    Parameters
    ----------
    p : exponent, any rational
    m : power, an integer not smaller than 0
    goal : bits to which the series is summed, relative to its largest term
    stop : index at which the series is cut while `p + stop` is still negative, or None
    """

    p: Fraction
    m: int
    goal: int
    stop: int | None

    @classmethod
    def with_goal(cls, p: Fraction, m: int, goal: int) -> IncompleteBeta:
        """Return the antiderivative with its point of truncation, which must not depend on `v`."""
        return cls(p=p, m=m, goal=goal, stop=_early_stop(p, m, goal))

    def parts(self, t: Ball, complement: Ball) -> tuple[Ball, Ball]:
        """Return ``(g, h)`` with ``G(v) = v**p * (1 + v)**(-m) * g + h``.

        Parameters
        ----------
        t : ``v / (1 + v)``, in [0, 1/2] up to rounding
        complement : ``1 / (1 + v)``
        """
        p, m = self.p, self.m
        zero = number(0)
        pole = int(-p) if p.denominator == 1 and p <= 0 else None
        if pole == 0:
            return zero, _logarithm(m, t, complement)
        numerator, denominator = p.numerator, p.denominator
        term = number(1) / number(p)
        total = term
        scaled = t * denominator
        # while p + i is negative the terms do not fall yet, and a pole is reached by counting
        settled = math.inf if pole is not None else float(-p)
        i = 0
        while i < _MOST_TERMS:
            if self.stop is not None and i == self.stop:
                # what is left is a positive integral from v to infinity of a falling power
                return total + symmetric(abs(term) * (m + i) * t / number(-p - i - 1)), zero
            if pole is not None and i + 1 == pole:
                # residue (m)_k / (p)_k of the term that meets the pole
                return total, _residue(p, m, pole) * _logarithm(m + pole, t, complement)
            term = term * scaled * (m + i) / (numerator + (i + 1) * denominator)
            total += term
            i += 1
            if i % 8 == 0 and i > settled and magnitude(term) < magnitude(total) - self.goal:
                tail = _geometric_tail(term, t, m, p, i)
                if tail is not None:
                    return total + symmetric(tail), zero
        raise _too_long(p, m)


def _logarithm(mu: int, t: Ball, complement: Ball) -> Ball:
    """Return the antiderivative of ``1 / (v * (1 + v)**mu)``."""
    if mu > _MOST_TERMS:
        raise _too_long(Fraction(0), mu)
    total = log(t) if mu > 0 else log(t / complement)
    factor = complement
    for i in range(1, mu):
        total += factor / i
        factor *= complement
    return total


def _residue(p: Fraction, m: int, k: int) -> Ball:
    """Return ``(m)_k / (p)_k``."""
    result = Fraction(1)
    for i in range(k):
        result *= Fraction(m + i) / (p + i)
    return number(result)


def _too_long(p: Fraction, m: int) -> PrecisionError:
    return PrecisionError(
        f"an integral with the exponents {float(p):.6g} and {m} needs a series of more than {_MOST_TERMS} "
        "terms; choose smaller exponents, of which `decay` and the signal's are two"
    )


def _geometric_tail(term: Ball, t: Ball, m: int, p: Fraction, i: int) -> Ball | None:
    """Return a bound on the sum of all terms after the one of index `i`, or None while there is none yet."""
    ratio = t * number(max(Fraction(1), Fraction(m + i) / (p + i + 1)))
    if not ratio < 1:
        return None
    return abs(term) * ratio / (1 - ratio)


def _early_stop(p: Fraction, m: int, goal: int) -> int | None:
    """Return the first index with negligible terms (t = 1/2) although `p` plus the index is negative."""
    if p >= -8:
        return None
    size = 0.0
    for i in range(min(math.floor(-p), _MOST_TERMS)):
        below = float(-p - i - 1)
        if below <= 2:
            return None
        size += math.log2(max(m + i, 1)) - math.log2(below) - 1
        if size < -goal - 16:
            return i + 1
    return None
