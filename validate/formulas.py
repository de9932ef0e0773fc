"""Formulas typed by a user, read by a whitelist and never evaluated.

Numbers are taken exactly, names become symbols; sums, products, quotients, powers (`**` or `^`),
parentheses and a few functions are all there is.  Everything else is refused in one line.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Mapping

from sympy import Eq, Expr, Integer, Max, Min, Ne, Rational, Symbol, exp, log, oo, pi, sqrt
from sympy.core.relational import Relational

#: Functions that may be called, by name.
FUNCTIONS: Mapping[str, Callable[..., Expr]] = {
    "log": log,
    "exp": exp,
    "sqrt": sqrt,
    "min": Min,
    "max": Max,
}
#: Names that are numbers.
CONSTANTS = {"pi": pi, "inf": oo, "oo": oo}
#: Longest text, largest power of a number in bits, and largest decimal exponent that are read.
LENGTH, LARGEST_POWER, LARGEST_EXPONENT = 2_000, 10_000, 400

_ORDER: Mapping[type[ast.cmpop], Callable[[Expr, Expr], Relational]] = {
    ast.Lt: lambda left, right: left < right,
    ast.LtE: lambda left, right: left <= right,
    ast.Gt: lambda left, right: left > right,
    ast.GtE: lambda left, right: left >= right,
    ast.Eq: Eq,
    ast.NotEq: Ne,
}
_WHAT = "use numbers, names, + - * / ^, parentheses, " + ", ".join(FUNCTIONS)


def real_symbol(name: str) -> Symbol:
    """Return the symbol of a parameter."""
    return Symbol(name, real=True)


def parse_formula(text: str, symbol: Callable[[str], Symbol] = real_symbol) -> Expr:
    """Read a formula.

    Parameters
    ----------
    text :
        as typed; `^` is a power, decimals are exact.
    symbol :
        makes a symbol of a name.

    Raises
    ------
    ValueError
        If the text is no formula, naming what is not allowed.

    >>> parse_formula("0.1*N^-a + log(N)/2")
    log(N)/2 + 1/(10*N**a)
    """
    source = _source(text)
    return _Reader(source, symbol).expression(_tree(source))


def parse_relations(text: str, symbol: Callable[[str], Symbol] = real_symbol) -> list[Relational]:
    """Read relations between commas; `=` is an equation, chains are several relations.

    Raises
    ------
    ValueError
        If a part is no relation.

    >>> parse_relations("1 < b <= a + 1, a != 2")
    [1 < b, b <= a + 1, Ne(a, 2)]
    """
    relations: list[Relational] = []
    for part in _parts(text):
        source = _source(re.sub(r"(?<![<>=!])=(?!=)", "==", part))
        tree = _tree(source)
        if not isinstance(tree, ast.Compare):
            raise ValueError(f"`{part}` is no relation; write it with <, <=, >, >=, = or !=")
        reader = _Reader(source, symbol)
        sides = [reader.expression(side) for side in (tree.left, *tree.comparators)]
        for operator, left, right in zip(tree.ops, sides, sides[1:], strict=False):
            if type(operator) not in _ORDER:
                raise ValueError(f"`{part}` is no relation; write it with <, <=, >, >=, = or !=")
            relations.append(_ORDER[type(operator)](left, right))
    return relations


def parse_assignments(
    texts: Iterable[str], symbol: Callable[[str], Symbol] = real_symbol
) -> dict[Symbol, Expr]:
    """Read assignments of numbers to names, such as `q=1/2`.

    Raises
    ------
    ValueError
        If one is no assignment, or names a symbol twice.

    >>> parse_assignments(["q=1/2, a=1.5"])
    {q: 1/2, a: 3/2}
    """
    values: dict[Symbol, Expr] = {}
    for text in texts:
        for part in _parts(text):
            name, separator, value = part.partition("=")
            if not separator or not name.strip().isidentifier():
                raise ValueError(f"`{part}` is no assignment; write NAME=NUMBER")
            number = parse_formula(value, symbol)
            if not number.is_number or not number.is_real or not number.is_finite:
                raise ValueError(f"`{part}` gives no real number to {name.strip()}; write NAME=NUMBER")
            key = symbol(name.strip())
            if key in values:
                raise ValueError(f"`{part}` sets {key} a second time; set it once")
            values[key] = number
    return values


def split_list(text: str) -> list[str]:
    """Split at commas outside of parentheses.

    Raises
    ------
    ValueError
        If a part is empty.
    """
    return _parts(text)


def parse_choice(text: str, symbol: Callable[[str], Symbol]) -> tuple[Symbol, Expr, Expr] | Symbol:
    """Read a resource, `N`, or a knob between bounds, `1/N <= gamma <= 1`.

    Raises
    ------
    ValueError
        If it is neither.

    >>> parse_choice("0 < g <= 1", real_symbol)
    (g, 0, 1)
    """
    if text.strip().isidentifier():
        return symbol(text.strip())
    remedy = f"`{text}` is no resource; write a name, or a range such as 0 < gamma <= 1"
    source = _source(text)
    tree = _tree(source)
    if not isinstance(tree, ast.Compare):
        raise ValueError(remedy)
    reader = _Reader(source, symbol)
    sides: list[ast.expr] = [tree.left, *tree.comparators]
    if all(isinstance(operator, (ast.Gt, ast.GtE)) for operator in tree.ops):
        sides.reverse()
    elif not all(isinstance(operator, (ast.Lt, ast.LtE)) for operator in tree.ops):
        raise ValueError(remedy)
    if len(sides) == 3 and isinstance(sides[1], ast.Name):
        return symbol(sides[1].id), reader.expression(sides[0]), reader.expression(sides[2])
    if len(sides) == 2 and isinstance(sides[0], ast.Name):
        return symbol(sides[0].id), Integer(0), reader.expression(sides[1])
    if len(sides) == 2 and isinstance(sides[1], ast.Name):
        return symbol(sides[1].id), reader.expression(sides[0]), oo
    raise ValueError(remedy)


def _parts(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    parts = [part.strip() for part in parts]
    if not all(parts):
        raise ValueError(f"`{text}` has an empty part; separate the parts by single commas")
    return parts


def _source(text: str) -> str:
    if len(text) > LENGTH:
        raise ValueError(f"the formula has {len(text)} characters; at most {LENGTH} are read")
    return text.replace("^", "**").strip()


def _tree(source: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python comments on numbers that run into words
            return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"`{source}` is no formula; {_WHAT}, and * between factors") from None


def _bits(number: Expr) -> int:
    """Return a bound of the length of the integers in a number."""
    parts = number.atoms(Rational)
    return max((int(part.p).bit_length() + int(part.q).bit_length() for part in parts), default=1)


class _Reader:
    """Turns the nodes that are allowed into SymPy expressions."""

    def __init__(self, source: str, symbol: Callable[[str], Symbol]) -> None:
        self._source = source
        self._symbol = symbol

    def expression(self, node: ast.expr, depth: int = 0) -> Expr:
        if depth > 100:
            raise ValueError("the formula is nested more than 100 deep; write it in parts")
        if isinstance(node, ast.Constant):
            return self._number(node)
        if isinstance(node, ast.Name):
            return CONSTANTS.get(node.id) or self._symbol(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
            value = self.expression(node.operand, depth + 1)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp):
            left, right = (self.expression(side, depth + 1) for side in (node.left, node.right))
            return self._operation(node, left, right)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        raise self._refusal(node)

    def _operation(self, node: ast.BinOp, left: Expr, right: Expr) -> Expr:
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                if right == 0:
                    raise ValueError(f"`{self._text(node)}` divides by zero")
                return left / right
            case ast.Pow():
                if left.is_number and right.is_number and not abs(right) * _bits(left) <= LARGEST_POWER:
                    raise ValueError(
                        f"`{self._text(node)}` is a power of a number that is too large to write out"
                    )
                if left == 0 and right.is_nonpositive:
                    raise ValueError(f"`{self._text(node)}` is not defined")
                return left**right
        raise self._refusal(node)

    def _call(self, node: ast.Call, depth: int) -> Expr:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise self._refusal(node)
        name = node.func.id
        arguments = [self.expression(argument, depth + 1) for argument in node.args]
        if not arguments or (len(arguments) > 1 and name not in ("min", "max")):
            raise ValueError(f"`{self._text(node)}` has {len(arguments)} arguments; {name} takes one")
        if name == "log" and arguments[0].is_nonpositive:
            raise ValueError(f"`{self._text(node)}` is not defined; log takes a positive number")
        return FUNCTIONS[name](*arguments)

    def _number(self, node: ast.Constant) -> Expr:
        text = self._text(node)
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self._refusal(node)
        exponent = re.search(r"[eE]([+-]?\d+)$", text)
        if exponent and abs(int(exponent[1])) > LARGEST_EXPONENT:
            raise ValueError(f"`{text}` is out of range; decimal exponents go to {LARGEST_EXPONENT}")
        # from the text, so that 0.1 is one tenth
        return Rational(text.replace("_", "")) if isinstance(node.value, float) else Integer(node.value)

    def _text(self, node: ast.AST) -> str:
        return ast.get_source_segment(self._source, node) or self._source

    def _refusal(self, node: ast.AST) -> ValueError:
        return ValueError(f"`{self._text(node)}` is not allowed in a formula; {_WHAT}")
