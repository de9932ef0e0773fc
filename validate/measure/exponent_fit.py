r"""The exponent of a power law through simulated means with known standard errors.

.. math::

   \log|y_i|=\log c-a\log n_i,\qquad\text{weights }(|y_i|/\mathrm{se}_i)^2 .

Points of one power law scatter about the line by their standard errors alone; where they scatter more, the
interval is widened by the root of :math:`\chi^2` over its degrees of freedom, and `p_value` says how likely
so much scatter is.  An interval covers noise, not the curvature of a law that has not set in yet: compare
`local` exponents.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from ..statistics import Estimate, local_log_log_slopes

#: Standard errors by which every mean has to differ from zero: its logarithm then has an error below 1/5.
SIGNAL = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentFit:
    r"""A fitted power law :math:`\pm cn^{-a}`.

    Parameters
    ----------
    value
        The exponent `a`, positive where the means fall.
    standard_error
        From the standard errors of the means, widened by their scatter where that is larger.
    low, high
        Ends of the confidence interval.
    constant
        `c` with the sign of the means.
    p_value
        Probability of a scatter at least as large about a true power law; below 1% or so it is none.
    local
        Exponents between neighbouring sizes.
    """

    value: float
    standard_error: float
    low: float
    high: float
    constant: float
    p_value: float
    local: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.standard_error:.2g} ({self.low:.4g} to {self.high:.4g})"


def fit_exponent(
    sizes: ArrayLike, means: Sequence[Estimate], *, confidence: float = 0.95, name: str = "means"
) -> ExponentFit:
    r"""Fit a power law to means by least squares in the logarithms, weighted by their standard errors.

    Parameters
    ----------
    sizes
        Samples, widths or the like: at least three positive numbers, strictly increasing.
    means
        A mean for each size, all of one sign.
    confidence
        Probability content of the interval, in (0, 1).
    name
        What the means are called in messages.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the means change their sign, or one of them lies within five
        standard errors of zero.

    Examples
    --------
    >>> means = [Estimate(value=2 / n, standard_error=0.01 / n, count=100) for n in (10, 20, 40)]
    >>> fit = fit_exponent([10, 20, 40], means)
    >>> f"{fit.value:.6f} {fit.constant:.6f} {fit.standard_error:.6f}"
    '1.000000 2.000000 0.005101'
    """
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` = {confidence} must be a probability in (0, 1); choose 0.95")
    places = np.asarray(sizes, dtype=np.float64)
    if places.ndim != 1 or places.size < 3 or places.size != len(means):
        raise ValueError(
            f"`sizes` has shape {places.shape} for {len(means)} means; give three or more, one for each mean"
        )
    values = np.array([mean.value for mean in means])
    errors = np.array([mean.standard_error for mean in means])
    _check_signal(places, values, errors, name)
    _, slopes = local_log_log_slopes(places, np.abs(values))
    slope, intercept, error, scatter = _weighted(
        np.log(places), np.log(np.abs(values)), errors / np.abs(values)
    )
    freedom = places.size - 2
    error *= max(1.0, math.sqrt(scatter / freedom))
    half = float(scipy.stats.norm.isf((1 - confidence) / 2)) * error
    return ExponentFit(
        value=-slope,
        standard_error=error,
        low=-slope - half,
        high=-slope + half,
        constant=math.copysign(math.exp(intercept), values[0]),
        p_value=float(scipy.stats.chi2.sf(scatter, freedom)),
        local=tuple((-slopes).tolist()),
    )


def _check_signal(
    sizes: NDArray[np.float64], values: NDArray[np.float64], errors: NDArray[np.float64], name: str
) -> None:
    """Refuse means without a sign, or with two."""
    if not (np.isfinite(values).all() and np.isfinite(errors).all()):
        raise ValueError(f"`{name}` holds values that are not finite; remove them")
    weak = np.abs(values) < SIGNAL * errors
    weak |= values == 0
    if weak.any():
        worst = int(np.argmax(np.where(weak, errors / np.maximum(np.abs(values), 1e-300), 0.0)))
        raise ValueError(
            f"`{name}` drown in noise: {values[worst]:.3g} ± {errors[worst]:.2g} at size {sizes[worst]:g} is "
            f"not {SIGNAL:g} standard errors from zero; draw more replicates or choose smaller sizes"
        )
    if (np.sign(values) != np.sign(values[0])).any():
        raise ValueError(
            f"`{name}` change their sign between sizes {sizes[0]:g} and {sizes[-1]:g}: no power law; choose "
            "larger sizes"
        )


def _weighted(
    x: NDArray[np.float64], y: NDArray[np.float64], error: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Return slope, intercept, standard error of the slope, and the sum of squared deviations in errors."""
    if (error == 0).all():
        error = np.full_like(error, np.finfo(np.float64).eps)
    # An exact mean among inexact ones weighs as much as one that is known to rounding.
    weight = 1 / np.maximum(error, np.finfo(np.float64).eps) ** 2
    centre = np.average(x, weights=weight)
    spread = float(np.sum(weight * (x - centre) ** 2))
    slope = float(np.sum(weight * (x - centre) * y)) / spread
    intercept = float(np.average(y, weights=weight) - slope * centre)
    scatter = float(np.sum(weight * (y - intercept - slope * x) ** 2))
    return slope, intercept, 1 / math.sqrt(spread), scatter
