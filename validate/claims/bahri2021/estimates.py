r"""What the exponents depend on: analytic losses, 4/d as an estimate and its limits, 1/d for all."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, Symbol, cosh, exp, integrate, log, oo, sympify

from ....theory.interpolation import LocalPieces, analytic_exponent
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...measure.exponent_fit import fit_exponent
from ...statistics import Estimate, mean_estimate
from ..legs import Identity, SimulatedPoint, evaluate, simulation_agrees, symbolic_equality
from .interpolated import exponent_point, runs
from .letters import CIRCULATING, SOURCE, D
from .letters import dimension as d
from .nearest_neighbours import SMOOTH, UNIFORM
from .pieces import COMPANION, SQUARED, TORUS


def analytic_symbolic(_: Context, *, degree: int = 2) -> Evidence:
    """Compare exponents of analytic losses, minimal where model and target agree, with the claimed ones."""
    x, bias = Symbol("x", real=True), Symbol("z", real=True)
    sigmoid = 1 / (1 + exp(-bias))
    losses = (
        ("half the square", x**2 / 2, 2),
        (r"$\cosh x-1$", cosh(x) - 1, 2),
        (
            "cross-entropy of logits above that of the target",
            log(1 + exp(bias + x)) - log(1 + exp(bias)) - sigmoid * x,
            2,
        ),
        ("$x^4$", x**4, 4),
    )
    identities = []
    for name, loss, first in losses:
        for order in (0, 1):
            claimed = degree * first * (order + 1) / (2 * d)
            identities.append(
                Identity(
                    label=f"{name}, k={order}",
                    derived=analytic_exponent(loss, x, order=order),
                    claimed=claimed,
                )
            )
    return symbolic_equality(identities, summary="Exponents of analytic losses")


def analytic_simulation(context: Context, *, degree: int = 2) -> Evidence:
    """Measure the exponent of cosh(f-F)-1 for the nearest value and for lines on the circle."""
    points = []
    for place, (size, order, replicates) in enumerate(((1, 0, 10), (2, 0, 10), (1, 1, 120))):
        # cosh(x) - 1 = x^2/2 + x^4/24 up to 1e-3 of itself for the errors here
        found = runs(
            context,
            place,
            (500, 1000, 4000),
            replicates=replicates,
            thorough=10 * replicates,
            dimension=size,
            order=order,
            powers=(2, 4),
        )
        sizes = [run.samples for run in found]
        means = [mean_estimate(run.errors @ np.array([1 / 2, 1 / 24])) for run in found]
        fit = fit_exponent(sizes, means)
        points.append(
            SimulatedPoint(
                label=f"d={size}, k={order}, D={sizes[0]} to {sizes[-1]}",
                estimate=Estimate(value=fit.value, standard_error=fit.standard_error, count=means[0].count),
                prediction=degree * (order + 1) / size,
                allowance=0.04,
            )
        )
    return simulation_agrees(context, points, summary="Measured exponents of cosh(f-F)-1 over n/d")


def kink_exponent() -> Expr:
    r"""Return the exponent of the squared error of lines across a kink, from the gap that holds it.

    Notes
    -----
    For $F=|x-x_0|$ the line across a gap of ends at distances $u,v$ misses a triangle of height
    $2uv/(u+v)$, in the square $\frac43u^2v^2/(u+v)$; both distances are exponential variables of mean $1/D$.

    >>> kink_exponent()
    3
    """
    u, v = Symbol("u", positive=True), Symbol("v", positive=True)
    # u = s v/(1-s) is a share s of the gap h = u + v
    h, s = Symbol("h", positive=True), Symbol("s", positive=True)
    missed = (Rational(4, 3) * u**2 * v**2 / (u + v)).subs({u: s * h, v: (1 - s) * h})
    over_shares = integrate(sympify(missed).simplify(), (s, 0, 1))
    total = integrate(over_shares * D**2 * h * exp(-D * h), (h, 0, oo))
    return sympify(-total.diff(D) * D / total).simplify()


def smooth_symbolic(_: Context, *, exponent: Expr = SQUARED) -> Evidence:
    """Compare the derived exponent of linear pieces and the squared error with 4/d."""
    return symbolic_equality(
        [
            Identity(
                label="exponent",
                derived=LocalPieces(order=1, power=2).exponent,
                claimed=exponent,
            )
        ],
        summary="Smooth and generic target",
    )


def kink_symbolic(_: Context, *, exponent: Expr = SQUARED) -> Evidence:
    """Compare the derived exponent of a kink on the circle with 4/d."""
    return symbolic_equality(
        [Identity(label="exponent, $d=1$", derived=kink_exponent(), claimed=exponent.subs(d, 1))],
        summary="Target with a kink",
    )


def kink(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a function of the circle with two kinks."""
    return np.asarray(np.abs(points[:, 0] - 0.5))


def kink_simulation(context: Context, *, exponent: Expr = SQUARED) -> Evidence:
    """Measure the exponent of a target with kinks on the circle."""
    found = runs(
        context,
        0,
        (25, 50, 100),
        replicates=500,
        thorough=5000,
        dimension=1,
        order=1,
        target=kink,
        tests=2000,
    )
    point = exponent_point("kink, d=1, squared", found, 2, evaluate(exponent, {d: 1}), 0.05)
    return simulation_agrees(context, [point], summary="Measured exponent over 4/d")


def same_for_all_symbolic(_: Context, *, order: int, power: int, exponent: Expr = 1 / d) -> Evidence:
    """Compare the derived exponent of one loss and one kind of pieces with 1/d."""
    return symbolic_equality(
        [
            Identity(
                label=f"exponent, k={order}, p={power}",
                derived=LocalPieces(order=order, power=power).exponent,
                claimed=exponent,
            )
        ],
        summary=f"Pieces of order {order} under a power {power}",
    )


def same_for_all_simulation(context: Context, *, order: int, power: int, exponent: Expr = 1 / d) -> Evidence:
    """Measure the exponent of one loss and one kind of pieces on a torus of two dimensions."""
    found = runs(context, 0, (250, 1000, 4000), dimension=2, order=order)
    point = exponent_point(f"d=2, k={order}, p={power}", found, power, evaluate(exponent, {d: 2}), 0.06)
    return simulation_agrees(context, [point], summary="Measured exponent over 1/d")


def _same_for_all(order: int, power: int) -> tuple[Leg, ...]:
    return (
        Leg(kind=LegKind.SYMBOLIC, run=partial(same_for_all_symbolic, order=order, power=power)),
        Leg(kind=LegKind.SIMULATION, run=partial(same_for_all_simulation, order=order, power=power)),
    )


CLAIMS = (
    Claim(
        id="bahri2021.analytic_loss",
        title="Expansion of analytic losses",
        statement=(
            r"A loss analytic in $f-F$ and minimal at 0 is $\sum_{m\ge n\ge2}a_m(\hat x)(x-\hat x)^m$, "
            r"and falls as $D^{-n/d}$; for linear pieces $n\ge4$."
        ),
        source=f"{SOURCE}, section 2.2",
        assumptions=(UNIFORM, TORUS, SMOOTH),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=analytic_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=analytic_simulation),
                )
            ),
        ),
        note=r"With a loss that begins with $(f-F)^m$ and pieces of order $k$, $n=m(k+1)$.",
    ),
    Claim(
        id="bahri2021.four_over_d",
        title="4/d as the exponent of linear pieces",
        statement=r"Linear pieces under the squared error have $\alpha_D=4/d$.",
        source=f"{SOURCE}, section 2.2, as an estimate; {COMPANION}",
        assumptions=(UNIFORM, TORUS),
        cases=(
            Case(regime="smooth and generic target", legs=(Leg(kind=LegKind.SYMBOLIC, run=smooth_symbolic),)),
            Case(
                regime="target with a kink",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=kink_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=kink_simulation),
                ),
            ),
        ),
        note=(
            r"It is an estimate, no bound: $|x-x_0|$ on the circle has $\alpha_D=3$, $E(f-F)^2\simeq"
            r"\frac{16}{15}D^{-3}$ for each kink of jump 2 in the slope. Lipschitz constants alone make "
            r"sure of $2/d$, $E(f-F)^2\le(K_f+K_F)^2E\,r^2$."
        ),
    ),
    Claim(
        id="bahri2021.circulating_one_over_d",
        title="1/d whatever the loss and the model",
        statement=r"In the resolution-limited regime $L\propto D^{-1/d}$.",
        source=f"{CIRCULATING}: a talk shows Theorem 2 with the absolute loss alone",
        assumptions=(UNIFORM, TORUS, SMOOTH),
        cases=(
            Case(regime="absolute loss, nearest value", legs=_same_for_all(0, 1)),
            Case(regime="squared loss, nearest value", legs=_same_for_all(0, 2)),
            Case(regime="squared loss, linear pieces", legs=_same_for_all(1, 2)),
        ),
        note=r"The exponents are $1/d$, $2/d$ and $4/d$; an analytic loss has $n/d$ with $n\ge2$.",
    ),
)
