"""Claims, cases and evidence refuse what could pass without having been examined."""

from __future__ import annotations

import dataclasses

import pytest

from scalinglaws.validate import Case, Claim, Context, Evidence, Leg, LegKind, Outcome, Paper
from scalinglaws.validate.executors import InlineExecutor


def evidence(**changes):
    values = {"kind": LegKind.NUMERIC, "outcome": Outcome.SUPPORTS, "summary": "fine", "points": 1, **changes}
    return Evidence(**values)


def claim(identifier="paper1.name", regimes=("",)):
    leg = Leg(kind=LegKind.NUMERIC, run=lambda context: evidence())
    cases = tuple(Case(regime=regime, legs=(leg,)) for regime in regimes)
    return Claim(id=identifier, title="title", statement="$x$", source="eq. (1)", cases=cases)


@pytest.mark.parametrize("points", [0, -1])
def test_evidence_without_comparisons_is_refused(points):
    with pytest.raises(ValueError, match="`points`"):
        evidence(points=points)


@pytest.mark.parametrize("summary", ["", " ", "two\nlines"])
def test_summary_is_one_line(summary):
    with pytest.raises(ValueError, match="`summary`"):
        evidence(summary=summary)


def test_rows_of_a_table_share_their_columns():
    with pytest.raises(ValueError, match="`table`"):
        evidence(table=({"features": 1}, {"samples": 1}))


def test_case_without_legs_is_refused():
    with pytest.raises(ValueError, match="`legs`"):
        Case(legs=())


@pytest.mark.parametrize("identifier", ["name", "Paper.name", "paper.", ".name", "a.b.c", "pa per.name", ""])
def test_malformed_identifiers_are_refused(identifier):
    with pytest.raises(ValueError, match="`id`"):
        claim(identifier)


def test_identifier_gives_paper_and_name():
    assert (claim().paper, claim().name) == ("paper1", "name")


@pytest.mark.parametrize("regimes", [("", "$x>1$"), ("$x>1$", "$x>1$"), ()])
def test_several_cases_are_told_apart(regimes):
    with pytest.raises(ValueError, match="`cases`"):
        claim(regimes=regimes)


def test_paper_holds_its_own_claims_once_each():
    with pytest.raises(ValueError, match=r"other\.name"):
        Paper(id="paper1", reference="r", claims=(claim("other.name"),))
    with pytest.raises(ValueError, match="twice"):
        Paper(id="paper1", reference="r", claims=(claim(), claim()))
    with pytest.raises(ValueError, match="`id`"):
        Paper(id="Paper 1", reference="r", claims=())


def test_results_cannot_be_altered():
    with pytest.raises(dataclasses.FrozenInstanceError):
        evidence().outcome = Outcome.CONTRADICTS


def context(**changes):
    import numpy as np

    return Context(seed=np.random.SeedSequence(1), executor=InlineExecutor(), **changes)


def test_sizes_scale_and_vanishing_ones_are_refused():
    assert context(scale=0.5).size(100) == 50
    assert context(scale=3).size(100) == 300
    with pytest.raises(ValueError, match="`scale`"):
        context(scale=0.001).size(100)


def test_thorough_runs_draw_more():
    assert context().replicates(10, thorough=80) == 10
    assert context(thorough=True).replicates(10, thorough=80) == 80
