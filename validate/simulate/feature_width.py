r"""Ridgeless regression on random ReLU features of growing width, with a loss averaged over teachers.

Inputs are uniform on the sphere :math:`S^d`, features :math:`\phi_\mu=\sqrt{2/P}\max(0,w_\mu\cdot x)` with
normal :math:`w_\mu`.  The teacher is a Gaussian process with the kernel of infinite width,
:math:`K=\lim\phi\cdot\phi'`, the arc-cosine kernel of order one with :math:`K(x,x)=1`.

The prediction at :math:`x` is :math:`y\cdot u`, :math:`u=K_P^{-1}k_P(x)`, for the labels :math:`y` of
:math:`D` training points; at infinite width :math:`u_\infty=K^{-1}k`.  What a teacher leaves beyond
:math:`y\cdot u_\infty` is independent of :math:`y`, so that averaged over teachers

.. math::

   L(P)-L(\infty)=\tfrac12\mathbb E(u-u_\infty)^TK(u-u_\infty)
   =\frac1{2P}\mathbb E\left[\varphi_\perp(x)^2\,\varphi(X)^TK^{-1}\varphi(X)\right]+O(P^{-2}).

The first form is exact, without cancellation.  The second takes
:math:`u-u_\infty=K^{-1}(k_P-K_Pu_\infty)+\ldots`, a mean over features
:math:`\varphi=\sqrt2\max(0,w\cdot x)` with :math:`\varphi_\perp(x)=\varphi(x)-u_\infty\cdot\varphi(X)`.
For Gaussian features the two factors would be independent, and the constant :math:`D\,L(\infty)`; ReLU
features have a larger fourth moment, and a larger constant.
"""

from __future__ import annotations

import functools
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.linalg

from ..statistics import Estimate, mean_estimate
from .arc_cosine import relu_second_moment
from .arguments import FloatArray, count
from .cost import MEMORY_LIMIT
from .replicates import Progress, run_replicates, seed_sequence

#: Features over which the constant of each data set is averaged.
_DIRECTIONS: Final = 8000
#: Smallest over largest pivot of a kernel that still leaves some digits.
SMALLEST_PIVOT: Final = 1e-11


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WidthSimulation:
    r"""Loss beyond infinite width at one number of features, averaged over data, teachers and features.

    Parameters
    ----------
    limit
        :math:`L(\infty)`, the loss of the kernel of infinite width.
    excess
        :math:`L(P)-L(\infty)`.
    gap
        The part of it that an infinite ensemble of feature draws would remove, half the variance of the
        prediction, :math:`\mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)`.
    constant
        The predicted limit of `features` times `excess`, from fourth moments of features.
    gaussian_constant
        What it would be for Gaussian features, :math:`D\,L(\infty)`.
    draws
        Excess, gap, constant and limit (columns) of every data set.
    features, samples, dimension, replicates, seed
        As they were given.
    """

    limit: Estimate
    excess: Estimate
    gap: Estimate
    constant: Estimate
    gaussian_constant: Estimate
    draws: FloatArray
    features: int
    samples: int
    dimension: int
    replicates: int
    seed: np.random.SeedSequence

    @property
    def ratio(self) -> Estimate:
        """`features` times `excess` over the predicted constant, data set by data set to first order."""
        return self._over_constant(0)

    @property
    def gap_ratio(self) -> Estimate:
        """`features` times `gap` over the predicted constant, likewise."""
        return self._over_constant(1)

    def _over_constant(self, column: int) -> Estimate:
        scaled, predicted = self.features * self.draws[:, column], self.draws[:, 2]
        value = scaled.mean() / predicted.mean()
        return mean_estimate(value + (scaled - value * predicted) / predicted.mean())


def simulate_width(
    *,
    features: Any,
    samples: Any,
    dimension: Any = 3,
    members: Any = 4,
    test_points: Any = 100,
    replicates: Any = 50,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> WidthSimulation:
    r"""Simulate ridgeless regression on random ReLU features beyond the interpolation threshold.

    Parameters
    ----------
    features
        Features :math:`P`, an integer larger than `samples` + 1.
    samples
        Training points :math:`D`, an integer >= 1.
    dimension
        :math:`d` of the sphere :math:`S^d`, an integer >= 1.
    members
        Feature draws for each data set, at least 2.
    test_points
        Test points for each data set, an integer >= 1.
    replicates
        Data sets, at least 2; with the same seed they are the same for every number of features.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or the kernel of a data set is singular in double precision.

    Examples
    --------
    >>> found = simulate_width(features=400, samples=10, replicates=20, seed=1)
    >>> 0.9 < found.ratio.value < 1.15
    True
    """
    data, axes = count("samples", samples), count("dimension", dimension)
    width = count("features", features)
    if width <= data + 1:
        raise ValueError(
            f"`features` = {width} must exceed `samples` + 1 = {data + 1}, where the loss is infinite or the "
            "data are not interpolated; choose more"
        )
    ensemble, points = count("members", members, least=2), count("test_points", test_points)
    draws, root = count("replicates", replicates, least=2), seed_sequence(seed)
    if 8 * (data + points) * (width + _DIRECTIONS + axes) * 2 > MEMORY_LIMIT:
        raise ValueError(f"`features` = {width} do not fit {MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer")
    work = (data + points) * (width * ensemble + _DIRECTIONS) * (axes + 1 + data)
    found = run_replicates(
        functools.partial(
            _replicate, features=width, samples=data, axes=axes + 1, members=ensemble, points=points
        ),
        replicates=draws,
        seed=root,
        seconds=1e-3 + 1e-9 * work,
        executor=executor,
        progress=progress,
    )
    excess, gap, constant, limit = (mean_estimate(column) for column in found.T)
    return WidthSimulation(
        limit=limit,
        excess=excess,
        gap=gap,
        constant=constant,
        gaussian_constant=Estimate(
            value=data * limit.value, standard_error=data * limit.standard_error, count=limit.count
        ),
        draws=found,
        features=width,
        samples=data,
        dimension=axes,
        replicates=draws,
        seed=root,
    )


def sphere_points(number: int, axes: int, generator: np.random.Generator) -> FloatArray:
    """Return uniform points on the unit sphere in so many axes."""
    points = generator.standard_normal((number, axes))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


def relu_features(points: FloatArray, directions: FloatArray) -> FloatArray:
    """Return the features of points (rows), with mean square 1 on the unit sphere."""
    return np.asarray(np.maximum(points @ directions, 0.0) * np.sqrt(2.0))


def solve_kernel(kernel: FloatArray, right: FloatArray) -> FloatArray:
    """Return the solution of a positive kernel, or refuse one that has no digits left.

    >>> solve_kernel(np.array([[4.0, 0.0], [0.0, 16.0]]), np.ones(2)).tolist()
    [0.25, 0.0625]
    """
    try:
        factor = scipy.linalg.cholesky(kernel, lower=True, check_finite=False)
        diagonal = np.diagonal(factor)
        definite = float(diagonal.min() / diagonal.max()) ** 2 > SMALLEST_PIVOT
    except np.linalg.LinAlgError:
        definite = False
    if not definite:
        raise ValueError(
            f"`samples` = {kernel.shape[0]} make a kernel singular in double precision; choose fewer"
        )
    return np.asarray(scipy.linalg.cho_solve((factor, True), right, check_finite=False))


def _replicate(
    seed: np.random.SeedSequence, *, features: int, samples: int, axes: int, members: int, points: int
) -> FloatArray:
    """Return excess, gap, constant and limit of one data set."""
    generator = np.random.default_rng(seed)
    every = sphere_points(samples + points, axes, generator)
    kernel = 2 * relu_second_moment(every @ every.T)
    train, cross = kernel[:samples, :samples], kernel[:samples, samples:]
    best = solve_kernel(train, cross)
    limit = 0.5 * float(np.mean(np.diagonal(kernel)[samples:] - np.sum(best * cross, axis=0)))
    # Before the features, so that data sets and constants do not depend on their number.
    sampled = relu_features(every, generator.standard_normal((axes, _DIRECTIONS)))
    learned, target = sampled[:samples], sampled[samples:]
    power = np.sum(learned * solve_kernel(train, learned), axis=0)
    constant = 0.5 * float(np.mean((target - best.T @ learned) ** 2 @ power) / _DIRECTIONS)
    errors = []
    for _ in range(members):
        mapped = relu_features(every, generator.standard_normal((axes, features)))
        empirical = mapped[:samples] @ mapped.T
        errors.append(solve_kernel(empirical[:, :samples], empirical[:, samples:]) - best)
    centre = np.mean(errors, axis=0)

    def size(error: FloatArray) -> float:
        return 0.5 * float(np.mean(np.sum(error * (train @ error), axis=0)))

    excess = float(np.mean([size(error) for error in errors]))
    gap = sum(size(error - centre) for error in errors) / (members - 1)
    return np.array([excess, gap, constant, limit])
