r"""Theorem 1: what fluctuations of the outputs cost in a smooth loss."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import numpy as np
from sympy import Expr, Integer, Rational, Symbol, latex, log

from ....theory import Expansion
from ....theory.variance_limited import (
    Estimator,
    concentrating,
    gap_bound,
    gap_over_mean,
    logistic_loss,
    squared_loss,
)
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...measure.exponent import measure_gaps
from ...measure.exponent_fit import ExponentFit
from ...simulate.arguments import FloatArray
from ...simulate.replicates import child_seed
from ...statistics import Estimate
from ..legs import (
    ApproachPoint,
    Identity,
    SimulatedPoint,
    approach_to_law,
    evaluate,
    simulation_agrees,
    symbolic_equality,
)
from .coins import D, callable_of, f, mean_of, tossed
from .letters import SOURCE

EXPONENT = Integer(-1)
HALF = Rational(1, 2)
SMOOTH = "loss smooth at the limit; outputs of random data or weights with all moments finite"

SHARE = Fraction(1, 3)
_TOSSES = (64, 256, 1024)
POLYNOMIALS = (f**2 / 2 - f, (f - 1) ** 4 + f**3)
CURVED = (logistic_loss(f, Rational(1, 4)), log(1 + f**2))
_v = Symbol("v", positive=True)


def polynomial_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Sum the finitely many moments of a polynomial, each of the order that concentration gives."""
    concentrated = Estimator(outputs=(f,), order=concentrating)
    identities = []
    for degree in range(2, 7):
        coefficients = [Symbol(f"c_{k}") for k in range(degree + 1)]
        loss = sum(c * f**k for k, c in enumerate(coefficients))
        gap = gap_over_mean(loss, concentrated)
        (largest,) = gap.error
        identities.append(
            Identity(
                label=f"degree {degree}: exponent of the bound", derived=largest.exponent, claimed=exponent
            )
        )
    return symbolic_equality(identities, summary="Polynomials of outputs whose moments are all of one order")


def curved_symbolic(_: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Bound the gap by half the largest second derivative times the variance."""
    identities = []
    for loss in (squared_loss(f, 1), *CURVED):
        bound = Expansion.of(gap_bound(loss, f, _v / D), D)
        identities.append(
            Identity(
                label=f"bound on the gap of ${latex(loss)}$",
                derived=bound.exponent(),
                claimed=exponent,
            )
        )
    return symbolic_equality(identities, summary="Losses of bounded second derivative")


def _gap_numeric(losses: tuple[Expr, ...], coefficient: Expr) -> Evidence:
    """Compare exact gaps of tossed coins with a coefficient times the second derivative and the variance."""
    coins, share = tossed(SHARE), Rational(1, 3)
    points = []
    for loss in losses:
        function = callable_of(loss)
        expansion = gap_over_mean(loss, coins, order=2, at={f: share})
        law = coefficient * (loss.diff(f, 2) * share * (1 - share)).subs(f, share) / D
        second = expansion.coefficient(Integer(-2)) / expansion.coefficient(Integer(-1)) / D
        for tosses in _TOSSES:
            with mpmath.workdps(120):
                gap = mean_of(function, SHARE, tosses) - function(mpmath.mpf(1) / 3)
            points.append(
                ApproachPoint(
                    label=str(loss),
                    at=str(tosses),
                    measured=gap,
                    law=evaluate(law, {D: tosses}),
                    next_term=evaluate(second, {D: tosses}) if second != 0 else mpmath.mpf(10) ** -50,
                )
            )
    return approach_to_law(points, summary=r"Gap of $D$ tossed coins over $\frac{1}{2D}\ell''v$")


def polynomial_numeric(_: Context, *, coefficient: Expr = HALF) -> Evidence:
    """Compare exact gaps of polynomials with their law."""
    return _gap_numeric(POLYNOMIALS[1:], coefficient)


def curved_numeric(_: Context, *, coefficient: Expr = HALF) -> Evidence:
    """Compare exact gaps of losses with a bounded second derivative with their law."""
    return _gap_numeric(CURVED, coefficient)


def tossed_mean(generator: np.random.Generator, samples: int) -> float:
    """Return the share of heads of a coin that shows them with probability 1/3."""
    return generator.binomial(samples, 1 / 3) / samples


def median(generator: np.random.Generator, samples: int) -> float:
    """Return the median of normal draws about 1."""
    return float(np.median(generator.standard_normal(samples))) + 1


def quartic(outputs: FloatArray) -> FloatArray:
    """Return a polynomial loss."""
    return np.asarray((outputs - 1) ** 4 + outputs**3)


def cross_entropy(outputs: FloatArray) -> FloatArray:
    """Return the logistic loss of labels of probability 1/4."""
    return np.asarray(np.logaddexp(0.0, outputs) - outputs / 4)


def exponent_point(
    label: str, fit: ExponentFit, draws: int, exponent: Expr, allowance: float
) -> SimulatedPoint:
    """Return a measured exponent beside a claimed one."""
    return SimulatedPoint(
        label=label,
        estimate=Estimate(value=-fit.value, standard_error=fit.standard_error, count=draws),
        prediction=float(exponent),
        allowance=allowance,
    )


SIZES = (32, 64, 128, 256, 512)


def _gap_simulation(
    context: Context, loss: Callable[[FloatArray], FloatArray], exponent: Expr, name: str
) -> Evidence:
    draws = context.replicates(2000, thorough=10000)
    points = []
    for place, (what, estimator) in enumerate((("share of heads", tossed_mean), ("median", median))):
        found = measure_gaps(
            loss,
            estimator,
            sizes=[context.size(size) for size in SIZES],
            replicates=draws,
            seed=child_seed(context.seed, place),
            executor=context.executor,
            progress=context.progress,
        )
        # The next term, of relative order 1/D, is a few percent at the smallest size.
        points.append(exponent_point(f"{name}, {what}", found.over_mean(), draws, exponent, 0.03))
    return simulation_agrees(context, points, summary="Measured exponents of the gap")


def polynomial_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Measure the exponent in a polynomial loss, for a mean and for a median."""
    return _gap_simulation(context, quartic, exponent, "polynomial")


def curved_simulation(context: Context, *, exponent: Expr = EXPONENT) -> Evidence:
    """Measure the exponent in the logistic loss, for a mean and for a median."""
    return _gap_simulation(context, cross_entropy, exponent, "logistic")


THEOREM = Claim(
    id="bahri2021.theorem_1",
    title="Fluctuations of order epsilon cost as much",
    statement=(
        r"If $\mathbb E(f_T-\mathbb Ef_T)^k=O(\epsilon)$ for all $k\ge2$, then "
        r"$\mathbb E\,\ell(f_T)-\ell(\mathbb Ef_T)=O(\epsilon)$; with $\epsilon=D^{-1}$ the exponent is 1."
    ),
    source=f"{SOURCE}, Theorem 1 (a), (b)",
    assumptions=(SMOOTH,),
    cases=(
        Case(
            regime="loss a polynomial",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=polynomial_symbolic),
                Leg(kind=LegKind.NUMERIC, run=polynomial_numeric),
                Leg(kind=LegKind.SIMULATION, run=polynomial_simulation),
            ),
        ),
        Case(
            regime="bounded second derivative",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=curved_symbolic),
                Leg(kind=LegKind.NUMERIC, run=curved_numeric),
                Leg(kind=LegKind.SIMULATION, run=curved_simulation),
            ),
        ),
    ),
    note=(
        r"For means and smooth functions of them the gap is $\frac1{2D}\operatorname{tr}\ell''\Sigma$, of "
        r"exponent 1 exactly unless this vanishes. Second derivatives need not be bounded, as polynomials "
        r"show; with neither condition it may fail: $\sqrt\epsilon e^z$, $z$ normal, has all moments of "
        r"order $\epsilon$, and $\mathbb Ee^{f}=\infty$."
    ),
)


CLAIMS = (THEOREM,)
