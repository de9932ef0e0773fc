r"""Sums over spectra in double precision, as weighted sums over a few hundred nodes with positive terms.

A measured spectrum is its own set of nodes. A power law of any size is summed by the Euler-Maclaurin formula

.. math::

   \sum_{k=1}^Mf(k)=\sum_{k<n}f(k)+\frac{f(n)+f(M)}2+\int_n^Mf\,dx+C_M(f)-C_n(f),

with :math:`f=x^{-c}w^jy^l`, :math:`u=\kappa x^a`, whose three parts become nodes :math:`x_i` with weights
:math:`W_i` that serve all exponents c, j, l, the factor :math:`\log x`, and every :math:`\kappa` nearby:

*Corrections.* The Bernoulli terms :math:`C_x(f)=\sum_j\frac{B_{2j}}{(2j)!}f^{(2j-1)}(x)` are replaced by
:math:`\sum_{i\le8}\omega_i[f(x+i)-f(x-i)]`, equal to them on polynomials of degree 16. As f is analytic
around :math:`|\arg x|<\pi/a` only, the formula starts at :math:`n\ge\max(24,7a)`; what is left is below
:math:`10^{-14}` of :math:`xf(x)`.

*Integral.* In :math:`\xi=\log x` the integrand is :math:`e^{(1-c)\xi}` times a function of
:math:`\eta=\log u` with poles at :math:`\pm i\pi`. On :math:`|\eta|\le16` it is integrated by Gauss-Legendre
rules of 24 points on panels of at most 6.7 in :math:`\eta`, with error :math:`2.4^{-48}`, a thousand
times that for the powers 3.

*Outside.* Beyond, three terms of the series in u or 1/u are right to all digits, and what is integrated are
powers of x.

In balls the antiderivative of :mod:`.incomplete_beta` is better, to any precision at a fixed number of
operations; its poles at integer :math:`(1-c)/a` cost digits next to them, which balls replace and doubles
cannot.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from mpmath import bernfrac
from scipy.special import gammainc

from .equivalent import FloatArray
from .spectrum import ModeSum

NEGLIGIBLE: Final = 40.0
"""Minus the logarithm of what adds nothing in double precision."""

_TERMS = 3
_SPACING = 6.0
_WINDOW = NEGLIGIBLE / _TERMS + _SPACING / 2
_REACH = 8
_LEAST_START = 24
_START_PER_DECAY = 7
_PANELS = 5
_POINTS_PER_PANEL = 24
_LARGEST_U = 1e300


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """A sum over modes, with the factor log(k) in each term if `logarithmic`."""

    what: ModeSum
    logarithmic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How many nodes a power law takes: the Euler-Maclaurin formula's start, 0 for a direct sum.

    Parameters
    ----------
    start : n, or 0
    terms : the number of terms one by one
    panels : the number of panels of the integral
    """

    start: int
    terms: int
    panels: int

    @property
    def nodes(self) -> int:
        """Return the number of nodes."""
        return self.terms + (self.panels * _POINTS_PER_PANEL + 2 * _REACH + 1 if self.start else 0)


def layouts(
    decay: FloatArray, source: FloatArray | None, size: FloatArray
) -> Iterator[tuple[Layout, npt.NDArray[np.intp]]]:
    """Yield the layouts that the points need, each with the indices of its points.

    Their numbers grow by factors of two, so that points share them.
    """
    # a growing signal is steeper than the eigenvalues make the integrand
    growth = np.zeros_like(decay) if source is None else np.maximum(0.0, -source)
    least = np.maximum(_LEAST_START, np.maximum(_START_PER_DECAY * decay, 2 * growth))
    start = _LEAST_START * 2 ** np.ceil(np.log2(least / _LEAST_START))
    direct = size <= 2 * start
    terms = np.where(direct, 2 ** np.ceil(np.log2(np.minimum(size, 2 * start))), start + _REACH)
    steepness = growth * np.minimum(1.0, 1 / decay) / 8
    panels = _PANELS * 2 ** np.ceil(np.log2(np.maximum(1.0, steepness)))
    keys = np.stack([np.where(direct, 0, start), terms, np.where(direct, 0, panels)])
    unique, inverse = np.unique(keys, axis=1, return_inverse=True)
    for index, key in enumerate(unique.T):
        layout = Layout(start=int(key[0]), terms=int(key[1]), panels=int(key[2]))
        yield layout, np.flatnonzero(inverse.reshape(-1) == index)


class Nodes(ABC):
    """The weighted nodes of the spectra of some points, one column a point."""

    size: FloatArray

    @abstractmethod
    def place(self, log_kappa: FloatArray) -> None:
        """Make the nodes serve kappas of these logarithms, finite or minus infinity."""

    @abstractmethod
    def select(self, columns: npt.NDArray[np.intp]) -> Nodes:
        """Return the nodes of some of the points."""

    @abstractmethod
    def sums(self, kappa: FloatArray, wanted: Sequence[WeightedSum]) -> list[FloatArray]:
        """Return the sums at one kappa for each point, a positive number."""


class PowerLawNodes(Nodes):
    """The nodes of power laws of scale 1 that share a layout.

    Parameters
    ----------
    decay, source, size : one entry for each point; `source` is None for the isotropic prior
    """

    def __init__(
        self, layout: Layout, decay: FloatArray, source: FloatArray | None, size: FloatArray
    ) -> None:
        self.layout, self.decay, self.source, self.size = layout, decay, source, size
        self._placed = np.full_like(decay, np.nan)
        shape = layout.nodes, len(decay)
        self._log_index, self._weight, self._growth = np.empty(shape), np.empty(shape), np.empty(shape)
        self._window = np.zeros((4, len(decay)))
        index = np.arange(1.0, layout.terms + 1)[:, None]
        rows = slice(0, layout.terms)
        self._log_index[rows] = np.log(index)
        if layout.start:
            self._weight[rows] = _head_weights(layout.start)[:, None]
            self._place_upper_end()
        else:
            self._weight[rows] = index <= size
        self._growth[rows] = _growth(self.decay, self._log_index[rows])

    def place(self, log_kappa: FloatArray) -> None:
        """Make the nodes serve kappas of these logarithms, finite or minus infinity."""
        if not self.layout.start:
            return
        # on a grid, so that the nodes depend on kappa alone and not on the way to it
        centers = _SPACING * np.round(log_kappa / _SPACING)
        moved = np.flatnonzero(centers != self._placed)
        if not len(moved):
            return
        self._placed[moved] = centers[moved]
        decay, center = self.decay[moved], centers[moved]
        first = np.full_like(decay, math.log(self.layout.start))
        last = np.log(self.size[moved])
        low = np.clip((-_WINDOW - center) / decay, first, last)
        high = np.clip((_WINDOW - center) / decay, first, last)
        self._window[:, moved] = first, low, high, last
        points, weights = _panel_rule(self.layout.panels)
        log_index = low + (high - low) * points[:, None]
        rows = slice(self.layout.terms, self.layout.terms + len(points))
        self._log_index[rows, moved] = log_index
        self._weight[rows, moved] = (high - low) * weights[:, None] * np.exp(log_index)
        self._growth[rows, moved] = _growth(decay, log_index)

    def select(self, columns: npt.NDArray[np.intp]) -> PowerLawNodes:
        """Return the nodes of some of the points."""
        chosen = copy(self)
        chosen.decay, chosen.size = self.decay[columns], self.size[columns]
        chosen.source = None if self.source is None else self.source[columns]
        chosen._placed = self._placed[columns]
        # unlike an index, `take` keeps rows together in memory
        for name in ("_window", "_log_index", "_weight", "_growth"):
            setattr(chosen, name, np.take(getattr(self, name), columns, axis=1))
        return chosen

    def sums(self, kappa: FloatArray, wanted: Sequence[WeightedSum]) -> list[FloatArray]:
        """Return the sums at one kappa for each point, a positive number."""
        signal = None
        if any(sought.what.signal for sought in wanted):
            assert self.source is not None
            signal = self._weight * np.exp(-self.source * self._log_index)
        totals = _weighted_sums(kappa * self._growth, self._weight, signal, self._log_index, wanted)
        if not self.layout.start:
            return totals
        return [total + self._outside(kappa, sought) for total, sought in zip(totals, wanted, strict=True)]

    def _place_upper_end(self) -> None:
        """Put the nodes around the last mode, without weight where there is none."""
        finite = np.isfinite(self.size)
        last = np.where(finite, self.size, 4.0 * self.layout.start)
        offsets = np.arange(-_REACH, _REACH + 1.0)[:, None]
        rows = slice(-len(offsets), None)
        self._log_index[rows] = np.log(last + offsets)
        self._weight[rows] = np.where(finite, _end_weights()[::-1, None], 0.0)
        self._growth[rows] = _growth(self.decay, self._log_index[rows])

    def _outside(self, kappa: FloatArray, sought: WeightedSum) -> FloatArray:
        """Return the integral outside of the window, where w or y is a short series in u or 1/u."""
        what = sought.what
        shift = self.source if what.signal and self.source is not None else np.zeros_like(self.decay)
        orders = np.arange(_TERMS)
        # below the window u to the powers j, j + 1, ..., above it to the powers -l, -l - 1, ...
        powers = np.concatenate([what.unlearned + orders, -what.learned - orders])[:, None]
        reference, area = _relative_area(
            np.repeat(self._window[::2], _TERMS, axis=0),
            np.repeat(self._window[1::2], _TERMS, axis=0),
            1 - shift + self.decay * powers,
            logarithmic=sought.logarithmic,
        )
        u = kappa * np.exp(self.decay * reference)
        integrals = np.where(area == 0, 0.0, u**powers * np.exp((1 - shift) * reference) * area)
        return _folded(_binomials(what.unlearned + what.learned) * integrals)


class EigenvalueNodes(Nodes):
    """The nodes of measured eigenvalues: each is one.

    Parameters
    ----------
    eigenvalues, signal : shape (modes,)
    points : how many points there are
    """

    _SLICE = 4096

    def __init__(self, eigenvalues: FloatArray, signal: FloatArray, points: int) -> None:
        self._growth, self._signal = 1 / eigenvalues[:, None], signal[:, None]
        self.size = np.full(points, float(len(eigenvalues)))

    def place(self, log_kappa: FloatArray) -> None:
        """Do nothing: these nodes serve any kappa."""

    def select(self, columns: npt.NDArray[np.intp]) -> EigenvalueNodes:
        """Return the nodes of some of the points."""
        chosen = copy(self)
        chosen.size = self.size[columns]
        return chosen

    def sums(self, kappa: FloatArray, wanted: Sequence[WeightedSum]) -> list[FloatArray]:
        """Return the sums at one kappa for each point, a positive number."""
        totals = [np.zeros_like(kappa) for _ in wanted]
        one = np.ones((1, 1))
        # slices that do not depend on the number of points, so that neither do the results
        for begin in range(0, len(self._growth), self._SLICE):
            rows = slice(begin, begin + self._SLICE)
            parts = _weighted_sums(kappa * self._growth[rows], one, self._signal[rows], None, wanted)
            totals = [total + part for total, part in zip(totals, parts, strict=True)]
        return totals


def _weighted_sums(
    u: FloatArray,
    weight: FloatArray,
    signal: FloatArray | None,
    log_index: FloatArray | None,
    wanted: Sequence[WeightedSum],
) -> list[FloatArray]:
    """Return the sums over the first axis; `u` is overwritten."""
    np.minimum(u, _LARGEST_U, out=u)
    y = 1 + u
    np.divide(1, y, out=y)
    w = np.multiply(u, y, out=u)
    totals = []
    for sought in wanted:
        what = sought.what
        base = signal if what.signal else weight
        assert base is not None
        factors = [w] * what.unlearned + [y] * what.learned
        term = base * factors[0]
        for factor in factors[1:]:
            term *= factor
        if sought.logarithmic:
            assert log_index is not None
            term *= log_index
        totals.append(_folded(term))
    return totals


def _folded(terms: FloatArray) -> FloatArray:
    """Return the sum over the first axis by halves, in an order that depends on nothing else; overwrites."""
    while len(terms) > 1:
        half = len(terms) // 2
        if len(terms) % 2:
            terms[0] += terms[-1]
        terms[:half] += terms[half : 2 * half]
        terms = terms[:half]
    total: FloatArray = terms[0]
    return total


def _growth(decay: FloatArray, log_index: FloatArray) -> FloatArray:
    """Return the inverse eigenvalues, cut before they overflow: these modes add nothing."""
    return np.exp(np.minimum(decay * log_index, 650.0))


def _relative_area(
    begin: FloatArray, end: FloatArray, rate: FloatArray, *, logarithmic: bool
) -> tuple[FloatArray, FloatArray]:
    r"""Return the end r where :math:`e^{q\xi}` is largest and its integral in units of its value there.

    The integrand has the factor :math:`\xi` if `logarithmic`; the rate q may be 0.
    """
    length, steepness = end - begin, abs(rate)
    reference = np.where(rate > 0, end, begin)
    product = steepness * length
    flat = product < 1e-300
    safe = np.where(flat, 1.0, steepness)
    area = np.where(flat, length, -np.expm1(-product) / safe)
    if logarithmic:
        # the mean distance from the reference, by a series where the formula cancels
        moment = np.where(flat, 0.5 * length * length, gammainc(2.0, product) / (safe * safe))
        area = reference * area + np.where(rate > 0, -moment, moment)
    return reference, np.where(length > 0, area, 0.0)


@cache
def _binomials(power: int) -> FloatArray:
    """Return the first coefficients of ``(1 + u)**-power`` as a column, twice."""
    coefficients = [float((-1) ** i * math.comb(power + i - 1, i)) for i in range(_TERMS)]
    return np.array(2 * coefficients)[:, None]


@cache
def _end_weights() -> FloatArray:
    """Return the weights of the nodes -8 .. 8 around the lower end, the half of its own term included."""
    # odd monomials: 2 sum_i omega_i i**(2j - 1) = -B_2j / (2j)
    orders = range(1, _REACH + 1)
    rows = [
        [Fraction(2 * i ** (2 * j - 1)) for i in orders] + [-Fraction(*bernfrac(2 * j)) / (2 * j)]
        for j in orders
    ]
    for pivot in range(_REACH):
        rows[pivot] = [entry / rows[pivot][pivot] for entry in rows[pivot]]
        for other in range(_REACH):
            if other != pivot:
                factor = rows[other][pivot]
                rows[other] = [x - factor * y for x, y in zip(rows[other], rows[pivot], strict=True)]
    omega = np.array([float(row[-1]) for row in rows])
    return np.concatenate([-omega[::-1], [0.5], omega])


@cache
def _head_weights(start: int) -> FloatArray:
    """Return the weights of the terms up to `start` + 8."""
    weights = np.ones(start + _REACH)
    weights[start - 1 :] = 0.0
    weights[start - 1 - _REACH :] += _end_weights()
    return weights


@cache
def _panel_rule(panels: int) -> tuple[FloatArray, FloatArray]:
    """Return the nodes and weights of equal Gauss-Legendre panels on [0, 1]."""
    points, weights = np.polynomial.legendre.leggauss(_POINTS_PER_PANEL)
    steps = np.arange(panels)[:, None]
    return ((steps + (points + 1) / 2) / panels).ravel(), np.tile(weights / 2 / panels, panels)
