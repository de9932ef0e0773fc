r"""Exact eigenvalues on the circle and on the torus: spectral densities at the frequencies.

By Poisson's formula :math:`\sum_mf(|x+m|)=\sum_n\hat f(n)e^{2\pi in\cdot x}`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from ..arithmetic import Ball, current_precision, exp, gamma, number, pi, power
from .branches import Branch, PowerBranch
from .epstein import epstein
from .levels import Levels
from .multiplicities import lattice_counts


@dataclass(frozen=True, slots=True)
class TorusLevels(Levels):
    """Eigenvalues by the frequency n on the circle, and by its square on a torus of more dimensions."""

    dimension: int

    def multiplicity(self, degree: int) -> int:
        """Return the number of frequencies of a degree."""
        if self.dimension == 1:
            return 1 if degree == 0 else 2
        # powers of two, so that few tables are made
        return lattice_counts(self.dimension, 1 << max(6, degree.bit_length()))[degree]

    def modes_below(self, degree: int) -> int:
        """Return the number of frequencies of lower degrees; on a torus, roughly, the volume of the ball."""
        if self.dimension == 1:
            return max(0, 2 * degree - 1)
        half = self.dimension / 2
        return int((math.pi * degree) ** half / math.gamma(half + 1))

    def multiplicity_is_positive(self, degree: int) -> bool:
        """Return whether a degree has a frequency; on a torus one nearby has."""
        return self.dimension > 1 or degree >= 0

    def squared(self, degree: int) -> int:
        """Return the squared frequency of a degree."""
        return degree * degree if self.dimension == 1 else degree


@dataclass(frozen=True, slots=True)
class MaternTorusLevels(TorusLevels):
    r"""The periodised Matérn kernel: :math:`c(b^2+|n|^2)^{-\nu-d/2}` with :math:`b=\sqrt{2\nu}/2\pi\ell`."""

    smoothness: Fraction
    length: Fraction

    def square(self) -> Ball:
        """Return the square of b."""
        return number(self.smoothness / (2 * self.length**2)) / pi() ** 2

    @property
    def decay(self) -> Fraction:
        """The exponent of the ordered eigenvalues, 1 + 2 nu / d."""
        return 1 + 2 * self.smoothness / self.dimension

    @property
    def exponent(self) -> Fraction:
        """The exponent of the spectral density, nu + d/2."""
        return self.smoothness + Fraction(self.dimension, 2)

    def scale(self) -> Ball:
        r"""Return c, which is :math:`\pi^{-d/2}\Gamma(\nu+\frac d2)b^{2\nu}/\Gamma(\nu)`."""
        quotient = gamma(number(self.exponent)) / gamma(number(self.smoothness))
        return quotient * power(self.square(), self.smoothness) / power(pi(), Fraction(self.dimension, 2))

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        return self.scale() * power(self.square() + self.squared(degree), -self.exponent)

    def total(self) -> Ball:
        """Return the sum of all eigenvalues."""
        return self.scale() * epstein(self.dimension, self.square(), self.exponent)

    def branch(self, goal: int) -> Branch | None:  # noqa: ARG002 -- of the interface
        """Return the formula itself on the circle."""
        if self.dimension > 1:
            return None
        far = int(float(number(self.smoothness / self.length**2).sqrt().mid())) + 1
        return PowerBranch(scale=self.scale(), square=self.square(), decay=2 * self.exponent, first=far)


@dataclass(frozen=True, slots=True)
class GaussianTorusLevels(TorusLevels):
    r"""The periodised Gaussian: :math:`(2\pi\ell^2)^{d/2}e^{-2\pi^2\ell^2|n|^2}`."""

    length: Fraction

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        front = power(2 * pi() * number(self.length**2), Fraction(self.dimension, 2))
        return front * exp(-2 * pi() ** 2 * number(self.length**2) * self.squared(degree))

    def total(self) -> Ball:
        """Return the sum of all eigenvalues, a power of the sum along one coordinate."""
        line = GaussianTorusLevels(1, self.length)
        total, term, degree = line.eigenvalue(0), number(1), 0
        ratio = exp(-2 * pi() ** 2 * number(self.length**2))
        while not term < number(2) ** (-current_precision() - 10) * total * (1 - ratio):
            degree += 1
            term = 2 * line.eigenvalue(degree)
            total += term
        # the exponents grow at least as fast as the degree
        return (total + (term / (1 - ratio)).union(number(0))) ** self.dimension


@dataclass(frozen=True, slots=True)
class SobolevLevels(TorusLevels):
    """The Sobolev kernel of the circle: 1, and the powers of the frequency."""

    order: int

    @property
    def decay(self) -> Fraction:
        """The exponent of the ordered eigenvalues."""
        return Fraction(2 * self.order)

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        return number(1) if degree == 0 else number(Fraction(1, degree ** (2 * self.order)))

    def total(self) -> Ball:
        """Return the sum of all eigenvalues, by the zeta function."""
        return 1 + 2 * number(2 * self.order).zeta()

    def branch(self, goal: int) -> Branch:  # noqa: ARG002 -- of the interface
        """Return the power."""
        return PowerBranch(scale=number(1), square=number(0), decay=Fraction(2 * self.order), first=1)
