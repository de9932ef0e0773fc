r"""How often eigenvalues occur: dimensions of spherical harmonics, and numbers of lattice points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from ..errors import PrecisionError

_MOST_SHELLS: Final = 2_000_000


def harmonics(dimension: int, degree: int) -> int:
    r"""Return the number of independent spherical harmonics of a degree on :math:`S^d`.

    Examples
    --------
    >>> [harmonics(2, degree) for degree in range(4)], [harmonics(1, degree) for degree in range(4)]
    ([1, 3, 5, 7], [1, 2, 2, 2])
    """
    if degree < 2:
        return 1 if degree == 0 else dimension + 1
    return math.comb(dimension + degree, degree) - math.comb(dimension + degree - 2, degree - 2)


@lru_cache(maxsize=32)
def harmonics_polynomial(dimension: int) -> tuple[Fraction, ...]:
    r"""Return the coefficients in :math:`u=l+\frac{d-1}2` of the number of harmonics, from the constant on.

    Notes
    -----
    For :math:`l\ge1` the number is :math:`\frac{2l+d-1}{(d-1)!}\prod_{i=1}^{d-2}(l+i)`.
    """
    middle = Fraction(dimension - 1, 2)
    if dimension == 1:
        return (Fraction(2),)
    found = [Fraction(0), Fraction(2, math.factorial(dimension - 1))]
    for i in range(1, dimension - 1):
        root = i - middle
        raised = [Fraction(0), *found]
        found = [a + root * b for a, b in zip(raised, [*found, Fraction(0)], strict=True)]
    return tuple(found)


@lru_cache(maxsize=8)
def lattice_counts(dimension: int, last: int) -> Sequence[int]:
    r"""Return the number of points of :math:`\mathbb Z^d` with :math:`|n|^2=m`, for m from 0 to `last`.

    Examples
    --------
    >>> list(lattice_counts(2, 10))
    [1, 4, 4, 0, 4, 8, 0, 0, 4, 4, 8]
    """
    return _counted(dimension, last, math.isqrt(last))


@lru_cache(maxsize=16)
def cube_counts(dimension: int, side: int) -> Sequence[int]:
    r"""Return the same for the points none of whose coordinates exceeds `side`, in size.

    Examples
    --------
    >>> list(cube_counts(2, 1)), list(cube_counts(0, 5))
    ([1, 4, 4], [1])
    """
    return _counted(dimension, dimension * side * side, side)


def _counted(dimension: int, last: int, side: int) -> Sequence[int]:
    if last > _MOST_SHELLS:
        raise PrecisionError(
            f"the torus needs more than {_MOST_SHELLS} shells of lattice points; choose fewer samples or "
            "`digits`, or a larger ridge"
        )
    found = np.zeros(last + 1, dtype=object if dimension > 8 else np.int64)
    found[0] = 1
    for _ in range(dimension):
        added = found.copy()
        for root in range(1, side + 1):
            square = root * root
            added[square:] += 2 * found[: last + 1 - square]
        found = added
    return [int(entry) for entry in found]
