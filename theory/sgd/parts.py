r"""The parts of the risk of one-pass SGD at leading order, as monomials with their constants.

In the eigenbasis of the features, $x_k=\gamma\mu_k$, Gaussian data give the second moment of the error a
recursion of its own diagonal, and the excess $U_t=\sum_kE_{k,t}$ obeys a Volterra equation: what descent with
the same steps leaves, and the answers of the noise of every earlier step, each $\gamma_t^2\mu_k^2$ times the
risk then and decaying as $e^{-2\mu_kt}$ with the time $t=\sum\gamma$ that is left.

Four terms come out of it, each from one pole:

* *descent*, $\sum_kv_ke^{-2t\lambda_k}$: the pole of $\zeta$ in the heat sum;
* *leakage* of a sketch: $\kappa(x)-x\simeq xz(x)/N$ moves signal of the large eigenvalues to the small ones;
* *response* to the signal that was there at the beginning, while steps were large;
* *noise*, the sum of the stages of a geometric schedule, a geometric series of one pole.

Source: the recursion and the schedule are those of Lin, Wu, Kakade, Bartlett, Lee, arXiv 2406.08466; the
constants, leakage and response are derived here.
"""

from __future__ import annotations

from functools import cache

from sympy import (
    Expr,
    Integer,
    Sum,
    Symbol,
    cancel,
    gamma,
    gammasimp,
    log,
    oo,
    pi,
    powsimp,
    simplify,
    sinh,
    sqrt,
    zeta,
)

from .. import symbols
from ..heat_sum import HeatSum
from ..mellin import averaged_noise_kernel, averaged_signal_kernel, spectral_sum
from ..terms import read_term
from ..trace_sum import TraceSum

a, b, kappa = symbols.decay, symbols.source, symbols.kappa
N, n, step_size, sigma2 = symbols.features, symbols.effective_samples, symbols.step_size, symbols.noise
#: The time $t=\sum_t\gamma_t$ of a run.
time = Symbol("t", positive=True)
#: The time over which a stage of step size $\gamma_l$ lasts, and over which it still decays, $y=\gamma_ln$.
_reach = Symbol("y", positive=True)
#: The stages of the geometric schedule.
stage = Symbol("l", integer=True, nonnegative=True)
#: The factor by which the noise of a stage exceeds that of small steps.
AMPLIFICATION = Symbol("omega", positive=True)
#: The sum over the stages, $\sum_l2^{-l/a}\omega(2^{-l}\gamma)$.
STAGES = Symbol("S", positive=True)
#: The signal at the start in units of the eigenvalues, $\sum_kv_k/(\lambda_k(1-\gamma\lambda_k))$.
START = Symbol("psi", positive=True)
_k = symbols.index


def pole(shift: Expr, at: Expr, *, decay: Expr = a) -> Expr:
    r"""Return the leading term of the heat sum with a shift $s>1$ at a time.

    >>> pole(b, 2 * time).subs({a: 2, b: 2})
    sqrt(2)*sqrt(pi)/(4*sqrt(t))
    """
    total = HeatSum(shift, decay, _reach).large_time(where=_beyond(decay, shift))
    return powsimp(total.terms[0].subs(_reach, at), force=True)


def _beyond(decay: Expr, shift: Expr) -> tuple[Expr, ...]:
    return tuple(r for r in (decay > 1, shift > 1) if r != True)  # noqa: E712 -- SymPy's true


def descent(at: Expr = 2 * step_size * n) -> Expr:
    r"""Return what gradient descent leaves of the signal $k^{-b}$ after a time.

    >>> descent(time).subs({a: 2, b: 3})
    1/(4*t)
    """
    return pole(b, 2 * at)


def stage_noise(reach: Expr) -> Expr:
    r"""Return what is left of the noise of one stage, in units of $\sigma^2\gamma_l/2$, $y=\gamma_ln$."""
    return pole(a, 2 * reach) - pole(a, 4 * reach)


@cache
def noise(*, amplified: bool = False) -> Expr:
    r"""Return the variance after a geometric schedule, $\sigma^2c_V\gamma^{1/a}n^{1/a-1}$.

    Parameters
    ----------
    amplified :
        whether the steps are of order one: the sum over the stages is then `STAGES`, a geometric series for
        small steps.
    """
    coefficient, monomial = read_term(simplify(stage_noise(_reach)), _reach)
    # gamma_l = 2^-l gamma: a stage carries the power 1 + e of its step size
    ratio = 2 ** -(1 + monomial.exponent)
    total = STAGES if amplified else 1 / (1 - ratio)
    return sigma2 / 2 * coefficient * step_size ** (1 + monomial.exponent) * n**monomial.exponent * total


def stages() -> Expr:
    r"""Return the sum over the stages at a step size of order one, $\sum_l2^{-l/a}\omega(2^{-l}\gamma)$."""
    return Sum(2 ** (-stage / a) * amplification(step_size * 2**-stage), (stage, 0, oo))


def load(step: Expr = step_size, eigenvalue: Expr | None = None, size: Expr = oo) -> Expr:
    r"""Return $X(\gamma)=\sum_k\gamma\lambda_k/(2(1-\gamma\lambda_k))$; the risk stays bounded for $X<1$."""
    x = step * (_k**-a if eigenvalue is None else eigenvalue)
    return Sum(x / (2 * (1 - x)), (_k, 1, size))


def amplification(step: Expr = step_size) -> Expr:
    r"""Return $\omega=1/(1-X)$: at rest under steps of one size the risk is $\omega$ times the noise."""
    return 1 / (1 - load(step))


def learned() -> Expr:
    r"""Return the mean over a factor 2 of the variance where all modes are learned, $\sigma^2N/(8\ln2\,n)$.

    The stages of each mode, $\sum_lg(2^{-l}y)$ with $g(y)=\frac y2(e^{-2y}-e^{-4y})$, have by the poles of
    $\Gamma(p)(2^{-p}-4^{-p})/(1-2^{p-1})$ at $p=1+2\pi im/\ln2$ the mean of $m=0$.
    """
    return sigma2 * N / n * mode_mean()


def mode_mean() -> Expr:
    r"""Return the mean of $\sum_lg(2^{-l}y)$ over a factor 2 of $y$.

    >>> mode_mean()
    1/(8*log(2))
    """
    p = Symbol("p")
    transform = gamma(p) * (2**-p - 4**-p) / 2
    return cancel(transform.subs(p, 1)) / log(2)


def ripple() -> Expr:
    r"""Return the relative height of the first harmonic about that mean, $2|\Gamma(1+2\pi i/\ln2)|$.

    >>> ripple().evalf(3)
    9.89e-6
    """
    frequency = 2 * pi / log(2)
    return 2 * sqrt(pi * frequency / sinh(pi * frequency))


def leakage(at: Expr = 2 * step_size * n) -> Expr:
    r"""Return the signal that a sketch moves from large to small eigenvalues, for $b>a+1$.

    The Stieltjes transform of the signal is $F(\kappa(x))$, $F(\kappa)=\sum_k\lambda_kv_k/(\lambda_k+\kappa)$
    with $x=\kappa(1-z/N)$.  To first order in $z/N$ it is $F(x)+F'(x)xz(x)/N$, and a power $ex^c$ of
    a transform is $-e(2t)^{-c}/\Gamma(1-c)$ after a time.
    """
    where = (a > 1, b > a + 1)
    slope = -TraceSum(b - a, 2, a, kappa, oo).small_kappa(order=1, where=where).terms[-1]
    modes = TraceSum(0, 1, a, kappa, oo).small_kappa(order=1, where=where).terms[0]
    coefficient, monomial = read_term(slope * modes * kappa / N, kappa)
    return after_time(coefficient, monomial.exponent, at)


def after_time(coefficient: Expr, exponent: Expr, at: Expr) -> Expr:
    r"""Return what a power $ex^c$ in $\int\frac{\mu p(\mu)}{\mu+x}d\mu$ is in $\int p(\mu)e^{-2t\mu}d\mu$.

    >>> from sympy import Rational
    >>> after_time(1, Rational(1, 2), time)
    -sqrt(2)/(2*sqrt(pi)*sqrt(t))
    """
    value = -coefficient / gamma(1 - exponent) * (2 * at) ** -exponent
    return simplify(gammasimp(value)) if coefficient != 1 else value


def response(*, amplified: bool = False, at: Expr = 2 * step_size * n) -> Expr:
    r"""Return what the noise of the signal in the first stage leaves, for $b>a+1$.

    Summed over that stage the recursion gives
    $2\sum_tU_t=\gamma^{-1}\omega\sum_kv_k/(\lambda_k(1-\gamma\lambda_k))$, and each step answers with
    $\gamma^2\sum_k\lambda_k^2e^{-2t\lambda_k}$.
    """
    total = AMPLIFICATION * START if amplified else zeta(b - a)
    return step_size / 2 * total * pole(2 * a, 2 * at)


def start(step: Expr = step_size) -> Expr:
    r"""Return $\sum_kv_k/(\lambda_k(1-\gamma\lambda_k))$, of which the first stage makes noise."""
    return Sum(_k ** (a - b) / (1 - step * _k**-a), (_k, 1, oo))


def modes_in_time() -> Expr:
    r"""Return the number of modes that are learned, up to a constant: $(\gamma n)^{1/a}$."""
    return (step_size * n) ** (1 / a)


def answer_in_time() -> Expr:
    r"""Return the order of the answers to noise, $\gamma t^{1/a-1}$ in units of the noise."""
    return step_size * (step_size * n) ** (1 / a - 1)


def time_to(power: Expr) -> Expr:
    r"""Return $(\gamma n)^{r/a}$, the time to a power."""
    return (step_size * n) ** (power / a)


def averaged_signal() -> Expr:
    r"""Return what the mean of the iterates leaves of the signal, for $b<2a+1$."""
    total = spectral_sum(
        averaged_signal_kernel(), shift=b, decay=a, kappa=kappa, order=1, where=(a > 1, b > 1, b < 2 * a + 1)
    )
    return powsimp(total.terms[0].subs(kappa, 1 / (step_size * n)), force=True)


def averaged_noise() -> Expr:
    r"""Return the variance of the mean of the iterates, small steps."""
    total = spectral_sum(
        averaged_noise_kernel(), shift=Integer(0), decay=a, kappa=kappa, order=1, where=(a > 1,)
    )
    return powsimp(sigma2 / n * total.terms[0].subs(kappa, 1 / (step_size * n)), force=True)


def noise_over_signal(*, averaged: bool = False) -> Expr:
    r"""Return the ratio of variance and bias under the isotropic prior, $b=a$: $\gamma\sigma^2\rho(a)$.

    >>> noise_over_signal().subs(a, 2).simplify().evalf(5)
    0.70711*gamma*sigma^2
    """
    parts = (averaged_noise(), averaged_signal()) if averaged else (noise(), descent())
    return simplify(gammasimp(powsimp(parts[0] / parts[1].subs(b, a), force=True)))
