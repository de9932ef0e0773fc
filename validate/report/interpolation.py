r"""The resolution-limited regime in two pictures: losses against samples, exponents against the dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...theory import symbols
from ...theory.interpolation import LocalPieces, delaunay_constant, nearest_neighbour_error
from ..measure.exponent_fit import fit_exponent
from ..simulate import InterpolationSimulation, simulate_interpolation
from .curves import Curve, FigureData, Panel, law, logarithmic, simulation

#: Samples at which losses are simulated, by the order of the pieces and the dimension.
NEAREST = (500, 2000, 8000, 32_000)
LINEAR = {1: (125, 250, 500, 1000), 2: (250, 500, 1000, 2000, 4000), 3: (200, 500, 1250)}
#: Mean square of the Laplacian of a sum of d sines, over d, and of its gradient.
_LAPLACIAN, _GRADIENT = (2 * np.pi) ** 4 / 2, (2 * np.pi) ** 2 / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of pieces under one power of the error."""

    order: int
    power: int
    label: str
    dimensions: tuple[int, ...]


KINDS = (
    Kind(order=0, power=1, label="nearest value, $|f-F|$", dimensions=(1, 2, 3, 4)),
    Kind(order=0, power=2, label="nearest value, $(f-F)^2$", dimensions=(1, 2, 3, 4)),
    Kind(order=1, power=2, label="linear pieces, $(f-F)^2$", dimensions=(1, 2, 3)),
)


def simulated_losses(
    *,
    nearest: Sequence[int] = NEAREST,
    linear: Mapping[int, Sequence[int]] = LINEAR,
    replicates: int,
    seed: int,
    executor: Executor,
) -> dict[tuple[int, int], list[InterpolationSimulation]]:
    """Simulate interpolation of a sum of sines on flat tori, by order of the pieces and dimension.

    Parameters
    ----------
    nearest, linear
        The numbers of samples, for linear pieces by dimension.
    replicates
        Draws at each number of samples, for tetrahedra a quarter of them; lines get ten times as many.
    seed
        Root of all randomness.
    executor
        Where the draws are made.
    """

    def runs(order: int, dimension: int, sizes: Sequence[int]) -> list[InterpolationSimulation]:
        share: Any = {(1, 1): 10, (1, 3): 0.25}.get((order, dimension), 1)
        return [
            simulate_interpolation(
                samples=samples,
                dimension=dimension,
                order=order,
                tests=1000,
                replicates=max(2, round(share * replicates)),
                seed=np.random.SeedSequence((seed, order, dimension, samples)),
                executor=executor,
            )
            for samples in sizes
        ]

    found = {(0, dimension): runs(0, dimension, nearest) for dimension in KINDS[0].dimensions}
    return found | {(1, dimension): runs(1, dimension, sizes) for dimension, sizes in linear.items()}


def exponents_by_dimension(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return losses against samples in two dimensions, and exponents against the dimension."""
    found = simulated_losses(replicates=replicates, seed=seed, executor=executor)
    return interpolation_figure(found, replicates)


def interpolation_figure(
    found: dict[tuple[int, int], list[InterpolationSimulation]], replicates: int
) -> FigureData:
    """Show simulated losses beside the laws with their constants, and the exponents fitted to them.

    Parameters
    ----------
    found
        What `simulated_losses` returned.
    replicates
        For the caption.
    """
    squares = {
        0: float(nearest_neighbour_error(2, 2).leading.subs(symbols.samples, 1)) * 2 * _GRADIENT,
        1: float(delaunay_constant()) * 2 * _LAPLACIAN,
    }
    left: list[Curve] = []
    for family, order in ((1, 0), (2, 1)):
        runs = found[order, 2]
        places = [run.samples for run in runs]
        points = [(float(run.samples), run.error(2).value, run.error(2).standard_error) for run in runs]
        label = ("nearest value", "linear pieces")[order]
        left.append(simulation(points, label=label, family=family))
        exponent = -float(LocalPieces(order=order, power=2, dimension=2).exponent)
        ends = [places[0] / 1.5, places[-1] * 1.5]
        left.append(law(_power(squares[order], exponent), ends, family=family))
    right: list[Curve] = []
    for family, kind in enumerate(KINDS):
        grid = logarithmic(kind.dimensions[0] / 1.1, kind.dimensions[-1] * 1.1, 2)
        right.append(law(_over_exponent(kind), grid, family=family))
        measured = []
        for dimension in kind.dimensions:
            runs = found[kind.order, dimension]
            fit = fit_exponent([run.samples for run in runs], [run.error(kind.power) for run in runs])
            measured.append((float(dimension), 4 / fit.value, 4 * fit.standard_error / fit.value**2))
        right.append(simulation(measured, label=kind.label, family=family))
    return FigureData(
        name="exponents-by-dimension",
        title="Exponents of interpolation against the dimension",
        caption=(
            r"Left: mean squared error of interpolating $\sum_i\sin2\pi x_i$ between $D$ random points of "
            r"the flat torus of two dimensions. Dashed: $E|\nabla F|^2/(2\pi D)$ for the value of the "
            r"nearest point, $\frac{15}{32\pi^2}E(\Delta F)^2/D^2$ for linear pieces on Delaunay triangles. "
            r"Right: four over the fitted exponent against the dimension; dashed $4d$, $2d$ and $d$, for "
            f"exponents $1/d$, $2/d$ and $4/d$. Points: {replicates} draws each, ten times as many for "
            "lines, a quarter for tetrahedra, with standard error."
        ),
        panels=(
            Panel(title="$d=2$", x_label="samples $D$", y_label="squared error", curves=tuple(left)),
            Panel(title="", x_label="dimension $d$", y_label=r"$4/\alpha_D$", curves=tuple(right)),
        ),
    )


def _power(constant: float, exponent: float) -> Callable[[float], float]:
    return lambda place: float(constant * place**exponent)


def _over_exponent(kind: Kind) -> Callable[[float], float]:
    """Return four over the exponent as a function of the dimension, which it is proportional to."""
    slope = 4 / float(LocalPieces(order=kind.order, power=kind.power, dimension=1).exponent)
    return lambda dimension: slope * dimension
