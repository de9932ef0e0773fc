r"""A loss with a kink at the limit: how $D$ fair coins miss one half, in the power of the loss.

The estimator is the share $\hat f$ of heads among $D$ tosses of a fair coin, the loss
$\frac12|\hat f-\frac12|^{2\alpha}$, not smooth at its minimum unless $\alpha$ is an integer.  The second
worked example of SM C.3 of Bahri, Dyer, Kaplan, Lee and Sharma has
$L(D)=\frac{\Gamma(\alpha+1/2)}{2^{1+\alpha}\sqrt\pi}D^{-\alpha}$ to leading order, which this reconstruction
gives; its next terms are derived here.

The local limit theorem with the fourth cumulant $-\frac D8$ of the number of heads,
$$P\left(\tfrac D2+j\right)=\sqrt{\tfrac2{\pi D}}\,e^{-2j^2/D}
\left(1-\frac{\mathrm{He}_4(2j/\sqrt D)}{12D}+O(D^{-2})\right),$$
turns the loss into sums $\sum_jj^{2\alpha+2i}e^{-2j^2/D}$ over integers, or over half-integers where $D$ is
odd.  The poles of their Mellin transforms are the integral, and $\zeta(-2\alpha)$ of the kink, which the
lattice cannot resolve.
"""

from __future__ import annotations

from functools import cache

from sympy import (
    Expr,
    Integer,
    Poly,
    Rational,
    Symbol,
    exp,
    expand_func,
    factor,
    gamma,
    hermite_prob,
    log,
    oo,
    pi,
    series,
    simplify,
    sqrt,
    sympify,
)

from .. import symbols
from ..expansion import Expansion
from ..mellin import Kernel, p, spectral_sum, u
from ..monomial import Monomial

#: The exponent $\alpha$: half the power of the loss.
half_power = Symbol("alpha", positive=True)
_small = Symbol("kappa", positive=True)


@cache
def coin_cumulant(degree: int) -> Expr:
    """Return a cumulant of one toss, 1 with probability 1/2 and 0 otherwise.

    >>> coin_cumulant(2), coin_cumulant(4)
    (1/4, -1/8)
    """
    t = Symbol("t")
    generating = series(log((1 + exp(t)) / 2), t, 0, degree + 1).removeO()
    return generating.coeff(t, degree) * gamma(degree + 1)


@cache
def _lattice_sum(power: Expr, *, half: bool) -> tuple[Expr, Expr]:
    r"""Return the integral and the lattice term of $\sum_{j\ge1}j^se^{-2j^2/D}$, or over $j-\frac12$."""
    gaussian = Kernel(exp(-u), gamma(p))
    total = spectral_sum(gaussian, shift=-power, decay=2, kappa=_small, order=1, where=[half_power > 0])
    integral, lattice = total.terms
    n = symbols.samples
    if not half:
        return integral.subs(_small, 2 / n), lattice
    # Halves of odd numbers are halves of all numbers without those of even ones.
    odd = [
        (part.subs(_small, 1 / (2 * n)) - 2**power * part.subs(_small, 2 / n)) / 2**power
        for part in (integral, lattice)
    ]
    return odd[0], odd[1]


@cache
def coin_loss(*, odd: bool = False) -> Expansion:
    r"""Expand $\frac12\mathbb E|\hat f-\frac12|^{2\alpha}$ in the number of tosses, even or odd.

    Examples
    --------
    >>> loss = coin_loss()
    >>> loss.coefficient(-half_power)
    2**(-alpha - 1)*gamma(alpha + 1/2)/sqrt(pi)
    >>> simplify(loss.coefficient(-half_power - 1) / loss.coefficient(-half_power))
    alpha*(1 - alpha)/3
    >>> loss.coefficient(-2 * half_power - Rational(1, 2))
    sqrt(2)*zeta(-2*alpha)/sqrt(pi)
    """
    n = symbols.samples
    # Of the Edgeworth series: heads have the variance D/4, and z = 2j/sqrt(D).
    ratio = coin_cumulant(4) / coin_cumulant(2) ** 2 / n
    z = Symbol("z")
    hermite = Poly(hermite_prob(4, z), z)
    weight = sqrt(1 / (2 * pi * coin_cumulant(2) * n))
    scale = weight * n ** (-2 * half_power)
    integral, lattice = _lattice_sum(2 * half_power, half=odd)
    corrections = [
        coefficient
        * ratio
        / 24
        * (2 / sqrt(n)) ** degree
        * _lattice_sum(2 * half_power + degree, half=odd)[0]
        for (degree,), coefficient in hermite.terms()
    ]
    second = factor(simplify(sum((expand_func(part / integral) for part in corrections), Integer(0))))
    leading = simplify(scale * integral)
    terms = Expansion.of(leading + simplify(scale * lattice), n, where=[half_power > 0])
    error = (Monomial(-half_power - 2), Monomial(-2 * half_power - Rational(3, 2)))
    next_one = Monomial(-half_power - 1)
    coefficients = {**terms.coefficients, next_one: leading * n**half_power * (second * n)}
    return Expansion(n, oo, coefficients, error, terms.where)


def remainder_exponent(value: Expr) -> Expr:
    r"""Return the exponent of what follows the leading term at an $\alpha$, the smaller of two.

    Parameters
    ----------
    value :
        $\alpha>0$, a rational number.

    Raises
    ------
    ValueError
        If it is not positive, or leaves no remainder.

    Examples
    --------
    >>> remainder_exponent(Rational(1, 10)), remainder_exponent(Rational(3, 2))
    (7/10, 5/2)
    """
    if not sympify(value).is_positive:
        raise ValueError(f"`value` = {value} must be positive; give the power of the deviation")
    at: dict[Expr, Expr] = {}
    for monomial, coefficient in coin_loss().coefficients.items():
        exponent = monomial.exponent.subs(half_power, value)
        at[exponent] = at.get(exponent, Integer(0)) + coefficient.subs(half_power, value)
    lead = max(at)
    rest = [exponent for exponent, coefficient in at.items() if exponent < lead and coefficient != 0]
    if not rest:
        raise ValueError(f"`value` = {value} leaves no remainder at this order: the loss is a polynomial")
    return -max(rest)
