"""Properties of sketched spectra, sampled and equivalent."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scalinglaws.numerics import (
    DivergentSumError,
    Eigenvalues,
    Exponential,
    PowerLaw,
    sample_sketch,
    sketch_equivalent,
    solve_ridge,
)


def smooth_sums(sketch, times):
    """Return the sums of modes and of the signal that are left at some times of gradient flow."""
    decay = np.exp(-np.outer(times, sketch.eigenvalues))
    return np.concatenate([decay @ (sketch.modes * sketch.eigenvalues), decay @ sketch.alignment])


@pytest.mark.parametrize("source", [None, "1.3", 3])
def test_a_sketch_shares_the_signal_between_its_modes_and_the_approximation_error(source):
    spectrum = PowerLaw("1.5", size=300)
    for sketch in (
        sample_sketch(spectrum, 20, source=source, seed=1),
        sketch_equivalent(spectrum, 20, source=source),
    ):
        total = float(spectrum.signal_total(source=source))
        assert math.isclose(sketch.alignment.sum() + sketch.approximation, total, rel_tol=1e-9)
        assert np.all(sketch.alignment >= 0)
        assert np.all(sketch.modes >= 0)


@pytest.mark.parametrize("source", [None, "1.4", 3])
def test_the_equivalent_agrees_with_the_mean_over_sampled_sketches(source):
    spectrum = PowerLaw("1.5", size=600)
    times = np.array([0.3, 3, 30, 300])
    equivalent = sketch_equivalent(spectrum, 60, source=source)
    samples = [sample_sketch(spectrum, 60, source=source, seed=seed) for seed in range(60)]
    values = np.array([[*smooth_sums(sketch, times), sketch.approximation] for sketch in samples])
    error = values.std(axis=0, ddof=1) / math.sqrt(len(samples))
    predicted = np.array([*smooth_sums(equivalent, times), equivalent.approximation])
    # the allowance of relative order 1/N is that of the equivalent itself
    assert np.all(abs(values.mean(axis=0) - predicted) < 4 * error + 2 / 60 * predicted)


def test_the_equivalent_has_the_moments_of_the_sketch():
    spectrum = Eigenvalues([1, "0.5", "0.25", "0.25", "0.125", "0.1"], [3, 1, 1, 2, 1, 5])
    sketch = sketch_equivalent(spectrum, 4)
    values = spectrum.eigenvalues()
    first, second = values.sum(), (values**2).sum()
    assert math.isclose(sketch.modes.sum(), 4, rel_tol=1e-8)
    assert math.isclose(sketch.trace, first, rel_tol=1e-11)
    # E tr(S H S^T)^2 = tr(H^2) + tr(H)^2/N at leading order
    squares = float(np.sum(sketch.modes * sketch.eigenvalues**2))
    assert math.isclose(squares, second + first**2 / 4, rel_tol=1e-11)
    signal = spectrum.signal_powers()
    assert math.isclose(
        float(np.sum(sketch.alignment * sketch.eigenvalues)), float(np.sum(values * signal)), rel_tol=1e-11
    )


@pytest.mark.parametrize(("decay", "source"), [("1.5", None), (2, "3.5"), (4, "1.2")])
def test_the_approximation_error_is_that_of_ridgeless_regression_on_infinitely_many_samples(decay, source):
    spectrum = PowerLaw(decay)
    sketch = sketch_equivalent(spectrum, 1000, source=source)
    point = solve_ridge(spectrum, features=1000, samples=math.inf, source=source)
    assert math.isclose(sketch.approximation, float(point.bias), rel_tol=1e-12)


def test_without_a_sketch_sums_over_the_nodes_are_those_over_the_data():
    size = 20_000
    spectrum = PowerLaw("1.3", size=size)
    sketch = sketch_equivalent(spectrum, source="1.8", smallest="1e-6")
    index = np.arange(1.0, size + 1)
    times = np.array([0.1, 1, 10, 1e3, 1e5])
    decay = np.exp(-np.outer(times, index**-1.3))
    exact = np.concatenate([decay @ index**-1.3, decay @ index**-1.8])
    assert np.allclose(smooth_sums(sketch, times)[:4], exact[:4], rtol=1e-8)
    assert np.allclose(smooth_sums(sketch, times)[5:], exact[5:], rtol=1e-8)


def test_few_eigenvalues_without_a_sketch_are_their_own_nodes():
    sketch = sketch_equivalent(Exponential(1), smallest="1e-20")
    assert np.allclose(sketch.eigenvalues[:3], np.exp([-1.0, -2.0, -3.0]))
    assert 0 <= sketch.eigenvalues[-1] < 1e-150


def test_the_modes_that_are_not_drawn_enter_by_their_mean():
    few = [sample_sketch(PowerLaw("1.5"), 10, latent=200, seed=seed).trace for seed in range(400)]
    error = np.std(few) / math.sqrt(len(few))
    assert abs(np.mean(few) - float(PowerLaw("1.5").total())) < 4 * error


def test_a_seed_decides_the_sketch():
    one, other = (sample_sketch(PowerLaw(2, size=50), 5, seed=7) for _ in range(2))
    assert np.array_equal(one.alignment, other.alignment)


def test_a_square_sketch_explains_the_whole_signal():
    sketch = sample_sketch(PowerLaw(2, size=30), 30, seed=0)
    assert sketch.approximation == 0.0
    assert math.isclose(sketch.alignment.sum(), float(PowerLaw(2, size=30).total()), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: sample_sketch(PowerLaw(2, size=5), 6, seed=0), ValueError, "must not exceed the size 5"),
        (lambda: sketch_equivalent(PowerLaw(2, size=5), 6), ValueError, "must not exceed the size 5"),
        (lambda: sample_sketch(PowerLaw(2), 6, latent=5, seed=0), ValueError, "`latent` = 5"),
        (lambda: sample_sketch(PowerLaw(1), 6, seed=0), DivergentSumError, "decay"),
        (lambda: sketch_equivalent(PowerLaw(1), 6), DivergentSumError, "decay"),
        (lambda: sketch_equivalent(PowerLaw(2), 6, source=1), DivergentSumError, "source"),
        (lambda: sketch_equivalent(PowerLaw(2)), ValueError, "`smallest` = None"),
        (lambda: sketch_equivalent(PowerLaw(2, size=9), 9), ValueError, "`smallest` = None"),
        (lambda: sketch_equivalent(PowerLaw(2), 6, smallest=0), ValueError, "`smallest` = 0"),
        (lambda: sketch_equivalent(PowerLaw(2), 0), ValueError, "`features` = 0"),
        (lambda: sample_sketch(PowerLaw(2), "2.5", seed=0), ValueError, "`features`"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)
