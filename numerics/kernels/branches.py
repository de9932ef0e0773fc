r"""Formulas for eigenvalues at all large degrees, with what is needed to sum them to infinity.

A branch is a positive function :math:`\lambda(x)` whose values at the degrees of one residue (all degrees, or
every second one) are the eigenvalues, up to a stated relative error. It is analytic in a cone around the real
axis, and there :math:`|z\lambda'(z)/\lambda(z)|` has a bound that does not depend on x.

*Gamma quotients.* With :math:`u=x+\frac{d-1}2` and a step h,

.. math::

   \lambda(x)=c\,u^g\Bigl[\frac{\Gamma(\frac uh+\frac12-s)}{\Gamma(\frac uh+\frac12+s)}\Bigr]^{e}R(x).

The logarithmic derivative of the quotient in :math:`v=u/h` is
:math:`-\sum_{k\ge0}\frac{2s}{(v+k+\frac12)^2-s^2}`. At a real part of v not below :math:`v_0>s-\frac12` each
factor is at least :math:`v_0+k+\frac12\mp s` in size, so that the sum is at most

.. math:: \frac{2s}{(v_0+\frac12-s)(v_0+\frac12+s)}+\log\frac{v_0+\frac12+s}{v_0+\frac12-s} .

On the real axis the quotient times :math:`v^{2s}` goes to 1. Its logarithmic derivative is
:math:`2s\sum_k[\frac1{(v+k+\frac12)^2-\frac14}-\frac1{(v+k+\frac12)^2-s^2}]`, at most
:math:`2s|s^2-\frac14|\sum_k(w+k)^{-4}` with :math:`w=v+\frac12-\max(s,\frac12)`, and its logarithm so at most
:math:`2s|s^2-\frac14|(\frac1{3w^3}+\frac1{6w^2})`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from flint import arb_series

from ..arithmetic import Ball, Series, exp, number, power, series_length, symmetric


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerTail:
    r"""What a branch is far out: :math:`c\,u^{-a}(1+\delta)`, :math:`u=x+\frac{d-1}2`, at all larger x."""

    scale: Ball
    decay: Fraction
    deviation: Ball


class Branch(ABC):
    """Eigenvalues by a formula in the degree.

    Parameters
    ----------
    step : 1, or 2 where every second eigenvalue vanishes
    residue : the degrees are those that leave this remainder by the step
    first : the formula holds from this degree on
    decay : a of the asymptotic power :math:`x^{-a}`

    Notes
    -----
    A branch is made for one working precision.
    """

    step: int
    residue: int
    first: int
    decay: Fraction

    @abstractmethod
    def value(self, x: Ball) -> Ball:
        """Return lambda at a real x."""

    @abstractmethod
    def series(self, x: Ball, length: int) -> Series:
        """Return the Taylor series of lambda at a real x."""

    @abstractmethod
    def slope(self, least: Ball) -> Ball:
        """Return a bound on |z lambda'/lambda| / (|z| / Re z) at real parts of z not below `least`."""

    @abstractmethod
    def tail(self, x: Ball) -> PowerTail:
        """Return the power law that holds from x on."""

    @abstractmethod
    def error(self, x: int) -> Ball:
        """Return a bound on the relative distance of eigenvalues from the formula from degree x on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerBranch(Branch):
    r"""Eigenvalues :math:`c\,(b^2+x^2)^{-a/2}` of the circle, exact from degree `first` on."""

    scale: Ball
    square: Ball
    decay: Fraction
    step: int = 1
    residue: int = 0
    first: int = 1

    def value(self, x: Ball) -> Ball:
        """Return lambda at a real x."""
        return self.scale * power(self.square + x * x, -self.decay / 2)

    def series(self, x: Ball, length: int) -> Series:
        """Return the Taylor series of lambda at a real x."""
        series_length(length)
        base = arb_series([self.square + x * x, 2 * x, 1], prec=length)
        return (base.log() * number(-self.decay / 2)).exp() * self.scale

    def slope(self, least: Ball) -> Ball:
        """Return a bound on |z lambda'/lambda| / (|z| / Re z): a / |1 + b^2/z^2|."""
        return number(self.decay) / (1 - self.square / least**2)

    def tail(self, x: Ball) -> PowerTail:
        """Return the power law that holds from x on."""
        return PowerTail(
            scale=self.scale,
            decay=self.decay,
            deviation=symmetric(number(self.decay / 2) * self.square / x**2),
        )

    def error(self, x: int) -> Ball:  # noqa: ARG002 -- of the interface
        """Return 0: the formula is exact."""
        return number(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    r"""A factor R(x) near 1 of a gamma quotient.

    Parameters
    ----------
    value, series : R and its Taylor series at a real x
    deviation : a bound on :math:`|R-1|` at real parts not below an argument, falling with it
    slope : a bound on :math:`|R'z|` likewise, in units of \|z\| / Re z
    """

    value: Callable[[Ball], Ball]
    series: Callable[[Ball, int], Series]
    deviation: Callable[[Ball], Ball]
    slope: Callable[[Ball], Ball]


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaBranch(Branch):
    """Eigenvalues by a gamma quotient, see the module."""

    dimension: int
    scale: Ball
    half: Fraction
    exponent: int = 1
    lift: int = 0
    step: int = 1
    residue: int = 0
    first: int
    correction: Correction | None = None
    bound: Callable[[int], Ball] | None = None

    @property
    def decay(self) -> Fraction:  # type: ignore[override]
        """The exponent of the asymptotic power of the degree."""
        return 2 * self.half * self.exponent - self.lift

    def _middle(self, x: Ball) -> Ball:
        return (x + number(Fraction(self.dimension - 1, 2))) / self.step

    def value(self, x: Ball) -> Ball:
        """Return lambda at a real x."""
        middle = self._middle(x) + number(Fraction(1, 2))
        half = number(self.half)
        found = exp(((middle - half).lgamma() - (middle + half).lgamma()) * self.exponent) * self.scale
        if self.lift:
            found = found * (x + number(Fraction(self.dimension - 1, 2))) ** self.lift
        return found if self.correction is None else found * self.correction.value(x)

    def series(self, x: Ball, length: int) -> Series:
        """Return the Taylor series of lambda at a real x."""
        series_length(length)
        middle = self._middle(x)
        top = middle + number(Fraction(1, 2) - self.half)
        bottom = middle + number(Fraction(1, 2) + self.half)
        found = _log_quotient(top, bottom, Fraction(1, self.step), length) * self.exponent
        found = found.exp() * self.scale
        if self.lift:
            found = found * arb_series([middle * self.step, 1], prec=length) ** self.lift
        return found if self.correction is None else found * self.correction.series(x, length)

    def slope(self, least: Ball) -> Ball:
        """Return a bound on |z lambda'/lambda| / (|z| / Re z) at real parts of z not below `least`."""
        middle = self._middle(least)
        top = middle + number(Fraction(1, 2)) - number(self.half)
        bottom = top + 2 * number(self.half)
        # v0 times each of the two terms falls, or is below its limit 2s
        pole = 2 * number(self.half) * (1 + 1 / bottom) * (middle / top).max(number(1))
        found = pole * self.exponent + self.lift
        if self.correction is not None:
            found += self.correction.slope(least) / (1 - self.correction.deviation(least))
        return found

    def tail(self, x: Ball) -> PowerTail:
        """Return the power law that holds from x on."""
        half = self.half
        least = self._middle(x) + number(Fraction(1, 2) - max(half, Fraction(1, 2)))
        change = number(2 * half * abs(half**2 - Fraction(1, 4))) * (1 / (3 * least**3) + 1 / (6 * least**2))
        deviation = exp(change * self.exponent) - 1
        if self.correction is not None:
            more = self.correction.deviation(x)
            deviation = deviation + more + deviation * more
        scale = self.scale * power(number(self.step), 2 * self.half * self.exponent)
        return PowerTail(scale=scale, decay=self.decay, deviation=symmetric(deviation))

    def error(self, x: int) -> Ball:
        """Return a bound on the relative distance of eigenvalues from the formula from degree x on."""
        return number(0) if self.bound is None else self.bound(x)


def _log_quotient(top: Ball, bottom: Ball, slope: Fraction, length: int) -> Series:
    r"""Return the Taylor series of the logarithm of a quotient of gamma functions.

    Notes
    -----
    The coefficients of :math:`\log\Gamma(x+t)` are :math:`\psi(x)` and :math:`(-1)^k\zeta(k,x)/k`, each found
    by itself: a recurrence between them in balls loses most of the digits.
    """
    found = [top.lgamma() - bottom.lgamma(), number(slope) * (top.digamma() - bottom.digamma())]
    for k in range(2, length):
        difference = number(k).zeta(top) - number(k).zeta(bottom)
        found.append(number((-slope) ** k / k) * difference)
    return arb_series(found[:length], prec=length)
