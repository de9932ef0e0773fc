r"""Sums over a power law with a logarithm, :math:`\lambda(x)=x^{-a}L^{-p}` with :math:`L=\log(x+1)`.

The summand :math:`f(x)=v\,w^jy^l`, with :math:`u=\kappa/\lambda`, :math:`y=1/(1+u)`, :math:`w=u/(1+u)`,
:math:`m=j+l` and :math:`v=x^{-b}` or :math:`v=\lambda`, is added term by term below an index n and by the
Euler-Maclaurin formula from there on. All bounds are relative to a positive integral of f and independent of
:math:`\kappa`.

*Remainder.* On :math:`|z-x|=\eta x`, :math:`x\ge n`, the argument of z is at most :math:`\theta=\arcsin\eta`.
As the logarithm is concave, :math:`|L(z)|` lies between :math:`(1-\eta)L(x)` and
:math:`(1+\eta)L(x)\sqrt{1+\theta^2/L(n)^2}`. That bounds :math:`|\lambda(x)/\lambda(z)|` by :math:`G_-` and
:math:`G_+`, its argument by :math:`\psi=a\theta+|p|\arctan(\theta/L((1-\eta)n))`, and as in
:mod:`.euler_maclaurin`, for :math:`\psi<\pi`,

.. math::

   \frac{|f^{(i)}(x)|}{i!}\le C\frac{f(x)}{(\eta x)^i},\quad
   C=V\,G_+^j\Bigl[\min(1,G_-)\cos\frac\psi2\Bigr]^{-m},\quad
   |R|\le\frac{4\,(2J)!\,C}{(2\pi\eta n)^{2J}}\int_n^Mf ,

where V bounds :math:`|v(z)/v(x)|`.

*Integral.* In :math:`s=\log x` it is cut into panels of width W with a Gauss-Legendre rule of N nodes each.
The same bounds hold in the strip :math:`|\mathrm{Im}\,s|\le\theta`, there with
:math:`\cos\theta\,L\le|L(z)|\le L\sqrt{1+\theta^2/L^2}`. A function with :math:`|F|\le B` in the ellipse of
:math:`[-1,1]` with sum of half-axes :math:`\rho` has Chebyshev coefficients below :math:`2B\rho^{-k}`; the
rule is exact up to degree :math:`2N-1` and has weights of sum 2, so that its error is at most
:math:`8B\rho^{-2N}/(1-1/\rho)`. Since :math:`|d\log(xf)/ds|\le D`, the largest value in the ellipse is at
most :math:`Ce^{DW\rho}` times the smallest one on the panel.

*Tail.* Where u is large, :math:`(1+1/u)^{-m}` is expanded in powers of 1/u, with a rest below the first
omitted term; the integrals of the powers are those of :mod:`.log_power_integral`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from .arithmetic import (
    Ball,
    Series,
    binomial_series,
    coefficients,
    cos,
    current_precision,
    exp,
    factorial,
    gauss_legendre,
    log,
    log_series,
    magnitude,
    number,
    pi,
    power,
    series_length,
    sqrt,
    symmetric,
)
from .errors import PrecisionError
from .euler_maclaurin import bernoulli_weights, check_terms
from .log_power_bounds import LogMoment, LogPowerBounds
from .log_power_integral import log_power_integral
from .trace_family import product

_FIRST = 8  # the formula starts here or later
_MOST_TERMS = 3000
_MOST_NODES = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A place where summands are evaluated: 1/lambda, the weight, and the signal power of each kind there."""

    growth: Ball
    weight: Ball
    strengths: dict[tuple[Fraction, Fraction], Ball]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The start of the formula, the number of its Bernoulli terms, and the remainder per integral."""

    start: int
    order: int
    remainders: list[Ball]


@lru_cache(maxsize=64)
def _cached(
    decay: Fraction,
    log_power: Fraction,
    size: int | float,
    moments: tuple[LogMoment, ...],
    goal: int,
    precision: int,
) -> LogPowerSums:
    assert precision == current_precision()
    return LogPowerSums(decay, log_power, size, moments, goal)


def log_power_sums(
    decay: Fraction, log_power: Fraction, size: int | float, moments: tuple[LogMoment, ...], goal: int
) -> LogPowerSums:
    """Return the evaluator of `moments`, with tables for the working precision that holds now."""
    return _cached(decay, log_power, size, moments, goal, current_precision())


class LogPowerSums:
    """Evaluate several sums of one power law with a logarithm at one kappa.

    Parameters
    ----------
    decay, log_power : a and p
    size : M, the number of terms, or ``math.inf``
    moments : the sums
    goal : bits to which truncations are negligible against each sum
    """

    def __init__(
        self,
        decay: Fraction,
        log_power: Fraction,
        size: int | float,
        moments: tuple[LogMoment, ...],
        goal: int,
    ) -> None:
        self.decay, self.log_power, self.size = decay, log_power, size
        self.bounds = LogPowerBounds(decay=decay, log_power=log_power)
        self.moments, self.goal = moments, goal
        self.kinds = {(moment.shift, moment.log_shift) for moment in moments}
        self.plan = self._planned()
        self.direct = size <= 2 * self.plan.start
        stop = int(size) + 1 if self.direct else self.plan.start
        # a term here costs as much as a dozen powers of integers
        check_terms(12 * stop, decay, goal)
        one = number(1)
        self._terms = [self._point(number(k), one) for k in range(1, stop)]
        self._integrals: dict[tuple[Fraction, Fraction, int], Ball] = {}
        if not self.direct:
            self._prepare_panels()
            self._lower = self._end(self.plan.start)
            self._upper = None if isinstance(size, float) else self._end(size)

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of all sums at `kappa`, a positive ball, or exactly 0 if the sums converge."""
        totals = self._added(kappa, self._terms)
        if self.direct:
            return totals
        panels = self._panels_for(kappa)
        while len(self._panels) < panels:
            self._panels.append(self._panel(len(self._panels)))
        integrals = [number(0) for _ in self.moments]
        for panel in self._panels[:panels]:
            for index, value in enumerate(self._added(kappa, panel)):
                integrals[index] += value
        lower = self._at_end(kappa, self._lower, self.plan.start)
        upper = None
        if self._upper is not None:
            assert isinstance(self.size, int)
            upper = self._at_end(kappa, self._upper, self.size)
        for index, moment in enumerate(self.moments):
            integral = integrals[index] * (1 + symmetric(2 * self._quadrature_errors[index]))
            if upper is None:
                integral += self._tail(moment, kappa, panels)
            integral += symmetric(self.plan.remainders[index] * abs(integral))
            value, correction = lower[index]
            totals[index] += integral + value / 2 - correction
            if upper is not None:
                value, correction = upper[index]
                totals[index] += value / 2 + correction
        return totals

    def _point(self, x: Ball, weight: Ball) -> _Point:
        logarithm = log(1 + x)
        strengths = {
            (shift, log_shift): power(x, -shift) * power(logarithm, -log_shift)
            for shift, log_shift in self.kinds
        }
        growth = power(x, self.decay) * power(logarithm, self.log_power)
        return _Point(growth=growth, weight=weight, strengths=strengths)

    def _added(self, kappa: Ball, points: list[_Point]) -> list[Ball]:
        """Return the weighted sums over some points."""
        totals = [number(0) for _ in self.moments]
        jobs = [
            (index, (moment.shift, moment.log_shift), moment.unlearned, moment.learned)
            for index, moment in enumerate(self.moments)
        ]
        for point in points:
            u = kappa * point.growth
            y = 1 / (1 + u)
            w = u * y
            for index, kind, unlearned, learned in jobs:
                totals[index] += product(w, unlearned, y, learned) * point.strengths[kind] * point.weight
        return totals

    def _planned(self) -> _Plan:
        """Return the cheapest start and order whose remainder is negligible."""
        best: tuple[float, Fraction, int, int] | None = None
        widest = min(0.85, math.sin(min(0.8 * math.pi / float(self.decay), 1.3)))
        for step in range(1, 13):
            eta = Fraction(widest * step / 12)
            constants = self.bounds.on_circles(self.moments, eta, _FIRST)
            if constants is None:
                break
            constant = max(magnitude(bound) for bound in constants)
            order = 2
            while order <= self.goal + 2:
                length = 2 * order
                needed = (math.lgamma(length + 1) / math.log(2) + constant + self.goal + 8) / length
                if needed < 60:
                    start = max(_FIRST, math.ceil(2**needed / (2 * math.pi * float(eta))))
                    cost = (1.0 + 0.4 * len(self.moments)) * start + 0.02 * length * length
                    if best is None or cost < best[0]:
                        best = cost, eta, order, start
                order = max(order + 1, math.ceil(order * 1.15))
        if best is None:
            raise PrecisionError(
                f"`decay` = {float(self.decay):g} with the other exponents given is too steep for the sums "
                f"with a logarithm at {self.goal} bits; choose smaller exponents or fewer digits"
            )
        _, eta, order, start = best
        found = self.bounds.on_circles(self.moments, eta, _FIRST)
        assert found is not None
        circle = 2 * pi() * number(eta) * start
        factor = 4 * factorial(2 * order) * circle ** (-2 * order)
        return _Plan(start=start, order=order, remainders=[factor * constant for constant in found])

    def _prepare_panels(self) -> None:
        """Choose the panels' width and their rule, with the bound on its error."""
        theta = Fraction(1)
        rho = 1 + sqrt(number(2))
        while True:
            # the ellipse reaches theta * (sqrt(2) - 1) beyond the panel
            nearest = number(self.plan.start) * exp(number(-theta) / 2)
            angle = self.bounds.angle(number(theta), nearest * cos(number(theta)))
            if angle < number(Fraction(5, 2)):
                break
            theta = theta * 4 / 5
        width = 2 * number(theta)
        self._panels: list[list[_Point]] = []
        self._count: int | None = None
        if not isinstance(self.size, float):
            whole = log(number(Fraction(self.size, self.plan.start)))
            self._count = math.ceil(float(whole.mid()) / float(2 * theta)) + 1
            width = whole / self._count
        self._width = width
        flat = number(1)
        logs = cos(number(theta)), sqrt(1 + (number(theta) / log(1 + nearest)) ** 2)
        bend = 1 / log(1 + nearest)
        bounds = []
        for moment in self.moments:
            change = abs(number(1 - moment.shift)) + abs(number(moment.log_shift)) * bend
            change += moment.power * (number(self.decay) + abs(number(self.log_power)) * bend)
            constant = self.bounds.constant(moment, (flat, flat), logs, angle)
            bounds.append(4 * constant * exp(change * 2 * number(theta) * rho) / (1 - 1 / rho))
        worst = max(magnitude(bound) for bound in bounds)
        length = math.ceil((worst + self.goal + 8) / (2 * math.log2(1 + math.sqrt(2))))
        self._rule = gauss_legendre(length)
        self._quadrature_errors = [bound * rho ** (-2 * length) for bound in bounds]

    def _panel(self, index: int) -> list[_Point]:
        """Return the nodes of one panel."""
        points = []
        for node, weight in self._rule:
            x = self.plan.start * exp(self._width * (index + (1 + node) / 2))
            points.append(self._point(x, weight * x * self._width / 2))
        return points

    def _panels_for(self, kappa: Ball) -> int:
        """Return how many panels lie below the tail."""
        if self._count is not None:
            return self._check_panels(self._count)
        if kappa.is_zero():
            return 0
        # from there on u is above 2**depth
        depth = max(20, self.goal // 4)
        a, p = float(self.decay), float(self.log_power)
        wanted = (depth - magnitude(kappa)) * math.log(2)
        x = max(wanted / a, 1.0)
        for _ in range(30):
            x = max((wanted - p * math.log(x)) / a, 1.0)
        width = float(self._width.mid())
        panels = math.ceil((x - math.log(self.plan.start)) / width) + 1
        # tails that begin at the same place share their integrals
        return self._check_panels(6 * math.ceil(max(0, panels) / 6))

    def _check_panels(self, panels: int) -> int:
        nodes = panels * len(self._rule)
        if nodes > _MOST_NODES:
            raise PrecisionError(
                f"sums with a logarithm need {nodes} nodes, more than {_MOST_NODES}, at {self.goal} bits; "
                "choose a larger kappa, a smaller size or fewer digits"
            )
        return panels

    def _tail(self, moment: LogMoment, kappa: Ball, panels: int) -> Ball:
        """Return the integral from the end of the panels to infinity."""
        if kappa.is_zero():
            return number(0) if moment.unlearned else self._integral(moment.shift, moment.log_shift, panels)
        total, coefficient, m = number(0), 1, moment.power
        for i in range(_MOST_TERMS):
            order = moment.learned + i
            shift = moment.shift + self.decay * order
            log_shift = moment.log_shift + self.log_power * order
            term = coefficient * kappa ** (-order) * self._integral(shift, log_shift, panels)
            if i and magnitude(term) < magnitude(total) - self.goal - 6:
                return total + symmetric(abs(term))
            total += term
            coefficient = -coefficient * (m + i) // (i + 1)
        raise PrecisionError(f"the tail beyond the panels is not proven to {self.goal} bits")

    def _integral(self, shift: Fraction, log_shift: Fraction, panels: int) -> Ball:
        """Return the integral of ``x**-shift * log(x + 1)**-log_shift`` from the end of the panels on."""
        key = shift, log_shift, panels
        if key not in self._integrals:
            begin = log(1 + self.plan.start * exp(self._width * panels))
            self._integrals[key] = log_power_integral(shift, log_shift, begin, self.goal)
        return self._integrals[key]

    def _end(self, x: int) -> tuple[_Point, Series, dict[tuple[Fraction, Fraction], Series]]:
        """Return one end of the formula: the point, and the series of 1/lambda and of the signal powers."""
        length = 2 * self.plan.order
        base = log(number(1 + x))
        logarithm = log_series(number(1 + x), number(x), length) / base
        growth = binomial_series(self.decay, length) * logarithm ** number(self.log_power)
        strengths = {
            (shift, log_shift): binomial_series(-shift, length) * logarithm ** number(-log_shift)
            for shift, log_shift in self.kinds
        }
        return self._point(number(x), number(1)), growth, strengths

    def _at_end(
        self, kappa: Ball, end: tuple[_Point, Series, dict[tuple[Fraction, Fraction], Series]], x: int
    ) -> list[tuple[Ball, Ball]]:
        """Return the summands at one end with their Bernoulli terms."""
        point, growth, strengths = end
        length = 2 * self.plan.order
        series_length(length)
        u = kappa * point.growth
        y = 1 / (1 + u)
        w = u * y
        learned = 1 / (1 + w * (growth - 1))
        weights = bernoulli_weights(x, self.plan.order)
        found = []
        for moment in self.moments:
            kind = moment.shift, moment.log_shift
            value = product(w, moment.unlearned, y, moment.learned) * point.strengths[kind]
            series = learned**moment.power * growth**moment.unlearned * strengths[kind]
            odd = coefficients(series, length)[1::2]
            total = number(0)
            for weight, coefficient in zip(weights, odd, strict=True):
                total += weight * coefficient
            found.append((value, total * value))
        return found
