r"""The dimension of the manifold that data lie on, from the ratios of distances to their nearest neighbours.

Where the density of the points does not change over the distance :math:`r_k` of the k-th neighbour, the
logarithms :math:`\log(r_k/r_j)`, :math:`j<k`, are those of k - 1 independent variables of mean 1/d in their
order, and at each point

.. math:: \hat d=\frac{k-2}{\sum_{j<k}\log(r_k/r_j)},\qquad \mathbb E\hat d=d,\qquad
   \mathrm{Var}\,\hat d=\frac{d^2}{k-3}

(Sharma and Kaplan, arXiv:2004.10802; the sum is that of Levina and Bickel). With k = 2 the ratio of the first
two distances alone is used (Facco et al. 2017), all points together: :math:`(n-1)/\sum\log(r_2/r_1)`.

Neighbouring points share neighbours and are not independent: the standard error is that of the means of
blocks of neighbouring points. Noise makes the dimension at small scales that of the surrounding space; edges,
curvature and a changing density bias it at large ones. Compare numbers of neighbours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from ...numerics import exact
from ..simulate.manifolds import nearest
from .modes import FloatArray, real_array

_MOST_BLOCKS = 32
_FEWEST_BLOCKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionEstimate:
    r"""A measured dimension.

    Parameters
    ----------
    value
        The estimate.
    standard_error
        From the means of blocks of neighbouring points.
    low, high
        Ends of the confidence interval, by Student's distribution over the blocks.
    confidence
        Its probability content.
    neighbours
        The k of the estimator.
    points, coordinates
        Shape of the data.
    departure
        Largest distance between the distribution of :math:`\mu=r_k/r_1` and the law
        :math:`(1-\mu^{-d})^{k-1}` at the estimate, from 0 to 1: near :math:`1/\sqrt n` where the law holds.
    """

    value: float
    standard_error: float
    low: float
    high: float
    confidence: float
    neighbours: int
    points: int
    coordinates: int
    departure: float

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.standard_error:.2g} ({self.low:.4g} to {self.high:.4g})"


def measure_dimension(
    points: ArrayLike, *, neighbours: Any = 10, confidence: float = 0.95
) -> DimensionEstimate:
    r"""Return the dimension of the manifold on which points lie, with an interval.

    Parameters
    ----------
    points
        Different points, shape (n, coordinates), or (n,) for points of a line; their coordinates are numbers
        of one scale, as distances are Euclidean.
    neighbours
        The k of the estimator: 2, or an integer not smaller than 4 (with 3 the estimate at a point has an
        infinite variance). There must be at least 8(k + 1) points.
    confidence
        Probability content of the interval, in (0, 1).

    Raises
    ------
    TypeError, ValueError
        If the points are no finite numbers, too few or the same ones, or an argument lies outside its domain.

    Notes
    -----
    The interval covers the scatter of random points, not a bias by noise, edges or curvature.

    Examples
    --------
    A curve that winds through space:

    >>> t = np.random.default_rng(0).random(2000)
    >>> found = measure_dimension(np.column_stack([np.cos(9 * t), np.sin(9 * t), t]), neighbours=8)
    >>> round(found.value, 1), found.low < 1 < found.high
    (1.0, True)
    """
    data = real_array("points", points)
    if data.ndim == 1:
        data = data[:, None]
    if data.ndim != 2:
        raise ValueError(f"`points` has shape {data.shape}; expected a row for each point")
    k = read_neighbours(neighbours)
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` is {confidence}; expected a probability in (0, 1)")
    number = len(data)
    if number < 2 * _FEWEST_BLOCKS * (k + 1):
        raise ValueError(
            f"`points` has {number} rows; {k} neighbours with an interval need at least "
            f"{2 * _FEWEST_BLOCKS * (k + 1)}: give more points or choose fewer `neighbours`"
        )
    # the first neighbour of a point is itself
    distances = nearest(data, data, metric="space", neighbours=k + 1)[0][:, 1:]
    same = int(np.count_nonzero(distances[:, 0] == 0))
    if same:
        raise ValueError(
            f"`points` has {same} rows that occur more than once, at no distance; remove repetitions"
        )
    if (distances[:, -1] == distances[:, 0]).any():
        row = int(np.argmax(distances[:, -1] == distances[:, 0]))
        raise ValueError(
            f"`points` has a row {row} whose {k} neighbours are all at one distance, as on a lattice; give "
            "random points"
        )
    found = dimensions_at_points(distances)
    blocks = _blocks(data, min(_MOST_BLOCKS, number // (2 * (k + 1))))
    if k == 2:
        # the inverse of a mean, with one point less so that it has no bias
        value = (number - 1) / float(np.sum(1 / found))
        means = np.array([1 / np.mean(1 / found[block]) for block in blocks])
    else:
        value = float(found.mean())
        means = np.array([found[block].mean() for block in blocks])
    error = float(np.std(means, ddof=1) / math.sqrt(len(means)))
    half = float(scipy.stats.t.isf((1 - confidence) / 2, len(means) - 1)) * error
    return DimensionEstimate(
        value=value,
        standard_error=error,
        low=value - half,
        high=value + half,
        confidence=confidence,
        neighbours=k,
        points=number,
        coordinates=data.shape[1],
        departure=departure_from_law(distances, value),
    )


def read_neighbours(neighbours: Any) -> int:
    """Return the number of neighbours of the estimator, 2 or at least 4.

    Raises
    ------
    TypeError, ValueError
        If it is another.
    """
    k = exact.count("neighbours", neighbours)
    if k in (1, 3):
        raise ValueError(
            f"`neighbours` = {k} must be 2 or an integer not smaller than 4; one neighbour has no ratio, and "
            "with three the estimate has no variance"
        )
    return k


def dimensions_at_points(distances: FloatArray) -> FloatArray:
    r"""Return the estimate of each point from the distances of its nearest neighbours.

    Parameters
    ----------
    distances
        Shape (n, k), positive and increasing along each row, k at least 2.

    Notes
    -----
    :math:`(k-2)/\sum_{j<k}\log(r_k/r_j)`; for k = 2, where that has no mean, :math:`1/\log(r_2/r_1)`.

    Examples
    --------
    >>> bool(np.isclose(dimensions_at_points(np.array([[1.0, 1.0, np.e]]))[0], 1 / 2))
    True
    """
    sums = np.log(distances[:, -1:] / distances[:, :-1]).sum(axis=1)
    return np.asarray(max(distances.shape[1] - 2, 1) / sums)


def departure_from_law(distances: FloatArray, dimension: float) -> float:
    r"""Return how far the distribution of :math:`\mu=r_k/r_1` is from its law, at most over :math:`\mu`.

    Parameters
    ----------
    distances
        As in `dimensions_at_points`.
    dimension
        The d of the law :math:`(1-\mu^{-d})^{k-1}`, positive.
    """
    ratios = np.sort(distances[:, -1] / distances[:, 0])
    law = (1 - ratios**-dimension) ** (distances.shape[1] - 1)
    steps = np.arange(len(ratios) + 1) / len(ratios)
    return float(max(np.max(steps[1:] - law), np.max(law - steps[:-1])))


def _blocks(data: FloatArray, number: int) -> list[NDArray[np.intp]]:
    """Cut points into about equal blocks of neighbours, at medians of the coordinate that varies most."""
    blocks = [np.arange(len(data), dtype=np.intp)]
    while len(blocks) < number:
        largest = max(range(len(blocks)), key=lambda place: len(blocks[place]))
        block = blocks.pop(largest)
        along = data[block, np.argmax(np.ptp(data[block], axis=0))]
        order = block[np.argsort(along, kind="stable")]
        blocks += [order[: len(order) // 2], order[len(order) // 2 :]]
    return blocks
