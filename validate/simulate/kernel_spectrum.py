r"""Eigenvalues of drawn kernel matrices, for comparison with their limiting density."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from ...numerics.random_matrix import Matrix
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, count, count_or_infinity, sampled_spectrum
from .cost import MEMORY_LIMIT
from .draws import sample_data, sample_feature_map
from .replicates import Progress, run_replicates, seed_sequence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KernelSpectrum:
    """Eigenvalues of independent random matrices.

    `draws` holds those of each replicate that are not zero (rows, largest first), `dimension` how many each
    matrix has in all.
    """

    draws: FloatArray
    dimension: int
    features: int | float
    samples: int
    size: int
    replicates: int
    seed: np.random.SeedSequence

    def share_above(self, x: float) -> Estimate:
        """Return the share of all eigenvalues, zeros included, that exceed a positive number."""
        return mean_estimate((self.draws > x).sum(axis=1) / self.dimension)

    def mean_of(self, function: Callable[[FloatArray], FloatArray]) -> Estimate:
        """Return the mean over all eigenvalues of a function that is 0 at 0."""
        return mean_estimate(function(self.draws).sum(axis=1) / self.dimension)

    def histogram(self, edges: FloatArray) -> FloatArray:
        """Return the share of all eigenvalues in each bin, per unit of the logarithm."""
        counts, _ = np.histogram(self.draws, edges)
        return np.asarray(counts / (self.replicates * self.dimension * np.diff(np.log(edges))))


def kernel_spectrum(
    spectrum: Any,
    *,
    features: Any,
    samples: Any,
    matrix: Matrix = "kernel",
    replicates: int = 8,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> KernelSpectrum:
    r"""Return eigenvalues of random kernel matrices.

    Parameters
    ----------
    spectrum
        Spectrum of the data, as in `simulate_ridge`.
    features
        An integer >= 1, or inf for the kernel of the data themselves.
    samples
        A finite integer >= 1.
    matrix
        `"kernel"` for :math:`\Phi\Phi^T/T`, `"covariance"` for :math:`\Phi^T\Phi/T`.
    replicates
        Number of independent matrices, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the spectrum is infinite, or a draw needs too much memory.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    Found are the eigenvalues of the smaller of the two Gram matrices of :math:`\Phi`; both have the same but
    for zeros. Small ones carry an absolute error of the order of rounding times the largest.

    Examples
    --------
    >>> found = kernel_spectrum([1] * 4, features="inf", samples=10**5, replicates=2, seed=1)
    >>> found.draws.shape, bool(np.allclose(found.draws, 1, atol=0.02))
    ((2, 4), True)
    """
    sampled = sampled_spectrum(spectrum)
    wide, long = count_or_infinity("features", features), count("samples", samples)
    draws = count("replicates", replicates, least=2)
    root = seed_sequence(seed)
    if matrix not in ("kernel", "covariance"):
        raise ValueError(f"`matrix` = {matrix!r} must be 'kernel' or 'covariance'; choose one")
    if matrix == "covariance" and math.isinf(wide):
        raise ValueError("`features` = inf leaves the covariance matrix without a size; choose it finite")
    rank = int(min(wide, long, sampled.size))
    rows = sampled.size if math.isinf(wide) else int(wide)
    memory = 8 * (sampled.size * (long + (0 if math.isinf(wide) else rows)) + rows * long + 2 * rank**2)
    if memory > MEMORY_LIMIT:
        raise ValueError(
            f"`samples` = {long} with `size` = {sampled.size} needs about {memory / 2**30:.1f} GiB for a "
            f"draw, more than {MEMORY_LIMIT / 2**30:.0f} GiB; choose smaller sizes"
        )
    values = run_replicates(
        functools.partial(
            _eigenvalues, amplitudes=np.sqrt(sampled.eigenvalues), features=wide, samples=long, rank=rank
        ),
        replicates=draws,
        seed=root,
        seconds=1e-4 + (2.0 * rows * long * (sampled.size + rank) + 4.0 * rank**3) / 2e10,
        executor=executor,
        progress=progress,
    )
    return KernelSpectrum(
        draws=values,
        dimension=long if matrix == "kernel" else int(wide),
        features=wide,
        samples=long,
        size=sampled.size,
        replicates=draws,
        seed=root,
    )


def _eigenvalues(
    seed: np.random.SeedSequence, *, amplitudes: FloatArray, features: int | float, samples: int, rank: int
) -> FloatArray:
    generator = np.random.default_rng(seed)
    if math.isinf(features):
        design = amplitudes[:, None] * sample_data(amplitudes.size, samples, generator, reduced=False)
    else:
        maps = sample_feature_map(amplitudes, int(features), generator, reduced=False)
        design = maps @ sample_data(amplitudes.size, samples, generator, reduced=False)
    gram = design @ design.T if design.shape[0] < design.shape[1] else design.T @ design
    values = np.asarray(scipy.linalg.eigvalsh(gram / samples, check_finite=False), dtype=np.float64)
    return values[::-1][:rank]
