r"""Double descent without ridge: the minimum below $N=T$, the plateau beyond."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from functools import cache

import mpmath
from sympy import Expr, log, simplify

from ....numerics import PowerLaw, solve_ridge
from ....theory import laws, symbols
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    DIGITS,
    ApproachPoint,
    Identity,
    OrderedPair,
    approach_to_law,
    evaluate,
    simulation_agrees,
    simulation_ordered,
    symbolic_equality,
    together_evidence,
)
from .corrections import correction_in_resource
from .letters import (
    ALPHAS,
    EQUIVALENT,
    MODEL,
    NOISELESS,
    POWER_LAW,
    RIDGELESS,
    N,
    T,
    alpha,
    size_text,
)
from .predictions import Cell, simulated_points

a = symbols.decay

#: Where the loss is smallest below N = T, and how far above the plateau it is there.
MINIMUM = alpha * T / (1 + alpha)
RATIO = (1 + alpha) ** (1 + alpha) * alpha**-alpha


def minimum_symbolic(_: Context, *, minimum: Expr = MINIMUM, ratio: Expr = RATIO) -> Evidence:
    """Compare the place of the minimum and its height over the plateau."""
    results = laws.derive("double-descent").results
    return symbolic_equality(
        [
            Identity(
                label="place of the minimum",
                derived=results["minimum"].rhs.subs(a, 1 + alpha),
                claimed=minimum,
            ),
            Identity(
                label="minimum over plateau", derived=results["ratio"].rhs.subs(a, 1 + alpha), claimed=ratio
            ),
        ],
        summary="Local minimum of the loss without ridge",
    )


def _slope(exponent: Fraction, samples: int, features: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    r"""Return $d\log L/dN$ for $N<T$, exactly, and the loss.

    From $L\propto N\kappa/(1-N/T)$ and $z(\kappa)=N$, whose derivative is $\kappa'=-\kappa/(z-q)$.
    """
    point = solve_ridge(PowerLaw(1 + exponent), features=features, samples=samples, digits=DIGITS)
    return 1 / features - 1 / (features - point.df2) + 1 / (samples - features), point.risk


def _minimum(exponent: Fraction, samples: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Return the features at which the solved model has its minimum below N = T, and the loss there.

    The slope goes from minus to plus infinity over the bracket, which the Illinois method keeps.
    """
    with mpmath.workdps(DIGITS):
        low, high = mpmath.mpf(samples) / 50, mpmath.mpf(samples) * 49 / 50
        at_low, at_high = _slope(exponent, samples, low)[0], _slope(exponent, samples, high)[0]
        if not at_low < 0 < at_high:
            raise ArithmeticError(f"no minimum between {low} and {high} at alpha={exponent}, T={samples}")
        side = 0
        for _step in range(60):
            middle = high - at_high * (high - low) / (at_high - at_low)
            slope, risk = _slope(exponent, samples, middle)
            if abs(slope * middle) < mpmath.mpf(10) ** -_DIGITS_OF_THE_SLOPE:
                return middle, risk
            if slope > 0:
                high, at_high = middle, slope
                at_low /= 2 if side == 1 else 1
                side = 1
            else:
                low, at_low = middle, slope
                at_high /= 2 if side == -1 else 1
                side = -1
        raise ArithmeticError(f"the minimum at alpha={exponent}, T={samples} was not found in 60 steps")


_DIGITS_OF_THE_SLOPE = 40
_SAMPLES = (10**3, 10**6, 10**12)


@cache
def _next_terms() -> tuple[Expr, Expr]:
    r"""Return the relative corrections, to first order, to the place of the minimum and to its height.

    With $\kappa(N)$ times $1+r(N)$: the place moves by minus the derivative of $r$ over the curvature of the
    logarithm of the leading loss; the height, stationary in the place, changes by $r$ alone.
    """
    relative = correction_in_resource()
    place = laws.derive("double-descent").results["minimum"].rhs
    logarithm = (1 - a) * log(N) - log(1 - N / T)
    shift = -(relative.diff(N) / logarithm.diff(N, 2)).subs(N, place) / place
    height = relative.subs(N, place) - relative.subs(N, T)
    return simplify(shift.subs(a, 1 + alpha)), simplify(height.subs(a, 1 + alpha))


def minimum_numeric(_: Context, *, minimum: Expr = MINIMUM, ratio: Expr = RATIO) -> Evidence:
    """Follow the minimum of the solved model to the claimed place and height as T grows."""
    shift, height = _next_terms()
    places, heights = [], []
    for exponent in ALPHAS:
        for samples in _SAMPLES:
            values = {alpha: exponent, T: samples}
            features, risk = _minimum(exponent, samples)
            plateau = solve_ridge(
                PowerLaw(1 + exponent), features=math.inf, samples=samples, digits=DIGITS
            ).risk
            with mpmath.workdps(DIGITS):
                quotient = risk / plateau
            places.append(
                ApproachPoint(
                    label=f"alpha={exponent}, place",
                    at=f"T={size_text(samples)}",
                    measured=features,
                    law=evaluate(minimum, values),
                    next_term=evaluate(shift, values),
                )
            )
            heights.append(
                ApproachPoint(
                    label=f"alpha={exponent}, height over plateau",
                    at=f"T={size_text(samples)}",
                    measured=quotient,
                    law=evaluate(ratio, values),
                    next_term=evaluate(height, values),
                )
            )
    return together_evidence(
        approach_to_law(places, summary="Place of the minimum"),
        approach_to_law(heights, summary="Height of the minimum over the plateau"),
    )


_CELLS = (
    # Down to the minimum, up towards the peak, and beyond, at T = 100.
    Cell(alpha=1.0, features=25, samples=100),
    Cell(alpha=1.0, features=50, samples=100),
    Cell(alpha=1.0, features=75, samples=100),
    Cell(alpha=1.0, features=80, samples=100),
    Cell(alpha=1.0, features=125, samples=100),
    Cell(alpha=1.0, features=200, samples=100),
    Cell(alpha=1.0, features=800, samples=100),
)
#: Places in `_CELLS`, the one with the larger loss first.
_FALLS_AND_RISES = ((0, 1), (2, 1), (3, 2), (4, 5), (5, 6), (1, 6))


def minimum_simulation(context: Context) -> Evidence:
    """Compare the simulated curve with its finite-size prediction, and test its falls and rises."""
    points = simulated_points(context, _CELLS, replicates=24, thorough=400)
    pairs = [
        OrderedPair(
            label=f"{points[one].label} above {points[other].label}",
            larger=points[one].estimate,
            smaller=points[other].estimate,
        )
        for one, other in _FALLS_AND_RISES
    ]
    # Two families of comparisons share the level of the leg.
    half = replace(context, significance=context.significance / 2)
    return together_evidence(
        simulation_agrees(half, points, summary="Loss without ridge through N = T"),
        simulation_ordered(half, pairs, summary="Descent, ascent, second descent to the lowest"),
    )


CLAIM = Claim(
    id="maloney2022.double_descent",
    title="Minimum, peak and second descent without ridge",
    statement=(
        r"Without ridge and at fixed $T$ the loss falls to a minimum at $N=\frac{\alpha T}{1+\alpha}$, peaks "
        r"at $N=T$, and falls again to the plateau, which lies lower than the minimum, by the factor "
        r"$(1+\alpha)^{1+\alpha}\alpha^{-\alpha}>1$."
    ),
    source=(
        "minimum and slow improvement beyond: Maloney, Roberts, Sully, arXiv:2210.16859; place and height "
        "derived for this project"
    ),
    assumptions=(MODEL, EQUIVALENT, POWER_LAW, NOISELESS, RIDGELESS),
    cases=(
        Case(
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=minimum_symbolic),
                Leg(kind=LegKind.NUMERIC, run=minimum_numeric),
                Leg(kind=LegKind.SIMULATION, run=minimum_simulation),
            )
        ),
    ),
    note="Without ridge infinitely many features are best, although the way there passes the peak.",
)
