"""Parameters of dense networks and the two worked examples, against exact sums at two precisions."""

from __future__ import annotations

import math
from itertools import pairwise

import mpmath
import pytest
from sympy import Rational, Symbol, exp, log, simplify

from scalinglaws.theory import Expansion, symbols
from scalinglaws.theory.variance_limited import (
    coin_loss,
    dense_parameters,
    exponent_in_parameters,
    growth_rate,
    in_parameters,
    largest_time_per_sample,
    remainder_exponent,
    runaway_expansion,
    runaway_loss,
)
from scalinglaws.theory.variance_limited.kinked import half_power
from scalinglaws.theory.variance_limited.parameters import parameters, width
from scalinglaws.theory.variance_limited.runaway import share, start, time, time_per_sample

n = symbols.samples


@pytest.mark.parametrize("layers", [1, 2, 5])
@pytest.mark.parametrize("biases", [True, False])
def test_parameters_are_counted_matrix_by_matrix(layers, biases):
    sizes = [7, *[11] * layers, 3]
    expected = sum(before * after for before, after in pairwise(sizes))
    expected += sum(sizes[1:]) if biases else 0
    assert dense_parameters(layers, inputs=7, outputs=3, biases=biases).subs(width, 11) == expected


def test_one_hidden_layer_is_linear_in_its_width_and_more_are_quadratic():
    assert exponent_in_parameters(1, width) == 1
    assert exponent_in_parameters(1, dense_parameters(1, inputs=5)) == 1
    assert [exponent_in_parameters(1, dense_parameters(k)) for k in (2, 3, 9)] == [Rational(1, 2)] * 3


def test_law_in_parameters_is_that_in_the_width():
    law = Expansion.of(3 / width, width, error=[width**-2])
    count = dense_parameters(4, inputs=5, outputs=2)
    turned = in_parameters(law, count)
    wide = 10**9
    number = int(count.subs(width, wide))
    value = float(turned.as_expr().subs(parameters, number))
    assert math.isclose(value, 3 / wide, rel_tol=1e-6)


@pytest.mark.parametrize("tosses", [3, 6])
def test_runaway_loss_is_the_mean_over_the_binomial_distribution(tosses):
    values = {share: Rational(2, 3), time: Rational(3, 2), start: 2}
    exact = float(runaway_loss(tosses).subs(values).evalf(20))
    summed = sum(
        math.comb(tosses, k)
        * (2 / 3) ** k
        * (1 / 3) ** (tosses - k)
        * 0.5
        * (1 / 3)
        * (2 * math.exp(-1.5 * (2 * k - tosses) / tosses)) ** 2
        for k in range(tosses + 1)
    )
    assert math.isclose(exact, summed, rel_tol=1e-13)


@pytest.mark.parametrize("digits", [20, 50])
def test_runaway_expansion_is_exact_to_its_order(digits):
    values = {share: Rational(7, 10), time: Rational(13, 10), start: 1}
    expansion = runaway_expansion(2).as_expr().subs(values)
    # At infinite samples the mean sign is 2/5, and the weight has fallen by it.
    limit = Rational(1, 5) * exp(-2 * time * Rational(2, 5)).subs(values)
    misses = []
    for samples in (200, 400):
        exact = runaway_loss(samples).subs(values).evalf(digits + 5) / limit.evalf(digits + 5)
        misses.append(exact - expansion.subs(n, samples))
    assert 7.5 < misses[0] / misses[1] < 8.5


def test_runaway_loss_vanishes_up_to_the_logarithm_of_the_odds():
    threshold = largest_time_per_sample()
    for value in (Rational(6, 10), Rational(7, 10), Rational(99, 100)):
        edge = threshold.subs(share, value)
        assert simplify(edge - log(value / (1 - value)) / 2).equals(0)
        rate = growth_rate().subs(share, value)
        assert abs(rate.subs(time_per_sample, edge).evalf(30)) < 1e-25
        assert rate.subs(time_per_sample, edge * Rational(99, 100)).evalf() < 0
        assert rate.subs(time_per_sample, edge * Rational(101, 100)).evalf() > 0


def exact_coin_loss(tosses, power, digits):
    """Return half the mean of the deviation from one half to a power, over the binomial distribution."""
    with mpmath.workdps(digits):
        power = mpmath.mpf(power.p) / power.q
        total, weight = mpmath.mpf(0), mpmath.mpf(math.comb(tosses, tosses // 2)) / mpmath.mpf(2) ** tosses
        for heads in range(tosses // 2, -1, -1):
            deviation = abs(mpmath.mpf(heads) / tosses - mpmath.mpf(1) / 2)
            total += (2 if 2 * heads != tosses else 1) * weight * deviation**power
            weight = weight * heads / (tosses - heads + 1)
        return total / 2


@pytest.mark.parametrize(
    ("alpha", "digits"), [("1/20", 20), ("1/20", 40), ("1/4", 40), ("1/2", 20), ("3/4", 40), ("3/2", 20)]
)
@pytest.mark.parametrize("odd", [0, 1])
def test_coin_loss_is_exact_to_its_order(alpha, odd, digits):
    value = Rational(alpha)
    expansion = coin_loss(odd=bool(odd)).as_expr().subs(half_power, value)
    next_order = min(2 * value + Rational(3, 2), value + 2)
    for tosses in (200 + odd, 800 + odd):
        claimed = mpmath.mpf(str(expansion.subs(n, tosses).evalf(digits)))
        miss = abs(exact_coin_loss(tosses, 2 * value, digits) - claimed)
        assert miss < mpmath.mpf(tosses) ** -float(next_order)


def test_coin_loss_of_even_powers_has_no_kink():
    # The variance and the fourth moment of a sum of signs.
    assert simplify(coin_loss().as_expr().subs(half_power, 1) - 1 / (8 * n)) == 0
    fourth = coin_loss(odd=True).as_expr().subs(half_power, 2)
    assert simplify(fourth - (3 / (32 * n**2) - 1 / (16 * n**3))) == 0


def test_remainder_follows_the_kink_for_small_powers_and_the_fourth_cumulant_for_large():
    found = [remainder_exponent(Rational(value)) for value in ("1/20", "1/4", "1/2", "3/4", "3/2")]
    assert found == [Rational(value) for value in ("3/5", "1", "3/2", "7/4", "5/2")]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dense_parameters(0), "`hidden_layers`"),
        (lambda: dense_parameters(1.5), "`hidden_layers`"),
        (lambda: in_parameters(Expansion.of(1 / n, n), width), "`law`"),
        (lambda: in_parameters(Expansion.of(1 / width, width), Symbol("c", positive=True)), "`count`"),
        (lambda: runaway_expansion(0), "`order`"),
        (lambda: remainder_exponent(Rational(1)), "`value`"),
        (lambda: remainder_exponent(Rational(-1)), "`value` = -1 must be positive"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
