"""`scalinglaws simulate interpolation`: errors between random points of a manifold, beside their laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .output import print_values

if TYPE_CHECKING:
    from ..simulate import InterpolationSimulation


@click.command()
@click.option("--samples", required=True, help="Number of random points.")
@click.option("--dimension", required=True, help="Dimension of the manifold.")
@click.option(
    "--manifold",
    type=click.Choice(["torus", "sphere"]),
    default="torus",
    show_default=True,
    help="The flat torus with sides of length 1, or the sphere of radius 1.",
)
@click.option(
    "--embedding",
    type=click.Choice(["none", "clifford", "curved"]),
    default="none",
    show_default=True,
    help="How a torus lies in the space in which neighbours are found.",
)
@click.option(
    "--order",
    type=click.IntRange(0, 1),
    default=0,
    show_default=True,
    help="0 for the value of the nearest point, 1 for linear pieces.",
)
@click.option("--tests", default="2000", show_default=True, help="Number of test points in a draw.")
@click.option("--replicates", default="20", show_default=True, help="Number of independent draws.")
@click.option("--seed", type=int, default=0, show_default=True, help="Root of all randomness.")
@click.option("--jobs", type=int, help="Number of processes; by default one for each processor.")
@options.json_flag
def interpolation(
    samples: str,
    dimension: str,
    manifold: Any,
    embedding: Any,
    order: int,
    tests: str,
    replicates: str,
    seed: int,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Simulate interpolation of a smooth function between random points.

    The function is a sum of sines on the torus, x0 + x0 x1 on the sphere. Prints the mean distance to the
    nearest point with its exact value, the mean absolute and squared error with their standard errors over
    the draws, and, where its constant is known, the law of the squared error for many points.
    """
    from ..executors import process_pool
    from ..simulate import simulate_interpolation

    with process_pool(jobs) as pool:
        found = simulate_interpolation(
            samples=samples,
            dimension=dimension,
            manifold=manifold,
            embedding=None if embedding == "none" else embedding,
            order=order,
            tests=tests,
            replicates=replicates,
            seed=seed,
            executor=pool,
        )
    values: dict[str, str] = {}
    for name, estimate in (
        ("distance", found.distance(1)),
        ("absolute_error", found.error(1)),
        ("squared_error", found.error(2)),
    ):
        values |= {name: repr(estimate.value), f"{name}_standard_error": repr(estimate.standard_error)}
    for name, prediction in (("exact_distance", _distance(found)), ("law_of_squared_error", _law(found))):
        if prediction is not None:
            values[name] = repr(prediction)
    values |= {"replicates": str(found.replicates), "seed": str(seed)}
    print_values(values, as_json=as_json)


def _distance(found: InterpolationSimulation) -> float | None:
    """Return the exact mean distance, None for an embedded torus or one of too few points for it."""
    from ...numerics import PrecisionError, nearest_distance_moment

    if found.embedding is not None:
        return None
    try:
        return float(
            nearest_distance_moment(
                1, samples=found.samples, dimension=found.dimension, manifold=found.manifold, digits=8
            )
        )
    except PrecisionError:
        return None


def _law(found: InterpolationSimulation) -> float | None:
    """Return the squared error of the sum of sines to leading order, None where its constant is not known."""
    from math import pi

    from ...theory import symbols
    from ...theory.interpolation import delaunay_constant, nearest_neighbour_error, spline_constant

    d = found.dimension
    if found.manifold == "sphere" or found.embedding is not None or (found.order == 1 and d == 3):
        return None
    if found.order == 0:
        per_gradient = nearest_neighbour_error(2, d).leading.subs(symbols.samples, found.samples)
        return float(per_gradient) * d * (2 * pi) ** 2 / 2
    constant = float(spline_constant(2) if d == 1 else delaunay_constant())
    return float(constant * d * (2 * pi) ** 4 / 2 / found.samples ** (4 // d))
