"""Sums over modes that are listed one by one, each of them as often as it occurs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .arithmetic import Ball, number
from .spectrum import Evaluator, ModeSum
from .trace_family import product


def direct_evaluator(
    values: Sequence[Fraction],
    powers: Sequence[Ball] | None,
    sums: Sequence[ModeSum],
    multiplicities: Sequence[int] | None = None,
) -> Evaluator:
    """Return the function from kappa to the balls of `sums` over the modes listed.

    Parameters
    ----------
    values : the eigenvalues
    powers : the signal power of each mode; None where it is the eigenvalue
    sums : what is summed
    multiplicities : how often each mode occurs; None for once
    """
    eigenvalues = [number(value) for value in values]
    strengths = eigenvalues if powers is None else powers
    jobs = [(index, what.signal, what.unlearned, what.learned) for index, what in enumerate(sums)]
    repeats = [number(1)] * len(values) if multiplicities is None else [number(m) for m in multiplicities]

    def evaluate(kappa: Ball) -> list[Ball]:
        totals = [number(0) for _ in jobs]
        for eigenvalue, strength, repeat in zip(eigenvalues, strengths, repeats, strict=True):
            resolvent = 1 / (eigenvalue + kappa)
            y, w = eigenvalue * resolvent, kappa * resolvent
            for index, signal, unlearned, learned in jobs:
                term = product(w, unlearned, y, learned)
                if signal:
                    term = term * strength
                totals[index] += term if multiplicities is None else term * repeat
        return totals

    return evaluate
