r"""The spectrum of the sketched covariance: its power law, and its lower edge."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, oo, simplify, solve

from ....numerics import PowerLaw, sample_sketch, spectral_edges
from ....theory import TraceSum, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.replicates import child_seed
from ...statistics import mean_estimate
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import C_A, EQUIVALENT, MODEL, POWER_LAW, SOURCE, M, a
from .predictions import at

#: The smallest eigenvalue over the smallest of as many of the data, $\tilde\lambda_M/M^{-a}$.
EDGE = (C_A * (1 - 1 / a)) ** a / (a - 1)

_DECAYS = (Fraction(3, 2), Fraction(2), Fraction(3))


def edge_symbolic(_: Context, *, edge: Expr = EDGE) -> Evidence:
    r"""Find the end of the spectrum, the largest $\kappa(\mathrm{df}_1/M-1)$, with the derived trace."""
    kappa = symbols.kappa
    trace = TraceSum(0, 1, a, kappa, oo).small_kappa(order=1, where=(a > 1,)).terms[0]
    constant = simplify(trace * kappa ** (1 / a))
    # In p = kappa^(-1/a) the place is a sum of two powers.
    power = Symbol("p", positive=True)
    slope = (a - 1) * constant / M - a / power
    (found,) = solve(slope, power)
    derived = simplify((constant * found / M - 1) * (M / found) ** a)
    return symbolic_equality(
        [Identity(label=r"$\tilde\lambda_M/\lambda_M$", derived=derived, claimed=edge)],
        summary="Lower edge of the sketched spectrum",
        witness={a: 2, M: 10},
    )


def edge_numeric(_: Context, *, edge: Expr = EDGE) -> Evidence:
    """Compare the solved edge with its law."""
    width = 10**6
    found = [
        Pair(
            label=f"a={decay}, M=1e6",
            measured=spectral_edges(PowerLaw(decay), features="inf", samples=width, limit=1).bands[-1].lower
            * width ** float(decay),
            claimed=at(edge, decay=decay),
        )
        for decay in _DECAYS
    ]
    # The next term is of relative order 1/M.
    return numbers_agree(found, summary="Edge over its law", tolerance=1e-4, refuted=1e-2)


def edge_simulation(context: Context, *, edge: Expr = EDGE) -> Evidence:
    """Compare smallest eigenvalues of sampled sketches with the law."""
    width = context.size(96)
    points = []
    for place, decay in enumerate(_DECAYS):
        smallest = [
            _eigenvalues(context, (place, draw), decay, width)[-1] * width ** float(decay)
            for draw in range(context.replicates(12, thorough=40))
        ]
        points.append(
            SimulatedPoint(
                label=f"a={decay}, M={width}",
                estimate=mean_estimate(smallest),
                prediction=float(at(edge, decay=decay)),
                # The smallest eigenvalue is beyond the edge by a relative order M^(-2/3).
                allowance=2 * width ** (-2 / 3),
            )
        )
    return simulation_agrees(context, points, summary="Smallest eigenvalue over its law")


def _eigenvalues(
    context: Context, place: tuple[int, int], decay: Fraction, width: int
) -> NDArray[np.float64]:
    seed = child_seed(child_seed(context.seed, place[0]), place[1])
    return sample_sketch(PowerLaw(decay), width, seed=seed).eigenvalues


def order_simulation(context: Context, *, exponent: Expr = -a) -> Evidence:
    """Compare slopes over the eigenvalues of sampled sketches with the claimed power."""
    width = context.size(96)
    points = []
    for place, decay in enumerate(_DECAYS):
        slopes = []
        for draw in range(context.replicates(12, thorough=40)):
            values = _eigenvalues(context, (place, draw), decay, width)
            places = np.arange(1, width + 1)
            head = slice(width // 32, width)
            slopes.append(float(np.polyfit(np.log(places[head]), np.log(values[head]), 1)[0]))
        points.append(
            SimulatedPoint(
                label=f"a={decay}, eigenvalues {width // 32 + 1} to {width}",
                estimate=mean_estimate(slopes),
                prediction=float(at(exponent, decay=decay)),
                # Eigenvalues near the edge bend by a constant factor, over the logarithm of the range.
                allowance=0.2,
            )
        )
    return simulation_agrees(context, points, summary="Slope of eigenvalues", resolution=0.4)


CLAIM = Claim(
    id="lin2024.sketched_spectrum",
    title="Spectrum of the sketched covariance",
    statement=(
        r"$\tilde\lambda_j\asymp j^{-a}$ for all $j\le M$; at the end $\tilde\lambda_M/\lambda_M\to"
        r"[c_a(1-\frac1a)]^a/(a-1)$."
    ),
    source=f"{SOURCE}, Lemmas 6.2 and G.4; the edge is derived here",
    assumptions=(MODEL, POWER_LAW, EQUIVALENT),
    cases=(
        Case(
            regime="order",
            legs=(Leg(kind=LegKind.SIMULATION, run=order_simulation),),
        ),
        Case(
            regime="lower edge",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=edge_symbolic),
                Leg(kind=LegKind.NUMERIC, run=edge_numeric),
                Leg(kind=LegKind.SIMULATION, run=edge_simulation),
            ),
        ),
    ),
    note="The edge constant is 1.4476, 0.6169 and 0.2619 for $a=1.5$, 2 and 3.",
)
