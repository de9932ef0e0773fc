"""What the ridge solvers return: numbers that are right, or the same numbers with their proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import mpmath

from .arithmetic import Ball, to_mpf
from .enclosure import Enclosure, enclosure
from .gradient import RidgeGradient
from .ridge_gradient import GradientBalls

Entry = TypeVar("Entry", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeFigures(Generic[Entry]):
    """The numbers of a solved ridge regression, of any kind; see :class:`RidgePoint`."""

    kappa: Entry
    df1: Entry
    df2: Entry
    df3: Entry
    risk: Entry
    excess: Entry
    bias: Entry
    variance: Entry
    gradient: RidgeGradient[Entry] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgePoint(RidgeFigures[mpmath.mpf]):
    r"""A solved ridge regression; every number is an mpf that is right to the digits asked for.

    Parameters
    ----------
    kappa : the renormalised ridge
    df1, df2, df3 : the degrees of freedom z, q, s
    risk : the expected squared error on a new point, its label noise included
    excess : ``risk - noise``
    bias : the part of the excess that is there without label noise
    variance : the part of the excess that is proportional to the label noise
    gradient : the derivatives of kappa and risk with the condition numbers, None if not asked for
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RigorousRidgePoint(RidgeFigures[Enclosure]):
    """A solved ridge regression with proof; every number is an :class:`Enclosure`.

    The fields are those of :class:`RidgePoint`, and the centres are its numbers.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalRidge:
    """The optimal ridge, and the regression solved there.

    Parameters
    ----------
    ridge : the ridge of the smallest risk, 0 if no ridge is best
    point : everything at that ridge
    """

    ridge: mpmath.mpf
    point: RidgePoint

    @property
    def risk(self) -> mpmath.mpf:
        """The smallest risk."""
        return self.point.risk


@dataclass(frozen=True, slots=True, kw_only=True)
class RigorousOptimalRidge:
    """The optimal ridge with proof, and the regression solved there.

    Parameters
    ----------
    ridge : an enclosure of the ridge of the smallest risk, exactly 0 if no ridge is best
    point : enclosures of everything at that ridge
    """

    ridge: Enclosure
    point: RigorousRidgePoint

    @property
    def risk(self) -> Enclosure:
        """The smallest risk."""
        return self.point.risk


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedBalls:
    """A solved regression before it leaves the balls.

    Parameters
    ----------
    figures : the balls under the names of the fields of :class:`RidgePoint`
    bits : the relative accuracy to which they are proven
    slopes : the derivatives, None if not asked for
    """

    figures: Mapping[str, Ball]
    bits: int
    slopes: GradientBalls | None = None

    def rounded(self) -> RidgePoint:
        """Return the midpoints."""
        return RidgePoint(
            **{name: to_mpf(ball, self.bits) for name, ball in self.figures.items()},
            gradient=None if self.slopes is None else self.slopes.rounded(self.bits),
        )

    def enclosed(self) -> RigorousRidgePoint:
        """Return the enclosures."""
        enclosures = {name: enclosure(ball, self.bits) for name, ball in self.figures.items()}
        return RigorousRidgePoint(
            kappa=enclosures["kappa"],
            df1=enclosures["df1"],
            df2=enclosures["df2"],
            df3=enclosures["df3"],
            risk=enclosures["risk"],
            excess=enclosures["excess"],
            bias=enclosures["bias"],
            variance=enclosures["variance"],
            gradient=None if self.slopes is None else self.slopes.enclosed(self.bits),
        )
