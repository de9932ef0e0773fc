"""Claims on regularization, splits and breakdown: every leg, and what a wrong formula does to it."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Integer, Rational, pi

from scalinglaws.validate import Context, LegKind, Outcome
from scalinglaws.validate.claims.maloney2022 import (
    beyond_size,
    breakdown,
    breakdown_gains,
    breakdown_with_noise,
    descent,
    equiparameterization,
    noise,
    optimal,
    optimal_limits,
    optimal_power_law,
    overparameterization,
    phenomenological,
    regularization,
)
from scalinglaws.validate.claims.maloney2022.regularized import M, N, T, alpha, q, rho, sigma2, z
from scalinglaws.validate.claims.orderings import Inequality, numbers_ordered, paired, quotient
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.statistics import Estimate

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
LITTLE = 1 + Rational(1, 10**6)
MODULES = (
    beyond_size,
    breakdown,
    breakdown_gains,
    breakdown_with_noise,
    descent,
    equiparameterization,
    noise,
    optimal,
    optimal_limits,
    optimal_power_law,
    overparameterization,
    phenomenological,
    regularization,
)


def context(scale=1.0):
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor(), scale=scale)


EXPECTED = {
    "maloney2022.no_double_descent": (S, C),
    "maloney2022.regularization_matters_near_the_peak": (S, C),
    "maloney2022.optimal_ridge": (S,),
    "maloney2022.optimal_ridge_with_noise": (S,),
    "maloney2022.optimal_ridge_power_law": (S,),
    "maloney2022.constant_optimal_ridge": (S, C),
    "maloney2022.plateau_with_optimal_ridge": (S,),
    "maloney2022.phenomenological_form": (S, C, C),
    "maloney2022.equiparameterization": (S, C, C),
    "maloney2022.overparameterization_not_needed": (S, C, C),
    "maloney2022.noise_moves_the_optimum": (S,),
    "maloney2022.noise_changes_the_exponent": (S,),
    "maloney2022.breakdown_without_noise": (S,),
    "maloney2022.breakdown_with_noise": (S,),
    "maloney2022.breakdown_with_noise_and_ridge": (S,),
    "maloney2022.breakdown_gains": (S, S, C),
    "maloney2022.plateau_beyond_latent_size": (S, C),
    "maloney2022.larger_resource_beyond_latent_size": (S, S),
}


def claims():
    several = [getattr(module, "CLAIMS", None) or (module.CLAIM,) for module in MODULES]
    return {claim.id: claim for found in several for claim in found}


def legs(*kinds):
    """Every leg of these kinds with the outcome expected of its case."""
    return [
        pytest.param(leg, outcome, id=f"{name.partition('.')[2]}-{leg.run.__name__}")
        for name, claim in claims().items()
        for case, outcome in zip(claim.cases, EXPECTED[name], strict=True)
        for leg in case.legs
        if leg.kind in kinds
    ]


def test_every_claim_has_an_expectation_for_every_case():
    assert claims().keys() == EXPECTED.keys()


@pytest.mark.parametrize(("leg", "outcome"), legs(LegKind.SYMBOLIC, LegKind.NUMERIC))
def test_symbolic_and_numeric_legs_say_what_is_true(leg, outcome):
    evidence = leg.run(context())
    assert evidence.kind is leg.kind
    assert evidence.outcome is outcome, evidence.summary


@pytest.mark.slow
@pytest.mark.parametrize(("leg", "outcome"), legs(LegKind.SIMULATION))
def test_simulations_say_what_is_true(leg, outcome):
    evidence = leg.run(context())
    assert evidence.outcome is outcome, evidence.summary


MUTANTS = [
    # Constants, exponents and signs that are wrong, beside the right derivation or the right numbers.
    (phenomenological.at_one_symbolic, {"form": phenomenological.FORM * LITTLE}),
    (phenomenological.at_one_symbolic, {"form": rho ** (1 + alpha) * (1 / N**2 + 1 / T**2) ** (alpha / 2)}),
    (phenomenological.at_one_numeric, {"form": phenomenological.FORM * LITTLE}),
    (phenomenological.at_one_numeric, {"form": phenomenological.FORM * N ** Rational(1, 100)}),
    (optimal.condition_symbolic, {"condition": ((z - q) ** 3, 2 * optimal.CONDITION[1])}),
    (optimal.condition_symbolic, {"ridge": optimal.RIDGE * 2}),
    (optimal.condition_symbolic, {"risk": optimal.RISK * N / T}),
    (optimal.condition_numeric, {"condition": ((z - q) ** 2, optimal.CONDITION[1])}),
    (optimal.condition_numeric, {"ridge": optimal.RIDGE * LITTLE}),
    (optimal.noisy_symbolic, {"condition": (optimal.NOISY_CONDITION[0], 2 * optimal.NOISY_CONDITION[1])}),
    (optimal.noisy_numeric, {"condition": (optimal.NOISY_CONDITION[0], LITTLE * optimal.NOISY_CONDITION[1])}),
    (optimal_power_law.power_law_symbolic, {"level": optimal_power_law.LEVEL.subs(alpha, 1)}),
    (optimal_power_law.power_law_numeric, {"risk": optimal_power_law.POWER_LAW_RISK * LITTLE}),
    (optimal_power_law.power_law_ridge_numeric, {"ridge": optimal_power_law.POWER_LAW_RIDGE * z}),
    (optimal_limits.constant_symbolic, {"ridge": pi**2 / 2}),
    (optimal_limits.constant_numeric, {"ridge": optimal_limits.CONSTANT_RIDGE * LITTLE}),
    (optimal_limits.wide_symbolic, {"wide": 1 + alpha * T / N}),
    (optimal_limits.wide_numeric, {"wide": 1 + alpha * T / N}),
    (equiparameterization.optimal_symbolic, {"gain": equiparameterization.GAIN * 2}),
    (equiparameterization.optimal_symbolic, {"exponent": -alpha}),
    (descent.monotone_symbolic, {"variance_gain": descent.VARIANCE_GAIN * 2}),
    (overparameterization.exchange_symbolic, {"exchange": overparameterization.EXCHANGE * 2}),
    (noise.moved_symbolic, {"slope": -noise.SLOPE}),
    (noise.moved_symbolic, {"split_exponent": Rational(1, 2) * alpha / alpha}),
    (noise.rate_symbolic, {"exponent": -alpha}),
    (noise.rate_numeric, {"rate": noise.RATE * LITTLE}),
    (noise.rate_numeric, {"exponent": -alpha}),
    (breakdown.zero_symbolic, {"loss": M * sigma2 / T}),
    (breakdown.zero_numeric, {"loss": Rational(1, 10**6)}),
    (breakdown.zero_simulated, {"loss": Rational(1, 10**3)}),
    (breakdown_with_noise.ridgeless_symbolic, {"variance": breakdown_with_noise.VARIANCE * 2}),
    (breakdown_with_noise.ridgeless_numeric, {"fall": breakdown_with_noise.FALL * 2}),
    (breakdown_with_noise.ridgeless_numeric, {"fall": sigma2 * (M / T) ** alpha}),
    (breakdown_with_noise.ridgeless_simulated, {"variance": breakdown_with_noise.VARIANCE * Rational(3, 2)}),
    (breakdown_with_noise.optimal_symbolic, {"fall": sigma2 / T}),
    (breakdown_with_noise.optimal_numeric, {"fall": sigma2 * M**2 / T**2}),
    (beyond_size.plateau_symbolic, {"slope": 1 / N}),
    (beyond_size.samples_symbolic, {"constant": beyond_size.FEWER_FEATURES * M / T}),
    (beyond_size.features_symbolic, {"constant": beyond_size.FEWER_SAMPLES * M / N}),
]


@pytest.mark.parametrize(("run", "wrong"), MUTANTS)
def test_a_wrong_formula_is_refuted(run, wrong):
    evidence = run(context(), **wrong)
    assert evidence.outcome is C, evidence.summary


@pytest.mark.parametrize(
    ("run", "right"),
    [
        (equiparameterization.ridgeless_symbolic, {"split": alpha / (2 + alpha)}),
        (descent.ridgeless_symbolic, {"minimum": alpha * T / (1 + alpha)}),
    ],
)
def test_the_corrected_form_is_supported(run, right):
    assert run(context(), **right).outcome is S


def test_gains_beyond_the_latent_size_with_the_signs_exchanged_are_refuted():
    wrong = {side: -sign for side, sign in breakdown_gains.CLAIMED.items()}
    assert breakdown_gains.noiseless_symbolic(context(), claimed=wrong).outcome is C
    assert breakdown_gains.noiseless_numeric(context(), claimed=wrong).outcome is C
    assert breakdown_gains.noisy_large_numeric(context(), claimed=wrong).outcome is S


def test_a_gain_of_unknown_sign_is_no_proof():
    with pytest.raises(ArithmeticError, match="not seen to be positive"):
        descent.monotone_symbolic(context(), bias_gain=descent.BIAS_GAIN * (q - Integer(1)))


def test_equal_numbers_are_not_ordered():
    same = Inequality(label="", larger=np.float64(1.0), smaller=np.float64(1.0))
    assert numbers_ordered([same], summary="x").outcome is Outcome.INCONCLUSIVE


def test_paired_differences_have_the_error_of_their_difference():
    common = np.random.default_rng(1).standard_normal(1000)
    pair = paired("", common + 0.01, common)
    assert pair.larger.value == pytest.approx(0.01)
    assert pair.larger.standard_error < 1e-15


def test_quotient_carries_both_errors():
    one = Estimate(value=2.0, standard_error=0.06, count=10)
    other = Estimate(value=4.0, standard_error=0.16, count=20)
    found = quotient(one, other)
    assert found.value == 0.5
    assert found.standard_error == pytest.approx(0.5 * 0.05)
    assert found.count == 10
