"""Simulated interpolation: against exact means, exact constants and pieces done by hand."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from scipy.interpolate import LinearNDInterpolator

from scalinglaws.numerics import nearest_distance_moment
from scalinglaws.theory.interpolation import delaunay_constant
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.simulate import simulate_interpolation
from scalinglaws.validate.simulate.interpolation import harmonic, waves
from scalinglaws.validate.simulate.manifolds import draw_points, embed, nearest
from scalinglaws.validate.simulate.triangulation import linear_on_sphere, linear_on_torus

simulate = partial(simulate_interpolation, executor=InlineExecutor())


def one(points):
    return np.ones(len(points))


def broken(points):
    return np.full(len(points), np.nan)


@pytest.mark.parametrize(
    ("manifold", "dimension", "samples"),
    [("torus", 1, 40), ("torus", 2, 200), ("torus", 4, 1500), ("sphere", 2, 30), ("sphere", 3, 100)],
)
def test_mean_distances_are_the_exact_ones(manifold, dimension, samples):
    found = simulate(
        samples=samples, dimension=dimension, manifold=manifold, replicates=100, tests=500, seed=1
    )
    for power in (1, 2):
        exact = nearest_distance_moment(
            power, samples=samples, dimension=dimension, manifold=manifold, digits=6
        )
        estimate = found.distance(power)
        assert abs(estimate.value - float(exact)) < 4.5 * estimate.standard_error
        assert estimate.standard_error < 0.05 * estimate.value


def test_squared_error_of_the_nearest_value_on_the_circle_is_exact():
    """E(sin 2 pi x - sin 2 pi x')^2 = 1 - E cos 2 pi r, r of density 2T(1-2r)^(T-1)."""
    samples = 12
    r = (np.polynomial.legendre.leggauss(40)[0] + 1) / 4
    weights = np.polynomial.legendre.leggauss(40)[1] / 4
    exact = 1 - np.sum(weights * 2 * samples * (1 - 2 * r) ** (samples - 1) * np.cos(2 * np.pi * r))
    found = simulate(samples=samples, dimension=1, replicates=600, tests=300, seed=2).error(2)
    assert abs(found.value - exact) < 4 * found.standard_error
    assert found.standard_error < 0.05 * exact


def test_squared_error_of_triangles_has_the_derived_constant():
    found = simulate(samples=1500, dimension=2, order=1, replicates=12, tests=1500, seed=3).error(2)
    expected = float(delaunay_constant()) * (2 * math.pi) ** 4 / 1500**2
    assert abs(found.value - expected) < 4 * found.standard_error + 0.06 * expected
    assert found.standard_error < 0.08 * expected


@pytest.mark.parametrize("embedding", ["clifford", "curved"])
def test_neighbours_in_a_space_around_the_torus_cost_a_constant_only(embedding):
    inside, outside = (
        simulate(samples=1000, dimension=2, embedding=seen, replicates=10, seed=4).error(2)
        for seen in (None, embedding)
    )
    assert 0.9 < outside.value / inside.value < 1.25


def test_pieces_on_the_torus_are_linear_between_corners_and_periodic():
    generator = np.random.default_rng(5)
    for dimension, number in ((1, 7), (2, 60), (3, 200)):
        points, tests = generator.random((number, dimension)), generator.random((50, dimension))
        values = waves(points)
        found = linear_on_torus(points, values, tests)
        assert found.min() >= values.min()
        assert found.max() <= values.max()
        moved = generator.random(dimension)
        again = linear_on_torus((points + moved) % 1, values, (tests + moved) % 1)
        assert np.allclose(found, again, atol=1e-10)
        assert np.allclose(linear_on_torus(points, values, points), values, atol=1e-9)


def test_pieces_in_the_middle_of_the_torus_are_those_of_the_plane():
    generator = np.random.default_rng(6)
    points = generator.random((400, 2))
    tests = 0.4 + 0.2 * generator.random((100, 2))
    found = linear_on_torus(points, waves(points), tests)
    assert np.allclose(found, LinearNDInterpolator(points, waves(points))(tests), atol=1e-12)


def test_pieces_on_the_sphere_repeat_their_corners_and_coordinates_along_rays():
    generator = np.random.default_rng(7)
    points, tests = (draw_points("sphere", 2, number, generator) for number in (80, 200))
    assert np.allclose(linear_on_sphere(points, harmonic(points), points), harmonic(points), atol=1e-9)
    # a coordinate is linear in space: the pieces return it where the ray meets the face, below the sphere
    met = np.column_stack([linear_on_sphere(points, column, tests) for column in points.T])
    heights = np.linalg.norm(met, axis=1)
    assert np.allclose(met, heights[:, None] * tests, atol=1e-12)
    assert (heights <= 1 + 1e-12).all()
    assert (heights > 0.7).all()


def test_neighbours_are_found_across_the_edges_of_the_torus():
    generator = np.random.default_rng(8)
    points, tests = generator.random((50, 3)), generator.random((20, 3))
    distances, found = nearest(points, tests, metric="torus", neighbours=2)
    steps = np.abs(tests[:, None] - points[None])
    exact = np.sqrt((np.minimum(steps, 1 - steps) ** 2).sum(axis=2))
    assert np.allclose(distances, np.sort(exact, axis=1)[:, :2])
    assert (found[:, 0] == exact.argmin(axis=1)).all()


def test_the_curved_embedding_is_no_isometry_but_keeps_the_circles_apart():
    points = np.linspace(0, 1, 1000, endpoint=False)[:, None]
    steps = np.linalg.norm(np.diff(embed(points, "curved"), axis=0), axis=1) * 1000
    assert steps.min() == pytest.approx(1, abs=1e-2)
    assert steps.max() > 1.4
    assert embed(points, "curved").shape == (1000, 4)


def test_draws_depend_on_the_seed_alone():
    settings = {"samples": 50, "dimension": 2, "order": 1, "replicates": 6, "tests": 50, "seed": 9}
    with ThreadPoolExecutor(2) as pool:
        first, second = simulate(**settings), simulate_interpolation(**settings, executor=pool)
    assert (first.errors == second.errors).all()
    assert (simulate(**{**settings, "seed": 10}).errors != first.errors).any()


def test_a_constant_is_interpolated_without_error():
    for order in (0, 1):
        found = simulate(samples=20, dimension=2, order=order, target=one, seed=1)
        assert found.errors.max() < 1e-12


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [
        ({"samples": 2, "order": 1}, "`samples` = 2 must be at least 3, the corners of a simplex of 2"),
        ({"samples": 3, "order": 1}, "`samples` = 3 leave holes as large as the torus"),
        ({"samples": 4, "order": 1, "manifold": "sphere"}, "`samples` = 4 lie in one half of the sphere"),
        ({"dimension": 0}, "`dimension` = 0 must be an integer not smaller than 1"),
        ({"dimension": 4, "order": 1}, "`dimension` = 4 must be from 1 to 3 for linear pieces"),
        ({"dimension": 3, "order": 1, "manifold": "sphere"}, "`dimension` = 3 must be 2 for linear pieces"),
        ({"order": 2}, "`order` = 2 must be 0 or 1"),
        ({"manifold": "plane"}, "`manifold` = 'plane' must be 'torus' or 'sphere'"),
        ({"embedding": "klein"}, "`embedding` = 'klein' must be 'clifford' or 'curved'"),
        ({"embedding": "curved", "order": 1}, "`embedding` = 'curved' is for pieces of order 0"),
        ({"powers": ()}, "`powers` is empty"),
        ({"powers": (0,)}, "`powers` = 0 must be a positive number"),
        ({"replicates": 1}, "`replicates` = 1 must be an integer not smaller than 2"),
        ({"target": broken}, "`target` returned values of shape \\(20,\\)"),
        ({"samples": 10**9}, "`samples` = 1000000000 with `tests` = 2000 need about"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(arguments, naming):
    with pytest.raises(ValueError, match=naming) as caught:
        simulate(**{"samples": 20, "dimension": 2, "seed": 1, **arguments})
    assert "\n" not in str(caught.value)


def test_a_power_that_was_not_simulated_is_refused():
    found = simulate(samples=20, dimension=1, seed=1)
    with pytest.raises(ValueError, match="`power` = 3 was not simulated"):
        found.error(3)
