r"""Theorems 2 and 3: what Lipschitz constants and agreement at random points say of the loss."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import numpy as np
from sympy import Expr, Integer, Max, Min, Rational, Symbol

from ....numerics import nearest_distance_moment
from ....theory.interpolation import LipschitzBound
from ....theory.interpolation.bounds import loss_constant, model_constant, target_constant
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.manifolds import draw_points, nearest
from ...simulate.replicates import child_seed
from ...statistics import Estimate
from ..legs import (
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
)
from ..orderings import Inequality, numbers_ordered
from .interpolated import measured_exponent, nearest_square, runs
from .letters import CIRCULATING, SOURCE, D, P, in_letters
from .letters import dimension as d
from .nearest_neighbours import MANIFOLDS, SMOOTH, TORUS, UNIFORM

LIPSCHITZ: Final = (
    r"loss, model and target are Lipschitz with constants $K_L,K_f,K_F$; the loss is 0 where $f=F$; $f=F$ at "
    "the random points"
)
#: The exponent that both theorems guarantee.
EXPONENT = 1 / d
#: The share of the bound that is attained.
WHOLE = Integer(1)


def bound_symbolic(
    _: Context, *, points: Symbol, exponent: Expr = EXPONENT, factor: Expr | None = None
) -> Evidence:
    """Compare the derived bound with the claimed order, and its factor with the larger constant."""
    bound = LipschitzBound()
    expected = in_letters(bound.expected.leading).subs(D, points)
    largest = Max(model_constant, target_constant)
    claimed = 2 * loss_constant * largest if factor is None else factor
    below = loss_constant * (largest + Min(model_constant, target_constant))
    # of two numbers the sum is the larger plus the smaller, which is at most twice the larger
    ratios = (Integer(1), Integer(7), Rational(1, 7))
    orders = [{model_constant: Integer(1), target_constant: ratio} for ratio in ratios]
    identities = [
        Identity(
            label=f"exponent of ${points}$",
            derived=-expected.diff(points) * points / expected,
            claimed=exponent,
        ),
        *(
            Identity(
                label=f"factor at $K_F/K_f={values[target_constant]}$",
                derived=bound.factor.subs(values),
                claimed=below.subs(values),
            )
            for values in orders
        ),
        Identity(
            label="largest factor over $K_L\\max(K_f,K_F)$",
            derived=bound.factor.subs({target_constant: model_constant}),
            claimed=claimed.subs({target_constant: model_constant}),
        ),
    ]
    return symbolic_equality(identities, summary="The bound of the expected loss")


def bound_numeric(_: Context, *, points: Symbol, exponent: Expr = EXPONENT) -> Evidence:
    """Measure the exponent of the exact mean distance between many points."""
    found = []
    for manifold in MANIFOLDS:
        for size in (1, 2, 4, 8):
            ends = [
                nearest_distance_moment(1, samples=samples, dimension=size, manifold=manifold, digits=30)
                for samples in (10**15, 10**18)
            ]
            slope = float(-np.log(float(ends[1] / ends[0])) / np.log(1000))
            found.append(
                Pair(
                    label=f"{manifold}, d={size}, {points}=1e15 to 1e18",
                    measured=slope,
                    claimed=evaluate(exponent, {d: size}),
                )
            )
    # curvature of the sphere is of relative order (2 pi r)^2, 1e-3 for eight dimensions
    return numbers_agree(found, summary="Exponent of the bound", tolerance=2e-3)


def bound_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    r"""Compare losses with their bound at each of several numbers of samples, constants included.

    The target is $\sum_i\sin2\pi x_i$ with $K_F=2\pi\sqrt d$; a line between neighbours is no steeper than
    the function, and the nearest value is bounded by $K_F$ alone.
    """
    pairs = []
    for place, (size, order) in enumerate(((1, 1), (1, 0), (2, 0), (3, 0))):
        found = runs(context, place, (100, 1000, 10_000), dimension=size, order=order)
        steepest = 2 * math.pi * math.sqrt(size)
        factor = steepest * (1 + order)
        for run in found:
            scale = factor * run.samples ** float(1 / Integer(size) - evaluate(exponent, {d: size}))
            bound = run.distance(1)
            pairs.append(
                OrderedPair(
                    label=f"d={size}, pieces of order {order}, D={run.samples}: bound, loss",
                    larger=Estimate(
                        value=scale * bound.value,
                        standard_error=scale * bound.standard_error,
                        count=bound.count,
                    ),
                    smaller=run.error(1),
                )
            )
    return simulation_ordered(context, pairs, summary="The bound above the absolute loss")


def sharp_symbolic(_: Context, *, share: Expr = WHOLE) -> Evidence:
    """Compare the loss of the cone function with the bound at $K_F=0$, $K_L=1$."""
    bound = LipschitzBound()
    limit = bound.expected.leading.subs({loss_constant: 1, target_constant: 0})
    return symbolic_equality(
        [Identity(label="loss", derived=bound.sharp_example.leading, claimed=share * limit)],
        summary=r"The loss of $f=K\mathrm{dist}(x,\mathrm{data})$ against the bound",
    )


def sharp_numeric(context: Context, *, steepness: float = 1.0) -> Evidence:
    """Look for the steepest chord of the distance to random points, over near and far pairs of places."""
    found = []
    for place, size in enumerate((1, 2, 3)):
        generator = np.random.default_rng(child_seed(context.seed, place))
        samples = draw_points("torus", size, 300, generator)
        start = draw_points("torus", size, 20_000, generator)
        lengths = 10.0 ** generator.uniform(-6, -0.5, len(start))
        # the sphere of dimension 0 is a pair of points
        turn = draw_points("sphere", size - 1, len(start), generator)
        ends = (start + lengths[:, None] * turn) % 1
        heights = [nearest(samples, places, metric="torus")[0][:, 0] for places in (start, ends)]
        # steps of at most 1/3 are not longer than the way around the torus
        steepest = float(np.max(np.abs(heights[1] - heights[0]) / lengths))
        found.append(
            Inequality(
                label=f"d={size}: K, steepest chord over K",
                larger=evaluate(Integer(1), {}) * steepness,
                # a distance is rounded at 1e-16, the shortest step is 1e-6
                smaller=evaluate(Integer(1), {}) * (steepest - 1e-9),
            )
        )
    return numbers_ordered(found, summary="The model is Lipschitz with constant K", margin=1e-12)


def sharp_simulation(context: Context, *, share: float = 1.0) -> Evidence:
    """Compare the mean of the distance, which is the loss for K = 1, with the bound at the same samples."""
    points = []
    for place, (size, samples) in enumerate(((1, 300), (2, 1000), (3, 3000), (4, 10_000))):
        (found,) = runs(context, place, [samples], dimension=size, replicates=30)
        exact = nearest_distance_moment(1, samples=found.samples, dimension=size, digits=6)
        points.append(
            SimulatedPoint(
                label=f"d={size}, D={found.samples}",
                estimate=found.distance(1),
                prediction=share * float(exact),
                allowance=0.0,
            )
        )
    return simulation_agrees(context, points, summary="Loss over the exact bound", resolution=0.1)


def above_numeric(_: Context, *, most: Expr = EXPONENT) -> Evidence:
    """Compare exponents of exact squared errors of the nearest value with what is said to bound them."""
    found = []
    for size in (1, 2, 3, 4):
        first, last = (nearest_square(samples, size) for samples in (10**12, 10**15))
        found.append(
            Inequality(
                label=f"d={size}: 1/d, exponent of the squared error",
                larger=evaluate(most, {d: size}),
                smaller=evaluate(Integer(1), {}) * float(np.log(float(first / last)) / np.log(1000)),
            )
        )
    return numbers_ordered(found, summary="Exponents at most 1/d", margin=1e-3)


def above_simulation(context: Context, *, most: Expr = EXPONENT) -> Evidence:
    """Compare measured exponents of smooth targets, absolute loss, with what is said to bound them."""
    pairs = []
    for place, size in enumerate((1, 2)):
        found = runs(context, place, (250, 500, 1000), dimension=size, order=1, replicates=20)
        measured = measured_exponent(found, 1)
        limit = Estimate(value=float(evaluate(most, {d: size})), standard_error=0.0, count=measured.count)
        pairs.append(
            OrderedPair(label=f"linear pieces, d={size}: 1/d, exponent", larger=limit, smaller=measured)
        )
    return simulation_ordered(context, pairs, summary="Exponents at most 1/d")


def _theorem(name: str, number: int, points: Symbol, words: str, *, simulated: bool) -> Claim:
    legs = [
        Leg(kind=LegKind.SYMBOLIC, run=partial(bound_symbolic, points=points)),
        Leg(kind=LegKind.NUMERIC, run=partial(bound_numeric, points=points)),
    ]
    if simulated:
        legs.append(Leg(kind=LegKind.SIMULATION, run=bound_simulation))
    return Claim(
        id=f"bahri2021.{name}",
        title=f"Resolution-limited bound, {words}",
        statement=(
            rf"For Lipschitz loss, model and target that agree at ${points}$ independent points of a compact "
            rf"$d$-dimensional manifold, $L({points})=O(K_L\max(K_f,K_F)\,{points}^{{-1/d}})$."
        ),
        source=f"{SOURCE}, Theorem {number}",
        assumptions=(LIPSCHITZ, UNIFORM, TORUS),
        cases=(Case(legs=tuple(legs)),),
        note=(
            r"A bound of the loss from above, so of the exponent from below, $\alpha\ge1/d$. At any "
            rf"number of points $L\le K_L(K_f+K_F)\,E|x-\hat x|\simeq K_L(K_f+K_F)\,\Gamma(1+\tfrac1d)"
            rf"(V_d{points}/\mathrm{{vol}})^{{-1/d}}$."
        ),
    )


CLAIMS = (
    _theorem("resolution_bound_in_samples", 2, D, "samples", simulated=True),
    _theorem("resolution_bound_in_features", 3, P, "features", simulated=False),
    Claim(
        id="bahri2021.bound_is_sharp",
        title="The bound is attained",
        statement=(
            r"For $F=0$, $f=K\,\mathrm{dist}(x,\mathrm{data})$ is a $K$-Lipschitz interpolant whose absolute "
            r"loss is the bound, $L=K\,E|x-\hat x|\propto D^{-1/d}$."
        ),
        source=f"derived here, to Theorem 2 of {SOURCE}",
        assumptions=(UNIFORM, "the flat torus"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=sharp_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=sharp_numeric),
                    Leg(kind=LegKind.SIMULATION, run=sharp_simulation),
                )
            ),
        ),
        note=(
            "From Lipschitz constants alone no better exponent can be proven, nor, where the target is "
            "constant, a better constant."
        ),
    ),
    Claim(
        id="bahri2021.circulating_bound_from_above",
        title="The theorem bounds the exponent from above",
        statement=r"Theorem 2 gives an upper bound of the exponent, $\alpha_D\le1/d$.",
        source=f"{CIRCULATING}: a talk on Theorem 2",
        assumptions=(UNIFORM, SMOOTH, "the flat torus"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=above_numeric),
                    Leg(kind=LegKind.SIMULATION, run=above_simulation),
                )
            ),
        ),
        note=r"An upper bound of the loss is a lower bound of the exponent, $\alpha_D\ge1/d$.",
    ),
)
