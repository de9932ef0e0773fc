"""`scalinglaws derive`: laws by name, in the letters and the format asked for."""

from __future__ import annotations

import dataclasses

import pytest
from click.testing import CliRunner
from sympy import Eq

from scalinglaws.theory import laws
from scalinglaws.theory import symbols as S
from scalinglaws.validate.command_line import main


def run(*words):
    return CliRunner().invoke(main, ["derive", *words])


def test_without_a_law_the_laws_are_listed():
    result = run()
    assert result.exit_code == 0
    listed = result.stdout.split()
    assert listed[: len(laws.names())] == list(laws.names())
    assert {"duality", "ridge.bias", "sketch.variance", "hoffmann2022"} <= set(listed)


def test_formats_are_what_they_are_called():
    text, latex, markdown, html = (
        run("duality", "--format", style).stdout for style in ("text", "latex", "markdown", "html")
    )
    assert html.startswith("<!DOCTYPE html>")
    assert html.rstrip().endswith("</html>")
    assert text.splitlines()[1].startswith("===")
    assert "$" not in text
    assert latex.startswith(r"\documentclass{article}")
    assert latex.rstrip().endswith(r"\end{document}")
    assert markdown.startswith("# ")
    assert run("duality").stdout == text


def test_notation_changes_the_letters():
    own = run("duality", "--format", "latex").stdout
    paper = run("duality", "--format", "latex", "--notation", "maloney2022").stdout
    assert r"\gamma" not in own
    assert r"\gamma" in paper


def test_checks_are_shown_by_default_and_left_out_on_request():
    steps = len(laws.derive("duality").steps)
    assert run("duality").stdout.count("(checked at") == steps
    assert "checked" not in run("duality", "--no-checks").stdout
    assert run("duality", "--seed", "1").stdout != run("duality").stdout
    assert run("duality", "--seed", "1").stdout == run("duality", "--seed", "1").stdout


def test_a_failed_check_is_seen_in_the_exit_status(monkeypatch):
    right = laws.derive("duality")
    wrong = dataclasses.replace(right.steps[0], statement=Eq(S.ridge, S.kappa))
    falsified = dataclasses.replace(right, steps=(wrong, *right.steps[1:]))
    monkeypatch.setattr("scalinglaws.theory.derive.laws.derive", lambda name: falsified)
    result = run("duality")
    assert result.exit_code == 1
    assert result.stdout.count("CHECK FAILED") == 1


def test_a_rate_is_derived_in_the_region_of_a_point():
    result = run("ridge.bias", "--at", "a=2, b=5/2", "--at", "q=1/2", "--at", "l=1")
    assert result.exit_code == 0
    assert "The degrees of freedom fill the features" in result.stdout
    assert "FAILED" not in result.stdout


def test_an_allocation_is_derived_from_a_formula_or_a_published_form():
    words = ("--at", "alpha=1/3, beta=1/2")
    formula = run("E + A/N^alpha + B/D^beta", "--cost", "6*N*D", *words)
    form = run("hoffmann2022", *words)
    assert formula.exit_code == form.exit_code == 0
    for result in (formula, form):
        assert "Lagrange's conditions" in result.stdout
        assert result.stdout.count("50 digits") >= 10


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["dualty"], "did you mean 'duality'"),
        (["duality", "--notation", "maloney2023"], "did you mean 'maloney2022'"),
        (["duality", "--format", "pdf"], "pdf"),
        (["duality", "--at", "a=2"], "`at` does not apply to duality"),
        (["duality", "--over", "N"], "`--over` is for an allocation"),
        (["ridge.bais", "--at", "a=2"], "did you mean 'ridge.bias'"),
        (["ridge.bias"], "`at` lacks"),
        (["ridge.bias", "--at", "c=2"], "`--at` names c"),
        (["kernel.bias", "--at", "a=1,b=2,l=0"], "violates a > 1"),
        (["hoffmann2022", "--cost", "N"], "`--cost` does not apply to hoffmann2022"),
        (["hoffmann2022", "--at", "x=2"], "`--at` names x"),
        (["A/N^a", "--cost", "N", "--budget", "2"], "`--budget` is '2'"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*words), naming=naming)
