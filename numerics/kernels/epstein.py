r"""Epstein's zeta function :math:`E(q)=\sum_{n\in\mathbb Z^d}(b^2+|n|^2)^{-q}`, :math:`q>\frac d2`.

By Poisson's formula, with :math:`\mu=q-\frac d2`,

.. math::

   E=\frac{\pi^{d/2}}{\Gamma(q)}\bigl[\Gamma(\mu)b^{-2\mu}+H(q)\bigr],\qquad
   H(q)=2\sum_{m\ne0}(\pi|m|/b)^\mu K_\mu(2\pi b|m|),

the integral over all of space and the images H, an entire function of q.

*Large b.* For :math:`x\ge2\mu` the function :math:`x^\mu K_\mu(x)` falls at least as fast as
:math:`e^{-x/2}`, since its logarithmic derivative is
:math:`-K_{\mu-1}/K_\mu\le-x/[\mu-\frac12+\sqrt{(\mu-\frac12)^2+x^2}]` for :math:`\mu\ge\frac12`, and
:math:`\le-1` below.

*Small b.* With :math:`\theta(t)=\sum_ne^{-n^2t}=\sqrt{\pi/t}\,\theta(\pi^2/t)` it is
:math:`\pi^{d/2}H=\int_0^\infty t^{q-1}e^{-b^2t}[\theta(t)^d-(\pi/t)^{d/2}]dt`, cut at pi. Above the cut it is
:math:`\sum_n\Gamma(q,\pi(b^2+|n|^2))(b^2+|n|^2)^{-q}-\pi^{d/2}b^{-2\mu}\Gamma(\mu,\pi b^2)`; below it, with
:math:`t=\pi/\tau`,

.. math:: \pi^q\sum_i\frac{(-\pi b^2)^i}{i!}\sum_{n\ne0}\int_1^\infty\tau^{-\mu-1-i}e^{-\pi|n|^2\tau}d\tau .

Each shell of either sum is below :math:`e^{-\pi|n|^2}` times a constant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
    mu = exponent - Fraction(dimension, 2)
    space = gamma(number(mu)) * power(square, -mu)
    front = power(pi(), Fraction(dimension, 2)) / gamma(number(exponent))
    return front * (space + images(dimension, square, exponent))


def images(dimension: int, square: Ball, exponent: Fraction) -> Ball:
    """Return H, the sum over all images, at any real exponent; see `image_sums`."""
    return image_sums(dimension, square, exponent, 1)[0]


def image_sums(dimension: int, square: Ball, exponent: Fraction, count: int) -> Sequence[Ball]:
    """Return H at the exponents q, q + 1, ...

    Parameters
    ----------
    dimension : d
    square : b**2, positive
    exponent : q, any real number
    count : how many
    """
    if square > 1:
        return [_by_images(dimension, square, exponent + k) for k in range(count)]
    return _by_theta(dimension, square, exponent, count)


def _by_images(dimension: int, square: Ball, exponent: Fraction) -> Ball:
    mu = exponent - Fraction(dimension, 2)
    b = sqrt(square)
    total = number(0)
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
                return total + symmetric(rest)
        last += 1


def image(b: Ball, square: int, mu: Fraction) -> Ball:
    """Return the term of one image at a squared distance."""
    distance = sqrt(number(square))
    return 2 * power(pi() * distance / b, mu) * (2 * pi() * b * distance).bessel_k(number(mu))


def _by_theta(dimension: int, square: Ball, exponent: Fraction, count: int) -> Sequence[Ball]:
    bits = current_precision()
    half = Fraction(dimension, 2)
    largest = max(abs(exponent), abs(exponent + count - 1))
    # beyond these shells each is below e**(-pi m), times at most (2 sqrt(m) + 1)**d points
    last = math.ceil((bits + 20) * math.log(2) / math.pi) + 4 * dimension + 4
    last = max(last, math.ceil(largest * 2 / 3) + dimension)
    counts = lattice_counts(dimension, last)
    shells = [m for m in range(1, last + 1) if counts[m]]
    inner: list[Ball] = []
    start = last + 1
    # Gamma(q, x) <= 2 x**(q-1) e**-x for x >= 2 q; the integral is at most 2 e**(-pi m) / (pi m)
    shell = exp(-pi() * start) * (2 * sqrt(number(start)) + 1) ** dimension
    scale = power(pi(), half)
    found = []
    for k in range(count):
        q = exponent + k
        above = -scale * power(square, half - q) * upper_gamma(number(q - half), pi() * square)
        for m in [0, *shells]:
            base = square + m
            above += counts[m] * upper_gamma(number(q), pi() * base) * power(base, -q)
        below, weight = number(0), number(1)
        i = 0
        while True:
            if len(inner) <= k + i:
                order = half - exponent - k - i
                inner.append(sum((counts[m] * _lower(order, m) for m in shells), number(0)))
            # the inner sums fall with i
            if weight * exp(pi() * square) < number(2) ** (-bits - 10):
                below += symmetric(weight * exp(pi() * square) * inner[k + i])
                break
            below += weight * (-1) ** i * inner[k + i]
            i += 1
            weight = weight * pi() * square / i
        rest = shell * (2 * power(pi(), q - 1) + power(pi(), q)) * 2
        found.append((above + power(pi(), q) * below + symmetric(rest)) / scale)
    return found


def _lower(order: Fraction, square: int) -> Ball:
    """Return the integral from 1 of ``tau**(order - 1) e**(-pi m tau)``."""
    x = pi() * square
    return upper_gamma(number(order), x) * power(x, -order)
