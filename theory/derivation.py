r"""Derivations: the steps from a definition to a law, each with its rule and its rigour.

A `Derivation` is what `laws` return and what the command line prints.  Its results are
equations that other code can use; its steps are for the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sympy import Add, Basic, Eq, Expr, Function, Symbol, pretty

from .asymptotic_sum import AsymptoticSum
from .expansion import Expansion
from .notation import Notation

Statement: TypeAlias = Basic | Expansion | AsymptoticSum


class Rigour(Enum):
    """How sure a step is."""

    DEFINITION = "definition"
    EQUIVALENT = "deterministic equivalent, large N and T"
    EXACT = "exact"
    LEADING = "leading order with stated error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: a statement, the rule that gives it, and its rigour.

    Parameters
    ----------
    statement :
        an equation, or an expression or expansion to be read as the right side of `name`.
    rule :
        what was done, one sentence without a full stop.
    rigour :
        how sure the step is.
    name :
        the left side of an expansion.
    """

    statement: Statement
    rule: str
    rigour: Rigour = Rigour.EXACT
    name: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A law with the steps that lead to it.

    Parameters
    ----------
    name :
        the identifier by which `laws.derive` finds it.
    title :
        what it says, in words.
    regime :
        where it holds, in words.
    source :
        paper and equation, or "derived here".
    steps :
        from the definition to the law, in order.
    results :
        the law's equations by name.
    constants :
        abbreviations used in the results, with their values.
    """

    name: str
    title: str
    regime: str
    source: str
    steps: tuple[Step, ...]
    results: Mapping[str, Eq]
    constants: Mapping[Symbol, Expr]

    def explicit(self, result: str) -> Eq:
        """Return a result with the values of the constants put in."""
        return self.results[result].subs(self.constants)

    def text(self, notation: Notation) -> str:
        """Return the derivation as plain text."""
        lines = [self.title, "=" * len(self.title), f"Regime: {self.regime}.", f"Source: {self.source}.", ""]
        for number, step in enumerate(self.steps, start=1):
            lines.append(f"{number}. {step.rule} [{step.rigour.value}]:")
            lines += ["     " + line for line in _text(step, notation).splitlines()]
        lines += ["", "Result:"]
        for equation in self.results.values():
            lines += ["     " + line for line in _plain(notation.apply(equation)).splitlines()]
            lines.append("")
        for symbol, value in self.constants.items():
            lines += [
                "with",
                *("     " + line for line in _plain(notation.apply(Eq(symbol, value))).splitlines()),
            ]
        return "\n".join(lines).rstrip() + "\n"

    def markdown(self, notation: Notation) -> str:
        """Return the derivation as Markdown with LaTeX formulas."""
        lines = [
            f"# {self.title}",
            "",
            f"*Regime:* {self.regime}. *Source:* {self.source}. {notation.remark}",
            "",
        ]
        for number, step in enumerate(self.steps, start=1):
            lines += [
                f"{number}. {step.rule} ({step.rigour.value}):",
                "",
                f"   $${_latex(step, notation)}$$",
                "",
            ]
        lines += ["**Result**", ""]
        lines += [f"$${formula}$$\n" for formula in self.formulas(notation)]
        return "\n".join(lines).rstrip() + "\n"

    def formulas(self, notation: Notation) -> list[str]:
        """Return the results, then the constants, as LaTeX."""
        formulas = [notation.latex(equation) for equation in self.results.values()]
        return formulas + [notation.latex(Eq(symbol, value)) for symbol, value in self.constants.items()]

    def latex(self, notation: Notation) -> str:
        """Return the derivation as a complete LaTeX document (`article`, amsmath)."""
        lines = [
            r"\documentclass{article}",
            r"\usepackage{amsmath,amssymb}",
            r"\begin{document}",
            rf"\section*{{{_escape(self.title)}}}",
            rf"Regime: {_escape(self.regime)}. Source: {_escape(self.source)}. {_escape(notation.remark)}",
            r"\begin{enumerate}",
        ]
        for step in self.steps:
            lines += [rf"\item {_escape(step.rule)} ({_escape(step.rigour.value)}):", r"\begin{equation*}"]
            lines += [_latex(step, notation), r"\end{equation*}"]
        lines += [r"\end{enumerate}", r"\paragraph{Result}"]
        for formula in self.formulas(notation):
            lines += [r"\begin{equation*}", formula, r"\end{equation*}"]
        lines.append(r"\end{document}")
        return "\n".join(lines) + "\n"

    def _repr_latex_(self) -> str:
        body = r"\\".join(self.formulas(Notation.named("project")))
        return rf"$\begin{{gathered}}{body}\end{{gathered}}$"


def _latex(step: Step, notation: Notation) -> str:
    body = notation.latex(step.statement)
    return body if step.name is None else f"{notation.latex(step.name)} = {body}"


def _plain(expression: Basic, order: str | None = None) -> str:
    """Print as text of several lines; a variance, whose symbol carries its square, as a square."""
    squares = {
        symbol: Symbol(symbol.name.removesuffix("^2").replace("_epsilon", "_e"), positive=True) ** 2
        for symbol in expression.free_symbols
        if symbol.name.endswith("^2")
    }
    return str(pretty(expression.xreplace(squares), use_unicode=True, wrap_line=False, order=order))


def _text(step: Step, notation: Notation) -> str:
    if isinstance(step.statement, Basic):
        shown = step.statement if step.name is None else Eq(step.name, step.statement, evaluate=False)
        return _plain(notation.apply(shown))
    terms = [notation.apply(term) for term in step.statement.ordered_terms()]
    errors = [notation.apply(term) for term in step.statement.ordered_errors()]
    if errors:
        terms.append(Function("O")(Add(*errors)))
    total = Add(*terms, evaluate=False)
    shown = total if step.name is None else Eq(notation.apply(step.name), total, evaluate=False)
    return _plain(shown, order="none")


_SPECIAL = str.maketrans(
    {c: rf"\{c}" for c in "&%_#{}"} | {"^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)


def _escape(text: str) -> str:
    """Escape what LaTeX treats specially outside of formulas between dollar signs."""
    parts = text.split("$")
    parts[::2] = [part.translate(_SPECIAL) for part in parts[::2]]
    return "$".join(parts)
