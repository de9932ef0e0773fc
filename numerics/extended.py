r"""Measured eigenvalues continued by a power law that is fitted to the last of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import mpmath
import numpy as np
import numpy.typing as npt

from .arithmetic import number
from .direct_sums import direct_evaluator
from .errors import DivergentSumError
from .exact import Exact, Number, count_or_infinite, exact_text
from .exact import _show as show
from .exact import count as read_count
from .listing import doubles, held, listed_count
from .pieces import Piece, Scale, added, multiplied
from .spectrum import Direction, Evaluator, ModeSum, Spectrum, rational_log


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLawFit:
    r"""The line :math:`\log v_k=\log c-a\log k` of least squares.

    Parameters
    ----------
    decay : a, the binary number that the fit returned, taken exactly from there on
    scale : c, likewise
    decay_error : the standard error of a
    log_scale_error : the standard error of log(c)

    Notes
    -----
    The standard errors are those of ordinary least squares, :math:`\mathrm{RSS}/(n-2)` times the diagonal of
    :math:`(X^TX)^{-1}` under the root: they hold for independent residuals of one variance. Ordered
    eigenvalues have correlated ones, so that they are a lower bound in practice.
    """

    decay: Fraction
    scale: Fraction
    decay_error: float
    log_scale_error: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ExtendedEigenvalues(Spectrum):
    r"""Measured eigenvalues :math:`\lambda_1,\dots,\lambda_n`, and :math:`\lambda_k=c\,k^{-a}` for k > n.

    Made by :meth:`Eigenvalues.extended`.

    Parameters
    ----------
    values : the measured eigenvalues
    signal : the measured signal powers; None for the isotropic prior
    size : the number of all eigenvalues, or inf
    first, last : the range of indices that was fitted
    fit : the power law of the eigenvalues beyond the measured ones
    signal_fit : that of the signal powers; None for the isotropic prior
    """

    values: tuple[Fraction, ...]
    signal: tuple[Fraction, ...] | None
    size: int | float
    first: int
    last: int
    fit: PowerLawFit
    signal_fit: PowerLawFit | None

    def __repr__(self) -> str:
        own = "" if self.signal is None else ", with its own signal"
        return (
            f"<ExtendedEigenvalues: {len(self.values)} measured, {exact_text(self.size)} in all, "
            f"decay {float(self.fit.decay):.6g} +/- {self.fit.decay_error:.2g} "
            f"from {self.first} to {self.last}{own}>"
        )

    def check_source(self, source: Number | None) -> Fraction | None:
        """Return None: the signal of measured eigenvalues is part of the spectrum."""
        if source is not None:
            raise ValueError(
                f"`source` = {show(source)} must be None for a measured spectrum; give `signal` to "
                "Eigenvalues"
            )
        return None

    def check_convergence(
        self,
        sums: Sequence[ModeSum],
        source: Fraction | None,  # noqa: ARG002 -- of the interface
        kappa: Fraction,
    ) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""
        if self.size != math.inf:
            return
        for what in sums:
            if kappa == 0 and what.unlearned:
                continue
            decay = self.fit.decay
            shift = Fraction(0)
            if what.signal:
                shift = decay if self.signal_fit is None else self.signal_fit.decay
            if shift + (decay * what.learned if kappa else 0) <= 1:
                raise DivergentSumError(
                    f"`size` = inf with a fitted decay of {float(decay):.6g}: the sum over the modes "
                    "diverges; choose a finite size, kappa > 0 or another range to fit"
                )

    def check_finite(self, source: Fraction | None) -> None:  # noqa: ARG002 -- of the interface
        """Raise DivergentSumError if the data or the signal has infinite power."""
        for name, fit in (("eigenvalues", self.fit), ("signal", self.signal_fit)):
            if self.size == math.inf and fit is not None and fit.decay <= 1:
                raise DivergentSumError(
                    f"`size` = inf with a fitted decay of the {name} of {float(fit.decay):.6g}, which must "
                    "be larger than 1; choose a finite size or another range to fit"
                )

    def is_isotropic(self, source: Fraction | None) -> bool:
        """Whether the signal powers are the eigenvalues."""
        return source is None and self.signal is None

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return 1 for the isotropic prior, else None."""
        return Fraction(1) if self.is_isotropic(source) else None

    def has_signal(self, source: Fraction | None) -> bool:  # noqa: ARG002 -- of the interface
        """Whether some signal power is positive, which holds for what is fitted."""
        return True

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the smallest one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        if last <= len(self.values):
            return rational_log(self.values[math.ceil(last) - 1])
        return min(self._tail.log_at(Fraction(last)), rational_log(self.values[-1]))

    def evaluator(
        self,
        sums: Sequence[ModeSum],
        source: Fraction | None,  # noqa: ARG002 -- of the interface
        goal: int,
    ) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        powers = None if self.signal is None else [number(value) for value in self.signal]
        head = direct_evaluator(self.values, powers, sums)
        return added([head, self._tail.evaluator(sums, *self._signal_law, goal)])

    def directions(
        self,
        source: Fraction | None,  # noqa: ARG002 -- of the interface
    ) -> Mapping[str, Direction]:
        """Return the common factor of all eigenvalues, which is 1, and what was fitted."""
        found = {
            "scale": Direction(value=Fraction(1)),
            "fit.decay": Direction(value=self.fit.decay, evaluator=self._by_decay),
            "fit.scale": Direction(value=self.fit.scale, evaluator=partial(self._by_scale, self.fit.scale)),
        }
        if self.signal_fit is not None:
            decay, scale = self.signal_fit.decay, self.signal_fit.scale
            found["signal_fit.decay"] = Direction(value=decay, evaluator=self._by_decay, of_signal=True)
            found["signal_fit.scale"] = Direction(
                value=scale, evaluator=partial(self._by_scale, scale), of_signal=True
            )
        return found

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        return self._in_doubles(self.values, self.fit, count)

    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the first `count` signal powers in double precision, all of them if None."""
        self.check_source(source)
        if self.signal is None or self.signal_fit is None:
            return self.eigenvalues(count)
        return self._in_doubles(self.signal, self.signal_fit, count)

    def _by_decay(self, sums: Sequence[ModeSum], goal: int) -> Evaluator:
        """Put log(k) into the sums over the tail."""
        return self._tail.log_evaluator(sums, *self._signal_law, goal)

    def _by_scale(self, scale: Fraction, sums: Sequence[ModeSum], goal: int) -> Evaluator:
        """Return the sums over the tail, moved by a factor of its eigenvalues or signal powers."""
        return multiplied(self._tail.evaluator(sums, *self._signal_law, goal), -1 / number(scale))

    @property
    def _signal_law(self) -> tuple[Fraction | None, Scale | None]:
        """The decay and scale of the tail's signal, None for the isotropic prior."""
        fit = self.signal_fit
        return (None, None) if fit is None else (fit.decay, _rational(fit.scale))

    @property
    def _tail(self) -> Piece:
        return self._piece(self.fit)

    def _piece(self, fit: PowerLawFit) -> Piece:
        return Piece(first=len(self.values) + 1, last=self.size, decay=fit.decay, scale=_rational(fit.scale))

    def _in_doubles(
        self, measured: Sequence[Fraction], fit: PowerLawFit, limit: int | None
    ) -> npt.NDArray[np.float64]:
        terms = listed_count(limit, self.size)
        head = doubles(measured[:terms])
        return held(np.concatenate([head, self._piece(fit).in_doubles(max(terms, head.size) + 1)]))

    def _isotropic(self) -> ExtendedEigenvalues:
        return self if self.signal is None else replace(self, signal=None, signal_fit=None)


def extend(
    values: tuple[Fraction, ...],
    signal: tuple[Fraction, ...] | None,
    size: Number,
    first: Number | None,
    last: Number | None,
) -> ExtendedEigenvalues:
    """Return the spectrum that :meth:`Eigenvalues.extended` describes."""
    measured = len(values)
    total = count_or_infinite("size", size)
    if total <= measured:
        raise ValueError(
            f"`size` = {exact_text(total)} must be larger than the {measured} measured eigenvalues; "
            "choose it larger"
        )
    end = measured if last is None else read_count("last", last)
    if end > measured:
        raise ValueError(
            f"`last` = {exact_text(end)} must be at most {measured}, the number of eigenvalues; lower it"
        )
    begin = max(1, min(end // 10, end - 2)) if first is None else read_count("first", first)
    if end - begin < 2:
        raise ValueError(
            f"`first` = {exact_text(begin)} and `last` = {end} must leave at least 3 eigenvalues to fit; "
            "widen the range"
        )
    return ExtendedEigenvalues(
        values=values,
        signal=signal,
        size=total,
        first=begin,
        last=end,
        fit=_fit("values", values, begin, end),
        signal_fit=None if signal is None else _fit("signal", signal, begin, end),
    )


def _fit(name: str, column: Sequence[Fraction], first: int, last: int) -> PowerLawFit:
    """Return the least-squares line through the logarithms of the entries from `first` to `last`."""
    chosen = column[first - 1 : last]
    if not all(chosen):
        raise ValueError(
            f"`{name}` is 0 between {first} and {last} and must be positive there; move the range"
        )
    x = np.log(np.arange(first, last + 1, dtype=np.float64))
    y = np.array([rational_log(value) for value in chosen])
    center, middle = x.mean(), y.mean()
    spread = float(np.sum((x - center) ** 2))
    slope = float(np.sum((x - center) * (y - middle))) / spread
    residuals = y - middle - slope * (x - center)
    variance = float(np.sum(residuals**2)) / (len(chosen) - 2)
    if name == "values" and slope >= 0:
        raise ValueError(
            f"`values` do not fall from {first} to {last}, so no power law continues them; move the range"
        )
    intercept = Fraction(float(middle) - slope * float(center))
    return PowerLawFit(
        decay=Fraction(-slope),
        scale=exponential(intercept),
        decay_error=math.sqrt(variance / spread),
        log_scale_error=math.sqrt(variance * (1 / len(chosen) + float(center) ** 2 / spread)),
    )


def exponential(exponent: Fraction) -> Fraction:
    """Return e to a power of any size as a number of 53 bits."""
    with mpmath.workprec(80):
        value = mpmath.exp(mpmath.mpf(exponent.numerator) / exponent.denominator)
    with mpmath.workprec(53):
        mantissa, power = mpmath.frexp(+value)
    return Fraction(float(mantissa)) * Fraction(2) ** int(power)


def _rational(value: Fraction) -> Scale:
    return Scale(factors=((value, Fraction(1)),))
