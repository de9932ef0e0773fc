"""Phase diagrams as figures: areas with their laws, boundaries with their equations, meeting points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from sympy import Eq, Symbol

from ...theory.phase_laws import growth_latex, winner
from ...theory.phase_result import Arc, Graph, Phase, PhaseDiagram, Strip
from ...theory.printing import law_latex
from .figures import ON_WHITE
from .files import save_figure
from .label_places import Box, along, components, pole
from .phase_shapes import Range, grid, heights, window_of

# Light tones of Paul Tol's palette, which people with any colour vision tell apart; black is legible on all.
COLOURS = ("#b7d2ee", "#f7c6b4", "#c3e6d8", "#f6eec2", "#ffd4dd", "#cdeefe", "#dde5a0", "#d4d4a3", "#e4e4e4")
_INK = "#1c1c1c"
_LOOK: Mapping[Any, Any] = {**ON_WHITE, "font.size": 11}
_WIDTH, _HEIGHT = 5.4, 4.0  # of the plane, in inches
_LEFT, _BOTTOM, _TOP, _RIGHT = 0.8, 0.55, 0.38, 0.2
_DOTS = 100  # pixels in an inch, where labels are placed
_SIZES = (12.5, 11, 9.5, 8)


def phase_figure(
    diagram: PhaseDiagram[Any], *, ranges: Mapping[Symbol, Range] | None = None, title: str = ""
) -> Figure:
    """Return a phase diagram as a matplotlib figure.

    Parameters
    ----------
    diagram :
        what it shows.
    ranges :
        low and high ends of the axes, by parameter; by default such that all meeting points are seen.
    title :
        stands above, with formulas between dollar signs.

    Raises
    ------
    ValueError
        If a range is empty or belongs to no axis, or if no phase is seen.
    """
    window = window_of(diagram, ranges or {})
    with mpl.rc_context(dict(_LOOK)):
        return _Drawing(diagram, window, title).figure


def save_phases(
    diagram: PhaseDiagram[Any],
    path: Path,
    *,
    ranges: Mapping[Symbol, Range] | None = None,
    title: str = "",
) -> None:
    """Write a phase diagram to a file; the same diagram gives the same bytes.

    Parameters
    ----------
    diagram, ranges, title :
        as for `phase_figure`.
    path :
        of an SVG, PNG or PDF file.

    Raises
    ------
    ValueError
        If the name has another ending, or as `phase_figure`.
    OSError
        If the file cannot be written.
    """
    save_figure(phase_figure(diagram, ranges=ranges, title=title), path, _LOOK)


class _Drawing:
    """One figure while it is drawn."""

    def __init__(self, diagram: PhaseDiagram[Any], window: tuple[Range, Range], title: str) -> None:
        self.diagram = diagram
        (self.left, self.right), (self.bottom, self.top) = window
        self.figure = Figure(figsize=(_LEFT + _WIDTH + _RIGHT, _BOTTOM + _HEIGHT + _TOP), dpi=_DOTS)
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self.axes = self._axes(title)
        self.colours = {phase.name: COLOURS[i % len(COLOURS)] for i, phase in enumerate(diagram.phases)}
        self.taken: list[Box] = []
        self.legend: list[tuple[Any, str]] = []
        self._fill()
        self._mark_points()
        for phase in diagram.phases:
            self._name(phase)
        self._draw_boundaries()
        self._add_legend()

    def _axes(self, title: str) -> Axes:
        width, height = self.figure.get_size_inches()
        axes = self.figure.add_axes((_LEFT / width, _BOTTOM / height, _WIDTH / width, _HEIGHT / height))
        axes.set_xlim(self.left, self.right)
        axes.set_ylim(self.bottom, self.top)
        axes.set_xlabel(f"${law_latex(self.diagram.x)}$")
        axes.set_ylabel(f"${law_latex(self.diagram.y)}$", rotation=0, labelpad=8)
        axes.set_title(title, loc="left")
        return axes

    def _fill(self) -> None:
        seen = False
        for strip in self.diagram.strips:
            edges = self._edges(strip)
            if edges is None:
                continue
            seen = True
            x, below, above = edges
            colour = self.colours[strip.phase]
            # a hairline of the same colour closes the gap that antialiasing leaves
            self.axes.fill_between(
                x, below, above, facecolor=colour, edgecolor=colour, linewidth=0.4, zorder=1
            )
        if not seen:
            raise ValueError(
                f"`ranges` shows {self.diagram.x} from {self.left:g} to {self.right:g} and {self.diagram.y} "
                f"from {self.bottom:g} to {self.top:g}, where the diagram has no phase"
            )

    def _edges(
        self, strip: Strip
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None:
        low, high = max(float(strip.low), self.left), min(float(strip.high), self.right)
        if not low < high:
            return None
        x = grid(low, high)
        ends = []
        for graph, bound in ((strip.below, self.bottom), (strip.above, self.top)):
            y = np.full_like(x, bound) if graph is None else heights(graph, self.diagram, low, high)(x)
            ends.append(np.clip(y, self.bottom, self.top))
        return (x, ends[0], ends[1]) if (ends[0] < ends[1]).any() else None

    def _mask(self, phase: Phase[Any]) -> NDArray[np.bool_]:
        """Return the pixels of a phase, rows from below."""
        columns, rows = int(_WIDTH * _DOTS), int(_HEIGHT * _DOTS)
        x = self.left + (np.arange(columns) + 0.5) / columns * (self.right - self.left)
        y = self.bottom + (np.arange(rows) + 0.5) / rows * (self.top - self.bottom)
        mask = np.zeros((rows, columns), dtype=bool)
        for strip in self.diagram.strips:
            edges = self._edges(strip) if strip.phase == phase.name else None
            if edges is None:
                continue
            inside = (x > edges[0][0]) & (x < edges[0][-1])
            below, above = (np.interp(x, edges[0], edge) for edge in edges[1:])
            mask |= inside & (y[:, None] >= below) & (y[:, None] <= above)
        return mask

    def _name(self, phase: Phase[Any]) -> None:
        """Write the law of a phase into its areas, or a letter that the legend explains."""
        law = "\n".join(f"${line}$" for line in growth_latex(phase.value, self.diagram.fixed))
        leader = winner(phase.value)
        areas = components(self._mask(phase))
        # every large area is named, and the largest one at least by a letter
        written = [any(self._write(law, leader, area, size) for size in _SIZES) for area in areas]
        if areas and not any(written):
            if not self._write(phase.name, "", areas[0], _SIZES[0]):
                self._write(phase.name, "", areas[0], _SIZES[-1], force=True)
            patch = Patch(facecolor=self.colours[phase.name], edgecolor=_INK, linewidth=0.5)
            explained = ", ".join(filter(None, [law.replace("\n", ", "), leader]))
            self.legend.append((patch, f"{phase.name}:  {explained}"))

    def _write(
        self, law: str, leader: str, area: NDArray[np.bool_], size: float, *, force: bool = False
    ) -> bool:
        """Write a law, and below it what leads, at the deepest place of an area; tell whether they fit."""
        options: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 5}
        texts = [self.axes.text(0, 0, law, size=size, linespacing=1.3, **options)]
        if leader:
            texts.append(self.axes.text(0, 0, leader, size=0.75 * size, **options))
        extents = [text.get_window_extent(self.renderer) for text in texts]
        gap = 0.35 * size
        wide = max(extent.width for extent in extents) + 10
        high = sum(extent.height for extent in extents) + gap * (len(texts) - 1) + 8
        place = pole(area, int(wide), int(high)) or (pole(area, 1, 1) if force else None)
        if place is None:
            for text in texts:
                text.remove()
            return False
        origin = self.axes.get_window_extent(self.renderer)
        box = Box(origin.x0 + place[0], origin.y0 + place[1], wide, high)
        top = box.y + high / 2 - 4
        for text, extent in zip(texts, extents, strict=True):
            text.set_position(self._data(box.x, top - extent.height / 2))
            top -= extent.height + gap
        self.taken.append(box)
        return True

    def _data(self, x: float, y: float) -> tuple[float, float]:
        place = self.axes.transData.inverted().transform((x, y))
        return float(place[0]), float(place[1])

    def _mark_points(self) -> None:
        for point in self.diagram.points:
            x, y = (float(point.coordinates[s]) for s in (self.diagram.x, self.diagram.y))
            if self.left <= x <= self.right and self.bottom <= y <= self.top:
                self.axes.plot([x], [y], "o", color=_INK, markersize=4.5, zorder=6, clip_on=False)
                screen = self.axes.transData.transform((x, y))
                self.taken.append(Box(float(screen[0]), float(screen[1]), 10, 10))

    def _draw_boundaries(self) -> None:
        curves: dict[Eq, list[NDArray[np.float64]]] = {}
        for boundary in self.diagram.boundaries:
            # dashed where the domain leaves the line out, dotted where the phase is one on both sides
            style: Any = "solid"
            if not boundary.pieces:
                style = (0, (5, 2.5))
            elif boundary.phases[0] == boundary.phases[1]:
                style = (0, (1, 1.5))
            for arc in boundary.arcs:
                for run in self._runs(arc):
                    self.axes.plot(*run.T, color=_INK, linewidth=1.1, linestyle=style, zorder=3)
                    curves.setdefault(boundary.equation, []).append(self.axes.transData.transform(run))
        frame = self.axes.get_window_extent(self.renderer)
        middle = Box(frame.x0 + frame.width / 2, frame.y0 + frame.height / 2, frame.width, frame.height)
        for equation, runs in curves.items():
            others = [run for other, found in curves.items() if other != equation for run in found]
            self._label(equation, runs, np.concatenate([np.empty((0, 2)), *others]), middle)

    def _label(
        self, equation: Eq, runs: Sequence[NDArray[np.float64]], others: NDArray[np.float64], frame: Box
    ) -> None:
        label = self.axes.text(
            0,
            0,
            f"${_short(equation)}$",
            ha="center",
            va="center",
            size=9,
            rotation_mode="anchor",
            zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
        )
        extent = label.get_window_extent(self.renderer)
        wide, high = extent.width + 8, extent.height + 5
        for run in sorted(runs, key=lambda points: -_length(points)):
            box = along(run, wide, high, self.taken, others, frame)
            if box is not None:
                label.set_position(self._data(box.x, box.y))
                label.set_rotation(box.angle)
                self.taken.append(box)
                return
        label.remove()
        self._number(equation, runs, others, frame)

    def _number(
        self, equation: Eq, runs: Sequence[NDArray[np.float64]], others: NDArray[np.float64], frame: Box
    ) -> None:
        """Put a number on a curve that has no room for its equation, and explain it in the legend."""
        number = str(1 + sum(isinstance(handle, Line2D) for handle, _ in self.legend))
        longest = max(runs, key=_length)
        place = along(longest, 16, 16, self.taken, others, frame)
        x, y = self._data(place.x, place.y) if place else self._data(*longest[len(longest) // 2])
        if place:
            self.taken.append(place)
        self.axes.text(
            x, y, number, ha="center", va="center", size=8, zorder=4,
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": _INK, "linewidth": 0.6},
        )  # fmt: skip
        self.legend.append((Line2D([], [], color=_INK, linewidth=1.1), f"{number}:  ${_short(equation)}$"))

    def _runs(self, arc: Arc) -> list[NDArray[np.float64]]:
        """Return the parts of an arc that are seen, as points."""
        if not isinstance(arc.form, Graph):
            return self._vertical(float(arc.form), arc)
        low, high = max(float(arc.low), self.left), min(float(arc.high), self.right)
        if not low < high:
            return []
        x = grid(low, high)
        y = heights(arc.form, self.diagram, low, high)(x)
        seen = np.isfinite(y) & (y >= self.bottom) & (y <= self.top)
        marked = np.split(np.arange(len(x)), np.nonzero(np.diff(seen))[0] + 1)
        return [np.column_stack([x[part], y[part]]) for part in marked if len(part) > 1 and seen[part[0]]]

    def _vertical(self, x: float, arc: Arc) -> list[NDArray[np.float64]]:
        low, high = max(float(arc.low), self.bottom), min(float(arc.high), self.top)
        if not (low < high and self.left <= x <= self.right):
            return []
        y = grid(low, high)
        return [np.column_stack([np.full_like(y, x), y])]

    def _add_legend(self) -> None:
        if not self.legend:
            return
        handles, labels = zip(*self.legend, strict=True)
        legend = self.axes.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(1.02, 1), borderaxespad=0
        )
        width, height = self.figure.get_size_inches()
        # the plane keeps its size: labels were placed for it
        wider = width + legend.get_window_extent(self.renderer).width / _DOTS + _RIGHT
        self.figure.set_size_inches(wider, height)
        self.axes.set_position((_LEFT / wider, _BOTTOM / height, _WIDTH / wider, _HEIGHT / height))


def _short(equation: Eq) -> str:
    return law_latex(equation, fold_short_frac=True)


def _length(points: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())
