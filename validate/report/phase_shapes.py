"""Exact shapes of a phase diagram as numbers: graphs as functions, and what part of the plane is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Poly, Symbol, lambdify

from ...theory.phase_result import Graph, PhaseDiagram

Range = tuple[float, float]
Height = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def heights(graph: Graph, diagram: PhaseDiagram[Any], low: float, high: float) -> Height:
    """Return a graph as a function of the horizontal parameter between two numbers."""
    coefficients = [
        lambdify([diagram.x], coefficient, "numpy")
        for coefficient in Poly(graph.polynomial, diagram.y).all_coeffs()
    ]

    def table(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([np.broadcast_to(coefficient(x), x.shape) for coefficient in coefficients])

    if len(coefficients) == 2:

        def solved(x: NDArray[np.float64]) -> NDArray[np.float64]:
            slope, constant = table(x)
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(-constant / slope)

        return solved
    # as many roots as in the middle are real all the way; those nearest to the axis are they
    middle = np.roots(table(np.array([(low + high) / 2]))[:, 0])
    count = int((np.abs(middle.imag) < 1e-7 * (1 + np.abs(middle))).sum())

    def chosen(x: NDArray[np.float64]) -> NDArray[np.float64]:
        found = []
        for column in table(x).T:
            roots = np.roots(column)
            real = np.sort(roots[np.argsort(np.abs(roots.imag))][:count].real)
            found.append(real[graph.index] if graph.index < len(real) else np.nan)
        return np.array(found)

    return chosen


def grid(low: float, high: float) -> NDArray[np.float64]:
    """Return places between two numbers, not quite up to them, where graphs may end."""
    edge = 1e-9 * (high - low)
    return np.linspace(low + edge, high - edge, 400)


def window_of(diagram: PhaseDiagram[Any], ranges: Mapping[Symbol, Range]) -> tuple[Range, Range]:
    """Return the ends of both axes: those asked for, else such that all that is notable is seen.

    Raises
    ------
    ValueError
        If a range is empty or belongs to no axis.
    """
    for symbol, (low, high) in ranges.items():
        if symbol not in (diagram.x, diagram.y):
            raise ValueError(f"`ranges` names {symbol}, but the axes are {diagram.x} and {diagram.y}")
        if not -np.inf < low < high < np.inf:
            raise ValueError(f"`ranges` gives {symbol} from {low:g} to {high:g}; give two growing numbers")
    across = ranges.get(diagram.x) or _padded(
        [float(end) for strip in diagram.strips for end in (strip.low, strip.high) if end.is_finite],
        starts=all(strip.low.is_finite for strip in diagram.strips),
        ends=all(strip.high.is_finite for strip in diagram.strips),
    )
    up = ranges.get(diagram.y) or _padded(
        _notable_heights(diagram, across),
        starts=all(strip.below is not None for strip in diagram.strips),
        ends=all(strip.above is not None for strip in diagram.strips),
    )
    return across, up


def _notable_heights(diagram: PhaseDiagram[Any], across: Range) -> list[float]:
    """Return heights that a picture should show: of points, of ends of lines, of flat boundaries."""
    found = [float(point.coordinates[diagram.y]) for point in diagram.points]
    for arc in (arc for boundary in diagram.boundaries for arc in boundary.arcs):
        if not isinstance(arc.form, Graph):
            found += [float(end) for end in (arc.low, arc.high) if end.is_finite]
    span = across[1] - across[0]
    for strip in diagram.strips:
        low, high = max(float(strip.low), across[0]), min(float(strip.high), across[1])
        if not low < high:
            continue
        for graph in (strip.below, strip.above):
            if graph is not None:
                y = heights(graph, diagram, low, high)(np.array([low + 1e-9 * span, (low + high) / 2]))
                # what is steep near a pole is cut off
                found += [float(value) for value in y if np.isfinite(value) and abs(value) < 20]
    return found


def _padded(notable: Sequence[float], *, starts: bool, ends: bool) -> Range:
    """Return a range around numbers, with room where the diagram goes on."""
    low, high = (min(notable), max(notable)) if notable else (-1.0, 1.0)
    room = max(0.4 * (high - low), 1.0)
    return low - (0 if starts else room), high + (0 if ends else room)
