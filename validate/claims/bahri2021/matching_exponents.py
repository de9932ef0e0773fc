r"""One exponent for samples and features, eq. (3), and what it owes to the isotropic teacher."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cache, partial
from typing import Any

import mpmath
from sympy import Expr, Rational, pi, sin

from ....numerics import PowerLaw, solve_ridge
from ....theory import PowerLaw as SymbolicPowerLaw
from ....theory import RandomFeatureRidge, Rates, laws, symbols
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
from ..maloney2022.corrections import correction_in_resource
from .letters import CIRCULATING, SOURCE, D, P, alpha_K, in_letters
from .teacher_students import EQUIVALENT, GAUSSIAN, MODEL, POWER_LAW, allowance, simulated

a, b, N, T = symbols.decay, symbols.source, symbols.features, symbols.samples
#: The constant of $n\Delta_n\simeq c_\alpha n^{-\alpha_K}$.
CONSTANT = ((pi / (1 + alpha_K)) / sin(pi / (1 + alpha_K))) ** (1 + alpha_K)
EXPONENT = -alpha_K
ALPHAS = (Fraction(1, 2), Fraction(1), Fraction(2))
_RESOURCES = (10**3, 10**6, 10**12, 10**30)


def symbolic(_: Context, *, exponent: Expr = EXPONENT, constant: Expr = CONSTANT) -> Evidence:
    """Compare the derived losses with the power law in each resource, the other infinite."""
    found = laws.derive("teacher-student")
    identities = []
    for name, resource in (("samples", D), ("features", P)):
        # with the eigenvalues of C in place of those of the kernel there is a factor 1/S
        loss = in_letters(found.explicit(f"risk_in_{name}").rhs) / 2
        power = found.results[f"exponent_in_{name}"].rhs.subs(a, 1 + alpha_K)
        identities += [
            Identity(label=f"exponent in {name}", derived=power, claimed=exponent),
            Identity(label=f"$SL$ against {name}", derived=loss, claimed=constant * resource**exponent / 2),
        ]
    return symbolic_equality(identities, summary="Loss against one resource, the other infinite")


def numeric(_: Context, *, exponent: Expr = EXPONENT, constant: Expr = CONSTANT) -> Evidence:
    """Follow the solved model to the power law in each resource, at the rate of the next term."""
    points = []
    correction = correction_in_resource().subs(a, 1 + alpha_K)
    for alpha in ALPHAS:
        for name in ("samples", "features"):
            for value in _RESOURCES:
                sizes: dict[str, Any] = {"samples": math.inf, "features": math.inf, name: value}
                point = solve_ridge(PowerLaw(1 + alpha), digits=2 * DIGITS, **sizes)
                numbers = {alpha_K: alpha, D: value, N: value}
                points.append(
                    ApproachPoint(
                        label=f"alpha={alpha}, in {name}",
                        at=f"{value:.0e}",
                        measured=point.risk,
                        law=evaluate(constant * D**exponent, numbers, digits=2 * DIGITS),
                        next_term=evaluate(correction, numbers, digits=2 * DIGITS),
                    )
                )
    return approach_to_law(points, summary="Loss against one resource")


_CELLS = ((0.5, 50), (1.0, 30), (1.0, 120), (2.0, 60))


def simulation(context: Context, *, strength: float = 1.0) -> Evidence:
    """Compare mean losses with one resource infinite with the finite-size prediction."""
    points = []
    for place, (alpha, amount) in enumerate(_CELLS):
        for part, varied in enumerate(("samples", "features")):
            sizes: dict[str, Any] = {"samples": math.inf, "features": math.inf, varied: amount}
            found = simulated(
                context, 2 * place + part, alpha=alpha, size=600, replicates=25, thorough=250, **sizes
            )
            points.append(
                SimulatedPoint(
                    label=f"alpha={alpha:g}, {varied} {min(found.samples, found.features)}",
                    estimate=found.estimate("loss"),
                    prediction=strength * found.prediction("loss"),
                    allowance=allowance(alpha, min(found.samples, found.features)),
                )
            )
    return simulation_agrees(context, points, summary="Mean loss with one resource infinite")


@cache
def _rates(kernel: bool) -> Rates:
    model = RandomFeatureRidge(spectrum=SymbolicPowerLaw(source=b), noise=0)
    if kernel:
        return model.rates(features=math.inf, ridge=0)
    return model.rates(features=N, samples=math.inf, ridge=0)


def teacher_symbolic(
    _: Context, *, places: tuple[Mapping[str, str], ...], exponent: Expr = 1 - a
) -> Evidence:
    """Compare the derived exponents for a teacher of another source with the claimed one."""
    identities = []
    for place in places:
        point = {a: Rational(place["decay"]), b: Rational(place["source"])}
        for kernel, name in ((True, "samples"), (False, "features")):
            rate = _rates(kernel).bias.at(point)
            identities.append(
                Identity(
                    label=f"exponent in {name} at $a={place['decay']}$, $b={place['source']}$",
                    derived=rate.exponent(),
                    claimed=exponent.subs(point),
                )
            )
    return symbolic_equality(identities, summary="Signal powers $i^{-b}$ on eigenvalues $i^{-a}$")


def teacher_numeric(_: Context, *, places: tuple[Mapping[str, str], ...], exponent: Expr = 1 - a) -> Evidence:
    """Compare local exponents of the solved model far out with the claimed one."""
    found = []
    for place in places:
        for name in ("samples", "features"):
            risks = []
            for amount in (10**15, 10**16):
                sizes: dict[str, Any] = {"samples": math.inf, "features": math.inf, name: amount}
                risks.append(solve_ridge(PowerLaw(place["decay"]), source=place["source"], **sizes).risk)
            found.append(
                Pair(
                    label=f"a={place['decay']}, b={place['source']}: exponent in {name} at 1e15",
                    measured=mpmath.log10(risks[1] / risks[0]),
                    claimed=exponent.subs(a, Rational(place["decay"])),
                )
            )
    return numbers_agree(found, summary="Local exponent of the loss", tolerance=1e-3, refuted=0.05)


_ISOTROPIC = ({"decay": "2", "source": "2"}, {"decay": "3/2", "source": "3/2"})
_EASIER = ({"decay": "2", "source": "5/2"}, {"decay": "2", "source": "4"})
_HARDER = ({"decay": "2", "source": "3/2"},)


def _teacher_case(regime: str, *places: Mapping[str, str]) -> Case:
    return Case(
        regime=regime,
        legs=(
            Leg(kind=LegKind.SYMBOLIC, run=partial(teacher_symbolic, places=places)),
            Leg(kind=LegKind.NUMERIC, run=partial(teacher_numeric, places=places)),
        ),
    )


CLAIMS = (
    Claim(
        id="bahri2021.matching_exponents",
        title="The exponent of the kernel is that of samples and of features",
        statement=(
            r"$\lambda_i\simeq i^{-(1+\alpha_K)}$ gives $L(D)\propto D^{-\alpha_K}$ and "
            r"$L(P)\propto P^{-\alpha_K}$: $\alpha_D=\alpha_P=\alpha_K$."
        ),
        source=f"{SOURCE}, eq. (3)",
        assumptions=(MODEL, GAUSSIAN, POWER_LAW, EQUIVALENT, r"$S\gg D,P$"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                    Leg(kind=LegKind.NUMERIC, run=numeric),
                    Leg(kind=LegKind.SIMULATION, run=simulation),
                )
            ),
        ),
        note=(
            r"The constant is the same too: $L\simeq\frac{c_\alpha}{2S}n^{-\alpha_K}$, "
            r"$c_\alpha=\left[\frac{\pi/(1+\alpha_K)}{\sin(\pi/(1+\alpha_K))}\right]^{1+\alpha_K}$, with a "
            r"relative next term $-\frac{1+\alpha_K}{2n}$."
        ),
    ),
    Claim(
        id="bahri2021.circulating_any_teacher",
        title="The exponent of the loss is that of the kernel, whatever the teacher",
        statement=(
            r"$\alpha_D=\alpha_P=\alpha_K$ follows from the decay of the kernel alone; the prior of the "
            r"teacher plays no part."
        ),
        source=f"{CIRCULATING}: the isotropic prior is stated, but not that the exponents depend on it",
        assumptions=(
            r"signal powers $\lambda_i\mathbb E\omega_i^2\propto i^{-b}$ on eigenvalues $i^{-a}$, "
            r"$a=1+\alpha_K$",
            EQUIVALENT,
        ),
        cases=(
            _teacher_case("isotropic teacher, $b=a$", *_ISOTROPIC),
            _teacher_case("easier teacher, $b>a$", *_EASIER),
            _teacher_case("harder teacher, $1<b<a$", *_HARDER),
        ),
        note=(
            r"$\alpha_D=\min(b-1,2a)$ and $\alpha_P=\min(b-1,a)$: they equal $\alpha_K=a-1$ for $b=a$, and "
            r"differ from each other for $b>a+1$."
        ),
    ),
)
