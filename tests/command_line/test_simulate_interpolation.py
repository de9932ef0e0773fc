"""`scalinglaws simulate interpolation`: the library's numbers, laws beside them, refusals."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main
from scalinglaws.validate.executors import InlineExecutor
from scalinglaws.validate.simulate import simulate_interpolation


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Draw in this process: a pool takes longer to start than all draws together."""
    monkeypatch.setattr(
        "scalinglaws.validate.executors.process_pool", lambda jobs: nullcontext(InlineExecutor())
    )


def simulate(*words):
    return CliRunner().invoke(main, ["simulate", "interpolation", "--jobs", "1", *map(str, words)])


def shown(*words):
    return {name: float(value) for name, value in json.loads(simulate(*words, "--json").stdout).items()}


def test_the_numbers_are_those_of_the_library():
    found = shown("--samples", 200, "--dimension", 2, "--replicates", 5, "--seed", 3, "--tests", 100)
    same = simulate_interpolation(
        samples=200, dimension=2, replicates=5, tests=100, seed=3, executor=InlineExecutor()
    )
    assert found["squared_error"] == same.error(2).value
    assert found["distance_standard_error"] == same.distance(1).standard_error


@pytest.mark.parametrize(
    ("order", "dimension", "samples", "replicates"), [(0, 1, 500, 20), (0, 3, 4000, 10), (1, 1, 300, 200)]
)
def test_errors_are_near_their_laws(order, dimension, samples, replicates):
    found = shown(
        *("--samples", samples, "--dimension", dimension, "--order", order),
        *("--replicates", replicates, "--tests", 1000),
    )
    law = found["law_of_squared_error"]
    assert abs(found["squared_error"] - law) < 0.05 * law + 4 * found["squared_error_standard_error"]
    assert abs(found["distance"] - found["exact_distance"]) < 4.5 * found["distance_standard_error"]


@pytest.mark.parametrize(
    ("options", "absent"),
    [
        (("--manifold", "sphere"), {"law_of_squared_error"}),
        (("--embedding", "curved"), {"law_of_squared_error", "exact_distance"}),
        (("--dimension", 3, "--order", 1), {"law_of_squared_error"}),
    ],
)
def test_what_is_not_known_is_not_shown(options, absent):
    found = shown("--samples", 100, "--dimension", 2, "--replicates", 2, "--tests", 50, *options)
    assert not absent & set(found)
    assert {"law_of_squared_error", "exact_distance"} - absent <= set(found)


@pytest.mark.parametrize(
    ("options", "naming"),
    [
        (("--samples", 2, "--dimension", 2, "--order", 1), "`samples` = 2 must be at least 3"),
        (("--samples", 9, "--dimension", 0), "`dimension` = '0' must be an integer"),
        (("--samples", 9, "--dimension", 4, "--order", 1), "`dimension` = 4 must be from 1 to 3"),
        (("--samples", "many", "--dimension", 1), "`samples` = 'many'"),
        (("--samples", 9, "--dimension", 1, "--replicates", 1), "`replicates` = 1"),
    ],
)
def test_bad_options_are_refused_in_one_line(options, naming):
    found = simulate(*options)
    assert found.exit_code == 2
    assert naming in found.stderr
    assert found.stderr.count("\n") == 1
