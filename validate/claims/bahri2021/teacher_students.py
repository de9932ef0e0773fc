r"""What the claims on teacher and student share: their assumptions, exact draws and simulated ones."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from sympy import Matrix, Rational, Symbol, eye

from ....numerics import PowerLaw
from ...claim import Context
from ...simulate import (
    Covariates,
    TeacherStudentDraw,
    TeacherStudentSimulation,
    draw_teacher_student,
    simulate_teacher_student,
)
from ...simulate.replicates import child_seed
from ...statistics import Estimate, mean_estimate

MODEL: Final = (
    r"teacher $F=\sum_{M\le S}\omega_MF_M$ with isotropic $\omega$ of variance $1/S$; student linear in $P$ "
    r"projections $\mathcal PF$, least squares of minimum norm, no label noise"
)
GAUSSIAN: Final = r"Gaussian $F_M$, independent Gaussian rows of $\mathcal P$"
EQUIVALENT: Final = (
    r"$m=\min(D,P)\gg1$: deterministic equivalent, and beside simulations its next order, $\alpha_K/(2m)$ on "
    r"power laws"
)
POWER_LAW: Final = r"$\mathcal C$ has eigenvalues $i^{-(1+\alpha_K)}$, $\alpha_K>0$"
#: The gap $\Delta_m$ with $\sum_ic_i/(c_i+\Delta_m)=m$.
GAP: Final = Symbol("Delta_m", positive=True)

ExactDraw = tuple[Matrix, Matrix, Matrix]


def exact_draw(size: int, features: int, samples: int, seed: int) -> ExactDraw:
    """Return a covariance, data and a projection with rational entries."""
    generator = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> Matrix:
        entries = generator.integers(-9, 10, rows * columns)
        return Matrix(rows, columns, [Rational(int(entry), 4) for entry in entries])

    root = matrix(size, size)
    return root * root.T + eye(size), matrix(size, samples), matrix(features, size)


def draw(
    context: Context, place: int, *, alpha: float, size: int, features: int, samples: int, **rest: Any
) -> TeacherStudentDraw:
    """Draw once with the seed of a place in the leg, at the sizes of the run."""
    return draw_teacher_student(
        PowerLaw(f"{1 + alpha:g}", context.size(size)),
        features=context.size(features),
        samples=context.size(samples),
        seed=child_seed(context.seed, place),
        **rest,
    )


def simulated(
    context: Context,
    place: int,
    *,
    alpha: float,
    size: int,
    features: float,
    samples: float,
    replicates: int,
    thorough: int,
    law: str = "gaussian",
    projection: Any = "gaussian",
) -> TeacherStudentSimulation:
    """Simulate with the seed of a place in the leg, at the sizes of the run."""
    wide, long = (n if math.isinf(n) else context.size(int(n)) for n in (features, samples))
    return simulate_teacher_student(
        PowerLaw(f"{1 + alpha:g}", context.size(size)),
        features=wide,
        samples=long,
        projection=projection,
        covariates=Covariates(law=law),  # type: ignore[arg-type]
        replicates=context.replicates(replicates, thorough=thorough),
        seed=child_seed(context.seed, place),
        executor=context.executor,
        progress=context.progress,
    )


def ratio_of_means(simulation: TeacherStudentSimulation) -> Estimate:
    """Return the mean loss over the mean limit of the same draws, with the error of a ratio."""
    limit = float(simulation.limit_draws.mean())
    ratio = float(simulation.loss_draws.mean()) / limit
    spread = mean_estimate(simulation.loss_draws - ratio * simulation.limit_draws)
    return Estimate(value=ratio, standard_error=spread.standard_error / limit, count=spread.count)


def allowance(alpha: float, smaller: float) -> float:
    r"""Return the relative error allowed to $L_1(m)$ with its next order, $((1+\alpha)/m)^2$.

    >>> allowance(1.0, 4)
    0.25
    """
    return ((1 + alpha) / smaller) ** 2
