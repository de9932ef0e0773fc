"""A command line with a small registry, and claims that worker processes can import."""

from __future__ import annotations

import importlib
import os
import textwrap

import pytest
from click.testing import CliRunner

from scalinglaws.validate import Registry
from scalinglaws.validate.command_line import main

MODULE = r"""
    from scalinglaws.validate import Case, Claim, Evidence, Leg, LegKind, Outcome, Paper

    NUMERIC, SIMULATION = LegKind.NUMERIC, LegKind.SIMULATION

    def evidence(kind, outcome, summary):
        formulas = (("left", r"\frac{1}{1+\alpha}"),)
        table = ({"features": 10**18, "ratio": 0.5},)
        return Evidence(kind=kind, outcome=outcome, summary=summary, points=2, formulas=formulas, table=table)

    def yes(context):
        return evidence(NUMERIC, Outcome.SUPPORTS, "ratio <0.5> & $\\alpha$")

    def no(context):
        return evidence(NUMERIC, Outcome.CONTRADICTS, "ratio 7 at $N=10$")

    def draw(context):
        import numpy as np
        value = np.random.default_rng(context.seed).standard_normal()
        return evidence(SIMULATION, Outcome.SUPPORTS, f"{value!r} with N={context.size(100)}")

    def claim(name, *cases):
        return Claim(id=f"fake2020.{name}", title=f"The [{name}] of things", source="eq. (1)",
                     statement=r"$L\sim T^{-\alpha}$ < 1", cases=cases, assumptions=("$T\\gg 1$",))

    def leg(run):
        return Leg(kind=SIMULATION if run is draw else NUMERIC, run=run)

    TRUE = claim("truth", Case(legs=(leg(yes), leg(draw))))
    FALSE = claim("falsehood", Case(legs=(leg(no),)))
    SMALL = Case(regime=r"$\alpha<1$", legs=(leg(yes),))
    LARGE = Case(regime=r"$\alpha>1$", legs=(leg(no),))
    PARTLY = claim("partly", SMALL, LARGE)
    CONFLICT = claim("conflict", Case(legs=(leg(yes), leg(no))))
    DECIDED = Paper(id="fake2020", reference="Fake, Made up, 2020", claims=(TRUE, FALSE, PARTLY))
    OPEN = Paper(id="fake2020", reference="Fake, Made up, 2020", claims=(TRUE, CONFLICT))
"""


@pytest.fixture(scope="session")
def fakes(tmp_path_factory):
    """Return a module with fake papers, on the path of this process and of those it starts."""
    folder = tmp_path_factory.mktemp("fakes")
    (folder / "fake_papers.py").write_text(textwrap.dedent(MODULE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
        yield importlib.import_module("fake_papers")


@pytest.fixture
def cli(fakes):
    """Return a function that runs the command line with a fake paper."""

    def invoke(*words, paper=fakes.DECIDED):
        registry = Registry({"fake2020": lambda: paper})
        return CliRunner().invoke(main, [str(word) for word in words], obj=registry)

    return invoke


def refused(result, *, naming):
    """Assert that a command ended with one clear line and status 2."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("Error: ")
    assert naming in lines[0]


@pytest.fixture(name="refused")
def _refused():
    return refused
