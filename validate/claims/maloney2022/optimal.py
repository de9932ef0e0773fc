"""The optimal ridge on any spectrum: its condition, its value and its loss, without and with label noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import mpmath
from sympy import Expr, Rational

from .... import numerics
from ....theory import laws
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import RidgeSimulation, simulate_ridge
from ..legs import (
    DIGITS,
    Identity,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    plain,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
    together_evidence,
)
from ..orderings import Inequality, numbers_ordered, paired
from .regularized import (
    EQUIVALENT,
    LINEAR,
    SOURCE,
    N,
    T,
    best,
    derived,
    kappa,
    q,
    s,
    sigma2,
    spectrum,
    z,
)

#: The two sides of the condition, the ridge and the risk at the optimum without label noise.
CONDITION = ((z - q) ** 3, (q - s) * (N - z) * (T - z))
RIDGE = kappa * (z - q) ** 3 / (q - s) / N
RISK = kappa * N * T / ((z - q) ** 2 / (q - s) + N + T - 2 * z)
#: The two sides of the condition with label noise.
NOISY_CONDITION = (
    kappa * N * ((q - s) * (N - z) * (T - z) - (z - q) ** 3),
    sigma2 * ((q - s) * (N - z) ** 2 + (z - q) ** 2 * (N - z) + (z - q) ** 3),
)

_SHIFT = Rational(1, 10**6)


def spectra() -> tuple[tuple[str, numerics.PowerLaw | numerics.Eigenvalues, int, int], ...]:
    """Return spectra of different kinds with features and samples for each."""
    geometric = [Rational(9, 10) ** k for k in range(200)]
    stairs = [1] * 10 + [Rational(1, 100)] * 90 + [Rational(1, 10**4)] * 400
    return (
        ("alpha = 3/10", spectrum(Rational(3, 10)), 10**6, 10**7),
        ("alpha = 1/2, M = 1e15", spectrum(Rational(1, 2), 10**15), 10**12, 10**12),
        ("alpha = 1", spectrum(Rational(1)), 10**9, 5 * 10**8),
        ("alpha = 2, M = 300", spectrum(Rational(2), 300), 200, 100),
        ("geometric, 200 eigenvalues", numerics.Eigenvalues(geometric), 40, 60),
        ("three steps, 500 eigenvalues", numerics.Eigenvalues(stairs), 50, 120),
    )


def _at_point(
    expression: Expr, point: numerics.RidgePoint, features: int, samples: int, noise: object
) -> mpmath.mpf:
    return evaluate(
        expression,
        {
            kappa: point.kappa,
            z: point.df1,
            q: point.df2,
            s: point.df3,
            N: features,
            T: samples,
            sigma2: noise,
        },
    )


def _minimum(
    labelled: list[tuple[str, numerics.PowerLaw | numerics.Eigenvalues, int, int, object]],
    claims: Mapping[str, tuple[Expr, Expr]],
    closed: Mapping[str, Expr],
) -> Evidence:
    """Find optima by numbers, see that they are minima of the risk, and put them into what is claimed."""
    pairs, inequalities = [], []
    for label, law, features, samples, noise in labelled:
        optimum = numerics.optimal_ridge(law, features=features, samples=samples, noise=noise, digits=DIGITS)
        values = {"ridge": optimum.ridge, "excess": optimum.point.excess}
        pairs += [
            Pair(
                label=f"{what}: {label}",
                measured=_at_point(left, optimum.point, features, samples, noise),
                claimed=_at_point(right, optimum.point, features, samples, noise),
            )
            for what, (left, right) in claims.items()
        ]
        pairs += [
            Pair(
                label=f"{what}: {label}",
                measured=values[what],
                claimed=_at_point(form, optimum.point, features, samples, noise),
            )
            for what, form in closed.items()
        ]
        for sign in (-1, 1):
            with mpmath.workdps(DIGITS):
                moved = optimum.ridge * (1 + sign * mpmath.mpf(_SHIFT.p) / _SHIFT.q)
            beside = numerics.solve_ridge(
                law, features=features, samples=samples, ridge=moved, noise=noise, digits=DIGITS
            )
            inequalities.append(
                Inequality(
                    label=f"risk at the ridge times 1 {'+' if sign > 0 else '-'} 1e-6: {label}",
                    larger=beside.excess,
                    smaller=optimum.point.excess,
                )
            )
    return together_evidence(
        numbers_agree(pairs, summary="formulas at the numerical minimum", tolerance=1e-40),
        numbers_ordered(inequalities, summary="risk beside the minimum against the risk there"),
    )


def condition_symbolic(
    _: Context,
    condition: tuple[Expr, Expr] = CONDITION,
    ridge: Expr = RIDGE,
    risk: Expr = RISK,
) -> Evidence:
    """Compare the derived stationarity condition, ridge and risk with the claimed ones."""
    law = laws.derive("optimal-ridge").results["condition"]
    return symbolic_equality(
        [
            Identity(
                label="condition",
                derived=plain(law.lhs - law.rhs),
                claimed=condition[0] - condition[1],
                equation=True,
            ),
            Identity(
                label=r"$\gamma^*M/(\sigma_u^2N)$", derived=derived("optimal-ridge", "ridge"), claimed=ridge
            ),
            Identity(label=r"$2ML^*/(C\sigma_w^2)$", derived=derived("optimal-ridge", "risk"), claimed=risk),
        ],
        summary="condition of the optimum, optimal ridge and its risk, any spectrum",
    )


def condition_numeric(
    _: Context,
    condition: tuple[Expr, Expr] = CONDITION,
    ridge: Expr = RIDGE,
    risk: Expr = RISK,
) -> Evidence:
    """Put numerical minima of the risk of several spectra into the formulas."""
    return _minimum(
        [(*case, 0) for case in spectra()], {"condition": condition}, {"ridge": ridge, "excess": risk}
    )


def condition_simulated(context: Context) -> Evidence:
    """Simulate the optimum and its neighbours over the same draws."""
    size, side = context.size(1000), context.size(60)
    return simulated_minimum(
        context, [(Rational(1), side, side, size, 0), (Rational(1), side, 3 * side, size, 0)]
    )


def noisy_symbolic(_: Context, condition: tuple[Expr, Expr] = NOISY_CONDITION) -> Evidence:
    """Compare the derived stationarity condition with label noise with the claimed one."""
    law = laws.derive("optimal-ridge-with-noise").results["condition"]
    return symbolic_equality(
        [
            Identity(
                label="condition",
                derived=plain(law.lhs - law.rhs),
                claimed=condition[0] - condition[1],
                equation=True,
            )
        ],
        summary="condition of the optimum with label noise, any spectrum",
    )


def noisy_numeric(_: Context, condition: tuple[Expr, Expr] = NOISY_CONDITION) -> Evidence:
    """Put numerical minima of the risk with label noise into the condition."""
    noises = (
        Rational(1, 10),
        Rational(1),
        Rational(1, 10**6),
        Rational(1, 1000),
        Rational(1, 50),
        Rational(3),
    )
    cases = [(*case, noise) for case, noise in zip(spectra(), noises, strict=True)]
    return _minimum(cases, {"condition": condition}, {})


def noisy_simulated(context: Context) -> Evidence:
    """Simulate the optimum with label noise and its neighbours over the same draws."""
    size, side = context.size(1000), context.size(60)
    noise = Rational(1, 50)
    return simulated_minimum(
        context, [(Rational(1), side, side, size, noise), (Rational(1), 3 * side, side, size, noise)]
    )


def simulated_minimum(context: Context, cases: list[tuple[Rational, int, int, int, object]]) -> Evidence:
    """Simulate optima and their neighbours at an eighth and eight times the ridge, over the same draws."""
    points, pairs = [], []
    for (exponent, features, samples, size, noise), seed in zip(
        cases, context.seed.spawn(len(cases)), strict=True
    ):
        law = spectrum(exponent, size)
        optimum = best(exponent, features, samples, noise=noise, size=size, digits=15)
        low, chosen, high = simulate_ridge(
            law,
            features=features,
            samples=samples,
            ridge=[optimum.ridge / 8, optimum.ridge, optimum.ridge * 8],
            noise=noise,
            replicates=context.replicates(60, thorough=1200),
            seed=seed,
            executor=context.executor,
        )
        label = f"alpha = {exponent}, N = {features}, T = {samples}, M = {size}"
        points += [
            SimulatedPoint(
                label=f"{label}, ridge {word}",
                estimate=simulated.estimate("excess"),
                prediction=float(
                    numerics.solve_ridge(
                        law, features=features, samples=samples, ridge=simulated.ridge, noise=noise
                    ).excess
                ),
                allowance=2 / min(features, samples),
            )
            for word, simulated in _named(low, chosen, high)
        ]
        pairs += [
            paired(f"{label}, ridge {word} against optimal", simulated.risk_draws, chosen.risk_draws)
            for word, simulated in (("/8", low), ("x8", high))
        ]
    half = halved(context)
    return together_evidence(
        simulation_agrees(half, points, summary="excess at and beside the optimal ridge"),
        simulation_ordered(half, pairs, summary="the risk is larger beside it, over the same draws"),
    )


def halved(context: Context) -> Context:
    """Return the context for each of two examinations that share the significance of a leg."""
    return replace(context, significance=context.significance / 2)


def _named(
    low: RidgeSimulation, chosen: RidgeSimulation, high: RidgeSimulation
) -> tuple[tuple[str, RidgeSimulation], ...]:
    return (("/8", low), ("optimal", chosen), ("x8", high))


CLAIMS = (
    Claim(
        id="maloney2022.optimal_ridge",
        title="Optimal ridge without label noise, any spectrum",
        statement=(
            r"The loss without label noise is smallest where $(z-q)^3=(q-s)(N-z)(T-z)$; there "
            r"$\gamma^*=\frac{\sigma_u^2}{M}\kappa\frac{(z-q)^3}{q-s}$ and "
            r"$L^*=\frac{C\sigma_w^2}{2M}\frac{\kappa NT}{(z-q)^2/(q-s)+N+T-2z}$."
        ),
        source=f"{SOURCE}, optimal regularization; the general form derived here",
        assumptions=(LINEAR, EQUIVALENT),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=condition_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=condition_numeric),
                    Leg(kind=LegKind.SIMULATION, run=condition_simulated),
                )
            ),
        ),
    ),
    Claim(
        id="maloney2022.optimal_ridge_with_noise",
        title="Optimal ridge with label noise, any spectrum",
        statement=(
            r"With label noise the loss is smallest where $\frac{\sigma_w^2}{M}\kappa "
            r"N[(q-s)(N-z)(T-z)-(z-q)^3]="
            r"\sigma_\epsilon^2[(q-s)(N-z)^2+(z-q)^2(N-z)+(z-q)^3]$."
        ),
        source=f"{SOURCE}, optimal regularization; the form with noise derived here",
        assumptions=(LINEAR, EQUIVALENT),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=noisy_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=noisy_numeric),
                    Leg(kind=LegKind.SIMULATION, run=noisy_simulated),
                )
            ),
        ),
    ),
)
