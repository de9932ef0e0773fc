r"""From eigenvalues in the degree to the ordered spectrum $\lambda_k\simeq ck^{-a}$.

Eigenvalues come in families: one formula in the degree $n$ and the number $\mathcal N(n)$ of eigenfunctions
up to it.  A family has $\mathcal N(n(\lambda))$ eigenvalues above $\lambda$; the counts of all families add
up, and the inverse of their sum is the spectrum in its own order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol, cancel, expand_power_base, powsimp, simplify

from .. import symbols
from ..asymptotic_sum import compose, revert
from ..expansion import Expansion

#: The level above which eigenvalues are counted.
LEVEL = Symbol("lambda", positive=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    r"""Eigenvalues that one formula gives.

    Parameters
    ----------
    eigenvalue :
        expansion in the degree $n\to\infty$, with one leading term that falls.
    modes :
        number of eigenfunctions of the family up to degree $n$, an expansion that grows.
    parity :
        0 for even degrees only, 1 for odd ones, None for all.
    """

    eigenvalue: Expansion
    modes: Expansion
    parity: int | None = None

    def above(self, level: Symbol = LEVEL) -> Expansion:
        r"""Return the number of eigenvalues above a level that tends to 0.

        Raises
        ------
        ValueError
            If the eigenvalues do not fall on the whole domain of their parameters.
        """
        return compose(self.modes, revert(self.eigenvalue, level, corrections=0), corrections=1)


def ordered_spectrum(families: Sequence[Family], index: Symbol = symbols.index) -> Expansion:
    r"""Return the eigenvalues of all families in one decreasing order, $\lambda_k$ for $k\to\infty$.

    Parameters
    ----------
    families :
        at least one.
    index :
        $k$.

    Raises
    ------
    ValueError
        If there is no family, or one has eigenvalues that do not fall.
    IncomparableTermsError
        If the domain of the parameters leaves open which family leads.

    Notes
    -----
    A family whose eigenvalues fall faster than another's adds to the error only.

    >>> from .counting import torus_modes
    >>> from .letters import degree as n
    >>> family = Family(eigenvalue=Expansion.of(n**-4, n, error=[n**-5]), modes=torus_modes(1))
    >>> print(ordered_spectrum([family]))
    16/k**4 + O(k**(-5))
    """
    if not families:
        raise ValueError("`families` is empty; give at least one")
    counts = [family.above() for family in families]
    total = sum(counts[1:], start=counts[0])
    found = revert(total.leading_with_error(), index, corrections=0)
    return found.map_coefficients(_tidy)


def _tidy(coefficient: Expr) -> Expr:
    """Collect the powers of a constant and reduce their exponents."""
    collected = powsimp(expand_power_base(simplify(coefficient), force=True))
    return collected.replace(lambda part: part.is_Pow, lambda part: part.base ** cancel(part.exp))
