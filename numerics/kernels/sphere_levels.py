r"""Exact eigenvalues on the sphere of Gaussian and arc-cosine kernels, by the formula of Funk and Hecke.

The eigenvalue of degree l of a function f of the inner product t is

.. math::

   \lambda_l=\frac{\Gamma(\frac{d+1}2)}{\sqrt\pi\,\Gamma(\frac d2)}\int_{-1}^1f(t)P_l(t)(1-t^2)^{\frac d2-1}dt

with the Gegenbauer polynomial of :math:`P_l(1)=1`. All that follows is derived from Rodrigues' formula.

*Powers of the chord.* :math:`(1-t)^p` has
:math:`\lambda_l=K2^p\,\Gamma(p+\frac d2)(-p)_l/\Gamma(l+p+d)`, :math:`K=2^{d-1}\Gamma(\frac{d+1}2)/\sqrt\pi`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from flint import arb_series

from ..arithmetic import (
    Ball,
    Series,
    exp,
    factorial,
    gamma,
    number,
    pi,
    power,
    series_length,
    sqrt,
)
from .branches import Branch, Correction, GammaBranch
from .levels import Levels, accurate
from .multiplicities import harmonics

_MOST_TERMS = 100_000


@dataclass(frozen=True, slots=True)
class SphereLevels(Levels):
    """Eigenvalues by the degree of spherical harmonics."""

    dimension: int

    def multiplicity(self, degree: int) -> int:
        """Return the number of independent harmonics of a degree."""
        return harmonics(self.dimension, degree)

    def modes_below(self, degree: int) -> int:
        """Return the number of harmonics of lower degrees."""
        d = self.dimension
        if degree < 2:
            return degree
        return math.comb(d + degree - 1, d) + math.comb(d + degree - 2, d)

    def total(self) -> Ball:
        """Return the kernel at coinciding points."""
        return number(1)

    def antipode(self) -> Ball:
        """Return the kernel at opposite points, the alternating sum of all eigenvalues."""
        return number(0)

    def unbranched(self, residue: int, step: int) -> Ball:
        """Return the sum of all eigenvalues at the degrees that leave another remainder than a residue."""
        return number(0) if step == 1 else (self.total() - (-1) ** residue * self.antipode()) / 2

    @property
    def front(self) -> Ball:
        """The constant K of the module."""
        d = self.dimension
        return number(2) ** (d - 1) * gamma(number(Fraction(d + 1, 2))) / sqrt(pi())


@dataclass(frozen=True, slots=True)
class GaussianLevels(SphereLevels):
    r"""The Gaussian of the chord: :math:`e^{-s}(2/s)^\mu\Gamma(\mu+1)I_{l+\mu}(s)`.

    Here :math:`s=1/\ell^2` and :math:`\mu=\frac{d-1}2`: Rodrigues' formula makes it Poisson's integral of a
    Bessel function.
    """

    length: Fraction

    def antipode(self) -> Ball:
        """Return the kernel at opposite points."""
        return exp(number(-2 / self.length**2))

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        mu = Fraction(self.dimension - 1, 2)

        def compute() -> Ball:
            s = number(1 / self.length**2)
            front = power(2 / s, mu) * gamma(number(mu + 1))
            return front * s.bessel_i(number(degree + mu), scaled=True)

        return accurate(compute, f"the eigenvalue of degree {degree}")


@dataclass(frozen=True, slots=True)
class ArcCosineLevels(SphereLevels):
    r"""The arc-cosine kernel of order n, by the square of its features' coefficients.

    Notes
    -----
    The features :math:`\max(0,t)^n` have :math:`\int_0^1t^nP_l(t)(1-t^2)^{d/2-1}dt` by Rodrigues' formula for
    large n, and by continuation for all; the normalised square is

    .. math::

       \lambda_l=\frac1Z\Bigl[\frac{\Gamma(\frac{d+1}2)\,n!\,2^{-n-1}}
       {\Gamma(\frac{n-l}2+1)\Gamma(\frac{n+l+d+1}2)}\Bigr]^2,\qquad
       Z=\frac{\Gamma(\frac{d+1}2)\Gamma(n+\frac12)}{2\sqrt\pi\,\Gamma(n+\frac{d+1}2)} ,

    0 for :math:`l=n+2,n+4,\dots`; by reflection a gamma quotient at the other large l.
    """

    order: int

    @property
    def decay(self) -> Fraction:
        """The exponent of the ordered eigenvalues, 1 + (2 n + 1) / d."""
        return 1 + Fraction(2 * self.order + 1, self.dimension)

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        n, d = self.order, self.dimension
        if degree > n and (degree - n) % 2 == 0:
            return number(0)
        if degree > n:
            quotient = exp(
                number(Fraction(degree - n, 2)).lgamma() - number(Fraction(degree + n + d + 1, 2)).lgamma()
            )
            return self.tail_scale() * quotient**2
        bottom = gamma(number(Fraction(n - degree, 2) + 1)) * gamma(number(Fraction(n + degree + d + 1, 2)))
        return self._square() / bottom**2

    def branch(self, goal: int) -> Branch:  # noqa: ARG002 -- of the interface
        """Return the gamma quotient of every second degree."""
        return GammaBranch(
            dimension=self.dimension,
            scale=self.tail_scale(),
            half=Fraction(self.dimension + 1, 4) + Fraction(self.order, 2),
            exponent=2,
            step=2,
            residue=(self.order + 1) % 2,
            # well beyond the pole at the order
            first=self.order + 9,
        )

    def tail_scale(self) -> Ball:
        """Return the factor of the squared gamma quotient."""
        return self._square() / pi() ** 2

    def _square(self) -> Ball:
        n, d = self.order, self.dimension
        middle = number(Fraction(d + 1, 2))
        norm = gamma(middle) * gamma(number(n + Fraction(1, 2)))
        norm = norm / (2 * sqrt(pi()) * gamma(middle + n))
        return (gamma(middle) * factorial(n) / number(2) ** (n + 1)) ** 2 / norm


@dataclass(frozen=True, slots=True)
class TangentLevels(SphereLevels):
    r"""The tangent kernel :math:`[\kappa_1(t)+t\kappa_0(t)]/2` of one hidden layer.

    Notes
    -----
    By :math:`(2l+d-1)tP_l=(l+d-1)P_{l+1}+lP_{l-1}` the factor t mixes neighbouring degrees. At even degrees
    from 2 on both parts add up to

    .. math::

       \lambda_l=\frac{C_0}8\Bigl[\frac{\Gamma(\frac{l-1}2)}{\Gamma(\frac{l+d+2}2)}\Bigr]^2
       \Bigl[u^2+1-\tfrac{(d-1)^2}4+\tfrac{4C_1}{C_0}\Bigr],\qquad u=l+\tfrac{d-1}2 ,

    with the factors :math:`C_0,C_1` of the squared gamma quotients of the arc-cosine kernels; at odd degrees
    from 3 on it is 0.
    """

    @property
    def decay(self) -> Fraction:
        """The exponent of the ordered eigenvalues, 1 + 1 / d."""
        return 1 + Fraction(1, self.dimension)

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        d, low = self.dimension, degree
        step, ramp = ArcCosineLevels(d, 0), ArcCosineLevels(d, 1)
        if low == 0:
            return (ramp.eigenvalue(0) + step.eigenvalue(1)) / 2
        raised = (low + d - 1) * step.eigenvalue(low + 1) + low * step.eigenvalue(low - 1)
        return (ramp.eigenvalue(low) + raised / (2 * low + d - 1)) / 2

    def branch(self, goal: int) -> Branch:  # noqa: ARG002 -- of the interface
        """Return the gamma quotient of the even degrees."""
        d = self.dimension

        ratio = ArcCosineLevels(d, 1).tail_scale() / ArcCosineLevels(d, 0).tail_scale()
        rest = 4 * ratio + number(1 - Fraction((d - 1) ** 2, 4))
        middle = number(Fraction(d - 1, 2))

        def series(x: Ball, length: int) -> Series:
            series_length(length)
            u = arb_series([x + middle, 1], prec=length)
            return 1 + rest / (u * u)

        return GammaBranch(
            dimension=d,
            scale=ArcCosineLevels(d, 0).tail_scale() / 8,
            half=Fraction(d + 3, 4),
            exponent=2,
            lift=2,
            step=2,
            residue=0,
            first=10,
            correction=Correction(
                value=lambda x: 1 + rest / (x + middle) ** 2,
                series=series,
                deviation=lambda least: abs(rest) / least**2,
                slope=lambda least: 2 * abs(rest) / least**2,
            ),
        )
