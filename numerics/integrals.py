r"""The integral part of a power-law sum, :math:`\int_n^M x^{-c}w^jy^l\,dx`, and the moments it belongs to.

With :math:`u=\kappa x^a`, :math:`y=1/(1+u)`, :math:`w=u/(1+u)`, :math:`m=j+l` and :math:`p=(1-c)/a+j` it is

.. math:: \frac{\kappa^{-(1-c)/a}}a\int_{u_n}^{u_M}u^{p-1}(1+u)^{-m}\,du .

Below :math:`u=1` the antiderivative of :mod:`.incomplete_beta` is used as it stands, above it in the variable
:math:`1/u` with :math:`m-p` for :math:`p`. An interval that contains :math:`u=1` needs the difference of the
two there, which is a constant: for :math:`0<p<m` the integral over all of :math:`(0,\infty)`, a beta
function.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .arithmetic import Ball, factorial, gamma, log, number, power
from .incomplete_beta import IncompleteBeta


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    r"""One sum :math:`\sum_kk^{-c}w^jy^l`: its `shift` c and its exponents `unlearned` j and `learned` l."""

    shift: Fraction
    unlearned: int
    learned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One end x of the interval with ``u``, ``y``, ``w`` there; `near` if u is below 1."""

    x: int
    u: Ball
    y: Ball
    w: Ball

    @property
    def near(self) -> bool:
        """Whether the antiderivative in u (rather than in 1/u) is used here."""
        return bool(self.u.mid() < 1)


class Member:
    """One moment with the parts of its integral that do not depend on kappa."""

    def __init__(self, moment: Moment, decay: Fraction, goal: int) -> None:
        self.moment = moment
        self.decay = decay
        self.power = moment.unlearned + moment.learned
        self.s = moment.shift - decay * moment.unlearned
        self.p = (1 - moment.shift) / decay + moment.unlearned
        self.near = IncompleteBeta.with_goal(self.p, self.power, goal)
        self.far = IncompleteBeta.with_goal(self.power - self.p, self.power, goal)
        self._bridge: Ball | None = None

    def _bridged(self) -> Ball:
        """Return the integral over all of (0, oo), or what takes its place if an end diverges."""
        if self._bridge is None:
            p, m = self.p, self.power
            if 0 < p < m:
                self._bridge = gamma(number(p)) * gamma(number(m - p)) / factorial(m - 1)
            else:
                half = number(1) / 2
                near, near_pole = self.near.parts(half, half)
                far, far_pole = self.far.parts(half, half)
                self._bridge = (near + far) * half**m + near_pole + far_pole
        return self._bridge

    def integral(
        self, kappa: Ball, lower: Endpoint, at_lower: Ball, upper: Endpoint | None, at_upper: Ball
    ) -> Ball:
        """Return the integral between two ends with the integrand's values there (`upper` None: infinity)."""
        if kappa.is_zero():
            return self._power_integral(lower, at_lower, upper, at_upper)
        total, constant = self._antiderivative(lower, at_lower)
        total, constant = -total, -constant
        if upper is not None:
            relative, pole = self._antiderivative(upper, at_upper)
            total += relative
            constant += pole
        if lower.near and (upper is None or not upper.near):
            constant += self._bridged()
        if not constant.is_zero():
            total += constant * power(kappa, -(1 - self.moment.shift) / self.decay)
        return total / number(self.decay)

    def _antiderivative(self, end: Endpoint, value: Ball) -> tuple[Ball, Ball]:
        """Return the antiderivative at one end: a plain part, and one in units of ``kappa**(-(1-c)/a)``."""
        if end.near:
            relative, pole = self.near.parts(end.w, end.y)
            return relative * value * end.x, pole
        relative, pole = self.far.parts(end.y, end.w)
        return -relative * value * end.x, -pole

    def _power_integral(
        self, lower: Endpoint, at_lower: Ball, upper: Endpoint | None, at_upper: Ball
    ) -> Ball:
        """Return the integral at kappa = 0, where the integrand is ``x**-c``, or 0 for an unlearned part."""
        if self.moment.unlearned:
            return number(0)
        c = self.moment.shift
        if c == 1:
            assert upper is not None
            return log(number(Fraction(upper.x, lower.x)))
        total = -at_lower * lower.x
        if upper is not None:
            total += at_upper * upper.x
        return total / number(1 - c)
