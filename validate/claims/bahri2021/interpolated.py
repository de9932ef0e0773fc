"""Simulated interpolation between random points, and the exponents that the simulated errors show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import mpmath

from ....numerics import nearest_distance_moment
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
    r"""Return the expected squared error of the nearest value for $F=\sum_i\sin2\pi x_i$, exactly.

    Notes
    -----
    Over places, a step $s$ changes $F$ by $\sum_i(1-\cos2\pi s_i)$ in the square; with a direction $u$ that
    is uniform this is $d\,E(1-\cos2\pi ru_1)$, a series in the even moments of the distance.

    >>> float(nearest_square(10**9, 2)) / (4 * math.pi**2 / (2 * math.pi * 10**9))  # doctest: +ELLIPSIS
    0.99999999...
    """
    with mpmath.workdps(30):
        total, component, place = mpmath.mpf(0), mpmath.mpf(1), 0
        while True:
            place += 1
            component *= mpmath.mpf(2 * place - 1) / (dimension + 2 * place - 2)
            moment = nearest_distance_moment(2 * place, samples=samples, dimension=dimension, digits=12)
            term = dimension * (2 * mpmath.pi) ** (2 * place) * component * moment
            term /= mpmath.factorial(2 * place)
            total += term if place % 2 else -term
            if term < total * mpmath.mpf("1e-12"):
                return total
