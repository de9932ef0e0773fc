"""Simulated losses beside their finite-size predictions: the leg that most claims of this paper share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ....numerics import PowerLaw, RidgePoint, solve_ridge
from ...claim import Context
from ...simulate import RidgeSimulation, simulate_ridge
from ...simulate.replicates import child_seed
from ..legs import SimulatedPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A model to be simulated; sizes before scaling, `math.inf` for an infinite resource."""

    alpha: float
    features: float
    samples: float
    ridge: float = 0.0
    noise: float = 0.0
    size: int = 1000
    quantity: str = "excess"

    def label(self, features: float, samples: float) -> str:
        """Return the label of a row, with the sizes as simulated."""
        text = f"alpha={self.alpha:g}, N={features:g}, T={samples:g}"
        if self.ridge:
            text += f", ridge={self.ridge:g}"
        return text + (f", noise={self.noise:g}" if self.noise else "")

    def scaled(self, context: Context) -> tuple[float, float, int]:
        """Return features, samples and size as they are simulated."""
        resources = [
            value if math.isinf(value) else float(context.size(int(value)))
            for value in (self.features, self.samples)
        ]
        return resources[0], resources[1], context.size(self.size)


def simulate(context: Context, cell: Cell, place: int, *, replicates: int) -> RidgeSimulation:
    """Simulate a cell with the seed of its place in the leg."""
    features, samples, size = cell.scaled(context)
    return simulate_ridge(
        PowerLaw(1 + cell.alpha, size=size),
        features=features if math.isinf(features) else int(features),
        samples=samples if math.isinf(samples) else int(samples),
        ridge=cell.ridge,
        noise=cell.noise,
        replicates=replicates,
        seed=child_seed(context.seed, place),
        executor=context.executor,
        progress=context.progress,
    )


def predict(context: Context, cell: Cell) -> RidgePoint:
    """Return the finite-size prediction for a cell."""
    features, samples, size = cell.scaled(context)
    return solve_ridge(
        PowerLaw(1 + cell.alpha, size=size),
        features=features,
        samples=samples,
        ridge=cell.ridge,
        noise=cell.noise,
    )


def allowance(alpha: float, features: float, samples: float) -> float:
    r"""Return the relative error allowed to a prediction, $(1+\alpha)/\min(N,T)$ away from $N=T$.

    Notes
    -----
    Without ridge one exact finite-size factor is known, $(T-1)/(T-N-1)$ for $T/(T-N)$ when $N<T$, and by the
    duality its image; where the resources are close to each other it is what matters.

    >>> allowance(1.0, 50, math.inf)
    0.04
    """
    small, large = sorted((features, samples))
    exact = small / (large * (large - small - 1)) if 1 < large - small < math.inf else 0.0
    return (1 + alpha) / small + exact


def simulated_points(
    context: Context, cells: Sequence[Cell], *, replicates: int, thorough: int
) -> list[SimulatedPoint]:
    """Return the simulated quantity of every cell beside its prediction."""
    points = []
    for place, cell in enumerate(cells):
        features, samples, _size = cell.scaled(context)
        simulated = simulate(
            context, cell, place, replicates=context.replicates(replicates, thorough=thorough)
        )
        points.append(
            SimulatedPoint(
                label=cell.label(features, samples),
                estimate=simulated.estimate(cell.quantity),
                prediction=float(getattr(predict(context, cell), cell.quantity)),
                allowance=allowance(cell.alpha, features, samples),
            )
        )
    return points
