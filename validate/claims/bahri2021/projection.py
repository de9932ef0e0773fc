r"""What the law of the projection changes, and versions of the model in circulation."""

from __future__ import annotations

from functools import partial

import numpy as np
from sympy import Expr, Integer, Matrix, Rational, eye, limit, oo

from ....theory import symbols
from ....theory import teacher_student as theory
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ..legs import (
    Identity,
    Pair,
    SimulatedPoint,
    numbers_agree,
    simulation_agrees,
    symbolic_equality,
)
from .letters import CIRCULATING, SOURCE
from .teacher_students import GAUSSIAN, MODEL, draw, exact_draw, ratio_of_means, simulated

N, T = symbols.features, symbols.samples


def _rotation(size: int, seed: int) -> Matrix:
    """Return an orthogonal matrix of rational numbers, by Cayley's transform."""
    entries = exact_draw(size, size, 1, seed)[2]
    skew = entries - entries.T
    return (eye(size) - skew) * (eye(size) + skew).inv()


def limit_numeric(_: Context, *, orthonormal: bool) -> Evidence:
    """Compare the loss of exact draws with all features with that of the kernel."""
    found = []
    for size, samples in ((3, 1), (3, 2), (4, 2)):
        covariance, data, rows = exact_draw(size, size, samples, seed=size + 7 * samples)
        projection = _rotation(size, seed=samples) if orthonormal else rows
        found.append(
            Pair(
                label=f"S=P={size}, D={samples}",
                measured=theory.least_squares_loss(covariance, data, projection),
                claimed=theory.all_features_loss(covariance, data),
            )
        )
    return numbers_agree(found, summary="Loss with all features", tolerance=1e-50, refuted=1e-4)


def limit_simulation(context: Context, *, orthonormal: bool, claimed: float = 1.0) -> Evidence:
    """Compare mean loss over the mean loss of the kernel, with as many features as there are."""
    points = []
    for place, (alpha, size, samples) in enumerate(((1.0, 80, 20), (0.5, 60, 30))):
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=size,
            features=size,
            samples=samples,
            replicates=200,
            thorough=2000,
            projection="orthonormal" if orthonormal else "gaussian",
        )
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, S=P={found.features}, D={found.samples}",
                estimate=ratio_of_means(found),
                prediction=claimed,
                # orthonormal rows leave nothing to chance but rounding
                allowance=1e-8 if orthonormal else 0.0,
            )
        )
    return simulation_agrees(context, points, summary="Loss over the kernel's loss")


def rows_numeric(_: Context, *, fewer: bool) -> Evidence:
    """Compare exact losses for two sets of rows that span the same space."""
    found = []
    for size, small, large in ((4, 1, 3), (4, 2, 3), (5, 2, 4)):
        features, samples = (small, large) if fewer else (large, small)
        covariance, data, rows = exact_draw(size, features, samples, seed=size + small)
        mixed = exact_draw(features, features, 1, seed=size)[0] * rows
        found.append(
            Pair(
                label=f"S={size}, P={features}, D={samples}",
                measured=theory.least_squares_loss(covariance, data, rows),
                claimed=theory.least_squares_loss(covariance, data, mixed),
            )
        )
    return numbers_agree(found, summary="Loss for other rows of the same span", tolerance=1e-50, refuted=1e-4)


def rows_simulation(context: Context, *, fewer: bool) -> Evidence:
    """Compare losses of single draws with Gaussian rows and with orthonormal ones of the same span."""
    found = []
    for place, (alpha, small, large) in enumerate(((1.0, 20, 50), (0.5, 30, 40), (2.0, 10, 60))):
        features, samples = (small, large) if fewer else (large, small)
        drawn = draw(context, place, alpha=alpha, size=100, features=features, samples=samples)
        found.append(
            Pair(
                label=f"alpha={alpha:g}, P={features}, D={samples}",
                measured=drawn.least_squares(),
                claimed=drawn.with_orthonormal_rows().least_squares(),
            )
        )
    return numbers_agree(
        found,
        summary="Gaussian rows against orthonormal ones",
        tolerance=1e-8,
        refuted=1e-3,
        kind=LegKind.SIMULATION,
    )


#: The factor of the mean kernel's loss that is in circulation.
MEAN_KERNEL = Integer(1)


def mean_kernel_symbolic(_: Context, *, infinite: bool, claimed: Expr = MEAN_KERNEL) -> Evidence:
    """Compare the mean loss over projections with the loss of the mean kernel."""
    factor = theory.exact_factor(T, N)
    derived = limit(factor, N, oo) if infinite else factor
    label = r"$P\to\infty$" if infinite else "$P>D$"
    return symbolic_equality(
        [Identity(label=f"loss over that of the mean kernel, {label}", derived=derived, claimed=claimed)],
        summary="Gaussian rows",
        witness={N: 12, T: 4},
    )


def mean_kernel_simulation(context: Context, *, infinite: bool, claimed: float = 1.0) -> Evidence:
    """Compare mean losses with those of the mean kernel, at many features or at a few times the samples."""
    points = []
    for place, (alpha, samples) in enumerate(((1.0, 10), (0.5, 20))):
        features = (100 if infinite else 3) * samples
        found = simulated(
            context,
            place,
            alpha=alpha,
            size=60,
            features=features,
            samples=samples,
            replicates=300,
            thorough=3000,
        )
        points.append(
            SimulatedPoint(
                label=f"alpha={alpha:g}, D={found.samples}, P={found.features}",
                estimate=ratio_of_means(found),
                prediction=claimed,
                # at P = 100 D the limit is approached as D/P
                allowance=0.02 if infinite else 0.0,
            )
        )
    return simulation_agrees(context, points, summary="Loss over that of the mean kernel")


#: What stands before the trace in the loss on the features.
HALF = Rational(1, 2)
CIRCULATING_FACTOR = Integer(1)


def half_numeric(_: Context, *, factor: Expr = CIRCULATING_FACTOR) -> Evidence:
    """Compare the loss on the features and of the kernel, half the squared error, with the traces."""
    found = []
    for size, small in ((3, 1), (4, 2)):
        covariance, data, rows = exact_draw(size, small, small, seed=size)
        # the whole population as data, so that least squares is the best predictor
        population = np.array(covariance.cholesky().tolist(), dtype=object)
        best = theory.covariance_form(covariance, Matrix(population), rows)
        kernel = theory.kernel_form(covariance, data, eye(size))
        found += [
            Pair(
                label=f"L(P), S={size}, P={small}",
                measured=best,
                claimed=2 * factor * theory.infinite_samples_loss(covariance, rows),
            ),
            Pair(
                label=f"L(D), S={size}, D={small}",
                measured=kernel,
                claimed=2 * factor * theory.all_features_loss(covariance, data),
            ),
        ]
    return numbers_agree(found, summary="Half the squared error", tolerance=1e-30, refuted=1e-6)


CLAIMS = (
    Claim(
        id="bahri2021.all_features",
        title="With all features the student is the teacher's kernel",
        statement=(
            r"$\lim_{P\to S}L(D,P)=\frac12\mathbb E_x[\mathcal K(x,x)-\vec{\mathcal K}^T"
            r"\bar{\mathcal K}^{-1}\vec{\mathcal K}]$."
        ),
        source=f"{SOURCE}, eq. (2)",
        assumptions=(MODEL, "$D<S$"),
        cases=tuple(
            Case(
                regime=regime,
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=partial(limit_numeric, orthonormal=orthonormal)),
                    Leg(kind=LegKind.SIMULATION, run=partial(limit_simulation, orthonormal=orthonormal)),
                ),
            )
            for regime, orthonormal in (
                (r"orthonormal rows of $\mathcal P$, a projector", True),
                (r"Gaussian rows of $\mathcal P$", False),
            )
        ),
        note=r"Gaussian rows leave the factor $\frac{S-1}{S-D-1}$ at $P=S$, and need $P\to\infty$.",
    ),
    Claim(
        id="bahri2021.law_of_the_projection",
        title="The projection enters through the space of its rows only",
        statement=r"$L(D,P)$ depends on $\mathcal P$ through the span of its rows.",
        source=f"implied in {SOURCE}, section 2; derived here",
        assumptions=(MODEL,),
        cases=tuple(
            Case(
                regime=regime,
                legs=(
                    Leg(kind=LegKind.NUMERIC, run=partial(rows_numeric, fewer=fewer)),
                    Leg(kind=LegKind.SIMULATION, run=partial(rows_simulation, fewer=fewer)),
                ),
            )
            for regime, fewer in (("$P<D$", True), ("$P>D$", False))
        ),
        note=r"For $P>D$ the least norm is taken in the coordinates that the rows define.",
    ),
    Claim(
        id="bahri2021.circulating_mean_kernel",
        title="The student's kernel may be replaced by its mean",
        statement=(
            r"For a fixed projection $K$ is $\mathbb E_{\mathcal P}K=\mathcal K$, and $L(D,P)$ the loss of "
            r"$\mathcal K$."
        ),
        source=f"{CIRCULATING}: a projection called fixed, and a mean over it",
        assumptions=(MODEL, GAUSSIAN, "$P>D+1$"),
        cases=tuple(
            Case(
                regime=regime,
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=partial(mean_kernel_symbolic, infinite=infinite)),
                    Leg(kind=LegKind.SIMULATION, run=partial(mean_kernel_simulation, infinite=infinite)),
                ),
            )
            for regime, infinite in ((r"$P\gg D$", True), (r"$P$ of the order of $D$", False))
        ),
        note=(
            r"In the mean over $\mathcal P$ the loss is larger by $\frac{P-1}{P-D-1}$. In the paper the "
            r"limit is $P\to S$ with orthonormal rows, in circulation $P\to\infty$; for Gaussian rows the "
            r"latter is what gives $\mathcal K$."
        ),
    ),
    Claim(
        id="bahri2021.circulating_loss_without_half",
        title="Losses of the random-feature model without the factor 1/2",
        statement=(
            r"The loss $\frac12\mathbb E(f-F)^2$ is $L(P)=\frac1S\operatorname{Tr}[\mathcal C-\mathcal C"
            r"\mathcal P^TC^{-1}\mathcal P\mathcal C]$ and $L(D)=\mathbb E_x[\mathcal K(x,x)-"
            r"\vec{\mathcal K}^T\bar{\mathcal K}^{-1}\vec{\mathcal K}]$."
        ),
        source=f"{CIRCULATING}: (1) and (2) without their factors",
        assumptions=(MODEL,),
        cases=(Case(legs=(Leg(kind=LegKind.NUMERIC, run=half_numeric),)),),
        note=r"With the paper's $\frac12$ in the loss both have the factor $\frac12$.",
    ),
)
