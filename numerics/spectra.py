"""The spectra: power laws, and eigenvalues measured or computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np
import numpy.typing as npt

from .arithmetic import number
from .direct_sums import direct_evaluator
from .errors import DivergentSumError
from .exact import Exact, Number, count_or_infinite, exact_text, positive, positive_exponent, rational
from .exact import _show as show
from .extended import ExtendedEigenvalues, extend
from .integrals import Moment
from .listing import doubles, listed_count, power_law
from .shift_derivatives import log_evaluator
from .spectrum import (
    Direction,
    Evaluator,
    FormulaSpectrum,
    ListedSpectrum,
    ModeSum,
    rational_log,
    scaled_evaluator,
)
from .trace_family import trace_family


@dataclass(frozen=True, slots=True, init=False, repr=False)
class PowerLaw(FormulaSpectrum):
    r"""The spectrum :math:`\lambda_k=c\,k^{-a}`, :math:`k=1,\dots,M`.

    Parameters
    ----------
    decay : a, a positive number
    size : M, an integer not smaller than 1, or inf
    scale : c, a positive number

    Raises
    ------
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    The signal power is :math:`v_k=\lambda_k` (an isotropic prior) where `source` is None, and
    :math:`v_k=k^{-b}`, without the scale, for ``source=b``.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw
    >>> PowerLaw("1.5", size=1000)
    PowerLaw(decay=3/2, size=1000)
    >>> print(PowerLaw(2).df(1, 1))
    1.07667404746858
    """

    decay: Fraction
    size: int | float
    scale: Fraction

    def __init__(self, decay: Number, size: Number = math.inf, scale: Number = 1) -> None:
        object.__setattr__(self, "decay", positive_exponent("decay", decay))
        object.__setattr__(self, "size", count_or_infinite("size", size))
        object.__setattr__(self, "scale", positive("scale", scale))

    def __repr__(self) -> str:
        scale = "" if self.scale == 1 else f", scale={exact_text(self.scale)}"
        return f"PowerLaw(decay={exact_text(self.decay)}, size={exact_text(self.size)}{scale})"

    def check_convergence(self, sums: Sequence[ModeSum], source: Fraction | None, kappa: Fraction) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""
        if self.size != math.inf:
            return
        for what in sums:
            if kappa == 0 and what.unlearned:
                continue
            shift = self._shift(what, source)
            rate = shift + (self.decay * what.learned if kappa else 0)
            if rate > 1:
                continue
            if what.signal and kappa == 0 and source is not None:
                raise DivergentSumError(
                    f"`source` = {exact_text(source)} with `size` = inf is a signal of infinite power; "
                    "choose source > 1 or a finite size"
                )
            named = "`source` + `decay`*`learned`" if source is not None and what.signal else "`decay`"
            raise DivergentSumError(
                f"`size` = inf with `decay` = {exact_text(self.decay)} and `kappa` = {_short(kappa)}: the "
                f"sum over the modes diverges; choose a larger {named}, kappa > 0 or a finite size"
            )

    def check_finite(self, source: Fraction | None) -> None:
        """Raise DivergentSumError if the data or the signal has infinite power."""
        for name, exponent in (("decay", self.decay), ("source", source)):
            if self.size == math.inf and exponent is not None and exponent <= 1:
                raise DivergentSumError(
                    f"`{name}` = {exact_text(exponent)} must be larger than 1 where `size` is inf: the sum "
                    "over the modes diverges; choose it larger or give a finite size"
                )

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return r where the signal powers are r times the eigenvalues, else None."""
        if source is None:
            return Fraction(1)
        return 1 / self.scale if source == self.decay or self.size == 1 else None

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the last one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        return rational_log(self.scale) - float(self.decay) * max(0.0, rational_log(Fraction(last)))

    def evaluator(self, sums: Sequence[ModeSum], source: Fraction | None, goal: int) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        family = trace_family(self.decay, self.size, self._moments(sums, source), goal)
        return scaled_evaluator(family.evaluate, self.scale, sums, source)

    def directions(self, source: Fraction | None) -> Mapping[str, Direction]:
        """Return the decay, the scale and a given source; the first and the last put log(k) into sums."""

        def logarithmic(sums: Sequence[ModeSum], goal: int) -> Evaluator:
            # a signal of a given source has no scale
            evaluate = log_evaluator(self.decay, self.size, self._moments(sums, source), goal)
            return lambda kappa: evaluate(kappa / number(self.scale))

        found = {
            "decay": Direction(value=self.decay, evaluator=logarithmic),
            "scale": Direction(value=self.scale),
        }
        if source is not None:
            found["source"] = Direction(value=source, evaluator=logarithmic, of_signal=True)
        return found

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        return power_law(self.scale, self.decay, listed_count(count, self.size))

    def _moments(self, sums: Sequence[ModeSum], source: Fraction | None) -> tuple[Moment, ...]:
        return tuple(
            Moment(shift=self._shift(what, source), unlearned=what.unlearned, learned=what.learned)
            for what in sums
        )

    def _shift(self, what: ModeSum, source: Fraction | None) -> Fraction:
        if not what.signal:
            return Fraction(0)
        return self.decay if source is None else source


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Eigenvalues(ListedSpectrum):
    """A spectrum given by its eigenvalues, measured or computed.

    Parameters
    ----------
    values : the eigenvalues, shape (size,), positive and in descending order
    signal : the signal powers, shape (size,), not negative; None for the isotropic prior, where they are
    `values`

    Raises
    ------
    TypeError, ValueError
        If an entry is no number, or the values are empty, not positive, not in order, or of another shape
        than `signal`.

    Notes
    -----
    The cost of each sum grows in proportion to the number of values.

    Examples
    --------
    >>> from scalinglaws.numerics import Eigenvalues
    >>> spectrum = Eigenvalues([1, "0.5", "0.25"])
    >>> print(spectrum.df(1, "0.5"), spectrum.total())
    1.5 1.75
    """

    values: tuple[Fraction, ...]
    signal: tuple[Fraction, ...] | None
    size: int

    def __init__(self, values: Iterable[Number], signal: Iterable[Number] | None = None) -> None:
        read = read_column("values", values)
        for k, value in enumerate(read):
            if value <= 0:
                raise ValueError(
                    f"`values`[{k}] = {_short(value)} must be a positive number; leave such modes out"
                )
            if k and value > read[k - 1]:
                raise ValueError(
                    f"`values`[{k}] = {_short(value)} must not exceed the one before; sort descending"
                )
        powers = None if signal is None else read_column("signal", signal)
        if powers is not None:
            if len(powers) != len(read):
                raise ValueError(
                    f"`signal` has {len(powers)} entries and must have the {len(read)} of `values`"
                )
            for k, value in enumerate(powers):
                if value < 0:
                    raise ValueError(
                        f"`signal`[{k}] = {_short(value)} must be a number not smaller than 0; square it"
                    )
        object.__setattr__(self, "values", read)
        object.__setattr__(self, "signal", powers)
        object.__setattr__(self, "size", len(read))

    def __repr__(self) -> str:
        own = "" if self.signal is None else ", with its own signal"
        return f"<Eigenvalues: {self.size} from {_short(self.values[0])} to {_short(self.values[-1])}{own}>"

    def check_source(self, source: Number | None) -> Fraction | None:
        """Return None: the signal of measured eigenvalues is part of the spectrum."""
        if source is not None:
            raise ValueError(
                f"`source` = {show(source)} must be None for a measured spectrum; give `signal` to "
                "Eigenvalues"
            )
        return None

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the last one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        return rational_log(self.values[math.ceil(last) - 1])

    def evaluator(
        self,
        sums: Sequence[ModeSum],
        source: Fraction | None,  # noqa: ARG002 -- of the interface
        goal: int,  # noqa: ARG002 -- of the interface
    ) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        powers = None if self.signal is None else [number(value) for value in self.signal]
        return direct_evaluator(self.values, powers, sums)

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        return doubles(self.values[: listed_count(count, self.size)])

    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the first `count` signal powers in double precision, all of them if None."""
        self.check_source(source)
        if self.signal is None:
            return self.eigenvalues(count)
        return doubles(self.signal[: listed_count(count, self.size)])

    def extended(
        self, size: Number = math.inf, *, first: Number | None = None, last: Number | None = None
    ) -> ExtendedEigenvalues:
        r"""Return these eigenvalues followed by the power law :math:`c\,k^{-a}` that fits the last of them.

        Parameters
        ----------
        size : the number of all eigenvalues, an integer larger than the number of these, or inf
        first, last : the range of indices of the least-squares line through log(value) against log(k), which
            must hold at least 3; None for the last decade

        Raises
        ------
        TypeError, ValueError
            If an argument is outside its domain, or the eigenvalues do not fall over the range.

        Notes
        -----
        The decay and its standard error are in the field `fit` of what is returned; a signal of its own is
        continued by its own fit, in `signal_fit`. The sums are proven for the fitted numbers taken exactly.

        Examples
        --------
        >>> from scalinglaws.numerics import Eigenvalues
        >>> spectrum = Eigenvalues([1, "1/4", "1/16", "1/64"]).extended(first=2)
        >>> spectrum
        <ExtendedEigenvalues: 4 measured, inf in all, decay 3.96187 +/- 0.39 from 2 to 4>
        """
        return extend(self.values, self.signal, size, first, last)

    def _isotropic(self) -> Eigenvalues:
        return self if self.signal is None else Eigenvalues(self.values)


def read_column(name: str, entries: Iterable[Number]) -> tuple[Fraction, ...]:
    """Return the entries of a one-dimensional collection as exact numbers."""
    if isinstance(entries, (str, bytes)) or not isinstance(entries, Iterable):
        raise TypeError(
            f"`{name}` = {show(entries)} must be a one-dimensional collection of numbers; give a list"
        )
    shape = getattr(entries, "shape", None)
    if shape is not None and len(shape) != 1:
        raise ValueError(f"`{name}` has shape {tuple(shape)} and must be one-dimensional; flatten it")
    read = tuple(rational(f"{name}[{k}]", entry, "a real number") for k, entry in enumerate(entries))
    if not read:
        raise ValueError(f"`{name}` = [] must have at least one entry; give the spectrum")
    return read


def _short(value: Exact) -> str:
    """Return an exact number as a short decimal for a message."""
    return (
        mpmath.nstr(mpmath.mpf(value.numerator) / value.denominator, 6)
        if isinstance(value, Fraction)
        else "inf"
    )
