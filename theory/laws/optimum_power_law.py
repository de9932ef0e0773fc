r"""Laws of the optimal ridge on a power law without label noise, in closed form."""

from __future__ import annotations

from functools import cache

from sympy import (
    Eq,
    Expr,
    Integer,
    Min,
    Poly,
    Rational,
    Symbol,
    cancel,
    expand_power_base,
    factor,
    fraction,
    oo,
    powsimp,
    simplify,
    sqrt,
    together,
)
from sympy import symbols as new_symbols

from .. import symbols
from ..asymptotic_sum import AsymptoticSum
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from .common import (
    MODEL_STEPS,
    SUMMABLE,
    N,
    T,
    a,
    delta,
    in_form,
    kappa_at,
    on_power_law,
    power_law_steps,
    q,
    rho,
    rho_constant,
    z,
)
from .optimum import NOISELESS, noiseless_condition, product_at_optimum
from .registry import law
from .sample_numbers import with_diagonal_split, with_form, with_split
from .samples import any_spectrum, power_law

R = symbols.risk
#: Samplers of a power law at the best ridge, without label noise: any shape, $a=2$, many features, $N=T$.
BEST = power_law(noisy=False, best=True)
AT_TWO = power_law(noisy=False, best=True, decay=Integer(2))
WIDE = power_law(features=lambda _share, scale: scale ** Rational(3, 2), noisy=False, best=True)
DIAGONAL = power_law(features=lambda _share, scale: scale, noisy=False, best=True, extend=with_form)
SPLIT = any_spectrum(with_split, noisy=False)
DIAGONAL_SPLIT = power_law(
    features=lambda _share, scale: scale, noisy=False, best=True, extend=with_diagonal_split
)
PROPORTIONAL = r"$N,T\to\infty$ at fixed $N/T$"
#: Quotient of the optimally regularised risk and the phenomenological form.
QUOTIENT = Symbol("f", positive=True)
#: The phenomenological form.
FORM = Symbol("F", positive=True)


@cache
def optimal_degrees_of_freedom() -> Expr:
    r"""Return $z$ at the optimal ridge on a power law: the root of the condition in $(0, \min(N,T))$.

    On that interval $(N-z)(T-z)$ falls from $NT$ to 0 while $2z^2/(a(a-1))$ rises from 0, so one root
    lies there; of $2C/(-B\pm\sqrt{B^2-4AC})$ it is the one with the positive root, which is below
    $2NT/(N+T+|N-T|) = \min(N,T)$.
    """
    level = Symbol("level", positive=True)
    quotient = cancel(on_power_law(noiseless_condition()).subs(z, level) / level)
    square, linear, constant = Poly(fraction(quotient)[0], level).all_coeffs()
    unit = constant / (N * T)
    radicand = in_form(cancel((linear**2 - 4 * square * constant) / unit**2), _radicand())
    if cancel(linear / unit + N + T) != 0:
        raise ArithmeticError(f"unexpected linear coefficient {linear} beside {constant}")
    return 2 * N * T / (N + T + sqrt(radicand))


def _radicand() -> Expr:
    return (N - T) ** 2 + 8 * N * T / (a * (a - 1))


@law
def optimal_ridge_power_law() -> Derivation:
    r"""Derive the optimal ridge on a power law in closed form, and its special cases."""
    best = Symbol("z", positive=True)
    degrees = optimal_degrees_of_freedom()
    general = derive_risk_and_ridge()
    ridge = in_form(general["ridge"].subs(z, best), 2 * rho**a * best ** (2 - a) / (a * (a - 1) * N))
    risk = in_form(
        general["risk"].subs(z, best), rho**a * best ** (-a) * N * T / (N + T - 2 * best * (a - 2) / (a - 1))
    )
    at_two = {a: Integer(2)}
    flat_level = in_form(_denest(degrees.subs(at_two)), N * T / (N + T))
    flat_ridge = in_form(ridge.subs(at_two).subs(best, flat_level), rho**2 / N)
    flat_risk = in_form(risk.subs(at_two).subs(best, flat_level), rho**2 * (1 / N + 1 / T))
    wide = wide_limit(degrees)
    return Derivation(
        name="optimal-ridge-power-law",
        title="Optimal ridge on a power law",
        regime=r"$\lambda_k=k^{-a}$, no label noise, $1\ll N,T\ll M$, leading order",
        source="derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(noiseless_condition(), 0, evaluate=False),
                rule=r"Stationarity of the noiseless risk",
                sampler=any_spectrum(noisy=False, best=True),
            ),
            *power_law_steps(),
            Step(
                statement=Eq(best, degrees),
                rule=r"The one root in $(0,\min(N,T))$: $(N-z)(T-z)$ falls there while the other side rises",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=PROPORTIONAL,
                sampler=BEST,
            ),
            Step(
                statement=Eq(delta, ridge),
                rule=r"The fixed point there",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=PROPORTIONAL,
                sampler=BEST,
            ),
            Step(
                statement=Eq(R, risk),
                rule=r"The risk there",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=PROPORTIONAL,
                sampler=BEST,
            ),
            Step(
                statement=Eq(delta, flat_ridge),
                rule=r"The ridge does not depend on $T$ at $a=2$",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$a=2$",
                sampler=AT_TWO,
            ),
            Step(
                statement=AsymptoticSum(
                    tuple(wide.ordered_terms()), tuple(wide.ordered_errors()) and ((T / N) ** 2, 1 / T)
                ),
                name=R / kappa_at(T) / T,
                rule=r"Relative to the ridgeless risk at $N=\infty$",
                rigour=Rigour.LEADING,
                regime=r"$N\gg T\gg1$",
                sampler=WIDE,
            ),
        ),
        results={
            "df1": Eq(best, degrees),
            "ridge": Eq(delta, ridge),
            "risk": Eq(R, risk),
            "df1_at_two": Eq(best, flat_level),
            "ridge_at_two": Eq(delta, flat_ridge),
            "risk_at_two": Eq(R, flat_risk),
            "df1_at_equal_resources": Eq(best / N, level_at_equal_resources()),
            "wide": Eq(R / kappa_at(T) / T, wide.as_expr()),
        },
        constants=rho_constant(),
    )


def _denest(expression: Expr) -> Expr:
    """Take square roots of perfect squares."""
    return expression.replace(
        lambda part: part.is_Pow and part.exp == Rational(1, 2), lambda part: sqrt(factor(part.base.expand()))
    )


def level_at_equal_resources() -> Expr:
    """Return z/N at the optimal ridge on a power law where N = T."""
    return in_form(optimal_degrees_of_freedom().subs(T, N) / N, 1 / (1 + sqrt(2 / (a * (a - 1)))))


def derive_risk_and_ridge() -> dict[str, Expr]:
    """Return optimal ridge and risk on a power law in terms of z, from the results for any spectrum."""
    product = product_at_optimum()
    risk = N * T * (z - q) / (product + (z - q) * (N + T - 2 * z))
    return {
        "ridge": cancel(on_power_law(product) / N) * kappa_at(z),
        "risk": cancel(on_power_law(risk)) * kappa_at(z),
    }


def wide_limit(degrees: Expr) -> Expansion:
    """Expand the optimal risk over its limit as N grows at fixed T."""
    if degrees != 2 * N * T / (N + T + sqrt(_radicand())):
        raise ArithmeticError(f"the expansion was built for another root than {degrees}")
    radical = Expansion.of(_radicand().expand(), N).power(Rational(1, 2), corrections=2)
    powers = 2 * T * N / (radical + N + T)
    denominator = (powers * (-2 * (a - 2) / (a - 1)) + (N + T)).power(Integer(-1))
    total = powers.power(-a, corrections=1) * denominator * (N * T * rho**a)
    relative: Expansion = total * (1 / (rho**a * T ** (1 - a)))
    return relative.map_coefficients(lambda c: simplify(powsimp(c)))


@law
def phenomenological_form() -> Derivation:
    r"""Derive how far $L_0(1/N+1/T)^\alpha$ is from the optimally regularised risk at $N=T$."""
    general = derive_risk_and_ridge()["risk"]
    level = optimal_degrees_of_freedom()
    phenomenological = rho**a * (1 / N + 1 / T) ** (a - 1)
    share = Symbol("c", positive=True)
    ratio = general / phenomenological
    on_diagonal = in_form(
        ratio.subs({T: N}).subs(z, share * N), (2 * share) ** -a / (1 - share * (a - 2) / (a - 1))
    )
    at_two = in_form(ratio.subs(a, 2).subs(z, _denest(level.subs(a, 2))), Integer(1))
    return Derivation(
        name="phenomenological-form",
        title="The phenomenological form against the optimally regularised risk",
        regime=r"$\lambda_k=k^{-a}$, no label noise, optimal ridge, $1\ll N,T\ll M$, leading order",
        source="derived here",
        steps=(
            Step(
                statement=Eq(FORM, phenomenological),
                rule=r"The form, its constant fixed by the limit $T\to\infty$",
                rigour=Rigour.DEFINITION,
                sampler=DIAGONAL,
            ),
            Step(
                statement=Eq(symbols.df1, level),
                rule=r"Optimal degrees of freedom",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=PROPORTIONAL,
                sampler=BEST,
            ),
            Step(
                statement=Eq(QUOTIENT, on_diagonal),
                rule=r"Quotient $f=R/F$ of risk and form, where $z=cN$",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$N=T$",
                sampler=DIAGONAL,
            ),
        ),
        results={
            "quotient_at_equal_resources": Eq(QUOTIENT, on_diagonal),
            "quotient_at_two": Eq(QUOTIENT, at_two),
        },
        constants={share: level_at_equal_resources()},
    )


@law
def equiparameterization() -> Derivation:
    r"""Derive that $N=T$ is the best split of $NT$ with optimal ridge and no noise, for any spectrum."""
    budget, total = Symbol("p", positive=True), Symbol("u", positive=True)
    numerator, denominator = fraction(together(NOISELESS.risk))
    shaped = (numerator.expand().subs(N * T, budget) / denominator.expand().subs(N * T, budget)).subs(
        N, total - T
    )
    risk = cancel(together(shaped))
    if risk.has(T):
        raise ArithmeticError(f"at fixed z the risk depends on more than NT and N+T: {risk}")
    kappa = symbols.kappa
    risk = in_form(risk, kappa * budget * (z - q) / (budget - total * q + 2 * z * q - z**2))
    slope = in_form(cancel(risk.diff(total) / risk), q / (budget - total * q + 2 * z * q - z**2))
    general = derive_risk_and_ridge()["risk"]
    share, side = new_symbols("c n", positive=True)
    along = factor(expand_power_base(general.subs(T, N).subs(z, share * N).subs(N, side), force=True))
    power = AsymptoticSum.of(along).in_one(side, at=oo, where=SUMMABLE).exponent(side)
    along_budget = in_form(
        along.subs(side, sqrt(budget)),
        rho**a * share**-a / (2 * (1 - share * (a - 2) / (a - 1))) * budget ** (power / 2),
    )
    smaller = (total - sqrt(total**2 - 4 * budget)) / 2
    return Derivation(
        name="equiparameterization",
        title="Equal numbers of features and samples are optimal at fixed product",
        regime=r"any spectrum, isotropic prior, no noise, optimal ridge; the exponent on $\lambda_k=k^{-a}$",
        source="Maloney, Roberts, Sully, arXiv 2210.16859; proof derived here",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(R, risk),
                rule=r"At given $\kappa$ the noiseless risk depends on $p=NT$ and $u=N+T$ only",
                sampler=SPLIT,
            ),
            Step(
                statement=Eq(Symbol("l'"), slope, evaluate=False),
                rule=r"Derivative of $l=\log R$ in $u$ at given $\kappa$ and $p$: it is positive",
                sampler=SPLIT,
            ),
            Step(
                statement=Eq(total, 2 * sqrt(budget) + (sqrt(N) - sqrt(T)) ** 2, evaluate=False),
                rule=r"At given $p$ the sum $u$ is least at $N=T$",
                sampler=SPLIT,
            ),
            Step(
                statement=Eq(Min(N, T), smaller),
                rule=r"A ridge reaches every $\kappa$ with $z<\min(N,T)$, which falls as $u$ grows: "
                r"the best $\kappa$ of any other split is within reach at $N=T$, at a lower risk",
                sampler=SPLIT,
            ),
            Step(
                statement=Eq(R, along_budget),
                rule=r"The optimal risk along $N=T$ on a power law, where $z=cN$",
                rigour=Rigour.LEADING,
                error=(1 / N,),
                regime=r"$\lambda_k=k^{-a}$",
                sampler=DIAGONAL_SPLIT,
            ),
        ),
        results={
            "slope": Eq(Symbol("l'"), slope, evaluate=False),
            "exponent": Eq(Symbol("e_p"), cancel(power / 2)),
        },
        constants={**rho_constant(), share: level_at_equal_resources()},
    )
