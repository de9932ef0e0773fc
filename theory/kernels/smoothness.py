r"""What the smoothness of a kernel says about its spectrum, an inequality: $\alpha_K\ge t/d$.

Let a positive definite kernel of $x-y$ on the torus have $t$ continuous derivatives, $t$ even.  Its
eigenvalues $\lambda(n)\ge0$ are its Fourier coefficients, so that its derivatives of order $t$ at coinciding
points bound $\sum_n\lambda(n)|n|^t<\infty$.  No order of the eigenvalues makes this sum smaller than the
decreasing one, in which $|n|\gtrsim k^{1/d}$: hence $\sum_k\lambda_kk^{t/d}<\infty$ with decreasing
$\lambda_k$, and $\lambda_k=o(k^{-1-t/d})$.  Without positivity Parseval's $\sum_n\lambda(n)^2|n|^{2t}<\infty$
is what is left, hence $|\lambda|_k=o(k^{-1/2-t/d})$: less by half a power, and nothing better, since random
signs before $n^{-s}$ give the circle a function with any $t<s-\frac12$ derivatives.
"""

from __future__ import annotations

from sympy import Expr, ceiling, floor, oo, sympify

from ..power_sums import partial_sum_of_powers
from .law import KernelLaw
from .letters import degree


def has_moment(law: KernelLaw, order: Expr) -> bool:
    r"""Return whether $\sum_k\lambda_kk^{j/d}$ converges, as it has to for a kernel with $j$ derivatives.

    Parameters
    ----------
    law :
        with numbers for its parameters.
    order :
        $j\ge0$.

    Raises
    ------
    ValueError
        If the law has parameters left, or the order is negative.

    Notes
    -----
    Decided by the expansion of the partial sums of the leading power: whether its terms grow.

    >>> from .law import circle_sobolev
    >>> [has_moment(circle_sobolev(2), j) for j in (0, 2, 3)]
    [True, True, False]
    """
    j = sympify(order)
    if law.decay == oo:
        return True
    if law.decay.free_symbols:
        raise ValueError(f"`law` has the decay {law.decay}; give numbers for its parameters")
    if j < 0:
        raise ValueError(f"`order` is {order}; it must be a number >= 0")
    sums = partial_sum_of_powers(law.decay - j / law.dimension, degree)
    return bool(sums.as_expr().limit(degree, oo).is_finite)


def integer_class(law: KernelLaw) -> Expr:
    r"""Return the largest number of continuous derivatives that the spectrum implies, infinity for all.

    Parameters
    ----------
    law :
        with numbers for its parameters.

    Notes
    -----
    It is the largest integer below the fractional order: $\sum_k\lambda_kk^{j/d}$ converges for it, and not
    for the next.  The bound $\alpha_K\ge j/d$ is therefore never an equality in integers.

    >>> from sympy import Rational
    >>> from .law import matern
    >>> [integer_class(matern(smoothness=nu, dimension=2)) for nu in (Rational(1, 2), 1, Rational(5, 4))]
    [0, 1, 2]
    """
    if law.decay == oo:
        return oo
    largest = ceiling(law.smoothness_order) - 1
    if not has_moment(law, largest) or has_moment(law, floor(law.smoothness_order) + 1):
        raise ArithmeticError(
            f"the sums of {law.name} do not change their convergence at {law.smoothness_order}"
        )
    return largest


def alpha_bound(order: Expr, dimension: Expr) -> Expr:
    r"""Return the lower bound $t/d$ of $\alpha_K$ for a positive definite kernel with $t$ derivatives.

    Parameters
    ----------
    order, dimension :
        $t\ge0$ and $d\ge1$.

    Notes
    -----
    From $\sum_k\lambda_kk^{t/d}<\infty$ and decreasing $\lambda_k$: the half of the terms up to $k$ gives
    $\frac k2\lambda_k(k/2)^{t/d}\to0$, so that $\lambda_k$ falls faster than the power that this names.

    >>> from .letters import dimension
    >>> alpha_bound(2, dimension)
    2/d
    """
    exponent_of_sum = 1 + sympify(order) / sympify(dimension)
    return (exponent_of_sum - 1).cancel()
