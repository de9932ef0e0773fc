r"""Points of a torus and of a sphere, embedded or not, and their nearest neighbours.

Points of the flat torus are coordinates in [0, 1), those of the sphere :math:`S^d` unit vectors of d + 1
components. An embedded torus is seen through its image in a Euclidean space: neighbours are then found by the
distances there, as for data on a manifold that nobody knows.
"""

from __future__ import annotations

import functools
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .arguments import FloatArray, count

Manifold = Literal["torus", "sphere"]
Metric = Literal["torus", "sphere", "space"]
Embedding = Literal["clifford", "curved"]

#: Height of the waves of the curved embedding, in units of the radius of its circles.
_WAVES = 0.6


def draw_points(
    manifold: Manifold, dimension: int, number: int, generator: np.random.Generator
) -> FloatArray:
    """Return uniform independent points.

    Parameters
    ----------
    manifold
        `"torus"` or `"sphere"`.
    dimension
        Of the manifold, at least 1.
    number
        Of points.
    generator
        Source of randomness.

    Examples
    --------
    >>> points = draw_points("sphere", 2, 5, np.random.default_rng(0))
    >>> points.shape, np.linalg.norm(points, axis=1).round(12).tolist()
    ((5, 3), [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    if manifold == "torus":
        return generator.random((number, dimension))
    points = generator.standard_normal((number, dimension + 1))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


def embed(points: FloatArray, embedding: Embedding) -> FloatArray:
    r"""Return the image of points of the flat torus in a Euclidean space of more dimensions.

    Parameters
    ----------
    points
        Coordinates in [0, 1), a row for each point of d dimensions.
    embedding
        `"clifford"`: each coordinate goes once around a circle of length 1 in a plane of its own, an isometry
        into 2d dimensions. `"curved"`: besides, each circle is bent by waves in a third direction, which
        stretches it unevenly, and everything is turned in 4d dimensions.

    Examples
    --------
    Steps along the first embedding have the length that they have on the torus.

    >>> steps = np.diff(embed(np.array([[0.3], [0.3 + 1e-6]]), "clifford"), axis=0)
    >>> round(float(np.linalg.norm(steps)) * 1e6, 6)
    1.0
    """
    angles = 2 * np.pi * points
    circles = np.hstack([np.cos(angles), np.sin(angles)]) / (2 * np.pi)
    if embedding == "clifford":
        return np.asarray(circles)
    waves = _WAVES * np.sin(2 * angles) / (2 * np.pi)
    return np.asarray(np.hstack([circles, waves]) @ _rotation(points.shape[1]))


@functools.cache
def _rotation(dimension: int) -> FloatArray:
    """Return orthonormal rows, always the same, that turn 3d dimensions into 4d."""
    matrix = np.random.default_rng(dimension).standard_normal((4 * dimension, 3 * dimension))
    return np.asarray(np.linalg.qr(matrix)[0].T)


def nearest(
    points: FloatArray, tests: FloatArray, *, metric: Metric, neighbours: int = 1
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return distances to the nearest points, and which they are, a row for each test.

    Parameters
    ----------
    points, tests
        Coordinates as `draw_points` returns them.
    metric
        `"torus"`: distances on the flat torus; `"sphere"`: along great circles; `"space"`: Euclidean.
    neighbours
        How many of the nearest, at least 1 and at most the number of points.

    Examples
    --------
    >>> distances, found = nearest(np.array([[0.1], [0.9]]), np.array([[0.97]]), metric="torus")
    >>> distances.round(12).tolist(), found.tolist()
    ([[0.07]], [[1]])
    """
    sides = np.ones(points.shape[1]) if metric == "torus" else None
    distances, found = cKDTree(points, boxsize=sides).query(tests, k=[*range(1, neighbours + 1)])
    if metric == "sphere":
        distances = 2 * np.arcsin(np.minimum(distances / 2, 1))
    return np.asarray(distances), np.asarray(found)


def read_dimension(dimension: object, *, linear: bool, manifold: Manifold) -> int:
    """Return the dimension of a manifold, checked for what is to be done there."""
    size = count("dimension", dimension)
    if linear and manifold == "torus" and size > 3:
        raise ValueError(
            f"`dimension` = {size} must be from 1 to 3 for linear pieces, whose number of simplices explodes "
            "beyond; choose `order` 0 or a smaller dimension"
        )
    if linear and manifold == "sphere" and size != 2:
        raise ValueError(
            f"`dimension` = {size} must be 2 for linear pieces on a sphere; choose 2, `order` 0 or the torus"
        )
    return size
