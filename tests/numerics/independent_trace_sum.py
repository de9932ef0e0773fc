"""The trace sum by other means, in plain mpmath: what the proven enclosures are compared with.

Terms one by one up to an index n, then the Euler-Maclaurin formula with n far beyond what it needs. Its
integral is taken in eta = log(kappa x^a): by Gauss-Legendre quadrature where |eta| is small, and term by term
of the series in u or 1/u of (1 + u)^-m elsewhere; no hypergeometric function, hence no poles that meet.
"""

from __future__ import annotations

import math
import random
from fractions import Fraction
from functools import cache

from mpmath import mp

DIGITS = 45
ORDER = 24
EDGE = 2
SERIES_TERMS = 60
PANELS, POINTS = 3, 30


def rational(value):
    return mp.mpf(value.numerator) / value.denominator


@cache
def gauss_legendre():
    """Return nodes and weights on (-1, 1), by Newton's method on the Legendre polynomial."""
    with mp.workdps(DIGITS + 10):
        rule = []
        for i in range(POINTS):
            x = mp.cos(mp.pi * (i + mp.mpf(3) / 4) / (POINTS + mp.mpf(1) / 2))
            for _ in range(8):
                before, value = mp.mpf(1), x
                for k in range(2, POINTS + 1):
                    before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
                slope = POINTS * (x * value - before) / (x * x - 1)
                x -= value / slope
            rule.append((x, 2 / ((1 - x * x) * slope**2)))
        return rule


def power_integral(exponent, log_low, log_high):
    """Return the integral of exp(exponent * xi) between two points; `exponent` is exact, and may be 0."""
    p = rational(exponent)
    if log_high == mp.inf:
        return -mp.exp(p * log_low) / p
    width = log_high - log_low
    return mp.exp(p * log_low) * (mp.expm1(p * width) / p if p else width)


def integral(a, s, m, kappa, n, size):
    """Return the integral of x^-s (1 + kappa x^a)^-m from n to size, and an estimate of its error."""
    decay, log_kappa = rational(a), mp.log(kappa) if kappa else -mp.inf
    low, high = mp.log(n), mp.inf if size == math.inf else mp.log(size)
    if not kappa:
        return power_integral(1 - s, low, high), mp.mpf(0)
    knees = [(-EDGE - log_kappa) / decay, (EDGE - log_kappa) / decay]
    total, error = mp.mpf(0), mp.mpf(0)
    end = min(high, knees[0])
    if low < end:
        for j in range(SERIES_TERMS):
            term = kappa**j * power_integral(1 - s + j * a, low, end)
            total += mp.binomial(-m, j) * term
        error += abs(mp.binomial(-m, SERIES_TERMS) * term)
    start = max(low, knees[1])
    if start < high:
        for j in range(SERIES_TERMS):
            term = kappa ** (-m - j) * power_integral(1 - s - (m + j) * a, start, high)
            total += mp.binomial(-m, j) * term
        error += abs(mp.binomial(-m, SERIES_TERMS) * term)
    start, end = max(low, knees[0]), min(high, knees[1])
    if start < end:
        p, panels = rational(1 - s), PANELS + abs(math.ceil((1 - s) / a / 6))
        half = (end - start) / (2 * panels)
        for panel in range(panels):
            centre = start + (2 * panel + 1) * half
            for node, weight in gauss_legendre():
                xi = centre + half * node
                total += half * weight * mp.exp(p * xi) * (1 + mp.exp(log_kappa + decay * xi)) ** -m
        # a panel's half spans 2/3 in eta, well inside the distance pi of the poles
        error += total * mp.mpf(10) ** -38
    return total, error


def taylor(a, s, m, u):
    """Return the coefficients of (1 + t)^-s ((1 + u (1 + t)^a) / (1 + u))^-m in t."""
    length = 2 * ORDER + 2
    w = u / (1 + u)
    growth, factor = [mp.mpf(1)], [mp.mpf(1)]
    for i in range(1, length):
        growth.append(growth[-1] * (a - i + 1) / i)
        factor.append(factor[-1] * (-s - i + 1) / i)
    base = [mp.mpf(1)] + [w * c for c in growth[1:]]
    powered = [mp.mpf(1)]
    for i in range(1, length):
        # Miller's recurrence for powers of a series
        powered.append(mp.fsum((-m * j - (i - j)) * base[j] * powered[i - j] for j in range(1, i + 1)) / i)
    return [mp.fdot(factor[: i + 1], powered[i::-1]) for i in range(length)]


def bernoulli_terms(a, s, m, kappa, x):
    """Return f(x), the Bernoulli terms of the end x, and the size of the first left out."""
    x = mp.mpf(x)
    u = kappa * x**a
    value = x**-s * (1 + u) ** -m
    series = taylor(a, s, m, u)
    terms = [
        mp.bernoulli(2 * j) / (2 * j) * x ** (1 - 2 * j) * series[2 * j - 1] for j in range(1, ORDER + 2)
    ]
    return value, value * mp.fsum(terms[:-1]), abs(value * terms[-1])


def independent_trace_sum(decay, kappa, shift, power, size):
    """Return the sum and an estimate of the error of this evaluation; arguments are exact."""
    with mp.workdps(DIGITS + 15):
        a, s, k = rational(decay), rational(shift), rational(kappa)
        reach = mp.sin(min(mp.pi / a, mp.pi / 2))
        start = math.ceil((20 + power + abs(s) / 2) / reach)
        stop = min(size, start - 1)
        total = mp.fsum(x**-s * (1 + k * x**a) ** -power for x in map(mp.mpf, range(1, int(stop) + 1)))
        error = abs(total) * mp.mpf(10) ** -DIGITS
        if stop == size:
            return total, error
        value, terms, left_out = bernoulli_terms(a, s, power, k, start)
        middle, doubt = integral(decay, shift, power, k, start, size)
        total += middle + value / 2 - terms
        error += doubt + 10 * left_out
        if size != math.inf:
            value, terms, left_out = bernoulli_terms(a, s, power, k, size)
            total += value / 2 + terms
            error += 10 * left_out
        return total, error + abs(total) * mp.mpf(10) ** -DIGITS


def random_arguments(count, seed):
    """Return arguments from the whole domain: each kind of extreme by itself and with the others."""
    random_numbers = random.Random(seed)
    return [_arguments(random_numbers) for _ in range(count)]


def _arguments(draw):
    decay = draw.choice(
        [
            Fraction("1.0001"),
            Fraction(50),
            Fraction(draw.randint(1, 12)),
            Fraction(draw.randint(10, 5000), 100),
            Fraction(draw.randint(101, 400), 100),
            Fraction(draw.randint(5, 99), 100),
        ]
    )
    exponent = draw.choice([-300, 300, 0, draw.randint(-300, 300), draw.randint(-20, 5)])
    kappa = Fraction(draw.randint(1, 999), 100) * Fraction(10) ** exponent
    if draw.random() < 0.06:
        kappa = Fraction(0)
    power = draw.randint(1, 5)
    size = draw.choice(
        [1, 10**18, math.inf, math.inf, draw.randint(2, 300), draw.randint(2, 10 ** draw.randint(3, 18))]
    )
    tiny = Fraction(draw.choice([-1, 1]), 10 ** draw.randint(1, 25))
    shift = draw.choice(
        [
            Fraction(draw.randint(-600, 600), 100),
            Fraction(draw.randint(-6, 8)),
            # where (1 - s)/a is an integer two poles meet
            1 + decay * draw.randint(0, 3),
            1 + decay * draw.randint(0, 3) + tiny,
            1 - decay * (power + draw.randint(0, 2)),
            1 - decay * (power - 1) + tiny,
            # next to the edge of convergence
            1 - decay * power + abs(tiny),
        ]
    )
    if kappa == 0 and draw.random() < 0.5:
        shift = Fraction(1)
    convergent = shift > 1 if kappa == 0 else shift + decay * power > 1
    if size == math.inf and not convergent:
        size = 10 ** draw.randint(0, 18)
    return decay, kappa, shift, power, size
