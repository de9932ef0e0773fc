r"""Signs of rational functions over a domain of parameters, decided by z3 and written legibly.

A `ParameterDomain` tells whether conditions can hold together, drops factors of known sign ($a(b-1) > 0$
becomes $b > 1$ where $a > 0$), and reduces a conjunction to what is needed.  Polynomials go to z3 without
passing through SymPy, which makes a question cost a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import prod
from typing import Any

from flint import fmpz_mpoly
from sympy import Eq, Ge, Gt, Le, Lt, Mul, Ne, Symbol
from sympy.core.relational import Relational

from .conditions import Condition, Conditions, Operator, conditions_of, simplified
from .legible import KINDS, legible, solution
from .rational_functions import Field, Key, RationalFunction, key_of, polynomial_expr
from .relations import EmptyDomainError, UndecidedError, normalise_domain
from .sample_points import sample_points
from .solver import LITTLE_EFFORT, TIMEOUT, ask


class ParameterDomain:
    """The real parameters that satisfy the relations of `where` and the signs declared on symbols.

    Parameters
    ----------
    where :
        relations between rational functions of the parameters.
    parameters :
        further parameters, on which `where` says nothing.

    Raises
    ------
    EmptyDomainError
        If no parameters satisfy `where`.

    >>> from sympy.abc import a, b
    >>> domain = ParameterDomain([a > 0], [a, b])
    >>> domain.relation(domain.condition(domain.field.read(a * b - a), ">"))
    b > 1
    """

    def __init__(self, where: Iterable[Relational], parameters: Iterable[Symbol] = ()) -> None:
        self.where = normalise_domain(where)
        symbols = set(parameters).union(*(relation.free_symbols for relation in self.where))
        self.field = Field(sorted(symbols, key=lambda symbol: (str(symbol), symbol.is_positive is None)))
        self._answers: dict[frozenset[Condition], tuple[bool | None, int]] = {}
        self._conceivable: dict[frozenset[Condition], bool] = {}
        self._satisfied: dict[Condition, int] = {}
        self._signs: dict[Key, int | None] = {}
        self._where = [
            (relation.func, self.field.read(relation.lhs - relation.rhs, "`where`: the side"))
            for relation in sorted(self.where, key=str)
        ]
        self._given = [
            *self._declared(),
            *(c for kind, value in self._where for c in conditions_of(kind, value)),
        ]
        self._points = sample_points(len(self.field.parameters))
        self._inside = self._points.everywhere
        self._inside = self._satisfied_at(self._given)
        self._satisfied.clear()
        if self._answer(frozenset(), TIMEOUT) is False:
            raise EmptyDomainError(
                f"`where` is contradictory: no real parameters satisfy {sorted(map(str, self.where))}"
            )

    def _declared(self) -> Iterator[Condition]:
        """Yield the signs declared on the symbols."""
        for symbol in self.field.parameters:
            value = self.field.read(symbol).top
            if symbol.is_positive:
                yield Condition((value,), ">")
            elif symbol.is_negative:
                yield Condition((-value,), ">")
            elif symbol.is_nonnegative:
                yield Condition((value,), ">=")
            elif symbol.is_nonpositive:
                yield Condition((-value,), ">=")

    def possible(self, *conditions: Condition) -> bool:
        """Tell whether some parameters of the domain satisfy all conditions.

        Raises
        ------
        UndecidedError
            If z3 does not decide in time.
        """
        answer = self._answer(frozenset(conditions), TIMEOUT)
        if answer is None:
            relations = [*map(self.relation, conditions)]
            raise UndecidedError(f"z3 could not decide {relations} over {sorted(map(str, self.where))}")
        return answer

    def is_witnessed(self, *conditions: Condition) -> bool:
        """Tell whether a sample point satisfies all conditions: then they are possible."""
        return bool(self._satisfied_at(conditions))

    def conceivable(self, *conditions: Condition) -> bool:
        """Tell whether the conditions were not refuted at little cost: for what may be left too large."""
        key = frozenset(conditions)
        if key not in self._conceivable:
            self._conceivable[key] = self._is_conceivable(key)
        return self._conceivable[key]

    def _is_conceivable(self, conditions: frozenset[Condition]) -> bool:
        if self._satisfied_at(conditions):
            return True
        # regions mostly miss one another by two conditions that were met before
        if len(conditions) > 2 and any(self._exclude(*pair) for pair in combinations(conditions, 2)):
            return False
        simple = self._simplified(conditions)
        if simple is None:
            return False
        # inequalities that exclude thin sets only are costly and seldom matter
        return ask((c for c in simple if c.operator != "!="), effort=LITTLE_EFFORT) is not False

    def _exclude(self, one: Condition, other: Condition) -> bool:
        pair = frozenset((one, other))
        if pair not in self._conceivable:
            self._conceivable[pair] = self._is_conceivable(pair)
        return not self._conceivable[pair]

    def _simplified(self, conditions: Iterable[Condition]) -> Conditions | None:
        return simplified((*self._given, *sorted(conditions, key=lambda condition: condition.key)))

    def _answer(self, conditions: frozenset[Condition], effort: int) -> bool | None:
        if self._satisfied_at(conditions):
            return True
        known, spent = self._answers.get(conditions, (None, 0))
        if known is None and spent < effort:
            simple = self._simplified(conditions)
            known = simple is not None and ask(simple, effort=effort)
            self._answers[conditions] = known, effort
        return known

    def _satisfied_at(self, conditions: Iterable[Condition]) -> int:
        """Return the sample points that satisfy all conditions, as bits."""
        found = self._inside
        for condition in conditions:
            if not found:
                break
            if condition not in self._satisfied:
                self._satisfied[condition] = self._points_of(condition)
            found &= self._satisfied[condition]
        return found

    def _points_of(self, condition: Condition) -> int:
        positive, zero, negative = self._inside, 0, 0
        for key in condition.key[0]:
            p, z, n = self._points.signs(key)
            positive, zero, negative = (
                positive & p | negative & n,
                zero | z,
                positive & n | negative & p,
            )
        masks = {
            ">": positive,
            ">=": positive | zero,
            "=": zero,
            "!=": positive | negative,
        }
        return masks[condition.operator]

    def covered(self, regions: Iterable[Sequence[Condition]]) -> bool:
        """Tell whether every point of the domain lies in one of the regions.

        Raises
        ------
        UndecidedError
            If z3 does not decide in time.
        """
        regions = [tuple(region) for region in regions]
        reached = 0
        for region in regions:
            reached |= self._satisfied_at(region)
        if reached != self._inside:
            return False
        answer = ask(self._given, outside=regions, effort=TIMEOUT)
        if answer is None:
            raise UndecidedError(f"z3 could not decide whether regions cover {sorted(map(str, self.where))}")
        return not answer

    def contains(self, point: Sequence[Fraction]) -> bool:
        """Tell whether rational values of the parameters lie in the domain."""
        for parameter, value in zip(self.field.parameters, point, strict=True):
            if (
                (parameter.is_positive and value <= 0)
                or (parameter.is_negative and value >= 0)
                or (parameter.is_nonnegative and value < 0)
                or (parameter.is_nonpositive and value > 0)
            ):
                return False
        for kind, difference in self._where:
            bottom = _evaluate(difference.bottom, point)
            if bottom == 0 or not _COMPARE[kind](_evaluate(difference.top, point) / bottom):
                return False
        return True

    def holds(self, condition: Condition, point: Sequence[Fraction]) -> bool:
        """Tell whether a condition holds at rational values of the parameters, in the order of the field."""
        value = prod(_evaluate(factor, point) for factor in condition.factors)
        return {">": value > 0, ">=": value >= 0, "=": value == 0, "!=": value != 0}[condition.operator]

    def sign(self, polynomial: fmpz_mpoly) -> int | None:
        """Return 1, -1 or 0 where that is the sign on the whole domain, and otherwise `None`."""
        if polynomial.is_constant():
            value = int(polynomial.leading_coefficient()) if polynomial else 0
            return (value > 0) - (value < 0)
        key = key_of(polynomial)
        if key not in self._signs:
            cases = ((1, Condition((polynomial,), ">")), (-1, Condition((-polynomial,), ">")))
            found = [sign for sign, condition in cases if self.conceivable(condition)]
            if len(found) < 2 and self.conceivable(Condition((polynomial,), "=")):
                found.append(0)
            self._signs[key] = found[0] if len(found) == 1 else None
        return self._signs[key]

    def condition(self, value: RationalFunction, operator: Operator) -> Condition | bool:
        """Return when a function without poles in the domain compares with 0 as told.

        Returns
        -------
        Condition or bool
            a truth value where it is the same on the whole domain.
        """
        if not value:
            return operator in (">=", "=")
        constant, factors = value.top.factor()
        sign = 1 if int(constant) > 0 else -1
        kept: list[fmpz_mpoly] = []
        for factor, multiplicity in factors:
            known = self.sign(factor)
            if known == 0:
                return operator in (">=", "=")
            if known is not None:
                sign *= known ** int(multiplicity)
            elif operator in ("=", "!=") or multiplicity % 2:
                kept.append(factor)
            else:
                kept += [factor, factor]
        if operator in (">", ">="):
            for factor, multiplicity in value.bottom.factor()[1]:
                known = self.sign(factor)
                if known:
                    sign *= known ** int(multiplicity)
                elif multiplicity % 2:
                    kept.append(factor)
        if not kept:
            return operator == "!=" or (operator != "=" and sign > 0)
        if operator in (">", ">=") and sign < 0:
            kept[0] = -kept[0]
        condition = Condition(tuple(kept), operator)
        if not self.conceivable(condition):
            return False
        if not self.conceivable(condition.negated()):
            return True
        return condition

    def conjunction(self, conditions: Iterable[Condition | bool]) -> Conditions | None:
        """Collect conditions; `None` if one is false or they exclude one another."""
        return self.extended((), conditions)

    def extended(self, given: Conditions, conditions: Iterable[Condition | bool]) -> Conditions | None:
        """Add conditions that are not implied yet; `None` if nothing satisfies all of them."""
        added = list(conditions)
        if any(condition is False for condition in added):
            return None
        known = simplified((*given, *(c for c in added if isinstance(c, Condition))))
        if known is None:
            return None
        # simple ones first: they may settle what the others say
        kept: list[Condition] = [condition for condition in known if condition in given]
        for condition in sorted((c for c in known if c not in given), key=_complexity):
            if not self.conceivable(*kept, condition):
                return None
            if self.conceivable(*kept, condition.negated()):
                kept.append(condition)
        return tuple(kept)

    def reduced(self, conditions: Conditions) -> Conditions:
        """Drop factors and conditions that the domain and the other conditions imply."""
        kept = list(simplified(conditions) or conditions)
        for position, condition in enumerate(kept):
            if len(condition.factors) > 1:
                others = [other for other in kept if other is not condition]
                kept[position] = self._fewer_factors(condition, others)
        for condition in sorted(kept, key=lambda c: (-len(c.factors), -_complexity(c))):
            others = [other for other in kept if other is not condition]
            if not self.conceivable(*others, condition.negated()):
                kept = others
        for condition in kept:
            if condition.operator != ">=":
                continue
            position = kept.index(condition)
            strict = Condition(condition.factors, ">")
            if not self.conceivable(*kept[:position], *kept[position + 1 :], strict):
                distinct = {min(key_of(f), key_of(-f)): f for f in condition.factors}
                equation = Condition(tuple(distinct.values()), "=")
                return self.reduced((*kept[:position], equation, *kept[position + 1 :]))
        return tuple(dict.fromkeys(kept))

    def _fewer_factors(self, condition: Condition, others: list[Condition]) -> Condition:
        sign, kept = 1, []
        for factor in condition.factors:
            if not self.conceivable(*others, Condition((-factor,), ">=")):
                continue
            if not self.conceivable(*others, Condition((factor,), ">=")):
                sign = -sign
                continue
            kept.append(factor)
        if not kept:
            return condition
        # an equation does not mind the sign of what multiplies it
        return Condition((kept[0] * sign, *kept[1:]), condition.operator)

    def relation(self, condition: Condition) -> Relational:
        """Return a condition as a theorist writes it, a single symbol on the left if there is one."""
        if len(condition.factors) > 1:
            value = Mul(*(polynomial_expr(self.field, factor) for factor in condition.factors))
            return KINDS[condition.operator][0](value, 0)
        return legible(polynomial_expr(self.field, condition.factors[0]), condition.operator)

    def relations(self, conditions: Conditions, order: Sequence[Symbol] = ()) -> tuple[Relational, ...]:
        """Return conditions as relations, equations first.

        Parameters
        ----------
        conditions :
            what holds together.
        order :
            parameters for the first of which a condition is solved, if it is linear in it with a slope of
            known sign.
        """
        ordered = sorted(
            conditions, key=lambda condition: (condition.operator != "=", _complexity(condition))
        )
        written = [self._written(condition, conditions, order) for condition in ordered]
        return tuple(dict.fromkeys(written))

    def _written(self, condition: Condition, conditions: Conditions, order: Sequence[Symbol]) -> Relational:
        """Solve a condition for the first parameter in which it is linear with a slope of known sign."""
        if len(condition.factors) > 1:
            return self.relation(condition)
        others = [other for other in conditions if other is not condition]
        (polynomial,) = condition.factors
        for symbol in order:
            position = self.field.parameters.index(symbol)
            generator = self.field.read(symbol).top
            slope = polynomial.derivative(position)
            if not slope or slope.derivative(position):
                continue
            falls = self.conceivable(*others, Condition((-slope,), ">"))
            if falls and self.conceivable(*others, Condition((slope,), ">")):
                continue
            if self.conceivable(*others, Condition((slope,), "=")):
                continue
            rest = self.field.polynomial(slope * generator - polynomial) / self.field.polynomial(slope)
            return KINDS[condition.operator][falls](symbol, solution(rest))
        return self.relation(condition)

    @cached_property
    def symbols(self) -> frozenset[Symbol]:
        """The parameters."""
        return frozenset(self.field.parameters)


_COMPARE: dict[type[Relational], Callable[[Any], Any]] = {
    Gt: lambda value: value > 0,
    Ge: lambda value: value >= 0,
    Lt: lambda value: value < 0,
    Le: lambda value: value <= 0,
    Eq: lambda value: value == 0,
    Ne: lambda value: value != 0,
}


def _evaluate(polynomial: fmpz_mpoly, point: Sequence[Fraction]) -> Fraction:
    total = Fraction(0)
    for exponents, coefficient in polynomial.to_dict().items():
        powers = (x ** int(e) for x, e in zip(point, exponents, strict=True))
        total += int(coefficient) * prod(powers, start=Fraction(1))
    return total


def _complexity(condition: Condition) -> int:
    return sum(len(factor.to_dict()) + factor.total_degree() for factor in condition.factors)
