r"""The deterministic equivalent of a sketched spectrum and of the signal's alignment with it, at any size.

For a Gaussian sketch of N features the resolvent of :math:`\Sigma=SHS^\top` at :math:`-x` is that of the data
at the renormalised ridge :math:`\kappa(x)`, the root of :math:`x=\kappa(1-\mathrm{df}_1(\kappa)/N)`:

.. math::

   \mathbb
   E\sum_i\frac{\mu_i}{\mu_i+x}\simeq\sum_k\frac{\lambda_k}{\lambda_k+\kappa}=\mathrm{df}_1(\kappa),\qquad
   \mathbb E\sum_i\frac{p_i\mu_i}{\mu_i+x}\simeq\sum_k\frac{\lambda_kv_k}{\lambda_k+\kappa},\qquad \mathbb
   E\,\mathrm{approximation}\simeq\sum_k\frac{\kappa_0v_k}{\lambda_k+\kappa_0},

with :math:`\kappa_0=\kappa(0)`, where :math:`\mathrm{df}_1=N`. Both sums are Stieltjes transforms, so that
their values on the positive half line give Gauss quadratures of the two measures
(:mod:`.stieltjes_quadrature`): a few dozen modes that serve like the N of a sample. Derived here; its error
against the mean over sampled sketches is of relative order 1/N.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

import numpy as np

from .arithmetic import Ball, number, working_precision
from .equivalent import FloatArray
from .errors import PrecisionError
from .exact import Exact, Number, exact_text, positive_exponent, positive_or_infinite
from .fixed_point import HALF_LEARNED, LEARNED, Regression, solve_kappa
from .sketch import SketchedSpectrum, tail_sums
from .spectrum import Evaluator, ModeSum, Spectrum, check_spectrum
from .stieltjes_quadrature import stieltjes_quadrature

_SPACING: Final = 0.45
"""Distance of the points in log(x): smooth functions of log(mu) are integrated to about nine digits."""

_MARGIN: Final = 10.0
"""How far the points reach beyond the spectrum."""

_BITS_PER_POINT: Final = 2
_WIDEST: Final = 10**100
_FINER: Final = 1e-4
_MOST_ATOMS: Final = 400
_LEARNED_SIGNAL: Final = ModeSum(unlearned=0, learned=1, signal=True)
_HALF_LEARNED_SIGNAL: Final = ModeSum(unlearned=1, learned=1, signal=True)


def sketch_equivalent(
    spectrum: Spectrum,
    features: Number = math.inf,
    *,
    source: Number | None = None,
    smallest: Number | None = None,
) -> SketchedSpectrum:
    r"""Return the deterministic equivalent of a sketch as a quadrature.

    Parameters
    ----------
    spectrum : the eigenvalues of the data, with the signal
    features : N, a number from 1 to the size of the spectrum, or inf for data without a sketch
    source : exponent b of the signal powers ``k**-b``; None for the spectrum's own signal
    smallest : a positive number: eigenvalues below it need not be told from 0. None for all of them, which a
        sketch has only if N is finite and smaller than the size.

    Returns
    -------
    SketchedSpectrum
        Nodes with modes, then nodes with signal, each in descending order; sums over them of functions that
        are smooth in :math:`\log\mu` are right to about nine digits.

    Raises
    ------
    DivergentSumError
        If the data or the signal has infinite power.
    PrecisionError
        If the spectrum falls so steeply that the quadrature has no digits left.
    TypeError, ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw
    >>> sketch = sketch_equivalent(PowerLaw(2), 10**6)
    >>> print(f"{sketch.modes.sum():.0f} {sketch.trace:.8f} {sketch.approximation:.5e}")
    1000000 1.64493407 2.46740e-06
    """
    check_spectrum(spectrum)
    width = positive_or_infinite("features", features)
    exponent = spectrum.check_source(source)
    spectrum.check_finite(exponent)
    if width < 1 or (isinstance(width, Fraction) and width > _WIDEST):
        raise ValueError(
            f"`features` = {exact_text(width)} must be a number from 1 to 1e100, or inf; choose one of these"
        )
    if math.inf > width > spectrum.size:
        raise ValueError(
            f"`features` = {exact_text(width)} must not exceed the size {spectrum.size} of the spectrum; "
            "a wider sketch only adds empty modes"
        )
    resolution = None if smallest is None else float(positive_exponent("smallest", smallest))
    total = float(spectrum.signal_total(source=source))
    if width == math.inf:
        atoms = _atoms(spectrum, source, resolution, total)
        if atoms is not None:
            return atoms
    approximation, typical = _without_ridge(spectrum, width, exponent)
    lowest = max(typical, resolution or 0.0)
    if not lowest > 0:
        raise ValueError(
            "`smallest` = None must be a positive number where the sketch has eigenvalues down to 0; give one"
        )
    trace = float(spectrum.total())
    first = math.exp(spectrum.log_eigenvalue(Fraction(1)))
    top = _MARGIN * max(first, trace / float(width))
    if lowest >= top:
        raise ValueError(
            f"`smallest` = {lowest:g} must be below the largest eigenvalues, {first:.3g}; choose it smaller"
        )
    points = _points(lowest / _MARGIN, top)
    bits = 40 + _BITS_PER_POINT * len(points)
    while True:
        try:
            modes, signal = _quadratures(spectrum, width, exponent, points, bits)
            break
        except PrecisionError:
            bits += bits // 2
            if bits > 10_000:
                raise
    # what is left is signal in eigenvalues below the smallest, if there are such
    rest = (
        0.0 if lowest == typical else max(0.0, total - approximation - float(np.sum(signal[1] / signal[0])))
    )
    return SketchedSpectrum(
        eigenvalues=np.concatenate([modes[0], signal[0], [0.0]]),
        modes=np.concatenate([modes[1] / modes[0], np.zeros(len(signal[0]) + 1)]),
        alignment=np.concatenate([np.zeros(len(modes[0])), signal[1] / signal[0], [rest]]),
        approximation=approximation,
    )


def _atoms(
    spectrum: Spectrum, source: Number | None, resolution: float | None, total: float
) -> SketchedSpectrum | None:
    """Return the eigenvalues of the data themselves, where there are not too many to be told from 0."""
    several = int(min(spectrum.size, _MOST_ATOMS + 1))
    if several > _MOST_ATOMS:
        last = math.exp(spectrum.log_eigenvalue(Fraction(several)))
        if resolution is None or last >= _FINER * resolution:
            return None
    eigenvalues, signal = spectrum.eigenvalues(several), spectrum.signal_powers(several, source=source)
    kept = eigenvalues > 0
    eigenvalues, signal = eigenvalues[kept], signal[kept]
    modes = np.ones(len(eigenvalues))
    if spectrum.size > several:
        # one entry for the others, of their signal and their first moment
        rest = max(0.0, total - math.fsum(signal))
        moment = tail_sums(spectrum, source, eigenvalues, signal)[1]
        mean = moment / rest if rest > 0 and moment < rest * eigenvalues[-1] else 0.0
        eigenvalues, signal = np.append(eigenvalues, mean), np.append(signal, rest)
        modes = np.append(modes, 0.0)
    return SketchedSpectrum(eigenvalues=eigenvalues, modes=modes, alignment=signal, approximation=0.0)


def _points(low: float, high: float) -> list[Fraction]:
    """Return points in geometric progression."""
    count = math.ceil(math.log(high / low) / _SPACING) + 1
    return [Fraction(low * (high / low) ** (index / (count - 1))) for index in range(count)]


def _sums(spectrum: Spectrum, source: Fraction | None, goal: int) -> Evaluator:
    what = [LEARNED, HALF_LEARNED, _LEARNED_SIGNAL, _HALF_LEARNED_SIGNAL]
    return spectrum.evaluator(what, source, goal)


def _without_ridge(spectrum: Spectrum, width: Exact, source: Fraction | None) -> tuple[float, float]:
    """Return the approximation error and the harmonic mean of the eigenvalues of the sketch."""
    if width == spectrum.size or not isinstance(width, Fraction):
        return 0.0, 0.0
    bits = 80
    problem = Regression(spectrum=spectrum, features=math.inf, samples=width, ridge=Fraction(0))
    kappa = solve_kappa(problem, bits)
    with working_precision(bits + 40):
        what = [LEARNED, HALF_LEARNED, ModeSum(unlearned=1, learned=0, signal=True)]
        learned, half, unlearned = spectrum.evaluator(what, source, bits)(kappa)
        modes = number(width)
        vacancy = 1 - (learned - half) / modes
        return float(unlearned.mid()), float((modes * kappa * vacancy / half).mid())


def _quadratures(
    spectrum: Spectrum, width: Exact, source: Fraction | None, points: list[Fraction], bits: int
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Return nodes and weights of the two measures."""
    modes: tuple[list[Ball], list[Ball]] = [], []
    signal: tuple[list[Ball], list[Ball]] = [], []
    for point in points:
        if isinstance(width, Fraction):
            ridge = point * width
            problem = Regression(spectrum=spectrum, features=math.inf, samples=width, ridge=ridge)
            kappa = solve_kappa(problem, bits)
        with working_precision(bits + 40):
            if not isinstance(width, Fraction):
                kappa = number(point)
            learned, half, learned_signal, half_signal = _sums(spectrum, source, bits)(kappa)
            inverse = number(1 / width if isinstance(width, Fraction) else 0)
            # d(kappa)/dx = 1/(1 - df2/N)
            slope = 1 / (kappa * (1 - inverse * (learned - half)))
            modes[0].append(learned)
            modes[1].append(-half * slope)
            signal[0].append(learned_signal)
            signal[1].append(-half_signal * slope)
    return (
        stieltjes_quadrature(points, *modes, bits),
        stieltjes_quadrature(points, *signal, bits),
    )
