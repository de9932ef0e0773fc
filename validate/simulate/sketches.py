"""The exact expected risk of SGD, averaged over sketches that are drawn."""

from __future__ import annotations

import functools
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...numerics import Schedule, SGDPoint, Spectrum, sample_sketch, sgd_risk
from ...numerics.spectrum import check_spectrum
from ..statistics import Estimate, mean_estimate
from .arguments import FloatArray, count, nonnegative
from .replicates import Progress, run_replicates, seed_sequence

PARTS = ("risk", "excess", "approximation", "bias", "variance", "descent")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SketchAverage:
    """Means over sketches of what `SGDPoint` holds, with standard errors; `points` has each sketch."""

    risk: Estimate
    excess: Estimate
    approximation: Estimate
    bias: Estimate
    variance: Estimate
    descent: Estimate
    irreducible: float
    points: tuple[SGDPoint, ...]
    seed: np.random.SeedSequence


def average_over_sketches(
    spectrum: Spectrum,
    schedule: Schedule,
    *,
    features: Any,
    noise: Any = 0,
    source: Any = None,
    batch_size: Any = 1,
    average: bool = False,
    latent: Any = None,
    sketches: int = 8,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SketchAverage:
    r"""Return the expected risk of one pass of SGD, averaged over drawn sketches.

    Parameters
    ----------
    spectrum, source, latent
        As in `sample_sketch`; the spectrum may be infinite.
    schedule
        Step sizes; each sketch must be stable under them.
    features
        Integer >= 1, not larger than the size of the spectrum.
    noise, batch_size, average
        As in `sgd_risk`.
    sketches
        Number of independent sketches, at least 2.
    seed, executor, progress
        As in `simulate_ridge`.

    Raises
    ------
    UnstableStepSizeError
        If a step size is above the critical one of a sketch.
    TypeError, ValueError
        If an argument lies outside its domain.

    Notes
    -----
    Given a sketch the expectation over data, label noise and signal is exact: the only error is that of the
    mean over sketches.  The deterministic equivalent of `solve_sgd` has no such error, and one of order 1/N.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw
    >>> steps = Schedule.constant("0.1", 5)
    >>> found = average_over_sketches(PowerLaw(2, 3), steps, features=3, sketches=2, seed=0)
    >>> found.approximation
    Estimate(value=0.0, standard_error=0.0, count=2)
    """
    check_spectrum(spectrum)
    root, number = seed_sequence(seed), count("sketches", sketches, least=2)
    level, width = nonnegative("noise", noise), count("features", features)
    rows = run_replicates(
        functools.partial(
            _risk_of_sketch,
            spectrum=spectrum,
            features=width,
            source=source,
            latent=latent,
            schedule=schedule,
            options={"noise": noise, "batch_size": batch_size, "average": average},
        ),
        replicates=number,
        seed=root,
        seconds=0.05 + 1e-6 * width**2,
        executor=executor,
        progress=progress,
    )
    names = [field.name for field in fields(SGDPoint) if field.name not in ("irreducible", "is_stable")]
    points = tuple(
        SGDPoint(irreducible=level, is_stable=True, **dict(zip(names, map(float, row), strict=True)))
        for row in rows
    )
    means = {part: mean_estimate([getattr(point, part) for point in points]) for part in PARTS}
    return SketchAverage(irreducible=level, points=points, seed=root, **means)


def _risk_of_sketch(
    seed: np.random.SeedSequence,
    *,
    spectrum: Spectrum,
    features: int,
    source: Any,
    latent: Any,
    schedule: Schedule,
    options: dict[str, Any],
) -> FloatArray:
    sketch = sample_sketch(spectrum, features, source=source, latent=latent, seed=seed)
    point = sgd_risk(sketch, schedule, **options)
    return np.array([point.risk, point.approximation, point.bias, point.variance, point.descent])
