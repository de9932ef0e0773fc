"""Runs of SGD in any space: in groups that take their steps together, and their summary."""

from __future__ import annotations

import functools
import math
from concurrent.futures import Executor
from typing import Any, Final

import numpy as np

from ...numerics import Schedule
from ...numerics.schedule import check_schedule
from ..statistics import mean_estimate
from .arguments import FloatArray, count, nonnegative
from .cost import MEMORY_LIMIT
from .descent import descend, fresh_batches, repeated_batches
from .replicates import Progress, run_replicates
from .sgd_result import SGDSimulation
from .sgd_samples import DataSpace, Space

_GROUP_NUMBERS: Final = 2**14
"""Numbers drawn for a step of the runs that go together: enough of them to hide the interpreter."""

_LARGEST_GROUP: Final = 256
_GROUP_MEMORY: Final = 2**26


def run_sgd(
    space: Space,
    schedule: Schedule,
    *,
    noise: Any,
    batch_size: Any,
    average: bool,
    samples: Any,
    replicates: int,
    root: np.random.SeedSequence,
    executor: Executor | None,
    progress: Progress | None,
    rest: dict[str, Any],
) -> SGDSimulation:
    """Read the arguments that both spaces share, run, and summarise."""
    check_schedule(schedule)
    level, batch = nonnegative("noise", noise), count("batch_size", batch_size)
    number = count("replicates", replicates, least=2)
    pool = None if samples is None else count("samples", samples)
    if pool is not None and pool < batch:
        raise ValueError(
            f"`samples` = {pool} must be at least `batch_size` = {batch}; choose smaller batches"
        )
    held = batch if pool is None else pool
    memory = 8 * held * (space.size + 2 * space.width + 4)
    if memory > MEMORY_LIMIT:
        raise ValueError(
            f"`{'batch_size' if pool is None else 'samples'}` = {held} makes a run need about "
            f"{memory / 2**30:.1f} GiB, more than {MEMORY_LIMIT / 2**30:.0f} GiB; choose it smaller"
        )
    together = min(_LARGEST_GROUP, _GROUP_NUMBERS // (batch * space.size), _GROUP_MEMORY // memory)
    groups = math.ceil(number / max(1, together))
    runs = math.ceil(number / groups)
    draws = run_replicates(
        functools.partial(
            _group,
            space=space,
            schedule=schedule,
            runs=runs,
            noise=level,
            batch_size=batch,
            average=average,
            samples=pool,
        ),
        replicates=groups,
        seed=root,
        seconds=_seconds(space, runs, pool, schedule.steps, batch),
        executor=executor,
        progress=progress,
    )
    draws = draws.reshape(-1, draws.shape[-1])[:number]
    if not np.isfinite(draws).all():
        largest = float(max(step_size for step_size, _ in schedule.stages))
        raise ValueError(
            f"`step_size` = {largest:g} lets runs grow beyond the range of floats; choose a smaller one"
        )
    risk, bias, variance = (mean_estimate(column) for column in draws.T[:3])
    return SGDSimulation(
        risk=risk.value,
        standard_error=risk.standard_error,
        bias=bias.value,
        bias_standard_error=bias.standard_error,
        variance=variance.value,
        variance_standard_error=variance.standard_error,
        approximation=mean_estimate(draws[:, 3]).value,
        risk_draws=draws[:, 0].copy(),
        bias_draws=draws[:, 1].copy(),
        variance_draws=draws[:, 2].copy(),
        training_draws=None if pool is None else draws[:, 4].copy(),
        schedule=schedule,
        noise=level,
        batch_size=batch,
        average=average,
        samples=pool,
        replicates=number,
        seed=root,
        **rest,
    )


def _seconds(space: Space, runs: int, pool: int | None, steps: int, batch: int) -> float:
    """Return the time of a group within a factor of a few."""
    samples = steps * batch if pool is None else pool
    drawn = 15e-9 * space.size + (1e-10 * space.size * space.width if isinstance(space, DataSpace) else 0.0)
    return runs * (samples * drawn + steps * batch * 5e-9 * space.width) + 2e-5 * steps


def _group(
    seed: np.random.SeedSequence,
    *,
    space: Space,
    schedule: Schedule,
    runs: int,
    noise: float,
    batch_size: int,
    average: bool,
    samples: int | None,
) -> FloatArray:
    """Return risk, bias, variance, approximation and training risk of runs that take their steps together."""
    generator = np.random.default_rng(seed)
    source = space.runs(runs, generator)
    columns = 2 if noise else 1
    data = None
    if samples is None:
        batches = fresh_batches(
            lambda steps: source.draw(steps, batch_size, columns, generator),
            schedule.steps,
            runs * batch_size * space.size,
        )
    else:
        drawn, labels = source.draw(1, samples, columns, generator)
        data = drawn[0], labels[0]
        batches = repeated_batches(*data, schedule.steps, batch_size, generator)
    level = math.sqrt(noise)
    with np.errstate(over="ignore", invalid="ignore"):
        iterate = descend(
            batches,
            schedule,
            shape=(columns, runs, space.width),
            batch_size=batch_size,
            average=average,
        )
        weights = np.array([1.0, level])[:columns]
        whole = np.tensordot(weights, iterate, 1)
        risk = noise + source.approximation + source.beyond(whole)
        variance = noise * source.power(iterate[1]) if noise else np.zeros(runs)
        training = np.zeros(runs)
        if data is not None:
            predicted = np.einsum("rsn,rn->rs", data[0], whole, optimize=False)
            training = np.mean((predicted - np.tensordot(weights, data[1], 1)) ** 2, axis=1)
        bias = source.beyond(iterate[0])
        return np.stack([risk, bias, variance, source.approximation, training], axis=1)
