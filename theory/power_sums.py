r"""Partial sums and tails of $k^{-\sigma}$ for a large end point, by Euler-Maclaurin.

$$\sum_{k\le M} k^{-\sigma} = \zeta(\sigma) - t(M),\qquad
t(M) = \frac{M^{1-\sigma}}{\sigma-1} - \frac{M^{-\sigma}}{2}
       + \sum_{i\ge1} \frac{B_{2i}}{(2i)!}(\sigma)_{2i-1} M^{1-\sigma-2i},$$
for every $\sigma\ne1$; for $\sigma>1$ the function $t$ is the tail $\sum_{k>M}k^{-\sigma}$.
"""

from __future__ import annotations

from sympy import EulerGamma, Expr, Symbol, bernoulli, cancel, factorial, log, rf, sympify, zeta

from .asymptotic_sum import AsymptoticSum


def tail_of_powers(exponent: Expr, size: Symbol, *, corrections: int = 1) -> AsymptoticSum:
    r"""Expand $\sum_{k>M}k^{-\sigma}$ (continued analytically in $\sigma \neq 1$) for $M\to\infty$.

    Parameters
    ----------
    exponent :
        $\sigma$, not 1.
    size :
        $M$, the large variable.
    corrections :
        number of terms kept beyond the leading one.

    >>> from sympy.abc import M
    >>> tail_of_powers(2, M, corrections=1).as_expr()
    1/M - 1/(2*M**2)
    """
    sigma = sympify(exponent)
    powers = [1 - sigma, -sigma] + [1 - sigma - 2 * i for i in range(1, corrections + 1)]
    factors = [1 / (sigma - 1), -sympify(1) / 2]
    factors += [bernoulli(2 * i) / factorial(2 * i) * rf(sigma, 2 * i - 1) for i in range(1, corrections)]
    terms = tuple(factor * size**power for factor, power in zip(factors, powers, strict=False))[
        : corrections + 1
    ]
    return AsymptoticSum(terms, (size ** powers[corrections + 1],))


def partial_sum_of_powers(exponent: Expr, size: Symbol, *, corrections: int = 1) -> AsymptoticSum:
    r"""Expand $\sum_{k\le M}k^{-\sigma}$ for $M\to\infty$; at $\sigma=1$ the harmonic numbers.

    >>> from sympy.abc import M
    >>> partial_sum_of_powers(-1, M, corrections=1).as_expr()
    M**2/2 + M/2 - 1/12
    >>> partial_sum_of_powers(1, M).as_expr()
    log(M) + EulerGamma
    """
    if cancel(sympify(exponent) - 1) == 0:
        return AsymptoticSum((log(size), EulerGamma), (1 / size,))
    tail = tail_of_powers(exponent, size, corrections=corrections)
    return AsymptoticSum((zeta(exponent),)) + tail.times(sympify(-1))
