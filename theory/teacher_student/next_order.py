r"""The next order of the loss of the smaller resource, from the log-determinant of a Gaussian sketch.

With $W=G\Lambda G^T$, $G$ an $n\times S$ matrix of standard normal numbers, the loss with the larger resource
infinite is $L_1=\frac12\bigl(\operatorname{tr}\Lambda-\frac d{dt}\mathbb E\log\det W\bigr)$ along
$\lambda_k\to\lambda_k+t\lambda_k^2$ at $t=0$.  For large $n$, with $z=n$,
$$\mathbb E\log\det W=\sum_k\log(1+\lambda_k/\kappa)+n\log\kappa+n\log n-n+\tfrac12\log(1-q/n)+o(1).$$
The planar part gives $\frac12n\kappa$; the last term, which complex numbers do not have, gives the next
order.
Source: Bai, Silverstein, Ann. Probab. 32 (2004) 553, theorem 1.1 for real entries, whose integrand is half
the derivative of $\log(1-A)$, $A=q/n$ at the origin; the next order of the loss is derived here.
"""

from __future__ import annotations

from functools import cache

from sympy import Dummy, Expr, Symbol, cancel, factor, log, solve, sympify, together

from .. import symbols

kappa = symbols.kappa
_RESOURCE = Dummy("n", positive=True)
_TRACES = {1: symbols.df1, 2: symbols.df2, 3: symbols.df3}


def log_determinant_shift(resource: Expr) -> Expr:
    r"""Return $\frac12\log(1-q/n)$, the mean log-determinant beyond its planar value.

    Parameters
    ----------
    resource :
        $n > q$.

    >>> log_determinant_shift(symbols.samples)
    log(1 - q/T)/2
    """
    return log(1 - _TRACES[2] / resource) / 2


def trace_slope(order: int, slope: Expr) -> Expr:
    r"""Return $\frac d{dt}\mathrm{df}_j$ along $\lambda_k\to\lambda_k+t\lambda_k^2$.

    Parameters
    ----------
    order :
        $j$, 1 or 2.
    slope :
        $\frac d{dt}\log\kappa$.

    Notes
    -----
    With $y=\lambda/(\lambda+\kappa)$ a term moves by $jy^j(1-y)(\lambda-\frac d{dt}\log\kappa)$, and
    $\lambda(1-y)=\kappa y$.
    """
    here, above = _TRACES[order], _TRACES[order + 1]
    return order * (kappa * above - slope * (here - above))


def next_order(resource: Expr) -> Expr:
    r"""Return the relative correction of order $1/n$ to $L_1(n)\simeq\frac12n\kappa$.

    Parameters
    ----------
    resource :
        $n$, the smaller of features and samples.

    Notes
    -----
    $\frac{s/n-(q/n)^2}{n(1-q/n)^2}$, for Gaussian draws; on a power law $\frac{a-1}{2n}$, since there
    $q/n\to1-1/a$.  Zero for equal eigenvalues, where $\frac12n\kappa$ is exact.

    >>> next_order(symbols.samples)
    -(-T*s + q**2)/(T*(-T + q)**2)
    """
    return _next_order().subs(_RESOURCE, sympify(resource))


@cache
def _next_order() -> Expr:
    unknown = Symbol("l")
    (slope,) = solve(trace_slope(1, unknown), unknown)
    slope = slope.subs(_TRACES[1], _RESOURCE)
    shift = log_determinant_shift(_RESOURCE)
    move = shift.diff(_TRACES[2]) * trace_slope(2, slope)
    return factor(cancel(together(-move / (_RESOURCE * kappa))))


def next_order_on_power_law(resource: Expr, ratios: tuple[Expr, Expr]) -> Expr:
    r"""Return the correction where $q$ and $s$ are fixed shares of $n$.

    Parameters
    ----------
    resource :
        $n$.
    ratios :
        $q/n$ and $s/n$.

    >>> from sympy import Rational
    >>> next_order_on_power_law(symbols.samples, (Rational(1, 2), Rational(3, 8)))
    1/(2*T)
    """
    shares = {_TRACES[order]: ratio * resource for order, ratio in zip((2, 3), ratios, strict=True)}
    return factor(cancel(together(next_order(resource).xreplace(shares))))
