"""The optimal ridge: its conditions, its exact cases, and that nothing else is lower."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import Eigenvalues, PowerLaw, optimal_ridge, solve_ridge


def close(one, other, digits):
    with mpmath.workdps(digits + 30):
        return abs(one - other) <= abs(other) * mpmath.mpf(10) ** -digits


@pytest.mark.parametrize("decay", ["1.25", "2", "3"])
@pytest.mark.parametrize(("features", "samples"), [(50, 50), (50, 400), (400, 50), (10**9, 10**7)])
def test_without_noise_the_printed_condition_holds(decay, features, samples):
    r"""(z - q)^3 = (q - s)(N - z)(T - z), and R* = kappa N T / ((z - q)^2/(q - s) + N + T - 2 z)."""
    point = optimal_ridge(PowerLaw(decay), features=features, samples=samples, digits=60).point
    with mpmath.workdps(60):
        z, q, s = point.df1, point.df2, point.df3
        assert close((z - q) ** 3, (q - s) * (features - z) * (samples - z), 35)
        closed = point.kappa * features * samples / ((z - q) ** 2 / (q - s) + features + samples - 2 * z)
        assert close(point.risk, closed, 35)


@pytest.mark.parametrize("noise", ["1e-9", "0.01", "3"])
@pytest.mark.parametrize(("features", "samples"), [(50, 50), (50, 400), (400, 50)])
def test_with_noise_the_printed_condition_holds(noise, features, samples):
    point = optimal_ridge(PowerLaw(2), features=features, samples=samples, noise=noise, digits=60).point
    with mpmath.workdps(60):
        z, q, s = point.df1, point.df2, point.df3
        n, t = mpmath.mpf(features), mpmath.mpf(samples)
        signal = point.kappa * n * ((q - s) * (n - z) * (t - z) - (z - q) ** 3)
        label = mpmath.mpf(noise) * ((q - s) * (n - z) ** 2 + (z - q) ** 2 * (n - z) + (z - q) ** 3)
        assert close(signal, label, 35)


@pytest.mark.parametrize("noise", [0, Fraction(1, 1000), Fraction(1, 10)])
@pytest.mark.parametrize("samples", [50, 100, 1000])
def test_the_optimal_ridge_of_inverse_squares_has_a_closed_form(noise, samples):
    r"""For a = 2, delta* = pi^2/(4 N) + sigma^2 (1 + 1/(2 N))^2 whatever T, up to exp(-2 pi/sqrt(kappa)).

    There z = (x coth x - 1)/2 with x = pi/sqrt(kappa); with coth x = 1, z - q = x/4 and q - s = x/16.
    """
    n = 100
    best = optimal_ridge(PowerLaw(2), features=n, samples=samples, noise=noise, digits=40)
    with mpmath.workdps(50):
        x = mpmath.pi / mpmath.sqrt(best.point.kappa)
        sigma2 = mpmath.mpf(Fraction(noise).numerator) / Fraction(noise).denominator
        closed = mpmath.pi**2 / (4 * n) + sigma2 * (1 + mpmath.mpf(1) / (2 * n)) ** 2
        assert abs(best.ridge / closed - 1) < x**4 * mpmath.exp(-2 * x) + mpmath.mpf(10) ** -39
        assert mpmath.exp(-2 * x) < mpmath.mpf(10) ** -25


def test_solving_at_the_optimal_ridge_gives_the_same_point():
    arguments = {"features": 70, "samples": 90, "noise": "0.02", "source": "2.5", "digits": 40}
    best = optimal_ridge(PowerLaw("1.6", size=10**12), **arguments)
    again = solve_ridge(PowerLaw("1.6", size=10**12), ridge=best.ridge, **arguments)
    for name in ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance"):
        assert close(getattr(again, name), getattr(best.point, name), 38), name
    assert best.risk == best.point.risk


def test_two_precisions_agree():
    arguments = {"features": 70, "samples": 90, "noise": "0.02", "source": "2.5"}
    coarse, fine = (optimal_ridge(PowerLaw("1.6"), digits=digits, **arguments) for digits in (15, 60))
    assert close(coarse.ridge, fine.ridge, 15)
    assert close(coarse.risk, fine.risk, 15)


values = st.lists(st.floats(-9, 0), min_size=1, max_size=5).map(
    lambda powers: [10.0**power for power in sorted(powers, reverse=True)]
)
resources = st.sampled_from([1, 2, 5, Fraction(3, 2), 40, 10**6, math.inf])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    values=values,
    features=resources,
    samples=resources,
    noise=st.sampled_from([0, Fraction(1, 10**8), 1]),
    tilt=st.sampled_from([-1, 0, 1, 2]),
)
def test_no_ridge_is_better(values, features, samples, noise, tilt):
    spectrum = Eigenvalues(values, [value**tilt for value in values])
    best = optimal_ridge(spectrum, features=features, samples=samples, noise=noise)
    around = float(mpmath.log10(best.ridge)) if best.ridge else -6.0
    for power in [*np.linspace(-20, 4, 17), *np.linspace(around - 1, around + 1, 8)]:
        point = solve_ridge(
            spectrum, features=features, samples=samples, noise=noise, ridge=10.0 ** float(power)
        )
        assert point.excess >= best.point.excess * (1 - mpmath.mpf(10) ** -13)


def test_the_global_minimum_is_found_among_several():
    """A measured signal with two well separated parts makes two minima; both orders of depth occur."""
    values = [1, Fraction(1, 10**3), Fraction(1, 10**9), Fraction(1, 10**12)]
    ridges = []
    for far in (1, Fraction(1, 10**4)):
        spectrum = Eigenvalues(values, [1, 0, far, 0])
        best = optimal_ridge(spectrum, features=1000, samples=3, noise=Fraction(1, 10**5))
        grid = [
            solve_ridge(spectrum, features=1000, samples=3, noise=Fraction(1, 10**5), ridge=Fraction(10) ** e)
            for e in range(-20, 3)
        ]
        assert best.risk <= min(point.risk for point in grid)
        ridges.append(best.ridge)
    assert ridges[0] < ridges[1] / 100


@pytest.mark.parametrize("noise", [0, "0.1", "1e12"])
def test_the_kernel_ridge_of_the_isotropic_prior_is_the_noise(noise):
    best = optimal_ridge(PowerLaw(2), features="inf", samples=90, noise=noise, digits=40)
    assert close(best.ridge, mpmath.mpf(Fraction(noise).numerator) / Fraction(noise).denominator, 14)
    # with the posterior mean the excess is noise * z / (T - z)
    with mpmath.workdps(60):
        z = best.point.df1
        if noise:
            assert close(best.point.excess, best.ridge * z / (90 - z), 36)


def test_the_kernel_ridge_is_the_limit_of_many_features():
    for source in (None, "1.4"):
        limit = optimal_ridge(PowerLaw(2), features="inf", samples=90, noise="0.1", source=source, digits=30)
        near = optimal_ridge(PowerLaw(2), features=10**20, samples=90, noise="0.1", source=source, digits=30)
        assert close(near.ridge, limit.ridge, 14)


def test_a_prior_in_other_units_changes_the_kernel_ridge():
    scaled = optimal_ridge(PowerLaw(2, scale=4), features="inf", samples=90, noise="0.5", source=2)
    assert scaled.ridge == mpmath.mpf(2)


def test_no_ridge_is_best_for_an_easy_signal_without_noise():
    """A signal steeper than 2 a + 1 has a negative optimal ridge, and the best not negative one is 0."""
    best = optimal_ridge(PowerLaw("1.5"), features="inf", samples=50, source=9)
    assert best.ridge == 0
    assert best.point == solve_ridge(PowerLaw("1.5"), features="inf", samples=50, source=9)


def test_all_modes_within_reach_need_no_ridge_without_noise():
    best = optimal_ridge(PowerLaw(2, size=30), features=30, samples=40)
    assert (best.ridge, best.risk) == (0, 0)


def test_all_modes_within_reach_need_a_ridge_with_noise():
    best = optimal_ridge(PowerLaw(2, size=30), features=50, samples=30, noise="0.01")
    assert best.ridge > 0
    assert best.risk < 1


def test_the_risk_does_not_depend_on_the_ridge_with_infinitely_many_samples():
    best = optimal_ridge(PowerLaw(2), features=30, samples="inf", noise=1)
    assert best.ridge == 0
    assert best.point == solve_ridge(PowerLaw(2), features=30, samples="inf", noise=1)


def test_nearly_equal_features_and_samples_are_resolved():
    """The scale |N - T| enters the risk next to the ridgeless end, where the scan has to see it."""
    equal, near = (
        optimal_ridge(PowerLaw("1.5"), features=100, samples=samples, noise="0.1", digits=30)
        for samples in (100, 100 + Fraction(1, 10**15))
    )
    assert close(equal.ridge, near.ridge, 12)
    assert not close(equal.ridge, near.ridge, 25)


def test_a_signal_of_zero_is_refused():
    with pytest.raises(ValueError, match="`signal` is 0"):
        optimal_ridge(Eigenvalues([1, 0.5], [0, 0]), features=1, samples=1)
