r"""Laws of kernels: the ordered spectrum of a kernel on the sphere, and kernel regression without ridge."""

from __future__ import annotations

from dataclasses import replace

from sympy import Eq, Integer, Min, Rational, Symbol, factor, gamma, oo

from .. import symbols
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..kernels.counting import homogeneous, sphere_modes
from ..kernels.gamma_ratio import gamma_ratio
from ..kernels.letters import degree as n
from ..kernels.letters import dimension as d
from ..kernels.letters import smoothness as nu
from ..kernels.letters import student_decay, teacher_decay
from ..kernels.ordering import Family, ordered_spectrum
from ..kernels.regression import boundary, exponents
from ..kernels.zonal import power_eigenvalue, power_prefactor
from ..printing import law_latex
from ..rate_derivation import rate_derivation
from ..scaling import Scaling
from .common import rho_constant, z
from .kernel_samples import EIGENVALUE, ORDERED, at_degree, between_degrees, frequencies, low_degree, ordered
from .registry import law

a, b, k = symbols.decay, symbols.source, symbols.index
_DOMAIN = (d >= 1, nu > 0)


@law
def kernel_spectrum() -> Derivation:
    r"""Derive the ordered eigenvalues on the sphere of $\Gamma(-\nu)(1-t)^\nu$, a power of the cosine."""
    exact = gamma(-nu) * power_eigenvalue(nu)
    strength = power_prefactor(nu)
    high: Expansion = gamma_ratio(-nu, nu + d, n, where=_DOMAIN) * strength
    modes = sphere_modes()
    spectrum = ordered_spectrum([Family(eigenvalue=high, modes=modes)])
    return Derivation(
        name="kernel-spectrum",
        title="Spectrum of a kernel on the sphere from its singularity",
        regime=r"$f(t)=\Gamma(-\nu)(1-t)^\nu$ of the cosine $t$ on $S^d$, $\nu>0$ no integer",
        source="derived here; Funk-Hecke and Rodrigues' formula",
        steps=(
            Step(
                statement=Eq(EIGENVALUE, exact, evaluate=False),
                rule=r"Funk-Hecke: $\lambda_n$ is the mean of $f$ times the Gegenbauer polynomial, and with "
                r"Rodrigues' formula $n$ integrations by parts leave a Beta integral",
                sampler=low_degree,
            ),
            Step(
                statement=high,
                name=EIGENVALUE,
                rule=r"Stirling's series of both Gamma functions",
                rigour=Rigour.LEADING,
                sampler=at_degree,
            ),
            Step(
                statement=Eq(k, homogeneous(n, d) + homogeneous(n - 1, d), evaluate=False),
                rule=r"The last index of degree $n$: there are as many harmonics up to it as homogeneous "
                r"polynomials of degrees $n$ and $n-1$",
                sampler=between_degrees,
            ),
            Step(
                statement=modes,
                name=k,
                rule=r"Stirling's series of the binomial coefficients",
                rigour=Rigour.LEADING,
                sampler=ordered,
            ),
            Step(
                statement=spectrum,
                name=ORDERED,
                rule=r"The count inverted, $n(k)$, in the eigenvalue",
                rigour=Rigour.LEADING,
                sampler=ordered,
            ),
        ),
        results={
            "spectrum": Eq(ORDERED, spectrum.leading, evaluate=False),
            "decay": Eq(a, (-spectrum.exponent()).expand(), evaluate=False),
        },
        constants={},
    )


def _filled(step: Step) -> Step:
    """Put the level of the ridgeless root, z = T, into a formula for the risk."""
    statement = step.statement
    if isinstance(statement, Eq) and statement.lhs != z:
        return replace(step, statement=Eq(statement.lhs, factor(statement.rhs.subs(z, symbols.samples))))
    return step


def _same(step: Step, other: Step) -> bool:
    """Whether two steps say the same, on different parts of the domain."""
    left, right = step.statement, other.statement
    if isinstance(left, Expansion) and isinstance(right, Expansion):
        return (left.coefficients, set(left.error)) == (right.coefficients, set(right.error))
    return bool(left == right)


@law
def kernel_regression() -> Derivation:
    r"""Derive the exponent of kernel regression without ridge or noise, for every decay and source."""
    scaling = Scaling(features=oo, noise=Integer(0))
    edge = law_latex(boundary())
    points = {
        rf"$b<{edge}$": {a: Integer(2), b: Rational(9, 2)},
        rf"$b>{edge}$": {a: Integer(2), b: Rational(13, 2)},
    }
    derived = [
        [_filled(step) for step in rate_derivation(scaling, "bias", at=at).steps] for at in points.values()
    ]
    shared = [step for step in derived[0] if any(_same(step, other) for other in derived[1])]
    steps = [
        Step(
            statement=exponent,
            rule=f"The transform of the {kernel} falls with this power of the frequency, and the number of "
            "frequencies grows with the dimension as power",
            rigour=Rigour.DEFINITION,
            sampler=frequencies,
        )
        for exponent, kernel in ((Eq(a, student_decay / d), "student"), (Eq(b, teacher_decay / d), "teacher"))
    ]
    steps += shared
    for regime, found in zip(points, derived, strict=True):
        own = [step for step in found if not any(_same(step, other) for other in shared)]
        steps += [replace(step, regime=regime) for step in own]
    slow, fast = exponents()
    beta = Symbol("beta", positive=True)
    dictionary = {a: student_decay / d, b: teacher_decay / d}
    in_decays = Min(*((-exponent).subs(dictionary) for exponent in (slow, fast)))
    return Derivation(
        name="kernel-regression",
        title="Exponent of kernel regression on a Gaussian process",
        regime=r"$\lambda_k=k^{-a}$, $v_k=k^{-b}$, $a,b>1$, no ridge, no label noise, $T\to\infty$",
        source="derived here from the deterministic equivalent; on a lattice Spigler, Geiger, Wyart, "
        "arXiv 1905.10843",
        steps=tuple(steps),
        results={
            "exponent": Eq(beta, Min(-slow, -fast), evaluate=False),
            "in_decays": Eq(beta, in_decays, evaluate=False),
        },
        constants=rho_constant(),
    )
