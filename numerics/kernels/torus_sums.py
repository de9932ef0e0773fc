r"""Sums over all frequencies of a torus at a cost that does not grow with the number of samples.

At small kappa the sum of a function of :math:`|n|^2` is its integral outside a ball of radius n, by
quadrature in :mod:`.degree_sums`, and a power series in kappa for the rest, that of :mod:`.lattice_series`.
At large kappa frequencies are added one by one, as in :mod:`.moment_sums`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from ..arithmetic import Ball, magnitude, power, symmetric
from ..errors import PrecisionError
from ..spectrum import ModeSum
from .branches import PowerBranch
from .degree_sums import DegreeSums
from .lattice_series import LatticeSeries, binomial, sphere_surface
from .moment_sums import MomentSums
from .torus_levels import MaternTorusLevels

_LONGEST_SERIES = 40
_MOST_FACTORS = 16
_LEAST_GAIN = 2.0
"""Bits that each term of the series has to gain."""

_LEAST_TAUGHT_GAIN = 8.0
"""The same where coefficients cost more."""

_LEAST_START = 16


class TorusSums:
    """Evaluate several sums at any kappa.

    Parameters
    ----------
    levels : eigenvalues of a Matérn kernel
    teacher : the signal powers, those of another one; the same object where they are the eigenvalues
    sums : what is summed
    goal : bits to which truncations are negligible against each sum
    """

    def __init__(
        self, levels: MaternTorusLevels, teacher: MaternTorusLevels, sums: Sequence[ModeSum], goal: int
    ) -> None:
        self.levels, self.teacher, self.sums, self.goal = levels, teacher, tuple(sums), goal
        self._direct: MomentSums | None = None
        self._radial: DegreeSums | None = None
        self._series: dict[bool, LatticeSeries] = {}
        self._refusal: PrecisionError | None = None
        self._fails = any(what.unlearned + what.learned > _MOST_FACTORS for what in self.sums)

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of all sums at `kappa`, a positive ball, or exactly 0 if the sums converge."""
        found = None if self._fails or kappa.is_zero() else self._at_small(kappa)
        if found is not None and all(magnitude(e) < magnitude(v) - self.goal for v, e in found):
            return [value + symmetric(error) for value, error in found]
        if self._direct is None:
            self._direct = MomentSums(self.levels, self.teacher, self.sums, self.goal)
        try:
            return self._direct.evaluate(kappa)
        except PrecisionError:
            if self._refusal is not None:
                raise self._refusal from None
            if found is None:
                raise
            # the balls say what is proven
            return [value + symmetric(error) for value, error in found]

    def _at_small(self, kappa: Ball) -> list[tuple[Ball, Ball]] | None:
        """Return the sums and bounds on what is missing; None where kappa is too large."""
        small = kappa / self.levels.scale()
        if not self._gain(small, _LEAST_START) > _LEAST_GAIN:
            return None
        radial = self._prepared()
        if radial is None:
            return None
        gain = self._gain(small, radial.start)
        taught = any(what.signal and not self._low(True, radial.start).plain for what in self.sums)
        if not gain > (_LEAST_TAUGHT_GAIN if taught else _LEAST_GAIN):
            return None
        front = sphere_surface(self.levels.dimension)
        found = []
        for what, integral in zip(self.sums, radial.integrals(kappa), strict=True):
            series = self._low(what.signal, radial.start)
            total, m = front * integral, what.unlearned + what.learned
            done, length = 0, math.ceil((self.goal + 8) / gain) + 1
            while True:
                for i in range(done, length):
                    p = what.unlearned + i
                    total += (-1) ** i * binomial(m, i) * series.coefficient(p) * small**p
                missing = series.remainder(what.unlearned, what.learned, length, small)
                if magnitude(missing) < magnitude(total) - self.goal or length > _LONGEST_SERIES:
                    break
                done, length = length, length + 2
            found.append((total, missing))
        return found

    def _gain(self, small: Ball, start: int) -> float:
        """Return the bits by which u is below 1 at a radius."""
        return -magnitude(small * power(self.levels.square() + start * start, self.levels.exponent))

    def _prepared(self) -> DegreeSums | None:
        if self._radial is None and not self._fails:
            own = _radial_branch(self.levels)
            other = own if self.teacher is self.levels else _radial_branch(self.teacher)
            # the surface grows as this power of the radius
            grown = [Fraction(0)] * (self.levels.dimension - 1) + [Fraction(1)]
            try:
                self._radial = DegreeSums(own, other, 1, 0, grown, 1, self.sums, self.goal + 4)
                for signal in {what.signal for what in self.sums}:
                    self._low(signal, self._radial.start)
            except PrecisionError as refusal:
                self._fails, self._radial, self._refusal = True, None, refusal
        return self._radial

    def _low(self, signal: bool, start: int) -> LatticeSeries:
        if signal not in self._series:
            teacher = self.teacher if signal else None
            self._series[signal] = LatticeSeries(self.levels, teacher, start, self.goal + 4)
        return self._series[signal]


def _radial_branch(levels: MaternTorusLevels) -> PowerBranch:
    # the logarithmic derivative is bounded beyond b
    first = math.isqrt(math.ceil(float(levels.square().mid()) * 2)) + 1
    return PowerBranch(scale=levels.scale(), square=levels.square(), decay=2 * levels.exponent, first=first)
