r"""The value of the nearest neighbour: the constants of its errors for a smooth function on the flat torus.

With $F(x)-F(\hat x)\simeq\nabla F\cdot(x-\hat x)$ and a direction of $x-\hat x$ that is uniform and
independent of the distance, $E|F(x)-F(\hat x)|^p\simeq E|u_1|^p\,E\,r^p\,E|\nabla F|^p$.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Expr, Symbol, exp, integrate, oo, simplify, sympify

from ..expansion import Expansion
from .distance import NearestDistance
from .letters import dimension as _d
from .letters import positive, power, whole

_x = Symbol("x", positive=True)


@cache
def direction_moment(p: Any = power, dimension: Any = _d) -> Expr:
    r"""Return $E|u_1|^p$ for a uniform unit vector $u$ of $d$ components.

    Parameters
    ----------
    p :
        $p>0$.
    dimension :
        $d$, an integer not smaller than 1.

    Raises
    ------
    ValueError
        If an argument is a number outside its domain.

    Notes
    -----
    A Gaussian vector is $g=|g|u$ with independent factors, so that it is $E|g_1|^p/E|g|^p$, quotients of
    the integrals $\int_0^\infty x^se^{-x^2/2}dx$.

    >>> direction_moment(2)
    1/d
    >>> direction_moment(1, 3), direction_moment(5, 1)
    (1/2, 1)
    """
    exponent, d = positive("power", p), whole("dimension", dimension, least=1)
    gaussian = integrate(_x**power * exp(-(_x**2) / 2), (_x, 0, oo))

    def mean(components: Expr) -> Expr:
        radial = components - 1
        return gaussian.subs(power, exponent + radial) / gaussian.subs(power, radial)

    # the density of |g_1| has the power 0 of x, a limit of that of |g|
    one = gaussian.subs(power, exponent) / integrate(exp(-(_x**2) / 2), (_x, 0, oo))
    return simplify((one / mean(d)).rewrite("gamma").gammasimp())


def nearest_neighbour_error(p: Any = power, dimension: Any = _d) -> Expansion:
    r"""Return $E|F(x)-F(\hat x)|^p$ over $E|\nabla F|^p$ for the nearest of $T\to\infty$ points.

    Parameters
    ----------
    p, dimension :
        as in `direction_moment`.

    Notes
    -----
    For $F$ with continuous third derivatives on the flat torus of volume 1. The term with one second
    derivative is odd in the direction and has no mean; what is left out is smaller by $r^2$, by $r^{1+p}$
    where $p<1$ from directions along the level sets of $F$, and by the $1/T$ of the distance.

    >>> print(nearest_neighbour_error(2, 2))
    1/(2*pi*T) + O(T**(-2))
    """
    found = NearestDistance(dimension=whole("dimension", dimension, least=1)).moment(p)
    length = NearestDistance(dimension=dimension).exponent(1)
    T = found.variable
    smaller = (2 * length, (1 + sympify(p)) * length, -1)
    return Expansion.of(
        found.leading * direction_moment(p, dimension),
        T,
        error=[T ** (found.exponent() + power_of_many) for power_of_many in smaller],
        where=found.where,
    )
