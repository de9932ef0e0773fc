"""Allocations derived step by step, against the optimum that Newton's method finds."""

from __future__ import annotations

import pytest
from sympy import Rational, symbols

from scalinglaws.theory import (
    Notation,
    Rigour,
    derivation,
    hoffmann2022,
    kaplan2020,
    optimal_allocation,
    spot_check,
)

A, B, D, N, T, C, alpha, beta = symbols("A B D N T C alpha beta", positive=True)
THIRD = Rational(1, 3)


def two_terms(**options):
    risk = A / N**alpha + B / T**beta
    return optimal_allocation(risk, **{"cost": N * T, "budget": C, "over": [N, T]} | options)


def third():
    return optimal_allocation(
        A / N**alpha + B / T**beta + D / (N * T), cost=N * T + N, budget=C, over=[N, T], where=[alpha < 1]
    )


CASES = {
    "two terms": (two_terms, {alpha: 1, beta: 2}),
    "terms and costs that do not bind": (third, {alpha: Rational(1, 2), beta: THIRD}),
    "a knob inside its bounds": (
        lambda: two_terms(cost=N**2 * T, over=[N, (T, 1, N)]), {alpha: Rational(1, 2), beta: 3}
    ),
    "a knob at its bound": (
        lambda: two_terms(cost=N**2 * T, over=[N, (T, 1, N)]), {alpha: 1, beta: Rational(1, 9)}
    ),
}  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES)


def found(case):
    best, at = CASES[case]
    return derivation(best(), at=at)


@every_case
@pytest.mark.parametrize("seed", [0, 1])
def test_every_step_passes_its_check(case, seed):
    steps = found(case).steps
    for step, check in zip(steps, found(case).check(seed=seed), strict=True):
        assert check is not None, step.rule
        assert check.passed, (step.rule, check.remark())


@pytest.mark.parametrize("form", [hoffmann2022, kaplan2020])
def test_published_forms_are_exact(form):
    best = form().allocation()
    at = {symbol: Rational(i, 7) for i, symbol in enumerate(sorted(best.problem.domain.symbols, key=str), 2)}
    steps = derivation(best, at=at)
    for step, check in zip(steps.steps, steps.check(), strict=True):
        assert step.rigour in (Rigour.EXACT, Rigour.DEFINITION)
        assert check.digits >= 30


@every_case
def test_falsified_steps_are_caught(case):
    for step in found(case).steps:
        left, right, errors = step.sides()
        wrong = right * Rational(11, 10) if right != 0 else right + 1
        assert not spot_check(left, wrong, errors, step.sampler).passed, step.rule


def test_the_way_leads_from_the_risk_to_the_constants():
    steps = found("two terms").steps
    words = [step.rule for step in steps]
    order = [
        "The risk",
        "The budget",
        "a term that binds",
        "cost is of",
        "Solution",
        "Lagrange",
        "amounts",
        "risk of these",
    ]
    positions = [next(i for i, rule in enumerate(words) if word in rule) for word in order]
    assert positions == sorted(positions)


def test_an_optimum_that_is_not_unique_is_a_range_and_says_why_it_is_not_checked():
    free = optimal_allocation(A / N**alpha, cost=N + T, budget=C, over=[N, T])
    steps = derivation(free, at={alpha: 1})
    assert set(steps.check()) == {None}
    text = steps.text(Notation.named("project"), steps.check())
    assert "∈ [0, 1]" in text
    assert "not checked: the optimum is not unique" in text


def test_a_region_is_needed():
    with pytest.raises(ValueError, match="`at` lacks alpha, beta"):
        derivation(two_terms())
    with pytest.raises(ValueError, match="violates alpha < 1"):
        derivation(third(), at={alpha: 2, beta: 1})
