r"""Laws of interpolation between random points: distances, nearest neighbours, pieces, ratios."""

from __future__ import annotations

from sympy import Eq, Symbol, factor, powsimp, simplify

from ..derivation import Derivation, Rigour, Step
from ..interpolation import (
    LocalPieces,
    NearestDistance,
    direction_moment,
    estimator_moment,
    gap_error,
    nearest_neighbour_error,
    ratio_distribution,
    spline_constant,
    spline_error,
    unit_ball,
)
from ..interpolation.letters import dimension, gap, moment, order, power
from .common import T
from .interpolation_samples import (
    ball,
    direction,
    direction_of_step,
    distance_exactly,
    distance_of_many,
    estimated,
    estimated_square,
    gap_lost,
    gradient,
    mean_moment,
    missed,
    missed_by_line,
    missed_by_piece,
    missed_in_unit,
    nearest_value,
    pieces,
    probability,
    ratios,
    spline_exactly,
    spline_of_many,
)
from .registry import law

d, q, p, k = dimension, moment, power, order
PAPER = "Bahri, Dyer, Kaplan, Lee, Sharma, arXiv 2102.06701"
COMPANION = "Sharma, Kaplan, arXiv 2004.10802"
TORUS = r"$T\to\infty$ uniform points on the flat torus of volume 1"


@law
def nearest_neighbour_distance() -> Derivation:
    r"""Derive the moments of the distance to the nearest of many points of the flat torus."""
    near = NearestDistance()
    law_of_many = near.moment()
    finite = powsimp(simplify(near.exact() * unit_ball() ** (q / d)), force=True) * ball ** (-q / d)
    return Derivation(
        name="nearest-neighbour-distance",
        title="Distance to the nearest of many points",
        regime=TORUS,
        source=f"{PAPER}, Theorem 2, gives the exponent; constants derived here",
        steps=(
            Step(
                statement=Eq(ball, unit_ball()),
                rule=r"The volume of the unit ball, from the integral of $e^{-|x|^2}$ in polar coordinates",
                sampler=distance_exactly,
            ),
            Step(
                statement=Eq(mean_moment, finite),
                rule=r"No point lies within $r$ with probability $(1-V_dr^d)^T$: the share of the nearest "
                r"has the density $T(1-v)^{T-1}$, whose moments are Beta functions",
                sampler=distance_exactly,
            ),
            Step(
                statement=law_of_many,
                name=mean_moment,
                rule=r"Many points, $(1-v)^T=e^{-Tv}(1-Tv^2/2+\dots)$",
                rigour=Rigour.LEADING,
                sampler=distance_of_many,
            ),
        ),
        results={
            "moment": Eq(mean_moment, law_of_many.leading),
            "exponent": Eq(Symbol("e_T"), law_of_many.exponent(T)),
        },
        constants={},
    )


@law
def nearest_neighbour_regression() -> Derivation:
    r"""Derive the error of the value of the nearest neighbour for a smooth function."""
    per_gradient = nearest_neighbour_error()
    error = per_gradient.leading * gradient
    return Derivation(
        name="nearest-neighbour-regression",
        title="Error of the value of the nearest neighbour",
        regime=TORUS + r", a function with continuous third derivatives",
        source=f"{PAPER}, section 2.2, and {COMPANION} give the exponents; constants derived here",
        steps=(
            Step(
                statement=Eq(direction, direction_moment()),
                rule=r"The mean of $|u_1|^p$ over unit vectors, as a quotient of Gaussian moments",
                sampler=direction_of_step,
            ),
            Step(
                statement=Eq(missed, error),
                rule=r"To first order the function changes by its gradient times the step, whose direction "
                r"is uniform and independent of its length (law nearest-neighbour-distance)",
                rigour=Rigour.LEADING,
                error=(T ** (-2 / d), T ** (-(1 + p) / d), 1 / T),
                sampler=nearest_value,
            ),
        ),
        results={
            "error": Eq(missed, error),
            "exponent": Eq(Symbol("e_T"), per_gradient.exponent(T)),
        },
        constants={},
    )


@law
def linear_splines() -> Derivation:
    r"""Derive the error of linear pieces between random points of a circle."""
    many = spline_constant() * T ** (-2 * p)
    return Derivation(
        name="linear-splines",
        title="Error of linear pieces between random points of a circle",
        regime=r"$T\to\infty$ uniform points on a circle of length 1, $F''=1$ in each gap",
        source=f"{COMPANION} gives the exponent; constants derived here",
        steps=(
            Step(
                statement=Eq(gap_lost, gap_error()),
                rule=r"In a gap of length $h$ the line misses the function by $s(h-s)/2$",
                sampler=spline_exactly,
            ),
            Step(
                statement=Eq(missed_by_line, spline_error()),
                rule=r"There are $T$ gaps, of density $(T-1)(1-h)^{T-2}$",
                sampler=spline_exactly,
            ),
            Step(
                statement=Eq(missed_by_line, many),
                rule=r"Many points: the gaps become exponential variables of mean $1/T$",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=spline_of_many,
            ),
        ),
        results={
            "random": Eq(missed_by_line, many),
            "squared": Eq(missed_by_line, many.subs(p, 2)),
            "equidistant": Eq(missed_by_line, spline_error(grid=True)),
        },
        constants={},
    )


@law
def local_pieces() -> Derivation:
    r"""Derive the exponent of pieces of order k under a power of the error."""
    found = LocalPieces()
    distance = NearestDistance().moment(found.moment).leading
    return Derivation(
        name="local-pieces",
        title="Exponent of pieces of order k",
        regime=TORUS + r", a smooth function, pieces of degree $k$ between neighbours, loss $|f-F|^p$",
        source=f"{COMPANION}; derived here",
        steps=(
            Step(
                statement=Eq(missed_by_piece, gap ** (k + 1) * missed_in_unit),
                rule=r"Interpolation keeps polynomials of degree $k$ and commutes with dilations, so that "
                r"what it misses first is homogeneous of degree $k+1$",
                sampler=pieces,
            ),
            Step(
                statement=Eq(mean_moment, distance),
                rule=r"The mean of $r^{(k+1)p}$ over the distance of the nearest point "
                r"(law nearest-neighbour-distance)",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=pieces,
            ),
        ),
        results={
            "exponent": Eq(Symbol("e_T"), -found.exponent),
            "nearest_value": Eq(Symbol("e_1"), -LocalPieces(order=0, power=1).exponent),
            "linear": Eq(Symbol("e_2"), -LocalPieces(order=1, power=2).exponent),
        },
        constants={},
    )


@law
def neighbour_ratios() -> Derivation:
    r"""Derive the law of the ratios of neighbours, and that the estimator of the dimension has no bias."""
    mean, square = estimator_moment(), estimator_moment(power=2)
    return Derivation(
        name="neighbour-ratios",
        title="Ratios of distances to neighbours, and the dimension",
        regime=r"Points of constant density within the distance $r_k$ of the $k$-th neighbour, $\mu=r_k/r_1$",
        source=f"{COMPANION}; variance derived here",
        steps=(
            Step(
                statement=Eq(probability, ratio_distribution()),
                rule=r"Given $r_k$ the nearer neighbours are uniform in its ball, all beyond $r_k/\mu$",
                sampler=ratios,
            ),
            Step(
                statement=Eq(estimated, mean),
                rule=r"The estimator is $k-2$ over a sum of $k-1$ exponential variables of mean $1/d$",
                sampler=ratios,
            ),
            Step(
                statement=Eq(estimated_square, square),
                rule=r"The mean of its square, for $k>3$",
                sampler=ratios,
            ),
        ),
        results={
            "distribution": Eq(probability, ratio_distribution()),
            "mean": Eq(estimated, mean),
            "variance": Eq(Symbol("v_d"), factor(square - mean**2)),
        },
        constants={},
    )
