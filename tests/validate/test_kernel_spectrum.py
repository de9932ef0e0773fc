"""Eigenvalues of drawn matrices follow the limiting density."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglaws.numerics import (
    Degenerate,
    Eigenvalues,
    Exponential,
    PowerLaw,
    spectral_edges,
    spectral_moments,
    stieltjes,
    sweep_density,
)
from scalinglaws.validate.simulate import kernel_spectrum
from scalinglaws.validate.simulate.arguments import sampled_spectrum
from scalinglaws.validate.statistics import bonferroni_threshold, compare

REPLICATES = 24

ENSEMBLES = [
    (PowerLaw("1.5", 400), 120, 90, "kernel"),
    pytest.param(PowerLaw("1.5", 400), 60, 150, "covariance", marks=pytest.mark.slow),
    pytest.param(PowerLaw("1.2", 50), "inf", 100, "kernel", marks=pytest.mark.slow),
    (Degenerate([1], [80]), 80, 80, "kernel"),
    pytest.param(Exponential("0.05", 300), 150, 100, "kernel", marks=pytest.mark.slow),
]


def share_above(spectrum, support, x, **arguments):
    """Integrate the density from a place to the largest eigenvalue."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    total = 0.0
    for band in support.bands:
        low, high = (math.log(max(float(edge), x, 1e-300)) for edge in (band.lower, band.upper))
        for i in range(16 if high > low else 0):
            angle = np.pi * (i + (nodes + 1) / 2) / 16
            places = np.exp(low + (high - low) * (1 - np.cos(angle)) / 2)
            density = sweep_density(spectrum, places, **arguments) * places
            total += float((weights * density * np.sin(angle)).sum()) * (high - low) * np.pi / 64
    return total


@pytest.mark.parametrize(("spectrum", "features", "samples", "matrix"), ENSEMBLES, ids=repr)
def test_drawn_eigenvalues_have_the_limiting_distribution(spectrum, features, samples, matrix):
    arguments = {"features": features, "samples": samples, "matrix": matrix}
    found = kernel_spectrum(spectrum, **arguments, replicates=REPLICATES, seed=11)
    support = spectral_edges(spectrum, **arguments, limit=30)
    # what the limit neglects is of order 1 / T in a share, here relative to shares above a tenth
    allowance = 2 / min(found.features, found.samples)
    pooled = np.sort(found.draws.ravel())
    places = [float(np.quantile(pooled, part)) for part in (0.2, 0.5, 0.8)]
    comparisons = [
        compare(found.share_above(x), share_above(spectrum, support, x, **arguments), allowance=allowance)
        for x in places
    ]
    mean = float(spectral_moments(spectrum, 1, **arguments)[0])
    for factor in (0.01, 0.3, 5.0):
        ridge = mean * factor
        learned = 1 - ridge * float(stieltjes(spectrum, -ridge, **arguments).real)
        shares = found.mean_of(lambda x, ridge=ridge: x / (x + ridge))
        comparisons.append(compare(shares, learned, allowance=allowance))
    comparisons.append(compare(found.mean_of(lambda x: x), mean))
    threshold = bonferroni_threshold(len(ENSEMBLES) * len(comparisons), degrees_of_freedom=REPLICATES - 1)
    for comparison in comparisons:
        assert comparison.z < threshold, comparison
        # a comparison without power would prove nothing
        assert comparison.estimate.standard_error < 0.05 * comparison.prediction


def test_a_wrong_density_is_told_apart():
    found = kernel_spectrum(PowerLaw("1.5", 400), features=120, samples=90, replicates=REPLICATES, seed=11)
    ridge = float(spectral_moments(PowerLaw("1.5", 400), 1, features=120, samples=90)[0]) * 0.3
    wrong = 1 - ridge * float(stieltjes(PowerLaw("1.5", 400), -ridge, features="inf", samples=90).real)
    estimate = found.mean_of(lambda x: x / (x + ridge))
    assert compare(estimate, wrong, allowance=2 / 90).z > 10


@pytest.mark.parametrize("matrix", ["kernel", "covariance"])
def test_bands_hold_exactly_their_eigenvalues(matrix):
    spectrum = Degenerate([20, 1], [15, 60])
    arguments = {"features": 900, "samples": 700, "matrix": matrix}
    support = spectral_edges(spectrum, **arguments)
    assert [band.modes for band in support.bands] == [15, 60]
    assert support.mass_at_zero == 1 - sum(band.mass for band in support.bands)
    found = kernel_spectrum(spectrum, **arguments, replicates=3, seed=5)
    middle = float(support.bands[0].lower + support.bands[1].upper) / 2
    assert ((found.draws > middle).sum(axis=1) == 15).all()
    assert found.draws.shape[1] == 75
    # single eigenvalues leave an edge by about 15**(-2/3) of half the band
    top = support.bands[0]
    reach = float(top.upper - top.lower) / 2 * 15 ** (-2 / 3)
    assert found.draws[:, 0] == pytest.approx(float(top.upper), abs=2 * reach)
    assert found.draws[:, 14] == pytest.approx(float(top.lower), abs=2 * reach)


@pytest.mark.slow
@pytest.mark.parametrize("features", [1500, "inf"])
def test_large_matrices_follow_the_density_closely(features):
    spectrum, arguments = PowerLaw("1.3", 3000), {"features": features, "samples": 1000}
    found = kernel_spectrum(spectrum, **arguments, replicates=4, seed=2)
    support = spectral_edges(spectrum, **arguments)
    pooled = np.sort(found.draws.ravel())
    for part in (0.05, 0.3, 0.7, 0.95):
        x = float(np.quantile(pooled, part))
        expected = share_above(spectrum, support, x, **arguments)
        assert found.share_above(x).value == pytest.approx(expected, abs=2e-3)


def test_the_same_seed_draws_the_same_matrices():
    one, other = (
        kernel_spectrum(PowerLaw(2, 9), features=7, samples=5, replicates=3, seed=4) for _ in range(2)
    )
    assert (one.draws == other.draws).all()
    assert (np.diff(one.draws, axis=1) <= 0).all()
    assert one.draws.shape == (3, 5)


def test_the_eigenvalues_are_those_of_the_matrix_word_for_word():
    spectrum = Eigenvalues([4, 2, 1, "0.5"])
    found = kernel_spectrum(spectrum, features=3, samples=6, replicates=2000, seed=8)
    amplitudes = np.sqrt(sampled_spectrum(spectrum).eigenvalues)
    generator = np.random.default_rng(9)
    traces = []
    for _ in range(2000):
        maps = generator.normal(0, math.sqrt(1 / 3), (3, 4))
        data = amplitudes[:, None] * generator.standard_normal((4, 6))
        kernel = (maps @ data).T @ (maps @ data) / 6
        traces.append(np.trace(kernel @ kernel) / 6)
    known = float(np.mean(traces))
    estimate = found.mean_of(lambda x: x**2)
    error = math.hypot(estimate.standard_error, float(np.std(traces)) / math.sqrt(2000))
    assert abs(estimate.value - known) < 4 * error


def test_histograms_carry_the_mass():
    found = kernel_spectrum(PowerLaw(2, 30), features=20, samples=40, replicates=4, seed=1)
    edges = np.geomspace(found.draws.min() * 0.99, found.draws.max() * 1.01, 20)
    assert (found.histogram(edges) * np.diff(np.log(edges))).sum() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"spectrum": PowerLaw(2)}, ValueError, "`size` = inf"),
        ({"features": "1.5"}, ValueError, "`features`"),
        ({"samples": "inf"}, ValueError, "`samples`"),
        ({"samples": 0}, ValueError, "`samples`"),
        ({"replicates": 1}, ValueError, "`replicates`"),
        ({"matrix": "gram"}, ValueError, "`matrix`"),
        ({"matrix": "covariance", "features": "inf"}, ValueError, "`features` = inf"),
        ({"samples": 10**7, "features": 10**7}, ValueError, "GiB"),
        ({"seed": None}, TypeError, "`seed`"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments, error, message):
    complete = {"spectrum": PowerLaw(2, 30), "features": 5, "samples": 4, "seed": 1, **arguments}
    spectrum = complete.pop("spectrum")
    with pytest.raises(error, match=message) as caught:
        kernel_spectrum(spectrum, **complete)
    assert "\n" not in str(caught.value)
