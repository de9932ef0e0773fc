"""The trace sum against its definition, its identities and itself at more digits."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import DivergentSumError, trace_sum


def rational(value):
    return mpmath.mpf(value.numerator) / value.denominator


def term_by_term(decay, kappa, shift, power, size, digits):
    with mpmath.workdps(digits + 30):
        a, b, s = (rational(Fraction(x)) for x in (decay, kappa, shift))
        terms = (mpmath.mpf(k) ** -s * (1 + b * mpmath.mpf(k) ** a) ** -power for k in range(1, size + 1))
        return mpmath.fsum(terms)


def differ(one, other, digits):
    """Whether two numbers differ by more than a unit of the digit asked for."""
    with mpmath.workdps(digits + 20):
        return abs(one - other) > abs(other) * mpmath.mpf(10) ** -digits


decays = st.one_of(
    st.sampled_from([Fraction(n, d) for n, d in ((1, 2), (1, 1), (3, 2), (2, 1), (3, 1), (7, 1), (40, 1))]),
    st.fractions(Fraction(1, 100), 8, max_denominator=1000),
)
shifts = st.one_of(
    st.integers(-6, 6).map(Fraction), st.fractions(-8, 8, max_denominator=1000), st.just(Fraction(30))
)
kappas = st.one_of(
    st.just(Fraction(0)),
    st.builds(lambda m, e: Fraction(m) * Fraction(10) ** e, st.integers(1, 99), st.integers(-40, 20)),
)
powers = st.sampled_from([1, 2, 3, 4, 9])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(decay=decays, kappa=kappas, shift=shifts, power=powers, size=st.integers(1, 400))
def test_it_is_the_sum_that_defines_it(decay, kappa, shift, power, size):
    value = trace_sum(decay, kappa, shift=shift, power=power, size=size, digits=30)
    assert not differ(value, term_by_term(decay, kappa, shift, power, size, 30), 30)


# exponents that put 1 - shift on a multiple of the decay: the logarithmic cases
@settings(max_examples=60, deadline=None, derandomize=True)
@given(decay=decays, kappa=kappas, j=st.integers(-5, 5), power=powers, size=st.integers(200, 700))
def test_it_is_the_sum_that_defines_it_in_logarithmic_cases(decay, kappa, j, power, size):
    shift = 1 - j * decay
    value = trace_sum(decay, kappa, shift=shift, power=power, size=size, digits=25)
    assert not differ(value, term_by_term(decay, kappa, shift, power, size, 25), 25)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    decay=decays,
    kappa=kappas,
    shift=shifts,
    power=powers,
    size=st.sampled_from([10**4, 10**9, 10**18, 10**60, math.inf]),
)
def test_two_precisions_agree(decay, kappa, shift, power, size):
    if size == math.inf and (shift + decay * power <= 1 or (kappa == 0 and shift <= 1)):
        with pytest.raises(DivergentSumError, match="`size` = inf"):
            trace_sum(decay, kappa, shift=shift, power=power, size=size)
        return
    coarse, fine = (
        trace_sum(decay, kappa, shift=shift, power=power, size=size, digits=digits) for digits in (18, 41)
    )
    assert not differ(coarse, fine, 18)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(decay=decays, kappa=kappas, shift=shifts, power=powers, size=st.integers(2, 10**6))
def test_the_recurrence_over_sizes_adds_one_term(decay, kappa, shift, power, size):
    larger, smaller = (
        trace_sum(decay, kappa, shift=shift, power=power, size=n, digits=60) for n in (size, size - 1)
    )
    with mpmath.workdps(90):
        a, b, s = (rational(x) for x in (decay, kappa, shift))
        term = mpmath.mpf(size) ** -s * (1 + b * mpmath.mpf(size) ** a) ** -power
        assert abs(larger - smaller - term) <= larger * mpmath.mpf(10) ** -59


def test_the_tail_beyond_any_size_completes_the_infinite_sum():
    # the rest beyond M is below its integral and above that from M + 1
    whole, part = (trace_sum(2, "1e-6", size=size, digits=60) for size in (math.inf, 10**15))
    with mpmath.workdps(70):
        assert mpmath.mpf(10) ** 6 / (10**15 + 1) * (1 - mpmath.mpf(10) ** -20) < whole - part
        assert whole - part < mpmath.mpf(10) ** 6 / 10**15


@pytest.mark.parametrize(("decay", "shift", "power"), [("1.5", "0", 1), ("2", "-1.25", 3), ("0.7", "1", 2)])
@pytest.mark.parametrize("size", [7, 10**5, 10**30])
def test_the_derivative_is_a_member_of_the_family(decay, shift, power, size):
    r"""d/dkappa TraceSum(s, m) = -m TraceSum(s - a, m + 1), by central differences of 120-digit values."""
    kappa, step = Fraction(3, 1000), Fraction(1, 10**30)
    above, below = (
        trace_sum(decay, kappa + sign * step, shift=shift, power=power, size=size, digits=120)
        for sign in (1, -1)
    )
    shifted = Fraction(shift) - Fraction(decay)
    member = trace_sum(decay, kappa, shift=shifted, power=power + 1, size=size, digits=60)
    with mpmath.workdps(120):
        assert not differ((above - below) / (2 * rational(step)), -power * member, 45)


@pytest.mark.parametrize("size", [5, 10**4, 10**20])
@pytest.mark.parametrize("decay", ["0.3", "1", "2.5"])
def test_neighbouring_powers_are_related_by_partial_fractions(size, decay):
    r"""kappa TraceSum(s - a, m) = TraceSum(s, m - 1) - TraceSum(s, m)."""
    shift = Fraction(1, 3)
    left = trace_sum(decay, "0.01", shift=shift - Fraction(decay), power=3, size=size, digits=50)
    two, three = (trace_sum(decay, "0.01", shift=shift, power=m, size=size, digits=80) for m in (2, 3))
    with mpmath.workdps(80):
        assert not differ(left / 100, two - three, 50)


def test_kappa_zero_gives_zeta_functions_and_power_sums():
    with mpmath.workdps(60):
        assert not differ(trace_sum(1, 0, shift="2.5", digits=50), mpmath.zeta(mpmath.mpf("2.5")), 50)
        exact = mpmath.mpf(10**18 * (10**18 + 1) // 2)
        assert not differ(trace_sum(3, 0, shift=-1, size=10**18, digits=50), exact, 50)
        # harmonic numbers: the integral is a logarithm
        harmonic = mpmath.harmonic(mpmath.mpf(10) ** 12)
        assert not differ(trace_sum(3, 0, shift=1, size=10**12, digits=50), harmonic, 50)


def test_small_kappa_approaches_kappa_zero_at_the_rate_of_the_derivative():
    limit, near = (trace_sum(2, kappa, shift=4, digits=60) for kappa in (0, "1e-30"))
    with mpmath.workdps(60):
        assert not differ((limit - near) * mpmath.mpf(10) ** 30, mpmath.zeta(2), 13)


def test_closed_forms_of_infinite_sums():
    r"""For a = 2 the sum over 1/(1 + kappa k^2) is (pi/sqrt(kappa) coth(pi/sqrt(kappa)) - 1)/2."""
    for kappa in ("100", "1", "0.01", "1e-8"):
        with mpmath.workdps(70):
            x = mpmath.pi / mpmath.sqrt(mpmath.mpf(kappa))
            assert not differ(trace_sum(2, kappa, digits=50), (x * mpmath.coth(x) - 1) / 2, 50)


def test_one_term_is_exact():
    with mpmath.workdps(40):
        assert not differ(trace_sum("1.7", "0.5", power=2, shift=9, size=1, digits=30), mpmath.mpf(4) / 9, 30)


@pytest.mark.parametrize("digits", [1, 15, 50, 200, 1000])
def test_all_digit_counts_in_the_domain(digits):
    value = trace_sum("1.5", "1e-4", digits=digits)
    more = trace_sum("1.5", "1e-4", digits=min(1000, digits + 30))
    assert not differ(value, more, digits)


@pytest.mark.parametrize("gap", [Fraction(1, 10**12), Fraction(-1, 10**12), Fraction(1, 10**60)])
@pytest.mark.parametrize("j", [0, 1, 2])
def test_exponents_next_to_a_pole_lose_no_digits(gap, j):
    """Next to the logarithmic cases two large numbers cancel; the sum itself is smooth there."""
    decay = Fraction(3, 2)
    shift = 1 + j * decay + gap
    value, fine = (
        trace_sum(decay, "1e-9", shift=shift, size=10**30, power=2, digits=digits) for digits in (25, 60)
    )
    assert not differ(value, fine, 25)
    # the sum changes with the shift by at most log(size) times the gap
    at_pole = trace_sum(decay, "1e-9", shift=1 + j * decay, size=10**30, power=2, digits=60)
    with mpmath.workdps(70):
        assert abs(fine - at_pole) <= at_pole * 70 * abs(rational(gap))


def test_extreme_decays_are_summed():
    assert trace_sum(100_000, "1e-10", digits=15) == pytest.approx(1, abs=1e-9)
    assert trace_sum("1e200", "1e-19999", shift=3, size=10**30) == 1
    # all terms are nearly equal to 1/2
    assert float(trace_sum("1e-12", 1, size=10**6)) == pytest.approx(5e5, rel=1e-10)


def test_the_number_of_operations_does_not_grow_with_the_size(monkeypatch):
    from scalinglaws.numerics import trace_family

    counted = []
    original = trace_family.product
    monkeypatch.setattr(trace_family, "product", lambda *arguments: counted.append(1) or original(*arguments))
    counts = []
    for size in (10**3, 10**9, 10**18, 10**100):
        counted.clear()
        trace_sum("1.37", "1e-7", size=size, digits=50)
        counts.append(len(counted))
    assert max(counts) == min(counts)
    assert 0 < max(counts) < 200
