r"""Linear programs whose coefficients are rational functions of parameters, solved exactly.

The program: minimise the last of the unknowns $z$ subject to $A_i\cdot z\le c_i$.  For given parameters the
optimum has a dual solution $y\ge0$ with linearly independent support $S$, $\sum_{i\in S}y_iA_i=-e_{\rm
last}$, and by complementary slackness the set of *all* optima is then the face $\{A_S z=c_S,\ Az\le c\}$,
whatever else is degenerate.  So the supports are enumerated: each holds exactly where its multipliers are
positive and its face is not empty, which are signs of rational functions, decided over the domain by z3.
Boundaries between regions are supports of their own, with an equation among their conditions; an optimum
that is not unique is described by the range of each unknown over the face.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from .conditions import Condition, Conditions
from .parameter_domain import ParameterDomain
from .rational_functions import RationalFunction, dot, inverse

#: An end of a range; `None` where the range has no end.
End = RationalFunction | None
#: The values an unknown takes over the optima: closed intervals, apart from one another.
Ranges = tuple[tuple[End, End], ...]
RowKind = Literal["term", "cost", "bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    r"""The inequality $A\cdot z\le c$.

    Parameters
    ----------
    coefficients :
        $A$, one for each unknown; that of the last, minimised one is $-1$ for a term and 0 otherwise.
    bound :
        $c$.
    kind :
        what the inequality stands for.
    name :
        its origin in words, for messages.
    """

    coefficients: tuple[RationalFunction, ...]
    bound: RationalFunction
    kind: RowKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The minimum, and what each other unknown may be where it is taken."""

    value: RationalFunction
    ranges: tuple[Ranges, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part of the domain, given by conditions that hold together, and the optimum there."""

    conditions: Conditions
    optimum: Optimum


class UnboundedError(ValueError):
    """The minimum is minus infinity for some parameters.

    Attributes
    ----------
    direction :
        the change of each unknown along which the minimised one falls; the last entry is its change.
    conditions :
        where in the domain.
    """

    def __init__(self, direction: tuple[RationalFunction, ...], conditions: Conditions) -> None:
        super().__init__("unbounded linear program")
        self.direction = direction
        self.conditions = conditions


class InfeasibleError(ValueError):
    """The inequalities exclude one another for some parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vertex:
    """A basic solution on a face, and the conditions under which it is feasible."""

    basis: tuple[int, ...]
    inverse: tuple[tuple[RationalFunction, ...], ...]
    point: tuple[RationalFunction, ...]
    feasible: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametricProgram:
    """Minimise the last unknown subject to `rows`, for every parameter of the domain at once.

    Parameters
    ----------
    domain :
        the parameters.
    rows :
        inequalities, regular in the whole domain, whose coefficients span the space of the unknowns.
    """

    domain: ParameterDomain
    rows: tuple[Row, ...]
    _known_directions: dict[tuple[int, ...], list[tuple[RationalFunction, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _known_rays: dict[tuple[tuple[int, ...], int, int], list[Conditions]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def dimension(self) -> int:
        """The number of unknowns, the minimised one included."""
        return len(self.rows[0].coefficients)

    def solve(self) -> tuple[Cell, ...]:
        """Return cells that cover the domain; where two overlap their optima agree.

        Raises
        ------
        UnboundedError
            If the minimum is minus infinity for some parameters, with the direction.
        InfeasibleError
            If no point satisfies the inequalities for some parameters.
        UndecidedError
            If z3 cannot decide a condition.
        """
        cells = tuple(cell for support, given in self._supports() for cell in self._face(support, given))
        if not self.domain.covered([cell.conditions for cell in cells]):
            self._explain_failure()
        return cells

    def _supports(self) -> Iterator[tuple[tuple[int, ...], Conditions]]:
        """Yield supports of dual solutions with the conditions of positive multipliers."""
        count = self.dimension
        signs = [[self._sign(entry) for entry in row.coefficients] for row in self.rows]
        for size in range(1, count + 1):
            for support in combinations(range(len(self.rows)), size):
                if _may_cancel([signs[i] for i in support]):
                    for given in self._multipliers(support):
                        yield support, given

    def _sign(self, value: RationalFunction) -> int | None:
        for operator, sign in ((">", 1), ("=", 0)):
            if self.domain.condition(value, operator) is True:  # type: ignore[arg-type]
                return sign
        return -1 if self.domain.condition(value, ">=") is False else None

    def _multipliers(self, support: tuple[int, ...]) -> Iterator[Conditions]:
        rows = [self.rows[i].coefficients for i in support]
        zero, one = self.domain.field.number(0), self.domain.field.number(1)
        target = [*([zero] * (self.dimension - 1)), -one]
        for columns in combinations(range(self.dimension), len(support)):
            # transposed: one equation for each column
            determinant, solved = inverse([[row[j] for row in rows] for j in columns], self.domain.field)
            if solved is None:
                continue
            independent = self.domain.condition(determinant, "!=")
            y = [dot(line, [target[j] for j in columns], self.domain.field) for line in solved]
            rest = [j for j in range(self.dimension) if j not in columns]
            gaps = [dot(y, [row[j] for row in rows], self.domain.field) - target[j] for j in rest]
            given = self.domain.conjunction(
                [
                    independent,
                    *(self.domain.condition(gap, "=") for gap in gaps),
                    *(self.domain.condition(entry, ">") for entry in y),
                ]
            )
            if given is not None:
                yield given
            if independent is True:
                return

    def _face(self, support: tuple[int, ...], given: Conditions) -> Iterator[Cell]:
        """Yield the optimal face of a support, split by what its ends are."""
        vertices = self._vertices(support, given)
        if len(support) == self.dimension:
            for vertex in vertices:
                conditions = self.domain.extended(given, vertex.feasible)
                if conditions is not None:
                    yield self._cell(conditions, [(x, x) for x in vertex.point])
            return
        moving = [j for j in range(self.dimension) if not self._is_fixed(j, support)]
        yield from self._ends(support, given, vertices, moving, {}, certified=False)

    def _cell(self, conditions: Conditions, ends: Sequence[tuple[End, End]]) -> Cell:
        value = ends[-1][0]
        assert value is not None
        return Cell(
            conditions=self.domain.reduced(conditions),
            optimum=Optimum(value=value, ranges=tuple((pair,) for pair in ends[:-1])),
        )

    def _vertices(self, support: tuple[int, ...], given: Conditions) -> list[_Vertex]:
        others = [i for i in range(len(self.rows)) if i not in support]
        found = []
        for extra in combinations(others, self.dimension - len(support)):
            basis = (*support, *extra)
            determinant, solved = inverse([self.rows[i].coefficients for i in basis], self.domain.field)
            if solved is None:
                continue
            bounds = [self.rows[i].bound for i in basis]
            point = tuple(dot(line, bounds, self.domain.field) for line in solved)
            feasible = self.domain.conjunction(
                [
                    self.domain.condition(determinant, "!="),
                    *(
                        self.domain.condition(self._slack(i, point), ">=")
                        for i in range(len(self.rows))
                        if i not in basis
                    ),
                ]
            )
            if feasible is not None and self.domain.extended(given, feasible) is not None:
                lines = tuple(map(tuple, solved))
                found.append(_Vertex(basis=basis, inverse=lines, point=point, feasible=feasible))
        return found

    def _slack(self, row: int, point: Sequence[RationalFunction]) -> RationalFunction:
        return self.rows[row].bound - dot(self.rows[row].coefficients, point, self.domain.field)

    def _is_fixed(self, unknown: int, support: tuple[int, ...]) -> bool:
        """Tell whether an unknown is the same on the whole face: no edge moves it."""
        return all(not ray[unknown] for ray in self._directions(support))

    def _directions(self, support: tuple[int, ...]) -> list[tuple[RationalFunction, ...]]:
        """Return the directions of the edges of a face, each once."""
        if support not in self._known_directions:
            others = [i for i in range(len(self.rows)) if i not in support]
            found = {
                self._direction((*support, *extra)): None
                for extra in combinations(others, self.dimension - 1 - len(support))
            }
            self._known_directions[support] = [ray for ray in found if any(ray)]
        return self._known_directions[support]

    def _direction(self, tight: tuple[int, ...]) -> tuple[RationalFunction, ...]:
        """Return minors: a vector orthogonal to one row less than there are unknowns."""
        rows = [self.rows[i].coefficients for i in tight]
        minors = []
        for j in range(self.dimension):
            minor, _ = inverse([[*row[:j], *row[j + 1 :]] for row in rows], self.domain.field)
            minors.append(-minor if j % 2 else minor)
        return tuple(minors)

    def _ends(
        self,
        support: tuple[int, ...],
        given: Conditions,
        vertices: list[_Vertex],
        moving: list[int],
        known: dict[tuple[int, int], End],
        *,
        certified: bool,
    ) -> Iterator[Cell]:
        """Find the ends of each moving unknown in turn; a condition that splits is carried on."""
        wanted = next(((j, side) for j in moving for side in (-1, 1) if (j, side) not in known), None)
        if wanted is None:
            yield from self._finished(given, vertices, known, certified=certified)
            return
        unknown, side = wanted
        seen: list[tuple[End, frozenset[Condition]]] = []
        for end, conditions, sure in self._candidates(support, given, vertices, unknown, side):
            region = frozenset(conditions)
            if any(end == other and region >= larger for other, larger in seen):
                continue
            seen.append((end, region))
            found = {**known, wanted: end}
            yield from self._ends(support, conditions, vertices, moving, found, certified=certified or sure)
            if region == frozenset(given):
                return  # the end is known on all of the region

    def _candidates(
        self, support: tuple[int, ...], given: Conditions, vertices: list[_Vertex], unknown: int, side: int
    ) -> Iterator[tuple[End, Conditions, bool]]:
        """Yield ends of an unknown, the conditions, and whether the face is then not empty."""
        sign = self.domain.field.number(side)
        for vertex in vertices:
            # the end is at this vertex where going on would leave a constraint
            stops = [
                self.domain.condition(vertex.inverse[unknown][p] * sign, ">=")
                for p in range(len(support), self.dimension)
            ]
            conditions = self.domain.extended(given, (*stops, *vertex.feasible))
            if conditions is not None:
                yield vertex.point[unknown], conditions, True
        for steps in self._rays(support, unknown, side):
            conditions = self.domain.extended(given, steps)
            if conditions is not None:
                yield None, conditions, False

    def _finished(
        self,
        given: Conditions,
        vertices: list[_Vertex],
        known: dict[tuple[int, int], End],
        *,
        certified: bool,
    ) -> Iterator[Cell]:
        if not vertices:
            return
        point = vertices[0].point
        ends = [(known.get((j, -1), x), known.get((j, 1), x)) for j, x in enumerate(point)]
        if certified:
            yield self._cell(given, ends)
            return
        for vertex in vertices:
            conditions = self.domain.extended(given, vertex.feasible)
            if conditions is not None:
                yield self._cell(conditions, ends)

    def _rays(self, support: tuple[int, ...], unknown: int, side: int) -> list[Conditions]:
        """Return conditions under which the face extends without end to one side of an unknown."""
        key = (support, unknown, side)
        if key not in self._known_rays:
            self._known_rays[key] = [given for _, given in self._extreme_rays(support, unknown, side)]
        return self._known_rays[key]

    def _extreme_rays(
        self, support: tuple[int, ...], unknown: int, side: int
    ) -> Iterator[tuple[tuple[RationalFunction, ...], Conditions]]:
        field = self.domain.field
        for minors in self._directions(support):
            for orientation in (1, -1):
                ray = tuple(entry * field.number(orientation) for entry in minors)
                steps = self._steps(support, ray, ray[unknown] * field.number(side))
                if steps is not None:
                    yield ray, steps

    def _steps(
        self, support: tuple[int, ...], ray: tuple[RationalFunction, ...], gain: RationalFunction
    ) -> Conditions | None:
        """Return when a direction gains and leaves no constraint, however far it is followed."""
        steps = [self.domain.condition(gain, ">")]
        for i, row in enumerate(self.rows):
            if steps[-1] is False:
                return None
            if i not in support:
                slope = dot(row.coefficients, ray, self.domain.field)
                steps.append(self.domain.condition(-slope, ">="))
        return self.domain.conjunction(steps)

    def _explain_failure(self) -> None:
        last = self.dimension - 1
        found = [
            (ray, self.domain.reduced(conditions))
            for ray, conditions in self._extreme_rays((), last, -1)
            if self.domain.possible(*conditions)
        ]
        if found:
            # a direction that is open in many places says more than one on a boundary
            ray, region = min(
                found,
                key=lambda pair: (sum(c.operator == "=" for c in pair[1]), len(pair[1]), _size(pair[0])),
            )
            raise UnboundedError(ray, region)
        raise InfeasibleError("the inequalities exclude one another for some parameters of the domain")


def _size(ray: Sequence[RationalFunction]) -> int:
    return sum(len(entry.top.to_dict()) for entry in ray)


def _may_cancel(signs: list[list[int | None]]) -> bool:
    """Tell whether positive multipliers may cancel every column but the last, and leave -1 there."""
    for column in zip(*(row[:-1] for row in signs), strict=True):
        if None not in column and any(column) and not (1 in column and -1 in column):
            return False
    return any(row[-1] for row in signs)
