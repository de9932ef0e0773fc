r"""The expected risk of one pass of SGD for covariates of any kurtosis, from their fourth moment alone.

For whitened covariates :math:`z` with independent symmetric coordinates of variance 1 and fourth moment
:math:`k`, features :math:`\phi=Gz` and labels :math:`\theta\cdot z+\epsilon`, the error
:math:`e_t=G^\top v_t-\theta` of a run takes the step :math:`e\leftarrow e-\gamma K\,\overline{z(z\cdot
e-\epsilon)}` with :math:`K=G^\top G`, so that its second moment :math:`P=\mathbb Eee^\top` obeys exactly

.. math::

   P\leftarrow P-\gamma(KP+PK)+\gamma^2K\Big[\frac{B-1}BP+\frac1B\big(2P+\mathrm{tr}P+(k-3)\,\mathrm{diag}P
   +\sigma^2\big)\Big]K,

and :math:`\mathrm{tr}P` is the excess risk.  No other property of the law enters: a fourth moment is what an
expected risk needs, and with it Gaussian covariates differ from others only through :math:`k-3`.  The
recursion works in the space of the data, without the spectrum of the sketch, at :math:`O(M^3)` a step.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from ...numerics import Schedule, SGDPoint
from .arguments import FloatArray


def risk_from_fourth_moment(
    feature_map: FloatArray,
    signal: FloatArray,
    schedule: Schedule,
    *,
    kurtosis: float = 3.0,
    noise: float = 0.0,
    batch_size: int = 1,
    average: bool = False,
) -> SGDPoint:
    r"""Return the expected risk of one pass over covariates with independent whitened coordinates.

    Parameters
    ----------
    feature_map
        `G`, features by size.
    signal
        Second moment of :math:`\theta`, size by size.
    schedule
        Step sizes.
    kurtosis
        Fourth moment of a coordinate, at least 1; inf for one that is infinite.
    noise
        Variance of the label noise, in [0, oo).
    batch_size
        Samples in a step.
    average
        Whether to average the iterates before each step.

    Returns
    -------
    SGDPoint
        Its `is_stable` says whether the risk is finite.

    Raises
    ------
    ValueError
        If `kurtosis` is less than 1, which no law has.

    Examples
    --------
    One mode, one step: :math:`\mathbb E(1-\gamma z^2)^2=1-2\gamma+k\gamma^2`.

    >>> one, step = np.ones((1, 1)), Schedule.constant("0.25", 1)
    >>> risk_from_fourth_moment(one, one, step, kurtosis=9).risk
    1.0625
    """
    if not kurtosis >= 1:
        raise ValueError(f"`kurtosis` = {kurtosis} must be at least 1, the square of the variance")
    infinite = math.isinf(kurtosis)
    fourth = 3.0 if infinite else kurtosis
    gram = feature_map.T @ feature_map
    explained = np.linalg.pinv(feature_map) @ feature_map
    approximation = float(np.trace(signal) - np.vdot(explained, signal))
    size = len(gram)
    second = np.stack([signal, np.zeros_like(gram)])
    source = np.array([0.0, 1.0])[:, None, None] * np.eye(size)
    kept, total, mean = np.zeros_like(second), np.zeros(2), np.eye(size)
    descent = np.zeros_like(gram)
    with np.errstate(over="ignore", invalid="ignore"):
        for step_size, steps in schedule.stages:
            rate = float(step_size)
            for _ in range(steps):
                if average:
                    total += np.trace(second + 2 * kept, axis1=1, axis2=2)
                    kept = (kept + second) @ (np.eye(size) - rate * gram)
                    descent = descent + mean
                change = rate * gram @ second
                moment = _moment(second, fourth, batch_size) + source / batch_size
                second = second - change - change.swapaxes(1, 2) + rate**2 * gram @ moment @ gram
                mean = mean - rate * gram @ mean
    if average:
        excess, descent = total / float(schedule.steps) ** 2, descent / schedule.steps
    else:
        excess, descent = np.trace(second, axis1=1, axis2=2), mean
    if infinite:
        # signal meets the fourth moment in the first step, label noise, once learned, in the second
        last = schedule.steps - 1 if average else schedule.steps
        endless = np.array([last >= 1 and bool(signal.any()), last >= 2])
        excess = np.where(endless, math.inf, excess)
    variance = noise * float(excess[1]) if noise else 0.0
    return SGDPoint(
        risk=noise + float(excess[0]) + variance,
        irreducible=noise,
        approximation=approximation,
        bias=float(excess[0]) - approximation,
        variance=variance,
        descent=float(np.vdot(descent @ signal, descent)) - approximation,
        is_stable=bool(np.isfinite(excess).all()),
    )


def critical_step_size_from_kurtosis(
    eigenvalues: FloatArray, kurtosis: float, *, batch_size: int = 1
) -> float:
    r"""Return the constant step size up to which the expected risk on data seen as they are stays bounded.

    Parameters
    ----------
    eigenvalues
        Positive numbers, variances of independent coordinates.
    kurtosis
        Fourth moment of a whitened coordinate, at least 1; inf leaves no step size.
    batch_size
        Samples in a step.

    Raises
    ------
    ValueError
        If `kurtosis` is less than 1.

    Notes
    -----
    The second moment keeps its diagonal to itself, and :math:`E_i=x_i^2\sum_jE_j/(Ba_i)` with
    :math:`a_i=x_i(2-\frac{B+k-2}Bx_i)`, :math:`x=\gamma\lambda`, is at rest where
    :math:`\sum_i\frac{x_i}{2B-(B+k-2)x_i}=1`.  For Gaussian data, k = 3, this is `critical_step_size`.

    Examples
    --------
    Signs: twice the inverse of the trace.

    >>> critical_step_size_from_kurtosis(np.array([3.0, 1.0]), 1)
    0.5
    """
    if not kurtosis >= 1:
        raise ValueError(f"`kurtosis` = {kurtosis} must be at least 1, the square of the variance")
    if math.isinf(kurtosis):
        return 0.0
    share = batch_size + kurtosis - 2
    if share == 0:
        return float(2 * batch_size / np.sum(eigenvalues))
    # the largest mode alone is at rest at 2B/(share + 1) and below the pole at 2B/share
    scale = float(np.max(eigenvalues)) / (2 * batch_size)
    y = eigenvalues / np.max(eigenvalues)

    def excess(x: float) -> float:
        return float(np.sum(x * y / (1 - share * x * y))) - 1

    return float(brentq(excess, 0.0, 1 / (share + 1), xtol=1e-300, rtol=1e-14)) / scale


def _moment(second: FloatArray, kurtosis: float, batch_size: int) -> FloatArray:
    r"""Return :math:`\mathbb E\,\overline{zz^\top}P\overline{zz^\top}` over batches."""
    size = second.shape[-1]
    trace = np.trace(second, axis1=1, axis2=2)[:, None, None] * np.eye(size)
    diagonal = np.einsum("cii->ci", second)[:, :, None] * np.eye(size)
    single = 2 * second + trace + (kurtosis - 3) * diagonal
    return np.asarray(second + (single - second) / batch_size)
