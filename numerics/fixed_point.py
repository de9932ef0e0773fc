r"""The fixed point: the renormalised ridge :math:`\kappa` of random-feature ridge regression.

The equation :math:`\delta N=\kappa(N-z)(T-z)`, with :math:`z(\kappa)<\min(N,T)`, is quadratic in :math:`z`.
With
:math:`d=\delta/(T\kappa)` its smaller root is

.. math:: z_*(\kappa)=\frac{2(1-d)}{\frac1N+\frac1T+\sqrt{\left(\frac1N-\frac1T\right)^2+\frac{4d}{NT}}} ,

and the equation reads :math:`h(\kappa)=z(\kappa)-z_*(\kappa)=0`. Unlike :math:`\delta-\kappa(\dots)` it stays
well conditioned for tiny ridges and for :math:`N=T`, and contains every limit: :math:`z_*=\min(N,T)` without
ridge,
:math:`T(1-d)` for :math:`N=\infty`, :math:`N` for :math:`T=\infty`.

*Uniqueness.* In :math:`x=\log\kappa`, :math:`z` falls with slope :math:`-c`, :math:`c=z-q=\sum_kw_ky_k>0`,
and
:math:`z_*` does not fall: one root, which a bracket finds from any start.

*Proof of the digits.* Since :math:`|dc/dx|\le c`, on :math:`|x-\hat x|\le r` the slope of :math:`h` lies in
:math:`-c(\hat x)[e^{-r},e^r]-z_*'`; the interval Newton step from :math:`\hat x` with that slope encloses the
root as soon as it falls into the interval, and roughly squares the error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from . import equivalent
from .arithmetic import Ball, exp, log, magnitude, number, spread, sqrt, working_precision
from .errors import ConvergenceError, PrecisionError
from .exact import Exact
from .spectrum import Evaluator, ModeSum, Spectrum, rational_log

LEARNED: Final = ModeSum(unlearned=0, learned=1)
HALF_LEARNED: Final = ModeSum(unlearned=1, learned=1)

_BRACKET_STEPS = 400
_FIRST_BITS = 40  # a bracket needs no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """The exact arguments of a regression problem.

    Parameters
    ----------
    spectrum : the data
    features, samples : N and T, positive, at most one of them ``math.inf``
    ridge : delta, not negative
    """

    spectrum: Spectrum
    features: Exact
    samples: Exact
    ridge: Fraction

    @property
    def inverse_features(self) -> Fraction:
        """Return 1/N, 0 for infinite N."""
        return inverse(self.features)

    @property
    def inverse_samples(self) -> Fraction:
        """Return 1/T, 0 for infinite T."""
        return inverse(self.samples)

    @property
    def ridge_per_sample(self) -> Fraction:
        """Return delta/T; a finite ridge is none where T is infinite."""
        return self.ridge * self.inverse_samples

    @property
    def resources(self) -> equivalent.Resources[Ball]:
        """Return 1/N, 1/T and the gap between them as balls of the working precision."""
        n, t = self.inverse_features, self.inverse_samples
        return equivalent.Resources(features=number(n), samples=number(t), gap=number(abs(n - t)))

    @property
    def narrowest(self) -> Exact:
        """Return min(N, T)."""
        return min(self.features, self.samples)

    @property
    def is_interpolating(self) -> bool:
        """Whether kappa is exactly 0: without ridge, all modes fit into the smaller of N and T."""
        return self.ridge_per_sample == 0 and self.spectrum.size <= self.narrowest


def inverse(value: Exact) -> Fraction:
    """Return one over a positive number or infinity."""
    return 1 / value if isinstance(value, Fraction) else Fraction(0)


def solve_kappa(problem: Regression, bits: int) -> Ball:
    """Return a ball around kappa, proven to contain the root, of about `bits` bits of relative accuracy.

    Parameters
    ----------
    problem : not interpolating, N or T finite
    bits : accuracy aimed at; the ball says what was reached

    Raises
    ------
    ConvergenceError
        If no bracket was found, which no spectrum that sums to a finite value can cause.
    PrecisionError
        If the sign of h cannot be decided within the bound on working precision.
    """
    guess, radius = _bracketed_root(problem)
    goal = min(84, bits + 32)
    bound = 60 * bits + 40_000
    while goal <= bound:
        with working_precision(goal + 40):
            step = _newton_step(problem, guess, radius, goal)
            if step is None:
                goal = goal * 2
                continue
            guess, radius = step.mid(), step.rad() + number(2) ** (-goal - 20)
            reached = -magnitude(radius) if not radius.is_zero() else float(goal)
            if reached >= bits or goal >= bits + 32:
                return exp(step)
        goal = min(bits + 32, max(int(2 * reached) + 8, goal + 16))
    raise PrecisionError(
        f"kappa is not proven to {bits} bits at a working precision of {bound} bits; choose fewer `digits` "
        "or less extreme arguments"
    )


def smaller_root(problem: Regression, kappa: Ball) -> tuple[Ball, Ball]:
    """Return z_* at `kappa` and its derivative with respect to log(kappa)."""
    if problem.ridge_per_sample == 0:
        narrowest = problem.narrowest
        assert isinstance(narrowest, Fraction)
        return number(narrowest), number(0)
    return equivalent.smaller_root(problem.resources, number(problem.ridge_per_sample) / kappa, sqrt)


def _newton_step(problem: Regression, guess: Ball, radius: Ball, goal: int) -> Ball | None:
    """Return an enclosure of log(kappa) from an interval around `guess`, or None if the precision is too low.

    The interval is widened while the step leaves it, since a first radius is only an estimate.
    """
    kappa = exp(guess)
    z, c = problem.spectrum.evaluator([LEARNED, HALF_LEARNED], None, goal)(kappa)
    target, _ = smaller_root(problem, kappa)
    excess = z - target
    for _ in range(12):
        if radius > 1:
            return None
        interval = spread(guess, radius)
        _, slope = smaller_root(problem, exp(interval))
        slope += c * exp(radius).union(exp(-radius))
        if not slope > 0:
            return None
        step = guess + excess / slope
        if not step.is_finite():
            return None
        if interval.contains_interior(step):
            return step
        radius = 2 * (step - guess).abs_upper() + radius
    return None


def _bracketed_root(problem: Regression) -> tuple[Ball, Ball]:
    """Return log(kappa) and a guess of its error, by Newton steps inside a bracket, in low precision."""
    state = _Bracket(problem)
    x = state.start()
    for attempt in range(_BRACKET_STEPS):
        sign, step = state.evaluate(x)
        if sign > 0:
            state.low = x
        elif sign < 0:
            state.high = x
        if (
            sign == 0
            or state.high - state.low < 1e-7
            or (abs(step) < 1e-7 and state.low < x + step < state.high)
        ):
            with working_precision(80):
                return number(Fraction(x + step if math.isfinite(step) else x)), number(Fraction(1, 2**36))
        # after that many Newton steps halving is the faster way
        x = state.next(x, sign, step if attempt < 40 else math.nan)
    raise ConvergenceError(
        f"log(kappa) is not isolated after {_BRACKET_STEPS} steps: it lies in [{state.low}, {state.high}]"
    )


class _Bracket:
    """The state of the safeguarded search for x = log(kappa)."""

    def __init__(self, problem: Regression) -> None:
        self.problem = problem
        self.low, self.high = -math.inf, math.inf
        self.bits = _FIRST_BITS
        self.stride = 1.0
        self._evaluators: dict[int, Evaluator] = {}

    def start(self) -> float:
        """Return a first x: the eigenvalue at the index min(N, T), or what the ridge alone would give."""
        problem = self.problem
        first = problem.spectrum.log_eigenvalue(problem.narrowest)
        if problem.ridge_per_sample:
            from_ridge = rational_log(problem.ridge_per_sample)
            # below delta/T the equation has no root: z_* is negative there
            self.low = from_ridge - 1e-9 * max(1.0, abs(from_ridge))
            first = max(first, from_ridge + 0.1)
        return first

    def evaluate(self, x: float) -> tuple[int, float]:
        """Return the sign of h at x and the Newton step, at a precision that decides the sign."""
        spectrum = self.problem.spectrum
        while True:
            with working_precision(self.bits + 40):
                kappa = exp(number(Fraction(x)))
                if self.bits not in self._evaluators:
                    self._evaluators[self.bits] = spectrum.evaluator([LEARNED, HALF_LEARNED], None, self.bits)
                z, c = self._evaluators[self.bits](kappa)
                target, slope = smaller_root(self.problem, kappa)
                excess = z - target
                sign = 1 if excess > 0 else -1 if excess < 0 else 0
                if sign == 0 and (excess / (c + slope)).abs_upper() > 1e-8:
                    self.bits *= 2
                    if self.bits > 200_000:
                        raise PrecisionError(
                            f"the sign of the fixed-point equation at log(kappa) = {x:.6g} is undecided at "
                            f"{self.bits} bits; choose a less extreme `spectrum`, `features` or `samples`"
                        )
                    continue
                step, plain = self._step(z, c, target, slope), float((excess / (c + slope)).mid())
                # far from the root, too, the logarithm's step is short where z_* is next to the size
                return sign, plain if abs(step) < 1e-7 and not abs(plain) < 1e-6 else step

    def _step(self, z: Ball, c: Ball, target: Ball, slope: Ball) -> float:
        """Return the Newton step of log(z / (M - z)), which is nearly linear in x where h is not."""
        size = self.problem.spectrum.size
        if not target > 0 or (not isinstance(size, float) and not target < size):
            return math.nan
        if isinstance(size, float):
            change = log(z / target) / (c / z + slope / target)
        else:
            left, left_target = size - z, size - target
            change = log(z * left_target / (target * left)) / (
                c * size / (z * left) + slope * size / (target * left_target)
            )
        return float(change.mid()) if change.is_finite() else math.nan

    def next(self, x: float, sign: int, step: float) -> float:
        """Return the next x, inside the bracket."""
        trial = x + step
        if math.isfinite(trial) and self.low < trial < self.high and abs(step) < 100 * self.stride:
            self.stride = max(1.0, 2 * abs(step))
            return trial
        if math.isfinite(self.low) and math.isfinite(self.high):
            return (self.low + self.high) / 2
        self.stride *= 2
        return x + math.copysign(self.stride, sign)
