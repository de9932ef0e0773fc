"""The universal fall-off beyond the latent size with label noise, without ridge and with the optimal one."""

from __future__ import annotations

import math

import mpmath
from sympy import Expr, Integer, Rational

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    Pair,
    SimulatedPoint,
    approach_to_law,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
    together_evidence,
)
from .regularized import (
    EQUIVALENT,
    LINEAR,
    SOURCE,
    M,
    T,
    at,
    at_size,
    best,
    derived,
    power,
    sigma2,
    spectrum,
)

#: The excess beyond the latent size without ridge.
VARIANCE = sigma2 * M / (T - M)
#: What it tends to for many samples, and with the optimal ridge too.
FALL = sigma2 * M / T
_BEYOND = (LINEAR, EQUIVALENT, "$N,T>M$, linear features")
_EXPONENTS = (Rational(1, 2), Rational(1), Rational(2))
#: The ridge that stands for none where the numbers would take a short cut without one.
_TINY = Rational(1, 10**60)


def ridgeless_symbolic(_: Context, variance: Expr = VARIANCE, fall: Expr = FALL) -> Evidence:
    """Compare the derived loss with label noise beyond the latent size with the claimed one."""
    return symbolic_equality(
        [
            Identity(label="excess", derived=derived("breakdown", "variance"), claimed=variance),
            Identity(label="loss", derived=derived("breakdown", "risk"), claimed=variance + sigma2),
            Identity(label="leading term", derived=derived("breakdown", "leading"), claimed=fall),
            Identity(label=r"exponent in $T$", derived=derived("breakdown", "exponent"), claimed=Integer(-1)),
        ],
        summary=r"excess with label noise for $N,T>M$ without ridge, any spectrum",
        witness={M: 10, T: 30},
    )


def ridgeless_numeric(_: Context, fall: Expr = FALL) -> Evidence:
    """Follow the excess with a vanishing ridge to its law in the samples."""
    size = 1000
    points = [
        ApproachPoint(
            label=f"alpha = {exponent}, N = {features}",
            at=f"T = {power(decades)}, M = 1e3",
            measured=numerics.solve_ridge(
                spectrum(exponent, size),
                features=features,
                samples=10**decades,
                ridge=_TINY,
                noise=1,
                digits=DIGITS,
            ).excess,
            law=at(fall, exponent, size=size, samples=10**decades, noise=1),
            next_term=mpmath.mpf(size) / 10**decades,
        )
        for exponent in _EXPONENTS
        for features in (2 * size, 10**9, math.inf)
        for decades in (6, 9, 12)
    ]
    return approach_to_law(points, summary=r"excess over $\sigma^2M/T$ with a ridge of 1e-60", tolerance=1e-6)


def ridgeless_simulated(context: Context, variance: Expr = VARIANCE) -> Evidence:
    """Simulate the excess with label noise beyond the latent size, for two exponents."""
    size = context.size(40)
    noise = Rational(1, 100)
    shapes = [
        (exponent, features * size, samples * size)
        for exponent, features, samples in (
            (Rational(1, 2), 2, 2),
            (Rational(1, 2), 3, 8),
            (Rational(2), 8, 3),
            (Rational(2), 2, 8),
        )
    ]
    points = []
    for (exponent, features, samples), seed in zip(shapes, context.seed.spawn(len(shapes)), strict=True):
        simulated = simulate_ridge(
            spectrum(exponent, size),
            features=features,
            samples=samples,
            noise=noise,
            replicates=context.replicates(120, thorough=2000),
            seed=seed,
            executor=context.executor,
        )
        points.append(
            SimulatedPoint(
                label=f"alpha = {exponent}, N = {features}, T = {samples}, M = {size}",
                estimate=simulated.estimate("excess"),
                prediction=float(at(variance, exponent, size=size, samples=samples, noise=noise)),
                # The mean of an inverse Wishart matrix has T-M-1 in the place of T-M.
                allowance=2 / (samples - size),
            )
        )
    return simulation_agrees(context, points, summary=r"excess over $\sigma^2M/(T-M)$", resolution=0.1)


def optimal_symbolic(_: Context, fall: Expr = FALL) -> Evidence:
    """Compare the derived excess with the optimal ridge with the claimed one."""
    law = "breakdown-with-optimal-ridge"
    return symbolic_equality(
        [
            Identity(label="excess", derived=derived(law, "leading"), claimed=fall),
            Identity(label=r"exponent in $T$", derived=derived(law, "exponent"), claimed=Integer(-1)),
        ],
        summary=r"excess with label noise for $T\gg M$ with the optimal ridge, $N=\infty$",
    )


def optimal_numeric(_: Context, fall: Expr = FALL) -> Evidence:
    """Follow the excess with the optimal ridge to its law, at infinite and at finite features."""
    size = 100
    following = derived("breakdown-with-optimal-ridge", "next") / T**2
    points = [
        ApproachPoint(
            label=f"alpha = {exponent}, N = inf",
            at=f"T = {power(decades)}, M = 1e2",
            # The optimal ridge is the label noise at infinitely many features.
            measured=numerics.solve_ridge(
                spectrum(exponent, size),
                features=math.inf,
                samples=10**decades,
                ridge=1,
                noise=1,
                digits=DIGITS,
            ).excess,
            law=at(fall, exponent, size=size, samples=10**decades, noise=1),
            next_term=at_size((following / FALL).subs({T: 10**decades, sigma2: 1}), exponent, size),
        )
        for exponent in _EXPONENTS
        for decades in (8, 12, 16)
    ]
    finite = [
        Pair(
            label=f"alpha = {exponent}, N = {features}, T = 1e15, M = 1e2",
            measured=best(exponent, features, 10**15, noise=1, size=size, digits=20).point.excess,
            claimed=at(fall, exponent, size=size, samples=10**15, noise=1),
        )
        for exponent in _EXPONENTS
        for features in (2 * size, 10**4)
    ]
    return together_evidence(
        approach_to_law(points, summary=r"excess over $\sigma^2M/T$ with the optimal ridge", tolerance=1e-3),
        # The next term is of relative order M^(1+alpha)/T.
        numbers_agree(finite, summary=r"the same at finite $N$", tolerance=1e-8),
    )


def optimal_simulated(context: Context) -> Evidence:
    """Simulate the excess with the optimal ridge beyond the latent size."""
    size = context.size(60)
    noise = Rational(1, 100)
    points = []
    shapes = (
        (Rational(1, 2), math.inf, 4 * size),
        (Rational(1, 2), 2 * size, 8 * size),
        (Rational(2), 2 * size, 4 * size),
    )
    for (exponent, features, samples), seed in zip(shapes, context.seed.spawn(len(shapes)), strict=True):
        optimum = best(exponent, features, samples, noise=noise, size=size, digits=15)
        simulated = simulate_ridge(
            spectrum(exponent, size),
            features=features,
            samples=samples,
            ridge=optimum.ridge,
            noise=noise,
            replicates=context.replicates(80, thorough=1500),
            seed=seed,
            executor=context.executor,
        )
        points.append(
            SimulatedPoint(
                label=f"alpha = {exponent}, N = {features}, T = {samples}, M = {size}",
                estimate=simulated.estimate("excess"),
                prediction=float(optimum.point.excess),
                allowance=2 / size,
            )
        )
    return simulation_agrees(context, points, summary="excess with the optimal ridge beyond the latent size")


CLAIMS = (
    Claim(
        id="maloney2022.breakdown_with_noise",
        title="Breakdown with label noise: a universal fall-off",
        statement=(
            r"With label noise and without ridge, for $N,T>M$, $L=\frac "
            r"C2\sigma_\epsilon^2\frac{T}{T-M}$: the excess "
            r"falls as $M\sigma_\epsilon^2/T$ for every $\alpha$."
        ),
        source=f"{SOURCE}, section 4.1, Eq. 186 (constant derived here)",
        assumptions=_BEYOND,
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=ridgeless_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=ridgeless_numeric),
                    Leg(kind=LegKind.SIMULATION, run=ridgeless_simulated),
                )
            ),
        ),
        note=r"At finite size the mean is exactly $\frac C2\sigma_\epsilon^2\frac{T-1}{T-M-1}$.",
    ),
    Claim(
        id="maloney2022.breakdown_with_noise_and_ridge",
        title="Breakdown with label noise and the optimal ridge",
        statement=(
            r"With label noise and the optimal ridge the excess falls as $\frac C2M\sigma_\epsilon^2/T$ "
            r"for $T\gg M$, "
            r"$N>M$, for every $\alpha$."
        ),
        source=f"{SOURCE}, section 4.1, Eq. 188 (constant derived here)",
        assumptions=_BEYOND,
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=optimal_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=optimal_numeric),
                    Leg(kind=LegKind.SIMULATION, run=optimal_simulated),
                )
            ),
        ),
        note=(
            r"The constant is that without ridge: beyond $T\sim\sigma_\epsilon^2\sum_k\lambda_k^{-1}/M$ "
            r"regularization "
            r"changes the next order only."
        ),
    ),
)
