r"""Exponents from the local order of approximation: pieces of order $k$ under the loss $|f-F|^p$.

A polynomial of degree $k$ through nodes at distances of order $h$ misses a smooth function by $h^{k+1}$; the
nodes are the nearest of $T$ points, so that $h$ has the moments of `NearestDistance` and the loss falls as
$E\,h^{(k+1)p}\propto T^{-(k+1)p/d}$.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Add,
    Expr,
    Integer,
    Mul,
    Symbol,
    degree,
    diff,
    factor,
    factorial,
    sympify,
)

from ..smooth_at import rough_part
from .distance import Manifold, NearestDistance
from .letters import dimension as _d
from .letters import gap as _h
from .letters import order as _k
from .letters import positive, power, whole

_y = Symbol("y", real=True)
#: A loss that starts at a higher order is refused.
_HIGHEST_ORDER = 24


@cache
def local_error(order: int) -> Expr:
    r"""Return the error of a polynomial through $k+1$ nodes, for the first monomial that it does not contain.

    Parameters
    ----------
    order :
        $k$, an integer not smaller than 0.

    Raises
    ------
    ValueError
        If the order is no such integer.

    Notes
    -----
    Nodes at $0,h,\dots,kh$, error at $hy$ of the interpolation of $x^{k+1}$: in closed form
    $h^{k+1}\prod_j(y-j)$, and $f^{(k+1)}/(k+1)!$ times that for a smooth function.

    >>> local_error(1)
    h**2*y*(y - 1)
    """
    k = int(whole("order", order, least=0))
    nodes = [Integer(j) for j in range(k + 1)]

    def missed(degree_of: int) -> Expr:
        lagrange = [
            (_h * node) ** degree_of
            * Mul(*((_y - other) / (node - other) for other in nodes if other != node))
            for node in nodes
        ]
        return factor((_h * _y) ** degree_of - Add(*lagrange))

    if any(missed(lower) != 0 for lower in range(k + 1)):
        raise ArithmeticError(f"the pieces of order {k} do not contain the polynomials of that degree")
    return missed(k + 1)


def error_degree(order: Any = _k) -> Expr:
    r"""Return the power of $h$ in the error of a piece of order $k$.

    Notes
    -----
    For a number it is read off `local_error`.  For the symbol: interpolation commutes with dilations and
    leaves polynomials of degree $k$ alone, so that the error is that of the homogeneous part of degree $k+1$.

    >>> error_degree(1), error_degree()
    (2, k + 1)
    """
    k = whole("order", order, least=0)
    if k.is_number:
        return Integer(degree(local_error(int(k)), _h))
    return k + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPieces:
    r"""Pieces of order $k$ between the nearest of $T$ points, under the loss $|f-F|^p$.

    Parameters
    ----------
    order :
        $k$, an integer not smaller than 0: 0 for the value of the nearest neighbour, 1 for linear pieces.
    power :
        $p>0$: 1 for the absolute error, 2 for the squared one.
    dimension, manifold :
        as in `NearestDistance`.

    Raises
    ------
    ValueError
        If an argument is a number outside its domain.

    >>> LocalPieces().exponent
    p*(k + 1)/d
    >>> [LocalPieces(order=k, power=p).exponent for k, p in ((0, 1), (0, 2), (1, 2))]
    [1/d, 2/d, 4/d]
    """

    order: Expr = _k
    power: Expr = power
    dimension: Expr = _d
    manifold: Manifold = "torus"

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", whole("order", self.order, least=0))
        object.__setattr__(self, "power", positive("power", self.power))
        object.__setattr__(self, "dimension", whole("dimension", self.dimension, least=1))

    @property
    def moment(self) -> Expr:
        """The power of the distance in the loss."""
        return error_degree(self.order) * self.power

    @property
    def exponent(self) -> Expr:
        r"""The exponent $\alpha$ of the loss, $L\propto T^{-\alpha}$ for a smooth function."""
        distance = NearestDistance(manifold=self.manifold, dimension=self.dimension)
        return factor(-distance.exponent(self.moment))


def loss_order(loss: Any, variable: Symbol) -> int:
    r"""Return the order of the first term of an analytic loss in $f-F$, minimal and 0 where that is 0.

    Parameters
    ----------
    loss :
        an expression in `variable`, other symbols being parameters.
    variable :
        the difference $f-F$.

    Raises
    ------
    ValueError
        If the loss is not 0 at 0, not smooth or not minimal there, or has no term up to order 24.

    >>> from sympy import cosh, symbols
    >>> x = symbols("x")
    >>> loss_order(cosh(x) - 1, x), loss_order(1 - x**4 + 2 * x**4 - 1, x)
    (2, 4)
    """
    expression = sympify(loss)
    if expression.subs(variable, 0).simplify() != 0:
        raise ValueError(f"`loss` = {expression} must vanish at {variable} = 0; subtract its value there")
    rough = rough_part(expression, [variable], {variable: 0})
    if rough is not None:
        raise ValueError(
            f"`loss` = {expression} must be analytic at {variable} = 0, and {rough} is not; for a power of "
            "the modulus give it to `LocalPieces`"
        )
    derivative = expression
    for place in range(1, _HIGHEST_ORDER + 1):
        derivative = diff(derivative, variable)
        coefficient = (derivative.subs(variable, 0) / factorial(place)).simplify()
        if coefficient == 0:
            continue
        if place % 2 or coefficient.is_negative:
            raise ValueError(
                f"`loss` = {expression} must be minimal at {variable} = 0 and begins with {coefficient} "
                f"{variable}^{place}; subtract what the best answer leaves"
            )
        return place
    raise ValueError(
        f"`loss` = {expression} must have a term up to order {_HIGHEST_ORDER} in {variable}; give another"
    )


def analytic_exponent(loss: Any, variable: Symbol, *, order: Any = _k, dimension: Any = _d) -> Expr:
    r"""Return the exponent $n/d$ of an analytic loss between pieces of order $k$.

    Parameters
    ----------
    loss, variable :
        as in `loss_order`.
    order, dimension :
        as in `LocalPieces`.

    Notes
    -----
    A loss that begins with $(f-F)^m$ is $L=\sum_{j\ge n}a_j(\hat x)(x-\hat x)^j$ with $n=m(k+1)$.

    >>> from sympy import cosh, symbols
    >>> x = symbols("x")
    >>> analytic_exponent(cosh(x) - 1, x, order=1)
    4/d
    """
    return LocalPieces(order=order, power=loss_order(loss, variable), dimension=dimension).exponent
