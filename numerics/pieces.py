r"""One piece of a power law: the eigenvalues :math:`\lambda_k=c\,k^{-a}` between two indices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from .arithmetic import Ball, number, power, working_precision
from .integrals import Moment
from .shift_derivatives import log_evaluator
from .spectrum import Evaluator, ModeSum, rational_log
from .trace_family import trace_family


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A positive number that need not be rational: the product of bases raised to exponents."""

    factors: tuple[tuple[Fraction, Fraction], ...]

    @property
    def ball(self) -> Ball:
        """The number at the working precision."""
        result = number(1)
        for base, exponent in self.factors:
            if base != 1:
                result = result * power(number(base), exponent)
        return result

    @property
    def log(self) -> float:
        """Roughly its logarithm."""
        return math.fsum(float(exponent) * rational_log(base) for base, exponent in self.factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The power law ``scale * k**-decay`` from the index `first` to the index `last`, which may be inf."""

    first: int
    last: int | float
    decay: Fraction
    scale: Scale

    def evaluator(
        self,
        sums: Sequence[ModeSum],
        signal_decay: Fraction | None,
        signal_scale: Scale | None,
        goal: int,
    ) -> Evaluator:
        """Return the function from kappa to the balls of `sums` over this piece alone.

        Parameters
        ----------
        sums : what is summed
        signal_decay : b of the signal power ``k**-b``; None where the signal powers are the eigenvalues
        signal_scale : a factor of that signal power; None for 1
        goal : bits to which truncations are negligible
        """
        family = trace_family(self.decay, self.last, self._moments(sums, signal_decay), goal, self.first)
        return self._scaled(family.evaluate, sums, signal_decay, signal_scale)

    def log_evaluator(
        self,
        sums: Sequence[ModeSum],
        signal_decay: Fraction | None,
        signal_scale: Scale | None,
        goal: int,
    ) -> Evaluator:
        """Return the same for `sums` with the factor log(k)."""
        moments = self._moments(sums, signal_decay)
        evaluate = log_evaluator(self.decay, self.last, moments, goal, self.first)
        return self._scaled(evaluate, sums, signal_decay, signal_scale)

    def _moments(self, sums: Sequence[ModeSum], signal_decay: Fraction | None) -> tuple[Moment, ...]:
        shift = self.decay if signal_decay is None else signal_decay
        return tuple(
            Moment(
                shift=shift if what.signal else Fraction(0),
                unlearned=what.unlearned,
                learned=what.learned,
            )
            for what in sums
        )

    def _scaled(
        self,
        evaluate: Evaluator,
        sums: Sequence[ModeSum],
        signal_decay: Fraction | None,
        signal_scale: Scale | None,
    ) -> Evaluator:
        """Return an evaluator for eigenvalues and signal of this scale from one for those without."""
        scale = self.scale.ball
        strength = scale if signal_decay is None else signal_scale.ball if signal_scale else number(1)

        def scaled(kappa: Ball) -> list[Ball]:
            values = evaluate(kappa / scale)
            return [
                value * strength if what.signal else value for value, what in zip(values, sums, strict=True)
            ]

        return scaled

    def at(self, index: int) -> Ball:
        """Return the power law at an index, which may lie outside."""
        return self.scale.ball * power(number(index), -self.decay)

    def log_at(self, index: Fraction) -> float:
        """Return roughly the logarithm of the power law at an index."""
        return self.scale.log - float(self.decay) * rational_log(index)

    def in_doubles(self, stop: int) -> npt.NDArray[np.float64]:
        """Return the eigenvalues with indices below `stop` in double precision."""
        with working_precision(80):
            front = float(self.at(self.first).mid())
        indices = np.arange(self.first, min(stop, self.last + 1), dtype=np.float64)
        # what exceeds the doubles is found by the caller
        with np.errstate(over="ignore", invalid="ignore"):
            return front * (indices / self.first) ** -float(self.decay)


def multiplied(evaluate: Evaluator, factor: Ball) -> Evaluator:
    """Return an evaluator times a number."""
    return lambda kappa: [value * factor for value in evaluate(kappa)]


def added(evaluators: Sequence[Evaluator]) -> Evaluator:
    """Return the sum of several evaluators of the same sums."""

    def evaluate(kappa: Ball) -> list[Ball]:
        totals, *others = (one(kappa) for one in evaluators)
        for values in others:
            totals = [total + value for total, value in zip(totals, values, strict=True)]
        return totals

    return evaluate
