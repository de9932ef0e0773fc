r"""What the claims about the optimal ridge start from: derived laws and numbers in the paper's exponent.

Everything is in units in which $\lambda_+=1$ and the signal has $\sigma_w^2/M=1$, so that $\sigma^2$ stands
for $M\sigma_\epsilon^2/\sigma_w^2$, the loss is $L=\frac C2\frac{\sigma_w^2}M R$, and
$\gamma M/\sigma_u^2=\delta N$.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath
from sympy import Expr, Rational, Symbol, cancel, factor, harmonic, solve, sqrt

from .... import numerics
from ....theory import PowerLaw, laws, symbols
from ....theory.ridge import ANY_SPECTRUM
from ..evidence import exact
from ..legs import DIGITS, evaluate, plain

#: The exponent of the paper, one less than that of the eigenvalues.
alpha = Symbol("alpha", positive=True)
N, T, M = symbols.features, symbols.samples, symbols.size
kappa, delta, sigma2 = symbols.kappa, symbols.ridge, symbols.noise
z, q, s = symbols.df1, symbols.df2, symbols.df3
#: The constant of the power-law traces, $\rho=\frac{\pi/(1+\alpha)}{\sin(\pi/(1+\alpha))}$.
rho = Symbol("rho", positive=True)

#: The denominator $D$ of the loss, positive for $0<q<z<\min(N,T)$.
DENOMINATOR = N * T - (N + T) * q + 2 * z * q - z**2

SOURCE = "Maloney, Roberts, Sully, arXiv:2210.16859"
POWER_LAW_LIMIT = r"$\lambda_k=\lambda_+k^{-(1+\alpha)}$ and $1\ll N,T\ll M$, leading order"
EQUIVALENT = r"the deterministic equivalent of the loss, accurate to $O(1/\min(N,T))$"
LINEAR = "linear random features, Gaussian data, isotropic random teacher"

#: Exponents at which numeric legs look: slow and fast decay, and the marginal case 1.
ALPHAS = (Rational(3, 10), Rational(1, 2), Rational(1), Rational(2))


@cache
def derived(law: str, result: str) -> Expr:
    """Return the right side of a derived law in the exponent of the paper, traces as symbols."""
    return plain(laws.derive(law).results[result].rhs).subs(symbols.decay, 1 + alpha)


def risk_parts() -> tuple[Expr, Expr]:
    """Return bias and variance of the model on any spectrum, traces as symbols."""
    return plain(ANY_SPECTRUM.bias), plain(ANY_SPECTRUM.variance)


def optimal_risk(exponent: Any = alpha, **resources: Expr) -> Expr:
    """Return the derived leading risk at the optimal ridge on a power law, a function of N and T."""
    values = {symbols.features: resources.get("features", N), symbols.samples: resources.get("samples", T)}
    level = perfect_roots(derived("optimal-ridge-power-law", "df1").subs(alpha, exponent).subs(values))
    return derived("optimal-ridge-power-law", "risk").subs(alpha, exponent).subs(values).subs(z, level)


def perfect_roots(expression: Expr) -> Expr:
    """Take square roots of perfect squares, which SymPy leaves when they are multiplied out."""
    return expression.replace(
        lambda part: part.is_Pow and part.exp == Rational(1, 2), lambda part: sqrt(factor(part.base))
    )


@cache
def next_term_of_optimal_risk() -> Expr:
    r"""Return the relative correction of the optimal risk of an infinite power law by the next term of $z,q$.

    At the optimum the risk is stationary in $\kappa$, so that only the change of the traces at fixed $\kappa$
    counts: their constant terms, which the expansion of the engine gives.
    """
    shifts = {
        trace: PowerLaw().df(order, kappa).small_kappa(order=2, where=(symbols.decay > 1,)).terms[1]
        for trace, order in ((z, 1), (q, 2))
    }
    if any(shift.free_symbols for shift in shifts.values()):
        raise ArithmeticError(f"the next terms of the traces are not constants: {shifts}")
    bias, _ = risk_parts()
    change = sum(bias.diff(trace) * shift for trace, shift in shifts.items()) / bias
    ratio = derived("degrees-of-freedom-power-law", "df2")
    level = derived("optimal-ridge-power-law", "df1")
    return change.subs(q, ratio).subs(z, level)


def constant(exponent: Any) -> mpmath.mpf:
    r"""Return $\rho$ at an exponent, from the derived degrees of freedom."""
    (value,) = laws.derive("degrees-of-freedom-power-law").constants.values()
    return evaluate(value, {symbols.decay: 1 + exponent})


def at(expression: Expr, exponent: Any, **values: Any) -> mpmath.mpf:
    """Return an expression in alpha, rho and the symbols named by their words, at exact numbers."""
    numbers = {symbols.BY_WORD[word]: value for word, value in values.items()}
    return evaluate(expression, {rho: constant(exponent), alpha: exponent, **numbers})


def spectrum(exponent: Any, size: Any = math.inf) -> numerics.PowerLaw:
    """Return the paper's spectrum at an exponent alpha."""
    return numerics.PowerLaw(1 + exponent, size=size)


def best(
    exponent: Any, features: Any, samples: Any, *, noise: Any = 0, size: Any = math.inf, digits: int = DIGITS
) -> numerics.OptimalRidge:
    """Return the finite-size optimum on a power law."""
    return numerics.optimal_ridge(
        spectrum(exponent, size), features=features, samples=samples, noise=noise, digits=digits
    )


def least_excess(exponent: Any, side: int, *, noise: Any = 0) -> mpmath.mpf:
    """Return the excess at the optimal ridge for as many features as samples."""
    return best(exponent, side, side, noise=noise, digits=40).point.excess


def power(exponent: int) -> str:
    """Return a power of ten for a table."""
    return f"1e{exponent}"


def over(numerator: mpmath.mpf, denominator: Any) -> mpmath.mpf:
    """Return a quotient with all digits, which `/` alone would round to the working precision."""
    with mpmath.workdps(2 * DIGITS):
        return mpmath.mpf(numerator) / denominator


def times(value: mpmath.mpf, multiple: Any) -> mpmath.mpf:
    """Return a product with all digits."""
    with mpmath.workdps(2 * DIGITS):
        return mpmath.mpf(value) * multiple


def kappa_at(level: Expr) -> Expr:
    r"""Return the derived leading $\kappa$ at which $z$ takes a value on a power law."""
    df1 = derived("degrees-of-freedom-power-law", "df1")
    (root,) = solve(df1 - level, kappa)
    return root


def local_slope(function: Callable[[int], mpmath.mpf], low: int, high: int) -> mpmath.mpf:
    """Return the log-log slope of a function between two sizes."""
    with mpmath.workdps(2 * DIGITS):
        rise = mpmath.log(function(high)) - mpmath.log(function(low))
        return rise / mpmath.log(mpmath.mpf(high) / low)


def is_positive(expression: Expr) -> bool:
    """Return whether SymPy sees that an expression is positive for 0 < q < z < min(N, T)."""
    first, second, third = (Symbol(name, positive=True) for name in ("c", "n", "t"))
    inside = {N: q + first + second, T: q + first + third, z: q + first}
    numerator, denominator = cancel(expression.subs(inside, simultaneous=True)).as_numer_denom()
    return any(
        (sign * numerator).expand().is_positive and (sign * denominator).expand().is_positive
        for sign in (1, -1)
    )


def at_size(expression: Expr, exponent: Any, size: int) -> mpmath.mpf:
    """Evaluate an expression with sums of powers up to a size, not term by term."""
    values = expression.subs({symbols.decay: 1 + exponent, alpha: exponent})
    sums = {
        atom: exact(numerics.trace_sum(1, 0, shift=atom.args[1], size=size, digits=DIGITS))
        for atom in values.atoms(harmonic)
    }
    return evaluate(values.xreplace(sums), {M: size})
