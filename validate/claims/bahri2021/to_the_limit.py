r"""The distance to the loss of infinite data, of which concentration says nothing."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
from sympy import Expr, Integer, Symbol, exp, factorial, log, pi, sqrt

from ....theory.variance_limited import Estimator, excess_over_limit, half_normal, squared_loss
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...measure.exponent import measure_gaps
from ...simulate.arguments import FloatArray
from ..legs import Identity, Pair, evaluate, numbers_agree, simulation_agrees, symbolic_equality
from .coins import D, callable_of, f, mean_of
from .letters import SOURCE
from .theorem_1 import EXPONENT, HALF, SHARE, SIZES, SMOOTH, exponent_point, median

_b, _v = Symbol("b", real=True), Symbol("v", positive=True)
#: Any smooth loss about 0, as far as the order 1/D can see.
SMOOTH_LOSS = sum((Symbol(f"ell_{k}") * f**k / factorial(k) for k in range(5)), Integer(0))


def smooth_symbolic(_: Context, *, exponent: Expr = EXPONENT, half: Expr = HALF) -> Evidence:
    """Expand the excess over the limit for a shift and a variance of order 1/D, in any smooth loss."""
    estimator = Estimator(outputs=(f,), cumulants={(1,): _b / D, (2,): _v / D}, exact=False)
    found = excess_over_limit(SMOOTH_LOSS, estimator, at={f: Integer(0)})
    slope, curvature = (SMOOTH_LOSS.diff(f, k).subs(f, 0) for k in (1, 2))
    return symbolic_equality(
        [
            Identity(label="exponent", derived=found.exponent(), claimed=exponent),
            Identity(
                label="coefficient",
                derived=found.coefficient(Integer(-1)),
                claimed=slope * _b + curvature * _v * half,
            ),
        ],
        summary="Excess over the limit, shift and variance of order 1/D",
    )


def smooth_numeric(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Compare local exponents of the squared share of heads, a shifted estimator, with the claimed one."""
    rows = []
    for loss in (log(1 + exp(f)), exp(-f)):
        function = callable_of(loss.subs(f, f**2))
        with mpmath.workdps(120):
            ends = [mean_of(function, SHARE, tosses) - function(mpmath.mpf(1) / 3) for tosses in (1024, 4096)]
            slope = mpmath.log(ends[1] / ends[0]) / mpmath.log(4)
        rows.append(Pair(label=f"{loss}, D=1024 to 4096", measured=slope, claimed=exponent))
    return numbers_agree(rows, summary="Local exponents of the excess", tolerance=2e-3, refuted=0.1)


def _limit_simulation(
    context: Context,
    estimator: Callable[[np.random.Generator, int], float],
    limit: float,
    exponent: Expr,
    what: str,
) -> Evidence:
    draws = context.replicates(2000, thorough=10000)
    found = measure_gaps(
        half_square,
        estimator,
        sizes=[context.size(size) for size in SIZES],
        replicates=draws,
        seed=context.seed,
        limit=limit,
        executor=context.executor,
        progress=context.progress,
    )
    point = exponent_point(what, found.over_limit(), draws, exponent, 0.05)
    return simulation_agrees(context, [point], summary="Measured exponent of the excess over the limit")


def half_square(outputs: FloatArray) -> FloatArray:
    """Return half the squared distance to -1."""
    return np.asarray((outputs + 1) ** 2 / 2)


def shifted_median(generator: np.random.Generator, samples: int) -> float:
    """Return the median of normal draws about -1, shifted by twice the square of another mean."""
    deviation = generator.binomial(samples, 0.5) / samples - 0.5
    return median(generator, samples) - 2 + 2 * float(deviation**2)


def modulus(generator: np.random.Generator, samples: int) -> float:
    """Return the modulus of the mean of normal draws."""
    return abs(float(generator.standard_normal(samples).mean()))


def smooth_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Measure the exponent of a shifted estimator in a quadratic loss at its minimum."""
    return _limit_simulation(context, shifted_median, 0.0, exponent, "median, shifted by a squared mean")


def modulus_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Expand the excess of the modulus of a normal mean."""
    found = excess_over_limit(squared_loss(f, Integer(-1)), half_normal(f), at={f: Integer(0)})
    return symbolic_equality(
        [Identity(label=r"exponent of $|\bar x|$", derived=found.exponent(), claimed=exponent)],
        summary="Excess over the limit, concentration alone",
    )


def modulus_numeric(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Compare local exponents of the exact excess with the claimed one."""
    # Of half of (|z|/sqrt(D) + 1)^2 with E|z| = sqrt(2/pi), E z^2 = 1.
    exact = 1 / (2 * D) + sqrt(2 / (pi * D))
    rows = []
    for power in (4, 8):
        ends = [evaluate(exact, {D: 10**place}) for place in (power, power + 2)]
        with mpmath.workdps(60):
            slope = mpmath.log(ends[1] / ends[0]) / mpmath.log(100)
        rows.append(Pair(label=f"D=1e{power} to 1e{power + 2}", measured=slope, claimed=exponent))
    return numbers_agree(rows, summary="Local exponents of the excess", tolerance=0.02)


def modulus_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Measure the exponent of the modulus of a mean."""
    return _limit_simulation(context, modulus, 0.5, exponent, "modulus of a mean")


LIMIT = Claim(
    id="bahri2021.concentration_and_exponent",
    title="Concentration gives the exponent 1 in samples",
    statement=(
        r"If the central moments of the outputs are $O(D^{-1})$ and the loss is smooth, then "
        r"$L(D)-L(\infty)=O(D^{-1})$: $\alpha_D=1$."
    ),
    source=f"{SOURCE}, Theorem 1 as it is used for the variance-limited regime",
    assumptions=(SMOOTH, r"$L(\infty)=\ell(f_\infty)$ for the limit $f_\infty$ of the outputs"),
    cases=(
        Case(
            regime=r"$\mathbb Ef_T-f_\infty=O(D^{-1})$ too, as for smooth functions of means",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=smooth_symbolic),
                Leg(kind=LegKind.NUMERIC, run=smooth_numeric),
                Leg(kind=LegKind.SIMULATION, run=smooth_simulation),
            ),
        ),
        Case(
            regime=r"concentration alone: $f_T=|\bar x|$",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=modulus_symbolic),
                Leg(kind=LegKind.NUMERIC, run=modulus_numeric),
                Leg(kind=LegKind.SIMULATION, run=modulus_simulation),
            ),
        ),
    ),
    note=(
        r"Theorem 1 bounds $\mathbb E\,\ell(f_T)-\ell(\mathbb Ef_T)$; $\ell(\mathbb Ef_T)-\ell(f_\infty)$, "
        r"of first order $\ell'\,\mathbb E(f_T-f_\infty)$, is another matter. For $|\bar x|$ and "
        r"$\frac12(f+1)^2$ the former is $\frac{1-2/\pi}{2D}$, the latter $\sqrt{2/(\pi D)}$ to leading "
        "order."
    ),
)

CLAIMS = (LIMIT,)
