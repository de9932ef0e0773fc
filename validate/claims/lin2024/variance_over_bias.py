r"""The variance beside the bias: whether it is of higher order, and their quotient at $b=a$."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import mpmath
from sympy import Expr, Integer, Rational, limit, oo, simplify

from ....theory import symbols
from ....theory.sgd import parts, sgd_rates
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...statistics import Estimate
from ..legs import (
    Identity,
    OrderedPair,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
)
from ..orderings import Inequality, numbers_ordered, quotient
from .letters import GEOMETRIC, MODEL, POWER_LAW, SOURCE, N_eff, a, b, gamma, in_letters, sigma2
from .predictions import at, effective, exponent_pair, unsketched
from .simulated import runs

#: The order of the quotient: exponents of the effective samples and of the step size.
RATIO_EXPONENT, STEP_EXPONENT = (b - a) / a, b / a
#: The constant of the quotient at b = a, in units of the step size and the label noise.
RHO = (2 - 2 ** (1 / a)) / (2 * (2 ** (1 / a) - 1))

_HALF = Fraction(1, 2)
_POWERS = (16, 20, 24, 28)
_STEP = Fraction(1, 10)
#: A quotient that vanishes falls by more than this while the samples grow by 2^12.
_FALL = 2.0


def _derived_ratio() -> Expr:
    return in_letters(simplify(parts.noise() / parts.descent()))


def vanishes_symbolic(_: Context, *, decay: int, source: Expr) -> Evidence:
    """Take the limit of the derived variance over the sum of variance and bias, claimed to be 0."""
    ratio = _derived_ratio().subs({a: decay, b: source})
    share = limit(simplify(ratio / (1 + ratio)), N_eff, oo)
    return symbolic_equality(
        [
            Identity(
                label=r"$\lim\mathrm{Var}/(\mathrm{Var}+\mathrm{Bias})$", derived=share, claimed=Integer(0)
            )
        ],
        summary=f"Limit of many samples at a={decay}, b={source}",
    )


def vanishes_numeric(_: Context, *, decay: Fraction, source: Fraction) -> Evidence:
    """Compare quotients at growing samples, claimed to fall without end."""
    points = unsketched(decay, source, _POWERS, _STEP)
    ratios = [mpmath.mpf(point.variance) / point.bias for point in points]
    return numbers_ordered(
        [
            Inequality(
                label=(
                    f"a={decay}, b={source}: Var/Bias at N=2^{_POWERS[0]} over {_FALL:g}, and at "
                    f"2^{_POWERS[-1]}"
                ),
                larger=ratios[0] / _FALL,
                smaller=ratios[-1],
            )
        ],
        summary="Fall of Var/Bias",
        margin=1e-3,
    )


def _ratio(
    context: Context,
    place: int,
    *,
    source: Fraction,
    samples: int,
    step_size: Fraction,
    replicates: int,
    average: bool = False,
) -> Estimate:
    """Return the quotient of simulated means; both come from the same runs, so the error is an upper one."""
    simulated = runs(
        context,
        place,
        decay=Fraction(2),
        source=source,
        samples=samples,
        step_size=step_size,
        size=70,
        replicates=replicates,
        thorough=2000,
        average=average,
    )
    return quotient(simulated.estimate("variance"), simulated.estimate("bias"))


def vanishes_simulation(context: Context, *, source: Fraction) -> Evidence:
    """Compare quotients of runs at two numbers of samples, claimed to fall."""
    few, many = (
        _ratio(context, place, source=source, samples=samples, step_size=Fraction(1, 5), replicates=350)
        for place, samples in enumerate((64, 4096))
    )
    return simulation_ordered(
        context,
        [
            OrderedPair(
                label=f"a=2, b={source}: Var/Bias at N=64, and at 4096",
                larger=few,
                smaller=many,
            )
        ],
        summary="Fall of Var/Bias in runs",
    )


def order_symbolic(
    _: Context, *, exponent: Expr = RATIO_EXPONENT, step_exponent: Expr = STEP_EXPONENT
) -> Evidence:
    """Compare the derived powers of the quotient with the claimed ones, for all b < a + 1."""
    rates = sgd_rates(features=oo, where=[symbols.source < symbols.decay + 1])
    point = {a: 2, b: Rational(3, 2)}
    bias, variance = (regions.at(point) for regions in (rates.bias, rates.variance))
    ratio = _derived_ratio()
    powers = [simplify(size * ratio.diff(size) / ratio) for size in (N_eff, gamma)]
    return symbolic_equality(
        [
            Identity(
                label=r"exponent of $N_{\rm eff}$ at $a=2$, $b=3/2$, from the rates",
                derived=variance.exponent() - bias.exponent(),
                claimed=exponent.subs(point),
            ),
            Identity(label=r"exponent of $N_{\rm eff}$", derived=powers[0], claimed=exponent),
            Identity(label=r"exponent of $\gamma$", derived=powers[1], claimed=step_exponent),
        ],
        summary="Order of Var/Bias",
    )


def order_numeric(
    _: Context, *, exponent: Expr = RATIO_EXPONENT, step_exponent: Expr = STEP_EXPONENT
) -> Evidence:
    """Compare local exponents of the solved quotient with the claimed ones."""
    found = []
    decay, n_eff = Fraction(2), [effective(2**power) for power in _POWERS]
    for source in (3 * _HALF, Fraction(2), 5 * _HALF):
        ratios = [
            [point.variance / point.bias for point in unsketched(decay, source, _POWERS, step)]
            for step in (_STEP / 10, _STEP / 100)
        ]
        found.append(
            exponent_pair(
                f"a=2, b={source}, N_eff", ratios[0], n_eff, at(exponent, decay=decay, source=source)
            )
        )
        found.append(
            exponent_pair(
                f"a=2, b={source}, step size",
                [ratios[1][-1], ratios[0][-1]],
                [_STEP / 100, _STEP / 10],
                at(step_exponent, decay=decay, source=source),
            )
        )
    # The variance of data-limited runs has the next term (gamma N_eff)^(-1/2), 1e-2 at the smallest
    # steps; the
    # claimed exponent is 0 at b = a.
    return numbers_agree(found, summary="Exponents of Var/Bias", tolerance=0.01, refuted=0.1)


def constant_symbolic(_: Context, *, constant: Expr = RHO) -> Evidence:
    """Compare the derived quotients at b = a, of last iterate and average, with the claimed one."""
    return symbolic_equality(
        [
            Identity(
                label=f"Var/Bias, {name}",
                derived=in_letters(parts.noise_over_signal(averaged=averaged)),
                claimed=gamma * sigma2 * constant,
            )
            for name, averaged in (("last iterate", False), ("average", True))
        ],
        summary=r"Quotient at $b=a$, small steps",
    )


def constant_numeric(_: Context, *, constant: Expr = RHO) -> Evidence:
    """Compare the solved quotient with the claimed one at small steps."""
    found, step = [], Fraction(1, 100)
    for decay, average in (
        (3 * _HALF, False),
        (Fraction(2), False),
        (Fraction(2), True),
        (Fraction(3), True),
    ):
        point = unsketched(decay, decay, (26,), step, average=average)[-1]
        found.append(
            Pair(
                label=f"a={decay}, {'average' if average else 'last iterate'}, N=2^26, step size 0.01",
                measured=point.variance / point.bias / float(step),
                claimed=at(constant, decay=decay),
            )
        )
    # Steps that are not small change it by half the trace times their size, the samples by (gamma
    # N_eff)^(-1/a).
    return numbers_agree(found, summary="Var/Bias over the step size", tolerance=0.03, refuted=0.15)


def constant_simulation(context: Context, *, constant: Expr = RHO) -> Evidence:
    """Compare quotients of runs, of the last iterate and of the average, with the claimed one."""
    points, samples = [], 1024
    for place, (average, step) in enumerate(((False, Fraction(1, 10)), (True, Fraction(1, 20)))):
        points.append(
            SimulatedPoint(
                label=(
                    f"a=2, {'average' if average else 'last iterate'}, N={samples}, step size {float(step)}"
                ),
                estimate=_ratio(
                    context,
                    place,
                    source=Fraction(2),
                    samples=samples,
                    step_size=step,
                    replicates=250,
                    average=average,
                ),
                prediction=float(at(constant, decay=2) * step.numerator / step.denominator),
                # Both next terms: (gamma N)^(-1/2), and the step size times the trace.
                allowance=0.15,
            )
        )
    return simulation_agrees(context, points, summary="Var/Bias of runs", resolution=0.5)


def _vanishes_case(regime: str, source: Fraction, *, simulated: bool = True) -> Case:
    legs = [
        Leg(
            kind=LegKind.SYMBOLIC,
            run=partial(vanishes_symbolic, decay=2, source=Rational(source.numerator, source.denominator)),
        ),
        Leg(kind=LegKind.NUMERIC, run=partial(vanishes_numeric, decay=Fraction(2), source=source)),
    ]
    if simulated:
        legs.append(Leg(kind=LegKind.SIMULATION, run=partial(vanishes_simulation, source=source)))
    return Case(regime=regime, legs=tuple(legs))


_FIXED = r"step size of order one, $\sigma^2\asymp1$, $(N_{\rm eff}\gamma)^{1/a}\ll M$"

CLAIMS = (
    Claim(
        id="lin2024.variance_vanishes",
        title="The variance is of higher order",
        statement=(
            "The variance is of strictly higher order than bias and approximation error, and vanishes "
            "beside them."
        ),
        source=(
            f"{SOURCE}, remark on Theorem 4.1, introduction and conclusion; repeated in talks on the paper"
        ),
        assumptions=(MODEL, POWER_LAW, GEOMETRIC, _FIXED),
        cases=(
            _vanishes_case("$1<b<a$", 3 * _HALF),
            _vanishes_case("$b=a$", Fraction(2)),
            _vanishes_case("$a<b<a+1$", 5 * _HALF, simulated=False),
        ),
        note=(
            r"At $b=a$ (the isotropic prior of Theorem 4.1) both have one power of $N_{\rm eff}$, and "
            r"$\mathrm{Var}/\mathrm{Bias}\to\gamma\sigma^2\rho(a)$: it is hidden at $\gamma=0.1$, not of "
            r"higher "
            r"order. The proof shows $\mathrm{Var}\lesssim\mathrm{Bias}+\mathrm{Approx}$ only, which the "
            r"risk "
            r"formula needs. For $b>a$ and fixed $\gamma$ the variance leads."
        ),
    ),
    Claim(
        id="lin2024.variance_over_bias",
        title="Order of the variance beside the bias",
        statement=(
            r"$\mathrm{Var}/\mathrm{Bias}\asymp N_{\rm eff}^{(b-a)/a}\gamma^{b/a}$ for $1<b<a+1$ where "
            r"the sketch is "
            "not felt."
        ),
        source=f"from the orders of {SOURCE}, Theorem 4.2",
        assumptions=(MODEL, POWER_LAW, GEOMETRIC, r"$(N_{\rm eff}\gamma)^{1/a}\ll M$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=order_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=order_numeric),
                )
            ),
        ),
        note=r"For $b\le a$ and $\gamma\lesssim1$ it is bounded, as the risk formula of the theorem needs.",
    ),
    Claim(
        id="lin2024.variance_over_bias_constant",
        title="Variance over bias for the isotropic prior",
        statement=(
            r"For $b=a$ and small steps $\mathrm{Var}/\mathrm{Bias}\to\gamma\sigma^2\rho(a)$, "
            r"$\rho(a)=\frac{2-2^{1/a}}{2(2^{1/a}-1)}$, for the last iterate and for the average alike."
        ),
        source=f"against “strictly higher order” in {SOURCE}",
        assumptions=(MODEL, POWER_LAW, r"$\gamma\ll1\ll(N_{\rm eff}\gamma)^{1/a}\ll M$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=constant_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=constant_numeric),
                    Leg(kind=LegKind.SIMULATION, run=constant_simulation),
                )
            ),
        ),
        note="0.3512, 0.7071 and 1.4237 for $a=1.5$, 2 and 3.",
    ),
)
