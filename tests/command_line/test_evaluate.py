"""`scalinglaws evaluate`: exact inputs, words of the project, decimal strings, and what is refused."""

from __future__ import annotations

import json
from fractions import Fraction

import mpmath
import pytest
from click.testing import CliRunner

from scalinglaws.numerics import PowerLaw, optimal_ridge, solve_ridge, trace_sum
from scalinglaws.validate.command_line import main

RIDGE = ["--decay", "2", "--size", "6000", "--features", "100", "--samples", "400"]
WORDS = ["kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance"]


def run(*words):
    return CliRunner().invoke(main, ["evaluate", *words])


def values(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def agree(text, exact, digits):
    with mpmath.workdps(digits + 20):
        return abs(mpmath.mpf(text) - exact) <= abs(exact) * mpmath.mpf(10) ** (1 - digits)


def test_ridge_prints_the_words_of_the_project():
    found = values("ridge", *RIDGE, "--ridge", "1e-3", "--noise", "0.1")
    assert list(found) == WORDS
    assert all(isinstance(value, str) for value in found.values())


def test_ridge_agrees_with_the_published_table():
    found = values("ridge", *RIDGE)
    assert agree(found["kappa"], mpmath.mpf("2.40963335e-4"), 9)
    # The table holds the loss per output with its factor 1/2 and a teacher of variance 1/size.
    assert agree(mpmath.mpf(found["risk"]) / 12000, mpmath.mpf("2.67737039e-6"), 9)


@pytest.mark.parametrize("digits", [15, 60])
def test_ridge_prints_the_digits_asked_for(digits):
    found = values("ridge", *RIDGE, "--ridge", "1/3", "--digits", digits)
    point = solve_ridge(PowerLaw(2, 6000), features=100, samples=400, ridge="1/3", digits=digits + 10)
    for word, text in found.items():
        assert agree(text, getattr(point, word), digits), word
        mantissa = text.partition("e")[0].replace(".", "").lstrip("-0")
        assert len(mantissa) == digits or float(text) == 0


def test_inputs_are_taken_exactly():
    tenth = values("ridge", *RIDGE, "--ridge", "0.1", "--digits", "40")
    assert tenth == values("ridge", *RIDGE, "--ridge", "1/10", "--digits", "40")
    assert tenth == values("ridge", *RIDGE, "--ridge", "1e-1", "--digits", "40")
    binary = str(mpmath.mpf(0.1)) and "0.1000000000000000055511151231257827021181583404541015625"
    assert tenth != values("ridge", *RIDGE, "--ridge", binary, "--digits", "40")


def test_text_and_json_hold_the_same_figures():
    text = run("ridge", *RIDGE).stdout.split()
    found = values("ridge", *RIDGE)
    assert dict(zip(text[::2], text[1::2], strict=True)) == found


def interval(text):
    """Read ``centre +/- radius`` exactly."""
    centre, _, radius = text.partition(" +/- ")
    return Fraction(centre), Fraction(radius)


RIGOROUS = [
    ("ridge", *RIDGE, "--ridge", "1/3", "--noise", "1/7"),
    ("optimal-ridge", *RIDGE, "--noise", "1/7"),
    ("trace-sum", "--decay", "1.0001", "--kappa", "1e-300", "--size", "1e18", "--power", "3"),
]


@pytest.mark.parametrize("words", RIGOROUS, ids=lambda words: words[0])
@pytest.mark.parametrize("digits", [15, 40])
def test_rigorous_prints_intervals_that_hold_more_digits(words, digits):
    proven = values(*words, "--digits", digits, "--rigorous")
    fine = values(*words, "--digits", digits + 20)
    assert list(proven) == list(fine)
    for word, text in proven.items():
        centre, radius = interval(text)
        assert abs(Fraction(fine[word]) - centre) <= radius * (1 + Fraction(1, 10**6)), word
        assert radius <= Fraction(1, 2 * 10**digits) * abs(centre), word


def test_rigorous_prints_exact_numbers_as_such():
    found = values(
        "ridge",
        "--decay",
        "2",
        "--size",
        "30",
        "--features",
        "40",
        "--samples",
        "90",
        "--noise",
        "0.5",
        "--rigorous",
    )
    assert found["kappa"] == "0.0 +/- 0"
    assert found["df1"] == "30.0 +/- 0"
    assert found["risk"] == "0.75 +/- 0"


def test_rigorous_text_and_json_hold_the_same_figures():
    lines = [line.split(maxsplit=1) for line in run(*RIGOROUS[0], "--rigorous").stdout.splitlines()]
    assert dict(lines) == values(*RIGOROUS[0], "--rigorous")


@pytest.mark.parametrize(
    "words",
    [
        ("trace-sum", "--decay", "1/2", "--kappa", "1", "--rigorous"),
        ("ridge", "--decay", "2", "--features", "5", "--samples", "5", "--rigorous"),
        ("optimal-ridge", "--decay", "2", "--features", "0", "--samples", "5", "--rigorous"),
    ],
    ids=lambda words: words[0],
)
def test_rigorous_answers_bad_input_in_one_line(words):
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_optimal_ridge_prints_the_ridge_first():
    found = values("optimal-ridge", *RIDGE)
    assert list(found) == ["ridge", *WORDS]
    best = optimal_ridge(PowerLaw(2, 6000), features=100, samples=400)
    assert agree(found["ridge"], best.ridge, 14)
    assert agree(found["risk"], best.risk, 14)


def test_trace_sum_prints_a_value():
    found = values(
        "trace-sum", "--decay", "3/2", "--kappa", "1e-5", "--shift", "-1/2", "--power", "2", "--size", "1000"
    )
    assert list(found) == ["value"]
    assert agree(found["value"], trace_sum("3/2", "1e-5", shift="-1/2", power=2, size=1000, digits=25), 14)


def test_infinity_is_a_size():
    assert values("trace-sum", "--decay", "2", "--kappa", "1", "--size", "inf") == values(
        "trace-sum", "--decay", "2", "--kappa", "1"
    )


def changed(option, value):
    words = list(RIDGE)
    if option in words:
        words[words.index(option) + 1] = value
        return words
    return [*words, option, value]


@pytest.mark.parametrize(
    ("option", "value", "naming"),
    [
        ("--decay", "0", "`decay`"),
        ("--decay", "-1", "`decay`"),
        ("--decay", "nan", "`decay`"),
        ("--decay", "two", "`decay`"),
        ("--decay", "1j", "`decay`"),
        ("--decay", "__import__('os')", "`decay`"),
        ("--size", "0", "`size`"),
        ("--size", "-5", "`size`"),
        ("--size", "2.5", "`size`"),
        ("--features", "0", "`features`"),
        ("--features", "-100", "`features`"),
        ("--features", "many", "`features`"),
        ("--samples", "-1", "`samples`"),
        ("--samples", "nan", "`samples`"),
        ("--ridge", "-1e-3", "`ridge`"),
        ("--ridge", "nan", "`ridge`"),
        ("--noise", "-1", "`noise`"),
        ("--source", "x", "`source`"),
        ("--samples", "100", "samples"),
        ("--digits", "0", "`digits`"),
        ("--digits", "-3", "`digits`"),
        ("--digits", "x", "digits"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, option, value, naming):
    refused(run("ridge", *changed(option, value)), naming=naming)


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--decay", "1", "--kappa", "1"], "inf"),
        (["--decay", "2", "--kappa", "-1"], "`kappa`"),
        (["--decay", "2", "--kappa", "1", "--power", "0"], "`power`"),
        (["--decay", "2", "--kappa", "1", "--power", "1.5"], "power"),
        (["--decay", "2", "--kappa", "1", "--shift", "nan"], "`shift`"),
        (["--decay", "2", "--kappa", "0"], "inf"),
    ],
)
def test_bad_sums_are_one_line_and_status_two(refused, words, naming):
    refused(run("trace-sum", *words), naming=naming)
