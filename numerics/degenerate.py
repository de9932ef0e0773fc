"""Spectra of levels: eigenvalues that occur many times, as those of symmetric kernels do."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import mpmath
import numpy as np
import numpy.typing as npt

from .arithmetic import number
from .direct_sums import direct_evaluator
from .exact import Exact, Number, exact_text
from .exact import _show as show
from .exact import count as read_count
from .listing import doubles, listed_count
from .spectra import Eigenvalues, read_column
from .spectrum import Evaluator, ListedSpectrum, ModeSum, rational_log


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Degenerate(ListedSpectrum):
    r"""A spectrum of levels: the eigenvalue :math:`\lambda_i` occurs :math:`m_i` times.

    Parameters
    ----------
    values : the eigenvalue of each level, shape (levels,), positive and in descending order
    multiplicities : how many modes have it, shape (levels,), integers not smaller than 1, of any size
    signal : the signal power of each single mode of a level, shape (levels,), not negative; None for the
        isotropic prior, where it is the eigenvalue

    Raises
    ------
    TypeError, ValueError
        If an entry is no number, or the values are empty, not positive, not in order, or of another shape
        than `multiplicities` or `signal`.

    Notes
    -----
    Every sum over modes is :math:`\sum_im_if(\lambda_i)`, exactly that of :class:`Eigenvalues` with each
    value repeated, at a cost that grows with the number of levels alone. On the sphere in d dimensions the
    level of degree l has :math:`\binom{d+l-1}{l}-\binom{d+l-3}{l-2}` modes. Where the power P of a whole
    level is known, `signal` is ``P/m``.

    References
    ----------
    .. [1] Bordelon, Canatar, Pehlevan, Spectrum Dependent Learning Curves in Kernel Regression and Wide
       Neural Networks, arXiv:2002.02561.

    Examples
    --------
    >>> from scalinglaws.numerics import Degenerate
    >>> spectrum = Degenerate([1, "1/4"], [1, 3])
    >>> print(spectrum.df(1, "1/4"), spectrum.total())
    2.3 1.75
    >>> Degenerate([1, "1e-18"], [1, 10**18])
    <Degenerate: 2 levels of 1000000000000000001 modes, from 1.0 to 1.0e-18>
    """

    values: tuple[Fraction, ...]
    multiplicities: tuple[int, ...]
    signal: tuple[Fraction, ...] | None
    size: int

    def __init__(
        self,
        values: Iterable[Number],
        multiplicities: Iterable[Number],
        signal: Iterable[Number] | None = None,
    ) -> None:
        levels = Eigenvalues(values, signal)
        counted = tuple(
            read_count(f"multiplicities[{i}]", entry)
            for i, entry in enumerate(read_column("multiplicities", multiplicities))
        )
        if len(counted) != levels.size:
            raise ValueError(
                f"`multiplicities` has {len(counted)} entries and must have the {levels.size} of `values`"
            )
        object.__setattr__(self, "values", levels.values)
        object.__setattr__(self, "multiplicities", counted)
        object.__setattr__(self, "signal", levels.signal)
        object.__setattr__(self, "size", sum(counted))

    def __repr__(self) -> str:
        own = "" if self.signal is None else ", with its own signal"
        first, last = (mpmath.nstr(mpmath.mpf(v.numerator) / v.denominator, 6) for v in self._ends())
        levels = "1 level" if len(self.values) == 1 else f"{len(self.values)} levels"
        return f"<Degenerate: {levels} of {exact_text(self.size)} modes, from {first} to {last}{own}>"

    def check_source(self, source: Number | None) -> Fraction | None:
        """Return None: the signal of levels is part of the spectrum."""
        if source is not None:
            raise ValueError(
                f"`source` = {show(source)} must be None for a spectrum of levels; give `signal` to "
                "Degenerate"
            )
        return None

    def modes(self) -> Iterable[int]:
        """Return the multiplicities."""
        return self.multiplicities

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the last one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        return rational_log(self.values[bisect_left(list(accumulate(self.multiplicities)), math.ceil(last))])

    def evaluator(
        self,
        sums: Sequence[ModeSum],
        source: Fraction | None,  # noqa: ARG002 -- of the interface
        goal: int,  # noqa: ARG002 -- of the interface
    ) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        powers = None if self.signal is None else [number(value) for value in self.signal]
        return direct_evaluator(self.values, powers, sums, self.multiplicities)

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        return self._listed(self.values, count)

    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the first `count` signal powers in double precision, all of them if None."""
        self.check_source(source)
        return self._listed(self.values if self.signal is None else self.signal, count)

    def _ends(self) -> tuple[Fraction, Fraction]:
        return self.values[0], self.values[-1]

    def _listed(self, column: Sequence[Fraction], limit: int | None) -> npt.NDArray[np.float64]:
        terms = listed_count(limit, self.size)
        stops = [min(stop, terms) for stop in accumulate(self.multiplicities)]
        repeats = np.diff(stops, prepend=0)
        return np.repeat(doubles(column[: int(np.count_nonzero(repeats))]), repeats[repeats > 0])

    def _isotropic(self) -> Degenerate:
        return self if self.signal is None else Degenerate(self.values, self.multiplicities)
