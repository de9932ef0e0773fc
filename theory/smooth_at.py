"""Whether an expression that a user gives is smooth at a place: kinks, branch points and poles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Abs, Expr, Heaviside, Max, Min, Piecewise, Pow, Symbol, log, sign, simplify
from sympy.core.relational import Relational


def rough_part(
    expression: Expr, variables: Sequence[Symbol], values: Mapping[Symbol, Expr] | None = None
) -> Expr | None:
    r"""Return a part of an expression that is not smooth at a place, None where all of them are.

    Parameters
    ----------
    expression :
        built of elementary functions, moduli, maxima and pieces.
    variables :
        in which it has to be smooth.
    values :
        the place; what stays a symbol is generic.

    Notes
    -----
    What has no derivatives where an argument vanishes: moduli, signs, logarithms, powers that are no natural
    numbers, two members of a maximum that meet, two pieces.

    >>> from sympy.abc import x, y
    >>> rough_part(abs(x) ** 3 + y, [x], {x: 0}), rough_part(abs(x) ** 3 + y, [x], {x: 1})
    (Abs(x), None)
    """
    if not values:
        return None
    for part in sorted(expression.atoms(Abs, sign, Heaviside, log, Pow, Max, Min, Piecewise), key=str):
        if part.has(*variables) and any(simplify(edge.subs(dict(values))) == 0 for edge in _edges(part)):
            return part
    return None


def _edges(part: Expr) -> list[Expr]:
    """Return what vanishes where a part is not smooth."""
    if isinstance(part, Pow):
        natural = part.exp.is_Integer and part.exp.is_nonnegative
        return [] if natural else [part.base]
    if isinstance(part, (Max, Min)):
        return [one - other for k, one in enumerate(part.args) for other in part.args[:k]]
    if isinstance(part, Piecewise):
        return [edge.lhs - edge.rhs for edge in part.atoms(Relational)]
    return [part.args[0]]
