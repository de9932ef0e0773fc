"""Decay, source and fair ranges of measured spectra: known laws, what is no law, coverage of intervals."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.numerics import ConvergenceError, Eigenvalues
from scalinglaws.validate.measure import measure_spectrum, measured_modes, sample_bias


def index(count):
    return np.arange(1, count + 1, dtype=np.float64)


@settings(max_examples=15, deadline=None)
@given(
    decay=st.floats(0.4, 8),
    log_scale=st.floats(-200, 200),
    count=st.integers(10, 3000),
    shuffle=st.integers(0, 99),
)
def test_a_power_law_is_found_exactly_over_its_whole_length(decay, log_scale, count, shuffle):
    values = math.exp(log_scale) * index(count) ** -decay
    found = measure_spectrum(np.random.default_rng(shuffle).permutation(values))
    assert (found.first, found.last, found.fair) == (1, count, True)
    assert found.decay.value == pytest.approx(decay, rel=1e-9)
    assert found.decay.low <= found.decay.value <= found.decay.high
    # the error of a scale is that of an exponent of the order of 200
    assert float(found.fit.scale) == pytest.approx(math.exp(log_scale), rel=1e-8)


@pytest.mark.parametrize(
    "values",
    [
        np.exp(-0.05 * index(1000)),
        np.exp(-0.5 * index(60)),
        np.exp(-np.sqrt(index(800))),
        np.exp(-0.2 * np.log(index(2000)) ** 2),
        np.linspace(2, 1e-3, 500),
    ],
    ids=["exponential", "steep exponential", "stretched", "lognormal", "linear"],
)
def test_what_is_no_power_law_is_not_fitted(values):
    with pytest.raises(
        ValueError, match=r"`values` follow no power law over any decade .* the decay changes"
    ):
        measure_spectrum(values)
    forced = measure_spectrum(values, first=1, last=50)
    assert not forced.fair


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_flat_spectrum_is_not_fitted(noise):
    values = 1 + noise * np.random.default_rng(0).standard_normal(500)
    with pytest.raises(ValueError, match="fall by less than a factor of 2"):
        measure_spectrum(values)


def test_the_eigenvalues_of_white_data_are_no_power_law():
    data = np.random.default_rng(0).standard_normal((300, 300))
    with pytest.raises(ValueError, match="no power law"):
        measure_spectrum(data @ data.T)


def test_a_rising_range_has_no_decay():
    with pytest.raises(ValueError, match="`values` do not fall from index 1 to 20"):
        measure_spectrum(np.ones(30), first=1, last=20)


def test_the_range_ends_where_the_law_breaks():
    values = np.where(index(9000) <= 500, index(9000) ** -1.5, 500**2.5 * index(9000) ** -4.0)
    found = measure_spectrum(values)
    assert found.first == 1
    assert 450 < found.last < 700
    assert found.decay.low <= 1.5 <= found.decay.high
    beyond = measure_spectrum(values, first=700)
    assert beyond.decay.value == pytest.approx(4, rel=1e-6)


def test_a_head_of_its_own_is_left_out():
    values = index(3000) ** -2.0
    values[:4] *= [50, 40, 30, 20]
    assert measure_spectrum(values).first in (5, 6, 7)


def test_scale_moves_nothing_but_the_scale():
    values = index(400) ** -1.3 * np.exp(0.05 * np.sin(np.log(index(400))))
    one, other = measure_spectrum(values), measure_spectrum(1e-9 * values)
    assert (one.first, one.last) == (other.first, other.last)
    assert other.decay.value == pytest.approx(one.decay.value, rel=1e-10)
    assert float(other.fit.scale / one.fit.scale) == pytest.approx(1e-9, rel=1e-8)


def test_a_staircase_of_degenerate_levels_has_the_decay_of_its_levels():
    degrees = np.arange(60)
    values = np.repeat((0.5 + degrees) ** -3, 2 * degrees + 1)
    assert measure_spectrum(values, first=30).decay.value == pytest.approx(1.5, abs=0.03)


@pytest.mark.parametrize("decay", [1.3, 2.0, 3.0])
def test_the_bias_of_sample_eigenvalues_is_that_of_perturbation_theory(decay):
    samples, size = 300, 1500
    draws = []
    for seed in range(12):
        data = np.random.default_rng(seed).standard_normal((samples, size)) * index(size) ** (-decay / 2)
        draws.append(np.linalg.eigvalsh(data @ data.T / samples)[::-1])
    places = np.arange(5, 15)
    found = (np.mean(draws, axis=0)[places] / index(size)[places] ** -decay - 1).mean()
    predicted = sample_bias(decay, places + 1, samples).mean()
    error = math.sqrt(2 / samples / (12 * len(places)))
    # the next order is the square of the first
    assert abs(found - predicted) < 4 * error + 2 * predicted**2


@pytest.mark.parametrize("digits", [15, 40])
@pytest.mark.parametrize("decay", ["1.2", "1.5", "3", "7"])
def test_the_bias_is_the_principal_value_of_its_integral(decay, digits):
    with mpmath.workdps(digits):
        a = mpmath.mpf(decay)
        # what lies beyond 1 is mapped to 1/x, where the poles cancel; x = y^5 tames the power at 0
        folded = mpmath.quad(
            lambda y: 5 * y**4 * (y ** (5 * (a - 2)) - 1) / (1 - y ** (5 * a)), [0, mpmath.mpf(1) / 2, 1]
        )
        assert mpmath.almosteq(folded, -mpmath.pi / a * mpmath.cot(mpmath.pi / a), 10 ** (8 - digits))
        assert float(folded) == pytest.approx(float(sample_bias(float(a), 1, 1)), rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("decay", [1.2, 1.5, 2.0, 3.0])
def test_intervals_hold_the_decay_and_the_source_of_the_population(decay):
    size, samples, source = 1500, 600, 1.8
    held = []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        data = generator.standard_normal((samples, size)) * index(size) ** (-decay / 2)
        targets = data @ (generator.standard_normal(size) * index(size) ** (-(source - decay) / 2))
        found = measure_spectrum(measured_modes(data @ data.T, targets=targets))
        assert found.last <= samples // 10
        held.append(
            (
                found.decay.low <= decay <= found.decay.high,
                found.source.low <= source <= found.source.high,
            )
        )
    assert np.sum(held, axis=0).min() >= 16


def test_intervals_of_the_source_hold_it_as_often_as_they_say():
    held = 0
    for seed in range(100):
        powers = index(200) ** -1.8 * np.random.default_rng(seed).standard_normal(200) ** 2
        found = measure_spectrum(measured_modes(index(200) ** -1.5, signal=powers), first=1, last=200)
        held += found.source.low <= 1.8 <= found.source.high
    assert 88 <= held <= 100


def test_zeros_of_the_signal_are_powers_like_others():
    powers = index(300) ** -2.0 * (np.arange(300) % 2)
    found = measure_spectrum(measured_modes(index(300) ** -1.5, signal=powers))
    assert found.source.value == pytest.approx(2, abs=0.1)


def test_a_signal_that_breaks_is_an_objection():
    powers = np.where(index(1000) < 100, 1.0, (index(1000) / 100) ** -3.0)
    found = measure_spectrum(measured_modes(index(1000) ** -1.5, signal=powers))
    assert any("the signal changes" in text for text in found.objections)


def test_the_fit_is_that_of_extended_eigenvalues_where_both_are_exact():
    values = (index(30) ** -1.7).tolist()
    extended = Eigenvalues(values).extended(first=1, last=30)
    found = measure_spectrum(values, first=1, last=30)
    assert float(found.fit.decay) == pytest.approx(float(extended.fit.decay), rel=1e-10)
    assert float(found.fit.scale) == pytest.approx(float(extended.fit.scale), rel=1e-10)


@pytest.mark.parametrize(
    ("values", "words", "error", "message"),
    [
        ([], {}, ValueError, "`values` is empty"),
        ([1.0] * 5, {}, ValueError, "too few to see a power law"),
        (index(100) ** -2, {"first": 20, "last": 24}, ValueError, "`first` = 20 and `last` = 24 must leave"),
        (index(100) ** -2, {"last": 101}, ValueError, "`last` = 101 must be at most 100"),
        (index(100) ** -2, {"first": 0}, ValueError, "`first` = 0"),
        (index(100) ** -2, {"first": 50}, ValueError, "less than a decade"),
        (index(100) ** -2, {"confidence": 1.0}, ValueError, "`confidence` = 1.0"),
        (-index(100), {}, ValueError, "must not be negative"),
        (np.zeros(20), {}, ValueError, "all zero"),
        ([1.0, math.nan], {}, ValueError, r"`values`\[1\] = nan must be finite"),
        (["a", "b"], {}, TypeError, "`values` has entries of type <U1"),
        ([1j, 2], {}, TypeError, "complex128"),
        ([[1, 2], [3]], {}, TypeError, "rows of different lengths"),
        ([True, False], {}, TypeError, "bool"),
        (np.ones((2, 3)), {}, ValueError, "must be a square kernel matrix"),
        (np.triu(np.ones((3, 3))), {}, ValueError, "must be symmetric"),
        (np.ones((2, 2, 2)), {}, ValueError, r"shape \(2, 2, 2\)"),
    ],
)
def test_bad_spectra_are_refused(values, words, error, message):
    with pytest.raises(error, match=message):
        measure_spectrum(values, **words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"signal": [1.0, 2.0]}, r"`signal` has shape \(2,\)"),
        ({"signal": [1.0, -1.0, 0.0]}, r"`signal`\[1\] = -1"),
        ({"targets": [1.0, 2.0, 3.0]}, "`targets` go with a kernel matrix"),
        ({"samples": 0}, "`samples` = 0"),
    ],
)
def test_bad_signals_are_refused(words, message):
    with pytest.raises(ValueError, match=message):
        measured_modes([3.0, 2.0, 1.0], **words)


def test_a_signal_that_is_zero_has_no_source():
    with pytest.raises(ValueError, match="`signal` is zero over the range"):
        measure_spectrum(measured_modes(index(50) ** -2, signal=np.zeros(50)))


def test_a_signal_in_one_mode_alone_has_no_source():
    with pytest.raises(ConvergenceError, match="`signal` is fitted by no power"):
        measure_spectrum(measured_modes(index(50) ** -2, signal=np.eye(50)[0]))


def test_modes_of_a_matrix_are_sorted_and_keep_all_the_power():
    generator = np.random.default_rng(3)
    data, targets = generator.standard_normal((40, 10)), generator.standard_normal((40, 2))
    modes = measured_modes(data @ data.T, targets=targets)
    assert (modes.eigenvalues.size, modes.dropped, modes.samples) == (10, 30, 40)
    assert (np.diff(modes.eigenvalues) <= 0).all()
    assert modes.eigenvalues.sum() == pytest.approx(np.sum(data**2) / 40)
    assert modes.signal.sum() + modes.unlearned == pytest.approx(np.sum(targets**2) / 40)
    with pytest.raises(ValueError, match="`targets` has shape"):
        measured_modes(data @ data.T, targets=targets[:5])
    with pytest.raises(ValueError, match="`signal` goes with eigenvalues"):
        measured_modes(data @ data.T, signal=np.ones(40))


def test_positive_eigenvalues_are_taken_at_their_word_and_rounding_is_not():
    exact = measured_modes([1.0, 1e-30])
    rounded = measured_modes([1.0, 1e-17, -1e-17, 0.0], signal=[4.0, 1.0, 2.0, 3.0])
    assert (exact.eigenvalues.size, exact.dropped) == (2, 0)
    assert (rounded.eigenvalues.tolist(), rounded.dropped, rounded.unlearned) == ([1.0], 3, 6.0)
