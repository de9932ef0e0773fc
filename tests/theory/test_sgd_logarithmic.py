from __future__ import annotations

import math

import pytest
from sympy import log

from scalinglaws import numerics
from scalinglaws.theory.sgd import logarithmic as law

P = 2


def published(reach: float, samples: float, features: float) -> float:
    """The formula of Theorem 4.3 for the variance, up to a constant."""
    return min(features, reach / math.log(reach) ** P) / samples


def run(features: int, reach: float, step: float = 0.1):
    """One pass in which the time is a multiple of the features."""
    samples = 2 ** round(math.log2(reach / step * math.log2(reach / step * 40)))
    point = numerics.solve_sgd(
        numerics.LogPowerLaw(1, P), features=features, samples=samples, step_size=step, noise=1
    )
    return point, samples / math.log2(samples), step


@pytest.mark.slow
def test_approximation_is_the_tail_beyond_the_features():
    ratios = []
    for features in (10**4, 10**8):
        point, _, _ = run(features, 100)
        value = law.approximation().subs({law.log_power: P, law.N: features})
        ratios.append(point.approximation / float(value))
    # log log beside log
    assert 1.1 < ratios[1] < ratios[0] < 1.35


@pytest.mark.slow
def test_signal_left_is_the_tail_beyond_the_time():
    ratios = []
    for reach in (10**4, 10**7):
        point, effective, step = run(10**12, reach)
        value = law.bias().subs({law.log_power: P, law.step_size: step, law.n: effective})
        ratios.append((point.bias + point.approximation) / float(value))
    assert 1 < ratios[1] < ratios[0] < 1.3


@pytest.mark.slow
def test_published_variance_is_short_in_a_window_that_widens():
    """At gamma n mu = 1 the formula is short, the more so the more features there are."""
    excesses = []
    for features in (10**3, 10**8):
        depth = math.log(features)
        at_the_window, before = (
            run(features, reach) for reach in (features * depth ** (P - 1), max(40, features / depth**2))
        )
        ratios = []
        for point, effective, step in (at_the_window, before):
            ratios.append(point.variance / published(step * effective, effective, features))
        excesses.append(ratios[0] / ratios[1])
    assert excesses[0] > 1.5
    assert excesses[1] > excesses[0] * 1.4
    assert law.largest_shortfall() == log(law.N)


@pytest.mark.slow
@pytest.mark.parametrize("features", [10**6, 10**10])
def test_noise_of_the_shared_eigenvalue(features):
    """In the window its part alone is close to all of the variance."""
    point, effective, step = run(features, features * math.log(features))
    total = float(law.shared_eigenvalue().subs({law.log_power: P, law.N: features})) * step * effective
    kept = sum(
        x / 2 * (math.exp(-2 * x) - math.exp(-4 * x)) for x in (total / 2**stage for stage in range(60))
    )
    assert abs(point.variance / (features / effective * kept) - 1) < 0.25


def test_learned_variance_is_that_of_any_spectrum():
    point, effective, _ = run(100, 10**7)
    assert abs(point.variance * effective / 100 / float(law.mode_mean()) - 1) < 5e-3


def test_early_noise_of_the_shared_eigenvalue():
    numbers = {law.log_power: P, law.N: 10**6, law.step_size: 1, law.sigma2: 1, law.n: 1000}
    early = float(law.early_shared_variance().subs(numbers))
    mu = float(law.shared_eigenvalue().subs(numbers))
    kept = sum(
        x / 2 * (math.exp(-2 * x) - math.exp(-4 * x)) for x in (1000 * mu / 2**stage for stage in range(60))
    )
    assert abs(early / (10**6 / 1000 * kept) - 1) < 1e-3


def test_window_reaches_from_where_the_shared_eigenvalue_is_felt_to_all_modes():
    begin, end = law.window()
    assert begin.subs(law.log_power, P) == law.N
    assert end.subs(law.log_power, P) == law.N * log(law.N) ** P
