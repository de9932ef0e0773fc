r"""Eigenvalues of zonal kernels on the sphere at high degree, from their singularities at angles 0 and $\pi$.

The eigenvalue of $f(x\cdot y)$ on harmonics of degree $n$ of $S^d$ with the uniform probability measure is
$$\lambda_n=\frac{\Gamma(\frac{d+1}2)}{\sqrt\pi\,2^n\,\Gamma(n+\frac d2)}
\int_{-1}^1f^{(n)}(t)(1-t^2)^{n+d/2-1}dt$$
(Funk-Hecke and Rodrigues' formula, $n$ times integrated by parts).  For $f=(1-t)^\nu$ it is a Beta integral:
$$\lambda_n=\frac{\Gamma(\frac{d+1}2)\,2^{\nu+d-1}\,\Gamma(\nu+\frac d2)}{\sqrt\pi\,\Gamma(-\nu)}
\frac{\Gamma(n-\nu)}{\Gamma(n+\nu+d)},$$
by continuation for every $\nu>-d/2$, and zero for polynomials of lower degree; $(1+t)^\nu$ gives the same
times $(-1)^n$.  A kernel that is analytic but for such terms at its ends has the sum of their eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import (
    Expr,
    Integer,
    Rational,
    Symbol,
    acos,
    cos,
    diff,
    factorial2,
    gamma,
    gammasimp,
    pi,
    series,
    simplify,
    sin,
    sqrt,
    sympify,
)

from ..expansion import Expansion
from .counting import sphere_modes
from .gamma_ratio import gamma_ratio
from .letters import degree, dimension
from .ordering import Family

n = degree
#: The angle between two unit vectors.
angle = Symbol("vartheta", positive=True)
_COSINE = Symbol("t", real=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Singularity:
    r"""The leading odd (or fractional) power $s\,\vartheta^j$ of a kernel at one end of its angles.

    Parameters
    ----------
    coefficient :
        $s$, not 0.
    power :
        $j>0$, not an even integer.
    """

    coefficient: Expr
    power: Expr


def power_eigenvalue(power: Expr, dimension: Expr = dimension) -> Expr:
    r"""Return the eigenvalue of $(1-t)^\nu$ at degree $n$ on $S^d$, exactly.

    Parameters
    ----------
    power :
        $\nu>-d/2$.
    dimension :
        $d\ge1$, a symbol or an integer.

    >>> power_eigenvalue(Rational(1, 2), 2)
    -sqrt(2)*gamma(n - 1/2)/(4*gamma(n + 5/2))
    """
    nu, d = sympify(power), sympify(dimension)
    return power_prefactor(nu, d) / gamma(-nu) * gamma(n - nu) / gamma(n + nu + d)


def power_prefactor(power: Expr, dimension: Expr = dimension) -> Expr:
    r"""Return what stands before $\Gamma(n-\nu)/[\Gamma(-\nu)\Gamma(n+\nu+d)]$ in `power_eigenvalue`.

    The mean of $(1-t)^\nu$ over the sphere is that prefactor over $\Gamma(\nu+d)$.
    """
    nu, d = sympify(power), sympify(dimension)
    half = Rational(1, 2)
    return gammasimp(gamma((d + 1) * half) * 2 ** (nu + d - 1) * gamma(nu + d * half) / sqrt(pi))


def odd_power(function: Expr, order: int) -> Singularity | None:
    r"""Return the lowest odd power of the angle in a function analytic in it, up to an order.

    Parameters
    ----------
    function :
        of `angle`.
    order :
        powers below this are looked at, an integer >= 2.

    >>> odd_power(cos(angle) - angle / pi, 4)
    Singularity(coefficient=-1/pi, power=1)
    """
    expanded = series(function, angle, 0, order).removeO()
    for power in range(1, order, 2):
        coefficient = simplify(expanded.coeff(angle, power))
        if coefficient != 0:
            return Singularity(coefficient=coefficient, power=Integer(power))
    return None


def zonal_families(
    at_zero: Singularity | None, at_pi: Singularity | None, dimension: Expr = dimension
) -> tuple[Family, ...]:
    r"""Return the eigenvalues at high degree of a kernel with given singularities at its ends.

    Parameters
    ----------
    at_zero, at_pi :
        the leading ones in the angle $\vartheta$, and in $\pi-\vartheta$; `None` for an analytic end.
    dimension :
        $d\ge1$, a symbol or an integer.

    Returns
    -------
    tuple of Family
        one where both parities of the degree share their eigenvalues at leading order; one for each parity
        otherwise, without the parity in which the ends cancel.

    Raises
    ------
    ValueError
        If both ends are analytic: the eigenvalues fall faster than any power.

    >>> relu = Singularity(coefficient=1 / (3 * pi), power=Integer(3))
    >>> (even,) = zonal_families(relu, relu, 2)
    >>> print(even.eigenvalue), print(even.modes)
    3/(pi*n**5) + O(n**(-6))
    n**2/2 + O(n)
    (None, None)
    """
    ends = [end for end in (at_zero, at_pi) if end is not None]
    if not ends:
        raise ValueError(
            "`at_zero` and `at_pi` are None: an analytic kernel has no power law; give a singular one"
        )
    lowest = min((end.power for end in ends), key=lambda power: (not power.is_number, power))
    strengths = [
        end.coefficient if end is not None and end.power == lowest else Integer(0) for end in (at_zero, at_pi)
    ]
    parities = [simplify(strengths[0] + sign * strengths[1]) for sign in (1, -1)]
    if parities[0] == parities[1]:
        return (_family(parities[0], lowest, dimension, parity=None),)
    return tuple(
        _family(strength, lowest, dimension, parity=parity)
        for parity, strength in enumerate(parities)
        if strength != 0
    )


def _family(strength: Expr, power: Expr, dimension: Expr, *, parity: int | None) -> Family:
    r"""Return the eigenvalues of $s\,\vartheta^j\simeq s\,[2(1-t)]^{j/2}$."""
    d, nu = sympify(dimension), sympify(power) / 2
    where = [] if d.is_number else [d >= 1]
    where += [] if nu.is_number else [nu > 0]
    constant = gammasimp(strength * 2**nu * power_prefactor(nu, d) / gamma(-nu))
    value: Expansion = gamma_ratio(-nu, nu + d, n, where=where) * constant
    modes = sphere_modes(d, step=1 if parity is None else 2)
    return Family(eigenvalue=value, modes=modes, parity=parity)


@cache
def arc_cosine(order: int) -> Expr:
    r"""Return the arc-cosine kernel of an order as a function of the angle, 1 at angle 0.

    Parameters
    ----------
    order :
        an integer >= 0; 1 for ReLU.

    Notes
    -----
    $$\kappa_m=\frac{(-1)^m}{\pi(2m-1)!!}(\sin\vartheta)^{2m+1}
    \Bigl(\frac1{\sin\vartheta}\frac\partial{\partial\vartheta}\Bigr)^m\frac{\pi-\vartheta}{\sin\vartheta}$$
    (Cho, Saul, NIPS 2009, eq. (4)).

    >>> arc_cosine(0)
    (pi - vartheta)/pi
    """
    value = (pi - angle) / sin(angle)
    for _ in range(order):
        value = diff(value, angle) / sin(angle)
    scale = (-1) ** order / (pi * factorial2(2 * order - 1))
    return simplify(scale * sin(angle) ** (2 * order + 1) * value)


def families_of(function: Expr, dimension: Expr = dimension, *, order: int = 8) -> tuple[Family, ...]:
    r"""Return the eigenvalues at high degree of an explicit zonal kernel.

    Parameters
    ----------
    function :
        of `angle`, analytic between 0 and $\pi$ and, in the angle, at its ends.
    dimension :
        $d\ge1$, a symbol or an integer.
    order :
        odd powers of the angle below this are looked for at the ends.

    Raises
    ------
    ValueError
        If neither end has an odd power below the order, or one parity of the degree has lost its leading term
        without being absent.

    >>> len(families_of(arc_cosine(1)))
    1
    """
    mirrored = at_the_other_end(function)
    families = zonal_families(odd_power(function, order), odd_power(mirrored, order), dimension)
    if len(families) == 1 and not _one_parity_is_a_polynomial(function, mirrored):
        raise ValueError(f"`function` is {function}; one parity of its eigenvalues has no leading term")
    return families


def _one_parity_is_a_polynomial(function: Expr, mirrored: Expr) -> bool:
    """Whether the part of one parity is a polynomial of the cosine: its eigenvalues end at some degree."""
    parts = [(function + sign * mirrored).rewrite(cos).subs(angle, acos(_COSINE)) for sign in (1, -1)]
    return any(simplify(part.expand(trig=True)).is_polynomial(_COSINE) for part in parts)


def at_the_other_end(function: Expr) -> Expr:
    r"""Return a function of $\vartheta$ as one of $\pi-\vartheta$.

    >>> at_the_other_end(cos(angle))
    -cos(vartheta)
    """
    return function.subs(angle, pi - angle)
