r"""Laws of the ridge that minimises the risk."""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    Integer,
    Symbol,
    cancel,
    factor,
    fraction,
    oo,
    powsimp,
    solve,
    together,
)

from .. import symbols
from ..asymptotic_sum import AsymptoticSum, solve_balance
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..ridge import ANY_SPECTRUM, RandomFeatureRidge
from ..spectra import AnySpectrum
from .common import (
    EQUIVALENT,
    MODEL_STEPS,
    SUMMABLE,
    N,
    T,
    condition_in_form,
    degrees_of_freedom,
    delta,
    in_form,
    kappa,
    q,
    rho_constant,
    s,
    sigma2,
    with_rho,
    z,
)
from .registry import law
from .sample_numbers import with_logarithmic_slopes
from .samples import any_spectrum, power_law

R, E = symbols.risk, symbols.excess
#: Samplers of any spectrum at the best ridge, without label noise.
BEST = any_spectrum(noisy=False, best=True)
#: The same with label noise and infinitely many features.
BEST_KERNEL = any_spectrum(best=True, kernel=True)
#: A power law and many samples at the best ridge, with infinitely many features.
LARGE_KERNEL = power_law(features=lambda _share, _scale: oo, best=True)
NOISELESS = RandomFeatureRidge(spectrum=AnySpectrum(), noise=Integer(0))


def noiseless_condition() -> Expr:
    """Return what vanishes at the optimal ridge without noise: a factor of dR/dkappa."""
    return condition_in_form(
        _vanishing_factor(NOISELESS.stationarity()), (q - s) * (N - z) * (T - z) - (z - q) ** 3
    )


def _vanishing_factor(numerator: Expr) -> Expr:
    """Drop the factors of a stationarity condition that cannot vanish: monomials in positive quantities."""
    factors = [part for part in factor(numerator).as_ordered_factors() if part.is_Add]
    if len(factors) != 1:
        raise ArithmeticError(f"expected one factor that can vanish, found {factors}")
    return factors[0]


def product_at_optimum() -> Expr:
    """Return (N-z)(T-z) at the optimal ridge without noise."""
    product = Symbol("product", positive=True)
    condition = noiseless_condition().subs((N - z) * (T - z), product)
    return solve(condition, product)[0]


@law
def optimal_ridge() -> Derivation:
    r"""Derive the optimal ridge without noise, its value and its risk, for any spectrum."""
    condition = noiseless_condition()
    product = product_at_optimum()
    ridge = kappa * product / N
    numerator, denominator = fraction(together(NOISELESS.risk))
    spread = product + (z - q) * (N + T - 2 * z)
    if cancel(denominator - ((N - z) * (T - z) + (z - q) * (N + T - 2 * z))) != 0:
        raise ArithmeticError("the denominator of the risk is not (N-z)(T-z)+(z-q)(N+T-2z)")
    risk = in_form(factor(numerator) / spread, kappa * N * T / ((z - q) ** 2 / (q - s) + N + T - 2 * z))
    return Derivation(
        name="optimal-ridge",
        title="Optimal ridge without label noise",
        regime=r"any spectrum, isotropic prior, no label noise",
        source="derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(Symbol("z'"), kappa * z.diff(kappa)),
                rule=r"Derivative of $z$ in $\log\kappa$, term by term",
                sampler=any_spectrum(with_logarithmic_slopes),
            ),
            Step(
                statement=Eq(Symbol("q'"), kappa * q.diff(kappa)),
                rule=r"Derivative of $q$ in $\log\kappa$, term by term",
                sampler=any_spectrum(with_logarithmic_slopes),
            ),
            Step(
                statement=Eq(condition, 0, evaluate=False),
                rule=r"The factor of the numerator of $dR/d\kappa$ that can vanish",
                sampler=BEST,
            ),
            Step(statement=Eq(delta, ridge), rule=r"The fixed point at that $\kappa$", sampler=BEST),
            Step(statement=Eq(R, risk), rule=r"The risk at that $\kappa$", sampler=BEST),
        ),
        results={
            "condition": Eq((z - q) ** 3, (q - s) * (N - z) * (T - z)),
            "ridge": Eq(delta, ridge),
            "risk": Eq(R, risk),
        },
        constants={},
    )


@law
def optimal_ridge_with_noise() -> Derivation:
    r"""Derive the condition of the optimal ridge with label noise."""
    signal = kappa * N * noiseless_condition()
    noise = sigma2 * ((q - s) * (N - z) ** 2 + (z - q) ** 2 * (N - z) + (z - q) ** 3)
    condition_in_form(_vanishing_factor(ANY_SPECTRUM.stationarity()), signal - noise)
    return Derivation(
        name="optimal-ridge-with-noise",
        title="Optimal ridge with label noise",
        regime=r"any spectrum, isotropic prior",
        source="derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(signal, noise),
                rule=r"The factor of the numerator of $dR/d\kappa$ that can vanish: it does where",
                sampler=any_spectrum(best=True),
            ),
        ),
        results={"condition": Eq(signal, noise)},
        constants={},
    )


@law
def noisy_kernel_rate() -> Derivation:
    r"""Derive the optimal ridge and the rate of kernel ridge regression with label noise."""
    kernel = ANY_SPECTRUM.kernel()
    condition = condition_in_form(_noise_factor(factor(kernel.stationarity())), sigma2 - kappa * (T - z))
    best = solve(condition, sigma2)[0]
    ridge = sigma2 + (kernel.fixed_point.rhs - best)
    excess = in_form(cancel((kernel.risk - sigma2).subs(sigma2, best)), kappa * z)
    balance = AsymptoticSum((T * kappa,)) + with_rho(degrees_of_freedom(1)).times(-kappa)
    large = Expansion.of(T, T, where=SUMMABLE)
    root = solve_balance(
        balance, kappa, equals=Expansion.of(sigma2, T, where=SUMMABLE), given={T: large}, corrections=1
    )
    rate = with_rho(degrees_of_freedom(1)).times(kappa).substitute({kappa: root}, corrections=1)
    return Derivation(
        name="noisy-kernel-rate",
        title="Optimal ridge and rate with label noise, infinitely many features",
        regime=r"$N=\infty$, isotropic prior; the rate for $\lambda_k=k^{-a}$, $T\to\infty$, fixed noise",
        source="derived here",
        steps=(
            Step(
                statement=kernel.fixed_point,
                rule=r"The deterministic equivalent of kernel ridge regression for large $T$: its fixed "
                r"point, with $z=\sum_k\lambda_k/(\lambda_k+\kappa)$",
                rigour=Rigour.HEURISTIC,
                source=EQUIVALENT,
                sampler=any_spectrum(kernel=True),
            ),
            Step(
                statement=Eq(R, in_form(kernel.risk, T * (kappa * (z - q) + sigma2) / (T - q))),
                rule=r"Its risk, with $q=\sum_k(\lambda_k/(\lambda_k+\kappa))^2$ and the isotropic prior",
                rigour=Rigour.HEURISTIC,
                source=EQUIVALENT,
                sampler=any_spectrum(kernel=True),
            ),
            Step(
                statement=Eq(condition, 0),
                rule=r"The factor of the numerator of $dR/d\kappa$ that can vanish",
                sampler=BEST_KERNEL,
            ),
            Step(statement=Eq(delta, ridge), rule="Comparison with the fixed point", sampler=BEST_KERNEL),
            Step(statement=Eq(E, excess), rule=r"The risk at the optimum", sampler=BEST_KERNEL),
            Step(
                statement=root,
                name=kappa,
                rule=r"Balance of $\kappa(T-z)=\sigma^2$ on the power law",
                rigour=Rigour.LEADING,
                sampler=LARGE_KERNEL,
            ),
            Step(
                statement=rate.leading_with_error(),
                name=E,
                rule=r"Substitution into $\kappa z$",
                rigour=Rigour.LEADING,
                sampler=LARGE_KERNEL,
            ),
        ),
        results={
            "ridge": Eq(delta, ridge),
            "excess": Eq(E, sigma2 * z / (T - z)),
            "rate": Eq(E, powsimp(rate.leading)),
            "exponent": Eq(Symbol("e_T"), rate.exponent(T)),
        },
        constants=rho_constant(),
    )


def _noise_factor(numerator: Expr) -> Expr:
    """Return the factor of a condition that contains the noise; the others are of one sign."""
    (part,) = [part for part in numerator.as_ordered_factors() if part.has(sigma2)]
    return part
