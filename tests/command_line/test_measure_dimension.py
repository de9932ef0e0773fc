"""`scalinglaws measure dimension`: files in, a dimension out, and every kind of bad file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main
from scalinglaws.validate.measure import measure_dimension

POINTS = np.random.default_rng(0).standard_normal((400, 3))
POINTS /= np.linalg.norm(POINTS, axis=1, keepdims=True)


def measure(*words):
    return CliRunner().invoke(main, ["measure", "dimension", *map(str, words)])


@pytest.fixture
def sphere(tmp_path):
    path = tmp_path / "sphere.npy"
    np.save(path, POINTS)
    return path


def test_the_numbers_are_those_of_the_library(sphere):
    shown = json.loads(measure(sphere, "--neighbours", 6, "--confidence", 0.9, "--json").stdout)
    found = measure_dimension(POINTS, neighbours=6, confidence=0.9)
    assert float(shown.pop("dimension")) == found.value
    for name in ("standard_error", "low", "high", "departure", "confidence"):
        assert float(shown.pop(name)) == getattr(found, name)
    assert shown == {"neighbours": "6", "points": "400", "coordinates": "3"}


def test_text_and_csv_say_the_same(sphere, tmp_path):
    table = tmp_path / "sphere.csv"
    np.savetxt(table, POINTS, delimiter=",", fmt="%.17g", header="x,y,z", comments="")
    first, second = measure(sphere), measure(table)
    assert first.exit_code == second.exit_code == 0
    assert first.stdout == second.stdout
    assert first.stdout.splitlines()[0].startswith("dimension       2")


def test_other_estimators_are_asked_for_by_their_neighbours(sphere):
    values = {measure(sphere, "--neighbours", count).stdout for count in (2, 4, 30)}
    assert len(values) == 3


@pytest.mark.parametrize(
    ("name", "content", "naming"),
    [
        ("absent.npy", None, "No such file"),
        ("points.txt", "1 2\n3\n", "1 numbers under rows of 2"),
        ("points.csv", "a,b\n1,x\n", "'x' is no number"),
        ("points.json", "[]", "must end in .npy, .csv, .txt"),
        ("points.npy", "not an array", "is not in NumPy's format"),
        ("points.csv", "1,nan\n" * 100, "must be finite"),
        ("points.csv", "1,2\n" * 100, "occur more than once"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path, name, content, naming):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    found = measure(path)
    assert found.exit_code == 2
    assert naming in found.stderr
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "naming"),
    [
        (("--neighbours", "3"), "`neighbours` = "),
        (("--neighbours", "many"), "`neighbours` = 'many'"),
        (("--neighbours", "60"), "60 neighbours with an interval need at least 488"),
        (("--confidence", "0"), "`confidence` is 0.0"),
    ],
)
def test_bad_options_are_refused_in_one_line(sphere, options, naming):
    found = measure(sphere, *options)
    assert found.exit_code == 2
    assert naming in found.stderr
    assert found.stderr.count("\n") == 1
