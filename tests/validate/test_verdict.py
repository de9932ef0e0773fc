"""The rules that lead from legs to verdicts."""

from __future__ import annotations

import itertools

import pytest

from scalinglaws.validate import CaseVerdict, Outcome, Verdict, case_verdict, claim_verdict

S, C, U = Outcome.SUPPORTS, Outcome.CONTRADICTS, Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], CaseVerdict.UNDECIDED),
        ([U], CaseVerdict.UNDECIDED),
        ([U, U, U], CaseVerdict.UNDECIDED),
        ([S], CaseVerdict.TRUE),
        ([S, U], CaseVerdict.TRUE),
        ([S, S, S], CaseVerdict.TRUE),
        ([C], CaseVerdict.FALSE),
        ([C, U, C], CaseVerdict.FALSE),
        ([S, C], CaseVerdict.CONFLICT),
        ([S, S, S, C, U], CaseVerdict.CONFLICT),
    ],
)
def test_legs_decide_a_case(outcomes, expected):
    for order in itertools.permutations(outcomes):
        assert case_verdict(order) is expected


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([], Verdict.UNDECIDED),
        ([CaseVerdict.TRUE], Verdict.HOLDS),
        ([CaseVerdict.TRUE, CaseVerdict.TRUE], Verdict.HOLDS),
        ([CaseVerdict.FALSE], Verdict.FAILS),
        ([CaseVerdict.FALSE, CaseVerdict.FALSE], Verdict.FAILS),
        ([CaseVerdict.TRUE, CaseVerdict.FALSE], Verdict.HOLDS_IN_REGIME),
        ([CaseVerdict.TRUE, CaseVerdict.UNDECIDED], Verdict.UNDECIDED),
        ([CaseVerdict.TRUE, CaseVerdict.FALSE, CaseVerdict.CONFLICT], Verdict.UNDECIDED),
    ],
)
def test_cases_decide_a_claim(cases, expected):
    for order in itertools.permutations(cases):
        assert claim_verdict(order) is expected


@pytest.mark.parametrize("cases", list(itertools.product(CaseVerdict, repeat=3)))
def test_only_decided_cases_decide_a_claim(cases):
    decided = set(cases) <= {CaseVerdict.TRUE, CaseVerdict.FALSE}
    assert (claim_verdict(cases) is not Verdict.UNDECIDED) is decided


def test_iterators_are_accepted():
    assert case_verdict(iter([S, C])) is CaseVerdict.CONFLICT
    assert claim_verdict(iter([CaseVerdict.TRUE])) is Verdict.HOLDS
