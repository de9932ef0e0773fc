r"""The first worked example of SM C.3: a loss that is unbounded below on some samples."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
from sympy import Abs, Expr, Integer, Rational, exp, limit, log, oo, simplify

from ....theory import symbols
from ....theory.variance_limited import (
    growth_rate,
    largest_time_per_sample,
    runaway_expansion,
    runaway_loss,
)
from ....theory.variance_limited.runaway import share, start, time, time_per_sample
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...statistics import mean_estimate
from ..legs import (
    ApproachPoint,
    Identity,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    simulation_agrees,
    symbolic_equality,
)
from ..orderings import Inequality, numbers_ordered
from .letters import SOURCE, D, in_letters

RUNAWAY_MODEL = (
    r"reconstruction: $\ell=\frac12s\theta^2$ with $s=+1$ of probability $\alpha>\frac12$, else $-1$; "
    r"gradient flow over $D$ samples for a time $T$ (in formulas $t$)"
)
#: The printed loss, its expansion over infinite samples, and its form at long times.
LOSS = exp(2 * time) * (share - Rational(1, 2)) * (1 - share * (1 - exp(-4 * time / D))) ** D * start**2
COEFFICIENT = 8 * time**2 * share * (1 - share)
LATE = exp(2 * time) * (share - Rational(1, 2)) * (1 - share) ** D * start**2

_SHARES = (Fraction(7, 10), Fraction(9, 10))
_TIME = Fraction(13, 10)


def expansion_symbolic(
    _: Context, *, loss: Expr = LOSS, coefficient: Expr = COEFFICIENT, late: Expr = LATE
) -> Evidence:
    """Compare the derived loss, its expansion and its form at long times with the printed ones."""
    derived = in_letters(runaway_loss())
    few = {D: Integer(3)}
    return symbolic_equality(
        [
            Identity(
                label="loss over the printed one",
                derived=simplify((derived / loss).subs(few).subs(share, Rational(2, 3))),
                claimed=Integer(1),
            ),
            Identity(
                label="base of the power",
                derived=simplify(derived.as_independent(D)[1].as_base_exp()[0] * exp(-2 * time / D)),
                claimed=simplify(loss.as_independent(D)[1].as_base_exp()[0]),
            ),
            Identity(
                label=r"coefficient of $1/D$",
                derived=in_letters(runaway_expansion().coefficient(Integer(-1))),
                claimed=coefficient,
            ),
            Identity(
                label=r"limit of long times, $D=3$",
                derived=limit(simplify((derived / late).subs(few)), time, oo),
                claimed=Integer(1),
            ),
        ],
        summary="First example",
    )


def expansion_numeric(_: Context, *, coefficient: Expr = COEFFICIENT) -> Evidence:
    """Compare relative corrections of the exact loss with the coefficient, along growing samples."""
    second = runaway_expansion(2)
    points = []
    for chance in _SHARES:
        values = {share: Rational(str(chance)), time: Rational(str(_TIME)), start: Integer(1)}
        law = coefficient.subs(values) / D
        next_one = (second.coefficient(Integer(-2)) / second.coefficient(Integer(-1))).subs(values) / D
        for samples in (10**2, 10**4, 10**6):
            exact = evaluate(runaway_loss(symbols.samples).subs(values), {symbols.samples: samples})
            with mpmath.workdps(120):
                fallen = evaluate(
                    ((share - Rational(1, 2)) * exp(-4 * (share - Rational(1, 2)) * time)).subs(values), {}
                )
                correction = exact / fallen - 1
            points.append(
                ApproachPoint(
                    label=f"alpha={chance}, T={_TIME}",
                    at=str(samples),
                    measured=correction,
                    law=evaluate(law, {D: samples}),
                    next_term=evaluate(next_one, {D: samples}),
                )
            )
    return approach_to_law(points, summary="Relative correction over its law")


def expansion_simulation(context: Context, *, loss: Expr = LOSS) -> Evidence:
    """Draw signs, let the weight flow, and compare its mean loss with the printed one."""
    generator = np.random.default_rng(context.seed)
    draws = context.replicates(40_000, thorough=1_000_000)
    points = []
    for chance in _SHARES:
        samples = context.size(30)
        means = 2 * generator.binomial(samples, float(chance), size=draws) / samples - 1
        drawn = (float(chance) - 0.5) * np.exp(-2 * float(_TIME) * means)
        values = {share: Rational(str(chance)), time: Rational(str(_TIME)), start: 1, D: samples}
        points.append(
            SimulatedPoint(
                label=f"alpha={chance}, T={_TIME}, D={samples}",
                estimate=mean_estimate(drawn),
                prediction=float(loss.subs(values)),
                allowance=0.0,
            )
        )
    return simulation_agrees(context, points, summary="Loss of runs over the printed one")


RUNAWAY = Claim(
    id="bahri2021.runaway_expansion",
    title="The first worked example",
    statement=(
        r"$L(D;T)=e^{2T}(\alpha-\frac12)(1-\alpha(1-e^{-4T/D}))^D\theta_0^2"
        r"=e^{-4(\alpha-\frac12)T}(\alpha-\frac12)\theta_0^2(1+\frac{8T^2\alpha(1-\alpha)}D+\ldots)$, and "
        r"$e^{2T}(\alpha-\frac12)(1-\alpha)^D\theta_0^2$ for $T\gg D$."
    ),
    source=f"{SOURCE}, SM C.3",
    assumptions=(RUNAWAY_MODEL,),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=expansion_symbolic),
                Leg(kind=LegKind.NUMERIC, run=expansion_numeric),
                Leg(kind=LegKind.SIMULATION, run=expansion_simulation),
            )
        ),
    ),
    note=r"At a fixed time the exponent is 1; the coefficient grows like $T^2$: it takes $T\ll\sqrt D$.",
)

#: The printed bound on $\beta=T/D$.
PRINTED_RATIO = Abs(log(1 - share)) / 2


def threshold_symbolic(_: Context, *, ratio: Expr = PRINTED_RATIO) -> Evidence:
    """Compare the derived threshold with the claimed one."""
    return symbolic_equality(
        [Identity(label=r"largest $\beta$", derived=largest_time_per_sample(), claimed=ratio)],
        summary="Threshold of the first example",
        witness={share: Rational(7, 10)},
    )


def _bases(pairs: tuple[tuple[Fraction, Fraction], ...], summary: str) -> Evidence:
    """See whether the loss shrinks with each sample at some shares and times per sample."""
    rate = growth_rate()
    return numbers_ordered(
        [
            Inequality(
                label=f"alpha={chance}, beta={ratio}",
                larger=mpmath.mpf(1),
                smaller=evaluate(
                    exp(rate), {share: Rational(str(chance)), time_per_sample: Rational(str(ratio))}
                ),
            )
            for chance, ratio in pairs
        ],
        summary=summary,
    )


#: Below both thresholds, and between them: those at 7/10 are 0.4236 and 0.6020, at 9/10 1.0986 and 1.1513.
_BELOW = (
    (Fraction(7, 10), Fraction(1, 5)),
    (Fraction(7, 10), Fraction(2, 5)),
    (Fraction(9, 10), Fraction(1)),
)
_BETWEEN = ((Fraction(7, 10), Fraction(1, 2)), (Fraction(9, 10), Fraction(113, 100)))


def below_symbolic(_: Context) -> Evidence:
    """See that the rate vanishes at both ends of the interval, and falls from the first."""
    rate = growth_rate()
    return symbolic_equality(
        [
            Identity(
                label=r"rate at $\beta=0$",
                derived=simplify(rate.subs(time_per_sample, 0)),
                claimed=Integer(0),
            ),
            Identity(
                label="rate at the threshold",
                derived=simplify(rate.subs(time_per_sample, largest_time_per_sample())),
                claimed=Integer(0),
            ),
            Identity(
                label=r"slope at $\beta=0$",
                derived=simplify(rate.diff(time_per_sample).subs(time_per_sample, 0)),
                claimed=2 * (1 - 2 * share),
            ),
        ],
        summary=r"Rate of a loss of power $D$, convex in $\beta$",
    )


def below_numeric(_: Context, *, pairs: tuple[tuple[Fraction, Fraction], ...] = _BELOW) -> Evidence:
    """Look below the derived threshold."""
    return _bases(pairs, "1 over the factor of each sample, below the derived threshold")


def between_numeric(_: Context, *, pairs: tuple[tuple[Fraction, Fraction], ...] = _BETWEEN) -> Evidence:
    """Look between the derived and the printed threshold."""
    return _bases(pairs, "1 over the factor of each sample, between both thresholds")


THRESHOLD = Claim(
    id="bahri2021.runaway_threshold",
    title="How long the first example may be trained",
    statement=(
        r"Trained for $T=\beta D$, the loss goes to 0 exponentially in $D$ for "
        r"$\beta<\frac12|\log(1-\alpha)|$."
    ),
    source=f"{SOURCE}, SM C.3",
    assumptions=(RUNAWAY_MODEL,),
    cases=(
        Case(
            regime=r"$\beta<\frac12\log\frac\alpha{1-\alpha}$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=below_symbolic),
                Leg(kind=LegKind.NUMERIC, run=below_numeric),
            ),
        ),
        Case(
            regime=r"$\frac12\log\frac\alpha{1-\alpha}\le\beta<\frac12|\log(1-\alpha)|$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=threshold_symbolic),
                Leg(kind=LegKind.NUMERIC, run=between_numeric),
            ),
        ),
    ),
    note=(
        r"The condition is $e^{2\beta}(1-\alpha)+e^{-2\beta}\alpha<1$. The printed one drops the second "
        r"term, as for $T\gg D$, and is too weak; at $\alpha=0.7$, $\beta=\frac12$ the loss grows like "
        r"$e^{0.0705D}$."
    ),
)

CLAIMS = (RUNAWAY, THRESHOLD)
