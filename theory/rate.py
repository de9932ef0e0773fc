"""The leading behaviour of a part of the risk on one region of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sympy import Eq, Expr, Integer, Symbol, expand_power_base, oo, pi, powsimp, simplify, sin, sympify
from sympy.core.relational import Relational

from .expansion import Expansion
from .monomial import Monomial
from .printing import latex_sum, law_latex
from .relations import normalise_domain
from .ridge_balance import RHO, rho_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    r"""The leading behaviour of a part of the risk on one region.

    Parameters
    ----------
    expansion :
        the leading term with its constant, and the error.
    regime :
        which balance of the fixed point holds, in words.
    decay :
        the exponent of the eigenvalues, on which the constant `RHO` depends; `None` if there is none.
    implicit :
        equations that define constants in the leading term.
    values :
        numbers that were put in for parameters.
    dominant :
        of a sum, the part that leads: "bias", "variance" or "bias and variance"; empty for a part alone.
    """

    expansion: Expansion
    regime: str = ""
    decay: Expr | None = None
    implicit: tuple[Eq, ...] = ()
    values: Mapping[Symbol, Expr] = field(default_factory=dict)
    dominant: str = ""

    def exponent(self, variable: Symbol | None = None) -> Expr:
        """Return the exponent of the leading term, minus infinity where there is nothing.

        Raises
        ------
        ValueError
            If `variable` is not the growing one.
        """
        if variable is not None and variable != self.expansion.variable:
            raise ValueError(f"`variable` is {variable}; the rate is one in {self.expansion.variable}")
        return -oo if self.vanishes else self.lead.exponent

    @property
    def lead(self) -> Monomial:
        """The leading monomial; where only a bound is known, that bound.

        Raises
        ------
        IncomparableTermsError
            If there is no single one.
        """
        if self.is_bound and len(self.expansion.error) == 1:
            return self.expansion.error[0]
        return self.expansion.leading_monomial

    @property
    def coefficient(self) -> Expr:
        """The constant of the leading term as it was derived, 0 where only a bound is known."""
        return self.expansion.coefficients.get(self.lead, Integer(0))

    @property
    def is_bound(self) -> bool:
        """Whether no term is known, only a bound of what is there."""
        return not self.expansion.coefficients and bool(self.expansion.error)

    @property
    def vanishes(self) -> bool:
        """Whether this part of the risk is exactly zero."""
        return not self.expansion.coefficients and not self.expansion.error

    @property
    def log_power(self) -> Expr:
        """The power of the logarithm in the leading term."""
        return Integer(0) if self.vanishes else self.lead.log_power

    @property
    def leading(self) -> Expr:
        """The leading term with its constant."""
        if self.vanishes:
            return Integer(0)
        return self.constant * self.lead.of(self.expansion.variable)

    @property
    def constant(self) -> Expr:
        """The constant of the leading term, simplified, in `RHO` and `SHARE` of `ridge_balance`."""
        if self.vanishes or self.is_bound:
            return Integer(0)
        coefficient = self.coefficient if self.decay is None else _in_rho(self.coefficient)
        coefficient = coefficient.subs(self.values)
        return powsimp(simplify(expand_power_base(coefficient, force=True)))

    @property
    def equations(self) -> tuple[Eq, ...]:
        """Equations that define constants in the leading term, with the values put in."""
        return tuple(equation.subs(self.values) for equation in self.implicit)

    @property
    def error_exponents(self) -> tuple[Expr, ...]:
        """Exponents of what is left out, relative to the leading term."""
        if self.vanishes or self.is_bound:
            return ()
        lead = self.lead
        return tuple((bound / lead).exponent for bound in self.expansion.error)

    def latex(self) -> str:
        """Return the leading term and the error as LaTeX, then what defines its implicit constants."""
        if self.vanishes:
            return "0"
        terms = [] if self.is_bound else [self.leading]
        body = latex_sum(terms, self.expansion.ordered_errors())
        return r",\ ".join([body, *map(law_latex, self.equations)])

    def evaluate(self, values: Mapping[Symbol, Expr], digits: int = 15) -> Expr:
        """Return the constant as a number, with values for the symbols that are left in it."""
        known = {**self.values, **values}
        if self.decay is not None:
            decay = sympify(known[self.decay]) if isinstance(self.decay, Symbol) else self.decay
            known[RHO] = rho_value(decay).evalf(digits + 10)
        return self.coefficient.evalf(digits, subs=known)

    def subs(self, values: Mapping[Symbol, Expr]) -> Rate:
        """Put numbers in for parameters; those in the constant wait until it is asked for."""
        if self.vanishes:
            return self
        old = self.expansion

        def moved(monomial: Monomial) -> Monomial:
            return Monomial(monomial.exponent.subs(values), monomial.log_power)

        leading = {} if self.is_bound else {moved(self.lead): self.coefficient}
        error = tuple(map(moved, old.error))
        where: frozenset[Relational] = frozenset()
        if any(monomial.exponent.free_symbols for monomial in (*leading, *error)):
            where = normalise_domain(relation.subs(values) for relation in old.where)
        expansion = Expansion(old.variable, old.at, leading, error, where)
        return replace(self, expansion=expansion, values={**self.values, **values})


def _in_rho(coefficient: Expr) -> Expr:
    r"""Write $\sin(\pi/a)$ as $\pi/(a\rho)$."""

    def replaced(argument: Expr) -> Expr:
        decay = pi / argument
        return sin(argument) if decay.is_number or not decay.is_Symbol else argument / RHO

    return coefficient.replace(sin, replaced)
