r"""How algebraic curves cut a plane: open cells, arcs between them, and points where arcs meet.

It is the cylindrical decomposition of the plane.  Above an open interval of $x$ that contains no root of a
discriminant, a resultant or a leading coefficient, the curves are graphs that do not meet; what happens above
the roots themselves is found on the vertical line there.  Every step is exact: coordinates are rational or
algebraic numbers, cells are told apart by the signs of the curves' polynomials.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from math import lcm

from flint import arb, fmpq, fmpz_mpoly, fmpz_poly
from sympy import Add, Eq, Rational, Symbol

from .dominance import is_possible
from .real_roots import RealRoot, between, merged_roots, real_roots

#: The sign of every curve's polynomial, in the order of the curves.
Signs = tuple[int, ...]
#: Bits to which a number that is not zero is looked for before a proof is asked for that it is.
_BITS = 80


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of a curve that is a graph above an interval.

    Parameters
    ----------
    curve :
        the position of the curve.
    index :
        the place among the curve's real roots in y, counted from 0 below.
    """

    curve: int
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slab:
    """An open interval of x with the graphs above it, from below.

    Parameters
    ----------
    low, high :
        the ends, `None` for infinity.
    branches :
        the graphs.
    cells :
        signs in the open cells between them, one more than there are graphs.
    """

    low: RealRoot | None
    high: RealRoot | None
    branches: tuple[Branch, ...]
    cells: tuple[Signs, ...]

    def arcs(self) -> Iterator[tuple[Branch, Signs, Signs, Signs]]:
        """Yield each graph with the signs on it, below it and above it."""
        for branch, (below, above) in zip(self.branches, pairwise(self.cells), strict=True):
            yield branch, _with(below, branch.curve, 0), below, above


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A point of a vertical line through which curves go.

    Parameters
    ----------
    y :
        its height.
    curves :
        the curves through it, without the vertical line.
    """

    y: RealRoot
    curves: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A vertical line between two slabs.

    Parameters
    ----------
    x :
        its place.
    curve :
        the position of the curve that it is, if it is one.
    slope :
        the sign of that curve's polynomial to the right of it.
    levels :
        the points on it through which other curves go, from below.
    heights :
        rational heights between the levels.
    cells :
        signs at these heights.
    """

    x: RealRoot
    curve: int | None
    slope: int
    levels: tuple[Level, ...]
    heights: tuple[fmpq, ...]
    cells: tuple[Signs, ...]

    def sides(self, cell: Signs) -> tuple[Signs, Signs]:
        """Return the signs to the left and to the right of a cell of this line."""
        if self.curve is None:
            return cell, cell
        return _with(cell, self.curve, -self.slope), _with(cell, self.curve, self.slope)

    def signs_at(self, position: int) -> Signs:
        """Return the signs at the point of a level."""
        level, below = self.levels[position], self.cells[position]
        return tuple(0 if i in level.curves else sign for i, sign in enumerate(below))


@dataclass(frozen=True, slots=True)
class Ray:
    """An arc that starts at a point, with the signs on it and before and after it, counterclockwise."""

    curve: int
    on: Signs
    before: Signs
    after: Signs


class Arrangement:
    """The cells into which curves cut a plane.

    Parameters
    ----------
    curves :
        irreducible polynomials in two variables, each once up to a factor.

    >>> from flint import fmpz_mpoly_ctx
    >>> x, y = fmpz_mpoly_ctx.get(["x", "y"]).gens()
    >>> circle_and_line = Arrangement([x**2 + y**2 - 2, y - x])
    >>> [root.x.as_expr() for root in circle_and_line.lines]
    [-sqrt(2), -1, 1, sqrt(2)]
    """

    def __init__(self, curves: Sequence[fmpz_mpoly]) -> None:
        self._by_y = [_columns(curve, 1) for curve in curves]
        self._by_x = [_columns(curve, 0) for curve in curves]
        self._terms = [
            {(int(i), int(j)): int(c) for (i, j), c in curve.to_dict().items()} for curve in curves
        ]
        self._curves = list(curves)
        self._graphs = [i for i, columns in enumerate(self._by_y) if len(columns) > 1]
        self.lines = tuple(map(self._line, merged_roots(self._projections())))
        ends = [None, *(line.x for line in self.lines), None]
        self.slabs = tuple(self._slab(low, high) for low, high in pairwise(ends))

    def _projections(self) -> Iterator[fmpz_poly]:
        """Yield polynomials in x with a root wherever the graphs above x change."""
        for i, columns in enumerate(self._by_y):
            if i not in self._graphs:
                yield columns[0]
                continue
            yield columns[-1]
            if len(columns) > 2:
                yield _columns(self._curves[i].discriminant(1), 1)[0]
        for i, j in combinations(self._graphs, 2):
            yield _columns(self._curves[i].resultant(self._curves[j], 1), 1)[0]

    def _slab(self, low: RealRoot | None, high: RealRoot | None) -> Slab:
        x = between(low, high)
        roots = {i: real_roots(_at(self._by_y[i], x)) for i in self._graphs}
        graphs = sorted((root, i, index) for i, found in roots.items() for index, root in enumerate(found))
        bottom = between(None, graphs[0][0]) if graphs else fmpq(0)
        cells = [self._signs(x, bottom)]
        for _, i, _ in graphs:
            # roots are simple here: the curve's polynomial changes its sign, and no other does
            cells.append(_with(cells[-1], i, -cells[-1][i]))
        branches = tuple(Branch(i, index) for _, i, index in graphs)
        return Slab(low=low, high=high, branches=branches, cells=tuple(cells))

    def _signs(self, x: fmpq, y: fmpq) -> Signs:
        values = (_at(columns, x)(y) for columns in self._by_y)
        return tuple(int(value > 0) - int(value < 0) for value in values)

    def _line(self, x: RealRoot) -> Line:
        through: dict[RealRoot, set[int]] = {}
        for i in self._graphs:
            for y in self._heights_above(i, x):
                through.setdefault(y, set()).add(i)
        ordered = sorted(through)
        heights = tuple(between(low, high) for low, high in pairwise([None, *ordered, None]))
        vertical = [i for i in range(len(self._curves)) if i not in self._graphs]
        curve = next((i for i in vertical if not x.sign_of(self._by_y[i][0])), None)
        slope = 0 if curve is None else x.sign_of(self._by_y[curve][0].derivative())
        cells = tuple(
            tuple(
                0 if i == curve else x.sign_of(_at(self._by_x[i], height)) for i in range(len(self._curves))
            )
            for height in heights
        )
        levels = tuple(Level(y=y, curves=frozenset(through[y])) for y in ordered)
        return Line(x=x, curve=curve, slope=slope, levels=levels, heights=heights, cells=cells)

    def _heights_above(self, i: int, x: RealRoot) -> list[RealRoot]:
        if x.is_rational:
            return real_roots(_at(self._by_y[i], x.low))
        # among the heights above all roots of the polynomial of x are those above x
        generator = self._curves[i].context().gens()[0]
        place = sum((int(c) * generator**k for k, c in enumerate(x.polynomial.coeffs())), start=generator * 0)
        candidates = real_roots(_columns(self._curves[i].resultant(place, 0), 0)[0])
        return [y for y in candidates if self._vanishes(i, x, y)]

    def _vanishes(self, i: int, x: RealRoot, y: RealRoot) -> bool:
        """Tell whether a curve goes through a point: refuted by balls, proven by z3."""
        for _ in range(_BITS):
            value = arb(0)
            for (power, other), c in self._terms[i].items():
                value += c * x.ball() ** power * y.ball() ** other
            if not value.contains(0):
                return False
            x.refine()
            y.refine()
        unknowns = Symbol("x", real=True), Symbol("y", real=True)
        relations = [Eq(_sum(self._terms[i], unknowns), 0)]
        for symbol, root in zip(unknowns, (x, y), strict=True):
            powers = {(k, 0): int(c) for k, c in enumerate(root.polynomial.coeffs())}
            relations.append(Eq(_sum(powers, (symbol, symbol)), 0))
            low, high = (Rational(int(end.p), int(end.q)) for end in (root.low, root.high))
            relations += [low <= symbol, symbol <= high]
        return is_possible([], *relations)

    def rays(self, line: int, position: int) -> tuple[Ray, ...]:
        """Return the arcs that meet at a point, counterclockwise from the lower right.

        Parameters
        ----------
        line, position :
            the point, as positions of a line and of a level on it.
        """
        here = self.lines[line]
        low, high = here.heights[position], here.heights[position + 1]
        right = self._near(line, low, high, rightwards=True)
        left = self._near(line, low, high, rightwards=False)
        rays = [Ray(branch.curve, on, below, above) for branch, on, below, above in right]
        if here.curve is not None:
            to_left, to_right = here.sides(here.cells[position + 1])
            rays.append(Ray(here.curve, here.cells[position + 1], to_right, to_left))
        rays += [Ray(branch.curve, on, above, below) for branch, on, below, above in reversed(left)]
        if here.curve is not None:
            to_left, to_right = here.sides(here.cells[position])
            rays.append(Ray(here.curve, here.cells[position], to_left, to_right))
        return tuple(rays)

    def _near(
        self, line: int, low: fmpq, high: fmpq, *, rightwards: bool
    ) -> list[tuple[Branch, Signs, Signs, Signs]]:
        """Return the arcs beside a line that come from between two heights on it."""
        slab = self.slabs[line + 1 if rightwards else line]
        x, end = self.lines[line].x, slab.high if rightwards else slab.low
        # so near that no curve reaches the heights in between
        for columns in (self._by_x[i] for i in self._graphs):
            for height in (low, high):
                polynomial = _at(columns, height)
                for root in real_roots(polynomial) if polynomial.degree() > 0 else []:
                    if (rightwards and x < root and (end is None or root < end)) or (
                        not rightwards and root < x and (end is None or end < root)
                    ):
                        end = root
        place = between(x, end) if rightwards else between(end, x)
        inside = []
        for arc in slab.arcs():
            branch = arc[0]
            root = real_roots(_at(self._by_y[branch.curve], place))[branch.index]
            if _exceeds(root, low) and not _exceeds(root, high):
                inside.append(arc)
        return inside

    @cached_property
    def cells(self) -> frozenset[Signs]:
        """The signs in all open cells."""
        return frozenset(cell for slab in self.slabs for cell in slab.cells)


def _with(signs: Signs, position: int, sign: int) -> Signs:
    return (*signs[:position], sign, *signs[position + 1 :])


def _columns(polynomial: fmpz_mpoly, variable: int) -> list[fmpz_poly]:
    """Return the coefficients of the powers of one variable, as polynomials in the other."""
    terms = [(tuple(map(int, e)), int(c)) for e, c in polynomial.to_dict().items()]
    degrees = [max((e[k] for e, _ in terms), default=0) for k in (variable, 1 - variable)]
    table = [[0] * (degrees[1] + 1) for _ in range(degrees[0] + 1)]
    for exponents, coefficient in terms:
        table[exponents[variable]][exponents[1 - variable]] = coefficient
    return [fmpz_poly(row) for row in table]


def _at(columns: Sequence[fmpz_poly], value: fmpq) -> fmpz_poly:
    """Put a number in; the result is multiplied by a positive integer."""
    values = [fmpq(1) * column(value) for column in columns]
    common = lcm(*(int(v.q) for v in values))
    return fmpz_poly([int((v * common).p) for v in values])


def _exceeds(root: RealRoot, number: fmpq) -> bool:
    """Tell whether a root, different from a number, is larger."""
    return root.sign_of(fmpz_poly([-int(number.p), int(number.q)])) > 0


def _sum(terms: dict[tuple[int, int], int], symbols: tuple[Symbol, Symbol]) -> Add:
    return Add(*(c * symbols[0] ** i * symbols[1] ** j for (i, j), c in terms.items()))
