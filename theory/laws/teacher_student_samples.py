r"""Random points for the laws of the teacher-student model, and its numbers by other routes than the laws.

Means of inverse $\chi^2$ numbers are integrals over their density; the inverse of a Wishart matrix is taken
through its Bartlett factor, row by row; the replica equations are solved as they are printed.
"""

from __future__ import annotations

from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Integer, Symbol, oo

from ... import numerics
from .. import symbols
from ..spot_check import Sample
from .sample_numbers import N, T, a, mpf_at, solved
from .samples import decimal, draw_decay, random_spectrum, sample

#: Mean of $1/\chi^2$ with $T-N+1$ degrees of freedom, and of the trace of an inverse Wishart matrix.
inverse, trace = Symbol("h", positive=True), Symbol("W", positive=True)
#: The paper's scale, overlap and sum over the modes.
kappa_T, gamma_T, sum_T = Symbol("kappa_T", positive=True), Symbol("gamma_T"), Symbol("Sigma_T")
#: What the mean log-determinant of a sketch has beyond its planar value, and its slope.
shift, slope = Symbol("f", real=True), Symbol("f'", real=True)
#: Tail of the eigenvalues beyond the samples.
tail = Symbol("t_T", positive=True)


def _inverse_chi_square(degrees: int) -> mpf:
    """Integrate 1/x over the density, at the working precision."""
    half = mpf(degrees) / 2
    # x = y^2: no half-integer powers at 0
    weight = 2 / (2**half * mpmath.gamma(half))
    ends = [0, *(mpmath.sqrt(degrees) + shift for shift in (0, 5, 15))]
    return weight * mpmath.quad(lambda y: y ** (degrees - 3) * mpmath.exp(-y * y / 2), ends)


def _bartlett_trace(rows: int, columns: int) -> mpf:
    r"""Return $\mathbb E\lVert L^{-1}\rVert^2$ of a Bartlett factor by its first column and the rest."""
    if rows == 0:
        return mpf(0)
    rest, pivot = _bartlett_trace(rows - 1, columns - 1), _inverse_chi_square(columns)
    return pivot * (1 + rest) + rest


def gaussian_draws(random: Random, _scale: Integer, *, exchanged: bool = False) -> Sample:
    """Draw small sizes, and compute the mean risk for a given one of the best predictor."""
    few = Integer(random.randint(2, 4))
    many = few + random.randint(3, 8)
    best = decimal(random, "0.1", "2")

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 15):
            response = _bartlett_trace(int(few), int(many))
            return {
                N: mpf_at(many if exchanged else few, digits + 15),
                T: mpf_at(few if exchanged else many, digits + 15),
                symbols.approximation: mpf_at(best, digits + 15),
                inverse: _inverse_chi_square(int(many - few + 1)),
                trace: response,
                symbols.risk: mpf_at(best, digits + 15) * (1 + response),
            }

    sizes = {N: many, T: few} if exchanged else {N: few, T: many}
    return sample(numbers, {**sizes, symbols.approximation: best})


def exchanged_draws(random: Random, scale: Integer) -> Sample:
    """Draw the same with fewer samples than features."""
    return gaussian_draws(random, scale, exchanged=True)


def many_samples(random: Random, scale: Integer) -> Sample:
    """Draw sizes that grow together, and the mean risk by the exact inverse moments."""
    share, best = decimal(random, "0.2", "0.8"), decimal(random, "0.1", "2")

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 10):
            few, many = mpf_at(share * scale, digits), mpf_at(scale, digits)
            level = mpf_at(best, digits)
            mean = level * (1 + few / (many - few - 1))
            return {N: few, T: many, symbols.approximation: level, symbols.risk: mean}

    return sample(numbers, {N / T: share, symbols.approximation: best}, (T, scale))


def replica(random: Random, _scale: Integer) -> Sample:
    """Draw random eigenvalues, and solve both the kernel's fixed point and the replica equations."""
    spectrum, count = random_spectrum(random), Integer(random.randint(8, 25))
    resources = {"features": oo, "samples": count}

    def numbers(digits: int) -> dict[Basic, mpf]:
        values = solved(spectrum, digits, **resources)
        with mpmath.workdps(digits + 10):
            modes = [mpf(value.numerator) / value.denominator for value in spectrum.values]
            level = mpf(int(count))
            # convex and falling from a positive value at 0: Newton's iteration comes from the left
            scale = mpf(0)
            for _ in range(200):
                parts = [mode / (scale + level * mode) for mode in modes]
                slope = -mpmath.fsum(mode / (scale + level * mode) ** 2 for mode in modes)
                step = (mpmath.fsum(parts) - 1) / slope
                scale -= step
                if abs(step) <= abs(scale) * mpf(10) ** (-digits - 5):
                    break
            weights = [(scale + level * mode) ** -2 for mode in modes]
            pairs = list(zip(modes, weights, strict=True))
            return values | {
                kappa_T: scale,
                gamma_T: level * mpmath.fsum(mode**2 * weight for mode, weight in pairs),
                sum_T: mpmath.fsum(mode * weight for mode, weight in pairs),
            }

    return sample(numbers, {T: count})


def kernel_and_tail(random: Random, scale: Integer) -> Sample:
    """Draw a power law and many samples, with the tail of the eigenvalues and the kernel's risk."""
    exponent = draw_decay(random)
    spectrum = numerics.PowerLaw(exponent)
    resources = {"features": oo, "samples": scale}

    def numbers(digits: int) -> dict[Basic, mpf]:
        values = solved(spectrum, digits, **resources)
        more = digits + 10 + int(3 * mpmath.log10(int(scale)))
        everything = numerics.trace_sum(exponent, 0, shift=exponent, digits=more)
        first = numerics.trace_sum(exponent, 0, shift=exponent, size=int(scale), digits=more)
        with mpmath.workdps(more):
            return values | {a: mpf_at(exponent, more), tail: everything - first}

    return sample(numbers, {a: exponent}, (T, scale))


def _root(modes: list[mpf], count: mpf) -> mpf:
    """Return kappa with z = count by Newton's iteration in its inverse."""
    # sum of lambda x/(1 + lambda x) rises and is concave in x = 1/kappa: from x = 0 it never overshoots
    inverse_kappa = mpf(0)
    while True:
        level = mpmath.fsum(mode * inverse_kappa / (1 + mode * inverse_kappa) for mode in modes)
        step = (count - level) / mpmath.fsum(mode / (1 + mode * inverse_kappa) ** 2 for mode in modes)
        inverse_kappa += step
        if abs(step) <= inverse_kappa * mpf(10) ** (5 - mpmath.mp.dps):
            return 1 / inverse_kappa


def _shift(modes: list[mpf], count: mpf) -> mpf:
    root = _root(modes, count)
    second = mpmath.fsum((mode / (mode + root)) ** 2 for mode in modes)
    return mpmath.log(1 - second / count) / 2


def sketch(random: Random, _scale: Integer) -> Sample:
    """Draw random eigenvalues, and the slope of the log-determinant's shift by a quotient of differences."""
    spectrum, count = random_spectrum(random), Integer(random.randint(8, 25))

    def numbers(digits: int) -> dict[Basic, mpf]:
        values = solved(spectrum, digits, features=count, samples=oo)
        with mpmath.workdps(3 * digits + 20):
            modes = [mpf(value.numerator) / value.denominator for value in spectrum.values]
            step = mpf(10) ** -digits
            above, below = (
                _shift([mode + sign * step * mode**2 for mode in modes], mpf(int(count))) for sign in (1, -1)
            )
            return values | {shift: _shift(modes, mpf(int(count))), slope: (above - below) / (2 * step)}

    return sample(numbers, {N: count})
