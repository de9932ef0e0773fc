r"""Rational points of a domain of parameters, at which signs of polynomials are known exactly.

A condition that holds at one of them is possible: no proof has to be searched for.  That answers most
questions about regions; only what holds at none of the points is asked of z3.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from math import prod

from flint import fmpz_mpoly

from .rational_functions import Key, key_of

#: All coordinates are multiples of one over this.
DENOMINATOR = 12
#: Points looked for, and draws made to find them.
WANTED, DRAWS = 160, 4000
_SEED = 20221030


class SamplePoints:
    """Some rational points of a domain.

    Parameters
    ----------
    dimension :
        the number of parameters.
    contains :
        tells whether a point lies in the domain.

    >>> points = SamplePoints(1, lambda point: point[0] > 0)
    >>> len(points.points)
    160
    """

    def __init__(self, dimension: int, contains: Callable[[list[Fraction]], bool]) -> None:
        draw = random.Random(_SEED)
        self.points: list[tuple[int, ...]] = []
        for number in range(DRAWS if dimension else 1):
            # coarse points lie on many boundaries, wide ones far out
            step = (DENOMINATOR, DENOMINATOR // 2, 1)[number % 3]
            reach = (4, 3, 12, 60)[number % 4] * DENOMINATOR // step
            point = tuple(step * draw.randint(-reach // 2, reach) for _ in range(dimension))
            if contains([Fraction(x, DENOMINATOR) for x in point]):
                self.points.append(point)
            if len(self.points) == WANTED:
                break
        self._masks: dict[Key, tuple[int, int, int]] = {}

    def masks(self, polynomial: fmpz_mpoly) -> tuple[int, int, int]:
        """Return the sets of points where a polynomial is positive, zero and negative, as bits."""
        key = key_of(polynomial)
        if key not in self._masks:
            positive = zero = negative = 0
            degree = max((sum(exponents) for exponents, _ in key), default=0)
            for position, point in enumerate(self.points):
                value = sum(
                    coefficient
                    * DENOMINATOR ** (degree - sum(exponents))
                    * prod(x**e for x, e in zip(point, exponents, strict=True) if e)
                    for exponents, coefficient in key
                )
                if value > 0:
                    positive |= 1 << position
                elif value < 0:
                    negative |= 1 << position
                else:
                    zero |= 1 << position
            self._masks[key] = positive, zero, negative
        return self._masks[key]

    @property
    def everywhere(self) -> int:
        """The set of all points."""
        return (1 << len(self.points)) - 1
