"""Learning curves of kernel regression on finite data: identities, the random-eigenvector law, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from scalinglaws.numerics import Eigenvalues, PowerLaw, solve_ridge, sweep_ridge
from scalinglaws.validate.measure import (
    measure_learning_curve,
    measure_spectrum,
    measured_modes,
    predict_risk,
    predict_unseen_risk,
)
from scalinglaws.validate.measure.prediction import extended_spectrum


def kernel(size, seed, decay=1.5):
    """Return a kernel whose eigenvectors are uniformly random."""
    vectors = scipy.stats.ortho_group.rvs(size, random_state=np.random.default_rng(seed))
    values = np.arange(1, size + 1.0) ** -decay
    matrix = size * (vectors * values) @ vectors.T
    return (matrix + matrix.T) / 2, vectors, values


def test_nested_errors_are_those_of_separate_regressions():
    matrix, _, _ = kernel(30, 0)
    targets = np.random.default_rng(1).standard_normal((30, 2))
    curve = measure_learning_curve(matrix, targets, samples=[3, 7, 20], replicates=2, seed=5)
    prior = measure_learning_curve(matrix, samples=[3, 7, 20], replicates=2, seed=5)
    from scalinglaws.validate.simulate.replicates import child_seed

    for row in range(2):
        order = np.random.default_rng(child_seed(np.random.SeedSequence(5), row)).permutation(30)
        for column, size in enumerate((3, 7, 20)):
            seen, rest = order[:size], order[size:]
            weights = np.linalg.solve(matrix[np.ix_(seen, seen)], matrix[np.ix_(seen, rest)])
            errors = np.sum((targets[rest] - weights.T @ targets[seen]) ** 2, axis=1)
            variances = np.diag(matrix)[rest] - np.sum(weights * matrix[np.ix_(seen, rest)], axis=0)
            assert curve.draws[row, column] == pytest.approx(errors.mean(), rel=1e-9)
            assert prior.draws[row, column] == pytest.approx(variances.mean(), rel=1e-9)


def test_targets_of_the_prior_have_the_error_of_their_mean():
    matrix, _, _ = kernel(60, 2)
    targets = np.linalg.cholesky(matrix) @ np.random.default_rng(0).standard_normal((60, 4000))
    drawn = measure_learning_curve(matrix, targets, samples=[10], replicates=2, seed=1).draws / 4000
    mean = measure_learning_curve(matrix, samples=[10], replicates=2, seed=1).draws
    assert drawn == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("own_signal", [False, True])
def test_the_prediction_is_right_for_random_eigenvectors(own_signal):
    size, samples = 200, [20, 60, 120, 180]
    ratios = []
    for seed in range(12):
        matrix, vectors, values = kernel(size, seed)
        targets = None
        if own_signal:
            powers = values**1.4 * np.random.default_rng(seed).standard_normal(size) ** 2
            targets = math.sqrt(size) * vectors @ np.sqrt(powers)
        curve = measure_learning_curve(matrix, targets, samples=samples, replicates=4, seed=seed)
        modes = measured_modes(matrix, targets=targets)
        ratios.append(curve.draws.mean(axis=0) / predict_unseen_risk(modes, samples=samples))
    mean, error = np.mean(ratios, axis=0), np.std(ratios, axis=0, ddof=1) / math.sqrt(12)
    # a deterministic equivalent is right to the order of decay over samples
    assert (np.abs(mean - 1) < 4 * error + 1.5 / np.array(samples)).all()
    # without the points that were seen the prediction would be off by a factor at the end
    assert abs(mean[-1] * (1 - 180 / size) - 1) > 0.5


def test_modes_without_eigenvalues_count_as_noise():
    values, signal = [1.0, 0.5, 0.25, 0.125], [0.5, 0.25, 0.5, 1.0]
    with_zero = measured_modes([*values, 0.0, 0.0], signal=[*signal, 0.25, 0.5])
    plain = solve_ridge(Eigenvalues(values, signal), features=3, samples=9, ridge="0.25", noise="0.75")
    found = predict_risk(with_zero, samples=9, features=3, ridge=0.25)
    assert float(found.risk) == pytest.approx(float(plain.risk), rel=1e-12)
    tiny = Eigenvalues([*values, 1e-12, 1e-12], [*signal, 0.25, 0.5])
    limit = solve_ridge(tiny, features=3, samples=9, ridge="0.25")
    assert float(found.risk) == pytest.approx(float(limit.risk), rel=1e-6)


def test_an_extended_power_law_is_the_infinite_one():
    index = np.arange(1, 101.0)
    modes = measured_modes(index**-1.5, signal=index**-2.0)
    found = measure_spectrum(modes)
    samples = np.array([10.0, 1e3, 1e6])
    exact = sweep_ridge(PowerLaw("1.5"), features=np.inf, samples=samples, source=2.0).risk
    assert predict_risk(modes, samples=samples, extend=found).risk == pytest.approx(exact, rel=1e-6)


def test_powers_beyond_the_range_keep_their_sum():
    index = np.arange(1, 1001.0)
    powers = index**-2.0
    scattered = np.concatenate([powers[:100], np.random.default_rng(0).permutation(powers[100:])])
    modes = measured_modes(index**-1.5, signal=scattered)
    found = measure_spectrum(modes, first=1, last=100)
    spectrum = extended_spectrum(modes, found)
    # without samples nothing of the signal is learned
    none = sweep_ridge(spectrum, features=np.inf, samples=1e-9).risk
    assert float(none) == pytest.approx(scattered.sum(), rel=1e-6)
    with pytest.raises(TypeError, match="`modes` is of type list; give what `measured_modes` returns"):
        predict_risk([1.0, 0.5], samples=[1])
    with pytest.raises(ValueError, match="`extend` is a power law from 1 to 100 of another spectrum"):
        extended_spectrum(measured_modes(index[:50] ** -1.5), found)


def test_same_seed_same_curve_and_more_samples_change_nothing_before():
    matrix, _, _ = kernel(40, 1)
    words = {"replicates": 3, "seed": 9}
    one = measure_learning_curve(matrix, samples=[5, 10], **words).draws
    assert np.array_equal(one, measure_learning_curve(matrix, samples=[5, 10], **words).draws)
    more = measure_learning_curve(matrix, samples=[5, 10, 20], **words).draws[:, :2]
    assert more == pytest.approx(one, rel=1e-10)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"samples": []}, TypeError, "`samples` = "),
        ({"samples": 5}, TypeError, "`samples` = 5 must be a list"),
        ({"samples": "12"}, TypeError, "`samples` = '12'"),
        ({"samples": [0]}, ValueError, r"`samples\[0\]` = 0"),
        ({"samples": [4, 3]}, ValueError, r"`samples`\[1\] = 3 must exceed"),
        ({"samples": [20]}, ValueError, r"`samples`\[0\] = 20 must be smaller than the 20"),
        ({"replicates": 1}, ValueError, "`replicates` = 1"),
        ({"seed": -1}, ValueError, "`seed` is -1"),
        ({"kernel": np.ones((20, 20))}, ValueError, "`kernel` is singular"),
        ({"kernel": np.ones((3, 20))}, ValueError, "must be a square kernel matrix"),
        ({"targets": np.ones(3)}, ValueError, r"`targets` has shape \(3,\)"),
        ({"targets": [math.nan] * 20}, ValueError, r"`targets`\[0\] = nan"),
    ],
)
def test_bad_arguments_are_refused(words, error, message):
    given = {"kernel": kernel(20, 0)[0], "targets": None, "samples": [5], "replicates": 2, "seed": 0} | words
    with pytest.raises(error, match=message):
        measure_learning_curve(given.pop("kernel"), given.pop("targets"), **given)


def test_unseen_points_need_a_kernel_matrix():
    with pytest.raises(ValueError, match="`modes` come from no kernel matrix"):
        predict_unseen_risk(measured_modes([2.0, 1.0]), samples=[1])
