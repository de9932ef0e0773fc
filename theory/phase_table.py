r"""A phase diagram as LaTeX tables, in `tabular` for a paper or in `array` for a page with formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from sympy import Eq, Expr

from .phase_laws import chained, common_constant, growth_latex, leading, regimes, winner
from .printing import law_latex
from .ridge_balance import RHO, rho_value

if TYPE_CHECKING:
    from .phase_result import PhaseDiagram

Environment = Literal["tabular", "array"]


def phase_table(diagram: PhaseDiagram[Any], environment: Environment = "tabular") -> str:
    r"""Return phases, boundaries and the points where they meet as LaTeX tables.

    Parameters
    ----------
    diagram :
        what to show.
    environment :
        `tabular` stands in text, `array` in a formula.
    """
    write = _Writer(environment)
    constants = {
        phase.name: common_constant((p.value for p in phase.pieces), diagram.fixed) for phase in diagram
    }
    tables = [
        write.table(
            ("phase", "where", "law", "constant", "regime"),
            [
                (
                    write.text(phase.name),
                    write.lines(
                        [chained(c, law_latex, r",\ ") or r"\text{always}" for c in phase.conditions], "or"
                    ),
                    write.lines(growth_latex(phase.value, diagram.fixed)),
                    _constant(write, constants[phase.name]),
                    write.text(_words(phase.pieces)),
                )
                for phase in diagram
            ],
        )
    ]
    if diagram.boundaries:
        tables.append(
            write.table(
                ("boundary", "between", "for", "law on it", "constant"),
                [
                    (
                        write.math(law_latex(boundary.equation)),
                        write.text(" and ".join(dict.fromkeys(boundary.phases))),
                        write.lines(
                            [
                                chained(diagram.extent(arc), law_latex, r",\ ") or r"\text{all}"
                                for arc in boundary.arcs
                            ],
                            "or",
                        ),
                        *_on_boundary(write, diagram, boundary.pieces),
                    )
                    for boundary in diagram.boundaries
                ],
            )
        )
    if diagram.points:
        tables.append(
            write.table(
                ("point", "phases"),
                [
                    (
                        write.math(r",\ ".join(law_latex(Eq(s, v)) for s, v in point.coordinates.items())),
                        write.text(", ".join(point.phases)),
                    )
                    for point in diagram.points
                ],
            )
        )
    notes = _notes(write, diagram, constants.values())
    return write.stacked([*tables, *notes])


class _Writer:
    """Cells, rows and tables of one environment."""

    def __init__(self, environment: Environment) -> None:
        if environment not in ("tabular", "array"):
            raise ValueError(f"`environment` is {environment!r}; give 'tabular' or 'array'")
        self.environment = environment

    def text(self, words: str) -> str:
        if self.environment == "tabular":
            return words
        return rf"\text{{{words}}}" if words else ""

    def math(self, formula: str) -> str:
        return f"${formula}$" if self.environment == "tabular" else formula

    def lines(self, formulas: Iterable[str], word: str = "") -> str:
        """Return several formulas in one cell."""
        between = self.text(f" {word} ") if word else self.text(", ")
        return between.join(map(self.math, formulas))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        filled = [*rows]
        kept = [i for i in range(len(head)) if any(row[i] for row in filled)]
        body = [" & ".join(self.text(head[i]) for i in kept) + r" \\ \hline"]
        body += [" & ".join(row[i] for i in kept) + r" \\" for row in filled]
        lines = "\n".join(body)
        return f"\\begin{{{self.environment}}}{{{'l' * len(kept)}}}\n{lines}\n\\end{{{self.environment}}}"

    def stacked(self, parts: Sequence[str]) -> str:
        if self.environment == "tabular":
            return "\n\n".join(parts)
        return "\\begin{array}{l}\n" + " \\\\[1ex]\n".join(parts) + "\n\\end{array}"


def _constant(write: _Writer, constant: Expr | None) -> str:
    return "" if constant is None else write.math(law_latex(constant))


def _words(pieces: Sequence[Any]) -> str:
    leader = winner(pieces[0].value)
    return "; ".join(filter(None, [leading(leader) if leader else "", *regimes(p.value for p in pieces)]))


def _on_boundary(write: _Writer, diagram: PhaseDiagram[Any], pieces: Sequence[Any]) -> tuple[str, str]:
    if not pieces:
        return write.text("outside the domain"), ""
    laws = dict.fromkeys(law for piece in pieces for law in growth_latex(piece.value, diagram.fixed))
    return write.lines(laws), _constant(write, common_constant((p.value for p in pieces), diagram.fixed))


def _notes(write: _Writer, diagram: PhaseDiagram[Any], constants: Iterable[Expr | None]) -> list[str]:
    """Explain what the constants are written in."""
    decays = {
        piece.value.decay.subs(diagram.fixed)
        for phase in diagram
        for piece in phase.pieces
        if hasattr(piece.value, "decay")
    }
    if len(decays) != 1 or not any(c is not None and c.has(RHO) for c in constants):
        return []
    (decay,) = decays
    return [write.text("with ") + write.math(law_latex(Eq(RHO, rho_value(decay))))]
