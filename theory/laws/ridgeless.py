r"""Laws of the risk without ridge, and of the power-law risk at any ridge."""

from __future__ import annotations

from sympy import (
    Eq,
    Expr,
    Symbol,
    cancel,
    diff,
    expand_power_base,
    factor,
    fraction,
    oo,
    simplify,
    solve,
    sqrt,
    together,
)

from .. import symbols
from ..asymptotic_sum import AsymptoticSum
from ..derivation import Derivation, Rigour, Step
from ..ridge import ANY_SPECTRUM
from .common import (
    MODEL_STEPS,
    N,
    T,
    a,
    delta,
    in_form,
    kappa,
    kappa_at,
    on_power_law,
    power_law_steps,
    q,
    rho_constant,
    sigma2,
    z,
)
from .registry import law
from .sample_numbers import with_exchange, with_slope
from .samples import any_ridge, any_spectrum, fewer_features, lowest_risk, more_features, power_law, threshold

R = symbols.risk


def noise_factor(resource: Expr) -> Expr:
    r"""Return the factor of $\sigma^2$ in the ridgeless risk with $z$ at a resource."""
    return factor(1 + ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.variance, resource) / sigma2)


@law
def ridgeless_underparameterized() -> Derivation:
    r"""Derive the ridgeless risk for $N<T$."""
    risk = in_form(
        ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.risk, N), (N * kappa + sigma2) / (1 - N / T)
    )
    return Derivation(
        name="ridgeless-underparameterized",
        title="Risk without ridge, fewer features than samples",
        regime=r"$N<T$, $\delta\to0$, any spectrum with more than $N$ eigenvalues",
        source="Maloney, Roberts, Sully, arXiv 2210.16859; derived here from the deterministic equivalent",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(z, N),
                rule=r"The ridgeless limit: $\kappa>0$ and $z<T$ leave $z=N$",
                sampler=fewer_features(),
            ),
            Step(
                statement=Eq(R, risk),
                rule=r"Substitution of $z=N$; $q$ drops out",
                sampler=fewer_features(),
            ),
        ),
        results={"risk": Eq(R, risk)},
        constants={},
    )


@law
def ridgeless_overparameterized() -> Derivation:
    r"""Derive the ridgeless risk for $T<N$, and its noise factor on a power law."""
    bias = in_form(ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.bias, T), T * kappa / (1 - T / N))
    general = in_form(noise_factor(T), (1 - q / N) / ((1 - q / T) * (1 - T / N)))
    power_law = in_form(on_power_law(general).subs(z, T), (a - 1) + 1 / (1 - T / N))
    factor_of_noise = 1 + symbols.variance / sigma2
    return Derivation(
        name="ridgeless-overparameterized",
        title="Risk without ridge, more features than samples",
        regime=r"$T<N$, $\delta\to0$; the noise factor on $\lambda_k=k^{-a}$ at leading order in large $T$",
        source="Maloney, Roberts, Sully, arXiv 2210.16859; noise factor derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(z, T),
                rule=r"The ridgeless limit: $\kappa>0$ and $z<N$ leave $z=T$",
                sampler=more_features(),
            ),
            Step(
                statement=Eq(R, bias + sigma2 * general, evaluate=False),
                rule=r"Substitution of $z=T$",
                sampler=more_features(),
            ),
            *power_law_steps(),
            Step(
                statement=Eq(factor_of_noise, power_law),
                rule=r"The factor of the label noise on the power law",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                regime=r"$T\to\infty$ at fixed $N/T$",
                sampler=more_features(),
            ),
        ),
        results={
            "bias": Eq(symbols.bias, bias),
            "noise_factor": Eq(factor_of_noise, general),
            "noise_factor_power_law": Eq(factor_of_noise, power_law),
        },
        constants=rho_constant(),
    )


@law
def power_law_risk() -> Derivation:
    r"""Derive the signal part of the risk of a power law as a function of $z$, at any ridge."""
    bias = ANY_SPECTRUM.bias
    signal = cancel(together(on_power_law(bias) / kappa))
    value = kappa_at(z) * in_form(signal, N * T * z / (a * N * T - (a - 1) * (N + T) * z + (a - 2) * z**2))
    return Derivation(
        name="power-law-risk",
        title="Signal part of the risk on a power law",
        regime=r"$\lambda_k=k^{-a}$, $1\ll z\ll M$, leading order",
        source="derived here",
        steps=(
            *MODEL_STEPS,
            *power_law_steps(),
            Step(
                statement=Eq(kappa, kappa_at(z)),
                rule=r"Inversion of the leading term",
                rigour=Rigour.LEADING,
                error=(1 / z,),
                sampler=any_ridge,
            ),
            Step(
                statement=Eq(symbols.bias, value),
                rule=r"Substitution into the noiseless risk",
                rigour=Rigour.LEADING,
                error=(1 / z,),
                regime=r"$z$ of the order of $N$ and $T$",
                sampler=any_ridge,
            ),
        ),
        results={"bias": Eq(symbols.bias, value)},
        constants=rho_constant(),
    )


@law
def duality() -> Derivation:
    r"""Derive that the noiseless risk is symmetric under exchange of features and samples."""
    swapped = ANY_SPECTRUM.bias.subs({N: T, T: N}, simultaneous=True)
    defect = cancel(together(ANY_SPECTRUM.bias - swapped))
    equation = ANY_SPECTRUM.fixed_point
    product = delta * N
    mirror = equation.subs(delta, Symbol("P") / N).subs({N: T, T: N}, simultaneous=True)
    fixed_point_defect = cancel(mirror.rhs - equation.rhs)
    shared = fraction(ANY_SPECTRUM.risk)[1]
    signal = in_form(ANY_SPECTRUM.bias, kappa * N * T * (z - q) / shared)
    variance = ANY_SPECTRUM.variance
    noise = in_form(
        cancel(together(variance - variance.subs({N: T, T: N}, simultaneous=True))),
        sigma2 * q * (N - T) / shared,
    )
    return Derivation(
        name="duality",
        title="Duality of features and samples",
        regime=r"any spectrum and ridge, no label noise, $\delta N$ held fixed",
        source="Zhang, arXiv 2405.19398 (diagrams); derived here from the deterministic equivalent",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(product, equation.rhs),
                rule=r"At fixed $\delta N$ the fixed point is symmetric under $N\leftrightarrow T$",
                sampler=any_spectrum(),
            ),
            Step(
                statement=Eq(symbols.bias, signal),
                rule=r"The noiseless risk, in which $N$ and $T$ can be exchanged: the difference cancels",
                sampler=any_spectrum(),
            ),
            Step(
                statement=Eq(Symbol("d_V"), noise),
                rule=r"The noise part less its image under $N\leftrightarrow T$ does not cancel",
                sampler=any_spectrum(with_exchange),
            ),
        ),
        results={
            "defect": Eq(Symbol("d_B"), defect, evaluate=False),
            "fixed_point_defect": Eq(Symbol("d_kappa"), fixed_point_defect, evaluate=False),
            "noise_defect": Eq(Symbol("d_V"), noise, evaluate=False),
        },
        constants={},
    )


@law
def double_descent() -> Derivation:
    r"""Derive the local minimum of the ridgeless noiseless risk in $N$ at fixed $T$."""
    under = in_form(ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.bias, N), N * kappa / (1 - N / T))
    over = in_form(ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.bias, T), T * kappa / (1 - T / N))
    below, above = under.subs(kappa, kappa_at(N)), over.subs(kappa, kappa_at(T))
    slope = in_form(simplify(diff(below, N) / below), 1 / (T - N) - (a - 1) / N)
    (root,) = solve(fraction(together(slope))[0], N)
    minimum = in_form(root, T * (a - 1) / a)
    plateau = above.limit(N, oo)
    ratio = in_form(below.subs(N, minimum) / plateau, a**a * (a - 1) ** (1 - a))
    return Derivation(
        name="double-descent",
        title="Double descent without ridge",
        regime=r"$\lambda_k=k^{-a}$, no label noise, $\delta\to0$, $1\ll N,T\ll M$, leading order",
        source="derived here",
        steps=(
            *MODEL_STEPS,
            *power_law_steps(),
            Step(
                statement=Eq(R, below),
                rule=r"Fewer features than samples: $z=N$ and $\kappa\simeq(\rho/N)^a$",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$N<T$",
                sampler=fewer_features(noisy=False),
            ),
            Step(
                statement=Eq(R, above),
                rule=r"More features than samples: $z=T$ and $\kappa\simeq(\rho/T)^a$",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                regime=r"$N>T$",
                sampler=more_features(noisy=False),
            ),
            Step(
                statement=Eq(Symbol("l'"), slope),
                rule=r"Derivative of $l=\log R$ in $N$",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$N<T$, away from the zero",
                sampler=fewer_features(noisy=False, extend=with_slope),
            ),
            Step(
                statement=Eq(N, minimum),
                rule=r"Its only zero: a minimum, since $l\to\infty$ at both ends",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=lowest_risk,
            ),
        ),
        results={
            "minimum": Eq(N, minimum),
            "plateau": Eq(R, plateau),
            "ratio": Eq(Symbol("R_min") / Symbol("R_plateau"), ratio),
        },
        constants=rho_constant(),
    )


@law
def interpolation_peak() -> Derivation:
    r"""Derive the height of the peak at $N=T$ for a small ridge."""
    gap = Symbol("y", positive=True)
    numerator, denominator = fraction(together(ANY_SPECTRUM.risk.subs({T: N})))
    parts = []
    for polynomial in (numerator, denominator):
        expanded = AsymptoticSum.of(polynomial.subs(z, N - gap).expand()).in_one(gap, at=0)
        parts.append(expanded)
    risk = (parts[0].map_coefficients(factor) / parts[1].map_coefficients(factor)).leading
    opening = solve(ANY_SPECTRUM.fixed_point.subs({T: N, z: N - gap}), gap)[0]
    value = factor(risk.subs(gap, opening))
    exponent = AsymptoticSum.of(value).in_one(delta, at=0).exponent(delta)
    return Derivation(
        name="interpolation-peak",
        title="Height of the peak at as many features as samples",
        regime=r"$N=T$, $\delta\to0$, any spectrum with more than $N$ eigenvalues",
        source="derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(gap, opening),
                rule=r"At $N=T$ the fixed point gives the gap $y=N-z$",
                sampler=threshold,
            ),
            Step(
                statement=Eq(R, risk),
                rule=r"Leading term of the risk as $y\to0$, where $\kappa$ tends to its ridgeless value",
                rigour=Rigour.LEADING,
                error=(gap,),
                sampler=threshold,
            ),
            Step(
                statement=Eq(R, value),
                rule=r"Substitution of the gap",
                rigour=Rigour.LEADING,
                error=(sqrt(delta),),
                sampler=threshold,
            ),
        ),
        results={"risk": Eq(R, value), "exponent": Eq(Symbol("e"), exponent)},
        constants={},
    )


@law
def one_exponent() -> Derivation:
    r"""Derive the power laws of the noiseless ridgeless risk in each resource when the other is infinite."""
    sketch = ANY_SPECTRUM.sketch()
    kernel = ANY_SPECTRUM.kernel()
    in_features = sketch.at_degrees_of_freedom(sketch.bias, N).subs(kappa, kappa_at(N))
    in_samples = kernel.at_degrees_of_freedom(kernel.bias, T).subs(kappa, kappa_at(T))
    exponents = {
        resource: AsymptoticSum.of(expand_power_base(value, force=True))
        .in_one(resource, at=oo, where=(a > 1,))
        .exponent(resource)
        for resource, value in ((N, in_features), (T, in_samples))
    }
    return Derivation(
        name="one-exponent",
        title="One exponent for features and samples",
        regime=r"$\lambda_k=k^{-a}$, no label noise, the other resource infinite, leading order",
        source="Maloney, Roberts, Sully, arXiv 2210.16859; derived here",
        steps=(
            *MODEL_STEPS,
            *power_law_steps(),
            Step(
                statement=Eq(R, in_features),
                rule=r"Infinitely many samples leave $z=N$",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$T=\infty$",
                sampler=power_law(
                    features=lambda _share, scale: scale,
                    samples=lambda _share, _scale: oo,
                    limit=N,
                    noisy=False,
                ),
            ),
            Step(
                statement=Eq(R, in_samples),
                rule=r"Infinitely many features leave $z=T$ without ridge",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                regime=r"$N=\infty$, $\delta\to0$",
                sampler=power_law(features=lambda _share, _scale: oo, noisy=False),
            ),
        ),
        results={
            "risk_in_features": Eq(R, in_features),
            "risk_in_samples": Eq(R, in_samples),
            "exponent_in_features": Eq(Symbol("e_N"), exponents[N]),
            "exponent_in_samples": Eq(Symbol("e_T"), exponents[T]),
        },
        constants=rho_constant(),
    )
