r"""Sums of monomials in several variables with error monomials, before any order is imposed.

An `AsymptoticSum` says $f(x_1, x_2, \ldots) = \sum_i c_i \prod_j x_j^{e_{ij}} \log(x_j)^{l_{ij}} + O(\ldots)$
in a stated regime.  Which term is large depends on how the variables grow together; that is
decided when they are substituted by expansions in one common variable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from sympy import Add, Expr, Integer, Symbol, binomial, oo, sympify
from sympy.core.relational import Relational

from .expansion import Expansion, IncomparableTermsError
from .monomial import ONE, Monomial
from .printing import latex_sum
from .relations import normalise_domain
from .terms import read_term, terms_of


@dataclass(frozen=True, slots=True)
class AsymptoticSum:
    r"""$\sum_i c_i \prod_j x_j^{e_{ij}}\log(x_j)^{l_{ij}} + O(\ldots)$, a finite sum with its error.

    Parameters
    ----------
    terms :
        the terms with their coefficients.
    errors :
        terms whose sum bounds what is left out; coefficients are ignored.
    where :
        relations between parameters under which the sum was derived.

    >>> from sympy.abc import x, y
    >>> AsymptoticSum((x, y), (x * y,)).as_expr()
    x + y
    """

    terms: tuple[Expr, ...]
    errors: tuple[Expr, ...] = ()
    where: frozenset[Relational] = frozenset()

    @classmethod
    def of(
        cls, expression: Expr, *, errors: Iterable[Expr] = (), where: Iterable[Relational] = ()
    ) -> AsymptoticSum:
        """Read a sum from a SymPy expression, expanding it."""
        return cls(terms_of(expression), tuple(map(sympify, errors)), normalise_domain(where))

    def as_expr(self) -> Expr:
        """Return the sum of the terms, without the error."""
        return Add(*self.terms)

    def __add__(self, other: AsymptoticSum) -> AsymptoticSum:
        return AsymptoticSum(self.terms + other.terms, self.errors + other.errors, self.where | other.where)

    def __neg__(self) -> AsymptoticSum:
        return AsymptoticSum(tuple(-term for term in self.terms), self.errors, self.where)

    def __sub__(self, other: AsymptoticSum) -> AsymptoticSum:
        return self + (-other)

    def __mul__(self, other: AsymptoticSum) -> AsymptoticSum:
        terms = tuple(left * right for left in self.terms for right in other.terms)
        pairs = [(left, right) for left in self.errors for right in (*other.terms, *other.errors)]
        pairs += [(left, right) for left in self.terms for right in other.errors]
        bounds = dict.fromkeys((left * right).as_coeff_Mul()[1] for left, right in pairs)
        return AsymptoticSum(terms_of(Add(*terms)), tuple(bounds), self.where | other.where)

    def power(self, power: Expr, *, leading: Expr | None = None, corrections: int = 3) -> AsymptoticSum:
        r"""Raise to a real power.

        Parameters
        ----------
        power :
            the exponent $r$; a nonnegative integer is exact.
        leading :
            the term $t$ that exceeds all others where the result is used; needed for any other power.
        corrections :
            the binomial series of $t^r(1+\varepsilon)^r$ is taken to $\varepsilon^n$ with this $n\ge0$;
            $t^r\varepsilon^{n+1}$ joins the error, term by term.

        Raises
        ------
        ValueError
            If `leading` is needed and no term of the sum.

        >>> from sympy.abc import x, y
        >>> print(AsymptoticSum((x, y)).power(-1, leading=x, corrections=1).as_expr())
        1/x - y/x**2
        """
        power = sympify(power)
        one = AsymptoticSum((Integer(1),), (), self.where)
        if power.is_Integer and power >= 0:
            return reduce(AsymptoticSum.__mul__, [self] * int(power), one)
        if leading is None or leading not in self.terms:
            names = ", ".join(map(str, self.terms))
            raise ValueError(
                f"`leading` is {leading}; for `power` = {power} name the leading term out of {names}"
            )
        rest = tuple(term for term in self.terms if term != leading)
        small = AsymptoticSum(rest, self.errors, self.where).times(1 / leading)
        total, last = one, one
        for order in range(1, corrections + 1):
            last = last * small
            total = total + last.times(binomial(power, order).expand(func=True))
        left_out = last * small
        bounds = dict.fromkeys(term.as_coeff_Mul()[1] for term in (*left_out.terms, *left_out.errors))
        total = AsymptoticSum(total.terms, (*total.errors, *bounds), self.where)
        return total.times(leading**power)

    def times(self, factor: Expr) -> AsymptoticSum:
        """Multiply by one exact term."""
        return AsymptoticSum(
            tuple(term * factor for term in self.terms),
            tuple((error * factor).as_coeff_Mul()[1] for error in self.errors),
            self.where,
        )

    def in_one(self, variable: Symbol, *, at: Expr, where: Iterable[Relational] = ()) -> Expansion:
        """Order the sum as an expansion in one variable; all other symbols count as constants."""
        domain = self.where | normalise_domain(where)
        total = Expansion.of(self.as_expr(), variable, at=at, where=domain)
        error = [read_term(term, variable)[1] for term in self.errors]
        return Expansion(variable, total.at, total.coefficients, tuple(error), domain)

    def substitute(self, values: Mapping[Symbol, Expansion], *, corrections: int = 3) -> Expansion:
        """Put expansions in one common variable in place of the variables.

        Parameters
        ----------
        values :
            an expansion for each variable, all in the same variable and at the same point; couplings such
            as $T^q$ become expansions by `couple`.
        corrections :
            as in `Expansion.power`.

        Raises
        ------
        ValueError
            If `values` is empty or mixes variables.
        """
        if not values:
            raise ValueError("`values` is empty; give an expansion for at least one variable")
        one = next(iter(values.values())).power(Integer(0))
        one = Expansion(one.variable, one.at, one.coefficients, (), one.where | self.where)
        parts = (_substitute_term(term, values, one, corrections) for term in self.terms)
        total = sum(parts, one * 0)
        bounds = [_size(error, values, one.variable) for error in self.errors]
        return total + Expansion(one.variable, one.at, {}, tuple(bounds), one.where)

    def ordered_terms(self) -> list[Expr]:
        """Return the terms as they were derived."""
        return list(self.terms)

    def ordered_errors(self) -> list[Expr]:
        """Return the bounds of the error as they were derived."""
        return list(self.errors)

    def latex(self) -> str:
        """Return the sum and its error as LaTeX."""
        return latex_sum(self.terms, self.errors)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def couple(
    couplings: Mapping[Symbol, Expr], variable: Symbol, *, at: Expr = oo, where: Iterable[Relational] = ()
) -> dict[Symbol, Expansion]:
    r"""Return expansions of variables that grow or vanish together as powers of one.

    Parameters
    ----------
    couplings :
        for each variable a finite sum of terms in the common one, such as $T^q$ or $cT^{-l}$.
    variable :
        the common variable, which is coupled to itself.
    at :
        0 or `oo`.
    where :
        relations between the parameters in the exponents.

    >>> from sympy.abc import N, T, q
    >>> total = AsymptoticSum((1 / N, 1 / T))
    >>> total.substitute(couple({N: T**q}, T, where=[q > 1])).leading
    1/T
    """
    domain = normalise_domain(where)
    values = {variable: variable, **couplings}
    return {
        symbol: Expansion.of(sympify(value), variable, at=at, where=domain)
        for symbol, value in values.items()
    }


def _split(term: Expr, variables: Iterable[Symbol]) -> tuple[Expr, dict[Symbol, Monomial]]:
    monomials = {}
    for variable in variables:
        term, monomials[variable] = read_term(term, variable)
    return term, monomials


def _substitute_term(
    term: Expr, values: Mapping[Symbol, Expansion], one: Expansion, corrections: int
) -> Expansion:
    constant, monomials = _split(term, values)
    product = Expansion.of(constant, one.variable, at=one.at, where=one.where)
    for variable, monomial in monomials.items():
        if monomial == ONE:
            continue
        value = values[variable]
        if monomial.exponent != 0:
            product = product * value.power(monomial.exponent, corrections=corrections)
        if monomial.log_power != 0:
            logarithm = value.logarithm(corrections=corrections)
            product = product * logarithm.power(monomial.log_power, corrections=corrections)
    return product


def _size(term: Expr, values: Mapping[Symbol, Expansion], common: Symbol) -> Monomial:
    """Return the monomial in the common variable that bounds `term`."""
    constant, monomials = _split(term, values)
    size = read_term(constant, common)[1]
    for variable, monomial in monomials.items():
        lead = values[variable].leading_monomial if monomial != ONE else ONE
        size = size * lead**monomial.exponent * Monomial(Integer(0), monomial.log_power)
    return size


def solve_balance(
    balance: AsymptoticSum,
    unknown: Symbol,
    *,
    equals: Expansion,
    given: Mapping[Symbol, Expansion] | None = None,
    corrections: int = 2,
) -> Expansion:
    r"""Solve $f(x, \ldots) = y$ for the variable $x$, where one term of $f$ balances $y$.

    Writing $f = c\,x^e (1 + \varepsilon)$ with the balancing term in front, the iteration
    $x \leftarrow (y/c)^{1/e} (1+\varepsilon(x))^{-1/e}$ starts with the error $\varepsilon$ of its first
    guess and gains one factor $\varepsilon$ a step; the error carried is that of the exact root.

    Parameters
    ----------
    balance :
        $f$; it may depend on further variables.
    unknown :
        $x$.
    equals :
        $y$, an expansion in the common variable.
    given :
        expansions, in the common variable, of the further variables of $f$.
    corrections :
        how many relative corrections to carry, each one factor $\varepsilon$ smaller.

    Raises
    ------
    IncomparableTermsError
        If no term, or more than one, balances $y$ on the whole domain.
    """
    roots = []
    reasons = []
    for position in range(len(balance.terms)):
        try:
            roots.append(
                _solve_with_leading(balance, position, unknown, equals, dict(given or {}), corrections)
            )
        except IncomparableTermsError as reason:
            reasons.append(f"{balance.terms[position]}: {reason}")
    if len(roots) == 1:
        return roots[0]
    if roots:
        raise IncomparableTermsError(f"{len(roots)} different terms can balance {equals}; narrow `where`")
    raise IncomparableTermsError(f"no term balances {equals} on the whole domain ({'; '.join(reasons)})")


def _solve_with_leading(
    balance: AsymptoticSum,
    position: int,
    unknown: Symbol,
    equals: Expansion,
    given: dict[Symbol, Expansion],
    corrections: int,
) -> Expansion:
    lead = balance.terms[position]
    constant, monomial = read_term(lead, unknown)
    if monomial.exponent == 0 or monomial.log_power != 0:
        raise IncomparableTermsError(f"`{lead}` cannot be solved for {unknown} in powers")
    rest = AsymptoticSum(
        balance.terms[:position] + balance.terms[position + 1 :], balance.errors, balance.where
    )
    epsilon = rest.times(1 / lead)
    start = equals
    if constant.free_symbols & set(given):
        start = start / AsymptoticSum((constant,)).substitute(given)
    else:
        start = start * (1 / constant)
    start = start.power(1 / monomial.exponent, corrections=corrections)
    start = Expansion(start.variable, start.at, start.coefficients, start.error, start.where | balance.where)
    # The first guess is off by the relative order of everything that was left out.
    sizes = [
        _size(term, {**given, unknown: start}, start.variable) for term in epsilon.terms + epsilon.errors
    ]
    for size in sizes:
        if not start.scale.exceeds(ONE, size):
            raise IncomparableTermsError(f"it does not exceed {size.of(start.variable)} relatively")
    largest = start.scale.largest(sizes)
    guess = tuple(start.leading_monomial * size for size in largest)
    root = Expansion(start.variable, start.at, start.coefficients, (*start.error, *guess), start.where)
    for _ in range(corrections):
        small = epsilon.substitute({**given, unknown: root}, corrections=corrections)
        root = start * (small + 1).power(-1 / monomial.exponent, corrections=corrections)
    return root


def compose(outer: Expansion, inner: Expansion, *, corrections: int = 3) -> Expansion:
    """Substitute `inner` for the variable of `outer`.

    Parameters
    ----------
    outer :
        expansion in a variable that `inner` drives to the point of expansion.
    inner :
        expansion with one leading term that tends to `outer.at`.
    corrections :
        as in `Expansion.power`.

    Raises
    ------
    ValueError
        If `inner` does not tend to the point where `outer` is taken.

    >>> from sympy.abc import x, y
    >>> f = Expansion.of(x - x**2, x, at=0, error=[x**3])
    >>> print(compose(f, Expansion.of(1 / y + y**-2, y)))
    1/y + O(y**(-3))
    """
    lead = inner.leading_monomial
    larger, smaller = (lead, ONE) if outer.at == oo else (ONE, lead)
    if not inner.scale.exceeds(larger, smaller):
        raise ValueError(f"`inner` = {inner} does not tend to {outer.at}, where `outer` is taken")
    return as_sum(outer).substitute({outer.variable: inner}, corrections=corrections)


def revert(expansion: Expansion, variable: Symbol, *, corrections: int = 2) -> Expansion:
    r"""Solve $y = f(x)$ for $x$, as an expansion in $y$.

    Parameters
    ----------
    expansion :
        $f$, with one leading term $c x^e$, $c > 0$, $e \ne 0$, without a logarithm.
    variable :
        the symbol for $y$.
    corrections :
        how many relative corrections to carry.

    Raises
    ------
    ValueError
        If the leading term is negative, carries a logarithm, or its exponent has no sign on the domain.

    >>> from sympy.abc import x, y
    >>> print(revert(Expansion.of(1 / x - 1, x, at=0), y, corrections=2))
    1/y - 1/y**2 + y**(-3) + O(y**(-4))
    """
    lead = expansion.leading_monomial
    if lead.log_power != 0:
        raise ValueError(
            f"the leading term {expansion.leading} carries a logarithm; its inverse has no powers"
        )
    if expansion.coefficients[lead].is_negative:
        raise ValueError(f"the leading term {expansion.leading} is negative; revert the negated expansion")
    grows = expansion.scale.exceeds(lead, ONE)
    if not grows and not expansion.scale.exceeds(ONE, lead):
        raise ValueError(
            f"the leading term {expansion.leading} neither grows nor vanishes on the whole domain"
        )
    target = Expansion.of(variable, variable, at=oo if grows else Integer(0), where=expansion.where)
    leading = [m for m in expansion.coefficients if m == lead]
    others = [m for m in expansion.coefficients if m != lead]
    ordered = {m: expansion.coefficients[m] for m in leading + others}
    source = Expansion(expansion.variable, expansion.at, ordered, expansion.error, expansion.where)
    return _solve_with_leading(as_sum(source), 0, expansion.variable, target, {}, corrections)


def as_sum(expansion: Expansion) -> AsymptoticSum:
    """Forget the order of an expansion."""
    x = expansion.variable
    terms = tuple(c * m.of(x) for m, c in expansion.coefficients.items())
    return AsymptoticSum(terms, tuple(m.of(x) for m in expansion.error), expansion.where)
