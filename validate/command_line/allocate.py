"""`scalinglaws allocate`: how a budget is best spent on a risk given as a formula, a form or a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .allocate_model import MODELS, allocate_model, allocate_sgd
from .allocation_output import Shown, print_all, print_point
from .allocation_plot import plot_allocation

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from ...theory import OptimalAllocation


@click.command()
@click.argument("formula")
@click.option("--cost", help="What an allocation costs, such as 6*N*D.")
@click.option("--budget", default="C", show_default=True, help="The name of the budget.")
@click.option("--over", help="Resources and knobs: N, T, 0 < gamma <= 1.  By default the names in the cost.")
@click.option("--where", help="Relations between the parameters: a>1, b<a+1.")
@click.option("--at", "points", multiple=True, help="Numbers for parameters or the budget: a=2, C=1e24.")
@click.option("--set", "settings", multiple=True, help="Of a model: the source, b=2*a.  [default: b=a]")
@click.option("--of", "part", help="Of a model: excess, bias or variance.  [default: excess]")
@click.option("--fit", help="Numbers of a published fit; for the forms named by a paper.")
@click.option("--plot", "path", type=click.Path(path_type=Path), help="Draw the plane of two resources.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def allocate(
    formula: str,
    cost: str | None,
    budget: str,
    over: str | None,
    where: str | None,
    points: tuple[str, ...],
    settings: tuple[str, ...],
    part: str | None,
    fit: str | None,
    path: Path | None,
    as_latex: bool,
    as_json: bool,
) -> None:
    """Find the best allocation of a large budget.

    FORMULA is a risk such as "E + A/N^alpha + B/D^beta", the name of a published form, hoffmann2022 or
    kaplan2020, or a model: ridge, random-feature ridge regression at the best ridge, or sgd, one pass of SGD
    on a sketch at the best step size. Resources are at least 1; exponents of the budget are exact, and hold
    in the region that is named with them.
    """
    if path is not None:
        from ..report.files import check_path

        check_path(path, "--plot")
    if formula in MODELS:
        for name, given in (("--over", over), ("--fit", fit), ("--plot", path)):
            if given:
                raise ValueError(f"`{name}` does not apply to {formula}, whose resources are its own")
        if formula == "sgd":
            for name, chosen in (("--set", settings), ("--of", part)):
                if chosen:
                    raise ValueError(f"`{name}` does not apply to sgd; give numbers of a and b with --at")
            allocate_sgd(cost, budget, where, points, as_json=as_json, as_latex=as_latex)
            return
        allocate_model(
            cost, budget, where, points, settings, part or "excess", as_json=as_json, as_latex=as_latex
        )
        return
    for name, chosen in (("--set", settings), ("--of", part)):
        if chosen:
            raise ValueError(
                f"`{name}` is for a model, which {formula!r} is not; there is {', '.join(MODELS)}"
            )
    from ...theory.parametric_forms import FORMS

    values: Mapping[Symbol, Expr] = {}
    if formula in FORMS:
        for name, option in (("--cost", cost), ("--over", over), ("--where", where)):
            if option is not None:
                raise ValueError(
                    f"`{name}` does not apply to {formula}, whose cost and resources are its own"
                )
        form = FORMS[formula]()
        best = form.allocation()
        if fit is not None:
            used = best.problem.risk.free_symbols | best.irreducible.free_symbols
            values = {symbol: value for symbol, value in form.fit(fit).values.items() if symbol in used}
    else:
        if fit is not None:
            raise ValueError(f"`--fit` is {fit!r}, but {formula!r} is no published form; use --at")
        if cost is None:
            raise ValueError("`--cost` is missing; give what an allocation costs, such as 6*N*D")
        best = solved(formula, cost, budget, over, where)
    values = {**values, **_numbers(best, points)}
    symbol = best.problem.budget
    shown = Shown(regions=best, budget=symbol, irreducible=best.irreducible, assumptions=best.assumptions)
    amount = values.get(symbol)
    parameters = {name: value for name, value in values.items() if name != symbol}
    if path is not None:
        plot_allocation(best, parameters, amount, path)
    if parameters or amount is not None:
        print_point(shown, best.at(parameters), amount, as_json=as_json, as_latex=as_latex)
    else:
        print_all(shown, as_json=as_json, as_latex=as_latex)


def solved(formula: str, cost: str, budget: str, over: str | None, where: str | None) -> OptimalAllocation:
    """Find the best allocation for a formula as it is typed."""
    from sympy import Symbol

    from ...theory import optimal_allocation
    from ...theory.magnitude import parameters_of
    from ..formulas import parse_choice, parse_formula, parse_relations, real_symbol, split_list

    if not budget.isidentifier():
        raise ValueError(f"`--budget` is {budget!r}; give a name")
    # names in exponents are real parameters; everything else is a positive size or coefficient
    risk, price = parse_formula(formula), parse_formula(cost)
    chosen = [budget]
    if over is None:
        chosen += sorted({str(s) for s in price.free_symbols} - {budget})
        if len(chosen) == 1:
            raise ValueError(f"`--cost` is {cost!r}, in which no resource is named")
    else:
        choices = [parse_choice(part, real_symbol) for part in split_list(over)]
        chosen += [str(choice[0] if isinstance(choice, tuple) else choice) for choice in choices]
    variables = [real_symbol(name) for name in chosen]
    conditions = parse_relations(where) if where else []
    real = parameters_of(risk, variables) | parameters_of(price, variables)
    real |= set().union(*(relation.free_symbols for relation in conditions))

    def symbol(name: str) -> Symbol:
        parameter = real_symbol(name)
        return parameter if parameter in real and name not in chosen else Symbol(name, positive=True)

    return optimal_allocation(
        parse_formula(formula, symbol),
        cost=parse_formula(cost, symbol),
        budget=symbol(budget),
        over=[symbol(name) for name in chosen[1:]]
        if over is None
        else [parse_choice(part, symbol) for part in split_list(over)],
        where=conditions,
    )


def _numbers(best: OptimalAllocation, points: Iterable[str]) -> dict[Symbol, Expr]:
    from ..formulas import parse_assignments

    problem = best.problem
    parts = [problem.risk, problem.cost, problem.irreducible, problem.budget]
    names = {str(s): s for part in parts for s in part.free_symbols}
    names |= {str(s): s for s in problem.domain.symbols}
    resources = {str(knob.symbol) for knob in problem.knobs}
    found: dict[Symbol, Expr] = {}
    for assigned, value in parse_assignments(points).items():
        name = str(assigned)
        if name not in names or name in resources:
            known = ", ".join(sorted(set(names) - resources))
            raise ValueError(f"`--at` names {name}, which is not a parameter; there is {known}")
        found[names[name]] = value
    return found
