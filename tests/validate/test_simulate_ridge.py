"""Simulated risks: exact per draw against a plain implementation, in the mean against the theory."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from scalinglaws.numerics import PowerLaw, solve_ridge
from scalinglaws.validate.simulate import duality_defect, simulate_ridge
from scalinglaws.validate.simulate.estimator import linear_form
from scalinglaws.validate.simulate.literal import literal_linear, ridge_weights
from scalinglaws.validate.statistics import bonferroni_threshold, compare, family_threshold, mean_estimate

RNG = np.random.default_rng


def plain_bias_and_variance(feature_map, data, root_signal, ridge):
    """The learned map by the pseudo-inverse, as it is written on paper."""
    design = feature_map @ data
    gram = design @ design.T + ridge * np.eye(len(design))
    inverse = np.linalg.pinv(design).T if ridge == 0 else np.linalg.solve(gram, design)
    learned = feature_map.T @ inverse
    error = (np.eye(len(root_signal)) - learned @ data.T) * root_signal
    return np.sum(error**2), np.sum(learned**2)


@pytest.mark.parametrize("ridge", [0.0, 1e-3, 1.0])
@pytest.mark.parametrize(
    ("size", "features", "samples"), [(40, 9, 17), (40, 17, 9), (12, 9, 20), (8, 9, 17), (8, 20, 5)]
)
def test_spectral_form_equals_the_plain_estimator(size, features, samples, ridge):
    generator = RNG(3)
    amplitudes = np.arange(1, size + 1) ** -0.75
    root_signal = np.arange(1, size + 1) ** -1.1
    feature_map = generator.standard_normal((features, size)) * amplitudes / math.sqrt(features)
    data = generator.standard_normal((size, samples))
    expected = plain_bias_and_variance(feature_map, data, root_signal, ridge)
    if size <= min(features, samples) and ridge == 0:
        # The rank is known to the simulation through the reduced draws alone: reduce as it does.
        feature_map, data = np.linalg.qr(feature_map)[1], np.linalg.qr(data.T)[1].T
        found = linear_form(feature_map, data, amplitudes, root_signal).bias_and_variance(ridge, 1.0)
        assert found[0] < 1e-25
        assert found[1] == pytest.approx(expected[1], rel=1e-9)
        return
    if features > size:
        feature_map = np.linalg.qr(feature_map)[1]
    if samples > size:
        data = np.linalg.qr(data.T)[1].T
    found = linear_form(feature_map, data, amplitudes, root_signal).bias_and_variance(ridge, 1.0)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("features", "samples"), [(5, 9), (9, 5)])
@pytest.mark.parametrize("ridge", ["0", "1e-9"])
def test_steep_spectrum_keeps_its_digits_against_sixty_digit_arithmetic(features, samples, ridge):
    size, decay = 16, 6
    generator = RNG(8)
    amplitudes = np.arange(1, size + 1) ** (-decay / 2)
    feature_map = generator.standard_normal((features, size)) * amplitudes
    data = generator.standard_normal((size, samples))
    found = linear_form(feature_map, data, amplitudes, amplitudes).bias_and_variance(float(ridge), 1e-6)
    with mpmath.workdps(60):
        maps, inputs = mpmath.matrix(feature_map.tolist()), mpmath.matrix(data.tolist())
        design = maps * inputs
        if features <= samples:
            inverse = (design * design.T + mpmath.mpf(ridge) * mpmath.eye(features)) ** -1 * design
        else:
            inverse = design * (design.T * design + mpmath.mpf(ridge) * mpmath.eye(samples)) ** -1
        learned = maps.T * inverse
        error = mpmath.eye(size) - learned * inputs.T
        bias = sum(
            error[i, j] ** 2 * mpmath.mpf(float(amplitudes[j])) ** 2 for i in range(size) for j in range(size)
        )
        variance = sum(entry**2 for entry in learned)
    assert found[0] == pytest.approx(float(bias), rel=1e-6)
    assert found[1] == pytest.approx(float(variance), rel=1e-6)


def test_summing_over_teachers_gives_the_exact_average():
    size, features, samples, ridge = 30, 8, 14, 0.01
    generator = RNG(4)
    amplitudes = np.arange(1, size + 1) ** -0.8
    root_signal = np.arange(1, size + 1) ** -1.3
    feature_map = generator.standard_normal((features, size)) * amplitudes
    data = generator.standard_normal((size, samples))
    form = linear_form(feature_map, data, amplitudes, root_signal)
    none = np.zeros(samples)
    bias = sum(
        literal_linear(feature_map, data, amplitudes, teacher, none, ridge)[0]
        for teacher in np.diag(root_signal)
    )
    variance = sum(
        literal_linear(feature_map, data, amplitudes, np.zeros(size), noise, ridge)[1]
        for noise in np.eye(samples)
    )
    assert form.bias_and_variance(ridge, 1.0) == pytest.approx((bias, variance), rel=1e-11)


@pytest.mark.parametrize(("features", "samples"), [(6, 11), (11, 6)])
def test_ridge_weights_solve_the_normal_equations(features, samples):
    generator = RNG(2)
    design, labels = generator.standard_normal((features, samples)), generator.standard_normal((samples, 2))
    weights = ridge_weights(design, labels, 0.3)
    np.testing.assert_allclose(design @ (labels - design.T @ weights), 0.3 * weights, atol=1e-12)


@pytest.mark.parametrize("ridge", [0, "1e-3", 2])
@pytest.mark.parametrize(("features", "samples"), [(20, 45), (45, 20), (70, 30)])
def test_exchange_of_features_and_samples_is_exact_for_every_draw(features, samples, ridge):
    for seed in range(3):
        defect = duality_defect(
            PowerLaw("1.5", 60), features=features, samples=samples, ridge=ridge, seed=seed
        )
        assert defect.bias > 1e-4
        assert defect.relative < 1e-12


def test_exchange_needs_the_ridge_to_be_exchanged_too():
    one = duality_defect(PowerLaw(2, 60), features=20, samples=40, ridge=1, seed=1)
    other = duality_defect(PowerLaw(2, 60), features=20, samples=40, ridge=2, seed=1)
    assert abs(one.bias - other.dual_bias) > 1e-3 * one.bias


CELLS = [  # decay, source, size, features, samples, ridge, noise
    ("1.5", None, 500, 60, 150, "1e-3", 0),
    ("2", None, 800, 100, 100, "1e-2", "0.01"),
    ("2", None, 800, 150, 70, "1e-4", "0.05"),
    ("3", None, 400, 80, 160, "1e-5", "1e-4"),
    ("1.5", "2.5", 500, 100, 140, "1e-2", "0.1"),
    ("2", "1.4", 600, 120, 80, "1e-3", 0),
    ("2", None, 800, 70, 160, 0, "0.01"),
    ("2", None, 800, 160, 70, 0, "0.01"),
    ("4", None, 300, 100, 200, 0, "1e-8"),
    ("1.5", None, 500, math.inf, 100, "1e-1", "0.1"),
    ("2", None, 500, math.inf, 80, 0, "0.1"),
    ("1.5", "2.2", 500, 90, math.inf, 0, 0),
    ("2", None, 80, 10**7, 200, "1e-1", "0.1"),
    ("2", None, 160, 400, 60, 0, "0.1"),
    ("2", None, 80, 60, 10**5, "1e-2", "0.1"),
]


@pytest.fixture(scope="module")
def cells():
    pairs = []
    for decay, source, size, features, samples, ridge, noise in CELLS:
        spectrum = PowerLaw(decay, size)
        setting = {"features": features, "samples": samples, "ridge": ridge, "noise": noise, "source": source}
        simulation = simulate_ridge(spectrum, **setting, replicates=40, seed=20)
        pairs.append((simulation, solve_ridge(spectrum, **setting)))
    return pairs


@pytest.mark.parametrize("quantity", ["risk", "bias", "variance"])
def test_mean_agrees_with_the_finite_size_theory(cells, quantity):
    comparisons = [
        compare(
            simulation.estimate(quantity),
            float(getattr(point, quantity)),
            allowance=2 / min(simulation.features, simulation.samples),
        )
        for simulation, point in cells
    ]
    threshold = family_threshold(comparisons)
    assert max(comparison.z for comparison in comparisons) < threshold, [
        (cell, comparison.ratio, comparison.z) for cell, comparison in zip(CELLS, comparisons, strict=True)
    ]


def test_risk_is_within_three_percent_of_the_theory(cells):
    for simulation, point in cells:
        assert simulation.risk == pytest.approx(float(point.risk), rel=0.03)


def test_another_ridge_is_told_apart(cells):
    simulation, _ = cells[1]
    wrong = solve_ridge(PowerLaw(2, 800), features=100, samples=100, ridge="2e-2", noise="0.01")
    assert compare(simulation.estimate(), float(wrong.risk), allowance=0.02).z > bonferroni_threshold(
        len(CELLS)
    )


def test_ridgeless_risk_carries_the_exact_finite_size_factor():
    """Given the features, the mean over data is (T-1)/(T-N-1) times the risk of infinite data."""
    features, samples, noise = 50, 60, 0.01
    setting = {"features": features, "noise": noise, "replicates": 600, "seed": 12}
    regression = simulate_ridge(PowerLaw(2, 200), samples=samples, **setting)
    projection = simulate_ridge(
        PowerLaw(2, 200), samples=math.inf, **setting
    )  # the same features, draw by draw
    exact = (samples - 1) / (samples - features - 1)
    planar = samples / (samples - features)
    threshold = bonferroni_threshold(2, degrees_of_freedom=599)
    assert compare(mean_estimate(regression.risk_draws - exact * projection.risk_draws), 0.0).z < threshold
    assert compare(mean_estimate(regression.risk_draws - planar * projection.risk_draws), 0.0).z > threshold


TABLE = [  # features, samples, penalty in the paper's units, loss; size 6000, decay 2, with the factor 1/2
    (100, 400, "0", 2.67737039e-6),
    (100, 400, "1e-4", 2.57819731e-6),
    (100, 400, "1e-3", 2.58365087e-6),
    (400, 100, "0", 2.67737039e-6),
    (400, 100, "1e-3", 2.58365087e-6),
]


def test_table_of_finite_size_losses_at_size_6000():
    """Features of variance 1/size there, so the penalty is `size / features` times larger here."""
    size, comparisons = 6000, []
    for features, samples in ((100, 400), (400, 100)):
        rows = [row for row in TABLE if row[:2] == (features, samples)]
        results = simulate_ridge(
            PowerLaw(2, size),
            features=features,
            samples=samples,
            ridge=[Fraction(penalty) * size / features for _, _, penalty, _ in rows],
            replicates=12,
            seed=31,
        )
        for result, (_, _, _, loss) in zip(results, rows, strict=True):
            comparisons.append(compare(result.estimate(), 2 * size * loss, allowance=0.02))
    assert max(comparison.z for comparison in comparisons) < family_threshold(comparisons)
    assert max(abs(comparison.ratio - 1) for comparison in comparisons) < 0.03


@pytest.mark.parametrize("features", [60, 400, 10**9, math.inf])
def test_nothing_is_left_once_features_and_samples_reach_the_size(features):
    result = simulate_ridge(PowerLaw(4, 60), features=features, samples=90, replicates=5, seed=1)
    assert 0 <= result.bias_draws.min() <= result.bias_draws.max() < 1e-17
    assert result.risk < 1e-17


def test_breakdown_with_noise_does_not_depend_on_features():
    size, noise, draws = 40, 0.5, 300
    for index, (features, samples) in enumerate([(40, 60), (300, 60), (10**8, 60), (10**8, 1000)]):
        result = simulate_ridge(
            PowerLaw(2, size), features=features, samples=samples, noise=noise, replicates=draws, seed=index
        )
        exact = noise * size / (samples - size - 1)
        assert compare(result.estimate("variance"), exact).z < bonferroni_threshold(
            4, degrees_of_freedom=draws - 1
        )


@pytest.mark.parametrize(
    ("features", "samples", "ridge"),
    [(12, 20, 0), (30, 12, "1e-2"), (25, 60, "1e-2"), (math.inf, 15, "1e-2"), (9, math.inf, 0)],
)
def test_literal_model_has_the_same_mean(features, samples, ridge):
    noise = 0 if samples == math.inf else "0.2"
    setting = {"features": features, "samples": samples, "ridge": ridge, "noise": noise, "source": "1.6"}
    exact = simulate_ridge(PowerLaw(2, 20), **setting, replicates=600, seed=1)
    literal = simulate_ridge(PowerLaw(2, 20), **setting, replicates=600, seed=2, literal=True)
    for quantity in ("risk", "bias") if samples == math.inf else ("risk", "bias", "variance"):
        one, other = exact.estimate(quantity), literal.estimate(quantity)
        spread = math.hypot(one.standard_error, other.standard_error)
        assert abs(one.value - other.value) < bonferroni_threshold(14) * spread, quantity


def test_a_sequence_of_ridges_shares_its_draws():
    setting = {"features": 15, "samples": 30, "noise": 0.1, "replicates": 4, "seed": 6}
    together = simulate_ridge(PowerLaw(2, 50), ridge=["0", "1e-2", 1], **setting)
    assert [result.ridge for result in together] == [0, 0.01, 1]
    for result in together:
        alone = simulate_ridge(PowerLaw(2, 50), ridge=result.ridge, **setting)
        np.testing.assert_array_equal(alone.risk_draws, result.risk_draws)


def test_noise_can_be_changed_afterwards():
    setting = {"features": 15, "samples": 30, "ridge": 0.1, "replicates": 6, "seed": 6}
    moved = simulate_ridge(PowerLaw(2, 50), noise=0.1, **setting).with_noise("0.3")
    direct = simulate_ridge(PowerLaw(2, 50), noise=0.3, **setting)
    np.testing.assert_allclose(moved.risk_draws, direct.risk_draws, rtol=1e-14)
    assert moved.risk == pytest.approx(direct.risk, rel=1e-14)
    assert moved.standard_error == pytest.approx(direct.standard_error, rel=1e-12)
    assert moved.noise == 0.3


def test_risk_is_noise_plus_bias_plus_variance():
    result = simulate_ridge(
        [1.0, 0.5, 0.1], features=2, samples=9, ridge=0.1, noise=0.3, replicates=5, seed=0
    )
    np.testing.assert_allclose(result.risk_draws, 0.3 + result.bias_draws + result.variance_draws, rtol=1e-14)
    assert result.risk == pytest.approx(result.risk_draws.mean())
    assert result.excess == pytest.approx(result.bias + result.variance)
    assert result.estimate("excess").standard_error == result.standard_error


def test_scale_of_the_spectrum_and_of_the_ridge_is_a_unit():
    setting = {"features": 12, "samples": 25, "replicates": 3, "seed": 5}
    one = simulate_ridge(PowerLaw(2, 40, 1), ridge=0.01, noise=0.1, **setting)
    scaled = simulate_ridge(PowerLaw(2, 40, 8), ridge=0.08, noise=0.8, **setting)
    np.testing.assert_allclose(scaled.risk_draws, 8 * one.risk_draws, rtol=1e-12)
