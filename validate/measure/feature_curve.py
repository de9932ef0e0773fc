r"""The error that a number of random features leaves on a finite set of data, all of which is known."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

from ..simulate.replicates import Progress, run_replicates, seed_sequence
from .learning_curve import MeasuredCurve, read_replicates, read_sizes
from .modes import FloatArray, check_kernel, check_targets

Draw = Callable[[np.random.Generator, int], FloatArray]


def measure_feature_curve(
    draw: Draw,
    kernel: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    features: Sequence[Any],
    replicates: Any = 8,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> MeasuredCurve:
    r"""Draw random features and return the mean squared error of their best linear combination.

    Parameters
    ----------
    draw :
        A function of a generator and a number P of features that returns their values on all n data points,
        shape (n, P); one that pickles for a pool of processes.
    kernel :
        The kernel matrix of the data points, shape (n, n).
    targets :
        As in :func:`measure_learning_curve`; None for the mean over all targets of the Gaussian process with
        this kernel.
    features :
        Numbers of features, increasing integers from 1 to n - 1.
    replicates, seed, executor, progress :
        As in :func:`measure_learning_curve`; the features of one replicate contain each other.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its domain, or `draw` returns something else.

    Notes
    -----
    With an orthonormal basis Q of the first P features on the data points the error is
    :math:`\mathrm{Tr}[(1-QQ^T)K]/n`, or :math:`|(1-QQ^T)y|^2/n` of targets y: what remains at infinitely many
    samples, `sweep_ridge` with ``samples=inf``, where the n data points are all there is.

    Examples
    --------
    >>> import numpy as np
    >>> curve = measure_feature_curve(
    ...     lambda generator, count: generator.standard_normal((10, count)),
    ...     np.eye(10), features=[2, 5], replicates=2, seed=0,
    ... )
    >>> [round(risk.value, 12) for risk in curve.risk]
    [0.8, 0.5]
    """
    matrix = check_kernel("kernel", kernel)
    sizes = read_sizes("features", features, len(matrix))
    outputs = None if targets is None else check_targets(targets, len(matrix))
    draws = run_replicates(
        functools.partial(_errors, draw=draw, kernel=matrix, targets=outputs, sizes=sizes),
        replicates=read_replicates(replicates),
        seed=seed_sequence(seed),
        seconds=1e-3 + sizes[-1] * len(matrix) * (len(matrix) + 2 * sizes[-1]) / 5e9,
        executor=executor,
        progress=progress,
    )
    return MeasuredCurve(sizes=sizes, draws=draws)


def _errors(
    seed: np.random.SeedSequence,
    *,
    draw: Draw,
    kernel: FloatArray,
    targets: FloatArray | None,
    sizes: tuple[int, ...],
) -> FloatArray:
    values = np.asarray(draw(np.random.default_rng(seed), sizes[-1]), dtype=np.float64)
    if values.shape != (len(kernel), sizes[-1]) or not np.isfinite(values).all():
        raise ValueError(
            f"`draw` returned values of shape {values.shape} and must return finite ones of shape "
            f"{(len(kernel), sizes[-1])}: a row for a data point, a column for a feature"
        )
    basis = scipy.linalg.qr(values, mode="economic", check_finite=False)[0]
    if targets is None:
        whole = float(np.trace(kernel))
        parts = np.einsum("ij,ij->j", basis, kernel @ basis)
    else:
        whole = float(np.sum(targets**2))
        parts = np.sum((basis.T @ targets) ** 2, axis=1)
    learned = np.cumsum(parts)[np.array(sizes) - 1]
    return np.asarray((whole - learned) / len(kernel))
