"""Claims on one-pass SGD: fast legs of every claim, and what a wrong formula does to them."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from sympy import Integer, Rational, log

from scalinglaws.validate import Context, LegKind, Outcome
from scalinglaws.validate.claims.lin2024 import (
    allocation,
    approximation,
    averaging,
    bias,
    log_spectrum,
    other_covariates,
    printed_fits,
    recursion,
    representation,
    reuse,
    spectrum,
    stability,
    step_size,
    variance,
    variance_over_bias,
)
from scalinglaws.validate.claims.lin2024.letters import M, a, b
from scalinglaws.validate.executors import InlineExecutor

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
LITTLE = 1 + Rational(1, 10**3)


def context(scale=1.0):
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor(), scale=scale)


SIDES = {
    "below": (approximation.BELOW_PAIRS, approximation.BELOW),
    "end": (approximation.END_PAIRS, approximation.AT_END),
    "beyond": (approximation.BEYOND_PAIRS, approximation.BEYOND),
}
constants = {
    side: (
        partial(approximation.constant_symbolic, side=side),
        partial(approximation.constant_numeric, pairs=pairs),
        law,
    )
    for side, (pairs, law) in SIDES.items()
}


@pytest.mark.parametrize(("side", "outcome"), [("below", S), ("end", C), ("beyond", C)])
def test_the_power_of_the_approximation_error_ends(side, outcome):
    pairs, _ = SIDES[side]
    assert approximation.order_symbolic(context(), side=side).outcome is outcome
    assert approximation.order_numeric(context(), pairs=pairs).outcome is outcome


@pytest.mark.parametrize("side", SIDES)
def test_the_constant_of_the_approximation_error_holds_and_a_wrong_one_does_not(side):
    symbolic, numeric, law = constants[side]
    for leg in (symbolic, numeric):
        assert leg(context(), claimed=law).outcome is S
        assert leg(context(), claimed=law * Rational(6, 5)).outcome is C


LEGS = [
    (representation.symbolic, S),
    (representation.numeric, S),
    (recursion.symbolic, S),
    (recursion.numeric, S),
    (spectrum.edge_symbolic, S),
    (spectrum.edge_numeric, S),
    (stability.symbolic, S),
    (stability.numeric, S),
    (stability.simulation, S),
    (bias.constant_symbolic, S),
    (variance.data_symbolic, S),
    (variance.learned_symbolic, S),
    (variance_over_bias.order_symbolic, S),
    (variance_over_bias.constant_symbolic, S),
    (step_size.symbolic, S),
    (averaging.symbolic, S),
    (allocation.interval_symbolic, S),
    (reuse.symbolic, S),
    (log_spectrum.approximation_symbolic, S),
    (log_spectrum.approximation_numeric, S),
    (other_covariates.finite_numeric, S),
    (other_covariates.infinite_numeric, C),
]


def name(leg):
    return f"{leg.__module__.rpartition('.')[2]}.{leg.__name__}"


@pytest.mark.parametrize(("leg", "outcome"), [pytest.param(*case, id=name(case[0])) for case in LEGS])
def test_leg_comes_out_as_the_model_is(leg, outcome):
    found = leg(context())
    assert found.outcome is outcome, found.summary
    if found.kind is LegKind.SYMBOLIC:
        assert len(found.formulas) == 2 * found.points
    else:
        assert found.table


MUTATIONS = [
    (representation.symbolic, {"share": Integer(2)}),
    (recursion.symbolic, {"step": recursion.STEP - recursion.total}),
    (spectrum.edge_symbolic, {"edge": spectrum.EDGE * LITTLE}),
    (spectrum.edge_numeric, {"edge": spectrum.EDGE * a}),
    (stability.symbolic, {"share": 2 * stability.SHARE}),
    (stability.numeric, {"share": stability.SHARE * LITTLE**20}),
    (bias.constant_symbolic, {"law": bias.LAW * LITTLE}),
    (variance.data_symbolic, {"exponent": variance.DATA_EXPONENT - 1}),
    (variance.data_symbolic, {"law": variance.DATA_LAW * LITTLE}),
    (variance.learned_symbolic, {"law": variance.LEARNED_LAW * M}),
    (variance_over_bias.order_symbolic, {"exponent": variance_over_bias.RATIO_EXPONENT / 2}),
    (variance_over_bias.order_symbolic, {"step_exponent": 1 / a}),
    (variance_over_bias.constant_symbolic, {"constant": variance_over_bias.RHO * LITTLE}),
    (step_size.symbolic, {"step_exponent": b / a - 1}),
    (averaging.symbolic, {"signal": averaging.SIGNAL * LITTLE}),
    (averaging.symbolic, {"noise": averaging.NOISE * 2}),
    (allocation.interval_symbolic, {"lowest": (a - b) / (a + 1)}),
    (reuse.symbolic, {"best": b / a}),
    (log_spectrum.approximation_symbolic, {"law": log_spectrum.LAW * log(M)}),
    (log_spectrum.approximation_numeric, {"exponent": -2}),
]


@pytest.mark.parametrize(
    ("leg", "wrong"),
    [
        pytest.param(*case, id=f"{name(case[0])}-{next(iter(case[1]))}-{place}")
        for place, case in enumerate(MUTATIONS)
    ],
)
def test_leg_contradicts_a_wrong_formula(leg, wrong):
    assert leg(context(), **wrong).outcome is C


@pytest.mark.parametrize(("source", "outcome"), [(Rational(5, 2), S), (Rational(7, 2), S), (Integer(5), C)])
def test_the_power_of_the_bias_ends_at_twice_the_decay(source, outcome):
    assert bias.order_symbolic(context(), source=source).outcome is outcome


@pytest.mark.parametrize(("source", "outcome"), [(Rational(3, 2), S), (Integer(2), C), (Rational(5, 2), C)])
def test_the_variance_vanishes_beside_the_bias_of_hard_targets_only(source, outcome):
    assert variance_over_bias.vanishes_symbolic(context(), decay=2, source=source).outcome is outcome


@pytest.mark.parametrize(
    ("pairs", "outcome"), [(allocation.HARD, C), (allocation.ISOTROPIC, S), (allocation.EASY, S)]
)
def test_the_split_follows_the_source_where_it_exceeds_the_decay(pairs, outcome):
    assert allocation.split_symbolic(context(), pairs=pairs).outcome is S
    repeated = allocation.split_symbolic(
        context(), pairs=pairs, width=allocation.REPEATED_EXPONENT, excess=None
    )
    assert repeated.outcome is outcome


def test_equal_scaling_is_a_limit():
    assert allocation.equal_symbolic(context(), decay=Integer(1)).outcome is S
    assert allocation.equal_symbolic(context(), decay=Integer(2)).outcome is C


@pytest.mark.parametrize(("power", "outcome"), [(a - 1, C), (a + 1, S)])
def test_the_formula_for_the_logarithmic_variance_fails_in_a_window(power, outcome):
    assert log_spectrum.variance_symbolic(context(), power=power).outcome is outcome


@pytest.mark.slow
@pytest.mark.parametrize(
    ("leg", "wrong"),
    [
        (variance.data_numeric, {"exponent": -1 / a}),
        (variance.learned_numeric, {"law": variance.LEARNED_LAW * Rational(21, 20)}),
        (variance_over_bias.constant_numeric, {"constant": variance_over_bias.RHO * 2}),
        (averaging.numeric, {"noise": averaging.NOISE * 2}),
        (averaging.simulation, {"signal": averaging.SIGNAL * 2}),
        (step_size.numeric, {"step_exponent": (a / b - 1) * 2}),
        (reuse.numeric, {"best": Integer(1)}),
        (bias.order_simulation, {"law": bias.LAW * 2}),
        (bias.constant_numeric, {"law": bias.LAW * Rational(51, 50)}),
        (variance.data_simulation, {"law": variance.DATA_LAW * 2}),
        (spectrum.edge_simulation, {"edge": spectrum.EDGE * 2}),
        (spectrum.order_simulation, {"exponent": -2 * a}),
    ],
    ids=lambda value: name(value) if callable(value) else None,
)
def test_slow_leg_contradicts_a_wrong_formula(leg, wrong):
    assert leg(context(), **wrong).outcome is C


@pytest.mark.slow
def test_solved_splits_contradict_a_wrong_exponent():
    wrong = allocation.split_numeric(
        context(), pairs=((Fraction(2), Fraction(2)),), width=1 / (a + 2), excess=None
    )
    assert wrong.outcome is C


@pytest.mark.slow
def test_printed_exponents_are_those_of_fits_or_of_the_grid():
    assert printed_fits.samples_numeric(context()).outcome is S
    assert printed_fits.features_numeric(context()).outcome is C
    wrong = {decay: (one, 1.3 * other) for decay, (one, other) in printed_fits.PRINTED.items()}
    assert printed_fits.samples_numeric(context(), printed=wrong).outcome is C
