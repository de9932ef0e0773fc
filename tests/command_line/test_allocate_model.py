"""`scalinglaws allocate` for a model, and the plane of two resources as a figure."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main

FORMULA = ("A/N^alpha + B/D^beta", "--cost", "6*N*D")
NUMBERS = "A=1, B=2, alpha=1/2, beta=1/3"


def run(*words):
    return CliRunner().invoke(main, ["allocate", *words])


def test_the_model_with_an_isotropic_prior():
    result = run("ridge", "--cost", "N*T")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:4] == [
        "risk  ~ C^((1 - a)/(a + 1))",
        "N     ~ C^(1/(a + 1))",
        "T     ~ C^(a/(a + 1))",
        "delta ~ C^x with -oo <= x <= 0",
    ]
    assert "Isotropic prior, b = a" in result.stdout


@pytest.mark.slow
def test_a_source_and_a_point():
    result = run("ridge", "--cost", "N*T", "--of", "bias", "--set", "b=3*a", "--at", "a=3/2", "--json")
    answer = json.loads(result.stdout)
    assert answer["risk"] == "-6/7"
    assert answer["exponents"]["N"] == "5/7"


@pytest.mark.slow
def test_relations_on_the_source_leave_it_open():
    result = run("ridge", "--cost", "N*T", "--of", "bias", "--where", "b<a+1", "--budget", "F", "--latex")
    assert result.exit_code == 0, result.output
    assert r"N \asymp \sqrt{F}" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ridge",), "`--cost` is missing; give what features N and samples T cost"),
        (("ridge", "--cost", "N+T"), "`cost` is N + T; use a product of powers of N and T"),
        (("ridge", "--cost", "N*X"), "`--cost` names X, but the model has the parameters N, T"),
        (("ridge", "--cost", "N*T", "--over", "N"), "`--over` does not apply to ridge"),
        (
            ("ridge", "--cost", "N*T", "--budget", "N"),
            "`--budget` is 'N'; give a name",
        ),
        (("ridge", "--cost", "N*T", "--of", "loss"), "`of` is 'loss'; use 'excess', 'bias' or 'variance'"),
        (
            ("ridge", "--cost", "N*T", "--set", "q=1"),
            "`--set` names q, but the model",
        ),
        (("ridge", "--cost", "N*T", "--at", "b=2"), "`--at` names b, but the model has the parameters a"),
        (("ridge", "--cost", "N*T", "--where", "a<1"), "`where` is contradictory"),
        ((*FORMULA, "--set", "a=2"), "`--set` is for a model"),
        ((*FORMULA, "--of", "bias"), "`--of` is for a model"),
        ((*FORMULA, "--at", NUMBERS, "--plot", "x.svg"), "`--plot` needs a budget; give it by --at C=NUMBER"),
        ((*FORMULA, "--at", "A=1, C=1e9", "--plot", "x.svg"), "`--plot` needs numbers for B, alpha, beta"),
        ((*FORMULA, "--plot", "x.gif"), "`--plot` is x.gif; its name must end in .svg, .png, .pdf"),
        (("ridge", "--cost", "N*T", "--plot", "x.svg"), "`--plot` does not apply to ridge"),
        (
            ("A/N + B/D + E/M", "--cost", "N*D*M", "--at", "A=1, B=1, E=1, C=10", "--plot", "x.svg"),
            "`--plot` shows two resources, and there are D, M, N",
        ),
    ],
)
def test_bad_input_is_one_line(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert message in line


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_plane_of_two_resources(suffix, tmp_path):
    path = tmp_path / f"plane.{suffix}"
    result = run(*FORMULA, "--at", f"{NUMBERS}, C=1e12", "--plot", str(path))
    assert result.exit_code == 0, result.output
    written = path.read_bytes()
    assert len(written) > 5000
    run(*FORMULA, "--at", f"{NUMBERS}, C=1e12", "--plot", str(path))
    assert path.read_bytes() == written


def test_one_pass_of_sgd_has_a_step_size_to_choose():
    result = run("sgd", "--cost", "N*T", "--at", "a=2, b=5/2")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:4] == [
        "risk  ~ C^(-3/7)",
        "N     ~ C^(2/7)",
        "n     ~ C^(5/7)",
        "gamma ~ C^x with -1/7 <= x <= 0",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sgd",), "`--cost` is missing"),
        (("sgd", "--cost", "N*D"), "`--cost` names D"),
        (("sgd", "--cost", "N*T", "--budget", "gamma"), "`--budget` is 'gamma'"),
        (("sgd", "--cost", "N*T", "--set", "b=a"), "`--set` does not apply to sgd"),
        (("sgd", "--cost", "N*T", "--of", "bias"), "`--of` does not apply to sgd"),
        (("sgd", "--cost", "N*T", "--at", "q=1"), "`--at` names q"),
    ],
)
def test_what_one_pass_does_not_know_is_refused(words, message):
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
