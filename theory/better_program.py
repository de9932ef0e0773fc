r"""The better of two parametric programs in the same unknowns, and when two optima agree.

Where both give the same minimum the ranges of the unknowns are united; regions split where the order of two
ends depends on the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .conditions import Condition, Conditions
from .linear_program import Cell, End, Optimum, Ranges
from .merging import merge
from .parameter_domain import ParameterDomain
from .rational_functions import RationalFunction


def merge_optima(domain: ParameterDomain, cells: Sequence[Cell]) -> tuple[Cell, ...]:
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

    def defined(region: Conditions, cell: Cell) -> bool:
        poles = (
            domain.condition(domain.field.polynomial(value.bottom), "=") for value in _values(cell.optimum)
        )
        return not any(
            pole is True or (isinstance(pole, Condition) and domain.conceivable(*region, pole))
            for pole in poles
        )

    def conflict(region: Conditions, mine: Cell, yours: Cell) -> bool:
        return _differ(domain, (*region, *yours.conditions), mine.optimum, yours.optimum)

    def same(one: Cell, other: Cell) -> bool:
        return one.optimum == other.optimum

    return merge(domain, cells, same=same, defined=defined, conflict=conflict)


def _differ(domain: ParameterDomain, overlap: Conditions, one: Optimum, other: Optimum) -> bool:
    if [len(r) for r in one.ranges] != [len(r) for r in other.ranges]:
        return True
    for mine, yours in zip(_ends(one), _ends(other), strict=True):
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
