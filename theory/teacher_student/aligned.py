r"""The loss if the kernel of the samples had the eigenvectors of the kernel itself.

If the $T$ empirical eigenvectors were the first $T$ eigenvectors, the kernel's loss would be half the tail of
the eigenvalues, $\frac12\sum_{k>T}\lambda_k$.  On a power law that has the exponent of the loss, but is short
of it by a constant factor: 1 for $a\to1$, growing without bound for $a\to\infty$.
"""

from __future__ import annotations

from functools import cache

from sympy import Expr, Rational, exp, expand_power_base, limit, log, oo, powsimp, simplify

from .. import symbols
from ..asymptotic_sum import AsymptoticSum
from ..power_sums import tail_of_powers
from ..ridge_balance import RHO, rho_value
from .model import kernel_loss

a, T = symbols.decay, symbols.samples


def aligned_loss(*, corrections: int = 1) -> AsymptoticSum:
    r"""Expand $\frac12\sum_{k>T}k^{-a}$ for $T\to\infty$, $a>1$.

    Parameters
    ----------
    corrections :
        number of terms beyond the leading one.

    >>> print(aligned_loss().as_expr().subs(a, 3))
    1/(4*T**2) - 1/(4*T**3)
    """
    return tail_of_powers(a, T, corrections=corrections).times(Rational(1, 2))


def alignment_shortfall() -> Expr:
    r"""Return the limit of the kernel's loss over the aligned one for $T\to\infty$: $(a-1)\rho^a$.

    >>> alignment_shortfall()
    rho**a*(a - 1)
    """
    ratio = kernel_loss() / aligned_loss(corrections=0).terms[0]
    return simplify(powsimp(expand_power_base(ratio, force=True), force=True))


@cache
def alignment_limits() -> tuple[Expr, Expr]:
    r"""Return the limits of the shortfall for $a\to1$, and of its quotient with $a-1$ for $a\to\infty$.

    Notes
    -----
    The shortfall tends to 1 where the spectrum decays slowest, and grows as $a-1$ where it decays fastest.

    >>> alignment_limits()
    (1, 1)
    """
    shortfall = alignment_shortfall().subs(RHO, rho_value(a))
    # the logarithm, whose limit is found sooner
    growth = limit(log(shortfall / (a - 1)), a, oo)
    return limit(shortfall, a, 1, "+"), exp(growth)
