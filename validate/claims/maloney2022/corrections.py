r"""The derived renormalised ridge, taken apart into its leading term and relative corrections."""

from __future__ import annotations

from functools import cache

from sympy import Expr

from ....theory import laws, symbols


@cache
def leading_and_corrections(law: str) -> tuple[Expr, tuple[Expr, ...]]:
    r"""Return the leading term of a derived $\kappa(N)$ and its relative corrections.

    Parameters
    ----------
    law :
        A law whose result "kappa" is written as a leading term times one plus corrections.

    Raises
    ------
    ArithmeticError
        If the result has another form.

    >>> len(leading_and_corrections("ridgeless-kappa-finite-size")[1])
    2
    """
    product = laws.derive(law).explicit("kappa").rhs
    corrected = [factor for factor in product.args if factor.is_Add and 1 in factor.args]
    if len(corrected) != 1:
        raise ArithmeticError(f"{product} is not a leading term times one plus corrections")
    return product / corrected[0], tuple(term for term in corrected[0].args if term != 1)


def correction_in_resource() -> Expr:
    r"""Return the relative correction to $\kappa(N)$ of order $1/N$ at infinite size.

    >>> print(correction_in_resource())
    -a/(2*N)
    """
    _, terms = leading_and_corrections("ridgeless-kappa")
    (first,) = [term for term in terms if (term * symbols.features).free_symbols <= {symbols.decay}]
    return first
