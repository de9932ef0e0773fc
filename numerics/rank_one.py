r"""The eigensystem of a diagonal matrix less a rank-one matrix, each eigenvalue to high relative accuracy.

For :math:`A=\mathrm{diag}(a)-ww^\top` with :math:`a_1<a_2<\dots` and :math:`w_i>0` the eigenvalues
:math:`\alpha_i` are the roots of the secular equation

.. math:: 1=\sum_i\frac{w_i^2}{a_i-\alpha},\qquad \alpha_1<a_1<\alpha_2<a_2<\dots,

and the eigenvectors are proportional to :math:`w_i/(a_i-\alpha_k)`. Each root is found as a distance from the
closer of its two poles by interpolation with two poles (Bunch, Nielsen and Sorensen 1978), so that it is
right to a few units of its own size however the diagonal is graded; the vectors are orthogonal because w is
recomputed from the roots (Gu and Eisenstat 1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .equivalent import BoolArray, FloatArray
from .errors import ConvergenceError

_ITERATIONS: Final = 200
_LEAST: Final = 1e-50
_UNIT: Final = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankOneSystem:
    r"""Eigenvalues in ascending order and orthonormal eigenvectors as columns.

    Parameters
    ----------
    values : shape (n,), :math:`\alpha_k`
    vectors : shape (n, n), rows in the order of the poles given
    """

    values: FloatArray
    vectors: FloatArray


def rank_one_system(poles: FloatArray, weights: FloatArray) -> RankOneSystem:
    """Return the eigensystem of ``diag(poles) - outer(weights, weights)``.

    Parameters
    ----------
    poles : shape (n,), in any order
    weights : shape (n,), not negative

    Raises
    ------
    ConvergenceError
        If a root was not found, which theory excludes.
    """
    order = np.argsort(poles, kind="stable")
    a = _separated(poles[order])
    # a weight that moves nothing must still leave a distance that a double holds
    squares = np.maximum(weights[order] ** 2, _LEAST * abs(a))
    offsets, reference = _roots(a, squares)
    values = a[reference] + offsets
    # distances a_i - alpha_k, rows i, columns k
    distances = (a[:, None] - a[reference]) - offsets
    vectors = np.sqrt(_consistent_squares(a, distances))[:, None] / distances
    vectors /= np.sqrt(np.sum(vectors * vectors, axis=0))
    restored = np.empty_like(vectors)
    restored[order] = vectors
    return RankOneSystem(values=values, vectors=restored)


def _separated(a: FloatArray) -> FloatArray:
    """Return the ascending poles with equal ones moved apart by a few units of rounding."""
    least = 8 * _UNIT * np.maximum(abs(a), np.finfo(np.float64).tiny / _UNIT)
    moved = a.copy()
    for index in range(1, len(a)):
        moved[index] = max(moved[index], moved[index - 1] + least[index])
    return moved


def _roots(
    a: FloatArray, squares: FloatArray
) -> tuple[FloatArray, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return each root as an offset from a pole, and the index of that pole."""
    size = len(a)
    total = float(np.sum(squares))
    # the first root has no pole below it, and lies within the sum of the squares
    lower_pole = np.concatenate([[a[0] - 2 * max(total, abs(a[0]))], a[:-1]])
    middle = lower_pole + (a - lower_pole) / 2
    upper_half = _secular(a[:, None] - middle, squares) > 0
    upper_half[0] = True
    reference = np.where(upper_half, np.arange(size), np.arange(size) - 1)
    pole = a[reference]
    low = np.where(upper_half, middle - pole, 0.0)
    high = np.where(upper_half, 0.0, middle - pole)
    low[0] = -2 * total
    offset = low + (high - low) / 2
    gaps = a[:, None] - pole
    active = np.arange(size)
    for _ in range(_ITERATIONS):
        value, step, scale = _two_pole_step(gaps[:, active] - offset[active], squares, active)
        positive = value > 0
        low[active] = np.where(positive, offset[active], low[active])
        high[active] = np.where(positive, high[active], offset[active])
        new = offset[active] + step
        inside = (new > low[active]) & (new < high[active])
        new = np.where(inside, new, _between(low[active], high[active]))
        done = (abs(value) <= 4 * _UNIT * scale) | (abs(new - offset[active]) <= 2 * _UNIT * abs(new))
        offset[active] = np.where(abs(value) <= 4 * _UNIT * scale, offset[active], new)
        active = active[~done]
        if not len(active):
            return offset, reference
    raise ConvergenceError(f"{len(active)} roots of the secular equation were not found")


def _between(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return a point between two ends of equal sign: the geometric mean where one end is not 0."""
    sign = np.where(low + high < 0, -1.0, 1.0)
    small, large = np.minimum(abs(low), abs(high)), np.maximum(abs(low), abs(high))
    small = np.maximum(small, large * 2.0**-100)
    return sign * np.sqrt(small) * np.sqrt(large)


def _secular(distances: FloatArray, squares: FloatArray) -> FloatArray:
    """Return the secular function at each column of distances."""
    value: FloatArray = 1 - np.sum(squares[:, None] / distances, axis=0)
    return value


def _two_pole_step(
    distances: FloatArray, squares: FloatArray, roots: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the secular function, the step to the root of its interpolant and the size of its terms."""
    with np.errstate(all="ignore"):
        terms = squares[:, None] / distances
        slopes = terms / distances
        below: BoolArray = np.arange(len(squares))[:, None] < roots
        value = 1 - np.sum(terms, axis=0)
        scale = 1 + np.sum(abs(terms), axis=0)
        columns = np.arange(len(roots))
        right = distances[roots, columns]
        left = np.where(roots > 0, distances[np.maximum(roots - 1, 0), columns], -np.inf)
        slope_left, slope_right = np.sum(slopes * below, axis=0), np.sum(slopes * ~below, axis=0)
        # g(eta) = c - s/(left - eta) - t/(right - eta), equal to the function and its slope at eta = 0
        s, t = np.where(roots > 0, left * left * slope_left, 0.0), right * right * slope_right
        c = value + np.where(roots > 0, s / left, 0.0) + t / right
        b = c * (left + right) - s - t
        d = value * left * right
        root = np.sqrt(np.maximum(b * b - 4 * c * d, 0.0))
        step = np.where(b <= 0, 2 * d / (b - root), (b + root) / (2 * c))
        other = np.where(b <= 0, (b - root) / (2 * c), 2 * d / (b + root))
        step = np.where((step > left) & (step < right), step, other)
        # the first root has one pole only: c = t/(right - eta)
        step = np.where(roots == 0, right - t / c, step)
    return value, step, scale


def _consistent_squares(a: FloatArray, distances: FloatArray) -> FloatArray:
    """Return the squared weights for which the computed roots are exact."""
    size = len(a)
    between = a[:, None] - a
    np.fill_diagonal(between, 1.0)
    # a_i - alpha_i and the ratios (a_i - alpha_j)/(a_i - a_j), all positive
    ratios = distances / between
    np.fill_diagonal(ratios, 1.0)
    logs = np.sum(np.log(ratios), axis=1)
    squares: FloatArray = distances[np.arange(size), np.arange(size)] * np.exp(logs)
    return squares
