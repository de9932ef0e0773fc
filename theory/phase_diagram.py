r"""Phase diagrams: which law holds where in the plane of two parameters, with exact boundaries.

The conditions of a `Regions` object cut the plane into cells (`plane_arrangement`).  Cells whose laws agree
make a phase; arcs where laws do not agree make a boundary; boundaries meet in points.  Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sympy import Expr, Symbol, cancel, fraction
from sympy.core.relational import Relational

from .phase_laws import law_of, read_label
from .phase_plane import Plane
from .phase_result import PhaseDiagram
from .phase_tracing import traced
from .regions import Piece, Regions, exact_number

Value = TypeVar("Value")


def phase_diagram(
    regions: Regions[Value],
    x: Symbol,
    y: Symbol,
    *,
    fixed: Mapping[Symbol, Any] | None = None,
    label: Callable[[Value], Any] = law_of,
) -> PhaseDiagram[Value]:
    r"""Find the phases in the plane of two parameters.

    Parameters
    ----------
    regions :
        laws by region; where regions overlap the first one holds.
    x, y :
        the parameters on the axes, horizontal and vertical.
    fixed :
        a rational number for every other parameter.
    label :
        what distinguishes phases: an expression, a word or a tuple of such.  By default the exponents, the
        logarithm and the part of the risk that wins.

    Returns
    -------
    PhaseDiagram
        phases in the order of `regions`.

    Raises
    ------
    ValueError
        If a parameter has no number, a number is not rational or outside the domain, or no region is open in
        the plane.
    UndecidedError
        If z3 cannot decide a question about an irrational point.

    >>> from sympy.abc import a, b
    >>> from scalinglaws.theory.relations import normalise_domain
    >>> pieces = (Piece((b < a + 1,), 1 - b), Piece((b >= a + 1,), -a))
    >>> diagram = phase_diagram(Regions(pieces, normalise_domain([a > 1, b > 1])), a, b)
    >>> [(phase.value, phase.conditions) for phase in diagram]
    [(1 - b, ((b < a + 1,),)), (-a, ((b > a + 1,),))]
    >>> [boundary.equation for boundary in diagram.boundaries]
    [Eq(b, a + 1)]
    """
    for name, symbol in (("x", x), ("y", y)):
        if not isinstance(symbol, Symbol):
            raise TypeError(f"`{name}` is {symbol!r}; give the symbol of a parameter")
    if x == y:
        raise ValueError(f"`y` is {y}, which is `x` too; give two different parameters")
    numbers = _numbers(fixed or {}, (x, y))
    named = set().union(
        *(relation.free_symbols for relation in regions.where),
        *(relation.free_symbols for piece in regions for relation in piece.conditions),
    )
    _require_numbers(named, x, y, numbers)
    where = frozenset(_domain(regions.where, numbers))
    pieces = []
    for piece in regions:
        conditions = _put(piece.conditions, numbers)
        if conditions is not None:
            pieces.append(Piece(conditions, piece.value))
    labels = [read_label(label(piece.value), numbers) for piece in pieces]
    _require_numbers(_letters(labels), x, y, numbers)
    return traced(Plane(Regions(tuple(pieces), where), labels, x, y), numbers)


def _numbers(fixed: Mapping[Symbol, Any], axes: tuple[Symbol, Symbol]) -> dict[Symbol, Expr]:
    numbers = {symbol: exact_number(str(symbol), value) for symbol, value in fixed.items()}
    for symbol, value in numbers.items():
        if symbol in axes:
            raise ValueError(f"`fixed` gives {value} to {symbol}, which is an axis")
        if not value.is_Rational:
            raise ValueError(f"`fixed` gives {value} to {symbol}; give a rational number")
    return numbers


def _require_numbers(named: Iterable[Symbol], x: Symbol, y: Symbol, numbers: Mapping[Symbol, Expr]) -> None:
    missing = sorted(str(symbol) for symbol in set(named) - {x, y, *numbers})
    if missing:
        raise ValueError(
            f"`fixed` gives no number to {', '.join(missing)}; every parameter besides {x} and {y} needs one"
        )


def _letters(label: Any) -> set[Symbol]:
    if isinstance(label, (tuple, list)):
        return set().union(*map(_letters, label))
    return set(getattr(label, "free_symbols", ()))


def _domain(where: Iterable[Relational], numbers: Mapping[Symbol, Expr]) -> list[Relational]:
    kept: list[Relational] = []
    for relation in where:
        put = _put([relation], numbers)
        if put is None:
            named = sorted(set(map(str, relation.free_symbols)) & set(map(str, numbers)))
            shown = ", ".join(f"{s} = {v}" for s, v in numbers.items() if str(s) in named)
            raise ValueError(f"`fixed` puts {shown}, which violates {relation}")
        kept += put
    for symbol, value in numbers.items():
        if (symbol.is_positive and value <= 0) or (symbol.is_nonnegative and value < 0):
            raise ValueError(f"`fixed` puts {symbol} = {value}, but {symbol} is positive")
    return kept


def _put(conditions: Iterable[Relational], numbers: Mapping[Symbol, Expr]) -> tuple[Relational, ...] | None:
    """Put numbers into a conjunction; `None` if it becomes false, at poles too."""
    kept: list[Relational] = []
    for relation in conditions:
        if not relation.free_symbols & set(numbers):
            kept.append(relation)
            continue
        top, bottom = (part.subs(numbers) for part in fraction(cancel(relation.lhs - relation.rhs)))
        if bottom == 0:
            return None
        put = type(relation)(cancel(top / bottom), 0)
        if put == False:  # noqa: E712 -- SymPy's BooleanFalse is not the Python singleton
            return None
        if put != True:  # noqa: E712
            kept.append(put)
    return tuple(kept)
