r"""Resources beyond the latent size: the plateau in the features, and the larger resource passing $M$."""

from __future__ import annotations

import math
from typing import Any

import mpmath
from sympy import Expr, Integer, Rational, cancel, simplify

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_ridge
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .regularized import (
    EQUIVALENT,
    LINEAR,
    SOURCE,
    M,
    N,
    T,
    best,
    derived,
    kappa,
    over,
    q,
    risk_parts,
    sigma2,
    spectrum,
    z,
)

_EXPONENTS = (Rational(1, 2), Rational(1), Rational(2))
_TINY = Rational(1, 10**60)
ZERO = Integer(0)
#: What does not change with the larger resource, at the $\kappa$ that the smaller one sets.
FEWER_FEATURES = N * kappa + sigma2
FEWER_SAMPLES = T * kappa


def plateau_symbolic(_: Context, slope: Expr = ZERO) -> Evidence:
    r"""Derive the slope in $N$ of the ridgeless loss beyond the latent size."""
    return symbolic_equality(
        [Identity(label=r"$\partial_NL$", derived=derived("breakdown", "risk").diff(N), claimed=slope)],
        summary=r"slope in $N$ of the loss for $N,T>M$ without ridge",
    )


def plateau_numeric(_: Context) -> Evidence:
    """Compare the excess of few and many features beyond the latent size with a vanishing ridge."""
    size = 1000
    return numbers_agree(
        [
            Pair(
                label=f"alpha = {exponent}, M = 1e3, T = {samples:.4g}: N = M + 1 over N = {features:.0e}",
                measured=over(
                    _excess(exponent, size, size + 1, samples), _excess(exponent, size, features, samples)
                ),
                claimed=1,
            )
            for exponent in _EXPONENTS
            for samples in (1100, 10**9)
            for features in (10**6, 10**15)
        ],
        summary=r"excess of features just above $M$ over that of many",
        tolerance=1e-20,
    )


def _excess(exponent: Rational, size: int, features: int, samples: int) -> mpmath.mpf:
    return numerics.solve_ridge(
        spectrum(exponent, size), features=features, samples=samples, ridge=_TINY, noise=1, digits=30
    ).excess


def plateau_simulated(context: Context) -> Evidence:
    """Simulate the excess at several numbers of features beyond the latent size."""
    size, noise = context.size(40), Rational(1, 100)
    samples = 3 * size
    points = []
    counts = (size + size // 4, 2 * size, 8 * size)
    for features, seed in zip(counts, context.seed.spawn(len(counts)), strict=True):
        simulated = simulate_ridge(
            spectrum(Rational(1), size),
            features=features,
            samples=samples,
            noise=noise,
            replicates=context.replicates(80, thorough=1500),
            seed=seed,
            executor=context.executor,
        )
        points.append(
            SimulatedPoint(
                label=f"N = {features}, T = {samples}, M = {size}",
                estimate=simulated.estimate("excess"),
                prediction=float(noise * size / Rational(samples - size)),
                allowance=2 / (samples - size),
            )
        )
    return simulation_agrees(
        context, points, summary="excess at three numbers of features over one value", resolution=0.1
    )


def regularized_symbolic(_: Context, slope: Expr = ZERO) -> Evidence:
    r"""Derive the slope in $N$ of the optimal loss: that at fixed $\kappa$, by stationarity."""
    _, variance = risk_parts()
    return symbolic_equality(
        [Identity(label=r"$\partial_NL_\epsilon$", derived=cancel(variance.diff(N)), claimed=slope)],
        summary=r"slope in $N$ of the noise part of the optimal loss",
        witness={N: 30, T: 40, z: 8, q: 7, sigma2: 1, M: 10},
    )


def regularized_numeric(_: Context) -> Evidence:
    """Compare the optimal excess of few and many features beyond the latent size."""
    size = 1000
    pairs = []
    for exponent in _EXPONENTS:
        for shape in (2, 100):
            few, many = (
                best(
                    exponent, features, shape * size, noise=Rational(1, 10**4), size=size, digits=20
                ).point.excess
                for features in (size + 1, math.inf)
            )
            pairs.append(
                Pair(
                    label=f"alpha = {exponent}, M = 1e3, T/M = {shape}, noise 1e-4: N = M + 1 over inf",
                    measured=over(few, many),
                    claimed=1,
                )
            )
    return numbers_agree(
        pairs,
        summary=r"optimal excess of features just above $M$ over that of infinitely many",
        tolerance=1e-3,
    )


def regularized_simulated(context: Context) -> Evidence:
    """Simulate the optimal excess just above the latent size and at infinitely many features."""
    exponent, noise = Rational(1), Rational(1, 100)
    size = context.size(40)
    samples = 2 * size
    points = []
    least = best(exponent, math.inf, samples, noise=noise, size=size, digits=15).point.excess
    features = size + 1
    simulated = simulate_ridge(
        spectrum(exponent, size),
        features=features,
        samples=samples,
        ridge=best(exponent, features, samples, noise=noise, size=size, digits=15).ridge,
        noise=noise,
        replicates=context.replicates(120, thorough=2000),
        seed=context.seed,
        executor=context.executor,
    )
    points.append(
        SimulatedPoint(
            label=f"N = {features} against N = inf, T = {samples}, M = {size}",
            estimate=simulated.estimate("excess"),
            prediction=float(least),
            allowance=2 / size,
        )
    )
    return simulation_agrees(
        context, points, summary="optimal excess just above the latent size, against infinity"
    )


def samples_symbolic(_: Context, constant: Expr = FEWER_FEATURES) -> Evidence:
    r"""Derive that the ridgeless loss of $N<T$ depends on $T$ by one factor, without $M$."""
    risk = derived("ridgeless-underparameterized", "risk")
    return symbolic_equality(
        [Identity(label=r"$(1-N/T)L$ for $N<M$", derived=simplify((1 - N / T) * risk), claimed=constant)],
        summary=r"$(1-N/T)L$ at any $T>N$, on both sides of $M$",
    )


def samples_numeric(_: Context) -> Evidence:
    """Compare the slope of the optimal loss in the samples on both sides of the latent size."""
    return _slopes(
        lambda exponent, size, other, noise: (
            best(exponent, size // 3, other, noise=noise, size=size, digits=40).point.excess
        ),
        "T",
    )


def features_numeric(_: Context) -> Evidence:
    """Compare the slope of the optimal loss in the features on both sides of the latent size."""
    return _slopes(
        lambda exponent, size, other, noise: (
            best(exponent, other, size // 3, noise=noise, size=size, digits=40).point.excess
        ),
        "N",
    )


def _slopes(excess: Any, resource: str) -> Evidence:
    size, step = 10**6, 10
    pairs = []
    for exponent in _EXPONENTS:
        for noise in (0, Rational(1, 10**4)):
            below, at_size, above = (
                excess(exponent, size, size + shift, noise) for shift in (-step, 0, step)
            )
            with mpmath.workdps(60):
                pairs.append(
                    Pair(
                        label=(
                            f"alpha = {exponent}, noise {noise}: slope above over below {resource} = M = 1e6"
                        ),
                        measured=(above - at_size) / (at_size - below),
                        claimed=1,
                    )
                )
    # A smooth function changes its slope over this step by a relative 2 * step/M or so.
    return numbers_agree(
        pairs, summary=f"slope of the optimal loss on both sides of {resource} = M", tolerance=1e-4
    )


def samples_simulated(context: Context) -> Evidence:
    """Simulate the ridgeless loss as the samples pass the latent size."""
    size = context.size(100)
    features = context.size(60)
    return _passing(
        context,
        size,
        [(features, samples) for samples in (context.size(85), size, 2 * size)],
        Rational(1, 1000),
    )


def features_symbolic(_: Context, constant: Expr = FEWER_SAMPLES) -> Evidence:
    r"""Derive that the noiseless ridgeless loss of $T<N$ depends on $N$ by one factor only."""
    bias = derived("ridgeless-overparameterized", "bias")
    return symbolic_equality(
        [Identity(label=r"$(1-T/N)L$ for $T<M$", derived=simplify((1 - T / N) * bias), claimed=constant)],
        summary=r"$(1-T/N)L$ at any $N>T$, on both sides of $M$, no label noise",
    )


def features_simulated(context: Context) -> Evidence:
    """Simulate the ridgeless loss as the features pass the latent size."""
    size = context.size(100)
    samples = context.size(60)
    return _passing(
        context, size, [(features, samples) for features in (context.size(85), size, 2 * size)], 0
    )


def _passing(context: Context, size: int, shapes: list[tuple[int, int]], noise: Any) -> Evidence:
    law = spectrum(Rational(1), size)
    points = []
    for (features, samples), seed in zip(shapes, context.seed.spawn(len(shapes)), strict=True):
        simulated = simulate_ridge(
            law,
            features=features,
            samples=samples,
            noise=noise,
            replicates=context.replicates(80, thorough=1500),
            seed=seed,
            executor=context.executor,
        )
        smaller = min(features, samples)
        # kappa is that of the smaller resource alone, which infinitely many of the larger one show.
        reference = numerics.solve_ridge(law, features=smaller, samples=math.inf)
        level = float(reference.kappa) * smaller + float(noise)
        points.append(
            SimulatedPoint(
                label=f"N = {features}, T = {samples}, M = {size}",
                estimate=simulated.estimate(),
                prediction=level / (1 - smaller / max(features, samples)),
                allowance=2 / smaller + 2 / (max(features, samples) - smaller - 1),
            )
        )
    return simulation_agrees(
        context, points, summary="loss as the larger resource passes M, over that without a trace of M"
    )


CLAIMS = (
    Claim(
        id="maloney2022.plateau_beyond_latent_size",
        title="Plateau in the features beyond the latent size",
        statement=r"For $N,T>M$ with label noise the loss does not depend on $N$.",
        source=f"{SOURCE}, section 4.1 (which plateau is meant in print is not known; formulas derived here)",
        assumptions=(LINEAR, EQUIVALENT),
        cases=(
            Case(
                regime="no ridge",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=plateau_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=plateau_numeric),
                    Leg(kind=LegKind.SIMULATION, run=plateau_simulated),
                ),
            ),
            Case(
                regime="optimal ridge",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=regularized_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=regularized_numeric),
                    Leg(kind=LegKind.SIMULATION, run=regularized_simulated),
                ),
            ),
        ),
        note=(
            r"With the optimal ridge the loss falls with $N$ for every $T$; the dependence vanishes for "
            r"$T\to\infty$, "
            r"where both tend to $\frac C2\sigma_\epsilon^2(1+M/T)$."
        ),
    ),
    Claim(
        id="maloney2022.larger_resource_beyond_latent_size",
        title="The larger resource beyond the latent size",
        statement=(
            r"While $\min(N,T)<M$, nothing happens to the loss as the larger of $N$ and $T$ passes $M$: "
            r"the laws of "
            r"$N,T<M$ go on."
        ),
        source=f"{SOURCE}, section 4.1 (the case is not spelled out there; derived here)",
        assumptions=(LINEAR, EQUIVALENT),
        cases=(
            Case(
                regime=r"$T$ passes $M$, $N<M$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=samples_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=samples_numeric),
                    Leg(kind=LegKind.SIMULATION, run=samples_simulated),
                ),
            ),
            Case(
                regime=r"$N$ passes $M$, $T<M$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=features_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=features_numeric),
                    Leg(kind=LegKind.SIMULATION, run=features_simulated),
                ),
            ),
        ),
        note=r"For linear features; nonlinear maps go on with the spectrum of the features, beyond $M$.",
    ),
)
