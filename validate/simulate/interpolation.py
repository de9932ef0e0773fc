r"""Interpolation between random points of a manifold: nearest neighbours and linear pieces.

The model repeats a target at random points (samples) and is asked elsewhere: pieces of order 0 take the
value of the nearest point, pieces of order 1 are linear between the corners of a simplex. Recorded are the
means over test points of :math:`|f-F|^p` and of powers of the distance to the nearest point.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...numerics import exact
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, count
from .cost import MEMORY_LIMIT
from .manifolds import Embedding, Manifold, draw_points, embed, nearest, read_dimension
from .replicates import Progress, run_replicates, seed_sequence
from .triangulation import check_enough, linear_on_sphere, linear_on_torus

Target = Callable[[FloatArray], FloatArray]


def waves(points: FloatArray) -> FloatArray:
    r"""Return the smooth function :math:`\sum_i\sin2\pi x_i` of points of the torus.

    Examples
    --------
    >>> waves(np.array([[0.25, 0.25], [0.5, 0.75]])).round(12).tolist()
    [2.0, -1.0]
    """
    return np.asarray(np.sin(2 * np.pi * points).sum(axis=1))


def harmonic(points: FloatArray) -> FloatArray:
    r"""Return the smooth function :math:`x_0+x_0x_1` of points of a sphere.

    Examples
    --------
    >>> harmonic(np.array([[0.6, 0.8, 0.0]])).round(12).tolist()
    [1.08]
    """
    return np.asarray(points[:, 0] * (1 + points[:, 1]))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InterpolationSimulation:
    """Means over the test points of independent draws of samples and tests.

    `errors` and `distances` have a row for each draw and a column for each of `powers`.
    """

    errors: FloatArray
    distances: FloatArray
    powers: tuple[float, ...]
    samples: int
    dimension: int
    manifold: Manifold
    embedding: Embedding | None
    order: int
    replicates: int
    seed: np.random.SeedSequence

    def error(self, power: float) -> Estimate:
        """Return the mean of the error to one of the powers."""
        return mean_estimate(self.errors[:, self._place(power)])

    def distance(self, power: float) -> Estimate:
        """Return the mean of the distance of the nearest sample to one of the powers."""
        return mean_estimate(self.distances[:, self._place(power)])

    def _place(self, power: float) -> int:
        if power not in self.powers:
            raise ValueError(f"`power` = {power} was not simulated; choose one of {self.powers}")
        return self.powers.index(power)


def simulate_interpolation(
    *,
    samples: Any,
    dimension: Any,
    manifold: Manifold = "torus",
    embedding: Embedding | None = None,
    order: int = 0,
    powers: Sequence[Any] = (1, 2),
    target: Target | None = None,
    tests: Any = 2000,
    replicates: Any = 20,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> InterpolationSimulation:
    r"""Return errors of interpolation between uniform random points of a manifold.

    Parameters
    ----------
    samples
        Number of points, an integer not smaller than 1; with linear pieces more than `dimension`.
    dimension
        Of the manifold, an integer not smaller than 1; with linear pieces at most 3 on the torus, 2 on the
        sphere.
    manifold
        `"torus"`, flat with sides of length 1, or `"sphere"`, :math:`S^d` of radius 1.
    embedding
        None, or for pieces of order 0 on the torus `"clifford"` or `"curved"`: neighbours are found in the
        image of the torus in 2d or 4d dimensions, see `embed`.
    order
        0 for the value of the nearest point, 1 for linear pieces.
    powers
        The p of :math:`|f-F|^p`, positive numbers.
    target
        A function of points, coordinates in [0, 1) or unit vectors of d + 1 components, a row each, to their
        values; by default `waves` or `harmonic`. It must pickle where processes are used.
    tests
        Number of test points in a draw.
    replicates
        Number of independent draws, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the samples are too few for a triangulation, or the target
        returns something else than a finite number for each point.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    The mean distance to the nearest of T points of a circle of length 1 is 1/(2(T+1)).

    >>> found = simulate_interpolation(samples=99, dimension=1, seed=1)
    >>> round(200 * found.distance(1).value, 2)
    1.0
    """
    exact.check_choice("manifold", manifold, "torus", "sphere")
    if order not in (0, 1) or isinstance(order, bool):
        raise ValueError(f"`order` = {order!r} must be 0 or 1; choose nearest neighbours or linear pieces")
    number, places = count("samples", samples), count("tests", tests)
    size = read_dimension(dimension, linear=order == 1, manifold=manifold)
    draws = count("replicates", replicates, least=2)
    exponents = tuple(float(exact.positive("powers", power)) for power in powers)
    if not exponents:
        raise ValueError("`powers` is empty; give at least one positive number")
    if embedding is not None:
        exact.check_choice("embedding", embedding, "clifford", "curved")
        if order or manifold == "sphere":
            raise ValueError(
                f"`embedding` = {embedding!r} is for pieces of order 0 on the torus; choose these or None"
            )
    if order:
        check_enough(number, size)
    memory = 8 * (number + places) * (8 * size + 60)
    if memory > MEMORY_LIMIT:
        raise ValueError(
            f"`samples` = {number} with `tests` = {places} need about {memory / 2**30:.1f} GiB for a draw, "
            f"more than {MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer"
        )
    root = seed_sequence(seed)
    found = run_replicates(
        functools.partial(
            _draw,
            samples=number,
            tests=places,
            dimension=size,
            manifold=manifold,
            embedding=embedding,
            order=order,
            powers=exponents,
            target=target or (waves if manifold == "torus" else harmonic),
        ),
        replicates=draws,
        seed=root,
        seconds=1e-3 + (number + places) * (2e-6 + order * 2e-5 * size),
        executor=executor,
        progress=progress,
    )
    return InterpolationSimulation(
        errors=found[:, 0],
        distances=found[:, 1],
        powers=exponents,
        samples=number,
        dimension=size,
        manifold=manifold,
        embedding=embedding,
        order=order,
        replicates=draws,
        seed=root,
    )


def _draw(
    seed: np.random.SeedSequence,
    *,
    samples: int,
    tests: int,
    dimension: int,
    manifold: Manifold,
    embedding: Embedding | None,
    order: int,
    powers: tuple[float, ...],
    target: Target,
) -> FloatArray:
    generator = np.random.default_rng(seed)
    points = draw_points(manifold, dimension, samples, generator)
    places = draw_points(manifold, dimension, tests, generator)
    known, wanted = _values(target, points), _values(target, places)
    if embedding is None:
        distances, found = nearest(points, places, metric=manifold)
    else:
        distances, found = nearest(embed(points, embedding), embed(places, embedding), metric="space")
    if order == 0:
        model = known[found[:, 0]]
    elif manifold == "torus":
        model = linear_on_torus(points, known, places)
    else:
        model = linear_on_sphere(points, known, places)
    missed = np.abs(model - wanted)
    return np.array([[(part**power).mean() for power in powers] for part in (missed, distances[:, 0])])


def _values(target: Target, points: FloatArray) -> FloatArray:
    values = np.asarray(target(points), dtype=np.float64)
    if values.shape != (len(points),) or not np.isfinite(values).all():
        raise ValueError(
            f"`target` returned values of shape {values.shape} for {len(points)} points; it must return one "
            "finite number for each"
        )
    return values
