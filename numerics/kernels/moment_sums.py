r"""Sums over all modes of a kernel without a formula in the degree: a head, and moments of the rest.

Beyond the head all eigenvalues are below :math:`\epsilon\kappa`, and with :math:`m=j+l`

.. math::

   \sum v\,w^jy^l=\sum_{i<I}\binom{-m}i\kappa^{-l-i}T_{l+i}+R,\qquad T_p=\sum v\lambda^p,\qquad
   |R|\le\binom{m+I-1}I\kappa^{-l-I}T_{l+I},

over the rest (v = 1 without signal), since Taylor polynomials of :math:`(1+x)^{-m}` envelop it. The moments
are exact on the torus, where they are power sums over the lattice. Elsewhere the first is the trace less the
head, the second likewise the mean square of the kernel, and all others lie between 0 and
:math:`\lambda_{\max}` times the one before; a head that is long enough makes the difference negligible.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from ..arithmetic import Ball, current_precision, magnitude, number, sqrt
from ..errors import PrecisionError
from ..spectrum import ModeSum
from .deep_levels import DeepLevels
from .degree_sums import Terms, add_terms
from .lattice_tails import lattice_tail
from .levels import Levels
from .multiplicities import cube_counts
from .steep_sums import is_steep, steep_rest
from .torus_levels import MaternTorusLevels

_MOST_LEVELS = 200_000
_MOST_DEEP_LEVELS = 512
_MOST_SHELLS = 300_000
_MOST_ROWS = 30_000
_LEAST_SIDE = 16
_BRACKET_GOAL = 44
"""At so few bits only the sign of an equation is asked for."""

_LONGEST_SERIES = 60


class MomentSums:
    """Evaluate several sums at any kappa, with a head that grows as far as is needed.

    Parameters
    ----------
    levels : eigenvalues of the kernel
    teacher : the signal powers; the same object where they are the eigenvalues
    sums : what is summed
    goal : bits to which truncations are negligible against each sum
    """

    def __init__(self, levels: Levels, teacher: Levels, sums: Sequence[ModeSum], goal: int) -> None:
        self.sums, self.goal = tuple(sums), goal
        on_lattice = isinstance(levels, MaternTorusLevels) and isinstance(teacher, MaternTorusLevels)
        make = _LatticeRests if on_lattice and levels.dimension > 1 else _PlainRests
        self._rests: _Rests = make(levels, teacher, goal)

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of all sums at `kappa`, a positive ball, or exactly 0 if the sums converge."""
        rests = self._rests
        cut = rests.first_cut(kappa)
        while True:
            rest = rests.at(cut)
            totals = add_terms(self.sums, kappa, rest.head)
            done = True
            for index, what in enumerate(self.sums):
                value, error = self._beyond(what, kappa, rest, magnitude(totals[index]))
                totals[index] += value
                done = done and magnitude(error) < magnitude(totals[index]) - self.goal
            if done or (rests.is_last(cut) and self.goal <= rests.largest_goal):
                # where no longer head is affordable the balls say what is proven
                return totals
            cut = rests.next_cut(cut)

    def _beyond(self, what: ModeSum, kappa: Ball, rest: Rest, size: float) -> tuple[Ball, Ball]:
        """Return the sum over the rest, and how far truncation makes it uncertain."""
        if kappa.is_zero():
            if what.unlearned:
                return number(0), number(0)
            value = rest.moment(0, what.signal)
            return value, value.rad() * 2
        if not 2 * rest.largest < kappa:
            # far out, where only a sign is asked for: no factor exceeds 1
            value = _down_to_zero(rest.bound(what.learned, what.signal) * kappa ** (-what.learned))
            return value, value
        m, total, coefficient = what.unlearned + what.learned, number(0), number(1)
        for i in range(_LONGEST_SERIES):
            p = what.learned + i
            bound = abs(coefficient) * rest.bound(p, what.signal) * kappa ** (-p)
            if magnitude(bound) < size - self.goal - 8:
                return total + bound.union(-bound), number(0)
            term = coefficient * rest.moment(p, what.signal) * kappa ** (-p)
            if magnitude(term.rad()) > size - self.goal - 2:
                # the moment itself is only enclosed
                return total + bound.union(-bound), bound
            total += term
            coefficient = -coefficient * (m + i) / (i + 1)
        return total + bound.union(-bound), bound


class Rest(ABC):
    """What a head leaves: its terms, and moments of the rest."""

    head: Sequence[Terms]
    largest: Ball

    @abstractmethod
    def moment(self, p: int, signal: bool) -> Ball:
        """Return the sum of v lambda**p over the rest."""

    @abstractmethod
    def bound(self, p: int, signal: bool) -> Ball:
        """Return an upper bound on it that is cheap."""


class _Rests(ABC):
    """The rests of one pair of kernels by the cut where they begin."""

    largest_goal = 0

    def __init__(self, levels: Levels, teacher: Levels, goal: int) -> None:
        self.levels, self.teacher, self.goal = levels, teacher, goal
        self._made: dict[int, Rest] = {}

    def at(self, cut: int) -> Rest:
        """Return the rest that begins at a cut."""
        if cut not in self._made:
            self._made[cut] = self.make(cut)
        return self._made[cut]

    @abstractmethod
    def make(self, cut: int) -> Rest:
        """Make the rest that begins at a cut."""

    @abstractmethod
    def first_cut(self, kappa: Ball) -> int:
        """Return a cut that is likely to be far enough."""

    @abstractmethod
    def next_cut(self, cut: int) -> int:
        """Return a larger cut."""

    def is_last(self, cut: int) -> bool:  # noqa: ARG002 -- for others to override
        """Return whether no larger cut is affordable."""
        return False

    def terms(self, degree: int, count: int) -> Terms:
        """Return what belongs to a degree."""
        value = self.levels.eigenvalue(degree)
        signal = value if self.teacher is self.levels else self.teacher.eigenvalue(degree)
        return Terms(growth=1 / value, weight=number(count), signal=signal)


class _LatticeRests(_Rests):
    """Matérn kernels on a torus; the head is a cube of lattice points."""

    levels: MaternTorusLevels
    teacher: MaternTorusLevels
    largest_goal = _BRACKET_GOAL

    def make(self, cut: int) -> Rest:
        """Make the rest outside a cube."""
        return _LatticeRest(self, cut)

    def first_cut(self, kappa: Ball) -> int:
        """Return a side where eigenvalues are well below kappa."""
        levels = self.levels
        if kappa.is_zero():
            return min(32, self._longest)
        wanted = 2.0 ** ((magnitude(levels.scale()) - magnitude(kappa) + 6) / (2 * float(levels.exponent)))
        reach = 1.5 * math.sqrt(abs(float((self.teacher.square() - levels.square()).mid())))
        least = max(24.0, wanted, reach, float(levels.exponent) * 4, self.goal / 6)
        # few different cubes
        return min(math.ceil(1.25 ** math.ceil(math.log(least, 1.25))), self._longest)

    def next_cut(self, cut: int) -> int:
        """Return a larger side."""
        if self.is_last(cut):
            raise PrecisionError(
                "the torus needs more lattice points than are affordable; choose fewer samples or `digits`, "
                "or a larger ridge"
            )
        return min(2 * cut, self._longest)

    def is_last(self, cut: int) -> bool:
        """Return whether no larger side is affordable."""
        return cut >= self._longest

    @property
    def _longest(self) -> int:
        d = self.levels.dimension
        side = math.isqrt(_MOST_SHELLS // d)
        if d > 2:
            # what the power sums outside add up, for each exponent
            side = min(side, math.isqrt(_MOST_ROWS * 2 // ((d - 1) * (d - 2))))
        if side < _LEAST_SIDE:
            raise PrecisionError(
                f"`dimension` = {d} is too large for proven sums over the lattice of a torus; choose it "
                "smaller"
            )
        return side


class _LatticeRest(Rest):
    def __init__(self, rests: _LatticeRests, side: int) -> None:
        self.rests, self.side = rests, side
        levels = rests.levels
        self.head = [
            rests.terms(m, count) for m, count in enumerate(cube_counts(levels.dimension, side)) if count
        ]
        self.largest = levels.eigenvalue((side + 1) ** 2)
        self._sums: dict[Fraction, Ball] = {}

    def moment(self, p: int, signal: bool) -> Ball:
        levels, teacher = self.rests.levels, self.rests.teacher
        if not signal or teacher is levels:
            p += signal
            return levels.scale() ** p * self._sum(p * levels.exponent)
        # in powers of the kernel's own b: (b'^2 + x)^-q = sum_i binom(-q, i) (b'^2 - b^2)^i (b^2 + x)^(-q-i)
        shift = teacher.square() - levels.square()
        ratio = abs(shift) / (levels.square() + (self.side + 1) ** 2)
        total, coefficient, i = number(0), number(1), 0
        while True:
            exponent = teacher.exponent + p * levels.exponent + i
            term = coefficient * self._sum(exponent)
            total += term
            growth = ratio * number(abs((teacher.exponent + i) / (i + 1)))
            if (
                growth < number(Fraction(3, 4))
                and magnitude(term * growth) < magnitude(total) - self.rests.goal
            ):
                rest = abs(term) * growth / (1 - growth.max(ratio))
                break
            coefficient = -coefficient * shift * number((teacher.exponent + i) / (i + 1))
            i += 1
        return levels.scale() ** p * teacher.scale() * (total + rest.union(-rest))

    def bound(self, p: int, signal: bool) -> Ball:
        first = 0 if signal else 1
        if p < first:
            raise AssertionError("a sum over all modes that does not converge")
        return self.moment(first, signal) * self.largest ** (p - first)

    def _sum(self, exponent: Fraction) -> Ball:
        if exponent not in self._sums:
            levels = self.rests.levels
            self._sums[exponent] = _lattice_tail(
                levels.dimension, levels, exponent, self.side, self.rests.goal + 10, current_precision()
            )
        return self._sums[exponent]


@lru_cache(maxsize=512)
def _lattice_tail(
    dimension: int, levels: MaternTorusLevels, exponent: Fraction, side: int, goal: int, precision: int
) -> Ball:
    assert precision == current_precision()
    return lattice_tail(dimension, levels.square(), exponent, side, goal)


class _PlainRests(_Rests):
    """Any kernel; the head are its first degrees."""

    largest_goal = 160

    def make(self, cut: int) -> Rest:
        """Make the rest from a degree on."""
        return _PlainRest(self, cut)

    def first_cut(self, kappa: Ball) -> int:
        """Return a degree where eigenvalues are below kappa."""
        limit = kappa / 16 if not kappa.is_zero() else number(1)
        cut = 32
        if self._is_deep:
            # one table serves all
            return _MOST_DEEP_LEVELS
        while self.levels.multiplicity_is_positive(cut) and not self.levels.eigenvalue(cut - 1) < limit:
            cut = self.next_cut(cut)
        return cut

    def next_cut(self, cut: int) -> int:
        """Return a larger degree."""
        if self._is_deep:
            raise PrecisionError(
                f"the spectrum of a ReLU kernel with several layers is summed up to degree {cut}; choose "
                "fewer `digits` or samples, or a larger ridge"
            )
        if 2 * cut > _MOST_LEVELS:
            raise PrecisionError(
                f"the kernel's spectrum needs more than {_MOST_LEVELS} degrees one by one; choose fewer "
                "samples or `digits`, or a larger ridge"
            )
        return 2 * cut

    def is_last(self, cut: int) -> bool:
        """Return whether no larger cut is affordable."""
        return self._is_deep and cut >= _MOST_DEEP_LEVELS

    @property
    def _is_deep(self) -> bool:
        steep = is_steep(self.levels)
        return not steep and any(isinstance(each, DeepLevels) for each in (self.levels, self.teacher))


class _PlainRest(Rest):
    def __init__(self, rests: _PlainRests, cut: int) -> None:
        levels, teacher = rests.levels, rests.teacher
        counts = [levels.multiplicity(degree) for degree in range(cut)]
        self.head = [rests.terms(degree, count) for degree, count in enumerate(counts) if count]
        self.isotropic = teacher is levels
        self.first = remainder(levels, self.head, cut, 1)
        self.second: Ball | None = None
        if isinstance(levels, DeepLevels):
            self.second = levels.square_norm()
            for term in self.head:
                self.second -= term.weight / term.growth**2
            self.largest = sqrt(self.second.upper() / levels.multiplicity(cut))
        else:
            self.largest = levels.eigenvalue(cut)
        self.signal = self.first
        if not self.isotropic:
            self.signal = remainder(teacher, self.head, cut, 0)

    def moment(self, p: int, signal: bool) -> Ball:
        if signal and not self.isotropic:
            return self.signal if p == 0 else _down_to_zero(self.bound(p, signal))
        p += signal
        if p == 1:
            return self.first
        if p == 2 and self.second is not None:
            return self.second
        return _down_to_zero(self.bound(p - signal, signal))

    def bound(self, p: int, signal: bool) -> Ball:
        if signal and not self.isotropic:
            return self.signal.upper() * self.largest.upper() ** p
        p += signal
        if p == 1 or self.second is None:
            return self.first.upper() * self.largest.upper() ** (p - 1)
        return self.second.upper() * self.largest.upper() ** (p - 2)


def remainder(levels: Levels, head: Sequence[Terms], cut: int, own: int) -> Ball:
    """Return the sum of all eigenvalues from a degree on, as far as it is known."""
    if is_steep(levels):
        return _down_to_zero(steep_rest(levels, cut))
    total = levels.total()
    for term in head:
        total -= term.weight / term.growth if own else term.weight * term.signal
    return total


def _down_to_zero(bound: Ball) -> Ball:
    return bound.upper().union(number(0))
