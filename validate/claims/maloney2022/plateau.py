r"""The plateau of the loss in the features at fixed samples, without ridge and with the optimal one."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import mpmath
from sympy import Eq, Expr, Symbol, oo

from ....numerics import PowerLaw, optimal_ridge, solve_ridge
from ....theory import laws, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    approach_to_law,
    evaluate,
    plain,
    simulation_agrees,
    symbolic_equality,
)
from .letters import (
    ALPHAS,
    EQUIVALENT,
    MODEL,
    NOISELESS,
    POWER_LAW,
    RHO,
    RIDGELESS,
    UNIT,
    N,
    T,
    alpha,
    in_letters,
    lambda_plus,
    size_text,
)
from .predictions import Cell, simulated_points

a = symbols.decay

#: The loss for infinitely many features.
LEVEL = UNIT * lambda_plus * RHO ** (1 + alpha) * T**-alpha
#: The loss over that, to first order in T/N.
APPROACH = 1 + T / N


def _first_orders(expression: Expr) -> Expr:
    """Expand to first order in 1/N."""
    small = Symbol("x", positive=True)
    return expression.subs(N, 1 / small).series(small, 0, 2).removeO().subs(small, 1 / N)


def ridgeless_symbolic(_: Context, *, level: Expr = LEVEL, approach: Expr = APPROACH) -> Evidence:
    """Compare the level of the plateau, and how the loss without ridge comes down to it."""
    plateau = laws.derive("double-descent").explicit("plateau")
    above = plain(laws.derive("ridgeless-overparameterized").results["bias"].rhs)
    return symbolic_equality(
        [
            Identity(label="plateau", derived=in_letters(plateau), claimed=level),
            Identity(
                label="loss over plateau", derived=_first_orders(above / above.limit(N, oo)), claimed=approach
            ),
        ],
        summary="Plateau in the features without ridge",
    )


def optimal_symbolic(_: Context, *, level: Expr = LEVEL, approach: Expr = APPROACH) -> Evidence:
    """Compare the plateau of the loss at the optimal ridge, and the approach to it."""
    law = laws.derive("optimal-ridge-power-law")
    wide = law.results["wide"]
    # The law is written relative to a level of its own, which has to be the claimed one.
    reference = (symbols.risk / wide.lhs).subs(law.constants)
    return symbolic_equality(
        [
            Identity(
                label="plateau",
                derived=in_letters(Eq(symbols.risk, reference, evaluate=False)),
                claimed=level,
            ),
            Identity(label="loss over plateau", derived=wide.rhs, claimed=approach),
        ],
        summary="Plateau in the features at the optimal ridge",
    )


_SAMPLES = 10**9
_RATIOS = (10**2, 10**4, 10**8, 10**20)
Solver = Callable[[Fraction, int], mpmath.mpf]


def _ridgeless(exponent: Fraction, features: int) -> mpmath.mpf:
    return solve_ridge(PowerLaw(1 + exponent), features=features, samples=_SAMPLES, digits=DIGITS).risk


def _optimal(exponent: Fraction, features: int) -> mpmath.mpf:
    return optimal_ridge(PowerLaw(1 + exponent), features=features, samples=_SAMPLES, digits=DIGITS).risk


def _numeric(solve: Solver, approach: Expr, summary: str) -> Evidence:
    points = []
    for exponent in ALPHAS:
        # Infinitely many features without noise want no ridge, so that both have the same plateau.
        level = solve_ridge(PowerLaw(1 + exponent), features=math.inf, samples=_SAMPLES, digits=DIGITS).risk
        for ratio in _RATIOS:
            features = ratio * _SAMPLES
            points.append(
                ApproachPoint(
                    label=f"alpha={exponent}, T={size_text(_SAMPLES)}",
                    at=f"N={size_text(features)}",
                    measured=solve(exponent, features),
                    law=level,
                    next_term=evaluate(approach - 1, {N: features, T: _SAMPLES}),
                )
            )
    return approach_to_law(points, summary=summary)


def ridgeless_numeric(_: Context, *, approach: Expr = APPROACH) -> Evidence:
    """Follow the loss without ridge to its plateau."""
    return _numeric(_ridgeless, approach, "Loss without ridge over its plateau")


def optimal_numeric(_: Context, *, approach: Expr = APPROACH) -> Evidence:
    """Follow the loss at the optimal ridge to its plateau."""
    return _numeric(_optimal, approach, "Loss at the optimal ridge over its plateau")


_CELLS = (
    Cell(alpha=0.5, features=150, samples=50),
    Cell(alpha=0.5, features=500, samples=50),
    Cell(alpha=1.0, features=150, samples=50),
    Cell(alpha=1.0, features=500, samples=50),
    Cell(alpha=1.0, features=5000, samples=50),
)


def ridgeless_simulation(context: Context) -> Evidence:
    """Compare the simulated loss on its way to the plateau, beyond the latent size too."""
    points = simulated_points(context, _CELLS, replicates=12, thorough=200)
    return simulation_agrees(context, points, summary="Loss at fixed samples")


CLAIM = Claim(
    id="maloney2022.plateau",
    title="Plateau in the features at fixed samples",
    statement=(
        r"At fixed $T$ the loss improves only slowly once $N\gg T$ and ends on a plateau set by $T$ alone, "
        r"$L\to\frac{C\sigma_w^2\lambda_+}{2M}\rho^{1+\alpha}T^{-\alpha}$, approached as $1+T/N$."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859, Eq. (1) and the discussion of double descent",
    assumptions=(MODEL, EQUIVALENT, POWER_LAW, NOISELESS),
    cases=(
        Case(
            regime=RIDGELESS,
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=ridgeless_symbolic),
                Leg(kind=LegKind.NUMERIC, run=ridgeless_numeric),
                Leg(kind=LegKind.SIMULATION, run=ridgeless_simulation),
            ),
        ),
        Case(
            regime="optimal ridge",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=optimal_symbolic),
                Leg(kind=LegKind.NUMERIC, run=optimal_numeric),
            ),
        ),
    ),
    note=(
        r"This plateau comes from the finite number of samples, whatever the latent size; the same holds "
        r"with $N\leftrightarrow T$. A phenomenological form $(1/N+1/T)^\alpha$ would approach it as "
        r"$1+\alpha T/N$ instead."
    ),
)
