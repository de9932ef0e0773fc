from __future__ import annotations

import math

import pytest
from sympy import Interval, Rational, Symbol, log, oo

from scalinglaws import numerics
from scalinglaws.theory import OnePassSGD, PowerLaw, optimal_allocation
from scalinglaws.theory import symbols as S
from scalinglaws.theory.sgd import effective_budget, reuse, sgd_allocation
from scalinglaws.theory.sgd.allocation import excess_order, steps

a, b, N, n, gamma = S.decay, S.source, S.features, S.effective_samples, S.step_size
C = Symbol("C", positive=True)
best = sgd_allocation(cost=N * n, budget=C)


@pytest.mark.parametrize(
    ("decay", "source"), [("2", "3/2"), ("2", "2"), ("3/2", "3/2"), ("2", "5/2"), ("3", "7/2"), ("3/2", "2")]
)
def test_features_have_the_exponent_of_the_harder_of_spectrum_and_signal(decay, source):
    decay, source = Rational(decay), Rational(source)
    at = best.at({a: decay, b: source})
    width = 1 / (max(decay, source) + 1)
    assert at.exponents[N] == width
    assert at.exponents[n] == 1 - width
    assert at.risk == -(source - 1) * width
    steps_allowed = at.exponents[gamma]
    # small steps are not needed at the optimum: the width regularises
    assert steps_allowed == (0 if source <= decay else Interval((decay - source) * width, 0))


@pytest.mark.parametrize("decay", ["5/2", "3"])
def test_beyond_saturation_the_signal_does_not_matter(decay):
    decay = Rational(decay)
    at = best.at({a: decay, b: decay + 2})
    assert at.exponents[N] == 1 / (decay + 2)
    assert at.risk == -decay / (decay + 2)


def test_a_slow_spectrum_with_an_easy_signal_needs_small_steps():
    """Below a = 2 an early end of a wide run is better than learning all modes of a narrow one."""
    at = best.at({a: "3/2", b: 4})
    assert at.exponents[N] == Rational(5, 13)
    assert at.exponents[gamma] == Rational(-5, 13)
    assert at.risk == Rational(-6, 13)
    fixed = sgd_allocation(cost=N * n, budget=C, fixed_step_size=True).at({a: "3/2", b: 4})
    assert fixed.risk == Rational(-3, 7)
    assert at.risk < fixed.risk


@pytest.mark.slow
def test_slopes_of_the_risk_confirm_the_small_steps():
    """Along each allocation the slope of the risk between two budgets approaches its exponent."""

    def slope(width, step):
        risks = []
        for power in (36, 44):
            features, effective = 2 ** (width * power), 2 ** ((1 - width) * power)
            samples = round(effective * (math.log2(effective) + math.log2(math.log2(effective))))
            run = numerics.solve_sgd(
                numerics.PowerLaw("1.5"), source=4, features=round(features), samples=samples,
                step_size=0.3 * 2 ** (step * power), noise=1,
            )  # fmt: skip
            risks.append(math.log2(run.excess))
        return (risks[1] - risks[0]) / 8

    wide, narrow = slope(5 / 13, -5 / 13), slope(2 / 7, 0)
    assert abs(wide + 6 / 13) < 0.02
    assert abs(narrow + 3 / 7) < 0.02
    assert wide < narrow


def test_equal_split_is_the_limit_of_the_slowest_spectrum():
    """Features and samples share the budget equally only for a and b at 1, where nothing can be learned."""
    exponents = [
        best.at({a: 1 + Rational(1, 10**k), b: 1 + Rational(1, 10**k)}).exponents[N] for k in (1, 2, 3)
    ]
    assert exponents == sorted(exponents)
    assert all(exponent < Rational(1, 2) for exponent in exponents)
    assert Rational(1, 2) - exponents[-1] < Rational(1, 1000)
    assert all(best.at({a: x, b: x}).exponents[n] == x / (x + 1) for x in (Rational(3, 2), Rational(2)))


def test_returns_to_data_grow_with_easier_signals():
    shares = [best.at({a: 2, b: x}).exponents[n] for x in ("3/2", "2", "9/4", "11/4")]
    assert shares[0] == shares[1] < shares[2] < shares[3]


def test_the_logarithm_is_kept():
    at = best.at({a: 2, b: 2})
    effective = effective_budget(C, at.exponents[n])
    assert effective == 3 * C * log(2) / (2 * log(C))
    budget = 10**60
    cost = float(effective.subs(C, budget).evalf())
    samples = cost ** (2 / 3) * math.log2(cost ** (2 / 3))
    # log log beside log: 10% at 10^60
    assert abs(math.log10(cost ** (1 / 3) * samples) - 60) < 0.1


def test_reading_data_again():
    at = reuse().at({a: 2, b: "3/2"})
    assert at.exponents[steps] == Rational(4, 3)
    assert at.risk == Rational(-1, 3)
    passes = at.exponents[steps] - 1
    assert passes == a.subs(a, 2) / Rational(3, 2) - 1
    easy = reuse().at({a: 2, b: "5/2"})
    assert easy.exponents[steps] < 1
    wide = reuse(infinite_features=False).at({a: 2, b: "3/2"})
    assert wide.risk == at.risk
    assert wide.exponents[steps] == Interval(Rational(4, 3), oo)


def test_one_pass_loses_where_data_are_worth_reading_again():
    once = optimal_allocation(
        excess_order().subs({gamma: 1, N: n}), cost=n, budget=C, over=[n], where=[a > 1, b > 1, b < a + 1]
    )
    assert once.at({a: 2, b: "3/2"}).risk == Rational(-1, 4) > reuse().at({a: 2, b: "3/2"}).risk


def test_the_model_hands_over():
    assert OnePassSGD().allocation(cost=N * n, budget=C).at({a: 2, b: 2}) == best.at({a: 2, b: 2})
    with pytest.raises(ValueError, match="`spectrum` has the exponents 2 and b; an allocation is derived"):
        OnePassSGD(spectrum=PowerLaw(decay=Rational(2), source=b)).allocation(cost=N * n, budget=C)
