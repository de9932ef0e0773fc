r"""The second moment of stochastic gradient descent on Gaussian data, a stage at a time.

In the eigenbasis of the features the error :math:`\delta_t=v_t-v^*` of one pass over Gaussian data has a
second moment whose diagonal obeys a recursion of its own: with :math:`E_i=\mu_i\mathbb E(u_i^\top\delta)^2`,
batches of B samples, :math:`x_i=\gamma\mu_i` and the noise :math:`\nu^2=\sigma^2+\mathrm{approximation}`,

.. math::

   E_i\leftarrow(1-a_i)E_i+\frac{x_i^2}B\Big(\sum_jE_j+\nu^2\Big),\qquad
   a_i=x_i\Big(2-\frac{B+1}Bx_i\Big),

because :math:`\mathbb E\hat\Sigma C\hat\Sigma=\frac{B+1}B\Sigma C\Sigma+\frac1B\mathrm{tr}(\Sigma C)\Sigma`.
In :math:`f_i=E_i/(\sqrt{m_i}\mu_i)` the matrix of the recursion is symmetric, one less
:math:`\mathrm{diag}(a)-ww^\top` with :math:`w_i^2=m_ix_i^2/B`, so that n steps cost one eigensystem
(:mod:`.rank_one`). Products of two times, as in an average over the iterates, only need
:math:`\mathbb E\delta_i(s)\delta_i(t)=(1-x_i)^{t-s}\mathbb E\delta_i(s)^2` (:mod:`.divided_powers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from .divided_powers import divided_powers, geometric_sums, powers
from .equivalent import FloatArray
from .rank_one import RankOneSystem, rank_one_system
from .schedule import Schedule
from .sketch import SketchedSpectrum

_BLOCK: Final = 2**19
_ZERO: Final = np.zeros(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the dynamics make of the signal alone and of noise of variance 1 alone.

    Parameters
    ----------
    signal, noise : the excess over the best predictor on the features
    descent : the part of `signal` that gradient descent on infinitely many samples leaves
    is_stable : whether every stage is one that could go on forever
    """

    signal: float
    noise: float
    descent: float
    is_stable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The second moment at some step.

    Parameters
    ----------
    coupled : f at the nodes with modes, one column for the signal and one for noise of variance 1
    free : E at the nodes that carry signal alone, also signal that is never seen, at eigenvalue 0
    """

    coupled: FloatArray
    free: FloatArray


class Dynamics:
    """The recursion on one sketch with batches of one size."""

    def __init__(self, sketch: SketchedSpectrum, batch_size: int) -> None:
        coupled = (sketch.eigenvalues > 0) & (sketch.modes > 0)
        free = ~coupled
        self.batch_size = batch_size
        self.coupled, self.free = sketch.eigenvalues[coupled], sketch.eigenvalues[free]
        self.scale = np.sqrt(sketch.modes[coupled]) * self.coupled
        self.alignment = sketch.alignment[coupled], sketch.alignment[free]

    def run(self, schedule: Schedule, *, average: bool) -> Outcome:
        """Return the outcome at the last iterate, or of the average over the iterates before each step."""
        state = _State(
            coupled=np.stack([self.alignment[0] / self.scale, np.zeros_like(self.scale)], axis=1),
            free=self.alignment[1],
        )
        later = _later_iterates(schedule, self.coupled), _later_iterates(schedule, self.free)
        totals, is_stable = np.zeros(2), True
        for index, (step_size, steps) in enumerate(schedule.stages):
            stage = self._stage(float(step_size), steps)
            is_stable &= stage.is_stable
            if average:
                totals += stage.averaged(state, later[0][index + 1], later[1][index + 1])
            state = stage.advanced(state)
        if average:
            signal, noise = totals / float(schedule.steps) ** 2
            kept = [sums[0] / schedule.steps for sums in later]
        else:
            signal, noise = self.scale @ state.coupled
            signal += np.sum(state.free)
            kept = [_remainder(schedule, eigenvalues) for eigenvalues in (self.coupled, self.free)]
        descent = sum(float(np.sum(p * k * k)) for p, k in zip(self.alignment, kept, strict=True))
        return Outcome(signal=float(signal), noise=float(noise), descent=descent, is_stable=is_stable)

    def _stage(self, step_size: float, steps: int) -> _Stage:
        ratio = (self.batch_size + 1) / self.batch_size
        x, y = step_size * self.coupled, step_size * self.free
        weights = step_size / np.sqrt(self.batch_size) * self.scale
        return _Stage(
            steps=steps,
            x=x,
            free_x=y,
            free_depths=y * (2 - ratio * y),
            scale=self.scale,
            drive=step_size**2 / self.batch_size * self.scale,
            system=rank_one_system(x * (2 - ratio * x), weights),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """Some steps of one size.

    Parameters
    ----------
    steps : n
    x, free_x : the step size times the eigenvalues
    free_depths : a at the nodes with signal alone
    scale : E over f
    drive : the change of f by a unit of excess or of noise
    system : the eigensystem of the recursion
    """

    steps: int
    x: FloatArray
    free_x: FloatArray
    free_depths: FloatArray
    scale: FloatArray
    drive: FloatArray
    system: RankOneSystem

    @property
    def is_stable(self) -> bool:
        """Whether the risk stays bounded if the stage goes on."""
        return bool(self.system.values[0] > 0) and bool(np.all(self.free_depths >= 0))

    def advanced(self, state: _State) -> _State:
        """Return the state after the stage."""
        vectors, depths = self.system.vectors, self.system.values
        drive = vectors.T @ self.drive
        coordinates = powers(depths, self.steps)[:, None] * (vectors.T @ state.coupled)
        if len(state.free):
            between = divided_powers([depths[:, None], self.free_depths], self.steps)[0, 1]
            coordinates[:, 0] += drive * (between @ state.free)
        coordinates[:, 1] += drive * geometric_sums(depths, self.steps)
        return _State(coupled=vectors @ coordinates, free=powers(self.free_depths, self.steps) * state.free)

    def averaged(self, state: _State, later: FloatArray, free_later: FloatArray) -> FloatArray:
        """Return the sum of the products of the stage's iterates with each other and with later ones.

        For an iterate s with E this is E itself, twice the sum over later iterates t of the stage of
        :math:`(1-x)^{t-s}E`, and twice :math:`(1-x)^{n-s}E` times what iterates of later stages keep.
        """
        free = divided_powers([self.free_depths, self.free_x, _ZERO], self.steps)
        alone = geometric_sums(self.free_depths, self.steps)
        kept = 2 * (1 - self.free_x)
        total = np.zeros(2)
        total[0] = np.sum(state.free * (alone + kept * (free[0, 2] + free_later * free[0, 1])))
        return total + self._averaged_responses(state, later)

    def _averaged_responses(self, state: _State, later: FloatArray) -> FloatArray:
        """Return the same for the nodes with modes, which answer to signal, noise and each other."""
        vectors, depths = self.system.vectors, self.system.values
        start, drive = vectors.T @ state.coupled, vectors.T @ self.drive
        once = self.scale @ vectors
        total = (once * geometric_sums(depths, self.steps)) @ start
        total[1] += np.sum(once * divided_powers([depths, _ZERO, _ZERO], self.steps)[0, 2] * drive)
        answer = divided_powers([depths[:, None], self.free_depths, _ZERO], self.steps)[0, 2]
        total[0] += (once * drive) @ (answer @ state.free)
        for rows in self._blocks():
            x, kept = self.x[rows, None], 2 * (1 - self.x[rows])
            pairs = self.scale[rows, None] * vectors[rows]
            found = divided_powers([depths, x, _ZERO, _ZERO], self.steps)
            total += (kept @ (pairs * found[0, 2])) @ start
            total[1] += (kept @ (pairs * found[0, 3])) @ drive
            total += ((kept * later[rows]) @ (pairs * found[0, 1])) @ start
            total[1] += ((kept * later[rows]) @ (pairs * found[0, 2])) @ drive
            if len(self.free_x):
                nodes = [self.free_depths, depths[:, None], x[:, :, None], _ZERO]
                found = divided_powers(nodes, self.steps)
                total[0] += np.sum(kept @ (pairs * (found[0, 3] @ state.free)) * drive)
                total[0] += np.sum((kept * later[rows]) @ (pairs * (found[0, 2] @ state.free)) * drive)
        return total

    def _blocks(self) -> Iterator[slice]:
        """Yield rows in pieces whose tables stay small."""
        size = len(self.x)
        step = max(1, _BLOCK // (size * max(1, len(self.free_x))))
        for begin in range(0, size, step):
            yield slice(begin, begin + step)


def _later_iterates(schedule: Schedule, eigenvalues: FloatArray) -> list[FloatArray]:
    """Return for each stage, and for the end, what the iterates from there on keep of an error, summed."""
    found = [np.zeros_like(eigenvalues)]
    for step_size, steps in reversed(schedule.stages):
        x = float(step_size) * eigenvalues
        found.append(geometric_sums(x, steps) + powers(x, steps) * found[-1])
    return found[::-1]


def _remainder(schedule: Schedule, eigenvalues: FloatArray) -> FloatArray:
    """Return the factor by which the mean of the error shrinks over the schedule."""
    factor = np.ones_like(eigenvalues)
    for step_size, steps in schedule.stages:
        factor *= powers(float(step_size) * eigenvalues, steps)
    return factor
