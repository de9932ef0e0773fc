"""Enclosures: exact decisions, ends and text that are rounded outwards, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import Enclosure
from scalinglaws.numerics.arithmetic import infinity, number, parts, working_precision
from scalinglaws.numerics.enclosure import enclosure

integers = st.integers(-(2**200), 2**200)
exponents = st.integers(-300, 300)
radii = st.builds(lambda m, e: mpmath.ldexp(m, e), st.integers(0, 2**29), exponents)
bits = st.sampled_from([4, 20, 53, 120, 400])


def exact(value):
    """Return an mpf as a rational."""
    sign, mantissa, exponent, _ = value._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


def from_parts(mantissa, exponent):
    return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(mantissa, exponent))


def from_text(text):
    centre, _, radius = text.partition(" +/- ")
    return Fraction(centre), Fraction(radius)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(mantissa=integers, exponent=exponents, radius=radii, kept=bits)
def test_rounding_the_centre_widens_the_radius(mantissa, exponent, radius, kept):
    ball = arb(from_parts(mantissa, exponent), radius)
    found = enclosure(ball, kept)
    middle, reach = (Fraction(m) * Fraction(2) ** e for m, e in parts(ball))
    assert middle == exact(from_parts(mantissa, exponent))
    needed = abs(exact(found.centre) - middle) + reach
    assert needed <= exact(found.radius)
    # and by no more than the rounding to 30 bits
    assert exact(found.radius) <= needed * (1 + Fraction(1, 2**29))
    assert found.centre._mpf_[3] <= kept


@settings(max_examples=300, deadline=None, derandomize=True)
@given(mantissa=integers, exponent=exponents, radius=radii)
def test_the_text_the_ends_and_the_ball_hold_the_interval(mantissa, exponent, radius):
    interval = Enclosure(centre=from_parts(mantissa, exponent), radius=radius)
    low, high = exact(interval.centre) - exact(radius), exact(interval.centre) + exact(radius)
    centre, reach = from_text(str(interval))
    assert centre - reach <= low
    assert high <= centre + reach
    assert reach <= 10 * exact(radius) or interval.digits == 0 or not radius
    assert exact(interval.lower) <= low
    assert high <= exact(interval.upper)
    middle, reach = (Fraction(m) * Fraction(2) ** e for m, e in parts(interval.ball))
    assert middle == exact(interval.centre)
    assert exact(radius) <= reach <= exact(radius) * (1 + Fraction(1, 2**28))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(mantissa=integers, exponent=exponents, radius=radii, kept=bits)
def test_the_digits_are_those_that_the_radius_leaves(mantissa, exponent, radius, kept):
    found = Enclosure(centre=from_parts(mantissa, exponent), radius=radius)
    if radius == 0:
        assert found.digits == math.inf
        return
    least = abs(exact(found.centre)) - exact(radius)
    digits = found.digits
    if digits:
        assert exact(radius) <= Fraction(1, 2 * 10**digits) * least
    assert least <= 0 or exact(radius) >= Fraction(1, 2 * 10 ** (digits + 1)) * least * (
        1 - Fraction(1, 2**60)
    )


def test_ends_belong_to_the_interval_and_nothing_beyond_does():
    interval = Enclosure(centre=mpmath.mpf(3), radius=mpmath.mpf("0.5"))
    tiny = Fraction(1, 10**400)
    for value in (Fraction(5, 2), "3.5", 3, 2.5, mpmath.mpf("3.5"), "7/2"):
        assert interval.contains(value)
    for value in (Fraction(5, 2) - tiny, Fraction(7, 2) + tiny, "3.50000000000000000001", "inf", -3, 0):
        assert not interval.contains(value)


def test_thirds_are_decided_exactly():
    with working_precision(100):
        third = enclosure(number(Fraction(1, 3)), 50)
    assert third.contains(Fraction(1, 3))
    assert third.contains("1/3")
    assert not third.contains(Fraction(1, 3) + 2 * exact(third.radius))
    exactly = Enclosure(centre=mpmath.mpf(1) / 3, radius=mpmath.mpf(0))
    assert not exactly.contains(Fraction(1, 3))
    assert exactly.contains(mpmath.mpf(1) / 3)


def test_an_enclosure_contains_another_if_it_holds_both_ends():
    wide = Enclosure(centre=mpmath.mpf(1), radius=mpmath.mpf(2))
    assert wide.contains(wide)
    assert wide.contains(Enclosure(centre=mpmath.mpf(2), radius=mpmath.mpf(1)))
    assert not wide.contains(Enclosure(centre=mpmath.mpf(2), radius=mpmath.mpf(1) + mpmath.ldexp(1, -40)))
    assert not wide.contains(Enclosure(centre=mpmath.inf, radius=mpmath.mpf(0)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-5, 8), "-0.625"),
        (6000, "6000.0"),
        (10**18, "1000000000000000000.0"),
        (Fraction(1, 2**40), "9.094947017729282379150390625e-13"),
    ],
)
def test_exact_numbers_are_written_in_full(value, text):
    with working_precision(100):
        found = enclosure(number(value), 100)
    assert found.digits == math.inf
    assert str(found) == f"{text} +/- 0"


def test_an_exact_number_too_long_to_write_is_enclosed():
    found = Enclosure(centre=mpmath.ldexp(1, -10_000), radius=mpmath.mpf(0))
    centre, radius = from_text(str(found))
    assert 0 < radius < centre
    assert abs(centre - Fraction(1, 2**10_000)) <= radius


def test_the_text_has_the_digits_that_are_proven_though_the_centre_is_short():
    found = Enclosure(centre=mpmath.mpf(10) ** 18, radius=mpmath.ldexp(1, -80))
    assert found.digits == 41
    centre, radius = from_text(str(found))
    assert centre == 10**18
    assert radius < Fraction(1, 10**22)


def test_an_interval_around_zero_has_no_digits():
    found = Enclosure(centre=mpmath.mpf(0), radius=mpmath.mpf("1e-30"))
    assert found.digits == 0
    assert from_text(str(found))[0] == 0
    assert found.contains(0)
    assert found.lower == -found.upper < 0


def test_an_infinite_result_is_exact():
    found = enclosure(infinity(), 50)
    assert found.centre == mpmath.inf
    assert str(found) == "inf +/- 0"
    assert found.digits == math.inf
    assert found.contains("inf")
    assert not found.contains(10**300)
    assert found.lower == found.upper == mpmath.inf


def test_huge_exponents_are_no_trouble():
    found = Enclosure(centre=mpmath.ldexp(1, 10**30), radius=mpmath.ldexp(1, 10**30 - 80))
    assert found.digits == 23
    assert found.lower < found.centre < found.upper


@pytest.mark.parametrize(
    ("centre", "radius", "error", "message"),
    [
        (1.0, mpmath.mpf(0), TypeError, "`centre` = 1.0 must be an mpf"),
        (mpmath.mpf(1), 0, TypeError, "`radius` = 0 must be an mpf"),
        (mpmath.nan, mpmath.mpf(0), ValueError, "`centre` = nan must be a number"),
        (mpmath.mpf(1), mpmath.mpf(-1), ValueError, "`radius` = -1.0 must be a finite number"),
        (mpmath.mpf(1), mpmath.inf, ValueError, "`radius` = \\+inf must be a finite number"),
        (mpmath.mpf(1), mpmath.nan, ValueError, "`radius` = nan must be a finite number"),
        (mpmath.inf, mpmath.mpf(1), ValueError, "0 where `centre` is infinite"),
    ],
)
def test_what_is_no_enclosure_is_refused(centre, radius, error, message):
    with pytest.raises(error, match=message):
        Enclosure(centre=centre, radius=radius)


@pytest.mark.parametrize(
    ("value", "error"), [("one", ValueError), (True, TypeError), (1j, TypeError), (math.nan, ValueError)]
)
def test_only_numbers_can_be_contained(value, error):
    with pytest.raises(error, match="`value`"):
        Enclosure(centre=mpmath.mpf(1), radius=mpmath.mpf(1)).contains(value)


def test_enclosures_are_values():
    one, other = (Enclosure(centre=mpmath.mpf(1), radius=mpmath.mpf(0)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    with pytest.raises(AttributeError):
        one.radius = mpmath.mpf(1)
