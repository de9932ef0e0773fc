r"""From cells with optima to few regions: unite what agrees, and take the better of two programs.

The optimum is a function of the parameters, so a condition of a cell may be dropped whenever the larger
region meets no cell with another optimum: whatever it newly contains lies in cells that agree.  No union of
polyhedra has to be computed, and the result is exact on boundaries too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .conditions import Condition, Conditions
from .linear_program import Cell, End, Optimum, Ranges
from .parameter_domain import ParameterDomain
from .rational_functions import RationalFunction
from .relations import UndecidedError


def merge(domain: ParameterDomain, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return fewer and larger cells with the same optima.

    Parameters
    ----------
    domain :
        the parameters.
    cells :
        a cover of the domain; where two overlap their optima agree.

    Raises
    ------
    UndecidedError
        If z3 cannot decide whether a region is empty.
    """
    left = _without_copies(cells)
    for position, cell in enumerate(left):
        others = [other for other in left if other.optimum != cell.optimum]
        left[position] = _enlarged(domain, cell, others)
    kept: list[Cell] = []
    for position, cell in enumerate(left):
        rivals = [*kept, *left[position + 1 :]]
        if not any(rival.optimum == cell.optimum and _inside(domain, cell, rival) for rival in rivals):
            kept.append(cell)
    kept = [cell for cell in _without_needless(domain, kept) if domain.possible(*cell.conditions)]
    reduced = [replace(cell, conditions=domain.reduced(cell.conditions)) for cell in kept]
    return tuple(sorted(reduced, key=lambda cell: any(c.operator == "=" for c in cell.conditions)))


def _without_copies(cells: Iterable[Cell]) -> list[Cell]:
    unique: dict[tuple[frozenset[Condition], Optimum], Cell] = {}
    for cell in cells:
        unique.setdefault((frozenset(cell.conditions), cell.optimum), cell)
    return list(unique.values())


def _enlarged(domain: ParameterDomain, cell: Cell, others: Sequence[Cell]) -> Cell:
    conditions = list(cell.conditions)
    for condition in cell.conditions:
        without = [other for other in conditions if other is not condition]
        if _agrees(domain, without, cell.optimum, others):
            conditions = without
            continue
        weaker = condition.weakened()
        candidate = [weaker if other is condition else other for other in conditions]
        if weaker is not condition and _agrees(domain, candidate, cell.optimum, others):
            conditions = candidate
    return replace(cell, conditions=tuple(conditions))


def _agrees(
    domain: ParameterDomain, region: list[Condition], optimum: Optimum, others: Sequence[Cell]
) -> bool:
    """Tell whether an optimum is defined in a region and equals the others wherever they hold in it."""
    for value in _values(optimum):
        pole = domain.condition(domain.field.polynomial(value.bottom), "=")
        if pole is True or (isinstance(pole, Condition) and domain.conceivable(*region, pole)):
            return False
    return not any(_conflict(domain, region, optimum, other) for other in others)


def _conflict(domain: ParameterDomain, region: list[Condition], optimum: Optimum, other: Cell) -> bool:
    overlap = (*region, *other.conditions)
    if not domain.conceivable(*overlap):
        return False
    if [len(r) for r in optimum.ranges] != [len(r) for r in other.optimum.ranges]:
        return True
    for mine, yours in zip(_ends(optimum), _ends(other.optimum), strict=True):
        if mine is None or yours is None:
            if mine is not yours:
                return True
            continue
        differ = domain.condition(mine - yours, "!=")
        if differ is True or (isinstance(differ, Condition) and domain.conceivable(*overlap, differ)):
            return True
    return False


def _ends(optimum: Optimum) -> Iterator[End]:
    yield optimum.value
    for ranges in optimum.ranges:
        for pair in ranges:
            yield from pair


def _values(optimum: Optimum) -> Iterator[RationalFunction]:
    yield from (end for end in _ends(optimum) if end is not None)


def _inside(domain: ParameterDomain, inner: Cell, outer: Cell) -> bool:
    return not any(domain.conceivable(*inner.conditions, c.negated()) for c in outer.conditions)


def _without_needless(domain: ParameterDomain, cells: list[Cell]) -> list[Cell]:
    """Drop cells that the others cover together; equations, the narrowest, go first."""
    narrow_first = sorted(
        cells, key=lambda cell: (-sum(c.operator == "=" for c in cell.conditions), -len(cell.conditions))
    )
    kept = list(cells)
    for cell in narrow_first:
        rest = [other for other in kept if other is not cell]
        if rest and _cover(domain, rest):
            kept = rest
    return kept


def _cover(domain: ParameterDomain, cells: Sequence[Cell]) -> bool:
    try:
        return domain.covered([cell.conditions for cell in cells])
    except UndecidedError:
        return False


def better(domain: ParameterDomain, first: Sequence[Cell], second: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return cells of the smaller of two minima; where they are equal the optima of both are united.

    Parameters
    ----------
    domain :
        the parameters.
    first, second :
        covers of the domain by cells of two programs in the same unknowns.
    """
    cells: list[Cell] = []
    for one in first:
        for other in second:
            overlap = domain.conjunction((*one.conditions, *other.conditions))
            if overlap is None:
                continue
            gap = one.optimum.value - other.optimum.value
            for winner, condition in (
                (one.optimum, domain.condition(-gap, ">")),
                (other.optimum, domain.condition(gap, ">")),
            ):
                region = domain.conjunction((*overlap, condition))
                if region is not None:
                    cells.append(Cell(conditions=region, optimum=winner))
            tie = domain.conjunction((*overlap, domain.condition(gap, "=")))
            if tie is not None:
                cells += _united(domain, tie, one.optimum, other.optimum)
    return tuple(cells)


def _united(domain: ParameterDomain, region: Conditions, first: Optimum, second: Optimum) -> Iterator[Cell]:
    parts: list[tuple[Conditions, tuple[Ranges, ...]]] = [(region, ())]
    for left, right in zip(first.ranges, second.ranges, strict=True):
        parts = [
            (narrower, (*done, ranges))
            for conditions, done in parts
            for narrower, ranges in _union(domain, conditions, left, right)
        ]
    for conditions, ranges in parts:
        yield Cell(conditions=conditions, optimum=Optimum(value=first.value, ranges=ranges))


def _union(
    domain: ParameterDomain, region: Conditions, first: Ranges, second: Ranges
) -> Iterator[tuple[Conditions, Ranges]]:
    """Yield unions of closed intervals, splitting the region where their order depends on the parameters."""
    parts: list[tuple[Conditions, Ranges]] = [(region, first)]
    for pair in second:
        parts = [
            result for conditions, ranges in parts for result in _insert(domain, conditions, ranges, pair)
        ]
    yield from parts


def _insert(
    domain: ParameterDomain, region: Conditions, ranges: Ranges, pair: tuple[End, End]
) -> Iterator[tuple[Conditions, Ranges]]:
    if not ranges:
        yield region, (pair,)
        return
    head, *tail = ranges
    if head == pair:
        yield region, ranges
        return
    for conditions in _split(domain, region, pair[1], head[0], before=True):
        yield conditions, (pair, *ranges)
    for conditions in _split(domain, region, head[1], pair[0], before=True):
        for narrower, rest in _insert(domain, conditions, tuple(tail), pair):
            yield narrower, (head, *rest)
    for touching in _split(domain, region, pair[1], head[0], before=False):
        for overlapping in _split(domain, touching, head[1], pair[0], before=False):
            for lower_given, lower in _extreme(domain, overlapping, head[0], pair[0], lowest=True):
                for given, upper in _extreme(domain, lower_given, head[1], pair[1], lowest=False):
                    yield from _insert(domain, given, tuple(tail), (lower, upper))


def _split(
    domain: ParameterDomain, region: Conditions, upper: End, lower: End, *, before: bool
) -> Iterator[Conditions]:
    """Yield the part of a region where one interval's upper end is below another's lower end, or is not."""
    if upper is None or lower is None:
        if not before:
            yield region
        return
    condition = domain.condition(lower - upper, ">") if before else domain.condition(upper - lower, ">=")
    part = domain.conjunction((*region, condition))
    if part is not None:
        yield part


def _extreme(
    domain: ParameterDomain, region: Conditions, first: End, second: End, *, lowest: bool
) -> Iterator[tuple[Conditions, End]]:
    if first is None or second is None:
        yield region, None
        return
    gap = second - first if lowest else first - second
    for end, condition in ((first, domain.condition(gap, ">=")), (second, domain.condition(-gap, ">"))):
        part = domain.conjunction((*region, condition))
        if part is not None:
            yield part, end
