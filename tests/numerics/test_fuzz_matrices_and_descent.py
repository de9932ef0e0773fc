"""Any argument of the calls on random matrices and on gradient descent: a documented error, or no nan."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from scalinglaws.numerics import (
    DivergentSumError,
    Eigenvalues,
    PowerLaw,
    PrecisionError,
    Schedule,
    UnstableStepSizeError,
    critical_step_size,
    descent_risk,
    sample_sketch,
    sgd_risk,
    sketch_equivalent,
    solve_sgd,
    spectral_density,
    spectral_edges,
    spectral_moments,
    stieltjes,
    sweep_density,
)
from tests.numerics.fuzz_arguments import EXTREME, anything, check_call, examples, run

ARGUMENT = (TypeError, ValueError)
SUM = (*ARGUMENT, DivergentSumError, PrecisionError)
STEPS = (*ARGUMENT, UnstableStepSizeError)
LIST = Eigenvalues([1, "1/2", "1/4"])
MATRIX = {"spectrum": LIST, "features": 5, "samples": 7, "matrix": "kernel"}
SKETCH = sample_sketch(PowerLaw(2, size=30), 4, seed=0)
PLAN = Schedule.constant("0.1", 9)

CALLS = {
    "stieltjes": (stieltjes, {**MATRIX, "zeta": -1, "digits": 15}, SUM),
    "spectral_density": (spectral_density, {**MATRIX, "x": "0.5", "digits": 15}, SUM),
    "sweep_density": (sweep_density, {**MATRIX, "x": [0.5, 1.0]}, SUM),
    "spectral_edges": (spectral_edges, {**MATRIX, "digits": 15, "limit": 9}, SUM),
    "spectral_moments": (spectral_moments, {**MATRIX, "count": 3, "digits": 15}, SUM),
    "Schedule": (Schedule, {"stages": [(1, 2)]}, ARGUMENT),
    "constant": (Schedule.constant, {"step_size": "0.1", "steps": 9}, ()),
    "geometric": (Schedule.geometric, {"step_size": "0.1", "steps": 9}, ()),
    "polynomial": (
        Schedule.polynomial,
        {"step_size": "0.1", "steps": 9, "power": 1, "stages": 3},
        ARGUMENT,
    ),
    "sample_sketch": (
        sample_sketch,
        {"spectrum": LIST, "features": 2, "source": None, "latent": 3, "seed": 0},
        (*ARGUMENT, DivergentSumError),
    ),
    "sketch_equivalent": (
        sketch_equivalent,
        {"spectrum": PowerLaw(2), "features": 2, "source": 3, "smallest": "1e-3"},
        SUM,
    ),
    "sgd_risk": (
        sgd_risk,
        {
            "sketch": SKETCH,
            "schedule": PLAN,
            "noise": "0.1",
            "batch_size": 2,
            "average": True,
            "unstable": "raise",
        },
        STEPS,
    ),
    "critical_step_size": (critical_step_size, {"sketch": SKETCH, "batch_size": 2}, ARGUMENT),
    "solve_sgd": (
        solve_sgd,
        {
            "spectrum": PowerLaw(2),
            "features": 5,
            "samples": 100,
            "step_size": "0.1",
            "schedule": "constant",
            "noise": "0.1",
            "source": 3,
            "batch_size": 2,
            "average": False,
            "unstable": "mark",
        },
        (*SUM, UnstableStepSizeError),
    ),
    "descent_risk": (
        descent_risk,
        {"sketch": SKETCH, "schedule": PLAN, "samples": 9, "noise": "0.1"},
        STEPS,
    ),
}


@pytest.mark.parametrize("name", CALLS)
@examples(12, 50)
def test_any_value_of_one_argument_is_answered_or_refused(name, number):
    function, arguments, allowed = CALLS[name]

    @run(number, st.sampled_from(list(arguments)), anything)
    def holds(argument, value):
        check_call(function, {**arguments, argument: value}, allowed or ARGUMENT)


@pytest.mark.parametrize("name", [name for name, (_, arguments, _) in CALLS.items() if len(arguments) > 2])
@examples(5, 20)
def test_extreme_values_of_several_arguments_are_answered_or_refused(name, number):
    function, arguments, allowed = CALLS[name]
    extremes = st.dictionaries(
        st.sampled_from(list(arguments)), st.sampled_from(EXTREME), min_size=2, max_size=3
    )

    @run(number, extremes)
    def holds(replaced):
        check_call(function, {**arguments, **replaced}, allowed or ARGUMENT)


@pytest.mark.parametrize("name", CALLS)
def test_errors_are_those_of_the_docstring(name):
    function, _, allowed = CALLS[name]
    for error in allowed:
        assert error.__name__ in function.__doc__
