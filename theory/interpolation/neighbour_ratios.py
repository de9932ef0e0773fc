r"""The law of the ratios of distances to the nearest neighbours, and the dimension that is read off them.

Given the distance $r_k$ of the $k$-th neighbour, the $k-1$ nearer ones are uniform in its ball wherever the
density of the points is constant at that scale, so that a single one lies within $r_k/\mu$ with
probability $\mu^{-d}$.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sympy import Expr, Symbol, exp, expand_log, gamma, gammasimp, integrate, log, oo, simplify

from .letters import dimension as _d
from .letters import whole

#: The number $k$ of neighbours, and the ratio $\mu_k=r_k/r_1$.
neighbours = Symbol("k", integer=True, positive=True)
ratio = Symbol("mu", positive=True)
_x, _shape = Symbol("x", positive=True), Symbol("g", positive=True)


def ratio_distribution(count: Any = neighbours, dimension: Any = _d) -> Expr:
    r"""Return the probability that $r_k/r_1$ is at most $\mu\ge1$.

    Parameters
    ----------
    count :
        $k$, an integer not smaller than 2.
    dimension :
        $d$, an integer not smaller than 1.

    Raises
    ------
    ValueError
        If an argument is a number outside its domain.

    Notes
    -----
    All $k-1$ nearer neighbours lie beyond $r_k/\mu$.

    >>> ratio_distribution()
    (1 - 1/mu**d)**(k - 1)
    """
    k, d = whole("count", count, least=2), whole("dimension", dimension, least=1)
    within = ratio**-d
    return (1 - within) ** (k - 1)


def log_ratio_density(dimension: Any = _d) -> Expr:
    r"""Return the density of $x=\log(r_k/r_j)$ for one of the $k-1$ nearer neighbours, not ordered.

    Parameters
    ----------
    dimension :
        as in `ratio_distribution`.

    >>> log_ratio_density()
    d*exp(-d*x)
    """
    d = whole("dimension", dimension, least=1)
    # the case k = 2 of the distribution, with mu = e^x
    return simplify(ratio_distribution(2, d).subs(ratio, exp(_x)).diff(_x))


@cache
def estimator_moment(count: Any = neighbours, *, power: int = 1, dimension: Any = _d) -> Expr:
    r"""Return $E\,\hat d^s$ of the estimator of Sharma and Kaplan at one point.

    Parameters
    ----------
    count :
        $k$, an integer larger than $s+1$.
    power :
        $s$, an integer not smaller than 1.
    dimension :
        as in `ratio_distribution`.

    Raises
    ------
    ValueError
        If an argument is a number outside its domain.

    Notes
    -----
    With $\mu_j=r_j/r_1$ the estimator is $\hat d=(k-2)/S$,
    $S=(k-1)\log\mu_k-\sum_{j=2}^{k-1}\log\mu_j=\sum_{j<k}\log(r_k/r_j)$: a sum of $k-1$ independent
    variables with the density of `log_ratio_density`, $dS$ a Gamma variable of that shape.

    >>> estimator_moment()
    d
    >>> estimator_moment(power=2).factor()
    d**2*(k - 2)/(k - 3)
    """
    s = int(whole("power", power, least=1))
    k, d = whole("count", count, least=s + 2), whole("dimension", dimension, least=1)
    # the transform of one logarithm is 1/(1 + t/d): that of a variable with density d e^(-dx)
    transform = integrate(log_ratio_density(_d) * exp(-_shape * _x), (_x, 0, oo))
    if simplify(transform - 1 / (1 + _shape / _d)) != 0:
        raise ArithmeticError(f"the logarithms are not exponential variables: {transform}")
    # E S^-s = int t^(s-1) E e^(-tS) dt / Gamma(s), with t = d g
    mean = integrate(_x ** (s - 1) * (1 + _x) ** -_shape, (_x, 0, oo), conds="none") / gamma(s)
    found = (neighbours - 2) ** s * _d**s * gammasimp(mean.subs(_shape, neighbours - 1))
    return simplify(gammasimp(found)).subs({neighbours: k, _d: d}, simultaneous=True)


def estimator_denominator(count: int) -> tuple[Expr, Expr]:
    r"""Return the denominator as printed, in ratios to $r_1$, and as $\sum_{j<k}\log(r_k/r_j)$.

    Parameters
    ----------
    count :
        $k$, an integer not smaller than 3.

    Raises
    ------
    ValueError
        If it is no such integer.

    >>> printed, symmetric = estimator_denominator(4)
    >>> (printed - symmetric).expand()
    0
    """
    k = int(whole("count", count, least=3))
    r = [Symbol(f"r_{place}", positive=True) for place in range(1, k + 1)]
    logs = [expand_log(log(value / r[0])) for value in r]
    printed = (k - 1) * logs[-1] - sum(logs[1:-1])
    return printed, sum(expand_log(log(r[-1] / value)) for value in r[:-1])
