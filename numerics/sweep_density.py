"""The density of the limiting spectrum on arrays of places, in double precision."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from .complex_roots import RootFinder
from .density_nodes import DensityNodes, density_nodes
from .equivalent import FloatArray
from .errors import PrecisionError
from .exact import Number, bits_for
from .random_matrix import Ensemble, Matrix, read_ensemble
from .spectrum import Spectrum
from .stieltjes import density_at

_NEWTON_STEPS = 12
_STAGES = 200
_TOLERANCE = 1e-9
_BESIDE = Fraction(1, 10**12)


def sweep_density(
    spectrum: Spectrum,
    x: Any,
    *,
    features: Number,
    samples: Number,
    matrix: Matrix = "kernel",
) -> FloatArray:
    r"""Return the density of the limiting spectrum at many places, in double precision.

    Parameters
    ----------
    spectrum, features, samples, matrix : as in :func:`stieltjes`
    x : real numbers other than 0, an array of any shape

    Returns
    -------
    ndarray
        The densities, in the shape of `x`; 0 outside the support and on its edges.

    Raises
    ------
    DivergentSumError, PrecisionError, TypeError, ValueError
        As :func:`stieltjes`, or if `x` is no array of finite real numbers other than 0.

    Notes
    -----
    As :func:`spectral_density`, with a relative error of about 1e-9 or less: each root obeys the inequalities
    that single it out, and its sums are compared with those over other nodes (see :mod:`.density_nodes`).
    Where they differ, or where the side of an edge is in doubt, the place is computed in balls.

    Examples
    --------
    >>> from scalinglaws.numerics import Degenerate, sweep_density
    >>> import numpy as np
    >>> found = sweep_density(Degenerate([1], [7]), [-1, 1, 2, 5], features="inf", samples=7)
    >>> np.round(2 * np.pi * found, 12).tolist()
    [0.0, 1.732050807569, 1.0, 0.0]
    """
    ensemble = read_ensemble(spectrum, features, samples, matrix)
    places = _read_places(x)
    flat = places.ravel()
    found = np.zeros(flat.size)
    tracker = _Tracker(ensemble)
    finder = RootFinder(ensemble)
    # neighbours help each other
    for index in np.argsort(-flat):
        value = float(flat[index])
        if value < 0:
            break
        density = tracker.density(value)
        if density is None:
            density = _in_balls(finder, value)
        found[index] = density
    return found.reshape(places.shape)


def _read_places(x: Any) -> FloatArray:
    array = np.asarray(x)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"`x` has the type {array.dtype} and must hold real numbers; convert it to float")
    places = array.astype(np.float64)
    if not np.isfinite(places).all() or (places == 0).any():
        raise ValueError("`x` must hold finite numbers other than 0; leave out what is not")
    return places


def _in_balls(finder: RootFinder, x: float) -> float:
    """Return the density by proof; 0 on an edge, where no digit of it can be proven."""
    place, bits = Fraction(x), bits_for(14)
    try:
        return float(density_at(finder, place, bits))
    except PrecisionError:
        beside = [density_at(finder, place * (1 + sign * _BESIDE), bits) for sign in (-1, 1)]
        if min(beside) > 0:
            raise
        return 0.0


@dataclass(frozen=True, slots=True)
class _Point:
    """A root in units of the largest eigenvalue, and what belongs to it."""

    kappa: complex
    mu: complex
    value: complex
    slope: complex
    q: complex


class _Tracker:
    """Follow the root from place to place."""

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble
        self.n, self.t = float(ensemble.inverse_features), float(ensemble.inverse_samples)
        crowding = self.n + self.t
        self.nodes = density_nodes(ensemble.spectrum, crowding)
        self.check = density_nodes(ensemble.spectrum, crowding, order=16, length=0.8)
        self.unit = math.exp(self.nodes.log_unit) if abs(self.nodes.log_unit) < 690 else 0.0
        self.narrowest = float(ensemble.narrowest)
        self.total = float(np.sum(self.nodes.values * self.nodes.weights)) + self.nodes.rest
        self.last: tuple[complex, complex] | None = None

    def density(self, x: float) -> float | None:
        """Return the density at a positive place, None where this is not accurate."""
        if not self.unit:
            return None
        zeta = x / self.unit
        if not 1e-290 < zeta < 1e290:
            return None
        with np.errstate(all="ignore"):
            here = self._beside(zeta) or self._followed(zeta)
            if here is None:
                return None
            self.last = zeta, here.kappa
            if here.kappa.imag == 0:
                return 0.0
            other = self._at(here.kappa, self.check)
        # the density is an imaginary part: errors count against that of kappa
        error = abs((other.value + zeta) / here.slope) + 1e-16 * abs(here.kappa)
        if not error < _TOLERANCE * abs(here.kappa.imag):
            return None
        return (1 / here.mu).imag / math.pi / self.unit

    def _at(self, kappa: complex, nodes: DensityNodes | None = None) -> _Point:
        z, q = (nodes or self.nodes).degrees(kappa)
        alpha, beta = 1 - z * self.n, 1 - z * self.t
        return _Point(
            kappa=kappa,
            mu=kappa * (alpha if self.ensemble.matrix == "kernel" else beta),
            value=kappa * alpha * beta,
            slope=alpha * beta + (z - q) * (alpha * self.t + beta * self.n),
            q=q,
        )

    def _newton(self, zeta: complex, kappa: complex) -> _Point | None:
        """Return the root that Newton's iteration reaches."""
        for _ in range(_NEWTON_STEPS):
            here = self._at(kappa)
            if here.slope == 0:
                return None
            step = (here.value + zeta) / here.slope
            if not cmath.isfinite(step):
                return None
            if abs(step) < 1e-15 * abs(kappa):
                return here
            moved = kappa - step
            if abs(step) < 1e-11 * abs(kappa):
                # one more step squares the error
                return self._at(moved)
            kappa = moved
        return None

    def _inside(self, here: _Point | None) -> bool:
        return here is not None and here.kappa.imag < 0 and here.mu.imag < 0

    def _outside(self, here: _Point | None) -> bool:
        """Whether a real root is the one outside the support, by a margin that rounding does not reach."""
        if here is None or here.kappa.imag != 0:
            return False
        return here.q.real < self.narrowest * (1 - 1e-9) and here.slope.real > 1e-9

    def _judged(self, zeta: float, kappa: complex) -> _Point | None:
        """Return the root at a real place if it is found from a kappa nearby and is the right one."""
        here = self._newton(zeta, kappa)
        if here is not None and self._inside(here) and abs(here.kappa.imag) > 1e-10 * abs(here.kappa):
            return here
        if abs(kappa.imag) < 0.1 * abs(kappa.real):
            here = self._newton(zeta, complex(kappa.real))
            if self._outside(here):
                return here
        return None

    def _beside(self, zeta: float) -> _Point | None:
        """Return the root from the one at the place before."""
        if self.last is None:
            return None
        before, kappa = self.last
        if abs(before - zeta) > 0.5 * abs(zeta):
            return None
        slope = self._at(kappa).slope
        return self._judged(zeta, kappa - (zeta - before) / slope) if slope else None

    def _followed(self, zeta: float) -> _Point | None:
        """Return the root by continuation from far above the place."""
        height = 8 * max(zeta, 1.0, self.total * (self.n + self.t))
        here = self._newton(zeta + 1j * height, -zeta - 1j * height)
        factor = 0.25
        for _ in range(_STAGES):
            if here is None or not self._inside(here):
                return None
            if height < zeta:
                found = self._judged(zeta, here.kappa)
                if found is not None:
                    return found
            if height < 1e-16 * zeta or factor > 0.999:
                return None
            lower = height * factor
            moved = self._newton(zeta + 1j * lower, here.kappa + 1j * (height - lower) / here.slope)
            if moved is None or not self._inside(moved):
                factor = (1 + factor) / 2
                continue
            here, height = moved, lower
            factor = max(1 / 16, factor * factor)
        return None
