"""Levels, pieces and continued measurements: the same sums as those of listed eigenvalues."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    DivergentSumError,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    optimal_ridge,
    solve_ridge,
    trace_sum,
)
from tests.numerics.spectrum_checks import check_equal, check_ridge, check_two_precisions, close

# levels


LEVELS = [Fraction(3, 2), Fraction(1, 2), Fraction(1, 9), Fraction(1, 10**6)]
COUNTS = [1, 3, 8, 15]
POWERS = [Fraction(2), Fraction(0), Fraction(1, 7), Fraction(1, 3)]


def repeated(column):
    return [value for value, count in zip(column, COUNTS, strict=True) for _ in range(count)]


@pytest.mark.parametrize("powers", [None, POWERS], ids=["isotropic", "own signal"])
def test_levels_are_repeated_eigenvalues(powers):
    spectrum = Degenerate(LEVELS, COUNTS, powers)
    listed = Eigenvalues(repeated(LEVELS), None if powers is None else repeated(powers))
    check_equal(spectrum, listed)
    check_ridge(spectrum, listed)
    assert spectrum.eigenvalues().tolist() == listed.eigenvalues().tolist()
    assert spectrum.signal_powers().tolist() == listed.signal_powers().tolist()
    assert spectrum.eigenvalues(6).tolist() == listed.eigenvalues(6).tolist()
    for index in (1, 2, 4, 5, 12, 13, 27, 40, Fraction(9, 2), math.inf):
        assert spectrum.log_eigenvalue(Fraction(index) if index != math.inf else index) == (
            listed.log_eigenvalue(Fraction(index) if index != math.inf else index)
        )
    assert spectrum.signal_ratio(None) == listed.signal_ratio(None)
    assert spectrum.is_isotropic(None) == listed.is_isotropic(None)


def test_equal_levels_are_one_level():
    split = Degenerate([2, 1, 1], [1, 2, 3], [4, 5, 0])
    assert split.signal_ratio(None) == 2
    assert Degenerate([2, 1, 1], [1, 2, 3], [4, 5, 1]).signal_ratio(None) is None
    assert close(split.df(1, "0.3", 30), Degenerate([2, 1], [1, 5]).df(1, "0.3", 30), 29)


def test_levels_may_hold_any_number_of_modes():
    many = 10**40 + 1
    spectrum = Degenerate([1, "1e-40"], [1, many])
    assert spectrum.size == many + 1
    assert spectrum.df(1, 0, 60) == many + 1
    with mpmath.workdps(70):
        exact = mpmath.mpf(1) / 2 + mpmath.mpf(many) / (1 + mpmath.mpf(10) ** 40)
    assert close(spectrum.df(1, 1, 50), exact, 50)
    # the modes that no sample resolves act as a ridge of their total power
    point = solve_ridge(spectrum, features="inf", samples=10, digits=30)
    assert close(point.df1, 10, 30)
    assert point.kappa > 0
    assert optimal_ridge(spectrum, features=50, samples=10, noise="0.1").risk > mpmath.mpf("0.1")
    assert spectrum.eigenvalues(3).tolist() == [1.0, 1e-40, 1e-40]
    with pytest.raises(ValueError, match="`count`"):
        spectrum.eigenvalues()


def test_a_level_of_one_value_has_the_closed_form():
    spectrum = Degenerate(["0.25"], [1000])
    assert spectrum.df(1, "0.75", 30) == 250
    assert spectrum.total(30) == 250
    assert repr(spectrum) == "<Degenerate: 1 level of 1000 modes, from 0.25 to 0.25>"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([], []), ValueError, "`values` = \\[\\]"),
        (([1], []), ValueError, "`multiplicities` = \\[\\]"),
        (([1, 2], [1, 1]), ValueError, "`values`\\[1\\]"),
        (([1, 0], [1, 1]), ValueError, "`values`\\[1\\]"),
        (([2, 1], [1]), ValueError, "`multiplicities` has 1 entries"),
        (([2, 1], [1, 0]), ValueError, "`multiplicities\\[1\\]`"),
        (([2, 1], [1, "1.5"]), ValueError, "`multiplicities\\[1\\]`"),
        (([2, 1], 3), TypeError, "`multiplicities`"),
        (([2, 1], [1, True]), TypeError, "`multiplicities\\[1\\]`"),
        (([2, 1], [1, 1], [1]), ValueError, "`signal`"),
        (([2, 1], [1, 1], [1, -1]), ValueError, "`signal`\\[1\\]"),
    ],
)
def test_bad_levels_are_refused_in_one_line(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        Degenerate(*arguments)
    assert "\n" not in str(caught.value)


def test_levels_have_their_own_signal():
    with pytest.raises(ValueError, match="`source`"):
        solve_ridge(Degenerate([1], [3]), features=1, samples=2, source=2)


# pieces


def listed_pieces(spectrum, source=None):
    """Return the same eigenvalues one by one; the decays are integers."""
    values = list(spectrum.spikes)
    for k in range(len(values) + 1, spectrum.size + 1):
        piece = sum(k > end for end in spectrum.breaks)
        scale = spectrum.scale
        if spectrum.scales is not None:
            scale *= spectrum.scales[piece]
        else:
            for i in range(piece):
                scale *= Fraction(spectrum.breaks[i]) ** int(spectrum.decays[i + 1] - spectrum.decays[i])
        values.append(scale / Fraction(k) ** int(spectrum.decays[piece]))
    signal = None if source is None else [Fraction(1, k**source) for k in range(1, len(values) + 1)]
    return Eigenvalues(values, signal)


PIECES = [
    BrokenPowerLaw([2], [], size=40),
    BrokenPowerLaw([1, 2], [120], size=260, spikes=[10, 5, 5]),
    BrokenPowerLaw([1, 3, 2], [30, 200], size=301, scales=[1, 20, "1e-4"], scale=3),
    BrokenPowerLaw([4, 2], [1], size=300, spikes=[]),
    BrokenPowerLaw([4, 2], [230], size=233),
    BrokenPowerLaw([3, 1], [1], size=2),
]


@pytest.mark.parametrize("source", [None, 3])
@pytest.mark.parametrize("spectrum", PIECES, ids=repr)
def test_pieces_are_listed_eigenvalues(spectrum, source):
    listed = listed_pieces(spectrum, source)
    check_equal(spectrum, listed, source=source)
    if spectrum.size > 12:
        check_ridge(spectrum, listed, source=source)
    assert np.allclose(spectrum.eigenvalues(), listed.eigenvalues(), rtol=1e-13, atol=0)
    assert np.allclose(spectrum.signal_powers(source=source), listed.signal_powers(), rtol=1e-13, atol=0)
    for index in (1, 2, 3, 4, 30, 31, 120, 121, spectrum.size, 10**6):
        assert math.isclose(
            spectrum.log_eigenvalue(Fraction(index)), listed.log_eigenvalue(Fraction(index)), abs_tol=1e-12
        )


@pytest.mark.parametrize("source", [None, "1.7"])
@pytest.mark.parametrize(("breaks", "size"), [([5, 10**6], 10**18), ([300, 400], math.inf)])
def test_pieces_of_one_decay_are_one_power_law(breaks, size, source):
    broken = BrokenPowerLaw(["1.3"] * 3, breaks, size=size, scale=2)
    whole = PowerLaw("1.3", size=size, scale=2)
    for kappa in ("1e-20", "0.01", 5):
        assert close(broken.df(2, kappa, 40), whole.df(2, kappa, 40), 39)
        one, other = (each.signal_sum(kappa, source=source, digits=40) for each in (broken, whole))
        assert close(one, other, 39)
    assert close(broken.total(40), whole.total(40), 39)


def test_a_piece_is_a_difference_of_trace_sums():
    spectrum = BrokenPowerLaw(["1.2", 3], breaks=[10**9])
    with mpmath.workdps(120):
        kappa = mpmath.mpf("1e-12")
        scale = mpmath.mpf(10) ** (9 * (3 - Fraction("1.2")))
        below, above = (
            trace_sum(decay, kappa / factor, size=size, digits=90)
            for decay, factor, size in (("1.2", 1, 10**9), (3, scale, math.inf))
        )
        skipped = trace_sum(3, kappa / scale, size=10**9, digits=90)
        exact = below + above - skipped
    assert close(spectrum.df(1, "1e-12", 40), exact, 39)


def test_pieces_agree_at_two_precisions():
    check_two_precisions(BrokenPowerLaw(["0.7", "1.6"], [1000], spikes=[9]), source="1.4")
    check_two_precisions(BrokenPowerLaw([3, "1.01"], [10**12], size=10**30))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    decays=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    gaps=st.lists(st.integers(1, 90), min_size=4, max_size=4),
    kappa=st.integers(-60, 40),
    source=st.integers(-3, 6),
    learned=st.integers(0, 3),
)
def test_any_pieces_are_listed_eigenvalues(decays, gaps, kappa, source, learned):
    bounds = np.cumsum(gaps[: len(decays)]).tolist()
    spectrum = BrokenPowerLaw(decays, bounds[:-1], size=bounds[-1])
    at = Fraction(10) ** kappa
    one = spectrum.signal_sum(at, unlearned=1, learned=learned, source=source, digits=30)
    signal = [Fraction(k) ** -source for k in range(1, bounds[-1] + 1)]
    listed = Eigenvalues(listed_pieces(spectrum).values, signal)
    assert close(one, listed.signal_sum(at, unlearned=1, learned=learned, digits=30), 29)


def test_infinite_pieces_converge_where_the_last_one_does():
    assert BrokenPowerLaw(["0.5", 2], [10]).df(1, 1) > 0
    with pytest.raises(DivergentSumError, match="decay"):
        BrokenPowerLaw([2, 1], [10]).df(1, 1)
    with pytest.raises(DivergentSumError, match="decay"):
        BrokenPowerLaw([2, "0.9"], [10]).total()
    with pytest.raises(DivergentSumError, match="source"):
        BrokenPowerLaw([2, 3], [10]).signal_total(source=1)
    with pytest.raises(DivergentSumError, match="decay"):
        solve_ridge(BrokenPowerLaw([2, 1], [10]), features=3, samples=5)
    assert BrokenPowerLaw([2, 1], [10]).df(2, 1) > 0


def test_pieces_solve_at_infinite_size():
    spectrum = BrokenPowerLaw([1, 2], [10**5], spikes=[40, 30])
    point = solve_ridge(spectrum, features=300, samples=900, noise="0.1", source=2, digits=40, gradient=True)
    assert close(point.df1, 300, 39)
    assert close(spectrum.df(1, point.kappa, 30), 300, 28)
    best = optimal_ridge(spectrum, features=300, samples=900, noise="0.1", source=2)
    assert best.risk < point.risk


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"decays": []}, ValueError, "`decays`"),
        ({"decays": [0]}, ValueError, "`decays\\[0\\]`"),
        ({"decays": 2}, TypeError, "`decays`"),
        ({"decays": [1, 2], "breaks": []}, ValueError, "`breaks` has 0 entries"),
        ({"decays": [1, 2], "breaks": 3}, TypeError, "`breaks`"),
        ({"decays": [1, 2], "breaks": ["2.5"]}, ValueError, "`breaks\\[0\\]`"),
        ({"decays": [1, 2, 3], "breaks": [5, 5]}, ValueError, "`breaks\\[1\\]` = 5"),
        ({"decays": [1, 2], "breaks": [5], "size": 5}, ValueError, "`size` = 5"),
        ({"decays": [1, 2], "breaks": [2], "spikes": [9, 8]}, ValueError, "`breaks\\[0\\]` = 2"),
        ({"decays": [2], "size": 1, "spikes": [9]}, ValueError, "`size` = 1"),
        ({"decays": [2], "spikes": [8, 9]}, ValueError, "`spikes\\[1\\]`"),
        ({"decays": [2], "spikes": ["0.1"]}, ValueError, "`spikes`\\[0\\]"),
        ({"decays": [2], "spikes": "5"}, TypeError, "`spikes`"),
        ({"decays": [1, 2], "breaks": [5], "scales": [1]}, ValueError, "`scales` has 1"),
        ({"decays": [1, 2], "breaks": [5], "scales": [1, 9]}, ValueError, "`scales`\\[1\\]"),
        ({"decays": [1], "scale": 0}, ValueError, "`scale`"),
    ],
)
def test_bad_pieces_are_refused_in_one_line(arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        BrokenPowerLaw(**{"breaks": []} | arguments)
    assert "\n" not in str(caught.value)


# measured and continued


def test_continued_power_laws_are_power_laws():
    values = [Fraction(k) ** -2 for k in range(1, 101)]
    spectrum = Eigenvalues(values).extended(10**12)
    assert spectrum.size == 10**12
    assert (spectrum.first, spectrum.last) == (10, 100)
    assert abs(spectrum.fit.decay - 2) < Fraction(1, 10**12)
    assert spectrum.fit.decay_error < 1e-12
    assert close(spectrum.total(30), PowerLaw(2, size=10**12).total(30), 12)
    assert close(spectrum.df(1, "1e-8"), PowerLaw(2, size=10**12).df(1, "1e-8"), 10)


def test_the_continuation_is_head_and_fitted_tail():
    measured = [5, 3, 2, "1.2", "0.9", "0.6", "0.55", "0.5"]
    spectrum = Eigenvalues(measured).extended(60, first=3)
    fit = spectrum.fit
    x, y = np.log(np.arange(3, 9)), np.log([float(value) for value in measured[2:]])
    (slope, intercept), covariance = np.polyfit(x, y, 1, cov=True)
    assert math.isclose(-slope, fit.decay, rel_tol=1e-12)
    assert math.isclose(math.exp(intercept), fit.scale, rel_tol=1e-12)
    assert math.isclose(covariance[0, 0] ** 0.5, fit.decay_error, rel_tol=1e-9)
    assert math.isclose(covariance[1, 1] ** 0.5, fit.log_scale_error, rel_tol=1e-9)
    with mpmath.workdps(70):
        scale, decay = (mpmath.mpf(v.numerator) / v.denominator for v in (fit.scale, fit.decay))
        tail = [scale * mpmath.mpf(k) ** -decay for k in range(9, 61)]
        head = [mpmath.mpf(v) for v in measured]
        for kappa in ("1e-9", "0.02", "3"):
            exact = sum(v / (v + mpmath.mpf(kappa)) for v in [*head, *tail])
            assert close(spectrum.df(1, kappa, 40), exact, 39)
        assert close(spectrum.total(40), sum(head) + sum(tail), 39)
    assert np.allclose(spectrum.eigenvalues(), [float(v) for v in [*head, *tail]], rtol=1e-13, atol=0)
    assert spectrum.eigenvalues(3).tolist() == [5.0, 3.0, 2.0]


def test_a_signal_is_continued_by_its_own_fit():
    values = [Fraction(k) ** -2 for k in range(1, 51)]
    spectrum = Eigenvalues(values, [3 * Fraction(k) ** -4 for k in range(1, 51)]).extended()
    assert abs(spectrum.signal_fit.decay - 4) < Fraction(1, 10**11)
    with mpmath.workdps(20):
        assert close(spectrum.signal_total(), 3 * mpmath.zeta(4), 13)
    one = solve_ridge(spectrum, features=20, samples=80, noise="0.1")
    other = solve_ridge(PowerLaw(2), features=20, samples=80, noise=mpmath.mpf("0.1") / 3, source=4)
    assert close(one.bias, 3 * other.bias, 10)
    assert close(one.kappa, other.kappa, 10)
    assert optimal_ridge(spectrum, features=20, samples=80, noise="0.1").risk < one.risk
    check_two_precisions(spectrum)


def test_slow_continuations_diverge():
    spectrum = Eigenvalues([1, "0.6", "0.5", "0.4"]).extended(first=1)
    assert spectrum.fit.decay < 1
    with pytest.raises(DivergentSumError, match="fitted decay"):
        spectrum.df(1, 1)
    with pytest.raises(DivergentSumError, match="fitted decay"):
        solve_ridge(spectrum, features=2, samples=3)
    with pytest.raises(DivergentSumError, match="fitted decay"):
        spectrum.total()
    assert spectrum.df(3, 1) > 0
    assert spectrum.signal_sum(0) == 0
    with pytest.raises(ValueError, match="`count`"):
        spectrum.eigenvalues()
    with pytest.raises(ValueError, match="`source`"):
        spectrum.signal_sum(1, source=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 4}, "`size` = 4"),
        ({"last": 5}, "`last` = 5"),
        ({"first": 3}, "`first` = 3"),
        ({"first": 0}, "`first` = 0"),
        ({"size": "1.5"}, "`size`"),
    ],
)
def test_bad_continuations_are_refused_in_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        Eigenvalues([4, 3, 2, 1]).extended(**arguments)
    assert "\n" not in str(caught.value)


def test_what_does_not_fall_is_not_continued():
    with pytest.raises(ValueError, match="`values` do not fall"):
        Eigenvalues([2, 1, 1, 1]).extended(first=2)
    with pytest.raises(ValueError, match="`signal` is 0"):
        Eigenvalues([4, 3, 2, 1], [1, 1, 0, 1]).extended()


# all of them


@pytest.mark.parametrize(
    "spectrum",
    [
        Degenerate([2, 1], [1, 3]),
        PIECES[2],
        Exponential("0.5", 9, 2),
        LogPowerLaw(1, 2, 9),
        Eigenvalues([4, 2, 1]).extended(10),
    ],
    ids=repr,
)
def test_the_new_spectra_are_values(spectrum):
    copy = pickle.loads(pickle.dumps(spectrum))
    assert copy == spectrum
    assert hash(copy) == hash(spectrum)
