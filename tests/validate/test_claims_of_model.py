"""Claims on the model of maloney2022: every symbolic and numeric leg, and what a wrong formula does to it."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Rational

from scalinglaws.validate import Context, LegKind, Outcome
from scalinglaws.validate.claims.maloney2022 import (
    double_descent,
    duality,
    feature_spectrum,
    gap_equation,
    interpolation_peak,
    nonlinear_features,
    one_exponent,
    plateau,
    renormalised_ridge,
    ridge_loss,
    ridgeless_loss,
)
from scalinglaws.validate.claims.maloney2022.letters import M, N, T, alpha, teacher, z
from scalinglaws.validate.executors import InlineExecutor

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
LITTLE = 1 + Rational(1, 10**6)


def context(scale=1.0):
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor(), scale=scale)


LEGS = [
    (gap_equation.symbolic, S),
    (gap_equation.numeric, S),
    (renormalised_ridge.leading_symbolic, S),
    (renormalised_ridge.leading_numeric, S),
    (renormalised_ridge.corrections_symbolic, S),
    (renormalised_ridge.corrections_numeric, S),
    (renormalised_ridge.continuum_numeric, S),
    (renormalised_ridge.near_size_symbolic, S),
    (renormalised_ridge.near_size_numeric, S),
    (ridgeless_loss.loss_symbolic, S),
    (ridgeless_loss.loss_numeric, S),
    (ridgeless_loss.noise_below_symbolic, S),
    (ridgeless_loss.noise_below_numeric, S),
    (ridgeless_loss.noise_above_symbolic, S),
    (ridgeless_loss.noise_above_numeric, S),
    (ridge_loss.symbolic, S),
    (ridge_loss.numeric, S),
    (duality.noiseless_symbolic, S),
    (duality.noiseless_numeric, S),
    (duality.noiseless_simulation, S),
    (duality.noisy_symbolic, C),
    (duality.noisy_numeric, C),
    (one_exponent.symbolic, S),
    (one_exponent.numeric, S),
    (plateau.ridgeless_symbolic, S),
    (plateau.ridgeless_numeric, S),
    (plateau.optimal_symbolic, S),
    (plateau.optimal_numeric, S),
    (double_descent.minimum_symbolic, S),
    (double_descent.minimum_numeric, S),
    (interpolation_peak.symbolic, S),
    (interpolation_peak.numeric, S),
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
    # A factor, a sign or an exponent of the claim is wrong.
    (gap_equation.symbolic, {"gap": gap_equation.GAP.subs(z, 2 * z)}),
    (gap_equation.numeric, {"gap": gap_equation.GAP.subs(M, M * (1 + 10**-3))}),
    (renormalised_ridge.leading_symbolic, {"claimed": renormalised_ridge.LEADING * LITTLE}),
    (renormalised_ridge.leading_symbolic, {"from_below": renormalised_ridge.LEADING_FROM_BELOW / M}),
    (
        renormalised_ridge.leading_numeric,
        {"claimed": renormalised_ridge.LEADING * renormalised_ridge.m ** Rational(1, 10**6)},
    ),
    (renormalised_ridge.leading_numeric, {"claimed": renormalised_ridge.LEADING * LITTLE}),
    (renormalised_ridge.corrections_symbolic, {"in_resource": 2 * renormalised_ridge.IN_RESOURCE}),
    (renormalised_ridge.corrections_symbolic, {"in_size": -renormalised_ridge.IN_SIZE}),
    (renormalised_ridge.corrections_numeric, {"in_resource": -renormalised_ridge.IN_RESOURCE}),
    (renormalised_ridge.corrections_numeric, {"in_size": 3 * renormalised_ridge.IN_SIZE}),
    (renormalised_ridge.continuum_numeric, {"claimed": renormalised_ridge.continuum() + Rational(1, 2)}),
    (renormalised_ridge.near_size_symbolic, {"claimed": renormalised_ridge.NEAR_SIZE * (1 + alpha)}),
    (renormalised_ridge.near_size_numeric, {"claimed": renormalised_ridge.NEAR_SIZE * LITTLE}),
    (ridgeless_loss.loss_symbolic, {"below": 2 * ridgeless_loss.UNDERPARAMETERIZED}),
    (ridgeless_loss.loss_numeric, {"above": ridgeless_loss.OVERPARAMETERIZED_SIGNAL.subs(N, 2 * N)}),
    (ridgeless_loss.noise_below_symbolic, {"claimed": 1 + ridgeless_loss.NOISE_BELOW}),
    (ridgeless_loss.noise_below_numeric, {"claimed": 1 + ridgeless_loss.NOISE_BELOW}),
    (ridgeless_loss.noise_above_symbolic, {"on_power_law": 1 + ridgeless_loss.NOISE_ABOVE}),
    (ridgeless_loss.noise_above_numeric, {"claimed": ridgeless_loss.NOISE_ABOVE * LITTLE}),
    (ridge_loss.symbolic, {"loss": ridge_loss.LOSS.subs(z, 2 * z)}),
    (ridge_loss.numeric, {"loss": ridge_loss.LOSS.subs(teacher, teacher * (1 + 10**-3))}),
    (duality.noiseless_symbolic, {"exchange": {N: 2 * T, T: N}}),
    (one_exponent.symbolic, {"exponent": -2 * alpha}),
    (one_exponent.symbolic, {"in_samples": one_exponent.LOSS_IN_SAMPLES * LITTLE}),
    (one_exponent.numeric, {"in_features": one_exponent.LOSS_IN_FEATURES * N ** Rational(1, 10**6)}),
    (plateau.ridgeless_symbolic, {"level": 2 * plateau.LEVEL}),
    (plateau.ridgeless_numeric, {"approach": 1 + 2 * T / N}),
    (plateau.optimal_symbolic, {"approach": 1 + alpha * T / N}),
    (plateau.optimal_numeric, {"approach": 1 + 2 * T / N}),
    (double_descent.minimum_symbolic, {"minimum": T / (1 + alpha)}),
    (double_descent.minimum_symbolic, {"ratio": double_descent.RATIO * alpha}),
    (double_descent.minimum_numeric, {"minimum": double_descent.MINIMUM * LITTLE}),
    (interpolation_peak.symbolic, {"peak": 2 * interpolation_peak.PEAK}),
    (interpolation_peak.symbolic, {"exponent": Rational(-1, 3)}),
    (interpolation_peak.numeric, {"peak": interpolation_peak.PEAK * LITTLE}),
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


def test_simulated_traces_contradict_a_wrong_formula():
    wrong = (N - 2 * z, T - z)
    assert gap_equation.simulation(context(), traces=wrong).outcome is C


def test_simulated_decay_contradicts_a_wrong_exponent():
    wrong = feature_spectrum.DECAY + Rational(1, 5)
    assert feature_spectrum.head_simulation(context(scale=0.5), claimed=wrong).outcome is C


def test_simulated_continuation_beyond_the_size_contradicts_a_spectrum_that_goes_on_flat():
    found = nonlinear_features.no_cutoff_simulation(context(scale=0.5), continued=Rational(-1))
    assert found.outcome is C


def test_a_simulation_too_small_for_its_windows_says_so():
    with pytest.raises(ValueError, match="choose another window"):
        feature_spectrum.head_simulation(context(scale=0.05))
