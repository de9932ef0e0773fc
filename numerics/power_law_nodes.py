r"""Sums over many power laws at once in double precision, as weighted sums over a few hundred nodes.

A power law of any size is summed by the Euler-Maclaurin formula

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
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc

from .equivalent import FloatArray
from .euler_maclaurin_nodes import POINTS_PER_PANEL, REACH, end_weights, head_weights, panel_rule
from .nodes import SPACING, TERMS, WINDOW, Nodes, WeightedSum, binomials, folded, weighted_sums

LOG_INDEX: Final = "log(k)"
"""The factor of sums that these nodes know."""

_LEAST_START = 24
_START_PER_DECAY = 7
_PANELS = 5


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
        return self.terms + (self.panels * POINTS_PER_PANEL + 2 * REACH + 1 if self.start else 0)


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
    terms = np.where(direct, 2 ** np.ceil(np.log2(np.minimum(size, 2 * start))), start + REACH)
    steepness = growth * np.minimum(1.0, 1 / decay) / 8
    panels = _PANELS * 2 ** np.ceil(np.log2(np.maximum(1.0, steepness)))
    keys = np.stack([np.where(direct, 0, start), terms, np.where(direct, 0, panels)])
    unique, inverse = np.unique(keys, axis=1, return_inverse=True)
    for index, key in enumerate(unique.T):
        layout = Layout(start=int(key[0]), terms=int(key[1]), panels=int(key[2]))
        yield layout, np.flatnonzero(inverse.reshape(-1) == index)


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
            self._weight[rows] = head_weights(layout.start)[:, None]
            self._place_upper_end()
        else:
            self._weight[rows] = index <= size
        self._growth[rows] = _growth(self.decay, self._log_index[rows])

    def place(self, log_kappa: FloatArray) -> None:
        """Make the nodes serve kappas of these logarithms, finite or minus infinity."""
        if not self.layout.start:
            return
        # on a grid, so that the nodes depend on kappa alone and not on the way to it
        centers = SPACING * np.round(log_kappa / SPACING)
        moved = np.flatnonzero(centers != self._placed)
        if not len(moved):
            return
        self._placed[moved] = centers[moved]
        decay, center = self.decay[moved], centers[moved]
        first = np.full_like(decay, math.log(self.layout.start))
        last = np.log(self.size[moved])
        low = np.clip((-WINDOW - center) / decay, first, last)
        high = np.clip((WINDOW - center) / decay, first, last)
        self._window[:, moved] = first, low, high, last
        points, weights = panel_rule(self.layout.panels)
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
        totals = weighted_sums(
            kappa * self._growth, self._weight, signal, {LOG_INDEX: self._log_index}, wanted
        )
        if not self.layout.start:
            return totals
        return [total + self._outside(kappa, sought) for total, sought in zip(totals, wanted, strict=True)]

    def _place_upper_end(self) -> None:
        """Put the nodes around the last mode, without weight where there is none."""
        finite = np.isfinite(self.size)
        last = np.where(finite, self.size, 4.0 * self.layout.start)
        offsets = np.arange(-REACH, REACH + 1.0)[:, None]
        rows = slice(-len(offsets), None)
        self._log_index[rows] = np.log(last + offsets)
        self._weight[rows] = np.where(finite, end_weights()[::-1, None], 0.0)
        self._growth[rows] = _growth(self.decay, self._log_index[rows])

    def _outside(self, kappa: FloatArray, sought: WeightedSum) -> FloatArray:
        """Return the integral outside of the window, where w or y is a short series in u or 1/u."""
        what = sought.what
        shift = self.source if what.signal and self.source is not None else np.zeros_like(self.decay)
        orders = np.arange(TERMS)
        # below the window u to the powers j, j + 1, ..., above it to the powers -l, -l - 1, ...
        powers = np.concatenate([what.unlearned + orders, -what.learned - orders])[:, None]
        reference, area = _relative_area(
            np.repeat(self._window[::2], TERMS, axis=0),
            np.repeat(self._window[1::2], TERMS, axis=0),
            1 - shift + self.decay * powers,
            logarithmic=sought.factor is not None,
        )
        u = kappa * np.exp(self.decay * reference)
        integrals = np.where(area == 0, 0.0, u**powers * np.exp((1 - shift) * reference) * area)
        return folded(binomials(what.unlearned + what.learned) * integrals)


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
