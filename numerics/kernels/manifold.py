r"""Homogeneous manifolds on which kernels live: the flat torus and the unit sphere.

Both carry the uniform probability measure, so that the eigenvalues of a kernel, counted with their
multiplicities, sum to its value at coinciding points.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ..exact import Number, exact_text
from ..exact import count as read_count

FloatArray: TypeAlias = npt.NDArray[np.float64]

LARGEST_DIMENSION: Final = 100
_NORM_ERROR: Final = 1e-9
_LARGEST_ARRAY: Final = 10**8


class Manifold(ABC):
    """The interface of :class:`Circle`, :class:`Torus` and :class:`Sphere`."""

    dimension: int

    @property
    @abstractmethod
    def coordinates(self) -> int:
        """The number of coordinates of a point."""

    @abstractmethod
    def uniform(self, generator: np.random.Generator, count: int) -> FloatArray:
        """Return independent uniform points, shape (count, coordinates)."""

    @abstractmethod
    def checked(self, name: str, points: Any) -> FloatArray:
        """Return points as an array of doubles, shape (count, coordinates), or raise what is wrong."""

    @abstractmethod
    def separations(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Return what kernels depend on for all pairs: displacements on a torus, chords on a sphere."""

    def _array(self, name: str, points: Any) -> FloatArray:
        try:
            array = np.asarray(points, dtype=np.float64)
        except (TypeError, ValueError):
            raise TypeError(
                f"`{name}` is no array of real numbers and must have shape (count, {self.coordinates}); "
                "give one point a row"
            ) from None
        if array.ndim == 1 and self.coordinates == 1:
            array = array[:, None]
        if array.ndim != 2 or array.shape[1] != self.coordinates or not array.shape[0]:
            raise ValueError(
                f"`{name}` has shape {array.shape} and must have shape (count, {self.coordinates}) on "
                f"{self}; give one point a row"
            )
        if not np.isfinite(array).all():
            raise ValueError(f"`{name}` holds nan or inf and must be finite; remove those points")
        return array


@dataclass(frozen=True, slots=True, init=False)
class Torus(Manifold):
    r"""The flat torus :math:`(\mathbb R/\mathbb Z)^d` of volume 1, with coordinates of period 1.

    Parameters
    ----------
    dimension : d, an integer from 1 to 100

    Raises
    ------
    TypeError, ValueError
        If `dimension` is no integer in that range.

    Notes
    -----
    The eigenfunctions of a kernel :math:`k(x-y)` are :math:`e^{2\pi in\cdot x}`, :math:`n\in\mathbb Z^d`.

    Examples
    --------
    >>> from scalinglaws.numerics import Torus
    >>> torus = Torus(2)
    >>> torus.lattice(2).tolist()
    [[0.0, 0.0], [0.0, 0.5], [0.5, 0.0], [0.5, 0.5]]
    >>> torus.separations(torus.checked("left", [[0.9, 0]]), torus.checked("right", [[0.15, 0.25]])).round(9)
    array([[[-0.25, -0.25]]])
    """

    dimension: int

    def __init__(self, dimension: Number) -> None:
        object.__setattr__(self, "dimension", _dimension(dimension))

    @property
    def coordinates(self) -> int:
        """The number of coordinates of a point, d."""
        return self.dimension

    def uniform(self, generator: np.random.Generator, count: int) -> FloatArray:
        """Return independent uniform points, shape (count, d)."""
        return generator.random((count, self.dimension))

    def lattice(self, side: Number) -> FloatArray:
        """Return the lattice of `side` points along each coordinate, shape (side**d, d)."""
        number = read_count("side", side)
        if number**self.dimension * self.dimension > _LARGEST_ARRAY:
            raise ValueError(
                f"`side` = {number} makes a lattice of more than {_LARGEST_ARRAY} coordinates; choose fewer"
            )
        axes = [np.arange(number) / number] * self.dimension
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, self.dimension)

    def checked(self, name: str, points: Any) -> FloatArray:
        """Return points as an array of doubles, shape (count, d); any real coordinates are taken modulo 1."""
        return self._array(name, points)

    def separations(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Return the displacements of all pairs, shape (left, right, d), within [-1/2, 1/2]."""
        difference = left[:, None, :] - right[None, :, :]
        return difference - np.rint(difference)


@dataclass(frozen=True, slots=True, init=False)
class Circle(Torus):
    r"""The circle :math:`\mathbb R/\mathbb Z`, at once the torus of dimension 1 and the unit circle.

    Notes
    -----
    A point is its coordinate t of period 1. Kernels of a distance are those of the torus, periodised in t;
    kernels of an inner product take the points :math:`(\cos2\pi t,\sin2\pi t)`, as on ``Sphere(1)``.

    Examples
    --------
    >>> from scalinglaws.numerics import Circle
    >>> Circle()
    Circle()
    >>> Circle().dimension
    1
    """

    def __init__(self) -> None:
        object.__setattr__(self, "dimension", 1)

    def __repr__(self) -> str:
        return "Circle()"


@dataclass(frozen=True, slots=True, init=False)
class Sphere(Manifold):
    r"""The unit sphere :math:`S^d` in :math:`\mathbb R^{d+1}`.

    Parameters
    ----------
    dimension : d, an integer from 1 to 100

    Raises
    ------
    TypeError, ValueError
        If `dimension` is no integer in that range.

    Notes
    -----
    Kernels of a distance take the chord :math:`|x-y|` and not the arc between the points: a function that is
    positive definite on :math:`\mathbb R^{d+1}` is so on every subset, whereas a Matérn function of the arc
    is not positive definite for smoothness above 1/2. The eigenfunctions are the spherical harmonics; those
    of degree l have the multiplicity :math:`\binom{d+l}{l}-\binom{d+l-2}{l-2}`.

    Examples
    --------
    >>> from scalinglaws.numerics import Sphere
    >>> sphere = Sphere(2)
    >>> poles = sphere.checked("points", [[0, 0, 1], [0, 0, -1]])
    >>> sphere.separations(poles, poles).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """

    dimension: int

    def __init__(self, dimension: Number) -> None:
        object.__setattr__(self, "dimension", _dimension(dimension))

    @property
    def coordinates(self) -> int:
        """The number of coordinates of a point, d + 1."""
        return self.dimension + 1

    def uniform(self, generator: np.random.Generator, count: int) -> FloatArray:
        """Return independent uniform points, shape (count, d + 1)."""
        draws = generator.standard_normal((count, self.dimension + 1))
        return np.asarray(draws / np.linalg.norm(draws, axis=1, keepdims=True))

    def checked(self, name: str, points: Any) -> FloatArray:
        """Return unit vectors as an array of doubles, shape (count, d + 1)."""
        array = self._array(name, points)
        if (abs(np.linalg.norm(array, axis=1) - 1) > _NORM_ERROR).any():
            raise ValueError(f"`{name}` holds vectors whose length is not 1; divide each by its length")
        return array

    def separations(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Return the chords of all pairs, shape (left, right)."""
        from scipy.spatial.distance import cdist

        return np.asarray(np.minimum(cdist(left, right), 2.0))


def _dimension(value: Number) -> int:
    number = read_count("dimension", value)
    if number > LARGEST_DIMENSION:
        raise ValueError(
            f"`dimension` = {exact_text(number)} must be an integer from 1 to {LARGEST_DIMENSION}; "
            "choose it smaller"
        )
    return number
