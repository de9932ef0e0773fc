r"""Spectral densities of kernels of a distance, from mixtures of Gaussians.

The Matérn kernel is one,
$$\frac{2^{1-\nu}}{\Gamma(\nu)}x^\nu K_\nu(x)=\frac1{\Gamma(\nu)}\int_0^\infty t^{\nu-1}e^{-t-x^2/4t}\,dt,
\qquad x^2=\frac{2\nu r^2}{\ell^2}$$
(DLMF 10.32.10), so that its Fourier transform is an integral over those of Gaussians.  Periodised on the
torus $(\mathbb R/\mathbb Z)^d$, its eigenvalue at the integer frequency $n$ is that transform at $2\pi n$.
"""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, exp, gamma, integrate, oo, pi, powsimp, simplify, sympify

from ..expansion import Expansion
from .letters import degree, dimension, length, smoothness

n = degree
#: The variable of the mixture, the inverse square width of its Gaussians.
_MIXTURE = Symbol("t", positive=True)


def gaussian_density(rate: Expr, dimension: Expr = dimension, frequency: Expr = n) -> Expr:
    r"""Return the transform of $e^{-cr^2}$ in $d$ dimensions at $2\pi n$: one integral for each axis.

    Parameters
    ----------
    rate :
        $c>0$.
    dimension :
        $d\ge1$, a symbol or an integer.
    frequency :
        $n$.

    >>> gaussian_density(pi, 1)
    exp(-pi*n**2)
    """
    at_zero = sqrt_of_pi_over(rate) ** sympify(dimension)
    return at_zero * exp(-((pi * frequency) ** 2) / rate)


def sqrt_of_pi_over(rate: Expr) -> Expr:
    r"""Return $\int e^{-cx^2}dx=\sqrt{\pi/c}$."""
    x, c = Symbol("x", real=True), Symbol("c", positive=True)
    return integrate(exp(-c * x**2), (x, -oo, oo)).subs(c, rate)


def matern_density(
    smoothness: Expr = smoothness, dimension: Expr = dimension, length: Expr = length, frequency: Expr = n
) -> Expr:
    r"""Return the eigenvalue of the periodised Matérn kernel at a frequency of length $n$.

    Parameters
    ----------
    smoothness :
        $\nu>0$.
    dimension :
        $d\ge1$.
    length :
        $\ell>0$, in units of the period.
    frequency :
        $n$.

    Notes
    -----
    $$\frac{2^d\pi^{d/2}\Gamma(\nu+\frac d2)(2\nu)^\nu}{\Gamma(\nu)\ell^{2\nu}}
    \Bigl(\frac{2\nu}{\ell^2}+4\pi^2n^2\Bigr)^{-\nu-d/2}$$
    (Rasmussen, Williams, Gaussian Processes for Machine Learning, eq. (4.15)).

    >>> from sympy import Rational
    >>> matern_density(Rational(1, 2), 1, 1)
    2/(4*pi**2*n**2 + 1)
    """
    prefactor, scale, power = _matern_parts(*map(sympify, (smoothness, dimension, length)))
    return powsimp(simplify(prefactor * (1 + scale * frequency**2) ** -power))


def matern_tail(
    smoothness: Expr = smoothness, dimension: Expr = dimension, length: Expr = length
) -> Expansion:
    r"""Return the eigenvalue of the periodised Matérn kernel at high frequency, a power with its error.

    Parameters
    ----------
    smoothness, dimension, length :
        as in `matern_density`.

    >>> from sympy import Rational
    >>> print(matern_tail(Rational(1, 2), 1, 1))
    1/(2*pi**2*n**2) + O(n**(-4))
    """
    nu, d, ell = map(sympify, (smoothness, dimension, length))
    prefactor, scale, power = _matern_parts(nu, d, ell)
    where = [d >= 1] * (not d.is_number) + [nu > 0] * (not nu.is_number)
    constant = powsimp(simplify(prefactor * scale**-power))
    return Expansion.of(constant * n ** (-2 * power), n, error=[n ** (-2 * power - 2)], where=where)


def _matern_parts(nu: Expr, d: Expr, ell: Expr) -> tuple[Expr, Expr, Expr]:
    r"""Return $C,\tau,p$ of $C(1+\tau n^2)^{-p}$: the mixture of the Gaussians' transforms."""
    t, c = _MIXTURE, Symbol("c", positive=True)
    # the width of a Gaussian is proportional to t, so that its transform is a power of t times an exponential
    rate = 2 * nu / (4 * t * ell**2)
    power = nu + d / 2
    at_zero = simplify(gaussian_density(rate, d, frequency=Integer(0)) / t ** (d / 2))
    scale = simplify(pi**2 / rate / t)
    # the mixture over t of t^(d/2) e^(-t c), c = 1 + tau n^2, is a Gamma integral over c^p
    mixed = simplify(integrate(t ** (power - 1) * exp(-c * t), (t, 0, oo)) * c**power)
    return at_zero * mixed / gamma(nu), scale, power
