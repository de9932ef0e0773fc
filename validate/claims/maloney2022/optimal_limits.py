"""Limits of the optimal ridge: where it is a constant, and how the plateau in the features is reached."""

from __future__ import annotations

import math

import mpmath
from sympy import Expr, Integer, Rational, Symbol, diff, log, pi, simplify

from ....theory import laws, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ..legs import (
    ApproachPoint,
    Identity,
    Pair,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
)
from ..orderings import paired, quotient
from .regularized import (
    ALPHAS,
    EQUIVALENT,
    LINEAR,
    POWER_LAW_LIMIT,
    SOURCE,
    N,
    T,
    alpha,
    best,
    derived,
    over,
    perfect_roots,
    power,
    rho,
    spectrum,
    times,
    z,
)

#: $\gamma^*M/(\sigma_u^2\lambda_+)$, which is $\delta^*N$.
CONSTANT_RIDGE = pi**2 / 4
#: $L^*$ over its limit for $N\to\infty$ at fixed $T$.
WIDE = 1 + T / N

_LAW = "optimal-ridge-power-law"
_RATIO = Symbol("x", positive=True)


def constant_symbolic(_: Context, ridge: Expr = CONSTANT_RIDGE) -> Evidence:
    """Compare the derived optimal ridge at alpha = 1 with the constant."""
    ((_, value),) = laws.derive(_LAW).constants.items()
    numbers = {rho: value.subs(symbols.decay, 2), alpha: Integer(1)}
    return symbolic_equality(
        [
            Identity(
                label=r"$\gamma^*M/(\sigma_u^2\lambda_+)$ at $\alpha=1$",
                derived=(derived(_LAW, "ridge") * N).subs(numbers),
                claimed=ridge,
            )
        ],
        summary=r"optimal ridge at $\alpha=1$",
    )


def constant_numeric(_: Context, ridge: Expr = CONSTANT_RIDGE) -> Evidence:
    """Compare the finite-size optimum at alpha = 1 with the constant, over sizes and shapes."""
    # At decay 2 the traces are hyperbolic functions: beyond the constant there are only terms exp(-4N).
    return numbers_agree(
        [
            Pair(
                label=f"N = {features}, T = {shape} N",
                measured=times(best(Integer(1), features, shape * features, digits=30).ridge, features),
                claimed=ridge,
            )
            for shape in (Rational(1, 10), 1, 4, 100)
            for features in (10**3, 10**6, 10**12)
        ],
        summary=r"optimal ridge at $\alpha=1$ over sizes from 1e3 to 1e12",
        tolerance=1e-25,
    )


def constant_simulated(context: Context, ridge: Expr = CONSTANT_RIDGE) -> Evidence:
    """See by simulation that one ridge is better than its neighbours at several sizes."""
    size, side = context.size(1000), context.size(60)
    pairs = []
    shapes = ((side, side), (side, 3 * side), (side // 2, side // 2))
    for (features, samples), seed in zip(shapes, context.seed.spawn(len(shapes)), strict=True):
        centre = evaluate(ridge, {}) / features
        low, chosen, high = simulate_ridge(
            spectrum(Integer(1), size),
            features=features,
            samples=samples,
            ridge=[centre / 5, centre, 5 * centre],
            replicates=context.replicates(60, thorough=1000),
            seed=seed,
            executor=context.executor,
        )
        pairs += [
            paired(
                f"N = {features}, T = {samples}, M = {size}: ridge {word} against the constant",
                simulated.risk_draws,
                chosen.risk_draws,
            )
            for word, simulated in (("/5", low), ("x5", high))
        ]
    return simulation_ordered(context, pairs, summary=r"the constant ridge is better than its neighbours")


def varying_symbolic(_: Context) -> Evidence:
    """Derive how the optimal ridge changes along N = T away from alpha = 1."""
    level = perfect_roots(derived(_LAW, "df1").subs(T, N))
    ridge = derived(_LAW, "ridge") * N
    exponent = simplify(N * diff(log(ridge.subs(z, level)), N))
    return symbolic_equality(
        [
            Identity(
                label=rf"$d\log\gamma^*/d\log N$ along $N=T$, $\alpha={value}$",
                derived=exponent.subs(alpha, value),
                claimed=Integer(0),
            )
            for value in (Rational(1, 2), Integer(2))
        ],
        summary=r"exponent of the optimal ridge in $N=T$, $1-\alpha$, against none",
    )


def varying_numeric(_: Context) -> Evidence:
    """Compare optimal ridges a factor of 1e6 apart in size."""
    pairs = []
    for exponent in (Rational(3, 10), Rational(1, 2), Rational(2)):
        small, large = (best(exponent, side, side, digits=30).ridge for side in (10**6, 10**12))
        growth = over(times(large, 10**6), small)
        pairs.append(Pair(label=f"gamma*(1e12)/gamma*(1e6), alpha = {exponent}", measured=growth, claimed=1))
    return numbers_agree(pairs, summary="optimal ridge a factor of 1e6 apart in size", tolerance=1e-4)


def wide_symbolic(_: Context, wide: Expr = WIDE) -> Evidence:
    """Compare the derived expansion of the optimal loss for many features with the claimed one."""
    return symbolic_equality(
        [Identity(label=r"$L^*/L^*_{N=\infty}$", derived=derived(_LAW, "wide"), claimed=wide)],
        summary=r"first two terms of the optimal loss for $N\gg T$, every $\alpha$",
    )


def wide_numeric(_: Context, wide: Expr = WIDE) -> Evidence:
    """Follow the optimal loss to its plateau as features are added at fixed samples."""
    points = []
    for exponent in ALPHAS:
        for decades in (2, 4, 6):
            # The samples grow along, since finite samples change the coefficient by some 1/T.
            samples = 10 ** (3 + 2 * decades)
            features = samples * 10**decades
            points.append(
                ApproachPoint(
                    label=f"alpha = {exponent}",
                    at=f"N/T = {power(decades)}, T = {power(3 + 2 * decades)}",
                    measured=over(
                        best(exponent, features, samples).risk, best(exponent, math.inf, samples).risk
                    ),
                    law=mpmath.mpf(1),
                    next_term=evaluate(wide - 1, {N: features, T: samples, alpha: exponent}),
                )
            )
    return approach_to_law(
        points, summary=r"loss above the plateau, over $T/N$", tolerance=1e-4, refuted=1e-2
    )


def wide_simulated(context: Context) -> Evidence:
    """Simulate the loss at finite and at infinite features, both with their optimal ridge."""
    size, samples = context.size(900), context.size(60)
    exponent = Rational(1)
    replicates = context.replicates(120, thorough=2000)
    simulated, predicted = [], []
    for features, seed in zip((3 * samples, math.inf), context.seed.spawn(2), strict=True):
        optimum = best(exponent, features, samples, size=size, digits=15)
        simulated.append(
            simulate_ridge(
                spectrum(exponent, size),
                features=features,
                samples=samples,
                ridge=optimum.ridge,
                replicates=replicates,
                seed=seed,
                executor=context.executor,
            ).estimate()
        )
        predicted.append(float(optimum.risk))
    return simulation_agrees(
        context,
        [
            SimulatedPoint(
                label=f"L*(N = {3 * samples}) / L*(N = inf), T = {samples}, M = {size}, alpha = 1",
                estimate=quotient(*simulated),
                prediction=predicted[0] / predicted[1],
                allowance=2 / samples,
            )
        ],
        summary="optimal loss at three times as many features as samples over the plateau",
        resolution=0.1,
    )


CLAIMS = (
    Claim(
        id="maloney2022.constant_optimal_ridge",
        title="An optimal ridge independent of features and samples",
        statement=(
            r"The optimal ridge is $\gamma^*=\frac{\pi^2}{4}\frac{\sigma_u^2\lambda_+}{M}$, whatever $N$ "
            r"and $T$."
        ),
        source=f"{SOURCE}, optimal regularization; the constant derived here",
        assumptions=(POWER_LAW_LIMIT, LINEAR, EQUIVALENT, "no label noise"),
        cases=(
            Case(
                regime=r"$\alpha=1$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=constant_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=constant_numeric),
                    Leg(kind=LegKind.SIMULATION, run=constant_simulated),
                ),
            ),
            Case(
                regime=r"$\alpha\ne1$, a constant of its own for each $\alpha$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=varying_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=varying_numeric),
                ),
            ),
        ),
        note=(
            r"In general $\gamma^*\propto z^{*\,1-\alpha}$: it grows with the size for $\alpha<1$ and "
            r"falls for "
            r"$\alpha>1$. At $\alpha=1$, $M=\infty$ the constant is right up to exponentially small terms."
        ),
    ),
    Claim(
        id="maloney2022.plateau_with_optimal_ridge",
        title="The plateau in the features with the optimal ridge",
        statement=(
            r"At fixed $T$ and optimal ridge the loss falls to a plateau, $L^*\to "
            r"L^*_{N=\infty}\,(1+T/N)$ for "
            r"$N\gg T$, for every $\alpha$."
        ),
        source=f"{SOURCE}, Eq. 1 (the plateau); the approach to it derived here",
        assumptions=(POWER_LAW_LIMIT, LINEAR, EQUIVALENT, "no label noise, optimal ridge at each $N$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=wide_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=wide_numeric),
                    Leg(kind=LegKind.SIMULATION, run=wide_simulated),
                )
            ),
        ),
        note=r"The phenomenological form has $1+\alpha T/N$ in its place, which agrees at $\alpha=1$.",
    ),
)
