"""Real algebraic numbers: ordered, separated by rational numbers, and written exactly."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flint import fmpq, fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Poly, Symbol, sqrt

from scalinglaws.theory.real_roots import between, merged_roots, real_roots

t = Symbol("t")
coefficients = st.lists(st.integers(-6, 6), min_size=2, max_size=6).filter(lambda c: c[-1] != 0)


@settings(max_examples=15, deadline=None)
@given(coefficients)
def test_roots_are_those_that_sympy_finds(given_coefficients):
    expected = sorted(set(Poly(given_coefficients[::-1], t).real_roots()), key=lambda r: r.evalf(30))
    found = real_roots(fmpz_poly(given_coefficients))
    assert len(found) == len(expected)
    for root, exact in zip(found, expected, strict=True):
        assert abs((root.as_expr() - exact).evalf(25)) < 1e-20
        assert float(root) == pytest.approx(float(exact), abs=1e-14)
        assert Poly(given_coefficients[::-1], t).eval(root.as_expr()).evalf(25, chop=True) == pytest.approx(
            0, abs=1e-15
        )


@settings(max_examples=15, deadline=None)
@given(st.lists(coefficients, min_size=1, max_size=3))
def test_a_rational_number_separates_neighbours(several):
    roots = merged_roots(map(fmpz_poly, several))
    for low, high in pairwise([None, *roots, None]):
        point = between(low, high)
        place = fmpz_poly([-int(point.p), int(point.q)])
        assert low is None or low.sign_of(place) < 0
        assert high is None or high.sign_of(place) > 0


@settings(max_examples=15, deadline=None)
@given(coefficients, coefficients)
def test_signs_at_roots(first, second):
    other = fmpz_poly(second)
    for root in real_roots(fmpz_poly(first)):
        value = Poly(second[::-1], t).eval(root.as_expr())
        expected = 0 if abs(value.evalf(40)) < 1e-25 else (1 if value.evalf(40) > 0 else -1)
        assert root.sign_of(other) == expected
        assert (root.sign_of(other) == 0) == (root in real_roots(other) if other.degree() > 0 else False)


def test_quadratic_roots_are_written_in_square_roots():
    assert [root.as_expr() for root in real_roots(fmpz_poly([-3, 0, 1]))] == [-sqrt(3), sqrt(3)]
    low, high = real_roots(fmpz_poly([1, 3, -1]))
    assert (low.as_expr(), high.as_expr()) == ((3 - sqrt(13)) / 2, (3 + sqrt(13)) / 2)


def test_roots_so_close_that_floats_do_not_tell_them_apart():
    # t^2 = 2 and a rational number that agrees with sqrt(2) to 40 digits
    near = fmpq(14142135623730950488016887242096980785697, 10**40)
    root = real_roots(fmpz_poly([-2, 0, 1]))[1]
    (rational,) = real_roots(fmpz_poly([-int(near.p), int(near.q)]))
    assert (rational < root) == (near * near < 2)
    assert rational != root
