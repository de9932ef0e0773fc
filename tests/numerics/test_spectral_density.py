"""The limiting spectrum: closed forms, exchange of features and samples, and the real fixed point."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

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
    PrecisionError,
    solve_ridge,
    spectral_density,
    spectral_edges,
    spectral_moments,
    stieltjes,
    sweep_density,
)
from tests.numerics.spectrum_checks import close

ONE = {"features": "inf", "samples": 60}


def marchenko_pastur(x, ratio):
    """Return the density of the kernel of ``ratio * samples`` eigenvalues 1, per sample."""
    low, high = (1 - mpmath.sqrt(ratio)) ** 2, (1 + mpmath.sqrt(ratio)) ** 2
    return mpmath.sqrt((high - x) * (x - low)) / (2 * mpmath.pi * x)


@pytest.mark.parametrize("modes", [15, 60, 240])
@pytest.mark.parametrize("digits", [15, 40])
def test_one_eigenvalue_is_marchenko_pastur(modes, digits):
    spectrum, ratio = Degenerate([1], [modes]), Fraction(modes, 60)
    with mpmath.workdps(digits + 10):
        c = mpmath.mpf(ratio.numerator) / ratio.denominator
        low, high = (1 - mpmath.sqrt(c)) ** 2, (1 + mpmath.sqrt(c)) ** 2
        for part in ("0.001", "0.3", "0.77", "0.999999"):
            x = low + (high - low) * mpmath.mpf(part)
            assert close(spectral_density(spectrum, x, **ONE, digits=digits), marchenko_pastur(x, c), digits)
        for zeta in (mpmath.mpc("0.7", "0.01"), mpmath.mpc(-2, 3), mpmath.mpf("-0.3"), mpmath.mpf(11)):
            # zeta m**2 + (zeta + 1 - c) m + 1 = 0
            found = stieltjes(spectrum, zeta, **ONE, digits=digits)
            residual = zeta * found**2 + (zeta + 1 - c) * found + 1
            assert abs(residual) < abs(1 + zeta * found**2) * mpmath.mpf(10) ** (1 - digits)
            assert found.imag > 0 if isinstance(zeta, mpmath.mpc) else found.imag == 0
        support = spectral_edges(spectrum, **ONE, digits=digits)
        (band,) = support.bands
        assert close(band.upper, high, digits)
        assert band.lower == 0 if modes == 60 else close(band.lower, low, digits)
    assert support.complete
    assert band.mass == min(ratio, 1)
    assert support.mass_at_zero == max(0, 1 - ratio)


def test_moments_of_marchenko_pastur_are_narayana_polynomials():
    found = spectral_moments(Degenerate([1], [20]), 8, **ONE, digits=30)
    ratio = Fraction(1, 3)
    for j, moment in enumerate(found, start=1):
        narayana = sum(Fraction(math.comb(j, k) * math.comb(j, k - 1), j) * ratio**k for k in range(1, j + 1))
        with mpmath.workdps(40):
            assert close(moment, mpmath.mpf(narayana.numerator) / narayana.denominator, 30)


def test_moments_of_two_equal_wishart_matrices_are_fuss_catalan_numbers():
    found = spectral_moments(Degenerate([1], [50]), 10, features=50, samples=50)
    assert list(found) == [math.comb(3 * j, j) // (2 * j + 1) for j in range(1, 11)]
    (band,) = spectral_edges(Degenerate([1], [50]), features=50, samples=50).bands
    assert (band.lower, band.upper) == (0, 6.75)


def test_the_product_of_two_wishart_matrices_obeys_its_cubic():
    # the generating function of Fuss-Catalan numbers has B = 1 + x B**3; here B = -zeta m, x = 1 / zeta
    for zeta in (mpmath.mpc(1, "0.5"), mpmath.mpc("-0.2", "0.01"), mpmath.mpf(7), mpmath.mpf(-3)):
        w = -zeta * stieltjes(Degenerate([1], [50]), zeta, features=50, samples=50)
        assert abs(w**3 - zeta * (w - 1)) < 1e-13 * abs(w**3)


SPECTRA = [
    PowerLaw("1.5"),
    PowerLaw("1.1", 10**12, 7),
    PowerLaw("0.6", 90),
    Exponential("0.05"),
    BrokenPowerLaw([1, 2], [30], spikes=[9, 3]),
    Degenerate([4, 1, "0.1"], [10, 30, 60]),
    Eigenvalues([k**-1.5 for k in range(1, 60)]).extended(),
    pytest.param(LogPowerLaw("1.5", 1), marks=pytest.mark.slow),
]


@pytest.mark.parametrize("spectrum", SPECTRA, ids=repr)
def test_on_the_negative_axis_the_root_is_that_of_ridge_regression(spectrum):
    for ridge in ("0.01", "3"):
        point = solve_ridge(spectrum, features=50, samples=30, ridge=ridge, digits=20)
        with mpmath.workdps(30):
            zeta = -mpmath.mpf(ridge) / 30
            for matrix, number in (("kernel", 30), ("covariance", 50)):
                found = stieltjes(spectrum, zeta, features=50, samples=30, matrix=matrix, digits=18)
                assert found.imag == 0
                assert abs(found.real * -zeta - (1 - point.df1 / number)) < 1e-16


@pytest.mark.parametrize("spectrum", SPECTRA[:-1], ids=repr)
def test_features_and_samples_change_places(spectrum):
    for zeta in (mpmath.mpc("0.01", "0.001"), mpmath.mpc("0.2", "1e-9")):
        one = stieltjes(spectrum, zeta, features=50, samples=30)
        assert close(one, stieltjes(spectrum, zeta, features=30, samples=50, matrix="covariance"), 14)
        other = stieltjes(spectrum, zeta, features=50, samples=30, matrix="covariance")
        # both matrices have the same eigenvalues but for 20 zeros
        assert abs(50 * other - 30 * one + 20 / zeta) < 1e-12 * abs(50 * other)


@pytest.mark.parametrize("spectrum", SPECTRA, ids=repr)
def test_the_transform_is_one_of_a_measure(spectrum):
    above = stieltjes(spectrum, mpmath.mpc("0.05", "0.002"), features=50, samples=30)
    below = stieltjes(spectrum, mpmath.mpc("0.05", "-0.002"), features=50, samples=30)
    assert above.imag > 0
    # exactly: also at fewer digits of the surroundings
    assert above.real == below.real
    assert above.imag + below.imag == 0
    far = mpmath.mpc(1e8, 1e8)
    mean, square = spectral_moments(spectrum, 2, features=50, samples=30)
    series = -(1 + (mean + square / far) / far) / far
    assert close(stieltjes(spectrum, far, features=50, samples=30), series, 15)


def weighted(spectrum, band, **arguments):
    """Return places in a band, by the angle between its edges, with the masses they stand for."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    panels = 60
    low, high = math.log(band.lower), math.log(band.upper)
    angle = np.concatenate([np.pi * (i + (nodes + 1) / 2) / panels for i in range(panels)])
    x = np.exp(low + (high - low) * (1 - np.cos(angle)) / 2)
    density = sweep_density(spectrum, x, **arguments)
    return x, np.tile(weights, panels) * density * x * np.sin(angle) * (high - low) * np.pi / (4 * panels)


@pytest.mark.parametrize(
    ("spectrum", "features", "samples", "matrix"),
    [
        pytest.param(PowerLaw("1.5"), "inf", 60, "kernel", marks=pytest.mark.slow),
        (PowerLaw("1.5", 40), 200, 100, "covariance"),
        pytest.param(PowerLaw(2), 30, "inf", "covariance", marks=pytest.mark.slow),
        (Exponential("0.3"), 60, 40, "kernel"),
        (Degenerate([4, 1], [20, 30]), 200, 2000, "kernel"),
        pytest.param(BrokenPowerLaw([1, 2], [30], spikes=[9, 3]), 300, 200, "kernel", marks=pytest.mark.slow),
        pytest.param(LogPowerLaw("1.5", 1, 600), 20, 60, "kernel", marks=pytest.mark.slow),
    ],
    ids=repr,
)
def test_the_density_carries_the_masses_and_the_moments(spectrum, features, samples, matrix):
    arguments = {"features": features, "samples": samples, "matrix": matrix}
    support = spectral_edges(spectrum, **arguments)
    bands = [weighted(spectrum, band, **arguments) for band in support.bands]
    for (_, masses), band in zip(bands, support.bands, strict=True):
        assert masses.sum() == pytest.approx(float(band.mass), rel=1e-8)
    assert sum(band.mass for band in support.bands) == 1 - support.mass_at_zero
    for order, moment in enumerate(spectral_moments(spectrum, 3, **arguments), start=1):
        found = sum((masses * x**order).sum() for x, masses in bands)
        assert found == pytest.approx(float(moment), rel=1e-8)


@pytest.mark.parametrize("spectrum", SPECTRA[:-1], ids=repr)
def test_the_sweep_agrees_with_the_proven_density(spectrum):
    arguments = {"features": 400, "samples": 300}
    support = spectral_edges(spectrum, **arguments, limit=3)
    x = np.geomspace(float(support.bands[-1].lower) * 0.9, float(support.bands[0].upper) * 1.1, 15)
    swept = sweep_density(spectrum, x.reshape(3, 5), **arguments)
    assert swept.shape == (3, 5)
    proven = [float(spectral_density(spectrum, float(place), **arguments)) for place in x[::5]]
    np.testing.assert_allclose(swept.ravel()[::5], proven, rtol=1e-9, atol=0)


@pytest.mark.parametrize("spectrum", [PowerLaw("1.5"), SPECTRA[4], Degenerate([9, "0.1"], [3, 30])], ids=repr)
def test_the_density_is_positive_just_inside_the_edges_and_zero_outside(spectrum):
    arguments = {"features": 120, "samples": 90}
    support = spectral_edges(spectrum, **arguments, limit=3, digits=20)
    assert len(support.bands) > 1
    edges = [edge for band in support.bands for edge in (band.upper, band.lower)]
    assert all(one > other for one, other in pairwise(edges))
    for index, edge in enumerate(edges):
        outward = 1 if index % 2 == 0 else -1
        with mpmath.workdps(30):
            beyond, within = (edge * (1 + side * outward * mpmath.mpf("1e-8")) for side in (1, -1))
        assert spectral_density(spectrum, beyond, **arguments) == 0
        assert spectral_density(spectrum, within, **arguments) > 0
        stieltjes(spectrum, beyond, **arguments)
        with pytest.raises(ValueError, match=r"`zeta` = .* lies in the support"):
            stieltjes(spectrum, within, **arguments)


def test_the_bands_of_the_first_eigenvalues_close_as_the_matrix_shrinks():
    counts = [
        len(spectral_edges(PowerLaw("1.5"), features="inf", samples=samples).bands)
        for samples in (10, 100, 1000)
    ]
    # the last gap closes where the bands of neighbours touch, at about a sqrt(T) / pi
    assert counts == sorted(counts)
    assert counts[-1] == pytest.approx(1.5 * math.sqrt(1000) / math.pi, abs=2)


def test_the_limit_is_told():
    whole = spectral_edges(PowerLaw("1.5"), features=300, samples=200)
    cut = spectral_edges(PowerLaw("1.5"), features=300, samples=200, limit=2)
    assert whole.complete
    assert not cut.complete
    assert cut.bands[:2] == whole.bands[:2]
    assert cut.bands[-1].lower == whole.bands[-1].lower
    assert cut.bands[-1].modes == 198


def test_moments_are_sums_over_any_spectrum():
    for spectrum in (
        PowerLaw("1.5", 300, 2),
        Exponential("0.1", 300),
        LogPowerLaw(1, 2, 300),
        BrokenPowerLaw([1, 2], [50], 300, spikes=[3]),
        Eigenvalues([4, 2, 1]).extended(300),
        Degenerate([3, 1], [2, 298]),
    ):
        listed = Eigenvalues(spectrum.eigenvalues())
        for matrix in ("kernel", "covariance"):
            one = spectral_moments(spectrum, 6, features=30, samples=70, matrix=matrix)
            other = spectral_moments(listed, 6, features=30, samples=70, matrix=matrix)
            assert all(close(left, right, 12) for left, right in zip(one, other, strict=True))


@settings(max_examples=12, deadline=None)
@given(
    decay=st.fractions(Fraction(10, 9), 4, max_denominator=9),
    features=st.one_of(st.just("inf"), st.integers(1, 10**6)),
    samples=st.integers(1, 10**6),
    log_place=st.floats(-12, 2),
)
def test_the_sweep_never_differs_from_the_proof(decay, features, samples, log_place):
    spectrum, x = PowerLaw(decay), 10**log_place
    (swept,) = sweep_density(spectrum, [x], features=features, samples=samples)
    proven = float(spectral_density(spectrum, x, features=features, samples=samples))
    assert swept == pytest.approx(proven, rel=1e-8, abs=0)


def test_scaling_the_eigenvalues_scales_the_spectrum():
    one = spectral_density(PowerLaw(2), "0.03", features=40, samples=30)
    for scale in ("1e-250", "1e280"):
        spectrum, x = PowerLaw(2, scale=scale), Fraction(3, 100) * Fraction(scale)
        with mpmath.workdps(20):
            found = spectral_density(spectrum, x, features=40, samples=30)
            assert close(found * mpmath.mpf(scale), one, 15)
            assert sweep_density(spectrum, [float(x)], features=40, samples=30)[0] == pytest.approx(
                float(found), rel=1e-9
            )


def test_many_digits_agree_with_few():
    for spectrum in (PowerLaw("1.5"), Exponential("0.3"), LogPowerLaw(1, 2, 500)):
        few = spectral_density(spectrum, "0.01", features=30, samples=20)
        assert close(few, spectral_density(spectrum, "0.01", features=30, samples=20, digits=50), 15)


def test_an_edge_itself_is_refused_and_swept_as_zero():
    with pytest.raises(PrecisionError, match="so near is an edge"):
        spectral_density(Degenerate([1], [60]), 4, **ONE)
    assert sweep_density(Degenerate([1], [60]), [4.0, -3.0], **ONE).tolist() == [0, 0]


@pytest.mark.parametrize("function", [stieltjes, spectral_density, sweep_density, spectral_moments])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"features": 0}, ValueError, "`features`"),
        ({"samples": -1}, ValueError, "`samples`"),
        ({"samples": "inf"}, ValueError, "`samples` = inf"),
        ({"features": "inf", "matrix": "covariance"}, ValueError, "`features` = inf"),
        ({"matrix": "gram"}, ValueError, "`matrix`"),
        ({"spectrum": [1, 2]}, TypeError, "`spectrum`"),
        ({"spectrum": PowerLaw(1)}, DivergentSumError, "`decay`"),
    ],
)
def test_bad_ensembles_are_refused_in_one_line(function, arguments, error, message):
    given_arguments = {"spectrum": PowerLaw(2), "features": 5, "samples": 4, **arguments}
    spectrum = given_arguments.pop("spectrum")
    with pytest.raises(error, match=message) as caught:
        function(spectrum, 3, **given_arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: stieltjes(PowerLaw(2), 0, **ONE), ValueError, "`zeta` = 0"),
        (lambda: stieltjes(PowerLaw(2), "i", **ONE), ValueError, "`zeta`"),
        (lambda: stieltjes(PowerLaw(2), complex(math.nan, 1), **ONE), ValueError, "`zeta`"),
        (lambda: stieltjes(PowerLaw(2), complex(1, math.inf), **ONE), ValueError, "`zeta`"),
        (lambda: stieltjes(PowerLaw(2), None, **ONE), TypeError, "`zeta`"),
        (lambda: stieltjes(PowerLaw(2), 1j, **ONE, digits=0), ValueError, "`digits`"),
        (lambda: spectral_density(PowerLaw(2), 0, **ONE), ValueError, "`x` = 0"),
        (lambda: spectral_density(PowerLaw(2), 1j, **ONE), TypeError, "`x`"),
        (lambda: spectral_density(PowerLaw(2), "inf", **ONE), ValueError, "`x`"),
        (lambda: sweep_density(PowerLaw(2), [1, 0], **ONE), ValueError, "`x`"),
        (lambda: sweep_density(PowerLaw(2), [1, math.nan], **ONE), ValueError, "`x`"),
        (lambda: sweep_density(PowerLaw(2), [1j], **ONE), TypeError, "`x`"),
        (lambda: sweep_density(PowerLaw(2), [Fraction(1, 2)], **ONE), TypeError, "`x`"),
        (lambda: sweep_density(PowerLaw(2), "3", **ONE), TypeError, "`x`"),
        (lambda: spectral_moments(PowerLaw(2), 0, **ONE), ValueError, "`count`"),
        (lambda: spectral_moments(PowerLaw(2), 201, **ONE), ValueError, "`count`"),
        (lambda: spectral_edges(PowerLaw(2), **ONE, limit=0), ValueError, "`limit`"),
    ],
)
def test_bad_places_are_refused_in_one_line(call, error, message):
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
