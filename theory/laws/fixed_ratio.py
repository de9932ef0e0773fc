r"""Scaling functions: features and samples grow in a fixed ratio, and the ridge shrinks so as to matter."""

from __future__ import annotations

from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Eq, Expr, Integer, Symbol, cancel, fraction, log, pi, sin, sqrt, together

from ... import numerics
from .. import symbols
from ..derivation import Derivation, Rigour, Step
from ..rate import Rate
from ..ridge import RandomFeatureRidge
from ..ridge_balance import SHARE
from ..spectra import PowerLaw
from ..spot_check import Sample, Sampler
from .common import (
    MODEL_STEPS,
    N,
    T,
    a,
    condition_in_form,
    delta,
    in_form,
    power_law_steps,
    rho,
    rho_constant,
    sigma2,
    z,
)
from .optimum_power_law import optimal_degrees_of_freedom
from .registry import law
from .sample_numbers import mpf_at, mpf_of, solved
from .samples import decimal, draw_decay, rounded, sample

b = symbols.source
#: $z/T$.
x = SHARE
#: $N/T$.
ratio = Symbol("r", positive=True)
#: $\delta T^{a-1}$, the ridge in the unit in which it matters.
scaled = Symbol("c", positive=True)
ISOTROPIC = "isotropic prior $b=a$, no label noise, the best ridge"


def scaling(*, best: bool = False) -> Sampler:
    """Return a sampler of power laws with resources in a fixed ratio.

    Parameters
    ----------
    best :
        whether the prior is isotropic, without label noise, and the ridge the best one.
    """

    def draw(random: Random, scale: Integer) -> Sample:
        exponent = draw_decay(random)
        source = exponent if best else 1 + exponent * decimal(random, "0.2", "0.7")
        share, strength = decimal(random, "0.3", "2"), decimal(random, "0.5", "2")
        noise = Integer(0) if best else decimal(random, "0.1", "2")
        ridge = rounded(mpf_at(strength, 15) * mpf_at(scale, 15) ** (1 - mpf_at(exponent, 15)))
        resources = {"features": share * scale, "samples": scale, "noise": noise, "source": source}

        def numbers(digits: int) -> dict[Basic, mpf]:
            values = solved(numerics.PowerLaw(exponent), digits, ridge=ridge, best=best, **resources)
            with mpmath.workdps(digits + 10):
                return values | {
                    b: mpf_of(source),
                    ratio: mpf_of(share),
                    x: values[z] / values[T],
                    scaled: values[delta] * values[T] ** (mpf_of(exponent) - 1),
                }

        drawn: dict[Expr, Expr] = {a: exponent, ratio: share}
        return sample(numbers, drawn | ({} if best else {b: source, sigma2: noise}), (T, scale))

    return draw


@law
def fixed_ratio() -> Derivation:
    r"""Derive bias, variance and the best ridge as functions of the ratio of features to samples."""
    model = RandomFeatureRidge(spectrum=PowerLaw(source=b))
    rates = model.rates(features=ratio * T, ridge=scaled * T ** (1 - a), where=[b < a + 1])
    (bias,), (variance,) = ([piece.value for piece in part] for part in (rates.bias, rates.variance))
    (equation,) = bias.implicit
    room, spread = (ratio - x) * (1 - x), _spread()
    share = in_form(scaled / cancel(equation.lhs), rho**a * room / (ratio * x**a))
    constant = pi / (a * sin(pi * (b - 1) / a)) * rho ** (b - 1)
    signal = in_form(bias.constant, constant * x ** (1 - b) * (ratio + (a - b) * (ratio - x)) / spread)
    noise = in_form(variance.constant, sigma2 * x * (x + (a - 1) * (ratio - x)) / spread)
    slope = in_form(
        log(signal).diff(x) * x,
        1 - b - (a - b) * x / (ratio + (a - b) * (ratio - x)) - x * spread.diff(x) / spread,
    )
    condition_in_form(fraction(together(slope.subs(b, a)))[0], a * (a - 1) * room - 2 * x**2)
    level = in_form(
        optimal_degrees_of_freedom().subs(N, ratio * T) / T,
        2 * ratio / (1 + ratio + sqrt((1 - ratio) ** 2 + 8 * ratio / (a * (a - 1)))),
    )
    at_best = {room: 2 * x**2 / (a * (a - 1))}
    ridge = in_form(share.subs(at_best), 2 * rho**a * x ** (2 - a) / (a * (a - 1) * ratio))
    # sin(pi (a-1)/a) = sin(pi/a), which is in the definition of rho
    in_rho = (
        signal.subs(b, a).replace(sin, lambda angle: sin(angle.expand())).subs(sin(pi / a), pi / (a * rho))
    )
    lowest = in_form(
        in_rho.subs(at_best),
        rho**a * x**-a * ratio / (1 + ratio - 2 * x * (a - 2) / (a - 1)),
    )
    growth = T ** (1 - a)
    return Derivation(
        name="fixed-ratio",
        title="Scaling functions at a fixed ratio of features to samples",
        regime=r"$\lambda_k=k^{-a}$, signal power $k^{-b}$, $1<b<a+1$, $N=rT$, $\delta=c\,T^{1-a}$, "
        r"$T\to\infty$",
        source="derived here",
        steps=(
            MODEL_STEPS[0],
            power_law_steps()[0],
            _leading(
                Eq(scaled, share), r"The fixed point where $z=xT$: one root $x$ in $(0,\min(r,1))$", variance
            ),
            _leading(Eq(symbols.bias, signal * T ** (1 - b)), r"The bias there", bias),
            _leading(Eq(symbols.variance, noise), r"The noise part there", variance),
            _best(
                Eq(x, level),
                r"The bias is stationary in $x$ where $a(a-1)(r-x)(1-x)=2x^2$, at one $x$ in $(0,\min(r,1))$",
            ),
            _best(Eq(delta, ridge * growth), r"The ridge there"),
            _best(Eq(symbols.bias, lowest * growth), r"The risk there"),
        ),
        results={
            "share": Eq(scaled, share),
            "bias": Eq(symbols.bias, signal * T ** (1 - b)),
            "variance": Eq(symbols.variance, noise),
            "slope": Eq(Symbol("e_x"), slope),
            "best_share": Eq(x, level),
            "best_ridge": Eq(delta, ridge * growth),
            "best_bias": Eq(symbols.bias, lowest * growth),
        },
        constants=rho_constant(),
    )


def _spread() -> Expr:
    """Return the denominator of bias and variance."""
    return a * (ratio - x) * (1 - x) + x * (1 + ratio - 2 * x)


def _leading(statement: Eq, rule: str, rate: Rate) -> Step:
    error = tuple(T**exponent for exponent in rate.error_exponents)
    return Step(statement=statement, rule=rule, rigour=Rigour.LEADING, error=error, sampler=scaling())


def _best(statement: Eq, rule: str) -> Step:
    return Step(
        statement=statement,
        rule=rule,
        rigour=Rigour.LEADING,
        error=(1 / T,),
        regime=ISOTROPIC,
        sampler=scaling(best=True),
    )
