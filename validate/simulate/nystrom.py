r"""Eigenvalues of kernel matrices on random points of a manifold, which estimate those of the kernel."""

from __future__ import annotations

import functools
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from ...numerics import Kernel, Manifold
from ..statistics import Estimate, log_log_slope, mean_estimate
from .arguments import FloatArray, count
from .cost import MEMORY_LIMIT
from .replicates import Progress, run_replicates, seed_sequence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NystromSpectrum:
    """Eigenvalues of a kernel matrix over the number of points (rows of `draws`, largest first), by draw."""

    draws: FloatArray
    kernel: Kernel
    manifold: Manifold
    samples: int
    seed: np.random.SeedSequence

    def decay(self, first: int, last: int) -> Estimate:
        r"""Return the fitted decay over the indices `first` to `last`, counted from 1, both included.

        Raises
        ------
        ValueError
            If the window has fewer than three indices or leaves the spectrum.
        """
        start, stop = count("first", first), count("last", last)
        if stop > self.draws.shape[1] or stop - start < 2:
            raise ValueError(
                f"`last` = {last} after `first` = {first} must leave at least 3 indices and not exceed "
                f"{self.draws.shape[1]}; choose another window"
            )
        index = np.arange(start, stop + 1, dtype=np.float64)
        return mean_estimate([-log_log_slope(index, row[start - 1 : stop]).value for row in self.draws])


def nystrom_spectrum(
    kernel: Kernel,
    *,
    manifold: Manifold,
    samples: Any,
    replicates: Any = 4,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> NystromSpectrum:
    r"""Return the eigenvalues of :math:`k(x_i,x_j)/n` on independent uniform points.

    Parameters
    ----------
    kernel
        Positive definite on the manifold.
    manifold
        `Circle()`, `Torus(d)` or `Sphere(d)`.
    samples
        Number of points n, an integer >= 1. Eigenvalues of an index comparable with n are far from those of
        the kernel.
    replicates
        Number of independent sets of points, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the kernel is not positive definite on the manifold, or a
        matrix needs too much memory.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from scalinglaws.numerics import Laplace, Sphere
    >>> found = nystrom_spectrum(Laplace(), manifold=Sphere(2), samples=300, replicates=2, seed=1)
    >>> found.draws.shape, bool(abs(found.draws.sum(axis=1) - 1).max() < 1e-12)
    ((2, 300), True)
    """
    if not isinstance(kernel, Kernel):
        raise TypeError(f"`kernel` is {kernel!r} and must be a kernel such as Matern; make one")
    kernel.check_manifold(manifold)
    number, root = count("samples", samples), seed_sequence(seed)
    memory = 8 * 4 * number**2
    if memory > MEMORY_LIMIT:
        raise ValueError(
            f"`samples` = {number} needs about {memory / 2**30:.1f} GiB for a draw, more than "
            f"{MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer"
        )
    values = run_replicates(
        functools.partial(_eigenvalues, kernel=kernel, manifold=manifold, samples=number),
        replicates=count("replicates", replicates, least=2),
        seed=root,
        seconds=1e-4 + 1e-7 * number**2 + 4.0 * number**3 / 2e10,
        executor=executor,
        progress=progress,
    )
    return NystromSpectrum(draws=values, kernel=kernel, manifold=manifold, samples=number, seed=root)


def _eigenvalues(
    seed: np.random.SeedSequence, *, kernel: Kernel, manifold: Manifold, samples: int
) -> FloatArray:
    points = manifold.uniform(np.random.default_rng(seed), samples)
    values = scipy.linalg.eigvalsh(kernel.matrix(manifold, points) / samples, check_finite=False)
    return np.asarray(values[::-1], dtype=np.float64)
