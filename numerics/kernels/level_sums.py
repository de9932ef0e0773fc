r"""Sums over all modes of a kernel, with the signal of a teacher: by formula where there is one."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..arithmetic import Ball, number
from ..errors import PrecisionError
from ..spectrum import Evaluator, ModeSum
from .degree_sums import DegreeSums, Terms, add_terms
from .levels import Levels
from .moment_sums import MomentSums
from .multiplicities import harmonics_polynomial
from .sphere_levels import SphereLevels
from .steep_sums import SteepSignalSums, is_steep
from .torus_levels import MaternTorusLevels
from .torus_sums import TorusSums


def level_sums(levels: Levels, teacher: Levels, sums: tuple[ModeSum, ...], goal: int) -> Evaluator:
    """Return the function from kappa to the balls of `sums`, truncated below ``2**-goal`` of each.

    Parameters
    ----------
    levels : eigenvalues of the kernel
    teacher : the signal powers; the same object where they are the eigenvalues
    sums : what is summed
    goal : bits
    """
    if is_steep(teacher) and not is_steep(levels):
        return _with_steep_signal(levels, teacher, sums, goal)
    if (
        isinstance(levels, MaternTorusLevels)
        and isinstance(teacher, MaternTorusLevels)
        and levels.dimension > 1
    ):
        return TorusSums(levels, teacher, sums, goal).evaluate
    own, other = levels.branch(goal + 8), teacher.branch(goal + 8)
    if own is not None and other is None and own.step > 1:
        raise PrecisionError(
            "a teacher of several layers is not summed beside a kernel whose eigenvalues vanish at every "
            "second degree; choose another teacher"
        )
    if own is None or other is None:
        return MomentSums(levels, teacher, sums, goal).evaluate
    isotropic = teacher is levels
    dimension = levels.dimension
    polynomial = harmonics_polynomial(dimension if isinstance(levels, SphereLevels) else 1)
    step = math.lcm(own.step, other.step)
    head: list[Terms] = []
    tails = []
    for residue in range(own.residue, own.residue + step, own.step):
        silent = (residue - other.residue) % other.step != 0
        signal = None if silent else own if isotropic else other
        tail = DegreeSums(own, signal, step, residue % step, polynomial, dimension, sums, goal)
        tails.append(tail)
        head += _listed(levels, teacher, range(residue % step, tail.start, step))
    first = 0
    if own.step > 1:
        # degrees of the other residues below the formula
        first = own.first + own.step
        others = [degree for degree in range(first) if (degree - own.residue) % own.step]
        head += _listed(levels, teacher, others)
        lost = teacher.unbranched(own.residue, own.step)
        for degree in others:
            if not levels.eigenvalue(degree).is_zero():
                lost -= teacher.eigenvalue(degree) * teacher.multiplicity(degree)
    else:
        lost = number(0)

    def evaluate(kappa: Ball) -> list[Ball]:
        totals = add_terms(sums, kappa, head)
        for tail in tails:
            totals = [a + b for a, b in zip(totals, tail.evaluate(kappa), strict=True)]
        # a mode of eigenvalue 0 is never learned
        return [
            total + lost if what.signal and not what.learned else total
            for total, what in zip(totals, sums, strict=True)
        ]

    return evaluate


def _with_steep_signal(levels: Levels, teacher: Levels, sums: tuple[ModeSum, ...], goal: int) -> Evaluator:
    """Return the evaluator where only sums without signal have a long tail."""
    plain = tuple(what for what in sums if not what.signal)
    modes = level_sums(levels, levels, plain, goal) if plain else None
    signal = SteepSignalSums(levels, teacher, [what for what in sums if what.signal], goal)

    def evaluate(kappa: Ball) -> list[Ball]:
        without = iter(modes(kappa) if modes is not None else [])
        taught = iter(signal.evaluate(kappa))
        return [next(taught if what.signal else without) for what in sums]

    return evaluate


def _listed(levels: Levels, teacher: Levels, degrees: Sequence[int]) -> list[Terms]:
    """Return what belongs to single degrees, without those whose eigenvalue is 0."""
    found = []
    for degree in degrees:
        value = levels.eigenvalue(degree)
        if not value.is_zero():
            signal = value if teacher is levels else teacher.eigenvalue(degree)
            many = number(levels.multiplicity(degree))
            found.append(Terms(growth=1 / value, weight=many, signal=signal))
    return found
