"""Simulation legs: z-scores against finite-size predictions, and inequalities between simulated means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..claim import Context, Evidence, LegKind, Row
from ..statistics import Comparison, Estimate, bonferroni_threshold, compare, family_threshold
from ..verdict import Outcome
from .evidence import counted, joint_outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPoint:
    """A simulated mean beside its prediction, with the relative error allowed to the prediction."""

    label: str
    estimate: Estimate
    prediction: float
    allowance: float


def simulation_agrees(
    context: Context, points: Sequence[SimulatedPoint], *, summary: str, resolution: float = 0.25
) -> Evidence:
    """Compare simulated means with finite-size predictions by z-scores.

    Parameters
    ----------
    context :
        Gives the significance of the whole leg, shared by its comparisons (Bonferroni).
    points :
        At least one; their number is fixed before anything is drawn.
    summary :
        What is compared.
    resolution :
        The relative difference that a comparison must be able to see in order to support: allowance and
        threshold times the standard error together. A simulation too coarse for it decides nothing.
    """
    comparisons: list[Comparison] = [
        compare(point.estimate, point.prediction, allowance=point.allowance) for point in points
    ]
    threshold = family_threshold(comparisons, level=context.significance)
    outcomes: list[Outcome] = []
    rows: list[Row] = []
    for point, comparison in zip(points, comparisons, strict=True):
        error = point.estimate.standard_error
        visible = threshold * error + point.allowance * abs(point.prediction)
        if comparison.z > threshold:
            outcomes.append(Outcome.CONTRADICTS)
        elif visible > resolution * abs(point.prediction):
            outcomes.append(Outcome.INCONCLUSIVE)
        else:
            outcomes.append(Outcome.SUPPORTS)
        rows.append(
            {
                "case": point.label,
                "simulated": f"{point.estimate.value:.6g}",
                "standard error": f"{error:.2g}",
                "predicted": f"{point.prediction:.6g}",
                "ratio": f"{comparison.ratio:.4f}",
                "allowance": f"{point.allowance:.2g}",
                "z": f"{comparison.z:.2f}",
                "draws": point.estimate.count,
            }
        )
    ratios = [comparison.ratio for comparison in comparisons]
    return Evidence(
        kind=LegKind.SIMULATION,
        outcome=joint_outcome(outcomes),
        summary=(
            f"{summary}: simulated over predicted {min(ratios):.4f} to {max(ratios):.4f}, largest z "
            f"{max(comparison.z for comparison in comparisons):.2f} (threshold {threshold:.2f}, "
            f"{counted(len(points), 'comparison')})"
        ),
        points=len(points),
        table=tuple(rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedPair:
    """Two independent simulated means of which the first is claimed to be the larger."""

    label: str
    larger: Estimate
    smaller: Estimate


def simulation_ordered(context: Context, pairs: Sequence[OrderedPair], *, summary: str) -> Evidence:
    """Test claimed inequalities between simulated means, each on both sides; the rest stays open."""
    if not pairs:
        raise ValueError("`pairs` is empty; give at least one: a test of nothing decides nothing")
    scores: list[float] = []
    outcomes: list[Outcome] = []
    rows: list[Row] = []
    fewest = min(min(pair.larger.count, pair.smaller.count) for pair in pairs)
    threshold = bonferroni_threshold(len(pairs), level=context.significance, degrees_of_freedom=fewest - 1)
    for pair in pairs:
        error = math.hypot(pair.larger.standard_error, pair.smaller.standard_error)
        distance = pair.larger.value - pair.smaller.value
        score = distance / error if error > 0 else math.copysign(math.inf, distance) if distance else 0.0
        scores.append(score)
        if abs(score) <= threshold:
            outcomes.append(Outcome.INCONCLUSIVE)
        else:
            outcomes.append(Outcome.SUPPORTS if score > 0 else Outcome.CONTRADICTS)
        rows.append(
            {
                "case": pair.label,
                "claimed larger": f"{pair.larger.value:.6g} ± {pair.larger.standard_error:.1g}",
                "claimed smaller": f"{pair.smaller.value:.6g} ± {pair.smaller.standard_error:.1g}",
                "z": f"{score:.2f}",
            }
        )
    return Evidence(
        kind=LegKind.SIMULATION,
        outcome=joint_outcome(outcomes),
        summary=(
            f"{summary}: smallest signed z {min(scores):.2f} (threshold {threshold:.2f}, "
            f"{counted(len(pairs), 'comparison')})"
        ),
        points=len(pairs),
        table=tuple(rows),
    )
