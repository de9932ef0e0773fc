"""The whole default run: every claim comes out as expected, with the expected regimes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scalinglaws.validate import CaseVerdict, Verdict, default_registry, run, simulation_legs

EXPECTED = json.loads((Path(__file__).parent / "expected_verdicts.json").read_text(encoding="utf-8"))


def test_every_claim_has_an_expected_verdict():
    claims = default_registry().claims()
    assert {claim.id for claim in claims} == set(EXPECTED)
    for claim in claims:
        regimes = [case.regime for case in claim.cases]
        assert set(EXPECTED[claim.id]["true"]) <= set(regimes), claim.id


def test_every_case_is_examined_and_says_what_it_assumes():
    for claim in default_registry().claims():
        assert claim.assumptions, claim.id
        assert claim.source, claim.id
        assert all(case.legs for case in claim.cases), claim.id


def test_formulas_in_texts_are_closed():
    for claim in default_registry().claims():
        texts = [claim.title, claim.statement, claim.source, claim.note, *claim.assumptions]
        texts += [case.regime for case in claim.cases]
        assert all(text.count("$") % 2 == 0 for text in texts), claim.id


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(900)
def test_the_default_run_reaches_the_expected_verdicts():
    claims = default_registry().claims()
    validation = run(claims, seed=0, jobs=2, family=simulation_legs(claims))
    found = {
        result.claim.id: {"verdict": result.verdict.value, "true": list(result.regimes)}
        for result in validation.results
    }
    failures = [
        f"{result.claim.id}: {leg.kind.value}: {leg.summary}"
        for result in validation.results
        if found[result.claim.id] != EXPECTED[result.claim.id]
        for leg in result.legs
    ]
    assert found == EXPECTED, "\n".join(failures)
    assert validation.decided
    for result in validation.results:
        assert all(leg.evidence is not None for leg in result.legs), result.claim.id
        if result.verdict is Verdict.FAILS:
            assert result.counterexamples, result.claim.id
        assert not any(case.verdict is CaseVerdict.CONFLICT for case in result.cases), result.claim.id
