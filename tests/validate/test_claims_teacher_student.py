"""Claims on teacher and student: fast legs of every claim, and what a wrong formula does to them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sympy import Integer, Rational

from scalinglaws.theory import teacher_student as theory
from scalinglaws.validate import Context, Outcome
from scalinglaws.validate.claims.bahri2021 import (
    aligned,
    exchange,
    fourth_moment,
    joint_loss,
    loss_forms,
    matching_exponents,
    next_order,
    projection,
    replica,
)
from scalinglaws.validate.claims.bahri2021.letters import alpha_K
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.simulate import TeacherStudentDraw, variance_limited_coefficient

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
LITTLE = 1 + Rational(1, 10**3)
SOME = 1.1
PLANAR = joint_loss.D / (joint_loss.D - joint_loss.P)


def context(scale=1.0):
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor(), scale=scale)


LEGS = [
    (loss_forms.population_numeric, S),
    (partial(loss_forms.forms_numeric, own=True), S),
    (partial(loss_forms.forms_numeric, own=False), S),
    (loss_forms.eigenvectors_numeric, S),
    (loss_forms.eigenvectors_simulation, S),
    (exchange.exchange_symbolic, S),
    (exchange.exchange_simulation, S),
    (exchange.other_teacher_numeric, C),
    (joint_loss.joint_symbolic, S),
    (joint_loss.factor_symbolic, S),
    (joint_loss.rows_symbolic, S),
    (joint_loss.other_data_numeric, C),
    (joint_loss.variance_symbolic, S),
    (next_order.symbolic, S),
    (next_order.numeric, S),
    (matching_exponents.symbolic, S),
    pytest.param(matching_exponents.numeric, S, marks=pytest.mark.slow),
    (replica.collapse_symbolic, S),
    (replica.collapse_numeric, S),
    (replica.overlap_symbolic, S),
    (replica.overlap_numeric, S),
    (replica.integral_numeric, S),
    (aligned.constant_symbolic, C),
    (aligned.constant_numeric, C),
    (partial(aligned.constant_symbolic, alphas=(1,)), S),
    (aligned.exponent_symbolic, S),
    (partial(aligned.quotient_numeric, alphas=aligned.FAST, samples=(10**6,)), C),
    (partial(aligned.quotient_numeric, alphas=aligned.SLOW, samples=(10**6,)), S),
    (aligned.shortfall_symbolic, S),
    pytest.param(aligned.shortfall_numeric, S, marks=pytest.mark.slow),
    pytest.param(fourth_moment.symbolic, S, marks=pytest.mark.slow),
    (fourth_moment.numeric, S),
    (partial(projection.limit_numeric, orthonormal=True), S),
    (partial(projection.limit_numeric, orthonormal=False), C),
    (partial(projection.rows_numeric, fewer=True), S),
    (partial(projection.rows_numeric, fewer=False), C),
    (partial(projection.rows_simulation, fewer=True), S),
    (partial(projection.rows_simulation, fewer=False), C),
    (partial(projection.mean_kernel_symbolic, infinite=True), S),
    (partial(projection.mean_kernel_symbolic, infinite=False), C),
    (projection.half_numeric, C),
]


def name(leg):
    function = getattr(leg, "func", leg)
    options = getattr(leg, "keywords", {})
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}{sorted(options) or ''}"


@pytest.mark.parametrize(("leg", "outcome"), LEGS, ids=lambda value: name(value) if callable(value) else "")
def test_fast_legs_come_out_as_expected(leg, outcome):
    assert leg(context()).outcome is outcome


def other_covariance_form(*matrices):
    return theory.covariance_form(*matrices) * LITTLE


def other_coefficient(*arguments):
    return theory.variance_limited_coefficient(*arguments) * LITTLE


FALSIFIED = [
    partial(loss_forms.population_numeric, factor=LITTLE),
    partial(loss_forms.forms_numeric, own=True, forms=(other_covariance_form, theory.kernel_form)),
    partial(loss_forms.forms_numeric, own=False, forms=(theory.covariance_form, other_covariance_form)),
    partial(loss_forms.eigenvectors_numeric, power=3),
    partial(loss_forms.eigenvectors_simulation, form=TeacherStudentDraw.infinite_samples),
    partial(joint_loss.factor_symbolic, factor=PLANAR),
    partial(joint_loss.rows_symbolic, factor=joint_loss.FACTOR * LITTLE),
    partial(joint_loss.variance_symbolic, exponent=Integer(-2)),
    partial(next_order.symbolic, correction=next_order.CORRECTION * LITTLE),
    partial(next_order.numeric, on_power_law=next_order.ON_POWER_LAW * 2),
    partial(replica.collapse_symbolic, claimed=replica.COLLAPSED / 2),
    partial(replica.collapse_numeric, strength=0.5),
    partial(replica.overlap_symbolic, claimed=1 / (1 + alpha_K)),
    partial(replica.overlap_numeric, claimed=replica.OVERLAP * LITTLE),
    partial(replica.integral_numeric, strength=float(LITTLE)),
    partial(aligned.constant_symbolic, constant=aligned.TRUE * LITTLE),
    partial(aligned.constant_numeric, constant=aligned.TRUE * LITTLE),
    partial(fourth_moment.numeric, coefficient=other_coefficient),
]
#: What takes longer.
MORE_FALSIFIED = [
    partial(joint_loss.joint_symbolic, factor=PLANAR),
    partial(matching_exponents.symbolic, constant=matching_exponents.CONSTANT * LITTLE),
    partial(matching_exponents.symbolic, exponent=-LITTLE * alpha_K),
    partial(matching_exponents.numeric, constant=matching_exponents.CONSTANT * LITTLE),
    partial(matching_exponents.numeric, exponent=-LITTLE * alpha_K),
    partial(aligned.shortfall_symbolic, claimed=aligned.SHORTFALL / alpha_K),
    partial(aligned.shortfall_numeric, claimed=aligned.SHORTFALL * LITTLE),
    partial(fourth_moment.symbolic, coefficient=other_coefficient),
]


@pytest.mark.parametrize("leg", FALSIFIED, ids=name)
def test_a_wrong_formula_is_contradicted(leg):
    assert leg(context()).outcome is C


@pytest.mark.slow
@pytest.mark.parametrize("leg", MORE_FALSIFIED, ids=name)
def test_another_wrong_formula_is_contradicted(leg):
    assert leg(context()).outcome is C


CORRECTED = [
    partial(aligned.constant_symbolic, constant=aligned.TRUE),
    partial(aligned.constant_numeric, constant=aligned.TRUE),
    partial(projection.half_numeric, factor=projection.HALF),
    partial(
        projection.mean_kernel_symbolic,
        infinite=False,
        claimed=theory.exact_factor(projection.T, projection.N),
    ),
]


@pytest.mark.parametrize("leg", CORRECTED, ids=name)
def test_the_corrected_form_is_supported(leg):
    assert leg(context()).outcome is S


@pytest.mark.slow
def test_limits_of_the_quotient_of_loss_and_tail():
    assert aligned.fast_symbolic(context()).outcome is C
    assert aligned.fast_symbolic(context(), claimed=alpha_K).outcome is S
    assert aligned.slow_symbolic(context()).outcome is S
    assert aligned.slow_symbolic(context(), claimed=Integer(2)).outcome is C


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "places"), [("isotropic", "_ISOTROPIC"), ("easier", "_EASIER"), ("harder", "_HARDER")]
)
def test_exponents_are_the_kernel_s_for_an_isotropic_teacher_only(kind, places):
    places = getattr(matching_exponents, places)
    outcome = S if kind == "isotropic" else C
    assert matching_exponents.teacher_symbolic(context(), places=places).outcome is outcome
    assert matching_exponents.teacher_numeric(context(), places=places).outcome is outcome


def gaussian_coefficient(values, rows, *, kurtosis):
    """Forget the fourth moment."""
    return variance_limited_coefficient(values, rows, kurtosis=3.0)


DRAWN = [
    (partial(loss_forms.forms_simulation, own=True), S),
    (partial(loss_forms.forms_simulation, own=False), S),
    (loss_forms.population_simulation, S),
    (partial(loss_forms.population_simulation, factor=SOME), C),
    (joint_loss.joint_simulation, S),
    (partial(joint_loss.joint_simulation, strength=SOME), C),
    (joint_loss.factor_simulation, S),
    (partial(joint_loss.factor_simulation, factor=PLANAR), C),
    (partial(joint_loss.factor_simulation, sizes=joint_loss.ROWS), S),
    (partial(joint_loss.factor_simulation, **joint_loss.OTHER), C),
    (joint_loss.variance_simulation, S),
    (partial(joint_loss.variance_simulation, exponent=-0.5), C),
    (next_order.simulation, S),
    (partial(next_order.simulation, strength=0.5), C),
    (partial(next_order.simulation, strength=2.0), C),
    (matching_exponents.simulation, S),
    (partial(matching_exponents.simulation, strength=SOME), C),
    (replica.collapse_simulation, S),
    (partial(replica.collapse_simulation, strength=0.5), C),
    (aligned.quotient_simulation, S),
    (partial(aligned.quotient_simulation, aligned=True), C),
    (fourth_moment.simulation, S),
    (partial(fourth_moment.simulation, coefficient=gaussian_coefficient), C),
    (partial(projection.limit_simulation, orthonormal=True), S),
    (partial(projection.limit_simulation, orthonormal=False), C),
    (partial(projection.mean_kernel_simulation, infinite=True), S),
    (partial(projection.mean_kernel_simulation, infinite=False), C),
]


@pytest.mark.slow
@pytest.mark.parametrize(("leg", "outcome"), DRAWN, ids=lambda value: name(value) if callable(value) else "")
def test_simulated_legs_come_out_as_expected(leg, outcome):
    assert leg(context()).outcome is outcome
