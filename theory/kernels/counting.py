r"""How many eigenfunctions a manifold has up to a degree: Weyl's law with its constant.

On the torus $(\mathbb R/\mathbb Z)^d$ the modes $e^{2\pi i n\cdot x}$ are counted by the lattice points of a
ball, $V_dR^d+O(R^{d-1})$: cubes of unit volume around the points fill it up to a layer at its surface.  On
the sphere $S^d\subset\mathbb R^{d+1}$ the harmonics of degree $n$ are the homogeneous polynomials of that
degree less those of degree $n-2$, so that sums over degrees of one parity telescope.
"""

from __future__ import annotations

from sympy import Expr, Integer, binomial, ff, gamma, gammasimp, simplify, sympify

from ..expansion import Expansion
from ..interpolation.distance import unit_ball
from .gamma_ratio import gamma_ratio
from .letters import degree, dimension

n = degree


def torus_modes(dimension: Expr = dimension) -> Expansion:
    r"""Return the number of integer points of length at most $n$ in $d$ dimensions, for $n\to\infty$.

    Parameters
    ----------
    dimension :
        $d\ge1$, a symbol or an integer.

    >>> print(torus_modes(2))
    pi*n**2 + O(n)
    """
    d = sympify(dimension)
    return Expansion.of(unit_ball(d) * n**d, n, error=[n ** (d - 1)], where=_where(d))


def harmonics(dimension: Expr = dimension) -> Expr:
    r"""Return the number of harmonics of degree $n$ on $S^d$: homogeneous polynomials less those of $n-2$.

    Parameters
    ----------
    dimension :
        $d\ge1$, a symbol or an integer.

    >>> [harmonics(2).subs(n, degree) for degree in (1, 2, 3)]
    [3, 5, 7]
    """
    d = sympify(dimension)
    return simplify(gammasimp((homogeneous(n, d) - homogeneous(n - 2, d)).rewrite(gamma)))


def homogeneous(degree: Expr, dimension: Expr) -> Expr:
    r"""Return the number $\binom{n+d}{d}$ of homogeneous polynomials of degree $n$ in $d+1$ variables.

    >>> homogeneous(Integer(2), Integer(2))
    6
    """
    d = sympify(dimension)
    if d.is_Integer:
        return ff(degree + d, d) / ff(d, d)
    return binomial(degree + d, d)


def sphere_modes(dimension: Expr = dimension, *, step: int = 1) -> Expansion:
    r"""Return the number of harmonics of degree at most $n$ on $S^d$, for $n\to\infty$.

    Parameters
    ----------
    dimension :
        $d\ge1$, a symbol or an integer.
    step :
        1 for all degrees, 2 for those of the parity of $n$.

    Returns
    -------
    Expansion
        $2n^d/d!$ for all degrees; of $\binom{n+d}{d}+\binom{n+d-1}{d}$ and of its first term for one parity.

    Raises
    ------
    ValueError
        If `step` is neither 1 nor 2.

    >>> print(sphere_modes(2)), print(sphere_modes(2, step=2))
    n**2 + O(n)
    n**2/2 + O(n)
    (None, None)
    """
    if step not in (1, 2):
        raise ValueError(f"`step` is {step}; use 1 for all degrees or 2 for those of one parity")
    d = sympify(dimension)
    where = _where(d)
    one_parity: Expansion = gamma_ratio(1 + d, Integer(1), n, where=where) * (1 / gamma(1 + d))
    if step == 2:
        return one_parity
    other: Expansion = gamma_ratio(d, Integer(0), n, where=where) * (1 / gamma(1 + d))
    return one_parity + other


def _where(d: Expr) -> list[Expr]:
    return [] if d.is_number else [d >= 1]
