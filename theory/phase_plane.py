r"""A plane of two parameters, cut by the conditions of regions: which region holds in which cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

from flint import fmpz_mpoly
from sympy import Add, Eq, Expr, Ge, Gt, Integer, Le, Lt, Mul, Ne, Symbol, cancel
from sympy.core.relational import Relational

from .conditions import Condition, Operator
from .parameter_domain import ParameterDomain
from .phase_laws import Label, agree_on
from .plane_arrangement import Arrangement, Signs
from .rational_functions import Key, RationalFunction, key_of, polynomial_expr
from .regions import Regions
from .sign_descriptions import Conjunction

_OPERATORS: dict[type[Relational], tuple[int, Operator]] = {
    Gt: (1, ">"),
    Ge: (1, ">="),
    Lt: (-1, ">"),
    Le: (-1, ">="),
    Eq: (1, "="),
    Ne: (1, "!="),
}
#: A sign and curves whose product, with it, compares with 0.
_Test = tuple[int, tuple[int, ...], Operator]


class Plane:
    """The cells of a plane with the regions that hold in them.

    Parameters
    ----------
    regions :
        in the two parameters alone.
    labels :
        of the regions, in their order.
    x, y :
        the parameters, horizontal and vertical.
    """

    def __init__(self, regions: Regions[Any], labels: Sequence[Label], x: Symbol, y: Symbol) -> None:
        self.regions, self.x, self.y = regions, x, y
        self.domain = ParameterDomain(regions.where, (x, y))
        self.labels = list(labels)
        self.curves: list[fmpz_mpoly] = []
        self._places: dict[Key, int] = {}
        self._domain = [test for relation in sorted(regions.where, key=str) for test in self._edge(relation)]
        for symbol in (x, y):
            if symbol.is_positive:
                self._domain.append(self._test(Condition((self.domain.field.read(symbol).top,), ">")))
        self._pieces = [self._read(piece.conditions) for piece in regions]
        self._found: dict[Signs, int | None] = {}
        self.arrangement = Arrangement([self._oriented(curve) for curve in self.curves])

    def _difference(self, relation: Relational) -> tuple[RationalFunction, Operator]:
        side, operator = _OPERATORS[relation.func]
        value = self.domain.field.read(cancel(relation.lhs - relation.rhs))
        return (value if side > 0 else -value), operator

    def _edge(self, relation: Relational) -> Iterable[_Test]:
        """Read a relation of the domain, with the whole of its curves."""
        value, operator = self._difference(relation)
        (top_sign, top), (bottom_sign, bottom) = (_factors(part) for part in (value.top, value.bottom))
        yield self._test(Condition((*top, *bottom), operator), top_sign * bottom_sign)
        if bottom:
            yield self._test(Condition(tuple(bottom), "!="))

    def _read(self, relations: Iterable[Relational]) -> tuple[_Test, ...] | None:
        """Read the conditions of a region; `None` if they are proven to be impossible in the domain."""
        conditions: list[Condition | bool] = []
        for relation in relations:
            value, operator = self._difference(relation)
            conditions.append(self.domain.condition(value, operator))
            # at a pole a relation does not hold
            poles = [factor for factor in _factors(value.bottom)[1] if self.domain.sign(factor) is None]
            conditions += [Condition((factor,), "!=") for factor in poles]
        if self.domain.conjunction(conditions) is None:
            return None
        return tuple(self._test(condition) for condition in conditions if isinstance(condition, Condition))

    def _test(self, condition: Condition, sign: int = 1) -> _Test:
        places = []
        for factor in condition.factors:
            orientation = 1 if int(factor.leading_coefficient()) > 0 else -1
            sign *= orientation
            places.append(self._place(factor * orientation))
        return sign, tuple(places), condition.operator

    def _place(self, polynomial: fmpz_mpoly) -> int:
        key = key_of(polynomial)
        if key not in self._places:
            self._places[key] = len(self.curves)
            self.curves.append(polynomial)
        return self._places[key]

    def _oriented(self, polynomial: fmpz_mpoly) -> fmpz_mpoly:
        """Return a polynomial with the horizontal parameter first."""
        if self.domain.field.parameters[0] == self.x:
            return polynomial
        terms: dict[tuple[int, ...], int] = {
            (int(j), int(i)): int(c) for (i, j), c in polynomial.to_dict().items()
        }
        return polynomial.context().from_dict(terms)

    def region_at(self, cell: Signs) -> int | None:
        """Return the position of the region that holds in a cell, `None` outside of the domain."""
        if cell not in self._found:
            inside = all(_holds(test, cell) for test in self._domain)
            holding = (
                i
                for i, tests in enumerate(self._pieces)
                if tests is not None and all(_holds(test, cell) for test in tests)
            )
            self._found[cell] = next(holding, None) if inside else None
        return self._found[cell]

    def agree(self, first: Label, second: Label, curve: int) -> bool:
        """Tell whether two labels are equal on a curve."""
        return agree_on(first, second, self.curves[curve], self.domain.field)

    def expression(self, curve: int) -> Expr:
        """Return the polynomial of a curve."""
        return polynomial_expr(self.domain.field, self.curves[curve])

    def complexity(self, curve: int) -> int:
        """Tell how long the equation of a curve is."""
        polynomial = self.curves[curve]
        return len(polynomial.to_dict()) + int(polynomial.total_degree())

    def equation(self, curve: int) -> Eq:
        """Return the equation of a curve, solved for the vertical parameter, else for the horizontal one."""
        for symbol in (self.y, self.x):
            solved = self._solved(curve, symbol)
            if solved is not None:
                return Eq(symbol, solved[1])
        return Eq(self.expression(curve), 0)

    def relations(self, conjunction: Conjunction) -> tuple[Relational, ...]:
        """Return inequalities, solved for a parameter where that is possible."""
        conditions = {i: Condition((self.curves[i] * sign,), ">") for i, sign in conjunction.items()}
        # a form that is equivalent only where other conditions hold may not serve to derive theirs
        certain = [condition for i, condition in conditions.items() if self._is_solved_anywhere(i)]
        return tuple(self._relation(i, conjunction[i], conditions[i], certain) for i in conjunction)

    def _is_solved_anywhere(self, curve: int) -> bool:
        """Tell whether the first form of a curve that is used is equivalent on the whole domain."""
        solved = (self._solved(curve, symbol) for symbol in (self.y, self.x))
        first = next((pair for pair in solved if pair is not None), None)
        return first is None or self._sign(first[0], []) is not None

    def _relation(self, curve: int, sign: int, condition: Condition, given: list[Condition]) -> Relational:
        for symbol in (self.y, self.x):
            solved = self._solved(curve, symbol)
            if solved is None:
                continue
            side = self._sign(solved[0], given)
            if side:
                return (Gt if side * sign > 0 else Lt)(symbol, solved[1])
        relation = self.domain.relation(condition)
        return relation.reversed if relation.lhs.is_number else relation

    def _sign(self, slope: fmpz_mpoly, given: list[Condition]) -> int | None:
        known = self.domain.sign(slope)
        if known is not None:
            return known
        for sign in (1, -1):
            if not self.domain.conceivable(*given, Condition((slope * -sign,), ">=")):
                return sign
        return None

    def _solved(self, curve: int, symbol: Symbol) -> tuple[fmpz_mpoly, Expr] | None:
        """Return the factor of a parameter and its value on a curve, where it enters linearly."""
        polynomial, field = self.curves[curve], self.domain.field
        place = field.parameters.index(symbol)
        if int(polynomial.degrees()[place]) != 1:
            return None
        slope = polynomial.derivative(place)
        rest = polynomial - slope * polynomial.context().gens()[place]
        if slope.is_constant():
            number = field.polynomial(slope).as_expr()
            return slope, Add(*(-term / number for term in Add.make_args(polynomial_expr(field, rest))))
        return slope, self._quotient(-field.polynomial(rest) / field.polynomial(slope))

    def _quotient(self, value: RationalFunction) -> Expr:
        """Return a quotient in factors, its sign and numbers in front of all of them."""
        number, parts = Integer(1), []
        for polynomial, power in ((value.top, 1), (value.bottom, -1)):
            constant, factors = polynomial.factor()
            number *= Integer(int(constant)) ** power
            for factor, multiplicity in factors:
                base = polynomial_expr(self.domain.field, factor)
                if base.could_extract_minus_sign():
                    base, number = -base, number * (-1) ** int(multiplicity)
                parts.append(base ** (power * int(multiplicity)))
        return Mul(number, *parts)


def _factors(polynomial: fmpz_mpoly) -> tuple[int, list[fmpz_mpoly]]:
    """Return a sign and the irreducible factors that matter for signs."""
    constant, factors = polynomial.factor()
    kept = [factor for factor, power in factors for _ in range(2 - int(power) % 2)]
    return (1 if int(constant) > 0 else -1), kept


def _holds(test: _Test, cell: Signs) -> bool:
    sign, places, operator = test
    value = sign * prod(cell[place] for place in places)
    return {">": value > 0, ">=": value >= 0, "=": value == 0, "!=": value != 0}[operator]
