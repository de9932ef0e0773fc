"""Whether more features than samples are ever needed."""

from __future__ import annotations

import math
from typing import Any

from sympy import Expr, Integer, Rational, cancel, together

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ..legs import (
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
)
from ..orderings import Inequality, numbers_ordered, quotient
from .optimal import spectra
from .regularized import (
    ALPHAS,
    DENOMINATOR,
    EQUIVALENT,
    LINEAR,
    SOURCE,
    N,
    T,
    alpha,
    best,
    derived,
    is_positive,
    optimal_risk,
    over,
    q,
    risk_parts,
    sigma2,
    spectrum,
)

#: What $(N,T)$ and $(T,N)$ differ in at one $\kappa$, for $N>T$ not negative.
EXCHANGE = sigma2 * (N - T) * q / DENOMINATOR


def exchange_symbolic(_: Context, exchange: Expr = EXCHANGE) -> Evidence:
    r"""Derive what the loss gains when $N>T$ are exchanged at one $\kappa$, that is at one $\gamma$."""
    risk = sum(risk_parts())
    swapped = risk.subs({N: T, T: N}, simultaneous=True)
    if not is_positive(exchange / (N - T)):
        raise ArithmeticError(f"the gain {exchange} is not seen to be positive for N > T")
    return symbolic_equality(
        [Identity(label="$L(N,T)-L(T,N)$", derived=cancel(together(risk - swapped)), claimed=exchange)],
        summary=r"loss of $N>T$ less that of the exchange, not negative, any spectrum, ridge and noise",
    )


def exchange_numeric(_: Context) -> Evidence:
    """Compare optimal losses of more features than samples with the exchange, with label noise."""
    inequalities = []
    for label, law, _features, samples in spectra():
        low, high = samples, 3 * samples
        for noise in (Rational(1, 50), Rational(1)):
            over_parameterized, exchanged = (
                numerics.optimal_ridge(law, features=f, samples=t, noise=noise, digits=40).point.excess
                for f, t in ((high, low), (low, high))
            )
            inequalities.append(
                Inequality(
                    label=f"{label}, noise {noise}: (N, T) = ({high:.3g}, {low:.3g}) against the exchange",
                    larger=over_parameterized,
                    smaller=exchanged,
                )
            )
    return numbers_ordered(inequalities, summary="optimal loss of N > T against that of the exchange")


def exchange_simulated(context: Context) -> Evidence:
    """Simulate more features than samples and the exchange, with label noise."""
    exponent, noise = Rational(1), Rational(1, 10)
    size = context.size(900)
    shapes = [(context.size(f), context.size(t)) for f, t in ((120, 40), (40, 120))]
    estimates = []
    for (features, samples), seed in zip(shapes, context.seed.spawn(2), strict=True):
        estimates.append(
            simulate_ridge(
                spectrum(exponent, size),
                features=features,
                samples=samples,
                ridge=best(exponent, features, samples, noise=noise, size=size, digits=15).ridge,
                noise=noise,
                replicates=context.replicates(80, thorough=1500),
                seed=seed,
                executor=context.executor,
            ).estimate("excess")
        )
    return simulation_ordered(
        context,
        [
            OrderedPair(
                label=f"(N, T) = {shapes[0]} against {shapes[1]}, M = {size}, noise 0.1",
                larger=estimates[0],
                smaller=estimates[1],
            )
        ],
        summary="optimal loss of N > T against that of the exchange",
    )


def fixed_samples_symbolic(_: Context) -> Evidence:
    """Compare the best ridgeless loss of N < T with that of infinitely many features."""
    return symbolic_equality(
        [
            Identity(
                label=r"least ridgeless loss at $N<T$ over that at $N=\infty$",
                derived=derived("double-descent", "ratio"),
                claimed=Integer(1),
            )
        ],
        summary=r"ridgeless, fixed $T$: the best of $N<T$ over $N=\infty$",
        witness={alpha: 1},
    )


def fixed_samples_numeric(_: Context) -> Evidence:
    """Evaluate the best ridgeless loss of N < T over that of infinitely many features."""
    samples = 10**12
    return numbers_agree(
        [
            Pair(
                label=f"alpha = {exponent}, T = 1e12, N = {ratio} T",
                measured=over(
                    numerics.solve_ridge(
                        spectrum(exponent), features=ratio * samples, samples=samples, digits=30
                    ).risk,
                    numerics.solve_ridge(
                        spectrum(exponent), features=math.inf, samples=samples, digits=30
                    ).risk,
                ),
                claimed=1,
            )
            for exponent in ALPHAS
            for ratio in (exponent / (1 + exponent),)
        ],
        summary=r"ridgeless, fixed $T$: the best of $N<T$ over $N=\infty$",
        tolerance=0.01,
    )


def regularized_samples_symbolic(_: Context, gain: Any = 1) -> Evidence:
    r"""Compare the optimal loss at $N=T$ with that of infinitely many features."""
    # Without noise no ridge is best at infinitely many features.
    plateau = derived("double-descent", "plateau")
    return symbolic_equality(
        [
            Identity(
                label=rf"$L^*(T,T)/L^*(\infty,T)$, $\alpha={exponent}$",
                derived=(optimal_risk(exponent, features=T) / plateau.subs(alpha, exponent)).simplify(),
                claimed=Integer(gain),
            )
            for exponent in ALPHAS
        ],
        summary=r"optimal ridge, fixed $T$: $N=T$ over $N=\infty$",
    )


def regularized_samples_numeric(_: Context) -> Evidence:
    """Evaluate the optimal loss at N = T over that of infinitely many features."""
    samples = 10**12
    return numbers_agree(
        [
            Pair(
                label=f"alpha = {exponent}, T = 1e12",
                measured=over(
                    best(exponent, samples, samples, digits=30).risk,
                    best(exponent, math.inf, samples, digits=30).risk,
                ),
                claimed=1,
            )
            for exponent in ALPHAS
        ],
        summary=r"optimal ridge, fixed $T$: $N=T$ over $N=\infty$",
        tolerance=0.01,
    )


def regularized_samples_simulated(context: Context) -> Evidence:
    """Simulate the optimal loss at N = T and at infinitely many features."""
    exponent = Rational(1)
    size, samples = context.size(900), context.size(60)
    estimates = []
    for features, seed in zip((samples, math.inf), context.seed.spawn(2), strict=True):
        estimates.append(
            simulate_ridge(
                spectrum(exponent, size),
                features=features,
                samples=samples,
                ridge=best(exponent, features, samples, size=size, digits=15).ridge,
                replicates=context.replicates(60, thorough=1000),
                seed=seed,
                executor=context.executor,
            ).estimate()
        )
    return simulation_agrees(
        context,
        [
            SimulatedPoint(
                label=f"L*(N = T) / L*(N = inf), T = {samples}, M = {size}, alpha = 1",
                estimate=quotient(*estimates),
                prediction=1.0,
                allowance=4 / samples,
            )
        ],
        summary=r"optimal ridge, fixed $T$: $N=T$ over $N=\infty$, against 1",
    )


CLAIM = Claim(
    id="maloney2022.overparameterization_not_needed",
    title="Overparameterization is not needed",
    statement=r"No model with $N>T$ has a smaller loss than every model with $N\le T$ of the same resources.",
    source=f"{SOURCE}, discussion of Eq. 6 (equiparameterization, not overparameterization)",
    assumptions=(LINEAR, EQUIVALENT),
    cases=(
        Case(
            regime="same product $NT$, any ridge, with or without label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=exchange_symbolic),
                Leg(kind=LegKind.NUMERIC, run=exchange_numeric),
                Leg(kind=LegKind.SIMULATION, run=exchange_simulated),
            ),
        ),
        Case(
            regime="same $T$, no ridge, no label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=fixed_samples_symbolic),
                Leg(kind=LegKind.NUMERIC, run=fixed_samples_numeric),
            ),
        ),
        Case(
            regime="same $T$, optimal ridge, no label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=regularized_samples_symbolic),
                Leg(kind=LegKind.NUMERIC, run=regularized_samples_numeric),
                Leg(kind=LegKind.SIMULATION, run=regularized_samples_simulated),
            ),
        ),
    ),
    note=(
        r"At the same product, exchanging $N>T$ at the same $\gamma$ changes the loss by "
        r"$-\frac C2\sigma_\epsilon^2(N-T)q/D\le0$. At the same $T$ more features always help, but by a "
        r"constant "
        r"factor only: from the best $N<T$ to $N=\infty$ by $(1+\alpha)^{1+\alpha}\alpha^{-\alpha}$ "
        r"without ridge, "
        r"from $N=T$ to $N=\infty$ by 2 at $\alpha=1$ with the optimal one."
    ),
)
