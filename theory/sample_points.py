r"""Rational points of the space of parameters, at which signs of polynomials are known exactly.

A condition that holds at one of them is possible: no proof has to be searched for.  That answers most
questions about regions; only what holds at none of the points is asked of z3.  The points of one dimension
are shared by all domains, so that a polynomial is evaluated once.
"""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import numpy.typing as npt

from .rational_functions import Key

#: All coordinates are multiples of one over this.
DENOMINATOR = 12
#: Points of each dimension.
COUNT = 4096
_SEED = 20221030
#: Magnitudes below which 64-bit integers are exact.
_EXACT = 2**62


class SamplePoints:
    """Fixed rational points, most of them with positive coordinates.

    Parameters
    ----------
    dimension :
        the number of parameters.

    >>> points = sample_points(1)
    >>> positive, zero, negative = points.signs((((2,), 1),))
    >>> negative, (positive | zero) == points.everywhere
    (0, True)
    """

    def __init__(self, dimension: int) -> None:
        draw = random.Random(_SEED)
        points = []
        for number in range(COUNT if dimension else 1):
            # coarse points lie on many boundaries, wide ones far out
            step = (DENOMINATOR, DENOMINATOR // 2, 1)[number % 3]
            reach = (4, 3, 12, 60)[number % 4] * DENOMINATOR // step
            points.append([step * draw.randint(-reach // 2, reach) for _ in range(dimension)])
        self._coordinates = np.array(points, dtype=np.int64).reshape(len(points), dimension).T
        self._reach = int(np.abs(self._coordinates).max(initial=1))
        self._signs: dict[Key, tuple[int, int, int]] = {}
        #: The set of all points.
        self.everywhere = (1 << len(points)) - 1

    def signs(self, polynomial: Key) -> tuple[int, int, int]:
        """Return the sets of points where a polynomial is positive, zero and negative, as bits."""
        if polynomial not in self._signs:
            values = self._values(polynomial)
            self._signs[polynomial] = _bits(values > 0), _bits(values == 0), _bits(values < 0)
        return self._signs[polynomial]

    def _values(self, polynomial: Key) -> npt.NDArray[np.int64]:
        """Return positive multiples of the values of a polynomial at all points."""
        degree = max((sum(exponents) for exponents, _ in polynomial), default=0)
        scaled = [(e, c * DENOMINATOR ** (degree - sum(e))) for e, c in polynomial]
        largest = sum(abs(c) * self._reach ** sum(e) for e, c in scaled)
        coordinates = self._coordinates if largest < _EXACT else self._coordinates.astype(object)
        total = np.zeros(coordinates.shape[1], dtype=coordinates.dtype)
        for exponents, coefficient in scaled:
            term = np.full_like(total, coefficient)
            for row, exponent in zip(coordinates, exponents, strict=True):
                for _ in range(exponent):
                    term = term * row
            total = total + term
        return total


def _bits(where: npt.NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(where.astype(bool), bitorder="little").tobytes(), "little")


@cache
def sample_points(dimension: int) -> SamplePoints:
    """Return the points of a dimension."""
    return SamplePoints(dimension)
