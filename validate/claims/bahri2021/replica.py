r"""The replica form of the kernel's loss, its collapse to its scale, and its integrals."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
from sympy import Expr, Rational, gamma, hyper

from ....numerics import Eigenvalues, PowerLaw, solve_ridge
from ....theory import laws, symbols
from ....theory import teacher_student as theory
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
from .letters import SOURCE, alpha_K, in_letters
from .matching_exponents import ALPHAS
from .teacher_students import EQUIVALENT, GAUSSIAN, MODEL, POWER_LAW, allowance, simulated

a, kappa, z, q = symbols.decay, symbols.kappa, symbols.df1, symbols.df2
#: The loss without a factor 1/2, and the limit of the overlap.
COLLAPSED = kappa
OVERLAP = alpha_K / (1 + alpha_K)


def collapse_symbolic(_: Context, *, claimed: Expr = COLLAPSED) -> Evidence:
    r"""Compare the replica form at its fixed point with its scale, which is $D$ times the engine's gap."""
    engine = laws.derive("teacher-student-replica").results["risk"].rhs
    return symbolic_equality(
        [
            Identity(label="replica form", derived=in_letters(theory.collapsed_loss()), claimed=claimed),
            Identity(label="risk of the ridgeless kernel", derived=in_letters(engine), claimed=claimed),
        ],
        summary="Loss without the factor 1/2",
    )


def _replica(values: list[Fraction], samples: int) -> mpmath.mpf:
    """Solve the replica equations as they are printed, and return the loss."""
    modes = [mpmath.mpf(value.numerator) / value.denominator for value in values]

    # convex and falling from a positive value at 0: Newton's iteration comes from the left
    scale = mpmath.mpf(0)
    for _ in range(200):
        excess = mpmath.fsum(mode / (scale + samples * mode) for mode in modes) - 1
        step = excess / mpmath.fsum(mode / (scale + samples * mode) ** 2 for mode in modes)
        scale += step
        if abs(step) <= scale * mpmath.mpf(10) ** -DIGITS:
            break
    overlap = mpmath.fsum(samples * mode**2 / (scale + samples * mode) ** 2 for mode in modes)
    total = mpmath.fsum(mode / (scale + samples * mode) ** 2 for mode in modes)
    return scale**2 * total / (1 - overlap)


def collapse_numeric(_: Context, *, strength: float = 1.0) -> Evidence:
    """Solve the replica equations for spectra of several kinds, and the ridgeless kernel beside."""
    spectra = {
        "i^-2": [Fraction(1, i**2) for i in range(1, 41)],
        "2^-i": [Fraction(1, 2**i) for i in range(20)],
        "21-i": [Fraction(21 - i) for i in range(1, 21)],
    }
    found = []
    for label, values in spectra.items():
        for samples in (3, 10):
            risk = solve_ridge(Eigenvalues(values), features=math.inf, samples=samples, digits=DIGITS).risk
            with mpmath.workdps(2 * DIGITS):
                found.append(
                    Pair(
                        label=f"eigenvalues {label}, D={samples}",
                        measured=_replica(values, samples),
                        claimed=strength * risk,
                    )
                )
    return numbers_agree(found, summary="Replica form against the engine", tolerance=1e-30, refuted=1e-6)


def collapse_simulation(context: Context, *, strength: float = 1.0) -> Evidence:
    """Compare mean squared errors of the kernel with the scale."""
    points = []
    for place, (alpha, samples) in enumerate(((0.5, 60), (1.0, 40), (2.0, 80))):
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=500,
            features=math.inf,
            samples=samples,
            replicates=25,
            thorough=250,
        )
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, D={found.samples}",
                estimate=found.estimate("loss"),
                prediction=strength * found.prediction("loss"),
                allowance=allowance(alpha, found.samples),
            )
        )
    return simulation_agrees(context, points, summary="Mean loss over half the scale")


def overlap_symbolic(_: Context, *, claimed: Expr = OVERLAP) -> Evidence:
    """Compare the limit of the overlap with the claimed one."""
    derived = laws.derive("teacher-student-replica").results["overlap"].rhs.subs(a, 1 + alpha_K)
    return symbolic_equality(
        [Identity(label=r"limit of $\gamma$", derived=derived, claimed=claimed)], summary="Overlap"
    )


def overlap_numeric(_: Context, *, claimed: Expr = OVERLAP) -> Evidence:
    r"""Follow $\gamma=q/D$ to its limit, at the rate of the term that $z=D$ leaves of it."""
    points = []
    for alpha in ALPHAS:
        for samples in (10**3, 10**6, 10**12):
            sizes: dict[str, Any] = {"features": math.inf, "samples": samples}
            point = solve_ridge(PowerLaw(1 + alpha), digits=DIGITS, **sizes)
            limit = evaluate(claimed, {alpha_K: alpha})
            with mpmath.workdps(DIGITS):
                # both z = D and q fall short of their leading terms by 1/2, the pole of zeta at 0
                correction = -1 / (2 * evaluate(alpha_K, {alpha_K: alpha}) * samples)
                points.append(
                    ApproachPoint(
                        label=f"alpha={alpha}",
                        at=f"{samples:.0e}",
                        measured=point.df2 / samples,
                        law=limit,
                        next_term=correction,
                    )
                )
    return approach_to_law(points, summary="Overlap")


def printed_integral(order: int, power: int, alpha: Expr, scale: Expr, samples: Expr) -> Expr:
    r"""Return the printed closed form of $\int_1^\infty x^{-n(1+\alpha)}(\kappa+Dx^{-(1+\alpha)})^{-m}dx$."""
    first = order - 1 / (1 + alpha)
    last = order + alpha / (1 + alpha)
    constant = scale**-power * gamma(first) / ((1 + alpha) * gamma(last))
    return constant * hyper((power, first), (last,), -samples / scale)


_INTEGRALS = (
    # n, m, alpha, kappa, D
    (1, 1, Rational(1, 2), Rational(1, 10), 30),
    (1, 2, Rational(1), Rational(1, 3), 10),
    (2, 2, Rational(2), Rational(1, 7), 50),
    (2, 3, Rational(5, 2), Rational(2), 5),
)


def integral_numeric(_: Context, *, strength: float = 1.0) -> Evidence:
    """Compare the printed form with the integral itself, and with the form derived from Euler's integral."""
    found = []
    for order, power, alpha, scale, samples in _INTEGRALS:
        claimed = printed_integral(order, power, alpha, scale, samples)
        derived = theory.resolvent_integral(order, power, 1 + alpha, scale, samples)
        label = f"n={order}, m={power}, alpha={alpha}, kappa={scale}, D={samples}"
        with mpmath.workdps(40):
            decay, level = (mpmath.mpf(int(x.p)) / int(x.q) for x in (1 + alpha, scale))
            last = order - 1 / decay
            # x^(-1-alpha) = u = v^(1/last)
            ends = [0, min(1, (level / samples) ** last), 1]
            value = mpmath.quad(lambda v: (level + samples * v ** (1 / last)) ** -power, ends)  # noqa: B023
            found.append(
                Pair(
                    label=f"{label}, integral",
                    measured=value / (decay * last),
                    claimed=strength * evaluate(claimed, {}, digits=40),
                )
            )
            found.append(
                Pair(
                    label=f"{label}, Euler",
                    measured=evaluate(derived, {}, digits=40),
                    claimed=strength * evaluate(claimed, {}, digits=40),
                )
            )
    return numbers_agree(found, summary="Printed closed form", tolerance=1e-25, refuted=1e-6)


_REPLICA = (
    r"$L(D)=\frac{\kappa^2}{1-\gamma}\sum_i\frac{\lambda_i}{(\kappa+D\lambda_i)^2}$, "
    r"$\kappa=\sum_i\frac{\kappa\lambda_i}{\kappa+D\lambda_i}$, "
    r"$\gamma=\sum_i\frac{D\lambda_i^2}{(\kappa+D\lambda_i)^2}$"
)

CLAIMS = (
    Claim(
        id="bahri2021.replica_form",
        title="The replica form is the loss of the ridgeless kernel",
        statement=f"{_REPLICA}, without a factor 1/2, is $\\kappa=D\\Delta_D/S$ for every spectrum.",
        source=f"{SOURCE}, supplement E; collapse derived here",
        assumptions=(MODEL, GAUSSIAN, EQUIVALENT, "$P=S$ orthonormal rows, or $P=\\infty$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=collapse_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=collapse_numeric),
                    Leg(kind=LegKind.SIMULATION, run=collapse_simulation),
                )
            ),
        ),
        note=r"With the factor 1/2 of (1) and (2) the loss is $\kappa/2$.",
    ),
    Claim(
        id="bahri2021.replica_overlap",
        title="The overlap of the replica form tends to a constant",
        statement=(
            r"$\gamma\propto D^0$ on $\lambda_i\simeq i^{-(1+\alpha_K)}$; $\gamma\to\alpha_K/(1+\alpha_K)$."
        ),
        source=f"{SOURCE}, supplement E; constant derived here",
        assumptions=(POWER_LAW, EQUIVALENT),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=overlap_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=overlap_numeric),
                )
            ),
        ),
    ),
    Claim(
        id="bahri2021.replica_integral",
        title="Sums of the replica form as a hypergeometric function",
        statement=(
            r"$\int_1^\infty\frac{x^{-n(1+\alpha)}dx}{(\kappa+Dx^{-(1+\alpha)})^m}=\kappa^{-m}\frac{\Gamma(n-"
            r"\frac1{1+\alpha})}{(1+\alpha)\Gamma(n+\frac\alpha{1+\alpha})}{}_2F_1\bigl(m,n-\tfrac1{1+\alpha};"
            r"n+\tfrac\alpha{1+\alpha};-\tfrac D\kappa\bigr)$."
        ),
        source=f"{SOURCE}, supplement E",
        assumptions=(r"$n>1/(1+\alpha)$",),
        cases=(Case(legs=(Leg(kind=LegKind.NUMERIC, run=integral_numeric),)),),
    ),
)
