r"""Linear pieces on the circle: constants of their errors at random and at equidistant points.

In a gap of length $h$ the line through the ends misses a function of curvature $F''$ by $F''s(h-s)/2$.  The
gaps between $T$ uniform points have the density $(T-1)(1-h)^{T-2}$; equidistant points have $h=1/T$.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Expr, Symbol, beta, exp, gamma, gammasimp, integrate, oo, powsimp, simplify

from .. import symbols
from .letters import gap as _h
from .letters import positive, power

T = symbols.samples
_m = Symbol("m", positive=True)


def gap_error(p: Any = power) -> Expr:
    r"""Return $\int_0^h|s(h-s)/2|^pds$, the error of a gap for unit curvature.

    Parameters
    ----------
    p :
        $p>0$.

    Raises
    ------
    ValueError
        If it is a number that is not positive.

    >>> gap_error(2)
    h**5/120
    """
    exponent = positive("power", p)
    # s = h u leaves a Beta function
    whole = beta(exponent + 1, exponent + 1).rewrite(gamma)
    return simplify(gammasimp(whole) / 2**exponent) * _h ** (2 * exponent + 1)


def spline_error(p: Any = power, *, grid: bool = False) -> Expr:
    r"""Return $E|f-F|^p$ of linear pieces between $T$ points for unit curvature, exactly.

    Parameters
    ----------
    p :
        as in `gap_error`.
    grid :
        whether the points are equidistant; otherwise they are uniform and independent.

    Notes
    -----
    $T$ gaps of which each leaves `gap_error`, $E\,h^m=(T-1)B(m+1,T-1)$.

    >>> spline_error(2, grid=True)
    1/(120*T**4)
    >>> spline_error(2).factor()
    1/((T + 1)*(T + 2)*(T + 3)*(T + 4))
    """
    error = gap_error(p)
    if grid:
        return simplify(T * error.subs(_h, 1 / T))
    degree = 2 * positive("power", p) + 1
    mean = (T - 1) * beta(degree + 1, T - 1).rewrite(gamma)
    return simplify(gammasimp(T * mean * error / _h**degree))


@cache
def spline_constant(p: Any = power, *, grid: bool = False) -> Expr:
    r"""Return the limit of $T^{2p}E|f-F|^p/\int|F''|^p$ for $T\to\infty$ and a smooth $F$.

    Parameters
    ----------
    p, grid :
        as in `spline_error`.

    Notes
    -----
    Gaps become exponential variables of mean $1/T$, and the curvature does not change within one.

    >>> spline_constant(2), spline_constant(1)
    (1, 1/2)
    >>> spline_constant(2, grid=True), spline_constant(1, grid=True)
    (1/120, 1/12)
    """
    exponent = positive("power", p)
    if grid:
        return simplify(spline_error(p, grid=True) * T ** (2 * exponent))
    mean = integrate(_h**_m * T * exp(-T * _h), (_h, 0, oo)).subs(_m, 2 * exponent + 1)
    error = gap_error(p) / _h ** (2 * exponent + 1)
    return simplify(powsimp(gammasimp(T * mean * error * T ** (2 * exponent))))
