"""`scalinglaws evaluate kernel`: eigenvalues and learning curves, and what is refused."""

from __future__ import annotations

import json

import mpmath
import pytest
from click.testing import CliRunner

from scalinglaws.numerics import (
    ArcCosine,
    Laplace,
    ManifoldSpectrum,
    Matern,
    Sphere,
    Torus,
    kernel_eigenvalues,
    solve_ridge,
)
from scalinglaws.validate.command_line import main


def run(*words):
    return CliRunner().invoke(main, ["evaluate", "kernel", *words])


def values(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_eigenvalues_are_printed_with_their_multiplicities():
    found = values("--kernel", "arc-cosine", "--order", "1", "--manifold", "sphere", "--dimension", "2")
    assert (found["decay"], found["alpha_K"]) == ("5/2", "3/2")
    assert mpmath.mpf(found["total"]) == 1
    for row, level in zip(found["eigenvalues"], kernel_eigenvalues(ArcCosine(1), Sphere(2), 8), strict=True):
        assert (int(row["degree"]), int(row["multiplicity"])) == (level.degree, level.multiplicity)
        assert abs(mpmath.mpf(row["eigenvalue"]) - level.eigenvalue) <= mpmath.mpf(10) ** -14


def test_samples_add_the_risk_of_the_regression():
    words = ["--kernel", "laplace", "--manifold", "torus", "--dimension", "2", "--count", "3"]
    words += ["--teacher", "matern", "--teacher-smoothness", "3/2", "--samples", "50", "--noise", "1/10"]
    found = values(*words, "--ridge", "0.01", "--digits", "10")
    spectrum = ManifoldSpectrum(Laplace(), Torus(2), Matern("3/2"))
    point = solve_ridge(spectrum, features="inf", samples=50, ridge="1/100", noise="1/10", digits=20)
    assert found["source"] == "5/2"
    assert len(found["eigenvalues"]) == 3
    for word in ("kappa", "df1", "df2", "df3", "risk", "excess", "bias", "variance"):
        assert abs(mpmath.mpf(found[word]) - getattr(point, word)) <= 1e-9 * getattr(point, word)


def test_text_has_words_and_a_table():
    result = run("--kernel", "gaussian", "--manifold", "circle", "--count", "2", "--digits", "5")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "decay    inf",
        "alpha_K  inf",
        "total    2.5066",
        "",
        "degree  multiplicity  eigenvalue",
        "     0             1  2.5066",
        "     1             2  6.7060e-9",
    ]


def test_rigorous_figures_have_a_radius():
    words = ["--kernel", "relu-ntk", "--manifold", "sphere", "--dimension", "3", "--samples", "20"]
    result = run(*words, "--rigorous", "--digits", "6")
    assert result.exit_code == 0
    assert result.stdout.count("+/-") == 16


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--kernel", "relu-ntk", "--manifold", "torus", "--dimension", "2"], "not positive definite"),
        (["--kernel", "laplace", "--manifold", "sphere", "--dimension", "0"], "`dimension` = '0'"),
        (["--kernel", "laplace", "--manifold", "sphere"], "`dimension` is missing"),
        (["--kernel", "laplace", "--manifold", "circle", "--dimension", "2"], "`dimension` is 2"),
        (["--kernel", "matern", "--manifold", "circle"], "`smoothness` is missing"),
        (["--kernel", "matern", "--smoothness", "-1", "--manifold", "circle"], "`smoothness` = '-1'"),
        (["--kernel", "laplace", "--depth", "2", "--manifold", "circle"], "`depth` is 2"),
        (
            ["--kernel", "circle-sobolev", "--order", "1", "--manifold", "sphere", "--dimension", "1"],
            "Circle()",
        ),
        (["--kernel", "laplace", "--manifold", "circle", "--samples", "-3"], "`samples` = '-3'"),
        (["--kernel", "laplace", "--manifold", "circle", "--ridge", "1"], "`--ridge` = 1 needs"),
        (["--kernel", "laplace", "--manifold", "circle", "--count", "0"], "`count` = '0'"),
        (["--kernel", "laplace", "--manifold", "circle", "--digits", "0"], "`digits` = 0"),
        (["--kernel", "spline", "--manifold", "circle"], "--kernel"),
        (["--kernel", "laplace", "--length", "1e-6", "--manifold", "sphere", "--dimension", "2"], "`length`"),
    ],
)
def test_refused_in_one_line(words, naming):
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert naming in result.stderr
