r"""Laws of the traces: degrees of freedom and the ridgeless root of a power law."""

from __future__ import annotations

from sympy import Eq, Symbol, expand_power_base, factor, harmonic, oo, powsimp, simplify

from .. import symbols
from ..asymptotic_sum import AsymptoticSum, revert, solve_balance
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..power_sums import partial_sum_of_powers
from ..spectra import PowerLaw
from .common import (
    SUMMABLE,
    M,
    N,
    a,
    degrees_of_freedom,
    kappa,
    rho,
    rho_constant,
    trace_ratio,
    with_rho,
    z,
)
from .registry import law
from .samples import fewer_features, large_size, near_size, power_law, small_kappa

RIDGELESS = Step(
    statement=Eq(z, N),
    rule=r"Without ridge $z(\kappa)$ is the smaller of $N$ and $T$, written $N$ here",
    sampler=fewer_features(noisy=False),
)
#: Samplers of the size beside the smaller resource.
FINITE = power_law(
    features=lambda _share, scale: scale,
    samples=lambda _share, scale: 2 * scale,
    size=lambda scale: scale**2,
    limit=N,
    noisy=False,
)
SMALLER = power_law(
    features=lambda _share, scale: scale,
    samples=lambda share, scale: scale / share,
    limit=N,
    noisy=False,
)


@law
def degrees_of_freedom_power_law() -> Derivation:
    r"""Derive $z, q, s$ of a power law at small $\kappa$, with the corrections of $z$."""
    steps = [
        Step(
            statement=degrees_of_freedom(order, 2),
            name=name,
            rule=rf"Poles of the Mellin transform of $(1+u)^{{-{order}}}$ and of $\zeta$",
            rigour=Rigour.LEADING,
            sampler=small_kappa,
        )
        for order, name in ((1, symbols.df1), (2, symbols.df2), (3, symbols.df3))
    ]
    results = {
        "df1": Eq(symbols.df1, rho * kappa ** (-1 / a)),
        "df2": Eq(symbols.df2, trace_ratio(2) * symbols.df1),
        "df3": Eq(symbols.df3, factor(trace_ratio(3)) * symbols.df1),
    }
    return Derivation(
        name="degrees-of-freedom-power-law",
        title="Degrees of freedom of a power law",
        regime=r"$\kappa\to0$, $a>1$, infinite size; relative error $O(\kappa^{1/a})$",
        source="derived here",
        steps=tuple(steps),
        results=results,
        constants=rho_constant(),
    )


@law
def ridgeless_kappa() -> Derivation:
    r"""Derive $\kappa(N)$ of the ridgeless limit with its two next corrections."""
    start = with_rho(degrees_of_freedom(1, 2))
    root = revert(start.in_one(kappa, at=0), N, corrections=2)
    return Derivation(
        name="ridgeless-kappa",
        title="Renormalised ridge without ridge, infinite size",
        regime=r"$N\to\infty$, $a>1$, infinite size",
        source="derived here; Maloney, Roberts, Sully, arXiv 2210.16859, gives the leading term",
        steps=(
            RIDGELESS,
            Step(
                statement=start,
                name=z,
                rule=r"Degrees of freedom for small $\kappa$ by the poles of the Mellin transform",
                rigour=Rigour.LEADING,
                sampler=small_kappa,
            ),
            Step(
                statement=root,
                name=kappa,
                rule="Reversion of the expansion, the error carried through",
                rigour=Rigour.LEADING,
                sampler=SMALLER,
            ),
        ),
        results={"kappa": Eq(kappa, root.factored(), evaluate=False)},
        constants=rho_constant(),
    )


#: The size as a power of the smaller resource, $M=\hat M N^\mu$.
GROWTH, UNIT = Symbol("mu", positive=True), Symbol("unit_M", positive=True)


def finite_size_root(corrections: int = 1) -> Expansion:
    r"""Return $\kappa(N)$ for $M=\hat M N^\mu$, $\mu>1$: the size counts as a power of $N$."""
    mu, unit = GROWTH, UNIT
    total = PowerLaw(size=M).df(1, kappa).small_kappa(order=1, where=SUMMABLE, corrections=0)
    where = (mu > 1, *SUMMABLE)
    root = solve_balance(
        with_rho(total),
        kappa,
        equals=Expansion.of(N, N, where=where),
        given={M: Expansion.of(unit * N**mu, N, where=where)},
        corrections=corrections,
    )
    return root.map_coefficients(lambda c: c.subs(unit, M / N**mu))


def with_size(root: Expansion) -> AsymptoticSum:
    r"""Write a root with powers of $M$ in place of $N^\mu$, in the terms and in the error."""
    errors = []
    for bound in root.error:
        exponent = bound.exponent.expand()
        errors.append(N ** exponent.subs(GROWTH, 0) * M ** exponent.coeff(GROWTH))
    terms = [powsimp(expand_power_base(simplify(term)), combine="exp") for term in root.ordered_terms()]
    terms[0] = powsimp(terms[0], force=True)
    if any(term.has(GROWTH) for term in terms):
        raise ArithmeticError(f"the growth of the size did not cancel in {terms}")
    return AsymptoticSum(tuple(terms), tuple(errors))


@law
def ridgeless_kappa_finite_size() -> Derivation:
    r"""Derive $\kappa(N)$ at finite size, with the first corrections in $1/N$ and in $N/M$."""
    total = PowerLaw(size=M).df(1, kappa).small_kappa(order=1, where=SUMMABLE, corrections=0)
    root = finite_size_root()
    value = root.factored()
    return Derivation(
        name="ridgeless-kappa-finite-size",
        title="Renormalised ridge without ridge, finite size",
        regime=r"$1\ll N\ll M$, $a>1$",
        source="derived here",
        steps=(
            RIDGELESS,
            Step(
                statement=total,
                name=z,
                rule=r"The infinite sum less its tail beyond $M$",
                rigour=Rigour.LEADING,
                regime=r"$M^{-a}\ll\kappa\ll1$",
                sampler=FINITE,
            ),
            Step(
                statement=with_size(root),
                name=kappa,
                rule=r"Balance of $z=N$ with $M$ a power of $N$ above the first",
                rigour=Rigour.LEADING,
                sampler=FINITE,
            ),
        ),
        results={"kappa": Eq(kappa, value, evaluate=False)},
        constants=rho_constant(),
    )


@law
def ridgeless_kappa_near_size() -> Derivation:
    r"""Derive how $\kappa$ vanishes as the smaller resource reaches the latent size."""
    gap = Symbol("g", positive=True)
    below = PowerLaw(size=M).df(1, kappa).below_spectrum(order=2)
    if below.terms[0] != M:
        raise ArithmeticError(f"z does not start at M but at {below.terms[0]}")
    vanishing = AsymptoticSum(below.terms[1:], below.errors).times(-1)
    root = revert(vanishing.in_one(kappa, at=0), gap, corrections=1)
    slope = root.coefficient(1)
    powers = partial_sum_of_powers(-a, M, corrections=0).in_one(M, at=oo, where=SUMMABLE)
    powers = powers.map_coefficients(simplify)
    leading = simplify((slope * harmonic(M, -a) / powers.leading) * (M - N))
    return Derivation(
        name="ridgeless-kappa-near-size",
        title="Renormalised ridge as the smaller resource reaches the latent size",
        regime=r"$N\to M^-$ without ridge, then $M\to\infty$",
        source="derived here",
        steps=(
            RIDGELESS,
            Step(
                statement=below,
                name=z,
                rule=r"Degrees of freedom below the smallest eigenvalue",
                rigour=Rigour.LEADING,
                regime=r"$\kappa\ll M^{-a}$",
                sampler=near_size,
            ),
            Step(
                statement=root,
                name=kappa,
                rule=r"Reversion in the gap $g=M-N$",
                rigour=Rigour.LEADING,
                regime=r"$g\to0$",
                sampler=near_size,
            ),
            Step(
                statement=powers,
                name=harmonic(M, -a),
                rule="The generalised harmonic number for large size, by Euler-Maclaurin",
                rigour=Rigour.LEADING,
                regime=r"$M\to\infty$",
                sampler=large_size,
            ),
        ),
        results={
            "kappa": Eq(kappa, slope * (M - N)),
            "kappa_large_size": Eq(kappa, leading),
        },
        constants={},
    )
