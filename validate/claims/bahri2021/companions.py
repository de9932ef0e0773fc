r"""Statements of Sharma and Kaplan that the paper builds on: products of manifolds, measured dimensions."""

from __future__ import annotations

from functools import partial
from typing import Final

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Max, Symbol, exp

from ....theory.interpolation import (
    estimator_denominator,
    estimator_moment,
    log_ratio_density,
    product_exponent,
    ratio_distribution,
)
from ....theory.interpolation.neighbour_ratios import neighbours, ratio
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...measure.intrinsic_dimension import dimensions_at_points
from ...simulate.manifolds import draw_points, nearest
from ...simulate.replicates import child_seed, run_replicates
from ...statistics import mean_estimate
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .letters import dimension as d
from .pieces import COMPANION

#: The factors of the products that are examined.
_PRODUCTS: Final = ((2, 3), (1, 4, 2), (5, 5), (3,))
_x = Symbol("x", positive=True)

#: Exponent of the largest factor, a function of its dimension.
PRODUCT = 4 / d
#: Distribution of the ratio of neighbours, the mean of the estimator and its variance.
RATIO = (1 - ratio**-d) ** (neighbours - 1)
MEAN, VARIANCE = d, d**2 / (neighbours - 3)


def product_symbolic(_: Context, *, exponent: Expr = PRODUCT) -> Evidence:
    """Compare exponents of optimal allocations to the factors with the claimed one of the largest."""
    return symbolic_equality(
        [
            Identity(
                label=f"factors of dimensions {', '.join(map(str, factors))}",
                derived=product_exponent(factors),
                claimed=exponent.subs(d, Max(*factors)),
            )
            for factors in _PRODUCTS
        ],
        summary="Parameters spent in the best way",
    )


def product_numeric(_: Context, *, exponent: Expr = PRODUCT) -> Evidence:
    """Measure the exponent of the exact minimum over the shares of the parameters, for large budgets."""
    found = []
    for factors in _PRODUCTS:
        ends = [_least_loss(factors, mpmath.mpf(10) ** power) for power in (40, 60)]
        with mpmath.workdps(30):
            slope = -mpmath.log10(ends[1] / ends[0]) / 20
        found.append(
            Pair(
                label=f"factors of dimensions {', '.join(map(str, factors))}, P=1e40 to 1e60",
                measured=slope,
                claimed=evaluate(exponent, {d: max(factors)}),
            )
        )
    return numbers_agree(found, summary="Exponents of the least loss", tolerance=1e-5)


def _least_loss(factors: tuple[int, ...], budget: mpmath.mpf) -> mpmath.mpf:
    r"""Minimise $\sum_iN_i^{-4/d_i}$ at $\sum_iN_i$ equal to the budget, by its multiplier."""
    with mpmath.workdps(60):
        alphas = [mpmath.mpf(4) / size for size in factors]

        def shares(log_multiplier: mpmath.mpf) -> list[mpmath.mpf]:
            # alpha N^(-alpha-1) is the same for all
            return [mpmath.exp((mpmath.log(alpha) - log_multiplier) / (alpha + 1)) for alpha in alphas]

        low, high = mpmath.mpf(-10_000), mpmath.mpf(10_000)
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if mpmath.fsum(shares(middle)) > budget else (low, middle)
        return mpmath.fsum(share**-alpha for share, alpha in zip(shares(low), alphas, strict=True))


def estimator_symbolic(
    _: Context, *, distribution: Expr = RATIO, mean: Expr = MEAN, variance: Expr = VARIANCE
) -> Evidence:
    """Compare the derived law, the mean and the variance of the estimator with the claimed ones."""
    first, second = estimator_moment(), estimator_moment(power=2)
    identities = [
        Identity(label=r"$C(\mu_k)$", derived=ratio_distribution(), claimed=distribution),
        Identity(
            label=r"density of $\log(r_k/r_j)$", derived=log_ratio_density(), claimed=_density(distribution)
        ),
        Identity(label=r"$E\hat d$", derived=first, claimed=mean),
        Identity(label=r"$\mathrm{Var}\,\hat d$", derived=second - first**2, claimed=variance),
    ]
    for count in (3, 6):
        printed, symmetric = estimator_denominator(count)
        identities.append(
            Identity(
                label=f"denominator at k={count}, in ratios to $r_1$ and to $r_k$",
                derived=symmetric.expand(),
                claimed=printed.expand(),
            )
        )
    return symbolic_equality(
        identities, summary="The law of ratios and the estimator", witness={neighbours: 7, ratio: 2, d: 3}
    )


def _density(distribution: Expr) -> Expr:
    """Return the density of the logarithm of the ratio for two neighbours."""
    return distribution.subs(neighbours, 2).subs(ratio, exp(_x)).diff(_x)


_SAMPLES: Final = 2000
_NEIGHBOURS: Final = (2, 5, 10)
_SHARES: Final = (0.3, 0.7)


def _ratios(size: int, count: int) -> list[float]:
    """Return ratios with two decimals below which about given shares of the observed ones should be."""
    return [round(float((1 - share ** (1 / (count - 1))) ** (-1 / size)), 2) for share in _SHARES]


def _observe(seed: np.random.SeedSequence, *, size: int) -> NDArray[np.float64]:
    """Return shares of ratios below given ones, and mean and variance of the estimates, on one torus."""
    points = draw_points("torus", size, _SAMPLES, np.random.default_rng(seed))
    distances = nearest(points, points, metric="torus", neighbours=max(_NEIGHBOURS) + 1)[0][:, 1:]
    observed = []
    for count in _NEIGHBOURS:
        quotients = distances[:, count - 1] / distances[:, 0]
        observed += [float((quotients <= value).mean()) for value in _ratios(size, count)]
    estimates = dimensions_at_points(distances)
    return np.array([*observed, estimates.mean(), ((estimates - size) ** 2).mean()])


def estimator_simulation(
    context: Context, *, distribution: Expr = RATIO, mean: Expr = MEAN, variance: Expr = VARIANCE
) -> Evidence:
    """Compare observed ratios and estimates on tori with their law, mean and variance."""
    points = []
    for place, size in enumerate((2, 5)):
        found = run_replicates(
            partial(_observe, size=size),
            replicates=context.replicates(20, thorough=200),
            seed=child_seed(context.seed, place),
            seconds=0.05,
            executor=context.executor,
            progress=context.progress,
        )
        claimed = [
            (f"share of $r_{{{count}}}/r_1\\le{value}$", distribution.subs({neighbours: count, ratio: value}))
            for count in _NEIGHBOURS
            for value in _ratios(size, count)
        ]
        last = max(_NEIGHBOURS)
        claimed += [
            (f"mean estimate, k={last}", mean),
            (f"its variance, k={last}", variance.subs(neighbours, last)),
        ]
        for column, (label, formula) in enumerate(claimed):
            points.append(
                SimulatedPoint(
                    label=f"d={size}: {label}",
                    estimate=mean_estimate(found[:, column]),
                    prediction=float(evaluate(formula, {d: size})),
                    # where r_k exceeds half a side, now and then in five dimensions
                    allowance=0.01,
                )
            )
    return simulation_agrees(context, points, summary="Observed over predicted")


CLAIMS = (
    Claim(
        id="bahri2021.product_manifold",
        title="Products of manifolds",
        statement=(
            r"On a product of manifolds of dimensions $d_i$ and for a target that is a sum over the factors, "
            r"the loss falls with the parameters as $P^{-4/\max_id_i}$."
        ),
        source=f"{COMPANION}, on which the paper builds",
        assumptions=(
            "linear pieces and the squared error on each factor",
            "parameters divided among the factors in the best way",
        ),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=product_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=product_numeric),
                )
            ),
        ),
    ),
    Claim(
        id="bahri2021.dimension_estimator",
        title="Ratios of neighbours and the dimension read off them",
        statement=(
            r"$\mu_k=r_k/r_1$ has the distribution $C(\mu_k)=(1-\mu_k^{-d})^{k-1}$, and "
            r"$d=E\frac{k-2}{(k-1)\log\mu_k-\sum_{j=2}^{k-1}\log\mu_j}$."
        ),
        source=f"{COMPANION}, with which the paper measures dimensions; variance derived here",
        assumptions=("points of constant density within the distance of the $k$-th neighbour", "flat tori"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=estimator_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=estimator_simulation),
                )
            ),
        ),
        note=(
            r"At one point the variance is $d^2/(k-3)$, infinite for $k=3$. On a sphere curvature biases the "
            r"estimate: 4.91 at $d=5$, 2000 points, $k=10$."
        ),
    ),
)
