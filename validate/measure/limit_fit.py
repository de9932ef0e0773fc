r"""A power law above a limit that is not known, through simulated means.

.. math::

   y_i=y_\infty+cn_i^{-a}.

For a given exponent the law is linear in :math:`y_\infty` and :math:`c`, which leaves one number to search:
:math:`\chi^2` as a function of :math:`a` alone.  Limit and exponent depend on each other so strongly that
intervals come from draws of the means within their standard errors, each fitted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.optimize
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from ..fit import Fitted
from ..simulate.replicates import seed_sequence
from ..statistics import Estimate

FloatArray = NDArray[np.float64]

#: Exponents that are tried; at the ends the means do not determine one.
_EXPONENTS: Final = np.linspace(0.02, 5.0, 997)
_DRAWS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFit:
    r"""A fitted power law above a limit.

    Parameters
    ----------
    exponent, limit, constant
        :math:`a`, :math:`y_\infty` and :math:`c` with the ends of their intervals.
    p_value
        Probability of a scatter at least as large about a true law; below 1% or so it is none.
    """

    exponent: Fitted
    limit: Fitted
    constant: Fitted
    p_value: float


def fit_exponent_and_limit(
    sizes: ArrayLike, means: Sequence[Estimate], *, confidence: float = 0.95, seed: Any = 0
) -> LimitFit:
    r"""Fit a power law above an unknown limit to means, weighted by their standard errors.

    Parameters
    ----------
    sizes
        Samples, widths or the like: at least four different positive numbers.
    means
        A mean with a standard error larger than 0 for each size.
    confidence
        Probability content of the intervals, in (0, 1).
    seed
        Of the draws behind the intervals.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, or the means do not determine an exponent: the best one, or an
        end of its interval, is at an end of what is tried, 0.02 to 5.

    Examples
    --------
    >>> sizes = [10, 20, 40, 80, 160]
    >>> means = [Estimate(value=3 + 2 / n, standard_error=1e-4, count=100) for n in sizes]
    >>> fit = fit_exponent_and_limit(sizes, means)
    >>> f"{fit.exponent.value:.3f} {fit.limit.value:.3f} {fit.constant.value:.2f}"
    '1.000 3.000 2.00'
    """
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` = {confidence} must be a probability in (0, 1); choose 0.95")
    places = np.asarray(sizes, dtype=np.float64)
    if places.ndim != 1 or places.size != len(means) or np.unique(places).size < 4 or (places <= 0).any():
        raise ValueError(
            f"`sizes` has shape {places.shape} for {len(means)} means; give four or more different positive "
            "ones, one for each mean"
        )
    values = np.array([mean.value for mean in means])
    errors = np.array([mean.standard_error for mean in means])
    if not np.isfinite(values).all() or not (np.isfinite(errors) & (errors > 0)).all():
        raise ValueError("`means` need finite values with standard errors larger than 0; remove the others")
    solver = _Solver.of(places, errors)
    best, scatter = solver.fit_one(values)
    generator = np.random.default_rng(seed_sequence(seed))
    drawn = solver.fit(values + errors * generator.standard_normal((_DRAWS, places.size)))
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    edge = _EXPONENTS[[1, -2]]
    if not edge[0] < low[0] <= high[0] < edge[1] or not edge[0] < best[0] < edge[1]:
        raise ValueError(
            f"`means` do not determine exponent and limit together: exponents from {low[0]:.2g} to "
            f"{high[0]:.2g} fit; draw more replicates, or choose sizes over a wider range"
        )
    exponent, limit, constant = (
        Fitted(value=float(value), low=float(start), high=float(end))
        for value, start, end in zip(best, low, high, strict=True)
    )
    return LimitFit(
        exponent=exponent,
        limit=limit,
        constant=constant,
        p_value=float(scipy.stats.chi2.sf(scatter, places.size - 3)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Solver:
    """The linear fits of all exponents at once.

    Parameters
    ----------
    sizes, errors
        Where the means are, and their standard errors.
    inverse
        What turns means over errors into limit and constant; shape (exponents, 2, sizes).
    basis
        Orthonormal columns of each fit; shape (exponents, sizes, 2).
    """

    sizes: FloatArray
    errors: FloatArray
    inverse: FloatArray
    basis: FloatArray

    @classmethod
    def of(cls, sizes: FloatArray, errors: FloatArray) -> _Solver:
        powers = (sizes / sizes.min()) ** -_EXPONENTS[:, np.newaxis]
        design = np.stack([np.ones_like(powers), powers], axis=2) / errors[:, np.newaxis]
        basis, _ = np.linalg.qr(design)
        inverse = np.asarray(np.linalg.pinv(design), dtype=np.float64)
        # The constant belongs to the size 1.
        inverse[:, 1] *= (sizes.min() ** _EXPONENTS)[:, np.newaxis]
        return cls(sizes=sizes, errors=errors, inverse=inverse, basis=basis)

    def fit_one(self, values: FloatArray) -> tuple[FloatArray, float]:
        """Return exponent, limit and constant, not only on the grid, and the sum of squared deviations."""
        near = float(self.fit(values[np.newaxis])[0, 0])
        width = float(_EXPONENTS[1] - _EXPONENTS[0])

        def linear(exponent: float) -> tuple[FloatArray, float]:
            powers = (self.sizes / self.sizes.min()) ** -exponent
            design = np.column_stack([np.ones_like(powers), powers]) / self.errors[:, np.newaxis]
            pair = np.asarray(np.linalg.lstsq(design, values / self.errors)[0], dtype=np.float64)
            return pair, float(np.sum((values / self.errors - design @ pair) ** 2))

        found = scipy.optimize.minimize_scalar(
            lambda exponent: linear(exponent)[1], bounds=(near - width, near + width), method="bounded"
        )
        pair, scatter = linear(float(found.x))
        return np.array([found.x, pair[0], pair[1] * self.sizes.min() ** found.x]), scatter

    def fit(self, values: FloatArray) -> FloatArray:
        """Return exponent, limit and constant (columns) of each row."""
        scaled = values / self.errors
        # Deviations from each fit, not a difference of squares: that would cancel.
        projected = np.einsum("esk,rs->rek", self.basis, scaled)
        scatter = np.empty(projected.shape[:2])
        for place in range(len(_EXPONENTS)):
            rest = scaled - projected[:, place] @ self.basis[place].T
            scatter[:, place] = np.sum(rest**2, axis=1)
        rows = np.arange(len(values))
        best = np.clip(np.argmin(scatter, axis=1), 1, len(_EXPONENTS) - 2)
        below, middle, above = (scatter[rows, best + step] for step in (-1, 0, 1))
        bend = below - 2 * middle + above
        step = np.where(bend > 0, (below - above) / (2 * np.where(bend > 0, bend, 1.0)), 0.0).clip(-1, 1)
        spacing = _EXPONENTS[1] - _EXPONENTS[0]
        exponents = _EXPONENTS[best] + step * spacing
        pairs = np.einsum("rks,rs->rk", self.inverse[best], scaled)
        return np.column_stack([exponents, pairs])
