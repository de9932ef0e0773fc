"""Every step of every law is checked by numbers, and every falsified step is caught."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Expr, Integer, Number, Rational, Symbol, harmonic, nan, oo, zeta, zoo
from sympy.abc import x, y

from scalinglaws.theory import (
    DegreesOfFreedom,
    HeatSum,
    Rigour,
    Sample,
    SignalSum,
    Step,
    UncheckableError,
    laws,
    spot_check,
)
from scalinglaws.theory import symbols as S
from scalinglaws.theory.spot_check import SCALES, decimal_latex

every_law = pytest.mark.parametrize("name", laws.names())
#: Where corrections that are powers vanish, so that the stated error is not reached.
NOT_SHARP = {("optimal-ridge-power-law", r"The ridge does not depend on $T$ at $a=2$")}


@every_law
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_every_step_is_checked_and_passes(name, seed):
    derivation = laws.derive(name)
    for step, found in zip(derivation.steps, derivation.check(seed=seed), strict=True):
        assert found is not None, step.rule
        assert found.passed, (step.rule, found.remark())
        assert found.asymptotic == (step.rigour is Rigour.LEADING)
        if step.rigour is Rigour.LEADING:
            assert found.sharp or (name, step.rule) in NOT_SHARP, (step.rule, found.remark())
            assert found.limit is not None
            assert len(found.sides) == len(found.limit[1]) == len(SCALES)
        else:
            assert found.digits >= 30


@pytest.mark.slow
@every_law
def test_seeds_draw_different_parameters(name):
    derivation = laws.derive(name)
    first, same, other = (derivation.check(seed=seed) for seed in (3, 3, 4))
    assert first == same
    assert [c.drawn for c in first] != [c.drawn for c in other]


def is_opaque(expression: Expr) -> bool:
    """Whether something is a quantity rather than a formula."""
    return isinstance(expression, (DegreesOfFreedom, HeatSum, SignalSum, harmonic, zeta))


def places(expression: Expr):
    """Every part of an expression with a function that puts another part in its place."""
    yield expression, lambda new: new
    if expression.is_Atom or is_opaque(expression):
        return
    for position, argument in enumerate(expression.args):
        for part, put in places(argument):

            def replaced(new, position=position, put=put):
                arguments = list(expression.args)
                arguments[position] = put(new)
                return expression.func(*arguments)

            yield part, replaced


def falsified(expression: Expr):
    """Expressions that differ by a sign, an exponent, a constant or a term."""
    for part, put in places(expression):
        if is_opaque(part):
            yield put(2 * part)
        elif part.is_Add:
            for term in part.args:
                yield put(part - 2 * term)
                yield put(part - term)
        elif part.is_Pow:
            yield put(part.base ** (part.exp + Rational(1, 7)))
            yield put(part.base**-part.exp)
        elif isinstance(part, Number):
            yield put(part + Rational(1, 5))
        elif part.is_Symbol:
            yield put(part * Rational(11, 10))
        elif part.is_Mul:
            yield put(-part)


@pytest.mark.slow
@every_law
def test_every_falsified_step_is_caught(name):
    """Some parameters show it: terms can be below the error, and a minimum hides the larger one."""
    for step in laws.derive(name).steps:
        left, right, errors = step.sides()
        pairs = [(left, wrong) for wrong in falsified(right)] + [(wrong, right) for wrong in falsified(left)]
        pairs = [pair for pair in pairs if not any(side.has(oo, nan, zoo) for side in pair)]
        assert len(pairs) >= 2, step.rule
        for wrong_left, wrong_right in pairs:
            assert not all(
                passes(wrong_left, wrong_right, errors, step.sampler, seed=seed) for seed in range(6)
            ), (step.rule, wrong_left, wrong_right)


def passes(left, right, errors, sampler, seed):
    """Whether sides agree; one that has a pole at the drawn parameters does not."""
    try:
        return spot_check(left, right, errors, sampler, seed=seed).passed
    except ValueError as error:
        if "pole" not in str(error):
            raise
        return False


@every_law
def test_too_small_an_error_is_caught(name):
    for step in laws.derive(name).steps:
        left, right, errors = step.sides()
        if errors and (name, step.rule) not in NOT_SHARP:
            # what is left out falls like the stated error, not like a power of it
            claimed = tuple(right * (error / right) ** Rational(3, 2) for error in errors)
            assert not spot_check(left, right, claimed, step.sampler).passed, step.rule


def quadratic(random, scale):
    value = Rational(random.randint(11, 99), 10) / scale
    return Sample(drawn={y: Integer(2)}, limit=(x, value), numbers=lambda digits: {x: mpf_of(value), y: 2})


def mpf_of(value):
    with mpmath.workdps(500):
        return mpmath.mpf(int(value.p)) / int(value.q)


def test_the_finding_tells_parameters_sides_and_digits():
    exact = spot_check((1 + x) ** 2, 1 + 2 * x + x**2, (), quadratic)
    assert exact.digits == 50
    assert not exact.asymptotic
    assert exact.drawn == {y: 2}
    leading = spot_check((1 + x) ** 2, 1 + 2 * x, (3 * x**2,), quadratic)
    assert leading.asymptotic
    assert [mpmath.nstr(side.ratio, 5) for side in leading.sides] == ["0.33333"] * 3
    assert leading.remark().endswith("difference over error term $0.333$ throughout")


def test_a_remainder_larger_than_its_error_fails():
    assert not spot_check((1 + x) ** 2, 1 + 2 * x, (x**3,), quadratic).passed


def test_a_remainder_smaller_than_its_error_passes_but_is_not_sharp():
    found = spot_check((1 + x) ** 2, 1 + 2 * x, (x ** Rational(3, 2),), quadratic)
    assert found.passed
    assert not found.sharp


def test_an_error_term_that_does_not_vanish_beside_the_statement_fails():
    assert not spot_check((1 + x) ** 2, 1 + 2 * x, (Integer(1),), quadratic).passed
    assert not spot_check(x, 2 * x, (x,), quadratic).passed


def test_a_difference_far_below_the_digits_is_still_seen():
    """At x = 1e-40 the remainder is 1e-280 of the sides."""
    found = spot_check(1 / (1 - x), sum((x**n for n in range(1, 7)), Integer(1)), (x**7,), quadratic)
    assert found.passed
    assert found.sharp


def test_a_vanishing_sum_is_compared_term_against_term():
    assert spot_check((1 + x) ** 2 - 1 - 2 * x - x**2, Integer(0), (), quadratic).passed
    assert not spot_check((1 + x) ** 2 - 1 - 2 * x, Integer(0), (), quadratic).passed


def test_letters_without_numbers_are_named():
    with pytest.raises(UncheckableError, match="there is no number for z"):
        spot_check(x, Symbol("z"), (), quadratic)


def test_a_relation_that_is_no_equation_has_no_sides():
    with pytest.raises(UncheckableError, match="is no equation"):
        Step(statement=S.noise < S.risk, rule="Noise is a part of the risk", sampler=quadratic).check()


def test_equal_seeds_find_equal_things():
    first, second = (laws.derive("power-law-risk").check(seed=5) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Rational(237, 100), "2.37"),
        (Integer(10) ** 40, "10^{40}"),
        (Rational(37, 10**12), r"3.7\cdot10^{-11}"),
        (Rational(-1, 8), "-0.125"),
        (Rational(25, 19), "25/19"),
        (Integer(0), "0"),
    ],
)
def test_numbers_are_written_shortly(value, written):
    assert decimal_latex(value) == written
