"""Rational functions, conditions on their signs, and orders of magnitude."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import z3
from sympy import Eq, Max, Min, Ne, Rational, exp, log, sqrt, symbols

from scalinglaws.theory import UndecidedError
from scalinglaws.theory.conditions import Condition, simplified
from scalinglaws.theory.magnitude import magnitude
from scalinglaws.theory.parameter_domain import ParameterDomain
from scalinglaws.theory.rational_functions import Field, inverse

a, b = symbols("a b", real=True)
p = symbols("p", positive=True)
N, T, C = symbols("N T C", positive=True)


def random_function(draw):
    def polynomial():
        return sum(draw.randint(-3, 3) * x for x in (1, a, b, a * b, a**2))

    return polynomial() / (polynomial() + 17 + a**2)


def test_arithmetic_is_that_of_sympy():
    draw, field = random.Random(1), Field([a, b])
    for _ in range(40):
        f, g = random_function(draw), random_function(draw)
        left, right = field.read(f), field.read(g)
        assert (left + right) - right == left
        point = {a: Rational(draw.randint(-9, 9), 7), b: Rational(draw.randint(-9, 9), 5)}
        assert (left + right).as_expr().subs(point) == (f + g).subs(point)
        assert (left * right).as_expr().subs(point) == (f * g).subs(point)
        assert (left - right).as_expr().subs(point) == (f - g).subs(point)
        if g.subs(point) != 0:
            assert (left / right).as_expr().subs(point) == (f / g).subs(point)
            assert (right**-2).as_expr().subs(point) == (g**-2).subs(point)


def test_an_inverse_is_one():
    draw, field = random.Random(2), Field([a, b])
    matrix = [[field.read(random_function(draw)) for _ in range(3)] for _ in range(3)]
    determinant, inverted = inverse(matrix, field)
    assert determinant
    for i in range(3):
        for j in range(3):
            entry = sum((matrix[i][k] * inverted[k][j] for k in range(3)), field.number(0))
            assert entry == field.number(int(i == j))
    singular = [matrix[0], matrix[0], matrix[1]]
    assert inverse(singular, field) == (field.number(0), None)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sqrt(a), r"contains `sqrt\(a\)`, which is not a rational function"),
        (a**b, r"contains `a\*\*b`"),
        (a + p, "contains `p`"),
        (1 / (a - a.func("a", real=True)), "is not a rational function|divides by zero"),
    ],
)
def test_other_functions_are_refused(expression, message):
    with pytest.raises(ValueError, match=message):
        Field([a, b]).read(expression)


@pytest.mark.parametrize(
    ("value", "operator", "expected"),
    [
        (a * b - b**2, ">", b < a),
        (a * b - b**2, "=", Eq(a, b)),
        (a - b, "!=", Ne(a, b)),
        (2 * a - 3, ">=", a >= Rational(3, 2)),
        (b - a - 1, ">", False),
        ((1 - b) / a + 1, ">", True),
        (a - 1, "=", False),
        ((a - b) ** 2, ">=", True),
        (a * b - a - 3, ">", a * b > a + 3),
        ((b - a) / (1 - b), ">", b < a),
    ],
)
def test_conditions_are_written_legibly(value, operator, expected):
    domain = ParameterDomain([a > 1, b > 1, b < a + 1])
    condition = domain.condition(domain.field.read(value), operator)
    if isinstance(condition, Condition):
        relation = domain.relation(condition)
        assert relation == expected or relation.reversed == expected
    else:
        assert condition is expected


def test_conjunctions_are_reduced_to_what_is_needed():
    domain = ParameterDomain([a > 1], [a, b])
    read = domain.field.read
    conditions = [
        domain.condition(read(f), ">") for f in (a * b - b, b - Rational(1, 2), (b - 1) * (b - a), a - b)
    ]
    kept = domain.reduced(domain.conjunction(conditions))
    assert {domain.relation(c) for c in kept} == {b > Rational(1, 2), b < 1}
    touching = [domain.condition(read(f), ">=") for f in (b - 3, 3 - b)]
    assert domain.relations(domain.reduced(domain.conjunction(touching))) == (Eq(b, 3),)
    square = domain.condition(read(-((a - b) ** 2)), ">=")
    assert domain.relations(domain.reduced((square,))) == (Eq(a, b),)


def test_simplification_keeps_the_set():
    """Random conjunctions at random points, against the conditions one by one."""
    draw, domain = random.Random(7), ParameterDomain([], [a, b])
    polynomials = [domain.field.read(f).top for f in (a, b, a - b, a + b - 1, a * b - 2)]
    for _ in range(200):
        conditions = [
            Condition(
                tuple(draw.choice([1, -1]) * q for q in draw.sample(polynomials, draw.choice([1, 1, 2, 3]))),
                draw.choice([">", ">=", "=", "!="]),
            )
            for _ in range(draw.randint(1, 4))
        ]
        simple = simplified(conditions)
        for _ in range(12):
            point = [Fraction(draw.randint(-4, 8), draw.choice([1, 1, 2])) for _ in range(2)]
            before = all(domain.holds(c, point) for c in conditions)
            after = simple is not None and all(domain.holds(c, point) for c in simple)
            assert before == after


def test_a_negated_condition_holds_where_the_condition_does_not():
    domain = ParameterDomain([], [a, b])
    factor = domain.field.read(a - b).top
    for operator in (">", ">=", "=", "!="):
        condition = Condition((factor,), operator)
        for point in ([1, 0], [0, 0], [0, 1]):
            point = [Fraction(x) for x in point]
            assert domain.holds(condition, point) != domain.holds(condition.negated(), point)


def test_declared_signs_belong_to_the_domain():
    domain = ParameterDomain([], [p])
    assert domain.condition(domain.field.read(p), ">") is True
    assert not domain.contains([Fraction(-1)])
    with pytest.raises(ValueError, match="`where` is contradictory"):
        ParameterDomain([p * a < -1, a > 0])


def test_covers_are_recognised():
    domain = ParameterDomain([a > 0, b > 0])
    less, more = (domain.condition(domain.field.read(f), ">=") for f in (a - b, b - a))
    strict = domain.condition(domain.field.read(b - a), ">")
    assert domain.covered([[less], [more]])
    assert domain.covered([[less], [strict]])
    assert not domain.covered([[domain.condition(domain.field.read(a - b), ">")], [strict]])
    assert not domain.covered([[less]])


def test_no_answer_of_the_solver_is_undecided_and_never_a_guess(monkeypatch):
    # thin enough that no sample point decides
    domain = ParameterDomain([a > 0, b > 0])
    value = domain.field.read(a**2 + b**2 - Rational(1, 997))
    condition = Condition((value.top,), "=")
    monkeypatch.setattr(z3.Solver, "check", lambda self: z3.unknown)
    assert domain.conceivable(condition)
    with pytest.raises(UndecidedError, match="z3 could not decide"):
        domain.possible(condition)


def exponent_of(expression, point, parameters):
    """Exponent of a formula at powers of one large number, from its value."""
    import mpmath

    with mpmath.workdps(40):
        # log log(C) over log(C) is the size of what is neglected
        scale = mpmath.mpf(10) ** 8
        values = {x: mpmath.exp(mpmath.mpf(e.numerator) / e.denominator * scale) for x, e in point.items()}
        from sympy import lambdify

        number = lambdify(list(values), expression.subs(parameters), "mpmath")(*values.values())
        return mpmath.log(number) / scale


def test_magnitudes_are_exponents_of_large_numbers():
    domain = ParameterDomain([a > 0, b > 0])
    formulas = [
        N**-a + T**-b + N / T,
        (N**-a + 1 / T) ** b,
        Min(N, T**a) / T + Max(N**-b, 1 / T),
        (N + T**a) ** -b * (1 + N / T),
        log(N) ** 3 * N**-a + 2 * T**-b,
        (Min(N, T) + T**b / N) ** (-a) + 7,
        sqrt(N + T) / (N * T) ** a,
    ]
    draw = random.Random(9)
    for formula in formulas:
        found = magnitude(formula, [N, T], domain)
        for _ in range(6):
            parameters = {a: Rational(draw.randint(1, 9), 4), b: Rational(draw.randint(1, 9), 4)}
            point = {N: Fraction(draw.randint(1, 9), 3), T: Fraction(draw.randint(1, 9), 3)}
            forms = [
                [
                    sum(
                        Fraction(int(e.p), int(e.q)) * x
                        for e, x in zip(map(at(parameters), form), point.values(), strict=True)
                    )
                    for form in branch
                ]
                for branch in found
            ]
            assert float(min(map(max, forms))) == pytest.approx(
                float(exponent_of(formula, point, parameters)), abs=1e-5
            )


def at(parameters):
    return lambda function: Rational(function.as_expr().subs(parameters))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (1 - N / T, "coefficient `-1` in `-N/T` is not positive"),
        (exp(N), "no sum of products of real powers"),
        (log(N + T), "no sum of products of real powers"),
        ((N + T) ** (a - b), "has no sign on the domain"),
        ((a - b) / N, "is not positive on the whole domain"),
        (-3 * N, "is not positive"),
    ],
)
def test_formulas_that_are_no_sums_of_powers_are_refused(formula, message):
    with pytest.raises(ValueError, match=message):
        magnitude(formula, [N, T], ParameterDomain([a > 0, b > 0]))
