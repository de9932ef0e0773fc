"""`scalinglaws density`: bands, moments, densities, and a picture."""

from __future__ import annotations

import json

import mpmath
import pytest
from click.testing import CliRunner

from scalinglaws.numerics import PowerLaw, spectral_density, spectral_edges, spectral_moments
from scalinglaws.validate.command_line import main

WORDS = ["--decay", "3/2", "--size", "300", "--features", "60", "--samples", "40"]
SIZES = {"features": 60, "samples": 40}


def run(*words):
    return CliRunner().invoke(main, ["density", *map(str, words)])


def values(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("digits", [15, 30])
def test_json_holds_the_spectrum_to_all_digits(digits):
    found = values(*WORDS, "--at", "0.01", "--digits", digits)
    spectrum = PowerLaw("3/2", 300)
    support = spectral_edges(spectrum, **SIZES, digits=digits)
    assert len(found["bands"]) == len(support.bands)
    with mpmath.workdps(digits + 5):
        close = mpmath.mpf(10) ** (1 - digits)
        for band, known in zip(found["bands"], support.bands, strict=True):
            assert abs(mpmath.mpf(band["upper"]) - known.upper) < close * known.upper
            assert abs(mpmath.mpf(band["lower"]) - known.lower) < close * known.lower
            assert band["mass"] == str(known.mass)
        for text, known in zip(
            found["moments"], spectral_moments(spectrum, 4, **SIZES, digits=digits), strict=True
        ):
            assert abs(mpmath.mpf(text) - known) < close * known
        density = spectral_density(spectrum, "0.01", **SIZES, digits=digits)
        assert abs(mpmath.mpf(found["density"]["0.01"]) - density) < close * density
    assert found["mass_at_zero"] == "0"
    assert found["complete"] is True


def test_text_holds_the_same_figures():
    found = values(*WORDS, "--at", "0.01")
    lines = run(*WORDS, "--at", "0.01").stdout.splitlines()
    rows = [line.split() for line in lines if line[0].isdigit()]
    assert [row[1:] for row in rows] == [
        [band[key] for key in ("lower", "upper", "modes")] for band in found["bands"]
    ]
    assert lines[-1].split() == ["density", "0.01", found["density"]["0.01"]]


def test_the_other_matrix_has_the_same_edges():
    one, other = values(*WORDS), values(*WORDS, "--matrix", "covariance")
    assert [band["upper"] for band in one["bands"]] == [band["upper"] for band in other["bands"]]
    assert other["mass_at_zero"] == "1/3"


def test_infinity_is_a_size_and_a_number_of_features():
    assert values("--decay", "2", "--features", "inf", "--samples", "30")["mass_at_zero"] == "0"


def test_the_limit_is_printed():
    assert "--limit" in run(*WORDS, "--limit", "1").stdout
    assert "--limit" not in run(*WORDS).stdout


@pytest.mark.parametrize(
    "suffix",
    [".svg", pytest.param(".png", marks=pytest.mark.slow), pytest.param(".pdf", marks=pytest.mark.slow)],
)
def test_plot_writes_a_picture(tmp_path, suffix):
    path = tmp_path / f"density{suffix}"
    result = run(*WORDS, "--plot", path, "--replicates", "3")
    assert result.exit_code == 0, result.output
    first = path.read_bytes()
    assert len(first) > 1000
    run(*WORDS, "--plot", path, "--replicates", "3")
    assert path.read_bytes() == first


def test_plot_of_an_infinite_spectrum_has_no_matrices(tmp_path, refused):
    words = ["--decay", "2", "--features", "20", "--samples", "30", "--plot", tmp_path / "density.svg"]
    refused(run(*words), naming="--size")
    assert run(*words, "--replicates", "0").exit_code == 0


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--decay", "0"], "`decay`"),
        (["--decay", "1/2", "--size", "inf"], "`decay`"),
        (["--size", "2.5"], "`size`"),
        (["--features", "-3"], "`features`"),
        (["--samples", "many"], "`samples`"),
        (["--samples", "inf"], "`samples`"),
        (["--features", "inf", "--matrix", "covariance"], "`features`"),
        (["--matrix", "gram"], "--matrix"),
        (["--at", "0"], "`x`"),
        (["--at", "1j"], "`x`"),
        (["--digits", "0"], "`digits`"),
        (["--limit", "0"], "`limit`"),
        (["--replicates", "-1"], "--replicates"),
        (["--plot", "density.txt"], "--plot"),
        (["--plot", "nowhere/density.svg"], "--plot"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*WORDS, *words), naming=naming)
