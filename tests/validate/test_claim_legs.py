"""The legs that claims are made of: each supports what is right, contradicts what is wrong, or stays open."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from sympy import Function, Rational, gamma, pi, rf, sin, symbols

from scalinglaws.theory import DegreesOfFreedom
from scalinglaws.theory import symbols as letters
from scalinglaws.validate import Context, Evidence, LegKind, Outcome
from scalinglaws.validate.claims.legs import (
    ApproachPoint,
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    joint_outcome,
    numbers_agree,
    plain,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
    together_evidence,
)
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.statistics import Estimate

x, y, n = symbols("x y n", positive=True)


def context(significance=0.01):
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor(), significance=significance)


def equality(derived, claimed, **options):
    return symbolic_equality(
        [Identity(label="it", derived=derived, claimed=claimed, **options)], summary="Compared"
    )


@pytest.mark.parametrize(
    ("derived", "claimed"),
    [
        ((x**2 - y**2) / (x - y), x + y),
        ((x / y) ** n * y, x**n * y ** (1 - n)),
        (gamma(1 + 1 / x) * gamma(1 - 1 / x), pi / (x * sin(pi / x))),
        (rf(1 / x, n) / rf(1 + 1 / x, n), 1 / (1 + n * x)),
        (DegreesOfFreedom(2, letters.kappa), letters.df2),
    ],
)
def test_equal_expressions_in_different_forms_support(derived, claimed):
    found = equality(derived, claimed)
    assert found.outcome is Outcome.SUPPORTS
    assert len(found.formulas) == 2


@pytest.mark.parametrize(
    ("derived", "claimed"),
    [(x + y, x - y), (x**n, 2 * x**n), (x**n, x ** (n + Rational(1, 10**6))), (x, x * 0)],
)
def test_different_expressions_contradict_with_both_values_shown(derived, claimed):
    found = equality(derived, claimed)
    assert found.outcome is Outcome.CONTRADICTS
    assert "derived" in found.summary
    assert "claimed" in found.summary


def test_conditions_may_differ_by_a_constant_factor_but_not_by_a_function():
    assert equality(2 * x - 2 * y, y - x, equation=True).outcome is Outcome.SUPPORTS
    assert equality(x - y, x**2 - y**2, equation=True).outcome is Outcome.CONTRADICTS
    assert equality(x - y, x - 2 * y, equation=True).outcome is Outcome.CONTRADICTS


def test_what_is_neither_proven_nor_seen_to_differ_stays_open():
    assert equality(Function("f")(x), x).outcome is Outcome.INCONCLUSIVE


def test_one_wrong_identity_of_several_refutes():
    found = symbolic_equality(
        [Identity(label="right", derived=x, claimed=x), Identity(label="wrong", derived=x, claimed=2 * x)],
        summary="Both",
    )
    assert found.outcome is Outcome.CONTRADICTS
    assert found.points == 2


def test_evaluation_loses_no_digits_of_an_mpf():
    with mpmath.workdps(60):
        third = mpmath.mpf(1) / 3
        value = evaluate(3 * x, {x: third}, digits=55)
        assert abs(value - 1) < mpmath.mpf(10) ** -54


def test_evaluation_names_what_is_missing():
    with pytest.raises(ValueError, match="`values` leave"):
        evaluate(x + y, {x: 1})


def test_traces_print_as_letters():
    assert plain(DegreesOfFreedom(1, letters.kappa)) == letters.df1


def approach(measured, law, next_term):
    points = [
        ApproachPoint(
            label="series",
            at=f"1e{power}",
            measured=measured(mpmath.mpf(10) ** power),
            law=law(mpmath.mpf(10) ** power),
            next_term=next_term(mpmath.mpf(10) ** power),
        )
        for power in (2, 4, 8)
    ]
    return approach_to_law(points, summary="A law")


def true_value(size):
    with mpmath.workdps(60):
        return size**-2 * (1 - 3 / size + 5 / size**2)


def test_an_approach_at_the_rate_of_the_next_term_supports():
    assert approach(true_value, lambda m: m**-2, lambda m: -3 / m).outcome is Outcome.SUPPORTS


@pytest.mark.parametrize(
    ("law", "next_term"),
    [
        (lambda m: 2 * m**-2, lambda m: -3 / m),
        (lambda m: m ** (mpmath.mpf("-2.000001")), lambda m: -3 / m),
        (lambda m: m**-2, lambda m: 3 / m),
        (lambda m: m**-2, lambda m: -6 / m),
        (lambda m: m**-2, lambda m: -3 / m**2),
    ],
)
def test_a_wrong_constant_exponent_or_rate_contradicts(law, next_term):
    assert approach(true_value, law, next_term).outcome is Outcome.CONTRADICTS


def test_a_rate_that_is_nearly_right_stays_open():
    assert approach(true_value, lambda m: m**-2, lambda m: -mpmath.mpf("2.6") / m).outcome is (
        Outcome.INCONCLUSIVE
    )


def test_an_approach_needs_two_sizes():
    point = ApproachPoint(
        label="one", at="1", measured=mpmath.mpf(1), law=mpmath.mpf(1), next_term=mpmath.mpf(1)
    )
    with pytest.raises(ValueError, match="at least two"):
        approach_to_law([point], summary="A law")


@pytest.mark.parametrize(
    ("measured", "outcome"),
    [(1.0, Outcome.SUPPORTS), (1.005, Outcome.INCONCLUSIVE), (1.5, Outcome.CONTRADICTS)],
)
def test_numbers_agree_within_the_tolerance_only(measured, outcome):
    pairs = [Pair(label="it", measured=measured, claimed=1), Pair(label="zero", measured=0, claimed=0)]
    assert numbers_agree(pairs, summary="Numbers", tolerance=1e-3).outcome is outcome


@pytest.mark.parametrize(
    "leg",
    [
        lambda: symbolic_equality([], summary="nothing"),
        lambda: approach_to_law([], summary="nothing"),
        lambda: numbers_agree([], summary="nothing", tolerance=1),
        lambda: simulation_agrees(context(), [], summary="nothing"),
        lambda: simulation_ordered(context(), [], summary="nothing"),
    ],
)
def test_nothing_compared_is_an_error_and_never_a_pass(leg):
    with pytest.raises(ValueError, match=r"`\w+`"):
        leg()


def simulated(value, *, error=0.01, prediction=1.0, allowance=0.02, significance=0.01):
    estimate = Estimate(value=value, standard_error=error, count=50)
    point = SimulatedPoint(label="it", estimate=estimate, prediction=prediction, allowance=allowance)
    return simulation_agrees(context(significance), [point], summary="Simulated").outcome


def test_a_simulated_mean_near_its_prediction_supports():
    assert simulated(1.03) is Outcome.SUPPORTS


def test_a_simulated_mean_far_from_its_prediction_contradicts():
    assert simulated(1.1) is Outcome.CONTRADICTS


def test_a_simulation_too_coarse_to_see_anything_stays_open():
    assert simulated(1.0, error=0.5) is Outcome.INCONCLUSIVE


def test_a_stricter_significance_accepts_more():
    assert simulated(1.05, significance=0.01) is Outcome.CONTRADICTS
    assert simulated(1.05, significance=1e-4) is Outcome.SUPPORTS


@pytest.mark.parametrize(
    ("smaller", "outcome"),
    [(0.5, Outcome.SUPPORTS), (1.0, Outcome.INCONCLUSIVE), (1.5, Outcome.CONTRADICTS)],
)
def test_inequalities_are_decided_when_significant(smaller, outcome):
    pair = OrderedPair(
        label="it",
        larger=Estimate(value=1.0, standard_error=0.01, count=50),
        smaller=Estimate(value=smaller, standard_error=0.01, count=50),
    )
    assert simulation_ordered(context(), [pair], summary="Ordered").outcome is outcome


def test_an_inequality_without_any_spread_is_decided():
    pair = OrderedPair(
        label="it",
        larger=Estimate(value=1.0, standard_error=0.0, count=5),
        smaller=Estimate(value=0.0, standard_error=0.0, count=5),
    )
    assert simulation_ordered(context(), [pair], summary="Ordered").outcome is Outcome.SUPPORTS


def test_all_parts_of_a_leg_have_to_support():
    s, c, i = Outcome.SUPPORTS, Outcome.CONTRADICTS, Outcome.INCONCLUSIVE
    assert joint_outcome([s, s]) is s
    assert joint_outcome([s, i]) is i
    assert joint_outcome([s, i, c]) is c
    assert joint_outcome([]) is i


def test_joined_evidence_adds_points_and_keeps_tables_of_the_same_columns():
    one, other = (
        Evidence(kind=LegKind.NUMERIC, outcome=Outcome.SUPPORTS, summary="s", points=2, table=({"a": 1},))
        for _ in range(2)
    )
    joined = together_evidence(one, other)
    assert (joined.points, len(joined.table)) == (4, 2)
    foreign = Evidence(kind=LegKind.SYMBOLIC, outcome=Outcome.SUPPORTS, summary="s", points=1)
    with pytest.raises(ValueError, match="different kinds"):
        together_evidence(one, foreign)


def test_a_ratio_to_a_prediction_of_zero_does_not_break_the_summary():
    estimate = Estimate(value=0.0, standard_error=0.0, count=5)
    point = SimulatedPoint(label="zero", estimate=estimate, prediction=0.0, allowance=0.0)
    found = simulation_agrees(context(), [point], summary="Nothing left")
    assert found.outcome is Outcome.SUPPORTS
    assert math.isnan(float(found.table[0]["ratio"]))
