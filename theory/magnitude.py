r"""The order of magnitude of a formula when all its variables are powers of one large number.

With $X_j = C^{x_j}$, a positive formula built from products, real powers, sums, `Max` and `Min` is
$C^{e(x)}$ up to factors that grow slower than any power, where $e$ is a minimum of maxima of linear forms:
a sum is as large as its largest term, and logarithms count as constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from sympy import Add, Expr, Float, Integer, Max, Min, Mul, Pow, Rational, Symbol, log
from sympy.core.function import AppliedUndef

from .parameter_domain import ParameterDomain
from .rational_functions import RationalFunction

#: Exponents of the variables, one for each.
Exponents = tuple[RationalFunction, ...]
#: Outer tuple: minimum; inner tuple: maximum.
Magnitude = tuple[tuple[Exponents, ...], ...]


@dataclass(frozen=True, slots=True)
class Term:
    r"""A term $c\prod_j x_j^{e_j}\prod_i\log(\ell_i)^{p_i}$ of several variables.

    Parameters
    ----------
    coefficient :
        $c$, free of the variables.
    exponents :
        $e_j$ by variable.
    logarithms :
        arguments and powers of logarithms.
    """

    coefficient: Expr
    exponents: dict[Symbol, Expr]
    logarithms: tuple[tuple[Expr, Expr], ...] = ()

    def times(self, other: Term) -> Term:
        """Multiply two terms."""
        exponents = dict(self.exponents)
        for variable, exponent in other.exponents.items():
            exponents[variable] = exponents.get(variable, Integer(0)) + exponent
        return Term(self.coefficient * other.coefficient, exponents, self.logarithms + other.logarithms)

    def power(self, power: Expr) -> Term:
        """Raise to a real power."""
        return Term(
            self.coefficient**power,
            {variable: exponent * power for variable, exponent in self.exponents.items()},
            tuple((argument, p * power) for argument, p in self.logarithms),
        )


def exactly(expression: Expr) -> Expr:
    """Replace every float by the binary number it is."""
    return expression.replace(lambda part: isinstance(part, Float), lambda part: Rational(part))


def as_term(expression: Expr, variables: Sequence[Symbol]) -> Term | None:
    """Read a single term; `None` if the expression is none."""
    if not expression.has(*variables):
        return Term(expression, {})
    if expression in variables:
        return Term(Integer(1), {expression: Integer(1)})
    if isinstance(expression, Mul):
        result = Term(Integer(1), {})
        for factor in expression.args:
            read = as_term(factor, variables)
            if read is None:
                return None
            result = result.times(read)
        return result
    if isinstance(expression, Pow) and not expression.exp.has(*variables):
        base = as_term(expression.base, variables)
        return None if base is None else base.power(expression.exp)
    if isinstance(expression, log) and as_term(expression.args[0], variables) is not None:
        return Term(Integer(1), {}, ((expression.args[0], Integer(1)),))
    return None


def parameters_of(expression: Expr, variables: Sequence[Symbol]) -> set[Symbol]:
    """Return the symbols in exponents of the variables: the real parameters of a formula."""
    if not expression.has(*variables) or isinstance(expression, log):
        return set()
    found: set[Symbol] = set()
    if isinstance(expression, Pow):
        found |= expression.exp.free_symbols - set(variables)
    for part in expression.args:
        found |= parameters_of(part, variables)
    return found


def check_coefficient(coefficient: Expr, domain: ParameterDomain, context: Expr) -> None:
    """Refuse a coefficient that is not positive; a symbol of unknown sign counts as positive.

    Raises
    ------
    ValueError
        If it is negative or zero, or changes its sign over the domain.
    """
    if coefficient.is_positive:
        return
    remedy = "give a sum of positive terms"
    if coefficient.is_nonpositive or coefficient.is_real is False:
        raise ValueError(f"coefficient `{coefficient}` in `{context}` is not positive; {remedy}")
    if isinstance(coefficient, AppliedUndef):
        raise ValueError(f"`{coefficient}` in `{context}` is not a known function; {remedy}")
    if isinstance(coefficient, Add) and coefficient.free_symbols <= domain.symbols:
        try:
            value = domain.field.read(coefficient)
        except ValueError:
            return
        if domain.condition(value, ">") is not True:
            raise ValueError(
                f"coefficient `{coefficient}` in `{context}` is not positive on the whole domain; "
                "narrow `where`"
            )
        return
    if isinstance(coefficient, Add) and coefficient.could_extract_minus_sign():
        raise ValueError(f"coefficient `{coefficient}` in `{context}` is not positive; {remedy}")
    if isinstance(coefficient, Mul):
        for factor in coefficient.args:
            check_coefficient(factor, domain, context)


def magnitude(expression: Expr, variables: Sequence[Symbol], domain: ParameterDomain) -> Magnitude:
    r"""Return the exponent of a formula as a minimum of maxima of linear forms.

    Parameters
    ----------
    expression :
        positive, built from `variables` by products, powers, sums, `Max`, `Min` and logarithms.
    variables :
        what grows.
    domain :
        the parameters in the exponents.

    Raises
    ------
    ValueError
        If the formula is not built so, or has a coefficient that is not positive.

    >>> from sympy.abc import N, T, a
    >>> domain = ParameterDomain([a > 1], [a])
    >>> found = magnitude((N**-a + 1 / T) ** a, [N, T], domain)
    >>> [[[e.as_expr() for e in form] for form in largest] for largest in found]
    [[[-a**2, 0], [0, -a]]]
    """
    term = as_term(expression, variables)
    if term is not None:
        check_coefficient(term.coefficient, domain, expression)
        form = tuple(domain.field.read(term.exponents.get(v, Integer(0))) for v in variables)
        return ((form,),)
    if isinstance(expression, (Add, Max)):
        return _largest([magnitude(part, variables, domain) for part in expression.args])
    if isinstance(expression, Min):
        return tuple(branch for part in expression.args for branch in magnitude(part, variables, domain))
    if isinstance(expression, Mul):
        result = magnitude(expression.args[0], variables, domain)
        for part in expression.args[1:]:
            result = _sum(result, magnitude(part, variables, domain))
        return result
    if isinstance(expression, Pow) and not expression.exp.has(*variables):
        return _scaled(
            magnitude(expression.base, variables, domain), domain.field.read(expression.exp), domain
        )
    raise ValueError(
        f"`{expression}` is no sum of products of real powers; write it in powers and logarithms of "
        f"{', '.join(map(str, variables))} with `Min` and `Max` if needed"
    )


def _largest(parts: list[Magnitude]) -> Magnitude:
    return tuple(
        tuple(dict.fromkeys(form for branch in choice for form in branch)) for choice in product(*parts)
    )


def _sum(first: Magnitude, second: Magnitude) -> Magnitude:
    return tuple(
        tuple(
            dict.fromkeys(
                tuple(a + b for a, b in zip(left, right, strict=True)) for left in one for right in other
            )
        )
        for one in first
        for other in second
    )


def _scaled(base: Magnitude, power: RationalFunction, domain: ParameterDomain) -> Magnitude:
    scaled = tuple(tuple(tuple(e * power for e in form) for form in branch) for branch in base)
    if domain.condition(power, ">=") is True:
        return scaled
    if domain.condition(-power, ">=") is True:
        # the largest becomes the smallest: a minimum of maxima again, by choosing one form of each
        return tuple(tuple(dict.fromkeys(choice)) for choice in product(*scaled))
    raise ValueError(
        f"the exponent `{power.as_expr()}` of a sum has no sign on the domain; narrow `where` to one sign"
    )
