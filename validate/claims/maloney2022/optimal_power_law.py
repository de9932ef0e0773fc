"""The optimal ridge on a power law in closed form."""

from __future__ import annotations

from sympy import Expr, Rational, sqrt

from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    ApproachPoint,
    Identity,
    Pair,
    approach_to_law,
    numbers_agree,
    symbolic_equality,
)
from .optimal import simulated_minimum
from .regularized import (
    ALPHAS,
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
    next_term_of_optimal_risk,
    power,
    rho,
    z,
)

#: The optimum on a power law in closed form, the last two in terms of the first.
LEVEL = 2 * N * T / (N + T + sqrt((N - T) ** 2 + 8 * N * T / (alpha * (1 + alpha))))
POWER_LAW_RIDGE = 2 * rho ** (1 + alpha) * z ** (1 - alpha) / (alpha * (1 + alpha) * N)
POWER_LAW_RISK = rho ** (1 + alpha) * N * T * z ** (-(1 + alpha)) / (N + T - 2 * (1 - 1 / alpha) * z)


def power_law_symbolic(
    _: Context, level: Expr = LEVEL, ridge: Expr = POWER_LAW_RIDGE, risk: Expr = POWER_LAW_RISK
) -> Evidence:
    """Compare the derived closed forms on a power law with the claimed ones."""
    law = "optimal-ridge-power-law"
    return symbolic_equality(
        [
            Identity(label="$z^*$", derived=derived(law, "df1"), claimed=level),
            Identity(
                label="$z^*/N$ at $N=T$",
                derived=derived(law, "df1_at_equal_resources"),
                claimed=(level / N).subs(T, N),
            ),
            Identity(
                label=r"$\gamma^*M/(\sigma_u^2\lambda_+N)$", derived=derived(law, "ridge"), claimed=ridge
            ),
            Identity(label=r"$2ML^*/(C\sigma_w^2\lambda_+)$", derived=derived(law, "risk"), claimed=risk),
        ],
        summary="optimum on a power law in closed form",
    )


def power_law_numeric(_: Context, level: Expr = LEVEL, risk: Expr = POWER_LAW_RISK) -> Evidence:
    """Follow the finite-size optimum to the closed form, for several exponents and shapes."""
    closed = risk.subs(z, level)
    return approach_to_law(
        [
            ApproachPoint(
                label=f"alpha = {exponent}, T/N = {shape}",
                at=power(decades),
                measured=best(exponent, 10**decades, shape * 10**decades).risk,
                law=at(closed, exponent, features=10**decades, samples=shape * 10**decades),
                next_term=at(
                    next_term_of_optimal_risk(),
                    exponent,
                    features=10**decades,
                    samples=shape * 10**decades,
                ),
            )
            for exponent in ALPHAS
            for shape in (1, 5)
            for decades in (4, 12)
        ],
        summary="optimal loss over its closed form",
        # The term after the next is smaller by a power 1/N^alpha at least.
        tolerance=1e-3,
    )


def power_law_ridge_numeric(_: Context, level: Expr = LEVEL, ridge: Expr = POWER_LAW_RIDGE) -> Evidence:
    """Compare optimal ridge and degrees of freedom with their closed forms at a size of 1e12."""
    side = 10**12
    pairs = []
    for exponent in ALPHAS:
        for shape in (1, 5):
            optimum = best(exponent, side, shape * side, digits=30)
            label = f"alpha = {exponent}, N = 1e12, T/N = {shape}"
            for what, measured, form in (
                ("z*", optimum.point.df1, level),
                ("ridge", optimum.ridge, ridge.subs(z, level)),
            ):
                claimed = at(form, exponent, features=side, samples=shape * side)
                pairs.append(Pair(label=f"{what}: {label}", measured=measured, claimed=claimed))
    # The relative correction is a few 1/N, and N^-(1+alpha) is smaller.
    return numbers_agree(pairs, summary="optimal ridge and z at 1e12", tolerance=1e-10)


def power_law_simulated(context: Context) -> Evidence:
    """Simulate the optimum at several exponents beside the finite-size prediction."""
    size, side = context.size(1000), context.size(60)
    return simulated_minimum(
        context, [(Rational(1, 2), side, side, size, 0), (Rational(2), side, 2 * side, size // 2, 0)]
    )


CLAIM = Claim(
    id="maloney2022.optimal_ridge_power_law",
    title="Optimal ridge on a power law in closed form",
    statement=(
        r"On a power law $z^*=\frac{2NT}{N+T+\sqrt{(N-T)^2+8NT/(\alpha(1+\alpha))}}$, "
        r"$\gamma^*=\frac{2\sigma_u^2\lambda_+\rho^{1+\alpha}}{\alpha(1+\alpha)M}z^{*\,1-\alpha}$ and "
        r""
        r"$L^*=\frac{C\sigma_w^2\lambda_+\rho^{1+\alpha}}{2M}\frac{NT\,z^{*-(1+\alpha)}}{N+T-2(1-1/\alpha)z^*}$."
    ),
    source=f"{SOURCE}, optimal regularization; closed form derived here",
    assumptions=(POWER_LAW_LIMIT, LINEAR, EQUIVALENT, "no label noise"),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=power_law_symbolic),
                Leg(kind=LegKind.NUMERIC, run=power_law_numeric),
                Leg(kind=LegKind.NUMERIC, run=power_law_ridge_numeric),
                Leg(kind=LegKind.SIMULATION, run=power_law_simulated),
            )
        ),
    ),
    note=(
        r"At finite size the loss is below the closed form by a relative $[(N+T)/2-q]/D$, $O(1/N)$, and "
        r"$O((N/M)^\alpha)$."
    ),
)
