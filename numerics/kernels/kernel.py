r"""The interface of kernels: their values on pairs of points in double precision.

A kernel is one function on every manifold that it is positive definite on. What it depends on is the
displacement on a torus and the chord on a sphere; :class:`.Circle` is both, its chord being
:math:`2\sin(\pi|t|)`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

import numpy as np

from .manifold import Circle, FloatArray, Manifold, Sphere, Torus

_PAIRS: Final = 10**6
"""So many pairs of points are treated together."""


class Kernel(ABC):
    """The interface of all kernels; see :class:`Matern` and :class:`ReLUNTK`."""

    @abstractmethod
    def check_manifold(self, manifold: Manifold) -> None:
        """Raise ValueError where the kernel is not positive definite, or not defined, on a manifold."""

    @abstractmethod
    def at(self, manifold: Manifold, separations: FloatArray) -> FloatArray:
        """Return the kernel at given separations.

        Parameters
        ----------
        manifold : where the kernel lives
        separations : displacements, shape (..., d), on the circle and the torus; chords, from 0 to 2, on the
            sphere

        Raises
        ------
        ValueError
            If the kernel is not positive definite on the manifold.
        """

    def matrix(self, manifold: Manifold, left: Any, right: Any = None) -> FloatArray:
        """Return the kernel on all pairs of points, in double precision.

        Parameters
        ----------
        manifold : where the points lie
        left, right : one point a row: d numbers on the torus, the unit vector of
            d + 1 on the sphere; None for the points of `left`

        Returns
        -------
        array
            Shape (left, right); symmetric to the last bit where `right` is None.

        Raises
        ------
        TypeError, ValueError
            If the points are of the wrong shape, not finite or not on the manifold, or the kernel is not
            positive definite there.

        Examples
        --------
        >>> from scalinglaws.numerics import Laplace, Sphere
        >>> Laplace().matrix(Sphere(1), [[1, 0], [-1, 0]]).round(15).tolist()
        [[1.0, 0.135335283236613], [0.135335283236613, 1.0]]
        """
        self.check_manifold(manifold)
        rows = manifold.checked("left", left)
        columns = rows if right is None else manifold.checked("right", right)
        found = np.empty((len(rows), len(columns)))
        stride = max(1, _PAIRS // len(columns))
        for start in range(0, len(rows), stride):
            block = rows[start : start + stride]
            found[start : start + stride] = self.at(manifold, manifold.separations(block, columns))
        return (found + found.T) / 2 if right is None else found


def check_is_manifold(manifold: object) -> None:
    """Raise TypeError for what is no manifold."""
    if not isinstance(manifold, Manifold):
        raise TypeError(
            f"`manifold` is a {type(manifold).__name__} and must be a Circle, Torus or Sphere; make one"
        )


def check_is_kernel(name: str, kernel: object) -> None:
    """Raise TypeError for what is no kernel."""
    if not isinstance(kernel, Kernel):
        raise TypeError(
            f"`{name}` is a {type(kernel).__name__} and must be a kernel such as Matern; make one"
        )


def angles(manifold: Manifold, separations: FloatArray) -> FloatArray:
    """Return the angles between points of the sphere or of the unit circle, from 0 to pi."""
    if isinstance(manifold, Circle):
        wrapped = separations[..., 0] - np.rint(separations[..., 0])
        return np.asarray(2 * np.pi * abs(wrapped))
    assert isinstance(manifold, Sphere)
    return np.asarray(2 * np.arcsin(np.clip(separations, 0, 2) / 2))


def check_zonal(kernel: Kernel, manifold: Manifold) -> None:
    """Raise ValueError where there are no inner products of unit vectors."""
    check_is_manifold(manifold)
    if isinstance(manifold, Torus) and not isinstance(manifold, Circle):
        raise ValueError(
            f"`manifold` = {manifold} has no inner product of unit vectors for {kernel!r}, which is not "
            "positive definite there; choose Sphere or Circle"
        )
