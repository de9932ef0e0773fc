r"""Power sums over the lattice points outside a cube, :math:`\sum_{|n|_\infty>N}(b^2+|n|^2)^{-q}`.

The first of the coordinates beyond N splits the sum into k = 1, ..., d: d - k coordinates inside the cube,
one beyond, and k - 1 that run over all integers. These last ones are, by Poisson's formula,

.. math::

   \sum_{m\in\mathbb Z^{k-1}}(A^2+|m|^2)^{-q}=\pi^{\frac{k-1}2}\frac{\Gamma(q-\frac{k-1}2)}{\Gamma(q)}
   A^{k-1-2q}(1+\delta),\qquad A>N,

with :math:`\delta` of the order of :math:`e^{-2\pi A}`, bounded as in :mod:`.epstein`. What is left is, for
each point inside, a sum over one coordinate, by Euler-Maclaurin's formula: on :math:`|z-x|=\eta x` each
factor of :math:`A^2+z^2=(z+iA)(z-iA)` is at least :math:`1-\eta` of what it is at x, so that

.. math:: |R|\le4\,(2J)!\,(2\pi\eta n)^{-2J}(1-\eta)^{-2q}\int_n^\infty(A^2+x^2)^{-q}dx ,

and the integral is :math:`\frac{n^{1-2q}}{2q-1}{}_2F_1(q,q-\frac12;q+\frac12;-A^2/n^2)`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from flint import arb_series

from ..arithmetic import (
    Ball,
    bernoulli,
    coefficients,
    current_precision,
    exp,
    factorial,
    gamma,
    number,
    pi,
    power,
    series_length,
    symmetric,
)
from ..errors import PrecisionError
from .epstein import image
from .multiplicities import cube_counts

_RADIUS = Fraction(1, 2)


def lattice_tail(dimension: int, square: Ball, exponent: Fraction, side: int, goal: int) -> Ball:
    """Return the sum over the lattice points outside a cube.

    Parameters
    ----------
    dimension : d
    square : b**2, positive
    exponent : q, larger than d/2
    side : N, an integer not smaller than 16
    goal : bits to which truncations are negligible
    """
    total = number(0)
    for k in range(1, dimension + 1):
        half = Fraction(k - 1, 2)
        front = power(pi(), half) * gamma(number(exponent - half)) / gamma(number(exponent))
        part = number(0)
        for m, count in enumerate(cube_counts(dimension - k, side)):
            if count:
                part += 2 * count * _line_tail(square + m, exponent - half, side + 1, goal)
        total += front * part * (1 + symmetric(_images(k - 1, exponent - half, side + 1)))
    return total


def _images(dimension: int, mu: Fraction, distance: int) -> Ball:
    """Return a bound on the relative size of all images beyond a distance from the lattice."""
    if dimension == 0:
        return number(0)
    fall = exp(number(Fraction(2 * dimension, 5)) - pi() * distance)
    if not distance * math.pi > float(mu) + 1:
        raise PrecisionError(
            "the torus's sums over lattice points begin too near for so smooth a kernel; choose less "
            "`smoothness`"
        )
    square = number(distance * distance)
    first = image(number(distance), 1, mu) * power(square, mu) / gamma(number(mu))
    return first * number(5) ** dimension / (1 - fall)


@lru_cache(maxsize=64)
def _order(start: int, exponent: Fraction, goal: int, precision: int) -> tuple[int, Ball]:
    """Return how many Bernoulli terms are best, and the remainder per integral."""
    assert precision == current_precision()
    circle = 2 * pi() * number(_RADIUS) * start
    front = 4 * power(number(1 - _RADIUS), -2 * exponent)
    limit = number(2) ** (-goal - 4)
    order, last = 1, None
    while True:
        bound = front * factorial(2 * order) * circle ** (-2 * order)
        if bound < limit:
            return order, bound
        if last is not None and not bound < last:
            return order - 1, last
        order, last = order + 1, bound


def _line_tail(square: Ball, exponent: Fraction, start: int, goal: int) -> Ball:
    """Return the sum of ``(A**2 + x**2)**-q`` over the integers from `start` on."""
    order, bound = _order(start, exponent, goal, current_precision())
    q, n = number(exponent), number(start)
    integral = (-square / (n * n)).hypgeom_2f1(q, q - number(Fraction(1, 2)), q + number(Fraction(1, 2)))
    integral = integral * power(n, 1 - 2 * exponent) / number(2 * exponent - 1)
    length = 2 * order
    series_length(length)
    base = square + n * n
    expansion = (arb_series([1, 2 * n / base, 1 / base], prec=length).log() * -q).exp()
    found = coefficients(expansion, length)
    correction = number(0)
    for j in range(1, order + 1):
        correction += bernoulli(2 * j) / (2 * j) * found[2 * j - 1]
    front = power(base, -exponent)
    return integral * (1 + symmetric(bound)) + front * (number(Fraction(1, 2)) - correction)
