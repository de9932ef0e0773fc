"""Sums over spectra in double precision, as sums over a few hundred weighted nodes: their common ground."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from .equivalent import FloatArray
from .spectrum import ModeSum

NEGLIGIBLE: Final = 40.0
"""Minus the logarithm of what adds nothing in double precision."""

TERMS: Final = 3
"""How many terms of the series in u or 1/u stand for the modes outside of the window."""

SPACING: Final = 6.0
"""Nodes serve kappas whose logarithms are within half of it."""

WINDOW: Final = NEGLIGIBLE / TERMS + SPACING / 2
"""Where the logarithm of u is larger, the series are right to all digits."""

_LARGEST_U = 1e300


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """A sum over modes, with a factor in each term that the nodes know under its name."""

    what: ModeSum
    factor: str | None = None


class Nodes(ABC):
    """The weighted nodes of the spectra of some points, one column a point."""

    size: FloatArray

    @abstractmethod
    def place(self, log_kappa: FloatArray) -> None:
        """Make the nodes serve kappas of these logarithms, finite or minus infinity."""

    @abstractmethod
    def select(self, columns: npt.NDArray[np.intp]) -> Nodes:
        """Return the nodes of some of the points."""

    def at_roots(
        self,
        log_kappa: FloatArray,
        *,
        structured: bool,  # noqa: ARG002 -- others need it
    ) -> Iterator[tuple[npt.NDArray[np.intp], Nodes]]:
        """Yield the points in groups, placed at these kappas for sums with the signal if `structured`."""
        self.place(log_kappa)
        yield np.arange(len(log_kappa)), self

    @abstractmethod
    def sums(self, kappa: FloatArray, wanted: Sequence[WeightedSum]) -> list[FloatArray]:
        """Return the sums at one kappa for each point, a positive number."""


def weighted_sums(
    u: FloatArray,
    weight: FloatArray,
    signal: FloatArray | None,
    factors: Mapping[str, FloatArray],
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
        parts = [w] * what.unlearned + [y] * what.learned
        term = base * parts[0]
        for part in parts[1:]:
            term *= part
        if sought.factor is not None:
            term *= factors[sought.factor]
        totals.append(folded(term))
    return totals


def folded(terms: FloatArray) -> FloatArray:
    """Return the sum over the first axis by halves, in an order that depends on nothing else; overwrites."""
    while len(terms) > 1:
        half = len(terms) // 2
        if len(terms) % 2:
            terms[0] += terms[-1]
        terms[:half] += terms[half : 2 * half]
        terms = terms[:half]
    total: FloatArray = terms[0]
    return total


@cache
def binomials(power: int) -> FloatArray:
    """Return the first coefficients of ``(1 + u)**-power`` as a column, twice."""
    coefficients = [float((-1) ** i * math.comb(power + i - 1, i)) for i in range(TERMS)]
    return np.array(2 * coefficients)[:, None]
