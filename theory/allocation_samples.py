r"""Numbers of a best allocation: the optimum by Newton's method, for random coefficients at a large budget.

In $u=\log X$ a sum of powers is convex in the logarithm, so that the conditions of Lagrange have one
solution; exponents are differences of logarithms at two budgets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

import mpmath
from mpmath import mpf
from sympy import Basic, Expr, Integer, Rational, Symbol

from .linear_program import RowKind
from .magnitude import Term
from .spot_check import Numbers, Sample, evaluate

#: Steps of Newton's method; each doubles the digits.
STEPS = 60


@dataclass(frozen=True, slots=True)
class Binding:
    """A term, a part of the cost or a limit, and whether it binds."""

    kind: RowKind
    term: Term
    tight: bool

    def __hash__(self) -> int:
        return hash((self.kind, self.tight, self.term.coefficient))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """Draws coefficients, and finds the best allocation by numbers.

    Parameters
    ----------
    lines :
        terms, costs and limits that bind.
    resources, budget :
        the variables.
    point :
        numbers for the parameters.
    start :
        the amounts from which Newton's method starts.
    outer :
        factor, power and irreducible part of the risk around its inner sum.
    names :
        the symbols of the exponents and of the risk.
    """

    lines: tuple[Binding, ...]
    resources: tuple[Symbol, ...]
    budget: Symbol
    point: tuple[tuple[Symbol, Expr], ...]
    start: tuple[Expr, ...]
    outer: tuple[Expr, Expr, Expr]
    names: tuple[Symbol, ...]

    def __call__(self, random: Random, scale: Integer) -> Sample:
        """Draw coefficients and take the budget as large as told."""
        parameters = dict(self.point)
        parts = [line.term.coefficient for line in self.lines] + [*self.outer, *self.start]
        used = set().union(*(part.free_symbols for part in parts))
        unknown = used - {*self.resources, self.budget, *parameters}
        drawn = parameters | {
            symbol: Rational(random.randint(20, 300), 100) for symbol in sorted(unknown, key=str)
        }

        @cache
        def numbers(digits: int) -> Numbers:
            with mpmath.workdps(3 * digits + 20):
                return self._numbers({s: mpf(int(v.p)) / int(v.q) for s, v in drawn.items()}, scale, digits)

        return Sample(drawn=dict(drawn), limit=(self.budget, scale), numbers=numbers)

    def _numbers(self, known: Mapping[Symbol, mpf], scale: Integer, digits: int) -> Numbers:
        amount = mpf(int(scale))
        start = [mpmath.log(evaluate(formula, {**known, self.budget: amount})) for formula in self.start]
        levels = self._optimum(known, mpmath.log(amount), start)
        step = mpf(10) ** (-digits)
        ends = [self._optimum(known, mpmath.log(amount) + sign * step, levels) for sign in (-1, 1)]
        slopes = [(high - low) / (2 * step) for low, high in zip(*ends, strict=True)]
        sums = [
            self._sum(known, mpmath.log(amount) + sign * step, end)
            for sign, end in zip((-1, 1), ends, strict=True)
        ]
        inner = self._sum(known, mpmath.log(amount), levels)
        factor, power, irreducible = (evaluate(part, known) for part in self.outer)
        order, *exponents = self.names
        found: dict[Basic, mpf] = {**known, self.budget: amount, Symbol("S", positive=True): inner}
        found |= {symbol: mpmath.exp(u) for symbol, u in zip(self.resources, levels, strict=True)}
        found[order] = mpmath.log(sums[1] / sums[0]) / (2 * step)
        found |= dict(zip(exponents, [*slopes, irreducible + factor * inner**power], strict=True))
        return found

    def _weights(self, line: Binding, known: Mapping[Symbol, mpf]) -> tuple[list[mpf], mpf, mpf]:
        """Return exponents of the resources, that of the budget, and the logarithm of the coefficient."""
        exponents = {s: evaluate(e, known) for s, e in line.term.exponents.items()}
        of_resources = [exponents.get(symbol, mpf(0)) for symbol in self.resources]
        constant = mpmath.log(evaluate(line.term.coefficient, known))
        return of_resources, exponents.get(self.budget, mpf(0)), constant

    def _all_weights(self, kind: RowKind, known: Mapping[Symbol, mpf]) -> list[tuple[list[mpf], mpf, mpf]]:
        return [self._weights(line, known) for line in self.lines if line.kind == kind]

    def _sum(self, known: Mapping[Symbol, mpf], log_budget: mpf, levels: list[mpf]) -> mpf:
        return _log_sum(self._all_weights("term", known), log_budget, levels)[0]

    def _optimum(self, known: Mapping[Symbol, mpf], log_budget: mpf, start: list[mpf]) -> list[mpf]:
        """Solve the conditions of Lagrange for the logarithms of the resources."""
        count = len(self.resources)
        terms, costs, limits = (self._all_weights(kind, known) for kind in ("term", "cost", "bound"))
        size = count + 1 + len(limits)
        levels, multipliers = list(start), [mpf(1)] + [mpf(0)] * len(limits)
        for _ in range(STEPS):
            _, slope, curve = _log_sum(terms, log_budget, levels)
            cost, cost_slope, cost_curve = _log_sum(costs, log_budget, levels)
            constraints = [(mpmath.log(cost) - log_budget, cost_slope)]
            for weights, of_budget, constant in limits:
                value = constant + of_budget * log_budget + mpmath.fdot(weights, levels)
                constraints.append((value, weights))
            matrix, right = mpmath.zeros(size), mpmath.zeros(size, 1)
            for i in range(count):
                for j in range(count):
                    matrix[i, j] = curve[i][j] + multipliers[0] * cost_curve[i][j]
                right[i] = -slope[i]
                for k, (_value, gradient) in enumerate(constraints):
                    matrix[i, count + k] = matrix[count + k, i] = gradient[i]
            for k, (value, _gradient) in enumerate(constraints):
                right[count + k] = -value
            solution = mpmath.lu_solve(matrix, right)
            levels = [levels[i] + solution[i] for i in range(count)]
            multipliers = [solution[count + k] for k in range(len(constraints))]
            if max(abs(solution[i]) for i in range(count)) < mpf(10) ** (10 - mpmath.mp.dps):
                break
        return levels


def _log_sum(
    terms: list[tuple[list[mpf], mpf, mpf]], log_budget: mpf, levels: list[mpf]
) -> tuple[mpf, list[mpf], list[list[mpf]]]:
    """Return a sum of powers, and gradient and curvature of its logarithm in the logarithms."""
    sizes = [mpmath.exp(c + e * log_budget + mpmath.fdot(w, levels)) for w, e, c in terms]
    total = mpmath.fsum(sizes)
    shares = [size / total for size in sizes]
    span = range(len(levels))
    slope = [mpmath.fsum(p * w[i] for p, (w, _, _) in zip(shares, terms, strict=True)) for i in span]
    curve = [
        [
            mpmath.fsum(p * w[i] * w[j] for p, (w, _, _) in zip(shares, terms, strict=True))
            - slope[i] * slope[j]
            for j in span
        ]
        for i in span
    ]
    return total, slope, curve
