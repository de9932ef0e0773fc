r"""Real roots of integer polynomials as exact numbers: compared, refined and written without rounding."""

from __future__ import annotations

from collections.abc import Iterable
from functools import total_ordering
from typing import Any

from flint import arb, fmpq, fmpz_poly
from sympy import Expr, Poly, Rational, Symbol, rootof, sqrt

_UNKNOWN = Symbol("t")


@total_ordering
class RealRoot:
    r"""A real root of an irreducible polynomial with integer coefficients.

    Parameters
    ----------
    polynomial :
        irreducible over the rational numbers, with a positive leading coefficient.
    index :
        the place of the root among the real ones, counted from 0.
    low, high :
        numbers around the root, with no other root between; equal where the root is rational.

    >>> first, second = real_roots(fmpz_poly([-2, 0, 1]))
    >>> first < second, second.as_expr()
    (True, sqrt(2))
    """

    def __init__(self, polynomial: fmpz_poly, index: int, low: fmpq, high: fmpq) -> None:
        self.polynomial = polynomial
        self.index = index
        self.low, self.high = low, high
        self._key = (tuple(map(int, polynomial.coeffs())), index)

    @property
    def is_rational(self) -> bool:
        """Whether the root is a rational number."""
        return bool(self.low == self.high)

    def refine(self) -> None:
        """Halve the interval around the root."""
        if self.is_rational:
            return
        middle = (self.low + self.high) / 2
        # a root that is not rational is simple and no rational number
        if (self.polynomial(self.low) < 0) == (self.polynomial(middle) < 0):
            self.low = middle
        else:
            self.high = middle

    def sign_of(self, polynomial: fmpz_poly) -> int:
        """Return the sign of another polynomial at the root."""
        if self.is_rational:
            value = polynomial(self.low)
            return int(value > 0) - int(value < 0)
        if polynomial.gcd(self.polynomial).degree() > 0:
            return 0
        while True:
            ball: arb = polynomial(self.ball())
            if not ball.contains(0):
                return 1 if ball > 0 else -1
            self.refine()

    def ball(self) -> arb:
        """Return a ball that contains the root."""
        return arb(self.low).union(arb(self.high))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RealRoot) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __lt__(self, other: RealRoot) -> bool:
        if self == other:
            return False
        if self._key[0] == other._key[0]:
            return self.index < other.index
        while not (self.high < other.low or other.high < self.low):
            self.refine()
            other.refine()
        return bool(self.high < other.low)

    def __float__(self) -> float:
        while not self.is_rational and self.high - self.low > fmpq(1, 2**60) * (1 + abs(self.low)):
            self.refine()
        middle = (self.low + self.high) / 2
        return int(middle.p) / int(middle.q)

    def as_expr(self) -> Expr:
        """Return the root as a SymPy number: rational, in square roots, or by its polynomial."""
        if self.is_rational:
            return Rational(int(self.low.p), int(self.low.q))
        coefficients = [int(c) for c in self.polynomial.coeffs()]
        if len(coefficients) == 3:
            constant, linear, square = coefficients
            branch = 1 if self.index == 1 else -1  # the leading coefficient is positive
            return (-linear + branch * sqrt(linear**2 - 4 * square * constant)) / (2 * square)
        return rootof(Poly(coefficients[::-1], _UNKNOWN), self.index)


def real_roots(polynomial: fmpz_poly) -> list[RealRoot]:
    """Return the different real roots of a polynomial that is not zero, in increasing order.

    >>> [root.as_expr() for root in real_roots(fmpz_poly([0, -4, 0, 1]))]
    [-2, 0, 2]
    """
    return merged_roots([polynomial])


def merged_roots(polynomials: Iterable[fmpz_poly]) -> list[RealRoot]:
    """Return the different real roots of several polynomials, none of them zero, in increasing order."""
    found = {root for polynomial in polynomials for root in _roots_of_factors(polynomial)}
    return sorted(found)


def _roots_of_factors(polynomial: fmpz_poly) -> list[RealRoot]:
    roots = []
    for factor, _ in polynomial.factor()[1]:
        upright = factor if factor.leading_coefficient() > 0 else -factor
        if upright.degree() == 1:
            value = fmpq(-upright[0], upright[1])
            roots.append(RealRoot(upright, 0, value, value))
        elif upright.degree() > 1:
            # python-flint isolates them: balls of real roots have an imaginary part that is exactly zero
            isolated: Any = upright.complex_roots()  # pairs of ball and multiplicity, unlike its stub
            balls = [ball.real for ball, _ in isolated if ball.imag == 0]
            ends = sorted((_end(ball.lower(), -1), _end(ball.upper(), 1)) for ball in balls)
            roots += [RealRoot(upright, index, *pair) for index, pair in enumerate(ends)]
    return roots


def _end(bound: arb, direction: int) -> fmpq:
    """Return a rational number beyond the end of a ball, by less than the ball's own precision."""
    mantissa, exponent = bound.mid().man_exp()
    number = fmpq(int(mantissa)) * fmpq(2) ** int(exponent)
    radius_mantissa, radius_exponent = bound.rad().man_exp()
    return number + direction * fmpq(int(radius_mantissa)) * fmpq(2) ** int(radius_exponent)


def between(low: RealRoot | None, high: RealRoot | None) -> fmpq:
    """Return a simple rational number between two different roots; `None` is infinity."""
    if low is None:
        return fmpq(0) if high is None else fmpq(high.low.floor() - 1)
    if high is None:
        return fmpq(low.high.ceil() + 1)
    while not low.high < high.low:
        low.refine()
        high.refine()
    denominator = 1
    while True:
        # the coarsest grid that has a point strictly inside
        point = fmpq((low.high * denominator).floor() + 1, denominator)
        if point < high.low:
            return point
        denominator *= 2
