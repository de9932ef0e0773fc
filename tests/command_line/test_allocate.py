"""`scalinglaws allocate`: answers by region, at points, as JSON and LaTeX, and refusals."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main

SKETCH = "M^(1-b) + (N*gamma)^((1-b)/a) + min(M, (N*gamma)^(1/a))/N"
SKETCH_OPTIONS = ("--cost", "M*N", "--over", "M, N, 0 < gamma <= 1", "--where", "a>1, 1<b, b<a+1")


def run(*words):
    return CliRunner().invoke(main, ["allocate", *words])


def test_a_formula_with_its_constants():
    result = run("E + A/N^alpha + B/D^beta", "--cost", "6*N*D", "--where", "alpha>0, beta>0")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("risk - E ~ C^(-alpha*beta/(alpha + beta)) * (")
    assert lines[2].startswith(
        "N        ~ C^(beta/(alpha + beta)) * ((A*alpha/(B*beta))^(1/(alpha + beta))/6^"
    )
    assert "At least 1: D, N." in lines


def test_regions_and_ranges():
    result = run(SKETCH, *SKETCH_OPTIONS)
    assert result.exit_code == 0, result.output
    assert "where a <= b:" in result.stdout
    assert "gamma ~ C^x with (a - b)/(b + 1) <= x <= 0" in result.stdout


def test_json_at_a_point():
    result = run(SKETCH, *SKETCH_OPTIONS, "--at", "a=2, b=5/2", "--json")
    answer = json.loads(result.stdout)
    assert answer["risk"] == "-3/7"
    assert answer["exponents"] == {"M": "2/7", "N": "5/7", "gamma": {"lower": "-1/7", "upper": "0"}}
    assert answer["unique"] is False
    assert answer["constants"] is None


def test_json_of_all_regions():
    answer = json.loads(
        run("A/N^a + 1/T", "--cost", "N*T", "--where", "a>0", "--budget", "X", "--json").stdout
    )
    assert answer["budget"] == "X"
    assert answer["irreducible"] == "0"
    (region,) = answer["regions"]
    assert region["conditions"] == []
    assert region["exponents"] == {"N": "1/(a + 1)", "T": "a/(a + 1)"}
    assert region["constants"]["N"] == "(A*a)^(1/(a + 1))"
    assert region["shares"] == {"A/N^a": "1/(a + 1)", "1/T": "a/(a + 1)"}


def test_published_forms():
    result = run("hoffmann2022", "--fit", "approach 3, unrounded", "--at", "C=5.76e23", "--json")
    answer = json.loads(result.stdout)
    assert float(answer["amounts"]["N"]) == pytest.approx(4.03e10, rel=1e-3)
    assert answer["exponents"]["N"] == "2849/6241"
    text = run("kaplan2020", "--fit", "joint", "--at", "C=5.76e23").stdout
    assert "N    ~ C^(103/179) * 0.00513777" in text
    assert "at C = 5.76000e+23:" in text
    assert run("hoffmann2022").exit_code == 0


def test_latex():
    assert run("1/N + 1/T", "--cost", "N*T", "--latex").stdout.startswith(r"R-R_\infty \simeq")
    assert run(SKETCH, *SKETCH_OPTIONS, "--latex").stdout.startswith(r"\begin{cases}")


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["1/N - 1/T", "--cost", "N*T"], "coefficient `-1` in `-1/T` is not positive"),
        (["1/N + 1/T"], "`--cost` is missing"),
        (["1/N", "--cost", "6"], "`--cost` is '6', in which no resource is named"),
        (["import os", "--cost", "N"], "is no formula"),
        (["1/T", "--cost", "N", "--over", "N,T"], "falls without bound at no cost along T = s"),
        (["N^-a + 1/T", "--cost", "N*T", "--where", "a>1, a<0"], "`where` is contradictory"),
        (["N^-a + 1/T", "--cost", "N*T", "--where", "c>1"], "c is not defined"),
        (["N^-sqrt(a) + 1/T", "--cost", "N*T"], "not a rational function of the parameters"),
        (["N^-a + 1/T", "--cost", "N*T", "--where", "a>1", "--at", "c=1"], "`--at` names c"),
        (["N^-a + 1/T", "--cost", "N*T", "--where", "a>1", "--at", "N=1"], "`--at` names N"),
        (["N^-a + 1/T", "--cost", "N*T", "--where", "a>1", "--at", "a=0"], "violates"),
        (["A/N + 1/T", "--cost", "N*T", "--at", "C=100"], "no number is given to A"),
        (["1/N + 1/T", "--cost", "N*T", "--at", "C=1"], "larger than 1"),
        (["1/N + 1/T", "--cost", "N*T", "--fit", "x"], "is no published form"),
        (["1/N + 1/T", "--cost", "N*T", "--budget", "2C"], "`--budget` is '2C'; give a name"),
        (["1/N + 1/T", "--cost", "N*T", "--over", "N, 1<2"], "is no resource"),
        (["hoffmann2022", "--cost", "N"], "`--cost` does not apply to hoffmann2022"),
        (["hoffmann2022", "--fit", "third"], "hoffmann2022 has the fits"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*words), naming=naming)
