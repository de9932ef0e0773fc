"""How phases are printed: as text, one phase a block, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from .output import print_json

if TYPE_CHECKING:
    from sympy import Expr, Symbol
    from sympy.core.relational import Relational

    from ...theory.phase_result import PhaseDiagram
    from ...theory.rate import Rate
    from ...theory.regions import Piece, Regions


def ascii_text(expression: Any) -> str:
    """Write an expression with `^` for powers."""
    return str(expression).replace("**", "^")


def heading(title: str, regions: Regions[Rate], put: Mapping[Symbol, Expr]) -> str:
    """Say what is shown: the model, what was set, and the domain."""
    given = ", ".join([title, *(f"{symbol} = {ascii_text(value)}" for symbol, value in put.items())])
    domain = _conjunction(sorted(regions.where, key=str)) if regions.where else ""
    return f"{given}\n" + (f"for {domain}\n" if domain else "")


def _conjunction(relations: Sequence[Relational]) -> str:
    from ...theory.phase_laws import chained

    return chained(relations, _relation, ", ") or "everywhere"


def _relation(relation: Any) -> str:
    from sympy import Eq

    if isinstance(relation, Eq):
        return f"{ascii_text(relation.lhs)} = {ascii_text(relation.rhs)}"
    return ascii_text(relation)


def _law_lines(pieces: Sequence[Piece[Rate]]) -> list[str]:
    """Return what is known of one law, beside its order of growth."""
    from ...theory.phase_laws import common_constant, regimes

    lines = []
    constant = common_constant((piece.value for piece in pieces), {})
    if constant is not None:
        lines.append(f"constant {ascii_text(constant)}")
    lines += regimes(piece.value for piece in pieces)
    return lines


def _law(piece: Piece[Rate]) -> str:
    from ...theory.phase_laws import growth_text, leading, winner

    (growth,) = growth_text(piece.value, {})
    leader = winner(piece.value)
    return f"{ascii_text(growth)}   {leading(leader)}" if leader else ascii_text(growth)


def diagram_text(diagram: PhaseDiagram[Rate]) -> list[str]:
    """List phases, boundaries and meeting points, one phase a block."""
    lines = []
    for phase in diagram:
        indent = " " * (len(phase.name) + 2)
        lines.append(f"{phase.name}  {_law(phase.pieces[0])}")
        words = ["where ", *["or    "] * (len(phase.conditions) - 1)]
        lines += [indent + word + _conjunction(c) for word, c in zip(words, phase.conditions, strict=True)]
        lines += [indent + line for line in _law_lines(phase.pieces)] + [""]
    if diagram.boundaries:
        lines.append("Boundaries")
    for boundary in diagram.boundaries:
        sides = " and ".join(dict.fromkeys(boundary.phases))
        word = "between" if boundary.phases[0] != boundary.phases[1] else "inside"
        lines.append(f"  {_relation(boundary.equation)}   {word} {sides}")
        extents = [_conjunction(diagram.extent(arc)) for arc in boundary.arcs]
        if extents != ["everywhere"]:
            lines.append(f"    for {' or '.join(extents)}")
        laws = dict.fromkeys(map(_law, boundary.pieces)) or ["outside the domain"]
        lines += [f"    {law}" for law in laws]
        if boundary.pieces:
            lines += [f"    {line}" for line in _law_lines(boundary.pieces)]
    if diagram.points:
        lines += ["", "Points where phases meet"]
    for point in diagram.points:
        place = ", ".join(f"{symbol} = {ascii_text(value)}" for symbol, value in point.coordinates.items())
        lines.append(f"  {place}   {', '.join(point.phases)}")
    return lines


def _law_json(pieces: Sequence[Piece[Rate]]) -> dict[str, Any]:
    from ...theory.phase_laws import common_constant, regimes, tidy, winner

    rate = pieces[0].value
    constant = common_constant((piece.value for piece in pieces), {})
    exponent = rate.exponent()
    return {
        "exponent": ascii_text(exponent if exponent.is_infinite else tidy(exponent)),
        "log_power": ascii_text(rate.log_power),
        "dominant": winner(rate) or None,
        "constant": None if constant is None else ascii_text(constant),
        "regimes": list(regimes(piece.value for piece in pieces)),
    }


def diagram_json(diagram: PhaseDiagram[Rate]) -> dict[str, Any]:
    """Return a diagram as JSON."""
    return {
        "axes": [str(diagram.x), str(diagram.y)],
        "phases": [
            {
                "name": phase.name,
                "conditions": [[_relation(r) for r in relations] for relations in phase.conditions],
                **_law_json(phase.pieces),
            }
            for phase in diagram
        ],
        "boundaries": [
            {
                "equation": _relation(boundary.equation),
                "phases": list(boundary.phases),
                "extents": [[_relation(r) for r in diagram.extent(arc)] for arc in boundary.arcs],
                "law": _law_json(boundary.pieces) if boundary.pieces else None,
            }
            for boundary in diagram.boundaries
        ],
        "points": [
            {
                "coordinates": {
                    str(symbol): ascii_text(value) for symbol, value in point.coordinates.items()
                },
                "phases": list(point.phases),
            }
            for point in diagram.points
        ],
    }


def print_regions(
    regions: Regions[Rate], head: Mapping[str, Any], title: str, *, as_latex: bool, as_json: bool
) -> None:
    """List all regions, where the parameters that remain are no plane."""
    if as_json:
        pieces = [
            {"conditions": [_relation(r) for r in piece.conditions], **_law_json([piece])}
            for piece in regions
        ]
        print_json({**head, "regions": pieces})
        return
    if as_latex:
        click.echo(regions.latex())
        return
    lines = [title]
    for piece in regions:
        lines += [_law(piece), f"   where {_conjunction(piece.conditions)}"]
        lines += [f"   {line}" for line in _law_lines([piece])] + [""]
    click.echo("\n".join(lines).rstrip())
