r"""Nodes and weights of the Euler-Maclaurin formula in double precision.

The Bernoulli terms of an end are replaced by differences of values around it, as
:mod:`.power_law_nodes` says; the integral is cut into panels with a Gauss-Legendre rule each. Next to an
end the panels begin narrow and grow by factors of two, so that every exponential that falls from there on is
integrated, however steep: where a panel is too wide for it, nothing of it is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from mpmath import bernfrac

from .equivalent import FloatArray

REACH: Final = 8
"""How far from an end the values are that stand for its Bernoulli terms."""

POINTS_PER_PANEL: Final = 24

LongArray = npt.NDArray[np.longdouble]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Places, in the variable of the integral, with weights that add up to a sum over indices."""

    places: LongArray
    weights: FloatArray

    @staticmethod
    def joined(*rules: Rule) -> Rule:
        """Return several rules as one."""
        return Rule(
            places=np.concatenate([rule.places for rule in rules]),
            weights=np.concatenate([rule.weights for rule in rules]),
        )


def terms_below(first: int, end: int) -> Rule:
    """Return the terms from `first` on below `end`, and the lower end of the formula at `end`."""
    indices = np.arange(min(first, end - REACH), end + REACH + 1)
    weights = np.where((indices >= first) & (indices < end), 1.0, 0.0)
    weights[-2 * REACH - 1 :] += end_weights()
    return Rule(places=indices.astype(np.longdouble), weights=weights)


def terms_above(begin: int, last: int) -> Rule:
    """Return the upper end of the formula at `begin`, and the terms above it up to `last`."""
    # distances from `begin`, which may exceed the integers that doubles can tell apart
    offsets = np.arange(-REACH, max(REACH, last - begin) + 1)
    weights = np.where((offsets > 0) & (offsets <= last - begin), 1.0, 0.0)
    weights[: 2 * REACH + 1] += end_weights()[::-1]
    return Rule(places=np.longdouble(begin) + offsets, weights=weights)


def panels(
    begin: np.longdouble,
    end: np.longdouble,
    widest: float,
    *,
    first: float,
    last: float | None,
    capped: float = math.inf,
) -> Rule:
    """Return the integral between two places.

    Parameters
    ----------
    widest : the widest panel below `capped`; those above it may be as wide as they are far from the ends
    first, last : the widths of the panels at the two ends; None if the panels need not be narrow there
    """
    length = float(end - begin)
    if length <= 0:
        return Rule(places=np.zeros(0, np.longdouble), weights=np.zeros(0))
    widths: list[float] = []
    reached, width = 0.0, min(first, widest)
    while reached < length:
        if last is not None:
            # as far from the end as wide
            width = min(width, max(last, (length - reached) / 2))
        widths.append(min(width, length - reached))
        reached += widths[-1]
        width = 2 * widths[-1]
        if float(begin) + reached < capped:
            width = min(width, widest)
    edges = begin + np.concatenate([[0.0], np.cumsum(np.array(widths, np.longdouble))])
    edges[-1] = end
    points, weights = panel_rule(1)
    steps = np.diff(edges)[:, None]
    places = edges[:-1, None] + steps * points
    return Rule(places=places.ravel(), weights=(steps * weights).astype(np.float64).ravel())


@cache
def end_weights() -> FloatArray:
    """Return the weights of the nodes -8 .. 8 around the lower end, the half of its own term included."""
    # odd monomials: 2 sum_i omega_i i**(2j - 1) = -B_2j / (2j)
    orders = range(1, REACH + 1)
    rows = [
        [Fraction(2 * i ** (2 * j - 1)) for i in orders] + [-Fraction(*bernfrac(2 * j)) / (2 * j)]
        for j in orders
    ]
    for pivot in range(REACH):
        rows[pivot] = [entry / rows[pivot][pivot] for entry in rows[pivot]]
        for other in range(REACH):
            if other != pivot:
                factor = rows[other][pivot]
                rows[other] = [x - factor * y for x, y in zip(rows[other], rows[pivot], strict=True)]
    omega = np.array([float(row[-1]) for row in rows])
    return np.concatenate([-omega[::-1], [0.5], omega])


@cache
def head_weights(start: int) -> FloatArray:
    """Return the weights of the terms up to `start` + 8."""
    weights = np.ones(start + REACH)
    weights[start - 1 :] = 0.0
    weights[start - 1 - REACH :] += end_weights()
    return weights


@cache
def panel_rule(panels: int) -> tuple[FloatArray, FloatArray]:
    """Return the nodes and weights of equal Gauss-Legendre panels on [0, 1]."""
    points, weights = np.polynomial.legendre.leggauss(POINTS_PER_PANEL)
    steps = np.arange(panels)[:, None]
    return ((steps + (points + 1) / 2) / panels).ravel(), np.tile(weights / 2 / panels, panels)
