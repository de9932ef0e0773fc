r"""Equal numbers of features and samples as the best split of $NT$."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
from sympy import Expr, Integer, Rational, Symbol, cancel, log, simplify, solve, together
from sympy import symbols as new_symbols

from .... import numerics
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import RidgeSimulation, simulate_ridge
from ..legs import (
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
    together_evidence,
)
from ..orderings import Inequality, numbers_ordered
from .optimal import halved, spectra
from .regularized import (
    ALPHAS,
    EQUIVALENT,
    LINEAR,
    SOURCE,
    N,
    T,
    alpha,
    best,
    derived,
    kappa,
    kappa_at,
    least_excess,
    local_slope,
    q,
    risk_parts,
    sigma2,
    spectrum,
    z,
)

_n, _t = new_symbols("n t", positive=True)
#: $1/R$ at $N=T=nt$ less $1/R$ at $N=n^2$, $T=t^2$, at one $\kappa$; not negative since $0<q<z$.
GAIN = q * (_n - _t) ** 2 / (kappa * _n**2 * _t**2 * (z - q))
#: Exponent of the optimal loss in the product $NT$ along $N=T$.
EXPONENT = -alpha / 2
#: $N/T$ of the best split.
SPLIT = Rational(1)

#: Factors by which features grow and samples shrink; the splits are their squares.
_FACTORS = (Rational(101, 100), Rational(3, 2), Rational(10))


def optimal_symbolic(_: Context, gain: Expr = GAIN, exponent: Expr = EXPONENT) -> Evidence:
    """Derive what an equal split gains at one kappa, and the exponent along it."""
    bias, _ = risk_parts()
    equal = bias.subs({N: _n * _t, T: _n * _t}, simultaneous=True)
    split = bias.subs({N: _n**2, T: _t**2}, simultaneous=True)
    positive = Symbol("c", positive=True)
    if not gain.subs(z, q + positive).is_nonnegative:
        raise ArithmeticError(f"the gain {gain} is not seen to be positive for 0 < q < z")
    return symbolic_equality(
        [
            Identity(
                label=r"$1/R(nt,nt)-1/R(n^2,t^2)$",
                derived=cancel(together(1 / equal - 1 / split)),
                claimed=gain,
            ),
            Identity(
                label=r"exponent in $NT$",
                derived=derived("equiparameterization", "exponent"),
                claimed=exponent,
            ),
        ],
        summary=r"gain of the equal split at given $\kappa$ (not negative), any spectrum, and exponent",
        witness={z: 5, q: 2},
    )


def optimal_numeric(_: Context) -> Evidence:
    """Compare splits of one product on spectra of different kinds, and follow the loss along N = T."""
    inequalities = []
    for label, law, features, samples in spectra():
        side = min(features, samples)
        equal = _optimum(law, side, side)
        for factor in _FACTORS:
            for more in (factor, 1 / factor):
                inequalities.append(
                    Inequality(
                        label=f"{label}, NT = {side:.3g}^2: N/T = {more**2} against 1",
                        larger=_optimum(law, side * more, side / more),
                        smaller=equal,
                    )
                )
    slopes = [
        Pair(
            label=f"d log L* / d log NT at NT = 1e24, alpha = {exponent}",
            measured=local_slope(partial(least_excess, exponent), 10**11, 10**13) / 2,
            claimed=-exponent / 2,
        )
        for exponent in ALPHAS
    ]
    return together_evidence(
        numbers_ordered(inequalities, summary="optimal loss of other splits against the equal one"),
        numbers_agree(slopes, summary="exponent along the equal split", tolerance=1e-9),
    )


def _optimum(law: Any, features: Any, samples: Any, noise: Any = 0) -> mpmath.mpf:
    return numerics.optimal_ridge(
        law, features=features, samples=samples, noise=noise, digits=40
    ).point.excess


def optimal_simulated(context: Context) -> Evidence:
    """Simulate three splits of one product with their optimal ridges."""
    size = context.size(1200)
    shapes = [(context.size(f), context.size(t)) for f, t in ((60, 60), (36, 100), (100, 36))]
    points, found = _simulated(context, shapes, size, noise=0, ridgeless=False)
    half = halved(context)
    pairs = [
        OrderedPair(label=f"N = {f}, T = {t} against equal", larger=other, smaller=found[0])
        for (f, t), other in zip(shapes[1:], found[1:], strict=True)
    ]
    return together_evidence(
        simulation_agrees(half, points, summary="optimal loss of three splits"),
        simulation_ordered(half, pairs, summary="unequal splits are worse"),
    )


def _simulated(
    context: Context, shapes: list[tuple[int, int]], size: int, *, noise: Any, ridgeless: bool
) -> tuple[list[SimulatedPoint], list[Any]]:
    exponent = Rational(1)
    law = spectrum(exponent, size)
    points, estimates = [], []
    for (features, samples), seed in zip(shapes, context.seed.spawn(len(shapes)), strict=True):
        ridge = 0 if ridgeless else best(exponent, features, samples, noise=noise, size=size, digits=15).ridge
        simulated: RidgeSimulation = simulate_ridge(
            law,
            features=features,
            samples=samples,
            ridge=ridge,
            noise=noise,
            replicates=context.replicates(80, thorough=1500),
            seed=seed,
            executor=context.executor,
        )
        point = numerics.solve_ridge(law, features=features, samples=samples, ridge=ridge, noise=noise)
        estimates.append(simulated.estimate("excess"))
        points.append(
            SimulatedPoint(
                label=f"alpha = 1, N = {features}, T = {samples}, M = {size}",
                estimate=estimates[-1],
                prediction=float(point.excess),
                allowance=2 / min(features, samples),
            )
        )
    return points, estimates


def ridgeless_symbolic(_: Context, split: Expr = SPLIT) -> Evidence:
    """Derive the best split of one product without ridge, on the side N < T."""
    product, ratio = new_symbols("p x", positive=True)
    risk = derived("ridgeless-underparameterized", "risk").subs(sigma2, 0).subs(kappa, kappa_at(N))
    along = risk.subs({N: (product * ratio) ** Rational(1, 2), T: (product / ratio) ** Rational(1, 2)})
    slope = simplify(ratio * log(along).diff(ratio))
    (found,) = solve(together(slope).as_numer_denom()[0], ratio)
    return symbolic_equality(
        [Identity(label="$N/T$ of the best split without ridge, $N<T$", derived=found, claimed=split)],
        summary="best split without ridge",
    )


def ridgeless_numeric(_: Context) -> Evidence:
    """Compare a nearly equal split with a very unequal one, without ridge."""
    side = 10**10
    inequalities = []
    for exponent in ALPHAS:
        law = spectrum(exponent)

        def loss(factor: Rational, law: Any = law) -> mpmath.mpf:
            return numerics.solve_ridge(law, features=side * factor, samples=side / factor, digits=30).risk

        inequalities.append(
            Inequality(
                label=f"alpha = {exponent}, NT = 1e20: N/T = 1/4 against (100/101)^2",
                larger=loss(Rational(1, 2)),
                smaller=loss(Rational(100, 101)),
            )
        )
    return numbers_ordered(inequalities, summary="loss of a split of 1 to 4 against a nearly equal one")


def ridgeless_simulated(context: Context) -> Evidence:
    """Simulate a nearly equal and an unequal split without ridge."""
    size = context.size(900)
    shapes = [(context.size(f), context.size(t)) for f, t in ((54, 66), (36, 100))]
    _, (near, unequal) = _simulated(context, shapes, size, noise=0, ridgeless=True)
    return simulation_ordered(
        context,
        [OrderedPair(label=f"{shapes[1]} against {shapes[0]}, M = {size}", larger=unequal, smaller=near)],
        summary="the unequal split is worse without ridge",
    )


def noisy_symbolic(_: Context) -> Evidence:
    r"""Derive the slope of the optimal risk along splits of one product, where $N=T$, with label noise."""
    # The optimum is stationary in kappa, so that the slope at fixed kappa is that of the optimal risk.
    risk = sum(risk_parts())
    slope = cancel(together((T * risk.diff(T) - N * risk.diff(N)).subs(T, N)))
    return symbolic_equality(
        [
            Identity(
                label=r"$(T\partial_T-N\partial_N)L$ at $N=T$",
                derived=slope,
                claimed=Integer(0),
            )
        ],
        summary="slope of the optimal risk at the equal split with label noise",
        witness={z: 3, q: 2, N: 10},
    )


def noisy_numeric(_: Context) -> Evidence:
    """Compare the equal split with one of more samples, with label noise."""
    return numbers_ordered(
        [
            Inequality(
                label=f"alpha = {exponent}, NT = {side:.0e}^2, noise {noise}: T/N = 4 against 1",
                larger=_optimum(spectrum(exponent), side / 2, Rational(side) * 2, noise),
                smaller=_optimum(spectrum(exponent), side, side, noise),
            )
            for exponent in ALPHAS
            for side, noise in ((10**4, Rational(1)), (10**10, Rational(1, 100)))
        ],
        summary="optimal loss with label noise of a split of 1 to 4 against the equal one",
    )


def noisy_simulated(context: Context) -> Evidence:
    """Simulate the equal split and one of more samples with label noise."""
    size = context.size(900)
    shapes = [(context.size(f), context.size(t)) for f, t in ((60, 60), (30, 120))]
    _, (equal, more) = _simulated(context, shapes, size, noise=Rational(1, 2), ridgeless=False)
    return simulation_ordered(
        context,
        [OrderedPair(label=f"{shapes[1]} against {shapes[0]}, M = {size}", larger=more, smaller=equal)],
        summary="the split with more samples is worse with label noise",
    )


CLAIM = Claim(
    id="maloney2022.equiparameterization",
    title="Equiparameterization is optimal",
    statement=(
        r"At a fixed product $NT$ the loss is smallest for $N=T$, so that $N(T)\sim T^p$ has its best "
        r"exponent at "
        r"$p=1$, and $L^*\sim(NT)^{-\alpha/2}$ there."
    ),
    source=f"{SOURCE}, Eq. 6 and its discussion (proof for any spectrum derived here)",
    assumptions=(LINEAR, EQUIVALENT, "the compute is proportional to $NT$"),
    cases=(
        Case(
            regime="optimal ridge, no label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=optimal_symbolic),
                Leg(kind=LegKind.NUMERIC, run=optimal_numeric),
                Leg(kind=LegKind.SIMULATION, run=optimal_simulated),
            ),
        ),
        Case(
            regime="no ridge, no label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=ridgeless_symbolic),
                Leg(kind=LegKind.NUMERIC, run=ridgeless_numeric),
                Leg(kind=LegKind.SIMULATION, run=ridgeless_simulated),
            ),
        ),
        Case(
            regime="optimal ridge, label noise",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=noisy_symbolic),
                Leg(kind=LegKind.NUMERIC, run=noisy_numeric),
                Leg(kind=LegKind.SIMULATION, run=noisy_simulated),
            ),
        ),
    ),
    note=(
        r"Without ridge $N=T$ is the worst split; the best one has $N/T=\alpha/(2+\alpha)$ or its "
        r"inverse. With label "
        r"noise the best split has $T>N$ (claim noise_moves_the_optimum)."
    ),
)
