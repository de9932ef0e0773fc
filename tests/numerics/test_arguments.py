"""Every number is taken exactly, and every bad argument is refused in one line that names it."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from scalinglaws.numerics import (
    DivergentSumError,
    Eigenvalues,
    InterpolationThresholdError,
    PowerLaw,
    optimal_ridge,
    solve_ridge,
    trace_sum,
)
from scalinglaws.numerics.exact import rational

HALF = [
    "0.5", "1/2", "5e-1", " .5 ", "+0.50", 0.5, Fraction(1, 2), Decimal("0.5"), mpmath.mpf("0.5"),
    np.float64(0.5), np.float32(0.5), np.longdouble(0.5), sympy.Rational(1, 2), sympy.Float("0.5", 40),
]  # fmt: skip


@pytest.mark.parametrize("value", HALF, ids=repr)
def test_one_half_is_one_half(value):
    assert rational("decay", value, "a number") == Fraction(1, 2)


@pytest.mark.parametrize("value", [3, np.int64(3), "3", 3.0, sympy.Integer(3), mpmath.mpf(3)], ids=repr)
def test_integers_are_integers(value):
    assert rational("decay", value, "a number") == 3


def test_decimal_strings_are_not_floats():
    assert rational("kappa", "0.1", "a number") == Fraction(1, 10)
    assert rational("kappa", 0.1, "a number") == Fraction(0.1) != Fraction(1, 10)
    with mpmath.workdps(40):
        tenth = mpmath.mpf("0.1")
    assert abs(rational("kappa", tenth, "a number") - Fraction(1, 10)) < Fraction(1, 10**40)
    assert rational("kappa", tenth, "a number") != Fraction(1, 10)


@pytest.mark.parametrize("value", [math.inf, "inf", "oo", "Infinity", mpmath.inf, np.inf, sympy.oo], ids=repr)
def test_infinity_is_read(value):
    assert PowerLaw(2, size=value).size == math.inf
    assert solve_ridge(PowerLaw(2), features=3, samples=value).df1 == 3


BAD_NUMBERS = [
    (math.nan, ValueError),
    ("nan", ValueError),
    (mpmath.nan, ValueError),
    (sympy.nan, ValueError),
    (sympy.zoo, ValueError),
    (-math.inf, ValueError),
    ("abc", ValueError),
    ("", ValueError),
    ("1_000", ValueError),
    ("1/0", ValueError),
    ("1e99999999999999999999", ValueError),
    ("1e-30000", ValueError),
    ("9" * 5000, ValueError),
    (10**50_000, ValueError),
    (mpmath.ldexp(1, 10**9), ValueError),
    (mpmath.mpf(2) ** -(10**8), ValueError),
    (Decimal("nan"), ValueError),
    (Decimal("1e999999"), ValueError),
    ("__import__('os')", ValueError),
    (True, TypeError),
    (np.True_, TypeError),
    (None, TypeError),
    (1j, TypeError),
    (mpmath.mpc(1), TypeError),
    (mpmath.pi, TypeError),
    (sympy.pi, TypeError),
    (sympy.I, ValueError),
    (sympy.Symbol("x"), TypeError),
    ([1], TypeError),
    (np.array([1.0]), TypeError),
    (b"1", TypeError),
]


@pytest.mark.parametrize(("value", "error"), BAD_NUMBERS, ids=lambda value: type(value).__name__)
def test_what_is_no_number_is_refused_in_one_line(value, error):
    for call in (
        lambda: trace_sum(value, 1, size=3),
        lambda: PowerLaw(value),
        lambda: solve_ridge(PowerLaw(2), features=3, samples=4, ridge=value),
        lambda: Eigenvalues([value]),
    ):
        with pytest.raises(error) as caught:
            call()
        message = str(caught.value)
        assert "`" in message
        assert "\n" not in message
        assert len(message) < 250


SPECTRUM = PowerLaw(2)
BAD_CALLS = [
    (lambda: trace_sum(0, 1), "`decay` = 0 "),
    (lambda: trace_sum(-2, 1), "`decay` = -2 "),
    (lambda: trace_sum(math.inf, 1), "`decay` = inf "),
    (lambda: trace_sum("1e-300", 1, size=3), "`decay` must be a positive number between 1e-250 "),
    (lambda: trace_sum(2, 1, shift=10**400), "`shift` must be a real number between 1e-250 "),
    (lambda: PowerLaw("1e251"), "`decay` must be a positive number between 1e-250 "),
    (lambda: trace_sum(2, -1), "`kappa` = -1 "),
    (lambda: trace_sum(2, math.inf), "`kappa` = inf "),
    (lambda: trace_sum(2, 1, shift="inf"), "`shift` = 'inf' "),
    (lambda: trace_sum(2, 1, power=0), "`power` = 0 "),
    (lambda: trace_sum(2, 1, power=1.5), "`power` = 1.5 "),
    (lambda: trace_sum(2, 1, size=0), "`size` = 0 "),
    (lambda: trace_sum(2, 1, size=-3), "`size` = -3 "),
    (lambda: trace_sum(2, 1, size=2.5), "`size` = 2.5 "),
    (lambda: trace_sum(2, 1, digits=0), "`digits` = 0 "),
    (lambda: trace_sum(2, 1, digits=1001), "`digits` = 1001 "),
    (lambda: PowerLaw(2, scale=0), "`scale` = 0 "),
    (lambda: PowerLaw(2, size="1e3.5"), "`size` = '1e3.5' "),
    (lambda: SPECTRUM.df(0, 1), "`j` = 0 "),
    (lambda: SPECTRUM.df(1, -1), "`kappa` = -1 "),
    (lambda: SPECTRUM.signal_sum(1, unlearned=0), "`unlearned` = 0 and `learned` = 0 "),
    (lambda: SPECTRUM.signal_sum(1, unlearned=-1), "`unlearned` = -1 "),
    (lambda: SPECTRUM.signal_sum(1, learned="0.5"), "`learned` = "),
    (lambda: Eigenvalues([]), "`values` = \\[\\] "),
    (lambda: Eigenvalues([1, 0]), "`values`\\[1\\] = 0.0 "),
    (lambda: Eigenvalues([1, -1]), "`values`\\[1\\] = -1.0 "),
    (lambda: Eigenvalues([1, 2]), "`values`\\[1\\] = 2.0 .* sort"),
    (lambda: Eigenvalues([1, math.nan]), "`values\\[1\\]` = nan "),
    (lambda: Eigenvalues(np.eye(2)), "`values` has shape \\(2, 2\\)"),
    (lambda: Eigenvalues([2, 1], [1]), "`signal` has 1 "),
    (lambda: Eigenvalues([2, 1], [1, -1]), "`signal`\\[1\\] = -1.0 "),
    (lambda: solve_ridge(SPECTRUM, features=0, samples=1), "`features` = 0 "),
    (lambda: solve_ridge(SPECTRUM, features=2, samples=-1), "`samples` = -1 "),
    (lambda: solve_ridge(SPECTRUM, features=2, samples=1, ridge=-1), "`ridge` = -1 "),
    (lambda: solve_ridge(SPECTRUM, features=2, samples=1, noise=-1), "`noise` = -1 "),
    (lambda: solve_ridge(SPECTRUM, features=2, samples=1, ridge=math.inf), "`ridge` = inf "),
    (lambda: solve_ridge(SPECTRUM, features=2, samples=1, source=math.inf), "`source` = inf "),
    (lambda: solve_ridge(Eigenvalues([1]), features=2, samples=1, source=2), "`source` = 2 "),
    (lambda: optimal_ridge(SPECTRUM, features=2, samples=0), "`samples` = 0 "),
    (lambda: optimal_ridge(SPECTRUM, features=2, samples=3, noise=-1), "`noise` = -1 "),
]


@pytest.mark.parametrize(
    ("call", "match"), BAD_CALLS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_values_outside_their_domain_are_refused_in_one_line(call, match):
    with pytest.raises(ValueError, match=match) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_wrong_types_are_refused():
    with pytest.raises(TypeError, match="`spectrum` is a list"):
        solve_ridge([1, 2], features=1, samples=2)
    with pytest.raises(TypeError, match=r"`digits` = 20.0 "):
        trace_sum(2, 1, digits=20.0)
    with pytest.raises(TypeError, match="`digits` = True "):
        trace_sum(2, 1, digits=True)
    with pytest.raises(TypeError, match="`values` = 'abc' "):
        Eigenvalues("abc")
    with pytest.raises(TypeError, match="`values` = 3 "):
        Eigenvalues(3)


@pytest.mark.parametrize(
    "arguments", [{"decay": 1, "kappa": 1}, {"decay": 2, "kappa": 0}, {"decay": 2, "kappa": 1, "shift": -1}]
)
def test_divergent_trace_sums_are_named(arguments):
    with pytest.raises(DivergentSumError, match=r"`size` = inf .* choose"):
        trace_sum(**arguments)


def test_data_or_signal_of_infinite_power_is_named():
    for solve in (solve_ridge, optimal_ridge):
        with pytest.raises(DivergentSumError, match=r"`decay` = 1 must be larger than 1"):
            solve(PowerLaw(1), features=3, samples=4)
        with pytest.raises(DivergentSumError, match=r"`source` = 1/2 must be larger than 1"):
            solve(PowerLaw(2), features=3, samples=4, source="0.5")


def test_the_interpolation_threshold_is_named():
    with pytest.raises(InterpolationThresholdError, match=r"`features` = `samples` = 7 .*choose ridge > 0"):
        solve_ridge(PowerLaw(2), features=7, samples="7.0")
    with pytest.raises(InterpolationThresholdError, match=r"`samples` = 9 .*choose ridge > 0"):
        solve_ridge(PowerLaw(2, size=9), features=20, samples=9, noise=1)


def test_errors_are_of_the_kinds_that_callers_catch():
    assert issubclass(DivergentSumError, ValueError)
    assert issubclass(InterpolationThresholdError, ValueError)
