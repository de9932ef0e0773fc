r"""Laws of the ridge that minimises the risk."""

from __future__ import annotations

from functools import cache

from sympy import (
    Eq,
    Expr,
    Integer,
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
    solve,
    sqrt,
    together,
)
from sympy import symbols as new_symbols

from .. import symbols
from ..asymptotic_sum import AsymptoticSum, solve_balance
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..ridge import ANY_SPECTRUM, RandomFeatureRidge
from ..spectra import AnySpectrum
from .common import (
    MODEL_STEPS,
    SUMMABLE,
    N,
    T,
    a,
    condition_in_form,
    degrees_of_freedom,
    delta,
    in_form,
    kappa,
    kappa_at,
    on_power_law,
    power_law_steps,
    q,
    rho,
    rho_constant,
    s,
    sigma2,
    with_rho,
    z,
)
from .registry import law

R, E = symbols.risk, symbols.excess
#: Quotient of the optimally regularised risk and the phenomenological form.
QUOTIENT = Symbol("f", positive=True)
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


def _product_at_optimum() -> Expr:
    """Return (N-z)(T-z) at the optimal ridge without noise."""
    product = Symbol("product", positive=True)
    condition = noiseless_condition().subs((N - z) * (T - z), product)
    return solve(condition, product)[0]


@law
def optimal_ridge() -> Derivation:
    r"""Derive the optimal ridge without noise, its value and its risk, for any spectrum."""
    condition = noiseless_condition()
    product = _product_at_optimum()
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
        source="derived here; (O1) of the notes on arXiv 2210.16859",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(Symbol("R'"), NOISELESS.risk.diff(kappa).doit(), evaluate=False),
                rule=r"Derivative in $\kappa$, by $\kappa z'=-(z-q)$, $\kappa q'=-2(q-s)$",
            ),
            Step(statement=Eq(condition, 0), rule=r"The factor of its numerator that can vanish"),
            Step(statement=Eq(delta, ridge), rule=r"The fixed point at that $\kappa$"),
            Step(statement=Eq(R, risk), rule=r"The risk at that $\kappa$"),
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
    condition = condition_in_form(_vanishing_factor(ANY_SPECTRUM.stationarity()), signal - noise)
    return Derivation(
        name="optimal-ridge-with-noise",
        title="Optimal ridge with label noise",
        regime=r"any spectrum, isotropic prior",
        source="derived here; (O2) of the notes on arXiv 2210.16859",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(condition, 0, evaluate=False),
                rule=r"The factor of the numerator of $dR/d\kappa$ that can vanish",
            ),
        ),
        results={"condition": Eq(signal, noise)},
        constants={},
    )


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
        source="derived here; (O3), (O4), (O5) of the notes on arXiv 2210.16859",
        steps=(
            *MODEL_STEPS,
            Step(
                statement=Eq(noiseless_condition(), 0, evaluate=False),
                rule=r"Stationarity of the noiseless risk",
            ),
            *power_law_steps(),
            Step(
                statement=Eq(best, degrees),
                rule=r"The one root in $(0,\min(N,T))$: $(N-z)(T-z)$ falls there while the other side rises",
                rigour=Rigour.LEADING,
            ),
            Step(statement=Eq(delta, ridge), rule=r"The fixed point there", rigour=Rigour.LEADING),
            Step(statement=Eq(R, risk), rule=r"The risk there", rigour=Rigour.LEADING),
            Step(statement=Eq(delta, flat_ridge), rule=r"At $a=2$", rigour=Rigour.LEADING),
            Step(
                statement=wide,
                name=R / kappa_at(T) / T,
                rule=r"For $N\gg T$, relative to the ridgeless risk at $N=\infty$",
                rigour=Rigour.LEADING,
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
    product = _product_at_optimum()
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
        title="The form L0 (1/N + 1/T)^alpha against the optimally regularised risk",
        regime=r"$\lambda_k=k^{-a}$, no label noise, optimal ridge, $1\ll N,T\ll M$, leading order",
        source="derived here; (O6) of the notes on arXiv 2210.16859",
        steps=(
            Step(
                statement=Eq(R, phenomenological),
                rule=r"The form, its constant fixed by the limit $T\to\infty$",
                rigour=Rigour.DEFINITION,
            ),
            Step(statement=Eq(symbols.df1, level), rule=r"Optimal degrees of freedom", rigour=Rigour.LEADING),
            Step(
                statement=Eq(QUOTIENT, on_diagonal),
                rule=r"Quotient of risk and form at $N=T$, where $z=cN$",
                rigour=Rigour.LEADING,
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
    slope = in_form(risk.diff(total), risk**2 * q / (kappa * budget * (z - q)))
    general = derive_risk_and_ridge()["risk"]
    share, side = new_symbols("c n", positive=True)
    along = factor(expand_power_base(general.subs(T, N).subs(z, share * N).subs(N, side), force=True))
    power = AsymptoticSum.of(along).in_one(side, at=oo, where=SUMMABLE).exponent(side)
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
            ),
            Step(
                statement=Eq(Symbol("R_u"), slope, evaluate=False),
                rule=r"It increases with $u$, since $0<q<z$; and $u\ge2\sqrt p$ with equality at $N=T$",
            ),
            Step(
                statement=z < symbols.features,
                rule=r"A ridge reaches every $\kappa$ with $z<\min(N,T)$, which is largest at $N=T$",
            ),
            Step(
                statement=Eq(Symbol("e_p"), power / 2),
                rule=r"Exponent of the optimal risk in $NT$ along $N=T$ on a power law",
                rigour=Rigour.LEADING,
            ),
        ),
        results={
            "slope": Eq(Symbol("R_u"), slope, evaluate=False),
            "exponent": Eq(Symbol("e_p"), cancel(power / 2)),
        },
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
        source="derived here; (O8) of the notes on arXiv 2210.16859",
        steps=(
            Step(
                statement=kernel.fixed_point,
                rule="Fixed point of kernel ridge regression",
                rigour=Rigour.EQUIVALENT,
            ),
            Step(statement=Eq(R, kernel.risk), rule="Its risk", rigour=Rigour.EQUIVALENT),
            Step(
                statement=Eq(condition, 0),
                rule=r"The factor of the numerator of $dR/d\kappa$ that can vanish",
            ),
            Step(statement=Eq(delta, ridge), rule="Comparison with the fixed point"),
            Step(statement=Eq(E, excess), rule=r"The risk at the optimum"),
            Step(
                statement=root,
                name=kappa,
                rule=r"Balance of $\kappa(T-z)=\sigma^2$ on the power law",
                rigour=Rigour.LEADING,
            ),
            Step(statement=rate, name=E, rule=r"Substitution into $\kappa z$", rigour=Rigour.LEADING),
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
