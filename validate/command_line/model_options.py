"""Parameters of a model as they are typed: names, values put in, relations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Expr, Symbol
    from sympy.core.relational import Relational


def finder(parameters: Iterable[Symbol], option: str) -> Callable[[str], Symbol]:
    """Return a function that finds parameters by their letters."""
    letters = {str(symbol): symbol for symbol in parameters}

    def find(name: str) -> Symbol:
        if name not in letters:
            raise ValueError(
                f"`{option}` names {name}, but the model has the parameters {', '.join(letters)}"
            )
        return letters[name]

    return find


def read_settings(parameters: Iterable[Symbol], texts: Iterable[str]) -> dict[Symbol, Expr]:
    """Read values of parameters, numbers or expressions in others."""
    from ..formulas import parse_formula, split_list

    symbol = finder(parameters, "--set")
    put: dict[Symbol, Expr] = {}
    for text in chain.from_iterable(map(split_list, texts)):
        name, separator, value = text.partition("=")
        if not separator or not name.strip().isidentifier():
            raise ValueError(f"`--set` is {text!r}; write NAME=VALUE, such as q=1/2 or b=a")
        key = symbol(name.strip())
        if key in put:
            raise ValueError(f"`--set` gives {key} twice, {put[key]} and {value.strip()}; set it once")
        put[key] = parse_formula(value, symbol)
    return put


def read_relations(parameters: Iterable[Symbol], where: str | None) -> list[Relational]:
    """Read relations between parameters."""
    from ..formulas import parse_relations

    return parse_relations(where, finder(parameters, "--where")) if where else []
