"""Places where usual tools return a wrong number without a word."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from scalinglaws.numerics import PowerLaw, solve_ridge, trace_sum


def close(one, other, digits):
    with mpmath.workdps(digits + 30):
        return abs(one - other) <= abs(other) * mpmath.mpf(10) ** -digits


@pytest.mark.parametrize(
    ("features", "samples", "ridge"), [(100, 400, "1e-4"), (400, 400, "1e-6"), (50, 60, "1e-12"), (3, 2, 1)]
)
def test_the_root_is_positive_and_below_both_sizes(features, samples, ridge):
    """General root finders return negative kappas for this system, with residual 0."""
    point = solve_ridge(PowerLaw("1.5", size=6000), features=features, samples=samples, ridge=ridge)
    assert point.kappa > 0
    assert point.df1 < min(features, samples)


def test_a_slowly_converging_sum_is_not_extrapolated():
    """Extrapolation of 1/(1 + 1e-5 k^(3/2)) is wrong by 14%."""
    value = trace_sum("1.5", "1e-5", digits=30)
    part = trace_sum("1.5", "1e-5", size=10**6, digits=30)
    with mpmath.workdps(40):
        # the rest lies between two integrals of 1e5 x^(-3/2), up to 1e5 * 1e5 / 4 * x^(-2)
        upper = 2 * mpmath.mpf(10) ** 5 / mpmath.sqrt(mpmath.mpf(10) ** 6)
        assert 0.99 * upper < value - part < upper


def test_the_zeta_function_far_from_the_origin():
    """The sum of k^(-15) from 10001 on, where a library zeta function has only 21 digits right."""
    whole, part = (trace_sum(1, 0, shift=15, size=size, digits=120) for size in ("inf", 10_000))
    with mpmath.workdps(130):
        n = mpmath.mpf(10_001)
        # Euler-Maclaurin at 10001, ten terms, is right to 69 digits there
        tail = n**-14 / 14 + n**-15 / 2
        for j in range(1, 11):
            rising = mpmath.rf(15, 2 * j - 1)
            tail += mpmath.bernoulli(2 * j) / mpmath.factorial(2 * j) * rising * n ** (-14 - 2 * j)
        difference = whole - part
        assert close(difference, tail, 60)


def test_a_vanishing_zeta_value_ends_no_series():
    """At a = 3/2 the small-kappa series has a term zeta(-6) = 0 in its middle."""
    value = trace_sum("1.5", "1e-3", digits=40)
    with mpmath.workdps(60):
        kappa, a = mpmath.mpf("1e-3"), mpmath.mpf("1.5")
        total = mpmath.pi / a / mpmath.sin(mpmath.pi / a) * kappa ** (-1 / a)
        terms = [(-kappa) ** j * mpmath.zeta(-a * j) for j in range(30)]
        assert terms[4] == 0
        # the series is asymptotic: its smallest terms are of the order of exp(-2 pi kappa^(-1/a) sin(pi/a))
        assert close(value, total + mpmath.fsum(terms), 25)


@pytest.mark.parametrize("samples", [10**10, 10**30])
def test_a_tiny_ridge_with_far_more_samples_than_features_does_not_cancel(samples):
    """kappa (1 - z/N) cancels there: delta/T is recovered from it to all digits by a fine solution only."""
    ridge = Fraction(1, 10**60)
    coarse, fine = (
        solve_ridge(PowerLaw(2), features=100, samples=samples, ridge=ridge, noise=1, digits=digits)
        for digits in (15, 150)
    )
    for name in ("kappa", "df1", "risk", "variance"):
        assert close(getattr(coarse, name), getattr(fine, name), 15)
    with mpmath.workdps(200):
        z = fine.df1
        assert close(fine.kappa * (100 - z) * (samples - z), mpmath.mpf(10) ** -58, 40)


def test_leading_constants_are_not_tested_without_their_next_term():
    """At alpha = 0.3, N = 100, M = 10^4 the leading Delta is 27% high."""
    point = solve_ridge(PowerLaw("1.3", size=10**4), features=100, samples="inf")
    rho = mpmath.pi / 1.3 / mpmath.sin(mpmath.pi / 1.3)
    leading = (rho / 100) ** mpmath.mpf("1.3")
    assert float(leading / point.kappa) == pytest.approx(1.27, abs=0.01)


def test_slopes_are_seen_at_sizes_beyond_all_floats():
    """Along N = T^2 at T = 10^40 the ridgeless risk has its exponent -(a - 1) to 35 digits."""
    risks = [
        solve_ridge(PowerLaw("1.7"), features=t * t, samples=t, digits=50).risk for t in (10**40, 10**41)
    ]
    with mpmath.workdps(50):
        assert abs(mpmath.log10(risks[0] / risks[1]) - mpmath.mpf("0.7")) < mpmath.mpf(10) ** -27
