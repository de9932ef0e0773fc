r"""The approximation error: the power of $M$, where it ends, and its constant."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, log, pi, simplify, sin, zeta

from ....numerics import PowerLaw, sample_sketch
from ....theory import symbols
from ....theory.rate import Rate
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.replicates import child_seed, run_replicates
from ...statistics import mean_estimate
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import C_A, EQUIVALENT, MODEL, POWER_LAW, SOURCE, M, a, b, leading, piece, rates
from .predictions import approximation, at

#: The order claimed.
EXPONENT = 1 - b
#: The error with its constant, where the power law holds, where it ends, and beyond.
BELOW = (pi / a) / sin(pi * (b - 1) / a) * C_A ** (b - 1) * M ** (1 - b)
AT_END = C_A**a * M**-a * log(M)
BEYOND = zeta(b - a) * C_A**a * M**-a

Pairs = tuple[tuple[Fraction, Fraction], ...]
_HALF = Fraction(1, 2)
#: Exponents a, b on each side of b = a + 1.
BELOW_PAIRS: Pairs = ((3 * _HALF, 3 * _HALF), (Fraction(2), 3 * _HALF), (Fraction(2), 5 * _HALF))
END_PAIRS: Pairs = ((Fraction(2), Fraction(3)), (3 * _HALF, 5 * _HALF))
BEYOND_PAIRS: Pairs = ((Fraction(2), 7 * _HALF), (Fraction(2), Fraction(4)), (3 * _HALF, Fraction(3)))


@functools.cache
def _derived(source: Expr) -> Rate:
    """Return the derived rate in the region of a = 2 and this b."""
    rate: Rate = piece(rates(symbols.effective_samples).approximation, {a: 2, b: source})
    return rate


_REPRESENTATIVES = {"below": Rational(5, 2), "end": Rational(3), "beyond": Rational(4)}


def order_symbolic(_: Context, *, side: str, exponent: Expr = EXPONENT) -> Evidence:
    """Compare the derived power of M, and of its logarithm, with the claimed one."""
    rate = _derived(_REPRESENTATIVES[side])
    claimed = exponent.subs(b, a + 1) if side == "end" else exponent
    return symbolic_equality(
        [
            Identity(label="exponent of $M$", derived=rate.exponent(), claimed=claimed),
            Identity(label=r"exponent of $\log M$", derived=rate.log_power, claimed=Rational(0)),
        ],
        summary="Order of the approximation error",
        witness={a: 2, b: _REPRESENTATIVES[side]},
    )


#: Features between which the order is measured; what decides must not be a correction.
_SIZES = (10**20, 10**40)


def order_numeric(_: Context, *, pairs: Pairs, exponent: Expr = EXPONENT) -> Evidence:
    """Compare the error over the claimed power at two sizes: of one order means a bounded quotient."""
    found = []
    for decay, source in pairs:
        power = at(exponent, decay=decay, source=source)
        with mpmath.workdps(60):
            low, high = (approximation(decay, source, size) / mpmath.mpf(size) ** power for size in _SIZES)
            found.append(
                Pair(label=f"a={decay}, b={source}, M=1e40 over M=1e20", measured=high / low, claimed=1)
            )
    # Corrections are of relative order M^-(a+1-b), 1e-8 at most in these pairs.
    return numbers_agree(found, summary="Error over the claimed power of M", tolerance=1e-6, refuted=0.5)


_NARROW, _WIDE = 16, 128
#: The slope between these sizes differs from the one at infinity by corrections of this relative order.
_CURVATURE = 0.06


def _log_error(
    seed: np.random.SeedSequence, *, decay: float, source: float, width: int
) -> NDArray[np.float64]:
    sketch = sample_sketch(PowerLaw(decay), width, source=source, seed=np.random.default_rng(seed))
    return np.array([math.log(sketch.approximation)])


def order_simulation(context: Context, *, pairs: Pairs, exponent: Expr = EXPONENT) -> Evidence:
    """Compare the slope over sampled sketches with the claimed exponent."""
    points = []
    narrow, wide = context.size(_NARROW), context.size(_WIDE)
    for place, (decay, source) in enumerate(pairs):
        logarithms = []
        for part, width in enumerate((narrow, wide)):
            task = functools.partial(_log_error, decay=float(decay), source=float(source), width=width)
            logarithms.append(
                run_replicates(
                    task,
                    replicates=context.replicates(24, thorough=200),
                    seed=child_seed(context.seed, 2 * place + part),
                    seconds=0.1,
                    executor=context.executor,
                    progress=context.progress,
                )[:, 0]
            )
        slopes = (logarithms[1] - logarithms[0]) / math.log(wide / narrow)
        points.append(
            SimulatedPoint(
                label=f"a={decay}, b={source}, M={narrow} to {wide}",
                estimate=mean_estimate(slopes),
                prediction=float(at(exponent, decay=decay, source=source)),
                allowance=_CURVATURE,
            )
        )
    return simulation_agrees(context, points, summary="Slope of the error over sketches")


def constant_symbolic(_: Context, *, side: str, claimed: Expr) -> Evidence:
    """Compare the derived leading term with the one stated."""
    derived = leading(_derived(_REPRESENTATIVES[side]), M)
    return symbolic_equality(
        [Identity(label=r"$\mathbb E\,\mathrm{Approx}$", derived=simplify(derived), claimed=claimed)],
        summary="Approximation error with its constant",
        witness={a: 2, b: _REPRESENTATIVES[side]},
    )


def constant_numeric(_: Context, *, pairs: Pairs, claimed: Expr, size: int = 10**40) -> Evidence:
    """Compare the solved error with the stated one at a size where corrections are small."""
    found = [
        Pair(
            label=f"a={decay}, b={source}, M={size:.0e}",
            measured=approximation(decay, source, size),
            claimed=at(claimed, decay=decay, source=source, width=size),
        )
        for decay, source in pairs
    ]
    # With the logarithm the next term is smaller by that only: within 1/ln(1e40) = 1.1%.
    tolerance = 0.02 if claimed.has(log) else 1e-6
    return numbers_agree(found, summary="Error over its law", tolerance=tolerance, refuted=5 * tolerance)


def constant_simulation(context: Context, *, pairs: Pairs, claimed: Expr) -> Evidence:
    """Compare means over sketches with the law at modest sizes."""
    width = context.size(128)
    points = []
    for place, (decay, source) in enumerate(pairs):
        task = functools.partial(_log_error, decay=float(decay), source=float(source), width=width)
        draws = run_replicates(
            task,
            replicates=context.replicates(16, thorough=200),
            seed=child_seed(context.seed, place),
            seconds=0.3,
            executor=context.executor,
            progress=context.progress,
        )[:, 0]
        # The next term is M^-(a+1-b) below the end of the power law, and of order 1/log M at it.
        gap = abs(float(decay + 1 - source))
        allowance = 1 / math.log(width) if gap == 0 else 2 * width ** -min(1.0, gap)
        points.append(
            SimulatedPoint(
                label=f"a={decay}, b={source}, M={width}",
                estimate=mean_estimate(np.exp(draws)),
                prediction=float(at(claimed, decay=decay, source=source, width=width)),
                allowance=allowance,
            )
        )
    return simulation_agrees(context, points, summary="Mean error over sketches", resolution=0.5)


def _leg(kind: LegKind, function: Callable[..., Evidence], **options: Any) -> Leg:
    return Leg(kind=kind, run=functools.partial(function, **options))


def _order_case(regime: str, side: str, pairs: Pairs) -> Case:
    return Case(
        regime=regime,
        legs=(
            _leg(LegKind.SYMBOLIC, order_symbolic, side=side),
            _leg(LegKind.NUMERIC, order_numeric, pairs=pairs),
            _leg(LegKind.SIMULATION, order_simulation, pairs=pairs),
        ),
    )


def _constant_case(regime: str, side: str, pairs: Pairs, claimed: Expr) -> Case:
    return Case(
        regime=regime,
        legs=(
            _leg(LegKind.SYMBOLIC, constant_symbolic, side=side, claimed=claimed),
            _leg(LegKind.NUMERIC, constant_numeric, pairs=pairs, claimed=claimed),
            _leg(LegKind.SIMULATION, constant_simulation, pairs=pairs, claimed=claimed),
        ),
    )


_REGIMES = (
    ("$1<b<a+1$", "below", BELOW_PAIRS, BELOW),
    ("$b=a+1$", "end", END_PAIRS, AT_END),
    ("$b>a+1$", "beyond", BEYOND_PAIRS, BEYOND),
)

CLAIMS = (
    Claim(
        id="lin2024.approximation_error",
        title="Order of the approximation error",
        statement=r"$\mathbb E\,\mathrm{Approx}\asymp M^{1-b}$ (for the isotropic prior $b=a$: $M^{1-a}$).",
        source=f"{SOURCE}, Theorems 4.1(2) and 4.2, Lemmas C.4 and C.5 (C.5 without an upper limit on b)",
        assumptions=(MODEL, POWER_LAW, EQUIVALENT),
        cases=tuple(_order_case(regime, side, pairs) for regime, side, pairs, _ in _REGIMES),
        note=(
            r"The power law ends at $b=a+1$, where the error is $\asymp M^{-a}\log M$; beyond it is "
            r"$\asymp M^{-a}$, for however easy a target. The proof of Lemma C.5 uses "
            r"$\|w^*_{0:k}\|^2\asymp k^{1+a-b}$, that is $b<a+1$; Theorem 4.2 assumes it and stands."
        ),
    ),
    Claim(
        id="lin2024.approximation_constant",
        title="Constant of the approximation error",
        statement=(
            r"With $c_a=\frac{\pi/a}{\sin(\pi/a)}$: "
            r"$\mathbb E\,\mathrm{Approx}\sim\frac{\pi/a}{\sin(\pi(b-1)/a)}c_a^{b-1}M^{1-b}$ for $b<a+1$ "
            r"(for "
            r"$b=a$ it is $\kappa M\sim c_a^aM^{1-a}$), $c_a^aM^{-a}\ln M$ for $b=a+1$, "
            r"$\zeta(b-a)c_a^aM^{-a}$ for $b>a+1$."
        ),
        source=f"sharpens {SOURCE}, Theorems 4.1(2), 4.2 and Lemma C.5",
        assumptions=(MODEL, POWER_LAW, EQUIVALENT),
        cases=tuple(_constant_case(*regime) for regime in _REGIMES),
        note=(
            r"The best $M$-dimensional subspace has $\frac1{b-1}M^{1-b}$: the random one costs a constant "
            r"factor."
        ),
    ),
)
