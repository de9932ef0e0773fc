"""`scalinglaws simulate kernel`: random points, lattices, and options that do not fit."""

from __future__ import annotations

import json
import math

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main

SOBOLEV = ["--kernel", "circle-sobolev", "--order", "1", "--manifold", "circle"]


def run(*words):
    return CliRunner().invoke(main, ["simulate", "kernel", *words])


def values(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_random_points_stand_beside_the_prediction():
    found = values(*SOBOLEV, "--samples", "16", "--replicates", "60", "--seed", "2")
    assert list(found) == [
        *("risk", "standard_error", "predicted_risk", "median", "geometric_mean", "mean_over_median"),
        *("replicates", "seed"),
    ]
    exact = 4 * math.pi**2 / 3 / 17
    assert abs(float(found["risk"]) - exact) < 4 * float(found["standard_error"])
    assert float(found["predicted_risk"]) < float(found["risk"])


def test_lattice_is_exact():
    found = values(*SOBOLEV, "--samples", "64", "--points", "lattice")
    assert float(found["risk"]) * 64 == pytest.approx(2 * math.pi**2 / 3, rel=2e-3)
    assert (found["samples"], found["side"]) == ("64", "64")


def test_teacher_takes_the_parameters_that_are_not_given_from_the_kernel():
    words = ["--kernel", "matern", "--smoothness", "3/2", "--length", "1/3", "--manifold", "torus"]
    words += ["--dimension", "2", "--samples", "9", "--points", "lattice", "--no-prediction"]
    same = values(*words)
    assert values(*words, "--teacher", "matern") == same
    assert "predicted_risk" not in same
    smoother = values(*words, "--teacher", "matern", "--teacher-smoothness", "5/2")
    assert float(smoother["risk"]) < float(same["risk"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kernel", "matern", "--manifold", "circle"], "`smoothness` is missing; matern needs it"),
        (["--kernel", "laplace", "--manifold", "sphere"], "`dimension` is missing"),
        (["--kernel", "laplace", "--manifold", "circle", "--dimension", "2"], "must be 1 on the circle"),
        (["--kernel", "laplace", "--manifold", "torus", "--dimension", "0"], "`dimension` = '0'"),
        (
            ["--kernel", "laplace", "--manifold", "circle", "--order", "2"],
            "`order` is 2, which laplace does not",
        ),
        ([*SOBOLEV, "--teacher-order", "2"], "`teacher-order` is 2, but there is no teacher"),
        ([*SOBOLEV, "--teacher", "gaussian", "--teacher-depth", "2"], "`teacher-depth` is 2, which gaussian"),
        ([*SOBOLEV, "--teacher", "matern"], "`teacher-smoothness` is missing"),
        (["--kernel", "relu-ntk", "--manifold", "torus", "--dimension", "2"], "no inner product"),
        (
            ["--kernel", "laplace", "--manifold", "torus", "--dimension", "2", "--points", "lattice"],
            "is no power 2 of an integer",
        ),
        (
            ["--kernel", "laplace", "--manifold", "sphere", "--dimension", "2", "--points", "lattice"],
            "`points` is lattice, which Sphere",
        ),
    ],
)
def test_bad_input_is_one_line(words, message):
    result = run(*words, "--samples", "10")
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
