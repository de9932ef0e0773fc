r"""The Sobolev kernel of the circle, whose eigenvalues are exact powers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import mpmath
import numpy as np

from ..exact import Number, exact_text
from ..exact import count as read_count
from .kernel import Kernel, check_is_manifold
from .manifold import FloatArray, Manifold, Torus

_LARGEST_ORDER: Final = 100
_POLYNOMIAL: Final = 10
"""Up to this order the Bernoulli polynomial is right in doubles; above, few terms of the series are left."""


@dataclass(frozen=True, slots=True, init=False)
class CircleSobolev(Kernel):
    r"""The kernel :math:`k_m(t)=1+2\sum_{n\ge1}n^{-2m}\cos2\pi nt` of the circle.

    Parameters
    ----------
    order : m, an integer from 1 to 100

    Raises
    ------
    TypeError, ValueError
        If `order` is no integer in that range.

    Notes
    -----
    In closed form :math:`k_m(t)=1+(-1)^{m+1}\frac{(2\pi)^{2m}}{(2m)!}B_{2m}(t)` for :math:`0\le t\le1`, with
    the Bernoulli polynomial. The eigenvalues are 1, once, and :math:`n^{-2m}`, twice each.

    References
    ----------
    .. [1] G. Wahba, Spline Models for Observational Data, SIAM 1990, ch. 2.

    Examples
    --------
    >>> from scalinglaws.numerics import Circle, CircleSobolev
    >>> kernel = CircleSobolev(1)
    >>> kernel.matrix(Circle(), [0, 0.5]).round(12).tolist()
    [[4.289868133696, -0.644934066848], [-0.644934066848, 4.289868133696]]
    """

    order: int

    def __init__(self, order: Number = 1) -> None:
        number = read_count("order", order)
        if number > _LARGEST_ORDER:
            raise ValueError(
                f"`order` = {exact_text(number)} must be an integer from 1 to {_LARGEST_ORDER}; lower it"
            )
        object.__setattr__(self, "order", number)

    def check_manifold(self, manifold: Manifold) -> None:
        """Raise ValueError on what is not the circle."""
        check_is_manifold(manifold)
        if not (isinstance(manifold, Torus) and manifold.dimension == 1):
            raise ValueError(f"`manifold` = {manifold} must be Circle() for {self!r}; choose it or Matern")

    def at(self, manifold: Manifold, separations: FloatArray) -> FloatArray:
        """Return the kernel at given separations."""
        self.check_manifold(manifold)
        t = np.asarray(separations, dtype=np.float64)[..., 0]
        # from the middle, where the polynomial is even and small
        t = abs(t - np.rint(t)) - 0.5
        if self.order > _POLYNOMIAL:
            total = np.ones_like(t)
            for degree in range(1, 8):
                total += 2 * float(degree) ** (-2 * self.order) * np.cos(2 * np.pi * degree * (t + 0.5))
            return np.asarray(total)
        coefficients = _bernoulli_about_half(self.order)
        return np.asarray(1 + np.polynomial.polynomial.polyval(t**2, coefficients))


def _bernoulli_about_half(order: int) -> list[float]:
    r"""Return the coefficients in :math:`(t-\frac12)^2` of the kernel without its 1.

    Notes
    -----
    :math:`B_{2m}(\frac12+x)=\sum_j\binom{2m}{2j}(2^{1-2j}-1)B_{2j}x^{2m-2j}`.
    """
    with mpmath.workprec(200):
        front = (-1) ** (order + 1) * (2 * mpmath.pi) ** (2 * order) / math.factorial(2 * order)
        rising = []
        for j in range(order, -1, -1):
            numerator, denominator = mpmath.bernfrac(2 * j)
            middle = Fraction(int(numerator), int(denominator)) * (Fraction(2) ** (1 - 2 * j) - 1)
            weight = math.comb(2 * order, 2 * j) * middle
            rising.append(float(front * weight.numerator / weight.denominator))
    return rising
