r"""Answers that depend on the region of the parameters.

A `Regions` object holds one piece for each part of a domain; each part is described by
relations between rational functions of the parameters, proven by z3 to be possible and
free of redundant members.  `.at({a: 2, b: Rational(3, 2)})` picks the piece that holds there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Generic, TypeVar

from sympy import And, Expr, Integer, Piecewise, Symbol, cancel, fraction, horner, lambdify, sympify
from sympy.core.relational import Relational

from .printing import law_latex

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Piece(Generic[Value]):
    """One region and what holds there.

    Parameters
    ----------
    conditions :
        relations that, together with the domain, describe the region; empty for the whole domain.
    value :
        what holds there.
    """

    conditions: tuple[Relational, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class Regions(Generic[Value]):
    """A partition of a domain of parameters with a value on each part.

    Parameters
    ----------
    pieces :
        the regions; later ones hold only where no earlier one does.
    where :
        the domain.

    >>> from sympy.abc import a
    >>> sign = Regions((Piece((a > 1,), "steep"), Piece((a <= 1,), "flat")), frozenset([a > 0]))
    >>> sign.at({a: 3})
    'steep'
    """

    pieces: tuple[Piece[Value], ...]
    where: frozenset[Relational]

    def __iter__(self) -> Iterator[Piece[Value]]:
        return iter(self.pieces)

    def __len__(self) -> int:
        return len(self.pieces)

    def at(self, values: Mapping[Symbol, Any]) -> Value:
        """Return the value at given parameters, with them put in.

        Parameters
        ----------
        values :
            exact numbers for the parameters; floats are taken as the binary numbers they are.

        Raises
        ------
        ValueError
            If the point lies outside the domain, or a parameter in a condition has no value.
        """
        exact = {symbol: exact_number(str(symbol), value) for symbol, value in values.items()}
        for relation in self.where:
            if not _holds(relation, exact):
                raise ValueError(f"`values` = {_show(exact)} violates {relation}, which the answer assumes")
        for piece in self.pieces:
            if all(_holds(condition, exact) for condition in piece.conditions):
                result: Value = _substitute(piece.value, exact)
                return result
        raise ValueError(f"`values` = {_show(exact)} lies in no region; the answer does not cover it")

    def map(self, transform: Callable[[Value], Any]) -> Regions[Any]:
        """Apply a function to the value of every piece."""
        return Regions(tuple(Piece(p.conditions, transform(p.value)) for p in self.pieces), self.where)

    def piecewise(self, of: Callable[[Value], Expr] | None = None) -> Piecewise:
        """Return the answer as one SymPy expression.

        Parameters
        ----------
        of :
            what is wanted of each value; without it, the exponent of a rate, or the value itself.
        """

        def exponent(value: Any) -> Expr:
            return value.exponent() if hasattr(value, "exponent") else value

        wanted = exponent if of is None else of
        return Piecewise(*((wanted(piece.value), And(*piece.conditions)) for piece in self.pieces))

    def exponent(self, variable: Symbol | None = None) -> Piecewise:
        """Return the exponents of rates as one SymPy expression."""

        def exponent(value: Any) -> Expr:
            return value.exponent(variable)

        return self.piecewise(exponent)

    @property
    def boundaries(self) -> tuple[Expr, ...]:
        """Expressions that vanish on the boundaries between regions, each once."""
        found: list[Expr] = []
        for piece in self.pieces:
            for relation in piece.conditions:
                surface = (relation.lhs - relation.rhs).expand()
                if surface not in found and -surface not in found:
                    found.append(surface)
        return tuple(found)

    def condition_latex(self, piece: Piece[Value]) -> str:
        """Return the conditions of a piece as LaTeX."""
        return r",\ ".join(law_latex(condition) for condition in piece.conditions) or r"\text{always}"

    def latex(self) -> str:
        """Return values and conditions as LaTeX cases; one that holds everywhere stands alone."""
        rows = []
        for piece in self.pieces:
            value: Any = piece.value
            shown = value.latex() if hasattr(value, "latex") else law_latex(sympify(value))
            if len(self.pieces) == 1 and not piece.conditions:
                return str(shown)
            rows.append(rf"{shown} & {self.condition_latex(piece)}")
        return r"\begin{cases}" + r"\\ ".join(rows) + r"\end{cases}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


def exact_number(name: str, value: Any) -> Expr:
    """Return a number exactly, for a parameter of that name.

    Raises
    ------
    ValueError
        If it is not a real number.
    """
    number = sympify(value, rational=True)
    if not number.is_number or not number.is_real:
        raise ValueError(f"`{name}` is {value!r}; give a real number")
    return number


def read_point(parameters: Iterable[Symbol], at: Mapping[Any, Any]) -> dict[Symbol, Expr]:
    """Return an exact number for each parameter, from numbers under their symbols or names.

    Raises
    ------
    ValueError
        If a name is no parameter, a parameter has no number, or a value is no real number.
    """
    wanted = {str(symbol): symbol for symbol in parameters}
    values = {str(symbol): value for symbol, value in at.items()}
    names = ", ".join(wanted)
    unknown = sorted(set(values) - set(wanted))
    if unknown:
        raise ValueError(f"`at` names {unknown[0]}, which is not a parameter; there is {names}")
    missing = [name for name in wanted if name not in values]
    if missing:
        raise ValueError(f"`at` lacks {', '.join(missing)}; give a number for each of {names}")
    return {symbol: exact_number(name, values[name]) for name, symbol in wanted.items()}


@cache
def _compiled(relation: Relational) -> tuple[tuple[Symbol, ...], Callable[..., list[Fraction]]]:
    """Return left minus right as numerator and denominator with integer coefficients: exact on Fractions."""
    numerator, denominator = fraction(cancel(relation.lhs - relation.rhs))
    arguments = tuple(sorted(relation.free_symbols, key=str))
    return arguments, lambdify(arguments, [horner(numerator), horner(denominator)], modules=[{}])


def _holds(relation: Relational, values: Mapping[Symbol, Expr]) -> bool:
    arguments, evaluate = _compiled(relation)
    missing = [symbol for symbol in arguments if symbol not in values]
    if missing:
        raise ValueError(f"`values` lacks {', '.join(map(str, missing))}, on which the region depends")
    if not all(values[symbol].is_Rational for symbol in arguments):
        return bool(relation.subs(values))
    numbers = [Fraction(int(values[symbol].p), int(values[symbol].q)) for symbol in arguments]
    numerator, denominator = evaluate(*numbers)
    if denominator == 0:
        return False
    sign = numerator * denominator
    return bool(type(relation)(Integer((sign > 0) - (sign < 0)), 0))


def _show(values: Mapping[Symbol, Expr]) -> str:
    return "{" + ", ".join(f"{symbol}: {value}" for symbol, value in values.items()) + "}"


def _substitute(value: Any, values: Mapping[Symbol, Expr]) -> Any:
    return value.subs(values) if hasattr(value, "subs") else value
