r"""Models that cut the manifold into $N=s^{-d}$ cells: losses in the number of parameters, and products.

A regular grid is the case that Sharma and Kaplan argue with: cells of side $s$, pieces of order $k$ in each.
On a product of manifolds with a target that is a sum over the factors, each factor is cut by parameters of
its own; how they are best spent decides the exponent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sympy import Add, Expr, Integer, Symbol, cancel, log, powdenest, simplify, solve

from .. import symbols
from ..allocation import optimal_allocation
from .letters import dimension as _d
from .letters import order as _k
from .letters import positive, power, whole
from .pieces import error_degree

N = symbols.features
_s = Symbol("s", positive=True)
_budget = Symbol("C", positive=True)


def side_of_cells(dimension: Any = _d) -> Expr:
    r"""Return the side $s$ of $N$ equal cells that fill a volume of 1.

    >>> side_of_cells()
    N**(-1/d)
    """
    d = whole("dimension", dimension, least=1)
    (logarithm,) = solve(d * Symbol("l") + log(N), Symbol("l"))
    return powdenest(simplify(N ** cancel(logarithm / log(N))), force=True)


def cell_exponent(*, order: Any = _k, power: Any = power, dimension: Any = _d) -> Expr:
    r"""Return the exponent of the loss in the number of cells, for pieces of order $k$ under $|f-F|^p$.

    Parameters
    ----------
    order, power, dimension :
        as in `LocalPieces`.

    Raises
    ------
    ValueError
        If an argument is a number outside its domain.

    >>> cell_exponent()
    p*(k + 1)/d
    """
    error = side_of_cells(dimension) ** (error_degree(order) * positive("power", power))
    return cancel(-log(error).diff(N) * N).factor()


def product_exponent(dimensions: Sequence[int], *, order: int = 1, power: int = 2) -> Expr:
    r"""Return the exponent of the loss in the parameters on a product of manifolds, for an additive target.

    Parameters
    ----------
    dimensions :
        those of the factors, integers not smaller than 1.
    order, power :
        of the pieces and of the loss, as in `LocalPieces`.

    Raises
    ------
    ValueError
        If there are no factors, or a dimension is no such integer.

    Notes
    -----
    $\min\sum_iN_i^{-\alpha_i}$ for $\sum_iN_i=C$, where $\alpha_i$ is the exponent of factor $i$, is
    solved as an allocation: the factor of the largest dimension decides.

    >>> product_exponent((2, 6, 3))
    2/3
    """
    if not dimensions:
        raise ValueError("`dimensions` is empty; give the dimension of each factor")
    return _product_exponent(tuple(dimensions), order, power)


@cache
def _product_exponent(dimensions: tuple[int, ...], order: int, power: int) -> Expr:
    shares = [Symbol(f"N_{place}", positive=True) for place in range(1, len(dimensions) + 1)]
    alphas = [cell_exponent(order=order, power=power, dimension=value) for value in dimensions]
    best = optimal_allocation(
        Add(*(share**-alpha for share, alpha in zip(shares, alphas, strict=True))),
        cost=Add(*shares),
        budget=_budget,
        over=shares,
    )
    (piece,) = best.pieces
    return Integer(-1) * piece.value.risk
