"""Double descent as an artefact of missing regularization."""

from __future__ import annotations

from sympy import Expr, Rational, cancel

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ...statistics import Estimate
from ..legs import (
    Identity,
    OrderedPair,
    SimulatedPoint,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
    together_evidence,
)
from ..orderings import Inequality, numbers_ordered
from .optimal import halved, spectra
from .regularized import (
    ALPHAS,
    DENOMINATOR,
    EQUIVALENT,
    LINEAR,
    SOURCE,
    N,
    T,
    best,
    derived,
    is_positive,
    kappa,
    q,
    risk_parts,
    sigma2,
    spectrum,
    z,
)

#: $-\partial_N$ of bias and variance at one $\kappa$; not negative since $0<q<z<\min(N,T)$.
BIAS_GAIN = kappa * T * (z - q) * (q * (T - z) + z * (z - q)) / DENOMINATOR**2
VARIANCE_GAIN = sigma2 * T * (z - q) ** 2 / DENOMINATOR**2

#: Features over samples across the peak.
_SWEEP = tuple(Rational(value, 100) for value in (10, 50, 90, 99, 101, 110, 200, 1000))


def monotone_symbolic(
    _: Context, bias_gain: Expr = BIAS_GAIN, variance_gain: Expr = VARIANCE_GAIN
) -> Evidence:
    r"""Derive how the optimal loss changes with $N$: its slope is that at fixed $\kappa$, by stationarity."""
    bias, variance = risk_parts()
    for name, gain in (("bias", bias_gain), ("variance", variance_gain)):
        if not is_positive(gain):
            raise ArithmeticError(f"the gain {gain} of the {name} is not seen to be positive")
    return symbolic_equality(
        [
            Identity(label=r"$-\partial_N L_w$", derived=cancel(-bias.diff(N)), claimed=bias_gain),
            Identity(
                label=r"$-\partial_N L_\epsilon$", derived=cancel(-variance.diff(N)), claimed=variance_gain
            ),
        ],
        summary=r"slope of the optimal loss in $N$, negative for every spectrum, sample size and noise",
    )


def monotone_numeric(_: Context) -> Evidence:
    """Sweep the features through the peak with the optimal ridge, with and without noise."""
    inequalities = []
    for (label, law, _features, samples), noise in zip(spectra(), (0, Rational(1, 50)) * 3, strict=True):
        excess = [
            numerics.optimal_ridge(
                law, features=ratio * samples, samples=samples, noise=noise, digits=30
            ).point.excess
            for ratio in _SWEEP
        ]
        inequalities += [
            Inequality(
                label=f"{label}, T = {samples:.3g}, noise {noise}: N/T = {low} against {high}",
                larger=left,
                smaller=right,
            )
            for low, high, left, right in zip(_SWEEP, _SWEEP[1:], excess, excess[1:], strict=False)
        ]
    return numbers_ordered(inequalities, summary="optimal loss with fewer features against more")


def monotone_simulated(context: Context) -> Evidence:
    """Simulate the optimally regularised loss through the peak."""
    points, estimates = _sweep(context, ridgeless=False)
    half = halved(context)
    return together_evidence(
        simulation_agrees(half, points, summary="optimal loss through the peak"),
        simulation_ordered(half, _falling(points, estimates), summary="it falls with every step"),
    )


def ridgeless_symbolic(_: Context, minimum: Expr = T) -> Evidence:
    r"""Derive where the ridgeless loss of $N<T$ is stationary; a falling loss nowhere is."""
    found = derived("double-descent", "minimum")
    return symbolic_equality(
        [Identity(label=r"where $\partial_NL=0$ for $N<T$", derived=found, claimed=minimum)],
        summary=r"the ridgeless loss falls up to $N=T$ (claimed); it has its minimum before (derived)",
        witness={T: 100},
    )


def ridgeless_numeric(_: Context) -> Evidence:
    """Sweep the features through the peak without ridge."""
    inequalities = []
    samples = 10**9
    for exponent in ALPHAS:
        loss = [
            numerics.solve_ridge(
                spectrum(exponent), features=ratio * samples, samples=samples, digits=30
            ).risk
            for ratio in _SWEEP
        ]
        inequalities += [
            Inequality(label=f"alpha = {exponent}: N/T = {low} against {high}", larger=left, smaller=right)
            for low, high, left, right in zip(_SWEEP, _SWEEP[1:], loss, loss[1:], strict=False)
        ]
    return numbers_ordered(inequalities, summary="ridgeless loss with fewer features against more")


def ridgeless_simulated(context: Context) -> Evidence:
    """Simulate the ridgeless loss through the peak."""
    points, estimates = _sweep(context, ridgeless=True)
    return simulation_ordered(
        context, _falling(points, estimates), summary="the ridgeless loss falls with every step"
    )


def _sweep(context: Context, *, ridgeless: bool) -> tuple[list[SimulatedPoint], list[Estimate]]:
    exponent = Rational(1)
    size, samples = context.size(900), context.size(60)
    law = spectrum(exponent, size)
    points, estimates = [], []
    counts = [context.size(value) for value in (30, 52, 68, 120)]
    for features, seed in zip(counts, context.seed.spawn(len(counts)), strict=True):
        ridge = 0 if ridgeless else best(exponent, features, samples, size=size, digits=15).ridge
        simulated = simulate_ridge(
            law,
            features=features,
            samples=samples,
            ridge=ridge,
            replicates=context.replicates(80, thorough=1500),
            seed=seed,
            executor=context.executor,
        )
        estimates.append(simulated.estimate())
        points.append(
            SimulatedPoint(
                label=f"N = {features}, T = {samples}, M = {size}, alpha = 1",
                estimate=estimates[-1],
                prediction=float(
                    numerics.solve_ridge(law, features=features, samples=samples, ridge=ridge).risk
                ),
                allowance=2 / min(features, samples),
            )
        )
    return points, estimates


def _falling(points: list[SimulatedPoint], estimates: list[Estimate]) -> list[OrderedPair]:
    return [
        OrderedPair(label=f"{low.label} against {high.label}", larger=left, smaller=right)
        for low, high, left, right in zip(points, points[1:], estimates, estimates[1:], strict=False)
    ]


CLAIM = Claim(
    id="maloney2022.no_double_descent",
    title="Double descent is an artefact of the ridgeless limit",
    statement=r"At fixed $T$ the loss falls monotonically with $N$, through $N=T$.",
    source=f"{SOURCE}, discussion of double descent (proof for any spectrum derived here)",
    assumptions=(LINEAR, EQUIVALENT),
    cases=(
        Case(
            regime="optimal ridge at each $N$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=monotone_symbolic),
                Leg(kind=LegKind.NUMERIC, run=monotone_numeric),
                Leg(kind=LegKind.SIMULATION, run=monotone_simulated),
            ),
        ),
        Case(
            regime="no ridge",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=ridgeless_symbolic),
                Leg(kind=LegKind.NUMERIC, run=ridgeless_numeric),
                Leg(kind=LegKind.SIMULATION, run=ridgeless_simulated),
            ),
        ),
    ),
    note=(
        r"With the optimal ridge $\partial_NL^*<0$ for every spectrum, $T$ and label noise. Without ridge "
        r"the loss "
        r"rises from $N=\alpha T/(1+\alpha)$ to infinity at $N=T$."
    ),
)
