r"""Epstein's zeta function :math:`E(q)=\sum_{n\in\mathbb Z^d}(b^2+|n|^2)^{-q}`, :math:`q>\frac d2`.

*Large b.* By Poisson's formula, with :math:`\mu=q-\frac d2`,

.. math::

   E=\frac{\pi^{d/2}}{\Gamma(q)}\Bigl[\Gamma(\mu)b^{-2\mu}
   +2\sum_{m\ne0}(\pi|m|/b)^\mu K_\mu(2\pi b|m|)\Bigr].

For :math:`x\ge2\mu` the function :math:`x^\mu K_\mu(x)` falls at least as fast as :math:`e^{-x/2}`, since its
logarithmic derivative is :math:`-K_{\mu-1}/K_\mu\le-x/[\mu-\frac12+\sqrt{(\mu-\frac12)^2+x^2}]` for
:math:`\mu\ge\frac12`, and :math:`\le-1` below.

*Small b.* With :math:`\theta(t)=\sum_ne^{-n^2t}=\sqrt{\pi/t}\,\theta(\pi^2/t)` the integral
:math:`\frac1{\Gamma(q)}\int_0^\infty t^{q-1}e^{-b^2t}\theta(t)^ddt` is cut at pi. Above the cut it is
:math:`\sum_n\Gamma(q,\pi(b^2+|n|^2))(b^2+|n|^2)^{-q}`; below it, with :math:`t=\pi/\tau`,

.. math:: \pi^q\sum_i\frac{(-\pi b^2)^i}{i!}\sum_n\int_1^\infty\tau^{\frac d2-q-1-i}e^{-\pi|n|^2\tau}d\tau .

Each shell of either sum is below :math:`e^{-\pi|n|^2}` times a constant.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ..arithmetic import (
    Ball,
    current_precision,
    exp,
    gamma,
    magnitude,
    number,
    pi,
    power,
    sqrt,
    symmetric,
    upper_gamma,
)
from .multiplicities import lattice_counts


def epstein(dimension: int, square: Ball, exponent: Fraction) -> Ball:
    """Return the sum over all lattice points of ``(b**2 + |n|**2)**-q``.

    Parameters
    ----------
    dimension : d
    square : b**2, positive
    exponent : q, larger than d/2
    """
    if square > 1:
        return _by_images(dimension, square, exponent)
    return _by_theta(dimension, square, exponent)


def _by_images(dimension: int, square: Ball, exponent: Fraction) -> Ball:
    mu = exponent - Fraction(dimension, 2)
    b = sqrt(square)
    front = power(pi(), Fraction(dimension, 2)) / gamma(number(exponent))
    total = gamma(number(mu)) * power(square, -mu)
    bits = current_precision()
    last = 1
    while True:
        counts = lattice_counts(dimension, last * last)
        shells = range((last - 1) ** 2 + 1, last * last + 1)
        for m in shells:
            if counts[m]:
                total += counts[m] * image(b, m, mu)
        # lattice points with j <= |n| < j + 1 number at most (2 j + 3)**d
        fall = exp(number(Fraction(2 * dimension, 2 * last + 3)) - pi() * b)
        if 2 * pi() * b * last > number(2 * mu) and fall < 1:
            rest = image(b, last * last, mu) * number(2 * last + 3) ** dimension / (1 - fall)
            if magnitude(rest) < magnitude(total) - bits - 4:
                return front * (total + symmetric(rest))
        last += 1


def image(b: Ball, square: int, mu: Fraction) -> Ball:
    """Return the term of one image at a squared distance."""
    distance = sqrt(number(square))
    return 2 * power(pi() * distance / b, mu) * (2 * pi() * b * distance).bessel_k(number(mu))


def _by_theta(dimension: int, square: Ball, exponent: Fraction) -> Ball:
    bits = current_precision()
    q, half = number(exponent), Fraction(dimension, 2)
    # beyond these shells each is below e**(-pi m), times at most (2 sqrt(m) + 1)**d points
    last = math.ceil((bits + 20) * math.log(2) / math.pi) + 4 * dimension + math.ceil(2 * exponent) + 4
    counts = lattice_counts(dimension, last)
    above = number(0)
    for m, count in enumerate(counts):
        if count:
            base = square + m
            above += count * upper_gamma(q, pi() * base) * power(base, -exponent)
    below, weight = number(0), number(1)
    i = 0
    while True:
        inner = 1 / number(exponent + i - half)
        for m in range(1, last + 1):
            if counts[m]:
                inner += counts[m] * _lower(half - exponent - i, m)
        # the inner sums fall with i
        if weight * exp(pi() * square) < number(2) ** (-bits - 10):
            below += symmetric(abs(weight) * exp(pi() * square) * inner)
            break
        below += weight * (-1) ** i * inner
        i += 1
        weight = weight * pi() * square / i
    start = last + 1
    # Gamma(q, x) <= 2 x**(q-1) e**-x for x >= 2 q; the integral is at most e**(-pi m) / (pi m)
    shell = exp(-pi() * start) * (2 * sqrt(number(start)) + 1) ** dimension
    rest = shell * (2 * power(pi(), exponent - 1) + power(pi(), exponent)) * 2
    return (above + power(pi(), exponent) * below + symmetric(rest)) / gamma(q)


def _lower(order: Fraction, square: int) -> Ball:
    """Return the integral from 1 of ``tau**(order - 1) e**(-pi m tau)``."""
    x = pi() * square
    return upper_gamma(number(order), x) * power(x, -order)
