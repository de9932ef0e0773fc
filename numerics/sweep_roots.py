"""The fixed points of many regressions at once, in double precision.

The equation and its one root are those of :mod:`.fixed_point`. Every point has a bracket of log(kappa) of its
own, and Newton steps of the logarithm of z/(M - z) inside it. Where z fills most of the spectrum, what is
compared is M - z, a positive sum as well. No point's result depends on the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from .equivalent import BoolArray, FloatArray, Resources, smaller_root, vacancies
from .fixed_point import HALF_LEARNED, LEARNED
from .nodes import Nodes, WeightedSum
from .spectrum import ModeSum

LOG_RANGE: Final = 575.0
"""Largest size of log(kappa), in units of the scale: powers of kappa stay within the doubles."""

UNLEARNED: Final = ModeSum(unlearned=1, learned=0)
_SUMS: Final = [WeightedSum(what) for what in (LEARNED, HALF_LEARNED, UNLEARNED)]
_MAXIMUM_STEPS: Final = 120
_NEWTON_STEPS: Final = 30
_CONVERGED: Final = 1e-9
_LINEAR: Final = 1e-3
_ROUNDING: Final = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """Regressions with kappa > 0, in units of the scale of their spectra.

    Parameters
    ----------
    resources : 1/N, 1/T and their gap
    narrowest : min(N, T), finite
    size : the number of modes
    ridge : delta/T
    fits : where M < min(N, T)
    features_room, samples_room : 1 - M/N and 1 - M/T where `fits`
    start : a guess of log(kappa)
    """

    resources: Resources[FloatArray]
    narrowest: FloatArray
    size: FloatArray
    ridge: FloatArray
    fits: BoolArray
    features_room: FloatArray
    samples_room: FloatArray
    start: FloatArray

    def select(self, columns: npt.NDArray[np.intp]) -> Problems:
        """Return some of the problems."""
        own = self.resources
        return Problems(
            resources=Resources(
                features=own.features[columns], samples=own.samples[columns], gap=own.gap[columns]
            ),
            narrowest=self.narrowest[columns],
            size=self.size[columns],
            ridge=self.ridge[columns],
            fits=self.fits[columns],
            features_room=self.features_room[columns],
            samples_room=self.samples_room[columns],
            start=self.start[columns],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Where each point stands: log(kappa), kappa, and the bracket of log(kappa)."""

    x: FloatArray
    kappa: FloatArray
    low: FloatArray
    high: FloatArray

    def select(self, columns: npt.NDArray[np.intp]) -> _Search:
        return _Search(
            x=self.x[columns], kappa=self.kappa[columns], low=self.low[columns], high=self.high[columns]
        )


def solve_roots(nodes: Nodes, problems: Problems) -> tuple[FloatArray, BoolArray]:
    """Return kappa in units of the scale, and where it was found.

    Parameters
    ----------
    nodes : the spectra of the same points
    """
    kappa = np.ones_like(problems.narrowest)
    found = np.zeros(kappa.shape, dtype=np.bool_)
    open_points = np.ones(kappa.shape, dtype=np.bool_)
    columns = np.arange(len(kappa))
    state = _first(problems)
    for attempt in range(_MAXIMUM_STEPS):
        nodes.place(state.x)
        state, done = _advance(nodes, problems, state, newton=attempt < _NEWTON_STEPS)
        # a point may move on after its end, but what counts is where it came to it
        ended = np.flatnonzero(done & open_points[columns])
        kappa[columns[ended]] = state.kappa[ended]
        found[columns[ended]] = abs(state.x[ended]) < LOG_RANGE
        open_points[columns[ended]] = False
        left = np.flatnonzero(open_points[columns])
        if not len(left):
            break
        if 2 * len(left) <= len(columns):
            columns, state, problems, nodes = (
                columns[left],
                state.select(left),
                problems.select(left),
                nodes.select(left),
            )
    return kappa, found


def _first(problems: Problems) -> _Search:
    """Return the bracket that is known without a sum, and a first guess in it."""
    low, high = np.full_like(problems.ridge, -LOG_RANGE - 1), np.full_like(problems.ridge, LOG_RANGE + 1)
    # below delta/T the equation has no root, nor above delta/T over the vacancies of a full spectrum
    ridged = problems.ridge > 0
    least = np.log(np.where(ridged, problems.ridge, 1.0))
    slack = 1e-9 * (1 + abs(least))
    low = np.where(ridged, np.maximum(low, least - slack), low)
    roomy = problems.fits
    most = least - np.log(np.where(roomy, problems.features_room * problems.samples_room, 1.0))
    high = np.where(roomy, np.minimum(high, most + 1e-9 * (1 + abs(most))), high)
    x = np.where(ridged & (problems.start <= least), least + 0.1, problems.start)
    x = np.where(roomy, np.minimum(x, most), x)
    x = np.where((low < x) & (x < high), x, (low + high) / 2)
    return _Search(x=x, kappa=np.exp(x), low=low, high=high)


def _advance(nodes: Nodes, problems: Problems, state: _Search, *, newton: bool) -> tuple[_Search, BoolArray]:
    """Move every point by one step, and say which are done."""
    size = problems.size
    ratio = problems.ridge / state.kappa
    root, slope = smaller_root(problems.resources, ratio, np.sqrt)
    ridged = problems.ridge > 0
    target, slope = np.where(ridged, root, problems.narrowest), np.where(ridged, slope, 0.0)
    crowded = (2 * target > size) | problems.fits
    if crowded.any():
        z, c, left = nodes.sums(state.kappa, _SUMS)
    else:
        z, c = nodes.sums(state.kappa, _SUMS[:2])
        left = size - z
    left = np.where(crowded, left, size - z)
    _, vacancy = vacancies(problems.resources.gap, ratio, target, np.sqrt)
    spare = size - problems.narrowest + problems.narrowest * vacancy
    excess = np.where(crowded, spare - left, z - target)
    # both logarithms are those of 1 plus a small number next to the root
    odds = np.log1p(excess / target) + np.log1p(excess / left)
    odds_rate = c / z + c / left + slope / target + slope / (left + excess)
    by_vacancies, vacancies_rate = _vacancy_residual(problems, z, left, c, ratio)
    # where all modes fit, or the ridge is heavy, the vacancies are nearly constant
    constant = problems.fits | ((ratio >= 0.25) & (z < problems.narrowest)) | ~(target > 0)
    residual = np.where(constant, by_vacancies, odds)
    step = residual / np.where(constant, vacancies_rate, odds_rate)
    low = np.where(residual > 0, state.x, state.low)
    high = np.where(residual < 0, state.x, state.high)
    # the step after a small one is exact to rounding, which alone moves the root by `noise`
    noise = _ROUNDING * np.where(constant, 1.0, np.where(crowded, spare, target) / (c + slope))
    done = (abs(step) <= np.maximum(_CONVERGED, noise)) & (abs(residual) <= _LINEAR) | (high - low < 1e-12)
    inside = (low < state.x + step) & (state.x + step < high) & newton
    step = np.where(inside | (done & np.isfinite(step)), step, (low + high) / 2 - state.x)
    return replace(state, x=state.x + step, kappa=state.kappa * np.exp(step), low=low, high=high), done


def _vacancy_residual(
    problems: Problems, z: FloatArray, left: FloatArray, c: FloatArray, ratio: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return log(d / ((1 - z/N)(1 - z/T))) and the negative of its derivative by log(kappa)."""
    n, t = problems.resources.features, problems.resources.samples
    alpha = np.where(problems.fits, problems.features_room + left * n, 1 - z * n)
    beta = np.where(problems.fits, problems.samples_room + left * t, 1 - z * t)
    return np.log(ratio / (alpha * beta)), 1 + c * (n / alpha + t / beta)
