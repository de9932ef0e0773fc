"""Where regularization matters: around the peak, and with label noise everywhere above it."""

from __future__ import annotations

from typing import Any

import mpmath
from sympy import Integer, Rational, Symbol, series, simplify

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import RidgeSimulation, simulate_ridge
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    Pair,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from ..orderings import quotient
from .regularized import (
    EQUIVALENT,
    LINEAR,
    POWER_LAW_LIMIT,
    SOURCE,
    N,
    T,
    best,
    derived,
    optimal_risk,
    over,
    power,
    rho,
    spectrum,
)

_LAW = "optimal-ridge-power-law"
_RATIO = Symbol("x", positive=True)


def away_symbolic(_: Context) -> Evidence:
    """Compare the first two terms of the loss for many features, without and with the optimal ridge."""
    kappa_t = derived("ridgeless-overparameterized", "bias")
    ridgeless = (kappa_t / kappa_t.subs(1 / N, 0)).subs(T, _RATIO * N)
    first = series(simplify(ridgeless), _RATIO, 0, 2).removeO().subs(_RATIO, T / N)
    return symbolic_equality(
        [Identity(label=r"$L/L_{N=\infty}$ to first order", derived=derived(_LAW, "wide"), claimed=first)],
        summary=r"optimal (derived) and ridgeless (claimed) loss for $N\gg T$ to first order",
    )


def away_numeric(_: Context) -> Evidence:
    r"""Compare ridgeless and optimal loss away from the peak: they differ by a term in $(T/N)^2$."""
    samples = 10**12
    points = []
    for exponent in (Rational(1, 2), Rational(1), Rational(2)):
        second = _second_order(exponent)
        for decades in (1, 2, 3, 4):
            features = samples * 10**decades
            without = numerics.solve_ridge(
                spectrum(exponent), features=features, samples=samples, digits=DIGITS
            ).risk
            points.append(
                ApproachPoint(
                    label=f"alpha = {exponent}, T = 1e12",
                    at=f"N/T = {power(decades)}",
                    measured=over(without, best(exponent, features, samples).risk),
                    law=mpmath.mpf(1),
                    next_term=second / mpmath.mpf(10) ** (2 * decades),
                )
            )
    return approach_to_law(
        points,
        summary=r"ridgeless over optimal loss, less 1, over its term in $(T/N)^2$",
        # The next power of T/N is 1e-4 here, and finite size adds some 1/T over (T/N)^2.
        tolerance=1e-2,
    )


def _second_order(exponent: Any) -> mpmath.mpf:
    """Return the coefficient of (T/N)^2 in the ridgeless over the optimal loss, from the closed forms."""
    relative = optimal_risk(exponent, features=1 / _RATIO).subs(T, 1).subs(rho, 1)
    expanded = series(1 / (1 - _RATIO) / simplify(relative), _RATIO, 0, 3).removeO()
    return evaluate(expanded.coeff(_RATIO, 2), {})


def away_simulated(context: Context) -> Evidence:
    """Simulate ridgeless and optimal loss far from the peak and near it."""
    size, samples = context.size(900), context.size(60)
    points = []
    shapes = ((6 * samples, "far"), (samples + samples // 4, "near"))
    for (features, word), seed in zip(shapes, context.seed.spawn(2), strict=True):
        without, regularized = _without_and_with(context, features, samples, size, 0, seed)
        predicted = [
            float(point.excess)
            for point in (
                numerics.solve_ridge(
                    spectrum(Rational(1), size), features=features, samples=samples, ridge=ridge
                )
                for ridge in (without.ridge, regularized.ridge)
            )
        ]
        points.append(
            SimulatedPoint(
                label=f"ridgeless over optimal loss, {word}: N = {features}, T = {samples}, M = {size}",
                estimate=quotient(without.estimate("excess"), regularized.estimate("excess")),
                prediction=predicted[0] / predicted[1],
                # Without a ridge the exact factor has |T-N|-1 in the place of |T-N|.
                allowance=2 / (abs(features - samples) - 1) + 2 / samples,
            )
        )
    return simulation_agrees(context, points, summary="ridgeless over optimal loss")


def _without_and_with(
    context: Context, features: int, samples: int, size: int, noise: Any, seed: Any
) -> tuple[RidgeSimulation, RidgeSimulation]:
    exponent = Rational(1)
    ridge = best(exponent, features, samples, noise=noise, size=size, digits=15).ridge
    without, regularized = simulate_ridge(
        spectrum(exponent, size),
        features=features,
        samples=samples,
        ridge=[0, ridge],
        noise=noise,
        replicates=context.replicates(60, thorough=1000),
        seed=seed,
        executor=context.executor,
    )
    return without, regularized


def noisy_symbolic(_: Context) -> Evidence:
    r"""Derive the limits $N\to\infty$, then $T\to\infty$, of the excess with label noise."""
    without = derived("ridgeless-overparameterized", "noise_factor_power_law").subs(1 / N, 0) - 1
    exponent = derived("noisy-kernel-rate", "exponent")
    if not exponent.is_negative:
        raise ArithmeticError(f"the optimal excess does not vanish for many samples: exponent {exponent}")
    return symbolic_equality(
        [
            Identity(
                label=r"excess over $\sigma^2$ for $N\to\infty$, $T\to\infty$, without ridge against optimal",
                derived=without,
                claimed=Integer(0),
            )
        ],
        summary=r"limit of the excess with label noise",
    )


def noisy_numeric(_: Context) -> Evidence:
    """Compare ridgeless and optimal excess with label noise far from the peak."""
    pairs = []
    for exponent in (Rational(1, 2), Rational(1), Rational(2)):
        for samples in (10**6, 10**12):
            arguments: dict[str, Any] = {
                "features": 10**4 * samples,
                "samples": samples,
                "noise": 1,
                "digits": 30,
            }
            without = numerics.solve_ridge(spectrum(exponent), **arguments).excess
            optimal = numerics.optimal_ridge(spectrum(exponent), **arguments).point.excess
            pairs.append(
                Pair(
                    label=f"alpha = {exponent}, T = {samples:.0e}, N = 1e4 T, noise 1",
                    measured=without / optimal,
                    claimed=1,
                )
            )
    return numbers_agree(
        pairs, summary=r"ridgeless over optimal excess with label noise at $N=10^4T$", tolerance=0.01
    )


def noisy_simulated(context: Context) -> Evidence:
    """Simulate ridgeless and optimal excess with label noise far from the peak."""
    size, samples = context.size(900), context.size(60)
    features = 6 * samples
    without, regularized = _without_and_with(context, features, samples, size, Rational(1, 10), context.seed)
    return simulation_agrees(
        context,
        [
            SimulatedPoint(
                label=f"ridgeless over optimal excess, N = {features}, T = {samples}, M = {size}, noise 0.1",
                estimate=quotient(without.estimate("excess"), regularized.estimate("excess")),
                prediction=1.0,
                allowance=samples / features,
            )
        ],
        summary="ridgeless over optimal excess with label noise, against 1",
    )


CLAIM = Claim(
    id="maloney2022.regularization_matters_near_the_peak",
    title="Regularization matters only around the peak",
    statement=r"Far from $N=T$ the loss without ridge is that with the optimal ridge.",
    source=f"{SOURCE}, discussion of double descent",
    assumptions=(POWER_LAW_LIMIT, LINEAR, EQUIVALENT),
    cases=(
        Case(
            regime="no label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=away_symbolic),
                Leg(kind=LegKind.NUMERIC, run=away_numeric),
                Leg(kind=LegKind.SIMULATION, run=away_simulated),
            ),
        ),
        Case(
            regime=r"label noise, $N\gg T$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noisy_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noisy_numeric),
                Leg(kind=LegKind.SIMULATION, run=noisy_simulated),
            ),
        ),
    ),
    note=(
        r"Without noise the two differ by a relative $O((T/N)^2)$. With noise and without ridge the "
        r"excess tends "
        r"to $\alpha\sigma_\epsilon^2$ for $N\gg T\to\infty$, with the optimal ridge to 0 as "
        r"$T^{-\alpha/(1+\alpha)}$."
    ),
)
