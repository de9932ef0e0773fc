r"""The moments of the limiting spectrum, exactly, from the traces of the powers of the eigenvalues.

At large :math:`\kappa`, with :math:`s=1/\kappa` and :math:`p_j=\sum_k\lambda_k^j`, the fixed point reads

.. math:: \frac1\zeta=-\frac s{h(s)},\quad h=\Bigl(1-\frac zN\Bigr)\Bigl(1-\frac zT\Bigr),\qquad
   z=p_1s-p_2s^2+p_3s^3-\dots,

and :math:`z/T=1+\zeta m(\zeta)=-\sum_{j\ge1}m_j\zeta^{-j}`. Lagrange's inversion gives the moments

.. math:: m_j=\frac{(-1)^{j-1}}{jT}\,[s^{j-1}]\,z'(s)\,h(s)^j .
"""

from __future__ import annotations

from dataclasses import replace

import mpmath

from .arithmetic import Ball, number, proven, to_mpf, working_precision
from .broken_power_law import BrokenPowerLaw
from .exact import Number, bits_for, digit_count, exact_text
from .exact import count as read_count
from .exponential import Exponential
from .extended import ExtendedEigenvalues
from .log_power_law import LogPowerLaw
from .pieces import Piece, Scale
from .random_matrix import Ensemble, Matrix, read_ensemble
from .spectra import PowerLaw
from .spectrum import ListedSpectrum, ModeSum, Spectrum

_TOTAL = [ModeSum(unlearned=0, learned=1, signal=True)]
_MOST = 200


def spectral_moments(
    spectrum: Spectrum,
    count: int,
    *,
    features: Number,
    samples: Number,
    matrix: Matrix = "kernel",
    digits: int = 15,
) -> tuple[mpmath.mpf, ...]:
    r"""Return the moments :math:`m_j=\int x^j\rho(dx)` of the limiting spectrum for j = 1 to `count`.

    Parameters
    ----------
    spectrum, features, samples, matrix : as in :func:`stieltjes`
    count : how many moments, an integer from 1 to 200
    digits : significant digits to be right, an integer from 1 to 1000

    Raises
    ------
    DivergentSumError, PrecisionError, TypeError, ValueError
        As :func:`stieltjes`.

    Notes
    -----
    What is at 0 has no part in them, but the density is that of all eigenvalues, zeros included.
    The first two are :math:`m_1=p_1/T` and :math:`m_2=(p_2+p_1^2(1/N+1/T))/T` for the kernel matrix,
    :math:`T/N` times as much for the covariance of the features.

    Examples
    --------
    >>> from scalinglaws.numerics import Degenerate, spectral_moments
    >>> print(*spectral_moments(Degenerate([1], [50]), 5, features="inf", samples=50))
    1.0 2.0 5.0 14.0 42.0
    """
    ensemble = read_ensemble(spectrum, features, samples, matrix)
    terms = read_count("count", count)
    if terms > _MOST:
        raise ValueError(
            f"`count` = {exact_text(terms)} must be an integer from 1 to {_MOST}; choose fewer moments"
        )
    bits = bits_for(digit_count(digits))

    def attempt(goal: int) -> list[Ball]:
        with working_precision(goal + 40):
            return _moments(ensemble, [_trace(spectrum, j, goal) for j in range(1, terms + 1)])

    return tuple(to_mpf(ball, bits) for ball in proven(attempt, list, bits, what="a moment"))


def _moments(ensemble: Ensemble, traces: list[Ball]) -> list[Ball]:
    """Return the moments from the traces of as many powers."""
    count = len(traces)
    n, t = number(ensemble.inverse_features), number(ensemble.inverse_samples)
    # in -s all coefficients are positive, and nothing cancels
    learned = [number(0), *traces][:count]
    slope = [(i + 1) * trace for i, trace in enumerate(traces)]
    by_features, by_samples = ([number(1), *(rate * each for each in learned[1:])] for rate in (n, t))
    step = _product(by_features, by_samples)
    power, found = step, []
    for j in range(1, count + 1):
        coefficient = sum((slope[i] * power[j - 1 - i] for i in range(j)), number(0))
        found.append(coefficient / (j * number(ensemble.dimension)))
        power = _product(power, step)
    return found


def _product(one: list[Ball], other: list[Ball]) -> list[Ball]:
    """Return the product of two truncated series."""
    return [
        sum((one[j] * other[i - j] for j in range(i + 1)), number(0))
        for i in range(min(len(one), len(other)))
    ]


def _trace(spectrum: Spectrum, j: int, goal: int) -> Ball:
    """Return the sum of the eigenvalues to the power j."""
    zero = number(0)
    if isinstance(spectrum, ListedSpectrum):
        return sum(
            (
                modes * number(value) ** j
                for value, modes in zip(spectrum.values, spectrum.modes(), strict=True)
            ),
            zero,
        )
    if isinstance(spectrum, BrokenPowerLaw):
        parts = [_piece_trace(piece, j, goal) for piece in spectrum._pieces]
        return sum((number(value) ** j for value in spectrum.spikes), sum(parts, zero))
    if isinstance(spectrum, ExtendedEigenvalues):
        head = sum((number(value) ** j for value in spectrum.values), zero)
        return head + _piece_trace(spectrum._tail, j, goal)
    return _raised(spectrum, j).evaluator(_TOTAL, None, goal)(zero)[0]


def _raised(spectrum: Spectrum, j: int) -> Spectrum:
    """Return the spectrum of the powers of the eigenvalues."""
    if isinstance(spectrum, PowerLaw):
        return PowerLaw(spectrum.decay * j, spectrum.size, spectrum.scale**j)
    if isinstance(spectrum, Exponential):
        return Exponential(spectrum.rate * j, spectrum.size, spectrum.scale**j)
    if isinstance(spectrum, LogPowerLaw):
        return LogPowerLaw(spectrum.decay * j, spectrum.log_power * j, spectrum.size, spectrum.scale**j)
    raise TypeError(
        f"`spectrum` is a {type(spectrum).__name__}, whose powers have no known trace; give one of the "
        "spectra of this package"
    )


def _piece_trace(piece: Piece, j: int, goal: int) -> Ball:
    """Return the sum over one piece of a power law."""
    scale = Scale(factors=tuple((base, exponent * j) for base, exponent in piece.scale.factors))
    raised = replace(piece, decay=piece.decay * j, scale=scale)
    return raised.evaluator(_TOTAL, None, None, goal)(number(0))[0]
