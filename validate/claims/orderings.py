"""Numeric legs: claimed inequalities between numbers, and simulated differences that have a sign."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import mpmath
import numpy as np
from numpy.typing import ArrayLike

from ..claim import Evidence, LegKind
from ..statistics import Estimate, mean_estimate
from ..verdict import Outcome
from .evidence import DIGITS, counted, joint_outcome
from .simulations import OrderedPair


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """Two numbers of which the first is claimed to be the larger."""

    label: str
    larger: mpmath.mpf
    smaller: mpmath.mpf


def numbers_ordered(pairs: Sequence[Inequality], *, summary: str, margin: float = 1e-25) -> Evidence:
    """Examine claimed inequalities: one that is reversed contradicts, one within `margin` is left open.

    Parameters
    ----------
    pairs :
        At least one.
    summary :
        What is compared.
    margin :
        Relative difference below which two numbers count as equal; above the error of the numbers.
    """
    outcomes, rows, differences = [], [], []
    with mpmath.workdps(2 * DIGITS):
        for pair in pairs:
            difference = (pair.larger - pair.smaller) / abs(pair.smaller)
            differences.append(difference)
            if abs(difference) <= margin:
                outcomes.append(Outcome.INCONCLUSIVE)
            else:
                outcomes.append(Outcome.SUPPORTS if difference > 0 else Outcome.CONTRADICTS)
            rows.append(
                {
                    "case": pair.label,
                    "claimed larger": mpmath.nstr(pair.larger, 12),
                    "claimed smaller": mpmath.nstr(pair.smaller, 12),
                    "relative difference": mpmath.nstr(difference, 4),
                }
            )
        low, high = (mpmath.nstr(end, 4) for end in (min(differences), max(differences)))
    return Evidence(
        kind=LegKind.NUMERIC,
        outcome=joint_outcome(outcomes),
        summary=f"{summary}: relative differences {low} to {high} ({counted(len(pairs), 'comparison')})",
        points=len(pairs),
        table=tuple(rows),
    )


def paired(label: str, larger: ArrayLike, smaller: ArrayLike) -> OrderedPair:
    """Return the inequality of two means over the same draws, as one mean difference beside zero.

    >>> pair = paired("", [2.0, 4.0], [1.0, 1.0])
    >>> pair.larger.value, pair.larger.standard_error, pair.smaller.value
    (2.0, 1.0, 0.0)
    """
    difference = mean_estimate(np.asarray(larger) - np.asarray(smaller))
    return OrderedPair(
        label=label,
        larger=difference,
        smaller=Estimate(value=0.0, standard_error=0.0, count=difference.count),
    )


def quotient(numerator: Estimate, denominator: Estimate) -> Estimate:
    """Return the quotient of two independent simulated means, its error to first order.

    >>> half = Estimate(value=0.5, standard_error=0.0, count=9)
    >>> quotient(Estimate(value=1.0, standard_error=0.1, count=9), half)
    Estimate(value=2.0, standard_error=0.2, count=9)
    """
    value = numerator.value / denominator.value
    relative = math.hypot(
        numerator.standard_error / numerator.value, denominator.standard_error / denominator.value
    )
    return Estimate(
        value=value, standard_error=abs(value) * relative, count=min(numerator.count, denominator.count)
    )
