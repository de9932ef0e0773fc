"""Phase diagrams: the phases that the regions have, boundaries where laws change, exact meeting points."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import Eq, Ne, Rational, Symbol, oo, simplify, sqrt
from sympy.abc import c, x, y

from scalinglaws.theory import (
    Piece,
    PowerLaw,
    RandomFeatureRidge,
    Regions,
    optimal_allocation,
    symbols,
)
from scalinglaws.theory.phase_diagram import phase_diagram
from scalinglaws.theory.phase_laws import growth_latex, growth_text, law_of, tidy
from scalinglaws.theory.phase_models import PhaseModel, find_model
from scalinglaws.theory.phase_table import phase_table
from scalinglaws.theory.relations import normalise_domain

a, b, T, N = symbols.decay, symbols.source, symbols.samples, symbols.features
q, ridge_exponent = find_model("ridge").parameters[2:]
MODEL = RandomFeatureRidge(spectrum=PowerLaw(source=b))


@cache
def regions(name, part, **settings_of):
    model = find_model(name)
    letters = {str(symbol): symbol for symbol in model.parameters}
    return model.regions(part, {letters[name]: Rational(value) for name, value in settings_of.items()})


def made(*pieces, where=()):
    return Regions(
        tuple(Piece(tuple(conditions), value) for conditions, value in pieces), normalise_domain(where)
    )


# Diagrams of rates, of fixed numbers put in late, and of allocations.
CASES = {
    "kernel excess": lambda: (regions("kernel", "excess"), b, ridge_exponent, {a: 2}),
    "kernel bias, steep source": lambda: (regions("kernel", "bias"), a, ridge_exponent, {b: 5}),
    "kernel variance": lambda: (regions("kernel", "variance"), a, b, {ridge_exponent: 2}),
    "ridge excess": lambda: (regions("ridge", "excess", q="1/2"), a, ridge_exponent, {b: Rational(5, 2)}),
    "ridgeless bias": lambda: (regions("ridgeless", "bias"), a, q, {b: 5}),
    "sketch excess": lambda: (regions("sketch", "excess"), a, b, {}),
    "allocation": lambda: (allocation(), a, b, {}),
}
HEAVY = {"ridge excess", "kernel excess", "kernel variance"}
EACH_CASE = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in HEAVY else name for name in CASES]
)


@cache
def allocation():
    budget = Symbol("C", positive=True)
    law = N**-a + T**-b + 1 / T
    return optimal_allocation(law, cost=N * T, budget=budget, over=[N, T], where=[a > 0, b > 0])


@cache
def case(name):
    whole, horizontal, vertical, fixed = CASES[name]()
    return whole, phase_diagram(whole, horizontal, vertical, fixed=fixed)


def draw_point(generator, diagram):
    """A rational point of the domain, on boundaries every now and then."""
    while True:
        scale = generator.choice([1, 2, 12, 97])
        point = {s: Rational(generator.randint(-3 * scale, 7 * scale), scale) for s in (diagram.x, diagram.y)}
        try:
            diagram.phase_at(point)
        except ValueError:
            continue
        return point


@EACH_CASE
def test_diagram_and_regions_have_the_same_law_at_every_point(name):
    whole, diagram = case(name)
    generator = random.Random(name)
    inside = 0
    for _ in range(40):
        point = draw_point(generator, diagram)
        expected = whole.at({**diagram.fixed, **point})
        assert law_of(diagram.at(point)) == law_of(expected)
        phase = diagram.phase_at(point)
        if phase is None:
            assert any(boundary.polynomial.subs(point) == 0 for boundary in diagram.boundaries)
            continue
        inside += 1
        on_a_line = any(
            boundary.phases == (phase.name, phase.name) and boundary.polynomial.subs(point) == 0
            for boundary in diagram.boundaries
        )
        put = {**diagram.fixed, **point}
        label = tuple(part.subs(put) if hasattr(part, "subs") else part for part in phase.label)
        assert on_a_line or label == law_of(expected)
    assert inside > 20


@EACH_CASE
def test_laws_change_exactly_on_boundaries(name):
    """Between two near points of different phases a boundary of just these two changes its sign."""
    _, diagram = case(name)
    generator = random.Random(name)
    crossed = 0
    for _ in range(15):
        start, end = draw_point(generator, diagram), draw_point(generator, diagram)

        def phase_along(t, start=start, end=end):
            point = {s: start[s] + t * (end[s] - start[s]) for s in start}
            phase = diagram.phase_at(point)
            return point, phase and phase.name

        low, high = Rational(1, 10**6 + 3), Rational(10**6 + 1, 10**6 + 3)
        try:
            (_, before), (_, after) = phase_along(low), phase_along(high)
            if before is None or after is None or before == after:
                continue
            for _ in range(40):
                middle = (low + high) / 2
                found = phase_along(middle)[1]
                if found is None:
                    middle += (high - low) / 1009
                    found = phase_along(middle)[1]
                low, high = (middle, high) if found == before else (low, middle)
        except ValueError:  # the segment leaves the domain
            continue
        before, after = phase_along(low), phase_along(high)
        assert before[1] != after[1]
        walls = [w for w in diagram.boundaries if set(w.phases) == {before[1], after[1]}]
        assert any(w.polynomial.subs(before[0]) * w.polynomial.subs(after[0]) <= 0 for w in walls)
        crossed += 1
    assert crossed >= 3


@EACH_CASE
def test_meeting_points_satisfy_the_equations_of_their_boundaries(name):
    _, diagram = case(name)
    for point in diagram.points:
        assert len(point.phases) >= 3 or len(point.boundaries) >= 2
        for position in point.boundaries:
            boundary = diagram.boundaries[position]
            assert boundary.polynomial.subs(point.coordinates).expand() == 0
            assert set(boundary.phases) <= set(point.phases)


def random_regions(numbers):
    """Regions by precedence, cut by random lines and conics, with few laws so that pieces unite."""
    draw = random.Random(numbers)
    pieces = []
    for _ in range(draw.randint(1, 4)):
        conditions = []
        for _ in range(draw.randint(1, 2)):
            terms = [1, x, y, *draw.choice([(), (), (x * y,), (x**2, y**2)])]
            curve = sum(draw.randint(-3, 3) * term for term in terms)
            kind = draw.choice([lambda e: e > 0, lambda e: e >= 0, lambda e: e < 0])
            relation = kind(curve)
            if relation not in (True, False):
                conditions.append(relation)
        pieces.append((conditions, draw.choice([x, y, x + y, -x])))
    return made(*pieces, ((), draw.choice([x, -y])), where=[x > -5])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**40), st.data())
def test_any_regions_and_their_diagram_agree(numbers, data):
    whole = random_regions(numbers)
    diagram = phase_diagram(whole, x, y)
    for _ in range(6):
        point = {
            symbol: Rational(data.draw(st.integers(low, 80)), data.draw(st.sampled_from([1, 7, 16])))
            for symbol, low in ((x, -4), (y, -80))
        }
        value = whole.at(point)
        assert diagram.at(point) == value
        phase = diagram.phase_at(point)
        if phase is None:
            assert any(boundary.polynomial.subs(point) == 0 for boundary in diagram.boundaries)
        elif not any(boundary.polynomial.subs(point) == 0 for boundary in diagram.boundaries):
            assert phase.label[0].subs(point) == value
    for point in diagram.points:
        for position in point.boundaries:
            residue = diagram.boundaries[position].polynomial.subs(point.coordinates)
            assert abs(residue.evalf(30)) < 1e-20


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@example(21608)  # here a slope has a sign only where the inequality holds that is solved for it
@given(st.integers(0, 2**40))
def test_strips_tile_the_phases(numbers):
    """What is drawn of a phase lies in it: checked halfway between the edges of every bounded strip."""
    diagram = phase_diagram(random_regions(numbers), x, y)
    checked = 0
    for strip in diagram.strips:
        low = strip.low if strip.low.is_finite else min(strip.high, 0) - 2
        high = strip.high if strip.high.is_finite else max(strip.low, 0) + 2
        place = Rational(str(((2 * low + high) / 3).evalf(30)))
        ends = []
        for graph in (strip.below, strip.above):
            if graph is not None:
                roots = sorted(r for r in _real_roots(graph.polynomial.subs(x, place)))
                ends.append(roots[graph.index])
        if len(ends) == 2:
            height = (ends[0] + ends[1]) / 2
        else:
            height = (ends[0] + (1 if strip.below is not None else -1)) if ends else 0
        phase = diagram.phase_at({x: place, y: Rational(str(height))})
        assert phase is None or phase.name == strip.phase
        checked += phase is not None
    assert checked


def _real_roots(polynomial):
    return [root.evalf(25) for root in dict.fromkeys(polynomial.as_poly(y).real_roots())]


def expected_kernel_exponents(decay, source, ridge):
    r"""Derive bias and variance of kernel ridge regression from $\kappa=T^{-k}$, in powers of $T$.

    Eigenvalues below kappa count as they are, those above as (kappa/lambda)^2, hence the bias is
    kappa^2 or kappa^{(b-1)/a}, whichever is larger; z = kappa^{-1/a} cannot exceed T.
    """
    k = min(ridge + 1, decay)
    if k < 0:  # kappa grows: nothing is learned, and q = kappa^-2
        return 0, 2 * k - 1
    return -min(2 * k, k * (source - 1) / decay), k / decay - 1


def test_kernel_ridge_regression_has_the_phases_of_its_crossovers():
    whole, generator = regions("kernel", "excess"), random.Random(5)
    for fixed, axes in (
        ({a: 2}, (b, ridge_exponent)),
        ({b: 4}, (a, ridge_exponent)),
        ({ridge_exponent: 0}, (a, b)),
    ):
        diagram = phase_diagram(whole, *axes, fixed=fixed)
        for _ in range(40):
            point = draw_point(generator, diagram)
            values = {**diagram.fixed, **point}
            bias, variance = expected_kernel_exponents(values[a], values[b], values[ridge_exponent])
            rate = diagram.at(point)
            assert rate.exponent() == max(bias, variance)
            winner = "bias" if bias > variance else "variance" if variance > bias else "bias and variance"
            assert rate.dominant == winner


def test_the_best_ridge_of_kernel_regression_lies_on_the_boundary_between_bias_and_variance():
    diagram = phase_diagram(regions("kernel", "excess"), b, ridge_exponent, fixed={a: 2})
    crossovers = {
        boundary.equation.rhs
        for boundary in diagram.boundaries
        if boundary.pieces and all(p.value.dominant == "bias and variance" for p in boundary.pieces)
    }
    # bias and variance are equal where (b-1)(l+1)/a, or 2(l+1) beyond b = 2a+1, is 1 - (l+1)/a
    assert {simplify(side - (2 - b) / b) for side in crossovers} & {0}
    assert Rational(-3, 5) in crossovers
    assert len(crossovers) == 2
    assert {b: 5, ridge_exponent: Rational(-3, 5)} in [point.coordinates for point in diagram.points]
    # noise is fitted where the ridge no longer binds
    assert Eq(ridge_exponent, 1) in [boundary.equation for boundary in diagram.boundaries]


def test_logarithms_and_sums_of_constants_stand_on_boundaries():
    diagram = phase_diagram(regions("sketch", "excess"), a, b)
    (boundary,) = diagram.boundaries
    assert boundary.equation == Eq(b, a + 1)
    assert [growth_text(piece.value, {}) for piece in boundary.pieces] == [("N^(-a) log N",)]
    kernel = phase_diagram(regions("kernel", "excess"), b, ridge_exponent, fixed={a: 2})
    sums = [w for w in kernel.boundaries if w.equation.rhs == Rational(-3, 5)]
    assert sums[0].pieces[0].value.constant.has(symbols.noise)


def test_regions_whose_laws_agree_are_one_phase_without_a_boundary():
    diagram = phase_diagram(made(([x > 1], y), ([x < 1], y), ((), y)), x, y)
    (phase,) = diagram.phases
    assert phase.conditions == ((),)
    assert diagram.boundaries == ()


def test_laws_that_agree_only_on_the_line_are_no_line_of_their_own():
    # on x = 1 the law x*y is y; on x = 2 the law y is not 2*y
    diagram = phase_diagram(made(([Eq(x, 1)], x * y), ([Eq(x, 2)], 2 * y), ((), y)), x, y)
    assert [(w.equation, w.phases) for w in diagram.boundaries] == [(Eq(x, 2), ("A", "A"))]


def test_lines_outside_of_the_domain_are_boundaries_without_a_law():
    diagram = phase_diagram(regions("ridgeless", "variance"), a, q, fixed={b: 2})
    (boundary,) = diagram.boundaries
    assert (boundary.equation, boundary.pieces) == (Eq(q, 1), ())


def test_a_phase_of_several_parts_has_alternatives():
    diagram = phase_diagram(made(([x * y > 0], 1 + x), ((), x)), x, y)
    first, second = diagram.phases
    assert {frozenset(c) for c in first.conditions} == {frozenset({x > 0, y > 0}), frozenset({x < 0, y < 0})}
    assert len(second.conditions) == 2
    (point,) = diagram.points
    assert point.coordinates == {x: 0, y: 0}


def test_arcs_end_where_a_curve_goes_to_infinity():
    above = made(([x * (x * y - 1) > 0], 1 + x), ((), y))
    diagram = phase_diagram(above, x, y)
    hyperbola = next(w for w in diagram.boundaries if w.equation == Eq(y, 1 / x))
    assert [(arc.low, arc.high) for arc in hyperbola.arcs] == [(-oo, 0), (0, oo)]
    assert {(s.low, s.high) for s in diagram.strips if s.below is not None} == {(-oo, 0), (0, oo)}


def test_a_curve_inside_of_a_phase_belongs_to_it():
    # x = 0 is a boundary for 0 < y < 1 and lies inside of the first phase below
    lower = made(([x < 0, y < x**2], 1 + x), ([x >= 0, y < 1 - x], 1 + x), ((), y))
    diagram = phase_diagram(lower, x, y)
    assert diagram.phase_at({x: 0, y: -1}).name == "A"
    assert diagram.phase_at({x: 0, y: 2}).name == "B"
    assert diagram.phase_at({x: 0, y: Rational(1, 2)}) is None
    assert diagram.at({x: 0, y: Rational(1, 2)}) == 1


def test_logarithms_and_winners_distinguish_laws():
    whole = regions("sketch", "excess")
    assert law_of(whole.at({a: 2, b: 3})) == (-2, "log^1", "bias")
    assert law_of(whole.at({a: 2, b: 4})) == (-2, "bias")


def test_irrational_meeting_points_are_exact():
    inside = x**2 + y**2 < 4
    diagram = phase_diagram(made(([inside, y > x], 1 + x), ([inside], 1 + y), ((), x)), x, y)
    assert [point.coordinates for point in diagram.points] == [
        {x: -sqrt(2), y: -sqrt(2)},
        {x: sqrt(2), y: sqrt(2)},
    ]


def test_boundaries_are_solved_for_the_vertical_parameter_else_for_the_horizontal_one():
    diagram = phase_diagram(
        made(([x * y > 2], x), ([x > y**2], y), ([x**2 + y**2 < 1], x + y), ((), 1 + x)), x, y
    )
    assert {boundary.equation for boundary in diagram.boundaries} == {
        Eq(y, 2 / x),
        Eq(x, y**2),
        Eq(x**2 + y**2 - 1, 0),
    }


def test_poles_of_conditions_belong_to_no_region():
    whole = made(([1 / x > 0], y), ([x < 0], x))
    diagram = phase_diagram(whole, x, y)
    assert {phase.conditions for phase in diagram} == {((x > 0,),), ((x < 0,),)}
    (boundary,) = diagram.boundaries
    assert (boundary.equation, boundary.pieces) == (Eq(x, 0), ())
    # at x = 0 the quotient is not 0, so the second law holds there
    closed = phase_diagram(made(([y / x >= 0], 1 + y), ((), x)), x, y)
    assert [p.value for w in closed.boundaries for p in w.pieces if w.equation == Eq(x, 0)] == [x]


def test_a_label_decides_what_is_one_phase():
    by_winner = phase_diagram(
        regions("kernel", "excess"), b, ridge_exponent, fixed={a: 2}, label=lambda rate: rate.dominant
    )
    assert [phase.label for phase in by_winner] == [("bias",), ("variance",)]


@pytest.mark.slow
def test_numbers_put_in_late_and_early_give_the_same_diagram():
    late = phase_diagram(regions("kernel", "bias"), a, ridge_exponent, fixed={b: 5})
    early = phase_diagram(regions("kernel", "bias", b=5), a, ridge_exponent)
    generator = random.Random(3)
    for _ in range(60):
        point = draw_point(generator, late)
        assert late.at(point).exponent() == early.at(point).exponent()
        assert late.at(point).log_power == early.at(point).log_power
    assert {w.equation for w in late.boundaries} == {w.equation for w in early.boundaries}


def test_allocations_have_phases():
    _, diagram = case("allocation")
    assert [phase.conditions for phase in diagram] == [((b > 1,),), ((b < 1,),)]
    assert growth_text(diagram.phases[0].value, {}) == (
        "R ~ C^(-a/(a + 1))",
        "N ~ C^(1/(a + 1))",
        "T ~ C^(a/(a + 1))",
    )


@pytest.mark.tex
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("kernel excess", marks=pytest.mark.slow),
        pytest.param("ridgeless bias", marks=pytest.mark.slow),
        "allocation",
    ],
)
def test_tables_are_latex(name, compile_latex):
    _, diagram = case(name)
    table, formula = diagram.latex(), diagram._repr_latex_()
    compile_latex([table, formula])
    assert table.count(r"\begin{tabular}") == 1 + bool(diagram.boundaries) + bool(diagram.points)
    assert formula.startswith(r"$\displaystyle \begin{array}")


def test_exponents_are_written_in_factors():
    rate = regions("kernel", "bias").at({a: 2, b: 3, ridge_exponent: 0})
    assert growth_latex(rate, {}) == ("T^{-1}",)
    written = [growth_latex(p.value, {}) for p in case("kernel excess")[1].phases]
    assert (r"T^{- \left(b - 1\right) \left(l + 1\right) / a}",) in written
    assert str(tidy((-2 * x - 2) / (y + 1))) == "-2*(x + 1)/(y + 1)"
    assert tidy(Rational(-1, 2)) == Rational(-1, 2)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((x, x), {}, "`y` is x, which is `x` too"),
        ((x, y), {}, "`fixed` gives no number to c"),
        ((x, y), {"fixed": {c: sqrt(2)}}, r"`fixed` gives sqrt\(2\) to c; give a rational number"),
        ((x, y), {"fixed": {c: oo}}, "give a real number"),
        ((x, y), {"fixed": {c: 1, x: 2}}, "`fixed` gives 2 to x, which is an axis"),
        ((x, y), {"fixed": {c: -1}}, "`fixed` puts c = -1, which violates c > 0"),
        (
            (x, y),
            {"fixed": {c: 1}, "label": lambda value: value + Symbol("d")},
            "`fixed` gives no number to d",
        ),
    ],
)
def test_diagrams_that_make_no_sense_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        phase_diagram(made(([x > c * y], x), ((), y), where=[c > 0]), *arguments, **options)


def test_an_axis_must_be_a_symbol():
    with pytest.raises(TypeError, match="`x` is 'a'; give the symbol of a parameter"):
        phase_diagram(made(((), x)), "a", y)


def test_a_domain_that_is_thin_or_empty_in_the_plane_is_refused():
    with pytest.raises(ValueError, match="holds nowhere on an open set of the plane of x and y"):
        phase_diagram(made(([Eq(x, y)], x)), x, y)
    with pytest.raises(ValueError, match="`where` is contradictory"):
        phase_diagram(made(((), x), where=[x > 1, x < 0]), x, y)
    with pytest.raises(ValueError, match="holds nowhere on an open set"):
        phase_diagram(made(((), x), where=[Eq(x, 1)]), x, y)


def test_points_that_make_no_sense_are_refused():
    diagram = phase_diagram(regions("kernel", "bias"), a, ridge_exponent, fixed={b: 5})
    with pytest.raises(ValueError, match="`values` lacks l; give both a and l"):
        diagram.at({a: 2})
    with pytest.raises(ValueError, match="gives 4 to b, which is fixed to 5"):
        diagram.at({a: 2, ridge_exponent: 0, b: 4})
    with pytest.raises(ValueError, match="is no parameter of this diagram"):
        diagram.at({a: 2, ridge_exponent: 0, x: 4})
    with pytest.raises(ValueError, match="violates a > 1"):
        diagram.phase_at({a: 1, ridge_exponent: 0})
    assert diagram.at({a: 2, ridge_exponent: 0, b: 5}).exponent() == -2
    with pytest.raises(ValueError, match="`environment` is 'matrix'"):
        phase_table(diagram, environment="matrix")


def test_models_are_found_by_name():
    assert isinstance(find_model("sketch"), PhaseModel)
    with pytest.raises(ValueError, match="did you mean 'kernel'"):
        find_model("kernal")
    with pytest.raises(ValueError, match="`part` is 'loss'"):
        find_model("kernel").regions("loss")
    with pytest.raises(ValueError, match="q is no parameter of the model; it has a, b, l"):
        find_model("kernel").regions("bias", {q: 1})
    with pytest.raises(ValueError, match="b is set to a; use numbers and parameters that are not set"):
        find_model("kernel").regions("bias", {b: a, a: 2})
    with pytest.raises(ValueError, match="q = 1 violates Ne"):
        find_model("ridgeless").regions("bias", {q: 1})
    with pytest.raises(ValueError, match="not a rational function of the parameters"):
        find_model("kernel").regions("bias", {b: sqrt(2) * a})
    with pytest.raises(ValueError, match="violates a > 3 in `where`"):
        find_model("kernel").regions("bias", {a: 2}, [a > 3])


def test_rates_of_a_model_are_those_of_the_estimator():
    direct = MODEL.rates(features=T**q, ridge=0, where=[Ne(q, 1)])
    point = {a: 2, b: 3, q: Rational(1, 2)}
    assert regions("ridgeless", "bias").at(point).exponent() == direct.bias.at(point).exponent()
