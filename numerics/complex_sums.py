r"""Degrees of freedom of a power law off the positive axis, proven: :math:`\sum_kf(k)^m`, :math:`m=1,2`.

With :math:`f(x)=1/(1+u)`, :math:`u=\kappa x^a` and complex :math:`\kappa` the terms below an index n are
added one by one, and the Euler-Maclaurin formula of :mod:`.euler_maclaurin` is used from there on. Only the
bound on its remainder is another one. On the circle :math:`|z-x|=\eta x` the argument of :math:`z^a` is at
most :math:`\psi=a\arcsin\eta`, and there are two ways to keep away from the poles of f:

*Angle.* For :math:`|\arg\kappa|+\psi<\pi`, as for positive :math:`\kappa`,

.. math:: |1+\kappa z^a|\ge(1-\eta)^a\,(1+|u|)\,\cos\frac{|\arg\kappa|+\psi}2 .

*Distance.* For :math:`|u|(1-\eta)^a>1`, at any argument, the negative axis included,

.. math:: |1+\kappa z^a|\ge|u|\Bigl[(1-\eta)^a-\frac1{|u|}\Bigr].

With :math:`g=1/(1+|u|)` or :math:`g=1/|u|`, which fall, and C the power of what stands beside :math:`1/g`,

.. math:: |R|\le4\,(2J)!\,(2\pi\eta n)^{-2J}\,\frac{C\,n\,g(n)^m}{2J-1} .

The first way needs :math:`n\gg1/(\pi-|\arg\kappa|)`, the second one :math:`n\gg|\kappa|^{-1/a}`; the cheaper
one is taken. On the spectrum of a random matrix of size T, :math:`\kappa` is such that n is at most of order
:math:`\sqrt T`.

*Integral.* :math:`\int_0^xf=x\,{}_2F_1(1,\frac1a;1+\frac1a;-u)`, and since :math:`xf'=-a(f-f^2)`,

.. math:: \int f^2=\frac{xf}a+\Bigl(1-\frac1a\Bigr)\int f .
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from .arithmetic import (
    Ball,
    Series,
    asin,
    binomial_series,
    cos,
    log,
    magnitude,
    number,
    pi,
    power,
    series_length,
    symmetric,
)
from .complex_arithmetic import (
    ComplexBall,
    ComplexSeries,
    argument_bound,
    complex_ball,
    complex_coefficients,
    complex_power,
    complex_series,
    hypergeometric,
    quadrature,
)
from .errors import PrecisionError
from .euler_maclaurin import MAXIMUM_DIRECT_TERMS, Plan, bernoulli_weights, remainder_factor
from .trace_family import integer_power

Degrees: TypeAlias = tuple[ComplexBall, ComplexBall]
"""The degrees of freedom z and q."""

DegreesEvaluator: TypeAlias = Callable[[ComplexBall], Degrees]
"""From a ball off the eigenvalues' negatives to its degrees of freedom."""

_RADII = tuple(Fraction(step, 20) for step in (2, 4, 6, 8, 10, 12, 14, 16))
_RIGHT_ANGLE = 1.5707


@dataclass(frozen=True, slots=True, kw_only=True)
class Circles:
    """A plan for the formula with the bound C, for m = 1, on its circles; `far` if that is by distance."""

    plan: Plan
    constant: Ball
    far: bool

    def remainder(self, m: int, size: Ball) -> Ball:
        """Return the bound on the remainder for the power m where ``|u|`` is `size` at the start."""
        g = 1 / size if self.far else 1 / (1 + size)
        return remainder_factor(self.plan, self.constant**m, Fraction(0)) * g**m


class ComplexPowerSums:
    """Evaluate both sums over one power law ``k**-decay``, at one complex kappa after another.

    Parameters
    ----------
    decay : a > 0
    first : index of the first term
    last : index of the last term, or ``math.inf`` for a > 1
    goal : bits to which truncations are negligible
    """

    def __init__(self, decay: Fraction, first: int, last: int | float, goal: int) -> None:
        self.decay, self.first, self.last, self.goal = decay, first, last, goal
        self._growth: list[Ball] = []
        self._ends: dict[tuple[int, int], tuple[Series, list[Ball]]] = {}
        self._choice: tuple[float, float, tuple[Plan, bool] | None] | None = None

    def __call__(self, kappa: ComplexBall) -> Degrees:
        """Return both sums at a ball that contains no pole."""
        circles = self._planned(kappa)
        stop = self.last + 1 if circles is None else circles.plan.start
        if stop - self.first > MAXIMUM_DIRECT_TERMS:
            raise PrecisionError(
                f"`decay` = {float(self.decay):g} needs more than {MAXIMUM_DIRECT_TERMS} terms one by one at "
                f"{self.goal} bits so near to the eigenvalues; choose fewer features, samples or digits"
            )
        z, q = self._direct(kappa, int(stop))
        if circles is not None:
            z_rest, q_rest = self._formula(kappa, circles)
            z, q = z + z_rest, q + q_rest
        return z, q

    def _direct(self, kappa: ComplexBall, stop: int) -> Degrees:
        """Return the sums of the terms from the first on, below `stop`."""
        table = self._growth
        while len(table) < stop - self.first:
            table.append(integer_power(self.first + len(table), self.decay))
        z = q = complex_ball(number(0))
        for growth in table[: stop - self.first]:
            y = 1 / (1 + kappa * growth)
            z += y
            q += y * y
        return z, q

    def _planned(self, kappa: ComplexBall) -> Circles | None:
        """Return the cheapest plan with its proven bound, None where adding all terms is cheaper."""
        angle = float(argument_bound(kappa))
        size = magnitude(abs(kappa)) if not kappa.contains(0) else -math.inf
        known = self._choice
        # places nearby share the choice, not the bound
        if (
            known is None
            or abs(size - known[0]) > 0.02
            or abs(angle - known[1]) > max(1e-9, 0.05 * (math.pi - angle))
        ):
            known = self._choice = size, angle, self._chosen(size, angle)
        return None if known[2] is None else self._circles(kappa, *known[2])

    def _chosen(self, size: float, angle: float) -> tuple[Plan, bool] | None:
        """Return the cheapest plan for a binary logarithm of kappa and an argument, and its way."""
        a = float(self.decay)
        knee = -size / a
        best: tuple[float, Plan, bool] | None = None
        for radius in (*_RADII, *narrow_radii(angle, a)):
            eta = float(radius)
            half = (angle + a * math.asin(eta)) / 2
            for far in (False, True):
                # the bound on 1/C of the first way, or one half of its first part in the second
                if far:
                    reach = max(0.0, knee + 1 / a - math.log2(1 - eta))
                    least = 1 - a * math.log2(1 - eta)
                elif half < _RIGHT_ANGLE:
                    reach, least = 0.0, -a * math.log2(1 - eta) - math.log2(math.cos(half))
                else:
                    continue
                order = 2
                while order <= self.goal + 2:
                    length = 2 * order
                    bits = (math.lgamma(length + 1) / math.log(2) + 2 * least + self.goal + 8) / length
                    exponent = max(bits - math.log2(2 * math.pi * eta), reach)
                    start = max(4, self.first, math.ceil(2 ** min(exponent, 60.0)) + 1)
                    # a hypergeometric function costs as much as some tens of terms
                    cost = start - self.first + 0.1 * length * length + 60
                    if best is None or cost < best[0]:
                        best = cost, Plan(start=start, order=order, radius=radius), far
                    order = max(order + 1, math.ceil(order * 1.2))
        if best is None or self.last - self.first < best[0]:
            return None
        return best[1:]

    def _circles(self, kappa: ComplexBall, plan: Plan, far: bool) -> Circles:
        """Return the plan with its proven bound."""
        inner = power(number(1 - plan.radius), self.decay)
        if far:
            size = abs(kappa) * integer_power(plan.start, self.decay)
            return Circles(plan=plan, constant=reciprocal_bound(inner - 1 / size), far=True)
        angle = argument_bound(kappa) + number(self.decay) * asin(number(plan.radius))
        narrow = angle < pi()
        return Circles(
            plan=plan, constant=reciprocal_bound(inner * cos(angle / 2) if narrow else number(0)), far=False
        )

    def _formula(self, kappa: ComplexBall, circles: Circles) -> Degrees:
        """Return the sums of the terms from the plan's start on."""
        n, order = circles.plan.start, circles.plan.order
        u, f, (z_terms, q_terms) = self._end(kappa, n, order)
        integral = self._integral(kappa, n, u)
        z, q = f / 2 - z_terms, f * f / 2 - q_terms
        boundary = -n * f
        if not isinstance(self.last, float):
            _, upper, (z_upper, q_upper) = self._end(kappa, self.last, order)
            z, q = z + upper / 2 + z_upper, q + upper * upper / 2 + q_upper
            boundary += self.last * upper
        a = number(self.decay)
        square = boundary / a + (1 - 1 / a) * integral
        size = abs(u)
        return (
            z + integral + disc(circles.remainder(1, size)),
            q + square + disc(circles.remainder(2, size)),
        )

    def _end(self, kappa: ComplexBall, x: int, order: int) -> tuple[ComplexBall, ComplexBall, Degrees]:
        """Return u and f at one end, and the Bernoulli terms of f and of its square."""
        length = 2 * order
        if (x, order) not in self._ends:
            self._ends[x, order] = binomial_series(self.decay, length), list(bernoulli_weights(x, order))
        growth, weights = self._ends[x, order]
        u = kappa * integer_power(x, self.decay)
        f = 1 / (1 + u)
        series_length(length)
        # f(x (1 + t)) / f(x) = 1 / (1 + w ((1 + t)**a - 1)), w = u f
        series = 1 / (1 + (u * f) * complex_series(growth - 1))
        return u, f, bernoulli_terms(series, weights, f)

    def _integral(self, kappa: ComplexBall, n: int, u: ComplexBall) -> ComplexBall:
        """Return the integral of f from n to the end."""
        on_axis = bool(kappa.imag.contains(0))
        a = self.decay
        if not on_axis or kappa.real > 0:
            below = self._from_zero(kappa, n)
            if isinstance(self.last, float):
                angle = pi() / number(a)
                return complex_power(kappa, -1 / a) * (angle / angle.sin()) - below
            return self._from_zero(kappa, self.last) - below
        # beyond the pole, in powers of 1/u
        if isinstance(self.last, float):
            return _to_infinity(a, n, u)
        if a != 1 and (2 - 1 / a > 0 or (1 / a).denominator != 1):
            return _to_infinity(a, n, u) - _to_infinity(a, self.last, kappa * integer_power(self.last, a))
        return quadrature(
            lambda s, _: s.exp() / (1 + kappa * (number(a) * s).exp()),
            log(number(n)),
            log(number(self.last)),
            self.goal,
        )

    def _from_zero(self, kappa: ComplexBall, x: int) -> ComplexBall:
        """Return the integral of f from 0 to x, off the cut."""
        u = kappa * integer_power(x, self.decay)
        inverse = 1 / self.decay
        return x * hypergeometric(-u, Fraction(1), inverse, 1 + inverse)


def narrow_radii(angle: float, widening: float) -> tuple[Fraction, ...]:
    """Return radii of circles that stay off the poles at an argument near pi.

    Parameters
    ----------
    angle : the argument's absolute value
    widening : by how much the argument changes on a circle, per radius
    """
    free = (math.pi - angle) / widening
    if not 1e-9 < free < 0.4:
        return ()
    return tuple(Fraction(round(2**40 * part * free), 2**40) for part in (0.3, 0.5, 0.7, 0.85))


def _to_infinity(a: Fraction, x: int, u: ComplexBall) -> ComplexBall:
    """Return the integral of f from x to infinity, or what stands for it where that diverges."""
    inverse = 1 / a
    factor = hypergeometric(-1 / u, Fraction(1), 1 - inverse, 2 - inverse)
    return x / (u * number(a - 1)) * factor


def bernoulli_terms(series: ComplexSeries, weights: list[Ball], f: ComplexBall) -> Degrees:
    """Return the Bernoulli terms of f and of its square from the series of f in units of f."""
    length = 2 * len(weights)
    found = []
    for each, unit in ((series, f), (series * series, f * f)):
        odd = complex_coefficients(each, length)[1::2]
        total = complex_ball(number(0))
        for weight, coefficient in zip(weights, odd, strict=True):
            total += weight * coefficient
        found.append(total * unit)
    return found[0], found[1]


def reciprocal_bound(bound: Ball) -> Ball:
    """Return one over a bound, infinite where it is not proven to be positive."""
    return 1 / bound if bound > 0 else 1 / number(0)


def disc(radius: Ball) -> ComplexBall:
    """Return the ball around zero that holds every complex number not larger than `radius`."""
    return complex_ball(symmetric(radius), symmetric(radius))
