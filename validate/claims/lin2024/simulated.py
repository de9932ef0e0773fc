"""Simulated runs of SGD on covariates as they are, the signal exactly as in the law."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ....numerics import PowerLaw, Schedule
from ...claim import Context
from ...simulate import SGDSimulation, simulate_sgd, unsketched
from ...simulate.replicates import child_seed


def runs(
    context: Context,
    place: int,
    *,
    decay: Fraction,
    source: Fraction,
    samples: int,
    step_size: Any,
    size: int,
    replicates: int,
    thorough: int,
    noise: float = 1.0,
    average: bool = False,
) -> SGDSimulation:
    """Simulate runs with the seed of a place in the leg; bias and variance are columns of the same runs."""
    schedule = Schedule.constant if average else Schedule.geometric
    return simulate_sgd(
        unsketched(PowerLaw(decay, context.size(size)), source=source),
        schedule(step_size, samples),
        noise=noise,
        average=average,
        replicates=context.replicates(replicates, thorough=thorough),
        seed=child_seed(context.seed, place),
        executor=context.executor,
        progress=context.progress,
    )
