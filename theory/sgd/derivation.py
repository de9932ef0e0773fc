r"""The derivation of a rate of one-pass SGD: from the recursion to one part of the risk in one region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Eq, Expr, Integer, Symbol
from sympy.core.relational import Relational

from .. import symbols
from ..cells import Cell
from ..derivation import Derivation, Rigour, Step
from ..expansion import Expansion
from ..local_cell import cell_at
from ..phase_models import PhaseModel, find_model
from ..printing import law_latex
from ..rate import Rate
from ..regions import read_point
from ..ridge_balance import RHO, rho_value
from .model import OnePassSGD
from .rates import DATA_LIMITED, PARTS, Growth, approximation_rate, bias_rate, bias_terms, variance_rate

_LETTERS = {
    "approximation": symbols.approximation,
    "bias": symbols.bias,
    "variance": symbols.variance,
    "excess": symbols.excess,
}
_NAMES = {
    "descent": "Descent leaves the pole of its heat sum",
    "leakage": r"A sketch moves signal of large eigenvalues to small ones, by $\kappa(x)-x\simeq xz(x)/N$",
    "response": "The noise of the signal in the first stage leaves",
}
_RATES = {"approximation": approximation_rate, "bias": bias_rate, "variance": variance_rate}
_FLOATS = (
    "the recursion has numbers in floating point only; the laws without a sketch are checked by themselves"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the engine found on the cell of a point."""

    growth: Growth
    rates: Mapping[str, Rate]
    value: Expansion
    terms: Mapping[str, Expansion]


def sgd_rate_derivation(name: str, part: str, *, at: Mapping[Symbol, Any]) -> Derivation:
    """Derive a part of the risk of one pass in the region of a point.

    Parameters
    ----------
    name :
        "sgd" or "sgd-unsketched", as in `phase_models`.
    part :
        "approximation", "bias", "variance" or "excess".
    at :
        an exact number for every parameter.

    Raises
    ------
    ValueError
        If `part` is none of these, a parameter has no number, or the point lies outside the domain.
    UndecidedError
        If z3 cannot decide a comparison.

    >>> at = {"a": 2, "b": "5/2", "q": 1, "g": 0}
    >>> sgd_rate_derivation("sgd", "bias", at=at).results["exponent"]
    Eq(e_n, (b*g - b - g + 1)/a)
    """
    model = find_model(name)
    if part not in model.parts:
        raise ValueError(f"`part` is {part!r}; use {', '.join(map(repr, model.parts))}")
    point = _point(model, at)
    growing = model.sizes

    def compute(where: frozenset[Relational], eliminated: Mapping[Symbol, Expr]) -> _Found:
        growth = Growth(
            decay=symbols.decay.subs(eliminated),
            source=symbols.source.subs(eliminated),
            noise=symbols.noise,
            features=growing["features"].subs(eliminated),
            step_size=growing["step_size"].subs(eliminated),
            where=where,
        )
        wanted = PARTS if part == "excess" else (part,)
        rates = {name: _RATES[name](growth) for name in wanted}
        total = Expansion.of(Integer(0), symbols.effective_samples, where=where)
        for rate in rates.values():
            total = total + rate.expansion
        leads = bool(total.coefficients) or len(total.error) != 1
        value = total.leading_with_error() if leads and (total.coefficients or total.error) else total
        data_limited = "bias" in rates and rates["bias"].regime == DATA_LIMITED
        terms = bias_terms(growth) if data_limited else {}
        return _Found(growth=growth, rates=rates, value=value, terms=terms)

    cell = cell_at(compute, list(model.where), point)
    return _derivation(name, part, model, cell, _beyond_theorems(point))


def _point(model: PhaseModel, at: Mapping[Symbol, Any]) -> dict[Symbol, Expr]:
    point = read_point(model.parameters, at)
    for symbol, theorem, power in ((symbols.decay, "4.1", "data"), (symbols.source, "4.2", "signal")):
        if not point[symbol] > 1:
            raise ValueError(
                f"`at` has {symbol} = {point[symbol]}, where Theorem {theorem} of arXiv 2406.08466 stops and "
                f"the power of the {power} is infinite; choose it larger than 1"
            )
    # those of the sizes are eliminated before those of the spectrum
    last = (symbols.source, symbols.decay)
    return {symbol: point[symbol] for symbol in [*(s for s in point if s not in last), *last]}


def _beyond_theorems(point: Mapping[Symbol, Expr]) -> str:
    """Return which theorem of the paper says nothing at a point that the derivation covers."""
    if point[symbols.source] < point[symbols.decay] + 1:
        return ""
    return "; beyond Theorem 4.2 of arXiv 2406.08466, which stops at $b<a+1$"


def _derivation(name: str, part: str, model: PhaseModel, cell: Cell[_Found], beyond: str) -> Derivation:
    found = cell.value
    steps = [*_model_steps(model), *_size_steps(model, cell)]
    steps += [_term_step(term, value) for term, value in found.terms.items()]
    for which, rate in found.rates.items():
        steps.append(_rate_step(which, rate))
    if part == "excess":
        steps.append(
            _step(found.value, "The excess is their sum, of which the largest is kept", _LETTERS[part])
        )
    letter = _LETTERS[part]
    lead: Expr = Integer(0)
    results = {}
    if found.value.coefficients:
        lead = _simplified(found.growth, found.value).leading
        results["exponent"] = Eq(
            Symbol(f"e_{symbols.effective_samples}"), found.value.exponent(), evaluate=False
        )
    used = set(lead.free_symbols).union(*(step.sides()[1].free_symbols for step in steps if step.name))
    constants: dict[Symbol, Expr] = {RHO: rho_value(found.growth.decay)} if RHO in used else {}
    for rate in found.rates.values():
        constants |= {equation.lhs: equation.rhs for equation in rate.implicit if equation.lhs in used}
    conditions = [*model.where, *sorted(cell.where - frozenset(model.where), key=str)]
    conditions += [Eq(symbol, value, evaluate=False) for symbol, value in cell.eliminated.items()]
    sketch = "one pass of stochastic gradient descent" + (
        " without a sketch" if "q" not in map(str, model.parameters) else ""
    )
    return Derivation(
        name=f"{name}-{part}-rate",
        title=f"{part.capitalize()} of {sketch} on a power law",
        regime=r"$\lambda_k=k^{-a}$, signal $v_k=k^{-b}$, geometric schedule, "
        + ", ".join(f"${law_latex(relation)}$" for relation in conditions)
        + beyond,
        source="derived here from the recursion of the second moment",
        steps=tuple(steps),
        results={"rate": Eq(letter, lead, evaluate=False), **results},
        constants=constants,
    )


def _model_steps(model: PhaseModel) -> list[Step]:
    sgd = OnePassSGD(
        features=symbols.features if model.sizes["features"].free_symbols else model.sizes["features"]
    )
    return [
        Step(
            statement=sgd.recursion,
            rule=r"The second moment after a step, in the eigenbasis of the features: Gaussian data "
            r"close it on its diagonal",
            rigour=Rigour.EXACT,
            unchecked=_FLOATS,
        ),
        Step(
            statement=sgd.effective_samples,
            rule=r"The step size is halved every $n$ steps",
            rigour=Rigour.DEFINITION,
            unchecked="a definition",
        ),
    ]


def _size_steps(model: PhaseModel, cell: Cell[_Found]) -> list[Step]:
    steps = []
    for name, symbol in (("features", symbols.features), ("step_size", symbols.step_size)):
        size = model.sizes[name]
        if size.free_symbols:
            left = symbol if name == "features" else Symbol("gamma_0", positive=True)
            steps.append(
                Step(
                    statement=Eq(left, size.subs(cell.eliminated), evaluate=False),
                    rule="How the features grow" if name == "features" else "How the first step size varies",
                    rigour=Rigour.DEFINITION,
                    unchecked="a definition",
                )
            )
    return steps


def _term_step(name: str, value: Expansion) -> Step:
    return _step(value, _NAMES[name], Symbol(f"B_{name}", positive=True))


def _rate_step(name: str, rate: Rate) -> Step:
    if rate.vanishes:
        return Step(
            statement=Eq(_LETTERS[name], Integer(0), evaluate=False),
            rule="Without a sketch there is no error of approximation",
            unchecked="nothing is left to compare",
        )
    words = f": {rate.regime}" if rate.regime else ""
    rule = f"The largest terms of the {name}{words}"
    if rate.is_bound:
        rule = f"The {name} is of this order{words}"
    return _step(_simplified_rate(rate), rule, _LETTERS[name])


def _step(value: Expansion, rule: str, name: Symbol) -> Step:
    return Step(statement=value, rule=rule, rigour=Rigour.LEADING, name=name, unchecked=_FLOATS)


def _simplified_rate(rate: Rate) -> Expansion:
    if rate.is_bound:
        return rate.expansion
    constant = rate.constant
    return rate.expansion.map_coefficients(lambda _: constant)


def _simplified(growth: Growth, value: Expansion) -> Expansion:
    return _simplified_rate(Rate(expansion=value, decay=growth.decay))
