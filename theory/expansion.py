r"""Asymptotic expansions in one variable, with symbolic exponents and a carried error.

An `Expansion` is $\sum_i c_i x^{e_i} \log(x)^{l_i} + O(\ldots)$ as $x \to 0^+$ or $x \to \infty$,
where the exponents are rational functions of real parameters and the coefficients any
SymPy expressions.  SymPy's `series` and `Order` cannot compare such exponents; here the
order is decided over the stated domain of the parameters (see `dominance`).

Two exponents may be incomparable over the domain.  Both terms are then kept, and an error
may have several members.  No operation drops an error, and a term leaves an expansion only
when a member of the error bounds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from sympy import (
    Add,
    Expr,
    Integer,
    Mul,
    Symbol,
    binomial,
    cancel,
    expand_power_base,
    log,
    oo,
    powsimp,
    sympify,
)
from sympy.core.relational import Relational

from .monomial import ONE, Monomial, Scale
from .printing import latex_sum
from .relations import normalise_domain
from .terms import combine, read_term, terms_of, tidy


class IncomparableTermsError(ValueError):
    """No single term of an expansion leads over its whole domain.

    Attributes
    ----------
    difference :
        a difference of exponents whose sign is open on the domain; `None` where splitting the
        domain would not help.
    """

    def __init__(self, message: str, difference: Expr | None = None) -> None:
        super().__init__(message)
        self.difference = difference


@dataclass(frozen=True, slots=True)
class Expansion:
    r"""$\sum_i c_i x^{e_i}\log(x)^{l_i} + O(\ldots)$ as `variable` tends to `at`.

    Build one with `Expansion.of` or from the sums of `mellin`; combine with `+`, `-`, `*`,
    `/`, `power`, `logarithm`, and with `compose` and `revert` of `asymptotic_sum`.

    Parameters
    ----------
    variable :
        the variable $x > 0$.
    at :
        0 or `oo`.
    coefficients :
        maps each monomial to its coefficient, free of `variable`.
    error :
        monomials whose sum bounds what is left out; empty for an exact finite sum.
    where :
        relations between the parameters in the exponents.

    Raises
    ------
    ValueError
        If `at` is neither 0 nor `oo`.

    >>> from sympy.abc import a, x
    >>> f = Expansion.of(x**-a + 2 / x, x, error=[x**-3], where=[a > 1, a < 2])
    >>> f.leading
    2/x
    >>> f.power(-1, corrections=1).as_expr()
    x/2 - x**(2 - a)/4
    """

    variable: Symbol
    at: Expr
    coefficients: Mapping[Monomial, Expr]
    error: tuple[Monomial, ...]
    where: frozenset[Relational]

    def __post_init__(self) -> None:
        if self.at not in (0, oo):
            raise ValueError(f"`at` is {self.at}; an expansion is taken at 0 or oo")
        scale = self.scale
        error = scale.largest(self.error)
        kept = {
            monomial: coefficient
            for monomial, coefficient in self.coefficients.items()
            if coefficient != 0 and not any(scale.bounds(bound, monomial) for bound in error)
        }
        object.__setattr__(self, "error", error)
        object.__setattr__(self, "coefficients", kept)

    @classmethod
    def of(
        cls,
        expression: Expr,
        variable: Symbol,
        *,
        at: Expr = oo,
        error: Iterable[Expr] = (),
        where: Iterable[Relational] = (),
    ) -> Expansion:
        """Read a finite sum of terms $c x^e log(x)^l$, and monomials for the error.

        Raises
        ------
        ValueError
            If `expression` is not such a sum.
        """
        coefficients: dict[Monomial, Expr] = {}
        for term in terms_of(expression):
            coefficient, monomial = read_term(term, variable)
            coefficients[monomial] = coefficients.get(monomial, Integer(0)) + coefficient
        bounds = tuple(read_term(sympify(bound), variable)[1] for bound in error)
        return cls(variable, sympify(at), coefficients, bounds, normalise_domain(where))

    @property
    def scale(self) -> Scale:
        """The order of monomials in which this expansion is taken."""
        return Scale(self.at, self.where)

    @property
    def leading_monomial(self) -> Monomial:
        """The monomial that exceeds all others on the whole domain.

        Raises
        ------
        IncomparableTermsError
            If there is no such term, or the error hides it.
        """
        largest = self.scale.largest((*self.coefficients, *self.error))
        if len(largest) != 1 or largest[0] not in self.coefficients or largest[0] in self.error:
            names = ", ".join(str(monomial.of(self.variable)) for monomial in largest) or "none"
            raise IncomparableTermsError(
                f"no single term leads on the domain {sorted(map(str, self.where))}; candidates: {names}; "
                "narrow `where`",
                _open_difference(largest),
            )
        (first,) = largest
        for monomial in self.coefficients:
            if monomial != first and not self.scale.exceeds(first, monomial):
                raise IncomparableTermsError(
                    f"{first.of(self.variable)} and {monomial.of(self.variable)} are of one order on a part "
                    f"of the domain {sorted(map(str, self.where))}; narrow `where`",
                    _open_difference((first, monomial)),
                )
        return first

    @property
    def leading(self) -> Expr:
        """The leading term with its coefficient."""
        monomial = self.leading_monomial
        return self.coefficients[monomial] * monomial.of(self.variable)

    def exponent(self, variable: Symbol | None = None) -> Expr:
        """Return the exponent of the leading term in `variable`.

        Raises
        ------
        ValueError
            If `variable` is not the variable of this expansion.
        """
        if variable not in (None, self.variable):
            raise ValueError(f"`variable` is {variable}; this is an expansion in {self.variable}")
        return self.leading_monomial.exponent

    def coefficient(self, exponent: Expr, log_power: Expr = 0) -> Expr:
        """Return the coefficient of one monomial, 0 where it has no term."""
        return self.coefficients.get(Monomial(exponent, log_power), Integer(0))

    def as_expr(self) -> Expr:
        """Return the sum of the terms, without the error."""
        return Add(*(c * monomial.of(self.variable) for monomial, c in self.coefficients.items()))

    def error_expr(self) -> Expr:
        """Return the sum of the monomials that bound the error."""
        return Add(*(monomial.of(self.variable) for monomial in self.error))

    def map_coefficients(self, transform: object) -> Expansion:
        """Apply a function to every coefficient, a simplification for instance."""
        assert callable(transform)
        return self._with({m: transform(c) for m, c in self.coefficients.items()}, self.error)

    def _with(self, coefficients: Mapping[Monomial, Expr], error: Iterable[Monomial]) -> Expansion:
        return Expansion(self.variable, self.at, coefficients, tuple(error), self.where)

    def _coerce(self, other: object) -> Expansion:
        if not isinstance(other, Expansion):
            return Expansion.of(sympify(other), self.variable, at=self.at, where=self.where)
        if (other.variable, other.at) != (self.variable, self.at):
            raise ValueError(
                f"cannot combine an expansion in {self.variable} at {self.at} with one in "
                f"{other.variable} at {other.at}"
            )
        return other

    def __add__(self, other: object) -> Expansion:
        other = self._coerce(other)
        coefficients = dict(self.coefficients)
        for monomial, coefficient in other.coefficients.items():
            if monomial in coefficients:
                coefficient = combine((coefficients[monomial], coefficient))
            coefficients[monomial] = coefficient
        return Expansion(
            self.variable, self.at, coefficients, (*self.error, *other.error), self.where | other.where
        )

    __radd__ = __add__

    def __neg__(self) -> Expansion:
        return self._with({m: -c for m, c in self.coefficients.items()}, self.error)

    def __sub__(self, other: object) -> Expansion:
        return self + (-self._coerce(other))

    def __rsub__(self, other: object) -> Expansion:
        return self._coerce(other) - self

    def __mul__(self, other: object) -> Expansion:
        other = self._coerce(other)
        scale = Scale(self.at, self.where | other.where)
        sizes = [scale.largest((*factor.coefficients, *factor.error)) for factor in (self, other)]
        error = [bound * size for bound in self.error for size in sizes[1]]
        error += [bound * size for bound in other.error for size in sizes[0]]
        error_bounds = scale.largest(error)
        products: dict[Monomial, list[Expr]] = {}
        for left, left_coefficient in self.coefficients.items():
            for right, right_coefficient in other.coefficients.items():
                monomial = left * right
                if not any(scale.bounds(bound, monomial) for bound in error_bounds):
                    products.setdefault(monomial, []).append(left_coefficient * right_coefficient)
        coefficients = {m: combine(c) for m, c in products.items()}
        return Expansion(self.variable, self.at, coefficients, error_bounds, scale.where)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Expansion:
        return self * self._coerce(other).power(Integer(-1))

    def __rtruediv__(self, other: object) -> Expansion:
        return self._coerce(other) / self

    def relative(self) -> tuple[Expr, Monomial, Expansion]:
        r"""Split into $c\,m\,(1+\varepsilon)$: coefficient, leading monomial, and $\varepsilon$."""
        lead = self.leading_monomial
        constant = self.coefficients[lead]
        rest = {m / lead: c / constant for m, c in self.coefficients.items() if m != lead}
        return constant, lead, self._with(rest, [bound / lead for bound in self.error])

    def power(self, power: Expr, *, corrections: int = 3) -> Expansion:
        r"""Raise to a real power by the binomial series.

        Parameters
        ----------
        power :
            the exponent $r$; a rational function of the parameters.
        corrections :
            the series $(1+\varepsilon)^r$ is taken to $\varepsilon^{n}$ with this $n \ge 0$, and
            $O(\varepsilon^{n+1})$ joins the error.  Nonnegative integer powers are exact.

        Raises
        ------
        IncomparableTermsError
            If no single term leads.
        ValueError
            If the power is no integer and the leading term carries a logarithm near 0.
        """
        power = sympify(power)
        if power.is_Integer and power >= 0:
            return reduce(Expansion.__mul__, [self] * int(power), self._with({ONE: Integer(1)}, ()))
        constant, lead, epsilon = self.relative()
        if lead.log_power != 0 and self.at == 0 and not power.is_Integer:
            raise ValueError(
                f"the leading term {self.leading} carries a logarithm, which is negative near 0; "
                f"`power` is {power} and must be an integer there"
            )
        series = epsilon.analytic([binomial(power, j).expand(func=True) for j in range(corrections + 1)])
        return series * self._with({lead**power: constant**power}, ())

    def logarithm(self, *, corrections: int = 3) -> Expansion:
        r"""Return the expansion of the logarithm, $e\log x + \log c + \log(1+\varepsilon)$.

        Raises
        ------
        ValueError
            If the leading term itself carries a logarithm: its logarithm is no monomial.
        """
        constant, lead, epsilon = self.relative()
        if lead.log_power != 0:
            raise ValueError(
                f"the leading term {self.leading} carries a logarithm; iterated logarithms have no term here"
            )
        series = [Integer(0)] + [Integer((-1) ** (j + 1)) / j for j in range(1, corrections + 1)]
        start = {Monomial(Integer(0), Integer(1)): lead.exponent, ONE: log(constant)}
        return epsilon.analytic(series) + self._with(start, ())

    def analytic(self, series: list[Expr]) -> Expansion:
        r"""Return $\sum_j f_j \varepsilon^j$ of this small expansion, with the error of stopping there."""
        sizes = self.scale.largest((*self.coefficients, *self.error))
        if not sizes:
            return self._with({ONE: series[0]}, ())
        if not all(self.scale.exceeds(ONE, size) for size in sizes):
            raise IncomparableTermsError(
                f"{self} is not small on the whole domain; narrow `where`", _open_difference((ONE, *sizes))
            )
        stop = [ONE]
        for _ in series:
            stop = list(self.scale.largest(bound * size for bound in stop for size in sizes))
        total = self._with({ONE: series[0]}, stop)
        small = self._with(self.coefficients, (*self.error, *stop))
        powers = small
        for coefficient in series[1:]:
            total = total + powers * coefficient
            powers = powers * small
        return total

    def ordered_terms(self) -> list[Expr]:
        """Return the terms, largest first; incomparable ones in a fixed order of their names."""
        left = sorted(self.coefficients, key=lambda monomial: str(monomial.of(self.variable)))
        ordered: list[Monomial] = []
        while left:
            largest = set(self.scale.largest(left))
            ordered += [monomial for monomial in left if monomial in largest]
            left = [monomial for monomial in left if monomial not in largest]
        return [self.coefficients[monomial] * monomial.of(self.variable) for monomial in ordered]

    def truncated(self) -> Expansion:
        """Keep the terms that no other exceeds; the others join the error."""
        largest = self.scale.largest(self.coefficients)
        rest = [monomial for monomial in self.coefficients if monomial not in largest]
        return self._with({m: self.coefficients[m] for m in largest}, (*rest, *self.error)) if rest else self

    def leading_with_error(self) -> Expansion:
        """Return the leading term alone; what was next joins the error."""
        lead = self.leading_monomial
        rest = [monomial for monomial in self.coefficients if monomial != lead]
        return self._with({lead: self.coefficients[lead]}, (*rest, *self.error))

    def factors(self) -> tuple[Expr, list[Expr], list[Expr]]:
        """Return the leading term, the relative terms after 1, and the relative errors, for printing."""
        first, *others = self.ordered_terms()
        relative = [powsimp(expand_power_base(tidy(term / first)), combine="exp") for term in others]
        lead = self.leading_monomial
        errors = sorted(((bound / lead).of(self.variable) for bound in self.error), key=str)
        return powsimp(first, force=True), relative, errors

    def factored(self) -> Expr:
        """Return the terms as leading term times one plus relative corrections, unevaluated."""
        lead, relative, _ = self.factors()
        return Mul(lead, Add(1, *relative), evaluate=False) if relative else lead

    def ordered_errors(self) -> list[Expr]:
        """Return the monomials of the error in a fixed order."""
        return sorted((bound.of(self.variable) for bound in self.error), key=str)

    def latex(self) -> str:
        """Return the terms in falling order of size, then the error, as LaTeX."""
        return latex_sum(self.ordered_terms(), self.ordered_errors())

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return f"{self.as_expr()} + O({self.error_expr()})" if self.error else str(self.as_expr())


def _open_difference(monomials: Sequence[Monomial]) -> Expr | None:
    """Return the first difference of exponents that is not a number."""
    first, *others = monomials or (ONE,)
    differences = (cancel(first.exponent - other.exponent) for other in others)
    return next((difference for difference in differences if difference.free_symbols), None)
