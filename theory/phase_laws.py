r"""What distinguishes phases: the law that holds in one, as a label, in LaTeX and in plain text.

A label is a tuple of exponents and words.  Two labels agree on a curve if their exponents are equal there,
whatever they are elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpz_mpoly
from sympy import (
    Add,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Mul,
    Set,
    Symbol,
    cancel,
    factor,
    factor_list,
    fraction,
)
from sympy.core.relational import Relational

from .allocation_result import Allocation, intervals, power_text
from .printing import law_latex
from .rational_functions import Field

Label = tuple[Any, ...]
#: Operations in a constant that is still written out in a table.
SHORT = 14


def law_of(value: Any) -> tuple[Any, ...]:
    """Return what distinguishes phases by default.

    Parameters
    ----------
    value :
        a rate (its exponent, the power of its logarithm, the part of the risk that wins), an allocation (the
        exponents of the risk and of all resources), an expression, or anything that can be compared.
    """
    if isinstance(value, Allocation):
        return (value.risk, *value.exponents.values())
    if not callable(getattr(value, "exponent", None)):
        return (value,)
    power = getattr(value, "log_power", Integer(0))
    logarithm = (f"log^{power}",) if power != 0 else ()
    leader = winner(value)
    return (value.exponent(), *logarithm, *((leader,) if leader else ()))


def read_label(label: Any, fixed: Mapping[Symbol, Expr]) -> Label:
    """Return a label with numbers put in, and equal expressions written the same way."""
    if isinstance(label, tuple):
        return tuple(item for part in label for item in read_label(part, fixed))
    if isinstance(label, Set):
        ends = [end for part in intervals(label) for end in (part.inf, part.sup)]
        return ("range", *(item for end in ends for item in read_label(end, fixed)))
    if isinstance(label, Expr):
        put = label.subs(dict(fixed))
        return (put if put.is_infinite else cancel(put),)
    return (label,)


def agree_on(first: Label, second: Label, curve: fmpz_mpoly, field: Field) -> bool:
    """Tell whether two labels are equal on the irreducible curve where a polynomial vanishes."""
    if first == second:
        return True
    if len(first) != len(second):
        return False
    for mine, yours in zip(first, second, strict=True):
        if mine == yours:
            continue
        if not (isinstance(mine, Expr) and isinstance(yours, Expr)) or mine.is_infinite or yours.is_infinite:
            return False
        difference = field.read(mine - yours)
        if difference.top % curve:
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Script:
    """How orders of growth are written."""

    power: Callable[[Any, Any], str]
    write: Callable[[Any], str]
    log: str
    space: str
    like: str


def _power_latex(base: Symbol | str, exponent: Expr | Set) -> str:
    base = law_latex(base) if isinstance(base, Symbol) else base
    if isinstance(exponent, Set):
        ranges = r" \cup ".join(
            rf"\left[{law_latex(part.inf)}, {law_latex(part.sup)}\right]" for part in intervals(exponent)
        )
        return rf"{base}^{{x}},\ x \in {ranges}"
    if exponent in (0, 1):
        return "1" if exponent == 0 else f"{base}"
    return rf"{base}^{{{law_latex(exponent, fold_short_frac=True)}}}"


_LATEX = _Script(_power_latex, law_latex, r"\log ", r"\ ", r" \asymp ")
_TEXT = _Script(power_text, str, "log ", " ", " ~ ")


def chained(relations: Sequence[Relational], write: Callable[[Any], str], comma: str) -> str:
    """Write a conjunction, with two bounds of one symbol as a chain.

    >>> from sympy.abc import a, b
    >>> chained([b > 1, a > 0, b < a + 1], str, ", ")
    '1 < b < a + 1, a > 0'
    """
    left, parts = list(relations), []
    while left:
        first = left.pop(0)
        partner = next((other for other in left if _chain(first, other)), None)
        if partner is None:
            parts.append(write(first))
            continue
        left.remove(partner)
        low, high = (first, partner) if isinstance(first, (Gt, Ge)) else (partner, first)
        bound = write(low.rhs)
        # both halves are written as relations, so that their signs are those of `write`
        lower = write(type(low.reversed)(low.rhs, low.lhs, evaluate=False))
        upper = write(high)
        middle = write(low.lhs)
        parts.append(
            lower + upper.removeprefix(middle) if lower.startswith(bound) else f"{lower}{comma}{upper}"
        )
    return comma.join(parts)


def _chain(first: Relational, second: Relational) -> bool:
    if first.lhs != second.lhs or not first.lhs.is_Symbol:
        return False
    lower = [isinstance(relation, (Gt, Ge)) for relation in (first, second)]
    return all(isinstance(r, (Gt, Ge, Lt, Le)) for r in (first, second)) and lower[0] != lower[1]


def tidy(exponent: Expr) -> Expr:
    r"""Write an exponent in factors where it has some, such as $-(b-1)(l+1)/a$.

    >>> from sympy.abc import a, b, l
    >>> tidy((1 - b - b * l + l) / a), tidy((l + 1 - a) / a)
    (-(b - 1)*(l + 1)/a, (-a + l + 1)/a)
    """
    top, bottom = fraction(cancel(exponent))
    if not top.free_symbols:
        return top / bottom
    content, factors = factor_list(top)
    several = sum(power for _, power in factors) > 1 or abs(content) != 1
    if several:
        top = factor(top)
    elif all(term.as_coeff_Mul()[0].is_negative for term in Add.make_args(top)) or (
        bottom != 1 and top.could_extract_minus_sign()
    ):
        top = Mul(-1, -top, evaluate=False)
    if not bottom.free_symbols and bottom != 1 and (top.is_Add or -1 in top.args):
        # SymPy would divide each term of a sum by a number
        sign, rest = (1, top) if top.is_Add else (-1, -top)
        return Mul(sign / bottom, rest, evaluate=False)
    return top / bottom


def winner(value: Any) -> str:
    """Return the part of a sum that leads, empty if the law tells of none."""
    return str(getattr(value, "dominant", ""))


def leading(leader: str) -> str:
    """Say in words which part of a sum leads."""
    return f"{leader} {'lead' if ' and ' in leader else 'leads'}"


def regimes(values: Iterable[Any]) -> tuple[str, ...]:
    """Return the different regimes of laws, in words."""
    words = (str(getattr(value, "regime", "")) for value in values)
    return tuple(dict.fromkeys(word for word in words if word))


def common_constant(values: Iterable[Any], fixed: Mapping[Symbol, Expr]) -> Expr | None:
    """Return the constant of the leading term where laws share one that is short enough for a table."""
    found = set()
    for value in values:
        if getattr(value, "constant", None) is None or value.vanishes or value.is_bound or value.implicit:
            return None
        found.add(value.constant.subs(fixed))
    (constant, *others) = found
    return None if others or constant.count_ops() > SHORT else constant


def growth_latex(value: Any, fixed: Mapping[Symbol, Expr]) -> tuple[str, ...]:
    r"""Return the orders of growth as LaTeX, such as $T^{-2a}\log T$, with numbers put in."""
    return tuple(_growth(value, fixed, _LATEX))


def growth_text(value: Any, fixed: Mapping[Symbol, Expr]) -> tuple[str, ...]:
    """Return the orders of growth as plain text, such as `T^(-2*a) log T`, with numbers put in."""
    return tuple(_growth(value, fixed, _TEXT))


def _growth(value: Any, fixed: Mapping[Symbol, Expr], script: _Script) -> list[str]:
    if isinstance(value, Allocation):
        amounts = {Symbol("R"): value.risk, **value.exponents}
        return [
            script.write(s) + script.like + script.power(value.budget, e.subs(fixed))
            for s, e in amounts.items()
        ]
    if not callable(getattr(value, "exponent", None)):
        return [script.write(value.subs(fixed)) if isinstance(value, Expr) else str(value)]
    (exponent,) = read_label(value.exponent(), fixed)
    if exponent.is_infinite:
        return ["0"]
    variable = value.expansion.variable
    text = script.power(variable, tidy(exponent))
    count = getattr(value, "log_power", Integer(0))
    if count == 0:
        return [text]
    logarithm = script.log + script.write(variable)
    if count != 1:
        logarithm = script.power(f"({logarithm})", count)
    return [logarithm if exponent == 0 else text + script.space + logarithm]
