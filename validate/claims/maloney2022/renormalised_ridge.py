r"""The renormalised ridge of a power law without ridge: leading law, corrections, and the end at $m=M$.

$\Delta_m=m\kappa_m$ with $m=\min(N,T)$, in units of $\lambda_+$.
"""

from __future__ import annotations

from functools import cache

import mpmath
from sympy import Eq, Expr, Symbol, gamma, harmonic, hyper, oo, rf, zeta
from sympy import Rational as Exact

from ....numerics import PowerLaw, solve_ridge, trace_sum
from ....theory import AsymptoticSum, laws, revert, symbols
from ....theory import PowerLaw as SymbolicPowerLaw
from ....theory.power_sums import partial_sum_of_powers
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import DIGITS, ApproachPoint, Identity, approach_to_law, evaluate, symbolic_equality
from .corrections import leading_and_corrections
from .letters import ALPHAS, POWER_LAW, RHO, RIDGELESS, M, N, alpha, size_text

a, kappa = symbols.decay, symbols.kappa
m = Symbol("m", positive=True)
lambda_minus = M ** -(1 + alpha)

#: The leading law, and the same through the smallest eigenvalue.
LEADING = RHO ** (1 + alpha) * m**-alpha
LEADING_FROM_BELOW = lambda_minus * RHO ** (1 + alpha) * M * (M / m) ** alpha
#: Relative corrections in 1/m and in m/M.
IN_RESOURCE = -(1 + alpha) / (2 * m)
IN_SIZE = -(1 + alpha) * (m / M) ** alpha / (alpha * RHO ** (1 + alpha))
#: The renormalised ridge itself as m reaches M.
NEAR_SIZE = (2 + alpha) * lambda_minus * (1 - m / M)

_RESOURCES = (10**3, 10**6, 10**9, 10**12, 10**40)


def _leading() -> Expr:
    r"""Return the derived leading $\Delta_m$ in the letters here."""
    return m * _renamed(leading_and_corrections("ridgeless-kappa")[0])


def _renamed(expression: Expr) -> Expr:
    return expression.subs(N, m).subs(a, 1 + alpha)


@cache
def _corrections() -> tuple[Expr, Expr]:
    r"""Return the derived relative corrections in $1/m$ and in $m/M$."""
    terms = [_renamed(term) for term in leading_and_corrections("ridgeless-kappa-finite-size")[1]]
    (in_size,) = [term for term in terms if term.has(M)]
    (in_resource,) = [term for term in terms if not term.has(M)]
    return in_resource, in_size


def leading_symbolic(
    _: Context, *, claimed: Expr = LEADING, from_below: Expr = LEADING_FROM_BELOW
) -> Evidence:
    """Compare the leading term of the reverted trace with the claimed law in its forms."""
    lead = _leading()
    # In the decay 1 + alpha, where SymPy sees that the arguments of the two Gamma functions add up to 2.
    as_gammas = gamma(1 + 1 / a) * gamma(1 - 1 / a)
    rho = laws.derive("ridgeless-kappa").constants[Symbol("rho", positive=True)]
    return symbolic_equality(
        [
            Identity(label=r"$\Delta_m/\lambda_+$", derived=lead, claimed=claimed),
            Identity(label=r"$\Delta_m/\lambda_+$ through $\lambda_-$", derived=lead, claimed=from_below),
            Identity(label=r"$\rho$ as Gamma functions", derived=rho, claimed=as_gammas),
        ],
        summary="Leading renormalised ridge",
    )


def leading_numeric(_: Context, *, claimed: Expr = LEADING) -> Evidence:
    """Follow the root at infinite size to the leading law, at the rate of the next term."""
    in_resource, _in_size = _corrections()
    points = []
    for exponent in ALPHAS:
        for resource in _RESOURCES:
            values = {alpha: exponent, m: resource}
            root = solve_ridge(
                PowerLaw(1 + exponent), features=resource, samples="inf", digits=2 * DIGITS
            ).kappa
            with mpmath.workdps(2 * DIGITS):
                points.append(
                    ApproachPoint(
                        label=f"alpha={exponent}",
                        at=size_text(resource),
                        measured=resource * root,
                        law=evaluate(claimed, values, digits=2 * DIGITS),
                        next_term=evaluate(in_resource, values, digits=2 * DIGITS),
                    )
                )
    return approach_to_law(points, summary="Renormalised ridge against its leading law")


DELTA_CLAIM = Claim(
    id="maloney2022.renormalised_ridge",
    title="Power law of the renormalised ridge",
    statement=(
        r"Without ridge "
        r"$\Delta_m\simeq\lambda_+\rho^{1+\alpha}m^{-\alpha}=\lambda_-\rho^{1+\alpha}M(M/m)^\alpha$ "
        r"with $\rho=\frac{\pi/(1+\alpha)}{\sin(\pi/(1+\alpha))}$, $m=\min(N,T)$."
    ),
    source="Maloney, Roberts, Sully, arXiv:2210.16859: the gap equation on the power law (23)",
    assumptions=(POWER_LAW, RIDGELESS),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=leading_symbolic),
                Leg(kind=LegKind.NUMERIC, run=leading_numeric),
            )
        ),
    ),
    note=(
        r"The approach is slow: relative corrections are $-(1+\alpha)[\frac1{2m}+\frac{(m/M)^\alpha}"
        r"{\alpha\rho^{1+\alpha}}]$, and the second falls with a small power for small $\alpha$."
    ),
)


def corrections_symbolic(_: Context, *, in_resource: Expr = IN_RESOURCE, in_size: Expr = IN_SIZE) -> Evidence:
    """Compare both corrections with the derived ones, and the continuum sum term by term."""
    derived_resource, derived_size = _corrections()
    order = Symbol("n", integer=True, nonnegative=True)
    # The geometric series of 1/(1+y), y proportional to x**a with the decay a = 1 + alpha, integrated over x.
    integrated = 1 / (a * order + 1)
    coefficient = rf(1, order) * rf(1 / a, order) / (rf(1 + 1 / a, order) * rf(1, order))
    return symbolic_equality(
        [
            Identity(label=r"correction in $1/m$", derived=derived_resource, claimed=in_resource),
            Identity(label=r"correction in $m/M$", derived=derived_size, claimed=in_size),
            Identity(
                label=r"coefficient $n$ of the continuum sum",
                derived=integrated,
                claimed=coefficient,
            ),
        ],
        summary="First corrections, and the continuum sum",
    )


def corrections_numeric(_: Context, *, in_resource: Expr = IN_RESOURCE, in_size: Expr = IN_SIZE) -> Evidence:
    """Compare the deviation from the leading law with both corrections together, at finite size."""
    lead = _leading()
    points = []
    for exponent in ALPHAS:
        # Near this power of m both corrections count.
        power = 1 + int(1 / exponent) if exponent < 1 else 2
        for resource in (10**4, 10**8, 10**16):
            size = resource**power
            values = {alpha: exponent, m: resource, M: size}
            root = solve_ridge(
                PowerLaw(1 + exponent, size=size), features=resource, samples="inf", digits=2 * DIGITS
            ).kappa
            with mpmath.workdps(2 * DIGITS):
                points.append(
                    ApproachPoint(
                        label=f"alpha={exponent}, M=N^{power}",
                        at=size_text(resource),
                        measured=resource * root,
                        law=evaluate(lead, values, digits=2 * DIGITS),
                        next_term=evaluate(in_resource + in_size, values, digits=2 * DIGITS),
                    )
                )
    return approach_to_law(points, summary="Deviation from the leading law against both corrections")


def continuum(power: Expr = symbols.kappa) -> Expr:
    r"""Return $m$ as a function of $\kappa/\lambda_-$ in the continuum, with two Euler-Maclaurin terms."""
    integral = M * hyper((1, 1 / (1 + alpha)), ((2 + alpha) / (1 + alpha),), -power / lambda_minus)
    return integral - Exact(1, 2) + Exact(1, 2) / (1 + power / lambda_minus)


def continuum_numeric(_: Context, *, claimed: Expr | None = None) -> Evidence:
    r"""Compare the sum with the continuum form, where $\kappa$ is about the smallest eigenvalue.

    The next terms are those of Euler and Maclaurin: at the lower end $-\kappa\zeta(-1-\alpha)$, at the upper
    end a twelfth of the derivative of the summand.
    """
    form = continuum() if claimed is None else claimed
    index = Symbol("k", positive=True)
    summand = 1 / (1 + kappa * index ** (1 + alpha))
    next_term = summand.diff(index).subs(index, M) / 12 - kappa * zeta(-1 - alpha)
    points = []
    for exponent in ALPHAS:
        for size in (10**2, 10**4, 10**8):
            with mpmath.workdps(2 * DIGITS):
                at = 3 * mpmath.mpf(size) ** (-1 - mpmath.mpf(exponent.numerator) / exponent.denominator)
            values = {alpha: exponent, M: size, kappa: at}
            with mpmath.workdps(2 * DIGITS):
                total = trace_sum(1 + exponent, at, size=size, digits=2 * DIGITS)
                law = evaluate(form, values, digits=2 * DIGITS)
                points.append(
                    ApproachPoint(
                        label=f"alpha={exponent}",
                        at=size_text(size),
                        measured=total,
                        law=law,
                        next_term=evaluate(next_term, values, digits=2 * DIGITS) / law,
                    )
                )
    return approach_to_law(points, summary="Degrees of freedom against the continuum form")


CORRECTIONS_CLAIM = Claim(
    id="maloney2022.renormalised_ridge_corrections",
    title="First corrections to the renormalised ridge",
    statement=(
        r"$\kappa_m=\lambda_+(\rho/m)^{1+\alpha}"
        r"\{1-(1+\alpha)[\frac1{2m}+\frac{(m/M)^\alpha}{\alpha\rho^{1+\alpha}}]+\dots\}$; "
        r"for all $m<M$, $m=M\,{}_2F_1(1,\frac1{1+\alpha};\frac{2+\alpha}{1+\alpha};-\kappa/\lambda_-)"
        r"-\frac12+\frac12\frac1{1+\kappa/\lambda_-}$ up to terms of order $1/M$."
    ),
    source="derived for this project from the gap equation of arXiv:2210.16859",
    assumptions=(POWER_LAW, RIDGELESS),
    cases=(
        Case(
            regime=r"$1\ll m\ll M$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=corrections_symbolic),
                Leg(kind=LegKind.NUMERIC, run=corrections_numeric),
            ),
        ),
        Case(regime=r"$m<M$, continuum", legs=(Leg(kind=LegKind.NUMERIC, run=continuum_numeric),)),
    ),
)


@cache
def _next_near_size() -> Expr:
    r"""Return the relative correction to $\kappa$ at a gap $g=M-m$, to first order in $g/M$ and $1/M$."""
    gap = Symbol("g", positive=True)
    below = SymbolicPowerLaw(size=M).df(1, kappa).below_spectrum(order=3)
    vanishing = AsymptoticSum(below.terms[1:], below.errors).times(-1)
    root = revert(vanishing.in_one(kappa, at=0), gap, corrections=1)
    sums = {harmonic(M, -power * a): _power_sum(power) for power in (1, 2)}
    in_gap = (root.coefficient(2) / root.coefficient(1)).subs({key: value[0] for key, value in sums.items()})
    return in_gap * gap - _power_sum(1)[1]


def _power_sum(power: int) -> tuple[Expr, Expr]:
    r"""Return the leading term of $\sum_{k\le M}k^{pa}$ and the relative size of the next."""
    total = partial_sum_of_powers(-power * a, M, corrections=1).in_one(M, at=oo, where=(a > 1,))
    first, second = total.ordered_terms()[:2]
    return first, second / first


def near_size_symbolic(_: Context, *, claimed: Expr = NEAR_SIZE) -> Evidence:
    """Compare the reversion below the spectrum with the claimed linear law."""
    derived: Eq = laws.derive("ridgeless-kappa-near-size").results["kappa_large_size"]
    return symbolic_equality(
        [
            Identity(
                label=r"$\kappa/\lambda_+$ near $m=M$",
                derived=derived.rhs.subs(N, m).subs(a, 1 + alpha),
                claimed=claimed,
            )
        ],
        summary="Linear fall of the renormalised ridge",
    )


def near_size_numeric(_: Context, *, claimed: Expr = NEAR_SIZE) -> Evidence:
    """Follow the root as the gap closes, the size growing faster than the inverse gap."""
    correction = _next_near_size().subs(a, 1 + alpha)
    gap = Symbol("g", positive=True)
    points = []
    for exponent in ALPHAS:
        for power in (2, 4, 8):
            size = 10 ** (3 * power)
            resource = size - 10 ** (2 * power)
            values = {alpha: exponent, M: size, m: resource, gap: size - resource}
            root = solve_ridge(
                PowerLaw(1 + exponent, size=size), features=resource, samples="inf", digits=DIGITS
            ).kappa
            points.append(
                ApproachPoint(
                    label=f"alpha={exponent}",
                    at=f"M={size_text(size)}, 1-m/M=1e-{power}",
                    measured=root,
                    law=evaluate(claimed, values),
                    next_term=evaluate(correction, values),
                )
            )
    return approach_to_law(points, summary="Renormalised ridge near the latent size against its linear law")


NEAR_SIZE_CLAIM = Claim(
    id="maloney2022.renormalised_ridge_near_latent_size",
    title="Renormalised ridge as the smaller resource reaches the latent size",
    statement=(
        r"As $m\to M^-$ without ridge, $\kappa\to(2+\alpha)\lambda_-(1-m/M)$: the power law ends at zero."
    ),
    source="derived for this project; the breakdown of section 4.1 of arXiv:2210.16859",
    assumptions=(r"$\lambda_I=\lambda_+I^{-(1+\alpha)}$, $M\gg1$", RIDGELESS),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=near_size_symbolic),
                Leg(kind=LegKind.NUMERIC, run=near_size_numeric),
            )
        ),
    ),
)

CLAIMS = (DELTA_CLAIM, CORRECTIONS_CLAIM, NEAR_SIZE_CLAIM)
