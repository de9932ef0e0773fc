"""`scalinglaws derive`: laws by name, in the letters and the format asked for."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from scalinglaws.theory import laws
from scalinglaws.validate.command_line import main


def run(*words):
    return CliRunner().invoke(main, ["derive", *words])


def test_without_a_law_the_laws_are_listed():
    result = run()
    assert result.exit_code == 0
    assert result.stdout.split() == list(laws.names())
    assert "duality" in laws.names()


def test_formats_are_what_they_are_called():
    text, latex, markdown = (
        run("duality", "--format", style).stdout for style in ("text", "latex", "markdown")
    )
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


@pytest.mark.parametrize(
    ("words", "naming"),
    [
        (["dualty"], "did you mean 'duality'"),
        (["duality", "--notation", "maloney2023"], "did you mean 'maloney2022'"),
        (["duality", "--format", "html"], "html"),
    ],
)
def test_bad_input_is_one_line_and_status_two(refused, words, naming):
    refused(run(*words), naming=naming)
