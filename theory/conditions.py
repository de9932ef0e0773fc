r"""Signs of polynomials: single conditions, and what several of them say together.

A `Condition` compares a product of polynomials with 0.  `simplified` puts together what a conjunction says
of each factor, without any solver: $f\ge0$, $f\ne0$ and $fg\ge0$ become $f>0$ and $g\ge0$, of lower degree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from itertools import product as all_of
from math import prod
from typing import Literal

from flint import fmpz_mpoly
from sympy import Eq, Ge, Gt, Le, Lt, Ne
from sympy.core.relational import Relational

from .rational_functions import Key, RationalFunction, key_of

Operator = Literal[">", ">=", "=", "!="]
_OPPOSITE: dict[Operator, Operator] = {">": ">=", ">=": ">", "=": "!=", "!=": "="}
_SIGNS: dict[Operator, frozenset[int]] = {
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
    "=": frozenset({0}),
    "!=": frozenset({-1, 1}),
}
_ANY = frozenset({-1, 0, 1})
_SUBSETS = [frozenset(signs) for size in range(4) for signs in combinations((-1, 0, 1), size)]
_MIRRORED = {signs: frozenset(-sign for sign in signs) for signs in _SUBSETS}
#: How signs are written: an operator, and 1 or -1 for the polynomial or its negative.
_WRITTEN: dict[frozenset[int], tuple[Operator, int]] = {
    **{_MIRRORED[signs]: (operator, -1) for operator, signs in _SIGNS.items()},
    **{signs: (operator, 1) for operator, signs in _SIGNS.items()},
}
_OPERATORS: dict[type[Relational], Operator] = {Gt: ">", Lt: ">", Ge: ">=", Le: ">=", Eq: "=", Ne: "!="}


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A polynomial compared with 0.

    Parameters
    ----------
    factors :
        polynomials whose product is compared.
    operator :
        how.
    """

    factors: tuple[fmpz_mpoly, ...]
    operator: Operator
    key: tuple[tuple[Key, ...], Operator] = field(init=False)
    _hash: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (tuple(map(key_of, self.factors)), self.operator))
        object.__setattr__(self, "_hash", hash(self.key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.key == other.key

    def __hash__(self) -> int:
        return self._hash

    def negated(self) -> Condition:
        """Return the condition that holds exactly where this one does not."""
        if self.operator in (">", ">="):
            return Condition((-self.factors[0], *self.factors[1:]), _OPPOSITE[self.operator])
        return Condition(self.factors, _OPPOSITE[self.operator])

    def weakened(self) -> Condition:
        """Return the condition with its boundary: `>` becomes `>=`."""
        return Condition(self.factors, ">=") if self.operator == ">" else self

    def alternatives(self) -> tuple[tuple[Condition, ...], ...]:
        """Return conjunctions of conditions on single factors, one of which holds where this does."""
        if len(self.factors) == 1 or self.operator == "!=":
            return (tuple(Condition((factor,), self.operator) for factor in self.factors),)
        if self.operator == "=":
            return tuple((Condition((factor,), "="),) for factor in self.factors)
        cases = []
        for signs in all_of((1, -1), repeat=len(self.factors)):
            if prod(signs) > 0:
                pairs = zip(self.factors, signs, strict=True)
                cases.append(tuple(Condition((factor * sign,), self.operator) for factor, sign in pairs))
        zeros = self.factors if self.operator == ">=" else ()
        return (*cases, *((Condition((factor,), "="),) for factor in zeros))


Conditions = tuple[Condition, ...]


@cache
def _negated(key: Key) -> Key:
    return tuple((exponents, -coefficient) for exponents, coefficient in key)


#: Conditions on one polynomial, by its key, orientation and operator.
_SINGLE: dict[tuple[Key, int, Operator], Condition] = {}


def _single(key: Key, orientation: int, operator: Operator, polynomial: fmpz_mpoly) -> Condition:
    place = key, orientation, operator
    if place not in _SINGLE:
        _SINGLE[place] = Condition((polynomial if orientation > 0 else -polynomial,), operator)
    return _SINGLE[place]


class _Knowledge:
    """What is known of the sign of each polynomial, whichever way round it is written."""

    def __init__(self) -> None:
        self._signs: dict[Key, frozenset[int]] = {}
        self._polynomials: dict[Key, tuple[fmpz_mpoly, int]] = {}

    def signs(self, polynomial: fmpz_mpoly, key: Key) -> frozenset[int]:
        """Return the signs that a polynomial may still have."""
        upright, orientation = self._place(polynomial, key)
        return self._signs[upright] if orientation > 0 else _MIRRORED[self._signs[upright]]

    def restrict(self, polynomial: fmpz_mpoly, key: Key, signs: frozenset[int]) -> bool:
        """Learn that a polynomial has one of some signs; tell whether that was news."""
        upright, orientation = self._place(polynomial, key)
        before = self._signs[upright]
        self._signs[upright] = before & (signs if orientation > 0 else _MIRRORED[signs])
        return self._signs[upright] != before

    def _place(self, polynomial: fmpz_mpoly, key: Key) -> tuple[Key, int]:
        orientation = -1 if key and key[-1][1] < 0 else 1
        upright = key if orientation > 0 else _negated(key)
        if upright not in self._signs:
            known = frozenset({1 if key else 0}) if polynomial.is_constant() else _ANY
            self._signs[upright], self._polynomials[upright] = known, (polynomial, orientation)
        return upright, orientation

    def conditions(self) -> Conditions | None:
        """Return what is known as conditions, `None` if it is a contradiction."""
        found = []
        for key, signs in self._signs.items():
            if not signs:
                return None
            polynomial, given = self._polynomials[key]
            if signs == _ANY or polynomial.is_constant():
                continue
            operator, orientation = _WRITTEN[signs]
            found.append(_single(key, orientation, operator, polynomial if given > 0 else -polynomial))
        return tuple(found)


def conditions_of(kind: type[Relational], value: RationalFunction) -> Conditions:
    """Return what the comparison of a function with 0 says of polynomials; poles satisfy none.

    Parameters
    ----------
    kind :
        `Gt`, `Ge`, `Lt`, `Le`, `Eq` or `Ne`.
    value :
        what is compared.
    """
    poles = value.bottom.factor()[1]
    found = [Condition((factor,), "!=") for factor, _ in poles]
    top = -value.top if kind in (Lt, Le) else value.top
    if not top:
        return (*found, Condition((top,), _OPERATORS[kind]))
    constant, factors = top.factor()
    if kind in (Eq, Ne):
        every = tuple(factor for factor, _ in factors) or (top,)
        return (*found, Condition(every, _OPERATORS[kind]))
    sign = top.context().constant(1 if int(constant) > 0 else -1)
    odd = [factor for factor, multiplicity in (*factors, *poles) if multiplicity % 2]
    even = [factor for factor, multiplicity in factors if not multiplicity % 2]
    if kind in (Gt, Lt):
        found += [Condition((factor,), "!=") for factor in even]
    else:
        odd += [factor for factor in even for _ in range(2)]
    compared = (sign * odd[0], *odd[1:]) if odd else (sign,)
    return (*found, Condition(compared, _OPERATORS[kind]))


def simplified(conditions: Iterable[Condition]) -> Conditions | None:
    """Return an equivalent conjunction of lower degree; `None` if it contradicts itself openly.

    Parameters
    ----------
    conditions :
        what holds together.
    """
    knowledge = _Knowledge()
    products: list[Condition] = []
    for condition in conditions:
        if len(condition.factors) > 1:
            products.append(condition)
        else:
            knowledge.restrict(condition.factors[0], condition.key[0][0], _SIGNS[condition.operator])
    news = True
    while news:
        news = False
        left: list[Condition] = []
        for product in products:
            shorter = _shortened(product, knowledge)
            if shorter is False:
                return None
            if shorter is True:
                continue
            if shorter.operator in (">", "!="):
                for factor, key in zip(shorter.factors, shorter.key[0], strict=True):
                    news |= knowledge.restrict(factor, key, _SIGNS["!="])
            if len(shorter.factors) == 1:
                news |= knowledge.restrict(shorter.factors[0], shorter.key[0][0], _SIGNS[shorter.operator])
            elif shorter.operator != "!=":
                left.append(shorter)
        products = left
    known = knowledge.conditions()
    return None if known is None else tuple(dict.fromkeys((*known, *products)))


def _shortened(product: Condition, knowledge: _Knowledge) -> Condition | bool:
    """Take out the factors whose sign is known; a truth value if nothing is left."""
    sign, kept = 1, []
    for factor, key in zip(product.factors, product.key[0], strict=True):
        signs = knowledge.signs(factor, key)
        if signs == _SIGNS["="]:
            return product.operator in (">=", "=")
        if len(signs) == 1:
            sign *= next(iter(signs))
        else:
            kept.append(factor)
    if not kept:
        return sign in _SIGNS[product.operator]
    return Condition((kept[0] * sign, *kept[1:]), product.operator)
