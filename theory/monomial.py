r"""Monomials $x^e \log(x)^l$ with symbolic exponents, and their order of dominance.

The exponent $e$ is a rational function of real parameters and $l$ a rational number.
Dominance is decided over a domain of the parameters by `dominance.compare`; it is a
partial order, because $x^{-a}$ and $x^{-b}$ need not compare over the whole domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol, log, oo, sympify
from sympy.core.relational import Relational

from .dominance import Comparison, canonical, compare


@dataclass(frozen=True, slots=True)
class Monomial:
    r"""The monomial $x^e \log(x)^l$ of an unnamed variable.

    Parameters
    ----------
    exponent :
        $e$, a rational function of real parameters; kept in cancelled form, so that equal
        exponents are equal objects.
    log_power :
        $l$, a rational number.

    >>> from sympy.abc import a
    >>> Monomial((a**2 - 1) / (a - 1)) == Monomial(a + 1)
    True
    """

    exponent: Expr
    log_power: Expr = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "exponent", canonical(sympify(self.exponent)))
        object.__setattr__(self, "log_power", sympify(self.log_power))

    def __mul__(self, other: Monomial) -> Monomial:
        return Monomial(self.exponent + other.exponent, self.log_power + other.log_power)

    def __truediv__(self, other: Monomial) -> Monomial:
        return Monomial(self.exponent - other.exponent, self.log_power - other.log_power)

    def __pow__(self, power: Expr) -> Monomial:
        return Monomial(self.exponent * power, self.log_power * power)

    def of(self, variable: Symbol) -> Expr:
        """Return the monomial of `variable` as a SymPy expression."""
        return variable**self.exponent * log(variable) ** self.log_power


ONE = Monomial(Integer(0))


@dataclass(frozen=True, slots=True)
class Scale:
    """The order of monomials as the variable tends to `at` (0 or oo), over the domain `where`."""

    at: Expr
    where: frozenset[Relational]

    def bounds(self, first: Monomial, second: Monomial) -> bool:
        """Tell whether `second` is O(`first`) for every parameter of the domain."""
        order = self._compare(first, second)
        if order is Comparison.GREATER:
            return True
        if order in (Comparison.EQUAL, Comparison.GREATER_OR_EQUAL):
            return bool(first.log_power >= second.log_power)
        return False

    def exceeds(self, first: Monomial, second: Monomial) -> bool:
        """Tell whether `second` is o(`first`) for every parameter of the domain."""
        order = self._compare(first, second)
        if order is Comparison.EQUAL:
            return bool(first.log_power > second.log_power)
        return order is Comparison.GREATER

    def _compare(self, first: Monomial, second: Monomial) -> Comparison:
        if self.at == oo:
            return compare(first.exponent, second.exponent, self.where)
        return compare(second.exponent, first.exponent, self.where)

    def largest(self, monomials: Iterable[Monomial]) -> tuple[Monomial, ...]:
        """Return the monomials that no other one bounds: one where the order is total."""
        kept: list[Monomial] = []
        for monomial in monomials:
            if any(self.bounds(other, monomial) for other in kept):
                continue
            kept = [other for other in kept if not self.bounds(monomial, other)]
            kept.append(monomial)
        return tuple(kept)
