"""Means, z-scores with a stated allowance, thresholds fixed beforehand, and slopes of power laws.

A simulation supports a prediction when the distance between its mean and the prediction, less an allowance
for the known finite-size error of the prediction, is below a threshold in units of the standard error.  The
threshold follows from the number of comparisons and from the family-wise level alone (Bonferroni, Student's
distribution), so that it can be fixed before the first figure is seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from ..numerics import exact

FAMILY_WISE_LEVEL = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its standard error and the number of independent draws behind it."""

    value: float
    standard_error: float
    count: int

    def __str__(self) -> str:
        return f"{self.value:.6g} ± {self.standard_error:.2g} ({self.count} draws)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One simulated mean beside its prediction; `allowance` is relative to the prediction."""

    estimate: Estimate
    prediction: float
    allowance: float
    z: float

    @property
    def ratio(self) -> float:
        """Simulated mean over prediction; `nan` for a prediction of zero."""
        return self.estimate.value / self.prediction if self.prediction != 0 else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A fitted slope with its standard error and a two-sided confidence interval `[low, high]`."""

    value: float
    standard_error: float
    low: float
    high: float
    intercept: float
    count: int


def _finite(name: str, values: ArrayLike, *, at_least: int) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < at_least:
        raise ValueError(
            f"`{name}` has shape {array.shape}; expected one dimension with at least {at_least} "
            f"value{'s' if at_least > 1 else ''}: give more draws or points"
        )
    if not np.isfinite(array).all():
        raise ValueError(
            f"`{name}` has {np.count_nonzero(~np.isfinite(array))} values that are not finite; remove them"
        )
    return array


def mean_estimate(draws: ArrayLike) -> Estimate:
    r"""Return the mean of independent draws and its standard error.

    Parameters
    ----------
    draws
        At least two finite numbers, one for each independent draw.

    Raises
    ------
    ValueError
        If there are fewer than two draws, or one is not finite.

    Notes
    -----
    :math:`\bar x` and :math:`\sqrt{\sum(x_i-\bar x)^2/(n(n-1))}`.

    Examples
    --------
    >>> mean_estimate([1.0, 3.0])
    Estimate(value=2.0, standard_error=1.0, count=2)
    """
    array = _finite("draws", draws, at_least=2)
    # Centred first: the mean of nearly equal numbers keeps all its digits, and equal draws have no spread.
    centred = array - array[0]
    return Estimate(
        value=float(array[0] + centred.mean()),
        standard_error=float(np.std(centred, ddof=1) / math.sqrt(array.size)),
        count=int(array.size),
    )


def z_score(estimate: Estimate, prediction: float, *, allowance: float = 0.0) -> float:
    r"""Return the distance to a prediction in standard errors, beyond a relative allowance.

    Parameters
    ----------
    estimate
        The simulated mean.
    prediction
        A finite number.
    allowance
        Known relative error of the prediction, in [0, oo): for a deterministic equivalent of order
        `decay / min(features, samples)`.

    Raises
    ------
    ValueError
        If `prediction` is not finite, or `allowance` is negative or not finite.

    Notes
    -----
    :math:`z=\max(0,|\bar x-p|-\epsilon|p|)/\mathrm{se}`.  Without any spread it is 0 within the allowance,
    else infinite.

    Examples
    --------
    >>> z_score(Estimate(value=1.5, standard_error=0.25, count=9), 1.0, allowance=0.25)
    1.0
    """
    if not math.isfinite(prediction):
        raise ValueError(
            f"`prediction` is {prediction}; expected a finite number: compare where the theory has one"
        )
    if not 0 <= allowance < math.inf:
        raise ValueError(f"`allowance` is {allowance}; expected a relative error in [0, oo)")
    distance = max(0.0, abs(estimate.value - prediction) - allowance * abs(prediction))
    if distance == 0:
        return 0.0
    return distance / estimate.standard_error if estimate.standard_error > 0 else math.inf


def compare(estimate: Estimate, prediction: float, *, allowance: float = 0.0) -> Comparison:
    """Return the comparison of a simulated mean with its prediction; see `z_score`.

    Examples
    --------
    >>> compare(Estimate(value=1.5, standard_error=0.25, count=9), 1.0).z
    2.0
    """
    z = z_score(estimate, prediction, allowance=allowance)
    return Comparison(estimate=estimate, prediction=prediction, allowance=allowance, z=z)


def bonferroni_threshold(
    comparisons: int, *, level: float = FAMILY_WISE_LEVEL, degrees_of_freedom: float = math.inf
) -> float:
    r"""Return the |z| that any one of several true comparisons exceeds with probability at most `level`.

    Parameters
    ----------
    comparisons
        Number of comparisons in the family, at least 1.
    level
        Family-wise probability of a false alarm, in (0, 1).
    degrees_of_freedom
        Draws less one behind each standard error, in [1, oo]; with few draws the tails of Student's
        distribution are heavy, and the threshold higher.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.
    TypeError
        If `comparisons` is no number.

    Notes
    -----
    The quantile :math:`t_\nu^{-1}(1-\text{level}/(2n))`; Bonferroni's bound needs no independence.

    Examples
    --------
    >>> f"{bonferroni_threshold(1, level=0.05):.6f}"
    '1.959964'
    >>> f"{bonferroni_threshold(10, degrees_of_freedom=19):.6f}"
    '3.883406'
    """
    number = exact.count("comparisons", comparisons)
    if not 0 < level < 1:
        raise ValueError(f"`level` is {level}; expected a probability in (0, 1)")
    if not degrees_of_freedom >= 1:
        raise ValueError(
            f"`degrees_of_freedom` is {degrees_of_freedom}; expected a number in [1, oo]: give more draws"
        )
    tail = level / (2 * number)
    if math.isinf(degrees_of_freedom):
        return float(scipy.stats.norm.isf(tail))
    return float(scipy.stats.t.isf(tail, degrees_of_freedom))


def family_threshold(comparisons: Sequence[Comparison], *, level: float = FAMILY_WISE_LEVEL) -> float:
    """Return the Bonferroni threshold of a family of comparisons, by the fewest draws among them.

    Raises
    ------
    ValueError
        If the family is empty.

    Examples
    --------
    >>> pair = [compare(Estimate(value=1.1, standard_error=0.1, count=20), 1.0)] * 10
    >>> f"{family_threshold(pair):.6f}"
    '3.883406'
    """
    if not comparisons:
        raise ValueError("`comparisons` is empty; expected at least one: a test of nothing decides nothing")
    fewest = min(comparison.estimate.count for comparison in comparisons)
    return bonferroni_threshold(len(comparisons), level=level, degrees_of_freedom=fewest - 1)


def log_log_slope(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> Slope:
    r"""Return the exponent of a power law fitted by least squares in the logarithms.

    Parameters
    ----------
    x, y
        Positive numbers, at least three points, with at least two different `x`.
    confidence
        Probability content of the interval, in (0, 1).

    Raises
    ------
    ValueError
        If there are too few points, or a value is not positive.

    Notes
    -----
    :math:`\log y=\text{intercept}+\text{slope}\,\log x`.  The standard error assumes independent residuals:
    over a smooth curve it measures how far the curve is from a straight line, and an average over independent
    draws of the slope is the honest one.

    Examples
    --------
    >>> slope = log_log_slope([1, 2, 4, 8], [1, 4, 16, 64])
    >>> f"{slope.value:.12f}"
    '2.000000000000'
    """
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` is {confidence}; expected a probability in (0, 1)")
    log_x, log_y = _logarithms(x, y, at_least=3)
    if np.ptp(log_x) == 0:
        raise ValueError("`x` has one value only; expected at least two different ones")
    fit = scipy.stats.linregress(log_x, log_y)
    slope, error = float(fit.slope), float(fit.stderr)
    half = float(scipy.stats.t.isf((1 - confidence) / 2, log_x.size - 2)) * error
    return Slope(
        value=slope,
        standard_error=error,
        low=slope - half,
        high=slope + half,
        intercept=float(fit.intercept),
        count=int(log_x.size),
    )


def local_log_log_slopes(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the exponents between neighbouring points, and the geometric means of their `x`.

    Parameters
    ----------
    x, y
        Positive numbers, at least two points; `x` strictly increasing.

    Raises
    ------
    ValueError
        If there are too few points, a value is not positive, or `x` does not increase.

    Examples
    --------
    >>> at, slopes = local_log_log_slopes([1, 4, 16], [1, 2, 8])
    >>> at.round(12).tolist(), slopes.round(12).tolist()
    ([2.0, 8.0], [0.5, 1.0])
    """
    log_x, log_y = _logarithms(x, y, at_least=2)
    if (np.diff(log_x) <= 0).any():
        raise ValueError("`x` does not increase strictly; sort the points and remove repetitions")
    return np.exp((log_x[1:] + log_x[:-1]) / 2), np.diff(log_y) / np.diff(log_x)


def _logarithms(
    x: ArrayLike, y: ArrayLike, *, at_least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    abscissae = _finite("x", x, at_least=at_least)
    ordinates = _finite("y", y, at_least=at_least)
    if abscissae.size != ordinates.size:
        raise ValueError(f"`y` has {ordinates.size} values; expected as many as `x` has ({abscissae.size})")
    for name, values in (("x", abscissae), ("y", ordinates)):
        if (values <= 0).any():
            raise ValueError(
                f"`{name}` has the value {values.min()}; expected positive numbers: logarithms are fitted"
            )
    return np.log(abscissae), np.log(ordinates)
