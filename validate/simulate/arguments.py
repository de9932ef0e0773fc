"""Arguments of a simulation, checked and turned into floating-point numbers.

A simulation runs in double precision: its statistical error is many orders of magnitude above the rounding of
its parameters, so exact inputs are read as everywhere else and rounded once, here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics import Eigenvalues, Spectrum, exact

FloatArray = NDArray[np.float64]

_LARGEST_SIZE = 10**8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledSpectrum:
    r"""Eigenvalues :math:`\lambda_k` and signal :math:`v_k=\lambda_k\,\mathbb E\theta_k^2` as floats."""

    eigenvalues: FloatArray
    signal: FloatArray

    @property
    def size(self) -> int:
        """Number of eigenvalues."""
        return int(self.eigenvalues.size)


def nonnegative(name: str, value: Any) -> float:
    """Return a finite number >= 0 as a float.

    Examples
    --------
    >>> nonnegative("ridge", "1/8")
    0.125
    """
    number = exact.nonnegative(name, value)
    if number > Fraction(np.finfo(np.float64).max):
        raise ValueError(f"`{name}` = {value} must fit a double-precision number; choose it smaller")
    return float(number)


def count(name: str, value: Any, *, least: int = 1) -> int:
    """Return a finite integer of at least `least`."""
    number = exact.count(name, value)
    if number < least:
        raise ValueError(f"`{name}` = {value} must be an integer not smaller than {least}; choose it larger")
    return number


def count_or_infinity(name: str, value: Any) -> int | float:
    """Return a positive integer, exact however large, or `math.inf`."""
    return exact.count_or_infinite(name, value)


def sampled_spectrum(spectrum: Any, source: Any = None) -> SampledSpectrum:
    """Return the eigenvalues and signal powers of a spectrum as floats.

    Parameters
    ----------
    spectrum
        A `PowerLaw` of finite size, an `Eigenvalues`, or an array of positive numbers, largest first.
    source
        Exponent of the signal powers of a power law, `v_k = k**-source`; None is the spectrum's own signal.

    Raises
    ------
    ValueError
        If the spectrum is infinite, too large, empty, not positive or not sorted, leaves the range of floats,
        or `source` comes with measured values.
    TypeError
        If the spectrum is none of these.

    Examples
    --------
    >>> sampled_spectrum([1, "0.5"]).signal.tolist()
    [1.0, 0.5]
    """
    if not isinstance(spectrum, Spectrum):
        if isinstance(spectrum, str) or not hasattr(spectrum, "__len__"):
            raise TypeError(
                f"`spectrum` = {spectrum!r} must be a PowerLaw, an Eigenvalues or an array of numbers"
            )
        spectrum = Eigenvalues(spectrum)
    if spectrum.size == math.inf:
        raise ValueError("`spectrum` has `size` = inf and cannot be simulated; choose a finite `size`")
    if spectrum.size > _LARGEST_SIZE:
        raise ValueError(
            f"`spectrum` has `size` = {spectrum.size} and cannot be simulated; choose at most {_LARGEST_SIZE}"
        )
    return SampledSpectrum(
        eigenvalues=_floats("eigenvalues", spectrum.eigenvalues, strict=True),
        signal=_floats("signal powers", lambda: spectrum.signal_powers(source=source), strict=False),
    )


def _floats(what: str, compute: Callable[[], FloatArray], *, strict: bool) -> FloatArray:
    try:
        # A power beyond the range of floats becomes 0 or inf, which is refused below.
        with np.errstate(over="ignore", under="ignore"):
            values = compute()
    except OverflowError:
        values = np.array([math.inf])
    if not np.isfinite(values).all() or (strict and (values <= 0).any()):
        raise ValueError(
            f"`spectrum` has {what} beyond the range of double precision; choose a smaller `size` or `decay`"
        )
    return values
