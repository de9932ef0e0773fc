r"""What a phase diagram consists of: phases, boundaries with their equations, points where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sympy import Eq, Expr, StrictGreaterThan, StrictLessThan, Symbol, oo
from sympy.core.relational import Relational

from .phase_laws import Label
from .phase_table import phase_table
from .regions import Piece, Regions, exact_number

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Generic[Value]):
    """Open regions of the plane in which one law holds.

    Parameters
    ----------
    name :
        A, B, ... in the order of the regions.
    label :
        what distinguishes it from other phases.
    conditions :
        conjunctions of relations; the phase is where one of them holds.
    pieces :
        the regions that it unites; their laws agree in the label, their constants may differ.
    """

    name: str
    label: Label
    conditions: tuple[tuple[Relational, ...], ...]
    pieces: tuple[Piece[Value], ...]

    @property
    def value(self) -> Value:
        """What holds in the first of the regions."""
        return self.pieces[0].value


@dataclass(frozen=True, slots=True)
class Graph:
    """A part of a curve that is a graph over an interval of the horizontal parameter.

    Parameters
    ----------
    polynomial :
        vanishes on the curve.
    index :
        which of its real roots in the vertical parameter, counted from 0 below.
    """

    polynomial: Expr
    index: int


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a boundary: a graph or a vertical line between two ends.

    Parameters
    ----------
    low, high :
        the ends, of the horizontal parameter, or of the vertical one on a vertical line.
    form :
        the graph, or the place of a vertical line.
    """

    low: Expr
    high: Expr
    form: Graph | Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary(Generic[Value]):
    """Where two phases touch, or a line in one phase with a law of its own.

    Parameters
    ----------
    equation :
        solved for the vertical parameter where that is possible, else for the horizontal one.
    phases :
        names of the phases on its two sides.
    arcs :
        its parts.
    pieces :
        regions with the laws on the boundary itself; none where the domain excludes it.
    """

    equation: Eq
    phases: tuple[str, str]
    arcs: tuple[Arc, ...]
    pieces: tuple[Piece[Value], ...]

    @property
    def polynomial(self) -> Expr:
        """An expression that vanishes on the boundary."""
        return self.equation.lhs - self.equation.rhs


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPoint(Generic[Value]):
    """A point where three phases or three boundaries meet.

    Parameters
    ----------
    coordinates :
        exact numbers.
    phases :
        names of the phases around it.
    boundaries :
        positions of the boundaries that meet.
    value :
        what holds there, `None` if the domain excludes the point.
    """

    coordinates: Mapping[Symbol, Expr]
    phases: tuple[str, ...]
    boundaries: tuple[int, ...]
    value: Value | None


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a phase between two graphs over an interval; `None` is infinity."""

    phase: str
    low: Expr
    high: Expr
    below: Graph | None
    above: Graph | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseDiagram(Generic[Value]):
    """The phases in the plane of two parameters.

    Parameters
    ----------
    x, y :
        the parameters, horizontal and vertical.
    fixed :
        numbers of the other parameters.
    plane :
        the regions in the plane; these numbers stand in their conditions, not yet in what holds there.
    phases, boundaries, points :
        what the diagram shows.
    strips :
        the phases in pieces that are easily drawn.
    """

    x: Symbol
    y: Symbol
    fixed: Mapping[Symbol, Expr]
    plane: Regions[Value]
    phases: tuple[Phase[Value], ...]
    boundaries: tuple[Boundary[Value], ...]
    points: tuple[MeetingPoint[Value], ...]
    strips: tuple[Strip, ...]

    def __iter__(self) -> Iterator[Phase[Value]]:
        return iter(self.phases)

    def at(self, values: Mapping[Symbol, Any]) -> Value:
        """Return what holds at a point of the plane, on boundaries too.

        Parameters
        ----------
        values :
            exact numbers for the two parameters.

        Raises
        ------
        ValueError
            If the point lies outside the domain, or a parameter has no value.
        """
        return self.plane.at({**self.fixed, **self._point(values)})

    def phase_at(self, values: Mapping[Symbol, Any]) -> Phase[Value] | None:
        """Return the phase in which a point lies, `None` between phases.

        Raises
        ------
        ValueError
            As `at`.
        """
        named: list[Piece[Phase[Value] | None]] = [
            Piece(relations, phase) for phase in self.phases for relations in phase.conditions
        ]
        named.append(Piece((), None))
        return Regions(tuple(named), self.plane.where).at(self._point(values))

    def _point(self, values: Mapping[Symbol, Any]) -> dict[Symbol, Expr]:
        missing = [str(symbol) for symbol in (self.x, self.y) if symbol not in values]
        if missing:
            raise ValueError(f"`values` lacks {', '.join(missing)}; give both {self.x} and {self.y}")
        for symbol, value in values.items():
            known = self.fixed.get(symbol)
            if symbol not in (self.x, self.y) and (
                known is None or known != exact_number(str(symbol), value)
            ):
                raise ValueError(
                    f"`values` gives {value} to {symbol}, which is "
                    + ("no parameter of this diagram" if known is None else f"fixed to {known}")
                )
        point = {symbol: exact_number(str(symbol), values[symbol]) for symbol in (self.x, self.y)}
        for symbol, number in point.items():
            if symbol.is_positive and not number > 0:
                raise ValueError(f"`values` gives {number} to {symbol}, which is positive")
        return point

    def extent(self, arc: Arc) -> tuple[Relational, ...]:
        """Return how far an arc goes as relations, none if it goes all the way."""
        symbol = self.x if isinstance(arc.form, Graph) else self.y
        relations = []
        # written apart, since SymPy answers `symbol > 0` itself where that is declared
        if arc.low != -oo:
            relations.append(StrictGreaterThan(symbol, arc.low, evaluate=False))
        if arc.high != oo:
            relations.append(StrictLessThan(symbol, arc.high, evaluate=False))
        return tuple(relations)

    def latex(self) -> str:
        """Return phases, boundaries and the points where they meet as LaTeX tables."""
        return phase_table(self)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {phase_table(self, environment='array')}$"
