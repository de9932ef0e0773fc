r"""The replica form of the kernel's loss, and its collapse.

The paper's supplement has, for $\bar\omega_k$ of mean square one,
$$L=\frac{\kappa_T^2}{1-\gamma}\sum_k\frac{\lambda_k}{(\kappa_T+T\lambda_k)^2},\qquad
\kappa_T=\sum_k\frac{\kappa_T\lambda_k}{\kappa_T+T\lambda_k},\qquad
\gamma=\sum_k\frac{T\lambda_k^2}{(\kappa_T+T\lambda_k)^2},$$
without a factor 1/2.  With $\kappa_T=T\kappa$ these are sums of degrees of freedom:
$\gamma=q/T$, the first sum is $(z-q)/(T^2\kappa)$, and the fixed point says $z=T$.
"""

from __future__ import annotations

from sympy import Eq, Expr, cancel, gamma, hyper, sympify, together

from .. import symbols
from ..ridge import ANY_SPECTRUM

T, kappa = symbols.samples, symbols.kappa
z, q = (ANY_SPECTRUM.df(order) for order in (1, 2))


def replica_fixed_point() -> Eq:
    r"""Return the equation of $\kappa_T=T\kappa$ in the degrees of freedom, divided by $\kappa_T$: $1=z/T$.

    >>> replica_fixed_point()
    Eq(1, z/T)
    """
    return Eq(1, z / T)


def replica_overlap() -> Expr:
    r"""Return $\gamma=q/T$, below 1.

    >>> replica_overlap()
    q/T
    """
    return q / T


def replica_loss() -> Expr:
    r"""Return the replica form in the degrees of freedom, before its fixed point is used.

    >>> replica_loss()
    kappa*(z - q)/(1 - q/T)
    """
    scale = T * kappa
    learned = (z - q) / (T**2 * kappa)
    return scale**2 * learned / (1 - replica_overlap())


def collapsed_loss() -> Expr:
    r"""Return the replica form where its fixed point holds: $\kappa_T=T\kappa$, for every spectrum.

    >>> collapsed_loss()
    T*kappa
    """
    return cancel(together(replica_loss().subs(z, T)))


def resolvent_integral(order: Expr, power: Expr, decay: Expr, scale: Expr, samples: Expr) -> Expr:
    r"""Return $\int_1^\infty x^{-na}(\kappa_T+Tx^{-a})^{-m}dx$ as a hypergeometric function.

    Parameters
    ----------
    order :
        $n > 1/a$.
    power :
        $m$, real.
    decay :
        $a > 0$.
    scale :
        $\kappa_T > 0$.
    samples :
        $T > 0$.

    Notes
    -----
    With $u=x^{-a}$ it is $\frac1a\int_0^1u^{n-1/a-1}(\kappa_T+Tu)^{-m}du$, Euler's integral of
    $\frac{\kappa_T^{-m}\Gamma(c-1)}{a\,\Gamma(c)}\,{}_2F_1(m,c-1;c;-T/\kappa_T)$ with $c=n+1-1/a$.

    >>> from sympy import hyperexpand
    >>> hyperexpand(resolvent_integral(1, 1, 2, 1, 1))
    pi/4
    """
    order, power, decay, scale, samples = map(sympify, (order, power, decay, scale, samples))
    last = order + 1 - 1 / decay
    constant = scale**-power * gamma(last - 1) / (decay * gamma(last))
    return constant * hyper((power, last - 1), (last,), -samples / scale)
