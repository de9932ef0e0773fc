r"""Signs of polynomials: single conditions, and what several of them say together.

A `Condition` compares a product of polynomials with 0.  `simplified` puts together what a conjunction says
of each factor, without any solver: $f\ge0$, $f\ne0$ and $fg\ge0$ become $f>0$ and $g\ge0$, of lower degree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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


Conditions = tuple[Condition, ...]


class _Knowledge:
    """What is known of the sign of each polynomial, whichever way round it is written."""

    def __init__(self) -> None:
        self._signs: dict[Key, frozenset[int]] = {}
        self._polynomials: dict[Key, fmpz_mpoly] = {}

    def signs(self, polynomial: fmpz_mpoly) -> frozenset[int]:
        """Return the signs that a polynomial may still have."""
        key, orientation = self._place(polynomial)
        return frozenset(sign * orientation for sign in self._signs[key])

    def restrict(self, polynomial: fmpz_mpoly, signs: frozenset[int]) -> bool:
        """Learn that a polynomial has one of some signs; tell whether that was news."""
        key, orientation = self._place(polynomial)
        before = self._signs[key]
        self._signs[key] = before & frozenset(sign * orientation for sign in signs)
        return self._signs[key] != before

    def _place(self, polynomial: fmpz_mpoly) -> tuple[Key, int]:
        orientation = -1 if polynomial and int(polynomial.leading_coefficient()) < 0 else 1
        upright = polynomial if orientation > 0 else -polynomial
        key = key_of(upright)
        if key not in self._signs:
            known = frozenset({1 if upright else 0}) if upright.is_constant() else _ANY
            self._signs[key], self._polynomials[key] = known, upright
        return key, orientation

    def conditions(self) -> Conditions | None:
        """Return what is known as conditions, `None` if it is a contradiction."""
        found = []
        for key, signs in self._signs.items():
            polynomial = self._polynomials[key]
            if not signs:
                return None
            if polynomial.is_constant():
                continue
            for operator, allowed in _SIGNS.items():
                if signs == allowed:
                    found.append(Condition((polynomial,), operator))
                elif signs == frozenset(-sign for sign in allowed):
                    found.append(Condition((-polynomial,), operator))
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
            knowledge.restrict(condition.factors[0], _SIGNS[condition.operator])
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
                for factor in shorter.factors:
                    news |= knowledge.restrict(factor, _SIGNS["!="])
            if len(shorter.factors) == 1:
                news |= knowledge.restrict(shorter.factors[0], _SIGNS[shorter.operator])
            elif shorter.operator != "!=":
                left.append(shorter)
        products = left
    known = knowledge.conditions()
    return None if known is None else tuple(dict.fromkeys((*known, *products)))


def _shortened(product: Condition, knowledge: _Knowledge) -> Condition | bool:
    """Take out the factors whose sign is known; a truth value if nothing is left."""
    sign, kept = 1, []
    for factor in product.factors:
        signs = knowledge.signs(factor)
        if signs == _SIGNS["="]:
            return product.operator in (">=", "=")
        if len(signs) == 1:
            sign *= next(iter(signs))
        else:
            kept.append(factor)
    if not kept:
        return sign in _SIGNS[product.operator]
    return Condition((kept[0] * sign, *kept[1:]), product.operator)
