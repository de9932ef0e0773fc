r"""Spectra of the population second moment of random features, linear and rectified.

The kernel of a random-feature model is :math:`\mathbb E_x[\phi\phi^T]`, features by features.  For
:math:`\phi=Fx` it is :math:`F\Lambda F^T` with at most `size` non-zero eigenvalues; for
:math:`\phi=\max(0,Fx)` it is the arc-cosine kernel of the rows of :math:`F\Lambda^{1/2}` and has full rank.
"""

from __future__ import annotations

import functools
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from ..statistics import Estimate, log_log_slope, mean_estimate
from .arc_cosine import relu_second_moment
from .arguments import FloatArray, count, sampled_spectrum
from .cost import MEMORY_LIMIT
from .draws import sample_feature_map
from .estimator import EPSILON
from .replicates import Progress, run_replicates, seed_sequence
from .ridge import FEATURE_MAPS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureSpectrum:
    """Sorted eigenvalues of the second moment of random features, averaged over draws in the logarithm.

    `eigenvalues` holds the geometric means (as many as are not zero), `relative_error` the standard errors of
    their logarithms, `draws` the eigenvalues of every replicate (rows).
    """

    eigenvalues: FloatArray
    relative_error: FloatArray
    draws: FloatArray
    features: int
    size: int
    feature_map: str
    replicates: int
    seed: np.random.SeedSequence

    @property
    def rank(self) -> int:
        """Number of eigenvalues that are not zero."""
        return int(self.eigenvalues.size)

    def decay(self, first: int, last: int) -> Estimate:
        r"""Return the fitted local decay over the indices `first` to `last`, counted from 1, both included.

        Parameters
        ----------
        first, last
            A window of at least three indices, `1 <= first`, `last <= rank`.

        Raises
        ------
        ValueError
            If the window is too short or leaves the spectrum.

        Notes
        -----
        Minus the least-squares slope of :math:`\log\lambda_i` in :math:`\log i`, fitted draw by draw: the
        standard error is the spread of the draws, since the eigenvalues of one draw are not independent.
        """
        start, stop = count("first", first), count("last", last)
        if stop > self.rank or stop - start < 2:
            raise ValueError(
                f"`last` = {last} after `first` = {first} must leave at least 3 indices and not exceed "
                f"{self.rank}; choose another window"
            )
        index = np.arange(start, stop + 1, dtype=np.float64)
        return mean_estimate([-log_log_slope(index, row[start - 1 : stop]).value for row in self.draws])


def feature_spectrum(
    spectrum: Any,
    *,
    features: Any,
    feature_map: str = "linear",
    replicates: int = 8,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> FeatureSpectrum:
    r"""Return the eigenvalues of the population second moment of random features.

    Parameters
    ----------
    spectrum
        Spectrum of the data, as in `simulate_ridge`.
    features
        Number of features, a finite integer >= 1.
    feature_map
        `"linear"` or `"relu"`.
    replicates
        Number of independent feature maps, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the spectrum is infinite, a replicate needs too much memory,
        or an eigenvalue drowns in rounding.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    :math:`F_{nk}\sim\mathcal N(0,1/N)`.  Linear: squared singular values of :math:`F\Lambda^{1/2}`,
    :math:`\min(N,M)` of them.  Rectified: the second moment is not centred, so its first eigenvalue contains
    the mean of the features.

    Examples
    --------
    >>> linear = feature_spectrum([4, 2, 1], features=10**6, seed=1)
    >>> linear.rank, linear.eigenvalues.round(1).tolist()
    (3, [4.0, 2.0, 1.0])
    >>> feature_spectrum([4, 2, 1], features=10, feature_map="relu", seed=1).rank
    10
    """
    sampled = sampled_spectrum(spectrum)
    number = count("features", features)
    draws = count("replicates", replicates, least=2)
    root = seed_sequence(seed)
    if feature_map not in FEATURE_MAPS:
        raise ValueError(f"`feature_map` is {feature_map!r}; expected one of {', '.join(FEATURE_MAPS)}")
    relu = feature_map == "relu"
    rows = number if relu else min(number, sampled.size)
    memory = 8 * (rows * sampled.size * 2 + 6 * rows * rows)
    if memory > MEMORY_LIMIT:
        raise ValueError(
            f"`features` is {number} and a draw needs about {memory / 2**30:.1f} GiB, more than "
            f"{MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer `features` or a smaller `size`"
        )
    values = run_replicates(
        functools.partial(_eigenvalues, amplitudes=np.sqrt(sampled.eigenvalues), features=number, relu=relu),
        replicates=draws,
        seed=root,
        seconds=1e-4
        + 4.0 * rows * min(rows, sampled.size if not relu else rows) * max(rows, sampled.size) / 2e10,
        executor=executor,
        progress=progress,
    )
    logarithms = np.log(values)
    return FeatureSpectrum(
        eigenvalues=np.exp(logarithms.mean(axis=0)),
        relative_error=logarithms.std(axis=0, ddof=1) / np.sqrt(draws),
        draws=values,
        features=number,
        size=sampled.size,
        feature_map=feature_map,
        replicates=draws,
        seed=root,
    )


def _eigenvalues(
    seed: np.random.SeedSequence, *, amplitudes: FloatArray, features: int, relu: bool
) -> FloatArray:
    mapped = sample_feature_map(amplitudes, features, np.random.default_rng(seed), reduced=not relu)
    if relu:
        values = np.asarray(
            scipy.linalg.eigvalsh(relu_second_moment(mapped @ mapped.T), check_finite=False), dtype=np.float64
        )[::-1]
        floor = 100 * EPSILON * float(values[0]) * np.sqrt(values.size)
    else:
        # Squared singular values keep the small eigenvalues, which those of the product would lose.
        values = np.asarray(scipy.linalg.svdvals(mapped, check_finite=False), dtype=np.float64) ** 2
        floor = float(1e4 * EPSILON * np.sqrt(values[0])) ** 2
    if values[-1] <= floor:
        raise ValueError(
            f"`spectrum` decays too fast: eigenvalue {values.size} of the features drowns in rounding; "
            "choose a smaller `decay`, `size` or fewer `features`"
        )
    return values
