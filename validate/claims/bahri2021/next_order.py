r"""The next order of the loss of the smaller resource: the error of the deterministic equivalent."""

from __future__ import annotations

import math

import mpmath
from sympy import Expr, Symbol

from ....numerics import PowerLaw, solve_ridge
from ....theory import laws, symbols
from ....theory import teacher_student as theory
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...statistics import Estimate, mean_estimate
from ..legs import (
    DIGITS,
    Identity,
    Pair,
    SimulatedPoint,
    evaluate,
    numbers_agree,
    plain,
    simulation_agrees,
    symbolic_equality,
)
from .letters import SOURCE, alpha_K
from .matching_exponents import ALPHAS
from .teacher_students import GAUSSIAN, MODEL, POWER_LAW, simulated

a, q, s = symbols.decay, symbols.df2, symbols.df3
#: The smaller resource, and the claimed correction for any spectrum and on the power law.
n = Symbol("n", positive=True)
CORRECTION = (s / n - (q / n) ** 2) / (n * (1 - q / n) ** 2)
ON_POWER_LAW = alpha_K / (2 * n)


def symbolic(_: Context, *, correction: Expr = CORRECTION, on_power_law: Expr = ON_POWER_LAW) -> Evidence:
    """Compare the derived corrections with the claimed ones."""
    found = laws.derive("teacher-student-next-order").results["correction_power_law"].rhs
    return symbolic_equality(
        [
            Identity(label="relative correction", derived=theory.next_order(n), claimed=correction),
            Identity(
                label="on the power law",
                derived=plain(found).subs({a: 1 + alpha_K, symbols.features: n}),
                claimed=on_power_law,
            ),
        ],
        summary=r"Slope of the mean log-determinant",
        witness={n: 10, q: 5, s: 4},
    )


def numeric(_: Context, *, on_power_law: Expr = ON_POWER_LAW) -> Evidence:
    """Compare the log-determinant of equal eigenvalues, and the correction far out, with their laws."""
    found = []
    for size, resource in ((3000, 1000), (2000, 1500)):
        with mpmath.workdps(30):
            # each squared distance to the span of the rows before is chi^2
            exact = mpmath.fsum(
                mpmath.digamma(mpmath.mpf(size - row) / 2) + mpmath.log(2) for row in range(resource)
            )
            share = mpmath.mpf(resource) / size
            planar = -size * mpmath.log(1 - share) + resource * mpmath.log((1 - share) / share)
            planar += resource * mpmath.log(resource) - resource
            shift = theory.log_determinant_shift(n).subs({q: share * resource, n: resource})
            found.append(
                Pair(
                    label=f"log-determinant beyond its planar value, S={size}, n={resource}, all equal",
                    measured=exact - planar,
                    claimed=evaluate(shift, {}),
                )
            )
    for alpha in ALPHAS:
        point = solve_ridge(PowerLaw(1 + alpha), features=10**9, samples=math.inf, digits=DIGITS)
        found.append(
            Pair(
                label=f"correction at alpha={alpha}, n=1e9",
                measured=evaluate(theory.next_order(n), {q: point.df2, s: point.df3, n: 10**9}),
                claimed=evaluate(on_power_law, {alpha_K: alpha, n: 10**9}),
            )
        )
    # what is left is of relative order 1/n
    return numbers_agree(found, summary="Log-determinant and correction", tolerance=2e-3, refuted=0.02)


_CELLS = (
    # alpha, resource, replicates
    (0.5, 10, 3000),
    (1.0, 10, 3000),
    (2.0, 20, 2500),
)


def simulation(context: Context, *, strength: float = 1.0) -> Evidence:
    """Compare what simulated losses have beyond the equivalent with the correction times `strength`."""
    points = []
    for place, (alpha, resource, replicates) in enumerate(_CELLS):
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=150,
            features=resource,
            samples=math.inf,
            replicates=replicates,
            thorough=10 * replicates,
        )
        size, amount = int(found.spectrum.size), int(found.features)
        point = solve_ridge(found.spectrum, features=amount, samples=math.inf)
        planar = float(point.risk) / (2 * size)
        beyond = mean_estimate(found.loss_draws / planar - 1)
        correction = theory.next_order(n).subs({q: point.df2, s: point.df3, n: amount})
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, n={amount}, S={size}",
                estimate=Estimate(
                    value=beyond.value, standard_error=beyond.standard_error, count=beyond.count
                ),
                prediction=strength * float(correction),
                # the order after it
                allowance=(1 + alpha) / amount,
            )
        )
    return simulation_agrees(context, points, summary="Loss over its equivalent, less one", resolution=0.6)


CLAIMS = (
    Claim(
        id="bahri2021.next_order",
        title="The next order of the loss of the smaller resource",
        statement=(
            r"$L_1(n)=\frac{n\Delta_n}{2S}\left[1+\frac{s/n-\gamma^2}{n(1-\gamma)^2}+\dots\right]$, "
            r"$\gamma=\frac1n\sum_i\bigl(\frac{c_i}{c_i+\Delta_n}\bigr)^2$, "
            r"$s=\sum_i\bigl(\frac{c_i}{c_i+\Delta_n}\bigr)^3$; on a power law $1+\frac{\alpha_K}{2n}$."
        ),
        source=f"derived here for the model of {SOURCE}",
        assumptions=(MODEL, GAUSSIAN, POWER_LAW, "the larger resource infinite"),
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
            r"It is the slope of $\frac12\log(1-\gamma)$, the term that the mean log-determinant of real "
            r"Gaussian matrices has beyond its planar value."
        ),
    ),
)
