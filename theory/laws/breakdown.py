r"""Laws beyond the latent dimension: both resources exceed the number of eigenvalues."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Eq, Expr, Integer, Symbol, cancel, factor, fraction, harmonic, limit, oo, solve, together

from .. import symbols
from ..asymptotic_sum import AsymptoticSum, solve_balance
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..ridge import ANY_SPECTRUM, RandomFeatureRidge
from ..spectra import PowerLaw
from .common import EQUIVALENT, MODEL_STEPS, M, N, T, delta, in_form, kappa, q, sigma2, z
from .registry import law
from .samples import any_spectrum, beyond_size, fixed_size

R, E = symbols.risk, symbols.excess


def _traces() -> dict[Expr, Expansion]:
    """Expand z and q of a finite power law below its smallest eigenvalue."""
    spectrum = PowerLaw(size=M)
    return {
        trace: spectrum.df(order, kappa).below_spectrum(order=2).in_one(kappa, at=0)
        for order, trace in ((1, z), (2, q))
    }


def sum_of_traces(polynomial: Expr, traces: Mapping[Expr, Expansion]) -> Expansion:
    """Put expansions of z and q into a polynomial in them that is linear in each."""
    rest = polynomial.expand()
    total = Expansion.of(rest.subs(dict.fromkeys(traces, 0)), kappa, at=Integer(0))
    for trace, expansion in traces.items():
        others = dict.fromkeys(set(traces) - {trace}, 0)
        total = total + expansion * rest.coeff(trace).subs(others)
    return total


@law
def breakdown() -> Derivation:
    r"""Derive the ridgeless risk once both resources exceed the latent dimension."""
    traces = _traces()
    at_zero = {trace: expansion.leading for trace, expansion in traces.items()}
    if set(at_zero.values()) != {M}:
        raise ArithmeticError(f"the traces do not start at M: {at_zero}")
    bias = limit(ANY_SPECTRUM.bias.subs(at_zero), kappa, 0)
    (opening,) = solve(ANY_SPECTRUM.fixed_point.subs(at_zero), kappa)
    opening = in_form(opening, delta * N / ((N - M) * (T - M)))
    numerator, denominator = fraction(together(ANY_SPECTRUM.bias))
    numerator = sum_of_traces(cancel(numerator), traces)
    small_bias = in_form(
        numerator.leading / denominator.subs(at_zero),
        kappa**2 * harmonic(M, -PowerLaw().decay) / ((1 - M / N) * (1 - M / T)),
    )
    variance = in_form(cancel(ANY_SPECTRUM.variance.subs(at_zero)), sigma2 * M / (T - M))
    risk = in_form(sigma2 + variance, sigma2 * T / (T - M))
    large = Expansion.of(T, T)
    law_in_samples = sigma2 * M / (large - M)
    return Derivation(
        name="breakdown",
        title="Breakdown of the power law beyond the latent dimension",
        regime=r"$M<\min(N,T)$, $\delta\to0$, any spectrum of $M$ eigenvalues",
        source="Maloney, Roberts, Sully, arXiv 2210.16859, section 4.1; derived here",
        steps=(
            *MODEL_STEPS,
            *(
                Step(
                    statement=expansion,
                    name=trace,
                    rule=r"Below the smallest eigenvalue, on $\lambda_k=k^{-a}$ for instance",
                    rigour=Rigour.LEADING,
                    regime=r"$\kappa\to0$",
                    sampler=beyond_size,
                )
                for trace, expansion in traces.items()
            ),
            Step(
                statement=Eq(kappa, opening),
                rule=r"With $z\to M$ the fixed point gives a $\kappa$ that vanishes with the ridge",
                rigour=Rigour.LEADING,
                error=(delta,),
                regime=r"$\delta\to0$",
                sampler=beyond_size,
            ),
            Step(
                statement=Eq(symbols.bias, small_bias),
                rule=r"Without label noise nothing is left: the bias vanishes with $\kappa^2$",
                rigour=Rigour.LEADING,
                error=(kappa,),
                regime=r"$\kappa\to0$",
                sampler=beyond_size,
            ),
            Step(
                statement=Eq(symbols.variance, variance),
                rule=r"The noise part; $N$ drops out",
                rigour=Rigour.LEADING,
                error=(kappa,),
                regime=r"$\kappa\to0$",
                sampler=beyond_size,
            ),
            Step(
                statement=law_in_samples,
                name=symbols.variance,
                rule=r"Many samples",
                rigour=Rigour.LEADING,
                regime=r"$\kappa=0$, $T\to\infty$",
                sampler=fixed_size(kernel=False),
            ),
        ),
        results={
            "bias": Eq(symbols.bias, bias, evaluate=False),
            "variance": Eq(symbols.variance, variance),
            "risk": Eq(R, risk),
            "leading": Eq(symbols.variance, law_in_samples.leading),
            "exponent": Eq(Symbol("e_T"), law_in_samples.exponent(T)),
        },
        constants={},
    )


@law
def breakdown_with_optimal_ridge() -> Derivation:
    r"""Derive the risk beyond the latent dimension with the optimal ridge, for infinitely many features."""
    kernel = RandomFeatureRidge(spectrum=ANY_SPECTRUM.spectrum, features=oo)
    below = PowerLaw(size=M).df(1, kappa).below_spectrum(order=2)
    balance = AsymptoticSum((T * kappa,)) + below.times(-kappa)
    large = Expansion.of(T, T)
    root = solve_balance(balance, kappa, equals=Expansion.of(sigma2, T), given={T: large}, corrections=2)
    excess = below.times(kappa).substitute({kappa: root}, corrections=2).map_coefficients(factor)
    return Derivation(
        name="breakdown-with-optimal-ridge",
        title="Risk beyond the latent dimension with the optimal ridge",
        regime=r"$N=\infty$, $T\to\infty$ at fixed size $M$, label noise of order one",
        source="Maloney, Roberts, Sully, arXiv 2210.16859, section 4.1; derived here",
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
                statement=Eq(E, kappa * z),
                rule=r"At the optimal ridge $\delta=\sigma^2$ (law noisy-kernel-rate)",
                sampler=any_spectrum(best=True, kernel=True),
            ),
            Step(
                statement=below,
                name=z,
                rule=r"Below the smallest eigenvalue, on $\lambda_k=k^{-a}$ for instance",
                rigour=Rigour.LEADING,
                regime=r"$\kappa\to0$",
                sampler=fixed_size(kernel=True),
            ),
            Step(
                statement=root,
                name=kappa,
                rule=r"Balance of $\kappa(T-z)=\sigma^2$",
                rigour=Rigour.LEADING,
                regime=r"$T\to\infty$",
                sampler=fixed_size(kernel=True),
            ),
            Step(
                statement=excess,
                name=E,
                rule="Substitution into $\\kappa z$",
                rigour=Rigour.LEADING,
                regime=r"$T\to\infty$",
                sampler=fixed_size(kernel=True),
            ),
        ),
        results={
            "leading": Eq(E, excess.leading),
            "exponent": Eq(Symbol("e_T"), excess.exponent(T)),
            "next": Eq(Symbol("r"), excess.coefficient(Integer(-2))),
        },
        constants={},
    )
