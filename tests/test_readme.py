"""Every block of the README runs and does what the README says."""

from __future__ import annotations

import doctest
import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.validate import default_registry

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
SHELL = [line for language, text in BLOCKS if language == "bash" for line in text.splitlines() if line]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands() -> list[str]:
    """Return the single commands of the shell blocks, comments taken off."""
    return [part.strip() for line in SHELL for part in line.split("#")[0].split("&&") if part.strip()]


def test_readme_is_short():
    assert len(README.splitlines()) < 80


def test_every_block_is_of_a_kind_that_is_run_here():
    assert {language for language, _ in BLOCKS} == {"python", "bash"}
    assert PYTHON
    assert SHELL


@pytest.mark.parametrize("block", PYTHON)
def test_python_blocks_print_what_they_say(block):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    assert test.examples, "a block of Python is written as an interactive session"
    assert doctest.DocTestRunner(optionflags=flags).run(test).failed == 0


@pytest.mark.parametrize("command", [command for command in commands() if command.startswith("scalinglaws ")])
def test_commands_of_the_command_line_run(command, tmp_path):
    # One claim instead of all of them: the whole run is what the command line's own tests are about.
    words = shlex.split(command)[1:]
    if words[0] == "validate":
        words.insert(1, default_registry().claims()[0].id)
    if words[0] == "fit":
        sizes = [(2**m, 2**n) for m in range(3, 7) for n in range(6, 10)]
        rows = [f"{wide},{long},{1 + 2 / wide + 3 / long**0.5}" for wide, long in sizes]
        (tmp_path / words[1]).write_text("\n".join(["features,samples,risk", *rows]), encoding="utf-8")
    if "eigenvalues.npy" in words:
        np.save(tmp_path / "eigenvalues.npy", np.arange(1, 501) ** -1.5)
    code = "from scalinglaws.validate.command_line import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    assert result.stderr.strip() == ""
    if "--report" in words:
        assert (tmp_path / words[words.index("--report") + 1] / "index.html").is_file()


def test_installing_commands_name_what_exists():
    installs = [shlex.split(command) for command in commands() if command.startswith("pip ")]
    assert ["pip", "install", "."] in installs
    assert ["pip", "install", "-e", ".[test]"] in installs
    for words in installs:
        assert words[:2] == ["pip", "install"]
        for extra in re.findall(r"\[(\w+)\]", words[-1]):
            assert extra in PROJECT["optional-dependencies"]


def test_every_command_is_covered_by_a_test():
    for command in commands():
        assert command.split()[0] in {"pip", "pytest", "scalinglaws"}, command


def test_links_into_the_repository_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_installed_metadata_carries_the_readme():
    try:
        metadata = importlib.metadata.metadata("scalinglaws")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("scalinglaws is not installed, the checkout is used as it is")
    assert os.linesep.join(metadata.get_payload().split()) == os.linesep.join(README.split())
