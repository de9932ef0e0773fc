r"""Sums over one spectrum in double precision, from a table of its modes or of nodes that stand for them.

A table has the inverse eigenvalues :math:`1/\lambda_i`, in ascending order, with weights :math:`W_i`. At one
:math:`\kappa` the terms are evaluated where :math:`|\log u_i|\le16`, :math:`u_i=\kappa/\lambda_i`. Below and
above, three terms of the series in u or 1/u are right to all digits; their sums
:math:`\sum_iW_iu_i^p` are kept for all :math:`\kappa` of one cell of width 6 on the logarithmic scale, so
that the cost of a point grows with the modes that are half learned, not with the length of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from .equivalent import BoolArray, FloatArray
from .nodes import SPACING, TERMS, WINDOW, Nodes, WeightedSum, binomials, folded, weighted_sums
from .spectrum import ModeSum

_SLICE: Final = 4096
_OUTERMOST: Final = 110.0
_LARGEST_POWER: Final = 3

Beyond = Callable[[int, str | None, bool, FloatArray | None], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    r"""The nodes of one spectrum, shape (nodes,) each, in ascending order of `growth`.

    Parameters
    ----------
    growth : the inverse eigenvalues, inf where they exceed the doubles
    log_growth : their logarithms
    weight : W
    factors : the factors of weighted sums by name
    signal : the signal powers; None if the points choose them
    exponent : minus the derivative of the logarithm of the signal power by the source
    beyond : from a power p, the name of a factor, whether there is the signal and the sources (None if the
        points choose none) to the sum of :math:`\lambda_k^p` with those over the modes that have no nodes;
        None if all have
    """

    growth: FloatArray
    log_growth: FloatArray
    weight: FloatArray
    factors: Mapping[str, FloatArray]
    signal: FloatArray | None = None
    exponent: FloatArray | None = None
    beyond: Beyond | None = None
    _kept: dict[tuple[float, str | None, bool], tuple[FloatArray, FloatArray]] = field(default_factory=dict)

    def strength(self, rows: slice, sought: bool, source: FloatArray | None) -> FloatArray:
        """Return the weights of some nodes as columns, with the signal powers if `sought`."""
        weight = self.weight[rows, None]
        if not sought:
            return weight
        if self.signal is not None:
            return weight * self.signal[rows, None]
        assert self.exponent is not None
        assert source is not None
        return weight * np.exp(-source * self.exponent[rows, None])

    def rows(self, cell: float) -> tuple[int, int]:
        """Return the first node inside the window of a cell, and the first one above."""
        center = -SPACING * cell
        begin, end = np.searchsorted(self.log_growth, [center - WINDOW, center + WINDOW])
        return int(begin), int(end)

    def outside(
        self, cell: float, factor: str | None, signal: bool, source: FloatArray | None
    ) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the powers 0, 1, ... of u below the window and of 1/u above.

        Both are in units of the middle of the cell; shape (powers, columns).
        """
        key = cell, factor, signal
        if source is not None:
            sources, inverse = np.unique(source, return_inverse=True)
            below, above = self._outside(cell, factor, signal, sources)
            return np.take(below, inverse, axis=1), np.take(above, inverse, axis=1)
        if key not in self._kept:
            self._kept[key] = self._outside(cell, factor, signal, None)
        return self._kept[key]

    def _outside(
        self, cell: float, factor: str | None, signal: bool, source: FloatArray | None
    ) -> tuple[FloatArray, FloatArray]:
        begin, end = self.rows(cell)
        unit = np.exp(SPACING * cell)
        wings = []
        for rows, up in ((slice(0, begin), False), (slice(end, None), True)):
            u = 1 / self.growth[rows, None] / unit if up else self.growth[rows, None] * unit
            terms = self.strength(rows, signal, source) * np.ones_like(u)
            if factor is not None:
                terms *= self.factors[factor][rows, None]
            columns = terms.shape[1]
            sums = np.zeros((_LARGEST_POWER + TERMS, columns))
            if len(u):
                for power in range(len(sums)):
                    sums[power] = folded(terms.copy())
                    terms *= u
            wings.append(sums)
        if self.beyond is not None:
            for power in (0, 1):
                wings[1][power] += self.beyond(power, factor, signal, source) / unit**power
        return wings[0], wings[1]


class Tables(Protocol):
    """The tables of one spectrum."""

    def table(self, level: int | None = None, *, steep: bool = False) -> Table:
        """Return the table of a level, the longest one if None, for sources that are `steep` or not."""

    def levels(self, log_kappa: FloatArray) -> npt.NDArray[np.intp]:
        """Return the lowest levels that serve kappas of these logarithms."""

    def is_steep(self, source: FloatArray) -> BoolArray:
        """Return which sources need a table of their own."""


class TableNodes(Nodes):
    """The nodes of points that have one spectrum.

    Parameters
    ----------
    tables : the nodes of the spectrum
    source : the exponents of the signal powers, shape (points,); None if the points choose none
    points : how many points there are
    size : how many modes the spectrum has
    """

    def __init__(self, tables: Tables, source: FloatArray | None, points: int, size: float) -> None:
        self.tables, self.source = tables, source
        self.table = tables.table()
        self.size = np.full(points, size)
        self._cells = np.zeros(points)

    def place(self, log_kappa: FloatArray) -> None:
        """Make the nodes serve kappas of these logarithms, finite or minus infinity."""
        self._cells = np.clip(np.round(log_kappa / SPACING), -_OUTERMOST, _OUTERMOST)

    def select(self, columns: npt.NDArray[np.intp]) -> TableNodes:
        """Return the nodes of some of the points."""
        chosen = copy(self)
        chosen.size, chosen._cells = self.size[columns], self._cells[columns]
        chosen.source = None if self.source is None else self.source[columns]
        return chosen

    def at_roots(
        self, log_kappa: FloatArray, *, structured: bool
    ) -> Iterator[tuple[npt.NDArray[np.intp], TableNodes]]:
        """Yield the points in groups, with nodes for these kappas whose tables are no longer than needed."""
        levels = self.tables.levels(log_kappa)
        steep = np.zeros(len(log_kappa), dtype=np.bool_)
        if structured and self.source is not None:
            steep = self.tables.is_steep(self.source)
        keys, inverse = np.unique(np.stack([levels, steep]), axis=1, return_inverse=True)
        for index, (level, is_steep) in enumerate(keys.T):
            columns = np.flatnonzero(inverse.reshape(-1) == index)
            chosen = self.select(columns)
            chosen.table = self.tables.table(int(level), steep=bool(is_steep))
            chosen.place(log_kappa[columns])
            yield columns, chosen

    def sums(self, kappa: FloatArray, wanted: Sequence[WeightedSum]) -> list[FloatArray]:
        """Return the sums at one kappa for each point, a positive number."""
        totals = [np.zeros_like(kappa) for _ in wanted]
        cells, inverse = np.unique(self._cells, return_inverse=True)
        for index, cell in enumerate(cells):
            columns = np.flatnonzero(inverse == index)
            source = None if self.source is None else self.source[columns]
            parts = self._sums_in_cell(float(cell), kappa[columns], source, wanted)
            for total, part in zip(totals, parts, strict=True):
                total[columns] = part
        return totals

    def _sums_in_cell(
        self, cell: float, kappa: FloatArray, source: FloatArray | None, wanted: Sequence[WeightedSum]
    ) -> list[FloatArray]:
        """Return the sums at kappas of one cell."""
        table = self.table
        totals = self._series(cell, kappa, source, wanted)
        begin, end = table.rows(cell)
        structured = any(sought.what.signal for sought in wanted)
        # slices that do not depend on the number of points, so that neither do the results
        for first in range(begin, end, _SLICE):
            rows = slice(first, min(first + _SLICE, end))
            factors = {name: values[rows, None] for name, values in table.factors.items()}
            signal = table.strength(rows, True, source) if structured else None
            u = kappa * table.growth[rows, None]
            parts = weighted_sums(u, table.strength(rows, False, None), signal, factors, wanted)
            totals = [total + part for total, part in zip(totals, parts, strict=True)]
        return totals

    def _series(
        self, cell: float, kappa: FloatArray, source: FloatArray | None, wanted: Sequence[WeightedSum]
    ) -> list[FloatArray]:
        """Return the sums over the nodes outside of the window."""
        ratio = kappa * np.exp(-SPACING * cell)
        wings: dict[tuple[str | None, bool], tuple[FloatArray, FloatArray]] = {}
        found = []
        for sought in wanted:
            what = sought.what
            key = sought.factor, what.signal
            if key not in wings:
                wings[key] = self.table.outside(cell, *key, source if what.signal else None)
            below, above = wings[key]
            found.append(_short_series(what, ratio, below) + _short_series(what, 1 / ratio, above, up=True))
        return found


def _short_series(what: ModeSum, ratio: FloatArray, sums: FloatArray, *, up: bool = False) -> FloatArray:
    """Return the sum by the first terms of the series in u, or `up` in 1/u."""
    lowest = what.learned if up else what.unlearned
    coefficients = binomials(what.unlearned + what.learned)
    total = np.zeros_like(ratio)
    for order in range(TERMS):
        total = total + coefficients[order] * sums[lowest + order] * ratio ** (lowest + order)
    return total
