from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, Symbol, log, oo

from scalinglaws.theory.monomial import ONE, Monomial, Scale

a, b, x = Symbol("a", real=True), Symbol("b", real=True), Symbol("x", positive=True)

exponents = st.fractions(-2, 2, max_denominator=4)
monomials = st.builds(
    lambda e, power: Monomial(Rational(e.numerator, e.denominator), Integer(power)),
    exponents,
    st.integers(-2, 2),
)
points = st.sampled_from([Integer(0), oo])


def test_equal_exponents_are_equal_objects():
    assert Monomial((a**2 - b**2) / (a - b)) == Monomial(a + b)
    assert hash(Monomial((a + 1) ** 2)) == hash(Monomial(a**2 + 2 * a + 1))
    assert Monomial(a) != Monomial(a, Integer(1))


def test_monomials_form_a_group():
    first, second = Monomial(-a, Integer(1)), Monomial(b / a, Rational(1, 2))
    assert first * second / second == first
    assert first * ONE == first
    assert first ** Integer(-1) * first == ONE
    assert first ** Rational(3, 2) == Monomial(-3 * a / 2, Rational(3, 2))
    assert (first * second).of(x) == x ** ((b - a**2) / a) * log(x) ** Rational(3, 2)


def _sign_of_log_ratio(first: Monomial, second: Monomial, at) -> int:
    """Return the sign of log(first/second) at log|x| = 10**9: beyond every crossing of these monomials."""
    quotient = first / second
    length = 10**9
    sign = 1 if at == oo else -1
    value = Fraction(quotient.exponent.p, quotient.exponent.q) * sign * length
    total = float(value) + float(quotient.log_power) * math.log(length)
    return (total > 0) - (total < 0)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(monomials, monomials, points)
def test_dominance_agrees_with_numbers(first, second, at):
    scale = Scale(at, frozenset())
    sign = _sign_of_log_ratio(first, second, at)
    assert scale.exceeds(first, second) is (sign > 0)
    assert scale.bounds(first, second) is (sign >= 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(monomials, min_size=1, max_size=6), points)
def test_exactly_one_monomial_is_largest_where_the_order_is_total(members, at):
    scale = Scale(at, frozenset())
    (largest,) = scale.largest(members)
    assert largest in members
    assert all(scale.bounds(largest, member) for member in members)


def test_symbolic_exponents_are_ordered_over_the_whole_domain():
    scale = Scale(oo, frozenset([a > 1, b > a]))
    assert scale.exceeds(Monomial(-a), Monomial(-b))
    assert scale.exceeds(Monomial(-a), Monomial(-b, Integer(5)))
    assert not scale.bounds(Monomial(-b), Monomial(-a))
    assert not scale.bounds(Monomial(Integer(-2)), Monomial(-a))


def test_the_order_turns_around_at_zero():
    relations = frozenset([a > 1])
    assert Scale(oo, relations).exceeds(Monomial(a), ONE)
    assert Scale(Integer(0), relations).exceeds(ONE, Monomial(a))


def test_logarithms_decide_only_where_the_exponents_are_equal():
    scale = Scale(Integer(0), frozenset())
    assert scale.exceeds(Monomial(Integer(1), Integer(1)), Monomial(Integer(1)))
    assert not scale.exceeds(Monomial(Integer(1)), Monomial(Integer(1)))
    assert scale.bounds(Monomial(Integer(1)), Monomial(Integer(1), Integer(-1)))
    # the small log power loses where the exponents touch on a part of the domain
    touching = Scale(oo, frozenset([a >= 1]))
    assert touching.bounds(Monomial(a), Monomial(Integer(1)))
    assert not touching.exceeds(Monomial(a), Monomial(Integer(1)))
    assert not touching.bounds(Monomial(a), Monomial(Integer(1), Integer(1)))


def test_incomparable_monomials_are_all_kept():
    scale = Scale(oo, frozenset([a > 1, b > 1]))
    members = [Monomial(-a), Monomial(-b), Monomial(-a - b), Monomial(Integer(-1)) * Monomial(-a)]
    assert set(scale.largest(members)) == {Monomial(-a), Monomial(-b)}
    assert scale.largest([]) == ()


@pytest.mark.parametrize("order", [1, -1])
def test_largest_does_not_depend_on_the_order_of_its_arguments(order):
    scale = Scale(oo, frozenset([a > 1, a < 2]))
    members = [Monomial(-a), Monomial(Integer(-1)), Monomial(Integer(-2)), Monomial(1 - 2 * a)][::order]
    assert scale.largest(members) == (Monomial(Integer(-1)),)
