from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from scalinglaws.validate.statistics import (
    Estimate,
    bonferroni_threshold,
    compare,
    family_threshold,
    local_log_log_slopes,
    log_log_slope,
    mean_estimate,
    z_score,
)


def test_mean_and_standard_error_agree_with_scipy():
    draws = np.random.default_rng(1).exponential(size=37)
    estimate = mean_estimate(draws)
    assert estimate.value == pytest.approx(draws.mean(), rel=1e-14)
    assert estimate.standard_error == pytest.approx(scipy.stats.sem(draws), rel=1e-13)
    assert estimate.count == 37


def test_equal_draws_have_no_spread():
    assert mean_estimate([0.1] * 7) == Estimate(value=0.1, standard_error=0.0, count=7)


def test_spread_survives_a_large_common_offset():
    draws = 1e12 + np.arange(8.0)
    assert mean_estimate(draws).standard_error == pytest.approx(scipy.stats.sem(np.arange(8.0)), rel=1e-12)


@pytest.mark.parametrize("sign", [-1, 1])
def test_allowance_is_taken_off_the_distance_on_both_sides(sign):
    estimate = Estimate(value=10 + sign * 3.0, standard_error=0.5, count=20)
    assert z_score(estimate, 10.0) == pytest.approx(6.0)
    assert z_score(estimate, 10.0, allowance=0.1) == pytest.approx(4.0)
    assert z_score(estimate, 10.0, allowance=0.3) == 0.0


def test_allowance_of_a_negative_prediction_is_relative_to_its_size():
    estimate = Estimate(value=-9.0, standard_error=1.0, count=20)
    assert z_score(estimate, -10.0, allowance=0.2) == 0.0


def test_estimate_without_spread_is_right_or_infinitely_wrong():
    exact = Estimate(value=1.0, standard_error=0.0, count=5)
    assert z_score(exact, 1.0) == 0.0
    assert z_score(exact, 1.01, allowance=0.02) == 0.0
    assert z_score(exact, 1.1, allowance=0.02) == math.inf


def test_comparison_carries_its_ratio():
    comparison = compare(Estimate(value=1.5, standard_error=0.1, count=9), 2.0)
    assert comparison.ratio == 0.75
    assert math.isnan(compare(Estimate(value=0.0, standard_error=0.1, count=9), 0.0).ratio)


@pytest.mark.parametrize("comparisons", [1, 7, 200])
def test_family_of_true_comparisons_is_rejected_at_the_stated_level(comparisons):
    threshold = bonferroni_threshold(comparisons, level=0.01)
    false_alarm = 1 - (1 - 2 * scipy.stats.norm.sf(threshold)) ** comparisons
    assert 0.0099 <= false_alarm <= 0.01 * (1 + 1e-9)


def test_threshold_covers_student_tails_in_simulation():
    generator = np.random.default_rng(5)
    draws = generator.standard_normal((40_000, 6))
    z = np.abs(draws.mean(axis=1)) / (draws.std(axis=1, ddof=1) / math.sqrt(6))
    rejected = np.count_nonzero(z > bonferroni_threshold(4, level=0.2, degrees_of_freedom=5))
    assert scipy.stats.binomtest(rejected, 40_000, 0.05).pvalue > 1e-3
    assert np.count_nonzero(z > bonferroni_threshold(4, level=0.2)) > 1.5 * rejected


def test_threshold_grows_with_comparisons_and_falls_with_draws():
    assert bonferroni_threshold(2) > bonferroni_threshold(1)
    assert bonferroni_threshold(2, degrees_of_freedom=9) > bonferroni_threshold(2, degrees_of_freedom=99)
    assert bonferroni_threshold(2, degrees_of_freedom=math.inf) == bonferroni_threshold(2)


def test_family_threshold_takes_the_fewest_draws():
    family = [compare(Estimate(value=1.0, standard_error=1.0, count=count), 1.0) for count in (50, 8)]
    assert family_threshold(family) == bonferroni_threshold(2, degrees_of_freedom=7)


def test_slope_interval_covers_the_truth_as_often_as_stated():
    generator = np.random.default_rng(11)
    x = np.geomspace(10, 1000, 12)
    covered = 0
    for _ in range(1000):
        y = 3 * x**-1.5 * np.exp(0.1 * generator.standard_normal(12))
        slope = log_log_slope(x, y, confidence=0.9)
        covered += slope.low <= -1.5 <= slope.high
    assert scipy.stats.binomtest(covered, 1000, 0.9).pvalue > 1e-3


def test_local_slopes_of_a_power_law_with_logarithm():
    x = np.geomspace(1e3, 1e6, 400)
    at, slopes = local_log_log_slopes(x, x**-2 * np.log(x))
    np.testing.assert_allclose(slopes, -2 + 1 / np.log(at), atol=1e-5)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: mean_estimate([]), "`draws`"),
        (lambda: mean_estimate([1.0]), "`draws`"),
        (lambda: mean_estimate([1.0, math.nan]), "`draws`"),
        (lambda: mean_estimate([[1.0, 2.0]]), "`draws`"),
        (lambda: z_score(Estimate(value=1, standard_error=1, count=2), math.inf), "`prediction`"),
        (lambda: z_score(Estimate(value=1, standard_error=1, count=2), 1, allowance=-0.1), "`allowance`"),
        (lambda: z_score(Estimate(value=1, standard_error=1, count=2), 1, allowance=math.nan), "`allowance`"),
        (lambda: bonferroni_threshold(0), "`comparisons`"),
        (lambda: bonferroni_threshold(1.5), "`comparisons`"),
        (lambda: bonferroni_threshold(3, level=0), "`level`"),
        (lambda: bonferroni_threshold(3, level=math.nan), "`level`"),
        (lambda: bonferroni_threshold(3, degrees_of_freedom=0), "`degrees_of_freedom`"),
        (lambda: family_threshold([]), "`comparisons`"),
        (lambda: log_log_slope([1, 2], [1, 2]), "`x`"),
        (lambda: log_log_slope([1, 2, 3], [1, 2]), "`y`"),
        (lambda: log_log_slope([1, 2, 3], [1, 0, 2]), "`y`"),
        (lambda: log_log_slope([2, 2, 2], [1, 3, 2]), "`x`"),
        (lambda: log_log_slope([1, 2, 3], [1, 3, 2], confidence=1), "`confidence`"),
        (lambda: local_log_log_slopes([1, 3, 2], [1, 3, 2]), "`x`"),
    ],
)
def test_bad_arguments_are_named_in_one_line(call, name):
    with pytest.raises(ValueError, match=name) as caught:
        call()
    assert "\n" not in str(caught.value)
