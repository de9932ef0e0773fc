r"""Reading the data again: how far it helps, and what becomes of the variance."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import mpmath
from scipy.optimize import minimize_scalar
from sympy import Expr, Rational, Symbol

from ....numerics import DescentPoint, PowerLaw, Schedule, SketchedSpectrum, descent_risk, sketch_equivalent
from ....theory.sgd import parts, reuse
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import simulate_sgd, unsketched
from ...simulate.replicates import child_seed
from ..legs import (
    Identity,
    OrderedPair,
    Pair,
    numbers_agree,
    simulation_ordered,
    symbolic_equality,
)
from ..orderings import Inequality, numbers_ordered
from .letters import POWER_LAW, a, b, in_letters, piece
from .predictions import at, local_exponent

#: Exponents: of the excess in the passes, of the best number of steps and of the excess there in the samples.
STEPS_EXPONENT = (1 - b) / a
BEST_EXPONENT, BEST_EXCESS_EXPONENT = a / b, (1 - b) / b

_HALF = Fraction(1, 2)
_A, _B = Fraction(2), 3 * _HALF
_STEP = Fraction(3, 10)
_SAMPLES = (10**4, 10**6)
_LONGEST = 2**34


@cache
def _modes() -> SketchedSpectrum:
    return sketch_equivalent(PowerLaw(_A), source=_B, smallest=Fraction(1, 100) / (_STEP * _LONGEST))


@cache
def _after(samples: int, steps: int) -> DescentPoint:
    return descent_risk(_modes(), Schedule.constant(_STEP, steps), samples=samples, noise=1)


def symbolic(
    _: Context,
    *,
    steps: Expr = STEPS_EXPONENT,
    best: Expr = BEST_EXPONENT,
    excess: Expr = BEST_EXCESS_EXPONENT,
) -> Evidence:
    """Compare the derived exponents with the claimed ones."""
    time = Symbol("t", positive=True)
    left = in_letters(parts.descent(time))
    point = {a: 2, b: Rational(3, 2)}
    found = piece(reuse(), point)
    (letter,) = (name for name in found.exponents if str(name) == "L")
    return symbolic_equality(
        [
            Identity(
                label="exponent of descent in the steps", derived=time * left.diff(time) / left, claimed=steps
            ),
            Identity(label="exponent of the best steps", derived=found.exponents[letter], claimed=best),
            Identity(label="exponent of the excess there", derived=found.risk, claimed=excess),
        ],
        summary="Descent on finite data",
        witness=point,
    )


def _best(samples: int) -> tuple[float, float]:
    """Return the best number of steps and the excess there."""
    guess = math.log2(samples)
    found = minimize_scalar(
        lambda power: math.log(_after(samples, round(2**power)).excess),
        bounds=(guess - 4, 1.8 * guess + 4),
        method="bounded",
        options={"xatol": 0.05},
    )
    return 2 ** float(found.x), math.exp(float(found.fun))


def numeric(
    _: Context,
    *,
    steps: Expr = STEPS_EXPONENT,
    best: Expr = BEST_EXPONENT,
    excess: Expr = BEST_EXCESS_EXPONENT,
) -> Evidence:
    """Compare solved descents with the claimed exponents: far below the best number of steps, and at it."""
    ends = (2**12, 2**16)
    few = [_after(10**12, count).excess for count in ends]
    optima = [_best(samples) for samples in _SAMPLES]
    where = "samples 1e4 to 1e6"
    found = [
        Pair(
            label="excess in steps, 1e12 samples, steps 2^12 to 2^16",
            measured=local_exponent(few[0], few[1], *ends),
            claimed=at(steps, decay=_A, source=_B),
        ),
        Pair(
            label=f"best steps, {where}",
            measured=local_exponent(optima[0][0], optima[1][0], *_SAMPLES),
            claimed=at(best, decay=_A, source=_B),
        ),
        Pair(
            label=f"excess there, {where}",
            measured=local_exponent(optima[0][1], optima[1][1], *_SAMPLES),
            claimed=at(excess, decay=_A, source=_B),
        ),
    ]
    # The optimum is flat: the place is known to percents.
    return numbers_agree(
        found, summary="a=2, b=3/2: exponents of descent on finite data", tolerance=0.05, refuted=0.15
    )


def returns_numeric(_: Context) -> Evidence:
    """Compare variance with bias within one pass and long after the best number of steps."""
    pairs = []
    for samples in _SAMPLES:
        point = _after(samples, samples)
        pairs.append(
            Inequality(
                label=f"one pass over {samples:.0e} samples: bias, and variance",
                larger=mpmath.mpf(point.bias),
                smaller=mpmath.mpf(point.variance),
            )
        )
        point = _after(samples, round(30 * samples ** (4 / 3)))
        pairs.append(
            Inequality(
                label=f"30 T^(4/3) steps on T = {samples:.0e} samples: variance, and bias",
                larger=mpmath.mpf(point.variance),
                smaller=mpmath.mpf(point.bias),
            )
        )
    return numbers_ordered(pairs, summary="a=2, b=3/2: variance and bias", margin=1e-3)


def returns_simulation(context: Context) -> Evidence:
    """Compare variances of runs of one and of many passes over the same number of samples."""
    samples = 64
    sketch = unsketched(PowerLaw(_A, context.size(60)), source=Fraction(7, 4))
    once, often = (
        simulate_sgd(
            sketch,
            Schedule.geometric("0.2", samples * passes),
            noise=1.0,
            samples=samples,
            replicates=context.replicates(200, thorough=1000),
            seed=child_seed(context.seed, place),
            executor=context.executor,
            progress=context.progress,
        )
        for place, passes in enumerate((1, 64))
    )
    return simulation_ordered(
        context,
        [
            OrderedPair(
                label=f"variance after 64 passes over {samples} samples, and after one",
                larger=often.estimate("variance"),
                smaller=once.estimate("variance"),
            ),
            OrderedPair(
                label="variance after 64 passes, and bias",
                larger=often.estimate("variance"),
                smaller=often.estimate("bias"),
            ),
            OrderedPair(
                label="bias after one pass, and variance",
                larger=once.estimate("bias"),
                smaller=once.estimate("variance"),
            ),
        ],
        summary="a=2, b=7/4: variance and bias of runs",
    )


_FINITE = (
    "full-batch descent, which many passes of small steps follow; deterministic equivalent, error O(1/N)"
)

CLAIMS = (
    Claim(
        id="lin2024.data_reuse",
        title="How far reading data again helps",
        statement=(
            r"For $a>b>1$ the excess after $L$ steps on $N$ samples is $\asymp M^{1-b}+L^{(1-b)/a}$ up to "
            r"$L\asymp N^{a/b}$, "
            r"where it is $N^{(1-b)/b}$; one pass stops at $N^{(1-b)/a}$."
        ),
        source="follow-up, arXiv:2506.08415, abstract",
        assumptions=(POWER_LAW, _FINITE, r"$\sigma^2\asymp1$, no sketch"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                    Leg(kind=LegKind.NUMERIC, run=numeric),
                )
            ),
        ),
        note=r"The variance is $\min\{M,L^{1/a}\}/N$; the best number of passes is $N^{a/b-1}$.",
    ),
    Claim(
        id="lin2024.reuse_returns_variance",
        title="Data reuse makes the variance return",
        statement=(
            "Within one pass the bias exceeds the variance; read again often enough, the same data make "
            "the variance "
            "the larger part."
        ),
        source="a talk on the paper",
        assumptions=(POWER_LAW, _FINITE, r"$1<b<a$, $\sigma^2\asymp1$, steps of order one"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=returns_numeric),
                    Leg(kind=LegKind.SIMULATION, run=returns_simulation),
                )
            ),
        ),
        note=r"From $L\asymp N^{a/b}$ steps on; before that, reading again is as good as new data.",
    ),
)
