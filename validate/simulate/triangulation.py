r"""Piecewise linear interpolation between scattered points: the circle, periodic Delaunay, the sphere.

On the torus the points are repeated beyond the unit cell as far as a circumscribed ball of a simplex that is
used can reach; the simplices in the cell are then those of the infinite periodic set. On the sphere the
triangles are the faces of the convex hull, and rays from the centre carry a function from them to the sphere.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.spatial import ConvexHull, Delaunay

from .arguments import FloatArray

_WIDER = 1.5
_CHUNK = 2**22


def check_enough(samples: int, dimension: int) -> None:
    """Raise `ValueError` when there are fewer points than a simplex has corners."""
    if samples < dimension + 1:
        raise ValueError(
            f"`samples` = {samples} must be at least {dimension + 1}, the corners of a simplex of "
            f"{dimension} dimensions; choose more"
        )


def linear_on_torus(points: FloatArray, values: FloatArray, tests: FloatArray) -> FloatArray:
    """Return the piecewise linear interpolation on the flat torus of 1 to 3 dimensions.

    Parameters
    ----------
    points
        Different coordinates in [0, 1), a row for each.
    values
        There.
    tests
        Coordinates in [0, 1) of the places wanted.

    Raises
    ------
    ValueError
        If the points are fewer than a simplex needs, or leave a hole as large as the torus itself.

    Examples
    --------
    >>> corners = np.array([[0.0], [0.5]])
    >>> linear_on_torus(corners, np.array([1.0, 3.0]), np.array([[0.25], [0.75], [0.9]])).round(12).tolist()
    [2.0, 2.0, 1.4]
    """
    number, dimension = points.shape
    check_enough(number, dimension)
    if dimension == 1:
        return np.interp(tests[:, 0], points[:, 0], values, period=1.0)
    # the diameter of the largest empty ball among so many points, roughly
    ball = math.pi if dimension == 2 else 4 * math.pi / 3
    margin = min(1.0, 2.5 * (math.log(number + 2) / (ball * number)) ** (1 / dimension))
    while True:
        found = _with_margin(points, values, tests, margin)
        if found is not None:
            return found
        if margin >= 1:
            raise ValueError(
                f"`samples` = {number} leave holes as large as the torus of dimension {dimension}; add some"
            )
        margin = min(1.0, _WIDER * margin)


def _with_margin(
    points: FloatArray, values: FloatArray, tests: FloatArray, margin: float
) -> FloatArray | None:
    """Interpolate with images up to a margin; None when a simplex reaches beyond it."""
    dimension = points.shape[1]
    places, labels = [], []
    for shift in itertools.product((0, -1, 1), repeat=dimension):
        moved = points + np.array(shift)
        inside = ((moved > -margin) & (moved < 1 + margin)).all(axis=1)
        places.append(moved[inside])
        labels.append(np.flatnonzero(inside))
    triangulation = Delaunay(np.concatenate(places))
    chosen = triangulation.find_simplex(tests)
    if (chosen < 0).any():
        return None
    used, inverse = np.unique(chosen, return_inverse=True)
    corners = triangulation.points[triangulation.simplices[used]]
    if 2 * _circumradii(corners).max() > margin:
        return None
    transform = triangulation.transform[used][inverse]
    weights = np.einsum("tij,tj->ti", transform[:, :dimension], tests - transform[:, dimension])
    weights = np.column_stack([weights, 1 - weights.sum(axis=1)])
    at_corners = values[np.concatenate(labels)][triangulation.simplices[used][inverse]]
    return np.asarray(np.einsum("ti,ti->t", weights, at_corners))


def _circumradii(corners: FloatArray) -> FloatArray:
    """Return the radii of the circumscribed balls; a simplex without any volume has none but infinity."""
    edges = corners[:, 1:] - corners[:, :1]
    squares = (edges**2).sum(axis=-1)
    flat = np.linalg.det(edges) == 0
    edges[flat] = np.eye(edges.shape[-1])
    centres = np.linalg.solve(2 * edges, squares[..., None])[..., 0]
    return np.where(flat, math.inf, np.linalg.norm(centres, axis=-1))


def linear_on_sphere(points: FloatArray, values: FloatArray, tests: FloatArray) -> FloatArray:
    """Return the piecewise linear interpolation on the sphere of two dimensions.

    Parameters
    ----------
    points, tests
        Unit vectors of three components, a row for each.
    values
        At the points.

    Raises
    ------
    ValueError
        If the points are fewer than four, or lie in a half space, so that their hull leaves the centre out.

    Examples
    --------
    A function that is constant stays so.

    >>> octahedron = np.vstack([np.eye(3), -np.eye(3)])
    >>> linear_on_sphere(octahedron, np.full(6, 2.0), np.array([[0.6, 0.0, 0.8]])).round(12).tolist()
    [2.0]
    """
    check_enough(len(points), 3)
    hull = ConvexHull(points)
    heights = -hull.equations[:, 3]
    if heights.min() <= 0:
        raise ValueError(
            f"`samples` = {len(points)} lie in one half of the sphere, beyond which nothing is interpolated; "
            "choose more"
        )
    # a ray leaves a convex body through the face that it meets first
    normals = hull.equations[:, :3] / heights[:, None]
    rows = max(1, _CHUNK // len(normals))
    faces = np.concatenate(
        [np.argmax(part @ normals.T, axis=1) for part in np.array_split(tests, -(-len(tests) // rows))]
    )
    corners = hull.simplices[faces]
    weights = np.linalg.solve(points[corners].swapaxes(1, 2), tests[..., None])[..., 0]
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("ti,ti->t", weights, values[corners]))
