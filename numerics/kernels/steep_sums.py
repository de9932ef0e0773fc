r"""Sums with a signal that falls faster than any power, and bounds on what is left of such a spectrum.

The levels of a Gaussian kernel fall so fast that the ratio of neighbouring ones falls, too: on the sphere
they are Bessel functions :math:`I_{l+\mu}` times multiplicities, and on the torus :math:`e^{-cm}` times at
most :math:`(2\sqrt m+1)^d` lattice points. What is left from a degree on is below a geometric series.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..arithmetic import Ball, magnitude, number, power, sqrt
from ..errors import PrecisionError
from ..spectrum import ModeSum
from ..trace_family import product
from .levels import Levels
from .sphere_levels import GaussianLevels
from .torus_levels import GaussianTorusLevels, TorusLevels

_MOST_DEGREES = 100_000


def is_steep(levels: Levels) -> bool:
    """Return whether eigenvalues fall faster than any power."""
    return isinstance(levels, (GaussianLevels, GaussianTorusLevels))


def steep_rest(levels: Levels, degree: int) -> Ball:
    """Return an upper bound on the sum of all eigenvalues from a degree on."""
    one, two = (_level_bound(levels, each) for each in (degree, degree + 1))
    ratio = two / one
    if not ratio < 1:
        raise PrecisionError(
            "the kernel's eigenvalues do not fall before the degrees that are affordable; choose a longer "
            "`length`"
        )
    return (one / (1 - ratio)).upper()


class SteepSignalSums:
    """Sums over the signal of a Gaussian teacher, degree by degree.

    Parameters
    ----------
    levels : eigenvalues of the kernel
    teacher : the signal powers
    sums : what is summed, all of them with the signal
    goal : bits to which truncations are negligible against each sum
    """

    def __init__(self, levels: Levels, teacher: Levels, sums: Sequence[ModeSum], goal: int) -> None:
        self.levels, self.teacher, self.sums, self.goal = levels, teacher, tuple(sums), goal
        self._rows: list[tuple[int, Ball, Ball]] = []
        self._next = 0

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of the sums at `kappa`."""
        totals, done = [number(0) for _ in self.sums], 0
        degrees = 16
        while True:
            self._extend(degrees)
            for many, value, signal in self._rows[done:]:
                y = value / (value + kappa) if not value.is_zero() else number(0)
                w = kappa / (value + kappa) if not value.is_zero() else number(1)
                for index, what in enumerate(self.sums):
                    totals[index] += product(w, what.unlearned, y, what.learned) * signal * many
            done = len(self._rows)
            rest = steep_rest(self.teacher, degrees)
            if all(
                (kappa.is_zero() and what.unlearned) or magnitude(rest) < magnitude(total) - self.goal
                for what, total in zip(self.sums, totals, strict=True)
            ):
                return [total + rest.union(number(0)) for total in totals]
            if degrees > _MOST_DEGREES:
                raise PrecisionError(
                    f"the teacher's spectrum needs more than {_MOST_DEGREES} degrees one by one; choose a "
                    "longer `length`, fewer samples or `digits`"
                )
            degrees *= 2

    def _extend(self, degrees: int) -> None:
        for degree in range(self._next, degrees):
            many = self.levels.multiplicity(degree)
            if many:
                self._rows.append((many, self.levels.eigenvalue(degree), self.teacher.eigenvalue(degree)))
        self._next = max(self._next, degrees)


def _level_bound(levels: Levels, degree: int) -> Ball:
    value = levels.eigenvalue(degree)
    if isinstance(levels, TorusLevels):
        return value * power(2 * sqrt(number(levels.squared(degree))) + 1, Fraction(levels.dimension))
    return value * levels.multiplicity(degree)
