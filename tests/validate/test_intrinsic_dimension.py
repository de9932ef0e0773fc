"""The measured dimension: on manifolds of known dimension, its interval, and data it cannot be read off."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglaws.validate.measure import measure_dimension
from scalinglaws.validate.measure.intrinsic_dimension import departure_from_law, dimensions_at_points
from scalinglaws.validate.simulate.manifolds import draw_points, embed, nearest


def torus(dimension, number, seed):
    return embed(np.random.default_rng(seed).random((number, dimension)), "clifford")


@pytest.mark.parametrize("neighbours", [2, 5, 20])
@pytest.mark.parametrize("dimension", [1, 2])
def test_the_dimension_of_a_torus_lies_in_its_interval(dimension, neighbours):
    found = measure_dimension(torus(dimension, 3000, 0), neighbours=neighbours, confidence=0.999)
    assert found.low < dimension < found.high
    assert found.standard_error < 0.05 * dimension
    assert found.departure < 0.05
    assert (found.points, found.coordinates, found.neighbours) == (3000, 2 * dimension, neighbours)


def test_scale_and_rotation_of_the_space_do_not_matter():
    points = torus(2, 500, 1)
    rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0]
    first, second = (measure_dimension(data) for data in (points, 1e5 * points @ rotation + 3))
    assert first.value == pytest.approx(second.value, rel=1e-6)


def test_noise_raises_the_dimension_at_small_scales_only():
    circle = torus(1, 4000, 2)
    noisy = np.hstack([circle, np.zeros((4000, 1))]) + 3e-3 * np.random.default_rng(2).standard_normal(
        (4000, 3)
    )
    small, large = (measure_dimension(noisy, neighbours=neighbours).value for neighbours in (5, 200))
    assert small > 2
    assert large < 1.5


def test_points_of_a_line_may_be_one_dimensional_arrays():
    found = measure_dimension(np.random.default_rng(3).random(600))
    assert found.low < 1 < found.high
    assert found.coordinates == 1


@pytest.mark.parametrize("neighbours", [3, 8])
def test_estimates_of_points_have_the_mean_and_variance_of_the_law(neighbours):
    """k-1 independent exponential variables, without any points."""
    shares = np.sort(np.random.default_rng(4).random((200_000, neighbours - 1)), axis=1)
    distances = np.hstack([shares, np.ones((200_000, 1))]) ** (1 / 3)
    found = dimensions_at_points(distances)
    assert found.mean() == pytest.approx(3, rel=0.02)
    if neighbours > 4:
        assert found.var() == pytest.approx(9 / (neighbours - 3), rel=0.05)
    assert departure_from_law(distances, 3.0) < 0.005
    assert departure_from_law(distances, 2.0) > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("neighbours", [2, 10])
def test_intervals_hold_the_dimension_as_often_as_they_say(neighbours):
    held = 0
    for seed in range(200):
        found = measure_dimension(torus(2, 1000, seed), neighbours=neighbours, confidence=0.9)
        held += found.low < 2 < found.high
    # 180 expected, standard deviation 4.2
    assert 163 <= held <= 195


@pytest.mark.slow
def test_the_mean_on_the_flat_torus_has_no_bias():
    means = []
    for seed in range(40):
        points = draw_points("torus", 5, 2000, np.random.default_rng(seed))
        distances = nearest(points, points, metric="torus", neighbours=11)[0][:, 1:]
        means.append(dimensions_at_points(distances).mean())
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    assert abs(np.mean(means) - 5) < 4 * error
    assert error < 0.02


GOOD = torus(2, 200, 5)


@pytest.mark.parametrize(
    ("points", "options", "error", "naming"),
    [
        (np.vstack([GOOD, GOOD[:2]]), {}, ValueError, "`points` has 4 rows that occur more than once"),
        (GOOD[:50], {}, ValueError, "`points` has 50 rows; 10 neighbours with an interval need at least 88"),
        (GOOD * np.nan, {}, ValueError, "`points`\\[0, 0\\] = nan must be finite"),
        (GOOD.astype(complex), {}, TypeError, "`points` has entries of type complex128"),
        (GOOD.astype(str), {}, TypeError, "`points` has entries of type"),
        ([[1.0, 2.0], [3.0]], {}, TypeError, "`points` has rows of different lengths"),
        (GOOD[None], {}, ValueError, "`points` has shape \\(1, 200, 4\\)"),
        (np.zeros((0, 2)), {}, ValueError, "`points` is empty"),
        (GOOD, {"neighbours": 1}, ValueError, "`neighbours` = 1 must be 2 or an integer not smaller than 4"),
        (GOOD, {"neighbours": 3}, ValueError, "`neighbours` = 3 must be 2 or"),
        (GOOD, {"neighbours": 2.5}, ValueError, "`neighbours` = 2.5 must be an integer"),
        (GOOD, {"confidence": 1}, ValueError, "`confidence` is 1; expected a probability"),
        (np.arange(200.0), {"neighbours": 2}, ValueError, "2 neighbours are all at one distance"),
    ],
)
def test_what_shows_no_dimension_is_refused_in_one_line(points, options, error, naming):
    with pytest.raises(error, match=naming) as caught:
        measure_dimension(points, **options)
    assert "\n" not in str(caught.value)
