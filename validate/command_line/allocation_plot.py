"""The plane of two resources for `scalinglaws allocate --plot`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from ...theory import OptimalAllocation


def plot_allocation(
    best: OptimalAllocation, values: Mapping[Symbol, Expr], amount: Expr | None, path: Path
) -> None:
    """Draw isoquants, lines of equal cost and the expansion path around a budget."""
    from ...theory import ProductionFunction
    from ..report.figures import ON_WHITE, draw
    from ..report.files import save_figure
    from ..report.production import production_figure

    problem = best.problem
    resources = [knob.symbol for knob in problem.knobs]
    if len(resources) != 2:
        raise ValueError(f"`--plot` shows two resources, and there are {', '.join(map(str, resources))}")
    if amount is None:
        raise ValueError(f"`--plot` needs a budget; give it by --at {problem.budget}=NUMBER")
    law = ProductionFunction(
        loss=problem.risk + problem.irreducible,
        cost=problem.cost,
        resources=(resources[0], resources[1]),
    )
    missing = (law.loss.free_symbols | law.cost.free_symbols) - {*resources, *values}
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise ValueError(f"`--plot` needs numbers for {names}; give them by --at")
    budgets = [float(amount) * factor for factor in (1e-2, 1, 1e2)]
    figure = production_figure(
        law, values, budgets, horizontal=resources[0], vertical=resources[1], name="allocation"
    )
    save_figure(draw(figure, ON_WHITE), path, ON_WHITE)
