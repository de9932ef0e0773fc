r"""Pieces of order k: exponents, and the constants of linear pieces."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, gamma, pi

from ....theory.interpolation import (
    LocalPieces,
    cell_exponent,
    delaunay_constant,
    spline_constant,
    spline_error,
)
from ....theory.interpolation.letters import order as k
from ....theory.interpolation.letters import power as p
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
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
)
from .interpolated import exponent_point, runs
from .letters import SOURCE, D, in_letters
from .letters import dimension as d
from .nearest_neighbours import SMOOTH, UNIFORM

COMPANION: Final = "Sharma and Kaplan, arXiv:2004.10802"
TORUS: Final = "the flat torus with sides of length 1"

#: Exponents of linear pieces.
ABSOLUTE, SQUARED = 2 / d, 4 / d
#: And of pieces of order k under |f-F|^p.
GENERAL = (k + 1) * p / d
#: Constants of linear pieces: over the integral of |F''|^p on the circle, of (Delta F)^2 on the plane.
RANDOM = gamma(p + 1) ** 2 / 2**p
EQUIDISTANT = RANDOM / gamma(2 * p + 2)
PLANE = Rational(15, 32) / pi**2

_CURVATURE = (2 * math.pi) ** 2


def linear_symbolic(_: Context, *, absolute: Expr = ABSOLUTE, squared: Expr = SQUARED) -> Evidence:
    """Compare the derived exponents of pieces of order 1 with the claimed ones."""
    return symbolic_equality(
        [
            Identity(
                label=f"exponent, {name} loss",
                derived=LocalPieces(order=1, power=power).exponent,
                claimed=claimed,
            )
            for name, power, claimed in (("absolute", 1, absolute), ("squared", 2, squared))
        ],
        summary="Exponents of linear pieces",
    )


def linear_numeric(_: Context, *, absolute: Expr = ABSOLUTE, squared: Expr = SQUARED) -> Evidence:
    """Measure the exponents of the exact errors of linear pieces on the circle."""
    found = []
    for power, claimed in ((1, absolute), (2, squared)):
        error = in_letters(spline_error(power))
        ends = [evaluate(error, {D: samples}) for samples in (10**12, 10**15)]
        with mpmath.workdps(30):
            slope = -mpmath.log(ends[1] / ends[0]) / mpmath.log(1000)
        found.append(
            Pair(
                label=f"d=1, p={power}, D=1e12 to 1e15",
                measured=slope,
                claimed=evaluate(claimed, {d: 1}),
            )
        )
    return numbers_agree(found, summary="Exponents of exact errors", tolerance=1e-9)


def linear_simulation(context: Context, *, absolute: Expr = ABSOLUTE, squared: Expr = SQUARED) -> Evidence:
    """Measure exponents on the circle, with triangles and tetrahedra, and on the sphere."""
    points = []
    settings = (
        ("torus", 1, (250, 1000, 4000), 150, 1000),
        ("torus", 2, (250, 1000, 4000), 12, 1000),
        ("torus", 3, (200, 500, 1250), 10, 800),
        ("sphere", 2, (300, 900, 2700), 12, 600),
    )
    for place, (manifold, size, sizes, replicates, tests) in enumerate(settings):
        found = runs(
            context,
            place,
            sizes,
            replicates=replicates,
            thorough=10 * replicates,
            manifold=manifold,
            dimension=size,
            order=1,
            tests=tests,
        )
        for power, name, claimed in ((1, "absolute", absolute), (2, "squared", squared)):
            value = evaluate(claimed, {d: size})
            # the next terms, of relative order D^(-2/d), change exponents between these sizes
            allowance = {1: 0.01, 2: 0.04, 3: 0.06}[size]
            points.append(exponent_point(f"{manifold}, d={size}, {name}", found, power, value, allowance))
    return simulation_agrees(context, points, summary="Measured exponents over the claimed ones")


def constants_symbolic(
    _: Context, *, random: Expr = RANDOM, equidistant: Expr = EQUIDISTANT, plane: Expr = PLANE
) -> Evidence:
    """Compare the derived constants with the claimed ones."""
    identities = [
        Identity(label="circle, random", derived=spline_constant(), claimed=random),
        Identity(label="circle, equidistant", derived=spline_constant(grid=True), claimed=equidistant),
        Identity(label="plane, random, $p=2$", derived=delaunay_constant(), claimed=plane),
    ]
    return symbolic_equality(identities, summary="Constants of linear pieces")


def constants_numeric(_: Context, *, random: Expr = RANDOM) -> Evidence:
    """Follow the exact error between random points of the circle to its law, by its next term."""
    points = []
    for power in (1, 2, 3):
        error = in_letters(spline_error(power))
        for samples in (10**4, 10**6, 10**8):
            points.append(
                ApproachPoint(
                    label=f"p={power}",
                    at=f"D={samples:.0e}",
                    measured=evaluate(error, {D: samples}),
                    law=evaluate(random * D ** (-2 * p), {p: power, D: samples}),
                    # the product of D+1 to D+2p
                    next_term=evaluate(-power * (2 * power + 1) / D, {D: samples}),
                )
            )
    return approach_to_law(points, summary="Exact error between random points of the circle")


def constants_simulation(context: Context, *, random: Expr = RANDOM, plane: Expr = PLANE) -> Evidence:
    """Compare simulated errors with the laws, for sums of sines."""
    points = []
    (circle,) = runs(context, 0, [1000], replicates=400, dimension=1, order=1, tests=2000)
    # means of |sin| and sin^2 over a period
    for power, mean in ((1, 2 / math.pi), (2, 0.5)):
        constant = float(evaluate(random, {p: power})) * _CURVATURE**power * mean
        points.append(
            SimulatedPoint(
                label=f"circle, p={power}, D={circle.samples}: D^{2 * power} times the error",
                estimate=circle.error(power),
                prediction=constant / circle.samples ** (2 * power),
                allowance=0.02,
            )
        )
    (triangles,) = runs(context, 1, [4000], replicates=25, dimension=2, order=1, tests=2000)
    points.append(
        SimulatedPoint(
            label=f"plane, p=2, D={triangles.samples}: D^2 times the error",
            estimate=triangles.error(2),
            # the Laplacian is -(2 pi)^2 times the sum of two sines, of mean square 1
            prediction=float(evaluate(plane, {})) * _CURVATURE**2 / triangles.samples**2,
            allowance=0.04,
        )
    )
    return simulation_agrees(context, points, summary="Simulated errors over their laws")


def grid_numeric(_: Context, *, equidistant: Expr = EQUIDISTANT) -> Evidence:
    """Compare errors of lines between equidistant points, by quadrature, with the law."""
    found = []
    for power, mean in ((1, 2 / math.pi), (2, 0.5)):
        claimed = float(evaluate(equidistant, {p: power})) * _CURVATURE**power * mean
        error = cell_error(1000, 1, power)
        found.append(Pair(label=f"p={power}, D=1000", measured=error * 1000 ** (2 * power), claimed=claimed))
    return numbers_agree(found, summary="Error between equidistant points over its law", tolerance=1e-4)


def cell_error(cells: int, order: int, power: float) -> float:
    r"""Return the mean of $|f-F|^p$ for $F=\sin2\pi x$ and polynomials through nodes of each cell."""
    nodes = (np.arange(order + 1) + 0.5) / (order + 1) if order != 1 else np.array([0.0, 1.0])
    places, weights = np.polynomial.legendre.leggauss(48)
    # the error changes its sign at the nodes only
    ends = np.unique(np.concatenate([[0.0, 1.0], nodes]))
    total = 0.0
    starts = np.arange(cells)[:, None] / cells

    def target(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.sin(2 * np.pi * (starts + at / cells)))

    for low, high in pairwise(ends):
        at = low + (high - low) * (places + 1) / 2
        lagrange = np.array(
            [
                np.prod([(at - other) / (node - other) for other in nodes if other != node], axis=0)
                * np.ones_like(at)
                for node in nodes
            ]
        )
        missed = np.abs(target(nodes) @ lagrange - target(at)) ** power
        total += float((missed @ weights).mean()) * (high - low) / 2
    return total


def general_symbolic(_: Context, *, general: Expr = GENERAL) -> Evidence:
    """Compare the derived exponents for samples and for cells with the claimed one."""
    identities = [
        Identity(label="exponent of $D$", derived=LocalPieces().exponent, claimed=general),
        Identity(label="exponent of the cells", derived=cell_exponent(), claimed=general),
    ]
    for order in range(4):
        # read off an interpolation at named nodes, not off the symbol k
        identities.append(
            Identity(
                label=f"exponent, k={order}",
                derived=LocalPieces(order=order).exponent,
                claimed=general.subs(k, order),
            )
        )
    return symbolic_equality(identities, summary="Exponents of pieces of order $k$")


def general_numeric(_: Context, *, general: Expr = GENERAL) -> Evidence:
    """Measure the exponents of polynomials in cells of the circle, by quadrature."""
    found = []
    for order in range(4):
        for power in (1, 2, 3):
            few, many = (cell_error(cells, order, power) for cells in (32, 64))
            found.append(
                Pair(
                    label=f"d=1, k={order}, p={power}, N=32 to 64",
                    measured=math.log2(few / many),
                    claimed=evaluate(general, {d: 1, k: order, p: power}),
                )
            )
    return numbers_agree(found, summary="Exponents of cells of the circle", tolerance=5e-3, refuted=0.05)


CLAIMS = (
    Claim(
        id="bahri2021.piecewise_linear",
        title="Loss of linear pieces",
        statement=(
            r"Between linear pieces the squared loss falls as $D^{-4/d}$ and the absolute one as $D^{-2/d}$."
        ),
        source=f"{SOURCE}, section 2.2, after {COMPANION}",
        assumptions=(
            UNIFORM,
            f"{TORUS}, and the unit sphere of two dimensions",
            SMOOTH,
            "Delaunay simplices",
        ),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=linear_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=linear_numeric),
                    Leg(kind=LegKind.SIMULATION, run=linear_simulation),
                )
            ),
        ),
        note=(
            "In three dimensions the exponent between some hundred and two thousand samples is still 2% low. "
            "In a cube, which has faces, long simplices along them decide: between 800 and 3200 samples of a "
            "cube the squared error falls with an exponent of 1.0, in the middle half of it with 1.31."
        ),
    ),
    Claim(
        id="bahri2021.linear_constants",
        title="Constants of linear pieces",
        statement=(
            r"$E|f-F|^p\simeq2^{-p}\Gamma(p+1)^2D^{-2p}\int|F''|^p$ between random points of a circle of "
            r"length 1, the same over $\Gamma(2p+2)$ between equidistant ones, and "
            r"$E(f-F)^2\simeq\frac{15}{32\pi^2}D^{-2}\int(\Delta F)^2$ on Delaunay triangles between random "
            "points of the torus of two dimensions."
        ),
        source="derived here",
        assumptions=(UNIFORM, TORUS, SMOOTH),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=constants_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=constants_numeric),
                    Leg(kind=LegKind.NUMERIC, run=grid_numeric),
                    Leg(kind=LegKind.SIMULATION, run=constants_simulation),
                )
            ),
        ),
        note=(
            r"Squared error: $D^4E(f-F)^2\to\int(F'')^2$ at random points, $\frac1{120}\int(F'')^2$ at "
            r"equidistant ones; absolute error: $\frac12\int|F''|$ and $\frac1{12}\int|F''|$. With a Hessian "
            r"$H$ the square on triangles is $(9(\mathrm{tr}H)^2+6|H|^2)/(32\pi^2D^2)$."
        ),
    ),
    Claim(
        id="bahri2021.pieces_of_order_k",
        title="Pieces of any order under any power",
        statement=(
            r"Pieces of order $k$ under the loss $|f-F|^p$ have the exponent $(k+1)p/d$, in the samples and "
            r"in the number of cells $N=s^{-d}$."
        ),
        source=f"{SOURCE}, section 2.2; {COMPANION}",
        assumptions=(
            SMOOTH,
            "nodes at distances of the order of the cell, poised for polynomials of degree $k$",
        ),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=general_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=general_numeric),
                )
            ),
        ),
    ),
)
