"""Numeric legs: the approach to a law at the rate of its next term, and agreement of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
from sympy import Expr

from ..claim import Evidence, LegKind, Row
from ..verdict import Outcome
from .evidence import DIGITS, counted, evaluate, joint_outcome

#: Where a law and its next term are all there is, the quotient is 1 up to this from the beginning.
_EXACT = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproachPoint:
    """One size on the way to a law.

    Parameters
    ----------
    label :
        The series it belongs to, such as a value of alpha.
    at :
        The size, for the table.
    measured :
        The finite-size value, with enough digits for its difference from the law.
    law :
        The law at this size.
    next_term :
        The relative correction that the next term predicts: `measured/law - 1` should be near it.
    """

    label: str
    at: str
    measured: mpmath.mpf
    law: mpmath.mpf
    next_term: mpmath.mpf


def approach_to_law(
    points: Sequence[ApproachPoint], *, summary: str, tolerance: float = 0.05, refuted: float = 0.25
) -> Evidence:
    """Compare the deviation from a law with its next term, along growing sizes.

    Parameters
    ----------
    points :
        In each series, by growing size; at least two of each.
    summary :
        What approaches what.
    tolerance :
        How far the quotient of deviation and next term may be from 1 at the largest size of each series, to
        support; the term after the next sets how small it can be asked to be.
    refuted :
        How far it must be to contradict: the next term then does not explain the deviation.

    Notes
    -----
    A wrong constant or exponent leaves a deviation that does not shrink, so that its quotient with the next
    term grows without bound. The quotient has to come nearer to 1 along each series too.
    """
    if not points:
        raise ValueError("`points` is empty; give at least two sizes, an approach needs them")
    series: dict[str, list[ApproachPoint]] = {}
    for point in points:
        series.setdefault(point.label, []).append(point)
    outcomes: list[Outcome] = []
    rows: list[Row] = []
    worst = mpmath.mpf(0)
    with mpmath.workdps(2 * DIGITS):
        for label, members in series.items():
            if len(members) < 2:
                raise ValueError(
                    f"`points` has one size for {label}; give at least two, an approach needs them"
                )
            misses = []
            for point in members:
                deviation = point.measured / point.law - 1
                quotient = deviation / point.next_term
                misses.append(abs(quotient - 1))
                rows.append(
                    {
                        "series": label,
                        "size": point.at,
                        "measured": mpmath.nstr(point.measured, 12),
                        "law": mpmath.nstr(point.law, 12),
                        "deviation": mpmath.nstr(deviation, 6),
                        "next term": mpmath.nstr(point.next_term, 6),
                        "quotient": mpmath.nstr(quotient, 8),
                    }
                )
            worst = max(worst, misses[-1])
            nearer = misses[-1] <= max(misses[0], _EXACT)
            if misses[-1] <= tolerance and nearer:
                outcomes.append(Outcome.SUPPORTS)
            else:
                outcomes.append(Outcome.CONTRADICTS if misses[-1] >= refuted else Outcome.INCONCLUSIVE)
        text = mpmath.nstr(worst, 3)
    return Evidence(
        kind=LegKind.NUMERIC,
        outcome=joint_outcome(outcomes),
        summary=(
            f"{summary}: deviation over next term is within {text} of 1 at the largest sizes "
            f"({len(series)} series, up to {points[-1].at}; asked for {tolerance:g})"
        ),
        points=len(points),
        table=tuple(rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A measured number beside what is claimed for it."""

    label: str
    measured: Any
    claimed: Any


def numbers_agree(
    pairs: Sequence[Pair],
    *,
    summary: str,
    tolerance: float,
    refuted: float | None = None,
    kind: LegKind = LegKind.NUMERIC,
) -> Evidence:
    """Compare numbers: within a relative `tolerance` they support, beyond `refuted` they contradict.

    Parameters
    ----------
    pairs :
        At least one.
    summary :
        What is compared.
    tolerance :
        Largest relative difference, or absolute where the claim is 0.
    refuted :
        Difference from which on the claim is contradicted, by default ten times the tolerance.
    kind :
        The kind of the leg.
    """
    limit = 10 * tolerance if refuted is None else refuted
    outcomes: list[Outcome] = []
    rows: list[Row] = []
    worst = mpmath.mpf(0)
    with mpmath.workdps(2 * DIGITS):
        for pair in pairs:
            measured, claimed = _mpf(pair.measured), _mpf(pair.claimed)
            miss = abs(measured - claimed) / (abs(claimed) if claimed != 0 else 1)
            worst = max(worst, miss)
            if miss <= tolerance:
                outcomes.append(Outcome.SUPPORTS)
            else:
                outcomes.append(Outcome.CONTRADICTS if miss >= limit else Outcome.INCONCLUSIVE)
            rows.append(
                {
                    "case": pair.label,
                    "measured": mpmath.nstr(measured, 12),
                    "claimed": mpmath.nstr(claimed, 12),
                    "difference": mpmath.nstr(miss, 3),
                }
            )
        text = mpmath.nstr(worst, 3)
    return Evidence(
        kind=kind,
        outcome=joint_outcome(outcomes),
        summary=(
            f"{summary}: largest difference {text} in {counted(len(pairs), 'comparison')} "
            f"(tolerance {tolerance:g})"
        ),
        points=len(pairs),
        table=tuple(rows),
    )


def _mpf(value: Any) -> mpmath.mpf:
    """Return a number or a SymPy number as an mpf."""
    return evaluate(value, {}) if isinstance(value, Expr) else mpmath.mpf(value)
