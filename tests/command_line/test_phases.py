"""`scalinglaws phases`: text, JSON, LaTeX and figures of phase diagrams, and refusals."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main


def run(*words):
    return CliRunner().invoke(main, ["phases", *map(str, words)])


def printed(*words):
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_plane_is_listed_phase_by_phase():
    text = printed("sketch")
    blocks = text.split("\n\n")
    assert blocks[0].startswith("the sketch, N features and infinitely many samples: excess")
    assert "where b > a + 1" in text
    assert "N^(1 - b)   bias leads" in text
    assert "Boundaries\n  b = a + 1   between A and B\n" in text
    assert "N^(-a) log N" in text


def test_meeting_points_and_chained_conditions():
    text = printed("kernel", "--set", "a=2")
    assert "b = 5, l = -3/5" in text
    assert "-3/5 < l < 1" in text
    assert "bias and variance lead" in text


def test_json_of_a_plane():
    answer = json.loads(printed("kernel", "--set", "a=2", "--of", "bias", "--json"))
    assert (answer["model"], answer["of"], answer["set"]) == ("kernel", "bias", {"a": "2"})
    assert answer["axes"] == ["b", "l"]
    by_condition = {tuple(sorted(c)): phase for phase in answer["phases"] for c in phase["conditions"]}
    assert by_condition[("b < 5", "l > 1")]["exponent"] == "1 - b"
    assert by_condition[("l < -1",)]["exponent"] == "0"
    logarithm = [w for w in answer["boundaries"] if w["equation"] == "b = 5"]
    assert {w["law"]["log_power"] for w in logarithm} == {"1"}
    assert {"coordinates": {"b": "5", "l": "1"}} in [
        {"coordinates": point["coordinates"]} for point in answer["points"]
    ]


def test_settings_may_be_expressions_in_other_parameters():
    isotropic = json.loads(printed("kernel", "--set", "b=a", "--json"))
    assert isotropic["axes"] == ["a", "l"]
    crossover = [
        w for w in isotropic["boundaries"] if w["law"] and w["law"]["dominant"] == "bias and variance"
    ]
    assert [w["equation"] for w in crossover] == ["l = 0"]
    one = printed("kernel", "--set", "b=a, l=0")
    assert "T^(-(a - 1)/a)   bias and variance lead" in one


@pytest.mark.slow
def test_all_regions_are_listed_where_there_is_no_plane():
    answer = json.loads(printed("kernel", "--of", "bias", "--json"))
    assert any(region["conditions"] == ["l < -1"] for region in answer["regions"])
    text = printed("kernel", "--of", "variance")
    assert "where l < -1" in text
    assert printed("kernel", "--latex").startswith(r"\begin{cases}")
    nothing_left = printed("sketch", "--set", "a=2,b=3")
    assert "N^(-2) log N   bias leads\n   where everywhere" in nothing_left


def test_axes_and_domain_are_as_asked_for():
    answer = json.loads(printed("sketch", "--axes", "b,a", "--where", "b < a + 1", "--json"))
    assert answer["axes"] == ["b", "a"]
    (phase,) = answer["phases"]
    assert (phase["exponent"], phase["conditions"]) == ("1 - b", [[]])


def test_latex_of_a_plane():
    text = printed("sketch", "--latex")
    assert text.startswith(r"\begin{tabular}")
    assert "$b = a + 1$ & A and B" in text


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_a_figure_is_written(tmp_path, suffix):
    file = tmp_path / f"phases.{suffix}"
    text = printed("sketch", "--plot", file, "--range", "a=1..4", "--range", "b=1..7/2")
    assert text.startswith("the sketch")
    assert file.stat().st_size > 2000


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["kernal"], "`model` is 'kernal', which is not known; did you mean 'kernel'?"),
        (["sketch", "--of", "risk"], "`--of` is 'risk'; give one of excess, bias, variance"),
        (["sketch", "--set", "q=1"], "`--set` names q, but the model has the parameters a, b"),
        (["sketch", "--set", "q"], "`--set` is 'q'; write NAME=VALUE"),
        (["kernel", "--set", "a=2", "--set", "a=3"], "`--set` gives a twice, 2 and 3; set it once"),
        (["kernel", "--set", "a=b,b=a"], "a is set to b; use numbers and parameters that are not set"),
        (["kernel", "--set", "a=1/2"], "a = 1/2 violates a > 1"),
        (["ridgeless", "--set", "q=1"], "q = 1 violates Ne(q, 1)"),
        (["ridge", "--set", "q=-1"], "q = -1 violates q > 0"),
        (["kernel", "--set", "a=sqrt(2)"], "not a rational function of the parameters"),
        (["kernel", "--set", "a=import os"], "is no formula"),
        (["kernel", "--set", "a=2", "--where", "a > 3"], "a = 2 violates a > 3 in `where`"),
        (["sketch", "--where", "a < 1"], "contradictory"),
        (["sketch", "--where", "c < 1"], "`--where` names c"),
        (["sketch", "--where", "a"], "is no relation"),
        (
            ["ridge", "--plot", "x.svg"],
            "`--plot` needs two parameters, and a, b, q, l remain; set all but two",
        ),
        (["sketch", "--set", "a=2", "--plot", "x.svg"], "`--plot` needs two parameters, and there remain b"),
        (["kernel", "--axes", "a,b"], "`--axes` leaves l open; give values with --set"),
        (["kernel", "--axes", "a"], "give two different parameters"),
        (["kernel", "--axes", "a,a"], "give two different parameters"),
        (["kernel", "--set", "a=2", "--axes", "a,b"], "`--axes` names a, which is set to 2"),
        (["sketch", "--axes", "a,q"], "`--axes` names q"),
        (["sketch", "--plot", "x.gif"], "must end in .svg, .png, .pdf"),
        (["sketch", "--plot", "/nowhere/x.svg"], "there is no folder /nowhere"),
        (["sketch", "--range", "a=1..4"], "`--range` is for a figure"),
        (["sketch", "--plot", "x.svg", "--range", "a=4..1"], "give two growing numbers"),
        (["sketch", "--plot", "x.svg", "--range", "a=1..b"], "give two growing numbers"),
        (["sketch", "--plot", "x.svg", "--range", "a=1"], "write NAME=LOW..HIGH"),
        (["sketch", "--plot", "x.svg", "--range", "q=1..2"], "`--range` names q"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*words), naming=naming)


def test_a_file_that_cannot_be_written_is_refused(refused, tmp_path):
    folder = tmp_path / "folder.svg"
    folder.mkdir()
    refused(run("sketch", "--plot", folder), naming="which is a folder")
