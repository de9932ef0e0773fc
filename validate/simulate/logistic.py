r"""Logistic regression by maximum likelihood, with its excess cross-entropy in closed form.

Covariates are standard normal, labels are 1 with probability
:math:`q(u)=\epsilon+(1-2\epsilon)\sigma(u)`, :math:`u=\theta\cdot x`, else 0: a share :math:`\epsilon` of
them is flipped, and only without flips is the model :math:`\sigma(\vartheta\cdot x)` well specified.  The
cross-entropy depends on :math:`\vartheta` through its length and its component along
:math:`e=\theta/|\theta|`,

.. math::

   L(\vartheta)=\mathbb E\log(1+e^{|\vartheta|z})-m\,\vartheta\cdot e,\qquad
   m=\mathbb E\,z\,q(|\theta|z),\quad z\sim\mathcal N(0,1),

so that no test set is needed, and the best parameters are :math:`ce` with
:math:`\mathbb E\,z\sigma(cz)=m`.
"""

from __future__ import annotations

import functools
import math
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize
from scipy.special import expit

from ...numerics import ConvergenceError
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, count
from .cost import MEMORY_LIMIT
from .replicates import Progress, run_replicates, seed_sequence

# The trapezoidal rule: its error is exp(-2 pi^2/(h s)) for a sigmoid of slope s, exp(-12^2/2) at the ends.
_STEP: Final = 1 / 64
_NODES: Final = np.arange(-12.0, 12.0 + _STEP / 2, _STEP)
_WEIGHTS: Final = _STEP * np.exp(-(_NODES**2) / 2) / math.sqrt(2 * math.pi)

#: Longest parameters: the slope at which the rule still has a dozen digits.
LARGEST_SLOPE: Final = 40.0


def _mean(values: FloatArray) -> float:
    """Return the mean of a function of a standard normal number from its values at the nodes."""
    return float(_WEIGHTS @ values)


def label_probability(signal: FloatArray, flips: float) -> FloatArray:
    r"""Return the probability :math:`\epsilon+(1-2\epsilon)\sigma(u)` of the label 1.

    >>> label_probability(np.array([0.0, np.inf]), 0.25).tolist()
    [0.5, 0.75]
    """
    return np.asarray(flips + (1 - 2 * flips) * expit(signal))


@functools.cache
def _at_infinite_data(slope: float, flips: float) -> tuple[float, float]:
    """Return the moment of the labels and the length of the best parameters."""
    moment = _mean(_NODES * label_probability(slope * _NODES, flips))
    if flips == 0 or slope == 0:
        return moment, slope
    found = brentq(lambda c: _mean(_NODES * expit(c * _NODES)) - moment, 0.0, slope, xtol=1e-15)
    return moment, float(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticModel:
    r"""Logistic regression at infinite data: its minimum and what the next order needs.

    Parameters
    ----------
    parameters
        :math:`\theta`, at least one number, of length at most 40.
    flips
        Share :math:`\epsilon` of flipped labels, in [0, 1/2).

    Raises
    ------
    ValueError
        If an argument lies outside its domain.

    Examples
    --------
    >>> f"{LogisticModel(parameters=(1.0, 0.0, 0.0), flips=0.0).coefficient:.12f}"
    '1.500000000000'
    """

    parameters: tuple[float, ...]
    flips: float

    def __post_init__(self) -> None:
        values = np.asarray(self.parameters, dtype=np.float64)
        if values.ndim != 1 or values.size < 1 or not np.isfinite(values).all():
            raise ValueError(
                f"`parameters` = {self.parameters} must be finite numbers, at least one; give them"
            )
        if np.linalg.norm(values) > LARGEST_SLOPE:
            raise ValueError(
                f"`parameters` have length {np.linalg.norm(values):g}; choose at most {LARGEST_SLOPE:g}"
            )
        if not 0 <= self.flips < 0.5:
            raise ValueError(f"`flips` = {self.flips} must be in [0, 1/2); exchange the labels beyond")

    @property
    def direction(self) -> FloatArray:
        """The unit vector of the parameters; the first axis if they are 0."""
        values = np.array(self.parameters)
        length = float(np.linalg.norm(values))
        return values / length if length else np.eye(values.size)[0]

    @property
    def slope(self) -> float:
        """The length of the parameters."""
        return float(np.linalg.norm(np.array(self.parameters)))

    @property
    def moment(self) -> float:
        r""":math:`m=\mathbb E\,zq`."""
        return _at_infinite_data(self.slope, self.flips)[0]

    @property
    def best_slope(self) -> float:
        """The length of the best parameters."""
        return _at_infinite_data(self.slope, self.flips)[1]

    def loss(self, parameters: FloatArray) -> float:
        """Return the expected cross-entropy of some parameters."""
        length = float(np.linalg.norm(parameters))
        return _mean(np.logaddexp(0.0, length * _NODES)) - self.moment * float(parameters @ self.direction)

    def curvature(self) -> tuple[float, float]:
        r"""Return the eigenvalues of :math:`H` at the minimum, along the parameters and across."""
        slope = expit(self.best_slope * _NODES) * expit(-self.best_slope * _NODES)
        return _mean(slope * _NODES**2), _mean(slope)

    def fluctuation(self) -> tuple[float, float]:
        r"""Return the eigenvalues of :math:`\Sigma`, the covariance of the gradient of one sample there."""
        q, sigma = label_probability(self.slope * _NODES, self.flips), expit(self.best_slope * _NODES)
        square = (sigma - q) ** 2 + q * (1 - q)
        return _mean(square * _NODES**2), _mean(square)

    @property
    def coefficient(self) -> float:
        r""":math:`\frac12\operatorname{tr}H^{-1}\Sigma`, the excess times the samples at infinite data."""
        (along, across), (noise_along, noise_across) = self.curvature(), self.fluctuation()
        return (noise_along / along + (len(self.parameters) - 1) * noise_across / across) / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticSimulation:
    r"""Excess cross-entropy of maximum likelihood at one number of samples.

    Parameters
    ----------
    excess
        The mean of :math:`L(\hat\vartheta)-L(ce)`.
    controlled
        The same mean with less noise: draws less :math:`\frac12\bar g^TH^{-1}\bar g` for their mean gradient
        :math:`\bar g` at the minimum, plus :math:`\frac1{2D}\operatorname{tr}H^{-1}\Sigma`, its exact mean.
    excess_draws, leading_draws
        The excess of each draw, and that quadratic form.
    model, samples, replicates, seed
        As they were given.
    """

    excess: Estimate
    controlled: Estimate
    excess_draws: FloatArray
    leading_draws: FloatArray
    model: LogisticModel
    samples: int
    replicates: int
    seed: np.random.SeedSequence

    @property
    def prediction(self) -> float:
        r""":math:`\frac1{2D}\operatorname{tr}H^{-1}\Sigma`."""
        return self.model.coefficient / self.samples


def simulate_logistic(
    parameters: ArrayLike,
    *,
    samples: Any,
    flips: float = 0.0,
    replicates: Any = 200,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> LogisticSimulation:
    r"""Fit logistic regression by maximum likelihood to fresh data, and return its excess cross-entropy.

    Parameters
    ----------
    parameters
        :math:`\theta`: a number for each covariate, of length at most 40.
    samples
        Samples :math:`D`, an integer larger than the number of parameters.
    flips
        Share of flipped labels, in [0, 1/2); the model is then misspecified.
    replicates
        Independent draws, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or a plane separates the labels of some draw, whose likelihood
        has no maximum: the expectation over all data does not exist then, strictly speaking, but the
        probability of such draws falls exponentially with the samples.
    ConvergenceError
        If a likelihood is not maximised.

    Examples
    --------
    >>> found = simulate_logistic([1, 0, 0], samples=400, replicates=50, seed=1)
    >>> abs(found.controlled.value / found.prediction - 1) < 0.1
    True
    """
    values = np.asarray(parameters, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(
            f"`parameters` has shape {values.shape}; give one dimension, a number for each covariate"
        )
    model = LogisticModel(parameters=tuple(values.tolist()), flips=float(flips))
    number = count("samples", samples, least=values.size + 1)
    draws, root = count("replicates", replicates, least=2), seed_sequence(seed)
    if 8 * number * (values.size + 4) > MEMORY_LIMIT:
        raise ValueError(f"`samples` = {number} do not fit {MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer")
    found = run_replicates(
        functools.partial(_replicate, model=model, samples=number),
        replicates=draws,
        seed=root,
        seconds=1e-3 + 3e-7 * number * values.size,
        executor=executor,
        progress=progress,
    )
    separated = int(np.isnan(found[:, 0]).sum())
    if separated:
        raise ValueError(
            f"`samples` = {number} let a plane separate the labels of {separated} of {draws} draws, whose "
            "likelihood has no maximum; choose more samples or shorter parameters"
        )
    excess, leading = found.T
    rest = mean_estimate(excess - leading)
    return LogisticSimulation(
        excess=mean_estimate(excess),
        controlled=Estimate(
            value=model.coefficient / number + rest.value, standard_error=rest.standard_error, count=draws
        ),
        excess_draws=excess.copy(),
        leading_draws=leading.copy(),
        model=model,
        samples=number,
        replicates=draws,
        seed=root,
    )


def _replicate(seed: np.random.SeedSequence, *, model: LogisticModel, samples: int) -> FloatArray:
    """Return the excess of one draw and its quadratic approximation, nan if a plane separates the labels."""
    generator = np.random.default_rng(seed)
    covariates = generator.standard_normal((samples, len(model.parameters)))
    signal = covariates @ np.array(model.parameters)
    signs = np.where(generator.random(samples) < label_probability(signal, model.flips), 1.0, -1.0)
    best = model.best_slope * model.direction
    fitted = maximum_likelihood(covariates * signs[:, np.newaxis], best)
    if fitted is None:
        return np.full(2, np.nan)
    residual = signs * expit(-signs * (covariates @ best))
    gradient = residual @ covariates / samples
    along, across = model.curvature()
    component = float(gradient @ model.direction)
    leading = (component**2 / along + (float(gradient @ gradient) - component**2) / across) / 2
    return np.array([model.loss(fitted) - model.loss(best), leading])


def maximum_likelihood(signed: FloatArray, start: FloatArray) -> FloatArray | None:
    r"""Return the minimum of :math:`\sum_a\log(1+e^{-s_a\vartheta\cdot x_a})`, None where there is none.

    Parameters
    ----------
    signed
        The rows :math:`s_ax_a`, with labels :math:`s_a=\pm1`.
    start
        Where the search starts.

    Raises
    ------
    ConvergenceError
        If the search ends elsewhere.

    Examples
    --------
    >>> maximum_likelihood(np.array([[1.0], [1.0], [-1.0]]), np.zeros(1)).round(7).tolist()
    [0.6931472]
    >>> maximum_likelihood(np.array([[1.0], [2.0]]), np.zeros(1)) is None
    True
    """
    samples = signed.shape[0]

    def loss(point: FloatArray) -> tuple[float, FloatArray]:
        margins = signed @ point
        value = float(np.logaddexp(0.0, -margins).mean())
        return value, -(expit(-margins) @ signed) / samples

    def curvature(point: FloatArray) -> FloatArray:
        margins = signed @ point
        weights = expit(margins) * expit(-margins)
        return np.asarray((signed.T * weights) @ signed / samples)

    found = minimize(
        loss, start, jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-10, "maxiter": 200}
    )
    point = np.asarray(found.x, dtype=np.float64)
    if (signed @ point > 0).all():
        return None
    if float(np.abs(loss(point)[1]).max()) > 1e-8:
        raise ConvergenceError(f"`samples` = {samples}: the likelihood was not maximised: {found.message}")
    return point
