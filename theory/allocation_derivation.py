r"""The derivation of a best allocation: linear program of the exponents, binding terms, Lagrange, constants.

At given parameters the terms and limits that bind are read off the linear program, exactly; their equations
give the exponents, and the conditions of Lagrange the constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Add, Contains, Eq, Expr, Set, Symbol, powsimp
from sympy.core.relational import GreaterThan, LessThan, Relational

from .allocation import OptimalAllocation
from .allocation_program import Line, Problem, programs
from .allocation_result import Allocation
from .allocation_samples import Allocated, Binding
from .derivation import Derivation, Rigour, Step
from .printing import law_latex
from .regions import Piece, exact_number
from .spot_check import Sampler

RISK = Symbol("R", positive=True)
ORDER = Symbol("t")


def allocation_derivation(best: OptimalAllocation, *, at: Mapping[Symbol, Any]) -> Derivation:
    """Derive the best allocation in the region of a point, step by step.

    Parameters
    ----------
    best :
        what `optimal_allocation` found.
    at :
        an exact number for every parameter in the exponents; numbers for coefficients are left aside.

    Raises
    ------
    ValueError
        If a parameter has no number, or the point lies outside the domain.

    >>> from sympy import symbols
    >>> from .allocation import optimal_allocation
    >>> A, B, N, T, C, alpha, beta = symbols("A B N T C alpha beta", positive=True)
    >>> best = optimal_allocation(A / N**alpha + B / T**beta, cost=N * T, budget=C, over=[N, T])
    >>> allocation_derivation(best, at={alpha: 1, beta: 2}).results["exponent of N"]
    Eq(x_N, beta/(alpha + beta))
    """
    values = {symbol: exact_number(str(symbol), value) for symbol, value in at.items()}
    missing = sorted(str(symbol) for symbol in best.problem.domain.symbols - set(values))
    if missing:
        raise ValueError(f"`at` lacks {', '.join(missing)}; give a number for each parameter")
    best.at(values)  # says what is wrong with the point
    piece = next(
        piece
        for piece in best.pieces
        if all(condition.subs(values) == True for condition in piece.conditions)  # noqa: E712
    )
    point = {symbol: values[symbol] for symbol in sorted(best.problem.domain.symbols, key=str)}
    return _Recorder(best, piece, point).derivation()


def level(symbol: Symbol) -> Symbol:
    """Return the exponent of a resource in the budget."""
    return Symbol(f"x_{symbol.name}")


@dataclass(frozen=True, slots=True)
class _Bound:
    """An inequality of the program, and by how much its exponent stays below at the point."""

    line: Line
    slack: Expr


def _strict(relation: Relational) -> Relational:
    """Return a relation without the case of equality."""
    left, right = relation.lhs, relation.rhs
    if isinstance(relation, GreaterThan):
        return left > right
    return left < right if isinstance(relation, LessThan) else relation


class _Recorder:
    """Writes down the steps of one region."""

    def __init__(
        self, best: OptimalAllocation, piece: Piece[Allocation], point: Mapping[Symbol, Expr]
    ) -> None:
        self.problem: Problem = best.problem
        self.piece, self.point = piece, point
        self.value: Allocation = piece.value
        self.symbols = [knob.symbol for knob in self.problem.knobs]
        self.factor, self.inner, self.power = self.problem.outer
        self.alternatives = programs(self.problem)
        self.bounds = self._bounds() if self._definite else ()
        self.sampler, self.unchecked = self._sampler()

    @property
    def _definite(self) -> bool:
        return self.value.is_unique and len(self.alternatives) == 1

    def _bounds(self) -> tuple[_Bound, ...]:
        """Evaluate every inequality at the optimum of the point."""
        exponents = [self.value.exponents[symbol].subs(self.point) for symbol in self.symbols]
        order = (self.value.risk / self.power).subs(self.point)
        found = []
        for line in self.alternatives[0]:
            weights = [weight.as_expr().subs(self.point) for weight in line.row.coefficients]
            used = Add(*(w * x for w, x in zip(weights, [*exponents, order], strict=True)))
            found.append(_Bound(line, line.row.bound.as_expr().subs(self.point) - used))
        return tuple(found)

    @property
    def tight(self) -> tuple[Line, ...]:
        """The inequalities that hold with equality."""
        return tuple(bound.line for bound in self.bounds if bound.slack == 0)

    def _sampler(self) -> tuple[Sampler | None, str]:
        """Return what draws coefficients and finds the optimum by numbers, or why nothing does."""
        if not self._definite:
            return None, "the optimum is not unique"
        if self.value.constants is None:
            return None, self.value.remark.removeprefix("no constants: ")
        lines = [bound.line for bound in self.bounds]
        if any(line.term is None or line.term.logarithms for line in lines):
            return None, "the formula is no sum of powers"
        binding = tuple(
            Binding(line.row.kind, line.term, bound.slack == 0)
            for bound, line in ((bound, bound.line) for bound in self.bounds)
            if line.term is not None and (line.row.kind != "bound" or bound.slack == 0)
        )
        return (
            Allocated(
                lines=binding,
                resources=tuple(self.symbols),
                budget=self.problem.budget,
                point=tuple(self.point.items()),
                start=tuple(self.value.amounts[symbol] for symbol in self.symbols),
                outer=(self.factor, self.power, self.problem.irreducible),
                names=(ORDER, *(level(symbol) for symbol in self.symbols), RISK),
            ),
            "",
        )

    @property
    def errors(self) -> tuple[Expr, ...]:
        """Relative orders of the terms and costs that do not bind."""
        slacks = {b.slack for b in self.bounds if b.slack != 0 and b.line.row.kind != "bound"}
        return tuple(self.problem.budget**-slack for slack in sorted(slacks))

    def step(self, statement: Any, rule: str, *, exact: bool = False, **options: Any) -> Step:
        """Build a step; where terms do not bind, it holds to leading order."""
        error = () if exact else self.errors
        options.setdefault("rigour", Rigour.LEADING if error else Rigour.EXACT)
        return Step(
            statement=statement,
            rule=rule,
            error=error,
            sampler=self.sampler,
            unchecked=self.unchecked,
            **options,
        )

    def derivation(self) -> Derivation:
        """Return the steps with the result."""
        value, budget = self.value, self.problem.budget
        steps = [*self.definitions(), *self.binding(), *self.exponents(), *self.shares(), *self.amounts()]
        results: dict[str, Any] = {"exponent of the risk": Eq(Symbol("x_R"), value.risk, evaluate=False)}
        for symbol in self.symbols:
            results[f"exponent of {symbol}"] = self.placed(symbol)
        if value.constants is not None:
            results["risk"] = Eq(
                RISK, self.problem.irreducible + powsimp(value.reducible_risk), evaluate=False
            )
            for symbol, amount in value.amounts.items():
                results[f"amount of {symbol}"] = Eq(symbol, powsimp(amount), evaluate=False)
        names = ", ".join(f"${law_latex(symbol)}$" for symbol in self.symbols)
        return Derivation(
            name="allocation",
            title=rf"Best allocation of a large budget ${law_latex(budget)}$ over {names}",
            regime=self.regime(),
            source="derived here",
            steps=tuple(steps),
            results=results,
            constants={},
        )

    def placed(self, symbol: Symbol) -> Any:
        """Return what is known of the exponent of a resource."""
        exponent = self.value.exponents[symbol]
        if isinstance(exponent, Set):
            return Contains(level(symbol), exponent, evaluate=False)
        return Eq(level(symbol), exponent, evaluate=False)

    def regime(self) -> str:
        """Return domain and region in formulas."""
        relations: list[Relational] = [*sorted(self.problem.domain.where, key=str), *self.piece.conditions]
        relations += [r for r in self.value.constants_where if r not in relations]
        # a strict relation says all that its closed one does
        relations = [r for r in relations if not {_strict(r), _strict(r.reversed)} & (set(relations) - {r})]
        shown = [f"${law_latex(relation)}$" for relation in relations]
        return ", ".join([rf"${law_latex(self.problem.budget)}\to\infty$", *shown])

    def definitions(self) -> list[Step]:
        """Risk and cost."""
        budget = self.problem.budget
        total = self.problem.irreducible + self.problem.risk
        checked: dict[str, Any] = {
            "sampler": self.sampler,
            "unchecked": self.unchecked,
            "rigour": Rigour.DEFINITION,
        }
        return [
            Step(statement=Eq(RISK, total, evaluate=False), rule="The risk to be made small", **checked),
            Step(
                statement=Eq(budget, self.problem.cost, evaluate=False),
                rule="The budget is spent in full",
                **checked,
            ),
        ]

    def binding(self) -> list[Step]:
        """Equations of the exponents of what binds."""
        order = law_latex(self.problem.budget**ORDER)
        resources = ", ".join(
            rf"${law_latex(symbol)}\asymp {law_latex(self.problem.budget ** level(symbol))}$"
            for symbol in self.symbols
        )
        of = "the risk" if self.power == 1 else "its inner sum"
        steps: list[Step] = []
        costs = sum(bound.line.row.kind == "cost" for bound in self.bounds)
        for line in self.tight:
            *weights, last = line.row.coefficients
            used = Add(
                *(w.as_expr() * level(symbol) for w, symbol in zip(weights, self.symbols, strict=True))
            )
            bound = line.row.bound.as_expr()
            exact = line.row.kind == "bound" or (line.row.kind == "cost" and costs == 1)
            if line.row.kind == "term":
                equation = Eq(ORDER, (used - bound) / -last.as_expr(), evaluate=False)
                words = "a term that binds gives its exponent"
            elif line.row.kind == "cost":
                equation, words = Eq(used, bound, evaluate=False), "the cost is of the order of the budget"
            else:
                equation, words = Eq(used, bound, evaluate=False), "a resource is at its limit"
            if not steps:
                of = "risk" if self.power == 1 else "inner sum"
                words = rf"With {resources} and a {of} of order ${order}$, {words}"
            steps.append(self.step(equation, words[0].upper() + words[1:], exact=exact))
        return steps

    def exponents(self) -> list[Step]:
        """Solve these equations."""
        rule = "Solution of the linear program, whose multipliers are positive in this region"
        steps = []
        if self._definite:
            steps.append(self.step(Eq(ORDER, self.value.risk / self.power, evaluate=False), rule))
        for symbol in self.symbols:
            placed = self.placed(symbol)
            if isinstance(placed, Eq):
                steps.append(self.step(placed, rule))
            else:
                words = "Every exponent of this range is equally good"
                steps.append(Step(statement=placed, rule=words, unchecked="the optimum is not unique"))
        return steps

    def shares(self) -> list[Step]:
        """Conditions of Lagrange."""
        shares = dict(self.value.shares)
        steps = []
        for line in self.tight:
            if line.row.kind == "term" and line.row.name in shares and line.term is not None:
                formula = line.term.coefficient
                for variable, exponent in line.term.exponents.items():
                    formula *= variable**exponent
                plain = self.power == 1 and self.factor == 1
                whole = RISK - self.problem.irreducible if plain else Symbol("S", positive=True)
                risk = "the risk" if self.problem.irreducible == 0 else "the reducible risk"
                name = risk if plain else "the inner sum $S$"
                rule = f"Lagrange's conditions: the share of a term in {name} is its multiplier"
                quotient = formula / whole
                steps.append(self.step(Eq(quotient, shares[line.row.name], evaluate=False), rule))
        return steps

    def amounts(self) -> list[Step]:
        """Give the constants."""
        if self.value.constants is None:
            return []
        rule = "The binding terms and the cost give the amounts"
        steps = [
            self.step(Eq(symbol, powsimp(amount), evaluate=False), rule)
            for symbol, amount in self.value.amounts.items()
        ]
        reducible = RISK - self.problem.irreducible
        equation = Eq(reducible, powsimp(self.value.reducible_risk), evaluate=False)
        return [*steps, self.step(equation, "The risk of these amounts")]
