"""Logistic regression and feature ensembles: closed forms against draws, limits and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit

from scalinglaws.validate.simulate import LogisticModel, simulate_logistic, simulate_width
from scalinglaws.validate.simulate.feature_width import relu_features, solve_kernel, sphere_points
from scalinglaws.validate.simulate.logistic import label_probability, maximum_likelihood


@pytest.mark.parametrize("flips", [0.0, 0.15])
def test_cross_entropy_and_its_derivatives_are_the_means_over_data(flips):
    model = LogisticModel(parameters=(1.5, -2.0, 0.0), flips=flips)
    generator = np.random.default_rng(1)
    x = generator.standard_normal((400_000, 3))
    q = label_probability(x @ np.array(model.parameters), flips)
    point = np.array([0.3, -1.0, 0.5])
    draws = np.logaddexp(0, x @ point) - q * (x @ point)
    assert abs(draws.mean() - model.loss(point)) < 4 * draws.std() / math.sqrt(draws.size)
    best = model.best_slope * model.direction
    gradient = (expit(x @ best) - q)[:, np.newaxis] * x
    assert np.abs(gradient.mean(axis=0)).max() <= 5 * gradient.std() / math.sqrt(len(x))
    along = x @ model.direction
    slope = expit(x @ best) * expit(-(x @ best))
    noise = (expit(x @ best) - q) ** 2 + q * (1 - q)
    for found, draw in zip(
        (*model.curvature(), *model.fluctuation()),
        (slope * along**2, slope, noise * along**2, noise),
        strict=True,
    ):
        assert abs(draw.mean() - found) < 4 * draw.std() / math.sqrt(draw.size)


@pytest.mark.parametrize("slope", [0.0, 0.5, 3.0, 30.0])
def test_well_specified_labels_cost_half_a_parameter_each(slope):
    model = LogisticModel(parameters=(0.0, slope, 0.0, 0.0), flips=0.0)
    assert model.best_slope == slope
    assert math.isclose(model.coefficient, 2.0, rel_tol=1e-12)


def test_flipped_labels_cost_another_amount_at_a_shorter_best_parameter():
    model = LogisticModel(parameters=(4.0, 0.0, 0.0), flips=0.05)
    assert model.best_slope < 4
    assert model.coefficient > 1.6


def test_minimum_of_the_loss_is_where_it_is_said_to_be():
    model = LogisticModel(parameters=(2.0, 1.0), flips=0.1)
    best = model.best_slope * model.direction
    for step in (1e-3, -1e-3):
        for axis in np.eye(2):
            assert model.loss(best + step * axis) > model.loss(best)


def test_maximum_likelihood_has_no_gradient():
    generator = np.random.default_rng(3)
    signed = generator.standard_normal((50, 4)) + 0.2
    fitted = maximum_likelihood(signed, np.zeros(4))
    gradient = expit(-(signed @ fitted)) @ signed
    assert np.abs(gradient).max() < 1e-7


@pytest.mark.parametrize("flips", [0.0, 0.05])
def test_excess_over_its_law_approaches_one_at_the_rate_of_the_samples(flips):
    found = simulate_logistic([4, 0, 0], samples=1600, flips=flips, replicates=60, seed=1)
    miss = abs(found.controlled.value / found.prediction - 1)
    assert miss < 4 * found.controlled.standard_error / found.prediction + 60 / 1600
    assert found.controlled.standard_error < found.excess.standard_error
    assert abs(found.controlled.value - found.excess.value) < 5 * found.excess.standard_error


def test_separated_labels_are_refused():
    with pytest.raises(ValueError, match="`samples` = 6 let a plane separate the labels of"):
        simulate_logistic([5, 0, 0], samples=6, replicates=20, seed=0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameters": [[1]]}, "`parameters` has shape"),
        ({"parameters": [math.nan]}, "`parameters`"),
        ({"parameters": []}, "`parameters`"),
        ({"parameters": [99]}, "`parameters` have length"),
        ({"samples": 3}, "`samples`"),
        ({"samples": 10**10}, "`samples`"),
        ({"flips": 0.5}, "`flips`"),
        ({"flips": -0.1}, "`flips`"),
        ({"replicates": 1}, "`replicates`"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_bad_arguments_of_logistic_regression_are_named(arguments, message):
    full = {"parameters": [1, 0, 0], "samples": 50, "seed": 0, **arguments}
    with pytest.raises(ValueError, match=message):
        simulate_logistic(full.pop("parameters"), **full)


def test_features_on_the_sphere_have_the_kernel_of_infinite_width_on_average():
    generator = np.random.default_rng(0)
    points = sphere_points(5, 4, generator)
    assert np.allclose(np.linalg.norm(points, axis=1), 1)
    features = relu_features(points, generator.standard_normal((4, 200_000)))
    assert np.allclose(np.mean(features**2, axis=1), 1, atol=0.03)


def test_excess_and_gap_of_wide_ensembles_approach_the_constant_of_fourth_moments():
    found = simulate_width(features=600, samples=12, test_points=40, replicates=60, seed=4)
    # Next order as of Gaussian features, P/(P-D-1).
    assert abs(found.ratio.value / (600 / 587) - 1) < 4 * found.ratio.standard_error + 0.03
    assert found.ratio.standard_error < 0.05
    assert abs(found.gap.value / found.excess.value - 1) < 0.05
    assert found.constant.value > 1.2 * found.gaussian_constant.value


def test_data_sets_do_not_depend_on_the_number_of_features():
    shared = {"samples": 6, "test_points": 5, "replicates": 3, "seed": 2}
    narrow, wide = simulate_width(features=20, **shared), simulate_width(features=40, **shared)
    assert np.array_equal(narrow.draws[:, 2:], wide.draws[:, 2:])


@pytest.mark.parametrize("distance", [0.0, 1e-13])
def test_singular_kernels_are_refused(distance):
    kernel = np.array([[1.0, 1 - distance], [1 - distance, 1.0]])
    with pytest.raises(ValueError, match="`samples` = 2 make a kernel singular"):
        solve_kernel(kernel, np.ones(2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": 11}, "`features` = 11 must exceed"),
        ({"features": 10**9}, "`features`"),
        ({"samples": 0}, "`samples`"),
        ({"dimension": 0}, "`dimension`"),
        ({"members": 1}, "`members`"),
        ({"test_points": 0}, "`test_points`"),
        ({"replicates": 1}, "`replicates`"),
        ({"seed": None}, "`seed`"),
    ],
)
def test_bad_arguments_of_feature_ensembles_are_named(arguments, message):
    full = {"features": 50, "samples": 10, "replicates": 2, "seed": 0, **arguments}
    with pytest.raises((ValueError, TypeError), match=message):
        simulate_width(**full)
