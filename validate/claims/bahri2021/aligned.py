r"""Eq. (5): the tail of the eigenvalues, its constant, and whether it is the loss at large exponents."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial

import mpmath
from sympy import Expr, Integer, Rational, powsimp, simplify

from ....numerics import PowerLaw, solve_ridge, trace_sum
from ....theory import laws, symbols
from ....theory import teacher_student as theory
from ....theory.power_sums import tail_of_powers
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
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
from .letters import SOURCE, D, alpha_K
from .matching_exponents import ALPHAS, CONSTANT
from .teacher_students import EQUIVALENT, GAUSSIAN, MODEL, POWER_LAW, allowance, simulated

a, T = symbols.decay, symbols.samples
#: The printed constant of the tail, and the one of the sum.
PRINTED = alpha_K
TRUE = 1 / alpha_K
#: Limit of the loss over the tail.
SHORTFALL = alpha_K * CONSTANT
#: The same, if the empirical eigenvectors were the exact ones.
ALIGNED = Integer(1)

_SIZES = (10**3, 10**6, 10**12)
_EVERY = (*ALPHAS[:1], *ALPHAS[2:], Fraction(5))
_ONE = (Fraction(1),)


def tail(alpha: Fraction, samples: int, *, size: float = math.inf, digits: int = DIGITS) -> mpmath.mpf:
    """Return the sum of i^-(1+alpha) beyond the samples."""
    decay, more = 1 + alpha, digits + 10 + math.ceil((1 + float(alpha)) * math.log10(samples))
    whole, first = (
        trace_sum(decay, 0, shift=decay, size=end, digits=min(more, 1000)) for end in (size, samples)
    )
    with mpmath.workdps(more):
        return whole - first


def constant_symbolic(
    _: Context, *, constant: Expr = PRINTED, alphas: tuple[Fraction, ...] = _EVERY
) -> Evidence:
    """Compare the leading coefficient of the tail with the printed one."""
    leading = tail_of_powers(1 + alpha_K, T).terms[0] * T**alpha_K
    return symbolic_equality(
        [
            Identity(
                label=f"constant at $\\alpha_K={alpha}$",
                derived=simplify(leading).subs(alpha_K, Rational(alpha)),
                claimed=constant.subs(alpha_K, Rational(alpha)),
            )
            for alpha in alphas
        ],
        summary=r"Coefficient of $D^{-\alpha_K}$ in the tail",
    )


def constant_numeric(
    _: Context, *, constant: Expr = PRINTED, alphas: tuple[Fraction, ...] = _EVERY
) -> Evidence:
    """Follow the tail to the printed law, at the rate of its next term."""
    points = []
    for alpha in alphas:
        leading, after = tail_of_powers(1 + alpha_K, T).terms[:2]
        for samples in _SIZES:
            numbers = {alpha_K: alpha, D: samples, T: samples}
            points.append(
                ApproachPoint(
                    label=f"alpha={alpha}",
                    at=f"{samples:.0e}",
                    measured=tail(alpha, samples),
                    law=evaluate(constant * D**-alpha_K, numbers),
                    next_term=evaluate(after / leading, numbers),
                )
            )
    return approach_to_law(points, summary="Tail of the eigenvalues")


def exponent_symbolic(_: Context) -> Evidence:
    """Compare the exponents of loss and tail."""
    loss, beyond = theory.kernel_loss(), theory.aligned_loss(corrections=0).terms[0]
    slopes = [simplify(T * power.diff(T) / power).subs(a, 1 + alpha_K) for power in (loss, beyond)]
    return symbolic_equality(
        [
            Identity(
                label="exponent of the loss against that of the tail", derived=slopes[0], claimed=slopes[1]
            )
        ],
        summary="Exponents in the samples",
    )


def _quotients(alphas: tuple[Fraction, ...], samples: int) -> list[tuple[Fraction, mpmath.mpf]]:
    """Return the solved loss over the tail."""
    found = []
    for alpha in alphas:
        risk = solve_ridge(PowerLaw(1 + alpha), features=math.inf, samples=samples, digits=DIGITS).risk
        with mpmath.workdps(DIGITS):
            found.append((alpha, risk / tail(alpha, samples)))
    return found


FAST = (Fraction(5), Fraction(20), Fraction(80))
SLOW = (Fraction(1, 10**4), Fraction(1, 10**5))


def quotient_numeric(
    _: Context, *, alphas: tuple[Fraction, ...], samples: tuple[int, ...], claimed: float = 1.0
) -> Evidence:
    """Compare the loss over the tail with one, towards an end of the exponents."""
    found = [
        Pair(label=f"alpha={alpha}, D={amount}", measured=quotient, claimed=claimed)
        for amount in samples
        for alpha, quotient in _quotients(alphas, amount)
    ]
    return numbers_agree(found, summary="Loss over tail", tolerance=0.01, refuted=0.5)


def fast_symbolic(_: Context, *, claimed: Expr = ALIGNED) -> Evidence:
    r"""Compare the limit of the quotient over $\alpha_K$ with that of the claimed quotient."""
    _, growth = theory.alignment_limits()
    # a quotient with a finite limit is nothing beside alpha_K
    return symbolic_equality(
        [
            Identity(
                label=r"limit of the loss over $\alpha_K$ times the tail",
                derived=growth,
                claimed=(claimed / alpha_K).limit(alpha_K, math.inf),
            )
        ],
        summary=r"$\alpha_K\to\infty$",
    )


def slow_symbolic(_: Context, *, claimed: Expr = ALIGNED) -> Evidence:
    """Compare the limit of the quotient with the claimed one."""
    limit, _ = theory.alignment_limits()
    return symbolic_equality(
        [Identity(label="limit of the loss over the tail", derived=limit, claimed=claimed)],
        summary=r"$\alpha_K\to0$",
    )


def shortfall_symbolic(_: Context, *, claimed: Expr = SHORTFALL) -> Evidence:
    """Compare the derived quotient with the claimed one."""
    derived = laws.derive("teacher-student-aligned").explicit("shortfall").rhs.subs(a, 1 + alpha_K)
    return symbolic_equality(
        [Identity(label="loss over tail", derived=powsimp(derived), claimed=claimed)],
        summary=r"Limit for $D\to\infty$",
    )


def shortfall_numeric(_: Context, *, claimed: Expr = SHORTFALL) -> Evidence:
    """Follow the solved quotient to its limit, at the rate of the next terms of loss and tail."""
    leading, after = tail_of_powers(1 + alpha_K, T).terms[:2]
    # (1 + alpha)/2 less from the loss, as much from the tail as Euler-Maclaurin says
    correction = -(1 + alpha_K) / (2 * T) - after / leading
    points = []
    for alpha in (*ALPHAS, Fraction(5)):
        for samples in _SIZES:
            quotient = _quotients((alpha,), samples)[0][1]
            points.append(
                ApproachPoint(
                    label=f"alpha={alpha}",
                    at=f"{samples:.0e}",
                    measured=quotient,
                    law=evaluate(claimed, {alpha_K: alpha}),
                    next_term=evaluate(simplify(correction), {alpha_K: alpha, T: samples}),
                )
            )
    return approach_to_law(points, summary="Loss over tail")


_DRAWN = ((0.5, 40), (1.0, 40), (2.0, 40), (5.0, 40))


def quotient_simulation(
    context: Context, *, drawn: tuple[tuple[float, int], ...] = _DRAWN, aligned: bool = False
) -> Evidence:
    """Compare simulated losses with the equivalent or with the tail, both of the finite spectrum."""
    points = []
    for place, (alpha, samples) in enumerate(drawn):
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=400,
            features=math.inf,
            samples=samples,
            replicates=40,
            thorough=400,
        )
        size = int(found.spectrum.size)
        beyond = float(tail(Fraction(alpha), int(found.samples), size=size, digits=15)) / (2 * size)
        equivalent = found.prediction("loss")
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, D={found.samples}: loss over tail, predicted "
                + ("1" if aligned else f"{equivalent / beyond:.3f}"),
                estimate=found.estimate("loss"),
                prediction=beyond if aligned else equivalent,
                allowance=allowance(alpha, found.samples),
            )
        )
    return simulation_agrees(context, points, summary="Loss of the kernel")


_TAIL = r"$\sum_{i>D}i^{-(1+\alpha_K)}"

CLAIMS = (
    Claim(
        id="bahri2021.tail_constant",
        title="Constant of the tail of the eigenvalues",
        statement=_TAIL + r"=\alpha_KD^{-\alpha_K}+O(D^{-\alpha_K-1})$.",
        source=f"{SOURCE}, eq. (5), as printed",
        assumptions=(POWER_LAW,),
        cases=tuple(
            Case(
                regime=regime,
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=partial(constant_symbolic, alphas=alphas)),
                    Leg(kind=LegKind.NUMERIC, run=partial(constant_numeric, alphas=alphas)),
                ),
            )
            for regime, alphas in ((r"$\alpha_K\ne1$", _EVERY), (r"$\alpha_K=1$", _ONE))
        ),
        note=r"The constant is $1/\alpha_K$; the exponent and the order of the remainder are right.",
    ),
    Claim(
        id="bahri2021.aligned_eigenvectors",
        title="At large exponents the loss is the tail of the eigenvalues",
        statement=(
            r"For large $\alpha_K$ the empirical eigenvectors are the exact ones, $\bar e_j\approx e_j$, and "
            r"$L(D)\simeq\frac12\sum_{i>D}\lambda_i$."
        ),
        source=f"{SOURCE}, eq. (5)",
        assumptions=(MODEL, GAUSSIAN, POWER_LAW, EQUIVALENT, "$P=S$ orthonormal rows, or $P=\\infty$"),
        cases=(
            Case(
                regime="exponent in $D$, any $\\alpha_K$",
                legs=(Leg(kind=LegKind.SYMBOLIC, run=exponent_symbolic),),
            ),
            Case(
                regime=r"value, $\alpha_K\to\infty$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=fast_symbolic),
                    Leg(
                        kind=LegKind.NUMERIC, run=partial(quotient_numeric, alphas=FAST, samples=(10, 10**6))
                    ),
                    Leg(
                        kind=LegKind.SIMULATION,
                        run=partial(quotient_simulation, drawn=_DRAWN[2:], aligned=True),
                    ),
                ),
            ),
            Case(
                regime=r"value, $\alpha_K\to0$, $D\to\infty$",
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=slow_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=partial(quotient_numeric, alphas=SLOW, samples=(10**6,))),
                ),
            ),
        ),
        note=(
            r"The loss exceeds the tail by the factor $\alpha_Kc_\alpha$, which tends to 1 for "
            r"$\alpha_K\to0$ and grows like $\alpha_K$: the heuristic is worst where it was argued for. At "
            r"fixed $D$, $\alpha_K\to\infty$, $\Delta_D\to\sqrt{c_Dc_{D+1}}\gg c_{D+1}$."
        ),
    ),
    Claim(
        id="bahri2021.alignment_shortfall",
        title="The loss over the tail of the eigenvalues",
        statement=(
            r"$\frac{2L(D)}{\sum_{i>D}\lambda_i}\to\alpha_Kc_\alpha=\alpha_K\left[\frac{\pi/(1+\alpha_K)}"
            r"{\sin(\pi/(1+\alpha_K))}\right]^{1+\alpha_K}$."
        ),
        source=f"derived here for the model of {SOURCE}",
        assumptions=(MODEL, GAUSSIAN, POWER_LAW, EQUIVALENT, "$P=S$ orthonormal rows, or $P=\\infty$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=shortfall_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=shortfall_numeric),
                    Leg(kind=LegKind.SIMULATION, run=quotient_simulation),
                )
            ),
        ),
    ),
)
