"""`scalinglaws allocate`: how a budget is best spent on a risk given as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from .output import decimal, print_json

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from ...theory import Allocation, OptimalAllocation


@click.command()
@click.argument("formula")
@click.option("--cost", help="What an allocation costs, such as 6*N*D.")
@click.option("--budget", default="C", show_default=True, help="The name of the budget.")
@click.option("--over", help="Resources and knobs: N, T, 0 < gamma <= 1.  By default the names in the cost.")
@click.option("--where", help="Relations between the parameters: a>1, b<a+1.")
@click.option("--at", "points", multiple=True, help="Numbers for parameters or the budget: a=2, C=1e24.")
@click.option("--fit", help="Numbers of a published fit; for the forms named by a paper.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def allocate(
    formula: str,
    cost: str | None,
    budget: str,
    over: str | None,
    where: str | None,
    points: tuple[str, ...],
    fit: str | None,
    as_latex: bool,
    as_json: bool,
) -> None:
    """Find the best allocation of a large budget.

    FORMULA is a risk such as "E + A/N^alpha + B/D^beta" or the name of a published form, hoffmann2022 or
    kaplan2020. Resources are at least 1; exponents of the budget are exact, and hold in the region that is
    named with them.
    """
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
        best = _solved(formula, cost, budget, over, where)
    values = {**values, **_numbers(best, points)}
    symbol = best.problem.budget
    amount = values.get(symbol)
    parameters = {name: value for name, value in values.items() if name != symbol}
    if parameters or amount is not None:
        _print_point(best, best.at(parameters), amount, as_json=as_json, as_latex=as_latex)
    elif as_json:
        print_json(_as_json(best))
    elif as_latex:
        click.echo(best.latex())
    else:
        click.echo(_as_text(best))


def _solved(formula: str, cost: str, budget: str, over: str | None, where: str | None) -> OptimalAllocation:
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


def _print_point(
    best: OptimalAllocation, point: Allocation, amount: Expr | None, *, as_json: bool, as_latex: bool
) -> None:
    numbers = {} if amount is None else _amounts(best, point, amount)
    if as_json:
        print_json(_piece(point) | ({"amounts": numbers} if numbers else {}))
        return
    if as_latex:
        click.echo(point.latex())
        return
    click.echo("\n".join(_lines(point, best)))
    if amount is not None:
        click.echo(f"at {point.budget} = {decimal(amount.evalf(6), 6)}:")
        width = max(map(len, numbers))
        for name, number in numbers.items():
            click.echo(f"  {name:<{width}}  {number}")


def _amounts(best: OptimalAllocation, point: Allocation, amount: Expr) -> dict[str, str]:
    numbers = {str(symbol): value for symbol, value in point.amounts_at(amount, 6).items()}
    risk = "risk above the irreducible" if best.irreducible != 0 else "risk"
    numbers[risk] = point.reducible_risk_at(amount, 6)
    return {name: decimal(value, 6) for name, value in numbers.items()}


def _ascii(expression: Any) -> str:
    return str(expression).replace("**", "^")


def _exponent(exponent: Any) -> Any:
    from sympy import FiniteSet, Set, Union

    if not isinstance(exponent, Set):
        return _ascii(exponent)
    if isinstance(exponent, Union):
        return [_exponent(part) for part in exponent.args]
    if isinstance(exponent, FiniteSet):
        return _ascii(next(iter(exponent)))
    return {"lower": _ascii(exponent.inf), "upper": _ascii(exponent.sup)}


def _piece(value: Allocation) -> dict[str, Any]:
    constants = value.constants
    return {
        "risk": _ascii(value.risk),
        "exponents": {str(symbol): _exponent(e) for symbol, e in value.exponents.items()},
        "unique": value.is_unique,
        "constants": None if constants is None else {str(s): _ascii(c) for s, c in constants.items()},
        "risk_constant": None if value.risk_constant is None else _ascii(value.risk_constant),
        "shares": {_ascii(term): _ascii(share) for term, share in value.shares.items()},
        "constants_where": [_ascii(relation) for relation in value.constants_where],
        "remark": value.remark,
    }


def _as_json(best: OptimalAllocation) -> dict[str, Any]:
    return {
        "budget": str(best.problem.budget),
        "irreducible": _ascii(best.irreducible),
        "assumptions": list(best.assumptions),
        "regions": [
            {"conditions": [_ascii(c) for c in piece.conditions], **_piece(piece.value)} for piece in best
        ],
    }


def _as_text(best: OptimalAllocation) -> str:
    lines: list[str] = []
    for piece in best:
        if piece.conditions:
            lines.append(f"where {', '.join(_ascii(condition) for condition in piece.conditions)}:")
        indent = "  " if piece.conditions else ""
        lines += [f"{indent}{line}" for line in _lines(piece.value, best)]
        lines.append("")
    lines += best.assumptions
    return "\n".join(lines)


def _lines(value: Allocation, best: OptimalAllocation) -> list[str]:
    """Return one line for the risk and each resource: the order of growth, then the constant."""
    name = "risk" if best.irreducible == 0 else f"risk - {_ascii(best.irreducible)}"
    rows = [(name, value.risk, value.risk_constant)]
    for symbol, exponent in value.exponents.items():
        rows.append((str(symbol), exponent, None if value.constants is None else value.constants[symbol]))
    width = max(len(row[0]) for row in rows)
    lines = []
    for name, exponent, constant in rows:
        line = f"{name:<{width}} ~ {_growth(value.budget, exponent)}"
        if constant is not None and constant != 1:
            line += f" * {_factor(constant)}"
        lines.append(line)
    if value.constants_where:
        relations = ", ".join(_ascii(relation) for relation in value.constants_where)
        lines.append(f"the constants hold where {relations}")
    if value.remark:
        lines.append(value.remark)
    return lines


def _factor(constant: Expr) -> str:
    """Write a constant, as a decimal if it is a number that is not simple."""
    if constant.is_Symbol or constant.is_Rational:
        return _ascii(constant) if constant.is_Symbol or constant.is_Integer else f"({_ascii(constant)})"
    if not constant.is_number:
        return f"({_ascii(constant)})"
    from ...theory.allocation_constants import number

    return decimal(number(constant, {}, 6), 6)


def _growth(budget: Symbol, exponent: Any) -> str:
    written = _exponent(exponent)
    if isinstance(written, list):
        return " or ".join(_growth_of(budget, part) for part in written)
    return _growth_of(budget, written)


def _growth_of(budget: Symbol, written: Any) -> str:
    if isinstance(written, dict):
        return f"{budget}^x with {written['lower']} <= x <= {written['upper']}"
    if written in ("0", "1"):
        return {"0": "1", "1": str(budget)}[written]
    return f"{budget}^{written}" if written.isidentifier() else f"{budget}^({written})"
