"""Allocations of a budget by the ridge model against the best ridge of the exact fixed point."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Interval, Rational, Symbol, oo

from scalinglaws.numerics import PowerLaw as NumericPowerLaw
from scalinglaws.numerics import optimal_ridge
from scalinglaws.theory import PowerLaw, RandomFeatureRidge, symbols

a, b = symbols.decay, symbols.source
N, T, delta = symbols.features, symbols.samples, symbols.ridge
C = Symbol("C", positive=True)


def slope(features, samples, *, decay, source, noise):
    """The exponent of the risk in the budget at given exponents of features and samples."""
    found = []
    for exponent in (50, 51):
        with mpmath.workdps(60):
            budget = mpmath.mpf(10) ** exponent
            best = optimal_ridge(
                NumericPowerLaw(decay),
                features=budget ** (mpmath.mpf(features.p) / features.q),
                samples=budget ** (mpmath.mpf(samples.p) / samples.q),
                noise=noise,
                source=source,
                digits=20,
            )
            found.append(mpmath.log10(best.point.excess))
    return found[1] - found[0]


@pytest.mark.parametrize(
    ("source", "part", "noise", "decay"),
    [
        (None, "excess", 1, Rational(3, 2)),
        pytest.param(None, "bias", 0, Rational(3, 2), marks=pytest.mark.slow),
        pytest.param(3 * a, "bias", 0, Rational(3, 2), marks=pytest.mark.slow),
        pytest.param(2 * a, "excess", 1, Rational(3, 2), marks=pytest.mark.slow),
    ],
)
def test_the_best_split_is_best_and_has_the_exponent_of_the_exact_risk(source, part, noise, decay):
    model = RandomFeatureRidge(spectrum=PowerLaw(source=source))
    best = model.allocation(cost=N * T, budget=C, part=part).at({a: decay})
    features, samples = best.exponents[N], best.exponents[T]
    assert features + samples == 1
    number = decay if source is None else source.subs(a, decay)
    at_best = slope(features, samples, decay=decay, source=number, noise=noise)
    assert abs(at_best - float(best.risk)) < 5e-3
    for step in (Rational(1, 10), -Rational(1, 10)):
        assert (
            slope(features + step, samples - step, decay=decay, source=number, noise=noise) > at_best + 0.01
        )


@pytest.mark.slow
def test_with_noise_features_are_few_and_without_they_are_half():
    noisy = RandomFeatureRidge().allocation(cost=N * T, budget=C).at({a: 3})
    assert noisy.exponents[N] == Rational(1, 4)
    assert noisy.risk == -Rational(1, 2)
    clean = RandomFeatureRidge().allocation(cost=N * T, budget=C, part="bias").at({a: 3})
    assert clean.exponents == {N: Rational(1, 2), T: Rational(1, 2), delta: Interval(-oo, -1)}


@pytest.mark.slow
def test_an_uneven_split_is_best_without_noise_where_the_signal_falls_fast():
    """A projection saturates before a regression does: more features than samples pay."""
    model = RandomFeatureRidge(spectrum=PowerLaw(source=2 * a + 2))
    best = model.allocation(cost=N * T, budget=C, part="bias", where=[a < 2])
    values = {a: Rational(3, 2)}
    assert best.at(values).exponents[N] == Rational(5, 7)
    assert best.at(values).risk == -Rational(6, 7)


@pytest.mark.slow
def test_equally_good_splits_are_an_interval():
    model = RandomFeatureRidge(spectrum=PowerLaw(source=2 * a))
    best = model.allocation(cost=N * T, budget=C).at({a: 2})
    assert best.exponents[N] == Interval(Rational(1, 4), Rational(1, 3))
    assert best.exponents[T] == Interval(Rational(2, 3), Rational(3, 4))
    assert not best.is_unique


@pytest.mark.slow
def test_costs_are_powers():
    best = RandomFeatureRidge().allocation(cost=6 * N**2 * T, budget=C, part="bias").at({a: 2})
    assert 2 * best.exponents[N] + best.exponents[T] == 1
    free = RandomFeatureRidge().allocation(cost=T, budget=C).at({a: 2})
    assert free.exponents[T] == 1
    assert free.exponents[N] == Interval(Rational(1, 2), oo)


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        (N + T, r"`cost` is N \+ T; use a product of powers of N and T"),
        (T / N, "`cost` is T/N; it must grow with T and not fall with N"),
        (N, "`cost` is N; it must grow with T"),
        (-N * T, "`cost` is -N[*]T; use a product of powers"),
        (N**a * T, "`cost` is .*; use a product of powers"),
    ],
)
def test_costs_that_are_no_such_product_are_refused(cost, message):
    with pytest.raises(ValueError, match=message):
        RandomFeatureRidge().allocation(cost=cost, budget=C)


def test_a_model_whose_sizes_are_chosen_already_has_no_allocation():
    with pytest.raises(ValueError, match="`features`, `samples` and `ridge` are oo, T and delta"):
        RandomFeatureRidge(features=oo).allocation(cost=N * T, budget=C)
