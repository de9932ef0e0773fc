r"""Words with formulas between dollar signs, in the letters of a paper.

Formulas within words are short: they are read token by token, and a letter of the project becomes what it
is in the paper, in brackets where it has to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sympy import Expr, Symbol

from . import symbols
from .notation import Notation
from .printing import law_latex
from .spot_check import decimal_latex, equation_latex

_TOKEN = re.compile(r"\\sigma\^2|\\[A-Za-z]+|\\.|[A-Za-z]|\d+|\s+|.")
_COMPARISON = re.compile(r"(\\?[A-Za-z]+)\s*(>|<|=)\s*(\d+)")
#: After these a quantity of the paper may stand for a multiple of it.
_FREE = {"d", r"\log"}
#: Between these no brackets are needed.
_OPEN = {
    "",
    ",",
    "=",
    "<",
    ">",
    "(",
    "{",
    "}",
    ")",
    r"\ll",
    r"\gg",
    r"\to",
    r"\simeq",
    r"\le",
    r"\ge",
    r"\in",
}
_LETTERS = {law_latex(symbol).replace("{2}", "2"): symbol for symbol in symbols.BY_WORD.values()}


def translate_words(words: str, notation: Notation) -> str:
    r"""Translate the formulas between dollar signs.

    Parameters
    ----------
    words :
        a sentence in the project's letters.
    notation :
        the letters wanted.

    >>> translate_words(r"On $k^{-a}$ with $a>1$, $N<T$", Notation.named("lin2024"))
    'On $k^{-a}$ with $a>1$, $M<N$'
    >>> translate_words(r"On $k^{-a}$ with $a>1$, $\delta\to0$", Notation.named("maloney2022"))
    'On $k^{-(1+\\alpha)}$ with $\\alpha>0$, $\\gamma\\to0$'
    """
    if not notation.replacements:
        return words
    parts = words.split("$")
    parts[1::2] = [_translate(formula, notation) for formula in parts[1::2]]
    return "$".join(parts)


def translate_equation(name: Expr, value: Expr, notation: Notation) -> str:
    r"""Write that a quantity has a value, in the letters of a paper as LaTeX.

    >>> from sympy import Rational
    >>> translate_equation(symbols.decay, Rational(5, 2), Notation.named("maloney2022"))
    '\\alpha=1.5'
    """
    translated = notation.apply(name)
    shift, rest = translated.as_coeff_Add()
    if isinstance(rest, Symbol):
        return equation_latex(rest, value - shift)
    return f"{law_latex(translated, fold_short_frac=True)}={decimal_latex(value)}"


def _translate(formula: str, notation: Notation) -> str:
    compared = _COMPARISON.fullmatch(formula)
    if compared and compared[1] in _LETTERS:
        return _compared(_LETTERS[compared[1]], compared[2], compared[3], notation)
    # phrases are set aside, so that their letters are not translated again
    kept: list[str] = []
    for phrase, written in notation.phrases.items():
        if _TOKEN.fullmatch(phrase):
            if formula == phrase:
                return written
            continue
        while phrase in formula:
            formula = formula.replace(phrase, f"\\@{chr(ord('0') + len(kept))}", 1)
            kept.append(written)
    tokens = _TOKEN.findall(formula)
    out = []
    for position, token in enumerate(tokens):
        before = _neighbour(tokens, position, -1)
        after = _neighbour(tokens, position, 1)
        if before == r"\@":
            out.append(kept[int(token)])
        elif token == r"\@":
            continue
        elif token in _LETTERS and before != "_" and after != "_":
            out.append(_letter(_LETTERS[token], before, after, notation))
        else:
            out.append(token)
    return _joined(out)


def _compared(symbol: Symbol, relation: str, number: str, notation: Notation) -> str:
    """Write a comparison with a number, solved for the paper's letter."""
    translated = notation.replacements.get(symbol, symbol)
    shift, rest = translated.as_coeff_Add()
    if isinstance(rest, Symbol):
        return f"{law_latex(rest)}{relation}{int(number) - shift}"
    if number == "0" and symbol in notation.quantities:
        return f"{law_latex(notation.quantities[symbol])}{relation}0"
    return f"{law_latex(translated)}{relation}{number}"


def _letter(symbol: Symbol, before: str, after: str, notation: Notation) -> str:
    translated = notation.replacements.get(symbol, symbol)
    quantity = notation.quantities.get(symbol)
    argument = (before, after) == ("(", ")")
    if quantity is not None and (before in _FREE or after == r"\to" or before == after == "" or argument):
        return str(law_latex(quantity))
    tex = _short(translated)
    if after == "^" and not translated.is_Symbol:
        return rf"\left({tex}\right)"
    if not translated.is_Add:
        return tex
    if before == "^":
        return f"{{{tex}}}"
    return tex if before in _OPEN and after in _OPEN else f"({tex})"


def _short(expression: Expr) -> str:
    """Write a sum with its number first and no blanks."""
    shift, rest = expression.as_coeff_Add()
    if shift == 0 or not isinstance(rest, Symbol):
        return str(law_latex(expression))
    return f"{shift}+{law_latex(rest)}"


def _neighbour(tokens: Sequence[str], position: int, step: int) -> str:
    """Return the next token that is no blank, an empty string at an end."""
    position += step
    while 0 <= position < len(tokens):
        if tokens[position].strip():
            return tokens[position]
        position += step
    return ""


def _joined(tokens: Sequence[str]) -> str:
    """Join tokens, with a blank between a macro and a letter."""
    out = ""
    for token in tokens:
        glued = re.search(r"\\[A-Za-z]+$", out) and token[:1].isalpha()
        out += f" {token}" if glued else token
    return out
