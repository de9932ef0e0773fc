r"""The interface of exact eigenvalues: balls around the eigenvalue of each degree, and its multiplicity.

The degree is that of the spherical harmonics on the sphere, the frequency on the circle, and on a torus of
more dimensions the square :math:`|n|^2` of the frequency.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from ..arithmetic import Ball, accuracy, current_precision, number, working_precision
from ..errors import PrecisionError
from .branches import Branch

_ATTEMPTS: Final = 14


class Levels(ABC):
    """The eigenvalues of one kernel on one manifold, of a dimension."""

    dimension: int

    @property
    def decay(self) -> Fraction | None:
        """The exponent of the ordered eigenvalues, each as often as it occurs; None beyond any power."""
        return None

    @abstractmethod
    def multiplicity(self, degree: int) -> int:
        """Return how many independent eigenfunctions a degree has; 0 for a square that is no sum."""

    @abstractmethod
    def modes_below(self, degree: int) -> int:
        """Return how many independent eigenfunctions lower degrees have, roughly on a torus."""

    def multiplicity_is_positive(self, degree: int) -> bool:
        """Return whether a degree has an eigenfunction."""
        return self.multiplicity(degree) > 0

    @abstractmethod
    def eigenvalue(self, degree: int) -> Ball:
        """Return the eigenvalue of a degree, to about the working precision; exactly 0 where it vanishes."""

    @abstractmethod
    def total(self) -> Ball:
        """Return the sum of all eigenvalues, the kernel at coinciding points."""

    def branch(self, goal: int) -> Branch | None:  # noqa: ARG002 -- of the interface
        """Return the formula for all large degrees, right to `goal` bits; None where there is none."""
        return None

    def unbranched(self, residue: int, step: int) -> Ball:  # noqa: ARG002 -- of the interface
        """Return the sum of all eigenvalues at the degrees that leave another remainder than a residue."""
        return number(0)


def accurate(compute: Callable[[], Ball], what: str) -> Ball:
    """Return a ball computed with as many guard bits as its cancellation needs."""
    wanted = current_precision()
    extra = 10
    for _ in range(_ATTEMPTS):
        with working_precision(wanted + extra):
            ball = compute()
            if ball.is_zero() or accuracy(ball) >= wanted - 2:
                return ball
            missing = wanted - accuracy(ball)
        extra += max(20, extra, min(missing, 4 * wanted + 4000) + 8)
        if extra > 60 * wanted + 40_000:
            break
    raise PrecisionError(
        f"{what} is not proven to {wanted} bits with {extra} more; choose a longer `length` or a lower degree"
    )
