r"""Spectra that fall exponentially, as those of analytic kernels do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from .arithmetic import number
from .errors import DivergentSumError
from .exact import Exact, Number, count_or_infinite, exact_text, positive, positive_exponent
from .exponential_sums import ExponentialSums
from .integrals import Moment
from .listing import listed_count, scaled
from .shift_derivatives import shift_derivatives
from .spectrum import Direction, Evaluator, FormulaSpectrum, ModeSum, rational_log, scaled_evaluator


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Exponential(FormulaSpectrum):
    r"""The spectrum :math:`\lambda_k=c\,e^{-rk}`, :math:`k=1,\dots,M`.

    Parameters
    ----------
    rate : r, a positive number
    size : M, an integer not smaller than 1, or inf
    scale : c, a positive number

    Raises
    ------
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    The signal power is :math:`v_k=\lambda_k` (an isotropic prior) where `source` is None, and
    :math:`v_k=e^{-bk}`, without the scale, for ``source=b``. The cost of a sum does not depend on the size or
    on kappa: some geometric series and the terms between them, or an Euler-Maclaurin formula for small rates.
    Both have a proven remainder.

    Examples
    --------
    >>> from scalinglaws.numerics import Exponential
    >>> spectrum = Exponential("0.5")
    >>> spectrum
    Exponential(rate=1/2, size=inf)
    >>> import mpmath
    >>> print(mpmath.nstr(spectrum.total(30), 30))
    1.54149408253679828413110344447
    >>> print(spectrum.df(1, "1e-100"))
    460.017018598809
    """

    rate: Fraction
    size: int | float
    scale: Fraction

    def __init__(self, rate: Number, size: Number = math.inf, scale: Number = 1) -> None:
        object.__setattr__(self, "rate", positive_exponent("rate", rate))
        object.__setattr__(self, "size", count_or_infinite("size", size))
        object.__setattr__(self, "scale", positive("scale", scale))

    def __repr__(self) -> str:
        scale = "" if self.scale == 1 else f", scale={exact_text(self.scale)}"
        return f"Exponential(rate={exact_text(self.rate)}, size={exact_text(self.size)}{scale})"

    def check_convergence(self, sums: Sequence[ModeSum], source: Fraction | None, kappa: Fraction) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""
        if self.size != math.inf:
            return
        for what in sums:
            if kappa == 0 and what.unlearned:
                continue
            if self._shift(what, source) + (self.rate * what.learned if kappa else 0) > 0:
                continue
            if what.signal:
                raise DivergentSumError(
                    f"`source` = {source} with `size` = inf: the sum over the modes diverges; "
                    "choose source > 0 or a finite size"
                )
            raise DivergentSumError(
                "`kappa` = 0 with `size` = inf: the sum over the modes diverges; "
                "choose kappa > 0 or a finite size"
            )

    def check_finite(self, source: Fraction | None) -> None:
        """Raise DivergentSumError if the signal has infinite power."""
        if self.size == math.inf and source is not None and source <= 0:
            raise DivergentSumError(
                f"`source` = {exact_text(source)} must be larger than 0 where `size` is inf: the sum "
                "over the modes diverges; choose it larger or give a finite size"
            )

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return r where the signal powers are r times the eigenvalues, else None."""
        if source is None:
            return Fraction(1)
        return 1 / self.scale if source == self.rate else None

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the last one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        return rational_log(self.scale) - float(self.rate * max(Fraction(1), Fraction(last)))

    def evaluator(self, sums: Sequence[ModeSum], source: Fraction | None, goal: int) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        family = ExponentialSums(self.rate, self.size, self._moments(sums, source), goal)
        return scaled_evaluator(family.evaluate, self.scale, sums, source)

    def directions(self, source: Fraction | None) -> Mapping[str, Direction]:
        """Return the rate, the scale and a given source; the first and the last put k into sums."""

        def indexed(sums: Sequence[ModeSum], goal: int) -> Evaluator:
            moments, room = self._moments(sums, source), None
            if isinstance(self.size, float):
                room = min(moment.shift + self.rate * moment.learned for moment in moments)
            # a signal of a given source has no scale
            evaluate = shift_derivatives(
                lambda shifted, fine: ExponentialSums(self.rate, self.size, shifted, fine),
                moments,
                "shift",
                goal,
                room=room,
            )
            return lambda kappa: evaluate(kappa / number(self.scale))

        found = {
            "rate": Direction(value=self.rate, evaluator=indexed),
            "scale": Direction(value=self.scale),
        }
        if source is not None:
            found["source"] = Direction(value=source, evaluator=indexed, of_signal=True)
        return found

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        return scaled(self.scale, self._falling(self.rate, listed_count(count, self.size)))

    def _powers(self, source: Fraction, terms: int) -> npt.NDArray[np.float64]:
        """Return the first signal powers of a source, which falls as a rate does."""
        return scaled(Fraction(1), self._falling(source, terms))

    def _falling(self, rate: Fraction, terms: int) -> npt.NDArray[np.float64]:
        with np.errstate(over="ignore"):
            return np.exp(-float(rate) * np.arange(1, terms + 1, dtype=np.float64))

    def _moments(self, sums: Sequence[ModeSum], source: Fraction | None) -> tuple[Moment, ...]:
        return tuple(
            Moment(shift=self._shift(what, source), unlearned=what.unlearned, learned=what.learned)
            for what in sums
        )

    def _shift(self, what: ModeSum, source: Fraction | None) -> Fraction:
        if not what.signal:
            return Fraction(0)
        return self.rate if source is None else source
