r"""Full-batch gradient descent on finite data, many passes over it, by its deterministic equivalent.

Gradient descent from zero on T samples of Gaussian features of covariance :math:`\Sigma` leaves the fraction
:math:`r(\hat\Sigma)=\prod_t(1-\gamma_t\hat\Sigma)` of the error, with the empirical covariance
:math:`\hat\Sigma`. In a new sample

.. math::

   \mathrm{excess}=v^{*\top}r(\hat\Sigma)\,\Sigma\,r(\hat\Sigma)v^*
   +\frac{\nu^2}T\,\mathrm{tr}\,\Sigma\,\frac{(1-r(\hat\Sigma))^2}{\hat\Sigma},\qquad
   \nu^2=\sigma^2+\mathrm{approximation} .

Resolvents of :math:`\hat\Sigma` at :math:`-x` become those of :math:`\Sigma` at :math:`-\kappa`, with
:math:`x=\kappa(1-D(\kappa)/T)` and :math:`D(\kappa)=\mathrm{tr}\,\Sigma(\Sigma+\kappa)^{-1}`, and a pair of
them is dressed by one factor,

.. math::

   x_1x_2\frac1{\hat\Sigma+x_1}\Sigma\frac1{\hat\Sigma+x_2}\simeq\frac{\kappa_1\kappa_2}{1-\chi}
   \frac1{\Sigma+\kappa_1}\Sigma\frac1{\Sigma+\kappa_2},\qquad
   \chi=\frac1T\mathrm{tr}\frac{\Sigma^2}{(\Sigma+\kappa_1)(\Sigma+\kappa_2)} ,

so that the two parts are contour integrals around the spectrum, over :math:`\zeta=-x`, of r and
:math:`(1-r)^2/\zeta`. Derived here; relative error of order 1/T.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from .equivalent import FloatArray
from .errors import ConvergenceError, UnstableStepSizeError
from .exact import Number, bounded_noise
from .schedule import Schedule, check_schedule, step_count
from .sketch import SketchedSpectrum, check_sketch

ComplexArray: TypeAlias = npt.NDArray[np.complex128]
Path: TypeAlias = Callable[[FloatArray], ComplexArray]

_ANGLE: Final = math.pi / 3
_POINTS: Final = 12
_PER_PANEL: Final = 1.5
_ARC_PANELS: Final = 8
_CIRCLE_PANELS: Final = 30
_PASSED: Final = 100.0
_NEWTON: Final = 60
_SUBSTEPS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DescentPoint:
    r"""The expected risk and its parts; squared errors, without a half.

    Parameters
    ----------
    risk : irreducible + approximation + bias + variance
    irreducible : :math:`\sigma^2`
    approximation : what the best predictor on the features leaves of the signal
    bias : what the run leaves of the signal beyond that, also by fitting what it cannot explain
    variance : the part proportional to :math:`\sigma^2`
    """

    risk: float
    irreducible: float
    approximation: float
    bias: float
    variance: float

    @property
    def excess(self) -> float:
        """The risk above the label noise."""
        return self.approximation + self.bias + self.variance


def descent_risk(
    sketch: SketchedSpectrum, schedule: Schedule, *, samples: Number, noise: Number = 0
) -> DescentPoint:
    r"""Return the risk of gradient descent from zero on the mean squared error over T samples.

    Parameters
    ----------
    sketch : the modes of the features, see :func:`sketch_equivalent` and :func:`sample_sketch`
    schedule : the stages of constant step size; each step is a pass over all samples
    samples : T, an integer not smaller than 1
    noise : :math:`\sigma^2`, the variance of the label noise, a number not smaller than 0

    Raises
    ------
    UnstableStepSizeError
        If a step size exceeds 1.8 over the largest eigenvalue of the empirical covariance.
    ConvergenceError
        If the fixed point is not found on the contour.
    TypeError, ValueError
        If an argument is outside its domain.

    Notes
    -----
    Right to about eight digits for the equivalent that it evaluates, whose own error is of relative order
    1/T.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw, Schedule, sketch_equivalent
    >>> sketch = sketch_equivalent(PowerLaw(2), source="1.5", smallest="1e-5")
    >>> point = descent_risk(sketch, Schedule.constant("0.3", 1000), samples=10**9)
    >>> round(point.bias / float(sketch.alignment @ (1 - 0.3 * sketch.eigenvalues) ** 2000), 6)
    1.0
    """
    check_sketch(sketch)
    check_schedule(schedule)
    total, variance = step_count("samples", samples), bounded_noise(noise)
    largest = float(max(step_size for step_size, _ in schedule.stages))
    edge = _upper_edge(sketch, total)
    limit = (1 + math.sin(_ANGLE)) / edge * 0.97
    if largest > limit:
        raise UnstableStepSizeError(
            f"`step_size` = {largest:g} must be below {limit:.6g}, for which gradient descent is stable on "
            f"{total} samples; choose a smaller one"
        )
    time = float(schedule.time)
    bias = _bias(sketch, total, _contour(largest, time), schedule)
    growth = _variance(sketch, total, _contour(largest, time, _gap(sketch, total)), schedule)
    bias += sketch.approximation * growth
    return DescentPoint(
        risk=variance * (1 + growth) + sketch.approximation + bias,
        irreducible=variance,
        approximation=sketch.approximation,
        bias=bias,
        variance=variance * growth,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contour:
    """The upper half of a path around the spectrum from its left to its right, with weights dζ/(2πi)."""

    nodes: ComplexArray
    weights: ComplexArray


def _contour(step_size: float, time: float, gap: float = 0.0) -> _Contour:
    """Return the path: an arc around 0, a ray, and an arc around the inverse step size.

    The factor of a step is below 1 in size from the end of the first arc on, and there the factors of all
    steps do not exceed a few units. Eigenvalues 0 are left outside where there is a `gap` above them that the
    descent has passed: what they do not add to would cancel there.
    """
    passed = gap * time > _PASSED
    inner = min(gap / 2 if passed else 0.5 / time, 0.5 / step_size)
    outer = math.cos(_ANGLE) / step_size
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    points, weights = (points + 1) / 2, weights / 2
    nodes: list[ComplexArray] = []
    slopes: list[ComplexArray] = []

    def add(panels: int, path: Path, slope: Path) -> None:
        for panel in range(panels):
            at = (panel + points) / panels
            nodes.append(path(at))
            slopes.append(slope(at) * weights / panels)

    start = 0.0 if passed else math.pi
    turn = start - _ANGLE
    add(
        _ARC_PANELS,
        lambda s: inner * np.exp(1j * (start - turn * s)),
        lambda s: -1j * turn * inner * np.exp(1j * (start - turn * s)),
    )
    length = math.log(outer / inner)
    direction = np.exp(1j * _ANGLE)
    add(
        math.ceil(length / _PER_PANEL) if length > 0 else 0,
        lambda s: inner * np.exp(length * s) * direction,
        lambda s: length * inner * np.exp(length * s) * direction,
    )
    # 1 - step_size zeta runs on a circle around 0, from the end of the ray to the left
    radius, begin = math.sin(_ANGLE), math.pi / 2 - _ANGLE
    angle = math.pi - begin
    add(
        _CIRCLE_PANELS,
        lambda s: (1 - radius * np.exp(-1j * (begin + angle * s))) / step_size,
        lambda s: 1j * angle * radius * np.exp(-1j * (begin + angle * s)) / step_size,
    )
    return _Contour(nodes=np.concatenate(nodes), weights=np.concatenate(slopes) / (2j * math.pi))


def _upper_edge(sketch: SketchedSpectrum, samples: int) -> float:
    """Return the upper end of the spectrum of the empirical covariance: the least zeta at kappa < -mu_1."""
    kept = sketch.modes > 0
    modes, eigenvalues = sketch.modes[kept], sketch.eigenvalues[kept]
    largest = float(eigenvalues.max())

    def height(log_gap: float) -> float:
        m = largest * (1 + math.exp(log_gap))
        return m * (1 + float(np.sum(modes * eigenvalues / (m - eigenvalues))) / samples)

    return float(minimize_scalar(height, bounds=(-30.0, 30.0), method="bounded").fun)


def _gap(sketch: SketchedSpectrum, samples: int) -> float:
    """Return the lower end of the positive spectrum where there are fewer samples than modes, else 0."""
    weights = sketch.modes * sketch.eigenvalues / samples
    if float(sketch.modes.sum()) <= samples:
        return 0.0
    ridgeless = _newton(weights, sketch.eigenvalues, 0j, complex(weights.sum())).real

    def depth(share: float) -> float:
        kappa = share * ridgeless
        return kappa * (1 - float(np.sum(weights / (sketch.eigenvalues + kappa))))

    return -float(minimize_scalar(depth, bounds=(0.0, 1.0), method="bounded").fun)


def _renormalised(sketch: SketchedSpectrum, samples: int, x: ComplexArray) -> ComplexArray:
    """Return kappa at each x, following it from the positive axis on."""
    weights = sketch.modes * sketch.eigenvalues / samples
    found = np.empty_like(x)
    # the path begins next to the real axis, where the equation is convex: from above nothing overshoots
    here = complex(math.copysign(abs(x[0]), x[0].real))
    kappa = complex(abs(x[0]) + float(weights.sum()))
    kappa = _newton(weights, sketch.eigenvalues, here, kappa)
    for index, target in enumerate(x):
        for part in range(1, _SUBSTEPS + 1):
            point = here * (complex(target) / here) ** (part / _SUBSTEPS)
            kappa = _newton(weights, sketch.eigenvalues, point, kappa)
        here = complex(target)
        found[index] = kappa
    if np.any(found.imag > 0):
        raise ConvergenceError("kappa left the lower half plane on the way around the spectrum")
    return found


def _newton(weights: FloatArray, eigenvalues: FloatArray, x: complex, kappa: complex) -> complex:
    for _ in range(_NEWTON):
        inverse = 1 / (eigenvalues + kappa)
        value = kappa * (1 - np.sum(weights * inverse)) - x
        slope = 1 - np.sum(weights * eigenvalues * inverse * inverse)
        step = complex(value / slope)
        kappa -= step
        if abs(step) <= 1e-14 * abs(kappa):
            return kappa
    raise ConvergenceError(f"kappa was not found at x = {x:.6g}; the last step was {abs(step):.2g}")


def _kept(schedule: Schedule, zeta: ComplexArray) -> ComplexArray:
    """Return the factors that all steps leave."""
    logarithm = np.zeros_like(zeta)
    for step_size, steps in schedule.stages:
        logarithm += steps * np.log1p(-float(step_size) * zeta)
    kept: ComplexArray = np.exp(logarithm)
    return kept


def _bias(sketch: SketchedSpectrum, samples: int, contour: _Contour, schedule: Schedule) -> float:
    """Return what is left of the signal: the double integral over the path and its mirror image."""
    x = -contour.nodes
    kappa = _renormalised(sketch, samples, x)
    weights = contour.weights * _kept(schedule, contour.nodes) * kappa / x
    inverse = 1 / (sketch.eigenvalues + kappa[:, None])
    signal = sketch.alignment * inverse
    modes = sketch.modes * sketch.eigenvalues**2 / samples * inverse
    same = weights @ ((signal @ inverse.T) / (1 - modes @ inverse.T)) @ weights
    mirror = weights @ ((signal @ inverse.conj().T) / (1 - modes @ inverse.conj().T)) @ weights.conj()
    return 2 * float((same + mirror).real)


def _variance(sketch: SketchedSpectrum, samples: int, contour: _Contour, schedule: Schedule) -> float:
    """Return what noise of variance 1 adds."""
    zeta = contour.nodes
    kappa, kept = _renormalised(sketch, samples, -zeta), _kept(schedule, zeta)
    return 2 * float(np.sum(contour.weights * (1 - kept) ** 2 / zeta * (-kappa / zeta - 1)).real)
