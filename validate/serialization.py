"""The results of a run as JSON: figures as decimal strings, counts as integers."""

from __future__ import annotations

from typing import Any

from .runner import CaseResult, ClaimResult, LegResult, Validation
from .verdict import Verdict


def to_json(validation: Validation) -> dict[str, Any]:
    """Return a run as a dictionary that `json.dumps` writes, without times: equal runs give equal text.

    Parameters
    ----------
    validation :
        What `run` returned.
    """
    return {
        "seed": str(validation.seed),
        "thorough": validation.thorough,
        "scale": _figure(validation.scale),
        "significance": _figure(validation.significance),
        "family": validation.family,
        "verdicts": {verdict.value: validation.count(verdict) for verdict in Verdict},
        "claims": [_claim(result) for result in validation.results],
    }


def _claim(result: ClaimResult) -> dict[str, Any]:
    claim = result.claim
    return {
        "id": claim.id,
        "paper": claim.paper,
        "title": claim.title,
        "statement": claim.statement,
        "source": claim.source,
        "assumptions": list(claim.assumptions),
        "note": claim.note,
        "verdict": result.verdict.value,
        "regimes": list(result.regimes),
        "cases": [_case(case) for case in result.cases],
    }


def _case(case: CaseResult) -> dict[str, Any]:
    return {"regime": case.regime, "verdict": case.verdict.value, "legs": [_leg(leg) for leg in case.legs]}


def _leg(leg: LegResult) -> dict[str, Any]:
    evidence = leg.evidence
    formulas = evidence.formulas if evidence else ()
    table = evidence.table if evidence else ()
    return {
        "kind": leg.kind.value,
        "outcome": leg.outcome.value,
        "summary": leg.summary,
        "points": evidence.points if evidence else 0,
        "formulas": [{"label": label, "latex": latex} for label, latex in formulas],
        "table": [{key: _figure(value) for key, value in row.items()} for row in table],
    }


def _figure(value: str | float | int) -> str:
    return value if isinstance(value, str) else repr(value)
