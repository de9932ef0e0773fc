r"""From the cells of a plane to its phases, boundaries and meeting points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sympy import Expr, Symbol, oo

from .phase_plane import Plane
from .phase_result import Arc, Boundary, Graph, MeetingPoint, Phase, PhaseDiagram, Strip
from .plane_arrangement import Branch, Line, Ray, Signs, Slab
from .real_roots import RealRoot
from .sign_descriptions import descriptions

#: A curve and the phases on its two sides.
_Wall = tuple[int, tuple[int, int]]


def traced(plane: Plane, fixed: Mapping[Symbol, Expr]) -> PhaseDiagram[Any]:
    """Return the phase diagram of a plane.

    Raises
    ------
    ValueError
        If no region is open in the plane.
    """
    return _Tracing(plane).diagram(fixed)


@dataclass
class _Found:
    """What is known of a boundary so far."""

    arcs: list[Arc] = field(default_factory=list)
    regions: set[int] = field(default_factory=set)


class _Tracing:
    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.arrangement = plane.arrangement
        regions = {cell: plane.region_at(cell) for cell in self.arrangement.cells}
        present = sorted({region for region in regions.values() if region is not None})
        self.labels = list(dict.fromkeys(plane.labels[region] for region in present))
        if not self.labels:
            raise ValueError(
                f"`regions` holds nowhere on an open set of the plane of {plane.x} and {plane.y}"
            )
        self._phase_of_region = {region: self.labels.index(plane.labels[region]) for region in present}
        self.members = {
            phase: [region for region in present if self._phase_of_region[region] == phase]
            for phase in range(len(self.labels))
        }
        self.cells = {
            phase: {cell for cell, region in regions.items() if region in self.members[phase]}
            for phase in self.members
        }
        self.seams: dict[int, set[Signs]] = {phase: set() for phase in self.members}
        self.thin: set[Signs] = set()
        self.walls: dict[_Wall, _Found] = {}

    def phase(self, cell: Signs) -> int | None:
        """Return the phase of an open cell."""
        region = self.plane.region_at(cell)
        return None if region is None else self._phase_of_region[region]

    def wall(self, curve: int, on: Signs, one: Signs, other: Signs) -> _Wall | None:
        """Return the boundary to which an arc belongs, `None` inside of a phase and at the domain's edge."""
        first, second = self.phase(one), self.phase(other)
        if first is None or second is None:
            return None
        region = self.plane.region_at(on)
        if first == second and region is not None:
            label = self.plane.labels[region]
            if self.plane.agree(label, self.labels[first], curve):
                return None
        return curve, (min(first, second), max(first, second))

    def diagram(self, fixed: Mapping[Symbol, Expr]) -> PhaseDiagram[Any]:
        """Collect arcs, points and descriptions."""
        for wall, on, arc in (*self._graphs(), *self._verticals()):
            found = self.walls.setdefault(wall, _Found())
            found.arcs.append(arc)
            found.regions |= {region for cell in on if (region := self.plane.region_at(cell)) is not None}
        ordered = sorted(self.walls)
        points = tuple(self._points({wall: i for i, wall in enumerate(ordered)}))
        pieces = self.plane.regions.pieces
        return PhaseDiagram(
            x=self.plane.x,
            y=self.plane.y,
            fixed=dict(fixed),
            plane=self.plane.regions,
            phases=tuple(self._described(phase) for phase in self.members),
            boundaries=tuple(
                Boundary(
                    equation=self.plane.equation(curve),
                    phases=(_name(sides[0]), _name(sides[1])),
                    arcs=tuple(self.walls[curve, sides].arcs),
                    pieces=tuple(pieces[i] for i in sorted(self.walls[curve, sides].regions)),
                )
                for curve, sides in ordered
            ),
            points=points,
            strips=tuple(self._strips()),
        )

    def _graphs(self) -> Iterator[tuple[_Wall, list[Signs], Arc]]:
        """Yield the arcs above intervals, those that go on over a vertical line as one."""
        open_arcs: dict[Branch, tuple[_Wall, list[Signs], RealRoot | None]] = {}
        for position, slab in enumerate(self.arrangement.slabs):
            going_on: dict[Branch, tuple[_Wall, list[Signs], RealRoot | None]] = {}
            for branch, on, below, above in slab.arcs():
                wall = self.wall(branch.curve, on, below, above)
                if wall is None:
                    self._note(on, below, above)
                    continue
                self.thin.add(on)
                before = open_arcs.get(branch)
                if before and before[0] == wall and self._goes_on(position, branch):
                    going_on[branch] = (wall, [*before[1], on], before[2])
                    del open_arcs[branch]
                else:
                    going_on[branch] = (wall, [on], slab.low)
            yield from (self._closed(branch, *arc, slab.low) for branch, arc in open_arcs.items())
            open_arcs = going_on
        yield from (self._closed(branch, *arc, None) for branch, arc in open_arcs.items())

    def _closed(
        self, branch: Branch, wall: _Wall, on: list[Signs], low: RealRoot | None, high: RealRoot | None
    ) -> tuple[_Wall, list[Signs], Arc]:
        return wall, on, Arc(*_ends(low, high), self._graph(branch))

    def _note(self, on: Signs, one: Signs, other: Signs) -> None:
        """Note an arc inside of a phase."""
        phase = self.phase(one)
        if phase is not None and phase == self.phase(other):
            self.seams[phase].add(on)

    def _goes_on(self, position: int, branch: Branch) -> bool:
        """Tell whether a graph continues from the slab before."""
        slabs, line = self.arrangement.slabs, self.arrangement.lines[position - 1]
        counts = [
            sum(other.curve == branch.curve for other in slabs[i].branches) for i in (position - 1, position)
        ]
        passed = sum(branch.curve in level.curves for level in line.levels)
        # as many points on the line as graphs on both sides: none goes to infinity, none meet
        return counts[0] == counts[1] == passed

    def _graph(self, branch: Branch) -> Graph:
        return Graph(self.plane.expression(branch.curve), branch.index)

    def _verticals(self) -> Iterator[tuple[_Wall, list[Signs], Arc]]:
        for line in self.arrangement.lines:
            if line.curve is None:
                continue
            ends = [None, *(level.y for level in line.levels), None]
            parts = []
            for position, cell in enumerate(line.cells):
                wall = self.wall(line.curve, cell, *line.sides(cell))
                if wall is None:
                    self._note(cell, *line.sides(cell))
                else:
                    self.thin.add(cell)
                parts.append((wall, cell, ends[position], ends[position + 1]))
            for wall, group in groupby(parts, key=lambda part: part[0]):
                run = list(group)
                if wall is not None:
                    yield (
                        wall,
                        [part[1] for part in run],
                        Arc(*_ends(run[0][2], run[-1][3]), line.x.as_expr()),
                    )

    def _points(self, positions: Mapping[_Wall, int]) -> Iterator[MeetingPoint[Any]]:
        curves = {curve for curve, _ in positions}
        for number, line in enumerate(self.arrangement.lines):
            for place, level in enumerate(line.levels):
                through = level.curves | ({line.curve} if line.curve is not None else set())
                if not through & curves:
                    continue
                rays = self.arrangement.rays(number, place)
                walls = [w for ray in rays if (w := self.wall(ray.curve, ray.on, ray.before, ray.after))]
                around = {phase for ray in rays if (phase := self.phase(ray.before)) is not None}
                if len(around) < 3 and len(walls) < 3:
                    self._note_point(line, place, rays, bool(walls))
                    continue
                region = self.plane.region_at(line.signs_at(place))
                yield MeetingPoint(
                    coordinates={self.plane.x: line.x.as_expr(), self.plane.y: level.y.as_expr()},
                    phases=tuple(map(_name, sorted(around))),
                    boundaries=tuple(sorted({positions[wall] for wall in walls})),
                    value=None if region is None else self.plane.regions.pieces[region].value,
                )

    def _note_point(self, line: Line, place: int, rays: tuple[Ray, ...], on_wall: bool) -> None:
        around = {self.phase(ray.before) for ray in rays}
        (phase, *others) = around
        if not others and phase is not None and not on_wall:
            self.seams[phase].add(line.signs_at(place))

    def _described(self, phase: int) -> Phase[Any]:
        own = {curve for curve, sides in self.walls if phase in sides}
        every = {curve for curve, _ in self.walls}
        order = sorted(
            range(len(self.plane.curves)),
            key=lambda i: (i in own, i in every, -self.plane.complexity(i), -i),
        )
        others = [cell for other, cells in self.cells.items() if other != phase for cell in cells]
        seams = [seam for other, cells in self.seams.items() if other != phase for seam in cells]
        found = descriptions(self.cells[phase], self.seams[phase], [*others, *seams, *self.thin], order)
        pieces = self.plane.regions.pieces
        return Phase(
            name=_name(phase),
            label=self.labels[phase],
            conditions=tuple(map(self.plane.relations, found)),
            pieces=tuple(pieces[region] for region in self.members[phase]),
        )

    def _strips(self) -> Iterator[Strip]:
        """Yield what is drawn of each phase, as wide as it goes."""
        growing: dict[tuple[int, Branch | None, Branch | None], RealRoot | None] = {}
        for position, slab in enumerate(self.arrangement.slabs):
            present = set(self._runs(slab))
            for key in [key for key in growing if not self._extends(key, present, position)]:
                yield self._strip(key, growing.pop(key), slab.low)
            for key in self._runs(slab):
                growing.setdefault(key, slab.low)
        yield from (self._strip(key, low, None) for key, low in growing.items())

    def _runs(self, slab: Slab) -> Iterator[tuple[int, Branch | None, Branch | None]]:
        ends = [None, *slab.branches, None]
        numbered = [(self.phase(cell), i) for i, cell in enumerate(slab.cells)]
        for phase, group in groupby(numbered, key=lambda pair: pair[0]):
            run = [i for _, i in group]
            if phase is not None:
                yield phase, ends[run[0]], ends[run[-1] + 1]

    def _extends(
        self,
        key: tuple[int, Branch | None, Branch | None],
        present: set[tuple[int, Branch | None, Branch | None]],
        position: int,
    ) -> bool:
        graphs = [branch for branch in key[1:] if branch is not None]
        return key in present and all(self._goes_on(position, branch) for branch in graphs)

    def _strip(
        self,
        key: tuple[int, Branch | None, Branch | None],
        low: RealRoot | None,
        high: RealRoot | None,
    ) -> Strip:
        phase, below, above = key
        start, end = _ends(low, high)
        edges = (None if branch is None else self._graph(branch) for branch in (below, above))
        return Strip(_name(phase), start, end, *edges)


def _ends(low: RealRoot | None, high: RealRoot | None) -> tuple[Expr, Expr]:
    return (-oo if low is None else low.as_expr()), (oo if high is None else high.as_expr())


def _name(position: int) -> str:
    """Return A, B, ..., Z, AA, AB, ..."""
    letters = ""
    while position >= 0:
        letters = chr(ord("A") + position % 26) + letters
        position = position // 26 - 1
    return letters
