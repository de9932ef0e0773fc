r"""One pass of SGD where eigenvalues fall like $k^{-1}\log^{-p}k$, $p>1$, under the isotropic prior.

The tail $\sum_{k>K}\lambda_k\simeq\log^{1-p}K/(p-1)$ varies slowly, and all parts of the risk follow from
it: what is not learned is the tail beyond the modes that are, whose number a power of $\log$ decides, and by
Karamata's
theorem $\sum_k\lambda_ke^{-2t\lambda_k}$ is the tail at $K=t$, its difference over a factor 2 of the time
the slope.

A sketch of $N$ features sees $\simeq(p-1)N/\log N$ modes one by one; all other features share the tail beyond
them and have one eigenvalue, $\mu=\log^{1-p}N/((p-1)N)$.  Learning these together, for $\gamma n\mu\gtrsim1$,
adds a noise that the formula $\min(N,\gamma n\log^{-p}(\gamma n))/n$ does not see: it is then short by up to
a factor $\log N$.

Source: the spectrum is that of Theorem 4.3 of Lin, Wu, Kakade, Bartlett, Lee, arXiv 2406.08466; leading terms
derived here, relative errors of order $\log\log/\log$.
"""

from __future__ import annotations

from sympy import Expr, Integer, Sum, Symbol, exp, integrate, log, oo, simplify

from .. import symbols
from .parts import mode_mean, stage

N, n, step_size, sigma2 = symbols.features, symbols.effective_samples, symbols.step_size, symbols.noise
#: The power of the logarithm, $p>1$.
log_power = Symbol("p", positive=True)
_depth = Symbol("L", positive=True)


def tail(index: Expr) -> Expr:
    r"""Return the leading tail $\sum_{k>K}\lambda_k$, an integral in $L=\log k$.

    >>> tail(N)
    log(N)**(1 - p)/(p - 1)
    """
    start = Symbol("x", positive=True)
    excess = Symbol("p_1", positive=True)
    total = integrate(_depth ** (-1 - excess), (_depth, start, oo), conds="none")
    return simplify(total).subs(excess, log_power - 1).subs(start, log(index))


def approximation() -> Expr:
    r"""Return what the features leave of the signal, $\kappa N$: the tail beyond the modes seen alone."""
    return tail(N)


def shared_eigenvalue() -> Expr:
    r"""Return the eigenvalue $\mu=\kappa$ that nearly all features share.

    $z(\kappa)=N$ is $\kappa^{-1}$ times the tail beyond the modes that are seen, $N-K$ with $K\ll N$.
    """
    return tail(N) / N


def seen_modes() -> Expr:
    r"""Return the number $K$ of modes seen one by one, where $\lambda_K=\mu$: $K\log^pK=1/\mu$.

    >>> seen_modes()
    N*(p - 1)/log(N)
    """
    return simplify(1 / (shared_eigenvalue() * log(N) ** log_power))


def bias() -> Expr:
    r"""Return what the run leaves of the signal, before the shared eigenvalue: the tail at $K=t$."""
    return tail(step_size * n)


def variance() -> Expr:
    r"""Return the noise without a sketch: each stage has the slope of the tail over a factor 2 of the time.

    >>> variance()
    gamma*sigma^2*log(2)/log(gamma*n)**p
    """
    depth = Symbol("x", positive=True)
    slope = -tail(exp(depth)).diff(depth)
    of_stage = simplify(slope.subs(depth, log(step_size * n))) * log(2)
    # stages of step size 2^-l gamma; the logarithm changes by l log 2 beside log(gamma n)
    series = Sum(2**-stage, (stage, 0, oo)).doit()
    return sigma2 * step_size / 2 * series * of_stage


def shared_variance() -> Expr:
    r"""Return the noise of the shared eigenvalue, $\frac{\sigma^2N}{n}\sum_lg(2^{-l}\gamma n\mu)$."""
    reach = step_size * n * shared_eigenvalue() * 2**-stage
    kept = reach / 2 * (exp(-2 * reach) - exp(-4 * reach))
    return sigma2 * N / n * Sum(kept, (stage, 0, oo))


def early_shared_variance() -> Expr:
    r"""Return the same for $\gamma n\mu\ll1$, $\frac43\sigma^2\gamma^2nN\mu^2$.

    >>> early_shared_variance()
    4*gamma**2*n*sigma^2*log(N)**(2 - 2*p)/(3*N*(p - 1)**2)
    """
    small = Symbol("y", positive=True)
    kept = (small / 2 * (exp(-2 * small) - exp(-4 * small))).series(small, 0, 3).removeO()
    stages = Sum(4**-stage, (stage, 0, oo)).doit()
    reach = step_size * n * shared_eigenvalue()
    return simplify(sigma2 * N / n * kept.coeff(small, 2) * reach**2 * stages)


def learned_variance() -> Expr:
    r"""Return the noise where the shared eigenvalue is learned, $\gamma n\mu\gg1$: $\sigma^2N/(8\ln2\,n)$."""
    return sigma2 * N / n * mode_mean()


def window() -> tuple[Expr, Expr]:
    r"""Return between which $\gamma n$ the published formula for the noise is short.

    From where the early noise of the shared eigenvalue exceeds that of the modes, up to a constant, to where
    the published formula has all $N$ modes learned.

    >>> window()
    (N*log(N)**(p - 2), N*log(N)**p)
    """
    ratio = simplify(early_shared_variance() / variance()).subs(log(step_size * n), log(N))
    power = Symbol("r", real=True)
    growth = simplify(ratio.subs(n, N * log(N) ** power / step_size))
    exponent = growth.as_powers_dict()[log(N)]
    zero = -exponent.subs(power, 0) / exponent.diff(power)
    return N * log(N) ** zero, N * log(N) ** log_power


def largest_shortfall() -> Expr:
    r"""Return the factor by which the published formula is short at $\gamma n\mu=1$, up to a constant.

    >>> largest_shortfall()
    log(N)
    """
    reach = 1 / (shared_eigenvalue() * (log_power - 1))
    published = reach * log(N) ** -log_power
    return simplify(Integer(1) * N / published)
