r"""Exact eigenvalues of deep ReLU kernels on the sphere, by Gauss-Legendre quadrature with proof.

In the angle the kernel is analytic around :math:`[0,\pi]`: each layer maps :math:`\vartheta` to
:math:`\Theta=2\arcsin\bigl(\vartheta\sqrt{q/2}\bigr)`,
:math:`q=(1-\kappa_1(\cos\vartheta))/\vartheta^2`, and q is entire. Where q keeps a positive real part and
:math:`\vartheta^2q/2` stays off the ray from 1 on, :math:`\Theta` is analytic; that and a bound B on the
kernel are proven by ball arithmetic on boxes that cover the ellipse with the foci 0 and pi and the half-axis
b. There the Gegenbauer polynomial is at most :math:`e^{bl}`, being a mean of
:math:`(\cos\vartheta+i\sigma\sin\vartheta)^l` over :math:`|\sigma|\le1`. The rule of N nodes is then wrong by
at most :math:`\frac\pi2\,8B'\rho^{-2N}/(1-1/\rho)` with :math:`B'=Be^{bl}(\cosh b)^{d-1}` and the sum of
half-axes :math:`\rho` in units of the half-interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from flint import acb, arb

from ..arithmetic import (
    Ball,
    current_precision,
    exp,
    gamma,
    gauss_legendre,
    number,
    pi,
    sqrt,
    symmetric,
    working_precision,
)
from ..errors import PrecisionError
from .sphere_levels import SphereLevels

_MOST_DEGREES: Final = 1023
_SIDE: Final = Fraction(1, 50)
"""The boxes that cover the ellipse are at most that wide."""

_SPLITS: Final = 2
"""So often a box may be cut into four."""


@dataclass(frozen=True, slots=True)
class DeepLevels(SphereLevels):
    """The covariance or the tangent kernel of a ReLU network with several hidden layers."""

    depth: int
    tangent: bool

    @property
    def decay(self) -> Fraction:
        r"""The exponent of the ordered eigenvalues, that of one hidden layer.

        Notes
        -----
        At angle 0 a layer turns :math:`1-t` into :math:`(1-t)-c(1-t)^{3/2}+\dots`, so that any number of them
        keeps the power 3/2, and :math:`\kappa_0` the power 1/2; at angle pi these powers come from the first
        layer alone, the others being analytic there. The coefficient of degree l of :math:`(1-t)^p` falls as
        :math:`l^{-2p-d}`.
        """
        return 1 + Fraction(1 if self.tangent else 3, self.dimension)

    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree."""
        last = max(31, (1 << degree.bit_length()) - 1)
        return self.eigenvalues(last)[degree]

    def antipode(self) -> Ball:
        """Return the kernel at opposite points."""
        return _kernel(acb(pi()), self.depth, self.tangent).real

    def square_norm(self) -> Ball:
        """Return the sum of the squared eigenvalues, the mean square of the kernel."""
        return _moment(self)

    def eigenvalues(self, last: int) -> Sequence[Ball]:
        """Return the eigenvalues of all degrees up to `last`."""
        if last > _MOST_DEGREES:
            raise PrecisionError(
                f"a ReLU kernel of `depth` = {self.depth} is computed up to degree {_MOST_DEGREES}, not "
                f"{last}; choose fewer samples or `digits`"
            )
        # few tables serve all precisions
        precision = 128
        while precision < current_precision():
            precision *= 2
        return _table(self, last, precision)


@lru_cache(maxsize=16)
def _table(levels: DeepLevels, last: int, precision: int) -> Sequence[Ball]:
    d = levels.dimension
    # small eigenvalues keep their relative accuracy; the recurrence in balls loses about 1.3 bits a step
    wanted = precision + 10 + (d + 5) * last.bit_length()
    with working_precision(wanted + 60 + 4 * last // 3):
        nodes, bound = _rule(levels, wanted, last, 1)
        totals = [number(0) for _ in range(last + 1)]
        for angle, weight in nodes:
            t = angle.cos()
            value = weight * _kernel(acb(angle), levels.depth, levels.tangent).real * angle.sin() ** (d - 1)
            before, now = number(0), number(1)
            for degree in range(last + 1):
                totals[degree] += value * now
                if degree == 0:
                    before, now = now, t
                else:
                    rise = (2 * degree + d - 1) * t * now - degree * before
                    before, now = now, rise / (degree + d - 1)
        front = gamma(number(Fraction(d + 1, 2))) / (sqrt(pi()) * gamma(number(Fraction(d, 2))))
        return [front * (total + symmetric(bound)) for total in totals]


def _moment(levels: DeepLevels) -> Ball:
    d, precision = levels.dimension, current_precision()
    with working_precision(precision + 80):
        nodes, bound = _rule(levels, precision + 20, 0, 2)
        total = number(0)
        for angle, weight in nodes:
            value = _kernel(acb(angle), levels.depth, levels.tangent).real
            total += weight * value**2 * angle.sin() ** (d - 1)
        front = gamma(number(Fraction(d + 1, 2))) / (sqrt(pi()) * gamma(number(Fraction(d, 2))))
        return front * (total + symmetric(bound))


def _rule(levels: DeepLevels, wanted: int, degree: int, power: int) -> tuple[list[tuple[Ball, Ball]], Ball]:
    """Return nodes and weights on (0, pi), and the bound on their error for a power of the kernel."""
    height, bound = _ellipse(levels.depth, levels.tangent)
    b = number(height)
    ratio = 2 * b / pi()
    rho = ratio + sqrt(1 + ratio**2)
    largest = bound**power * exp(b * degree) * b.cosh() ** (levels.dimension - 1)
    excess = wanted + float(largest.log().mid()) / math.log(2) + 8
    length = math.ceil(excess * math.log(2) / (2 * math.log(float(rho.mid())))) + 1
    half = pi() / 2
    nodes = [(half * (1 + node), half * weight) for node, weight in gauss_legendre(length)]
    return nodes, 8 * half * largest * rho ** (-2 * length) / (1 - 1 / rho)


@lru_cache(maxsize=64)
def _ellipse(depth: int, tangent: bool) -> tuple[Fraction, Ball]:
    """Return a half-axis within which the kernel is proven analytic, and a bound on it there."""
    height = Fraction(1, 4)
    with working_precision(80):
        while height > Fraction(1, 50):
            bound = _bound(depth, tangent, height)
            if bound is not None:
                return height, bound
            height = height * 4 / 5
    raise PrecisionError(f"`depth` = {depth} is too large for proven eigenvalues; choose it 3 or smaller")


def _bound(depth: int, tangent: bool, height: Fraction) -> Ball | None:
    """Return a bound on the kernel in the ellipse, None where a box is not proven to be analytic."""
    rows = math.ceil(height / _SIDE)
    side = height / rows
    ratio = 2 * float(height) / math.pi
    # the ellipse ends at pi/2 (1 + sqrt(1 + ratio**2)), and as far below 0
    beyond = Fraction(math.pi / 2 * (math.sqrt(1 + ratio**2) - 1) + 1e-6)
    columns = math.ceil((2 * beyond + Fraction(355, 113)) / side) + 1
    largest = number(0)
    for column in range(columns):
        left = number(-beyond + column * side)
        for row in range(rows):
            # the kernel is real on the axis, and conjugate below it
            low = number(row * side)
            found = _on_box(left, left + number(side), low, low + number(side), depth, tangent, _SPLITS)
            if found is None:
                return None
            largest = largest.max(found)
    return largest


def _on_box(
    left: Ball, right: Ball, low: Ball, high: Ball, depth: int, tangent: bool, splits: int
) -> Ball | None:
    """Return a bound on the kernel in a rectangle, cut into smaller ones where that is needed."""
    value = _kernel(acb(left.union(right), low.union(high)), depth, tangent)
    if value.is_finite():
        return abs(value).upper()
    if not splits:
        return None
    middle, half = (left + right) / 2, (low + high) / 2
    largest = number(0)
    for sides in ((left, middle), (middle, right)):
        for ends in ((low, half), (half, high)):
            found = _on_box(*sides, *ends, depth, tangent, splits - 1)
            if found is None:
                return None
            largest = largest.max(found)
    return largest


def _kernel(angle: acb, depth: int, tangent: bool) -> acb:
    """Return the kernel over its value at angle 0; not finite where a box is not proven analytic."""
    found = angle.cos()
    cosine = found
    for _ in range(depth):
        slope = 1 - angle / acb(pi())
        angle = _next(angle)
        cosine = angle.cos()
        found = cosine + found * slope
    return found / (depth + 1) if tangent else cosine


def _next(angle: acb) -> acb:
    """Return the angle of the next layer."""
    quotient = _quotient(angle)
    if not quotient.real > 0:
        return acb(arb.nan())
    sine = angle * _root(quotient / 2)
    square = 1 - sine * sine
    if not square.real > 0:
        return acb(arb.nan())
    # by the mean value on wide boxes: the derivative is that of the whole box
    middle = _middle(sine)
    return 2 * (middle.asin() + (sine - middle) * _inverse(_root(square)))


def _quotient(angle: acb) -> acb:
    r"""Return :math:`(1-\kappa_1(\cos\vartheta))/\vartheta^2`.

    Notes
    -----
    Near 0 by the series: with :math:`\pi\kappa_1=\sin\vartheta-\vartheta\cos\vartheta+\pi\cos\vartheta` it is
    :math:`\sum_{i\ge0}(-\vartheta^2)^i\bigl[\frac1{(2i+2)!}
    -\frac{\vartheta(2i+2)}{\pi(2i+3)!}\bigr]`.
    """
    if not angle.is_finite():
        return acb(arb.nan())
    size = abs(angle).upper()
    if size > number(Fraction(1, 2)):
        middle = _middle(angle)
        kappa = (middle.sin() + (acb(pi()) - middle) * middle.cos()) / acb(pi())
        kappa -= (angle - middle) * (1 - angle / acb(pi())) * angle.sin()
        return (1 - kappa) * _inverse(angle) * _inverse(angle)
    square = -angle * angle
    total, term, i = acb(0), acb(1), 0
    limit = number(2) ** (-current_precision())
    while True:
        even = math.factorial(2 * i + 2)
        odd = Fraction(2 * i + 2, math.factorial(2 * i + 3))
        total += term * (acb(1) / even - angle * acb(number(odd)) / acb(pi()))
        term = term * square
        i += 1
        # the terms fall by a factor of at least 40 each
        rest = abs(term).upper() / math.factorial(2 * i + 2) * 2
        if rest < limit:
            return total + acb(symmetric(rest), symmetric(rest))


def _middle(box: acb) -> acb:
    return acb(box.real.mid(), box.imag.mid())


def _inverse(box: acb) -> acb:
    """Return the inverse of a box by its Taylor series at the middle, which is narrower than a quotient."""
    middle = _middle(box)
    change = (box - middle) / middle
    size = abs(change).upper()
    if not size < number(Fraction(9, 10)):
        return acb(arb.nan())
    rest = symmetric(size**2 / (1 - size))
    return (1 - change + acb(rest, rest)) / middle


def _root(box: acb) -> acb:
    """Return the square root of a box likewise; the coefficients from the second on are at most 1/8."""
    middle = _middle(box)
    change = (box - middle) / middle
    size = abs(change).upper()
    if not size < number(Fraction(9, 10)):
        return acb(arb.nan())
    rest = symmetric(size**2 / (1 - size) / 8)
    return middle.sqrt() * (1 + change / 2 + acb(rest, rest))
