r"""Derivations on paper: words and formulas of every step, as text, Markdown and LaTeX.

Words carry LaTeX between dollar signs; `PrintedDerivation` is what any further format starts from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Add, Basic, Eq, Expr, Function, Integer, Mul, Symbol
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode

from .asymptotic_sum import AsymptoticSum
from .expansion import Expansion
from .notation import Notation
from .notation_words import translate_equation, translate_words
from .printing import law_latex
from .spot_check import SpotCheck

if TYPE_CHECKING:
    from .derivation import Derivation, Step

#: How many letters and signs of a formula fit on a line of a LaTeX document.
WIDEST = 50
#: The bound of an error in text.
BOUND = Function("O")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFormula:
    """A formula, as LaTeX and in two dimensions of characters."""

    latex: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedStep:
    """A step as it is shown.

    Parameters
    ----------
    rule, label :
        what was done, and how sure it is.
    formula :
        the statement with its error.
    check :
        the finding of the spot check; empty where nothing is to be said.
    failed :
        whether the check failed.
    """

    rule: str
    label: str
    formula: PrintedFormula
    check: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDerivation:
    """A derivation as it is shown."""

    name: str
    title: str
    regime: str
    source: str
    remark: str
    steps: tuple[PrintedStep, ...]
    results: tuple[PrintedFormula, ...]
    constants: tuple[PrintedFormula, ...]

    @classmethod
    def of(
        cls, derivation: Derivation, notation: Notation, checks: Sequence[SpotCheck | None] | None = None
    ) -> PrintedDerivation:
        """Write a derivation in some letters."""
        findings: Sequence[SpotCheck | None] = checks or [None] * len(derivation.steps)
        steps = [
            _printed_step(step, notation, finding, mute=checks is None)
            for step, finding in zip(derivation.steps, findings, strict=True)
        ]
        constants = [Eq(symbol, value, evaluate=False) for symbol, value in derivation.constants.items()]
        return cls(
            name=derivation.name,
            title=translate_words(derivation.title, notation),
            regime=translate_words(derivation.regime, notation),
            source=derivation.source,
            remark=notation.remark,
            steps=tuple(steps),
            results=tuple(_printed(equation, notation) for equation in derivation.results.values()),
            constants=tuple(_printed(equation, notation) for equation in constants),
        )


def _printed_step(step: Step, notation: Notation, finding: SpotCheck | None, *, mute: bool) -> PrintedStep:
    check = ""
    if finding is not None:
        check = finding.remark(lambda name, value: translate_equation(name, value, notation))
    elif not mute:
        check = f"not checked: {step.unchecked}" if step.unchecked else "not checked"
    return PrintedStep(
        rule=translate_words(step.rule, notation),
        label=translate_words(step.label, notation),
        formula=PrintedFormula(latex=_step_latex(step, notation), text=_step_text(step, notation)),
        check=check,
        failed=finding is not None and not finding.passed,
    )


def _printed(equation: Basic, notation: Notation) -> PrintedFormula:
    return PrintedFormula(latex=formula(equation, notation), text=_plain(notation.apply(equation)))


def formula(equation: Basic, notation: Notation) -> str:
    """Return an equation in some letters as LaTeX."""
    return notation.latex(equation)


def to_text(printed: PrintedDerivation) -> str:
    """Return plain text."""
    lines = [printed.title, "=" * len(printed.title), f"Regime: {printed.regime}."]
    lines += [f"Source: {printed.source}.", ""]
    for number, step in enumerate(printed.steps, start=1):
        lines.append(f"{number}. {step.rule} [{step.label}]:")
        lines += _indented(step.formula.text)
        if step.check:
            lines.append(f"   ({step.check})")
    lines += ["", "Result:"]
    for result in printed.results:
        lines += [*_indented(result.text), ""]
    for constant in printed.constants:
        lines += ["with", *_indented(constant.text)]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _indented(text: str) -> list[str]:
    return ["     " + line for line in text.splitlines()]


def to_markdown(printed: PrintedDerivation) -> str:
    """Return Markdown with LaTeX formulas."""
    words = f"*Regime:* {printed.regime}. *Source:* {printed.source}. {printed.remark}".rstrip()
    lines = [f"# {printed.title}", "", words, ""]
    for number, step in enumerate(printed.steps, start=1):
        lines += [f"{number}. {step.rule} ({step.label}):", "", f"   $${step.formula.latex}$$", ""]
        if step.check:
            lines += [f"   {_emphasised(step)}", ""]
    lines += ["**Result**", ""]
    lines += [f"$${result.latex}$$\n" for result in printed.results]
    if printed.constants:
        lines += ["with", ""] + [f"$${constant.latex}$$\n" for constant in printed.constants]
    return "\n".join(lines).rstrip() + "\n"


def _emphasised(step: PrintedStep) -> str:
    return f"**{step.check}**" if step.failed else f"*{step.check}*"


def to_latex(printed: PrintedDerivation) -> str:
    """Return a complete LaTeX document."""
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath,amssymb}",
        r"\emergencystretch=3em",
        r"\begin{document}",
        *latex_body(printed),
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"


def latex_body(printed: PrintedDerivation) -> list[str]:
    """Return the lines of a LaTeX document between its beginning and its end."""
    lines = [
        rf"\section*{{{_escape(printed.title)}}}",
        rf"\emph{{Regime:}} {_escape(printed.regime)}. \emph{{Source:}} {_escape(printed.source)}.",
        _escape(printed.remark),
        r"\begin{enumerate}",
    ]
    for step in printed.steps:
        lines.append(rf"\item {_escape(step.rule)} ({_escape(step.label)}):")
        lines += _displayed(step.formula.latex)
        if step.check:
            font = r"\textbf" if step.failed else r"\footnotesize "
            body = _escape(step.check[0].upper() + step.check[1:]) + "."
            lines.append(rf"{{{font}{body}\par}}" if not step.failed else rf"{font}{{{body}}}")
    lines += [r"\end{enumerate}", r"\paragraph{Result}"]
    for result in printed.results:
        lines += _displayed(result.latex)
    if printed.constants:
        lines.append("with")
    for constant in printed.constants:
        lines += _displayed(constant.latex)
    return [line for line in lines if line]


def _displayed(tex: str) -> list[str]:
    """Return a formula on a line of its own; a long one goes on after its sign, or before its last terms."""
    left, sign, right = tex.partition(" = ")
    if sign and _width(tex) > WIDEST:
        if _width(left) > WIDEST // 4:
            tex = rf"\begin{{split}} & {left} \\ & \qquad = {right} \end{{split}}"
        else:
            signs = _sum_signs(right)
            if not signs:  # a sum in brackets is all there is: brackets of fixed size may be broken
                right = _with_fixed_brackets(right)
                signs = _sum_signs(right)
            pieces = _broken(right, signs, WIDEST - 4 - _width(left))
            if len(pieces) > 1:
                rows = r" \\ & ".join(pieces)
                tex = rf"\begin{{split}} {left} ={{}} & {rows} \end{{split}}"
    return [r"\begin{equation*}", tex, r"\end{equation*}"]


def _broken(tex: str, signs: Sequence[int], width: int) -> list[str]:
    """Cut a sum at signs so that no piece is wider than it has to be."""
    pieces, start = [], 0
    ends = [*signs, len(tex)]
    for last, end in zip(signs, ends[1:], strict=True):
        if _width(tex[start:end]) > width and last > start:
            pieces.append(tex[start:last].strip())
            start = last
    return [*pieces, tex[start:].strip()]


def _with_fixed_brackets(tex: str) -> str:
    """Give the last pair of brackets of a formula that ends with it a fixed size."""
    end = r"\right)"
    if not tex.endswith(end):
        return tex
    depth = 0
    for match in reversed(list(re.finditer(r"\\left\b|\\right\b", tex))):
        depth += 1 if match[0] == r"\right" else -1
        if depth == 0 and tex[match.end()] == "(":
            start = match.start()
            inner = tex[start + len(r"\left(") : -len(end)]
            return rf"{tex[:start]}\Bigl({inner}\Bigr)"
    return tex


def _width(tex: str) -> int:
    """Return about how many letters and signs a formula shows."""
    return len(re.sub(r"\\[A-Za-z]+", "x", re.sub(r"\\left|\\right|\\frac|[{}^_\s]", "", tex)))


def _sum_signs(tex: str) -> list[int]:
    """Return the places of the signs of a sum that stand in no brackets."""
    places, depth = [], 0
    for match in re.finditer(r"\\left|\\right|[{}]| [-+] ", tex):
        if match[0] in (r"\left", "{"):
            depth += 1
        elif match[0] in (r"\right", "}"):
            depth -= 1
        elif depth == 0:
            places.append(match.start())
    return places


def _step_latex(step: Step, notation: Notation) -> str:
    if not isinstance(step.statement, Basic):
        body = notation.latex(step.statement)
        return body if step.name is None else f"{notation.latex(step.name)} = {body}"
    equation = notation.apply(_equation(step))
    if not step.error:
        return law_latex(equation)
    bound = " + ".join(law_latex(notation.apply(error)) for error in step.error)
    body = law_latex(equation.rhs)
    if equation.rhs.is_Add:
        body = rf"\left({body}\right)"
    body = "" if body == "1" else f"{body} "
    return rf"{law_latex(equation.lhs)} = {body}\left(1 + O\left({bound}\right)\right)"


def _equation(step: Step) -> Basic:
    return step.statement if step.name is None else Eq(step.name, step.statement, evaluate=False)


def _step_text(step: Step, notation: Notation) -> str:
    statement = step.statement
    if not isinstance(statement, Basic):
        return _plain(_sum(statement, step.name, notation), order="none")
    equation = notation.apply(_equation(step))
    if not step.error:
        return _plain(equation)
    bound = Add(*(notation.apply(error) for error in step.error))
    factor = Add(Integer(1), BOUND(bound), evaluate=False)
    right = factor if equation.rhs == 1 else Mul(equation.rhs, factor, evaluate=False)
    return _plain(Eq(equation.lhs, right, evaluate=False))


def _sum(statement: Expansion | AsymptoticSum, name: Expr | None, notation: Notation) -> Basic:
    terms = [notation.apply(term) for term in statement.ordered_terms()]
    errors = [notation.apply(term) for term in statement.ordered_errors()]
    if errors:
        terms.append(BOUND(Add(*errors)))
    total = Add(*terms, evaluate=False)
    return total if name is None else Eq(notation.apply(name), total, evaluate=False)


class _TextPrinter(PrettyPrinter):
    """Characters in two dimensions; sums start with a positive term and end with their error."""

    def _as_ordered_terms(self, expr: Add, order: str | None = None) -> list[Expr]:
        terms = list(super()._as_ordered_terms(expr, order=order))
        first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        rest = [term for term in terms if term is not first and term.func != BOUND]
        errors = [term for term in terms if term is not first and term.func == BOUND]
        if first.func == BOUND and rest:
            return [*rest, *errors, first]
        return [first, *rest, *errors]


def _plain(expression: Basic, order: str | None = None) -> str:
    """Print as text of several lines; a variance, whose symbol carries its square, as a square."""
    squares = {
        symbol: Symbol(symbol.name.removesuffix("^2").replace("_epsilon", "_e"), positive=True) ** 2
        for symbol in expression.free_symbols
        if symbol.name.endswith("^2")
    }
    settings = {"use_unicode": True, "wrap_line": False, "order": order}
    before = pretty_use_unicode(True)
    try:
        return str(_TextPrinter(settings).doprint(expression.xreplace(squares)))
    finally:
        pretty_use_unicode(before)


_SPECIAL = str.maketrans(
    {c: rf"\{c}" for c in "&%_#{}"} | {"^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)


def _escape(text: str) -> str:
    """Escape what LaTeX treats specially outside of formulas between dollar signs."""
    parts = text.split("$")
    parts[::2] = [part.translate(_SPECIAL) for part in parts[::2]]
    return "$".join(parts)
