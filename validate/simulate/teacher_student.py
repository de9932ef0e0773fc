r"""Monte Carlo simulation of the random-feature teacher-student model in all its regimes.

Data and projection are drawn; test point and teacher are averaged exactly.  Beside each loss stands the limit
of the same draw in which the larger resource is infinite, so that the variance-limited excess is a difference
of two losses of one draw.
"""

from __future__ import annotations

import functools
import math
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...numerics import Eigenvalues, InterpolationThresholdError, Spectrum, solve_ridge
from ...theory import symbols
from ...theory.teacher_student import exact_factor, next_order
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, SampledSpectrum, count, count_or_infinity, sampled_spectrum
from .cost import Workload
from .covariates import Covariates
from .draws import sample_data, sample_feature_map
from .estimator import linear_form
from .replicates import Progress, run_replicates, seed_sequence
from .teacher_student_draw import PROJECTIONS, check_covariates, draw_projection

Rows = str | FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TeacherStudentSimulation:
    r"""Simulated losses with the factor 1/2, one for each replicate, and their limits.

    `loss_draws` holds :math:`L(T,N)`, `limit_draws` the same draw with the larger resource infinite: the best
    predictor on the features where these are fewer, regression with the teacher's kernel where the samples
    are.
    """

    loss_draws: FloatArray
    limit_draws: FloatArray
    features: float
    samples: float
    spectrum: Spectrum
    covariates: Covariates
    replicates: int
    seed: np.random.SeedSequence

    def estimate(self, quantity: str = "loss") -> Estimate:
        """Return `loss`, `limit` or their difference `excess` as an estimate with its standard error.

        Raises
        ------
        ValueError
            If `quantity` is none of these.
        """
        match quantity:
            case "loss":
                return mean_estimate(self.loss_draws)
            case "limit":
                return mean_estimate(self.limit_draws)
            case "excess":
                return mean_estimate(self.loss_draws - self.limit_draws)
        raise ValueError(f"`quantity` is {quantity!r}; expected loss, limit or excess")

    def prediction(self, quantity: str = "loss") -> float:
        """Return what `predict_teacher_student` says of the same quantity."""
        return predict_teacher_student(
            self.spectrum, features=self.features, samples=self.samples, quantity=quantity
        )


def predict_teacher_student(
    spectrum: Spectrum, *, features: float, samples: float, quantity: str = "loss"
) -> float:
    r"""Return the prediction for Gaussian draws: the limit to next order, with the exact factor.

    Parameters
    ----------
    spectrum
        Of finite size S.
    features, samples
        Positive numbers or inf, at least one finite and further apart than 1.
    quantity
        `"loss"`, `"limit"` or their difference `"excess"`.

    Raises
    ------
    ValueError
        If `quantity` is unknown, or the sizes are so close that the mean loss is infinite.

    Notes
    -----
    The limit is :math:`\frac1{2S}m\Delta_m(1+r)` with the relative correction r of order 1/m; the factor
    :math:`(M-1)/(M-m-1)` is exact.

    Examples
    --------
    >>> sizes = {"features": 10, "samples": 14}
    >>> loss, limit = (
    ...     predict_teacher_student(Eigenvalues([1] * 20), quantity=quantity, **sizes)
    ...     for quantity in ("loss", "limit")
    ... )
    >>> round(limit, 12), round(loss / limit, 12)
    (0.25, 4.333333333333)
    """
    smaller, larger = sorted((features, samples))
    if larger - smaller <= 1:
        raise ValueError(
            f"`features` = {features} and `samples` = {samples} are so close that the mean loss is infinite; "
            "choose them further apart than 1"
        )
    point = solve_ridge(spectrum, features=smaller, samples=math.inf)
    limit = float(point.risk) / (2 * int(spectrum.size))
    if limit > 0:
        traces = {symbols.df2: float(point.df2), symbols.df3: float(point.df3)}
        limit *= 1 + float(next_order(smaller).subs(traces))
    factor = 1.0 if math.isinf(larger) else float(exact_factor(smaller, larger))
    match quantity:
        case "loss":
            return limit * factor
        case "limit":
            return limit
        case "excess":
            return limit * (factor - 1)
    raise ValueError(f"`quantity` is {quantity!r}; expected loss, limit or excess")


def simulate_teacher_student(
    spectrum: Any,
    *,
    features: Any,
    samples: Any,
    projection: Rows = "gaussian",
    covariates: Covariates | None = None,
    replicates: int = 40,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> TeacherStudentSimulation:
    r"""Simulate a student of N projections of a teacher's S features, trained on T samples.

    Parameters
    ----------
    spectrum
        Eigenvalues :math:`c_k` of the second moment of the teacher's features: a `PowerLaw` of finite size,
        an `Eigenvalues` or an array of positive numbers, largest first.
    features, samples
        Integers >= 1 or inf, at least one finite; infinitely many features are the teacher's own kernel.
    projection
        `"gaussian"` for independent Gaussian rows, `"orthonormal"` for the projector on a random subspace, or
        a matrix of `features` rows that all replicates share.
    covariates
        Law of the whitened coordinates of the teacher's features, None for Gaussian ones.
    replicates
        Number of independent draws, at least 2.
    seed
        Integer >= 0 or `SeedSequence`.  The result depends on it and not on workers or chunks.
    executor
        Any `concurrent.futures.Executor`; see `simulate_ridge`.
    progress
        Called as `progress(done, total)` with numbers of replicates.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the spectrum is infinite, a replicate needs more memory than
        2 GiB, or double precision cannot hold the result.
    InterpolationThresholdError
        If features and samples are closer than 4 below the size: the loss or its fluctuation has no mean.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    :math:`L=\frac1{2S}\lVert(1-H^T(ZH^T)^+Z)\mathcal C^{1/2}\rVert_F^2` with the whitened features
    :math:`H=\mathcal P\mathcal C^{1/2}`.

    Examples
    --------
    >>> found = simulate_teacher_student([2, 1], features=1, samples=9, replicates=400, seed=3)
    >>> ratio = found.estimate("loss").value / found.estimate("limit").value
    >>> abs(ratio - 8 / 7) < 0.05
    True
    """
    sampled = sampled_spectrum(spectrum)
    wide, long = count_or_infinity("features", features), count_or_infinity("samples", samples)
    draws = count("replicates", replicates, least=2)
    root = seed_sequence(seed)
    law = check_covariates(covariates)
    shared = None if isinstance(projection, str) else _shared_rows(projection, wide, sampled.size)
    if shared is None:
        if projection not in PROJECTIONS:
            raise ValueError(
                f"`projection` is {projection!r}; expected one of {', '.join(PROJECTIONS)}, or a matrix"
            )
        if projection == "orthonormal" and not wide <= sampled.size:
            raise ValueError(
                f"`features` = {wide} must not exceed the size {sampled.size} for orthonormal rows; choose "
                "fewer, or Gaussian rows"
            )
    if min(wide, long) == math.inf:
        raise ValueError("`features` and `samples` are both inf: nothing is random and the loss is 0")
    # All features with orthonormal rows are the teacher's own kernel, which has no threshold.
    whole = isinstance(projection, str) and projection == "orthonormal" and wide == sampled.size
    if not whole and abs(wide - long) < 4 and min(wide, long) < sampled.size:
        raise InterpolationThresholdError(
            f"`samples` = {long} is {abs(wide - long):.0f} from `features`, where the loss or its "
            "fluctuation has no mean; choose a distance of at least 4"
        )
    workload = Workload(features=wide, samples=long, size=sampled.size, ridges=1, relu=False, literal=False)
    workload.check_memory()
    parts = run_replicates(
        functools.partial(
            _replicate,
            sampled=sampled,
            features=wide,
            samples=long,
            projection=projection if shared is None else shared,
            covariates=law,
        ),
        replicates=draws,
        seed=root,
        seconds=2 * workload.seconds,
        executor=executor,
        progress=progress,
    )
    return TeacherStudentSimulation(
        loss_draws=parts[:, 0].copy(),
        limit_draws=parts[:, 1].copy(),
        features=wide,
        samples=long,
        spectrum=spectrum if isinstance(spectrum, Spectrum) else Eigenvalues(spectrum),
        covariates=law,
        replicates=draws,
        seed=root,
    )


def _replicate(
    seed: np.random.SeedSequence,
    *,
    sampled: SampledSpectrum,
    features: float,
    samples: float,
    projection: Rows,
    covariates: Covariates,
) -> FloatArray:
    """Return the loss of one draw, and its limit."""
    generator = np.random.default_rng(seed)
    amplitudes = np.sqrt(sampled.eigenvalues)
    mapped = _feature_map(projection, amplitudes, features, generator)
    data = None if math.isinf(samples) else _data(covariates, sampled.size, int(samples), generator)

    def loss(feature_map: FloatArray | None, points: FloatArray | None) -> float:
        # the prior is isotropic: the signal of a mode is its eigenvalue
        form = linear_form(feature_map, points, amplitudes, amplitudes)
        return form.bias_and_variance(0.0, 0.0)[0] / (2 * sampled.size)

    limit = loss(mapped, None) if features <= samples else loss(None, data)
    return np.array([limit if mapped is None or data is None else loss(mapped, data), limit])


def _feature_map(
    projection: Rows, amplitudes: FloatArray, features: float, generator: np.random.Generator
) -> FloatArray | None:
    """Return the whitened features, None for infinitely many."""
    if math.isinf(features):
        return None
    if not isinstance(projection, str):
        return projection * amplitudes
    if projection == "gaussian":
        return sample_feature_map(amplitudes, int(features), generator, reduced=True)
    return draw_projection(projection, int(features), amplitudes.size, generator) * amplitudes


def _data(covariates: Covariates, size: int, samples: int, generator: np.random.Generator) -> FloatArray:
    """Return whitened data; of more Gaussian samples than dimensions only the second moment is drawn."""
    if covariates.law == "gaussian":
        return sample_data(size, samples, generator, reduced=True)
    return covariates.sample((size, samples), generator)


def _shared_rows(projection: Any, features: float, size: int) -> FloatArray:
    rows = np.asarray(projection, dtype=np.float64)
    if rows.shape != (features, size):
        raise ValueError(
            f"`projection` has shape {rows.shape}; expected `features` = {features} rows of {size} entries"
        )
    if not np.isfinite(rows).all():
        raise ValueError("`projection` has entries that are not finite; give real numbers")
    if np.linalg.matrix_rank(rows) < min(rows.shape):
        raise ValueError(f"`projection` has a rank below {min(rows.shape)}; give independent rows")
    return rows
