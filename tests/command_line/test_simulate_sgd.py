"""`scalinglaws simulate sgd`: simulated runs beside their exact expectation."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main

POINT = ["--decay", "2", "--size", "60", "--features", "6", "--samples", "40", "--step-size", "0.1"]
QUICK = ["--noise", "0.3", "--replicates", "60"]


def run(*words):
    return CliRunner().invoke(main, ["simulate", "sgd", *words])


def values(*words):
    result = run(*POINT, *QUICK, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ([], ()),
        (["--features", "inf", "--average", "--batch-size", "2"], ()),
        (["--on-data", "--signal", "drawn"], ()),
        (["--covariates", "rademacher", "--rotated"], ("gaussian_risk",)),
    ],
)
def test_runs_stand_beside_their_expectation(words, more):
    found = values(*words)
    assert list(found) == [
        *("risk", "standard_error", "predicted_risk", "ratio", "z", *more),
        *("approximation", "bias", "variance", "replicates", "seed"),
    ]
    assert float(found["z"]) < 5
    distance = abs(float(found["risk"]) - float(found["predicted_risk"]))
    assert distance / float(found["standard_error"]) == pytest.approx(float(found["z"]))


def test_heavy_tails_have_a_median_in_place_of_a_distance():
    found = values("--covariates", "student:4")
    assert found["predicted_risk"] == "inf"
    assert "z" not in found
    assert float(found["median_risk"]) == pytest.approx(float(found["gaussian_risk"]), rel=0.3)


def test_several_passes_have_a_training_risk_in_place_of_a_prediction():
    found = values("--passes", "6")
    assert "predicted_risk" not in found
    assert float(found["training_risk"]) < float(found["risk"])


def test_equal_seeds_give_equal_figures():
    assert values() == values()
    assert values("--seed", "1") != values()


@pytest.mark.slow
def test_the_number_of_processes_does_not_matter():
    assert values("--jobs", "1") == values("--jobs", "2") == values()


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--decay", "nan"], "`decay`"),
        (["--features", "61"], "`features` = 61 must not exceed the size 60"),
        (["--features", "2.5"], "`features`"),
        (["--samples", "0"], "`samples`"),
        (["--samples", "3", "--batch-size", "4"], "`samples` = 3 must be at least"),
        (["--step-size", "-1"], "`step_size`"),
        (["--step-size", "90", "--samples", "4000"], "`step_size` = 90 lets runs grow"),
        (["--size", "inf", "--features", "inf"], "`size` = inf"),
        (["--size", "inf", "--on-data"], "`size` = inf"),
        (["--passes", "0"], "`passes` = 0"),
        (["--covariates", "cauchy"], "`--covariates` is 'cauchy'"),
        (["--covariates", "student"], "`--covariates` is 'student'"),
        (["--covariates", "gaussian:3"], "`--covariates` is 'gaussian:3'"),
        (["--covariates", "student:x"], "`--covariates`"),
        (["--covariates", "student:2"], "`degrees_of_freedom` = 2.0"),
        (["--replicates", "1"], "`replicates` = 1"),
        (["--seed", "-1"], "`seed` is -1"),
        (["--jobs", "0"], "`jobs` is 0"),
        (["--signal", "none"], "--signal"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*POINT, *QUICK, *words), naming=naming)
