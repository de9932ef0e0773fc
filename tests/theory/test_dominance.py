from __future__ import annotations

from fractions import Fraction

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Eq, Ge, Integer, Le, Ne, Rational, Symbol, exp, pi, sqrt

from scalinglaws.theory import Comparison, UndecidedError, compare, is_possible, solver

a, b = Symbol("a", real=True), Symbol("b", real=True)
positive = Symbol("c", positive=True)


@pytest.mark.parametrize(
    ("first", "second", "where", "expected"),
    [
        (-a, -1, [a > 1], Comparison.LESS),
        (1 / a, Integer(1), [a > 1], Comparison.LESS),
        (a**2, 2 * a - 2, [], Comparison.GREATER),
        (a**2, 2 * a - 1, [], Comparison.GREATER_OR_EQUAL),
        (2 * a - 1, a**2, [], Comparison.LESS_OR_EQUAL),
        (2 * a - 1, a**2, [Ne(a, 1)], Comparison.LESS),
        (a, b, [Eq(a, b)], Comparison.EQUAL),
        ((a**2 - 1) / (a - 1), a + 1, [a > 1], Comparison.EQUAL),
        (a, b, [a > 1, b > 1], Comparison.DEPENDS),
        (a, b, [Le(b, a)], Comparison.GREATER_OR_EQUAL),
        (a, b, [a > 1, b > 2 * a], Comparison.LESS),
        (Rational(1, 3), Rational(333, 1000), [], Comparison.GREATER),
        (Integer(2), Integer(2), [], Comparison.EQUAL),
        (positive, Integer(0), [], Comparison.GREATER),
        (1 / positive, -positive, [], Comparison.GREATER),
        (1 / a, Integer(0), [], Comparison.DEPENDS),
        (1 / (a - b), Integer(0), [a < b], Comparison.LESS),
        ((1 - b) / a, Integer(-1), [a > 1, b > a + 1], Comparison.LESS),
        ((1 - b) / a, Integer(-1), [a > 1, b > 1], Comparison.DEPENDS),
    ],
)
def test_comparison_over_a_domain(first, second, where, expected):
    assert compare(first, second, where) is expected


def test_comparison_is_antisymmetric():
    mirror = {
        Comparison.GREATER: Comparison.LESS,
        Comparison.LESS: Comparison.GREATER,
        Comparison.GREATER_OR_EQUAL: Comparison.LESS_OR_EQUAL,
        Comparison.LESS_OR_EQUAL: Comparison.GREATER_OR_EQUAL,
    }
    for first, second, where in [
        (a * b, a + b, [a > 2, b > 2]),
        (a * b, a + b, [a >= 2, b >= 2]),
        (a, b, [a > 1]),
        (a, a, []),
    ]:
        there, back = compare(first, second, where), compare(second, first, where)
        assert back is mirror.get(there, there)


corners = st.integers(-4, 4)
coefficients = st.integers(-3, 3)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.tuples(coefficients, coefficients, coefficients), corners, corners, st.booleans())
def test_linear_exponents_are_decided_by_the_corners_of_a_box(form, left, bottom, closed):
    """The extremes of a linear function over a box stand at its corners: an exact oracle."""
    p, q, r = form
    box = [(left, left + 2), (bottom, bottom + 3)]
    where = []
    for symbol, (low, high) in zip((a, b), box, strict=True):
        where += [symbol >= low, symbol <= high] if closed else [symbol > low, symbol < high]
    values = [p * x + q * y + r for x in box[0] for y in box[1]]
    low, high = min(values), max(values)
    if low == high == 0:
        expected = Comparison.EQUAL
    elif low > 0 or (low == 0 and not closed):
        expected = Comparison.GREATER
    elif high < 0 or (high == 0 and not closed):
        expected = Comparison.LESS
    elif low == 0:
        expected = Comparison.GREATER_OR_EQUAL
    elif high == 0:
        expected = Comparison.LESS_OR_EQUAL
    else:
        expected = Comparison.DEPENDS
    assert compare(p * a + q * b, Integer(-r), where) is expected


ALLOWED_SIGNS = {
    Comparison.GREATER: {1},
    Comparison.LESS: {-1},
    Comparison.EQUAL: {0},
    Comparison.GREATER_OR_EQUAL: {0, 1},
    Comparison.LESS_OR_EQUAL: {0, -1},
    Comparison.DEPENDS: {-1, 0, 1},
}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(coefficients, min_size=6, max_size=6),
    st.lists(coefficients, min_size=3, max_size=3),
    st.lists(st.tuples(st.fractions(1, 3), st.fractions(1, 3)), min_size=8, max_size=8),
)
def test_rational_functions_agree_with_sampling_of_the_domain(numerator, denominator, points):
    monomials = (1, a, b, a * b, a**2, b**2)
    top = sum(c * m for c, m in zip(numerator, monomials, strict=True))
    # positive on the domain a, b >= 1
    bottom = sum(abs(c) * m for c, m in zip(denominator, monomials, strict=False)) + 1
    answer = compare(top / bottom, Rational(1, 2), [Ge(a, 1), Ge(b, 1), Le(a, 3), Le(b, 3)])
    assert answer is not Comparison.UNDECIDED
    for x, y in points:
        values = (1, x, y, x * y, x * x, y * y)
        exact = Fraction(sum(c * v for c, v in zip(numerator, values, strict=True)))
        exact /= sum(abs(c) * v for c, v in zip(denominator, values, strict=False)) + 1
        sign = (exact > Fraction(1, 2)) - (exact < Fraction(1, 2))
        assert sign in ALLOWED_SIGNS[answer]


def test_possibility_of_relations():
    assert is_possible([a > 1], b > 2 * a)
    assert not is_possible([a > 1, b < a], b > 2 * a)
    assert not is_possible([], a**2 < 0)
    assert is_possible([], Eq(a**2, 2))  # over the reals, not the rationals
    assert not is_possible([], Eq(positive**2 + positive, 0))
    assert not is_possible([], Integer(1) > 2)
    assert is_possible([], Integer(2) > 1)


def test_poles_are_outside_of_the_domain():
    assert not is_possible([Eq(a, 0)], 1 / a > 0)
    assert compare(a / a**2, Integer(0), [a >= 0]) is Comparison.GREATER


def test_symbols_of_one_name_and_different_assumptions_are_different():
    assert compare(Symbol("c", real=True), positive) is Comparison.DEPENDS


@pytest.mark.parametrize("exponent", [sqrt(2) * a, pi, exp(a), sqrt(a)])
def test_exponents_that_are_no_rational_functions_are_refused(exponent):
    with pytest.raises(ValueError, match="not a rational function of the parameters; use real"):
        compare(exponent, a, [a > 1])


def test_contradictory_domain_is_refused():
    with pytest.raises(ValueError, match="`where` is contradictory: no real parameters"):
        compare(a, b, [a > 1, a < 1])
    with pytest.raises(ValueError, match="`where`"):
        compare(a, Integer(1), [Integer(1) > 2])


def test_contradictory_domain_is_refused_for_constant_exponents_too():
    with pytest.raises(ValueError, match="`where` is contradictory"):
        compare(Integer(1), Integer(2), [a > 3, a < 2])


def test_members_of_a_domain_must_be_relations():
    with pytest.raises(ValueError, match=r"`where` contains `a \+ 1`, which is not a relation; use <"):
        compare(a, b, [a + 1])
    assert compare(a, Integer(0), [a > 1, True]) is Comparison.GREATER


def test_no_answer_of_the_solver_is_undecided_and_never_a_guess(monkeypatch):
    monkeypatch.setattr(z3.Solver, "check", lambda self: z3.unknown)
    x = Symbol("never_asked_before", real=True)
    # so thin that no sample point decides
    assert compare(x**2, Rational(1, 997), [x > 0, x**2 < Rational(1, 996)]) is Comparison.UNDECIDED
    with pytest.raises(UndecidedError, match="z3 could not decide"):
        is_possible([x > 12345])


def test_the_solver_is_given_a_limited_time():
    assert 0 < solver.TIMEOUT <= 10_000
