r"""Power laws with a logarithm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np
import numpy.typing as npt

from .arithmetic import Ball, number
from .errors import DivergentSumError
from .exact import Exact, Number, count_or_infinite, positive, positive_exponent, real_exponent
from .exact import count as read_count
from .log_power_sums import LogMoment, log_power_sums
from .spectrum import Evaluator, FormulaSpectrum, ModeSum, rational_log


@dataclass(frozen=True, slots=True, init=False, repr=False)
class LogPowerLaw(FormulaSpectrum):
    r"""The spectrum :math:`\lambda_k=c\,k^{-a}\log^{-p}(k+1)`, :math:`k=1,\dots,M`.

    Parameters
    ----------
    decay : a, a positive number
    log_power : p, a real number larger than ``-2 log(2) a``, so that the eigenvalues fall
    size : M, an integer not smaller than 1, or inf
    scale : c, a positive number

    Raises
    ------
    TypeError, ValueError
        If an argument is no number or outside its domain.

    Notes
    -----
    The signal power is :math:`v_k=\lambda_k` (an isotropic prior) where `source` is None, and
    :math:`v_k=k^{-b}`, without scale and logarithm, for ``source=b``. The data have finite power for a > 1,
    and for a = 1 with p > 1. Sums are those of the Euler-Maclaurin formula with a proven remainder; its
    integral has no closed form and is found by certified quadrature, at a cost that grows with log(size) and
    log(1/kappa).

    References
    ----------
    .. [1] Lin et al., Scaling Laws in Linear Regression: Compute, Parameters, and Data, arXiv:2406.08466,
       Theorem 4.3.

    Examples
    --------
    >>> from scalinglaws.numerics import LogPowerLaw
    >>> spectrum = LogPowerLaw(1, 2)
    >>> spectrum
    LogPowerLaw(decay=1, log_power=2, size=inf)
    >>> print(spectrum.total())
    3.387735531952
    """

    decay: Fraction
    log_power: Fraction
    size: int | float
    scale: Fraction

    def __init__(self, decay: Number, log_power: Number, size: Number = math.inf, scale: Number = 1) -> None:
        object.__setattr__(self, "decay", positive_exponent("decay", decay))
        object.__setattr__(self, "log_power", real_exponent("log_power", log_power))
        object.__setattr__(self, "size", count_or_infinite("size", size))
        object.__setattr__(self, "scale", positive("scale", scale))
        # d log(lambda) / d log(k) is largest at k = 1
        if float(self.log_power) <= -2 * math.log(2) * float(self.decay):
            raise ValueError(
                f"`log_power` = {self.log_power} must be larger than -2 log(2) times the `decay` "
                f"{self.decay}: the eigenvalues would rise; choose it larger"
            )

    def __repr__(self) -> str:
        scale = "" if self.scale == 1 else f", scale={self.scale}"
        return f"LogPowerLaw(decay={self.decay}, log_power={self.log_power}, size={self.size}{scale})"

    def check_convergence(self, sums: Sequence[ModeSum], source: Fraction | None, kappa: Fraction) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""
        if self.size != math.inf:
            return
        for what in sums:
            if kappa == 0 and what.unlearned:
                continue
            shift, log_shift = self._shifts(what, source)
            if kappa:
                shift += self.decay * what.learned
                log_shift += self.log_power * what.learned
            if shift > 1 or (shift == 1 and log_shift > 1):
                continue
            named = (
                f"`source` = {source}" if what.signal and source is not None else f"`decay` = {self.decay}"
            )
            raise DivergentSumError(
                f"`size` = inf with {named} and `log_power` = {self.log_power}: the sum over the modes "
                "diverges; choose larger exponents, kappa > 0 or a finite size"
            )

    def check_finite(self, source: Fraction | None) -> None:
        """Raise DivergentSumError if the data or the signal has infinite power."""
        self.check_convergence([ModeSum(unlearned=0, learned=1, signal=True)], None, Fraction(0))
        self.check_convergence([ModeSum(unlearned=0, learned=1, signal=True)], source, Fraction(0))

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return r where the signal powers are r times the eigenvalues, else None."""
        if source is None:
            return Fraction(1)
        return 1 / self.scale if source == self.decay and not self.log_power else None

    def log_eigenvalue(self, index: Exact) -> float:
        """Return the logarithm of the eigenvalue at an index, of the last one beyond the end."""
        last = min(index, self.size)
        assert isinstance(last, (int, Fraction))
        from_first = max(0.0, rational_log(Fraction(last)))
        # log(k + 1), for an index beyond the doubles too
        logarithm = from_first + math.log1p(math.exp(-from_first))
        return (
            rational_log(self.scale)
            - float(self.decay) * from_first
            - float(self.log_power) * math.log(logarithm)
        )

    def evaluator(self, sums: Sequence[ModeSum], source: Fraction | None, goal: int) -> Evaluator:
        """Return the function from kappa to the balls of `sums`."""
        moments = tuple(
            LogMoment(shift=shift, log_shift=log_shift, unlearned=what.unlearned, learned=what.learned)
            for what, (shift, log_shift) in ((what, self._shifts(what, source)) for what in sums)
        )
        family = log_power_sums(self.decay, self.log_power, self.size, moments, goal)
        scale = number(self.scale)
        scaled = [what.signal and source is None for what in sums]

        def evaluate(kappa: Ball) -> list[Ball]:
            values = family.evaluate(kappa / scale)
            return [value * scale if own else value for value, own in zip(values, scaled, strict=True)]

        return evaluate

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        k = self._indices(count)
        return float(self.scale) * k ** -float(self.decay) * np.log1p(k) ** -float(self.log_power)

    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the first `count` signal powers in double precision, all of them if None."""
        exponent = self.check_source(source)
        return self.eigenvalues(count) if exponent is None else self._indices(count) ** -float(exponent)

    def _indices(self, limit: int | None) -> npt.NDArray[np.float64]:
        terms = self.size if limit is None else min(read_count("count", limit), self.size)
        if isinstance(terms, float):
            raise ValueError(
                "`count` = None must be an integer where `size` is inf; say how many eigenvalues to list"
            )
        return np.arange(1, terms + 1, dtype=np.float64)

    def _shifts(self, what: ModeSum, source: Fraction | None) -> tuple[Fraction, Fraction]:
        if not what.signal:
            return Fraction(0), Fraction(0)
        return (self.decay, self.log_power) if source is None else (source, Fraction(0))

    def _total(self, source: Fraction | None, digits: int) -> mpmath.mpf:
        return self._sum(ModeSum(unlearned=0, learned=1, signal=True), source, 0, digits)
