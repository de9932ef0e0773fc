"""Where labels fit: inside an area, and along a curve, in the coordinates of the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its middle, its sides, and the angle in degrees by which it is turned."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def corners(self) -> NDArray[np.float64]:
        """Return the four corners."""
        turn = np.deg2rad(self.angle)
        along = np.array([np.cos(turn), np.sin(turn)]) * self.width / 2
        across = np.array([-np.sin(turn), np.cos(turn)]) * self.height / 2
        middle = np.array([self.x, self.y])
        return np.array([middle + along + across, middle - along + across, middle - along - across,
                         middle + along - across])  # fmt: skip

    def covers(self, points: NDArray[np.float64]) -> bool:
        """Tell whether one of some points lies inside."""
        corners = self.corners()
        inside = np.ones(len(points), dtype=bool)
        for first, second in pairwise(corners[:3]):
            side = second - first
            along_side = (points - first) @ side
            inside &= (along_side > 0) & (along_side < side @ side)
        return bool(inside.any())

    def overlaps(self, other: Box) -> bool:
        """Tell whether two rectangles have a point in common: no side of either keeps them apart."""
        mine, yours = self.corners(), other.corners()
        for corners in (mine, yours):
            for first, second in pairwise(corners[:3]):
                normal = second - first
                here, there = mine @ normal, yours @ normal
                if here.max() < there.min() or there.max() < here.min():
                    return False
        return True


def components(area: Mask) -> list[Mask]:
    """Return the connected parts of an area, the largest first.

    Parameters
    ----------
    area :
        true inside, one row for each line of pixels.

    >>> [int(part.sum()) for part in components(np.array([[1, 0, 1, 1]], dtype=bool))]
    [2, 1]
    """
    marked, count = ndimage.label(area)
    parts = [marked == number for number in range(1, count + 1)]
    return sorted(parts, key=lambda part: -int(part.sum()))


def pole(area: Mask, width: int, height: int) -> tuple[float, float] | None:
    """Return the middle of the label that lies deepest inside an area, `None` if it fits nowhere.

    Parameters
    ----------
    area :
        true inside, one row for each line of pixels.
    width, height :
        of the label, in pixels.

    Returns
    -------
    tuple
        column and row.

    >>> pole(np.ones((5, 9), dtype=bool), 3, 3)
    (4.0, 2.0)
    """
    framed = np.pad(area, 1)
    room = ndimage.minimum_filter(framed, size=(max(height, 1), max(width, 1)), mode="constant", cval=False)
    if not room.any():
        return None
    depth = np.where(room, ndimage.distance_transform_edt(framed), 0.0)
    rows, columns = np.nonzero(depth >= depth.max() - 0.5)
    # of the places that are as deep, the one nearest to their middle
    middle = np.array([rows.mean(), columns.mean()])
    nearest = np.argmin((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2)
    return float(columns[nearest] - 1), float(rows[nearest] - 1)


def along(
    points: NDArray[np.float64],
    width: float,
    height: float,
    taken: Sequence[Box],
    others: NDArray[np.float64],
    frame: Box,
) -> Box | None:
    """Return the place of a label on a curve, near its middle, `None` if there is no free one.

    Parameters
    ----------
    points :
        of the curve, in order.
    width, height :
        of the label.
    taken :
        what it must not touch.
    others :
        points of other curves, which it should not cover if there is a choice.
    frame :
        in which it must stay.
    """
    steps = np.hypot(*np.diff(points, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    if length[-1] < 1.2 * width:
        return None
    fallback = None
    for middle in _from_the_middle(0.6 * width, length[-1] - 0.6 * width):
        (x0, y0), (x1, y1) = (
            [np.interp(s, length, points[:, k]) for k in (0, 1)]
            for s in (middle - width / 2, middle + width / 2)
        )
        chord = np.hypot(x1 - x0, y1 - y0)
        if chord < 0.985 * width:  # too curved to carry a straight label
            continue
        angle = float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
        angle = (angle + 90) % 180 - 90
        if angle == -90:
            angle = 90.0
        x, y = (float(np.interp(middle, length, points[:, k])) for k in (0, 1))
        box = Box(x, y, width, height, angle)
        low, high = frame.corners().min(axis=0), frame.corners().max(axis=0)
        inside = (box.corners() >= low).all() and (box.corners() <= high).all()
        if inside and not any(box.overlaps(other) for other in taken):
            if not box.covers(others):
                return box
            fallback = fallback or box
    return fallback


def _from_the_middle(low: float, high: float) -> Iterator[float]:
    middle = (low + high) / 2
    yield middle
    for step in np.linspace(0, (high - low) / 2, 16)[1:]:
        yield middle + float(step)
        yield middle - float(step)
