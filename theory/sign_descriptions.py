r"""The fewest inequalities that tell one set of cells from the others.

Cells are known by the signs of some polynomials.  A description is a list of conjunctions, any of which may
hold; it is found without geometry: an inequality may be dropped as long as no cell outside comes in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from .plane_arrangement import Signs

#: The sign that each of some polynomials must have.
Conjunction = dict[int, int]


def descriptions(
    inside: Collection[Signs], seams: Collection[Signs], outside: Collection[Signs], order: Sequence[int]
) -> tuple[Conjunction, ...]:
    """Return conjunctions that hold in all cells inside and in none outside.

    Parameters
    ----------
    inside :
        signs in the open cells to be described.
    seams :
        signs on the arcs and points between them; a point is left out if no conjunction has room for it.
    outside :
        signs in all other cells.
    order :
        the positions of all polynomials, the least welcome in a description first.

    >>> descriptions([(1, 1), (1, -1)], [(1, 0)], [(-1, 1), (-1, -1)], [1, 0])
    ({0: 1},)
    """
    open_outside = [cell for cell in outside if 0 not in cell]
    found = [_shortest(cell, open_outside, order) for cell in sorted(inside, reverse=True)]
    chosen = _cover((conjunction for conjunction in found if conjunction is not None), inside)
    for seam in sorted(seams):
        if not any(_holds(conjunction, seam) for conjunction in chosen):
            # what holds around a seam, whatever the sign of the polynomial that vanishes on it
            bridge = _shortest(seam, outside, order)
            chosen += [] if bridge is None else [bridge]
    return tuple({i: c[i] for i in reversed(order) if i in c} for c in chosen)


def _shortest(cell: Signs, outside: Collection[Signs], order: Sequence[int]) -> Conjunction | None:
    """Return few inequalities that hold in a cell and nowhere outside, `None` if there are none."""
    conjunction = {i: cell[i] for i in order if cell[i]}
    if any(_holds(conjunction, other) for other in outside):
        return None
    for position in order:
        wanted = conjunction.pop(position, 0)
        if wanted and any(_holds(conjunction, other) for other in outside):
            conjunction[position] = wanted
    return conjunction


def _cover(candidates: Iterable[Conjunction], inside: Collection[Signs]) -> list[Conjunction]:
    """Choose few conjunctions of which one holds in each cell, greedily."""
    left, chosen = set(inside), []
    reach = [(candidate, {cell for cell in inside if _holds(candidate, cell)}) for candidate in candidates]
    while left:
        best, reached = max(reach, key=lambda pair: (len(pair[1] & left), -len(pair[0])))
        chosen.append(best)
        left -= reached
    return chosen


def _holds(conjunction: Conjunction, cell: Signs) -> bool:
    return all(cell[i] == sign for i, sign in conjunction.items())
