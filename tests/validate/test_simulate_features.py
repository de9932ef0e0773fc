"""Spectra of random features, and regression on rectified ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.integrate

from scalinglaws.numerics import PowerLaw
from scalinglaws.validate.simulate import feature_spectrum, relu_second_moment, simulate_ridge
from scalinglaws.validate.simulate.draws import bartlett_factor
from scalinglaws.validate.simulate.estimator import relu_form, relu_population_bias
from scalinglaws.validate.simulate.literal import literal_relu
from scalinglaws.validate.statistics import bonferroni_threshold, compare, mean_estimate


@pytest.mark.parametrize("correlation", [-0.999, -0.6, 0.0, 0.3, 0.95])
def test_arc_cosine_moment_equals_the_gaussian_integral(correlation):
    """With u = s r cos t, v = s' r cos(t - angle) the radial integral is 2; the angular one is numeric."""
    angle = math.acos(correlation)
    integral, _ = scipy.integrate.quad(
        lambda t: max(0.0, math.cos(t)) * max(0.0, math.cos(t - angle)),
        -math.pi,
        math.pi,
        points=[-math.pi / 2, math.pi / 2, angle - math.pi / 2],
        epsabs=1e-13,
    )
    covariance = np.array([[4.0, 6.0 * correlation], [6.0 * correlation, 9.0]])
    moment = relu_second_moment(covariance)
    assert moment[0, 1] == pytest.approx(6.0 * 2 * integral / (2 * math.pi), abs=1e-11)
    assert np.diagonal(moment).tolist() == [2.0, 4.5]


def test_arc_cosine_moment_of_opposite_and_equal_features():
    moment = relu_second_moment(np.array([[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]))
    np.testing.assert_allclose(moment, [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 0.5]], atol=1e-15)


def test_bartlett_factor_has_wishart_moments():
    size, degrees, draws = 3, 8, 4000
    generator = np.random.default_rng(1)
    factors = [bartlett_factor(size, degrees, generator) for _ in range(draws)]
    wishart = np.array([factor @ factor.T for factor in factors])
    inverse = np.array([np.linalg.inv(matrix) for matrix in wishart])
    threshold = bonferroni_threshold(4 * 6, degrees_of_freedom=draws - 1)
    for i in range(size):
        for j in range(i + 1):
            same = float(i == j)
            assert compare(mean_estimate(wishart[:, i, j]), degrees * same).z < threshold
            assert compare(mean_estimate(inverse[:, i, j]), same / (degrees - size - 1)).z < threshold
            squares = wishart[:, i, j] ** 2
            assert compare(mean_estimate(squares), degrees * (degrees + 2) if same else degrees).z < threshold
    assert compare(mean_estimate([np.linalg.det(matrix) for matrix in wishart]), 8 * 7 * 6).z < threshold


def test_linear_features_have_as_many_eigenvalues_as_the_data():
    found = feature_spectrum(PowerLaw(2, 30), features=200, seed=1)
    assert found.rank == 30
    assert found.draws.shape == (8, 30)
    assert (np.diff(found.draws, axis=1) <= 0).all()
    assert feature_spectrum(PowerLaw(2, 30), features=12, seed=1).rank == 12


def test_linear_features_keep_the_trace():
    found = feature_spectrum(PowerLaw("1.5", 40), features=60, replicates=200, seed=3)
    trace = float(np.sum(np.arange(1, 41.0) ** -1.5))
    assert compare(mean_estimate(found.draws.sum(axis=1)), trace).z < 4


def test_reduced_and_full_feature_maps_have_the_same_spectrum():
    found = feature_spectrum(PowerLaw(2, 10), features=25, replicates=400, seed=3)
    generator = np.random.default_rng(4)
    amplitudes = np.arange(1, 11.0) ** -1
    full = [
        np.linalg.svd(generator.standard_normal((25, 10)) * amplitudes / 5, compute_uv=False) ** 2
        for _ in range(400)
    ]
    gap = np.log(full).mean(axis=0) - np.log(found.eigenvalues)
    spread = np.hypot(found.relative_error, np.log(full).std(axis=0, ddof=1) / 20)
    assert (np.abs(gap) < bonferroni_threshold(10) * spread).all()


def test_top_of_the_linear_spectrum_keeps_its_decay():
    found = feature_spectrum(PowerLaw(2, 3000), features=300, replicates=6, seed=2)
    assert compare(found.decay(5, 40), 2.0, allowance=0.02).z < 4
    np.testing.assert_allclose(found.eigenvalues[9:30] * np.arange(10, 31.0) ** 2, 1.0, atol=0.15)


def test_rectified_features_have_full_rank_and_pass_the_size_smoothly():
    size, features = 40, 300
    found = feature_spectrum(PowerLaw(2, size), features=features, feature_map="relu", replicates=4, seed=1)
    assert found.rank == features
    # No cut at the size: neighbouring eigenvalues stay close there.
    steps = found.eigenvalues[size - 10 : size + 10] / found.eigenvalues[size - 9 : size + 11]
    assert steps.max() < 1.2
    # But the decay of the data, 2, is not the decay beyond the size.
    beyond = found.decay(size, features // 2)
    assert beyond.value < 2
    assert compare(beyond, 2.0).z > bonferroni_threshold(1, degrees_of_freedom=3)


@pytest.mark.slow
@pytest.mark.parametrize(("decay", "expected"), [("1.3", 1.53), ("1.6", 1.63), ("2", 1.65)])
def test_rectified_decay_beyond_the_size_is_the_measured_one(decay, expected):
    """Slopes over indices from 100 to 1000 of 2000 features on 100 eigenvalues, measured independently."""
    found = feature_spectrum(PowerLaw(decay, 100), features=2000, feature_map="relu", replicates=2, seed=1)
    assert found.decay(100, 1000).value == pytest.approx(expected, abs=0.01)


def test_decay_of_an_exact_power_is_exact():
    found = feature_spectrum(PowerLaw(3, 12), features=10**14, seed=1)
    assert found.decay(1, 12).value == pytest.approx(3, abs=1e-6)
    with pytest.raises(ValueError, match="`last`"):
        found.decay(3, 13)
    with pytest.raises(ValueError, match="`last`"):
        found.decay(3, 4)


@pytest.mark.parametrize(("features", "samples", "ridge"), [(7, 12, 0.0), (25, 12, 0.05), (12, 25, 1e-3)])
def test_rectified_risk_equals_the_sum_over_teachers_and_noise(features, samples, ridge):
    size = 10
    generator = np.random.default_rng(9)
    root_signal = np.arange(1, size + 1.0) ** -0.9
    feature_map = generator.standard_normal((features, size)) * np.arange(1, size + 1.0) ** -0.7
    data = generator.standard_normal((size, samples))
    form = relu_form(feature_map, data, root_signal)
    bias = sum(literal_relu(feature_map, data, t, np.zeros(samples), ridge)[0] for t in np.diag(root_signal))
    variance = sum(literal_relu(feature_map, data, np.zeros(size), e, ridge)[1] for e in np.eye(samples))
    assert form.bias_and_variance(ridge, 1.0) == pytest.approx((bias, variance), rel=1e-9)


def test_rectified_test_average_equals_a_large_test_set():
    size, features, samples, ridge = 8, 20, 15, 0.1
    generator = np.random.default_rng(10)
    amplitudes = np.arange(1, size + 1.0) ** -0.7
    feature_map = generator.standard_normal((features, size)) * amplitudes
    data = generator.standard_normal((size, samples))
    teacher, noise = amplitudes * generator.standard_normal(size), 0.3 * generator.standard_normal(samples)
    design = np.maximum(feature_map @ data, 0)
    weights = np.linalg.solve(
        design @ design.T + ridge * np.eye(features), design @ (data.T @ teacher + noise)
    )
    test_points = generator.standard_normal((size, 200_000))
    errors = (teacher @ test_points - weights @ np.maximum(feature_map @ test_points, 0)) ** 2
    excess = literal_relu(feature_map, data, teacher, noise, ridge)[2]
    assert compare(mean_estimate(errors), float(excess)).z < bonferroni_threshold(1)


def test_rectified_population_bias_is_the_limit_of_much_data():
    generator = np.random.default_rng(2)
    feature_map = generator.standard_normal((6, 4))
    root_signal = np.arange(1, 5.0) ** -1
    limit = relu_population_bias(feature_map, root_signal)
    literal = sum(literal_relu(feature_map, None, t, np.zeros(0), 0.0)[0] for t in np.diag(root_signal))
    assert limit == pytest.approx(literal, rel=1e-10)
    form = relu_form(feature_map, generator.standard_normal((4, 100_000)), root_signal)
    assert form.bias_and_variance(0.0, 0.0)[0] == pytest.approx(limit, rel=1e-3)


def test_rectified_features_do_not_break_down_at_the_size():
    setting = {"samples": 200, "ridge": "1e-3", "replicates": 6, "seed": 3}
    linear = simulate_ridge(PowerLaw(2, 20), features=80, **{**setting, "ridge": 0})
    relu = simulate_ridge(PowerLaw(2, 20), features=80, **setting, feature_map="relu")
    more = simulate_ridge(PowerLaw(2, 20), features=160, **setting, feature_map="relu")
    assert linear.risk < 1e-25
    assert relu.risk > 1e-4
    assert more.risk < relu.risk


def test_rectified_literal_model_has_the_same_mean():
    setting = {
        "features": 10,
        "samples": 18,
        "ridge": "1e-2",
        "noise": "0.1",
        "feature_map": "relu",
        "replicates": 500,
    }
    exact = simulate_ridge(PowerLaw(2, 12), **setting, seed=1)
    literal = simulate_ridge(PowerLaw(2, 12), **setting, seed=2, literal=True)
    for quantity in ("risk", "bias", "variance"):
        one, other = exact.estimate(quantity), literal.estimate(quantity)
        assert abs(one.value - other.value) < 4 * math.hypot(one.standard_error, other.standard_error)
