"""Spectra: one interface, whatever they are made of."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from scalinglaws.numerics import DivergentSumError, Eigenvalues, PowerLaw, trace_sum


def close(one, other, digits):
    with mpmath.workdps(digits + 30):
        return abs(one - other) <= abs(other) * mpmath.mpf(10) ** -digits


@pytest.fixture
def pair():
    """The same rational spectrum and signal twice."""
    size = 300
    values = [Fraction(3, k * k) for k in range(1, size + 1)]
    return PowerLaw(2, size=size, scale=3), Eigenvalues(values)


@pytest.mark.parametrize("kappa", [0, "1e-12", "0.01", 1, "1e9"])
@pytest.mark.parametrize("j", [1, 2, 3, 6])
def test_degrees_of_freedom_agree(pair, kappa, j):
    one, other = (spectrum.df(j, kappa, 40) for spectrum in pair)
    assert close(one, other, 39)


@pytest.mark.parametrize(("unlearned", "learned"), [(1, 0), (1, 1), (2, 0), (2, 1), (0, 1), (3, 2)])
def test_signal_sums_agree(pair, unlearned, learned):
    one, other = (
        spectrum.signal_sum("0.02", unlearned=unlearned, learned=learned, digits=40) for spectrum in pair
    )
    assert close(one, other, 39)


def test_totals_agree(pair):
    assert close(pair[0].total(40), pair[1].total(40), 39)
    assert close(pair[0].signal_total(digits=40), pair[1].total(40), 39)


def test_degrees_of_freedom_are_trace_sums():
    for j in (1, 2, 3):
        value = PowerLaw("1.3", scale="0.25").df(j, "1e-9", 40)
        assert close(value, trace_sum("1.3", "4e-9", power=j, digits=45), 39)


def test_learned_and_unlearned_parts_complete_each_other():
    spectrum = PowerLaw("1.4", size=10**9)
    parts = [
        spectrum.signal_sum("1e-5", unlearned=j, learned=k, source="1.8", digits=45)
        for j, k in ((1, 0), (0, 1))
    ]
    with mpmath.workdps(60):
        assert close(sum(parts), spectrum.signal_total(source="1.8", digits=45), 42)


def test_the_total_of_inverse_squares_is_a_zeta_function():
    with mpmath.workdps(40):
        assert close(PowerLaw(2, scale=6).total(30), mpmath.pi**2, 29)
        assert close(PowerLaw(9).signal_total(source=4, digits=30), mpmath.zeta(4), 29)
    assert Eigenvalues([1, 0.5], [7, 1]).total() == mpmath.mpf("1.5")
    assert Eigenvalues([1, 0.5], [7, 1]).signal_total() == 8


def test_at_kappa_zero_every_mode_is_learned():
    assert PowerLaw(3, size=10**18).df(2, 0, 30) == 10**18
    assert PowerLaw(3, size=10**18).signal_sum(0) == 0
    with pytest.raises(DivergentSumError, match="choose"):
        PowerLaw(3).df(1, 0)


def test_sums_that_diverge_are_refused():
    with pytest.raises(DivergentSumError, match="`decay` = 1 "):
        PowerLaw(1).df(1, 1)
    assert PowerLaw(1).df(2, 1) > 0
    with pytest.raises(DivergentSumError, match="`source`"):
        PowerLaw(2).signal_total(source=1)
    with pytest.raises(DivergentSumError, match="diverges"):
        PowerLaw(2).signal_sum(1, source=1)
    with pytest.raises(DivergentSumError, match="diverges"):
        PowerLaw(Fraction(1, 2)).total()


def test_numbers_in_double_precision():
    spectrum = PowerLaw(2, size=4, scale=8)
    assert spectrum.eigenvalues().tolist() == [8.0, 2.0, 8 / 9, 0.5]
    assert spectrum.eigenvalues(2).tolist() == [8.0, 2.0]
    assert spectrum.signal_powers(source=1).tolist() == [1.0, 0.5, 1 / 3, 0.25]
    assert spectrum.signal_powers().tolist() == spectrum.eigenvalues().tolist()
    measured = Eigenvalues([4, 2, 1], [0, 1, 2])
    assert measured.eigenvalues(2).tolist() == [4.0, 2.0]
    assert measured.signal_powers().tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="`count`"):
        PowerLaw(2).eigenvalues()


def test_floats_are_the_binary_numbers_they_hold():
    assert PowerLaw(0.1).decay == Fraction(0.1) != PowerLaw("0.1").decay
    values = np.array([0.3, 0.1])
    assert Eigenvalues(values).values == (Fraction(0.3), Fraction(0.1))


def test_spectra_are_values():
    one, other = PowerLaw("1.5", size=10), PowerLaw(Fraction(3, 2), size=10.0)
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one
    measured = Eigenvalues([2, 1], [1, 1])
    assert pickle.loads(pickle.dumps(measured)) == measured
    assert repr(PowerLaw("1.5", scale="0.5")) == "PowerLaw(decay=3/2, size=inf, scale=1/2)"
    assert repr(measured) == "<Eigenvalues: 2 from 2.0 to 1.0, with its own signal>"
    assert PowerLaw(2).size == math.inf
