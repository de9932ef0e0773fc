"""Cells, arcs and points of curves in a plane."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from flint import fmpq, fmpz_mpoly_ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglaws.theory.plane_arrangement import Arrangement

x, y = fmpz_mpoly_ctx.get(["x0", "x1"]).gens()
MONOMIALS = (x**0, x, y, x * y, x**2, y**2)


def irreducible(polynomials):
    """The different irreducible factors of polynomials, as curves."""
    found = []
    for polynomial in polynomials:
        for factor, _ in polynomial.factor()[1]:
            upright = factor if int(factor.leading_coefficient()) > 0 else -factor
            if upright not in found:
                found.append(upright)
    return found


conics = st.lists(st.integers(-3, 3), min_size=6, max_size=6).map(
    lambda c: sum((k * m for k, m in zip(c, MONOMIALS, strict=True)), start=0 * x)
)
curve_lists = st.lists(conics, min_size=1, max_size=3).map(irreducible).filter(bool)


def sign(polynomial, place):
    value = sum(
        int(c) * place[0] ** int(i) * place[1] ** int(j) for (i, j), c in polynomial.to_dict().items()
    )
    return int(value > 0) - int(value < 0)


@settings(max_examples=12, deadline=None)
@given(curve_lists, st.integers(0, 2**32))
def test_every_rational_point_lies_in_a_cell_with_its_signs(curves, seed):
    arrangement = Arrangement(curves)
    draw = random.Random(seed)
    for _ in range(20):
        place = tuple(fmpq(draw.randint(-60, 60), 7) for _ in range(2))
        signs = tuple(sign(curve, place) for curve in curves)
        if 0 not in signs:
            assert signs in arrangement.cells


@settings(max_examples=12, deadline=None)
@given(curve_lists)
def test_arcs_around_a_point_close_up(curves):
    arrangement = Arrangement(curves)
    for number, line in enumerate(arrangement.lines):
        for position, level in enumerate(line.levels):
            rays = arrangement.rays(number, position)
            through = level.curves | ({line.curve} if line.curve is not None else set())
            assert {ray.curve for ray in rays} <= through
            for first, second in pairwise([*rays, *rays[:1]]):
                assert first.after == second.before
            for ray in rays:
                assert ray.on[ray.curve] == 0
                changed = [i for i, (p, n) in enumerate(zip(ray.before, ray.after, strict=True)) if p != n]
                assert changed == [ray.curve]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_lines_in_general_position_cut_the_plane_as_they_should(count):
    # tangents of a parabola: no three through a point, no two parallel
    curves = [y - 2 * k * x + k * k for k in range(count)]
    arrangement = Arrangement(curves)
    assert len(arrangement.cells) == 1 + count + count * (count - 1) // 2
    assert len(arrangement.lines) == len({i + j for i in range(count) for j in range(i)})


def test_points_with_irrational_coordinates_are_found_on_all_curves_through_them():
    circle, line, hyperbola = x**2 + y**2 - 4, y - x, x * y - 2
    arrangement = Arrangement([circle, line, hyperbola])
    meeting = [
        (str(line.x.as_expr()), str(level.y.as_expr()))
        for line in arrangement.lines
        for level in line.levels
        if len(level.curves) == 3
    ]
    assert meeting == [("-sqrt(2)", "-sqrt(2)"), ("sqrt(2)", "sqrt(2)")]


def test_vertical_lines_are_arcs_too():
    arrangement = Arrangement([x - 1, y])
    (line,) = arrangement.lines
    assert line.curve == 0
    assert [arrangement.lines[0].sides(cell) for cell in line.cells] == [
        ((-1, -1), (1, -1)),
        ((-1, 1), (1, 1)),
    ]
    assert [ray.curve for ray in arrangement.rays(0, 0)] == [1, 0, 1, 0]
