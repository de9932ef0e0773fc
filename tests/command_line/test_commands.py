"""The command line as a whole: help, speed, listings, and the way errors are answered."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from scalinglaws.validate.command_line import main
from scalinglaws.validate.command_line.plain import plain

RUN = [sys.executable, "-c", "from scalinglaws.validate.command_line import main; main()"]


def every_command(command=main, words=()):
    yield words
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from every_command(child, (*words, name))


@pytest.mark.parametrize("words", list(every_command()))
def test_every_command_has_help(words):
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert "Usage: scalinglaws" in result.stdout
    lines = result.stdout.splitlines()
    assert lines[2].strip(), "no description"


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from scalinglaws.validate.command_line import main\n"
        "try: main(['validate', '--help'])\n"
        "except SystemExit:\n"
        "    print([m for m in ('sympy', 'numpy', 'mpmath', 'rich', 'scipy') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_without_a_command_the_help_is_shown_and_the_status_is_two():
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["validat"], "validat"),
        (["evaluate", "rigde"], "rigde"),
        (["evaluate", "ridge"], "--decay"),
        (["claims", "malony2022"], "did you mean 'maloney2022'"),
    ],
)
def test_misspelled_commands_are_one_line(refused, words, naming):
    refused(CliRunner().invoke(main, words), naming=naming)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("one\ntwo"),
        TypeError("one two"),
        OverflowError("one two"),
        RuntimeError("one two"),
    ],
)
def test_expected_errors_become_one_line(refused, error, monkeypatch):
    import scalinglaws.validate.registry as registry

    def fail():
        raise error

    monkeypatch.setattr(registry, "default_registry", fail)
    refused(CliRunner().invoke(main, ["claims"]), naming="one two")


def test_errors_of_the_system_name_the_file(refused, monkeypatch):
    import scalinglaws.validate.registry as registry

    def fail():
        raise PermissionError(13, "Permission denied", "/some/file")

    monkeypatch.setattr(registry, "default_registry", fail)
    refused(CliRunner().invoke(main, ["claims"]), naming="/some/file: Permission denied")


def test_a_defect_of_the_program_is_not_hidden(monkeypatch):
    import scalinglaws.validate.registry as registry

    def fail():
        raise KeyError("a defect")

    monkeypatch.setattr(registry, "default_registry", fail)
    result = CliRunner().invoke(main, ["claims"])
    assert isinstance(result.exception, KeyError)


def test_interruption_is_one_line_with_its_own_status(monkeypatch):
    import scalinglaws.validate.registry as registry

    def fail():
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "default_registry", fail)
    result = CliRunner().invoke(main, ["claims"])
    assert result.exit_code == 130
    assert result.stderr.strip() == "Error: interrupted"


def test_claims_are_listed_with_what_examines_them(cli):
    result = cli("claims")
    assert result.exit_code == 0
    assert "Fake, Made up, 2020" in result.stdout
    assert "fake2020.truth" in result.stdout
    assert "The [truth] of things (eq. (1))" in result.stdout
    assert "L∼T^(-α) < 1" in result.stdout
    assert "examined: numeric, simulation" in result.stdout


def test_claims_as_json(cli):
    data = json.loads(cli("claims", "fake2020.partly", "--json").stdout)
    assert [claim["id"] for claim in data] == ["fake2020.partly"]
    assert data[0]["regimes"] == [r"$\alpha<1$", r"$\alpha>1$"]
    assert data[0]["legs"] == [["numeric"], ["numeric"]]
    assert "verdict" not in data[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no formula, \\alpha", "no formula, \\alpha"),
        (r"$N\leftrightarrow T$", "N↔T"),
        (r"$N \gg T$", "N ≫T"),
        (r"$\sigma^2 M/T$", "σ^2 M/T"),
        (r"$\frac{1}{1+\alpha}$", "1/(1+α)"),
        (r"$\frac12\tfrac1{1+x}$", "1/2 1/(1+x)"),
        (r"$\frac{\frac{a}{b}}{\sin(x)}$", "(a/b)/(sin(x))"),
        (r"$\sqrt{N}+\sqrt{1+x}$", "√N+√(1+x)"),
        (r"$x^{2}_{I}$", "x^2_I"),
        (r"$\lambda^\alpha$", "λ^α"),
        (r"$T^{-\alpha}$", "T^(-α)"),
        (r"$\{x\}$", "{x}"),
        (r"$\frac1{2m}-\frac12\alpha$", "1/(2m)-1/2 α"),
        (r"$\mathcal{O}(N^{-1})$", "O(N^(-1))"),
        (r"$\unknown x$", "unknownx"),
        (r"$x\\$ and $\frac$", "x\\ and /"),
    ],
)
def test_formulas_are_legible_in_a_terminal(text, expected):
    assert plain(text) == expected
