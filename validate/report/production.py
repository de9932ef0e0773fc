"""A law of loss as an economist draws it: isoquants, lines of equal cost, and the expansion path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sympy import Expr, Symbol, lambdify

from ...theory.production import ProductionFunction, isolated
from .curves import Curve, CurveKind, FigureData, Panel, logarithmic


def production_figure(
    law: ProductionFunction,
    values: Mapping[Symbol, Expr],
    budgets: Sequence[float],
    *,
    horizontal: Symbol,
    vertical: Symbol,
    name: str = "production",
    labels: tuple[str, str] | None = None,
) -> FigureData:
    r"""Show the plane of two resources: for each budget its line of cost and the isoquant that touches it.

    Parameters
    ----------
    law :
        a loss in the two resources, whose isoquants and expansion path have closed forms.
    values :
        numbers for all its constants.
    budgets :
        growing, positive.
    horizontal, vertical :
        the resources on the axes.
    name :
        identifier of the figure.
    labels :
        of the axes; by default the symbols.

    Raises
    ------
    ValueError
        If `budgets` is empty or not positive, if a constant has no number, or if a curve has no closed form.
    """
    if not budgets or min(budgets) <= 0:
        raise ValueError(f"`budgets` is {list(budgets)}; give positive numbers")
    missing = (law.loss.free_symbols | law.cost.free_symbols) - {horizontal, vertical, *values}
    if missing:
        raise ValueError(f"`values` gives no number to {', '.join(sorted(map(str, missing)))}")
    budget, level = Symbol("_budget", positive=True), Symbol("_level", positive=True)
    path_law = law.expansion_path(vertical, horizontal).rhs.xreplace(dict(values))
    cost = law.cost.xreplace(dict(values))
    path = _function([horizontal], path_law)
    isocost = _function([horizontal, budget], isolated(cost, budget, vertical))
    across_law, up_law = (
        _function([given, level], law.isoquant(solved, level).rhs.xreplace(dict(values)))
        for given, solved in ((vertical, horizontal), (horizontal, vertical))
    )
    loss = _function([horizontal, vertical], law.loss.xreplace(dict(values)))
    spent = _function([horizontal], cost.subs(vertical, path_law))
    best = [_crossing(spent, amount) for amount in budgets]
    low, high = path(min(best)), path(max(best))
    curves = []
    for family, (amount, place) in enumerate(zip(budgets, best, strict=True)):
        value, height = loss(place, path(place)), path(place)
        # the steep half is drawn against the vertical axis, where it is as smooth as the other
        steep = _curve(logarithmic(height, 100 * high, 80), partial(_swapped(across_law), value))
        flat = _curve(logarithmic(place, 300 * max(best), 80), partial(_swapped(up_law), value))
        points = [*((x, y) for y, x in reversed(steep)), *flat]
        curves.append(_made(CurveKind.THEORY, points, f"loss {value:.3g}", family))
        line = _curve(logarithmic(place / 30, place * 30, 40), partial(_swapped(isocost), amount))
        curves.append(_made(CurveKind.LAW, line, "" if family else "equal cost", family))
    ends = logarithmic(min(best) / 8, max(best) * 3, 40)
    curves.append(_made(CurveKind.THEORY, _curve(ends, path), "expansion path", len(budgets)))
    across, up = labels or (f"${horizontal}$", f"${vertical}$")
    panel = Panel(title="", x_label=across, y_label=up, curves=tuple(curves), y_range=(low / 30, high * 30))
    return FigureData(
        name=name,
        title="Isoquants, costs and the expansion path",
        caption=(
            "Each solid curve joins allocations of equal loss, each dashed line allocations of equal cost.  "
            "They touch on the expansion path, where a budget buys the least loss."
        ),
        panels=(panel,),
    )


def _function(arguments: Sequence[Symbol], expression: Expr) -> Callable[..., float]:
    return lambdify(list(arguments), expression, "math")  # type: ignore[no-any-return]


def _swapped(function: Callable[..., float]) -> Callable[[float, float], float]:
    """Return a function of place and level as one of level and place."""
    return lambda level, place: function(place, level)


def _curve(grid: Sequence[float], function: Callable[[float], Any]) -> list[tuple[float, float]]:
    """Return the points of a curve, leaving out where the function has no positive value."""
    points = []
    for x in grid:
        try:
            y = function(x)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        # an even root of what is negative comes out complex
        if not isinstance(y, complex) and y > 0:
            points.append((x, y))
    return points


def _made(kind: CurveKind, points: Sequence[tuple[float, float]], label: str, family: int) -> Curve:
    x, y = zip(*points, strict=True)
    return Curve(kind=kind, x=x, y=y, label=label, family=family)


def _crossing(spent: Callable[[float], float], amount: float) -> float:
    """Find where the growing cost along the expansion path reaches an amount, by bisection."""
    low, high = 1e-9, 1e30
    while high / low > 1 + 1e-12:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if spent(middle) < amount else (low, middle)
    return low
