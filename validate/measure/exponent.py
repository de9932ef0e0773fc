r"""The exponent with which fluctuations of any estimator raise its expected loss.

Theorem 1 of Bahri, Dyer, Kaplan, Lee and Sharma (arXiv:2102.06701) is about every estimator that
concentrates: with :math:`\hat f` the outputs of a model that is trained on :math:`n` samples, or has
:math:`n` hidden units,

.. math::

   \mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)=O(n^{-1}).

Here it is measured.  The loss of the mean over :math:`R` replicates is too large by
:math:`\frac1{2R}\ell''\operatorname{Var}\hat f`, as large as what is looked for over :math:`R`; the jackknife
takes this away and gives standard errors that know how both terms depend on each other.  For a quadratic loss
it is unbiased.

The distance :math:`\mathbb E\,\ell(\hat f)-\ell_\infty` to a known limit may fall more slowly: that the
outputs concentrate says nothing of :math:`\mathbb E\hat f-f`.
"""

from __future__ import annotations

import functools
import math
import operator
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..simulate.arguments import count
from ..simulate.cost import MEMORY_LIMIT
from ..simulate.replicates import Progress, child_seed, run_replicates, seed_sequence, single_blas_thread
from ..statistics import Estimate, mean_estimate
from .exponent_fit import ExponentFit, fit_exponent
from .limit_fit import LimitFit, fit_exponent_and_limit

FloatArray = NDArray[np.float64]
Estimator = Callable[[np.random.Generator, int], ArrayLike]
Loss = Callable[[FloatArray], ArrayLike]

#: Share of the sum of squares that a single draw may have; beyond it there is no standard error.
LARGEST_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredGaps:
    r"""Expected losses of an estimator by size, and what they exceed.

    Parameters
    ----------
    sizes
        The sizes :math:`n`.
    losses
        :math:`\mathbb E\,\ell(\hat f)`.
    gaps
        :math:`\mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)`, by the jackknife.
    excesses
        :math:`\mathbb E\,\ell(\hat f)-\ell_\infty`, none without a limit.
    limit
        :math:`\ell_\infty` as it was given.
    shares
        The largest share that one draw has in the sum of squares behind each gap and each loss, by size.
    replicates, seed
        As they were given.
    """

    sizes: tuple[int, ...]
    losses: tuple[Estimate, ...]
    gaps: tuple[Estimate, ...]
    excesses: tuple[Estimate, ...] | None
    limit: float | None
    shares: tuple[tuple[float, float], ...]
    replicates: int
    seed: np.random.SeedSequence

    def over_mean(self, *, confidence: float = 0.95) -> ExponentFit:
        r"""Return the exponent of :math:`\mathbb E\,\ell(\hat f)-\ell(\mathbb E\hat f)`.

        Raises
        ------
        ValueError
            If a gap lies within five standard errors of zero, the gaps change their sign, or one draw makes
            more than half of a spread, as it does where the loss has no variance.
        """
        self._check_tails(0, "gaps")
        return fit_exponent(self.sizes, self.gaps, confidence=confidence, name="gaps")

    def over_limit(self, *, confidence: float = 0.95) -> ExponentFit:
        r"""Return the exponent of :math:`\mathbb E\,\ell(\hat f)-\ell_\infty`.

        Raises
        ------
        ValueError
            As for `over_mean`, and without a limit.
        """
        if self.excesses is None:
            raise ValueError("`limit` is None; give the loss of infinite size to measure the distance to it")
        self._check_tails(1, "excesses")
        return fit_exponent(self.sizes, self.excesses, confidence=confidence, name="excesses")

    def over_fitted_limit(self, *, confidence: float = 0.95) -> LimitFit:
        r"""Return the exponent of :math:`\mathbb E\,\ell(\hat f)` above a limit that is fitted as well.

        Raises
        ------
        ValueError
            If one draw makes more than half of a spread, or the losses do not determine both, as with fewer
            than four sizes.
        """
        self._check_tails(1, "losses")
        return fit_exponent_and_limit(self.sizes, self.losses, confidence=confidence, seed=self.seed)

    def _check_tails(self, place: int, name: str) -> None:
        worst, size = max((share[place], size) for share, size in zip(self.shares, self.sizes, strict=True))
        if worst > LARGEST_SHARE:
            raise ValueError(
                f"`{name}` have no standard error at size {size}: one of {self.replicates} draws makes "
                f"{worst:.0%} of the spread; take a loss that grows more slowly, or more replicates"
            )


def measure_gaps(
    loss: Loss,
    estimator: Estimator,
    *,
    sizes: Sequence[int],
    replicates: int = 400,
    seed: Any,
    limit: float | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> MeasuredGaps:
    r"""Measure what the fluctuations of an estimator cost, by size.

    Parameters
    ----------
    loss
        Called with outputs stacked along a first axis of draws; returns the loss of each draw along it.
        Further axes of what it returns are averaged, so that the loss may be given point by point.
    estimator
        Called as `estimator(generator, size)` for every replicate: draws its data, weights and order of
        samples from the generator, trains at this size, and returns outputs, a number or an array of a shape
        that does not change, such as the predictions at fixed test points.
    sizes
        Samples, widths or whatever the estimator understands: at least three integers >= 1, increasing.
    replicates
        Independent draws at each size, at least 20.
    seed
        An integer >= 0 or a `SeedSequence`; the replicate `r` of the size `i` has the child `(i, r)`.
    limit
        The loss at infinite size where it is known, a finite number; `over_fitted_limit` does without.
    executor
        Where the replicates run; both callables have to pickle for a pool of processes.  None is here.
    progress
        Called with the number of replicates done and their total, for each size.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or a callable returns what is not finite or has another shape
        than the first time.
    TypeError
        If a callable cannot be called, or returns what are no real numbers.

    Notes
    -----
    With the mean :math:`m` of the :math:`R` outputs, and :math:`m_{-i}` the mean without one of them, the gap
    is the mean of :math:`\ell(\hat f_i)-R\,\ell(m)+(R-1)\ell(m_{-i})`, and their spread gives its standard
    error [1]_.

    References
    ----------
    .. [1] B. Efron, The jackknife, the bootstrap and other resampling plans (1982), chapter 2.

    Examples
    --------
    The mean of 5 coordinates, and half the squared distance to 1: the gap is :math:`5\cdot\frac1{2n}`.

    >>> def estimator(generator, samples):
    ...     return generator.standard_normal((samples, 5)).mean(axis=0)
    >>> def loss(outputs):
    ...     return ((outputs - 1) ** 2).sum(axis=1) / 2
    >>> found = measure_gaps(loss, estimator, sizes=[10, 20, 40, 80], seed=1, limit=2.5)
    >>> fit = found.over_mean()
    >>> f"{fit.value:.2f} ± {fit.standard_error:.2f}, constant {fit.constant:.1f}"
    '0.98 ± 0.02, constant 2.3'
    """
    lengths = _sizes(sizes)
    number = count("replicates", replicates, least=20)
    root = seed_sequence(seed)
    for name, function in (("loss", loss), ("estimator", estimator)):
        if not callable(function):
            raise TypeError(f"`{name}` is {function!r} and cannot be called; give a function")
    target = None if limit is None else _limit(limit)
    losses, gaps, shares = [], [], []
    for place, size in enumerate(lengths):
        outputs = _outputs(estimator, size, number, child_seed(root, place), executor, progress)
        with single_blas_thread():
            single, pseudo = _losses(loss, outputs)
        losses.append(mean_estimate(single))
        gaps.append(mean_estimate(pseudo))
        shares.append((_largest_share(pseudo), _largest_share(single)))
    excesses = None
    if target is not None:
        excesses = tuple(
            Estimate(value=mean.value - target, standard_error=mean.standard_error, count=mean.count)
            for mean in losses
        )
    return MeasuredGaps(
        sizes=lengths,
        losses=tuple(losses),
        gaps=tuple(gaps),
        excesses=excesses,
        limit=target,
        shares=tuple(shares),
        replicates=number,
        seed=root,
    )


def _sizes(sizes: Any) -> tuple[int, ...]:
    if isinstance(sizes, str) or not hasattr(sizes, "__len__") or len(sizes) < 3:
        raise ValueError(f"`sizes` = {sizes!r} must be at least three integers; give more")
    lengths = tuple(count("sizes", size) for size in sizes)
    if any(later <= earlier for earlier, later in pairwise(lengths)):
        raise ValueError(f"`sizes` = {lengths} must increase; sort them and remove repetitions")
    return lengths


def _limit(limit: float) -> float:
    try:
        value = float(operator.index(limit) if isinstance(limit, int) else limit)
    except (TypeError, ValueError):
        raise TypeError(
            f"`limit` is {limit!r} and no number; give the loss at infinite size or None"
        ) from None
    if not math.isfinite(value):
        raise ValueError(f"`limit` = {limit} must be finite; give the loss at infinite size or None")
    return value


def _real(name: str, values: Any) -> FloatArray:
    """Return what a callable returned as an array of finite floats."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"`{name}` returned a ragged array; return one of a fixed shape") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` returned {array.dtype} values; return real numbers")
    numbers = array.astype(np.float64)
    if not np.isfinite(numbers).all():
        wrong = numbers[~np.isfinite(numbers)]
        raise ValueError(f"`{name}` returned {wrong[0]}; return finite numbers: training must not diverge")
    return numbers


def _draw(seed: np.random.SeedSequence, *, estimator: Estimator, size: int) -> FloatArray:
    return _real("estimator", estimator(np.random.default_rng(seed), size))


def _draw_alike(
    seed: np.random.SeedSequence, *, estimator: Estimator, size: int, shape: tuple[int, ...]
) -> FloatArray:
    outputs = _draw(seed, estimator=estimator, size=size)
    if outputs.shape != shape:
        raise ValueError(
            f"`estimator` returned shapes {shape} and {outputs.shape} at size {size}; return outputs of one "
            "shape, such as predictions at fixed points"
        )
    return outputs


def _outputs(
    estimator: Estimator,
    size: int,
    replicates: int,
    seed: np.random.SeedSequence,
    executor: Executor | None,
    progress: Progress | None,
) -> FloatArray:
    """Return the outputs of all replicates; the first is drawn twice, for its shape and time."""
    begun = time.perf_counter()
    shape = _draw(child_seed(seed, 0), estimator=estimator, size=size).shape
    seconds = time.perf_counter() - begun
    if 0 in shape:
        raise ValueError(f"`estimator` returned an array of shape {shape} without values; return outputs")
    if 8 * math.prod(shape) * replicates > MEMORY_LIMIT:
        raise ValueError(
            f"`replicates` = {replicates} of shape {shape} need more than {MEMORY_LIMIT / 2**30:.0f} GiB; "
            "return fewer outputs"
        )
    return run_replicates(
        functools.partial(_draw_alike, estimator=estimator, size=size, shape=shape),
        replicates=replicates,
        seed=seed,
        # Without an executor nothing is worth a pool: what a user writes in a notebook does not pickle.
        seconds=seconds if executor is not None else 0.0,
        executor=executor,
        progress=progress,
    )


def _losses(loss: Loss, outputs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the loss of each draw, and the jackknife's pseudo-values of the gap."""
    number = outputs.shape[0]
    mean = outputs.mean(axis=0)
    single = _each(loss, outputs)
    alone = _each(loss, outputs[:1])
    if not np.allclose(alone, single[:1], rtol=1e-9, atol=1e-12 * max(1.0, float(np.abs(single).max()))):
        raise ValueError(
            f"`loss` of one draw is {alone[0]:.6g} by itself and {single[0]:.6g} among others; return a loss "
            "of each draw along the first axis"
        )
    without = _each(loss, mean + (mean - outputs) / (number - 1))
    whole = _each(loss, mean[np.newaxis])[0]
    return single, single - without + number * (without - whole)


def _each(loss: Loss, outputs: FloatArray) -> FloatArray:
    """Return one loss for each draw."""
    values = _real("loss", loss(outputs))
    if values.ndim == 0 or values.shape[0] != outputs.shape[0]:
        raise ValueError(
            f"`loss` returned the shape {values.shape} for outputs of shape {outputs.shape}; return a loss "
            f"of each of the {outputs.shape[0]} draws along the first axis"
        )
    return np.asarray(values.reshape(values.shape[0], -1).mean(axis=1))


def _largest_share(draws: FloatArray) -> float:
    """Return the share of one draw in the sum of squared deviations."""
    squares = (draws - draws.mean()) ** 2
    total = float(squares.sum())
    return float(squares.max()) / total if total > 0 else 0.0
