"""`scalinglaws measure spectrum` and `predict`: files in, laws and curves out, and every kind of bad file."""

from __future__ import annotations

import json
import math
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner

from scalinglaws.numerics import Eigenvalues, sweep_ridge
from scalinglaws.validate.command_line import main
from scalinglaws.validate.measure import measure_spectrum, measured_modes

INDEX = np.arange(1, 301.0)
POWERS = INDEX**-1.8 * np.random.default_rng(0).standard_normal(300) ** 2


def run(*words):
    return CliRunner().invoke(main, list(map(str, words)))


measure = partial(run, "measure", "spectrum")
predict = partial(run, "predict", "--spectrum")


@pytest.fixture
def files(tmp_path):
    """Return a function that saves an array and returns its path."""

    def save(name, array):
        path = tmp_path / name
        if path.suffix == ".npy":
            np.save(path, array, allow_pickle=True)
        else:
            path.write_text(array, encoding="utf-8")
        return path

    return save


@pytest.fixture
def spectrum(files):
    return files("values.npy", INDEX**-1.5)


@pytest.fixture
def matrix(files):
    data = np.random.default_rng(1).standard_normal((200, 400)) * np.arange(1, 401.0) ** -0.75
    return files("kernel.npy", data @ data.T), files("targets.npy", data[:, :3])


def test_the_fit_is_that_of_the_library(spectrum, files):
    shown = json.loads(measure(spectrum, "--signal", files("signal.npy", POWERS), "--json").stdout)
    found = measure_spectrum(measured_modes(INDEX**-1.5, signal=POWERS))
    for name in ("decay", "source"):
        number = getattr(found, name)
        assert {end: float(text) for end, text in shown[name].items()} == {
            end: getattr(number, end) for end in ("value", "low", "high")
        }
    assert (shown["first"], shown["last"], shown["fair"]) == (1, 300, True)


def test_a_matrix_is_read_as_a_kernel_and_its_samples_bound_the_range(matrix):
    kernel, targets = matrix
    shown = json.loads(measure(kernel, "--targets", targets, "--json").stdout)
    assert (shown["eigenvalues"], shown["samples"]) == (200, 200)
    assert shown["last"] <= 20
    assert float(shown["decay"]["low"]) <= 1.5 <= float(shown["decay"]["high"])
    text = measure(kernel).stdout
    assert "estimated from 200 samples" in text
    assert "source" not in text


def test_text_and_json_hold_the_same_law(spectrum):
    lines = dict(line.split(maxsplit=1) for line in measure(spectrum).stdout.splitlines())
    assert lines["decay"].split()[0] == "1.5"
    assert lines["range"] == "1 to 300"
    assert lines["fair"] == "yes"


@pytest.mark.parametrize("suffix", [".csv", ".txt"])
@pytest.mark.parametrize("header", ["", "eigenvalue\n"])
def test_text_files_hold_what_arrays_hold(spectrum, files, suffix, header):
    text = header + "".join(f"{value!r}\n" for value in (INDEX**-1.5).tolist())
    assert measure(files(f"values{suffix}", text)).stdout == measure(spectrum).stdout


def test_a_forced_range_says_what_speaks_against_it(files):
    path = files("values.npy", np.exp(-0.05 * INDEX))
    result = measure(path, "--first", "1", "--last", "100")
    assert result.exit_code == 0
    assert "fair         no: the decay changes from" in result.stdout


def test_plots_are_written(spectrum, files, tmp_path):
    signal = files("signal.npy", POWERS)
    assert measure(spectrum, "--signal", signal, "--plot", tmp_path / "a.svg").exit_code == 0
    assert predict(spectrum, "--samples", "5:200:6", "--plot", tmp_path / "b.svg").exit_code == 0
    assert all((tmp_path / name).read_text().startswith("<?xml") for name in ("a.svg", "b.svg"))


def test_predicted_risks_are_those_of_the_theory(spectrum, files):
    words = ["--signal", files("signal.npy", POWERS), "--samples", "20,50", "--features", "30,inf"]
    found = predict(spectrum, *words, "--ridge", "1/10", "--noise", "0.5", "--json")
    rows = json.loads(found.stdout)["risks"]
    exact = sweep_ridge(
        Eigenvalues((INDEX**-1.5).tolist(), POWERS.tolist()),
        features=np.array([[30.0], [np.inf]]),
        samples=np.array([[20.0, 50.0]]),
        ridge=0.1,
        noise=0.5,
    )
    assert [row["features"] for row in rows] == ["30", "30", "inf", "inf"]
    assert [float(row["risk"]) for row in rows] == pytest.approx(exact.risk.ravel(), rel=1e-9)
    text = predict(spectrum, *words, "--ridge", "1/10", "--noise", "0.5").stdout.splitlines()
    assert [line.split()[:4] for line in text[1:]] == [
        [row[word] for word in ("features", "samples", "kappa", "risk")] for row in rows
    ]


def test_predictions_beyond_the_measured_modes_need_the_extension(matrix):
    kernel, targets = matrix
    plain = predict(kernel, "--targets", targets, "--samples", "10,1000").stdout
    assert "know little of more than 20 samples" in plain
    extended = predict(kernel, "--samples", "10,1000", "--extend").stdout
    assert "continued beyond" in extended
    risks = [float(line.split()[3]) for line in extended.splitlines()[1:3]]
    assert 0 < risks[1] < risks[0]


@pytest.mark.parametrize(
    ("name", "array", "naming"),
    [
        ("v.npy", -INDEX, "must not be negative"),
        ("v.npy", np.array([1.0, math.nan]), "[1] = nan must be finite"),
        ("v.npy", np.array([math.inf, 1.0]), "[0] = inf must be finite"),
        ("v.npy", np.array([]), "is empty"),
        ("v.npy", np.zeros(20), "all zero"),
        ("v.npy", np.array([1, "a", None], dtype=object), "holds objects"),
        ("v.npy", np.array(["1", "2"]), "<U1"),
        ("v.npy", INDEX + 1j, "complex128"),
        ("v.npy", np.ones(5, dtype=bool), "bool"),
        ("v.npy", np.zeros(3, dtype=[("a", float)]), "[('a', '<f8')]"),
        ("v.npy", np.ones((3, 4)), "square kernel matrix"),
        ("v.npy", np.triu(np.ones((3, 3))), "symmetric"),
        ("v.npy", np.ones((2, 2, 2)), "shape (2, 2, 2)"),
        ("v.npy", np.array(3.0), "shape ()"),
        ("v.npy", INDEX[:5], "too few"),
        ("v.npy", np.exp(-INDEX), "no power law"),
        ("v.npy", np.ones(50), "factor of 2"),
        ("v.csv", "1,2\n3\n", "line 2: 1 numbers under rows of 2"),
        ("v.csv", "1\nx\n", "line 2: 'x' is no number"),
        ("v.csv", "1\nnan\n", "must be finite"),
        ("v.csv", "", "holds no numbers"),
        ("v.csv", "eigenvalue\n", "holds no numbers"),
        ("v.txt", "1 -2\n-2 1\n", "eigenvalue -0.5"),
    ],
)
def test_bad_files_are_one_line_and_status_two(refused, files, name, array, naming):
    refused(measure(files(name, array)), naming=naming)


@pytest.mark.parametrize(
    ("name", "content", "naming"),
    [
        ("v.npy", b"", "not in NumPy's format"),
        ("v.npy", b"1,2,3", "not in NumPy's format"),
        ("v.npy", b"\x93NUMPY\x01\x00\x76\x00{'descr'", "damaged"),
        ("v.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': (99,(((", "damaged"),
        ("v.csv", b"\xff\xfe\x00", "not text in UTF-8"),
        ("v.json", b"[1]", "must end in .npy, .csv, .txt"),
    ],
)
def test_damaged_files_are_one_line_and_status_two(refused, tmp_path, name, content, naming):
    path = tmp_path / name
    path.write_bytes(content)
    refused(measure(path), naming=naming)


def test_a_truncated_array_is_one_line_and_status_two(refused, spectrum):
    spectrum.write_bytes(spectrum.read_bytes()[:500])
    refused(measure(spectrum), naming="damaged")


def test_missing_files_are_one_line_and_status_two(refused, tmp_path, spectrum):
    refused(measure(tmp_path / "none.npy"), naming="none.npy: No such file")
    refused(measure(spectrum, "--signal", tmp_path / "none.npy"), naming="none.npy: No such file")
    (tmp_path / "folder.npy").mkdir()
    refused(measure(tmp_path / "folder.npy"), naming="Is a directory")


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--first", "x"], "`first` = 'x'"),
        (["--last", "301"], "`last` = 301 must be at most 300"),
        (["--first", "9", "--last", "12"], "`first` = 9 and `last` = 12"),
        (["--samples", "0"], "`samples` = '0'"),
        (["--samples", "50"], "a tenth of the 50 samples"),
        (["--confidence", "0"], "`confidence` = 0"),
        (["--confidence", "nan"], "`confidence` = nan"),
        (["--plot", "a.jpg"], "must end in"),
        (["--plot", "/no/such/folder/a.png"], "no folder"),
    ],
)
def test_bad_options_of_measure_are_one_line_and_status_two(refused, spectrum, words, naming):
    refused(measure(spectrum, *words), naming=naming)


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["--samples", "x"], "`--samples` = 'x'"),
        (["--samples", "0"], "`samples` = 0"),
        (["--samples", "-5"], "`samples` = -5"),
        (["--samples", "nan"], "`--samples` = 'nan'"),
        (["--samples", "1e400"], "must fit a double-precision number"),
        (["--samples", "1:2"], "`--samples` = '1:2' must be a list"),
        (["--samples", "10:1:4"], "`--samples` = '10:1:4' must be FROM:TO:COUNT"),
        (["--samples", "1:10:1"], "`--samples` = '1:10:1'"),
        (["--samples", "10,,20"], "`--samples` = ''"),
        (["--samples", "10", "--features", "10"], "interpolation threshold"),
        (["--samples", "10", "--features", "-1"], "`features` = -1"),
        (["--samples", "10", "--ridge", "-1"], "`ridge` = -1"),
        (["--samples", "10", "--noise", "nan"], "`noise` = 'nan'"),
        (["--samples", "10", "--noise", "1e400"], "`noise` = 1e400"),
        (["--samples", "10", "--first", "3"], "add --extend"),
        (["--samples", "10", "--extend", "--first", "3", "--last", "5"], "`first` = 3 and `last` = 5"),
        (["--samples", "10", "--plot", "a.png"], "fewer than two finite numbers"),
        (["--samples", "10", "--targets", "{values}"], "`targets` go with a kernel matrix"),
    ],
)
def test_bad_options_of_predict_are_one_line_and_status_two(refused, spectrum, words, naming):
    refused(predict(spectrum, *(word.format(values=spectrum) for word in words)), naming=naming)
