r"""The learning curve that measured modes predict."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import scipy.special
from numpy.typing import ArrayLike

from ...numerics import Eigenvalues, RidgeSweep, Spectrum, sweep_ridge
from ...numerics.extended import ExtendedEigenvalues
from ..simulate.arguments import nonnegative
from .modes import MeasuredModes
from .spectrum import PowerLawRange


def predict_risk(
    modes: MeasuredModes,
    *,
    samples: ArrayLike,
    features: ArrayLike = math.inf,
    ridge: ArrayLike = 0.0,
    noise: Any = 0,
    extend: PowerLawRange | None = None,
) -> RidgeSweep:
    r"""Return the risk of random-feature ridge regression on measured modes.

    Parameters
    ----------
    modes :
        What :func:`measured_modes` returns; without a signal the isotropic prior holds.
    samples, features, ridge :
        As in `sweep_ridge`; they broadcast. At infinitely many features it is kernel ridge regression.
    noise :
        The variance of the label noise, a number not smaller than 0.
    extend :
        A power law that :func:`measure_spectrum` found, by which the modes go on without end beyond the last
        index of its range, see :func:`extended_spectrum`. None to take the modes as they are.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its domain, or the power law is that of another spectrum.
    InterpolationThresholdError, DivergentSumError, PrecisionError
        As in `sweep_ridge`.

    Notes
    -----
    A mode whose eigenvalue is zero is never learned: in :math:`S_1=\sum_k\kappa v_k/(\lambda_k+\kappa)` it
    counts with all of its power and in :math:`S_2` not at all, as label noise does, with which it is joined.

    Examples
    --------
    >>> from scalinglaws.validate.measure import measured_modes
    >>> modes = measured_modes([1, 0.5, 0.25, 0.0], signal=[1, 1, 1, 0.5])
    >>> print(predict_risk(modes, samples=[6, 12]).risk)
    [1.         0.66666667]
    """
    if not isinstance(modes, MeasuredModes):
        raise TypeError(f"`modes` is of type {type(modes).__name__}; give what `measured_modes` returns")
    if extend is not None and not isinstance(extend, PowerLawRange):
        raise TypeError(f"`extend` is of type {type(extend).__name__}; give what `measure_spectrum` returns")
    level = nonnegative("noise", noise)
    spectrum: Spectrum
    if extend is None:
        level += modes.unlearned
        spectrum = Eigenvalues(
            modes.eigenvalues.tolist(), None if modes.signal is None else modes.signal.tolist()
        )
    else:
        spectrum = extended_spectrum(modes, extend)
    return sweep_ridge(spectrum, features=features, samples=samples, ridge=ridge, noise=level)


def extended_spectrum(modes: MeasuredModes, found: PowerLawRange) -> ExtendedEigenvalues:
    r"""Return modes up to the end of a range, and the power laws of the range from there on.

    Raises
    ------
    ValueError
        If the range is not one of these modes.

    Notes
    -----
    Powers of the target that were measured beyond the range stand in wrong modes, but their sum P is known
    better than their exponent b is: they become :math:`v_k=P\,k^{-b}/\zeta(b,l+1)` for all k beyond the last
    index l, where b > 1. The fitted scale holds where nothing was measured beyond.
    """
    if found.last > modes.eigenvalues.size or (found.source is None) != (modes.signal is None):
        raise ValueError(
            f"`extend` is a power law from {found.first} to {found.last} of another spectrum; fit this one"
        )

    def kept(column: Any) -> tuple[Fraction, ...]:
        return tuple(Fraction(entry) for entry in column[: found.last].tolist())

    signal_fit = found.signal_fit
    if signal_fit is not None and modes.signal is not None and signal_fit.decay > 1:
        rest = float(modes.signal[found.last :].sum()) + modes.unlearned
        if rest > 0:
            share = float(scipy.special.zeta(float(signal_fit.decay), found.last + 1))
            signal_fit = replace(signal_fit, scale=Fraction(rest / share))
    return ExtendedEigenvalues(
        values=kept(modes.eigenvalues),
        signal=None if modes.signal is None else kept(modes.signal),
        size=math.inf,
        first=found.first,
        last=found.last,
        fit=found.fit,
        signal_fit=signal_fit,
    )
