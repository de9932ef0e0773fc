r"""What several derivations start from: the power-law traces at leading order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sympy import (
    Eq,
    Expr,
    Symbol,
    cancel,
    expand_power_base,
    factor,
    fraction,
    gammasimp,
    powsimp,
    simplify,
)

from .. import symbols
from ..asymptotic_sum import AsymptoticSum, revert
from ..derivation import Rigour, Step
from ..ridge import ANY_SPECTRUM
from ..ridge_balance import RHO, rho_value
from ..ridge_balance import with_rho as with_rho
from ..sources import EQUIVALENT as EQUIVALENT
from ..spectra import PowerLaw
from ..terms import read_term
from .samples import any_spectrum, small_kappa

a, kappa = symbols.decay, symbols.kappa
N, T, M, delta, sigma2 = symbols.features, symbols.samples, symbols.size, symbols.ridge, symbols.noise
z, q, s = (ANY_SPECTRUM.df(order) for order in (1, 2, 3))
#: The constant of the degrees of freedom, $z \simeq \rho\,\kappa^{-1/a}$.
rho = RHO
#: The domain of the power law with infinitely many eigenvalues.
SUMMABLE = (a > 1,)

#: Where the expansions of the traces hold.
SMALL_KAPPA = r"$\kappa\to0$"


def isotropic_risk() -> Expr:
    """Return the risk of the model with the factors that bias and noise share taken out."""
    noise = N - q
    signal = kappa * N * (z - q)
    form = T * (signal + noise * sigma2) / fraction(ANY_SPECTRUM.risk)[1]
    return in_form(ANY_SPECTRUM.risk, form)


@cache
def degrees_of_freedom(order: int, terms: int = 1) -> AsymptoticSum:
    r"""Expand $\mathrm{df}_j(\kappa)$ of the infinite power law for small $\kappa$."""
    total: AsymptoticSum = PowerLaw().df(order, kappa).small_kappa(order=terms, where=SUMMABLE)
    return total


@cache
def trace_ratio(order: int) -> Expr:
    r"""Return the limit of $\mathrm{df}_j(\kappa)/z(\kappa)$ for $\kappa\to0$ on the power law."""
    leading = [read_term(degrees_of_freedom(j).terms[0], kappa) for j in (order, 1)]
    (numerator, first), (denominator, second) = leading
    if first != second:
        raise ArithmeticError(f"df{order} and df1 scale differently: {first} and {second}")
    return cancel(simplify(gammasimp(numerator / denominator)))


def on_power_law(expression: Expr) -> Expr:
    r"""Put the leading $q(z)$ and $s(z)$ of the power law into an expression in $z,q,s$."""
    return expression.xreplace({q: trace_ratio(2) * z, s: trace_ratio(3) * z})


@cache
def leading_kappa() -> Expr:
    r"""Return the leading $\kappa$ at given degrees of freedom, by reversion, in `symbols.df1`."""
    start = with_rho(degrees_of_freedom(1)).in_one(kappa, at=0)
    return powsimp(revert(start, symbols.df1, corrections=0).leading, force=True)


def kappa_at(value: Expr) -> Expr:
    r"""Return the leading $\kappa$ at which $z$ takes a value."""
    return leading_kappa().subs(symbols.df1, value)


def in_form(derived: Expr, form: Expr) -> Expr:
    """Return `form` after proving that it equals what was derived; for the reader's sake."""
    ratio = powsimp(expand_power_base(factor(derived / form), force=True), force=True)
    if simplify(ratio - 1) != 0 and simplify(derived - form) != 0:
        raise ArithmeticError(f"{form} is not equal to the derived {derived}")
    return form


def condition_in_form(derived: Expr, form: Expr) -> Expr:
    """Return `form` after proving that it vanishes exactly where what was derived does."""
    if not cancel(derived / form).is_Rational:
        raise ArithmeticError(f"{form} does not vanish where the derived {derived} does")
    return form


def rho_constant() -> Mapping[Symbol, Expr]:
    r"""Return the value of $\rho$ for a derivation's constants."""
    return {rho: rho_value(a)}


MODEL_STEPS = (
    Step(
        statement=ANY_SPECTRUM.fixed_point,
        rule=r"The deterministic equivalent of the model for large $N$ and $T$: its renormalised ridge "
        r"$\kappa$, with $z=\sum_k\lambda_k/(\lambda_k+\kappa)$",
        rigour=Rigour.HEURISTIC,
        source=EQUIVALENT,
        sampler=any_spectrum(),
    ),
    Step(
        statement=Eq(symbols.risk, isotropic_risk()),
        rule=r"Its expected risk, with $q=\sum_k(\lambda_k/(\lambda_k+\kappa))^2$ and the isotropic prior",
        rigour=Rigour.HEURISTIC,
        source=EQUIVALENT,
        sampler=any_spectrum(),
    ),
)


def power_law_steps() -> tuple[Step, ...]:
    """Return the steps that specialise the traces to the power law."""
    return (
        Step(
            statement=with_rho(degrees_of_freedom(1)),
            name=z,
            rule=r"On $\lambda_k=k^{-a}$, $a>1$, degrees of freedom by the poles of their Mellin transform",
            rigour=Rigour.LEADING,
            regime=SMALL_KAPPA,
            sampler=small_kappa,
        ),
        Step(
            statement=Eq(q, trace_ratio(2) * z),
            rule=r"The ratio of the leading terms of $q$ and $z$",
            rigour=Rigour.LEADING,
            error=(1 / z,),
            regime=SMALL_KAPPA,
            sampler=small_kappa,
        ),
    )
