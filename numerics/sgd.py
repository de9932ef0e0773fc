r"""The expected risk of one-pass stochastic gradient descent on sketched Gaussian covariates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from scipy.optimize import brentq

from .errors import UnstableStepSizeError
from .exact import Number, bounded_noise, check_choice
from .exact import _show as show
from .schedule import Schedule, check_schedule, step_count
from .sgd_stages import Dynamics
from .sketch import SketchedSpectrum, check_sketch
from .sketch_equivalent import sketch_equivalent
from .spectrum import Spectrum

Unstable: TypeAlias = Literal["raise", "mark"]

_RESOLUTION: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class SGDPoint:
    r"""The expected risk and its parts; squared errors, without a half.

    Parameters
    ----------
    risk : irreducible + approximation + bias + variance
    irreducible : :math:`\sigma^2`, the variance of the label noise
    approximation : what the best predictor on the features leaves of the signal
    bias : what the run leaves of the signal beyond that: part of `excess` that is there without label noise
    variance : the part proportional to :math:`\sigma^2`
    descent : the part of `bias` that gradient descent with the same steps on infinitely many samples would
    leave is_stable : whether each step size is below the critical one
    """

    risk: float
    irreducible: float
    approximation: float
    bias: float
    variance: float
    descent: float
    is_stable: bool

    @property
    def excess(self) -> float:
        """The risk above the label noise."""
        return self.approximation + self.bias + self.variance


def sgd_risk(
    sketch: SketchedSpectrum,
    schedule: Schedule,
    *,
    noise: Number = 0,
    batch_size: Number = 1,
    average: bool = False,
    unstable: Unstable = "raise",
) -> SGDPoint:
    r"""Return the exact expected risk of one pass of SGD from zero, given a sketch.

    Parameters
    ----------
    sketch : the modes of the features; see :func:`sample_sketch` and :func:`sketch_equivalent`
    schedule : the stages of constant step size; a step takes `batch_size` fresh samples
    noise : :math:`\sigma^2`, the variance of the label noise, a number not smaller than 0
    batch_size : B, an integer not smaller than 1; gradients are averaged over the batch
    average : whether to take the mean of the iterates :math:`v_0,\dots,v_{n-1}` in place of the last one
    unstable : what to do with step sizes above the critical one, for which the risk grows without bound as a
        stage goes on: "raise", or "mark" in `is_stable`

    Raises
    ------
    UnstableStepSizeError
        If a stage has a step size above :func:`critical_step_size`.
    TypeError, ValueError
        If an argument is outside its domain.

    Notes
    -----
    The expectation is over Gaussian samples, label noise and the signal, given the sketch; see
    :mod:`.sgd_stages` for the recursion. It is exact for every number of steps, which costs nothing: each
    stage is one eigensystem of a diagonal matrix less one of rank one, :math:`O(N^2)` operations per stage.
    Numbers are right to about ten digits of the larger of the result and :math:`10^{-4}` of the signal that
    was there at the start.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> sketch = SketchedSpectrum(eigenvalues=one, modes=one, alignment=one, approximation=0.0)
    >>> print(sgd_risk(sketch, Schedule.constant("0.25", 1), noise=1).excess)
    0.75
    """
    check_sketch(sketch)
    check_schedule(schedule)
    variance = bounded_noise(noise)
    check_choice("unstable", unstable, "raise", "mark")
    if not isinstance(average, (bool, np.bool_)):
        raise TypeError(f"`average` = {show(average)} must be True or False; choose one of them")
    size = step_count("batch_size", batch_size)
    if unstable == "raise":
        _check_stable(sketch, schedule, size)
    with np.errstate(over="ignore", invalid="ignore"):
        outcome = Dynamics(sketch, size).run(schedule, average=average)
    growth = _or_infinite(outcome.noise, outcome.is_stable)
    bias = _or_infinite(outcome.signal, outcome.is_stable)
    bias += sketch.approximation * growth if sketch.approximation else 0.0
    labels = variance * growth if variance else 0.0
    return SGDPoint(
        risk=variance + sketch.approximation + bias + labels,
        irreducible=variance,
        approximation=sketch.approximation,
        bias=bias,
        variance=labels,
        descent=outcome.descent,
        is_stable=outcome.is_stable,
    )


def critical_step_size(sketch: SketchedSpectrum, *, batch_size: Number = 1) -> float:
    r"""Return the constant step size up to which the expected risk stays bounded.

    Parameters
    ----------
    sketch : the modes of the features
    batch_size : B, an integer not smaller than 1

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its domain.

    Returns
    -------
    float
        The root :math:`\gamma` of
        :math:`\sum_im_i\frac{\gamma\mu_i}{2B-(B+1)\gamma\mu_i}=1`, where the largest eigenvalue of the
        recursion of :mod:`.sgd_stages` is 1. Derived here.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> sketch = SketchedSpectrum(eigenvalues=one, modes=one, alignment=one, approximation=0.0)
    >>> print(round(critical_step_size(sketch), 12))
    0.666666666667
    """
    check_sketch(sketch)
    size = step_count("batch_size", batch_size)
    largest = float(np.max(sketch.eigenvalues[sketch.modes > 0]))
    relative = sketch.eigenvalues / largest

    def load(x: float) -> float:
        return float(np.sum(sketch.modes * x * relative / (2 * size - (size + 1) * x * relative)))

    limit = 2 * size / (size + 1)
    highest = limit * (1 - 1e-15)
    if load(highest) <= 1:  # next to no modes at the upper end of a quadrature
        return limit / largest
    return float(brentq(lambda x: load(x) - 1, 0.0, highest, xtol=1e-300, rtol=1e-14)) / largest


def solve_sgd(
    spectrum: Spectrum,
    *,
    features: Number = math.inf,
    samples: Number,
    step_size: Number,
    schedule: Literal["geometric", "constant"] = "geometric",
    noise: Number = 0,
    source: Number | None = None,
    batch_size: Number = 1,
    average: bool = False,
    unstable: Unstable = "raise",
) -> SGDPoint:
    r"""Return the risk of one pass of SGD at any size, from the deterministic equivalent of the sketch.

    Parameters
    ----------
    spectrum : the eigenvalues of the data, with the signal
    features : N, a number from 1 to the size of the spectrum, or inf for data without a sketch
    samples : T, an integer not smaller than `batch_size`
    step_size : the first step size :math:`\gamma`, a positive number
    schedule : "geometric", halved every :math:`T/\log_2T` steps, or "constant"
    noise : :math:`\sigma^2`, the variance of the label noise, a number not smaller than 0
    source : exponent b of the signal powers ``k**-b``; None for the spectrum's own signal
    batch_size, average, unstable : as in :func:`sgd_risk`

    Raises
    ------
    DivergentSumError
        If the data or the signal has infinite power.
    PrecisionError
        If the spectrum falls so steeply that the quadrature has no digits left.
    UnstableStepSizeError
        If the step size is above the critical one.
    TypeError, ValueError
        If an argument is outside its domain.

    Notes
    -----
    The sketch is replaced by its deterministic equivalent, with a relative error of order 1/N against the
    mean over sketches; given that, the dynamics are exact.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw
    >>> point = solve_sgd(PowerLaw(2), features=10**6, samples=10**12, step_size="0.1", noise=1)
    >>> print(f"{point.approximation:.5e} {point.bias:.5e} {point.variance:.5e}")
    2.46740e-06 7.66810e-06 6.50738e-07
    """
    total, size = step_count("samples", samples), step_count("batch_size", batch_size)
    if total < size:
        raise ValueError(f"`samples` = {total} must be at least `batch_size` = {size}; there is no step")
    check_choice("schedule", schedule, "geometric", "constant")
    make = Schedule.geometric if schedule == "geometric" else Schedule.constant
    plan = make(step_size, total // size)
    smallest = _RESOLUTION / float(plan.time)
    sketch = sketch_equivalent(spectrum, features, source=source, smallest=smallest)
    return sgd_risk(sketch, plan, noise=noise, batch_size=size, average=average, unstable=unstable)


def _or_infinite(value: float, is_stable: bool) -> float:
    """Return what a double holds: differences of overflown terms stand for infinity."""
    return math.inf if not is_stable and not math.isfinite(value) else value


def _check_stable(sketch: SketchedSpectrum, schedule: Schedule, batch_size: int) -> None:
    critical = critical_step_size(sketch, batch_size=batch_size)
    largest = float(max(step_size for step_size, _ in schedule.stages))
    if largest >= critical:
        raise UnstableStepSizeError(
            f"`step_size` = {largest:g} must be below the critical one, {critical:.6g}; choose a smaller one"
        )
