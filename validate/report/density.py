"""The limiting density of a random-feature kernel over a histogram of drawn eigenvalues."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...numerics import SpectralSupport, sweep_density
from .curves import Curve, CurveKind, FigureData, Panel

if TYPE_CHECKING:
    from ...numerics import Spectrum
    from ...numerics.exact import Number
    from ...numerics.random_matrix import Matrix
    from ..simulate import KernelSpectrum

_BINS_PER_DECADE = 16
_DEEPEST = 1e-6


def density_figure(
    spectrum: Spectrum,
    support: SpectralSupport,
    *,
    features: Number,
    samples: Number,
    matrix: Matrix = "kernel",
    drawn: KernelSpectrum | None = None,
    points: int = 400,
    name: str = "density",
) -> FigureData:
    r"""Show :math:`x\rho(x)`, the density per unit of the logarithm of the eigenvalue.

    Parameters
    ----------
    spectrum, features, samples, matrix :
        as in `spectral_density`.
    support :
        what `spectral_edges` found for them.
    drawn :
        eigenvalues of random matrices for a histogram.
    points :
        places on the widest band; narrower ones have fewer.
    name :
        identifier of the figure.
    """
    x, y = [], []
    widest = max(_width(*_ends(support, i)) for i in range(len(support.bands)))
    for i in reversed(range(len(support.bands))):
        low, high = _ends(support, i)
        count = max(40, math.ceil(points * _width(low, high) / widest))
        grid = _crowded(low, high, count)
        heights = grid * sweep_density(spectrum, grid, features=features, samples=samples, matrix=matrix)
        # between two bands the curve is interrupted
        x += [*grid.tolist(), high]
        # at an edge the curve falls below every logarithmic axis
        y += [*np.maximum(heights, heights.max() * _DEEPEST).tolist(), math.nan]
    top = float(np.nanmax(y))
    curves = []
    if drawn is not None:
        smallest, largest = float(drawn.draws.min()), float(drawn.draws.max())
        smallest = max(smallest, largest * 1e-14)
        bins = max(10, math.ceil(_BINS_PER_DECADE * math.log10(largest / smallest)))
        edges = np.geomspace(smallest, largest * (1 + 1e-12), bins + 1)
        label = f"{drawn.replicates} random matrices"
        heights = drawn.histogram(edges)
        top = max(top, float(heights.max()))
        curves.append(
            Curve(
                kind=CurveKind.HISTOGRAM,
                x=tuple(edges.tolist()),
                y=tuple(heights.tolist()),
                label=label,
                family=1,
            )
        )
    curves.append(Curve(kind=CurveKind.THEORY, x=tuple(x), y=tuple(y), label="limiting density", family=0))
    # the smallest step that one of the first eigenvalues makes, and a margin
    floor = min(float(np.nanmax(y)) / 30, float(min(band.mass for band in support.bands)) / 2)
    panel = Panel(
        title="",
        x_label="eigenvalue $x$",
        y_label=r"$x\,\rho(x)$",
        curves=tuple(curves),
        y_range=(floor, 2 * top),
    )
    which = r"kernel $\Phi\Phi^T/T$" if matrix == "kernel" else r"covariance $\Phi^T\Phi/T$"
    return FigureData(
        name=name,
        title="Spectral density of random features",
        caption=(
            f"Limiting density of the eigenvalues of the {which} per unit of $\\log x$, with its edges.  "
            f"The share {float(support.mass_at_zero):.3g} of them is zero."
        ),
        panels=(panel,),
    )


def _ends(support: SpectralSupport, index: int) -> tuple[float, float]:
    """Return the ends of a band, the lower one as far down as can be shown."""
    band = support.bands[index]
    high = float(band.upper)
    return max(float(band.lower), _DEEPEST * high if band.lower == 0 else 0.0), high


def _width(low: float, high: float) -> float:
    return math.log(high / low)


def _crowded(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return places that crowd at both ends, where the density has its square roots."""
    angle = np.linspace(0, math.pi, count)
    return np.asarray(np.exp(math.log(low) + _width(low, high) * (1 - np.cos(angle)) / 2).clip(low, high))
