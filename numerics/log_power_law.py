r"""Power laws with a logarithm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from .arithmetic import Ball, log, number
from .errors import DivergentSumError
from .exact import (
    Exact,
    Number,
    count_or_infinite,
    exact_text,
    positive,
    positive_exponent,
    real_exponent,
)
from .listing import listed_count, scaled
from .log_power_bounds import LogMoment
from .log_power_sums import log_power_sums
from .shift_derivatives import shift_derivatives
from .spectrum import Direction, Evaluator, FormulaSpectrum, ModeSum, rational_log, scaled_evaluator


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
                f"`log_power` = {exact_text(self.log_power)} must be larger than -2 log(2) times the `decay` "
                f"{exact_text(self.decay)}: the eigenvalues would rise; choose it larger"
            )

    def __repr__(self) -> str:
        scale = "" if self.scale == 1 else f", scale={exact_text(self.scale)}"
        exponents = f"decay={exact_text(self.decay)}, log_power={exact_text(self.log_power)}"
        return f"LogPowerLaw({exponents}, size={exact_text(self.size)}{scale})"

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
                f"`source` = {exact_text(source)}"
                if what.signal and source is not None
                else f"`decay` = {exact_text(self.decay)}"
            )
            raise DivergentSumError(
                f"`size` = inf with {named} and `log_power` = {exact_text(self.log_power)}: the sum over the "
                "modes diverges; choose larger exponents, kappa > 0 or a finite size"
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
        family = log_power_sums(self.decay, self.log_power, self.size, self._moments(sums, source), goal)
        return scaled_evaluator(family.evaluate, self.scale, sums, source)

    def directions(self, source: Fraction | None) -> Mapping[str, Direction]:
        """Return the decay, the power of the logarithm, the scale and a given source.

        They put log(k) into sums, the second one log(log(k + 1)), which is smallest at k = 1. The decay 1 of
        an infinite spectrum is the edge of what converges, where nothing has a derivative by it.
        """

        def logarithmic(sums: Sequence[ModeSum], goal: int) -> Evaluator:
            moments, room = self._moments(sums, source), None
            if isinstance(self.size, float):
                room = min(moment.shift + self.decay * moment.learned for moment in moments) - 1
            return self._weighted(moments, "shift", goal, room)

        def doubly_logarithmic(sums: Sequence[ModeSum], goal: int) -> Evaluator:
            moments, room = self._moments(sums, source), None
            if isinstance(self.size, float):
                at_edge = [m for m in moments if m.shift + self.decay * m.learned == 1]
                if at_edge:
                    room = min(m.log_shift + self.log_power * m.learned for m in at_edge) - 1
            return self._weighted(moments, "log_shift", goal, room, lambda: -log(log(number(2))))

        found: dict[str, Direction] = {}
        if self.decay > 1 or not isinstance(self.size, float):
            found["decay"] = Direction(value=self.decay, evaluator=logarithmic)
        found["log_power"] = Direction(value=self.log_power, evaluator=doubly_logarithmic)
        found["scale"] = Direction(value=self.scale)
        if source is not None:
            found["source"] = Direction(value=source, evaluator=logarithmic, of_signal=True)
        return found

    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None."""
        k = np.arange(1, listed_count(count, self.size) + 1, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            falling = k ** -float(self.decay) * np.log1p(k) ** -float(self.log_power)
        return scaled(self.scale, falling)

    def _weighted(
        self,
        moments: tuple[LogMoment, ...],
        moved: str,
        goal: int,
        room: Fraction | None,
        least: Callable[[], Ball] | None = None,
    ) -> Evaluator:
        """Return the function from kappa to the balls of minus the derivatives by a shift."""
        evaluate = shift_derivatives(
            lambda shifted, fine: log_power_sums(self.decay, self.log_power, self.size, shifted, fine),
            moments,
            moved,
            goal,
            room=room,
            least=least,
        )
        # a signal of a given source has no scale
        return lambda kappa: evaluate(kappa / number(self.scale))

    def _moments(self, sums: Sequence[ModeSum], source: Fraction | None) -> tuple[LogMoment, ...]:
        return tuple(
            LogMoment(shift=shift, log_shift=log_shift, unlearned=what.unlearned, learned=what.learned)
            for what, (shift, log_shift) in ((what, self._shifts(what, source)) for what in sums)
        )

    def _shifts(self, what: ModeSum, source: Fraction | None) -> tuple[Fraction, Fraction]:
        if not what.signal:
            return Fraction(0), Fraction(0)
        return (self.decay, self.log_power) if source is None else (source, Fraction(0))
