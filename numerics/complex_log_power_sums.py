r"""Degrees of freedom of a power law with a logarithm off the positive axis, proven.

The sums of :mod:`.complex_sums` with :math:`u=\kappa x^aL^p`, :math:`L=\log(x+1)`. As is derived in
:mod:`.log_power_sums`, on the circle :math:`|z-x|=\eta x`, with :math:`\theta=\arcsin\eta`, :math:`|u|` falls
to :math:`G|u|` at most,

.. math:: G=(1-\eta)^a\min\Bigl[(1-\eta)^p,\Bigl((1+\eta)\sqrt{1+\theta^2/L(n)^2}\Bigr)^p\Bigr] ,

and its argument changes by at most :math:`\psi=a\theta+|p|\arctan(\theta/L((1-\eta)n))`. G and :math:`\psi`
take the places of :math:`(1-\eta)^a` and :math:`a\arcsin\eta` there.

The integrals have no closed form. In :math:`\log x` they are found by adaptive quadrature in balls, to an end
X where :math:`|u|` is large, and beyond it from the expansion in powers of :math:`1/u` with the integrals of
:mod:`.log_power_integral`; as :math:`|u|\ge4` there, what is left is bounded as in
:mod:`.complex_exponential_sums`.
"""

from __future__ import annotations

import math
from fractions import Fraction

from .arithmetic import (
    Ball,
    Series,
    asin,
    atan,
    binomial_series,
    cos,
    exp,
    log,
    log_series,
    magnitude,
    number,
    pi,
    power,
    series_length,
    sqrt,
)
from .complex_arithmetic import ComplexBall, argument_bound, complex_ball, complex_series, quadrature
from .complex_sums import Circles, Degrees, bernoulli_terms, disc, narrow_radii, reciprocal_bound
from .errors import PrecisionError
from .euler_maclaurin import MAXIMUM_DIRECT_TERMS, Plan, bernoulli_weights
from .log_power_integral import log_power_integral
from .trace_family import integer_power

_FIRST = 8
_RADII = tuple(Fraction(step, 20) for step in (2, 4, 6, 8, 10, 12))


class ComplexLogPowerSums:
    """Evaluate both sums over ``k**-decay * log(k + 1)**-log_power``, at one complex kappa after another.

    Parameters
    ----------
    decay : a > 0
    log_power : p
    size : M, the number of terms, or ``math.inf`` where the sums converge
    goal : bits to which truncations are negligible
    """

    def __init__(self, decay: Fraction, log_power: Fraction, size: int | float, goal: int) -> None:
        self.decay, self.log_power, self.size, self.goal = decay, log_power, size, goal
        self._growth: list[Ball] = []
        self._ends: dict[tuple[int, int], tuple[Series, list[Ball]]] = {}
        self._tails: dict[tuple[int, int], Ball] = {}

    def __call__(self, kappa: ComplexBall) -> Degrees:
        """Return both sums at a ball that contains no pole."""
        circles = self._planned(kappa)
        stop = self.size + 1 if circles is None else circles.plan.start
        if stop > MAXIMUM_DIRECT_TERMS:
            raise PrecisionError(
                f"`decay` = {float(self.decay):g} with a logarithm needs more than {MAXIMUM_DIRECT_TERMS} "
                f"terms one by one at {self.goal} bits; choose fewer features, samples or digits"
            )
        z = q = complex_ball(number(0))
        table = self._growth
        while len(table) < stop - 1:
            table.append(self._inverse_eigenvalue(1 + len(table)))
        for growth in table[: int(stop) - 1]:
            y = 1 / (1 + kappa * growth)
            z += y
            q += y * y
        if circles is None:
            return z, q
        z_rest, q_rest = self._formula(kappa, circles)
        return z + z_rest, q + q_rest

    def _inverse_eigenvalue(self, k: int) -> Ball:
        return integer_power(k, self.decay) * power(log(number(k + 1)), self.log_power)

    def _planned(self, kappa: ComplexBall) -> Circles | None:
        """Return the cheapest plan, None where all terms are better added one by one."""
        angle = argument_bound(kappa)
        best: tuple[float, Plan, Ball, bool] | None = None
        widening = float(self.decay) + abs(float(self.log_power))
        for radius in (*_RADII, *narrow_radii(float(angle), widening)):
            inner, psi = self._bounds(radius, _FIRST)
            total = (angle + psi) / 2
            for far in (False, True):
                if not far and not total < number(Fraction(157, 100)):
                    continue
                least = inner / 2 if far else inner * cos(total)
                reach = self._reach(abs(kappa) * inner) if far else 0
                order = 2
                while order <= self.goal + 2:
                    length = 2 * order
                    bits = math.lgamma(length + 1) / math.log(2) - 2 * magnitude(least) + self.goal + 8
                    exponent = min(bits / length - math.log2(2 * math.pi * float(radius)), 60.0)
                    start = max(_FIRST, reach, math.ceil(2**exponent) + 1)
                    # the quadrature costs as much as some thousand terms
                    cost = start + 0.1 * length * length + 6000
                    if best is None or cost < best[0]:
                        best = cost, Plan(start=start, order=order, radius=radius), inner, far
                    order = max(order + 1, math.ceil(order * 1.2))
        if best is None or self.size < best[0]:
            return None
        _, plan, inner, far = best
        if far:
            size = abs(kappa) * self._inverse_eigenvalue(plan.start)
            return Circles(plan=plan, constant=reciprocal_bound(inner - 1 / size), far=True)
        total = angle + self._bounds(plan.radius, _FIRST)[1]
        narrow = total < pi()
        return Circles(
            plan=plan, constant=reciprocal_bound(inner * cos(total / 2) if narrow else number(0)), far=False
        )

    def _bounds(self, radius: Fraction, start: int) -> tuple[Ball, Ball]:
        """Return G and psi of the module's docstring for every plan from `start` on."""
        eta, inner = number(radius), number(1 - radius)
        theta, p = asin(eta), self.log_power
        bend = (1 + eta) * sqrt(1 + (theta / log(number(1 + start))) ** 2)
        fall = power(inner if p >= 0 else bend, p)
        psi = number(self.decay) * theta + abs(number(p)) * atan(theta / log(1 + inner * start))
        return power(inner, self.decay) * fall, psi

    def _reach(self, strength: Ball) -> int:
        """Return the first power of two where ``strength / lambda`` is at least 2."""
        x = _FIRST
        while x < 2**60 and not strength * self._inverse_eigenvalue(x) > 2:
            x *= 2
        return x

    def _formula(self, kappa: ComplexBall, circles: Circles) -> Degrees:
        """Return the sums of the terms from the plan's start on."""
        n, order = circles.plan.start, circles.plan.order
        u, f, (z_terms, q_terms) = self._end(kappa, n, order)
        size = abs(u)
        z = f / 2 - z_terms + disc(circles.remainder(1, size))
        q = f * f / 2 - q_terms + disc(circles.remainder(2, size))
        if not isinstance(self.size, float):
            _, upper, (z_upper, q_upper) = self._end(kappa, self.size, order)
            z, q = z + upper / 2 + z_upper, q + upper * upper / 2 + q_upper
            end = log(number(self.size))
        else:
            depth = 2 ** max(8, self.goal // 5)
            doublings = max(0, magnitude_steps(abs(kappa) * self._inverse_eigenvalue(n), depth, self.decay))
            end = log(number(n)) + doublings * log(number(2))
            z_tail, q_tail = self._tail(kappa, end, n, doublings)
            z, q = z + z_tail, q + q_tail
        return z + self._integral(kappa, n, end, 1), q + self._integral(kappa, n, end, 2)

    def _end(self, kappa: ComplexBall, x: int, order: int) -> tuple[ComplexBall, ComplexBall, Degrees]:
        """Return u and f at one end, and the Bernoulli terms of f and of its square."""
        length = 2 * order
        if (x, order) not in self._ends:
            base = log(number(1 + x))
            logarithm = log_series(number(1 + x), number(x), length) / base
            growth = binomial_series(self.decay, length) * logarithm ** number(self.log_power)
            self._ends[x, order] = growth, list(bernoulli_weights(x, order))
        growth, weights = self._ends[x, order]
        u = kappa * self._inverse_eigenvalue(x)
        f = 1 / (1 + u)
        series_length(length)
        return u, f, bernoulli_terms(1 / (1 + (u * f) * complex_series(growth - 1)), weights, f)

    def _integral(self, kappa: ComplexBall, n: int, end: Ball, m: int) -> ComplexBall:
        """Return the integral of the power m of f from n to ``exp(end)``."""
        a, p = number(self.decay), number(self.log_power)

        def integrand(s: ComplexBall, analytic: bool) -> ComplexBall:
            x = s.exp()
            inner = (1 + x).log(analytic=analytic)
            u = kappa * (a * s + p * inner.log(analytic=analytic)).exp()
            return x / (1 + u) ** m

        return quadrature(integrand, log(number(n)), end, self.goal)

    def _tail(self, kappa: ComplexBall, end: Ball, n: int, doublings: int) -> Degrees:
        """Return both integrals from ``exp(end)`` to infinity."""
        z = q = complex_ball(number(0))
        begin = log(1 + exp(end))
        reached = abs(kappa) * exp(number(self.decay) * end) * power(begin, self.log_power)
        if not reached > 4:
            raise PrecisionError("`kappa` is too wide a ball for the expansion of its sums")
        inverse = 1 / kappa
        unit = inverse
        for i in range(1, 3 * self.goal + 10):
            key = i, n * 2**doublings
            if key not in self._tails:
                self._tails[key] = log_power_integral(self.decay * i, self.log_power * i, begin, self.goal)
            term = unit * self._tails[key]
            if i > 2 and magnitude(i * abs(term)) < -self.goal - 8:
                bound = abs(term)
                return z + disc(2 * bound), q + disc(2 * i * bound)
            sign = 1 if i % 2 else -1
            z += sign * term
            q -= sign * (i - 1) * term
            unit = unit * inverse
        raise PrecisionError(f"the tail beyond the quadrature is not proven to {self.goal} bits")


def magnitude_steps(size: Ball, depth: int, decay: Fraction) -> int:
    """Return how often x has to double until ``size * x**decay`` exceeds `depth` about twice."""
    missing = math.log2(depth) + 1 - magnitude(size)
    return math.ceil(max(0.0, missing) / float(decay) * 1.5) + 2
