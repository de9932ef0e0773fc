r"""Random points in the domains of the laws.

Every sampler draws its parameters first and then lets a scale $s$ make one variable large ($s$) or small
($1/s$); optima are searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any

import mpmath
from mpmath import mpf
from sympy import Basic, Expr, Integer, Rational, Symbol, oo

from ... import numerics
from ..spot_check import Numbers, Sample, Sampler
from .sample_numbers import (
    M,
    N,
    Spectrum,
    T,
    a,
    delta,
    kappa,
    log_slope,
    mpf_at,
    mpf_of,
    sigma2,
    solved,
    traces,
    z,
)


def decimal(random: Random, low: str, high: str) -> Rational:
    """Draw a number with two decimals between two others."""
    ends = [int(100 * Rational(end)) for end in (low, high)]
    return Rational(random.randint(*ends), 100)


def draw_decay(random: Random) -> Rational:
    """Draw $a>1$, not next to an integer, where some coefficients vanish."""
    return random.randint(1, 2) + decimal(random, "0.25", "0.8")


def sample(
    numbers: Callable[[int], dict[Basic, mpf]],
    drawn: Mapping[Expr, Expr],
    limit: tuple[Expr, Expr] | None = None,
) -> Sample:
    """Build a sample whose numbers are computed once for each number of digits."""
    return Sample(drawn=drawn, limit=limit, numbers=cache(numbers))


def random_spectrum(random: Random) -> numerics.Eigenvalues:
    """Draw some thirty eigenvalues that follow no law."""
    values = sorted((decimal(random, "0.01", "9.99") for _ in range(random.randint(30, 36))), reverse=True)
    return numerics.Eigenvalues(values)


def draw_sizes(random: Random) -> tuple[Integer, Integer]:
    """Draw different numbers of features and samples below the size of a random spectrum."""
    features, samples = random.sample(range(8, 26), 2)
    return Integer(features), Integer(samples)


def any_spectrum(
    extend: Callable[[Spectrum, dict[Basic, mpf], dict[str, Any], int], Numbers] | None = None,
    *,
    noisy: bool = True,
    best: bool = False,
    kernel: bool = False,
) -> Sampler:
    """Return a sampler of random eigenvalues, at any ridge or at the best one.

    Parameters
    ----------
    extend :
        computes further numbers from spectrum, numbers, resources and digits.
    noisy :
        whether there is label noise.
    best :
        whether the ridge is the best one.
    kernel :
        whether the features are infinitely many.
    """

    def draw(random: Random, _scale: Integer) -> Sample:
        spectrum = random_spectrum(random)
        features, samples = draw_sizes(random)
        noise = decimal(random, "0.1", "2") if noisy else Integer(0)
        ridge = decimal(random, "0.1", "5")
        resources: dict[str, Any] = {"features": oo if kernel else features, "samples": samples}
        resources |= {"noise": noise}

        def numbers(digits: int) -> dict[Basic, mpf]:
            values = solved(spectrum, digits, ridge=ridge, best=best, **resources)
            return values if extend is None else {**values, **extend(spectrum, values, resources, digits)}

        drawn: dict[Expr, Expr] = {} if kernel else {N: features}
        drawn |= {T: samples} | ({} if best else {delta: ridge}) | ({sigma2: noise} if noisy else {})
        return sample(numbers, drawn)

    return draw


def small_kappa(random: Random, scale: Integer) -> Sample:
    r"""Draw a power law with infinitely many eigenvalues, and a small $\kappa$."""
    exponent = draw_decay(random)
    return sample(
        lambda digits: (
            {kappa: mpf_at(1 / scale, digits)} | traces(numerics.PowerLaw(exponent), 1 / scale, digits)
        ),
        {a: exponent},
        (kappa, 1 / scale),
    )


def power_law(
    *,
    features: Callable[[Rational, Integer], Expr] = lambda share, scale: share * scale,
    samples: Callable[[Rational, Integer], Expr] = lambda _share, scale: scale,
    size: Callable[[Integer], Expr] = lambda _scale: oo,
    limit: Symbol = T,
    decay: Rational | None = None,
    noisy: bool = True,
    best: bool = False,
    extend: Callable[[Spectrum, dict[Basic, mpf], dict[str, Any], int], Numbers] | None = None,
) -> Sampler:
    """Return a sampler of power laws without ridge, or with the best one, whose resources grow together.

    Parameters
    ----------
    features, samples :
        the resources, from a random share between 0.2 and 0.8 and the scale.
    size :
        the number of eigenvalues.
    limit :
        the one that is shown.
    decay :
        $a$; drawn if not given.
    noisy :
        whether there is label noise.
    best :
        whether the ridge is the best one.
    extend :
        as for `any_spectrum`.
    """

    def draw(random: Random, scale: Integer) -> Sample:
        exponent = draw_decay(random) if decay is None else decay
        share = decimal(random, "0.2", "0.8")
        noise = decimal(random, "0.1", "2") if noisy else Integer(0)
        n, t, m = features(share, scale), samples(share, scale), size(scale)
        resources = {"features": n, "samples": t, "noise": noise}
        spectrum = numerics.PowerLaw(exponent, size=float("inf") if m == oo else m)

        def numbers(digits: int) -> dict[Basic, mpf]:
            values = solved(spectrum, digits, best=best, **resources)
            return values if extend is None else {**values, **extend(spectrum, values, resources, digits)}

        drawn: dict[Expr, Expr] = {a: exponent} | ({sigma2: noise} if noisy else {})
        sizes = {N: n, T: t, M: m}
        large = sizes.pop(limit)
        for symbol, amount in sizes.items():
            if amount != oo:
                drawn |= relation_to(symbol, amount, limit, large)
        return sample(numbers, drawn, (limit, large))

    return draw


def relation_to(symbol: Symbol, amount: Expr, other: Symbol, large: Expr) -> dict[Expr, Expr]:
    """Return how a size is drawn: as a multiple of another, or as a power of it."""
    if not amount.is_Integer or amount / large < 1000:
        return {symbol / other: amount / large}
    for power in (Rational(3, 2), Integer(2)):
        if amount == large**power:
            return {symbol / other**power: Integer(1)}
    return {symbol: amount}


def fewer_features(**options: Any) -> Sampler:
    """Return a sampler with fewer features than samples."""
    return power_law(**options)


def more_features(**options: Any) -> Sampler:
    """Return a sampler with more features than samples."""
    return power_law(features=lambda share, scale: scale / share, **options)


def any_ridge(random: Random, scale: Integer) -> Sample:
    """Draw a power law, resources that grow together, and a ridge that lets z keep its share of them."""
    exponent, share = draw_decay(random), decimal(random, "0.3", "0.9")
    power = decimal(random, "0.5", "2")
    # of the order of the ridge at which z is comparable with the resources, rounded to three digits
    strength = rounded(mpf_at(power, 15) * mpf_at(scale, 15) ** (1 - mpf_at(exponent, 15)))
    resources = {"features": share * scale, "samples": scale, "noise": Integer(0)}
    return sample(
        lambda digits: solved(numerics.PowerLaw(exponent), digits, ridge=strength, **resources),
        {a: exponent, N / T: share},
        (T, scale),
    )


def rounded(value: mpf) -> Rational:
    """Return a positive number rounded to three digits, exactly."""
    return Rational(mpmath.nstr(value, 3))


def near_size(random: Random, scale: Integer) -> Sample:
    r"""Draw a finite power law and a number of features just below its size, $M-N=1/s$."""
    exponent, size = draw_decay(random), Integer(random.randint(30, 90))
    resources = {"features": size - 1 / scale, "samples": 2 * size}
    gap = Symbol("g", positive=True)
    return sample(
        lambda digits: (
            solved(numerics.PowerLaw(exponent, size=size), digits, **resources)
            | {gap: mpf_at(1 / scale, digits)}
        ),
        {a: exponent, M: size},
        (M - N, 1 / scale),
    )


def large_size(random: Random, scale: Integer) -> Sample:
    """Draw a power law of a large finite size."""
    exponent = draw_decay(random)
    return sample(
        lambda digits: traces(numerics.PowerLaw(exponent, size=scale), 1, digits), {a: exponent}, (M, scale)
    )


def beyond_size(random: Random, scale: Integer) -> Sample:
    r"""Draw a small power law, more features and samples than eigenvalues, and the ridge $1/s$."""
    exponent, size = draw_decay(random), Integer(random.randint(5, 15))
    noise = decimal(random, "0.1", "2")
    features, samples = (size + random.randint(3, 20) for _ in range(2))
    resources = {"features": features, "samples": samples, "noise": noise}
    return sample(
        lambda digits: solved(numerics.PowerLaw(exponent, size=size), digits, ridge=1 / scale, **resources),
        {a: exponent, M: size, N: features, T: samples, sigma2: noise},
        (delta, 1 / scale),
    )


def fixed_size(*, kernel: bool) -> Sampler:
    """Return a sampler of a small power law and many samples: the best ridge and a kernel, or no ridge."""

    def draw(random: Random, scale: Integer) -> Sample:
        exponent, size = draw_decay(random), Integer(random.randint(5, 15))
        noise = decimal(random, "0.1", "2")
        features = oo if kernel else size + random.randint(3, 20)
        resources = {"features": features, "samples": scale, "noise": noise}
        return sample(
            lambda digits: solved(numerics.PowerLaw(exponent, size=size), digits, best=kernel, **resources),
            {a: exponent, M: size, sigma2: noise} | ({} if kernel else {N: features}),
            (T, scale),
        )

    return draw


def threshold(random: Random, scale: Integer) -> Sample:
    r"""Draw random eigenvalues, as many features as samples, and the ridge $1/s$."""
    spectrum, count = random_spectrum(random), Integer(random.randint(8, 25))
    noise = decimal(random, "0.1", "2")
    resources = {"features": count, "samples": count, "noise": noise}
    gap = Symbol("y", positive=True)

    def numbers(digits: int) -> dict[Basic, mpf]:
        values = solved(spectrum, digits, ridge=1 / scale, **resources)
        with mpmath.workdps(digits + 10):
            return values | {gap: values[N] - values[z]}

    return sample(numbers, {N: count, sigma2: noise}, (delta, 1 / scale))


def lowest_risk(random: Random, scale: Integer) -> Sample:
    """Draw a power law, and search the number of features at which its ridgeless risk is least."""
    exponent = draw_decay(random)
    spectrum = numerics.PowerLaw(exponent)

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 10):
            large, power = mpf_of(scale), mpf_of(exponent)
            place = large * (power - 1) / power
            # Newton's iteration with the curvature at the start gains the digits of the scale every time
            curvature = 1 / (large - place) ** 2 + (power - 1) / place**2
            for _ in range(digits + 10):
                step = log_slope(spectrum, place, scale, digits) / curvature
                place -= step
                if abs(step) < abs(place) * mpf(10) ** (3 - digits):
                    break
            return {N: place, T: large, a: power}

    return sample(numbers, {a: exponent}, (T, scale))
