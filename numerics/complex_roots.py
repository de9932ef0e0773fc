r"""Proven roots of the fixed point of :mod:`.random_matrix`, in the complex plane and on the real axis.

A root is *found* by continuation: far up, at :math:`\zeta+i\eta` with :math:`\eta` large, :math:`\kappa` is
about :math:`-\zeta-i\eta`, and Newton's iteration follows it down. It is *proven* by Krawczyk's operator: for
a ball B around :math:`\hat\kappa` and :math:`Y\approx1/G'`,

.. math:: \hat\kappa-Y\,[G(\hat\kappa)+\zeta]+[1-Y\,G'(B)]\,(B-\hat\kappa)\subset\mathrm{int}\,B

implies that B contains one root; the signs that single it out are then checked on all of B. So it does not
matter to the result how the guess was found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from .arithmetic import magnitude, number, symmetric, working_precision
from .complex_arithmetic import ComplexBall, complex_ball, from_parts
from .complex_sums import DegreesEvaluator
from .degrees_of_freedom import degrees_evaluator
from .errors import ConvergenceError, PrecisionError
from .exact import exact_text, rational
from .random_matrix import Ensemble, Place, place
from .spectrum import rational_log

_BITS = (44, 120, 300)
_STAGES = 400
_NEWTON_STEPS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The point, in the closed upper half-plane and not 0, whose root is looked for."""

    real: Fraction
    imaginary: Fraction

    def ball(self, offset: Fraction = Fraction(0)) -> ComplexBall:
        """Return the ball around the point, raised by `offset`."""
        return from_parts(self.real, self.imaginary + offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Where to look for the root, and whether it is real, the target being outside the support."""

    kappa: ComplexBall
    real: bool


class RootFinder:
    """Find roots of one ensemble.

    Parameters
    ----------
    ensemble : the matrix
    """

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble
        self._evaluators: dict[int, DegreesEvaluator] = {}

    def guess(self, target: Target) -> Guess:
        """Return a guess that is proven to lead to the root.

        Raises
        ------
        PrecisionError
            If the target is too near to an edge of the support to tell on which side of it.
        ConvergenceError
            If the continuation broke off, which it does not in exact arithmetic.
        """
        for bits in _BITS[:-1]:
            try:
                return self._guessed(target, bits)
            except PrecisionError:
                continue
        return self._guessed(target, _BITS[-1])

    def root(self, target: Target, guess: Guess, goal: int) -> Place | None:
        """Return the place of the root, proven, with about `goal` bits; None if they do not suffice."""
        bits = min(goal, 2 * _BITS[0])
        kappa = guess.kappa
        while True:
            with working_precision(bits + 40):
                found = self._proven(target, Guess(kappa=kappa, real=guess.real), bits)
            if found is None or bits == goal:
                return found
            kappa = found.kappa
            bits = min(goal, 2 * bits - 16)

    def at(self, kappa: ComplexBall, goal: int) -> Place:
        """Return everything at a ball, at the working precision of goal + 40 bits."""
        if goal not in self._evaluators:
            self._evaluators[goal] = degrees_evaluator(self.ensemble.spectrum, goal)
        return place(self.ensemble, kappa, self._evaluators[goal](kappa))

    def _guessed(self, target: Target, bits: int) -> Guess:
        with working_precision(bits + 40):
            return self._followed(target, bits)

    def _proven(self, target: Target, guess: Guess, goal: int) -> Place | None:
        """Refine a guess and prove that there is the root; None if that fails."""
        zeta = target.ball()
        kappa = guess.kappa.mid()
        if guess.real:
            kappa = complex_ball(kappa.real)
        here = self._newton(zeta, kappa, goal, real=guess.real)
        if here is None:
            return None
        center = here.kappa
        step = abs((here.value + zeta) / here.slope).abs_upper()
        radius = 2 * step + abs(center) * number(2) ** (-goal - 30)
        for _ in range(4):
            disc = symmetric(radius)
            ball = center + complex_ball(disc, number(0) if guess.real else disc)
            around = self.at(ball, goal)
            inverse = 1 / here.slope.mid()
            offset = -inverse * (here.value + zeta) + (1 - inverse * around.slope) * (ball - center)
            if guess.real:
                offset = complex_ball(offset.real)
            inner = bool(abs(offset.real) < radius and (guess.real or abs(offset.imag) < radius))
            if inner and (around.is_outside if guess.real else around.is_inside):
                return around
            radius = radius * 16
        return None

    def _newton(self, zeta: ComplexBall, kappa: ComplexBall, goal: int, *, real: bool) -> Place | None:
        """Return the place where Newton's iteration no longer moves, None if it does not settle."""
        best: tuple[float, Place] | None = None
        waited = 0
        for _ in range(_NEWTON_STEPS):
            here = self.at(kappa, goal)
            step = (here.value + zeta) / here.slope
            if not step.is_finite():
                return None
            moved = magnitude(abs(step)) - magnitude(abs(kappa))
            # so far away the iteration may end anywhere
            if moved > -1:
                return None
            if best is None or moved < best[0]:
                best, waited = (moved, here), 0
            else:
                waited += 1
            # rounding errors are reached once the steps no longer shrink
            if moved < -goal - 20 or (best[0] < -goal / 2 and waited) or waited > 4:
                break
            kappa = (kappa - step).mid()
            if real:
                kappa = complex_ball(kappa.real)
        assert best is not None
        return best[1] if best[0] < -min(goal, 2 * _BITS[0]) / 4 else None

    def _followed(self, target: Target, bits: int) -> Guess:
        """Follow the root from far up to the target."""
        spectrum = self.ensemble.spectrum
        largest = Fraction(2) ** math.ceil(spectrum.log_eigenvalue(Fraction(1)) / math.log(2))
        total = rational("total", spectrum.total(6), "a positive number")
        spread = total * (self.ensemble.inverse_features + self.ensemble.inverse_samples)
        height = 8 * max(abs(target.real), target.imaginary, largest, spread)
        lowest = max(abs(target.real), target.imaginary)
        kappa = -target.ball(height)
        here = self._settled(target.ball(height), kappa, bits)
        if here is None:
            raise ConvergenceError(f"no root far above zeta = {_show(target)}; rescale the spectrum")
        factor = Fraction(1, 4)
        for _ in range(_STAGES):
            found = self._tried(target, here, bits, height)
            if found is not None:
                return found
            if height < lowest / 2 ** (bits + bits // 2):
                break
            lower = height * factor
            predicted = here.kappa + from_parts(Fraction(0), height - lower) / here.slope
            step = self._settled(target.ball(lower), predicted.mid(), bits)
            if step is None:
                # a shorter step, down to one that is of no use
                factor = (1 + factor) / 2
                if factor > Fraction(999, 1000):
                    break
                continue
            here, height = step, lower
            factor = max(Fraction(1, 16), factor * factor)
        raise PrecisionError(
            f"`zeta`, or `x` of a density, = {_show(target)} is not proven to be inside or outside the "
            "support, so near is an edge; move it"
        )

    def _settled(self, zeta: ComplexBall, kappa: ComplexBall, bits: int) -> Place | None:
        here = self._newton(zeta, kappa, bits, real=False)
        return here if here is not None and here.kappa.imag < 0 and here.mu.imag < 0 else None

    def _tried(self, target: Target, here: Place, bits: int, height: Fraction) -> Guess | None:
        """Return the guess if the root at the target itself is proven from here."""
        attempts = [Guess(kappa=here.kappa, real=False)]
        # outside the support kappa comes down to the axis in proportion to the height
        falls = here.slope.real > 0 and -here.kappa.imag * here.slope.real < 2 * number(height)
        if not target.imaginary and falls and -here.kappa.imag < abs(here.kappa.real) / 8:
            attempts.append(Guess(kappa=here.kappa, real=True))
        for guess in attempts:
            found = self._proven(target, guess, bits)
            if found is not None:
                return Guess(kappa=found.kappa, real=guess.real)
        return None


def _show(target: Target) -> str:
    def text(value: Fraction) -> str:
        return f"{float(value):.6g}" if -700 < _log(value) < 700 else exact_text(value)

    return text(target.real) + (f" + {text(target.imaginary)}i" if target.imaginary else "")


def _log(value: Fraction) -> float:
    return rational_log(abs(value)) if value else 0.0
