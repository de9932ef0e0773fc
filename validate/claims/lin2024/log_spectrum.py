r"""The logarithmic spectrum $i^{-1}\log^{-a}(i+1)$: approximation error and variance."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache, partial

import mpmath
from sympy import Expr, Integer, log, simplify

from ....numerics import LogPowerLaw, Schedule, SketchedSpectrum, sgd_risk, sketch_equivalent, solve_ridge
from ....theory.sgd import logarithmic
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import average_over_sketches
from ...simulate.replicates import child_seed
from ...statistics import Estimate
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import EQUIVALENT, GEOMETRIC, MODEL, SOURCE, M, N_eff, a, in_letters, sigma2
from .predictions import effective

_A = 2
_SPECTRUM = LogPowerLaw(1, _A)
_STEP = Fraction(1, 10)
#: The approximation error in its leading logarithm.
LAW = log(M) ** (1 - a) / (a - 1)
_LOG_SPECTRUM = r"$\lambda_i=i^{-1}\log^{-a}(i+1)$, isotropic prior; figures for $a=2$"


def approximation_symbolic(_: Context, *, law: Expr = LAW) -> Evidence:
    """Compare the derived tail beyond the features with the law."""
    derived = in_letters(logarithmic.approximation()).subs(logarithmic.log_power, a)
    return symbolic_equality(
        [Identity(label=r"$\mathbb E\,\mathrm{Approx}$", derived=derived, claimed=law)],
        summary="Approximation error of the logarithmic spectrum",
    )


def approximation_numeric(_: Context, *, exponent: int = 1 - _A) -> Evidence:
    """Compare the solved approximation error with its law at sizes whose logarithm is large."""
    found = []
    for decades in (64, 128):
        with mpmath.workdps(40):
            law = mpmath.log(mpmath.mpf(10) ** decades) ** exponent / (_A - 1)
        error = solve_ridge(_SPECTRUM, features=10**decades, samples=math.inf, ridge=0, digits=20).bias
        found.append(Pair(label=f"a=2, M=1e{decades}", measured=error, claimed=law))
    # The next term is smaller by log log M / log M only, 4% at the first size.
    return numbers_agree(found, summary="Approximation error over its law", tolerance=0.06, refuted=0.3)


def variance_symbolic(_: Context, *, power: Expr) -> Evidence:
    r"""Compare the derived variance with the formula, at $\gamma N_{\rm eff}=M\log^rM$."""
    time = M * log(M) ** power
    # The smaller of both is the formula: up to constants the logarithm of the time is that of M.
    formula = sigma2 / N_eff * (M if (power - a).subs(a, _A) >= 0 else time / log(M) ** a)
    quotient = simplify(in_letters(logarithmic.learned_variance()) / formula)
    growth = simplify(log(M) * quotient.diff(M) * M / quotient)
    return symbolic_equality(
        [Identity(label=r"power of $\log M$ in Var over the formula", derived=growth, claimed=Integer(0))],
        summary=rf"All features learned, $\gamma N_{{\rm eff}}=M\log^{{{power}}}M$",
    )


def _samples(width: int, power: int) -> int:
    r"""Return samples with $\gamma N_{\rm eff}=M\log^pM$."""
    target = width * math.log(width) ** power / float(_STEP)
    samples = target
    for _ in range(60):
        samples = target * math.log2(samples)
    return round(samples)


def _claimed(width: int, samples: int) -> float:
    """Return the claimed order of the variance."""
    time = float(_STEP) * effective(samples)
    return min(width, time / math.log(time) ** _A) / effective(samples)


@cache
def _features(width: int) -> SketchedSpectrum:
    return sketch_equivalent(_SPECTRUM, width)


def variance_numeric(_: Context, *, power: int, widths: tuple[int, int] = (64, 16384)) -> Evidence:
    """Compare the variance over its claimed order at two sizes: of one order means a quotient of 1."""
    ratios = []
    for width in widths:
        samples = _samples(width, power)
        found = sgd_risk(_features(width), Schedule.geometric(_STEP, samples), noise=1).variance
        ratios.append(found / _claimed(width, samples))
    pair = Pair(
        label=f"Var over its order, M={widths[1]} against M={widths[0]}",
        measured=ratios[1] / ratios[0],
        claimed=1,
    )
    # Logarithms double here; constants of lower powers of them are allowed for.
    return numbers_agree(
        [pair], summary=rf"$\gamma N_{{\rm eff}}=M\log^{power}M$", tolerance=0.2, refuted=0.5
    )


def variance_simulation(context: Context, *, power: int, widths: tuple[int, int]) -> Evidence:
    """Compare the same over sampled sketches."""
    ratios = []
    for place, width in enumerate(widths):
        samples = _samples(width, power)
        found = average_over_sketches(
            _SPECTRUM,
            Schedule.geometric(_STEP, samples),
            features=width,
            noise=1,
            latent=4000,
            sketches=context.replicates(8, thorough=30),
            seed=child_seed(context.seed, place),
            executor=context.executor,
            progress=context.progress,
        ).variance
        ratios.append((found, _claimed(width, samples)))
    (small, small_order), (large, large_order) = ratios
    value = large.value / large_order / (small.value / small_order)
    error = math.hypot(large.standard_error / large.value, small.standard_error / small.value) * value
    point = SimulatedPoint(
        label=f"Var over its order, M={widths[1]} against M={widths[0]}, N_eff gamma = M log^{power} M",
        estimate=Estimate(value=value, standard_error=error, count=small.count),
        prediction=1.0,
        allowance=0.2,
    )
    return simulation_agrees(context, [point], summary="Variance over its order, sketches", resolution=0.6)


def _variance_case(regime: str, power: int, symbol: Expr, sampled: tuple[int, int]) -> Case:
    return Case(
        regime=regime,
        legs=(
            Leg(kind=LegKind.SYMBOLIC, run=partial(variance_symbolic, power=symbol)),
            Leg(kind=LegKind.NUMERIC, run=partial(variance_numeric, power=power)),
            Leg(kind=LegKind.SIMULATION, run=partial(variance_simulation, power=power, widths=sampled)),
        ),
    )


CLAIMS = (
    Claim(
        id="lin2024.logarithmic_approximation",
        title="Approximation error of the logarithmic spectrum",
        statement=r"$\mathbb E\,\mathrm{Approx}\asymp\log^{1-a}M$.",
        source=f"{SOURCE}, Theorem 4.3",
        assumptions=(MODEL, _LOG_SPECTRUM, EQUIVALENT),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=approximation_symbolic),
                    Leg(kind=LegKind.NUMERIC, run=approximation_numeric),
                )
            ),
        ),
        note=(
            r"It is $\sim(\ln M)^{1-a}/(a-1)$, reached as slowly as $\ln\ln M/\ln M$ vanishes. The risk is "
            r"$\asymp\log^{1-a}$ of the smaller resource, so every split $M=C^\theta$, $0<\theta<1$, has "
            r"the order "
            r"$\log^{1-a}C$."
        ),
    ),
    Claim(
        id="lin2024.logarithmic_variance",
        title="Variance of the logarithmic spectrum",
        statement=(r"$\mathrm{Var}\asymp\min\{M,N_{\rm eff}\gamma/\log^a(N_{\rm eff}\gamma)\}/N_{\rm eff}$."),
        source=f"{SOURCE}, Theorem 4.3 and Lemma E.2",
        assumptions=(MODEL, _LOG_SPECTRUM, GEOMETRIC, EQUIVALENT),
        cases=(
            _variance_case(r"$N_{\rm eff}\gamma\asymp M\log^{a-1}M$", _A - 1, a - 1, (24, 384)),
            _variance_case(r"$N_{\rm eff}\gamma\gg M\log^aM$", _A + 1, a + 1, (64, 384)),
        ),
        note=(
            r"A sketch has $\asymp M$ flat eigenvalues $\asymp M^{-1}\log^{1-a}M$, all learned from "
            r"$N_{\rm eff}\gamma\asymp M\log^{a-1}M$ on: there the variance is $\asymp M/N_{\rm eff}$, by "
            r"up to a factor "
            r"$\log M$ more than the formula has, until $N_{\rm eff}\gamma\asymp M\log^aM$. The risk "
            r"formula survives: "
            r"in that window $\mathrm{Var}\lesssim\gamma\,\mathrm{Approx}$."
        ),
    ),
)
