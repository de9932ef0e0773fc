"""Spectra that fall exponentially, and power laws with a logarithm: their sums are those of their terms."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    DivergentSumError,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PrecisionError,
    optimal_ridge,
    solve_ridge,
)
from tests.numerics.spectrum_checks import check_equal, check_ridge, check_two_precisions, close

# exponentials


def added_exponentials(rate, size, kappa, source, unlearned, learned):
    """Return a signal sum term by term."""
    with mpmath.workdps(70):
        r, b, at = (mpmath.mpf(v.numerator) / v.denominator for v in map(Fraction, (rate, source, kappa)))
        total = mpmath.mpf(0)
        for k in range(1, size + 1):
            eigenvalue = mpmath.exp(-r * k)
            y, w = eigenvalue / (eigenvalue + at), at / (eigenvalue + at)
            total += mpmath.exp(-b * k) * w**unlearned * y**learned
        return total


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    rate=st.sampled_from(["1/7000", "0.004", "0.03", "0.11", "0.4", "1", "3", "40"]),
    size=st.sampled_from([1, 2, 9, 150]),
    kappa=st.integers(-60, 25),
    source=st.sampled_from(["-0.5", "0", "0.004", "0.06", "1", "3", "9"]),
    exponents=st.sampled_from([(1, 0), (0, 1), (1, 1), (2, 0), (0, 4), (3, 2)]),
)
def test_exponentials_are_their_terms(rate, size, kappa, source, exponents):
    at = Fraction(10) ** kappa
    unlearned, learned = exponents
    exact = added_exponentials(rate, size, at, source, unlearned, learned)
    spectrum = Exponential(rate, size)
    value = spectrum.signal_sum(at, unlearned=unlearned, learned=learned, source=source, digits=40)
    assert close(value, exact, 39)


@pytest.mark.parametrize("rate", ["1e-9", "0.02", "0.5", "7"])
def test_exponentials_agree_with_a_sum_by_extrapolation(rate):
    with mpmath.workdps(40):
        r = mpmath.mpf(rate)
        total = Exponential(rate, scale=3).total(30)
        assert close(total, 3 / mpmath.expm1(r), 29)
        if r > 0.1:
            exact = mpmath.nsum(lambda k: 1 / (1 + mpmath.mpf("1e-4") * mpmath.exp(r * k)), [1, mpmath.inf])
            assert close(Exponential(rate).df(1, "1e-4", 25), exact, 20)


@pytest.mark.parametrize("rate", ["1e-12", "1e-3", "0.1", "0.8", "25"])
def test_exponentials_agree_at_two_precisions(rate):
    check_two_precisions(Exponential(rate, scale="0.3"), source=Fraction(rate) * 3 / 2)
    check_two_precisions(Exponential(rate, size=10**30))


def test_exponentials_do_not_depend_on_sizes_beyond_their_reach():
    for rate in ("0.01", "2"):
        endless, long = Exponential(rate), Exponential(rate, size=10**15)
        assert endless.df(2, "1e-30", 60) == long.df(2, "1e-30", 60)
        one, other = (
            solve_ridge(each, features=20, samples=50, noise="0.1", source="0.3") for each in (endless, long)
        )
        assert one == other


def test_small_exponentials_solve_as_listed_ones():
    spectrum = Exponential("0.5", 30)
    with mpmath.workdps(60):
        values, signal = ([mpmath.exp(-mpmath.mpf(k) * b) for k in range(1, 31)] for b in (0.5, 0.75))
    for source, powers in ((None, None), ("0.75", signal)):
        check_equal(spectrum, Eigenvalues(values, powers), source=source)
        check_ridge(spectrum, Eigenvalues(values, powers), source=source)
    assert np.allclose(spectrum.eigenvalues(), [float(v) for v in values], rtol=1e-13, atol=0)
    assert np.allclose(spectrum.signal_powers(source="0.75"), [float(v) for v in signal], rtol=1e-13, atol=0)


def test_exponentials_solve_at_infinite_size():
    point = solve_ridge(Exponential("0.02"), features=30, samples=90, source="0.03", digits=40, gradient=True)
    assert close(Exponential("0.02").df(1, point.kappa, 30), 30, 28)
    best = optimal_ridge(Exponential("0.02"), features=30, samples=90, noise="0.1", source="0.03")
    assert best.risk < point.risk + mpmath.mpf("0.1")


def test_infinite_exponentials_converge_unless_the_signal_does_not_fall():
    assert Exponential(1, 10**20).df(1, 0, 30) == 10**20
    with pytest.raises(DivergentSumError, match="`kappa` = 0"):
        Exponential(1).df(1, 0)
    with pytest.raises(DivergentSumError, match="`source` = 0"):
        Exponential(1).signal_total(source=0)
    with pytest.raises(DivergentSumError, match="`source` = -2"):
        Exponential(1).signal_sum(1, learned=1, source=-2)
    with pytest.raises(DivergentSumError, match="`source` = 0"):
        solve_ridge(Exponential(1), features=3, samples=5, source=0)
    assert Exponential(1).signal_sum(1, learned=3, source=-2) > 0
    assert Exponential(1).signal_sum(0) == 0
    with pytest.raises(ValueError, match="`count`"):
        Exponential(1).eigenvalues()


def test_exponentials_beyond_what_can_be_added_are_refused():
    with pytest.raises(PrecisionError, match="one by one"):
        Exponential("1e-9", 10**12).signal_sum("1e-9", source=9, unlearned=1, learned=3)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0,), ValueError, "`rate` = 0"),
        ((-1,), ValueError, "`rate` = -1"),
        ((None,), TypeError, "`rate`"),
        (("inf",), ValueError, "`rate`"),
        ((1, 0), ValueError, "`size` = 0"),
        ((1, 5, 0), ValueError, "`scale` = 0"),
    ],
)
def test_bad_exponentials_are_refused_in_one_line(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        Exponential(*arguments)
    assert "\n" not in str(caught.value)


# logarithms


def added_logarithms(spectrum, kappa, source, unlearned, learned):
    """Return a signal sum term by term."""
    with mpmath.workdps(60):
        a, p, b, at, c = (
            mpmath.mpf(v.numerator) / v.denominator
            for v in map(Fraction, (spectrum.decay, spectrum.log_power, source, kappa, spectrum.scale))
        )
        total = mpmath.mpf(0)
        for k in range(1, spectrum.size + 1):
            eigenvalue = c * mpmath.mpf(k) ** -a * mpmath.log(k + 1) ** -p
            y, w = eigenvalue / (eigenvalue + at), at / (eigenvalue + at)
            total += mpmath.mpf(k) ** -b * w**unlearned * y**learned
        return total


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    decay=st.sampled_from(["0.4", "1", "1.3", "2", "5"]),
    log_power=st.sampled_from(["-0.5", "0", "0.5", "1", "2", "7/2"]),
    size=st.sampled_from([1, 3, 90, 400]),
    kappa=st.integers(-40, 15),
    source=st.sampled_from(["-1", "0", "1", "1.7"]),
    exponents=st.sampled_from([(1, 0), (0, 1), (1, 1), (2, 0), (0, 4), (3, 2)]),
)
def test_logarithms_are_their_terms(decay, log_power, size, kappa, source, exponents):
    at = Fraction(10) ** kappa
    unlearned, learned = exponents
    spectrum = LogPowerLaw(decay, log_power, size, "0.7")
    value = spectrum.signal_sum(at, unlearned=unlearned, learned=learned, source=source, digits=40)
    assert close(value, added_logarithms(spectrum, at, source, unlearned, learned), 39)


@pytest.mark.parametrize("size", [10**7, math.inf])
@pytest.mark.parametrize("decay", ["1.2", "3"])
def test_without_a_logarithm_there_is_the_power_law(decay, size):
    one, other = LogPowerLaw(decay, 0, size, 2), PowerLaw(decay, size, 2)
    for kappa in ("1e-25", "0.001", "1e8"):
        assert close(one.df(1, kappa, 40), other.df(1, kappa, 40), 39)
        assert close(one.df(3, kappa, 40), other.df(3, kappa, 40), 39)
        for source in (None, "1.6"):
            first, second = (each.signal_sum(kappa, source=source, digits=40) for each in (one, other))
            assert close(first, second, 39)
    assert close(one.total(40), other.total(40), 39)


@pytest.mark.parametrize(
    ("decay", "log_power", "size"),
    [(1, 2, math.inf), (1, "1.5", 10**18), ("1.2", "-0.7", math.inf), (2, 3, 10**6), (6, 1, math.inf)],
)
def test_logarithms_agree_at_two_precisions(decay, log_power, size):
    check_two_precisions(LogPowerLaw(decay, log_power, size), kappas=("1e-12", "1e9"), digits=40)
    check_two_precisions(LogPowerLaw(decay, log_power, size), source="1.3", kappas=("1e-5",), digits=40)


def test_the_slowest_convergent_total_has_a_bertrand_tail():
    # sum to n, integral of 1/(x log(x + 1)**2) beyond, by Euler-Maclaurin of low order
    with mpmath.workdps(40):
        n = 2000

        def f(x):
            return 1 / (x * mpmath.log(x + 1) ** 2)

        head = mpmath.fsum(f(mpmath.mpf(k)) for k in range(1, n))
        top = mpmath.log(n + 1)
        # 1/x = (1 + 1/x)/(x + 1): the first part in closed form
        rest = mpmath.quad(lambda t: 1 / (mpmath.expm1(t) * t**2), [top, 2 * top, 4 * top, 20 * top])
        tail = 1 / top + rest + f(n) / 2 - mpmath.diff(f, n) / 12 + mpmath.diff(f, n, 3) / 720
        exact = head + tail
    assert close(LogPowerLaw(1, 2).total(30), exact, 20)


@pytest.mark.parametrize("log_power", ["0.5", "2"])
def test_steep_logarithms_agree_with_a_sum_by_extrapolation(log_power):
    with mpmath.workdps(30):
        exact = mpmath.nsum(lambda k: k**-8 * mpmath.log(k + 1) ** -mpmath.mpf(log_power), [1, mpmath.inf])
        assert close(LogPowerLaw(8, log_power).total(25), exact, 15)


def test_small_logarithms_solve_as_listed_ones():
    spectrum = LogPowerLaw("1.5", 2, 30)
    with mpmath.workdps(60):
        values = [mpmath.mpf(k) ** -1.5 * mpmath.log(k + 1) ** -2 for k in range(1, 31)]
        signal = [mpmath.mpf(1) / k for k in range(1, 31)]
    for source, powers in ((None, None), (1, signal)):
        check_equal(spectrum, Eigenvalues(values, powers), source=source)
        check_ridge(spectrum, Eigenvalues(values, powers), source=source)
    assert np.allclose(spectrum.eigenvalues(), [float(v) for v in values], rtol=1e-13, atol=0)
    assert np.allclose(spectrum.signal_powers(source=1), [float(v) for v in signal], rtol=1e-13, atol=0)


def test_logarithms_solve_at_infinite_size():
    spectrum = LogPowerLaw(1, 2)
    point = solve_ridge(spectrum, features=50, samples=90, source="1.5", digits=30)
    assert close(spectrum.df(1, point.kappa, 25), 50, 24)
    best = optimal_ridge(spectrum, features=50, samples=90, noise="0.1", digits=10)
    assert best.risk > mpmath.mpf("0.1")


def test_infinite_logarithms_converge_at_decay_one_with_power_above_one():
    assert LogPowerLaw(1, "1.01").total() > LogPowerLaw(1, "1.01", 10**30).total() > 0
    for log_power in (1, "0.5", 0, "-0.2"):
        with pytest.raises(DivergentSumError, match="`log_power`"):
            LogPowerLaw(1, log_power).total()
        with pytest.raises(DivergentSumError, match="`log_power`"):
            LogPowerLaw(1, log_power).df(1, 1)
        with pytest.raises(DivergentSumError, match="`decay` = 1"):
            solve_ridge(LogPowerLaw(1, log_power), features=3, samples=4)
        assert LogPowerLaw(1, log_power).df(2, 1) > 0
    with pytest.raises(DivergentSumError, match="`source` = 1"):
        solve_ridge(LogPowerLaw(2, 3), features=3, samples=4, source=1)
    with pytest.raises(DivergentSumError, match="`decay`"):
        LogPowerLaw(2, 2).df(1, 0)
    assert LogPowerLaw(2, 2).signal_sum(0) == 0
    assert LogPowerLaw(2, 2, 50).df(1, 0) == 50
    with pytest.raises(ValueError, match="`count`"):
        LogPowerLaw(2, 2).eigenvalues()


def test_logarithms_beyond_what_can_be_added_are_refused():
    with pytest.raises(PrecisionError, match="nodes"):
        LogPowerLaw(2, 1).df(1, "1e-19000")
    with pytest.raises(PrecisionError, match="steep"):
        LogPowerLaw(2, 10**7).df(1, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1), ValueError, "`decay` = 0"),
        ((1, None), TypeError, "`log_power`"),
        ((1, "inf"), ValueError, "`log_power`"),
        ((1, -2), ValueError, "`log_power` = -2"),
        ((1, 2, "2.5"), ValueError, "`size`"),
        ((1, 2, 5, -1), ValueError, "`scale` = -1"),
    ],
)
def test_bad_logarithms_are_refused_in_one_line(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        LogPowerLaw(*arguments)
    assert "\n" not in str(caught.value)
