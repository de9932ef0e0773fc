r"""The second worked example of SM C.3: a loss with a kink at its minimum."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
from sympy import Expr, Integer, Min, Rational, gamma, pi, sqrt

from ....theory.variance_limited import coin_loss, remainder_exponent
from ....theory.variance_limited.kinked import half_power
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...statistics import mean_estimate
from ..legs import (
    ApproachPoint,
    Identity,
    Pair,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .coins import mean_of
from .letters import SOURCE, D, in_letters

KINKED_MODEL = (
    r"reconstruction: $\ell=\frac12|f-\frac12|^{2\alpha}$, $f$ the share of heads among $D$ tosses of a fair "
    "coin"
)

#: The printed constant.
CONSTANT = gamma(half_power + Rational(1, 2)) / (2 ** (1 + half_power) * sqrt(pi))
_HALF_POWERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 2))


def constant_symbolic(_: Context, *, constant: Expr = CONSTANT) -> Evidence:
    """Compare the derived leading coefficient, for even and odd numbers of tosses, with the printed one."""
    return symbolic_equality(
        [
            Identity(
                label="odd D" if odd else "even D",
                derived=coin_loss(odd=odd).coefficient(-half_power),
                claimed=constant,
            )
            for odd in (False, True)
        ],
        summary=r"Coefficient of $D^{-\alpha}$",
    )


def _exact(power: Fraction, tosses: int) -> mpmath.mpf:
    """Return half the mean of the deviation to a power, summed over the binomial distribution."""
    with mpmath.workdps(120):
        exponent = mpmath.mpf(power.numerator) / power.denominator
        half = mpmath.mpf(1) / 2
        return mean_of(lambda x: abs(x - half) ** exponent, Fraction(1, 2), tosses) / 2


def constant_numeric(_: Context, *, constant: Expr = CONSTANT) -> Evidence:
    """Compare exact sums with the law and its next terms."""
    points = []
    for value in _HALF_POWERS:
        for odd in (0, 1):
            expansion = coin_loss(odd=bool(odd))
            at = {half_power: Rational(str(value))}
            law = (constant * D**-half_power).subs(at)
            leading = expansion.coefficient(-half_power) * D**-half_power
            rest = (in_letters(expansion.as_expr()) / leading - 1).subs(at)
            for tosses in (64 + odd, 256 + odd, 1024 + odd):
                law_there = evaluate(law, {D: tosses})
                points.append(
                    ApproachPoint(
                        label=f"alpha={value}, {'odd' if odd else 'even'} D",
                        at=str(tosses),
                        measured=_exact(2 * value, tosses),
                        law=law_there,
                        next_term=evaluate(rest, {D: tosses}),
                    )
                )
    return approach_to_law(points, summary="Exact binomial sums over their law")


def constant_simulation(context: Context, *, constant: Expr = CONSTANT) -> Evidence:
    """Toss coins, and compare their mean loss with the law."""
    generator = np.random.default_rng(context.seed)
    draws, tosses = context.replicates(40_000, thorough=10**6), context.size(2001)
    points = []
    for value in _HALF_POWERS:
        deviations = np.abs(generator.binomial(tosses, 0.5, size=draws) / tosses - 0.5)
        law = (constant * D**-half_power).subs({half_power: Rational(str(value)), D: tosses})
        points.append(
            SimulatedPoint(
                label=f"alpha={value}, D={tosses}",
                estimate=mean_estimate(deviations ** (2 * float(value)) / 2),
                prediction=float(law),
                allowance=0.002,
            )
        )
    return simulation_agrees(context, points, summary="Loss of tossed coins over its law")


KINKED = Claim(
    id="bahri2021.kinked_constant",
    title="The second worked example, leading term",
    statement=r"$L(D)=\frac{\Gamma(\alpha+1/2)}{2^{1+\alpha}\sqrt\pi}D^{-\alpha}+\ldots$",
    source=f"{SOURCE}, SM C.3",
    assumptions=(KINKED_MODEL,),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=constant_symbolic),
                Leg(kind=LegKind.NUMERIC, run=constant_numeric),
                Leg(kind=LegKind.SIMULATION, run=constant_simulation),
            )
        ),
    ),
    note=r"Only $\alpha<1$ violates $O(D^{-1})$; for $\alpha>1$ the loss falls faster.",
)

#: The printed order of the remainder.
REMAINDER = Integer(1)
_SMALL, _LARGE = (Fraction(1, 20), Fraction(1, 10)), (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


def _remainder_symbolic(values: tuple[Fraction, ...], order: Expr) -> Evidence:
    """Compare the derived exponent of the remainder, as far as a bound asks for it, with the claimed one."""
    return symbolic_equality(
        [
            Identity(
                label=rf"$\min$ of the claimed order and that of the remainder at $\alpha={value}$",
                derived=Min(remainder_exponent(Rational(str(value))), order),
                claimed=order,
            )
            for value in values
        ],
        summary="Order of the remainder",
    )


def _remainder_numeric(values: tuple[Fraction, ...], order: Expr) -> Evidence:
    """Compare local exponents of exact remainders, as far as a bound asks for them, with the claimed one."""
    rows = []
    for value in values:
        law = (CONSTANT * D**-half_power).subs(half_power, Rational(str(value)))
        with mpmath.workdps(120):
            ends = [_exact(2 * value, tosses) - evaluate(law, {D: tosses}) for tosses in (1024, 4096)]
            slope = -mpmath.log(ends[1] / ends[0]) / mpmath.log(4)
            measured = min(slope, evaluate(order, {}))
        rows.append(Pair(label=f"alpha={value}, D=1024 to 4096", measured=measured, claimed=order))
    return numbers_agree(rows, summary="Local exponents of the remainder", tolerance=0.01, refuted=0.1)


def small_symbolic(_: Context, *, order: Expr = REMAINDER) -> Evidence:
    """Look at small exponents."""
    return _remainder_symbolic(_SMALL, order)


def small_numeric(_: Context, *, order: Expr = REMAINDER) -> Evidence:
    """Look at small exponents."""
    return _remainder_numeric(_SMALL, order)


def large_symbolic(_: Context, *, order: Expr = REMAINDER) -> Evidence:
    """Look at larger exponents."""
    return _remainder_symbolic(_LARGE, order)


def large_numeric(_: Context, *, order: Expr = REMAINDER) -> Evidence:
    """Look at larger exponents."""
    return _remainder_numeric(_LARGE, order)


KINKED_REMAINDER = Claim(
    id="bahri2021.kinked_remainder",
    title="The second worked example, remainder",
    statement=r"The remainder after the leading term $D^{-\alpha}$ is $O(D^{-1})$.",
    source=f"{SOURCE}, SM C.3",
    assumptions=(KINKED_MODEL,),
    cases=(
        Case(
            regime=r"$\alpha\ge\frac14$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=large_symbolic),
                Leg(kind=LegKind.NUMERIC, run=large_numeric),
            ),
        ),
        Case(
            regime=r"$\alpha<\frac14$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=small_symbolic),
                Leg(kind=LegKind.NUMERIC, run=small_numeric),
            ),
        ),
    ),
    note=(
        r"The remainder is $\sqrt{2/\pi}\,\zeta(-2\alpha)D^{-2\alpha-1/2}$ for even $D$, of the kink that "
        r"the lattice of shares does not resolve ($\zeta(-2\alpha,\frac12)$ for odd $D$), and "
        r"$\frac{\alpha(1-\alpha)}3$ times the leading term over $D$: of order "
        r"$D^{-\min(2\alpha+1/2,\alpha+1)}$. For $\alpha\ge1$ the leading term is within the printed "
        "remainder itself."
    ),
)

CLAIMS = (KINKED, KINKED_REMAINDER)
