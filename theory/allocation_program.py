r"""From a formula and its cost to linear programs in exponents.

With $X_j=C^{x_j}$ for resources and knobs and a risk of order $C^t$, the best allocation minimises $t$
subject to $t\ge$ the exponent of each term, the exponent of each part of the cost $\le1$, and the bounds. A
minimum in the formula is an alternative: it gives one program for each of its members.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Add, Expr, Integer, Max, Min, Pow, Symbol, expand_mul, oo, sympify

from .linear_program import ParametricProgram, Row, RowKind
from .magnitude import Exponents, Magnitude, Term, as_term, exactly, magnitude, parameters_of
from .parameter_domain import ParameterDomain

#: A resource that is a number of things, at least one, or a knob with the values it may take.
Resource: TypeAlias = Symbol | tuple[Symbol, Expr, Expr]


@dataclass(frozen=True, slots=True)
class Knob:
    """What can be chosen, and between which values.

    Parameters
    ----------
    symbol :
        its name.
    lower, upper :
        monomials in the other resources and the budget, `Max` and `Min` of such; 0 and `oo` are no bounds.
    """

    symbol: Symbol
    lower: Expr
    upper: Expr

    @classmethod
    def read(cls, resource: Resource) -> Knob:
        """Read a member of `over`.

        Raises
        ------
        TypeError
            If it is neither a symbol nor a triple.
        ValueError
            If a bound is not positive.
        """
        if isinstance(resource, Symbol):
            return cls(resource, Integer(1), oo)
        try:
            symbol, lower, upper = resource
        except (TypeError, ValueError):
            raise TypeError(
                f"`over` contains {resource!r}; give symbols, or triples (symbol, lower, upper)"
            ) from None
        lower, upper = exactly(sympify(lower)), exactly(sympify(upper))
        if not isinstance(symbol, Symbol):
            raise TypeError(f"`over` contains {symbol!r}, which is not a symbol")
        if lower.is_negative or lower == oo or upper.is_nonpositive:
            raise ValueError(
                f"`over`: {symbol} lies between {lower} and {upper}; it is positive, "
                "so use 0 <= lower < upper"
            )
        return cls(symbol, lower, upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An allocation problem, read and checked.

    Parameters
    ----------
    risk :
        the part of the risk that allocation changes.
    irreducible :
        the part that it does not change.
    cost, budget, knobs, domain :
        as given.
    errors :
        bounds of what the formula of the risk leaves out.
    """

    risk: Expr
    irreducible: Expr
    errors: tuple[Expr, ...]
    cost: Expr
    budget: Symbol
    knobs: tuple[Knob, ...]
    domain: ParameterDomain

    @property
    def variables(self) -> tuple[Symbol, ...]:
        """Everything that grows: the resources and the budget."""
        return (*(knob.symbol for knob in self.knobs), self.budget)

    @property
    def outer(self) -> tuple[Expr, Expr, Expr]:
        """The risk as factor, inner formula and power, where minimising the inner formula is the same."""
        factor, dependent = self.risk.as_independent(*self.variables, as_Add=False)
        if isinstance(dependent, Pow) and isinstance(dependent.base, Add):
            power = self.domain.field.read(dependent.exp)
            if self.domain.condition(power, ">") is True:
                return factor, dependent.base, dependent.exp
        return Integer(1), self.risk, Integer(1)


def read_problem(
    risk: Expr,
    *,
    errors: Sequence[Expr],
    cost: Expr,
    budget: Symbol,
    over: Iterable[Resource],
    where: Iterable[Expr],
) -> Problem:
    """Check the parts of a problem against one another.

    Raises
    ------
    TypeError, ValueError
        If they do not fit, naming the argument.
    """
    if not isinstance(budget, Symbol):
        raise TypeError(f"`budget` is {budget!r}; give a symbol")
    knobs = tuple(Knob.read(resource) for resource in over)
    symbols = [knob.symbol for knob in knobs]
    if not symbols:
        raise ValueError("`over` is empty; name at least one resource")
    repeated = next((symbol for symbol in symbols if symbols.count(symbol) > 1), None)
    if repeated is not None:
        raise ValueError(f"`over` contains {repeated} more than once")
    if budget in symbols:
        raise ValueError(f"`over` contains the budget {budget}; it is what is spent, not a resource")
    risk, cost = exactly(sympify(risk)), exactly(sympify(cost))
    variables = (*symbols, budget)
    bounds = [bound for knob in knobs for bound in (knob.lower, knob.upper) if bound not in (0, oo)]
    _check_names([risk, *errors], cost, bounds, symbols)
    where = tuple(where)
    parameters = set().union(*(parameters_of(part, variables) for part in (risk, cost, *errors, *bounds)))
    domain = ParameterDomain(where, parameters)
    known = set().union(*(part.free_symbols for part in (risk, cost, *errors, *bounds)))
    _check_where(domain, known, variables)
    parts = _parts(risk, variables)
    reducible = Add(*(part for part in parts if part.has(*variables)))
    if not reducible.has(*symbols):
        raise ValueError(
            f"`risk` = {risk} depends on none of {', '.join(map(str, symbols))}; nothing can be allocated"
        )
    return Problem(
        risk=reducible,
        irreducible=Add(*(part for part in parts if not part.has(*variables))),
        errors=tuple(errors),
        cost=cost,
        budget=budget,
        knobs=knobs,
        domain=domain,
    )


def _parts(expression: Expr, variables: Sequence[Symbol]) -> list[Expr]:
    """Return the terms of a sum, multiplying out sums of variables but not coefficients."""
    parts: list[Expr] = []
    for part in Add.make_args(expression):
        nested = part.is_Mul and any(f.is_Add and f.has(*variables) for f in part.args)
        parts += Add.make_args(expand_mul(part)) if nested else (part,)
    return parts


def _check_names(risks: list[Expr], cost: Expr, bounds: list[Expr], symbols: list[Symbol]) -> None:
    for symbol in symbols:
        if not any(part.has(symbol) for part in (*risks, cost, *bounds)):
            raise ValueError(
                f"`over` contains {symbol}, which occurs neither in `risk` nor in `cost`; leave it out"
            )
    if not cost.has(*symbols):
        raise ValueError(f"`cost` = {cost} depends on none of {', '.join(map(str, symbols))}")


def _check_where(domain: ParameterDomain, known: set[Symbol], variables: Sequence[Symbol]) -> None:
    for relation in domain.where:
        grown = relation.free_symbols & set(variables)
        if grown:
            raise ValueError(
                f"`where` contains {relation}, which names {min(map(str, grown))}; relate parameters only, "
                "and give bounds of resources in `over`"
            )
        unknown = relation.free_symbols - known
        if unknown:
            raise ValueError(
                f"`where` contains {relation}, but {min(map(str, unknown))} is not defined: "
                "it occurs neither in `risk` nor in `cost`"
            )


@dataclass(frozen=True, slots=True)
class Line:
    """An inequality of the program and the term it comes from; `None` if that is no single term."""

    row: Row
    term: Term | None


def programs(problem: Problem) -> tuple[tuple[Line, ...], ...]:
    """Return the inequalities of each alternative; the risk is the best of all.

    Raises
    ------
    ValueError
        If a formula is not built from powers, a coefficient is not positive, an exponent has a pole in the
        domain, or a knob has no bounds that it needs.
    """
    shared = [*_cost_lines(problem), *_bound_lines(problem)]
    _, inner, power = problem.outer
    parts = [*_parts(inner, problem.variables), *(error ** (1 / power) for error in problem.errors)]
    alternatives: list[tuple[Line, ...]] = [()]
    for part in parts:
        found = _magnitude(problem, part)
        term = as_term(part, problem.variables)
        name = str(part)
        alternatives = [
            (*lines, *(Line(_row(problem, form, "term", name), term) for form in branch))
            for lines in alternatives
            for branch in found
        ]
    results = tuple((*_unique(lines), *shared) for lines in alternatives)
    _check_pointed(problem, results)
    return results


def _unique(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Keep one line of each exponent; terms of one order are not told apart by exponents."""
    kept: dict[tuple[object, ...], Line] = {}
    for line in lines:
        key = (line.row.coefficients, line.row.bound)
        if key in kept:
            first = kept[key]
            kept[key] = Line(first.row, _added(first.term, line.term))
        else:
            kept[key] = line
    return tuple(kept.values())


def _added(first: Term | None, second: Term | None) -> Term | None:
    if first is None or second is None or first.logarithms or second.logarithms:
        return None
    return Term(first.coefficient + second.coefficient, first.exponents)


def _magnitude(problem: Problem, expression: Expr) -> Magnitude:
    found = magnitude(expression, problem.variables, problem.domain)
    for branch in found:
        for form in branch:
            for exponent in form:
                pole = problem.domain.field.polynomial(exponent.bottom)
                if problem.domain.condition(pole, "=") is not False:
                    raise ValueError(
                        f"the exponent {exponent.as_expr()} in `{expression}` has a pole in the domain; "
                        f"exclude {pole.as_expr()} = 0 in `where`"
                    )
    return found


def _row(problem: Problem, form: Exponents, kind: RowKind, name: str) -> Row:
    field = problem.domain.field
    *exponents, of_budget = form
    if kind == "term":
        return Row(coefficients=(*exponents, field.number(-1)), bound=-of_budget, kind=kind, name=name)
    limit = field.number(1 if kind == "cost" else 0)
    return Row(coefficients=(*exponents, field.number(0)), bound=limit - of_budget, kind=kind, name=name)


def _cost_lines(problem: Problem) -> list[Line]:
    lines = []
    for part in _parts(problem.cost, problem.variables):
        found = _magnitude(problem, part)
        if len(found) > 1:
            raise ValueError(f"`cost` contains {part}, an alternative; give a sum of products of powers")
        term = as_term(part, problem.variables)
        lines += [Line(_row(problem, form, "cost", str(part)), term) for form in found[0] if any(form)]
    return lines


def _bound_lines(problem: Problem) -> list[Line]:
    lines = []
    for knob in problem.knobs:
        for bound, kind, other in ((knob.lower, Max, Min), (knob.upper, Min, Max)):
            if bound in (0, oo):
                continue
            if isinstance(bound, other):
                raise ValueError(
                    f"`over`: the bound {bound} of {knob.symbol} is an alternative; "
                    f"use {kind.__name__} of monomials"
                )
            for part in bound.args if isinstance(bound, kind) else (bound,):
                term = as_term(part, problem.variables)
                if term is None:
                    raise ValueError(
                        f"`over`: the bound {part} of {knob.symbol} is no product of powers of the others"
                    )
                quotient = knob.symbol / part if kind is Min else part / knob.symbol
                ((form,),) = _magnitude(problem, quotient)
                side = "<=" if kind is Min else ">="
                row = _row(problem, form, "bound", f"{knob.symbol} {side} {part}")
                lines.append(Line(row, as_term(quotient, problem.variables)))
    return lines


def _check_pointed(problem: Problem, alternatives: Iterable[tuple[Line, ...]]) -> None:
    """Refuse problems in which knobs can vary together without any effect."""
    for lines in alternatives:
        rows = [list(line.row.coefficients) for line in lines]
        if _rank(rows) < len(problem.knobs) + 1:
            free = [k.symbol for k in problem.knobs if k.lower == 0 and k.upper == oo]
            raise ValueError(
                f"`over`: {', '.join(map(str, free))} can vary without any effect on risk, cost and bounds; "
                "give bounds, as in (gamma, 0, 1)"
            )


def _rank(rows: list[list]) -> int:  # type: ignore[type-arg]
    rank = 0
    for column in range(len(rows[0])):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        head = rows[rank]
        for i in range(rank + 1, len(rows)):
            if rows[i][column]:
                factor = rows[i][column] / head[column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], head, strict=True)]
        rank += 1
    return rank


def program_of(problem: Problem, lines: Sequence[Line]) -> ParametricProgram:
    """Return the linear program of one alternative."""
    return ParametricProgram(domain=problem.domain, rows=tuple(line.row for line in lines))
