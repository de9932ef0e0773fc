"""Measure the derivations of `theory`: laws, rates, allocations, and answers at a point.

Run as ``python benchmarks/theory.py``, after installing the project.  Every figure stands beside what one
would use instead, measured in the same run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import time

import numpy as np
import z3
from measure import row, seconds
from scipy.optimize import linprog
from sympy import Expr, Rational, Symbol, symbols
from sympy.core.relational import Relational

from scalinglaws.theory import PowerLaw, RandomFeatureRidge, compare, laws, optimal_allocation
from scalinglaws.theory import symbols as letters

a, b, T = letters.decay, letters.source, letters.samples
q, penalty = Symbol("q", real=True), Symbol("l", real=True)


def seconds_of_law(name: str) -> tuple[str, float]:
    """Derive a law in a process that has derived nothing yet."""
    return name, seconds(lambda: laws.derive(name))


def measure_laws() -> None:
    """Time each derivation in a process of its own, after the imports."""
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        times = dict(pool.imap(seconds_of_law, laws.names()))
    slowest = max(times, key=times.__getitem__)
    row(f"{len(times)} laws derived, together", f"{sum(times.values()):.1f} s")
    row(f"    the slowest, {slowest}", f"{times[slowest]:.2f} s", "at most 2 s")


def measure_rates() -> None:
    """Time the rates over all parameters, and an answer at a point against SymPy's piecewise function."""
    model = RandomFeatureRidge(spectrum=PowerLaw(source=b))
    start = time.perf_counter()
    rates = model.rates(features=T**q, ridge=T**-penalty)
    regions = rates.bias
    derived = time.perf_counter() - start
    row(
        f"rates in a, b, q, l: {len(rates.bias)} and {len(rates.variance)} regions",
        f"{derived:.1f} s",
        "at most 30 s",
    )
    draw = random.Random(1)
    points = [
        {
            a: 1 + Rational(draw.randint(1, 300), 100),
            b: 1 + Rational(draw.randint(1, 700), 100),
            q: Rational(draw.randint(1, 300), 100),
            penalty: Rational(draw.randint(-300, 500), 100),
        }
        for _ in range(100)
    ]
    exponent = regions.exponent()
    ours = seconds(lambda: [regions.at(point).exponent() for point in points], 3) / len(points)
    theirs = seconds(lambda: [exponent.subs(point) for point in points]) / len(points)
    row("rates.bias.at(point)", f"{1e3 * ours:.2f} ms", "at most 10 ms")
    row("    SymPy's Piecewise over it", f"{theirs / ours:.1f}")


def asked_of_z3(difference: Expr, where: list[Relational]) -> str:
    """Compare with 0 by three questions to z3's general solver."""
    names = {symbol: z3.Real(str(symbol)) for symbol in (a, b, q, penalty)}

    def term(expression: Expr) -> z3.ArithRef:
        if expression.is_Add:
            return z3.Sum([term(part) for part in expression.args])
        if expression.is_Mul:
            return z3.Product([term(part) for part in expression.args])
        return names[expression] if expression.is_Symbol else z3.RealVal(str(expression))

    answers = ""
    for holds in (term(difference) > 0, term(difference) < 0, term(difference) == 0):
        solver = z3.Solver()
        solver.add(*(term(r.gts - r.lts) > 0 for r in where), holds)
        answers += str(solver.check())[0]
    return answers


def measure_comparisons() -> None:
    """Time comparisons of exponents against z3 alone."""
    where = [a > 1, b > 1, q > 0, penalty > a * q - 1, b < 2 * a + 1]
    draw = random.Random(2)
    monomials = (a, b, q, penalty, a * q, b * q, a * penalty, b * penalty)
    pairs = [sum(draw.randint(-2, 2) * m for m in monomials) + draw.randint(-2, 2) for _ in range(100)]
    pairs = [pair for pair in pairs if pair.free_symbols]
    ours = seconds(lambda: [compare(pair, pair * 0, where) for pair in pairs]) / len(pairs)
    theirs = seconds(lambda: [asked_of_z3(pair, where) for pair in pairs]) / len(pairs)
    row("comparison of two exponents over a domain", f"{1e3 * ours:.2f} ms")
    row("    three questions to z3 over it", f"{theirs / ours:.1f}")


def measure_allocation() -> None:
    """Time an exact allocation for all parameters against one numerical linear program at one point."""
    A, B, D, E, F, N, S, B_, C = symbols("A B D E F N S B_ C", positive=True)
    alpha, beta, gamma = symbols("alpha beta gamma", positive=True)
    risk = A / N**alpha + B / S**beta + D / B_**gamma + E * N / S + F / (N * B_)
    start = time.perf_counter()
    best = optimal_allocation(risk, cost=N * S * B_, budget=C, over=[N, S, B_])
    ours = time.perf_counter() - start
    rows = np.array(
        [[-0.5, 0, 0, -1], [0, -0.7, 0, -1], [0, 0, -0.9, -1], [1, -1, 0, -1], [-1, 0, -1, -1], [1, 1, 1, 0]]
    )
    bound = np.array([0, 0, 0, 0, 0, 1])

    def point() -> object:
        return linprog([0, 0, 0, 1], A_ub=rows, b_ub=bound, bounds=[(0, None)] * 3 + [(None, None)])

    theirs = seconds(point, 20)
    at = seconds(lambda: best.at({alpha: "1/2", beta: "7/10", gamma: "9/10"}), 20)
    row(f"allocation, three resources, five terms: {len(best)} regions", f"{ours:.2f} s", "at most 10 s")
    row("    in numerical linear programs (scipy) at one point each", f"{ours / theirs:.0f}")
    row("    best.at(point)", f"{1e3 * at:.2f} ms", "at most 10 ms")
    row("    a numerical linear program over it", f"{theirs / at:.1f}")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    measure_laws()
    measure_comparisons()
    measure_rates()
    measure_allocation()
