r"""Laws beyond the latent dimension: both resources exceed the number of eigenvalues."""

from __future__ import annotations

from sympy import Eq, Integer, Symbol, cancel, factor, limit, oo

from .. import symbols
from ..asymptotic_sum import AsymptoticSum, solve_balance
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..ridge import ANY_SPECTRUM, RandomFeatureRidge
from ..spectra import PowerLaw
from .common import MODEL_STEPS, M, T, in_form, kappa, q, sigma2, z
from .registry import law

R, E = symbols.risk, symbols.excess


def _traces() -> dict[object, Expansion]:
    """Expand z and q of a finite power law below its smallest eigenvalue."""
    spectrum = PowerLaw(size=M)
    return {
        trace: spectrum.df(order, kappa).below_spectrum(order=2).in_one(kappa, at=0)
        for order, trace in ((1, z), (2, q))
    }


@law
def breakdown() -> Derivation:
    r"""Derive the ridgeless risk once both resources exceed the latent dimension."""
    traces = _traces()
    at_zero = {trace: expansion.leading for trace, expansion in traces.items()}
    if set(at_zero.values()) != {M}:
        raise ArithmeticError(f"the traces do not start at M: {at_zero}")
    bias = limit(ANY_SPECTRUM.bias.subs(at_zero), kappa, 0)
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
                    rule=r"Below the smallest eigenvalue of a finite power law",
                    rigour=Rigour.LEADING,
                )
                for trace, expansion in traces.items()
            ),
            Step(
                statement=Eq(kappa, Integer(0), evaluate=False),
                rule=r"As $\delta\to0$ the fixed point gives $\kappa\simeq\delta N/((N-M)(T-M))\to0$, "
                r"and $z,q\to M$",
            ),
            Step(
                statement=Eq(symbols.bias, bias, evaluate=False), rule=r"Without label noise nothing is left"
            ),
            Step(statement=Eq(symbols.variance, variance), rule=r"The noise part; $N$ drops out"),
            Step(
                statement=law_in_samples,
                name=symbols.variance,
                rule=r"For many samples",
                rigour=Rigour.LEADING,
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
                rule="Fixed point of kernel ridge regression",
                rigour=Rigour.EQUIVALENT,
            ),
            Step(
                statement=Eq(E, kappa * z),
                rule=r"At the optimal ridge $\delta=\sigma^2$ (law noisy-kernel-rate)",
            ),
            Step(statement=below, name=z, rule=r"Below the smallest eigenvalue", rigour=Rigour.LEADING),
            Step(
                statement=root, name=kappa, rule=r"Balance of $\kappa(T-z)=\sigma^2$", rigour=Rigour.LEADING
            ),
            Step(statement=excess, name=E, rule="Substitution", rigour=Rigour.LEADING),
        ),
        results={
            "leading": Eq(E, excess.leading),
            "exponent": Eq(Symbol("e_T"), excess.exponent(T)),
            "next": Eq(Symbol("r"), excess.coefficient(Integer(-2))),
        },
        constants={},
    )
