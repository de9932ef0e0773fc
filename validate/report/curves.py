"""What the figures show, as data: curves of the theory, points of simulations, and the laws between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np


class CurveKind(Enum):
    """Where a curve comes from, and so how it is drawn."""

    THEORY = "theory"
    SIMULATION = "simulation"
    LAW = "law"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One curve.

    `error` holds standard errors, `family` is its colour, an empty label keeps it out of the legend. The
    places `x` of a histogram are the edges of its bins, one more than the heights `y`.
    """

    kind: CurveKind
    x: tuple[float, ...]
    y: tuple[float, ...]
    error: tuple[float, ...] = ()
    label: str = ""
    family: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of logarithmic axes with vertical `marks`, each a place and a label."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    marks: tuple[tuple[float, str], ...] = ()
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureData:
    """A figure: its panels, and a caption in which formulas stand between dollar signs."""

    name: str
    title: str
    caption: str
    panels: tuple[Panel, ...]


def theory(
    function: Callable[[float], float], grid: Iterable[float], *, label: str = "", family: int = 0
) -> Curve:
    """Return a curve of the theory; where the function has no finite value the curve is interrupted."""
    places = tuple(map(float, grid))
    values = []
    for place in places:
        try:
            values.append(function(place))
        except ValueError:  # the interpolation threshold
            values.append(float("nan"))
    return Curve(kind=CurveKind.THEORY, x=places, y=tuple(values), label=label, family=family)


def law(
    function: Callable[[float], float], grid: Iterable[float], *, label: str = "", family: int = 0
) -> Curve:
    """Return an asymptotic law."""
    places = tuple(map(float, grid))
    return Curve(kind=CurveKind.LAW, x=places, y=tuple(map(function, places)), label=label, family=family)


def simulation(points: Sequence[tuple[float, float, float]], *, label: str = "", family: int = 0) -> Curve:
    """Return simulated points from triples of place, mean and standard error."""
    x, y, error = zip(*points, strict=True)
    return Curve(kind=CurveKind.SIMULATION, x=x, y=y, error=error, label=label, family=family)


def logarithmic(start: float, stop: float, count: int) -> list[float]:
    """Return `count` places from `start` to `stop` in equal ratios."""
    return [float(value) for value in np.geomspace(start, stop, count)]


def around(threshold: float, start: float, stop: float, count: int) -> list[float]:
    """Return places from `start` to `stop` that crowd at a threshold between them, itself included."""
    below = threshold - np.geomspace(threshold * 1e-3, threshold - start, count)
    above = threshold + np.geomspace(threshold * 1e-3, stop - threshold, count)
    return [*map(float, below[::-1]), threshold, *map(float, above)]
