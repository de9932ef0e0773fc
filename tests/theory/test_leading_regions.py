"""Sums in several variables that grow together, against their value at 10^60."""

from __future__ import annotations

import random

import mpmath
import pytest
from sympy import Eq, Float, Integer, Piecewise, Rational, Symbol, log

from scalinglaws.theory import AsymptoticSum, couple, leading_regions

N, T, delta = (Symbol(name, positive=True) for name in ("N", "T", "delta"))
a, b, q, penalty = (Symbol(name, real=True) for name in ("a", "b", "q", "l"))
DOMAIN = [a > 0, b > 0, q > 0]
COUPLINGS = {N: T**q, delta: 5 * T**-penalty}
SUM = AsymptoticSum((3 * N**-a, 2 * T**-b * log(T), delta * N / T))


def number(expression, values, size):
    exact = expression.subs({N: T**q, delta: 5 * T**-penalty}).subs(values)
    with mpmath.workdps(40):
        return mpmath.mpf(str(exact.subs(T, Integer(10) ** size).evalf(40)))


def draw(generator):
    values = {symbol: Rational(generator.randint(1, 80), 20) + Rational(1, 9973) for symbol in (a, b, q)}
    return {**values, penalty: Rational(generator.randint(-60, 100), 20) + Rational(1, 997)}


def test_the_leading_term_leads_to_its_error():
    regions = leading_regions(SUM, COUPLINGS, T, where=DOMAIN)
    generator = random.Random(4)
    checked = 0
    while checked < 60:
        values = draw(generator)
        found = regions.at(values)
        if max(found.error_exponents) > -Rational(1, 10):
            continue
        whole = number(SUM.as_expr(), values, 60)
        ratio = whole / number(found.leading, values, 60)
        error = mpmath.mpf(10) ** (60 * float(max(found.error_exponents)))
        assert abs(ratio - 1) < 10_000 * error
        checked += 1


def test_on_a_boundary_the_constants_add_up():
    regions = leading_regions(SUM, COUPLINGS, T, where=DOMAIN)
    tied = regions.at({a: 1, q: 2, b: 3, penalty: 3})
    assert tied.leading == 8 / T**2
    surfaces = [piece for piece in regions if any(isinstance(c, Eq) for c in piece.conditions)]
    assert surfaces
    assert all(piece.value.leading != 0 for piece in surfaces)


def test_a_logarithm_wins_where_the_powers_are_equal():
    regions = leading_regions(AsymptoticSum((T**-a, T**-b * log(T))), {}, T, where=[a > 0, b > 0])
    assert regions.at({a: 2, b: 2}).leading == log(T) / T**2
    assert regions.at({a: 2, b: 2}).log_power == 1


def test_where_a_bound_exceeds_every_term_only_the_bound_is_known():
    regions = leading_regions(AsymptoticSum((N**-a,), (T**-2,)), {N: T**q}, T, where=[a > 0, q > 0])
    hidden = regions.at({a: 2, q: 3})
    assert hidden.is_bound
    assert (hidden.leading, hidden.exponent(T)) == (0, -2)
    assert hidden.latex() == r"O\left(\frac{1}{T^{2}}\right)"
    known = regions.at({a: 1, q: 1})
    assert (known.leading, known.error_exponents) == (1 / T, (-1,))


def test_exponents_as_one_expression():
    regions = leading_regions(AsymptoticSum((1 / N, 1 / T)), {N: T**q}, T, where=[q > 0])
    exponent = regions.exponent(T)
    assert isinstance(exponent, Piecewise)
    assert [exponent.subs(q, value) for value in (Rational(1, 2), 1, 3)] == [-Rational(1, 2), -1, -1]
    with pytest.raises(ValueError, match="`variable` is N; the rate is one in T"):
        regions.exponent(N)


def test_a_vanishing_variable():
    """Sums in a variable that tends to 0 are ordered the other way round."""
    x = Symbol("x", positive=True)
    regions = leading_regions(AsymptoticSum((x**a, x**b)), {}, x, where=[a > 0, b > 0], at=Integer(0))
    assert regions.at({a: 1, b: 2}).leading == x


def test_products_carry_both_errors():
    first = AsymptoticSum((N**-a, 1 / T), (N**-2,))
    second = AsymptoticSum((1 + 0 * T,), (1 / T,))
    product = first * second
    assert set(product.errors) == {N**-2, N**-2 / T, N**-a / T, T**-2}
    assert product.as_expr() == N**-a + 1 / T
    assert (first - first).as_expr() == 0
    assert (first - first).errors == (N**-2, N**-2)


@pytest.mark.parametrize("power", [-a / b, Rational(-1, 2), Integer(-1), Integer(2)])
def test_powers_agree_with_numbers_to_their_error(power):
    total = AsymptoticSum((N**-a, 2 / T))
    raised = total.power(power, leading=N**-a, corrections=2)
    generator = random.Random(8)
    for _ in range(10):
        values = {
            a: Rational(generator.randint(2, 9), 10),
            b: Rational(generator.randint(1, 9), 3),
            q: Integer(1),
        }
        with mpmath.workdps(40):
            exponent = mpmath.mpf(str(Float(power.subs(values), 40)))
            exact = number(total.as_expr(), values, 60) ** exponent
            left_out = abs(number(raised.as_expr(), values, 60) - exact)
            bound = sum(number(error, values, 60) for error in raised.errors)
            assert left_out <= 100 * bound + abs(exact) * mpmath.mpf(10) ** -25


def test_a_real_power_needs_its_leading_term():
    with pytest.raises(
        ValueError, match="`leading` is None; for `power` = -1 name the leading term out of 1/N, 1/T"
    ):
        AsymptoticSum((1 / N, 1 / T)).power(-1)


def test_couplings_must_be_sums_of_powers():
    with pytest.raises(ValueError, match="is not of the form"):
        couple({N: T**T}, T)
    with pytest.raises(ValueError, match="`where` is contradictory"):
        leading_regions(SUM, COUPLINGS, T, where=[a > 1, a < 1])
