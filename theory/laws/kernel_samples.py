r"""Random points for the laws of kernels: exact eigenvalues on the sphere at any degree.

The eigenvalues are computed from the Gegenbauer polynomials themselves where the law is exact, and from Gamma
functions at degrees that no sum reaches.
"""

from __future__ import annotations

from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Expr, Integer, Symbol

from .. import symbols
from ..kernels.letters import degree as n
from ..kernels.letters import dimension as d
from ..kernels.letters import smoothness as nu
from ..kernels.letters import student_decay, teacher_decay
from ..spot_check import Sample
from .sample_numbers import mpf_of
from .samples import decimal, sample

#: The eigenvalue of degree $n$, and the eigenvalue of index $k$.
EIGENVALUE, ORDERED = Symbol("lambda_n", positive=True), Symbol("lambda_k", positive=True)


#: A dimension of 1 would let a correction vanish.
_DRAWN = ((d, 2, 4), (nu, 0, 2))


def _drawn(random: Random) -> dict[Expr, Expr]:
    """Draw a dimension, between integers, at which other Gamma functions would have poles, and a power."""
    return {symbol: random.randint(low, high) + decimal(random, "0.2", "0.8") for symbol, low, high in _DRAWN}


def low_degree(random: Random, _scale: Integer) -> Sample:
    """Draw a low degree, and integrate the power with its Gegenbauer polynomial term by term."""
    values = {n: Integer(random.randint(2, 9)), **_drawn(random)}

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 20):
            found = {symbol: mpf_of(value) for symbol, value in values.items()}
            return {**found, EIGENVALUE: by_polynomial(int(values[n]), found[d], found[nu])}

    return sample(numbers, values)


def by_polynomial(degree: int, dimension: mpf, power: mpf) -> mpf:
    r"""Return the mean over the sphere of $\Gamma(-\nu)(1-t)^\nu{}_2F_1(-n,n+d-1;\frac d2;\frac{1-t}2)$."""
    half = dimension / 2
    total = mpf(0)
    for j in range(degree + 1):
        weight = mpmath.rf(-degree, j) * mpmath.rf(degree + dimension - 1, j)
        weight /= mpmath.rf(half, j) * mpmath.factorial(j) * mpf(2) ** j
        total += weight * mpf(2) ** (power + j + dimension - 1) * mpmath.beta(power + j + half, half)
    return (
        total
        * mpmath.gamma(-power)
        * mpmath.gamma(half + mpf(1) / 2)
        / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(half))
    )


def at_degree(random: Random, scale: Integer) -> Sample:
    """Draw a kernel and take the degree as large as told."""
    values = _drawn(random)
    return sample(lambda digits: _high(values, scale, digits), values, (n, scale))


def ordered(random: Random, scale: Integer) -> Sample:
    """Draw a kernel, and take the last index of a high degree."""
    values = _drawn(random)

    def numbers(digits: int) -> dict[Basic, mpf]:
        found = _high(values, scale, digits)
        with mpmath.workdps(digits + 20):
            index = _harmonics_up_to(mpf(int(scale)), found[d])
        return {**found, symbols.index: index, ORDERED: found[EIGENVALUE]}

    return sample(numbers, values, (n, scale))


def between_degrees(random: Random, _scale: Integer) -> Sample:
    """Draw a degree between integers, as for the dimension."""
    values = {n: random.randint(5, 90) + decimal(random, "0.2", "0.8"), **_drawn(random)}

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 20):
            found = {symbol: mpf_of(value) for symbol, value in values.items()}
            return {**found, symbols.index: _harmonics_up_to(found[n], found[d])}

    return sample(numbers, values)


def frequencies(random: Random, _scale: Integer) -> Sample:
    """Draw a dimension, and the powers with which two transforms fall."""
    values: dict[Expr, Expr] = {d: Integer(random.randint(1, 5))}
    values |= {decay: values[d] + decimal(random, "0.5", "4") for decay in (student_decay, teacher_decay)}

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 20):
            found = {symbol: mpf_of(value) for symbol, value in values.items()}
            pairs = ((symbols.decay, student_decay), (symbols.source, teacher_decay))
            return found | {exponent: found[decay] / found[d] for exponent, decay in pairs}

    return sample(numbers, values)


def _harmonics_up_to(degree: mpf, dimension: mpf) -> mpf:
    """Count homogeneous polynomials of two degrees, as products over the degree's Gamma functions."""
    with mpmath.extradps(3 * len(str(int(degree)))):
        growth = [mpmath.loggamma(degree + dimension + j) - mpmath.loggamma(degree + j) for j in (1, 0)]
        return mpmath.fsum(map(mpmath.exp, growth)) / mpmath.gamma(dimension + 1)


def _high(values: dict[Expr, Expr], degree: Integer, digits: int) -> dict[Basic, mpf]:
    # the quotient of the Gamma functions loses the digits of the degree
    with mpmath.workdps(digits + 20 + 3 * len(str(degree))):
        found = {symbol: mpf_of(value) for symbol, value in values.items()}
        at, power, dimension = mpf(int(degree)), found[nu], found[d]
        ratio = mpmath.exp(mpmath.loggamma(at - power) - mpmath.loggamma(at + power + dimension))
        mean = mpmath.gamma((dimension + 1) / 2) * mpf(2) ** (power + dimension - 1)
        mean *= mpmath.gamma(power + dimension / 2) / mpmath.sqrt(mpmath.pi)
        return {**found, n: at, EIGENVALUE: mean * ratio}
