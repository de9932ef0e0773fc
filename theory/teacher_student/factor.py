r"""What the mean over Gaussian draws adds to the loss: exactly, and in the planar limit.

With $m=\min(N,T)$ and $M=\max(N,T)$ the mean loss is $L_1(m)$, that of an infinite larger resource, times one
plus the trace of a mean inverse Wishart matrix.  Fewer features than Gaussian samples: what the best
predictor leaves of the teacher is independent of the features, hence label noise, and least squares answers
to it with $\operatorname{tr}\mathbb E(XX^T)^{-1}$, $X$ the $m\times M$ whitened features; this holds for any
projection.  Fewer samples than features: the transposed statement, for Gaussian rows of the projection, any
data and an isotropic prior.
"""

from __future__ import annotations

from functools import cache

from sympy import Dummy, Expr, cancel, factor, gamma, gammasimp, sympify, together

from .. import symbols
from ..ridge import ANY_SPECTRUM

_DEGREES = Dummy("nu", positive=True)


def chi_square_moment(degrees: Expr, power: Expr) -> Expr:
    r"""Return $\mathbb E[X^p]$ for $X\sim\chi^2_\nu$.

    Parameters
    ----------
    degrees :
        $\nu > 0$.
    power :
        $p > -\nu/2$; below it the moment is infinite.

    Notes
    -----
    The Mellin transform of the density, $2^p\,\Gamma(\nu/2+p)/\Gamma(\nu/2)$.

    >>> from sympy.abc import n
    >>> chi_square_moment(n, 1), chi_square_moment(n, -1)
    (n, 1/(n - 2))
    """
    return factor(_moment(sympify(power)).subs(_DEGREES, sympify(degrees)))


@cache
def _moment(power: Expr) -> Expr:
    # in a letter of its own: a sum of letters hides the recurrence of the Gamma function
    return gammasimp(2**power * gamma(_DEGREES / 2 + power) / gamma(_DEGREES / 2))


def inverse_wishart_trace(smaller: Expr, larger: Expr) -> Expr:
    r"""Return $\operatorname{tr}\mathbb E(XX^T)^{-1}$ of a standard normal matrix $X$, $m\times M$.

    Parameters
    ----------
    smaller, larger :
        $m \ge 1$ and $M > m+1$; the mean is infinite at $M=m$ and $M=m+1$.

    Raises
    ------
    ValueError
        If they are numbers outside this domain.

    Notes
    -----
    By the Schur complement a diagonal entry of the inverse is one over the squared distance of a row from the
    span of the $m-1$ others, $\chi^2$ with $M-m+1$ degrees of freedom; so
    $\mathbb E(XX^T)^{-1}=1/(M-m-1)$.

    >>> inverse_wishart_trace(symbols.features, symbols.samples)
    -N/(N - T + 1)
    """
    smaller, larger = _ordered(smaller, larger, gap=1)
    return factor(smaller * chi_square_moment(larger - smaller + 1, -1))


def exact_factor(smaller: Expr, larger: Expr) -> Expr:
    r"""Return the factor of $L_1(m)$ in the mean loss, $(M-1)/(M-m-1)$ for $M>m+1$.

    Parameters
    ----------
    smaller, larger :
        $m$ and $M$, as for `inverse_wishart_trace`.

    Raises
    ------
    ValueError
        As there.

    Notes
    -----
    Exact at every size for Gaussian samples where $m$ counts the features, and for Gaussian rows of the
    projection and an isotropic prior where it counts the samples.  Derived here.

    >>> exact_factor(10, 14)
    13/3
    """
    return factor(1 + inverse_wishart_trace(smaller, larger))


def planar_factor(smaller: Expr, larger: Expr) -> Expr:
    r"""Return the same factor as the deterministic equivalent of `RandomFeatureRidge` has it, $M/(M-m)$.

    Parameters
    ----------
    smaller, larger :
        $0 < m < M$.

    Raises
    ------
    ValueError
        If they are numbers outside this domain.

    Notes
    -----
    The engine's risk without ridge or noise, over its limit $m\kappa$ for $M\to\infty$.

    >>> planar_factor(10, 14)
    7/2
    """
    smaller, larger = _ordered(smaller, larger, gap=0)
    n, t = symbols.features, symbols.samples
    limit = ANY_SPECTRUM.sketch()
    alone = limit.at_degrees_of_freedom(limit.bias, n)
    both = ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.bias, n)
    ratio = cancel(together(both / alone))
    return factor(ratio.subs({n: smaller, t: larger}, simultaneous=True))


def _ordered(smaller: Expr, larger: Expr, *, gap: int) -> tuple[Expr, Expr]:
    """Return both as expressions, numbers checked."""
    low, high = sympify(smaller), sympify(larger)
    if low.is_number and not low > 0:
        raise ValueError(f"`smaller` = {low} must be positive; give the smaller of features and samples")
    if (high - low).is_number and not high - low > gap:
        raise ValueError(f"`larger` = {high} must exceed {low + gap}, where the mean is infinite; give more")
    return low, high
