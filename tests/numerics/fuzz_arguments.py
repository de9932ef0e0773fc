"""What the fuzz tests draw from: spectra with their eigenvalues in plain mpmath, extremes, and junk."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mpmath import mp

from scalinglaws.numerics import (
    BrokenPowerLaw,
    Degenerate,
    Eigenvalues,
    Enclosure,
    Exponential,
    LogPowerLaw,
    PowerLaw,
    PowerLaws,
    RidgeSweep,
)

PRECISION = 90  # decimals of the independent evaluations


def examples(few, many):
    """Run a test with few examples by default, and with many of them as a slow test."""
    return pytest.mark.parametrize("number", [few, pytest.param(many, marks=pytest.mark.slow)])


def run(number, *strategies, seconds=30):
    """Check a property for a number of examples, each within a time; the examples are always the same."""

    def decorate(holds):
        chosen = settings(
            max_examples=number,
            deadline=timedelta(seconds=seconds),
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        chosen(given(*strategies)(holds))()

    return decorate


def exact(value):
    """Return a rational in the working precision of mpmath."""
    return mp.mpf(value.numerator) / value.denominator


def decimals(low, high, places):
    """Draw rationals with a fixed number of decimals."""
    scale = 10**places
    return st.integers(math.ceil(low * scale), math.floor(high * scale)).map(lambda n: Fraction(n, scale))


def magnitudes(low, high):
    """Draw positive rationals of all orders of magnitude between two powers of ten."""
    return st.builds(
        lambda digits, exponent: Fraction(digits, 100) * Fraction(10) ** exponent,
        st.integers(100, 999),
        st.integers(low, high),
    )


def lists(least, most):
    """Draw positive rationals in descending order, some of them equal."""
    entries = st.one_of(magnitudes(-6, 3), st.sampled_from([Fraction(1), Fraction(1, 3)]))
    return st.lists(entries, min_size=least, max_size=most).map(lambda found: sorted(found, reverse=True))


def _powers(terms, source):
    return [mp.mpf(k) ** -exact(source) for k in range(1, terms + 1)]


@st.composite
def formula_spectra(draw):
    """Draw a finite spectrum by a formula, with source, eigenvalues and signal powers."""
    size = draw(st.integers(1, 24))
    scale = draw(st.one_of(st.just(Fraction(1)), magnitudes(-9, 9)))
    source = draw(st.one_of(st.none(), decimals(-3, 6, 2)))
    decay = draw(
        st.one_of(decimals(0.01, 6, 2), st.sampled_from([Fraction(20), Fraction(1), Fraction(1, 10**6)]))
    )
    kind = draw(st.sampled_from([PowerLaw, Exponential, LogPowerLaw, BrokenPowerLaw]))
    with mp.workdps(2 * PRECISION):
        c, indices = exact(scale), range(1, size + 1)
        powers = None if source is None else _powers(size, source)
        if kind is PowerLaw:
            spectrum = PowerLaw(decay, size, scale)
            values = [c * mp.mpf(k) ** -exact(decay) for k in indices]
        elif kind is Exponential:
            spectrum = Exponential(decay, size, scale)
            values = [c * mp.exp(-exact(decay) * k) for k in indices]
            powers = None if source is None else [mp.exp(-exact(source) * k) for k in indices]
        elif kind is LogPowerLaw:
            log_power = draw(decimals(-1, 5, 2)) * min(decay, 1)
            spectrum = LogPowerLaw(decay, log_power, size, scale)
            values = [c * mp.mpf(k) ** -exact(decay) * mp.log(k + 1) ** -exact(log_power) for k in indices]
        else:
            size += 2
            last = draw(st.integers(1, size - 1))
            other = draw(decimals(0.01, 6, 2))
            spectrum = BrokenPowerLaw([decay, other], [last], size, scale)
            meeting = mp.mpf(last) ** (exact(other) - exact(decay))
            values = [c * mp.mpf(k) ** -exact(decay) for k in range(1, last + 1)]
            values += [c * meeting * mp.mpf(k) ** -exact(other) for k in range(last + 1, size + 1)]
            powers = None if source is None else _powers(size, source)
        return spectrum, source, values, values if powers is None else powers


@st.composite
def listed_spectra(draw):
    """Draw a spectrum from a list, in the same form; its source is None."""
    values = draw(lists(1, 12))
    own = draw(st.booleans())
    entries = st.one_of(magnitudes(-6, 3), st.just(Fraction(0)))
    signal = draw(st.lists(entries, min_size=len(values), max_size=len(values))) if own else None
    counts = [1] * len(values)
    if draw(st.booleans()):
        spectrum = Eigenvalues(values, signal)
    else:
        counts = draw(st.lists(st.integers(1, 4), min_size=len(values), max_size=len(values)))
        spectrum = Degenerate(values, counts, signal)
    with mp.workdps(2 * PRECISION):
        repeated = [exact(v) for v, count in zip(values, counts, strict=True) for _ in range(count)]
        powers = values if signal is None else signal
        strengths = [exact(v) for v, count in zip(powers, counts, strict=True) for _ in range(count)]
        return spectrum, None, repeated, strengths


spectra = st.one_of(formula_spectra(), listed_spectra())

EXTREME = [
    0, 1, 2, 3, -1, -2.5, 0.5, "0.1", "1e-300", "1e300", "1e-19999", "1e19999", "inf", math.inf, -math.inf,
    10**18, 10**300, -(10**300), Fraction(1, 3), Fraction(10**5000 + 1, 10**5000), Fraction(1, 10**5000),
    Decimal("1e-9"), mpmath.mpf("1e-40"), mpmath.mpf("1.5"), mpmath.inf, np.float64(2.5), np.int64(7),
    np.float32(0.1), 1.0000000001, 5e-324, 1.7e308,
]  # fmt: skip
"""Numbers at the corners of the domains, and a little outside."""

JUNK = [
    None, "", "abc", "1/0", "nan", "1_0", "0x10", "1e99999999", "\n", "1\n2", "__import__('os')", b"1",
    math.nan, mpmath.nan, np.float64("nan"), True, False, np.True_, 1j, 1 + 0j, np.complex128(1),
    mpmath.mpc(1), mpmath.pi,
    [], [1], [[1]], (1, 2), {}, {1: 2}, set(), object, print, np.array([1.0]), np.array(1.0),
    np.eye(2), np.array([1, None]), np.array([object()]), np.array(["a"]), np.array([1j]), np.array([]),
    np.datetime64("2020-01-01"), 10**50_000, PowerLaw(2), Decimal("nan"), Decimal("Infinity"), range(3),
]  # fmt: skip
"""What is no number of an accepted kind; some of it is an array where arrays are asked for."""

anything = st.one_of(
    st.sampled_from(EXTREME),
    st.sampled_from(JUNK),
    st.text(max_size=12),
    st.floats(),
    st.complex_numbers(),
    st.integers(-(10**40), 10**40),
    st.fractions(),
    st.lists(st.one_of(st.floats(), st.integers(), st.none()), max_size=3),
)


def refused(error, allowed):
    """Check that an error is one that is documented, in one line that names an argument."""
    message = str(error)
    assert isinstance(error, allowed), repr(error)
    assert "`" in message, message
    assert "\n" not in message, message
    assert len(message) < 400, message


def check_sane(result):
    """Check that no number in a result is nan."""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        for entry in dataclasses.fields(result):
            check_sane(getattr(result, entry.name))
    elif isinstance(result, Mapping):
        for entry in result.values():
            check_sane(entry)
    elif isinstance(result, np.ma.MaskedArray):
        assert not np.isnan(result.compressed()).any()
    elif isinstance(result, np.ndarray):
        assert not np.isnan(result).any()
    elif isinstance(result, (tuple, list)):
        for entry in result:
            check_sane(entry)
    elif isinstance(result, (float, mpmath.mpf, mpmath.mpc)):
        assert not mpmath.isnan(result)


def check_call(function, arguments, allowed):
    """Call, and check the error or the answer."""
    try:
        result = function(**arguments)
    except Exception as error:
        refused(error, allowed)
        return
    if isinstance(result, PowerLaws):  # arrays as they were given, which the sweep reads
        return
    check_sane(result)
    assert "\n" not in repr(result) or isinstance(result, RidgeSweep)
    if isinstance(result, Enclosure):
        assert result.contains(result.centre)
        assert str(result)
