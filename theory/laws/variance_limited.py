r"""Laws of the variance-limited regime: what fluctuations of an estimator cost in a smooth loss."""

from __future__ import annotations

from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Eq, Expr, Integer, Matrix, Rational, Symbol, factorial

from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..spot_check import Sample
from ..variance_limited import (
    Estimator,
    dense_parameters,
    excess_of_minimum,
    excess_over_limit,
    gap_over_mean,
    in_parameters,
)
from ..variance_limited.parameters import parameters, width
from .registry import law
from .sample_numbers import N, T, mpf_at
from .samples import decimal, sample

PAPER = "Bahri, Dyer, Kaplan, Lee, Sharma, arXiv 2102.06701"
#: Output at its limit, counted from there.
_f = Symbol("f", real=True)
#: Derivatives of the loss at the limit.
slope, bend = Symbol("ell_1", real=True), Symbol("ell_2", real=True)
_higher = tuple(Symbol(f"ell_{k}", real=True) for k in (3, 4))
#: Shift and variance of the output times the samples.
shift, scatter = Symbol("beta", real=True), Symbol("v", positive=True)
#: Excess over the loss of the limit, and over the loss of the mean output.
excess, gap = Symbol("X", real=True), Symbol("G", real=True)
#: Curvature of the loss at its minimum, and the variance of the slope of one sample there.
curvature, fluctuation = Symbol("h", positive=True), Symbol("s", positive=True)
#: Excess at a minimum, and for a well-specified likelihood.
at_minimum, well_specified = Symbol("X_h", positive=True), Symbol("X_1", positive=True)
#: Hidden layers of the network whose parameters are counted.
_LAYERS = 3


@law
def variance_limited() -> Derivation:
    r"""Derive the excess of an estimator that concentrates, at first order in $1/T$."""
    derivatives = (slope, bend, *_higher)
    loss = sum((value * _f**k / factorial(k) for k, value in enumerate(derivatives, 1)), Integer(0))
    estimator = Estimator(
        outputs=(_f,), cumulants={(1,): shift / T, (2,): scatter / T}, resource=T, exact=False
    )
    at_limit = {_f: Integer(0)}
    over_limit = excess_over_limit(loss, estimator, at=at_limit).leading
    over_mean = gap_over_mean(loss, estimator, at=at_limit).leading
    one = excess_of_minimum(Matrix([[curvature]]), Matrix([[fluctuation]]), resource=T).leading
    # The trace of the unit matrix: each of N parameters adds the excess of one.
    each = excess_of_minimum(Matrix([[curvature]]), Matrix([[curvature]]), resource=T).leading
    narrow = in_parameters(
        Expansion.of(1 / width, width), dense_parameters(_LAYERS), corrections=0
    ).leading.subs(parameters, N)
    return Derivation(
        name="variance-limited",
        title="What fluctuations cost in a smooth loss",
        regime=r"an output whose cumulants of degree $k$ are of order $T^{1-k}$, as of means over $T$ draws "
        r"and smooth functions of them; $\ell_k$ are derivatives of the loss at the limit",
        source=f"derived here; the bound without constants is Theorem 1 of {PAPER}",
        steps=(
            Step(
                statement=Eq(excess, over_limit),
                rule=r"Taylor's theorem at the limit: the shift $\beta/T$ meets the slope of the loss, the "
                r"variance $v/T$ half its curvature, and higher moments are smaller",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=normal_output,
            ),
            Step(
                statement=Eq(gap, over_mean),
                rule=r"The same at the mean output, where there is no shift: the exponent is 1 for any "
                r"curvature that is not 0",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=normal_output,
            ),
            Step(
                statement=Eq(at_minimum, one),
                rule=r"The minimum of an empirical loss misses that of the loss by the mean slope over the "
                r"curvature, a variance of $s/(h^2T)$, and at a minimum the shift does not count",
                rigour=Rigour.LEADING,
                error=(1 / T,),
                sampler=line_through_the_origin,
            ),
            Step(
                statement=Eq(well_specified, N * each),
                rule=r"A well-specified likelihood has $s=h$, and each of $N$ parameters costs the same",
                rigour=Rigour.LEADING,
                error=(N / T,),
                sampler=linear_regression,
            ),
            Step(
                statement=Eq(1 / width, narrow),
                rule=rf"In the width $w$ of {_LAYERS} hidden layers the exponent 1 is that of $1/w$, half in "
                r"the number $N$ of parameters, which is quadratic in $w$",
                rigour=Rigour.LEADING,
                error=(1 / N ** Rational(1, 2),),
                sampler=wide_network,
            ),
        ),
        results={
            "excess_over_limit": Eq(excess, over_limit),
            "gap_over_mean": Eq(gap, over_mean),
            "excess_of_minimum": Eq(at_minimum, one),
            "excess_of_likelihood": Eq(well_specified, N * each),
        },
        constants={},
    )


def normal_output(random: Random, scale: Integer) -> Sample:
    """Draw a loss of degree four and a normal output; its moments follow by recurrence."""
    values = [decimal(random, "0.2", "2") for _ in range(4)]
    moved, spread = decimal(random, "0.2", "2"), decimal(random, "0.2", "2")

    def numbers(digits: int) -> dict[Basic, mpf]:
        # The excess is of order 1/T beside numbers of order 1 that are never added to it.
        with mpmath.workdps(digits + 15):
            samples, derivatives = mpf_at(scale, digits + 15), [mpf_at(x, digits + 15) for x in values]
            mean, variance = (mpf_at(x, digits + 15) / samples for x in (moved, spread))
            moments = [mpf(1), mean]
            for k in range(2, 5):
                moments.append(mean * moments[-1] + (k - 1) * variance * moments[-2])
            terms = [x / mpmath.factorial(k) for k, x in enumerate(derivatives, 1)]
            whole = mpmath.fsum(x * moments[k] for k, x in enumerate(terms, 1))
            about = mpmath.fsum(x * (moments[k] - mean**k) for k, x in enumerate(terms, 1))
            return {
                T: samples,
                slope: derivatives[0],
                bend: derivatives[1],
                shift: mpf_at(moved, digits + 15),
                scatter: mpf_at(spread, digits + 15),
                excess: whole,
                gap: about,
            }

    drawn: dict[Expr, Expr] = dict(zip((slope, bend, *_higher), values, strict=True))
    return sample(numbers, drawn | {shift: moved, scatter: spread}, (T, scale))


def line_through_the_origin(random: Random, scale: Integer) -> Sample:
    """Draw a regression on one normal covariate, whose sum of squares has the mean inverse 1/(T-2)."""
    power, noise = decimal(random, "0.2", "3"), decimal(random, "0.2", "3")

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 15):
            samples, level = mpf_at(scale, digits + 15), mpf_at(noise, digits + 15)
            return {
                T: samples,
                curvature: mpf_at(power, digits + 15),
                fluctuation: level * mpf_at(power, digits + 15),
                at_minimum: level / (2 * (samples - 2)),
            }

    return sample(numbers, {curvature: power, fluctuation: noise * power}, (T, scale))


def linear_regression(random: Random, scale: Integer) -> Sample:
    """Draw a regression on normal covariates with unit noise, by the mean of an inverse Wishart matrix."""
    count = Integer(random.randint(2, 9))

    def numbers(digits: int) -> dict[Basic, mpf]:
        with mpmath.workdps(digits + 15):
            samples, many = mpf_at(scale, digits + 15), mpf_at(count, digits + 15)
            return {T: samples, N: many, well_specified: many / (2 * (samples - many - 1))}

    return sample(numbers, {N: count}, (T, scale))


def wide_network(_: Random, scale: Integer) -> Sample:
    """Count the weights and biases of a wide network layer by layer."""
    total = (1 + 1) * scale + (_LAYERS - 1) * (scale + 1) * scale + (scale + 1)
    return sample(
        lambda digits: {width: mpf_at(scale, digits + 15), N: mpf_at(total, digits + 15)},
        {},
        (width, scale),
    )
