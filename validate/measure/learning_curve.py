r"""Learning curves of kernel regression on a finite set of data, measured and predicted from its modes.

The population is the set itself: of n data points some are drawn without replacement, the interpolant of
least norm is found, and its error is that on the points not drawn.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

from ...numerics import exact
from ..simulate.replicates import Progress, run_replicates, seed_sequence
from ..statistics import Estimate, log_log_slope, mean_estimate
from .modes import FloatArray, MeasuredModes, check_kernel, check_targets
from .prediction import predict_risk

#: The smallest square of a pivot over the largest that still leaves digits to the interpolant.
_LEAST_PIVOT: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredCurve:
    """Errors at growing `sizes`, numbers of samples or features; `draws` has a row for each replicate."""

    sizes: tuple[int, ...]
    draws: FloatArray

    @property
    def risk(self) -> tuple[Estimate, ...]:
        """The mean errors with their standard errors."""
        return tuple(mean_estimate(column) for column in self.draws.T)

    @property
    def exponent(self) -> Estimate:
        """The exponent over the whole curve, fitted draw by draw."""
        return mean_estimate([-log_log_slope(self.sizes, row).value for row in self.draws])


def measure_learning_curve(
    kernel: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    samples: Sequence[Any],
    replicates: Any = 8,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> MeasuredCurve:
    r"""Draw samples of a finite set of data, interpolate, and return the errors on the rest.

    Parameters
    ----------
    kernel :
        The kernel (Gram) matrix of all n data points, shape (n, n), positive definite.
    targets :
        What is to be learned, shape (n,) or (n, outputs), of which the squared errors are summed; None for
        the mean over all targets of the Gaussian process with this kernel (the isotropic prior).
    samples :
        Numbers of samples, increasing integers from 1 to n - 1.
    replicates :
        Independent draws, an integer not smaller than 2; the samples of one draw contain each other.
    seed, executor, progress :
        As in `simulate_ridge`.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its domain, or the kernel matrix is singular in double precision.

    Notes
    -----
    With the Cholesky factor of the kernel of the samples, :math:`LL^T=K_{SS}`, and :math:`V=L^{-1}K_S`, the
    interpolant of the first D samples is :math:`\sum_{i\le D}V_i(L^{-1}y_S)_i` and the mean squared error
    over the Gaussian process :math:`K_{xx}-\sum_{i\le D}V_{ix}^2`, so that one factor serves all sizes.

    Examples
    --------
    >>> import numpy as np
    >>> curve = measure_learning_curve(np.eye(10), samples=[2, 4], replicates=2, seed=0)
    >>> [risk.value for risk in curve.risk]
    [1.0, 1.0]
    """
    matrix = check_kernel("kernel", kernel)
    sizes = read_sizes("samples", samples, len(matrix))
    outputs = None if targets is None else check_targets(targets, len(matrix))
    draws = run_replicates(
        functools.partial(_errors, kernel=matrix, targets=outputs, sizes=sizes),
        replicates=read_replicates(replicates),
        seed=seed_sequence(seed),
        seconds=1e-3 + sizes[-1] ** 2 * len(matrix) / 5e9,
        executor=executor,
        progress=progress,
    )
    return MeasuredCurve(sizes=sizes, draws=draws)


def predict_unseen_risk(modes: MeasuredModes, *, samples: Sequence[Any]) -> FloatArray:
    r"""Return what :func:`measure_learning_curve` should find, from the modes of the kernel matrix.

    Parameters
    ----------
    modes :
        Of the whole kernel matrix; without a signal the target is the Gaussian process with this kernel.
    samples :
        Numbers of samples D, integers from 1 to n - 1.

    Raises
    ------
    TypeError, ValueError
        If the modes are not those of a kernel matrix, or a number of samples is outside its domain.

    Notes
    -----
    :math:`R_{\rm unseen}=R(D)/(1-D/n)` with the ridgeless :math:`R` of `solve_ridge` at infinitely many
    features. Where the eigenvectors are a uniformly random orthogonal matrix this is as exact as :math:`R` is
    for Gaussian data: D rows of the eigenvectors span the same random space as D Gaussian vectors do, and of
    the mean error over all n points that of the D samples is zero (derived here).

    Examples
    --------
    >>> from scalinglaws.validate.measure import measured_modes
    >>> predict_unseen_risk(measured_modes([[1, 0.5], [0.5, 1]]), samples=[1]).round(12).tolist()
    [0.866025403784]
    """
    if modes.samples is None:
        raise ValueError("`modes` come from no kernel matrix; make them of one by measured_modes")
    sizes = np.array(read_sizes("samples", samples, modes.samples), dtype=np.float64)
    return np.asarray(predict_risk(modes, samples=sizes).risk / (1 - sizes / modes.samples))


def read_replicates(replicates: Any) -> int:
    """Return a number of replicates that leaves a standard error."""
    number = exact.count("replicates", replicates)
    if number < 2:
        raise ValueError("`replicates` = 1 must be an integer not smaller than 2; choose it larger")
    return number


def read_sizes(name: str, sizes: Sequence[Any], points: int) -> tuple[int, ...]:
    """Return increasing numbers of samples or features, all smaller than the number of data points."""
    if isinstance(sizes, str) or not hasattr(sizes, "__len__") or not len(sizes):
        raise TypeError(f"`{name}` = {sizes!r} must be a list of integers; give at least one")
    found = tuple(exact.count(f"{name}[{place}]", value) for place, value in enumerate(sizes))
    for place, size in enumerate(found):
        if size >= points:
            raise ValueError(
                f"`{name}`[{place}] = {size} must be smaller than the {points} data points; lower it"
            )
        if place and size <= found[place - 1]:
            raise ValueError(f"`{name}`[{place}] = {size} must exceed the one before; sort them ascending")
    return found


def _errors(
    seed: np.random.SeedSequence,
    *,
    kernel: FloatArray,
    targets: FloatArray | None,
    sizes: tuple[int, ...],
) -> FloatArray:
    order = np.random.default_rng(seed).permutation(len(kernel))
    seen = order[: sizes[-1]]
    try:
        factor = np.linalg.cholesky(kernel[np.ix_(seen, seen)])
    except np.linalg.LinAlgError:
        raise _singular() from None
    pivots = np.diagonal(factor) ** 2
    if pivots.min() < _LEAST_PIVOT * pivots.max():
        raise _singular()
    rows = scipy.linalg.solve_triangular(factor, kernel[np.ix_(seen, order)], lower=True, check_finite=False)
    if targets is None:
        left = np.diagonal(kernel)[order].copy()
        steps = rows**2
    else:
        left = targets[order].copy()
        parts = scipy.linalg.solve_triangular(factor, left[: sizes[-1]], lower=True, check_finite=False)
    found, start = [], 0
    for size in sizes:
        chunk = slice(start, size)
        if targets is None:
            left -= steps[chunk].sum(axis=0)
            found.append(left[size:].mean())
        else:
            left -= rows[chunk].T @ parts[chunk]
            found.append((left[size:] ** 2).sum(axis=1).mean())
        start = size
    return np.array(found)


def _singular() -> ValueError:
    return ValueError(
        "`kernel` is singular in double precision on some samples; remove repeated data points, take fewer "
        "samples, more features or a less smooth kernel"
    )
