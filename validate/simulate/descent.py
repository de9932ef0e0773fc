r"""Stochastic gradient descent on samples that are drawn, many runs at once.

A run starts at zero and takes steps :math:`v\leftarrow v-\frac\gamma B\sum_b(v\cdot\phi_b-y_b)\phi_b` over
batches of B samples, each sample fresh, or from a finite set that is gone through in a new order in every
pass.  The iterate is linear in the labels, so each run carries one column for every part of them: the signal,
and label noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from ...numerics import Schedule
from .arguments import FloatArray

_BLOCK: Final = 2**20
"""Random numbers drawn at once."""


def descend(
    batches: Iterator[tuple[FloatArray, FloatArray]],
    schedule: Schedule,
    *,
    shape: tuple[int, int, int],
    batch_size: int,
    average: bool,
) -> FloatArray:
    """Return the last iterates, or the averages over the iterates before each step.

    Parameters
    ----------
    batches
        Features (runs, batch, width) and parts of the labels (columns, runs, batch) for each step.
    schedule
        Step sizes.
    shape
        Columns, runs, width: the shape of what is returned.
    batch_size
        Samples in each batch.
    average
        Which iterates are returned.
    """
    iterate, total = np.zeros(shape), np.zeros(shape)
    for step_size, steps in schedule.stages:
        rate = float(step_size) / batch_size
        for _ in range(steps):
            features, labels = next(batches)
            if average:
                total += iterate
            errors = np.einsum("rbn,crn->crb", features, iterate, optimize=False) - labels
            errors *= rate
            iterate -= np.einsum("crb,rbn->crn", errors, features, optimize=False)
    return total / schedule.steps if average else iterate


def fresh_batches(
    draw: Callable[[int], tuple[FloatArray, FloatArray]], steps: int, numbers: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield batches of samples that no step has seen before.

    Parameters
    ----------
    draw
        Returns the batches of a number of steps, stacked.
    steps
        Number of batches.
    numbers
        Random numbers behind one step.
    """
    most = max(1, _BLOCK // numbers)
    for begin in range(0, steps, most):
        yield from zip(*draw(min(most, steps - begin)), strict=True)


def repeated_batches(
    features: FloatArray, labels: FloatArray, steps: int, batch_size: int, generator: np.random.Generator
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield batches from a finite set of samples, in a new order in every pass.

    Parameters
    ----------
    features, labels
        The set, of shapes (runs, samples, width) and (columns, runs, samples).
    steps, batch_size
        Number of batches, and samples in each.
    generator
        Of the orders; every run has its own.
    """
    runs, count, _ = features.shape
    rows = np.arange(runs)[:, None]
    order = np.empty((runs, 0), dtype=np.intp)
    for _ in range(steps):
        while order.shape[1] < batch_size:
            again = generator.permuted(np.tile(np.arange(count), (runs, 1)), axis=1)
            order = np.concatenate([order, again], axis=1)
        chosen, order = order[:, :batch_size], order[:, batch_size:]
        yield features[rows, chosen], labels[:, rows, chosen]
