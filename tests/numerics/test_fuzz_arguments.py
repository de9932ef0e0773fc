"""Any argument of any public function: a documented error in one line, or an answer without nan."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import strategies as st

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    DivergentSumError,
    Eigenvalues,
    Enclosure,
    Exponential,
    InterpolationThresholdError,
    LogPowerLaw,
    PowerLaw,
    PowerLaws,
    PrecisionError,
    optimal_ridge,
    solve_ridge,
    sweep_ridge,
    trace_sum,
)
from tests.numerics.fuzz_arguments import EXTREME, anything, check_call, examples, run

ARGUMENT = (TypeError, ValueError)
SUM = (*ARGUMENT, DivergentSumError, PrecisionError)
RIDGE = (*SUM, InterpolationThresholdError)
LIST = Eigenvalues([1, "1/2", "1/4"])
POWER_LAW = PowerLaw(2)
REGRESSION = {"features": 5, "samples": 7, "ridge": "0.1", "noise": "0.2", "source": None}

CALLS = {
    "trace_sum": (
        trace_sum,
        {"decay": 2, "kappa": "0.1", "shift": 0, "power": 1, "size": "inf", "digits": 15, "rigorous": False},
        SUM,
    ),
    "solve_ridge": (solve_ridge, {"spectrum": POWER_LAW, **REGRESSION, "digits": 15}, RIDGE),
    "solve_ridge of a list": (solve_ridge, {"spectrum": LIST, **REGRESSION, "digits": 15}, RIDGE),
    "solve_ridge of an exponential": (solve_ridge, {"spectrum": Exponential(1), **REGRESSION}, RIDGE),
    "solve_ridge of a logarithm": (solve_ridge, {"spectrum": LogPowerLaw(2, 1), **REGRESSION}, RIDGE),
    "optimal_ridge": (
        optimal_ridge,
        {"spectrum": POWER_LAW, "features": 5, "samples": 7, "noise": "0.2", "source": None, "digits": 15},
        SUM,
    ),
    "optimal_ridge of a list": (
        optimal_ridge,
        {"spectrum": LIST, "features": 2, "samples": 4, "noise": "0.2", "digits": 15},
        SUM,
    ),
    "PowerLaw": (PowerLaw, {"decay": 2, "size": 9, "scale": 1}, ARGUMENT),
    "LogPowerLaw": (LogPowerLaw, {"decay": 2, "log_power": 1, "size": 9, "scale": 1}, ARGUMENT),
    "Exponential": (Exponential, {"rate": 2, "size": 9, "scale": 1}, ARGUMENT),
    "BrokenPowerLaw": (
        BrokenPowerLaw,
        {"decays": [1, 2], "breaks": [3], "size": 9, "scale": 1, "scales": None, "spikes": [5]},
        ARGUMENT,
    ),
    "Eigenvalues": (Eigenvalues, {"values": [2, 1], "signal": [1, 3]}, ARGUMENT),
    "Degenerate": (Degenerate, {"values": [2, 1], "multiplicities": [1, 3], "signal": [1, 3]}, ARGUMENT),
    "extended": (LIST.extended, {"size": "inf", "first": 1, "last": 3}, ARGUMENT),
    "PowerLaws": (PowerLaws, {"decay": [1.5, 2], "size": 9, "scale": 1}, ARGUMENT),
    "Enclosure": (Enclosure, {"centre": mpmath.mpf(1), "radius": mpmath.mpf(0)}, ARGUMENT),
    "contains": (Enclosure(centre=mpmath.mpf(1), radius=mpmath.mpf(1)).contains, {"value": 1}, ARGUMENT),
    "sweep_ridge": (
        sweep_ridge,
        {
            "spectrum": POWER_LAW,
            "features": [5.0, 9.0],
            "samples": [[7.0], [8.0]],
            "ridge": 0.1,
            "noise": 0.2,
            "source": 2.0,
            "invalid": "raise",
            "chunk": 3,
        },
        RIDGE,
    ),
    "sweep_ridge with a mask": (
        sweep_ridge,
        {"spectrum": LIST, "features": [5.0, 9.0], "samples": 2.0, "ridge": 0.1, "invalid": "mask"},
        RIDGE,
    ),
}


@pytest.mark.parametrize("name", CALLS)
@examples(20, 80)
def test_any_value_of_one_argument_is_answered_or_refused(name, number):
    function, arguments, allowed = CALLS[name]

    @run(number, st.sampled_from(list(arguments)), anything)
    def holds(argument, value):
        check_call(function, {**arguments, argument: value}, allowed)


@pytest.mark.parametrize("name", [name for name, (_, arguments, _) in CALLS.items() if len(arguments) > 2])
@examples(8, 40)
def test_extreme_values_of_several_arguments_are_answered_or_refused(name, number):
    function, arguments, allowed = CALLS[name]
    extremes = st.dictionaries(
        st.sampled_from(list(arguments)), st.sampled_from(EXTREME), min_size=2, max_size=3
    )

    @run(number, extremes)
    def holds(replaced):
        check_call(function, {**arguments, **replaced}, allowed)


@pytest.mark.parametrize("name", CALLS)
def test_errors_are_those_of_the_docstring(name):
    function, _, allowed = CALLS[name]
    for error in allowed:
        assert error.__name__ in function.__doc__


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: trace_sum(20_000, 1, shift=-19_996), PrecisionError, r"`decay` = 20000 .* one by one"),
        (lambda: trace_sum(1, "1e-12", shift=1, power=10**9), PrecisionError, "one by one"),
        (lambda: trace_sum(2, 1, power=10**400), ValueError, r"`power` = .* from 1 to 1e15"),
        (
            lambda: trace_sum("1e-9", "1e-12", shift=3, size=10**9, power=10**12),
            PrecisionError,
            "series of more than 300000 terms",
        ),
        (
            lambda: BrokenPowerLaw([2, "1e240"], [10**300]).total(),
            PrecisionError,
            r"`decay` = 1e\+240 has a term that exceeds all numbers",
        ),
        (
            lambda: solve_ridge(PowerLaw("1e10"), features=3, samples=4),
            PrecisionError,
            "`spectrum`, `features`",
        ),
        (lambda: solve_ridge(PowerLaw("1e200"), features=3, samples=4), PrecisionError, "fewer `digits`"),
        (
            lambda: optimal_ridge(POWER_LAW, features=10**19_000, samples=10**18_000, noise=1),
            PrecisionError,
            r"`features` and `samples` leave 3\.6e\+04 decades of kappa",
        ),
        (
            lambda: optimal_ridge(POWER_LAW, features=3, samples=4, noise="1e19000"),
            PrecisionError,
            "not resolved at 8000 bits; choose a less extreme `noise`",
        ),
        (lambda: LogPowerLaw(2, 1, 10**19_000).df(1, 1), PrecisionError, "smaller size or fewer digits"),
    ],
)
def test_precision_beyond_the_bounds_is_refused_within_seconds(call, error, match):
    with pytest.raises(error, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_long_rationals_appear_rounded_in_messages():
    """Python refuses to print integers of more than 4300 digits."""
    nearly_one = Fraction(10**5000, 10**5000 + 1)
    with pytest.raises(DivergentSumError, match=r"`decay`\*`power` > 1, not about 1\.0; choose"):
        trace_sum(nearly_one, 1)
    with pytest.raises(InterpolationThresholdError, match=r"`features` = `samples` = about 3\.0 with"):
        solve_ridge(POWER_LAW, features=3 * nearly_one, samples=3 * nearly_one)


def test_a_large_power_of_an_exponential_takes_no_long_expansion():
    """For kappa far above the spectrum the first mode is all, up to (1 + 1/kappa)^-power."""
    power, kappa = 10**9, Fraction(1, 1000)
    value = Exponential(1).df(power, kappa, 20)
    with mpmath.workdps(40):
        first, second = (1 / (1 + mpmath.exp(k) / 1000) for k in (1, 2))
        assert second**power < first**power * mpmath.mpf(10) ** -30
        assert abs(value / first**power - 1) < mpmath.mpf(10) ** -20


def test_enclosures_of_any_size_are_printed_and_compared():
    wide = Enclosure(centre=mpmath.ldexp(1, 10**12), radius=mpmath.mpf(1))
    assert len(str(wide)) < 1100
    assert not wide.contains("1e-19000")
    assert Enclosure(centre=mpmath.mpf(1), radius=mpmath.mpf(1)).contains("1e-19000")
    assert not Enclosure(centre=mpmath.mpf(1), radius=mpmath.mpf(1)).contains("-1e-19000")
