r"""Spectra: the eigenvalues :math:`\lambda_k` of the data and the signal power :math:`v_k` in each mode.

Whatever its kind, a spectrum answers with sums over its modes of the learned part
:math:`y_k=\lambda_k/(\lambda_k+\kappa)` and the unlearned part :math:`w_k=\kappa/(\lambda_k+\kappa)`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import Final, TypeAlias

import mpmath
import numpy as np
import numpy.typing as npt

from .arithmetic import Ball, number, proven, to_mpf, working_precision
from .exact import (
    Exact,
    Number,
    bits_for,
    digit_count,
    nonnegative,
    power_count,
    real_exponent,
)
from .listing import listed_count, power_law

Evaluator: TypeAlias = Callable[[Ball], list[Ball]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSum:
    r"""The sum :math:`\sum_kw_k^{j}y_k^{l}`, with the factor :math:`v_k` if `signal`; j + l >= 1."""

    unlearned: int
    learned: int
    signal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    r"""A real parameter p that the eigenvalues or the signal powers depend on, and how they do.

    Parameters
    ----------
    value : p
    evaluator : from sums and a number of bits to the function from kappa to the balls of those sums with the
        factor :math:`-\partial\log\lambda_k/\partial p` in each term, or :math:`-\partial\log v_k/\partial p`
        if `of_signal`; None for the common factor of all eigenvalues, where it is :math:`-1/p`
    of_signal : whether p moves the signal powers and not the eigenvalues
    """

    value: Fraction
    evaluator: Callable[[Sequence[ModeSum], int], Evaluator] | None = None
    of_signal: bool = False


UNLEARNED_SIGNAL: Final = ModeSum(unlearned=1, learned=0, signal=True)
SQUARED_UNLEARNED_SIGNAL: Final = ModeSum(unlearned=2, learned=0, signal=True)
HALF_LEARNED_SIGNAL: Final = ModeSum(unlearned=1, learned=1, signal=True)
SECOND_LEARNED: Final = ModeSum(unlearned=2, learned=1, signal=True)
HALF_LEARNED_TWICE: Final = ModeSum(unlearned=1, learned=2)


_TOTAL: Final = ModeSum(unlearned=0, learned=1, signal=True)


class Spectrum(ABC):
    """The interface of all spectra; see :class:`PowerLaw` and :class:`Eigenvalues`."""

    size: int | float

    @abstractmethod
    def check_source(self, source: Number | None) -> Fraction | None:
        """Return `source` as an exact number, None for the spectrum's own signal; raise if it is no fit."""

    @abstractmethod
    def evaluator(self, sums: Sequence[ModeSum], source: Fraction | None, goal: int) -> Evaluator:
        """Return the function from kappa to the balls of `sums`, truncated below ``2**-goal`` of each."""

    @abstractmethod
    def directions(self, source: Fraction | None) -> Mapping[str, Direction]:
        """Return the real parameters by which derivatives are taken, under their names."""

    @abstractmethod
    def check_convergence(self, sums: Sequence[ModeSum], source: Fraction | None, kappa: Fraction) -> None:
        """Raise DivergentSumError if one of `sums` has no finite value at `kappa`."""

    @abstractmethod
    def check_finite(self, source: Fraction | None) -> None:
        """Raise DivergentSumError if the data or the signal has infinite power."""

    @abstractmethod
    def is_isotropic(self, source: Fraction | None) -> bool:
        """Whether the signal powers are the eigenvalues."""

    @abstractmethod
    def signal_ratio(self, source: Fraction | None) -> Fraction | None:
        """Return r where the signal is r times the eigenvalues (summed over equal ones), else None."""

    @abstractmethod
    def has_signal(self, source: Fraction | None) -> bool:
        """Whether some signal power is positive."""

    @abstractmethod
    def log_eigenvalue(self, index: Exact) -> float:
        """Return roughly the logarithm of the eigenvalue at an index, of the last one beyond the end."""

    @abstractmethod
    def eigenvalues(self, count: int | None = None) -> npt.NDArray[np.float64]:
        """Return the first `count` eigenvalues in double precision, all of them if None.

        Raises
        ------
        PrecisionError
            If an eigenvalue exceeds the doubles; one below them is 0.
        TypeError, ValueError
            If `count` is no integer not smaller than 1, or the list had more than 1e8 entries.
        """

    @abstractmethod
    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the first `count` signal powers in double precision, all of them if None.

        Raises
        ------
        PrecisionError, TypeError, ValueError
            As :meth:`eigenvalues`, or if `source` does not fit the spectrum.
        """

    def df(self, j: int, kappa: Number, digits: int = 15) -> mpmath.mpf:
        r"""Return the degrees of freedom :math:`\mathrm{df}_j=\sum_k(\lambda_k/(\lambda_k+\kappa))^j`.

        Parameters
        ----------
        j : an integer from 1 to 1e15; 1, 2, 3 are z, q, s
        kappa : the renormalised ridge, a number not smaller than 0
        digits : significant digits to be right, an integer from 1 to 1000

        Raises
        ------
        DivergentSumError
            If the spectrum is infinite and the sum does not converge.
        PrecisionError
            If the digits cannot be proven within the bounds on working precision and on the number of terms.
        TypeError, ValueError
            If an argument is no number or outside its domain.

        Examples
        --------
        >>> from scalinglaws.numerics import PowerLaw
        >>> print(PowerLaw(2, size=2).df(1, "0.25"))
        1.3
        """
        return self._sum(ModeSum(unlearned=0, learned=power_count("j", j)), None, kappa, digits)

    def signal_sum(
        self,
        kappa: Number,
        *,
        unlearned: int = 1,
        learned: int = 0,
        source: Number | None = None,
        digits: int = 15,
    ) -> mpmath.mpf:
        r"""Return the signal's sum :math:`\sum_kv_k\frac{\kappa^j\lambda_k^l}{(\lambda_k+\kappa)^{j+l}}`.

        Parameters
        ----------
        kappa : the renormalised ridge, a number not smaller than 0
        unlearned, learned : the exponents j and l, integers from 0 to 1e15 and not both 0
        source : exponent b of the signal power ``k**-b`` of a power law; None for the spectrum's own signal
        digits : significant digits to be right, an integer from 1 to 1000

        Raises
        ------
        DivergentSumError, PrecisionError, TypeError, ValueError
            As :meth:`df`.

        Notes
        -----
        ``S_1`` of the ridge risk is ``(j, l) = (1, 0)``, ``S_2`` is ``(1, 1)``.

        Examples
        --------
        >>> from scalinglaws.numerics import PowerLaw
        >>> print(PowerLaw(2, size=2).signal_sum("0.25", source=1))
        0.45
        """
        exponents = [power_count("unlearned", unlearned, 0), power_count("learned", learned, 0)]
        if not any(exponents):
            raise ValueError("`unlearned` = 0 and `learned` = 0 must not both be 0; call signal_total")
        what = ModeSum(unlearned=exponents[0], learned=exponents[1], signal=True)
        return self._sum(what, self.check_source(source), kappa, digits)

    def total(self, digits: int = 15) -> mpmath.mpf:
        r"""Return the sum :math:`\sum_k\lambda_k` of all eigenvalues, the variance of the data; see `df`."""
        return self._isotropic()._sum(_TOTAL, None, 0, digits)

    def signal_total(self, *, source: Number | None = None, digits: int = 15) -> mpmath.mpf:
        r"""Return the power :math:`\sum_kv_k` of the signal, the excess without learning; see `df`."""
        return self._sum(_TOTAL, self.check_source(source), 0, digits)

    def _isotropic(self) -> Spectrum:
        """Return the same eigenvalues as their own signal."""
        return self

    def _sum(self, what: ModeSum, source: Fraction | None, kappa: Number, digits: int) -> mpmath.mpf:
        exact_kappa = nonnegative("kappa", kappa)
        bits = bits_for(digit_count(digits))
        self.check_convergence([what], source, exact_kappa)

        def attempt(goal: int) -> list[Ball]:
            with working_precision(goal + 40):
                return self.evaluator([what], source, goal)(number(exact_kappa))

        return to_mpf(proven(attempt, list, bits, what="the sum over the spectrum")[0], bits)


class FormulaSpectrum(Spectrum):
    """Eigenvalues by a formula in k; the signal may have an exponent of its own, and is in every mode."""

    def check_source(self, source: Number | None) -> Fraction | None:
        """Return `source` as an exact number; any real number fits."""
        return None if source is None else real_exponent("source", source)

    def is_isotropic(self, source: Fraction | None) -> bool:
        """Whether the signal powers are the eigenvalues."""
        return source is None

    def has_signal(self, source: Fraction | None) -> bool:  # noqa: ARG002 -- of the interface
        """Whether some signal power is positive, which holds for every exponent."""
        return True

    def signal_powers(
        self, count: int | None = None, *, source: Number | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the first `count` signal powers in double precision, all of them if None."""
        exponent = self.check_source(source)
        if exponent is None:
            return self.eigenvalues(count)
        return self._powers(exponent, listed_count(count, self.size))

    def _powers(self, source: Fraction, terms: int) -> npt.NDArray[np.float64]:
        """Return the first signal powers of a source."""
        return power_law(Fraction(1), source, terms)


class ListedSpectrum(Spectrum):
    """Finitely many eigenvalues from a list: every sum converges, and the signal is part of the list."""

    values: tuple[Fraction, ...]
    signal: tuple[Fraction, ...] | None

    def modes(self) -> Iterable[int]:
        """Return how many modes each entry of the list stands for."""
        return repeat(1, len(self.values))

    def check_convergence(self, sums: Sequence[ModeSum], source: Fraction | None, kappa: Fraction) -> None:
        """Do nothing: finite sums converge."""

    def check_finite(self, source: Fraction | None) -> None:
        """Do nothing: finite sums converge."""

    def is_isotropic(self, source: Fraction | None) -> bool:
        """Whether the signal powers are the eigenvalues."""
        return source is None and self.signal is None

    def signal_ratio(self, source: Fraction | None) -> Fraction | None:  # noqa: ARG002 -- of the interface
        """Return r where the signal is r times the eigenvalues (summed over equal ones), else None."""
        if self.signal is None:
            return Fraction(1)
        strength: dict[Fraction, Fraction] = {}
        count_of: dict[Fraction, int] = {}
        for value, each, modes in zip(self.values, self.signal, self.modes(), strict=True):
            strength[value] = strength.get(value, Fraction(0)) + each * modes
            count_of[value] = count_of.get(value, 0) + modes
        ratios = {total / (value * count_of[value]) for value, total in strength.items()}
        return ratios.pop() if len(ratios) == 1 else None

    def has_signal(self, source: Fraction | None) -> bool:  # noqa: ARG002 -- of the interface
        """Whether some signal power is positive."""
        return self.signal is None or any(self.signal)

    def directions(
        self,
        source: Fraction | None,  # noqa: ARG002 -- of the interface
    ) -> Mapping[str, Direction]:
        """Return the common factor of all eigenvalues, which is 1; a signal of its own does not move."""
        return {"scale": Direction(value=Fraction(1))}


def scaled_evaluator(
    evaluate: Evaluator, scale: Fraction, sums: Sequence[ModeSum], source: Fraction | None
) -> Evaluator:
    """Return the evaluator of a spectrum times a scale, which a signal of a given source does not have."""
    if scale == 1:
        return evaluate
    factor = number(scale)
    own = [what.signal and source is None for what in sums]

    def scaled(kappa: Ball) -> list[Ball]:
        values = evaluate(kappa / factor)
        return [value * factor if has else value for value, has in zip(values, own, strict=True)]

    return scaled


def check_spectrum(spectrum: object) -> None:
    """Raise TypeError for what is no spectrum."""
    if not isinstance(spectrum, Spectrum):
        raise TypeError(
            f"`spectrum` is a {type(spectrum).__name__} and must be a Spectrum such as PowerLaw; make one"
        )


def rational_log(value: Fraction) -> float:
    """Return the logarithm of a positive number of any size."""
    return math.log(value.numerator) - math.log(value.denominator)
