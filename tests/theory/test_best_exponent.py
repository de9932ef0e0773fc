"""The best exponent of a knob against the best ridge of the exact fixed point at up to 10^40 samples."""

from __future__ import annotations

import random
from functools import cache

import mpmath
import pytest
from sympy import FiniteSet, Integer, Interval, Rational, Symbol, oo

from scalinglaws.numerics import PowerLaw as NumericPowerLaw
from scalinglaws.numerics import optimal_ridge
from scalinglaws.theory import PowerLaw, RandomFeatureRidge, Rates, symbols

a, b, T = symbols.decay, symbols.source, symbols.samples
q = Symbol("q", positive=True)
ridge_exponent = Symbol("l", real=True)
MODEL = RandomFeatureRidge(spectrum=PowerLaw(source=b))


@cache
def rates(features=oo) -> Rates:
    return MODEL.rates(features=features, ridge=T**-ridge_exponent)


def local_slopes(values, *, features, noise, far=30):
    """Exponents of the best ridge and of its excess, between two sizes."""
    found = []
    for exponent in (far, far + 1):
        with mpmath.workdps(50):
            samples = mpmath.mpf(10) ** exponent
            power = None if features is oo else mpmath.mpf(features.p) / features.q
            best = optimal_ridge(
                NumericPowerLaw(values[a]),
                features=mpmath.inf if power is None else samples**power,
                samples=samples,
                noise=noise,
                source=values[b],
                digits=20,
            )
            found.append((mpmath.log10(best.ridge), mpmath.log10(best.point.excess)))
    (ridge, excess), (further_ridge, further_excess) = found
    return further_ridge - ridge, further_excess - excess


def draw(generator, low, high):
    return Rational(generator.randint(int(100 * low), int(100 * high)), 100) + Rational(1, 997)


@pytest.mark.slow
def test_best_ridge_of_kernel_regression_with_noise():
    generator = random.Random(3)
    best = rates().best(ridge_exponent)
    checked = 0
    while checked < 8:
        values = {a: draw(generator, 1.2, 3), b: draw(generator, 1.2, 7)}
        if abs(values[b] - 2 * values[a] - 1) < Rational(1, 2):
            continue
        found = best.at(values)
        ridge_slope, excess_slope = local_slopes(values, features=oo, noise=1)
        (chosen,) = found.choice
        assert abs(ridge_slope + float(chosen)) < 2e-3, values
        assert abs(excess_slope - float(found.exponent)) < 2e-3, values
        checked += 1


@pytest.mark.slow
def test_isotropic_prior_wants_a_ridge_of_order_one():
    """The best ridge is the noise."""
    found = rates().best(ridge_exponent)
    for decay in (Rational(3, 2), Integer(2), Integer(5)):
        assert found.at({a: decay, b: decay}).choice == FiniteSet(0)
        assert found.at({a: decay, b: decay}).exponent == (1 - decay) / decay


def test_without_noise_every_small_ridge_is_as_good():
    best = rates().best(ridge_exponent, of="bias").at({a: 2, b: 3})
    assert best.choice == Interval(1, oo)
    assert best.exponent == -2
    assert best.is_attained
    assert best.smallest == 1


def test_logarithm_at_the_saturation_of_regression():
    found = rates().best(ridge_exponent).at({a: 2, b: 5})
    assert (found.exponent, found.log_power) == (-Rational(4, 5), 1)
    assert rates().best(ridge_exponent).at({a: 2, b: 6}).log_power == 0


@pytest.mark.slow
@pytest.mark.parametrize("features", [Rational(1, 3), Rational(3, 4), Rational(3, 2)])
def test_best_ridge_with_few_features(features):
    best = rates(T**features).best(ridge_exponent)
    generator = random.Random(5)
    for _ in range(4):
        values = {a: draw(generator, 1.4, 3), b: draw(generator, 1.4, 6)}
        found = best.at(values)
        ridge_slope, excess_slope = local_slopes(values, features=features, noise=1, far=40)
        assert abs(excess_slope - float(found.exponent)) < 5e-3, values
        if found.choice.is_FiniteSet:
            (chosen,) = found.choice
            assert abs(ridge_slope + float(chosen)) < 5e-3, values


@pytest.mark.slow
def test_every_choice_has_the_exponent_and_no_other_is_better():
    excess = rates().excess
    best = rates().best(ridge_exponent)
    generator = random.Random(9)
    for _ in range(60):
        values = {a: draw(generator, 1.1, 4), b: draw(generator, 1.1, 9)}
        found = best.at(values)
        (chosen,) = found.choice
        assert excess.at({**values, ridge_exponent: chosen}).exponent() == found.exponent
        for _ in range(10):
            other = {**values, ridge_exponent: draw(generator, -3, 5)}
            assert excess.at(other).exponent() >= found.exponent


@cache
def all_rates() -> Rates:
    return rates(T**q)


@pytest.mark.slow
def test_fewest_features_reach_the_rate_of_infinitely_many_and_fewer_do_not():
    fewest, per_features = all_rates().best(ridge_exponent, q), all_rates().best(ridge_exponent)
    kernel = rates().best(ridge_exponent)
    generator = random.Random(21)
    for number in range(12):
        values = {a: draw(generator, 1.2, 3), b: draw(generator, 1.2, 8)}
        found = fewest.at(values)
        assert found.exponent == kernel.at(values).exponent
        least = found.smallest
        assert per_features.at({**values, q: least}).exponent == found.exponent
        assert per_features.at({**values, q: least * Rational(99, 100)}).exponent > found.exponent
        if number < 3:
            for step, reached in ((Rational(1, 5), True), (-Rational(1, 5), False)):
                features = least * (1 + step)
                _, slope = local_slopes(values, features=features, noise=1, far=40)
                assert (abs(slope - float(found.exponent)) < 1e-2) is reached, (values, features, slope)


def test_what_cannot_be_minimised_is_refused():
    with pytest.raises(ValueError, match="`of` is 'loss'; use 'excess', 'bias' or 'variance'"):
        rates().best(ridge_exponent, of="loss")
    with pytest.raises(ValueError, match="`over` is q; name parameters out of l, b, a"):
        rates().best(q)
    with pytest.raises(ValueError, match="`over` is empty"):
        rates().best()
    with pytest.raises(ValueError, match="falls without bound as l -> -oo"):
        rates().best(ridge_exponent, of="variance")


def test_latex_of_a_best_exponent():
    found = rates().best(ridge_exponent).at({a: 2, b: 2})
    assert found.latex() == r"- \frac{1}{2}\ \text{at}\ l=0"
    assert "cases" in rates().best(ridge_exponent).latex()
