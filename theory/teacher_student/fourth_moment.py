r"""The variance-limited coefficient of any data: how the loss approaches its limit in the samples.

For a fixed projection of rank $N$, with $C=\mathcal P\mathcal C\mathcal P^T$,
$A=\mathcal P^TC^{-1}\mathcal P$ and the fourth moments $M_{klmn}=\mathbb E_x[F_kF_lF_mF_n]$ of the
teacher's features,
$$L(T,N)-L(\infty,N)=\frac1{2TS}\sum_{klmn}M_{klmn}[1+A\mathcal C^2A-2\mathcal CA]_{kl}A_{mn}+O(T^{-2}),$$
which is $\frac1{2TS}\mathbb E_x[\lVert(1-\mathcal CA)F\rVert^2\;f^TC^{-1}f]$: residual times leverage.
Source: Bahri, Dyer, Kaplan, Lee, Sharma, arXiv 2102.06701, supplement E; factored form derived here.

Derivation.  In whitened coordinates that begin with the $N$ seen directions the empirical covariance has the
blocks $a$ (seen), $b$ and $c$, and least squares takes the unseen ones for $\xi=b^Ta^{-1}$ times the seen
ones.  (S37) is then $L(\infty,N)+\frac1{2S}\operatorname{Tr}\Lambda_\perp\xi\xi^T$, exactly; for large $T$
$a\to1$ and $\mathbb E\,b^Tb=\frac1T\mathbb E[z_\perp\lvert z_\parallel\rvert^2z_\perp^T]$.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sympy import Expr, Matrix, Rational, cancel, eye, sqrt, sympify

from .forms import infinite_samples_loss

#: Maps four indices from 0 on to the expectation of the product of these coordinates.
FourthMoment: TypeAlias = Callable[[int, int, int, int], Expr]


def independent_fourth_moment(variances: list[Expr], kurtosis: Expr) -> FourthMoment:
    r"""Return the fourth moments of independent coordinates of mean 0 and one standardised fourth moment.

    Parameters
    ----------
    variances :
        $c_k > 0$.
    kurtosis :
        $\mathbb Ez^4\ge1$ of each coordinate divided by its standard deviation: 3 for Gaussian ones.

    >>> moment = independent_fourth_moment([2, 1], 9)
    >>> moment(0, 0, 0, 0), moment(0, 1, 0, 1), moment(0, 1, 1, 1)
    (36, 2, 0)
    """

    def moment(k: int, l: int, m: int, n: int) -> Expr:  # noqa: E741 -- the index of the formula
        pairs = (k == l) * (m == n) + (k == m) * (l == n) + (k == n) * (l == m)
        # all three pairings of a single index count one fourth moment
        number = sympify(kurtosis) if pairs == 3 else sympify(int(pairs))
        return number * variances[k] * variances[m if k == l else l]

    return moment


def variance_limited_coefficient(covariance: Matrix, projection: Matrix, moment: FourthMoment) -> Expr:
    r"""Return the limit of $T\,[L(T,N)-L(\infty,N)]$ for $T\to\infty$ from fourth moments.

    Parameters
    ----------
    covariance :
        $\mathcal C$, symmetric and positive, $S\times S$.
    projection :
        $\mathcal P$, $N\times S$, of rank $N<S$.
    moment :
        the fourth moments of $F$, such as `independent_fourth_moment`.

    Notes
    -----
    The sum of the module's formula, index by index.

    >>> covariance, rows = Matrix([[2, 0], [0, 1]]), Matrix([[1, 1]])
    >>> [variance_limited_coefficient(covariance, rows, independent_fourth_moment([2, 1], k)) for k in (3, 9)]
    [1/3, 11/9]
    """
    size = covariance.rows
    seen = projection.T * (projection * covariance * projection.T).inv() * projection
    residual = eye(size) + seen * covariance**2 * seen - 2 * covariance * seen
    indices = range(size)
    total = sum(
        moment(k, l, m, n) * residual[k, l] * seen[m, n]
        for k in indices
        for l in indices  # noqa: E741 -- the index of the formula
        for m in indices
        for n in indices
    )
    return cancel(total * Rational(1, 2 * size))


def independent_coefficient(variances: list[Expr], projection: Matrix, kurtosis: Expr) -> Expr:
    r"""Return the same coefficient for independent coordinates, in closed form.

    Parameters
    ----------
    variances, kurtosis :
        as for `independent_fourth_moment`.
    projection :
        as for `variance_limited_coefficient`.

    Notes
    -----
    With the projector $\Pi$ on the seen whitened directions and $B=(1-\Pi)\Lambda(1-\Pi)$ it is
    $N\,L(\infty,N)+\frac{\mathbb Ez^4-3}{2S}\sum_kB_{kk}\Pi_{kk}$; for Gaussian features the second term
    vanishes.  Derived here from the pairings of four whitened coordinates, with $B\Pi=0$.

    >>> [independent_coefficient([2, 1], Matrix([[1, 1]]), k) for k in (3, 9)]
    [1/3, 11/9]
    """
    size = projection.cols
    covariance = Matrix.diag(*variances)
    whitened = projection * Matrix.diag(*(sqrt(value) for value in variances))
    seen = whitened.T * (whitened * whitened.T).inv() * whitened
    left = (eye(size) - seen) * covariance * (eye(size) - seen)
    shared = sum(left[k, k] * seen[k, k] for k in range(size))
    gaussian = projection.rows * infinite_samples_loss(covariance, projection)
    return cancel(gaussian + (sympify(kurtosis) - 3) * shared * Rational(1, 2 * size))
