r"""The power law of a signal: powers that scatter by a factor, with zeros among them, around their mean."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import numpy as np
import scipy.stats

from ...numerics import ConvergenceError
from ...numerics.extended import PowerLawFit, exponential
from ..fit import Fitted
from .modes import FloatArray

_STEPS: Final = 200
_STEEPEST: Final = 1e4  # an exponent beyond is the sign of powers that vanish but for one end
_FEWEST: Final = 4  # powers that a half must have to be compared with the other


def signal_law(
    powers: FloatArray, *, first: int, confidence: float, largest_bend: float
) -> tuple[Fitted, PowerLawFit, tuple[str, ...]]:
    r"""Return the exponent b of signal powers, their law, and what speaks against it.

    Parameters
    ----------
    powers :
        :math:`v_k\ge0` for successive k, at least 8.
    first :
        The first k.
    confidence :
        Probability content of the interval, in (0, 1).
    largest_bend :
        The change of the exponent between the halves of the range, over the exponent, that is no objection.

    Raises
    ------
    ValueError
        If all powers are zero.
    ConvergenceError
        If the estimating equations have no solution: all powers but those at one end are zero.

    Notes
    -----
    :math:`\sum_k(v_k/\mu_k-1)(1,\log k)=0` with :math:`\mu_k=s\,k^{-b}`, which are those of a Gamma law and
    need no more than that the mean of :math:`v_k` is :math:`\mu_k`; the standard error of b is that of
    independent :math:`v_k/\mu_k` of one variance, which their scatter gives.

    Examples
    --------
    >>> import numpy as np
    >>> powers = np.arange(1, 101.0) ** -2 * np.where(np.arange(100) % 2, 1.5, 0.5)
    >>> found, _, objections = signal_law(powers, first=1, confidence=0.95, largest_bend=0.1)
    >>> f"{found.value:.2f}", objections
    ('1.98', ())
    """
    places = np.log(np.arange(first, first + powers.size, dtype=np.float64))
    slope, intercept, error = _gamma_line(powers, places)
    quantile = float(scipy.stats.t.isf((1 - confidence) / 2, places.size - 2))
    return (
        Fitted(value=-slope, low=-slope - quantile * error, high=-slope + quantile * error),
        law_of(-slope, intercept, error, error * math.sqrt(float(np.mean(places**2)))),
        _bend(powers, places, largest_bend * abs(slope)),
    )


def law_of(decay: float, log_scale: float, decay_error: float, log_scale_error: float) -> PowerLawFit:
    """Return a power law from the numbers of a fit."""
    return PowerLawFit(
        decay=Fraction(decay),
        scale=exponential(Fraction(log_scale)),
        decay_error=decay_error,
        log_scale_error=log_scale_error,
    )


def _bend(powers: FloatArray, places: FloatArray, allowed: float) -> tuple[str, ...]:
    """Say whether the halves of the range have different exponents."""
    halves = [half for half in (places <= places.mean(), places > places.mean()) if half.sum() >= _FEWEST]
    if len(halves) < 2:
        return ()
    try:
        (early, _, one), (late, _, other) = (_gamma_line(powers[half], places[half]) for half in halves)
    except (ValueError, ConvergenceError):
        return ("the signal vanishes in half of the range",)
    # a change counts where it is neither small nor scatter
    if abs(late - early) > max(3 * math.hypot(one, other), allowed):
        return (f"the exponent of the signal changes from {-early:.3g} to {-late:.3g}",)
    return ()


def _gamma_line(powers: FloatArray, places: FloatArray) -> tuple[float, float, float]:
    """Return slope and intercept of the logarithm of the mean, and the standard error of the slope."""
    center = float(places.mean())
    shifted = places - center
    total = float(powers.mean())
    if total == 0:
        raise ValueError("`signal` is zero over the range of the fit and has no source; move the range")
    design = np.stack([np.ones_like(shifted), shifted])
    scaled, line = powers / total, np.zeros(2)

    def objective(place: FloatArray) -> tuple[float, FloatArray]:
        # convex in the line, and least where the estimating equations hold
        weights = scaled * np.exp(-(place @ design))
        return float(place[0] * shifted.size + weights.sum()), weights

    with np.errstate(over="ignore", invalid="ignore"):
        value, weights = objective(line)
        for _ in range(_STEPS):
            gradient = design @ (1 - weights)
            curvature = (design * weights) @ design.T
            step = -np.linalg.lstsq(curvature, gradient)[0]
            if float(np.abs(step).max()) < 1e-10:
                # powers in one mode alone leave a direction in which nothing bends
                if float(np.abs(gradient).max()) > 1e-6 * shifted.size:
                    raise _no_source()
                break
            size, trial = 1.0, objective(line + step)
            while not trial[0] <= value + 0.1 * size * float(gradient @ step) + 1e-13 * shifted.size:
                size /= 2
                if size < 1e-9:
                    raise _no_source()
                trial = objective(line + size * step)
            line = line + size * step
            value, weights = trial
            if float(np.abs(line).max()) > _STEEPEST:
                raise _no_source()
        else:
            raise _no_source()
    scatter = float(np.sum((weights - 1) ** 2)) / (places.size - 2)
    level, slope = (float(entry) for entry in line)
    error = math.sqrt(scatter / float(shifted @ shifted))
    return slope, level + math.log(total) - slope * center, error


def _no_source() -> ConvergenceError:
    return ConvergenceError("`signal` is fitted by no power of the index over the range; move the range")
