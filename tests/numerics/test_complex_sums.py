"""Degrees of freedom off the positive axis: enclosures of sums that are added one by one."""

from __future__ import annotations

import cmath
import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    Eigenvalues,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PrecisionError,
)
from scalinglaws.numerics.arithmetic import number, symmetric, working_precision
from scalinglaws.numerics.complex_arithmetic import accuracy_of, from_double
from scalinglaws.numerics.degrees_of_freedom import degrees_evaluator


def exact(value):
    return mpmath.mpf(value.numerator) / value.denominator


def listed(spectrum):
    """Return the eigenvalues one by one at the working precision, by their definition."""
    indices = range(1, spectrum.size + 1)
    if isinstance(spectrum, Exponential):
        return [exact(spectrum.scale) * mpmath.exp(-exact(spectrum.rate) * k) for k in indices]
    if isinstance(spectrum, LogPowerLaw):
        a, p = exact(spectrum.decay), exact(spectrum.log_power)
        return [exact(spectrum.scale) * mpmath.mpf(k) ** -a * mpmath.log(k + 1) ** -p for k in indices]
    if isinstance(spectrum, PowerLaw):
        return [exact(spectrum.scale) * mpmath.mpf(k) ** -exact(spectrum.decay) for k in indices]
    assert isinstance(spectrum, BrokenPowerLaw)
    (one, other), (end,) = spectrum.decays, spectrum.breaks
    head = [exact(value) for value in spectrum.spikes]
    first = [mpmath.mpf(k) ** -exact(one) for k in range(len(head) + 1, end + 1)]
    factor = mpmath.mpf(end) ** (exact(other) - exact(one))
    return [
        *head,
        *first,
        *(factor * mpmath.mpf(k) ** -exact(other) for k in range(end + 1, spectrum.size + 1)),
    ]


def check(spectrum, kappa, *, goal=80, least=60):
    """Compare with the sums of all terms, which must lie in balls of at least so many bits."""
    with working_precision(goal + 40):
        found = degrees_evaluator(spectrum, goal)(from_double(kappa))
    with mpmath.workdps(60):
        place = mpmath.mpc(kappa)
        shares = [value / (value + place) for value in listed(spectrum)]
        sums = sum(shares), sum(share * share for share in shares)
    for ball, total in zip(found, sums, strict=True):
        assert accuracy_of(ball) >= least
        with working_precision(190):
            for part, value in ((ball.real, total.real), (ball.imag, total.imag)):
                # the reference has rounding errors of its own
                slack = number(2) ** -150 * (1 + sum(abs(share) ** 2 for share in map(complex, shares)))
                assert (part - type(part)(value) + symmetric(slack)).contains(0)


KAPPAS = [
    0.3,
    1e-3 - 1e-4j,
    -1e-3 - 1e-3j,
    -1e-3 - 1e-5j,
    -0.0213,
    -0.3 - 3j,
    -40.0,
    1e-12 - 1e-12j,
    -1e-9 - 1e-9j,
]

SPECTRA = [
    PowerLaw("3/2", 700, 3),
    PowerLaw(2, 700),
    PowerLaw(1, 700),
    PowerLaw("1/2", 700),
    PowerLaw("1/3", 700),
    PowerLaw(6, 40),
    Exponential("0.02", 700, 2),
    Exponential("1.3", 40),
    BrokenPowerLaw([1, 2], [50], 600, spikes=[5, 3]),
]


@pytest.mark.parametrize("spectrum", SPECTRA, ids=repr)
def test_the_sums_lie_in_their_balls(spectrum):
    for kappa in KAPPAS:
        check(spectrum, kappa)


@pytest.mark.parametrize("spectrum", [LogPowerLaw(1, 2, 4000), LogPowerLaw("1.5", "-0.7", 4000, 2)], ids=repr)
@pytest.mark.parametrize("kappa", [1e-3 - 1e-4j, -1e-3 - 1e-5j, -0.0213])
def test_sums_with_a_logarithm_lie_in_their_balls(spectrum, kappa):
    check(spectrum, kappa)


@settings(max_examples=25, deadline=None)
@given(
    decay=st.fractions(Fraction(2, 5), 4, max_denominator=7),
    log_size=st.floats(-6, 1),
    phase=st.floats(-math.pi, math.pi),
)
def test_power_laws_at_any_argument(decay, log_size, phase):
    kappa = 10**log_size * cmath.exp(1j * phase)
    values = [float(k) ** -float(decay) for k in range(1, 601)]
    if min(abs(value + kappa) / value for value in values) > 1e-4:
        check(PowerLaw(decay, 600), kappa, least=40)


@pytest.mark.parametrize(
    "spectrum",
    [PowerLaw("1.2"), Exponential("0.1"), LogPowerLaw(1, 2), BrokenPowerLaw([1, 2], [9])],
    ids=repr,
)
def test_on_the_positive_axis_they_are_the_degrees_of_freedom(spectrum):
    with working_precision(120):
        z, q = degrees_evaluator(spectrum, 80)(from_double(2.0**-9))
    for ball, order in ((z, 1), (q, 2)):
        known = spectrum.df(order, Fraction(1, 512), 20)
        assert ball.imag.contains(0)
        assert abs(ball.real - type(ball.real)(known)) < number(Fraction(1, 10**18)) * ball.real


def test_infinite_sums_are_the_limits_of_finite_ones():
    kappa = -1e-3 - 1e-4j
    with working_precision(120):
        for decay in (Fraction(3, 2), Fraction(3)):
            infinite = degrees_evaluator(PowerLaw(decay), 80)(from_double(kappa))[0]
            finite = degrees_evaluator(PowerLaw(decay, 10**60), 80)(from_double(kappa))[0]
            assert abs(infinite - finite) < number(Fraction(1, 10**20))


def test_equal_levels_count_as_often_as_they_occur():
    with working_precision(120):
        one = degrees_evaluator(Degenerate([2, 1], [3, 2]), 80)(from_double(-0.5 - 0.1j))
        other = degrees_evaluator(Eigenvalues([2, 2, 2, 1, 1]), 80)(from_double(-0.5 - 0.1j))
        for left, right in zip(one, other, strict=True):
            assert left.overlaps(right)


def test_a_continued_spectrum_is_head_and_tail():
    spectrum = Eigenvalues([Fraction(k) ** -2 for k in range(1, 31)]).extended(500)
    power_law = PowerLaw(2, 500)
    with working_precision(120):
        one = degrees_evaluator(spectrum, 80)(from_double(-1e-3 - 1e-4j))
        other = degrees_evaluator(power_law, 80)(from_double(-1e-3 - 1e-4j))
        for left, right in zip(one, other, strict=True):
            assert abs(left - right) < abs(right) * number(Fraction(1, 10**10))


def test_too_many_terms_are_refused():
    with working_precision(120), pytest.raises(PrecisionError, match="one by one"):
        degrees_evaluator(PowerLaw("1.1"), 80)(from_double(-1e-9))
    with working_precision(120), pytest.raises(PrecisionError, match="one by one"):
        degrees_evaluator(Exponential("1e-7"), 80)(from_double(-1e-3 - 1e-4j))
