"""`scalinglaws evaluate sgd`: the equivalent, means over sketches, and what is refused."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.numerics import PowerLaw, Schedule, solve_sgd
from scalinglaws.validate.command_line import main
from scalinglaws.validate.simulate import average_over_sketches

POINT = ["--decay", "2", "--features", "24", "--samples", "500", "--step-size", "1/5", "--noise", "0.3"]
WORDS = ["risk", "excess", "approximation", "bias", "variance", "descent"]


def run(*words):
    return CliRunner().invoke(main, ["evaluate", "sgd", *map(str, words)])


def values(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["--equivalent", "--average"], {"average": True}),
        (["--schedule", "constant", "--batch-size", "4"], {"schedule": "constant", "batch_size": 4}),
        (["--size", "100", "--source", "3/2"], {"spectrum": PowerLaw(2, 100), "source": "1.5"}),
    ],
)
def test_the_equivalent_is_that_of_the_library(words, options):
    found = values(*POINT, *words)
    spectrum = options.pop("spectrum", PowerLaw(2))
    point = solve_sgd(spectrum, features=24, samples=500, step_size="0.2", noise="0.3", **options)
    assert list(found) == WORDS
    for word in WORDS:
        assert isinstance(found[word], str)
        assert float(found[word]) == pytest.approx(getattr(point, word), rel=1e-9)


def test_sketches_give_means_with_standard_errors():
    found = values(*POINT, "--sketches", 3, "--seed", 7)
    mean = average_over_sketches(
        PowerLaw(2), Schedule.geometric("0.2", 500), features=24, noise="0.3", sketches=3, seed=7
    )
    for word in WORDS:
        assert float(found[word]) == pytest.approx(getattr(mean, word).value, rel=1e-9)
        error = getattr(mean, word).standard_error
        assert float(found[f"{word}_standard_error"]) == pytest.approx(error, rel=1e-2)
    assert found["sketches"] == "3"
    assert found["seed"] == "7"


def test_text_and_json_hold_the_same_figures():
    lines = [line.split() for line in run(*POINT).stdout.splitlines()]
    assert dict(lines) == values(*POINT)


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--decay", "1"], "`decay` = 1"),
        (["--decay", "two"], "`decay`"),
        (["--source", "1"], "`source` = 1"),
        (["--size", "10"], "`features` = 24 must not exceed the size 10"),
        (["--size", "10", "--sketches", "2"], "`features` = 24 must not exceed the size 10"),
        (["--features", "0"], "`features`"),
        (["--samples", "0"], "`samples`"),
        (["--samples", "2", "--batch-size", "3"], "`samples` = 2 must be at least `batch_size` = 3"),
        (["--samples", "2", "--batch-size", "3", "--sketches", "2"], "`samples` = 2 must be at least"),
        (["--step-size", "0"], "`step_size`"),
        (["--step-size", "5"], "`step_size` = 5 must be below the critical one"),
        (["--step-size", "5", "--sketches", "2"], "`step_size` = 5 must be below the critical one"),
        (["--schedule", "cosine"], "--schedule"),
        (["--noise", "-1"], "`noise` = '-1'"),
        (["--batch-size", "0.5"], "`batch_size`"),
        (["--sketches", "1"], "`sketches` = 1"),
        (["--sketches", "2", "--seed", "-1"], "`seed` is -1"),
        (["--sketches", "2", "--features", "inf"], "`features`"),
        (["--sketches", "2", "--equivalent"], "exclude each other"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*POINT, *words), naming=naming)
