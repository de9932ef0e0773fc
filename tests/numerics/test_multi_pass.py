"""Properties of gradient descent on finite data in its deterministic equivalent."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglaws.numerics import (
    PowerLaw,
    Schedule,
    SketchedSpectrum,
    UnstableStepSizeError,
    descent_risk,
    sketch_equivalent,
    solve_ridge,
)

MODES = 120
EIGENVALUES = np.arange(1.0, MODES + 1) ** -1.5
SKETCH = SketchedSpectrum(
    eigenvalues=EIGENVALUES,
    modes=np.ones(MODES),
    alignment=np.arange(1.0, MODES + 1) ** -2,
    approximation=0.0,
)


def simulated(schedule, samples, replicates, seed):
    """Return bias and variance over drawn data, the signal and the label noise averaged exactly."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(replicates):
        data = generator.standard_normal((samples, MODES)) * np.sqrt(EIGENVALUES)
        values, vectors = np.linalg.eigh(data.T @ data / samples)
        values = np.maximum(values, 0)
        kept = np.ones(MODES)
        for step_size, steps in schedule.stages:
            kept *= (1 - float(step_size) * values) ** steps
        remainder = vectors * kept @ vectors.T
        fitted = np.where(values > 1e-12, (1 - kept) ** 2 / np.maximum(values, 1e-12), 0)
        found.append(
            (
                np.sum(EIGENVALUES @ remainder**2 * SKETCH.alignment / EIGENVALUES),
                np.sum(EIGENVALUES @ vectors**2 * fitted) / samples,
            )
        )
    return np.array(found)


@pytest.mark.parametrize("samples", [60, 240])
@pytest.mark.parametrize(
    "schedule",
    [
        Schedule.constant("0.5", 1),
        Schedule.constant("0.3", 100),
        Schedule.constant("0.3", 20_000),
        Schedule.geometric("0.5", 3000),
    ],
)
def test_the_equivalent_agrees_with_descent_on_drawn_data(schedule, samples):
    found = simulated(schedule, samples, 60, seed=samples)
    error = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    point = descent_risk(SKETCH, schedule, samples=samples, noise=1)
    predicted = np.array([point.bias, point.variance])
    # the allowance of relative order 1/T is that of the equivalent itself
    assert np.all(abs(found.mean(axis=0) - predicted) < 4 * error + 2 / samples * predicted)


def test_infinitely_many_samples_leave_descent_on_the_population():
    schedule = Schedule.constant("0.4", 200)
    point = descent_risk(SKETCH, schedule, samples=10**12, noise=1)
    kept = (1 - 0.4 * EIGENVALUES) ** 200
    assert math.isclose(point.bias, float(np.sum(SKETCH.alignment * kept**2)), rel_tol=1e-8)
    growth = float(np.sum((1 - kept) ** 2)) / 1e12
    assert math.isclose(point.variance, growth, rel_tol=1e-6)


def test_endless_descent_ends_in_ridgeless_regression():
    samples = 40
    point = descent_risk(SKETCH, Schedule.constant("0.5", 10**9), samples=samples, noise=1)
    ridgeless = solve_ridge(
        PowerLaw("1.5", size=MODES), features=math.inf, samples=samples, source=2, noise=1
    )
    assert math.isclose(point.bias, float(ridgeless.bias), rel_tol=1e-6)
    assert math.isclose(point.variance, float(ridgeless.variance), rel_tol=1e-6)


@pytest.mark.slow
def test_passes_help_up_to_where_the_variance_is_the_bias():
    # a = 2, b = 1.5: time of order samples**(a/b), risk of order samples**((1 - b)/b)
    best = []
    for samples in (10**6, 10**9):
        sketch = sketch_equivalent(PowerLaw(2), source="1.5", smallest=0.01 / samples**1.6)
        points = {
            exponent: descent_risk(
                sketch, Schedule.constant("0.3", math.ceil(samples**exponent / 0.3)), samples=samples, noise=1
            ).excess
            for exponent in np.arange(1.1, 1.6, 0.02)
        }
        best.append(min((excess, exponent) for exponent, excess in points.items()))
    slope = math.log(best[1][0] / best[0][0]) / math.log(10**3)
    assert abs(slope - (1 - 1.5) / 1.5) < 0.01
    assert abs(best[1][1] - 2 / 1.5) < 0.15


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"samples": 0}, ValueError, "`samples` = 0"),
        ({"noise": -1}, ValueError, "`noise` = -1"),
        ({"schedule": Schedule.constant(5, 3)}, UnstableStepSizeError, "`step_size` = 5 must be below"),
        ({"schedule": 3}, TypeError, "`schedule` is a int"),
        ({"sketch": PowerLaw(2)}, TypeError, "`sketch` is a PowerLaw"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(change, error, message):
    arguments = {"sketch": SKETCH, "schedule": Schedule.constant("0.1", 3), "samples": 10} | change
    with pytest.raises(error, match=message) as caught:
        descent_risk(arguments.pop("sketch"), arguments.pop("schedule"), **arguments)
    assert "\n" not in str(caught.value)
