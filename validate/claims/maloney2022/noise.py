r"""What label noise changes: the best split of $NT$, and the exponent."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import mpmath
from sympy import Expr, Integer, Rational, cancel, lambdify, log, powsimp, simplify, together
from sympy import symbols as new_symbols

from .... import numerics
from ....theory import PowerLaw, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ..legs import (
    ApproachPoint,
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    approach_to_law,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
    together_evidence,
)
from ..orderings import Inequality, numbers_ordered
from .optimal import halved
from .regularized import (
    EQUIVALENT,
    LINEAR,
    POWER_LAW_LIMIT,
    SOURCE,
    N,
    T,
    alpha,
    at,
    best,
    derived,
    kappa,
    kappa_at,
    least_excess,
    local_slope,
    power,
    q,
    rho,
    risk_parts,
    sigma2,
    spectrum,
    z,
)

#: $-(T\partial_T-N\partial_N)L$ where $N=T$: what is gained by more samples and fewer features.
SLOPE = sigma2 * N * q / (N**2 - 2 * N * q + 2 * q * z - z**2)
#: Exponents in $NT$ of the features of the best split and of its excess.
SPLIT_EXPONENT = 1 / (2 + alpha)
EXCESS_EXPONENT = -alpha / (2 + alpha)
#: Exponent in the samples at infinitely many features, and the law.
RATE_EXPONENT = -alpha / (1 + alpha)
RATE = rho * sigma2 ** (alpha / (1 + alpha)) * T**RATE_EXPONENT

_EXPONENTS = (Rational(1, 2), Rational(1), Rational(2))


def moved_symbolic(
    _: Context,
    slope: Expr = SLOPE,
    split_exponent: Expr = SPLIT_EXPONENT,
    excess_exponent: Expr = EXCESS_EXPONENT,
) -> Evidence:
    r"""Derive the slope at $N=T$, and the balance of bias and variance for $T\gg N$ on a power law."""
    bias, variance = risk_parts()
    risk = bias + variance
    found = -cancel(together((T * risk.diff(T) - N * risk.diff(N)).subs(T, N)))
    # For T >> N the bias no longer depends on T, and the variance is proportional to 1/T.
    product, share = new_symbols("p c", positive=True)
    ratio = derived("degrees-of-freedom-power-law", "df2")
    in_bias = bias.limit(T, math.inf).subs(q, ratio).subs(kappa, kappa_at(z)).subs(z, share * N)
    in_variance = (variance * T).limit(T, math.inf).subs(q, ratio).subs(z, share * N) * N / product
    falling, rising = (simplify(N * log(part).diff(N)) for part in (in_bias, in_variance))
    in_product = simplify(product * log(in_variance).diff(product))
    # N^falling = N^rising p^in_product at the optimum.
    exponent = simplify(-in_product / (rising - falling))
    return symbolic_equality(
        [
            Identity(label=r"$-(T\partial_T-N\partial_N)L$ at $N=T$", derived=found, claimed=slope),
            Identity(label=r"exponent of $N$ in $NT$", derived=exponent, claimed=split_exponent),
            Identity(
                label=r"exponent of the excess in $NT$",
                derived=simplify(falling * exponent),
                claimed=excess_exponent,
            ),
        ],
        summary=r"slope of the optimal loss at the equal split, and exponents of the best one",
        witness={N: 10, z: 3, q: 2},
    )


def moved_numeric(
    _: Context, split_exponent: Expr = SPLIT_EXPONENT, excess_exponent: Expr = EXCESS_EXPONENT
) -> Evidence:
    """Find best splits of large products with label noise of order one."""
    inequalities, slopes = [], []
    for exponent in _EXPONENTS:
        found = {decades: best_split(exponent, decades, Integer(1)) for decades in (24, 32)}
        for decades, (features, samples, _) in found.items():
            inequalities.append(
                Inequality(
                    label=f"alpha = {exponent}, NT = {power(decades)}: best T against best N",
                    larger=samples,
                    smaller=features,
                )
            )
        for what, index, claimed in (("N", 0, split_exponent), ("excess", 2, excess_exponent)):
            slopes.append(
                Pair(
                    label=f"exponent of the best {what} in NT, 1e24 to 1e32, alpha = {exponent}",
                    measured=mpmath.log(found[32][index] / found[24][index]) / (8 * mpmath.log(10)),
                    claimed=claimed.subs(alpha, exponent),
                )
            )
    for noise in (Rational(1, 10**4), Rational(1, 10)):
        features, samples, _ = best_split(Rational(1), 6, noise)
        inequalities.append(
            Inequality(
                label=f"alpha = 1, NT = 1e6, noise {noise}: best T against best N",
                larger=samples,
                smaller=features,
            )
        )
    return together_evidence(
        numbers_ordered(inequalities, summary="best samples against best features", margin=1e-6),
        # Corrections are of relative order N/T, 1e-4 at most at these products.
        numbers_agree(slopes, summary="exponents of the best split", tolerance=1e-4),
    )


def best_split(exponent: Any, decades: int, noise: Rational) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """Return features, samples and excess of the best split of a product, with the optimal ridge.

    The optimal risk is stationary in kappa, so that its slope along splits is that at fixed kappa; the slope
    changes its sign once.
    """
    bias, variance = risk_parts()
    risk = bias + variance
    slope = lambdify((N, T, kappa, z, q, sigma2), T * risk.diff(T) - N * risk.diff(N), modules="mpmath")

    def solve(tilt: float) -> tuple[mpmath.mpf, mpmath.mpf, numerics.RidgePoint]:
        features, samples = (mpmath.mpf(10) ** (decades / 2 + sign * tilt) for sign in (-1, 1))
        return features, samples, best(exponent, features, samples, noise=noise, digits=40).point

    def steepness(tilt: float) -> tuple[float, tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]]:
        features, samples, point = solve(tilt)
        with mpmath.workdps(60):
            steep = slope(features, samples, point.kappa, point.df1, point.df2, mpmath.mpf(noise.p) / noise.q)
            return float(steep / point.excess), (features, samples, point.excess)

    low, high = 0.0, 0.3 * decades
    at_low, at_high = steepness(low)[0], steepness(high)[0]
    if not at_low < 0 < at_high:
        raise ArithmeticError(f"no best split between the ends, where the slopes are {at_low} and {at_high}")
    side = 0
    for _ in range(60):
        tilt = (low * at_high - high * at_low) / (at_high - at_low)
        steep, found = steepness(tilt)
        if abs(steep) < 1e-8:
            return found
        # The weight of an end that stays twice is halved (Illinois), so that both ends close in.
        if steep < 0:
            low, at_low, at_high = tilt, steep, at_high / 2 if side < 0 else at_high
        else:
            high, at_high, at_low = tilt, steep, at_low / 2 if side > 0 else at_low
        side = -1 if steep < 0 else 1
    raise ArithmeticError(f"no best split found between {low} and {high} decades")


def moved_simulated(context: Context) -> Evidence:
    """Simulate three splits of one product with label noise, each with its optimal ridge."""
    exponent, noise = Rational(1), Rational(1, 5)
    size = context.size(900)
    shapes = [(context.size(f), context.size(t)) for f, t in ((60, 60), (30, 120), (120, 30))]
    points, estimates = [], []
    for (features, samples), seed in zip(shapes, context.seed.spawn(len(shapes)), strict=True):
        optimum = best(exponent, features, samples, noise=noise, size=size, digits=15)
        estimates.append(
            simulate_ridge(
                spectrum(exponent, size),
                features=features,
                samples=samples,
                ridge=optimum.ridge,
                noise=noise,
                replicates=context.replicates(80, thorough=1500),
                seed=seed,
                executor=context.executor,
            ).estimate("excess")
        )
        points.append(
            SimulatedPoint(
                label=f"N = {features}, T = {samples}, M = {size}, alpha = 1, noise 0.2",
                estimate=estimates[-1],
                prediction=float(optimum.point.excess),
                allowance=2 / min(features, samples),
            )
        )
    half = halved(context)
    return together_evidence(
        simulation_agrees(half, points, summary="optimal excess of three splits"),
        simulation_ordered(
            half,
            [
                OrderedPair(label="N = T against T = 4N", larger=estimates[0], smaller=estimates[1]),
                OrderedPair(label="N = 4T against N = T", larger=estimates[2], smaller=estimates[0]),
            ],
            summary="more samples are better",
        ),
    )


def rate_symbolic(_: Context, rate: Expr = RATE, exponent: Expr = RATE_EXPONENT) -> Evidence:
    """Compare optimal ridge, excess and rate of infinitely many features with the claimed ones."""
    law = "noisy-kernel-rate"
    return symbolic_equality(
        [
            Identity(label=r"$\gamma^*M/(\sigma_u^2N)$", derived=derived(law, "ridge"), claimed=sigma2),
            Identity(label="excess", derived=derived(law, "excess"), claimed=sigma2 * z / (T - z)),
            Identity(label="rate", derived=powsimp(derived(law, "rate")), claimed=rate),
            Identity(label=r"exponent in $T$", derived=derived(law, "exponent"), claimed=exponent),
        ],
        summary=r"optimal ridge, excess and rate with label noise, $N=\infty$",
        witness={T: 10, z: 3},
    )


def next_terms_of_rate() -> Expr:
    r"""Return the relative corrections of the rate.

    Beyond its leading term $\kappa(T-z)=\sigma^2$ gives $\kappa=(\sigma^2/T)(1+z/T)$. With $z=z_0+z_1$ from
    the expansion of the engine, the excess $\kappa z$ changes by $z_1/z_0$ and with $\kappa$ in $\kappa z_0$.
    """
    where = (symbols.decay > 1,)
    first, second, *_ = PowerLaw().df(1, kappa).small_kappa(order=2, where=where).terms
    power_of_kappa = simplify(kappa * log(kappa * first).diff(kappa))
    corrections = second / first + power_of_kappa * first / T
    return corrections.subs(symbols.decay, 1 + alpha).subs(kappa, sigma2 / T)


def rate_numeric(_: Context, rate: Expr = RATE, exponent: Expr = RATE_EXPONENT) -> Evidence:
    """Follow the excess to its rate, and see the exponent at as many features as samples."""
    following = next_terms_of_rate()
    points = [
        ApproachPoint(
            label=f"alpha = {value}, noise {noise}",
            at=f"T = {power(decades)}",
            measured=numerics.solve_ridge(
                spectrum(value), features=math.inf, samples=10**decades, ridge=noise, noise=noise, digits=50
            ).excess,
            law=at(rate, value, samples=10**decades, noise=noise),
            next_term=at(following, value, samples=10**decades, noise=noise),
        )
        for value, noise in (
            (Rational(1, 2), Rational(1)),
            (Rational(1), Rational(1, 100)),
            (Rational(2), Rational(3)),
        )
        for decades in (6, 12, 18, 24)
    ]
    slopes = [
        Pair(
            label=f"slope at N = T = 1e30, alpha = {value}, noise 1",
            measured=local_slope(partial(least_excess, value, noise=1), 10**29, 10**31),
            claimed=exponent.subs(alpha, value),
        )
        for value in _EXPONENTS
    ]
    return together_evidence(
        approach_to_law(points, summary=r"excess at $N=\infty$ over its rate", tolerance=1e-3),
        # The correction is of relative order z/T, 1e-10 for alpha = 1/2.
        numbers_agree(slopes, summary="exponent at $N=T$", tolerance=1e-6),
    )


def rate_simulated(context: Context) -> Evidence:
    """Simulate the excess with label noise at infinitely many features, and its slope."""
    value, noise = Rational(1), Rational(1, 10)
    size = context.size(500)
    points = []
    counts = [context.size(samples) for samples in (50, 100, 200)]
    for samples, seed in zip(counts, context.seed.spawn(len(counts)), strict=True):
        simulated = simulate_ridge(
            spectrum(value, size),
            features="inf",
            samples=samples,
            ridge=noise,
            noise=noise,
            replicates=context.replicates(60, thorough=1000),
            seed=seed,
            executor=context.executor,
        )
        prediction = best(value, math.inf, samples, noise=noise, size=size, digits=15).point.excess
        points.append(
            SimulatedPoint(
                label=f"N = inf, T = {samples}, M = {size}, alpha = 1, noise 0.1, ridge 0.1",
                estimate=simulated.estimate("excess"),
                prediction=float(prediction),
                allowance=2 / samples,
            )
        )
    return simulation_agrees(
        context, points, summary=r"excess at the claimed optimal ridge, against the least predicted one"
    )


CLAIMS = (
    Claim(
        id="maloney2022.noise_moves_the_optimum",
        title="Label noise moves the best split to more samples",
        statement=(
            r"With label noise and optimal ridge the best split of $NT$ has $T>N$; for $NT\to\infty$ at "
            r"fixed noise "
            r"$N\sim(NT)^{1/(2+\alpha)}$, that is $N\sim T^{1/(1+\alpha)}$, and the excess falls as "
            r"$(NT)^{-\alpha/(2+\alpha)}$."
        ),
        source=f"derived for this project; the noiseless statement is Eq. 6 of {SOURCE}",
        assumptions=(POWER_LAW_LIMIT, LINEAR, EQUIVALENT, "the compute is proportional to $NT$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=moved_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=moved_numeric),
                    Leg(kind=LegKind.SIMULATION, run=moved_simulated),
                )
            ),
        ),
        note=r"Without noise the exponents are $N\sim(NT)^{1/2}$ and $(NT)^{-\alpha/2}$.",
    ),
    Claim(
        id="maloney2022.noise_changes_the_exponent",
        title="Label noise changes the exponent",
        statement=(
            r"With label noise and $N=\infty$ the optimal ridge is "
            r"$\gamma^*=N\sigma_u^2\sigma_\epsilon^2/\sigma_w^2$, "
            r"the excess loss $\frac C2\sigma_\epsilon^2\frac z{T-z}\simeq\frac C2\sigma_\epsilon^2\rho"
            r""
            r"\left(\frac{\lambda_+\sigma_w^2}{M\sigma_\epsilon^2}\right)^{1/(1+\alpha)}"
            r"T^{-\alpha/(1+\alpha)}$: "
            r"the exponent is $\alpha/(1+\alpha)$ instead of $\alpha$."
        ),
        source=f"derived for this project; the noiseless exponent is that of {SOURCE}",
        assumptions=(POWER_LAW_LIMIT, LINEAR, EQUIVALENT, r"$1\ll z\ll T$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=rate_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=rate_numeric),
                    Leg(kind=LegKind.SIMULATION, run=rate_simulated),
                )
            ),
        ),
        note=(
            r"The rate is reached slowly: the next terms are of relative order $T^{-\alpha/(1+\alpha)}$ "
            r"and $T^{-1/(1+\alpha)}$."
        ),
    ),
)
