r"""Rational functions of real parameters, with exact and fast arithmetic.

The field $\mathbb Q(a, b, \ldots)$ over a few named parameters.  Polynomials are python-flint's; a
`RationalFunction` is kept in lowest terms, so equal functions are equal objects.  It is what
linear programs with parametric coefficients are solved in, where SymPy's `cancel` would take most of the
time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul

from flint import fmpz_mpoly, fmpz_mpoly_ctx
from sympy import Add, Expr, Float, Integer, Mul, Pow, Rational, Symbol, sympify

Key = tuple[tuple[tuple[int, ...], int], ...]


class Field:
    r"""The field $\mathbb Q(p_1, \ldots, p_n)$ of rational functions of the parameters.

    Parameters
    ----------
    parameters :
        symbols, each once; none gives the rational numbers.

    >>> from sympy.abc import a, b
    >>> field = Field([a, b])
    >>> field.read((a**2 - b**2) / (a - b)).as_expr()
    a + b
    """

    def __init__(self, parameters: Iterable[Symbol]) -> None:
        self.parameters: tuple[Symbol, ...] = tuple(parameters)
        self._context = fmpz_mpoly_ctx.get([f"x{i}" for i in range(len(self.parameters))])
        self._one = self._context.constant(1)
        self._generators = dict(zip(self.parameters, self._context.gens(), strict=True))

    def number(self, numerator: int, denominator: int = 1) -> RationalFunction:
        """Return a rational number as a constant function."""
        return RationalFunction.reduced(
            self, self._context.constant(numerator), self._context.constant(denominator)
        )

    def polynomial(self, polynomial: fmpz_mpoly) -> RationalFunction:
        """Return a polynomial as an element of the field."""
        return RationalFunction(self, polynomial, self._one)

    def read(self, expression: Expr, name: str = "exponent") -> RationalFunction:
        """Read a SymPy expression; a float is the binary number it is.

        Parameters
        ----------
        expression :
            sums, products and integer powers of parameters and rational numbers.
        name :
            what the expression is, for the message of an error.

        Raises
        ------
        ValueError
            If it is no rational function of the parameters, or divides by zero.
        """
        expression = sympify(expression)
        try:
            return self._read(expression)
        except _NotRationalError as error:
            raise ValueError(
                f"{name} `{expression}` contains `{error}`, which is not a rational function of the "
                "parameters; use real parameters and rational numbers only"
            ) from None
        except ZeroDivisionError:
            raise ValueError(f"{name} `{expression}` divides by zero; simplify it") from None

    def _read(self, expression: Expr) -> RationalFunction:
        if expression in self._generators:
            return self.polynomial(self._generators[expression])
        if isinstance(expression, Float) and expression.is_finite:
            expression = Rational(expression)
        if isinstance(expression, Rational) and expression.is_finite:
            return self.number(int(expression.p), int(expression.q))
        if isinstance(expression, Add):
            return reduce(add, map(self._read, expression.args))
        if isinstance(expression, Mul):
            return reduce(mul, map(self._read, expression.args))
        if isinstance(expression, Pow) and isinstance(expression.exp, Integer):
            return self._read(expression.base) ** int(expression.exp)
        raise _NotRationalError(expression)


class _NotRationalError(Exception):
    """An expression that is no rational function of the parameters."""


@dataclass(frozen=True, slots=True, eq=False)
class RationalFunction:
    """A quotient of two polynomials in lowest terms, the leading coefficient below being positive.

    Parameters
    ----------
    field :
        where it lives.
    top, bottom :
        numerator and denominator.
    """

    field: Field
    top: fmpz_mpoly
    bottom: fmpz_mpoly

    @classmethod
    def reduced(cls, field: Field, top: fmpz_mpoly, bottom: fmpz_mpoly) -> RationalFunction:
        """Bring a quotient to lowest terms."""
        if not bottom:
            raise ZeroDivisionError("division by the zero function")
        common = top.gcd(bottom)
        if int(bottom.leading_coefficient()) < 0:
            common = -common
        return cls(field, top // common, bottom // common)

    def __add__(self, other: RationalFunction) -> RationalFunction:
        return self.reduced(
            self.field, self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom
        )

    def __sub__(self, other: RationalFunction) -> RationalFunction:
        return self + -other

    def __neg__(self) -> RationalFunction:
        return RationalFunction(self.field, -self.top, self.bottom)

    def __mul__(self, other: RationalFunction) -> RationalFunction:
        return self.reduced(self.field, self.top * other.top, self.bottom * other.bottom)

    def __truediv__(self, other: RationalFunction) -> RationalFunction:
        return self.reduced(self.field, self.top * other.bottom, self.bottom * other.top)

    def __pow__(self, power: int) -> RationalFunction:
        if power >= 0:
            return RationalFunction(self.field, self.top**power, self.bottom**power)
        return self.reduced(self.field, self.bottom**-power, self.top**-power)

    def __bool__(self) -> bool:
        return bool(self.top)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RationalFunction) and self.top == other.top and self.bottom == other.bottom

    def __hash__(self) -> int:
        return hash((key_of(self.top), key_of(self.bottom)))

    def as_expr(self) -> Expr:
        """Return the function as a SymPy expression in factors, its sign in front."""
        return factored(self.field, self.top) / factored(self.field, self.bottom)


def key_of(polynomial: fmpz_mpoly) -> Key:
    """Return what identifies a polynomial in a dictionary."""
    return tuple(sorted((tuple(map(int, e)), int(c)) for e, c in polynomial.to_dict().items()))


def polynomial_expr(field: Field, polynomial: fmpz_mpoly) -> Expr:
    """Return a polynomial as a SymPy sum."""
    return Add(
        *(
            Mul(
                Integer(int(coefficient)),
                *(x ** int(e) for x, e in zip(field.parameters, exponents, strict=True)),
            )
            for exponents, coefficient in polynomial.to_dict().items()
        )
    )


def factored(field: Field, polynomial: fmpz_mpoly) -> Expr:
    """Return a polynomial as a SymPy product of powers of irreducible ones."""
    constant, factors = polynomial.factor()
    result = Integer(int(constant))
    for factor, multiplicity in factors:
        base = polynomial_expr(field, factor)
        if base.could_extract_minus_sign():
            base, result = -base, result * (-1) ** int(multiplicity)
        result *= base ** int(multiplicity)
    return result


Matrix = Sequence[Sequence[RationalFunction]]


def inverse(matrix: Matrix, field: Field) -> tuple[RationalFunction, list[list[RationalFunction]] | None]:
    """Return the determinant of a square matrix and its inverse, `None` where the determinant is 0.

    The entries of the inverse are cofactors over the determinant: in lowest terms they are right
    wherever the determinant does not vanish, whatever pivots were used.

    >>> field = Field([])
    >>> determinant, inverted = inverse([[field.number(2)]], field)
    >>> determinant.as_expr(), inverted[0][0].as_expr()
    (2, 1/2)
    """
    zero, one = field.number(0), field.number(1)
    count = len(matrix)
    rows = [[*row, *(one if i == j else zero for j in range(count))] for i, row in enumerate(matrix)]
    determinant = one
    for column in range(count):
        pivot = next((i for i in range(column, count) if rows[i][column]), None)
        if pivot is None:
            return zero, None
        if pivot != column:
            rows[column], rows[pivot] = rows[pivot], rows[column]
            determinant = -determinant
        head = rows[column][column]
        determinant = determinant * head
        rows[column] = [entry / head if entry else entry for entry in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                factor = row[column]
                rows[i] = [a - factor * b if b else a for a, b in zip(row, rows[column], strict=True)]
    return determinant, [row[count:] for row in rows]


def dot(
    left: Iterable[RationalFunction], right: Iterable[RationalFunction], field: Field
) -> RationalFunction:
    """Return the scalar product of two vectors."""
    total = field.number(0)
    for a, b in zip(left, right, strict=True):
        if a and b:
            total = total + a * b
    return total
