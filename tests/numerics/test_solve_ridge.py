"""The ridge solver: the symbolic equation at its root, the printed form of the risk, limits and dualities."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import Eigenvalues, InterpolationThresholdError, PowerLaw, solve_ridge

NAMES = ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance")


def rational(value):
    return mpmath.mpf(value.numerator) / value.denominator


def close(one, other, digits):
    with mpmath.workdps(digits + 30):
        return abs(one - other) <= abs(other) * mpmath.mpf(10) ** -digits


def printed_form(kappa, eigenvalues, signal, n, t, noise):
    """The equivalent as it is printed in papers: R = T/D [(N - q)(S1 + noise) - (N - z) S2]."""
    z, q, s = (mpmath.fsum((x / (x + kappa)) ** j for x in eigenvalues) for j in (1, 2, 3))
    pairs = list(zip(eigenvalues, signal, strict=True))
    first = mpmath.fsum(kappa * v / (x + kappa) for x, v in pairs)
    second = mpmath.fsum(kappa * x * v / (x + kappa) ** 2 for x, v in pairs)
    d = n * t - (n + t) * q + 2 * z * q - z * z
    return z, q, s, t / d * ((n - q) * (first + noise) - (n - z) * second)


sizes = st.sampled_from([Fraction(x) for x in ("1", "2", "7", "20", "33.5", "90", "1/3", "5000")])
ridges = st.one_of(
    st.just(Fraction(0)),
    st.builds(lambda m, e: m * Fraction(10) ** e, st.integers(1, 9), st.integers(-40, 8)),
)
decays = st.sampled_from([Fraction(x) for x in ("0.4", "1", "1.5", "2", "3.7")])
sources = st.sampled_from([None, *(Fraction(x) for x in ("-1", "0", "1", "1.5", "4", "9"))])


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    decay=decays,
    source=sources,
    size=st.integers(1, 90),
    scale=st.sampled_from([Fraction(1), Fraction(1, 7)]),
    features=sizes,
    samples=st.one_of(sizes, st.just(Fraction(7) + Fraction(1, 10**12))),
    ridge=ridges,
    noise=st.sampled_from([Fraction(0), Fraction(1, 100), Fraction(3)]),
)
def test_root_and_risk_are_those_of_the_printed_equations(
    decay, source, size, scale, features, samples, ridge, noise
):
    spectrum = PowerLaw(decay, size=size, scale=scale)
    arguments = {
        "features": features, "samples": samples, "ridge": ridge, "noise": noise, "source": source
    }  # fmt: skip
    if ridge == 0 and features == samples and size > features:
        with pytest.raises(InterpolationThresholdError, match="`features` = `samples`"):
            solve_ridge(spectrum, **arguments)
        return
    if ridge == 0 and size <= min(features, samples):
        if noise and samples == size:
            with pytest.raises(InterpolationThresholdError, match="`samples`"):
                solve_ridge(spectrum, **arguments)
            return
        assert solve_ridge(spectrum, **arguments).kappa == 0
        return
    # the printed forms cancel: they are evaluated at a root of many more digits
    fine = solve_ridge(spectrum, digits=250, **arguments)
    coarse = solve_ridge(spectrum, digits=22, **arguments)
    with mpmath.workdps(250):
        eigenvalues = [rational(scale) * mpmath.mpf(k) ** -rational(decay) for k in range(1, size + 1)]
        signal = eigenvalues
        if source is not None:
            signal = [mpmath.mpf(k) ** -rational(source) for k in range(1, size + 1)]
        n, t = rational(features), rational(samples)
        z, q, s, risk = printed_form(fine.kappa, eigenvalues, signal, n, t, rational(noise))
        if ridge:
            left, right = rational(ridge) * n, fine.kappa * (n - z) * (t - z)
            assert close(left, right, 60)
        else:
            assert close(z, min(n, t), 60)
        assert 0 < z < min(n, t) or ridge == 0
    for name, exact in zip(("df1", "df2", "df3", "risk"), (z, q, s, risk), strict=True):
        assert close(getattr(coarse, name), exact, 22), name
    for name in NAMES:
        assert close(getattr(coarse, name), getattr(fine, name), 22), name
    with mpmath.workdps(60):
        assert close(coarse.bias + coarse.variance, coarse.excess, 21)
        assert close(coarse.excess + rational(noise), coarse.risk, 21)


@pytest.mark.parametrize("size", [10**3, 10**15, math.inf])
@pytest.mark.parametrize("ridge", [0, "1e-200", "1e-6", 1, "1e40"])
@pytest.mark.parametrize("source", [None, "1.2", 4])
def test_two_precisions_agree_at_any_size(size, ridge, source):
    arguments = {"features": 300, "samples": 271, "ridge": ridge, "noise": "0.1", "source": source}
    coarse, fine = (
        solve_ridge(PowerLaw("1.5", size=size), digits=digits, **arguments) for digits in (20, 55)
    )
    for name in NAMES:
        assert close(getattr(coarse, name), getattr(fine, name), 20), name


@pytest.mark.parametrize("ridge", [0, "1e-30", "0.01", 3])
@pytest.mark.parametrize("source", [None, "1.3"])
def test_the_bias_of_the_isotropic_prior_is_symmetric_in_features_and_samples(ridge, source):
    """The noiseless risk is invariant under N <-> T for the isotropic prior, and for no other prior."""
    spectrum = PowerLaw("1.8", size=5000)
    one = solve_ridge(spectrum, features=70, samples=200, ridge=ridge, source=source, digits=40)
    # delta N is what the equation contains
    swapped = Fraction(ridge) * 70 / 200
    other = solve_ridge(spectrum, features=200, samples=70, ridge=swapped, source=source, digits=40)
    assert close(one.kappa, other.kappa, 39)
    assert close(one.bias, other.bias, 39) is (source is None)


def test_the_variance_is_not_symmetric_in_features_and_samples():
    spectrum = PowerLaw(2, size=5000)
    one = solve_ridge(spectrum, features=70, samples=200, noise=1)
    other = solve_ridge(spectrum, features=200, samples=70, noise=1)
    assert abs(one.variance / other.variance - 1) > 0.1


def test_risk_is_linear_in_the_noise():
    quiet, one, three = (
        solve_ridge(PowerLaw(2), features=50, samples=80, ridge="0.01", noise=noise, digits=40)
        for noise in (0, 1, 3)
    )
    assert quiet.variance == 0
    assert quiet.risk == quiet.excess == quiet.bias
    with mpmath.workdps(50):
        assert close(three.variance, 3 * one.variance, 39)
        assert close(three.bias, quiet.bias, 39)


def test_the_scale_of_the_spectrum_scales_ridge_and_kappa():
    one = solve_ridge(PowerLaw(2, size=900), features=40, samples=90, ridge="0.01", source=3, digits=40)
    scaled = solve_ridge(
        PowerLaw(2, size=900, scale=7), features=40, samples=90, ridge="0.07", source=3, digits=40
    )
    with mpmath.workdps(50):
        assert close(scaled.kappa, 7 * one.kappa, 39)
    for name in ("df1", "df2", "df3", "risk"):
        assert close(getattr(scaled, name), getattr(one, name), 39)


@pytest.mark.parametrize("ridge", [0, "0.02"])
def test_infinitely_many_features_give_kernel_regression(ridge):
    r"""delta = kappa (T - z) and R = (P + sigma^2)/(1 - q/T)."""
    spectrum = PowerLaw("1.7", size=10**6)
    point = solve_ridge(spectrum, features="inf", samples=120, ridge=ridge, noise="0.25", source=2, digits=30)
    p = spectrum.signal_sum(point.kappa, unlearned=2, source=2, digits=40)
    with mpmath.workdps(40):
        assert close(point.risk, (p + 0.25) / (1 - point.df2 / 120), 28)
        assert (
            close(point.kappa * (120 - spectrum.df(1, point.kappa, 60)), mpmath.mpf(ridge), 28) or ridge == 0
        )
    near = solve_ridge(spectrum, features=10**20, samples=120, ridge=ridge, noise="0.25", source=2, digits=30)
    assert close(near.risk, point.risk, 15)
    assert not close(near.risk, point.risk, 25)


@pytest.mark.parametrize("ridge", [0, 5])
def test_infinitely_many_samples_give_the_sketch_whatever_the_ridge(ridge):
    r"""z = N and R = S1 + sigma^2."""
    spectrum = PowerLaw("1.7", size=10**6)
    point = solve_ridge(
        spectrum, features=120, samples=mpmath.inf, ridge=ridge, noise="0.25", source=2, digits=30
    )
    assert point.df1 == 120
    assert point.variance == 0
    with mpmath.workdps(40):
        assert close(point.risk, spectrum.signal_sum(point.kappa, source=2, digits=40) + 0.25, 28)
    near = solve_ridge(spectrum, features=120, samples=10**25, ridge=ridge, noise="0.25", source=2, digits=30)
    assert close(near.risk, point.risk, 15)


def test_a_vanishing_ridge_is_the_ridgeless_limit():
    arguments = {"features": 60, "samples": 100, "noise": "0.1", "digits": 40}
    for spectrum in (PowerLaw(2), PowerLaw(2, size=50)):
        limit = solve_ridge(spectrum, **arguments)
        errors = []
        for exponent in (20, 25):
            point = solve_ridge(spectrum, ridge=Fraction(1, 10**exponent), **arguments)
            with mpmath.workdps(60):
                errors.append(abs(point.risk - limit.risk))
        # the error is linear in the ridge
        with mpmath.workdps(60):
            assert abs(errors[0] / errors[1] / 10**5 - 1) < 1e-10


def test_a_heavy_ridge_leaves_the_signal_unlearned():
    spectrum = PowerLaw(2, size=1000)
    point = solve_ridge(spectrum, features=50, samples=80, ridge="1e60", noise="0.5", digits=30)
    assert close(point.bias, spectrum.total(digits=40), 30)
    with mpmath.workdps(40):
        # z = tr/kappa there
        assert close(point.df1 * point.kappa, spectrum.total(digits=40), 30)


@pytest.mark.parametrize("noise", [0, "0.5"])
def test_enough_features_and_samples_for_all_modes_leave_only_noise(noise):
    """Breakdown: kappa = 0 and the excess is noise * M / (T - M), whatever the number of features."""
    for features in (30, 40, 10**6, "inf"):
        point = solve_ridge(PowerLaw("1.5", size=30), features=features, samples=90, noise=noise, digits=30)
        assert point.kappa == 0
        assert point.df1 == point.df2 == point.df3 == 30
        assert point.bias == 0
        with mpmath.workdps(40):
            assert point.excess == mpmath.mpf(noise) / 2
    assert solve_ridge(PowerLaw(2, size=30), features=30, samples="inf", noise=noise).excess == 0


def test_both_resources_infinite_leave_only_noise():
    point = solve_ridge(PowerLaw(2), features="inf", samples="inf", ridge=3, noise=2)
    assert (point.kappa, point.risk, point.df1) == (0, 2, mpmath.inf)


def test_just_below_the_size_kappa_vanishes_linearly():
    r"""kappa sum 1/lambda_k -> M - N."""
    size, gap = 200, Fraction(1, 10**18)
    point = solve_ridge(PowerLaw(2, size=size), features=size - gap, samples=10**4, digits=30)
    with mpmath.workdps(40):
        total = mpmath.fsum(mpmath.mpf(k) ** 2 for k in range(1, size + 1))
        assert close(point.kappa * total, rational(gap), 12)


def test_at_equal_features_and_samples_a_tiny_ridge_gives_the_square_root():
    r"""Noiseless risk -> (kappa N/2) sqrt(N kappa/delta) as delta -> 0 at N = T, isotropic prior."""
    ridges = [Fraction(1, 10**e) for e in (40, 300)]
    for ridge, digits in zip(ridges, (18, 148), strict=True):
        point = solve_ridge(PowerLaw(2, size=10**5), features=400, samples=400, ridge=ridge, digits=160)
        with mpmath.workdps(170):
            leading = 200 * point.kappa * mpmath.sqrt(400 * point.kappa / rational(ridge))
            assert close(point.risk, leading, digits)


def test_the_ridgeless_root_is_a_lower_bracket():
    ridgeless = solve_ridge(PowerLaw("1.3"), features=80, samples=120).kappa
    kappas = [
        solve_ridge(PowerLaw("1.3"), features=80, samples=120, ridge=Fraction(10) ** e).kappa
        for e in range(-12, 12)
    ]
    assert all(one < other for one, other in zip([ridgeless, *kappas[:-1]], kappas, strict=True))


def test_a_power_law_and_its_eigenvalues_give_the_same_point():
    # a = 2 has rational eigenvalues, so both are exact
    size = 700
    values = [Fraction(1, k * k) for k in range(1, size + 1)]
    signal = [Fraction(1, k**3) for k in range(1, size + 1)]
    arguments = {"features": 50, "samples": 90, "ridge": "0.003", "noise": "0.1", "digits": 40}
    one = solve_ridge(PowerLaw(2, size=size), source=3, **arguments)
    other = solve_ridge(Eigenvalues(values, signal), **arguments)
    for name in NAMES:
        assert close(getattr(one, name), getattr(other, name), 39)


def test_the_global_precision_neither_matters_nor_changes():
    arguments = {"features": 20, "samples": 33, "ridge": "0.1", "digits": 40}
    plain = solve_ridge(PowerLaw(2), **arguments)
    with mpmath.workdps(5):
        low = solve_ridge(PowerLaw(2), **arguments)
        assert mpmath.mp.dps == 5
    with mpmath.workdps(200):
        high = solve_ridge(PowerLaw(2), **arguments)
    assert plain == low == high


def test_a_point_prints_its_digits():
    point = solve_ridge(PowerLaw(2, size=30), features=40, samples=90, noise="0.5")
    assert str(point.risk) == "0.75"
    with pytest.raises(AttributeError):
        point.risk = 0
