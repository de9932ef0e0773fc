r"""Degrees of freedom of any spectrum at complex :math:`\kappa`, the sums that random matrices depend on.

.. math::

   z=\sum_k\frac{\lambda_k}{\lambda_k+\kappa},\qquad
   q=\sum_k\Bigl(\frac{\lambda_k}{\lambda_k+\kappa}\Bigr)^2 .

They are analytic off the points :math:`-\lambda_k`. What is listed is added term by term, formulas are summed
as in :mod:`.complex_sums`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from .arithmetic import Ball, number
from .broken_power_law import BrokenPowerLaw
from .complex_arithmetic import ComplexBall, complex_ball
from .complex_exponential_sums import ComplexExponentialSums
from .complex_log_power_sums import ComplexLogPowerSums
from .complex_sums import ComplexPowerSums, Degrees, DegreesEvaluator
from .exponential import Exponential
from .extended import ExtendedEigenvalues
from .log_power_law import LogPowerLaw
from .pieces import Piece
from .spectra import PowerLaw
from .spectrum import ListedSpectrum, Spectrum


def degrees_evaluator(spectrum: Spectrum, goal: int) -> DegreesEvaluator:
    """Return the function from a complex ball to its degrees of freedom, at the working precision of now.

    Parameters
    ----------
    spectrum : of any kind of this package
    goal : bits to which truncations are negligible
    """
    if isinstance(spectrum, ListedSpectrum):
        return _listed(spectrum.values, spectrum.modes())
    if isinstance(spectrum, PowerLaw):
        return _scaled(ComplexPowerSums(spectrum.decay, 1, spectrum.size, goal), number(spectrum.scale))
    if isinstance(spectrum, Exponential):
        return _scaled(ComplexExponentialSums(spectrum.rate, spectrum.size, goal), number(spectrum.scale))
    if isinstance(spectrum, LogPowerLaw):
        sums = ComplexLogPowerSums(spectrum.decay, spectrum.log_power, spectrum.size, goal)
        return _scaled(sums, number(spectrum.scale))
    if isinstance(spectrum, BrokenPowerLaw):
        parts = [_piece(piece, goal) for piece in spectrum._pieces]
        if spectrum.spikes:
            parts.append(_listed(spectrum.spikes))
        return _added(parts)
    if isinstance(spectrum, ExtendedEigenvalues):
        return _added([_listed(spectrum.values), _piece(spectrum._tail, goal)])
    raise TypeError(
        f"`spectrum` is a {type(spectrum).__name__}, whose sums are known for real kappa only; give one "
        "of the spectra of this package"
    )


def _listed(values: Sequence[Fraction], modes: Iterable[int] | None = None) -> DegreesEvaluator:
    eigenvalues = [number(value) for value in values]
    repeats = [1] * len(eigenvalues) if modes is None else list(modes)

    def evaluate(kappa: ComplexBall) -> Degrees:
        z = q = complex_ball(number(0))
        for eigenvalue, repeat in zip(eigenvalues, repeats, strict=True):
            y = eigenvalue / (eigenvalue + kappa)
            z += repeat * y
            q += repeat * (y * y)
        return z, q

    return evaluate


def _piece(piece: Piece, goal: int) -> DegreesEvaluator:
    return _scaled(ComplexPowerSums(piece.decay, piece.first, piece.last, goal), piece.scale.ball)


def _scaled(evaluate: DegreesEvaluator, scale: Ball) -> DegreesEvaluator:
    return lambda kappa: evaluate(kappa / scale)


def _added(parts: Sequence[DegreesEvaluator]) -> DegreesEvaluator:
    def evaluate(kappa: ComplexBall) -> Degrees:
        z, q = parts[0](kappa)
        for part in parts[1:]:
            more, more_squared = part(kappa)
            z, q = z + more, q + more_squared
        return z, q

    return evaluate
