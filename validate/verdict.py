"""From the outcomes of single legs to the verdict on a claim.

A claim is cut into cases, one for each regime it speaks of, and a case is examined by legs that know nothing
of each other. The rules are few and have no weights: a case is true when some leg supports it and none
contradicts it, false when some leg contradicts it and none supports it; legs that contradict each other
decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Outcome(Enum):
    """What one leg says about its case."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    INCONCLUSIVE = "is inconclusive"


class CaseVerdict(Enum):
    """What the legs of one case say together."""

    TRUE = "true"
    FALSE = "false"
    UNDECIDED = "undecided"
    CONFLICT = "its legs contradict each other"


class Verdict(Enum):
    """What is to be said of a claim."""

    HOLDS = "holds"
    HOLDS_IN_REGIME = "holds only in a regime"
    FAILS = "fails"
    UNDECIDED = "undecided"


def case_verdict(outcomes: Iterable[Outcome]) -> CaseVerdict:
    """Return what the outcomes of the legs of one case amount to.

    Parameters
    ----------
    outcomes :
        The outcomes in any order. None at all, or inconclusive ones only, decide nothing.

    Returns
    -------
    CaseVerdict
        ``CONFLICT`` when one leg supports what another contradicts.

    Examples
    --------
    >>> case_verdict([Outcome.SUPPORTS, Outcome.INCONCLUSIVE])
    <CaseVerdict.TRUE: 'true'>
    >>> case_verdict([Outcome.SUPPORTS, Outcome.CONTRADICTS])
    <CaseVerdict.CONFLICT: 'its legs contradict each other'>
    """
    said = set(outcomes)
    if {Outcome.SUPPORTS, Outcome.CONTRADICTS} <= said:
        return CaseVerdict.CONFLICT
    if Outcome.SUPPORTS in said:
        return CaseVerdict.TRUE
    if Outcome.CONTRADICTS in said:
        return CaseVerdict.FALSE
    return CaseVerdict.UNDECIDED


def claim_verdict(cases: Iterable[CaseVerdict]) -> Verdict:
    """Return the verdict on a claim from the verdicts on its cases.

    Parameters
    ----------
    cases :
        The verdicts on the cases in any order. One case that is not decided leaves the claim undecided.

    Examples
    --------
    >>> claim_verdict([CaseVerdict.TRUE, CaseVerdict.FALSE])
    <Verdict.HOLDS_IN_REGIME: 'holds only in a regime'>
    >>> claim_verdict([CaseVerdict.FALSE])
    <Verdict.FAILS: 'fails'>
    """
    said = set(cases)
    if not said or said & {CaseVerdict.UNDECIDED, CaseVerdict.CONFLICT}:
        return Verdict.UNDECIDED
    if said == {CaseVerdict.TRUE}:
        return Verdict.HOLDS
    if said == {CaseVerdict.FALSE}:
        return Verdict.FAILS
    return Verdict.HOLDS_IN_REGIME
