r"""Quotients of Gamma functions at large arguments, with as many corrections as asked for.

$$\frac{\Gamma(n+\alpha)}{\Gamma(n+\beta)}=n^{\alpha-\beta}\exp\sum_{j\ge1}
\frac{(-1)^{j+1}[B_{j+1}(\alpha)-B_{j+1}(\beta)]}{j(j+1)\,n^j}$$
is the difference of two Stirling series (DLMF 5.11.8), exponentiated here with the error carried.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Integer, Symbol, bernoulli, factor, factorial, sympify
from sympy.core.relational import Relational

from ..expansion import Expansion


def gamma_ratio(
    upper: Expr,
    lower: Expr,
    variable: Symbol,
    *,
    corrections: int = 0,
    where: Iterable[Relational] = (),
) -> Expansion:
    r"""Expand $\Gamma(n+\alpha)/\Gamma(n+\beta)$ for $n\to\infty$.

    Parameters
    ----------
    upper, lower :
        $\alpha$ and $\beta$, free of the variable.
    variable :
        $n$.
    corrections :
        number of terms after the leading one, an integer >= 0.
    where :
        relations between the parameters.

    Raises
    ------
    ValueError
        If `corrections` is negative.

    >>> from sympy.abc import n
    >>> print(gamma_ratio(1, 0, n, corrections=1))
    n + O(1/n)
    >>> print(gamma_ratio(Integer(1) / 2, 0, n, corrections=1))
    sqrt(n) - 1/(8*sqrt(n)) + O(n**(-3/2))
    """
    if corrections < 0:
        raise ValueError(f"`corrections` is {corrections}; give an integer >= 0")
    alpha, beta = sympify(upper), sympify(lower)
    rest = sum(
        (
            Integer((-1) ** (j + 1))
            * _bernoulli_difference(j + 1, alpha, beta)
            / (j * (j + 1))
            * variable**-j
            for j in range(1, corrections + 1)
        ),
        Integer(0),
    )
    error = variable ** -(corrections + 1)
    small = Expansion.of(rest, variable, error=[error], where=where)
    factor_of_power = small.analytic([1 / factorial(j) for j in range(corrections + 1)])
    power = Expansion.of(variable ** (alpha - beta), variable, where=where)
    return (power * factor_of_power).map_coefficients(factor)


def _bernoulli_difference(order: int, alpha: Expr, beta: Expr) -> Expr:
    return factor(bernoulli(order, alpha) - bernoulli(order, beta))
