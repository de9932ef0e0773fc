"""Measured exponents of estimators whose exponents are known, and what is refused."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scalinglaws.validate.measure import fit_exponent, fit_exponent_and_limit, measure_gaps
from scalinglaws.validate.statistics import Estimate

SIZES = (16, 32, 64, 128)


def half_square(outputs):
    return (outputs + 1) ** 2 / 2


def mean(generator, samples):
    return generator.standard_normal(samples).mean() - 1


def modulus(generator, samples):
    return abs(generator.standard_normal(samples).mean())


def median(generator, samples):
    return np.median(generator.standard_normal(samples)) - 1


def stable(generator, samples, tail=1.5):
    """Return the mean of draws of a symmetric stable law, drawn at once (Chambers, Mallows, Stuck)."""
    angle, wait = generator.uniform(-np.pi / 2, np.pi / 2), generator.exponential()
    single = (
        np.sin(tail * angle)
        / np.cos(angle) ** (1 / tail)
        * (np.cos((1 - tail) * angle) / wait) ** ((1 - tail) / tail)
    )
    return samples ** (1 / tail - 1) * single


def within(fit, exponent, errors=4):
    return abs(fit.value - exponent) < errors * fit.standard_error


def test_mean_has_exponent_one_with_half_the_variance_as_constant():
    found = measure_gaps(half_square, mean, sizes=SIZES, replicates=400, seed=3, limit=0.0)
    for fit in (found.over_mean(), found.over_limit()):
        assert within(fit, 1)
        assert fit.standard_error < 0.06
        assert fit.p_value > 1e-3
    for size, gap in zip(SIZES, found.gaps, strict=True):
        assert abs(gap.value - 1 / (2 * size)) < 4 * gap.standard_error


def test_modulus_of_a_mean_has_exponent_one_about_its_mean_and_one_half_to_the_limit():
    found = measure_gaps(half_square, modulus, sizes=SIZES, replicates=600, seed=3, limit=0.5)
    assert within(found.over_mean(), 1)
    assert math.isclose(found.over_mean().constant, (1 - 2 / math.pi) / 2, rel_tol=0.6)
    # Between these sizes sqrt(2/(pi n)) + 1/(2n) falls with 0.54.
    expected = [math.sqrt(2 / (math.pi * n)) + 1 / (2 * n) for n in (SIZES[0], SIZES[-1])]
    local = math.log(expected[0] / expected[1]) / math.log(SIZES[-1] / SIZES[0])
    assert within(found.over_limit(), local)
    assert found.over_limit().high < 0.7


def test_limit_that_is_not_known_is_fitted_with_the_exponent():
    found = measure_gaps(half_square, mean, sizes=(2, 4, 8, 16, 32, 64), replicates=3000, seed=8)
    fit = found.over_fitted_limit()
    assert fit.exponent.low < 1 < fit.exponent.high
    assert fit.exponent.high - fit.exponent.low < 0.3
    assert fit.limit.low < 0 < fit.limit.high
    assert fit.constant.low < 0.5 < fit.constant.high


@pytest.mark.parametrize("exponent", [0.3333, 1.0, 2.7182])
def test_fit_with_a_limit_is_exact_for_exact_means(exponent):
    sizes = (3.0, 9.0, 27.0, 81.0, 243.0)
    means = [Estimate(value=0.7 - 2 * n**-exponent, standard_error=1e-7, count=9) for n in sizes]
    fit = fit_exponent_and_limit(sizes, means)
    assert math.isclose(fit.exponent.value, exponent, rel_tol=1e-4)
    assert math.isclose(fit.limit.value, 0.7, rel_tol=1e-4)
    assert math.isclose(fit.constant.value, -2, rel_tol=1e-3)


@pytest.mark.parametrize(
    ("sizes", "values", "error", "message"),
    [
        ((1, 2, 4), (3, 2, 1), 0.1, "`sizes`"),
        ((1, 1, 2, 4), (3, 2, 1, 1), 0.1, "`sizes`"),
        ((0, 1, 2, 4), (3, 2, 1, 1), 0.1, "`sizes`"),
        ((1, 2, 4, 8), (3, 2, 1, math.inf), 0.1, "`means` need finite values"),
        ((1, 2, 4, 8), (3, 2, 1, 1), 0.0, "`means` need finite values"),
        ((1, 2, 4, 8), (1, 1, 1, 1), 0.1, "`means` do not determine"),
    ],
)
def test_bad_points_of_a_fit_with_a_limit_are_named(sizes, values, error, message):
    means = [Estimate(value=value, standard_error=error, count=9) for value in values]
    with pytest.raises(ValueError, match=message):
        fit_exponent_and_limit(sizes, means)


def test_median_has_exponent_one():
    found = measure_gaps(half_square, median, sizes=SIZES, replicates=400, seed=1)
    assert within(found.over_mean(), 1)


def test_means_without_variance_have_the_exponent_of_their_tail_in_a_bounded_loss():
    found = measure_gaps(lambda f: 1 - np.cos(f), stable, sizes=SIZES, replicates=1500, seed=2, limit=0.0)
    exact = [1 - math.exp(-(n**-0.5)) for n in (SIZES[0], SIZES[-1])]
    assert within(found.over_limit(), math.log(exact[0] / exact[1]) / math.log(SIZES[-1] / SIZES[0]))
    squared = measure_gaps(half_square, stable, sizes=SIZES, replicates=1500, seed=2, limit=0.5)
    for fit in (squared.over_mean, squared.over_limit):
        with pytest.raises(ValueError, match="have no standard error"):
            fit()


def test_jackknife_of_a_quadratic_loss_is_unbiased():
    gaps = [
        gap.value * size
        for seed in range(40)
        for size, gap in zip(
            (2, 4, 8),
            measure_gaps(half_square, mean, sizes=(2, 4, 8), replicates=20, seed=seed).gaps,
            strict=True,
        )
    ]
    assert abs(np.mean(gaps) - 0.5) < 4 * np.std(gaps) / math.sqrt(len(gaps))
    # Without it the mean would be lower by a twentieth.
    assert np.std(gaps) / math.sqrt(len(gaps)) < 0.025


def test_points_of_a_loss_are_averaged_and_signs_kept():
    def outputs(generator, samples):
        return generator.standard_normal((samples, 30)).mean(axis=0)

    concave = measure_gaps(np.cos, outputs, sizes=SIZES, replicates=50, seed=5)
    assert concave.over_mean().constant < 0
    assert within(concave.over_mean(), 1)


def test_same_seed_gives_the_same_numbers_on_any_executor():
    one = measure_gaps(half_square, mean, sizes=SIZES, replicates=40, seed=9)
    with ThreadPoolExecutor(2) as pool:
        two = measure_gaps(half_square, mean, sizes=SIZES, replicates=40, seed=9, executor=pool)
    assert one.gaps == two.gaps
    assert one.losses == two.losses


def test_interval_of_a_fit_is_its_error_and_scatter_widens_it():
    sizes = np.array([10.0, 20, 40, 80])
    straight = [Estimate(value=3 / n, standard_error=0.03 / n, count=50) for n in sizes]
    fit = fit_exponent(sizes, straight)
    assert math.isclose(fit.value, 1, abs_tol=1e-12)
    assert math.isclose(fit.constant, 3, rel_tol=1e-12)
    assert math.isclose(fit.high - fit.value, 1.959963984540054 * fit.standard_error, rel_tol=1e-12)
    # The error of a slope: that of a logarithm over the spread of log n.
    assert math.isclose(fit.standard_error, 0.01 / math.sqrt(5) / math.log(2), rel_tol=1e-12)
    bent = [
        Estimate(value=(3 + bend) / n, standard_error=0.03 / n, count=50)
        for n, bend in zip(sizes, (0.5, -0.5, -0.5, 0.5), strict=True)
    ]
    assert fit_exponent(sizes, bent).standard_error > 5 * fit.standard_error
    assert fit_exponent(sizes, bent).p_value < 1e-6


def test_exact_means_are_fitted_exactly():
    means = [Estimate(value=2 * n**-1.5, standard_error=0.0, count=2) for n in (1, 2, 4)]
    assert math.isclose(fit_exponent([1, 2, 4], means).value, 1.5, rel_tol=1e-12)


def good(**changes):
    arguments = {"loss": half_square, "estimator": mean, "sizes": SIZES, "replicates": 20, "seed": 0}
    arguments.update(changes)
    return measure_gaps(arguments.pop("loss"), arguments.pop("estimator"), **arguments)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"sizes": (1, 2)}, ValueError, "`sizes`"),
        ({"sizes": (1, 2, 2)}, ValueError, "`sizes`"),
        ({"sizes": (0, 1, 2)}, ValueError, "`sizes`"),
        ({"sizes": "123"}, ValueError, "`sizes`"),
        ({"replicates": 5}, ValueError, "`replicates`"),
        ({"seed": None}, TypeError, "`seed`"),
        ({"limit": math.nan}, ValueError, "`limit`"),
        ({"limit": "a"}, TypeError, "`limit`"),
        ({"loss": 3}, TypeError, "`loss` is 3 and cannot be called"),
        ({"estimator": None}, TypeError, "`estimator` is None"),
        ({"estimator": lambda g, n: math.nan}, ValueError, "`estimator` returned nan"),
        ({"estimator": lambda g, n: "x"}, TypeError, "`estimator` returned <U1"),
        ({"estimator": lambda g, n: 1j}, TypeError, "`estimator` returned complex"),
        ({"estimator": lambda g, n: [[1], [1, 2]]}, ValueError, "`estimator` returned a ragged"),
        ({"estimator": lambda g, n: []}, ValueError, "without values"),
        ({"estimator": lambda g, n: np.zeros(g.integers(1, 9))}, ValueError, "`estimator` returned shapes"),
        ({"estimator": lambda g, n: np.zeros(10**6), "replicates": 400}, ValueError, "`replicates`"),
        ({"loss": np.mean}, ValueError, r"`loss` returned the shape \(\)"),
        ({"loss": lambda f: f[:1]}, ValueError, "`loss` returned the shape"),
        ({"loss": lambda f: f - f.mean()}, ValueError, "`loss` of one draw"),
        ({"loss": lambda f: np.log(f - 10)}, ValueError, "`loss` returned nan"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_bad_arguments_and_callables_are_named(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        good(**changes)
    assert "\n" not in str(caught.value)


def test_signals_that_drown_in_noise_are_refused():
    found = good(loss=lambda f: f, limit=-1.0)
    with pytest.raises(ValueError, match=r"`gaps` drown in noise.*draw more replicates"):
        found.over_mean()
    with pytest.raises(ValueError, match=r"`excesses` drown in noise"):
        found.over_limit()
    with pytest.raises(ValueError, match="`limit` is None"):
        good().over_limit()


@pytest.mark.parametrize(
    ("sizes", "values", "message"),
    [
        ([1, 2], [1, 1], "`sizes`"),
        ([1, 2, 3], [1, 1], "`sizes`"),
        ([1, 2, 3], [1, -1, 1], "change their sign"),
        ([1, 2, 3], [1, math.nan, 1], "not finite"),
        ([1, 2, 3], [1, 0, 1], "drown in noise"),
        ([1, 1, 3], [1, 1, 1], "`x` does not increase"),
    ],
)
def test_bad_points_of_a_fit_are_named(sizes, values, message):
    means = [Estimate(value=value, standard_error=0.01, count=9) for value in values]
    with pytest.raises(ValueError, match=message):
        fit_exponent(sizes, means)


def test_confidence_outside_its_domain_is_named():
    means = [Estimate(value=1 / n, standard_error=0.01 / n, count=9) for n in (1, 2, 3)]
    with pytest.raises(ValueError, match="`confidence`"):
        fit_exponent([1, 2, 3], means, confidence=1.0)
