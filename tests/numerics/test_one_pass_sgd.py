"""Properties of the exact dynamics of one-pass stochastic gradient descent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    Exponential,
    PowerLaw,
    Schedule,
    SketchedSpectrum,
    UnstableStepSizeError,
    critical_step_size,
    sample_sketch,
    sgd_risk,
    sketch_equivalent,
    solve_sgd,
)


def step_by_step(sketch, schedule, *, noise, batch_size, average):
    """Return bias plus variance by the recursion as it stands, one step after the other."""
    mu, modes, excess = sketch.eigenvalues, sketch.modes, sketch.alignment.copy()
    total, kept = 0.0, np.zeros_like(excess)
    for step_size, steps in schedule.stages:
        x = float(step_size) * mu
        for _ in range(steps):
            total += excess.sum() + 2 * kept.sum()
            kept = (1 - x) * (kept + excess)
            excess = (1 - x * (2 - (1 + 1 / batch_size) * x)) * excess + modes * x * x / batch_size * (
                excess.sum() + noise + sketch.approximation
            )
    return total / schedule.steps**2 if average else excess.sum()


SKETCHES = [
    sample_sketch(PowerLaw("1.5", size=200), 12, seed=1),
    sample_sketch(PowerLaw(2), 5, source="3.5", seed=2),
    sketch_equivalent(PowerLaw("1.5", size=200), 12, source="1.2"),
    sketch_equivalent(Exponential("0.5"), source=2, smallest="1e-4"),
]

schedules = st.one_of(
    st.builds(Schedule.constant, st.floats(0.001, 0.9), st.integers(1, 300)),
    st.builds(Schedule.geometric, st.floats(0.001, 0.9), st.integers(1, 300)),
    st.builds(Schedule.polynomial, st.floats(0.001, 0.9), st.integers(9, 300), st.floats(0, 2), st.just(9)),
    st.lists(st.tuples(st.floats(0.001, 0.9), st.integers(1, 40)), min_size=1, max_size=5).map(Schedule),
)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(SKETCHES), schedules, st.floats(0, 3), st.integers(1, 9), st.booleans())
def test_stages_give_the_same_as_steps(sketch, schedule, noise, batch_size, average):
    critical = critical_step_size(sketch, batch_size=batch_size)
    schedule = Schedule([(float(size) * 0.95 * critical, steps) for size, steps in schedule.stages])
    point = sgd_risk(sketch, schedule, noise=noise, batch_size=batch_size, average=average)
    expected = step_by_step(sketch, schedule, noise=noise, batch_size=batch_size, average=average)
    assert math.isclose(point.bias + point.variance, expected, rel_tol=1e-10)
    assert 0 <= point.descent <= point.bias * (1 + 1e-12)
    parts = point.irreducible + point.approximation + point.bias + point.variance
    assert math.isclose(point.risk, parts, rel_tol=1e-15)
    assert math.isclose(point.risk, point.irreducible + point.excess, rel_tol=1e-14)


def test_one_step_of_one_mode_is_what_pencil_and_paper_give():
    one = np.ones(1)
    sketch = SketchedSpectrum(eigenvalues=one, modes=one, alignment=one, approximation=0.0)
    # E (1 - g x^2)^2 = 1 - 2g + 3g^2 and g^2 E x^2 noise^2 = g^2
    for batch_size in (1, 3):
        point = sgd_risk(sketch, Schedule.constant("0.25", 1), noise=1, batch_size=batch_size)
        fourth = 1 + 2 / batch_size
        assert math.isclose(point.bias, 1 - 0.5 + fourth / 16, rel_tol=1e-15)
        assert math.isclose(point.variance, 1 / 16 / batch_size, rel_tol=1e-15)


def test_the_risk_is_linear_in_the_noise():
    sketch, schedule = SKETCHES[0], Schedule.geometric("0.3", 500)
    points = [sgd_risk(sketch, schedule, noise=noise) for noise in (0, 1, 2)]
    assert points[0].variance == 0.0
    assert math.isclose(points[2].variance, 2 * points[1].variance, rel_tol=1e-14)
    assert points[2].bias == points[0].bias


def test_large_batches_leave_gradient_descent():
    sketch, schedule = SKETCHES[0], Schedule.constant("0.2", 50)
    point = sgd_risk(sketch, schedule, batch_size=10**12)
    assert math.isclose(point.bias, point.descent, rel_tol=1e-9)
    kept = (1 - 0.2 * sketch.eigenvalues) ** 100
    assert math.isclose(point.descent, float(np.sum(sketch.alignment * kept)), rel_tol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 2, 10])
def test_below_the_critical_step_size_the_risk_is_bounded_and_above_it_grows(batch_size):
    sketch = SKETCHES[0]
    critical = critical_step_size(sketch, batch_size=batch_size)
    below, above = (
        [
            sgd_risk(
                sketch, Schedule.constant(critical * factor, steps), batch_size=batch_size, unstable="mark"
            )
            for steps in (10**4, 10**5)
        ]
        for factor in (0.99, 1.01)
    )
    assert all(point.is_stable for point in below)
    assert not any(point.is_stable for point in above)
    assert below[1].risk < 2 * below[0].risk < math.inf
    assert above[1].risk > 100 * above[0].risk
    with pytest.raises(UnstableStepSizeError, match=f"the critical one, {critical:.6g}"):
        sgd_risk(sketch, Schedule.constant(critical * 1.01, 5), batch_size=batch_size)


def test_a_risk_beyond_the_doubles_is_infinite_and_its_parts_are_no_nan():
    point = sgd_risk(SKETCHES[0], Schedule.constant(1, 10**9), unstable="mark")
    assert point.risk == point.bias == math.inf
    assert point.variance == 0.0


@pytest.mark.parametrize(("decay", "expected"), [("1.5", 1.365), (2, 1.005)])
def test_the_critical_step_size_of_power_laws_of_trace_one(decay, expected):
    sketch = sketch_equivalent(PowerLaw(decay), smallest="1e-13")
    assert math.isclose(critical_step_size(sketch) * float(PowerLaw(decay).total()), expected, rel_tol=5e-4)


def test_a_trillion_samples_follow_the_power_law_of_gradient_flow():
    # bias ~ Gamma((b - 1)/a)/a (2 tau)**(-(b - 1)/a) for time tau
    a, b, step_size = 2.0, 2.5, 0.1
    steps = 10**12
    point = solve_sgd(PowerLaw(a), samples=steps, step_size=step_size, source=b)
    time = float(Schedule.geometric(step_size, steps).time)
    exponent = (b - 1) / a
    law = math.gamma(exponent) / a * (2 * time) ** -exponent
    assert math.isclose(point.bias, law, rel_tol=1e-4)


def test_the_equivalent_agrees_with_the_mean_over_sketches():
    spectrum = PowerLaw("1.5", size=500)
    schedule = Schedule.geometric("0.3", 2000)
    points = [
        sgd_risk(sample_sketch(spectrum, 50, seed=seed), schedule, noise="0.5").excess for seed in range(60)
    ]
    error = np.std(points, ddof=1) / math.sqrt(len(points))
    equivalent = solve_sgd(spectrum, features=50, samples=2000, step_size="0.3", noise="0.5")
    assert abs(np.mean(points) - equivalent.excess) < 4 * error + equivalent.excess / 50


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"samples": 0}, ValueError, "`samples` = 0"),
        ({"samples": 3, "batch_size": 4}, ValueError, "`samples` = 3 must be at least `batch_size` = 4"),
        ({"step_size": 0}, ValueError, "`step_size` = 0"),
        ({"step_size": 3}, UnstableStepSizeError, "`step_size` = 3 must be below the critical one"),
        ({"noise": -1}, ValueError, "`noise` = -1"),
        ({"schedule": "cosine"}, ValueError, "`schedule` = 'cosine'"),
        ({"unstable": "ignore"}, ValueError, "`unstable` = 'ignore'"),
        ({"batch_size": "1.5"}, ValueError, "`batch_size`"),
        ({"average": np.eye(2)}, TypeError, "`average` = array"),
        ({"average": None}, TypeError, "`average` = None must be True or False"),
        ({"features": 1j}, TypeError, "`features`"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(change, error, message):
    arguments = {"features": 10, "samples": 100, "step_size": "0.1"} | change
    with pytest.raises(error, match=message) as caught:
        solve_sgd(PowerLaw(2), **arguments)
    assert "\n" not in str(caught.value)


def test_other_objects_in_place_of_sketch_and_schedule_are_refused():
    with pytest.raises(TypeError, match="`sketch` is a PowerLaw"):
        sgd_risk(PowerLaw(2), Schedule.constant(1, 1))
    with pytest.raises(TypeError, match="`schedule` is a float"):
        sgd_risk(SKETCHES[0], 0.1)
