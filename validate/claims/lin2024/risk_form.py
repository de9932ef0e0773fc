r"""The risk as a sum of powers of $M$ and $N$, and what growing $M$ does to it."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import mpmath
from sympy import Expr, Rational, oo

from ....numerics import PowerLaw, Schedule
from ....theory import symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import average_over_sketches
from ...simulate.replicates import child_seed
from ..legs import (
    Identity,
    OrderedPair,
    numbers_agree,
    simulation_ordered,
    symbolic_equality,
)
from ..orderings import Inequality, numbers_ordered
from .approximation import BELOW
from .bias import LAW
from .letters import EQUIVALENT, GEOMETRIC, MODEL, POWER_LAW, SOURCE, a, b, rates
from .predictions import approximation, at, effective, exponent_pair, features, one_pass, unsketched

#: Exponents of the features and of the effective samples in the excess.
FEATURES_EXPONENT, SAMPLES_EXPONENT = 1 - b, (1 - b) / a

_HALF = Fraction(1, 2)
_STEP = Fraction(1, 10)
_POWERS = (16, 20, 24, 28)


def powers_symbolic(
    _: Context,
    *,
    source: Expr,
    features_exponent: Expr = FEATURES_EXPONENT,
    samples_exponent: Expr = SAMPLES_EXPONENT,
) -> Evidence:
    """Compare the derived exponents of the excess in each resource with the claimed ones."""
    point = {a: 2, b: source}
    approximation_rate = rates(symbols.effective_samples).approximation.at(point)
    unlimited = rates(oo)
    excess = max(part.at(point).exponent() for part in (unlimited.bias, unlimited.variance))
    return symbolic_equality(
        [
            Identity(
                label="exponent of $M$, many samples",
                derived=approximation_rate.exponent(),
                claimed=features_exponent.subs(point),
            ),
            Identity(
                label=r"exponent of $N_{\rm eff}$, many features",
                derived=excess,
                claimed=samples_exponent.subs(point),
            ),
        ],
        summary=f"Excess in each resource at a=2, b={source}",
    )


def powers_numeric(
    _: Context,
    *,
    pairs: tuple[tuple[Fraction, Fraction], ...],
    features_exponent: Expr = FEATURES_EXPONENT,
    samples_exponent: Expr = SAMPLES_EXPONENT,
) -> Evidence:
    """Compare local exponents of the solved excess with the claimed ones, in each resource."""
    found = []
    for decay, source in pairs:
        widths = (10**10, 10**12)
        found.append(
            exponent_pair(
                f"a={decay}, b={source}: excess of endless samples in M",
                [approximation(decay, source, width) for width in widths],
                widths,
                at(features_exponent, decay=decay, source=source),
            )
        )
        points = unsketched(decay, source, _POWERS, _STEP)
        found.append(
            exponent_pair(
                f"a={decay}, b={source}: excess without a sketch in N_eff",
                [point.excess for point in points],
                [effective(2**power) for power in _POWERS],
                at(samples_exponent, decay=decay, source=source),
            )
        )
    # The variance is smaller than the bias by N_eff^(b/a-1), and changes the exponent by that times its
    # share.
    return numbers_agree(found, summary="Exponents of the excess", tolerance=0.02, refuted=0.1)


def sum_numeric(_: Context) -> Evidence:
    """Compare the sum of both laws with the solved excess across the sizes."""
    pairs = []
    decay = source = Fraction(2)
    for width in (32, 512, 8192):
        sketch = features(decay, source, width)
        for power in (10, 20, 30):
            solved = one_pass(sketch, 2**power, _STEP).excess
            claimed = at(BELOW, decay=decay, source=source, width=width) + at(
                LAW, decay=decay, source=source, n_eff=effective(2**power), step_size=_STEP
            )
            label = f"a=b=2, M={width}, N=2^{power}"
            pairs.append(
                Inequality(
                    label=f"{label}: twice the sum, excess", larger=2 * claimed, smaller=mpmath.mpf(solved)
                )
            )
            pairs.append(
                Inequality(
                    label=f"{label}: excess, half the sum", larger=mpmath.mpf(solved), smaller=claimed / 2
                )
            )
    return numbers_ordered(pairs, summary="Excess within a factor 2 of the sum of both laws", margin=1e-6)


_WIDTHS = (30, 100, 300, 1000)
#: An easy target under label noise that is not small, so that orders show at moderate sizes.
_EASY, _NOISE = Fraction(11, 4), 100.0


def falls_numeric(
    _: Context, *, source: Fraction, power: int, widths: tuple[int, ...], noise: float
) -> Evidence:
    """Compare the excess of each size with that of a larger one, claimed to be smaller."""
    values = [
        mpmath.mpf(one_pass(features(Fraction(2), source, width), 2**power, 0.3, noise=noise).excess)
        for width in widths
    ]
    return numbers_ordered(
        [
            Inequality(
                label=(
                    f"a=2, b={source}, N=2^{power}, noise {noise:g}: M={widths[place]}, and "
                    f"{widths[place + 1]}"
                ),
                larger=values[place],
                smaller=values[place + 1],
            )
            for place in range(len(widths) - 1)
        ],
        summary="Excess of fewer features against that of more",
        margin=1e-6,
    )


def falls_simulation(
    context: Context, *, source: Fraction, samples: int, widths: tuple[int, int], noise: float
) -> Evidence:
    """Compare means over sketches of a small and of a large size, claimed to be smaller."""
    ends = [
        average_over_sketches(
            PowerLaw(2),
            Schedule.geometric("0.2", samples),
            features=width,
            noise=noise,
            source=source,
            latent=2000,
            sketches=context.replicates(12, thorough=60),
            seed=child_seed(context.seed, place),
            executor=context.executor,
            progress=context.progress,
        ).excess
        for place, width in enumerate(widths)
    ]
    return simulation_ordered(
        context,
        [
            OrderedPair(
                label=f"a=2, b={source}, N={samples}, noise {noise:g}: M={widths[0]}, and {widths[1]}",
                larger=ends[0],
                smaller=ends[1],
            )
        ],
        summary="Mean excess over sketches of fewer features against that of more",
    )


def smaller_variance(_: Context) -> Evidence:
    """Compare variances of ever more features at fixed samples, claimed to fall."""
    samples = 2**24
    values = [
        mpmath.mpf(one_pass(features(Fraction(2), Fraction(2), width), samples, _STEP).variance)
        for width in _WIDTHS
    ]
    return numbers_ordered(
        [
            Inequality(
                label=f"a=2, N=2^24: M={_WIDTHS[place]}, and {_WIDTHS[place + 1]}",
                larger=values[place],
                smaller=values[place + 1],
            )
            for place in range(len(_WIDTHS) - 1)
        ],
        summary="Variance of fewer features against that of more",
        margin=1e-6,
    )


ASSUMPTIONS = (MODEL, POWER_LAW, GEOMETRIC, EQUIVALENT, r"$\sigma^2\asymp1$, $\gamma$ of order one")

CLAIMS = (
    Claim(
        id="lin2024.sum_of_powers",
        title="The risk is a sum of two powers",
        statement=(
            r"$\mathcal R=\sigma^2+c_1M^{-a_1}+c_2N_{\rm eff}^{-a_2}$ up to constants, with $a_1=b-1$ and "
            r"$a_2=\frac{b-1}a$."
        ),
        source=f"{SOURCE}, Theorem 4.1 and abstract",
        assumptions=ASSUMPTIONS,
        cases=(
            Case(
                regime=r"$1<b\le a$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=partial(powers_symbolic, source=Rational(3, 2))),
                    Leg(
                        kind=LegKind.NUMERIC,
                        run=partial(
                            powers_numeric, pairs=((Fraction(2), 3 * _HALF), (Fraction(2), Fraction(2)))
                        ),
                    ),
                    Leg(kind=LegKind.NUMERIC, run=sum_numeric),
                ),
            ),
            Case(
                regime="$a<b<a+1$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=partial(powers_symbolic, source=Rational(5, 2))),
                    Leg(
                        kind=LegKind.NUMERIC,
                        run=partial(powers_numeric, pairs=((Fraction(2), 5 * _HALF),)),
                    ),
                ),
            ),
        ),
        note=(
            r"For $b>a$ at a fixed step size the variance leads in $N_{\rm eff}$, with $N_{\rm "
            r"eff}^{1/a-1}$. The sum is "
            r"an order, not an identity: near $(N_{\rm eff}\gamma)^{1/a}=M$ it counts the same signal twice."
        ),
    ),
    Claim(
        id="lin2024.returns_never_negative",
        title="More features never hurt",
        statement=r"At fixed $N$ and $\gamma$ the risk does not grow with $M$.",
        source="a talk on the paper",
        assumptions=ASSUMPTIONS,
        cases=(
            Case(
                regime=r"$1<b\le a$",
                legs=(
                    Leg(
                        kind=LegKind.NUMERIC,
                        run=partial(falls_numeric, source=Fraction(2), power=24, widths=_WIDTHS, noise=1.0),
                    ),
                    Leg(
                        kind=LegKind.SIMULATION,
                        run=partial(
                            falls_simulation, source=3 * _HALF, samples=2**18, widths=(32, 96), noise=1.0
                        ),
                    ),
                ),
            ),
            Case(
                regime=r"$a<b<a+1$, $M\gtrsim N_{\rm eff}^{1/b}$",
                legs=(
                    Leg(
                        kind=LegKind.NUMERIC,
                        run=partial(
                            falls_numeric,
                            source=_EASY,
                            power=18,
                            widths=(30, 60, 120),
                            noise=_NOISE,
                        ),
                    ),
                    Leg(
                        kind=LegKind.SIMULATION,
                        run=partial(
                            falls_simulation, source=_EASY, samples=2**18, widths=(32, 96), noise=_NOISE
                        ),
                    ),
                ),
            ),
        ),
        note=(
            r"The theorem gives orders only. For $b>a$, fixed $\gamma$ and $M\gtrsim N_{\rm eff}^{1/b}$ "
            r"the risk grows as "
            r"$M/N_{\rm eff}$ until $M\asymp(N_{\rm eff}\gamma)^{1/a}$."
        ),
    ),
    Claim(
        id="lin2024.variance_falls_with_size",
        title="The variance diminishes despite model size",
        statement=r"At fixed samples the variance falls as $M$ grows.",
        source="a gloss on the abstract in a talk on the paper",
        assumptions=ASSUMPTIONS,
        cases=(Case(legs=(Leg(kind=LegKind.NUMERIC, run=smaller_variance),)),),
        note=(
            r"It grows as $M/N_{\rm eff}$ and saturates at $M\asymp(N_{\rm eff}\gamma)^{1/a}$; it falls "
            r"with $N$."
        ),
    ),
)
