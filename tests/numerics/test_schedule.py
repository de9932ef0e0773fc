"""Properties of step-size schedules."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import Schedule


@settings(max_examples=50)
@given(st.integers(1, 1500))
def test_geometric_decay_follows_its_definition_step_by_step(steps):
    schedule = Schedule.geometric(1, steps)
    sizes = [size for size, count in schedule.stages for _ in range(count)]
    with mpmath.workdps(40):
        levels = [
            int(mpmath.floor(t * mpmath.log(steps, 2) / steps + mpmath.mpf(10) ** -35))
            for t in range(1, steps + 1)
        ]
    assert sizes == [Fraction(1, 2**level) for level in levels]


@pytest.mark.parametrize("steps", [10**6, 10**12, 2**40, 10**18])
def test_geometric_decay_has_all_its_steps_and_twice_the_time_of_its_first_stage(steps):
    schedule = Schedule.geometric("0.1", steps)
    assert schedule.steps == steps
    assert math.isclose(schedule.time, 0.2 * steps / math.log2(steps), rel_tol=1e-5)


@given(st.integers(1, 500), st.integers(1, 40), st.floats(0, 3))
def test_polynomial_decay_falls_like_its_power_over_equal_stages(steps, stages, power):
    stages = min(stages, steps)
    schedule = Schedule.polynomial(2, steps, power, stages)
    assert schedule.steps == steps
    lengths = [count for _, count in schedule.stages]
    assert max(lengths) - min(lengths) <= 1
    for level, (size, _) in enumerate(schedule.stages, start=1):
        assert math.isclose(size, 2 * level**-power, rel_tol=1e-14)


def test_a_polynomial_schedule_without_stages_has_one_for_each_step():
    assert Schedule.polynomial(1, 4, 1).stages == (
        (Fraction(1), 1),
        (Fraction(1, 2), 1),
        (Fraction(1 / 3), 1),
        (Fraction(1, 4), 1),
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Schedule([]), "`stages` must hold at least one stage"),
        (lambda: Schedule([1]), "must hold pairs"),
        (lambda: Schedule([(0, 1)]), "`step_size` = 0 must be a positive number"),
        (lambda: Schedule([(1, 0)]), "`steps` = 0 must be an integer not smaller than 1"),
        (lambda: Schedule.constant(-1, 2), "`step_size` = -1 must be a positive number"),
        (lambda: Schedule.geometric("nan", 2), "`step_size`"),
        (lambda: Schedule.geometric(1, 0), "`steps` = 0"),
        (lambda: Schedule.polynomial(1, 5, -1), "`power` = -1"),
        (lambda: Schedule.polynomial(1, 5, 1, 6), "`stages` = 6 must be at most `steps` = 5"),
        (lambda: Schedule.polynomial(1, 10**7, 1), "`stages` = 10000000 must be an integer from 1"),
    ],
)
def test_bad_schedules_are_refused_in_one_line(make, message):
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


@given(st.integers(1, 10**30))
def test_geometric_decay_has_all_steps_at_any_number_of_them(steps):
    schedule = Schedule.geometric(1, steps)
    assert schedule.steps == steps
    assert len(schedule.stages) <= steps.bit_length() + 1
