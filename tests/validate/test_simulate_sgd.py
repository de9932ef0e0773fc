"""Simulated SGD agrees with its exact expectation, in the coordinates of a sketch and on the data."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from scalinglaws.numerics import PowerLaw, Schedule, critical_step_size, sample_sketch, sgd_risk, solve_sgd
from scalinglaws.validate.simulate import (
    Covariates,
    average_over_sketches,
    simulate_sgd,
    simulate_sgd_on_data,
    simulate_sgd_over_sketches,
    unsketched,
)
from scalinglaws.validate.simulate.fourth_moment import (
    critical_step_size_from_kurtosis,
    risk_from_fourth_moment,
)
from scalinglaws.validate.statistics import bonferroni_threshold

SKETCH = sample_sketch(PowerLaw("1.5", 100), 8, seed=3)
HALVED = Schedule.geometric("0.15", 64)
SIGNS = Covariates(law="rademacher")
QUANTITIES = ("risk", "bias", "variance")
PARTS = ("risk", "approximation", "bias", "variance", "descent")
OPTIONS = [{}, {"average": True}, {"batch_size": 3}, {"average": True, "batch_size": 2}]


def assert_agrees(found, comparisons):
    """Assert that risk, bias and variance agree; `comparisons` of them are made in all."""
    threshold = bonferroni_threshold(comparisons, degrees_of_freedom=found.replicates - 1)
    for quantity in QUANTITIES:
        assert found.comparison(quantity).z < threshold, (quantity, found.comparison(quantity))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("signal", ["fixed", "drawn"])
def test_the_expected_risk_is_the_same_in_the_data_and_in_the_spectrum_of_the_sketch(options, signal):
    # one recursion for a matrix in the space of the data, the other by eigensystems of the sketch
    found = simulate_sgd_on_data(
        PowerLaw(2, 12),
        HALVED,
        features=5,
        source="1.3",
        noise="0.3",
        signal=signal,
        replicates=2,
        seed=4,
        **options,
    )
    space = found.space
    by_steps = risk_from_fourth_moment(space.feature_map, space.second_moment, HALVED, noise=0.3, **options)
    by_stages = sgd_risk(found.sketch, HALVED, noise=0.3, **options)
    for part in PARTS:
        assert getattr(by_steps, part) == pytest.approx(getattr(by_stages, part), rel=1e-11), part
    assert found.gaussian_prediction() == by_stages


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("signal", ["fixed", "drawn"])
def test_runs_in_the_coordinates_of_a_sketch_agree_with_the_exact_risk(options, signal):
    found = simulate_sgd(SKETCH, HALVED, noise="0.5", signal=signal, replicates=600, seed=1, **options)
    assert_agrees(found, 24)
    assert found.approximation == pytest.approx(SKETCH.approximation)


@pytest.mark.parametrize(
    "law",
    [
        Covariates(),
        SIGNS,
        Covariates(law="rademacher", rotated=True),
        Covariates(law="student", degrees_of_freedom=14),
    ],
    ids=lambda law: f"{law.law}{' rotated' * law.rotated}",
)
@pytest.mark.parametrize(
    "options",
    [{"features": 4}, {"features": "inf", "average": True}, {"features": 4, "signal": "drawn"}],
    ids=str,
)
def test_runs_on_data_agree_with_the_risk_of_their_fourth_moment(law, options):
    found = simulate_sgd_on_data(
        PowerLaw("1.5", 10), HALVED, covariates=law, noise="0.5", replicates=600, seed=2, **options
    )
    if law.rotated:
        # rotated coordinates are not independent in the data, but are before the rotation
        assert not np.allclose(found.space.feature_map[0, 1:], 0)
    assert_agrees(found, 36)


def test_the_kurtosis_can_be_told_from_the_gaussian_one():
    # the recursion for other kurtoses is tested only if the difference between them is seen
    steps = Schedule.constant("0.4", 12)
    found = simulate_sgd_on_data([1, 0.5], steps, features=math.inf, covariates=SIGNS, replicates=400, seed=3)
    assert found.comparison().z < 4
    assert abs(found.gaussian_prediction().risk - found.risk) > 20 * found.standard_error


@pytest.mark.parametrize("average", [False, True])
def test_signs_agree_with_the_mean_over_all_of_them(average):
    feature_map, teacher = np.array([[0.9, 0.4]]), np.array([0.8, -0.7])
    schedule, noise = Schedule([("0.5", 2), ("0.2", 1)]), 0.25
    rates = [0.5, 0.5, 0.2]
    total, count = 0.0, 0
    for signs in itertools.product([-1.0, 1.0], repeat=9):
        draws = np.array(signs).reshape(3, 3)
        weight, iterates = 0.0, []
        for rate, (first, second, label) in zip(rates, draws, strict=True):
            iterates.append(weight)
            z = np.array([first, second])
            phi = feature_map[0] @ z
            weight -= rate * (weight * phi - teacher @ z - math.sqrt(noise) * label) * phi
        result = np.mean(iterates) if average else weight
        total += np.sum((feature_map[0] * result - teacher) ** 2)
        count += 1
    point = risk_from_fourth_moment(
        feature_map, np.outer(teacher, teacher), schedule, kurtosis=1, noise=noise, average=average
    )
    assert point.excess == pytest.approx(total / count, rel=1e-13)


@pytest.mark.parametrize(("degrees", "finite"), [(4.5, True), (4.0, False), (3.0, False)])
def test_the_expected_risk_needs_a_fourth_moment(degrees, finite):
    law = Covariates(law="student", degrees_of_freedom=degrees)
    setting = {"features": "inf", "covariates": law, "noise": 1, "replicates": 200, "seed": 5}
    found = simulate_sgd_on_data(PowerLaw(2, 5), Schedule.constant("0.01", 20), **setting)
    assert math.isfinite(found.prediction().risk) is finite
    assert found.prediction().is_stable is finite
    # what is left without a mean: the median stays near that of Gaussian covariates
    assert np.median(found.risk_draws) == pytest.approx(found.gaussian_prediction().risk, rel=0.05)
    with pytest.raises(ValueError, match=r"`degrees_of_freedom` = .* larger than 8"):
        found.comparison()


@pytest.mark.parametrize("kurtosis", [1, 2, 3, 9])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_below_the_critical_step_size_of_a_kurtosis_the_risk_is_bounded_and_above_it_grows(
    kurtosis, batch_size
):
    eigenvalues = np.array([1.0, 0.6, 0.5, 0.1])
    critical = critical_step_size_from_kurtosis(eigenvalues, kurtosis, batch_size=batch_size)
    feature_map = np.diag(np.sqrt(eigenvalues))
    below, above = (
        [
            risk_from_fourth_moment(
                feature_map,
                np.diag(eigenvalues),
                Schedule.constant(factor * critical, steps),
                kurtosis=kurtosis,
                noise=1,
                batch_size=batch_size,
            ).risk
            for steps in (1000, 2000)
        ]
        for factor in (0.98, 1.02)
    )
    assert below[1] == pytest.approx(below[0], rel=1e-3)
    assert above[1] > 1e3 * above[0]
    assert critical_step_size_from_kurtosis(eigenvalues, math.inf) == 0


def test_the_critical_step_size_of_gaussian_data_is_that_of_the_stages():
    eigenvalues = np.arange(1, 40.0) ** -1.5
    for batch_size in (1, 3):
        ours = critical_step_size_from_kurtosis(eigenvalues, 3, batch_size=batch_size)
        stages = critical_step_size(unsketched(eigenvalues.tolist()), batch_size=batch_size)
        assert ours == pytest.approx(stages, rel=1e-12)
    with pytest.raises(ValueError, match="`kurtosis` = 0"):
        critical_step_size_from_kurtosis(eigenvalues, 0)


@pytest.mark.parametrize(
    ("steps", "average", "parts"),
    [
        (1, False, (math.inf, False)),
        (2, False, (math.inf, True)),
        (1, True, (1.0, False)),
        (2, True, (math.inf, False)),
    ],
)
def test_signal_meets_the_fourth_moment_a_step_before_label_noise(steps, average, parts):
    point = risk_from_fourth_moment(
        np.eye(1), np.eye(1), Schedule.constant("0.1", steps), kurtosis=math.inf, noise=1.0, average=average
    )
    assert (point.bias, math.isinf(point.variance)) == parts


def test_one_pass_over_a_finite_set_is_one_pass():
    found = simulate_sgd(SKETCH, HALVED, noise="0.5", samples=64, replicates=600, seed=6)
    assert_agrees(found, 3)
    assert found.training_risk.value < found.risk


def test_more_passes_fit_the_samples_better_than_the_law():
    runs = [
        simulate_sgd(
            SKETCH, Schedule.constant("0.1", 32 * passes), noise=1, samples=32, replicates=200, seed=7
        )
        for passes in (1, 4, 16)
    ]
    training = [run.training_risk.value for run in runs]
    assert training[0] > training[1] > training[2]
    assert runs[2].variance > 2 * runs[0].variance
    with pytest.raises(ValueError, match="`samples` = 32 are used more than once"):
        runs[1].prediction()


def test_a_sketch_of_its_own_in_every_run_has_the_risk_of_the_equivalent():
    found = simulate_sgd_over_sketches(
        PowerLaw("1.5"), HALVED, features=40, noise="0.5", latent=400, replicates=300, seed=8
    )
    for quantity in QUANTITIES:
        assert found.comparison(quantity, allowance=2 / 40).z < 4
    assert np.std(found.risk_draws) > 0


def test_the_mean_over_sketches_agrees_with_the_equivalent():
    spectrum, schedule = PowerLaw(2, 300), Schedule.geometric("0.2", 1000)
    found = average_over_sketches(spectrum, schedule, features=30, noise="0.1", sketches=24, seed=9)
    point = solve_sgd(spectrum, features=30, samples=1000, step_size="0.2", noise="0.1")
    for part in ("excess", "approximation", "bias", "variance"):
        mean, expected = getattr(found, part), getattr(point, part)
        assert abs(mean.value - expected) < 4 * mean.standard_error + expected / 15, part
    assert found.risk.value == pytest.approx(0.1 + found.excess.value)
    assert found.points[0] == sgd_risk(
        sample_sketch(spectrum, 30, seed=np.random.SeedSequence(9, spawn_key=(0,))), schedule, noise="0.1"
    )


def test_data_seen_as_they_are_have_their_own_modes():
    sketch = unsketched(PowerLaw(2, 4), source=3)
    np.testing.assert_allclose(sketch.eigenvalues, [1, 1 / 4, 1 / 9, 1 / 16])
    np.testing.assert_allclose(sketch.alignment, [1, 1 / 8, 1 / 27, 1 / 64])
    on_data = simulate_sgd_on_data(
        PowerLaw(2, 4), HALVED, features=math.inf, source=3, replicates=2, seed=0
    ).sketch
    np.testing.assert_allclose(on_data.eigenvalues, sketch.eigenvalues)
    np.testing.assert_allclose(on_data.alignment, sketch.alignment)
    assert on_data.approximation == pytest.approx(0, abs=1e-15)


@pytest.mark.slow
def test_a_thousandth_of_the_excess_is_resolved_and_found():
    sketch = sample_sketch(PowerLaw(2, 500), 16, seed=11)
    found = simulate_sgd(sketch, Schedule.geometric("0.3", 256), noise=1, replicates=60_000, seed=12)
    assert found.standard_error < 1e-3 * found.excess
    assert_agrees(found, 3)
