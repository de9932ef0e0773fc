r"""Moments of the distance to the nearest of many points, on the flat torus and on the sphere.

Let :math:`v(r)` be the share of the manifold within a distance r of a point. Of T independent uniform points
none is so near with probability :math:`(1-v(r))^T`, so that

.. math:: \mathbb Er^q=\int_0^\infty q\,r^{q-1}(1-v(r))^T\,dr .

*Torus*, sides of length 1: :math:`v=V_dr^d` up to :math:`r=\frac12`, with :math:`V_d` the volume of the unit
ball, and not more beyond it. Were there no end, the integral would be a Beta function,

.. math:: \mathbb Er^q=\frac{\Gamma(1+q/d)\,\Gamma(T+1)}{\Gamma(T+1+q/d)}V_d^{-q/d}+\epsilon,\qquad
   0\le\epsilon\le(1-2^{-d}V_d)^T\Bigl(\frac{d^{q/2}}{2^q}-\frac1{2^q}\Bigr),

with :math:`\epsilon=0` in one dimension. *Sphere* :math:`S^d` of radius 1 with its geodesic distance:
:math:`v=\int_0^r\sin^{d-1}/\int_0^\pi\sin^{d-1}`, an elementary function, and the integral is done in balls.

For many points both tend to :math:`\Gamma(1+q/d)\,(V_dT/\mathrm{vol})^{-q/d}`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Literal, overload

import mpmath

from .arithmetic import Ball, exp, gamma, log, number, pi, power, proven, to_mpf, working_precision
from .complex_arithmetic import ComplexBall, complex_ball, quadrature
from .enclosure import Enclosure, enclosure
from .errors import PrecisionError
from .exact import Number, bits_for, check_choice, digit_count, positive_exponent
from .exact import count as read_count

Manifold = Literal["torus", "sphere"]

#: Beyond it the volume of a ball is lost in its own factor 1/Gamma(1 + d/2), and distances are all the same.
_LARGEST_DIMENSION = 1000


@overload
def nearest_distance_moment(
    power: Number,
    *,
    samples: Number,
    dimension: Number,
    manifold: Manifold = ...,
    digits: int = ...,
    rigorous: Literal[False] = ...,
) -> mpmath.mpf: ...
@overload
def nearest_distance_moment(
    power: Number,
    *,
    samples: Number,
    dimension: Number,
    manifold: Manifold = ...,
    digits: int = ...,
    rigorous: Literal[True],
) -> Enclosure: ...
def nearest_distance_moment(
    power: Number,
    *,
    samples: Number,
    dimension: Number,
    manifold: Manifold = "torus",
    digits: int = 15,
    rigorous: bool = False,
) -> mpmath.mpf | Enclosure:
    r"""Return :math:`\mathbb Er^q`, r the distance from a point to the nearest of T uniform ones.

    Parameters
    ----------
    power : q, a positive number
    samples : T, an integer not smaller than 1
    dimension : d, an integer from 1 to 1000
    manifold : ``"torus"``, the flat one with sides of length 1, or ``"sphere"``, :math:`S^d` of radius 1 with
        the geodesic distance
    digits : significant digits to be right, an integer from 1 to 1000
    rigorous : whether to return a proven enclosure

    Raises
    ------
    PrecisionError
        If the digits cannot be proven: on a torus of several dimensions with so few points that the nearest
        may be farther than half a side.
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    The expectation is exact at a finite number of points; see the module for the integral. Derived here.

    Examples
    --------
    One dimension, mean distance :math:`\frac1{2(T+1)}`:

    >>> from scalinglaws.numerics import nearest_distance_moment
    >>> print(nearest_distance_moment(1, samples=9, dimension=1))
    0.05
    >>> print(nearest_distance_moment(2, samples=10**6, dimension=2))
    3.18309567874223e-7
    >>> print(nearest_distance_moment(1, samples=100, dimension=2, manifold="sphere"))
    0.177023967696439
    """
    exponent, size, points = _read(power, dimension, manifold, samples)
    bits = bits_for(digit_count(digits))

    def attempt(goal: int) -> Ball:
        with working_precision(goal + 40 + points.bit_length()):
            if manifold == "torus":
                return _on_torus(exponent, points, size)
            return _on_sphere(exponent, points, size, goal)

    try:
        ball = proven(attempt, lambda value: [value], bits, what="the moment of the distance")
    except PrecisionError:
        if manifold == "sphere":
            raise
        raise PrecisionError(
            f"`samples` = {points} on a torus of {size} dimensions may leave a point alone within half a "
            f"side, too often for {digits} digits; choose more `samples` or fewer `digits`"
        ) from None
    return enclosure(ball, bits) if rigorous else to_mpf(ball, bits)


def nearest_distance_constant(
    power: Number, *, dimension: Number, manifold: Manifold = "torus", digits: int = 15
) -> mpmath.mpf:
    r"""Return the limit of :math:`T^{q/d}\,\mathbb Er^q` for many points.

    Parameters
    ----------
    power, dimension, manifold, digits : as in :func:`nearest_distance_moment`

    Raises
    ------
    PrecisionError, TypeError, ValueError
        As :func:`nearest_distance_moment`.

    Notes
    -----
    :math:`\Gamma(1+q/d)\,(V_d/\mathrm{vol})^{-q/d}` with :math:`V_d=\pi^{d/2}/\Gamma(1+d/2)` the volume of
    the unit ball, and the volume of the torus 1, of the sphere :math:`2\pi^{(d+1)/2}/\Gamma(\frac{d+1}2)`.

    Examples
    --------
    >>> from scalinglaws.numerics import nearest_distance_constant
    >>> print(nearest_distance_constant(1, dimension=2, manifold="sphere"))
    1.77245385090552
    """
    exponent, size, _ = _read(power, dimension, manifold)
    bits = bits_for(digit_count(digits))

    def attempt(goal: int) -> Ball:
        with working_precision(goal + 40):
            density = _unit_ball(size)
            if manifold == "sphere":
                density /= 2 * _root_of_pi(size + 1) / gamma(number(Fraction(size + 1, 2)))
            share = exponent / size
            return gamma(number(1 + share)) * exp(-number(share) * log(density))

    return to_mpf(proven(attempt, lambda value: [value], bits, what="the constant"), bits)


def _read(
    power: Number, dimension: Number, manifold: object, samples: Number = 1
) -> tuple[Fraction, int, int]:
    exponent = positive_exponent("power", power)
    size = read_count("dimension", dimension)
    if size > _LARGEST_DIMENSION:
        raise ValueError(
            f"`dimension` = {size} must be an integer from 1 to {_LARGEST_DIMENSION}; choose it smaller"
        )
    check_choice("manifold", manifold, "torus", "sphere")
    return exponent, size, read_count("samples", samples)


def _root_of_pi(n: int) -> Ball:
    return power(pi(), Fraction(n, 2))


def _unit_ball(dimension: int) -> Ball:
    return _root_of_pi(dimension) / gamma(number(1 + Fraction(dimension, 2)))


def _on_torus(exponent: Fraction, samples: int, dimension: int) -> Ball:
    share = number(exponent / dimension)
    points, ball = number(samples + 1), _unit_ball(dimension)
    moment = gamma(1 + share) * exp(points.lgamma() - (points + share).lgamma() - share * log(ball))
    if dimension == 1:
        return moment
    # what is left beyond half a side lies between nothing and what the farthest corner allows
    half = power(number(Fraction(1, 2)), exponent)
    corner = half * power(number(dimension), exponent / 2)
    beyond = exp(samples * log(1 - ball / 2**dimension)) * (corner - half)
    return moment + number(0).union(beyond)


def _on_sphere(exponent: Fraction, samples: int, dimension: int, goal: int) -> Ball:
    q = number(exponent)
    if dimension == 1:
        points = number(samples + 1)
        return gamma(1 + q) * exp(points.lgamma() - (points + q).lgamma() + q * log(pi()))
    whole = _cap(complex_ball(pi()), dimension)
    # in units of the distance within which one point is expected, so that everything is of order one
    unit = Fraction(_expected_distance(samples, dimension))
    scale = number(unit)

    def integrand(w: ComplexBall, analytic: bool) -> ComplexBall:
        farther = (1 - _cap(scale * w, dimension) / whole) ** samples
        return q * w.pow(complex_ball(q - 1), analytic=analytic) * farther

    halvings = math.ceil((goal + 8) / min(float(exponent), 1e3)) + 1
    antipode = pi() / scale
    last = Fraction(1.5 * (goal + 8) ** (1 / dimension))
    ends = [number(Fraction(1, 2**halvings))]
    while ends[-1] < min(number(last), antipode) / 2:
        ends.append(2 * ends[-1])
    ends.append(number(last) if number(last) < antipode else antipode)
    # next to the point itself the others are farther, up to little
    farther = integrand(complex_ball(ends[0]), False).real * ends[0] / q
    total = farther.union(power(ends[0], exponent))
    for begin, end in pairwise(ends):
        total += quadrature(integrand, begin, end, goal).real
    if number(last) < antipode:
        left = (1 - _cap(complex_ball(scale * number(last)), dimension) / whole).real ** samples
        total += number(0).union(left * power(antipode, exponent))
    return total * power(scale, exponent)


def _cap(angle: ComplexBall, dimension: int) -> ComplexBall:
    r"""Return :math:`\int_0^r\sin^{d-1}`: by parts at the midpoint, where nothing but rounding cancels."""
    middle = angle.mid()
    sine, cosine = middle.sin(), middle.cos()
    area = 1 - cosine if dimension % 2 == 0 else middle
    for order in range(2 + (dimension + 1) % 2, dimension, 2):
        area = ((order - 1) * area - cosine * sine ** (order - 1)) / order
    return area + angle.sin() ** (dimension - 1) * (angle - middle)


def _expected_distance(samples: int, dimension: int) -> float:
    """Return roughly the distance within which one point is expected, 1 where that is too far."""
    log_share = math.lgamma((dimension + 1) / 2) - math.lgamma(1 + dimension / 2) - math.log(4 * math.pi) / 2
    return min(1.0, math.exp(-(math.log(samples) + log_share) / dimension))
