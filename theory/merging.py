r"""From many cells to few regions: what agrees is united.

What a cell says is a function of the parameters, so a condition of a cell may be dropped whenever the larger
region meets no cell that says otherwise: whatever it newly contains lies in cells that agree.  No union of
polyhedra has to be computed, and the result is exact on boundaries too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from .conditions import Condition, Conditions
from .parameter_domain import ParameterDomain
from .relations import UndecidedError


class HasConditions(Protocol):
    """A dataclass with the conditions under which it holds."""

    @property
    def conditions(self) -> Conditions:
        """What holds together in the region."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Region = TypeVar("Region", bound=HasConditions)


def merge(
    domain: ParameterDomain,
    cells: Sequence[Region],
    *,
    same: Callable[[Region, Region], bool],
    defined: Callable[[Conditions, Region], bool],
    conflict: Callable[[Conditions, Region, Region], bool],
) -> tuple[Region, ...]:
    """Return fewer and larger cells that say the same.

    Parameters
    ----------
    domain :
        the parameters.
    cells :
        a cover of the domain; where two overlap they agree.
    same :
        tells whether two cells say the same in the same words.
    defined :
        tells whether what a cell says makes sense in the whole of a larger region.
    conflict :
        tells whether two cells disagree where the second meets a larger region of the first.

    Raises
    ------
    UndecidedError
        If z3 cannot decide whether a region is empty.
    """
    left = _without_copies(cells, same)

    def agrees(region: list[Condition], cell: Region, others: Sequence[Region]) -> bool:
        conditions = tuple(region)
        if not defined(conditions, cell):
            return False
        # most conflicts show at a sample point, before anything has to be proven
        unseen = []
        for other in others:
            if not domain.is_witnessed(*conditions, *other.conditions):
                unseen.append(other)
            elif conflict(conditions, cell, other):
                return False
        return not any(
            domain.conceivable(*conditions, *other.conditions) and conflict(conditions, cell, other)
            for other in unseen
        )

    def enlarged(cell: Region, others: Sequence[Region]) -> Region:
        conditions = list(cell.conditions)
        for condition in cell.conditions:
            without = [other for other in conditions if other is not condition]
            if agrees(without, cell, others):
                conditions = without
                continue
            weaker = condition.weakened()
            candidate = [weaker if other is condition else other for other in conditions]
            if weaker is not condition and agrees(candidate, cell, others):
                conditions = candidate
        return replace(cell, conditions=tuple(conditions))

    for position, cell in enumerate(left):
        left[position] = enlarged(cell, [other for other in left if not same(cell, other)])
    kept: list[Region] = []
    for position, cell in enumerate(left):
        if not any(_inside(domain, cell, rival) for rival in (*kept, *left[position + 1 :])):
            kept.append(cell)
    kept = [cell for cell in _without_needless(domain, kept) if domain.possible(*cell.conditions)]
    reduced = [replace(cell, conditions=domain.reduced(cell.conditions)) for cell in kept]
    return tuple(sorted(reduced, key=lambda cell: any(c.operator == "=" for c in cell.conditions)))


def _without_copies(cells: Sequence[Region], same: Callable[[Region, Region], bool]) -> list[Region]:
    unique: dict[frozenset[Condition], list[Region]] = {}
    for cell in cells:
        known = unique.setdefault(frozenset(cell.conditions), [])
        if not any(same(cell, other) for other in known):
            known.append(cell)
    return [cell for known in unique.values() for cell in known]


def _inside(domain: ParameterDomain, inner: HasConditions, outer: HasConditions) -> bool:
    return not any(domain.conceivable(*inner.conditions, c.negated()) for c in outer.conditions)


def _without_needless(domain: ParameterDomain, cells: list[Region]) -> list[Region]:
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


def _cover(domain: ParameterDomain, cells: Sequence[HasConditions]) -> bool:
    try:
        return domain.covered([cell.conditions for cell in cells])
    except UndecidedError:
        return False
