"""`scalinglaws fit`: a table of runs in, a law with intervals out."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main
from scalinglaws.validate.fit import PARAMETERS, fit_risk


@pytest.fixture
def table(tmp_path):
    rows = [
        (m, n, 1 + 2 / m + 3 * n**-0.5 + 1e-3 * ((m * n) % 7)) for m in (8, 16, 32) for n in (99, 500, 2000)
    ]
    path = tmp_path / "runs.csv"
    path.write_text(
        "features,samples,risk\n" + "".join(f"{m},{n},{r!r}\n" for m, n, r in rows), encoding="utf-8"
    )
    return path, list(zip(*rows, strict=True))


def run(*words):
    return CliRunner().invoke(main, ["fit", *map(str, words)])


@pytest.fixture(autouse=True)
def few_starts(monkeypatch):
    from scalinglaws.validate import fit

    monkeypatch.setattr(fit, "_LOG_CONSTANT", (0.0,))
    monkeypatch.setattr(fit, "_EXPONENT", (0.5, 1.0))


def test_the_fit_is_that_of_the_library(table):
    path, columns = table
    result = run(
        path, "--irreducible", "1", "--resamples", "25", "--seed", "3", "--confidence", "0.8", "--json"
    )
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    found = fit_risk(*columns, irreducible=1, resamples=25, seed=3, confidence=0.8)
    for name in PARAMETERS:
        number = getattr(found, name)
        assert {end: float(text) for end, text in shown[name].items()} == {
            end: getattr(number, end) for end in ("value", "low", "high")
        }
    assert float(shown["objective"]) == found.objective
    assert [shown[name] for name in ("points", "resamples", "confidence", "seed")] == [9, 25, "0.8", "3"]


def test_text_shows_values_and_intervals(table):
    lines = run(table[0], "--irreducible", "1", "--resamples", "25").stdout.splitlines()
    assert [line.split()[0] for line in lines[:5]] == list(PARAMETERS)
    assert lines[0].split() == ["irreducible", "1", "given"]
    assert "[" in lines[1]
    assert lines[5].startswith("9 runs, summed Huber loss")
    free = run(table[0], "--resamples", "25").stdout.splitlines()
    assert "[" in free[0]


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--irreducible", "-1"], "`irreducible`"),
        (["--irreducible", "x"], "`irreducible`"),
        (["--resamples", "1"], "`resamples` = 1"),
        (["--confidence", "2"], "`confidence` = 2"),
        (["--seed", "-1"], "`seed` = -1"),
    ],
)
def test_bad_options_are_one_line_and_status_two(refused, table, words, naming):
    refused(run(table[0], *words), naming=naming)


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        ("features,samples,risk\n8,100,1.5\n8,x,1.4\n", "runs.csv, line 3: `samples` = 'x'"),
        ("features,samples\n8,100\n", "has no column 'risk'"),
        ("features,samples,risk\n8,100,-1\n", "line 2: `risk` = '-1'"),
        ("features,samples,risk\n8,100,1\n16,100,1\n8,200,1\n", "3 sizes, too few to fit 5 parameters"),
        ("", "has no column 'features'"),
    ],
)
def test_bad_tables_are_one_line_and_status_two(refused, tmp_path, text, naming):
    path = tmp_path / "runs.csv"
    path.write_text(text, encoding="utf-8")
    refused(run(path), naming=naming)


def test_what_is_no_file_is_one_line_and_status_two(refused, tmp_path):
    refused(run(tmp_path / "none.csv"), naming="none.csv: No such file")
    refused(run(tmp_path), naming="Is a directory")
