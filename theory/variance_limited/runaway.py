r"""A loss that is unbounded below on some samples: concentration holds at a fixed time of training only.

One weight $\theta$ sees samples $s=\pm1$, $+1$ with probability $\alpha>\frac12$, with the loss
$\frac12s\theta^2$.  Over $D$ samples of mean $\bar s$ gradient flow gives $\theta_T=\theta_0e^{-\bar sT}$, so
that
$$L(D;T)=\tfrac12\mathbb E s\,\mathbb E\theta_T^2
=(\alpha-\tfrac12)\theta_0^2\left(\alpha e^{-2T/D}+(1-\alpha)e^{2T/D}\right)^D .$$

This is the first worked example of SM C.3 of Bahri, Dyer, Kaplan, Lee and Sharma, reconstructed so that it
reads $e^{2T}(\alpha-\frac12)(1-\alpha(1-e^{-4T/D}))^D\theta_0^2$ as printed.  The expansion, the rate at
$T=\beta D$ and its sign are derived here.
"""

from __future__ import annotations

from functools import cache

from sympy import Expr, Function, Integer, Symbol, dsolve, exp, expand, fraction, log, series, simplify, solve

from .. import symbols
from ..expansion import Expansion

#: Probability $\alpha$ of a sample with the sign of the majority.
share = Symbol("alpha", positive=True)
#: Time $T$ of gradient flow.
time = Symbol("t", positive=True)
#: Time over samples, $\beta=T/D$.
time_per_sample = Symbol("beta", positive=True)
#: The weight at the start, $\theta_0$.
start = Symbol("theta_0", positive=True)


@cache
def flow(mean: Expr) -> Expr:
    r"""Return the weight after gradient flow on $\frac12\bar s\theta^2$ for a mean sign $\bar s$.

    >>> flow(Symbol("s"))
    theta_0*exp(-s*t)
    """
    weight = Function("theta")
    loss = mean * Symbol("x") ** 2 / 2
    step = loss.diff(Symbol("x")).subs(Symbol("x"), weight(time))
    return dsolve(weight(time).diff(time) + step, weight(time), ics={weight(0): start}).rhs


def runaway_loss(samples: Expr = symbols.samples) -> Expr:
    r"""Return the expected loss at a time, exactly, for any number of samples.

    Notes
    -----
    $\theta_T^2$ is a product over samples, because its logarithm is linear in $\bar s$.

    Examples
    --------
    >>> runaway_loss(1).subs({share: 1, time: 0})
    theta_0**2/2
    """
    sign = Symbol("s")
    squared = flow(sign / samples) ** 2 / start**2
    outcomes = {Integer(1): share, Integer(-1): 1 - share}
    one = sum((chance * squared.subs(sign, value) for value, chance in outcomes.items()), Integer(0))
    risk = sum((chance * value for value, chance in outcomes.items()), Integer(0)) / 2
    return expand(risk) * start**2 * one**samples


@cache
def runaway_expansion(order: int = 1) -> Expansion:
    r"""Expand the loss at a fixed time over its limit of infinite samples.

    Parameters
    ----------
    order :
        the power of $1/D$ that is kept, an integer >= 1.

    Raises
    ------
    ValueError
        If it is smaller.

    Examples
    --------
    >>> print(runaway_expansion())
    1 + 8*alpha*t**2*(1 - alpha)/T + O(T**(-2))
    """
    if order < 1:
        raise ValueError(f"`order` = {order} must be an integer >= 1; choose it larger")
    n, inverse = symbols.samples, Symbol("x", positive=True)
    base, power = (runaway_loss(n) / runaway_loss(n).as_independent(n)[0]).subs(n, 1 / inverse).as_base_exp()
    cumulants = expand(series(log(base), inverse, 0, order + 2).removeO() * power)
    limit = cumulants.coeff(inverse, 0)
    found = series(exp(cumulants - limit), inverse, 0, order + 1).removeO()
    return Expansion.of(expand(found).subs(inverse, 1 / n), n, error=[n ** (-order - 1)]).map_coefficients(
        simplify
    )


def growth_rate() -> Expr:
    r"""Return $\lim\frac1D\log L$ at $T=\beta D$: negative where the loss goes to 0.

    >>> growth_rate()
    log(alpha*exp(-2*beta) + (1 - alpha)*exp(2*beta))
    """
    n = symbols.samples
    base, power = runaway_loss(n).as_independent(n)[1].subs(time, time_per_sample * n).as_base_exp()
    return log(simplify(base) if base.has(n) else base) * power / n


@cache
def largest_time_per_sample() -> Expr:
    r"""Return the $\beta$ below which the loss goes to 0 at $T=\beta D$.

    Notes
    -----
    In $y=e^{2\beta}$ the base of the power is $(1-\alpha)y+\alpha/y$, which is 1 at $y=1$ and at one other
    $y$, and smaller between them.

    Examples
    --------
    >>> largest_time_per_sample()
    log(alpha/(1 - alpha))/2
    """
    root = Symbol("y", positive=True)
    base = exp(growth_rate()).subs(time_per_sample, log(root) / 2)
    others = [found for found in solve(simplify(base) - 1, root) if found != 1]
    (other,) = others
    above, below = fraction(other)
    return log(-above / -below) / 2
