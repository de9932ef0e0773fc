"""Formulas typed by a user: what is read, and what is refused."""

from __future__ import annotations

import pytest
from sympy import Eq, Integer, Max, Min, Ne, Rational, Symbol, exp, log, oo, pi, sqrt

from scalinglaws.validate.formulas import (
    parse_assignments,
    parse_choice,
    parse_formula,
    parse_relations,
    real_symbol,
    split_list,
)

A, N, a, b, g, x = map(real_symbol, ("A", "N", "a", "b", "g", "x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A/N^a + 1", A / N**a + 1),
        ("A*N**-a", A * N**-a),
        ("2^3^2", Integer(512)),
        ("-x^2", -(x**2)),
        ("0.1", Rational(1, 10)),
        ("1e-3*x", x / 1000),
        ("0.1000000000000000000001", Rational("0.1000000000000000000001")),
        ("3/2", Rational(3, 2)),
        ("1_000", Integer(1000)),
        ("(1+x)*(2-x)", (1 + x) * (2 - x)),
        ("+x", x),
        ("log(N)*sqrt(N)*exp(-a)", log(N) * sqrt(N) * exp(-a)),
        ("min(N, x)/max(a, 1, b)", Min(N, x) / Max(a, 1, b)),
        ("2*pi", 2 * pi),
        ("oo", oo),
        ("α + β", real_symbol("α") + real_symbol("β")),
        ("  N  ", N),
    ],
)
def test_formulas_are_read_exactly(text, expected):
    assert parse_formula(text) == expected


def test_the_caller_makes_the_symbols():
    assert parse_formula("N", lambda name: Symbol(name, positive=True)).is_positive


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__import__('os').system('true')", "is not allowed in a formula"),
        ("a.b", "`a.b` is not allowed"),
        ("f(x)", r"`f\(x\)` is not allowed"),
        ("log(x=1)", "is not allowed"),
        ("log(*x)", "is not allowed"),
        ("(lambda: 1)()", "is not allowed"),
        ("[x for x in y]", "is not allowed"),
        ("x if a else b", "is not allowed"),
        ("x and a", "is not allowed"),
        ("x[0]", "is not allowed"),
        ("'N'", "is not allowed"),
        ("f'{N}'", "is not allowed"),
        ("True", "is not allowed"),
        ("1j", "is not allowed"),
        ("x // 2", "is not allowed"),
        ("x @ a", "is not allowed"),
        ("~x", "is not allowed"),
        ("x < 1", "is not allowed"),
        ("6ND", "is no formula"),
        ("2*(3+", "is no formula"),
        ("x; a", "is no formula"),
        ("x = 1", "is no formula"),
        ("", "is no formula"),
        ("x y", "is no formula"),
        ("1/0", "divides by zero"),
        ("1/(2-2)", "divides by zero"),
        ("0^-1", "is not defined"),
        ("log(0)", "is not defined; log takes a positive number"),
        ("sqrt(1, 2)", "has 2 arguments; sqrt takes one"),
        ("min()", "has 0 arguments"),
        ("9^9^9^9", "too large to write out"),
        ("((9^999)^999)^999", "too large to write out"),
        ("2^-99999", "too large to write out"),
        ("1e999999999", "is out of range"),
        ("-" * 150 + "x", "nested more than 100 deep"),
        ("x" * 5000, "has 5000 characters; at most"),
        ("(" * 900 + "x" + ")" * 900, "is no formula"),
        ("1if x", "is no formula"),
    ],
)
def test_everything_else_is_refused_in_one_line(text, message):
    with pytest.raises(ValueError, match=message) as caught:
        parse_formula(text)
    assert "\n" not in str(caught.value)


def test_relations():
    assert parse_relations("a>1, b<=a+1") == [a > 1, b <= a + 1]
    assert set(parse_relations("1<a<2")) == {Integer(1) < a, a < 2}
    assert parse_relations("a=b") == parse_relations("a==b") == [Eq(a, b)]
    assert parse_relations("a != 2, min(a, b) >= 0.5") == [Ne(a, 2), Min(a, b) >= Rational(1, 2)]
    for text in ("a", "a > 1,", "a in b", "a is b", "", "a > 1 and b > 1"):
        with pytest.raises(ValueError, match=r"is no relation|empty part|is no formula"):
            parse_relations(text)


def test_assignments():
    assert parse_assignments(["q=1/2", "a = 0.1, b=-3"]) == {
        real_symbol("q"): Rational(1, 2),
        a: Rational(1, 10),
        b: -3,
    }
    for texts, message in (
        (["q"], "is no assignment; write NAME=NUMBER"),
        (["q=x"], "gives no real number to q"),
        (["q=oo"], "gives no real number to q"),
        (["1=2"], "is no assignment"),
        (["a=1", "a=2"], "sets a a second time"),
        (["a==1"], "is no formula"),
    ):
        with pytest.raises(ValueError, match=message):
            parse_assignments(texts)


def test_resources_and_knobs():
    assert parse_choice("N", real_symbol) == N
    assert parse_choice("0 < g <= 1", real_symbol) == (g, 0, 1)
    assert parse_choice("1 >= g >= 1/N", real_symbol) == (g, 1 / N, 1)
    assert parse_choice("g <= min(1, N)", real_symbol) == (g, 0, Min(1, N))
    assert parse_choice("g >= 2", real_symbol) == (g, 2, oo)
    assert parse_choice("2 <= g", real_symbol) == (g, 2, oo)
    for text in ("N+1", "1 < 2", "a < b > g", "N = 1", "0 < 2*g < 1"):
        with pytest.raises(ValueError, match=r"is no resource; write a name|is no formula"):
            parse_choice(text, real_symbol)
    assert split_list("N, min(a, b) < g <= 1") == ["N", "min(a, b) < g <= 1"]
