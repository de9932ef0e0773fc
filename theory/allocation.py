r"""How a budget is best spent: exponents of resources and of the risk, by region of the parameters.

A risk that is a sum of terms in several resources is minimised at a given cost.  Growing with the budget
$C$ as $X_j\asymp C^{x_j}$, the best exponents solve a linear program whose coefficients depend on the
parameters; it is solved exactly over their whole domain.  Logarithms do not change exponents: they enter
the constants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import (
    And,
    Eq,
    Expr,
    FiniteSet,
    Integer,
    Interval,
    Piecewise,
    Rational,
    Set,
    Symbol,
    Union,
    factor,
    log,
    oo,
    true,
)
from sympy.core.relational import Relational

from .allocation_constants import Constants, NoClosedFormError, constants_at
from .allocation_program import Line, Problem, Resource, program_of, programs, read_problem
from .allocation_result import Allocation, intervals, power_text
from .asymptotic_sum import AsymptoticSum
from .better_program import better, merge_optima
from .linear_program import Cell, InfeasibleError, Ranges, UnboundedError
from .regions import Piece, Regions, exact_number


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalAllocation(Regions[Allocation]):
    """The best allocation on each region of the parameters.

    Parameters
    ----------
    problem :
        what was minimised.
    cells :
        the optima of the linear program behind the pieces, one each.
    assumptions :
        what was taken for granted, in sentences.
    """

    problem: Problem
    cells: tuple[Cell, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def irreducible(self) -> Expr:
        """The part of the risk that no budget removes."""
        return self.problem.irreducible

    def at(self, values: Mapping[Symbol, Any]) -> Allocation:
        """Return the best allocation at given parameters, exactly.

        Parameters
        ----------
        values :
            exact numbers for parameters and coefficients; a float is the binary number it is.

        Raises
        ------
        ValueError
            If the point lies outside the domain, violates the declared sign of a symbol, or a parameter in a
            condition has no value.
        """
        exact = self._checked(values)
        piece = self._piece_at(exact)
        return Regions.at(self, exact) if piece is None else piece.value.subs(exact)

    def _checked(self, values: Mapping[Symbol, Any]) -> dict[Symbol, Expr]:
        """Read exact numbers and hold them against what is declared on the symbols."""
        exact = {}
        for symbol, value in values.items():
            if symbol not in self._names:
                names = ", ".join(sorted(map(str, self._names))) or "no parameter"
                raise ValueError(f"`values` names {symbol}, which is not a parameter; there is {names}")
            number = exact_number(str(symbol), Rational(value) if isinstance(value, float) else value)
            for kind in ("positive", "negative", "nonnegative", "nonpositive"):
                if getattr(symbol, f"is_{kind}") and not getattr(number, f"is_{kind}"):
                    raise ValueError(f"`values` = {{{symbol}: {number}}}, but {symbol} is declared {kind}")
            exact[symbol] = number
        return exact

    @property
    def _names(self) -> frozenset[Symbol]:
        problem = self.problem
        parts = [problem.risk, problem.cost, problem.irreducible, *problem.errors]
        parts += [bound for knob in problem.knobs for bound in (knob.lower, knob.upper)]
        return problem.domain.symbols.union(*(part.free_symbols for part in parts)) - set(problem.variables)

    def _piece_at(self, exact: Mapping[Symbol, Expr]) -> Piece[Allocation] | None:
        """Return the piece at rational parameters of the domain; `None` leaves the question to `Regions`."""
        domain = self.problem.domain
        point = [exact.get(parameter) for parameter in domain.field.parameters]
        if not all(isinstance(value, Rational) for value in point):
            return None
        numbers = [Fraction(int(value.p), int(value.q)) for value in point if value is not None]
        if not domain.contains(numbers):
            return None
        for piece, cell in zip(self.pieces, self.cells, strict=True):
            if all(domain.holds(condition, numbers) for condition in cell.conditions):
                return piece
        return None

    def piecewise(self, of: Symbol | None = None, *, end: str = "lower") -> Piecewise:
        """Return an exponent as one SymPy expression.

        Parameters
        ----------
        of :
            the resource; without it, the risk.
        end :
            "lower" or "upper": which end of the range, where the optimum is not unique.

        Raises
        ------
        ValueError
            If `of` is not a resource, or `end` neither "lower" nor "upper".
        """
        symbols = [knob.symbol for knob in self.problem.knobs]
        if of is not None and of not in symbols:
            raise ValueError(f"`of` is {of}; the resources are {', '.join(map(str, symbols))}")
        if end not in ("lower", "upper"):
            raise ValueError(f"`end` is {end!r}; use 'lower' or 'upper'")
        branches = []
        for piece in self.pieces:
            exponent = piece.value.risk if of is None else piece.value.exponents[of]
            if isinstance(exponent, Set):
                parts = intervals(exponent)
                exponent = parts[0].inf if end == "lower" else parts[-1].sup
            branches.append((exponent, And(*piece.conditions) if piece.conditions else true))
        return Piecewise(*branches)

    def latex(self) -> str:
        """Return all regions as LaTeX."""
        if len(self.pieces) == 1 and not self.pieces[0].conditions:
            return self.pieces[0].value.latex()
        rows = [rf"{piece.value.latex()}, & {self.condition_latex(piece)}" for piece in self.pieces]
        return "\\begin{cases}\n" + " \\\\\n".join(rows) + "\n\\end{cases}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return "\n".join(
            f"{piece.value}"
            + (f"  where {', '.join(map(str, piece.conditions))}" if piece.conditions else "")
            for piece in self.pieces
        )


def optimal_allocation(
    risk: Expr | AsymptoticSum,
    *,
    cost: Expr,
    budget: Symbol,
    over: Sequence[Resource],
    where: Iterable[Relational] = (),
) -> OptimalAllocation:
    r"""Minimise a risk over resources at a cost of at most the budget, for a large budget.

    Parameters
    ----------
    risk :
        positive terms $c\prod_jX_j^{e_j}$ with logarithms, their sums, products, powers, `Max` and `Min`;
        the exponents are rational functions of real parameters.  What does not depend on the resources is
        irreducible.
    cost :
        a monomial or a sum of monomials in the resources.
    budget :
        the symbol $C\to\infty$ of the cost allowed; risk and bounds may depend on it.
    over :
        what may be chosen: a symbol is a number of things, at least 1; a triple `(symbol, lower, upper)` is
        a knob such as a step size between two values, which may be monomials in the others, 0 or `oo`.
    where :
        relations between the parameters.

    Returns
    -------
    OptimalAllocation
        for each region exponents, and constants where they have a closed form.

    Raises
    ------
    ValueError
        If a term is not positive or no product of powers, if `where` is contradictory, or if the risk falls
        without bound at no cost; the message says in which direction.
    UndecidedError
        If z3 cannot decide a condition.

    Notes
    -----
    To leading order in the budget.  With $X_j=C^{x_j}$ the exponent of the risk is
    $\min\{t: t\ge p_i\cdot x+r_i,\ q_k\cdot x\le1\}$ over the terms $i$ and the parts $k$ of the cost.  The
    dual multiplier of a term is its share of the risk at the optimum, which gives the constants.

    >>> from sympy import symbols
    >>> A, B, N, T, C = symbols("A B N T C", positive=True)
    >>> alpha, beta = symbols("alpha beta", positive=True)
    >>> best = optimal_allocation(A / N**alpha + B / T**beta, cost=N * T, budget=C, over=[N, T])
    >>> print(best)
    risk ~ C^(-alpha*beta/(alpha + beta)), N ~ C^(beta/(alpha + beta)), T ~ C^(alpha/(alpha + beta))
    >>> best.at({alpha: "1/2", beta: 1}).exponents[N]
    2/3
    """
    errors: tuple[Expr, ...] = ()
    where = list(where)
    if isinstance(risk, AsymptoticSum):
        errors, where, risk = risk.errors, [*where, *risk.where], risk.as_expr()
    problem = read_problem(risk, errors=errors, cost=cost, budget=budget, over=over, where=where)
    alternatives = programs(problem)
    cells: tuple[Cell, ...] = ()
    for lines in alternatives:
        found = merge_optima(problem.domain, _solved(problem, lines))
        cells = merge_optima(problem.domain, better(problem.domain, cells, found)) if cells else found
    pieces = []
    for cell in cells:
        value = _allocation(problem, alternatives, cell)
        pieces.append(Piece(problem.domain.relations(cell.conditions), value))
    return OptimalAllocation(
        pieces=tuple(pieces),
        where=problem.domain.where,
        problem=problem,
        cells=cells,
        assumptions=_assumptions(problem),
    )


def _solved(problem: Problem, lines: tuple[Line, ...]) -> tuple[Cell, ...]:
    try:
        return program_of(problem, lines).solve()
    except UnboundedError as error:
        moves = []
        for symbol, step in zip(problem.variables[:-1], error.direction, strict=False):
            if step:
                moves.append(f"{symbol} = {power_text('s', step.as_expr())}")
        relations = problem.domain.relations(error.conditions)
        where = f" (where {', '.join(map(str, relations))})" if relations else ""
        raise ValueError(
            f"the risk falls without bound at no cost along {', '.join(moves)}, s -> oo{where}; "
            "give bounds in `over`, put what grows into `cost`, or narrow `where`"
        ) from None
    except InfeasibleError:
        raise ValueError(
            "the bounds in `over` and the cost exclude one another for some parameters; "
            "widen the bounds or narrow `where`"
        ) from None


def _allocation(problem: Problem, alternatives: tuple[tuple[Line, ...], ...], cell: Cell) -> Allocation:
    symbols = problem.variables[:-1]
    # on a boundary, what is equal is written with one letter
    equal = {
        relation.lhs: relation.rhs
        for relation in problem.domain.relations(cell.conditions)
        if isinstance(relation, Eq)
        and relation.lhs not in relation.rhs.free_symbols
        and relation.lhs.is_Symbol
    }
    exponents = {
        symbol: _as_set(ranges, equal) for symbol, ranges in zip(symbols, cell.optimum.ranges, strict=True)
    }
    scale, _, power = problem.outer
    found: Constants | None = None
    try:
        if len(alternatives) > 1:
            raise NoClosedFormError("the risk contains a minimum")
        found = constants_at(problem, alternatives[0], cell)
        remark = ""
    except NoClosedFormError as reason:
        remark = f"no constants: {reason}"
    logarithms = problem.risk.has(log) or problem.cost.has(log)
    if logarithms and any(isinstance(exponent, Set) for exponent in exponents.values()):
        remark += "; logarithms may single out a part of the range"
    return Allocation(
        exponents=exponents,
        risk=_at_equal(power * cell.optimum.value.as_expr(), equal),
        budget=problem.budget,
        constants=None if found is None else dict(zip(symbols, found.knobs, strict=True)),
        risk_constant=None if found is None else scale * found.risk**power,
        shares={} if found is None else dict(found.shares),
        constants_where=() if found is None else problem.domain.relations(found.holds),
        remark=remark,
    )


def _assumptions(problem: Problem) -> tuple[str, ...]:
    sentences = ["The budget is large; exponents and constants are those of the leading order."]
    counted = [str(knob.symbol) for knob in problem.knobs if (knob.lower, knob.upper) == (Integer(1), oo)]
    if counted:
        sentences.append(f"At least 1: {', '.join(counted)}.")
    used = problem.risk.free_symbols | problem.cost.free_symbols
    unsigned = sorted(
        str(symbol)
        for symbol in used - problem.domain.symbols - set(problem.variables)
        if symbol.is_positive is None
    )
    if unsigned:
        sentences.append(f"Taken as positive: {', '.join(unsigned)}.")
    if problem.risk.has(log) or problem.cost.has(log):
        sentences.append("Logarithms do not change the exponents; they stand in the constants.")
    if problem.errors:
        sentences.append("Bounds of the error of the risk count as terms of the risk.")
    return tuple(sentences)


def _as_set(ranges: Ranges, equal: Mapping[Symbol, Expr]) -> Expr | Set:
    parts = []
    for lower, upper in ranges:
        ends = [
            infinity if end is None else _at_equal(end.as_expr(), equal)
            for end, infinity in ((lower, -oo), (upper, oo))
        ]
        parts.append(ends[0] if ends[0] == ends[1] else Interval(*ends))
    if len(parts) == 1:
        return parts[0]
    return Union(*(part if isinstance(part, Set) else FiniteSet(part) for part in parts), evaluate=False)


def _at_equal(expression: Expr, equal: Mapping[Symbol, Expr]) -> Expr:
    return factor(expression.xreplace(equal)) if equal else expression
