"""Simulated interpolation between random points, and the exponents that the simulated errors show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import mpmath

from ....theory.laws.interpolation_samples import error_of_waves
from ...claim import Context
from ...measure.exponent_fit import fit_exponent
from ...simulate import InterpolationSimulation, simulate_interpolation
from ...simulate.replicates import child_seed
from ...statistics import Estimate
from ..legs import SimulatedPoint


def runs(
    context: Context,
    place: int,
    sizes: Sequence[int],
    *,
    replicates: int = 10,
    thorough: int = 100,
    **settings: Any,
) -> list[InterpolationSimulation]:
    """Simulate interpolation at several numbers of samples with the seed of a place in the leg."""
    seed = child_seed(context.seed, place)
    return [
        simulate_interpolation(
            samples=context.size(samples),
            replicates=context.replicates(replicates, thorough=thorough),
            seed=child_seed(seed, index),
            executor=context.executor,
            progress=context.progress,
            **settings,
        )
        for index, samples in enumerate(sizes)
    ]


def measured_exponent(found: Sequence[InterpolationSimulation], power: float) -> Estimate:
    """Return the exponent of the error in the samples, positive where it falls."""
    fit = fit_exponent([run.samples for run in found], [run.error(power) for run in found])
    return Estimate(value=fit.value, standard_error=fit.standard_error, count=found[0].replicates)


def exponent_point(
    label: str, found: Sequence[InterpolationSimulation], power: float, claimed: Any, allowance: float
) -> SimulatedPoint:
    """Return the measured exponent beside the claimed one."""
    return SimulatedPoint(
        label=f"{label}, D={found[0].samples} to {found[-1].samples}",
        estimate=measured_exponent(found, power),
        prediction=float(claimed),
        allowance=allowance,
    )


@cache
def nearest_square(samples: int, dimension: int) -> mpmath.mpf:
    r"""Return the expected squared error of the nearest value for $F=\sum_i\sin2\pi x_i$, to 12 digits."""
    return error_of_waves(dimension, samples, 12)
