"""`scalinglaws simulate`: a simulated point beside its prediction."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.numerics import PowerLaw, solve_ridge
from scalinglaws.validate.command_line import main

POINT = ["--decay", "2", "--size", "200", "--features", "60", "--samples", "80", "--ridge", "1e-2"]


def run(*words):
    return CliRunner().invoke(main, ["simulate", "ridge", *words])


@pytest.mark.slow
def test_simulation_agrees_with_the_theory_beside_it():
    result = run(*POINT, "--replicates", "200", "--json", "--jobs", "1")
    assert result.exit_code == 0, result.output
    found = {key: float(value) for key, value in json.loads(result.stdout).items()}
    point = solve_ridge(PowerLaw(2, 200), features=60, samples=80, ridge="1e-2")
    assert found["predicted_risk"] == pytest.approx(float(point.risk), rel=1e-15)
    distance = abs(found["risk"] - found["predicted_risk"])
    assert found["z"] == pytest.approx(distance / found["standard_error"])
    assert found["allowance"] == pytest.approx(2 / 60)
    assert found["z_beyond_allowance"] < 4
    assert found["z_beyond_allowance"] <= found["z"]


@pytest.mark.slow
def test_equal_seeds_give_equal_figures_whatever_the_number_of_processes():
    one, two = (run(*POINT, "--replicates", "16", "--seed", "3", "--jobs", jobs) for jobs in ("1", "2"))
    assert one.exit_code == 0, one.output
    assert one.stdout == two.stdout
    other = run(*POINT, "--replicates", "16", "--seed", "4", "--jobs", "1")
    assert other.stdout != one.stdout


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--size", "inf"], "size"),
        (["--replicates", "1"], "`replicates`"),
        (["--seed", "-1"], "`seed`"),
        (["--jobs", "0"], "`jobs`"),
        (["--features", "60.5"], "`features`"),
        (["--samples", "60", "--ridge", "0"], "samples"),
        (["--noise", "nan"], "`noise`"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*POINT, *words), naming=naming)
