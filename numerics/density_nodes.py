r"""Spectra in double precision for complex :math:`\kappa`: weighted nodes instead of many eigenvalues.

The indices of a smooth spectrum are cut into blocks of L neighbours. A block of more than :math:`p` of them
is replaced by the p nodes of the Gauss rule of the discrete uniform measure, whose recurrence is that of
Gram's polynomials,

.. math:: b_j^2=\frac{j^2(L^2-j^2)}{4(4j^2-1)},\qquad
   \sum_{k\in\text{block}}f(k)=\sum_{i\le p}W_if(x_i)+O(\rho^{-2p}),

with :math:`\rho=h+\sqrt{h^2-1}` where f is analytic as far from the block's middle as h half-lengths. The
poles are at :math:`\lambda(k)=-\kappa`. On the spectrum of a random matrix the phases of :math:`\kappa`,
:math:`1-z/N` and :math:`1-z/T` add up to :math:`\pi`, and :math:`\mathrm{Im}\,z\approx\pi s/a` at
:math:`|\kappa|=\lambda(s)`; so the phase of :math:`-\kappa` is about :math:`\frac{\pi s}a(\frac1N+\frac1T)`,
and the pole is

.. math:: d(s)=\frac{\pi s^2}{a^2}\Bigl(\frac1N+\frac1T\Bigr)

indices off the real axis. Blocks are no longer than d; before d reaches p each eigenvalue is its own node.
There are of the order of :math:`a\sqrt{T}` nodes, whatever the size of the spectrum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import mpmath
import numpy as np
import scipy.linalg

from .broken_power_law import BrokenPowerLaw
from .equivalent import FloatArray
from .errors import PrecisionError
from .extended import ExtendedEigenvalues
from .spectrum import ListedSpectrum, Spectrum, rational_log

_NEGLIGIBLE: Final = 1e-18
_FARTHEST: Final = 1e60
_MOST_NODES: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DensityNodes:
    """Eigenvalues in units of the largest one with their weights.

    Parameters
    ----------
    log_unit : the logarithm of the largest eigenvalue
    values, weights : the nodes
    rest : the sum of all eigenvalues beyond, too small for more than ``rest / kappa``
    """

    log_unit: float
    values: FloatArray
    weights: FloatArray
    rest: float

    def degrees(self, kappa: complex) -> tuple[complex, complex]:
        """Return z and q at one kappa in the same units."""
        y = self.values / (self.values + kappa)
        weighted = self.weights * y
        return complex(weighted.sum() + self.rest / kappa), complex((weighted * y).sum())


def density_nodes(
    spectrum: Spectrum, crowding: float, *, order: int = 12, length: float = 1.0
) -> DensityNodes:
    """Return the nodes of a spectrum.

    Parameters
    ----------
    spectrum : the data
    crowding : ``1 / N + 1 / T``
    order : p, the nodes of a block
    length : of the blocks in units of what is derived above; another one is a check
    """
    if isinstance(spectrum, ListedSpectrum):
        logs = np.array([rational_log(value) for value in spectrum.values])
        weights = np.array([float(modes) for modes in spectrum.modes()])
        return _made(logs, weights, 0.0)
    corners = _corners(spectrum)
    log_first = spectrum.log_eigenvalue(Fraction(1))
    enough = spectrum.log_eigenvalue(Fraction(min(math.ceil(1 / crowding), spectrum.size))) + math.log(
        crowding
    )
    logs_found: list[float] = []
    weights_found: list[float] = []
    start = 1
    complete = False
    while len(logs_found) <= _MOST_NODES:
        block = _block(spectrum, start, crowding, corners, order, length)
        places, counts = _rule(start, block, order)
        logs_found += [spectrum.log_eigenvalue(place) for place in places]
        weights_found += counts
        start += block
        if start > spectrum.size:
            complete = True
            break
        left = spectrum.log_eigenvalue(Fraction(start)) + math.log(start)
        if start > _FARTHEST or left - enough < math.log(_NEGLIGIBLE) * 2:
            break
    else:
        raise PrecisionError(
            f"`spectrum` needs more than {_MOST_NODES} nodes in double precision; choose fewer "
            "features or samples"
        )
    rest = 0.0
    if not complete:
        found = math.fsum(
            weight * math.exp(log - log_first) for log, weight in zip(logs_found, weights_found, strict=True)
        )
        with mpmath.workdps(30):
            rest = max(0.0, float(spectrum.total(20) / mpmath.exp(log_first) - found))
        # what rounding leaves of it is no tail
        rest = rest if rest > 1e-14 * found else 0.0
    return _made(np.array(logs_found), np.array(weights_found), rest)


def _made(logs: FloatArray, weights: FloatArray, rest: float) -> DensityNodes:
    values = np.exp(logs - logs[0])
    kept = values > 0
    return DensityNodes(log_unit=float(logs[0]), values=values[kept], weights=weights[kept], rest=rest)


def _corners(spectrum: Spectrum) -> list[int]:
    """Return the indices after which the spectrum goes on by another formula."""
    if isinstance(spectrum, BrokenPowerLaw):
        return [len(spectrum.spikes), *spectrum.breaks]
    if isinstance(spectrum, ExtendedEigenvalues):
        return [len(spectrum.values)]
    return []


def _head(spectrum: Spectrum) -> int:
    """Return how many first eigenvalues are listed and follow no formula."""
    if isinstance(spectrum, BrokenPowerLaw):
        return len(spectrum.spikes)
    return len(spectrum.values) if isinstance(spectrum, ExtendedEigenvalues) else 0


def _block(
    spectrum: Spectrum, start: int, crowding: float, corners: list[int], order: int, length: float
) -> int:
    """Return the length of the block that begins at an index."""
    if start <= _head(spectrum):
        return 1
    here = spectrum.log_eigenvalue(Fraction(start))
    # the local decay, by the eigenvalue a little further on
    step = max(1, start // 8)
    ahead = spectrum.log_eigenvalue(Fraction(start + step))
    decay = max((here - ahead) / math.log1p(step / start), 1e-3)
    apart = math.pi * start * (start * crowding) / decay**2
    longest = length * min(apart, start / max(1.0, decay / 2))
    if longest <= order:
        return 1
    found = int(longest)
    for corner in corners:
        if start <= corner:
            found = min(found, corner - start + 1)
            break
    if not isinstance(spectrum.size, float):
        found = min(found, spectrum.size - start + 1)
    return max(1, found)


def _rule(start: int, block: int, order: int) -> tuple[list[Fraction], list[float]]:
    """Return places and weights that stand for the indices of a block."""
    if block <= order:
        return [Fraction(start + i) for i in range(block)], [1.0] * block
    j = np.arange(1.0, order)
    ratio = j / float(block)
    off = 0.5 * np.sqrt(j * j / (4 * j * j - 1) * (1 - ratio * ratio))
    places, vectors = scipy.linalg.eigh_tridiagonal(np.zeros(order), off)
    middle = Fraction(2 * start + block - 1, 2)
    return (
        [middle + block * Fraction(float(place)) for place in places],
        [float(weight) for weight in float(block) * vectors[0] ** 2],
    )
