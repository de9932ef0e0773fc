"""Risks at any size from the deterministic equivalent; spectra that serve many sizes are solved once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Final

import mpmath
from sympy import Expr

from ....numerics import (
    PowerLaw,
    Schedule,
    SGDPoint,
    SketchedSpectrum,
    sgd_risk,
    sketch_equivalent,
    solve_ridge,
)
from ..legs import Pair, evaluate
from .letters import M, N_eff, a, b, gamma, sigma2

#: Eigenvalues below this part of the inverse time of a run are not told from 0.
_RESOLUTION: Final = Fraction(1, 100)


def effective(samples: float) -> float:
    """Return the effective number of samples.

    >>> effective(2**20)
    52428.8
    """
    return samples / math.log2(samples)


def covariates(decay: Fraction, source: Fraction, time: Fraction) -> SketchedSpectrum:
    """Return the modes of data without a sketch, for runs of at most this time."""
    # Times are rounded up to powers of 2^8, so that one spectrum serves many runs.
    return _modes(decay, source, 2 ** (8 * math.ceil(math.log2(time) / 8)))


@cache
def _modes(decay: Fraction, source: Fraction, time: int) -> SketchedSpectrum:
    return sketch_equivalent(PowerLaw(decay), source=source, smallest=_RESOLUTION / time)


@cache
def features(decay: Fraction, source: Fraction, width: int) -> SketchedSpectrum:
    """Return the modes of a sketch."""
    return sketch_equivalent(PowerLaw(decay), width, source=source)


def one_pass(
    sketch: SketchedSpectrum, samples: int, step_size: Any, *, noise: float = 1.0, average: bool = False
) -> SGDPoint:
    """Return the risk of one pass with the geometric schedule, or of the average at a constant step size."""
    schedule = Schedule.constant if average else Schedule.geometric
    return sgd_risk(sketch, schedule(step_size, samples), noise=noise, average=average)


def unsketched(
    decay: Fraction,
    source: Fraction,
    powers: Sequence[int],
    step_size: Fraction,
    *,
    average: bool = False,
) -> list[SGDPoint]:
    r"""Return the risks without a sketch at $2^p$ samples for each power p, the largest one last."""
    samples = 2 ** powers[-1]
    time = step_size * samples if average else 2 * step_size * Fraction(samples, powers[-1])
    modes = covariates(decay, source, time)
    return [one_pass(modes, 2**power, step_size, average=average) for power in powers]


def approximation(decay: Fraction, source: Fraction, width: Any, *, digits: int = 40) -> mpmath.mpf:
    """Return what the best predictor on features leaves of the signal: the noiseless risk without end."""
    return solve_ridge(
        PowerLaw(decay), features=width, samples=math.inf, ridge=0, source=source, digits=digits
    ).bias


def local_exponent(low: Any, high: Any, from_size: Any, to_size: Any) -> mpmath.mpf:
    """Return the exponent of a power law through two points.

    >>> print(local_exponent(1, 8, 2, 4))
    3.0
    """
    with mpmath.workdps(50):
        ratio = mpmath.log(mpmath.mpf(high) / mpmath.mpf(low))
        return ratio / mpmath.log(mpmath.mpf(float(to_size)) / mpmath.mpf(float(from_size)))


def at(
    formula: Expr,
    *,
    decay: Fraction | int = 2,
    source: Fraction | int = 2,
    width: Any = 1,
    n_eff: Any = 1,
    step_size: Any = 1,
    noise: Any = 1,
) -> mpmath.mpf:
    """Return a formula in the paper's letters at numbers."""
    values = {a: decay, b: source, M: width, N_eff: n_eff, gamma: step_size, sigma2: noise}
    return evaluate(formula, values, digits=30)


def exponent_pair(label: str, values: Sequence[Any], sizes: Sequence[Any], claimed: Any) -> Pair:
    """Return the exponent between the last two points beside the claimed one."""
    return Pair(
        label=f"{label}, {_text(sizes[-2])} to {_text(sizes[-1])}",
        measured=local_exponent(values[-2], values[-1], sizes[-2], sizes[-1]),
        claimed=claimed,
    )


def _text(size: Any) -> str:
    return f"{float(size):.3g}"
