r"""Laws of the random-feature teacher-student model: no ridge, no label noise, an isotropic teacher."""

from __future__ import annotations

from sympy import Eq, Integer, Symbol, expand_power_base, factor, oo, powsimp

from .. import symbols
from ..asymptotic_sum import AsymptoticSum
from ..derivation import Derivation, Rigour, Step
from ..ridge import ANY_SPECTRUM
from ..teacher_student import (
    aligned_loss,
    alignment_shortfall,
    chi_square_moment,
    collapsed_loss,
    exact_factor,
    inverse_wishart_trace,
    kernel_loss,
    log_determinant_shift,
    next_order,
    next_order_on_power_law,
    planar_factor,
    replica_loss,
    replica_overlap,
)
from .common import MODEL_STEPS, N, T, a, in_form, kappa, power_law_steps, q, rho_constant, s, trace_ratio, z
from .registry import law
from .samples import fewer_features, more_features, power_law
from .teacher_student_samples import (
    exchanged_draws,
    gamma_T,
    gaussian_draws,
    inverse,
    kappa_T,
    kernel_and_tail,
    many_samples,
    replica,
    shift,
    sketch,
    slope,
    sum_T,
    tail,
    trace,
)

R, A = symbols.risk, symbols.approximation
PAPER = "Bahri, Dyer, Kaplan, Lee, Sharma, arXiv 2102.06701"
#: Samplers of a power law with one resource infinite, without label noise.
KERNEL = power_law(features=lambda _share, _scale: oo, noisy=False)
SKETCH = power_law(
    features=lambda _share, scale: scale, samples=lambda _share, _scale: oo, limit=N, noisy=False
)


@law
def teacher_student() -> Derivation:
    r"""Derive the loss in all four regimes, with its one exponent and its one constant."""
    under = in_form(ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.bias, N), N * kappa / (1 - N / T))
    over = in_form(ANY_SPECTRUM.at_degrees_of_freedom(ANY_SPECTRUM.bias, T), T * kappa / (1 - T / N))
    in_samples = 2 * kernel_loss()
    in_features = in_samples.subs(T, N)
    exponents = {
        resource: AsymptoticSum.of(expand_power_base(value, force=True))
        .in_one(resource, at=oo, where=(a > 1,))
        .exponent(resource)
        for resource, value in ((N, in_features), (T, in_samples))
    }
    return Derivation(
        name="teacher-student",
        title="Random-feature teacher and student",
        regime=r"no ridge, no label noise, isotropic teacher; its power laws on $\lambda_k=k^{-a}$, $a>1$",
        source=f"{PAPER}, eqs. (1) to (3); joint form and constant derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(R, under),
                rule=r"Fewer features than samples, $z=N$: limited by the variance as $T\to\infty$",
                regime=r"$N<T$",
                sampler=fewer_features(noisy=False),
            ),
            Step(
                statement=Eq(R, over),
                rule=r"Fewer samples than features, $z=T$: limited by the variance as $N\to\infty$",
                regime=r"$N>T$",
                sampler=more_features(noisy=False),
            ),
            *power_law_steps(),
            Step(
                statement=Eq(R, in_features),
                rule=r"Infinitely many samples: limited by the resolution in the features",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$T=\infty$",
                sampler=SKETCH,
            ),
            Step(
                statement=Eq(R, in_samples),
                rule=r"Infinitely many features: limited by the resolution in the samples",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                regime=r"$N=\infty$",
                sampler=KERNEL,
            ),
        ),
        results={
            "fewer_features": Eq(R, under),
            "fewer_samples": Eq(R, over),
            "risk_in_features": Eq(R, in_features),
            "risk_in_samples": Eq(R, in_samples),
            "exponent_in_features": Eq(Symbol("e_N"), exponents[N]),
            "exponent_in_samples": Eq(Symbol("e_T"), exponents[T]),
        },
        constants=rho_constant(),
    )


@law
def teacher_student_exact_factor() -> Derivation:
    r"""Derive the factor that the mean over Gaussian draws puts on the loss of the smaller resource."""
    response = inverse_wishart_trace(N, T)
    mean = in_form(A * exact_factor(N, T), A * (T - 1) / (T - N - 1))
    mirror = in_form(A * exact_factor(T, N), A * (N - 1) / (N - T - 1))
    planar = in_form(A * planar_factor(N, T), A / (1 - N / T))
    return Derivation(
        name="teacher-student-exact-factor",
        title="The exact factor of Gaussian draws",
        regime=r"least squares without label noise; $A$ is the mean risk of the best predictor on the "
        r"smaller resource",
        source=f"derived here; the model is that of {PAPER}",
        steps=(
            Step(
                statement=Eq(R, A * (1 + trace)),
                rule=r"Gaussian samples and any features: what the best predictor leaves is independent of "
                r"the features, noise of variance $A$, to which least squares answers with "
                r"$W$, the mean trace of $(XX^\top)^{-1}$ for the whitened features $X$ of the samples",
                regime=r"$N<T-1$",
                sampler=gaussian_draws,
            ),
            Step(
                statement=Eq(inverse, factor(chi_square_moment(T - N + 1, Integer(-1)))),
                rule=r"The mean $h$ of $1/\chi^2$ with $T-N+1$ degrees of freedom, by the Mellin transform "
                r"of its density",
                sampler=gaussian_draws,
            ),
            Step(
                statement=Eq(trace, response),
                rule=r"By the Schur complement each of the $N$ diagonal entries of $(XX^\top)^{-1}$ is "
                r"such a number",
                sampler=gaussian_draws,
            ),
            Step(statement=Eq(R, mean), rule=r"Substitution", sampler=gaussian_draws),
            Step(
                statement=Eq(R, mirror),
                rule=r"Gaussian rows of the projection, any data and an isotropic teacher: the error map is "
                r"transposed under the exchange of samples and rows",
                regime=r"$T<N-1$",
                sampler=exchanged_draws,
            ),
            Step(
                statement=Eq(R, planar),
                rule=r"The planar limit, as in the deterministic equivalent",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                regime=r"$T\to\infty$ at fixed $N/T<1$",
                sampler=many_samples,
            ),
        ),
        results={
            "fewer_features": Eq(R, mean),
            "fewer_samples": Eq(R, mirror),
            "planar": Eq(R, planar),
        },
        constants={},
    )


@law
def teacher_student_replica() -> Derivation:
    r"""Derive that the replica form of the kernel's loss collapses to its scale."""
    scale = T * kappa
    learned = in_form(replica_loss() * (1 - replica_overlap()) / scale**2, (z - q) / (T**2 * kappa))
    collapsed = collapsed_loss()
    in_samples = 2 * kernel_loss()
    return Derivation(
        name="teacher-student-replica",
        title="Collapse of the replica form",
        regime=r"$N=\infty$, no ridge, no label noise, isotropic teacher, any spectrum",
        source=f"form: {PAPER}, supplement E; collapse derived here",
        steps=(
            Step(
                statement=Eq(R, kappa_T**2 * sum_T / (1 - gamma_T)),
                rule=r"The replica form, with $\kappa_T=\sum_k\kappa_T\lambda_k/(\kappa_T+T\lambda_k)$, "
                r"$\gamma_T=\sum_kT\lambda_k^2/(\kappa_T+T\lambda_k)^2$ and "
                r"$\Sigma_T=\sum_k\lambda_k/(\kappa_T+T\lambda_k)^2$",
                rigour=Rigour.HEURISTIC,
                source=PAPER,
                sampler=replica,
            ),
            Step(
                statement=Eq(kappa_T, scale),
                rule=r"Divided by $\kappa_T$ its fixed point is $z(\kappa_T/T)=T$, that of the ridgeless "
                r"kernel",
                sampler=replica,
            ),
            Step(
                statement=Eq(gamma_T, replica_overlap()),
                rule=r"The overlap is a quotient of degrees of freedom",
                sampler=replica,
            ),
            Step(
                statement=Eq(sum_T, learned),
                rule=r"The sum over the modes is a difference of degrees of freedom",
                sampler=replica,
            ),
            Step(
                statement=Eq(R, collapsed),
                rule=r"Substitution, with $z=T$: the overlap drops out",
                sampler=replica,
            ),
            *power_law_steps(),
            Step(
                statement=Eq(q / T, trace_ratio(2)),
                rule=r"The overlap $\gamma_T$ tends to a constant below 1",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=KERNEL,
            ),
            Step(
                statement=Eq(R, in_samples),
                rule=r"The power law of the loss",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=KERNEL,
            ),
        ),
        results={
            "scale": Eq(kappa_T, scale),
            "risk": Eq(R, collapsed),
            "overlap": Eq(gamma_T, trace_ratio(2)),
            "risk_power_law": Eq(R, in_samples),
        },
        constants=rho_constant(),
    )


@law
def teacher_student_aligned() -> Derivation:
    r"""Derive how far the loss is from the tail of the eigenvalues beyond the samples."""
    beyond = aligned_loss().times(2)
    shortfall = alignment_shortfall()
    return Derivation(
        name="teacher-student-aligned",
        title="The loss against the tail of the eigenvalues",
        regime=r"$N=\infty$, no ridge, no label noise, isotropic teacher, $\lambda_k=k^{-a}$, $a>1$",
        source=f"{PAPER}, eq. (5); constants derived here",
        steps=(
            *power_law_steps(),
            Step(
                statement=beyond,
                name=tail,
                rule=r"Empirical eigenvectors that are the first $T$ exact ones would leave the tail "
                r"$t_T=\sum_{k>T}\lambda_k$, by Euler-Maclaurin",
                rigour=Rigour.LEADING,
                regime=r"$T\to\infty$",
                sampler=kernel_and_tail,
            ),
            Step(
                statement=Eq(R, powsimp(2 * kernel_loss(), force=True)),
                rule=r"The risk itself",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=kernel_and_tail,
            ),
            Step(
                statement=Eq(R / tail, shortfall),
                rule=r"Their quotient",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=kernel_and_tail,
            ),
        ),
        results={
            "tail": Eq(tail, beyond.terms[0]),
            "shortfall": Eq(R / tail, shortfall),
        },
        constants=rho_constant(),
    )


@law
def teacher_student_next_order() -> Derivation:
    r"""Derive the next order of the loss of the smaller resource, here the features."""
    traces = {symbols.df1: z, symbols.df2: q, symbols.df3: s}
    beyond = log_determinant_shift(N).xreplace(traces)
    relative = in_form(next_order(N).xreplace(traces), (s / N - (q / N) ** 2) / (N * (1 - q / N) ** 2))
    ratios = (trace_ratio(2), trace_ratio(3))
    on_power = in_form(next_order_on_power_law(N, ratios), (a - 1) / (2 * N))
    return Derivation(
        name="teacher-student-next-order",
        title="The next order of the loss of the smaller resource",
        regime=r"Gaussian draws, no ridge, no label noise, isotropic teacher, $T=\infty$; with $T$ for "
        r"$N$ at $N=\infty$",
        source="derived here from the real case of Bai, Silverstein, Ann. Probab. 32 (2004) 553",
        steps=(
            Step(
                statement=Eq(shift, beyond),
                rule=r"The mean log-determinant of $G\Lambda G^\top$, $G$ of $N$ rows of real standard "
                r"normal numbers, beyond its planar value, for large $N$",
                rigour=Rigour.HEURISTIC,
                source="Bai, Silverstein, Ann. Probab. 32 (2004) 553, real case; see also arXiv 1611.08979",
                sampler=sketch,
            ),
            Step(
                statement=Eq(slope, -N * kappa * relative),
                rule=r"Its slope $f'$ along $\lambda_k\to\lambda_k+t\lambda_k^2$, at fixed $z=N$: the risk "
                r"is the trace of $\Lambda$ less the slope of the mean log-determinant, $N\kappa-f'$",
                sampler=sketch,
            ),
            *power_law_steps(),
            Step(
                statement=Eq(relative, on_power),
                rule=r"The relative correction on the power law",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                sampler=SKETCH,
            ),
        ),
        results={
            "correction": Eq(Symbol("r"), relative),
            "correction_power_law": Eq(Symbol("r"), on_power),
        },
        constants=rho_constant(),
    )
