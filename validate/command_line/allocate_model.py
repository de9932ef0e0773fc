"""How a budget is best spent on the features and samples of a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .allocation_output import Shown, print_all, print_point
from .model_options import finder, read_relations, read_settings

if TYPE_CHECKING:
    from sympy import Symbol

#: The models whose sizes a budget can buy.
MODELS = ("ridge", "sgd")


def allocate_sgd(
    cost: str | None,
    budget: str,
    where: str | None,
    points: Iterable[str],
    *,
    as_json: bool,
    as_latex: bool,
) -> None:
    """Print the best features, samples and step size of one pass of SGD for a budget."""
    from ...theory import symbols
    from ...theory.sgd import OnePassSGD
    from ..formulas import parse_assignments, parse_formula

    spectrum = (symbols.decay, symbols.source)
    growing = _budget(budget, ("N", "T", "a", "b", "n", "gamma"))
    samples, steps = symbols.samples, symbols.effective_samples
    price = parse_formula(_given(cost), finder((symbols.features, samples, steps), "--cost"))
    best = OnePassSGD().allocation(
        cost=price.subs(samples, steps), budget=growing, where=read_relations(spectrum, where)
    )
    assumptions = [
        *best.assumptions,
        "n = T/log2(T) for a step size halved as often; logarithms are left out.",
    ]
    shown = Shown(regions=best, budget=growing, irreducible=best.irreducible, assumptions=assumptions)
    values = parse_assignments(points, finder(spectrum, "--at"))
    if values:
        print_point(shown, best.at(values), None, as_json=as_json, as_latex=as_latex)
    else:
        print_all(shown, as_json=as_json, as_latex=as_latex)


def _budget(name: str, used: Iterable[str]) -> Symbol:
    from sympy import Symbol

    if not name.isidentifier() or name in used:
        raise ValueError(f"`--budget` is {name!r}; give a name that the model does not use")
    return Symbol(name, positive=True)


def _given(cost: str | None) -> str:
    if cost is None:
        raise ValueError("`--cost` is missing; give what features N and samples T cost, such as N*T")
    return cost


def allocate_model(
    cost: str | None,
    budget: str,
    where: str | None,
    points: Iterable[str],
    settings: Iterable[str],
    part: str,
    *,
    as_json: bool,
    as_latex: bool,
) -> None:
    """Print the best features, samples and ridge for a budget."""
    from sympy import Integer

    from ...theory import PowerLaw, RandomFeatureRidge, symbols
    from ..formulas import parse_assignments, parse_formula

    growing, price = _budget(budget, ("N", "T", "a", "b", "l", "n")), _given(cost)
    spectrum = (symbols.decay, symbols.source)
    put = {symbols.source: symbols.decay, **read_settings(spectrum, settings)}
    relations = read_relations(spectrum, where)
    # a relation on the source leaves it open
    if symbols.source in set().union(*(r.free_symbols for r in relations)) and not list(settings):
        del put[symbols.source]
    decay, source = (symbol.subs(put) for symbol in spectrum)
    model = RandomFeatureRidge(spectrum=PowerLaw(decay=decay, source=source))
    best = model.allocation(
        cost=parse_formula(price, finder((symbols.features, symbols.samples), "--cost")),
        budget=growing,
        part=part,
        where=[relation.subs(put) for relation in relations],
    )
    assumptions = ["The budget is large; the ridge is the best one for the features and samples chosen."]
    if source == decay:
        assumptions.append("Isotropic prior, b = a; --set or --where with b gives another source.")
    shown = Shown(regions=best, budget=growing, irreducible=Integer(0), assumptions=assumptions)
    values = parse_assignments(points, finder([symbol for symbol in spectrum if symbol not in put], "--at"))
    if values:
        print_point(shown, best.at(values), None, as_json=as_json, as_latex=as_latex)
    else:
        print_all(shown, as_json=as_json, as_latex=as_latex)
