r"""The distance to the nearest sample, and the loss of taking its value."""

from __future__ import annotations

from typing import Any, Final

import mpmath
from sympy import Expr, gamma, pi, sympify

from ....numerics import nearest_distance_moment
from ....theory.interpolation import LocalPieces, NearestDistance, nearest_neighbour_error
from ....theory.interpolation.letters import power as p
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.manifolds import Manifold
from ..legs import (
    ApproachPoint,
    Identity,
    Pair,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
    together_evidence,
)
from .interpolated import exponent_point, nearest_square, runs
from .letters import CIRCULATING, SOURCE, D, in_letters
from .letters import dimension as d

UNIFORM: Final = "samples independent and uniform"
TORUS: Final = "the flat torus with sides of length 1, and the unit sphere with its own volume and distance"
SMOOTH: Final = "a smooth target, and generic: its derivatives do not vanish"

#: The printed order with the constant that belongs to it on the torus.
DISTANCE = gamma(1 + 1 / d) * (pi ** (d / 2) / gamma(1 + d / 2) * D) ** (-1 / d)
#: Exponents of the loss of the nearest value.
ABSOLUTE, SQUARED = 1 / d, 2 / d

MANIFOLDS: Final[tuple[Manifold, ...]] = ("torus", "sphere")
_SIZES = (10**6, 10**9, 10**12)
_SIMULATED: Final[tuple[tuple[Manifold, int, int], ...]] = (
    ("torus", 1, 2000),
    ("torus", 2, 4000),
    ("torus", 3, 8000),
    ("torus", 4, 8000),
    ("sphere", 2, 4000),
    ("sphere", 3, 8000),
)


def at_dimension(expression: Expr, size: int, **values: object) -> mpmath.mpf:
    """Return an expression in the letters of the paper at a dimension and a number of samples."""
    return evaluate(sympify(expression), {d: size, D: values.get("samples", 1)}, digits=40)


def distance_symbolic(_: Context, *, law: Expr = DISTANCE) -> Evidence:
    """Compare the derived mean distance with the law."""
    derived = in_letters(NearestDistance().moment(1).leading)
    return symbolic_equality(
        [Identity(label=r"$E|x-\hat x|$", derived=derived, claimed=law)],
        summary="Mean distance to the nearest of many points of the torus",
    )


def distance_numeric(_: Context, *, law: Expr = DISTANCE) -> Evidence:
    """Follow the exact mean distance at any number of samples to its law, by its next term."""
    points = []
    for manifold in MANIFOLDS:
        for size in (1, 2, 3, 5):
            near = NearestDistance(manifold=manifold, dimension=size)
            expansion = near.moment(1)
            volume = near.volume
            for samples in _SIZES:
                claimed = law.subs(D, D / volume).subs(d, size)
                ends = {D: samples}
                leading = in_letters(expansion.leading)
                correction = in_letters(expansion.as_expr()) / leading - 1
                points.append(
                    ApproachPoint(
                        label=f"{manifold}, d={size}",
                        at=f"D={samples:.0e}",
                        measured=nearest_distance_moment(
                            1, samples=samples, dimension=size, manifold=manifold, digits=50
                        ),
                        law=evaluate(claimed, ends),
                        next_term=evaluate(correction, ends),
                    )
                )
    return approach_to_law(points, summary="Exact mean distance")


def distance_simulation(context: Context, *, law: Expr = DISTANCE) -> Evidence:
    """Compare simulated mean distances with the law of many points."""
    points = []
    for place, (manifold, size, samples) in enumerate(_SIMULATED):
        (found,) = runs(context, place, [samples], dimension=size, manifold=manifold)
        volume = NearestDistance(manifold=manifold, dimension=size).volume
        points.append(
            SimulatedPoint(
                label=f"{manifold}, d={size}, D={found.samples}",
                estimate=found.distance(1),
                prediction=float(at_dimension(law, size, samples=found.samples / volume)),
                # what is left out is of relative order D^(-2/d) on the sphere
                allowance=0.01,
            )
        )
    return simulation_agrees(context, points, summary="Simulated mean distance over its law", resolution=0.1)


def loss_symbolic(
    _: Context, *, absolute: Expr = ABSOLUTE, squared: Expr = SQUARED, order: int = 0
) -> Evidence:
    """Compare the derived exponents of pieces of order 0 with the claimed ones."""
    identities = []
    for name, power, claimed in (("absolute", 1, absolute), ("squared", 2, squared)):
        derived = LocalPieces(order=order, power=power).exponent
        identities.append(Identity(label=f"exponent, {name} loss", derived=derived, claimed=claimed))
    expansion = nearest_neighbour_error()
    identities.append(
        Identity(
            label="exponent, $|f-F|^p$",
            derived=-expansion.exponent(),
            claimed=absolute + (squared - absolute) * (p - 1),
        )
    )
    return symbolic_equality(identities, summary="Exponents of the nearest value")


def loss_numeric(_: Context, *, squared: Expr = SQUARED) -> Evidence:
    """Compare the exact squared error at many samples with its constant and exponent."""
    slopes, sizes = [], []
    for size in (1, 2, 3, 4):
        first, last = (nearest_square(samples, size) for samples in (10**12, 10**15))
        claimed = evaluate(squared, {d: size})
        with mpmath.workdps(30):
            slope = -mpmath.log(last / first) / mpmath.log(1000)
            slopes.append(Pair(label=f"d={size}, D=1e12 to 1e15", measured=slope, claimed=claimed))
            constant = nearest_neighbour_error(2, size).leading.subs(D, 1) * size * (2 * pi) ** 2 / 2
            constant = evaluate(in_letters(constant).subs(D, 1), {})
            sizes.append(
                Pair(
                    label=f"d={size}, D=1e15: over its constant",
                    measured=last * mpmath.mpf(10) ** (15 * claimed),
                    claimed=constant,
                )
            )
    # the next terms are of relative order (2 pi r)^2, 1e-6 in four dimensions
    return together_evidence(
        numbers_agree(slopes, summary="Exponent of the squared error", tolerance=1e-5),
        numbers_agree(sizes, summary="Constant of the squared error", tolerance=1e-4),
    )


def loss_simulation(context: Context, *, absolute: Expr = ABSOLUTE, squared: Expr = SQUARED) -> Evidence:
    """Measure exponents on tori, on an embedded one, and on the sphere."""
    points = []
    manifolds: tuple[tuple[str, int, dict[str, Any]], ...] = (
        ("torus", 1, {}),
        ("torus", 2, {}),
        ("torus", 3, {}),
        ("torus", 4, {}),
        ("torus in 8 dimensions, bent", 2, {"embedding": "curved"}),
        ("sphere", 2, {"manifold": "sphere"}),
    )
    for place, (label, size, settings) in enumerate(manifolds):
        found = runs(context, place, (500, 2000, 8000), dimension=size, **settings)
        for power, name, claimed in ((1, "absolute", absolute), (2, "squared", squared)):
            value = evaluate(claimed, {d: size})
            # what is left out, of relative order D^(-2/d), changes exponents between these sizes
            points.append(exponent_point(f"{label}, d={size}, {name}", found, power, value, 0.06))
    return simulation_agrees(context, points, summary="Measured exponents over the claimed ones")


def agreement_symbolic(_: Context, *, exponent: Expr = -ABSOLUTE) -> Evidence:
    """Take the mean distance to d points, and its exponent in the number of samples."""
    fixed = NearestDistance().exact(1).subs(NearestDistance().moment(1).variable, d)
    return symbolic_equality(
        [Identity(label="exponent of $D$", derived=fixed.diff(D) * D / fixed, claimed=exponent)],
        summary="Agreement at the first $d$ of $D$ samples",
    )


def agreement_simulation(context: Context, *, agreed: int | None = None, law: Expr = DISTANCE) -> Evidence:
    """Compare the distance to d points of 10^4, or to another number of them, with the order of the loss."""
    samples, points = 10**4, []
    for place, size in enumerate((2, 3)):
        (found,) = runs(context, place, [agreed or size], dimension=size, replicates=40)
        points.append(
            SimulatedPoint(
                label=f"d={size}: distance to {found.samples} of {samples} samples",
                estimate=found.distance(1),
                prediction=float(at_dimension(law, size, samples=samples)),
                # an order leaves the constant open
                allowance=1.0,
            )
        )
    return simulation_agrees(context, points, summary="Distance to the points of agreement", resolution=2.0)


CLAIMS = (
    Claim(
        id="bahri2021.nearest_distance",
        title="Distance to the nearest sample",
        statement=(
            r"$E|x-\hat x|=O(D^{-1/d})$; with its constant, "
            r"$E|x-\hat x|\simeq\Gamma(1+\frac1d)(V_dD/\mathrm{vol})^{-1/d}$."
        ),
        source=f"{SOURCE}, proof of Theorem 2 (after Levina and Bickel); constant derived here",
        assumptions=(UNIFORM, TORUS),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=distance_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=distance_numeric),
                    Leg(kind=LegKind.SIMULATION, run=distance_simulation),
                )
            ),
        ),
        note=(
            r"At any number of samples, up to an exponentially small term on the torus: "
            r"$E\,r^q=\Gamma(1+\frac qd)\frac{\Gamma(D+1)}{\Gamma(D+1+q/d)}V_d^{-q/d}$. On the sphere "
            r"curvature adds a relative $O(D^{-2/d})$."
        ),
    ),
    Claim(
        id="bahri2021.nearest_value",
        title="Loss of the value of the nearest sample",
        statement=(
            r"Matching the nearest sample, the absolute loss falls as $D^{-1/d}$ and the squared one as "
            r"$D^{-2/d}$."
        ),
        source=f"{SOURCE}, section 2.2",
        assumptions=(UNIFORM, TORUS, SMOOTH),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=loss_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=loss_numeric),
                    Leg(kind=LegKind.SIMULATION, run=loss_simulation),
                )
            ),
        ),
        note=(
            r"On the torus $E|F(x)-F(\hat x)|^p\simeq\frac{\Gamma(d/2)\Gamma((p+1)/2)}{\sqrt\pi\,"
            r"\Gamma((d+p)/2)}\,\Gamma(1+\tfrac pd)(V_dD)^{-p/d}\,E|\nabla F|^p$. The dimension of the "
            "space around the manifold does not enter."
        ),
    ),
    Claim(
        id="bahri2021.circulating_agreement_at_d_points",
        title="Agreement at as many points as there are dimensions",
        statement=r"$f(x_i)=F(x_i)$ for all $1\le i\le d$ gives $L=O(D^{-1/d})$.",
        source=f"{CIRCULATING}: a talk's version of Theorem 2",
        assumptions=(UNIFORM, "Lipschitz model at its bound, so that the loss is the distance"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=agreement_symbolic),
                    Leg(kind=LegKind.SIMULATION, run=agreement_simulation),
                )
            ),
        ),
        note=r"The index runs to the number of samples, $1\le i\le D$.",
    ),
)
