"""Claims on the variance-limited regime: fast legs of every claim, and what a wrong formula does to them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from sympy import Integer, Rational, Symbol, log, sqrt

from scalinglaws.theory.variance_limited.runaway import share, time
from scalinglaws.validate import Context, LegKind, Outcome
from scalinglaws.validate.claims.bahri2021 import (
    circulating_conditions,
    circulating_fluctuations,
    conditions,
    cross_entropy,
    kinked,
    runaway,
    theorem_1,
    to_the_limit,
    width,
)
from scalinglaws.validate.claims.bahri2021.letters import D
from scalinglaws.validate.executors import InlineExecutor

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
LITTLE = 1 + Rational(1, 10**3)
HALF = Rational(1, 2)


def context():
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor())


LEGS = [
    (theorem_1.polynomial_symbolic, S),
    (theorem_1.polynomial_numeric, S),
    (theorem_1.curved_symbolic, S),
    (theorem_1.curved_numeric, S),
    (conditions.qualify_symbolic, S),
    (conditions.qualify_numeric, S),
    (conditions.hoelder_symbolic, C),
    (conditions.hoelder_numeric, C),
    (to_the_limit.smooth_symbolic, S),
    (to_the_limit.smooth_numeric, S),
    (to_the_limit.modulus_symbolic, C),
    (to_the_limit.modulus_numeric, C),
    (to_the_limit.modulus_simulation, C),
    (cross_entropy.exponent_symbolic, S),
    (cross_entropy.specified_symbolic, S),
    (cross_entropy.specified_numeric, S),
    (cross_entropy.other_symbolic, C),
    (cross_entropy.other_numeric, C),
    (width.features_symbolic, S),
    (width.deep_symbolic, S),
    (width.deep_numeric, S),
    (width.shallow_symbolic, C),
    (width.shallow_numeric, C),
    (width.linear_symbolic, S),
    (width.linear_numeric, S),
    (width.mixed_deep_symbolic, C),
    (width.mixed_deep_numeric, C),
    (runaway.expansion_symbolic, S),
    (runaway.expansion_numeric, S),
    (runaway.expansion_simulation, S),
    (runaway.below_symbolic, S),
    (runaway.below_numeric, S),
    (runaway.threshold_symbolic, C),
    (runaway.between_numeric, C),
    (kinked.constant_symbolic, S),
    (kinked.constant_numeric, S),
    (kinked.constant_simulation, S),
    (kinked.large_symbolic, S),
    (kinked.large_numeric, S),
    (kinked.small_symbolic, C),
    (kinked.small_numeric, C),
    (circulating_fluctuations.at_minimum_symbolic, S),
    (circulating_fluctuations.at_minimum_numeric, S),
    (circulating_fluctuations.elsewhere_symbolic, C),
    (circulating_fluctuations.elsewhere_numeric, C),
    (circulating_conditions.polynomial_symbolic, C),
    (circulating_conditions.other_symbolic, S),
    (circulating_fluctuations.taylor_symbolic, C),
    (circulating_fluctuations.taylor_numeric, C),
]


def name(leg):
    return f"{leg.__module__.rpartition('.')[2]}.{leg.__name__}"


#: Legs of half a second and more.
HEAVY = {
    theorem_1.curved_symbolic,
    theorem_1.curved_numeric,
    to_the_limit.modulus_symbolic,
    to_the_limit.modulus_simulation,
    to_the_limit.smooth_numeric,
    cross_entropy.exponent_symbolic,
    cross_entropy.specified_symbolic,
    runaway.expansion_symbolic,
    runaway.expansion_numeric,
    kinked.constant_symbolic,
    kinked.constant_numeric,
    kinked.small_numeric,
    kinked.large_numeric,
}


def case_of(place, leg, *rest):
    """Return a case with its name, slow if its leg is heavy."""
    marks = [pytest.mark.slow] if leg in HEAVY else []
    return pytest.param(leg, *rest, id=f"{name(leg)}-{place}", marks=marks)


@pytest.mark.parametrize(("leg", "outcome"), [case_of(place, *case) for place, case in enumerate(LEGS)])
def test_leg_comes_out_as_the_model_is(leg, outcome):
    found = leg(context())
    assert found.outcome is outcome, found.summary
    if found.kind is LegKind.SYMBOLIC:
        assert len(found.formulas) == 2 * found.points
    else:
        assert found.table


def test_conditions_are_decided_for_losses_of_either_kind():
    f = circulating_conditions.f
    assert circulating_conditions.polynomial_falls(f**3)
    assert not circulating_conditions.curved_falls(f**4)
    assert not circulating_conditions.exponential_falls(f)


MUTATIONS = [
    (theorem_1.polynomial_symbolic, {"exponent": Integer(-2)}, C),
    (theorem_1.polynomial_numeric, {"coefficient": HALF * LITTLE}, C),
    (theorem_1.curved_symbolic, {"exponent": -HALF}, C),
    (theorem_1.curved_numeric, {"coefficient": Integer(1)}, C),
    (conditions.qualify_symbolic, {"steepest": Rational(1, 4) * LITTLE}, C),
    (conditions.qualify_numeric, {"largest": Rational(1, 4)}, C),
    (conditions.hoelder_symbolic, {"slope": Integer(0)}, S),
    (to_the_limit.smooth_symbolic, {"exponent": -HALF}, C),
    (to_the_limit.smooth_symbolic, {"half": Integer(1)}, C),
    (to_the_limit.smooth_numeric, {"exponent": -HALF}, C),
    (to_the_limit.modulus_symbolic, {"exponent": -HALF}, S),
    (to_the_limit.modulus_numeric, {"exponent": -HALF}, S),
    (cross_entropy.exponent_symbolic, {"exponent": -HALF}, C),
    (cross_entropy.specified_symbolic, {"law": cross_entropy.FISHER * 2}, C),
    (cross_entropy.specified_numeric, {"law": cross_entropy.FISHER * LITTLE**2}, C),
    (cross_entropy.other_symbolic, {"law": Symbol("Sigma_11") / Symbol("H_11") / (2 * D)}, S),
    (width.features_symbolic, {"exponent": -HALF}, C),
    (width.deep_symbolic, {"exponent": Integer(1)}, C),
    (width.deep_numeric, {"exponent": Rational(2, 3)}, C),
    (width.shallow_symbolic, {"exponent": Integer(1)}, S),
    (width.shallow_numeric, {"exponent": Integer(1)}, S),
    (width.linear_symbolic, {"exponent": HALF}, C),
    (runaway.expansion_symbolic, {"coefficient": runaway.COEFFICIENT * LITTLE}, C),
    (runaway.expansion_symbolic, {"loss": runaway.LOSS.subs(time, 2 * time)}, C),
    (runaway.expansion_symbolic, {"late": runaway.LATE * 2}, C),
    (runaway.expansion_numeric, {"coefficient": runaway.COEFFICIENT / 2}, C),
    (runaway.expansion_simulation, {"loss": runaway.LOSS * Rational(11, 10)}, C),
    (runaway.threshold_symbolic, {"ratio": log(share / (1 - share)) / 2}, S),
    (runaway.below_numeric, {"pairs": ((Fraction(7, 10), Fraction(43, 100)),)}, C),
    (runaway.between_numeric, {"pairs": ((Fraction(7, 10), Fraction(42, 100)),)}, S),
    (kinked.constant_symbolic, {"constant": kinked.CONSTANT * 2}, C),
    (kinked.constant_numeric, {"constant": kinked.CONSTANT * LITTLE}, C),
    (kinked.constant_simulation, {"constant": kinked.CONSTANT * sqrt(2)}, C),
    (kinked.large_symbolic, {"order": Integer(2)}, C),
    (kinked.large_numeric, {"order": Integer(2)}, C),
    (kinked.small_symbolic, {"order": Rational(3, 5)}, S),
    (kinked.small_numeric, {"order": HALF}, S),
    (circulating_fluctuations.at_minimum_symbolic, {"exponent": Integer(-2)}, C),
    (circulating_fluctuations.at_minimum_numeric, {"exponent": -HALF}, C),
    (circulating_fluctuations.elsewhere_symbolic, {"exponent": Integer(-2)}, S),
    (circulating_fluctuations.elsewhere_numeric, {"exponent": Integer(-2)}, S),
    (circulating_fluctuations.taylor_symbolic, {"coefficient": HALF}, S),
    (circulating_fluctuations.taylor_numeric, {"coefficient": HALF}, S),
]


@pytest.mark.parametrize(
    ("leg", "other", "outcome"),
    [case_of(place, *case) for place, case in enumerate(MUTATIONS)],
)
def test_leg_tells_a_wrong_formula_from_a_right_one(leg, other, outcome):
    found = leg(context(), **other)
    assert found.outcome is outcome, found.summary


@pytest.mark.slow
@pytest.mark.parametrize(
    ("leg", "other", "outcome"),
    [
        (theorem_1.polynomial_simulation, {}, S),
        (theorem_1.polynomial_simulation, {"exponent": Integer(-2)}, C),
        (theorem_1.curved_simulation, {}, S),
        (theorem_1.curved_simulation, {"exponent": -HALF}, C),
        (to_the_limit.smooth_simulation, {}, S),
        (to_the_limit.smooth_simulation, {"exponent": -HALF}, C),
        (to_the_limit.modulus_simulation, {"exponent": -HALF}, S),
        (cross_entropy.exponent_simulation, {}, S),
        (cross_entropy.exponent_simulation, {"exponent": Rational(-3, 4)}, C),
        (cross_entropy.specified_simulation, {}, S),
        (cross_entropy.specified_simulation, {"law": cross_entropy.FISHER * Rational(6, 5)}, C),
        (cross_entropy.other_simulation, {}, C),
        (cross_entropy.other_simulation, {"law": Rational(17017, 10000) / D}, S),
        (width.features_simulation, {}, S),
        (width.features_simulation, {"exponent": -HALF}, C),
    ],
    ids=lambda value: name(value) if callable(value) else None,
)
def test_simulation_tells_a_wrong_exponent_from_a_right_one(leg, other, outcome):
    found = leg(context(), **other)
    assert found.outcome is outcome, found.summary
