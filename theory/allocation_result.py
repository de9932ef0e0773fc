r"""The best allocation in one region of the parameters: exponents, and constants where they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mpmath import mpf
from sympy import Expr, FiniteSet, Mul, Rational, Set, Symbol, Union, oo, powsimp, sympify
from sympy.core.relational import Relational

from .allocation_constants import number, put
from .printing import law_latex
from .regions import exact_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    r"""The best allocation of a large budget $C$ in one region of the parameters.

    Parameters
    ----------
    exponents :
        for each resource $x_j$ in $X_j\asymp C^{x_j}$; a SymPy set, an interval mostly, of all that
        are equally good where the optimum is not unique; each is a projection, the resources vary together.
    risk :
        $-t$ in $R - R_\infty\asymp C^{-t}$.
    budget :
        $C$.
    constants :
        for each resource $\xi_j$ in $X_j\simeq\xi_jC^{x_j}$; `None` where they have no closed form.
    risk_constant :
        $\rho$ in $R-R_\infty\simeq\rho\,C^{-t}$, or `None`.
    shares :
        the part of the risk that each term has at the optimum, with `constants`.
    constants_where :
        relations under which the constants hold, beside those of the region.
    remark :
        why there are no constants, or what else is to be known.
    """

    exponents: Mapping[Symbol, Expr | Set]
    risk: Expr
    budget: Symbol
    constants: Mapping[Symbol, Expr] | None = None
    risk_constant: Expr | None = None
    shares: Mapping[str, Expr] = field(default_factory=dict)
    constants_where: tuple[Relational, ...] = ()
    remark: str = ""

    @property
    def is_unique(self) -> bool:
        """Whether every resource has one best exponent."""
        return not any(isinstance(exponent, Set) for exponent in self.exponents.values())

    @property
    def amounts(self) -> Mapping[Symbol, Expr]:
        """Each resource as a function of the budget, to leading order.

        Raises
        ------
        ValueError
            If the constants have no closed form.
        """
        if self.constants is None:
            raise ValueError(f"the constants of this allocation are not known: {self.remark}")
        return {
            symbol: _times_power(constant, self.budget, self.exponents[symbol])
            for symbol, constant in self.constants.items()
        }

    @property
    def reducible_risk(self) -> Expr:
        """The risk above its irreducible part as a function of the budget, to leading order.

        Raises
        ------
        ValueError
            If the constants have no closed form.
        """
        if self.risk_constant is None:
            raise ValueError(f"the constants of this allocation are not known: {self.remark}")
        return _times_power(self.risk_constant, self.budget, self.risk)

    def amounts_at(self, budget: Any, digits: int = 15) -> dict[Symbol, mpf]:
        """Evaluate the amounts at a budget.

        Parameters
        ----------
        budget :
            a number larger than 1, taken exactly.
        digits :
            significant digits wanted, all of them right.

        Raises
        ------
        ValueError
            If there is no closed form, a coefficient has no number, or the budget is not larger than 1.
        """
        exact = {self.budget: self._exact_budget(budget)}
        return {symbol: number(amount, exact, digits) for symbol, amount in self.amounts.items()}

    def reducible_risk_at(self, budget: Any, digits: int = 15) -> mpf:
        """Evaluate the risk above its irreducible part at a budget, as `amounts_at`."""
        return number(self.reducible_risk, {self.budget: self._exact_budget(budget)}, digits)

    def _exact_budget(self, budget: Any) -> Expr:
        exact = exact_number(str(self.budget), Rational(budget) if isinstance(budget, float) else budget)
        if not exact > 1:
            raise ValueError(f"`budget` is {budget}; give a number larger than 1")
        return exact

    def subs(self, values: Mapping[Symbol, Any]) -> Allocation:
        """Put numbers in place of parameters."""
        exact = {symbol: sympify(value) for symbol, value in values.items()}
        relations = [relation.xreplace(exact) for relation in self.constants_where]
        known = self.constants is not None and not any(relation == False for relation in relations)  # noqa: E712
        lost = self.constants is not None and not known
        return Allocation(
            exponents={symbol: _single(e.xreplace(exact)) for symbol, e in self.exponents.items()},
            risk=self.risk.xreplace(exact),
            budget=self.budget,
            constants={s: put(c, exact) for s, c in self.constants.items()}
            if self.constants is not None and known
            else None,
            risk_constant=None if self.risk_constant is None or not known else put(self.risk_constant, exact),
            shares={term: share.xreplace(exact) for term, share in self.shares.items()} if known else {},
            constants_where=tuple(r for r in relations if isinstance(r, Relational)) if known else (),
            remark="more terms and limits meet here than fix the optimum" if lost else self.remark,
        )

    def latex(self) -> str:
        r"""Return the orders of the risk and of the resources as LaTeX; $\asymp$ without constants."""
        budget = law_latex(self.budget)
        parts = [rf"R-R_\infty {self._growth(self.risk, self.risk_constant, budget)}"]
        for symbol, exponent in self.exponents.items():
            constant = None if self.constants is None else self.constants[symbol]
            parts.append(f"{law_latex(symbol)} {self._growth(exponent, constant, budget)}")
        return r",\quad ".join(parts)

    def _growth(self, exponent: Expr | Set, constant: Expr | None, budget: str) -> str:
        if isinstance(exponent, Set):
            ranges = r" \cup ".join(_range_latex(part) for part in intervals(exponent))
            return rf"\asymp {budget}^{{x}},\ x \in {ranges}"
        if constant is None:
            return rf"\asymp {law_latex(self.budget**exponent)}"
        return rf"\simeq {law_latex(powsimp(constant * self.budget**exponent))}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        parts = [f"risk ~ {power_text(self.budget, self.risk)}"]
        parts += [f"{symbol} ~ {power_text(self.budget, e)}" for symbol, e in self.exponents.items()]
        return ", ".join(parts)


def _times_power(constant: Expr, budget: Symbol, exponent: Expr) -> Expr:
    # a product with powers left as they are must not be evaluated either
    return Mul(constant, budget**exponent, evaluate=not constant.is_number or constant.is_Rational)


def _single(exponent: Expr | Set) -> Expr | Set:
    """Return the member of a set of one."""
    if isinstance(exponent, FiniteSet) and len(exponent) == 1:
        return next(iter(exponent))
    return exponent


def intervals(exponent: Set) -> list[Set]:
    """Return the parts of a set of exponents, apart from one another."""
    return list(exponent.args) if isinstance(exponent, Union) else [exponent]


def _range_latex(part: Set) -> str:
    if isinstance(part, FiniteSet):
        return rf"\left\{{{law_latex(next(iter(part)))}\right\}}"
    left = "(" if part.inf == -oo else "["
    right = ")" if part.sup == oo else "]"
    ends = ", ".join(law_latex(end) for end in (part.inf, part.sup))
    return rf"\left{left}{ends}\right{right}"


def power_text(base: Symbol | str, exponent: Expr | Set) -> str:
    """Write a power for a terminal."""
    if isinstance(exponent, Set):
        ranges = " or ".join(
            str(next(iter(part))) if isinstance(part, FiniteSet) else f"{part.inf} .. {part.sup}"
            for part in intervals(exponent)
        )
        return f"{base}^({ranges})"
    if exponent == 0:
        return "1"
    if exponent == 1:
        return str(base)
    text = str(exponent)
    return (
        f"{base}^{text}"
        if exponent.is_Symbol or (exponent.is_Integer and exponent > 0)
        else f"{base}^({text})"
    )
