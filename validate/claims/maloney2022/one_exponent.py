r"""One exponent of the spectrum governs the loss in features and in samples."""

from __future__ import annotations

import math
from typing import Any

from sympy import Expr

from ....numerics import PowerLaw, solve_ridge
from ....theory import laws, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    approach_to_law,
    evaluate,
    simulation_agrees,
    symbolic_equality,
)
from .corrections import correction_in_resource
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

#: Loss against one resource m, the other infinite.
LOSS_IN_FEATURES = UNIT * lambda_plus * RHO ** (1 + alpha) * N**-alpha
LOSS_IN_SAMPLES = UNIT * lambda_plus * RHO ** (1 + alpha) * T**-alpha
EXPONENT = -alpha


def symbolic(
    _: Context,
    *,
    in_features: Expr = LOSS_IN_FEATURES,
    in_samples: Expr = LOSS_IN_SAMPLES,
    exponent: Expr = EXPONENT,
) -> Evidence:
    """Compare losses and exponents in each resource with the claimed ones."""
    derivation = laws.derive("one-exponent")
    identities = []
    for name, claimed in (("features", in_features), ("samples", in_samples)):
        risk = derivation.explicit(f"risk_in_{name}")
        power = derivation.results[f"exponent_in_{name}"].rhs.subs(a, 1 + alpha)
        identities += [
            Identity(label=f"loss in {name}", derived=in_letters(risk), claimed=claimed),
            Identity(label=f"exponent in {name}", derived=power, claimed=exponent),
        ]
    return symbolic_equality(identities, summary="Loss against one resource, the other infinite")


_RESOURCES = (10**3, 10**6, 10**9, 10**12, 10**40)


def numeric(
    _: Context, *, in_features: Expr = LOSS_IN_FEATURES, in_samples: Expr = LOSS_IN_SAMPLES
) -> Evidence:
    """Follow the solved model to the claimed law in each resource, at the rate of the next term."""
    # With one resource infinite the loss is m kappa, with the corrections of kappa.
    correction = correction_in_resource().subs(a, 1 + alpha)
    points = []
    for exponent in ALPHAS:
        for name, resource, formula in (("N", N, in_features), ("T", T, in_samples)):
            law = formula / (UNIT * lambda_plus)
            for value in _RESOURCES:
                sizes: dict[str, Any] = (
                    {"features": value, "samples": math.inf}
                    if name == "N"
                    else {"features": math.inf, "samples": value}
                )
                point = solve_ridge(PowerLaw(1 + exponent), digits=2 * DIGITS, **sizes)
                points.append(
                    ApproachPoint(
                        label=f"alpha={exponent}, in {name}",
                        at=size_text(value),
                        measured=point.risk,
                        law=evaluate(law, {alpha: exponent, resource: value}, digits=2 * DIGITS),
                        next_term=evaluate(correction, {alpha: exponent, N: value}, digits=2 * DIGITS),
                    )
                )
    return approach_to_law(points, summary="Loss against one resource")


_CELLS = (
    Cell(alpha=0.5, features=50, samples=math.inf),
    Cell(alpha=0.5, features=200, samples=math.inf),
    Cell(alpha=1.0, features=math.inf, samples=50),
    Cell(alpha=1.0, features=math.inf, samples=200),
    Cell(alpha=2.0, features=50, samples=math.inf),
    Cell(alpha=2.0, features=math.inf, samples=100),
)


def simulation(context: Context) -> Evidence:
    """Compare simulated losses with their finite-size predictions."""
    points = simulated_points(context, _CELLS, replicates=20, thorough=200)
    return simulation_agrees(context, points, summary="Loss with one resource infinite")


CLAIM = Claim(
    id="maloney2022.one_exponent",
    title="One exponent for features and samples",
    statement=(
        r"A latent spectrum $I^{-(1+\alpha)}$ makes the loss a power law in the features and in the "
        r"samples, with one exponent: $L\propto N^{-\alpha}$ for $T\to\infty$, $L\propto T^{-\alpha}$ for "
        r"$N\to\infty$."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859, abstract, Eqs. (1) and (23)",
    assumptions=(MODEL, EQUIVALENT, POWER_LAW, NOISELESS, RIDGELESS),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                Leg(kind=LegKind.NUMERIC, run=numeric),
                Leg(kind=LegKind.SIMULATION, run=simulation),
            )
        ),
    ),
    note=(
        r"The constant is the same too: $L\simeq\frac{C\sigma_w^2\lambda_+}{2M}\rho^{1+\alpha}m^{-\alpha}$, "
        r"$\rho=\frac{\pi/(1+\alpha)}{\sin(\pi/(1+\alpha))}$."
    ),
)
