r"""The search for the ridge that minimises the risk: the sign of the slope of the risk along kappa.

With every quantity a function of :math:`x=\log\kappa`, the symbols of :mod:`.ridge`, and

.. math:: c_2=\sum_kw_ky_k^2=q-s,\qquad Q=\sum_kv_kw_k^2y_k ,

the derivatives :math:`z'=-c`, :math:`c'=2c_2-c`, :math:`S_1'=S_1-P`, :math:`P'=2Q` give
:math:`\tfrac12E^2\,dR/dx=g`,

.. math::

   g=\frac{S_1}N\Bigl(c_2\alpha\beta-\frac{c^3}{NT}\Bigr)
   +\alpha\Bigl[Q\alpha\beta+(Qc-Pc_2)\Bigl(\frac\alpha T+\frac\beta N\Bigr)-\frac{Pc^2}{NT}\Bigr]
   -\frac{\sigma^2}T\Bigl[c_2\alpha^2+\frac{\alpha c^2}N+\frac{c^3}{N^2}\Bigr].

For the isotropic prior the first two terms are :math:`\kappa(c_2\alpha\beta-c^3/(NT))`: without noise the
optimum is where :math:`(z-q)^3=(q-s)(N-z)(T-z)`.

*Which minimum.* The risk of a structured signal may have several minima. All sums are smooth functions of
:math:`\log\kappa` on the scale of one (their kernel :math:`1/(1+e^x)` is analytic for
:math:`|\mathrm{Im}\,x|<\pi`), so the sign of g is scanned on a finer grid. Only :math:`\alpha,\beta` change
faster, next to the ridgeless end; there g is affine in the small one up to its square, and has one change of
sign at most. The scan ends at a K above which no minimum can lie: since :math:`E\le1` and :math:`\alpha P`
grows, the excess is at least :math:`\alpha(K)P(K)` for all :math:`\kappa\ge K`. Each minimum is then enclosed
by a change of sign.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from .arithmetic import Ball, accuracy, exp, log, magnitude, number, working_precision
from .errors import ConvergenceError, PrecisionError
from .fixed_point import HALF_LEARNED, LEARNED, Regression, solve_kappa
from .ridge import RiskBalls, risk_at_root
from .spectrum import (
    HALF_LEARNED_TWICE,
    SECOND_LEARNED,
    SQUARED_UNLEARNED_SIGNAL,
    UNLEARNED_SIGNAL,
    Evaluator,
    ModeSum,
    rational_log,
)

_GRID: Final = 0.25
_MOST_POINTS: Final = 40_000
_MOST_BITS: Final = 8000
_SLOPE_SUMS: Final = (
    LEARNED,
    ModeSum(unlearned=0, learned=2),
    HALF_LEARNED,
    HALF_LEARNED_TWICE,
)
_SIGNAL_SUMS: Final = (
    UNLEARNED_SIGNAL,
    SQUARED_UNLEARNED_SIGNAL,
    SECOND_LEARNED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What the search sees at one kappa: g = gain - loss, the excess, and the bound alpha*P on all above."""

    gain: Ball
    loss: Ball
    excess: Ball
    bound: Ball
    slope: Ball


class OptimumSearch:
    """The scan of log(kappa) and the refinement of what it finds."""

    def __init__(self, problem: Regression, noise: Fraction, source: Fraction | None) -> None:
        self.problem, self.noise, self.source = problem, noise, source
        self.isotropic = problem.spectrum.is_isotropic(source)
        self.top = problem.spectrum.log_eigenvalue(Fraction(1))
        size = problem.spectrum.size
        self.bottom = -math.inf if size == math.inf else problem.spectrum.log_eigenvalue(Fraction(size))
        self.smallest_scale = self._smallest_scale()
        self._evaluators: dict[int, Evaluator] = {}

    def at(self, kappa: Ball, goal: int) -> tuple[Ball, RiskBalls]:
        """Return the ridge and everything else at the optimal kappa."""
        problem = self.problem
        (z,) = problem.spectrum.evaluator([LEARNED], None, goal)(kappa)
        alpha = 1 - z * number(problem.inverse_features)
        beta = 1 - z * number(problem.inverse_samples)
        assert isinstance(problem.samples, Fraction)
        ridge = kappa * alpha * beta * number(problem.samples)
        return ridge, risk_at_root(problem, kappa, self.noise, self.source, goal, (alpha, beta))

    def state(self, x: Ball, bits: int, vacancies: tuple[Fraction, Fraction] | None = None) -> _State:
        """Return the state at kappa = exp(x), with alpha and beta given where they are known exactly."""
        goal = 32 * math.ceil(bits / 32)
        problem = self.problem
        with working_precision(goal + 40):
            if goal not in self._evaluators:
                sums = _SLOPE_SUMS if self.isotropic else _SLOPE_SUMS + _SIGNAL_SUMS
                self._evaluators[goal] = problem.spectrum.evaluator(sums, self.source, goal)
            kappa = exp(x)
            z, q, c, c2, *signal = self._evaluators[goal](kappa)
            first, second, third = signal or (kappa * z, kappa * c, kappa * c2)
            n, t = number(problem.inverse_features), number(problem.inverse_samples)
            alpha, beta = (1 - z * n, 1 - z * t) if vacancies is None else map(number, vacancies)
            mixed = alpha * t + beta * n
            if self.isotropic:
                gain = kappa * (c2 * alpha * beta - c**3 * n * t)
            else:
                gain = first * n * (c2 * alpha * beta - c**3 * n * t) + alpha * (
                    third * alpha * beta + (third * c - second * c2) * mixed - second * c * c * n * t
                )
            noise = number(self.noise) * t
            loss = noise * (c2 * alpha * alpha + alpha * c * c * n + c**3 * n * n)
            excess = c * n * first + alpha * second + noise * (alpha * q + c * z * n)
            return _State(
                gain=gain,
                loss=loss,
                excess=excess / (alpha * beta + c * mixed),
                bound=alpha * second,
                slope=gain - loss,
            )

    def scan(self) -> tuple[bool, list[tuple[Ball, Ball]]]:
        """Return whether the risk rises at the ridgeless end, and the brackets of all minima above it."""
        brackets = []
        smallest: Ball | None = None
        lowest, end = self._lowest()
        previous, falling = lowest, end < 0
        for x in self._grid(lowest):
            sign, state = self._sign(x)
            if falling and sign > 0:
                brackets.append((previous, x))
            previous, falling = x, sign < 0
            if smallest is None or state.excess < smallest:
                smallest = state.excess
            if state.bound > smallest:
                return end > 0, brackets
        raise ConvergenceError(f"the risk still falls at log(kappa) = {previous}")

    def refine(self, low: Ball, high: Ball, bits: int) -> tuple[Ball, Ball]:
        """Return a narrower interval whose ends prove that g changes its sign inside, ``2**-bits`` wide.

        The chord through the ends meets the axis at a distance from the root of the order of the square of
        the width.
        """
        limit = number(2) ** -bits
        slope_low, slope_high = self._slope(low, 0), self._slope(high, 0)
        for _ in range(200):
            with working_precision(2 * bits + 200):
                width = high - low
                if width < limit:
                    return low, high
                chord = (low - slope_low * width / (slope_high - slope_low)).mid()
                # near the ends of the first, wide interval the chord may miss
                reach = (width * width).mid() if width < 0.1 else (width / 8).mid()
                middle = ((low + high) / 2).mid()
                trials = [(chord - reach).mid(), (chord + reach).mid()]
            for x in (*trials, middle):
                # halving, where a rough slope at one end keeps the chord on one side of the root
                if not low < x < high or (x is middle and high - low < width / 2):
                    continue
                slope = self._slope(x, -magnitude(reach))
                if slope < 0:
                    low, slope_low = x, slope
                elif slope > 0:
                    high, slope_high = x, slope
        raise ConvergenceError(f"no root of the slope of the risk was isolated between {low} and {high}")

    def excess_at(self, low: Ball, high: Ball) -> Ball:
        """Return the excess at the minimum in a narrow interval."""
        with working_precision(400):
            middle = ((low + high) / 2).mid()
        return self.state(middle, self._bits(middle) + 80).excess.mid()

    def _slope(self, x: Ball, depth: float) -> Ball:
        """Return g at x, accurate enough for chords to neighbours at a distance of ``2**-depth``."""
        wanted = 12 + max(0, math.ceil(depth))
        bits = self._bits(x) + 2 * wanted
        for _ in range(8):
            slope = self.state(x, bits).slope
            reached = accuracy(slope)
            if reached >= wanted:
                return slope
            bits += max(32, wanted - reached) if reached > 0 else bits
        raise _unresolved(x, bits)

    def _sign(self, x: Ball) -> tuple[int, _State]:
        """Return the sign of g at x, 1 or -1, and the state."""
        bits = self._bits(x)
        while bits <= _MOST_BITS:
            state = self.state(x, bits)
            if state.slope > 0:
                return 1, state
            if state.slope < 0:
                return -1, state
            bits *= 2
        raise _unresolved(x, _MOST_BITS)

    def _bits(self, x: Ball) -> int:
        """Return bits that resolve alpha near the ridgeless end, and powers of kappa off the spectrum."""
        beyond = max(0.0, float(x.mid()) - self.top, self.bottom - float(x.mid()))
        return 48 + math.ceil(2 * self.smallest_scale + 4 * beyond)

    def _smallest_scale(self) -> float:
        """Return minus the binary logarithm of the scale in log(kappa) that alpha and beta introduce."""
        problem = self.problem
        pairs = [(problem.features, problem.samples)]
        if problem.spectrum.size != math.inf:
            size = Fraction(problem.spectrum.size)
            pairs += [(problem.features, size), (problem.samples, size)]
        scale = 0.0
        for one, other in pairs:
            if isinstance(one, Fraction) and isinstance(other, Fraction) and one != other:
                scale = max(scale, -rational_log(abs(one - other) / max(one, other)) / math.log(2))
        return scale

    def _lowest(self) -> tuple[Ball, int]:
        """Return the first point of the scan, and the sign of g at the ridgeless end itself.

        The point is so near to that end that g has kept its sign.
        """
        if self.problem.is_interpolating:
            return self._below_the_spectrum()
        depth = 20 + math.ceil(self.smallest_scale)
        sign = self._sign_without_ridge()
        while True:
            root = solve_kappa(self.problem, 2 * depth + 40)
            with working_precision(2 * depth + 80):
                x = (log(root) + number(2) ** -depth).mid()
            if sign > 0 or self._sign(x)[0] < 0:
                return x, sign
            depth = 2 * depth
            if depth > 20_000:
                raise _unresolved(x, 2 * depth)
            self.smallest_scale = depth - 20.0

    def _sign_without_ridge(self) -> int:
        """Return the sign of g without ridge, where one of alpha and beta is exactly 0."""
        n, t = self.problem.inverse_features, self.problem.inverse_samples
        if n >= t:
            return -1  # alpha = 0 leaves negative terms only
        bits = 60
        for _ in range(8):
            x = solve_kappa(self.problem, bits + 20)
            with working_precision(bits + 60):
                x = log(x)
            slope = self.state(x, bits, (1 - n / t, Fraction(0))).slope
            if slope > 0 or slope < 0:
                return 1 if slope > 0 else -1
            bits *= 2
        raise _unresolved(x, bits)

    def _below_the_spectrum(self) -> tuple[Ball, int]:
        """Return a point below which gain and loss are powers of kappa, and the sign of g there.

        Their ratio grows in proportion to kappa, or is constant; it is followed down until one of the two is
        seen.
        """
        x = self.bottom - 14 - 2 * self.smallest_scale
        for _ in range(100):
            state = self._sign(number(Fraction(x)))[1]
            below = self._sign(number(Fraction(x - 7)))[1]
            with working_precision(80):
                ratio, ratio_below = state.gain / state.loss, below.gain / below.loss
            if ratio < 2.0**-10 or ratio_below > ratio / 2:
                return number(Fraction(x)), 1 if state.slope > 0 else -1
            x -= max(7.0, magnitude(ratio) * math.log(2) + 8)
        raise ConvergenceError(f"the risk still changes its course at log(kappa) = {x}")

    def _grid(self, lowest: Ball) -> Iterator[Ball]:
        """Return the points of the scan, closer than the scale of one until far above all eigenvalues."""
        x, step = lowest, _GRID
        yield x
        span = max(0.0, self.top - float(lowest))
        if not span < _GRID * _MOST_POINTS:
            raise PrecisionError(
                f"`features` and `samples` leave {span / math.log(10):.3g} decades of kappa to search for "
                f"the optimum, more than {_GRID * _MOST_POINTS / math.log(10):.0f}; choose them smaller"
            )
        for _ in range(2 * _MOST_POINTS):
            with working_precision(200 + 4 * math.ceil(self.smallest_scale)):
                x = (x + number(Fraction(step))).mid()
            if float(x) > self.top + 8:
                step *= 1.1
            yield x


def _unresolved(x: Ball, bits: int) -> PrecisionError:
    return PrecisionError(
        f"the slope of the risk at log(kappa) = {float(x):.6g} is not resolved at {bits} bits; choose a "
        "less extreme `noise`, `features`, `samples` or `spectrum`"
    )
