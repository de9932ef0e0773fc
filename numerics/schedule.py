r"""Step-size schedules of stochastic gradient descent, as stages of constant step size.

Every schedule is a list of stages: :math:`n_\ell` steps of size :math:`\gamma_\ell`. What the theory of one
pass needs of it is the total time :math:`\tau=\sum_\ell n_\ell\gamma_\ell`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

import mpmath

from .exact import Number, count, exact_text, nonnegative, positive_exponent
from .exact import _show as show

MOST_STEPS: Final = 10**30
"""Steps, samples and batches beyond it are refused."""

_STEEPEST: Final = 10

MAXIMUM_STAGES: Final = 1_000_000
"""Stages of a schedule: each one costs a matrix decomposition."""


@dataclass(frozen=True, slots=True, init=False)
class Schedule:
    r"""Stages of constant step size.

    Parameters
    ----------
    stages : pairs (step size, number of steps); step sizes are positive numbers between 1e-250 and 1e250,
        numbers of steps integers from 1 to 1e30

    Raises
    ------
    TypeError, ValueError
        If there is no stage, more than a million, or an entry is outside its domain.

    Examples
    --------
    >>> from scalinglaws.numerics import Schedule
    >>> Schedule([("0.5", 3), ("0.25", 1)]).time
    Fraction(7, 4)
    >>> Schedule.geometric("0.5", 8).stages
    ((Fraction(1, 2), 2), (Fraction(1, 4), 3), (Fraction(1, 8), 2), (Fraction(1, 16), 1))
    """

    stages: tuple[tuple[Fraction, int], ...]

    def __init__(self, stages: Iterable[tuple[Number, Number]]) -> None:
        read: list[tuple[Fraction, int]] = []
        try:
            entries = iter(stages)
        except TypeError:
            raise TypeError(
                f"`stages` = {show(stages)} must be pairs (step size, number of steps); give a list of them"
            ) from None
        for stage in entries:
            try:
                step_size, steps = stage
            except (TypeError, ValueError):
                raise ValueError(
                    f"`stages` holds {show(stage)} and must hold pairs (step size, number of steps)"
                ) from None
            read.append((positive_exponent("step_size", step_size), step_count("steps", steps)))
            if len(read) > MAXIMUM_STAGES:
                raise ValueError(f"`stages` must be at most {MAXIMUM_STAGES}; make them longer")
        if not read:
            raise ValueError("`stages` must hold at least one stage; give a pair (step size, steps)")
        object.__setattr__(self, "stages", tuple(read))

    @property
    def steps(self) -> int:
        """The number of steps."""
        return sum(steps for _, steps in self.stages)

    @property
    def time(self) -> Fraction:
        r"""The total time :math:`\tau=\sum_t\gamma_t`."""
        return sum((step_size * steps for step_size, steps in self.stages), Fraction(0))

    @classmethod
    def constant(cls, step_size: Number, steps: Number) -> Schedule:
        """Return one stage of `steps` steps of size `step_size`."""
        return cls([(step_size, steps)])

    @classmethod
    def geometric(cls, step_size: Number, steps: Number) -> Schedule:
        r"""Return the schedule that halves the step size every :math:`n/\log_2n` steps.

        Parameters
        ----------
        step_size : the first step size, a positive number
        steps : n, an integer from 1 to 1e30

        Notes
        -----
        Step :math:`t=1,\dots,n` has :math:`\gamma_t=\gamma2^{-\ell}` with
        :math:`\ell=\lfloor t\log_2(n)/n\rfloor`, equation (3) of Lin, Wu, Kakade, Bartlett and Lee (2024).
        Its time is about :math:`2\gamma n/\log_2n`, and the number :math:`n/\log_2n` takes the place of n in
        the risk.
        """
        first, total = positive_exponent("step_size", step_size), step_count("steps", steps)
        # stage l begins at the first t with t log2(n) >= l n
        begins = [1]
        for level in range(1, total.bit_length() + 1):
            begin = max(begins[-1], _halving(level, total))
            if begin > total:
                break
            begins.append(begin)
        stages = [
            (first / 2**level, end - begin)
            for level, (begin, end) in enumerate(zip(begins, [*begins[1:], total + 1], strict=True))
            if end > begin
        ]
        return cls(stages)

    @classmethod
    def polynomial(
        cls, step_size: Number, steps: Number, power: Number, stages: Number | None = None
    ) -> Schedule:
        r"""Return the schedule :math:`\gamma\,\ell^{-p}` on stages :math:`\ell=1,2,\dots` of equal length.

        Parameters
        ----------
        step_size : the first step size, a positive number
        steps : n, an integer from 1 to 1e30
        power : p, a number from 0 to 10
        stages : their number L, an integer from 1 to `steps`; None for a stage for each step, the schedule
            :math:`\gamma_t=\gamma t^{-p}`

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its domain, or there are more than a million stages.
        """
        first, total = positive_exponent("step_size", step_size), step_count("steps", steps)
        exponent = nonnegative("power", power)
        if exponent > _STEEPEST:
            raise ValueError(f"`power` = {show(power)} must be a number from 0 to 10; choose a smaller one")
        parts = total if stages is None else count("stages", stages)
        if parts > total:
            raise ValueError(
                f"`stages` = {exact_text(parts)} must be at most `steps` = {total}; choose fewer stages"
            )
        if parts > MAXIMUM_STAGES:
            raise ValueError(
                f"`stages` = {parts} must be an integer from 1 to {MAXIMUM_STAGES}; choose fewer stages"
            )
        ends = [total * part // parts for part in range(parts + 1)]
        return cls(
            (first * Fraction(float(level) ** -float(exponent)), end - begin)
            for level, (begin, end) in enumerate(pairwise(ends), start=1)
        )


def step_count(name: str, value: Number) -> int:
    """Return `value` as an integer from 1 to 1e30."""
    steps = count(name, value)
    if steps > MOST_STEPS:
        raise ValueError(f"`{name}` = {show(value)} must be an integer from 1 to 1e30; choose a smaller one")
    return steps


def check_schedule(schedule: object) -> None:
    """Raise TypeError for what is no schedule."""
    if not isinstance(schedule, Schedule):
        raise TypeError(f"`schedule` is a {type(schedule).__name__} and must be a Schedule; make one")


def _halving(level: int, steps: int) -> int:
    """Return the first t with ``t * log2(steps) >= level * steps``."""
    if steps & (steps - 1) == 0 and steps > 1:
        exponent = steps.bit_length() - 1
        return -(-level * steps // exponent)
    if steps == 1:
        return 2
    # log2 of what is no power of two is irrational, so that the precision tells on which side of an integer
    with mpmath.workprec(4 * steps.bit_length() + 60):
        return int(mpmath.ceil(level * steps / mpmath.log(steps, 2)))
