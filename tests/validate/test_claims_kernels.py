"""Claims on kernels: legs of every claim, and what a wrong constant or exponent does to them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sympy import Min, Rational

from scalinglaws.numerics import CircleSobolev, Laplace
from scalinglaws.validate import Context, Outcome
from scalinglaws.validate.claims.bahri2021 import (
    kernel_bounds,
    kernel_exponents,
    kernel_spectra,
    random_points,
)
from scalinglaws.validate.claims.bahri2021.kernel_exponents import alpha_S, alpha_T, d
from scalinglaws.validate.claims.bahri2021.letters import alpha_K, dimension
from scalinglaws.validate.executors import InlineExecutor

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
slow = pytest.mark.slow
#: Exponents that are not the paper's.
OTHER_BETAS = (
    Min((alpha_T - d) / d, alpha_S / d),
    Min(alpha_T / d, 2 * alpha_S / d),
    Min((alpha_T - d) / d, (2 * alpha_S - d) / d),
)


def context(scale=1.0):
    return Context(seed=np.random.SeedSequence(1), executor=InlineExecutor(), scale=scale)


LEGS = [
    (kernel_exponents.matched_symbolic, S),
    (kernel_exponents.matched_numeric, S),
    (kernel_exponents.spigler_symbolic, S),
    (partial(kernel_exponents.analytic_symbolic, dimension=1), S),
    (partial(kernel_exponents.analytic_numeric, dimension=1), S),
    (partial(kernel_exponents.analytic_symbolic, dimension=2), C),
    (partial(kernel_exponents.analytic_numeric, dimension=2), C),
    (partial(kernel_exponents.analytic_symbolic, dimension=3), C),
    (partial(kernel_exponents.analytic_numeric, dimension=3), C),
    (random_points.exponent_numeric, S),
    (random_points.random_symbolic, C),
    (random_points.lattice_symbolic, C),
    (random_points.lattice_numeric, C),
    (random_points.integrable_numeric, S),
    (random_points.divergent_numeric, C),
    (kernel_spectra.laplace_symbolic, S),
    (kernel_spectra.laplace_numeric, S),
    (kernel_bounds.bound_symbolic, S),
    (kernel_bounds.signed_numeric, C),
    (kernel_spectra.smooth_numeric, C),
]
HEAVY = [
    (kernel_exponents.spigler_numeric, S),
    (kernel_exponents.matched_simulation, S),
    (kernel_exponents.spigler_simulation, S),
    (random_points.exponent_simulation, S),
    (random_points.random_simulation, C),
    (random_points.integrable_simulation, S),
    (random_points.divergent_simulation, C),
    (kernel_spectra.laplace_simulation, S),
    (kernel_spectra.fractional_symbolic, S),
    (kernel_spectra.fractional_numeric, S),
    (kernel_spectra.integer_symbolic, C),
    (kernel_spectra.integer_numeric, C),
    (kernel_bounds.bound_numeric, S),
    (kernel_spectra.power_numeric, S),
]


@pytest.mark.parametrize(("leg", "outcome"), LEGS)
def test_legs_reach_their_outcomes(leg, outcome):
    assert leg(context()).outcome is outcome


@slow
@pytest.mark.parametrize(("leg", "outcome"), HEAVY, ids=[leg.__name__ for leg, _ in HEAVY])
def test_heavy_legs_reach_their_outcomes(leg, outcome):
    assert leg(context()).outcome is outcome


FALSIFIED = [
    partial(kernel_exponents.matched_symbolic, exponent=alpha_K + 1),
    partial(kernel_exponents.matched_numeric, exponent=alpha_K * Rational(11, 10)),
    partial(kernel_exponents.analytic_symbolic, dimension=1, exponent=Rational(3)),
    partial(kernel_exponents.analytic_numeric, dimension=1, exponent=4.5),
    partial(random_points.exponent_numeric, order_shift=1),
    partial(random_points.lattice_numeric, factors=(0.8, 0.3637, 0.248)),
    partial(kernel_spectra.laplace_symbolic, alpha=1 / dimension**2),
    partial(kernel_spectra.laplace_numeric, alpha=Rational(11, 10) / dimension),
    partial(kernel_bounds.bound_numeric, excess=1.2),
    partial(kernel_bounds.bound_symbolic, excess=1 / d),
]


@pytest.mark.parametrize("leg", FALSIFIED)
def test_falsified_statements_are_contradicted(leg):
    assert leg(context()).outcome is C


@pytest.mark.parametrize("beta", OTHER_BETAS, ids=str)
def test_other_exponents_are_contradicted(beta):
    assert kernel_exponents.spigler_symbolic(context(), beta=beta).outcome is C


@slow
@pytest.mark.parametrize("beta", OTHER_BETAS, ids=str)
def test_other_exponents_are_contradicted_on_lattices(beta):
    assert kernel_exponents.spigler_numeric(context(), beta=beta).outcome is C


@slow
@pytest.mark.parametrize(
    "leg",
    [
        partial(kernel_exponents.matched_simulation, exponent=alpha_K * Rational(3, 2)),
        partial(kernel_exponents.spigler_simulation, beta=OTHER_BETAS[1]),
        partial(random_points.exponent_simulation, order_shift=1),
        partial(kernel_spectra.laplace_simulation, alpha=Rational(5, 4) / dimension),
        partial(kernel_spectra.fractional_symbolic, alpha=2 * kernel_spectra.ALPHA),
        partial(kernel_spectra.fractional_numeric, alpha=Rational(9, 8) * kernel_spectra.ALPHA),
    ],
)
def test_falsified_statements_are_contradicted_by_simulation(leg):
    assert leg(context()).outcome is C


def test_corrected_statements_are_supported():
    """The corrected forms that the notes of the claims give."""
    ctx = context()
    assert kernel_exponents.analytic_numeric(ctx, dimension=2, exponent=3.0).outcome is S
    assert kernel_exponents.analytic_symbolic(ctx, dimension=3, exponent=Rational(8, 3)).outcome is S
    constant = random_points.replica_constant(1)
    assert random_points.random_symbolic(ctx, constant=constant * Rational(4, 3)).outcome is S
    assert random_points.lattice_symbolic(ctx, constant=constant * Rational(2, 3)).outcome is S
    assert random_points.lattice_numeric(ctx, factors=(2 / 3, 0.3637, 0.248)).outcome is S


@slow
def test_corrected_constant_is_supported_by_simulation():
    # D/(D + 1) beside the leading constant
    assert random_points.random_simulation(context(), factor=4 / 3 * 40 / 41).outcome is S


def test_fewer_derivatives_than_the_signs_allow_are_no_counterexample():
    """Fast eigenvalues of both signs obey the bound, and a derivative that does not exist is seen."""
    assert kernel_bounds.signed_numeric(context(), decay=2.25, derivatives=1).outcome is S
    evidence = kernel_bounds.signed_numeric(context(), decay=1.25, derivatives=1)
    assert float(evidence.table[0]["measured"]) > 0.1


def test_signs_are_those_of_rudin_and_shapiro():
    signs = kernel_bounds.rudin_shapiro(16)
    assert signs.tolist() == [1, 1, 1, -1, 1, 1, -1, 1, 1, 1, 1, -1, -1, -1, 1, -1]
    long = kernel_bounds.rudin_shapiro(2**10)
    assert abs(np.fft.fft(long, 2**13)).max() <= np.sqrt(2 * 2**10)


def test_growth_is_that_of_extrapolated_differences():
    """2j + 1 - 2m_T where j points more come close than one, as long as the student has j derivatives."""
    for teacher, student, cluster in ((1, 2, 1), (1, 3, 2), (2, 3, 2), (2, 4, 3), (1, 1, 2), (2, 2, 2)):
        used = min(cluster, student - 1)
        expected = max(0, 2 * used + 1 - 2 * teacher)
        assert abs(random_points.growth(teacher, student, cluster) - expected) < 2e-3


def test_students_of_order_one_are_no_test_of_close_points():
    with pytest.raises(ValueError, match="`pairs` has no student of an order above 1"):
        random_points.close_points(((1, 1),))


def test_hill_finds_the_index_of_a_pareto_law():
    draws = np.random.default_rng(3).pareto(0.7, 10**5) + 1
    index = random_points.hill(draws, 2000)
    assert abs(index.value - 0.7) < 4 * index.standard_error


def test_a_window_of_exact_eigenvalues_has_the_decay_of_its_law():
    from scalinglaws.numerics import Circle, Sphere

    assert kernel_spectra.window_decay(CircleSobolev(2), Circle(), 200, 400) == pytest.approx(4, rel=0.01)
    assert kernel_spectra.window_decay(Laplace("1/2"), Sphere(2), 300, 900) == pytest.approx(1.5, rel=0.02)
