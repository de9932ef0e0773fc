"""Parametric linear programs against exact enumeration and SciPy at many points, boundaries included."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.optimize import linprog
from sympy import Rational, symbols

from scalinglaws.theory.better_program import better, merge_optima
from scalinglaws.theory.linear_program import (
    InfeasibleError,
    ParametricProgram,
    Row,
    UnboundedError,
)
from scalinglaws.theory.parameter_domain import ParameterDomain

a, b = symbols("a b", real=True)
BOX = [a > Rational(1, 2), a < 4, b > Rational(1, 2), b < 4]
SIMPLE = [-a, -b, 1 - b, -1, 0, 0, 0, 1, b - a, Rational(-2, 3)]
EXPONENTS = {2: [*SIMPLE, (1 - b) / a, (1 - b) / b, a / 2], 3: SIMPLE}
PRICES = {2: [1, 1, 2, 0, a, Rational(1, 2)], 3: [1, 1, 2, 0]}


def row(domain, kind, *entries):
    *coefficients, bound = (domain.field.read(entry) for entry in entries)
    return Row(coefficients=tuple(coefficients), bound=bound, kind=kind, name="")


def random_term(draw, domain, count):
    exponents = [0]
    while not any(exponents):
        exponents = [draw.choice(EXPONENTS[count]) for _ in range(count)]
    return row(domain, "term", *exponents, -1, draw.choice([0, 0, 1]))


def random_program(seed):
    """Terms, costs and bounds of two or three unknowns; bounded, so that every face has vertices only."""
    draw = random.Random(seed)
    count = draw.choice([2, 2, 3])
    domain = ParameterDomain(BOX, [a, b])
    rows = [random_term(draw, domain, count) for _ in range(draw.randint(2, 4))]
    rows.append(row(domain, "cost", *(draw.choice(PRICES[count]) for _ in range(count)), 0, 1))
    for j in range(count):
        unit = [1 if i == j else 0 for i in range(count)]
        rows.append(row(domain, "bound", *(-e for e in unit), 0, draw.choice([0, 0, 1])))
        rows.append(row(domain, "bound", *unit, 0, draw.choice([1, 2])))
    return ParametricProgram(domain=domain, rows=tuple(rows))


def random_points(seed, count):
    """Rational points: general ones, ones on many boundaries, and ones close to these."""
    draw = random.Random(seed)
    for _ in range(count):
        coarse = [Fraction(draw.randint(3, 15), 4) for _ in range(2)]
        if draw.random() < 0.3:
            coarse[1] = coarse[0]
        kind = draw.random()
        if kind < 0.4:
            yield coarse
        elif kind < 0.7:
            yield [x + Fraction(draw.choice([-1, 1]), 10**9) for x in coarse]
        else:
            yield [Fraction(draw.randint(501, 3999), 1000) for _ in range(2)]


def value(function, point):
    substituted = function.as_expr().xreplace(
        {s: Rational(x.numerator, x.denominator) for s, x in zip((a, b), point, strict=True)}
    )
    return Fraction(int(substituted.p), int(substituted.q))


def numeric(program, point):
    return [([value(e, point) for e in r.coefficients], value(r.bound, point)) for r in program.rows]


def solve_exactly(matrix, right):
    """Gauss elimination in fractions; `None` if singular."""
    rows = [[*line, r] for line, r in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = next((i for i in range(column, size) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for i in range(size):
            if i != column and rows[i][column]:
                rows[i] = [x - rows[i][column] * y for x, y in zip(rows[i], rows[column], strict=True)]
    return [line[-1] for line in rows]


def optimal_vertices(rows):
    """All vertices of the polyhedron where the last unknown is smallest: a brute-force oracle."""
    size = len(rows[0][0])
    vertices = []
    for chosen in combinations(rows, size):
        point = solve_exactly([r[0] for r in chosen], [r[1] for r in chosen])
        if point is not None and all(
            sum(c * x for c, x in zip(coefficients, point, strict=True)) <= bound
            for coefficients, bound in rows
        ):
            vertices.append(point)
    best = min(point[-1] for point in vertices)
    return best, [point for point in vertices if point[-1] == best]


def optimum_at(program, cells, point):
    """The optimum of every cell that holds at a point; all must agree."""
    found = [c.optimum for c in cells if all(program.domain.holds(k, point) for k in c.conditions)]
    assert found, "no cell holds"
    evaluated = {
        (
            value(optimum.value, point),
            tuple(
                tuple((value(low, point), value(high, point)) for low, high in ranges)
                for ranges in optimum.ranges
            ),
        )
        for optimum in found
    }
    assert len(evaluated) == 1, "overlapping cells disagree"
    return evaluated.pop()


def seeds(count, slow):
    """Seeds of random programs; those with many regions take longer."""
    return [pytest.param(s, marks=pytest.mark.slow) if s in slow else s for s in range(count)]


@pytest.mark.parametrize("seed", seeds(30, {5, 12, 17, 20}))
def test_optima_are_those_of_exact_enumeration(seed):
    program = random_program(seed)
    cells = program.solve()
    merged = merge_optima(program.domain, cells)
    assert len(merged) <= len(cells)
    for number, point in enumerate(random_points(1000 + seed, 12)):
        rows = numeric(program, point)
        best, vertices = optimal_vertices(rows)
        expected = tuple(
            ((min(v[j] for v in vertices), max(v[j] for v in vertices)),)
            for j in range(program.dimension - 1)
        )
        assert optimum_at(program, cells, point) == (best, expected)
        assert optimum_at(program, merged, point) == (best, expected)
        if number == 0:
            result = linprog(
                np.eye(program.dimension)[-1],
                A_ub=np.array([r[0] for r in rows], float),
                b_ub=np.array([r[1] for r in rows], float),
                bounds=(None, None),
            )
            assert result.fun == pytest.approx(float(best), abs=1e-9)


def test_merged_regions_are_few_and_cover_the_domain():
    program = random_program(3)
    merged = merge_optima(program.domain, program.solve())
    assert program.domain.covered([cell.conditions for cell in merged])
    for cell in merged:
        rest = [other.conditions for other in merged if other is not cell]
        assert not rest or not program.domain.covered(rest), "a region is needless"


@pytest.mark.parametrize("seed", seeds(12, {3, 4, 5, 7, 8, 9, 11}))
def test_the_better_of_two_programs_is_their_common_minimum(seed):
    first = random_program(seed)
    draw = random.Random(500 + seed)
    terms = [i for i, r in enumerate(first.rows) if r.kind == "term"]
    replaced = list(first.rows)
    position = draw.choice(terms)
    replaced[position] = random_term(draw, first.domain, first.dimension - 1)
    second = ParametricProgram(domain=first.domain, rows=tuple(replaced))
    parts = [merge_optima(first.domain, program.solve()) for program in (first, second)]
    cells = better(first.domain, *parts)
    merged = merge_optima(first.domain, cells)
    for point in random_points(2000 + seed, 8):
        answers = [optimal_vertices(numeric(program, point)) for program in (first, second)]
        best = min(answer[0] for answer in answers)
        for found in (cells, merged):
            risk, ranges = optimum_at(first, found, point)
            assert risk == best
            for j, intervals in enumerate(ranges):
                # the union of the two projections: same ends, and each winner's range inside one interval
                reached = [[v[j] for v in vertices] for t, vertices in answers if t == best]
                assert intervals[0][0] == min(map(min, reached))
                assert intervals[-1][1] == max(map(max, reached))
                for values in reached:
                    assert any(low <= min(values) and max(values) <= high for low, high in intervals)
                assert all(x[1] < y[0] for x, y in pairwise(intervals))


def test_a_free_direction_is_found_with_its_region():
    domain = ParameterDomain(BOX, [a, b])
    rows = (
        row(domain, "term", -1, a - b, -1, 0),
        row(domain, "cost", 1, 0, 0, 1),
        row(domain, "bound", -1, 0, 0, 0),
        row(domain, "bound", 0, -1, 0, 0),
    )
    with pytest.raises(UnboundedError) as caught:
        ParametricProgram(domain=domain, rows=rows).solve()
    direction = [entry.as_expr() for entry in caught.value.direction]
    assert direction[0] == 0
    assert (direction[2] / direction[1]).factor() == a - b
    assert domain.relations(caught.value.conditions) == (a < b,)


def test_an_end_at_infinity_is_reported():
    domain = ParameterDomain([a > 0], [a])
    rows = (
        row(domain, "term", -a, 0, -1, 0),
        row(domain, "cost", 1, 0, 0, 1),
        row(domain, "bound", 0, 1, 0, 0),
    )
    (cell,) = merge_optima(domain, ParametricProgram(domain=domain, rows=rows).solve())
    assert cell.conditions == ()
    ((low, high),) = cell.optimum.ranges[1]
    assert low is None
    assert high is not None
    assert not high


def test_a_range_without_end_is_not_united_with_a_finite_one():
    # the knob y helps nowhere; for a < 0 too little of it does harm
    domain = ParameterDomain([a > -2, a < 2], [a])
    rows = (
        row(domain, "term", -1, 0, -1, 0),
        row(domain, "term", -2, a, -1, 0),
        row(domain, "cost", 1, 0, 0, 1),
        row(domain, "bound", -1, 0, 0, 0),
        row(domain, "bound", 0, 1, 0, 0),
    )
    cells = merge_optima(domain, ParametricProgram(domain=domain, rows=rows).solve())
    ends = {domain.relations(c.conditions): c.optimum.ranges[1][0][0] for c in cells}
    assert ends == {(a >= 0,): None, (a < 0,): domain.field.read(1 / a)}


def test_contradictory_inequalities_are_told_apart_from_unbounded_ones():
    domain = ParameterDomain([a > 0], [a])
    rows = (
        row(domain, "term", -a, -1, 0),
        row(domain, "cost", 1, 0, 1),
        row(domain, "bound", -1, 0, -2),
    )
    with pytest.raises(InfeasibleError):
        ParametricProgram(domain=domain, rows=rows).solve()


def test_a_boundary_has_its_own_optima():
    # -a x - b y over x + y <= 1: a corner each side, the whole edge at a = b
    domain = ParameterDomain([a > 0, b > 0], [a, b])
    rows = (
        row(domain, "term", -a, -b, -1, 0),
        row(domain, "cost", 1, 1, 0, 1),
        row(domain, "bound", -1, 0, 0, 0),
        row(domain, "bound", 0, -1, 0, 0),
    )
    program = ParametricProgram(domain=domain, rows=rows)
    cells = merge_optima(domain, program.solve())
    conditions = {domain.relations(cell.conditions) for cell in cells}
    assert len(cells) == 3
    assert sum(len(c) == 1 and c[0].rel_op == "==" for c in conditions) == 1
    one = Fraction(1)
    assert optimum_at(program, cells, [one, one]) == (-1, (((0, 1),), ((0, 1),)))
    assert optimum_at(program, cells, [one + Fraction(1, 10**30), one])[1] == (((1, 1),), ((0, 0),))
