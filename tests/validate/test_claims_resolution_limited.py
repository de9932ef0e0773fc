"""Claims on the resolution-limited regime: what their legs say, and what a wrong formula does to them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sympy import Rational

from scalinglaws.validate import Context, LegKind, Outcome
from scalinglaws.validate.claims.bahri2021 import (
    companions,
    estimates,
    interpolated,
    lipschitz_bounds,
    nearest_neighbours,
    pieces,
)
from scalinglaws.validate.claims.bahri2021.letters import D, P
from scalinglaws.validate.claims.bahri2021.letters import dimension as d
from scalinglaws.validate.executors import InlineExecutor

S, C = Outcome.SUPPORTS, Outcome.CONTRADICTS
LITTLE = 1 + Rational(1, 10**3)


def context():
    return Context(seed=np.random.SeedSequence(0), executor=InlineExecutor())


def name(leg):
    if isinstance(leg, partial):
        return f"{name(leg.func)}-{'-'.join(map(str, leg.keywords.values()))}"
    return f"{leg.__module__.rpartition('.')[2]}.{leg.__name__}"


bound_symbolic, bound_numeric = (
    {points: partial(leg, points=points) for points in (D, P)}
    for leg in (lipschitz_bounds.bound_symbolic, lipschitz_bounds.bound_numeric)
)

LEGS = [
    (bound_symbolic[D], S),
    (bound_numeric[D], S),
    (bound_symbolic[P], S),
    (lipschitz_bounds.sharp_symbolic, S),
    (lipschitz_bounds.sharp_numeric, S),
    (lipschitz_bounds.above_numeric, C),
    (nearest_neighbours.distance_symbolic, S),
    (nearest_neighbours.distance_simulation, S),
    (nearest_neighbours.loss_symbolic, S),
    (nearest_neighbours.agreement_symbolic, C),
    (nearest_neighbours.agreement_simulation, C),
    (pieces.linear_symbolic, S),
    (pieces.linear_numeric, S),
    (pieces.constants_symbolic, S),
    (pieces.constants_numeric, S),
    (pieces.grid_numeric, S),
    (pieces.general_numeric, S),
    (estimates.smooth_symbolic, S),
    (estimates.kink_symbolic, C),
    (partial(estimates.same_for_all_symbolic, order=0, power=1), S),
    (partial(estimates.same_for_all_symbolic, order=0, power=2), C),
    (partial(estimates.same_for_all_symbolic, order=1, power=2), C),
    (companions.product_numeric, S),
    (companions.estimator_symbolic, S),
]
SLOW = [
    (bound_numeric[P], S),
    (nearest_neighbours.loss_numeric, S),
    (lipschitz_bounds.bound_simulation, S),
    (lipschitz_bounds.sharp_simulation, S),
    (lipschitz_bounds.above_simulation, C),
    (nearest_neighbours.distance_numeric, S),
    (nearest_neighbours.loss_simulation, S),
    (pieces.linear_simulation, S),
    (pieces.constants_simulation, S),
    (pieces.general_symbolic, S),
    (estimates.analytic_symbolic, S),
    (estimates.analytic_simulation, S),
    (estimates.kink_simulation, C),
    (partial(estimates.same_for_all_simulation, order=0, power=1), S),
    (partial(estimates.same_for_all_simulation, order=0, power=2), C),
    (partial(estimates.same_for_all_simulation, order=1, power=2), C),
    (companions.product_symbolic, S),
    (companions.estimator_simulation, S),
]


@pytest.mark.parametrize(
    ("leg", "outcome"),
    [pytest.param(*case, id=name(case[0])) for case in LEGS]
    + [pytest.param(*case, id=name(case[0]), marks=pytest.mark.slow) for case in SLOW],
)
def test_leg_comes_out_as_the_model_is(leg, outcome):
    found = leg(context())
    assert found.outcome is outcome, found.summary
    if found.kind is LegKind.SYMBOLIC:
        assert len(found.formulas) == 2 * found.points
    else:
        assert found.table


FALSE = [
    (bound_symbolic[D], {"exponent": 2 / d}),
    (bound_symbolic[D], {"factor": lipschitz_bounds.loss_constant * lipschitz_bounds.model_constant}),
    (bound_numeric[P], {"exponent": 1 / (d + 1)}),
    (lipschitz_bounds.sharp_symbolic, {"share": LITTLE}),
    (lipschitz_bounds.sharp_numeric, {"steepness": 0.9}),
    (nearest_neighbours.distance_symbolic, {"law": nearest_neighbours.DISTANCE * LITTLE}),
    (nearest_neighbours.loss_symbolic, {"absolute": 2 / d}),
    (nearest_neighbours.loss_symbolic, {"order": 1}),
    (nearest_neighbours.loss_numeric, {"squared": 2 / d * LITTLE}),
    (pieces.linear_symbolic, {"squared": 4 / d * LITTLE}),
    (pieces.linear_symbolic, {"absolute": 1 / d}),
    (pieces.linear_numeric, {"squared": 4 / d * LITTLE}),
    (pieces.constants_symbolic, {"random": pieces.RANDOM * LITTLE}),
    (pieces.constants_symbolic, {"plane": pieces.PLANE * LITTLE}),
    (pieces.constants_numeric, {"random": pieces.RANDOM * LITTLE}),
    (pieces.grid_numeric, {"equidistant": pieces.EQUIDISTANT * LITTLE}),
    (pieces.general_numeric, {"general": pieces.GENERAL * Rational(11, 10)}),
    (estimates.smooth_symbolic, {"exponent": 3 / d}),
    (companions.product_numeric, {"exponent": companions.PRODUCT * LITTLE}),
    (companions.estimator_symbolic, {"mean": companions.MEAN * LITTLE}),
    (companions.estimator_symbolic, {"variance": companions.VARIANCE * LITTLE}),
]
FALSE_SLOW = [
    (bound_numeric[D], {"exponent": Rational(21, 20) / d}),
    (pieces.constants_symbolic, {"equidistant": 2 * pieces.EQUIDISTANT}),
    (nearest_neighbours.distance_simulation, {"law": nearest_neighbours.DISTANCE * Rational(6, 5)}),
    (companions.estimator_symbolic, {"distribution": companions.RATIO**2}),
    (lipschitz_bounds.bound_simulation, {"exponent": 2 / d}),
    (lipschitz_bounds.sharp_simulation, {"share": 1.2}),
    (nearest_neighbours.distance_numeric, {"law": nearest_neighbours.DISTANCE * LITTLE}),
    (nearest_neighbours.loss_simulation, {"squared": Rational(5, 2) / d}),
    (pieces.linear_simulation, {"squared": 3 / d}),
    (pieces.constants_simulation, {"random": pieces.RANDOM * Rational(3, 2)}),
    (pieces.constants_simulation, {"plane": pieces.PLANE * Rational(3, 2)}),
    (pieces.general_symbolic, {"general": pieces.GENERAL + 1 / d}),
    (estimates.analytic_symbolic, {"degree": 3}),
    (estimates.analytic_simulation, {"degree": 3}),
    (companions.product_symbolic, {"exponent": 2 / d}),
    (companions.estimator_simulation, {"mean": companions.MEAN * Rational(11, 10)}),
    (companions.estimator_simulation, {"variance": companions.VARIANCE * Rational(5, 4)}),
]


def wrong(case):
    return f"{name(case[0])}-{'-'.join(case[1])}"


@pytest.mark.parametrize(
    ("leg", "change"),
    [pytest.param(*case, id=wrong(case)) for case in FALSE]
    + [pytest.param(*case, id=wrong(case), marks=pytest.mark.slow) for case in FALSE_SLOW],
)
def test_a_wrong_constant_or_exponent_is_contradicted(leg, change):
    assert leg(context(), **change).outcome is C


def test_a_refuted_statement_is_supported_in_its_corrected_form():
    assert estimates.kink_symbolic(context(), exponent=3 / d).outcome is S
    assert lipschitz_bounds.above_numeric(context(), most=3 / d).outcome is S
    assert nearest_neighbours.agreement_symbolic(context(), exponent=0 * d).outcome is S
    for order, power in ((0, 2), (1, 2)):
        exponent = (order + 1) * power / d
        corrected = estimates.same_for_all_symbolic(context(), order=order, power=power, exponent=exponent)
        assert corrected.outcome is S


@pytest.mark.slow
def test_agreement_at_all_samples_gives_the_order():
    assert nearest_neighbours.agreement_simulation(context(), agreed=10**4).outcome is S


def test_the_exact_squared_error_is_below_its_leading_law_by_the_next_term():
    """d(1 - E cos 2 pi r u) with (2 pi)^2 E r^2/2 and E r^4 = 2!/(pi T)^2 on the plane torus."""
    samples = 10**6
    leading = (2 * np.pi) ** 2 / (2 * np.pi * samples)
    next_term = (2 * np.pi) ** 4 / 24 * 2 * (3 / 8) * 2 / (np.pi * samples) ** 2
    found = float(interpolated.nearest_square(samples, 2))
    assert found == pytest.approx(leading * (1 - 1 / samples) - next_term, rel=1e-11)
