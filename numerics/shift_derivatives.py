r"""Sums over a spectrum with a logarithm of the index in each term, enclosed by sums without it.

A sum :math:`F(c)=\sum_k\phi_k^{-c}w_k^jy_k^l` is a convex function of its shift c, so that

.. math:: \frac{F(c)-F(c+h)}h\le\sum_k\log\phi_k\;\phi_k^{-c}w_k^jy_k^l\le\frac{F(c-h)-F(c)}h

for every :math:`h>0`: no bound on a second derivative is needed, and with :math:`h=2^{-g}` the two sides
agree to about g bits. The differences cost g bits more, and as many again next to a pole of the
antiderivative. With :math:`\phi_k=k,\ e^k,\ \log(k+1)` the factors are :math:`\log k,\ k,\ \log\log(k+1)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol, TypeVar

from .arithmetic import Ball, exp, log, number, symmetric, working_precision
from .integrals import Moment
from .log_power_bounds import LogMoment
from .spectrum import Evaluator
from .trace_family import trace_family

M = TypeVar("M", Moment, LogMoment)


class _Family(Protocol):
    """Several sums that share what they have in common."""

    def evaluate(self, kappa: Ball) -> list[Ball]:
        """Return the balls of all sums."""


def shift_derivatives(
    family: Callable[[tuple[M, ...], int], _Family],
    moments: Sequence[M],
    moved: str,
    goal: int,
    *,
    room: Fraction | None = None,
    least: Callable[[], Ball] | None = None,
) -> Evaluator:
    """Return the function from kappa to the balls of the moments with the factor log(phi).

    Parameters
    ----------
    family : from moments and a number of bits, to which truncations are negligible, to their evaluator
    moments : the sums
    moved : the field of the moments that holds c
    goal : bits to which the balls are narrow
    room : a positive number by which every c may be lower without a sum that diverges; None if any may
    least : minus the smallest of the factors, at the working precision; None if none is negative
    """
    step = Fraction(1, 2 ** (goal + 10))
    if room is not None:
        step = min(step, room) / 2
    fine = 3 * goal + 60
    shifted = tuple(
        replace(moment, **{moved: getattr(moment, moved) + offset})
        for moment in moments
        for offset in (-step, 0, step)
    )
    powers = max(max(moment.unlearned, moment.learned) for moment in moments)

    def evaluate(kappa: Ball) -> list[Ball]:
        center = kappa.mid()
        # no term changes faster than the larger of its powers of kappa
        widening = exp(symmetric(powers * abs(log(kappa / center)).abs_upper()))
        with working_precision(fine + 40):
            values = family(shifted, fine).evaluate(center)
            width, depth = number(step), number(0) if least is None else least()
            found = []
            for index in range(0, len(values), 3):
                before, here, after = values[index : index + 3]
                slope = ((here - after) / width).union((before - here) / width)
                # only sums of positive terms are widened by a factor
                found.append((slope + depth * here, depth * here))
        return [raised * widening - offset * widening for raised, offset in found]

    return evaluate


def log_evaluator(
    decay: Fraction, size: int | float, moments: Sequence[Moment], goal: int, first: int = 1
) -> Evaluator:
    """Return the function from kappa to the balls of a power law's moments with the factor log(k).

    Parameters
    ----------
    decay : a > 0
    size : index of the last term, or ``math.inf`` where all moments converge
    moments : the sums
    goal : bits to which the balls are narrow
    first : index of the first term
    """
    if size == 1:
        return lambda kappa: [number(0) for _ in moments]  # noqa: ARG005 -- of the interface
    room = None
    if isinstance(size, float):
        room = min(moment.shift + decay * moment.learned - 1 for moment in moments)
    return shift_derivatives(
        lambda shifted, fine: trace_family(decay, size, shifted, fine, first),
        moments,
        "shift",
        goal,
        room=room,
    )
