from __future__ import annotations

import mpmath
import pytest

from scalinglaws.numerics import DivergentSumError, heat_sum


@pytest.mark.parametrize("decay", ["1.25", "2", "5"])
@pytest.mark.parametrize("time", ["0", "0.001", "1", "300", "1e5", "1e9", "1e30"])
def test_same_value_at_two_precisions(decay, time):
    low = heat_sum(decay, time, shift="1.7", digits=30)
    high = heat_sum(decay, time, shift="1.7", digits=60)
    assert abs(low / high - 1) < mpmath.mpf(10) ** -30


@pytest.mark.parametrize(
    ("decay", "shift", "time"), [("1.5", "3", "2"), ("2", "4", "30"), ("3", "3.5", "0.25")]
)
def test_terms_and_the_rest_by_the_exponential_series(decay, shift, time):
    """Direct terms to 100, and beyond it Hurwitz zetas of each power of the time."""
    with mpmath.workdps(40):
        a, s, t = (mpmath.mpf(x) for x in (decay, shift, time))
        direct = mpmath.fsum(
            mpmath.mpf(k) ** -s * mpmath.exp(-t * mpmath.mpf(k) ** -a) for k in range(1, 100)
        )
        rest = mpmath.fsum((-t) ** j / mpmath.factorial(j) * mpmath.zeta(s + j * a, 100) for j in range(40))
        assert (
            abs(heat_sum(decay, time, shift=shift, digits=25) / (direct + rest) - 1) < mpmath.mpf(10) ** -24
        )


def test_at_time_zero_it_is_the_zeta_function():
    with mpmath.workdps(60):
        assert abs(heat_sum(3, 0, shift=2, digits=50) / mpmath.zeta(2) - 1) < mpmath.mpf(10) ** -50


def test_it_solves_the_heat_equation():
    """The derivative in time is minus the sum with the shift s+a."""
    digits, step = 60, mpmath.mpf(10) ** -15
    with mpmath.workdps(80):
        values = [heat_sum(2, 7 + sign * step, shift="1.5", digits=digits) for sign in (1, -1)]
        slope = (values[0] - values[1]) / (2 * step)
        assert abs(slope / -heat_sum(2, 7, shift="3.5", digits=digits) - 1) < mpmath.mpf(10) ** -28


def test_continuation_below_one_has_the_slope_of_the_sum_above():
    digits, step = 60, mpmath.mpf(10) ** -15
    with mpmath.workdps(80):
        values = [
            heat_sum(2, 7 + sign * step, shift="0.5", continued=True, digits=digits) for sign in (1, -1)
        ]
        slope = (values[0] - values[1]) / (2 * step)
        assert abs(slope / -heat_sum(2, 7, shift="2.5", digits=digits) - 1) < mpmath.mpf(10) ** -28


@pytest.mark.parametrize(
    ("arguments", "options", "error", "naming"),
    [
        ((2, 1), {"shift": 1}, DivergentSumError, "`shift` = 1 must allow the sum to converge"),
        ((2, 1), {"shift": -1, "continued": True}, DivergentSumError, "no integer"),
        ((2, 0), {"shift": "0.5", "continued": True}, DivergentSumError, "time > 0"),
        ((0, 1), {"shift": 2}, ValueError, "`decay`"),
        ((2, -1), {"shift": 2}, ValueError, "`time`"),
        ((2, 1), {"shift": 2, "digits": 0}, ValueError, "`digits`"),
    ],
)
def test_what_has_no_value_is_refused(arguments, options, error, naming):
    with pytest.raises(error, match=naming):
        heat_sum(*arguments, **options)
