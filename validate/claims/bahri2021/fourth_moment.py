r"""The variance-limited coefficient from the fourth moments of the teacher's features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sympy import Expr, Matrix, Rational, Symbol, symbols

from ....theory import teacher_student as theory
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate import Covariates, simulate_teacher_student, variance_limited_coefficient
from ...simulate.replicates import child_seed
from ..legs import Identity, Pair, SimulatedPoint, numbers_agree, simulation_agrees, symbolic_equality
from .letters import SOURCE
from .teacher_students import MODEL, exact_draw

#: Covariance, projection, fourth moments.
Coefficient = Callable[[Matrix, Matrix, theory.FourthMoment], Expr]
FloatCoefficient = Callable[..., float]


def symbolic(_: Context, *, coefficient: Coefficient = theory.variance_limited_coefficient) -> Evidence:
    """Compare the printed sum with residual times leverage for two coordinates, all letters left open."""
    c1, c2, p1, p2 = symbols("c_1 c_2 p_1 p_2", positive=True)
    kurtosis = Symbol("k_4", positive=True)
    projection = Matrix([[p1, p2]])
    moment = theory.independent_fourth_moment([c1, c2], kurtosis)
    derived = theory.independent_coefficient([c1, c2], projection, kurtosis)
    claimed = coefficient(Matrix.diag(c1, c2), projection, moment)
    gaussian = theory.infinite_samples_loss(Matrix.diag(c1, c2), projection)
    return symbolic_equality(
        [
            Identity(label="$S=2$, $P=1$", derived=derived, claimed=claimed),
            Identity(label="Gaussian data: $PL(P)$", derived=gaussian, claimed=claimed.subs(kurtosis, 3)),
        ],
        summary="Limit of $D(L(D,P)-L(P))$",
    )


def numeric(_: Context, *, coefficient: Coefficient = theory.variance_limited_coefficient) -> Evidence:
    """Compare the printed sum with residual times leverage for rational projections."""
    found = []
    for size, features, kurtosis in ((4, 1, 1), (4, 2, 6), (5, 3, 3), (5, 2, Rational(9, 5))):
        projection = exact_draw(size, features, 1, seed=10 * size + features)[2]
        variances = [Rational(1, i**2) for i in range(1, size + 1)]
        moment = theory.independent_fourth_moment(variances, kurtosis)
        found.append(
            Pair(
                label=f"S={size}, P={features}, fourth moment {kurtosis}",
                measured=theory.independent_coefficient(variances, projection, kurtosis),
                claimed=coefficient(Matrix.diag(*variances), projection, moment),
            )
        )
    return numbers_agree(found, summary="Limit of $D(L(D,P)-L(P))$", tolerance=1e-50, refuted=1e-6)


_LAWS = ("gaussian", "rademacher", "laplace")


def simulation(context: Context, *, coefficient: FloatCoefficient = variance_limited_coefficient) -> Evidence:
    """Compare simulated excesses for one projection and several laws of the data with the coefficient."""
    features, size = 4, 12
    samples = context.size(400)
    generator = np.random.default_rng(child_seed(context.seed, 0))
    rows = generator.standard_normal((features, size))
    values = np.arange(1.0, size + 1) ** -2
    points = []
    for place, law in enumerate(_LAWS):
        covariates = Covariates(law=law)  # type: ignore[arg-type]
        found = simulate_teacher_student(
            values,
            features=features,
            samples=samples,
            projection=rows,
            covariates=covariates,
            replicates=context.replicates(3000, thorough=30_000),
            seed=child_seed(context.seed, place + 1),
            executor=context.executor,
            progress=context.progress,
        )
        points.append(
            SimulatedPoint(
                label=f"{law} data, P={features}, S={size}, D={samples}",
                estimate=found.estimate("excess"),
                prediction=coefficient(values, rows, kurtosis=covariates.kurtosis) / samples,
                # of the Gaussian excess the next term is (P + 1)/D
                allowance=2 * (features + 1) / samples,
            )
        )
    return simulation_agrees(context, points, summary="Excess over the limit", resolution=0.1)


CLAIMS = (
    Claim(
        id="bahri2021.fourth_moments",
        title="Variance-limited coefficient from fourth moments",
        statement=(
            r"$L(D,P)-L(P)=\frac1{2DS}\sum T_{M_1N_1M_2N_2}[\delta+A\mathcal C^2A-2\mathcal CA]_{M_1M_2}"
            r"A_{N_1N_2}+O(D^{-2})$ with $A=\mathcal P^TC^{-1}\mathcal P$ and the fourth moments "
            r"$T=\mathbb E_x[FFFF]$."
        ),
        source=f"{SOURCE}, supplement E; indices as they have to be read",
        assumptions=(MODEL, "fixed projection of rank $P<S$; independent coordinates of the data"),
        cases=(
            Case(
                legs=(
                    Leg(kind=LegKind.SYMBOLIC, run=symbolic),
                    Leg(kind=LegKind.NUMERIC, run=numeric),
                    Leg(kind=LegKind.SIMULATION, run=simulation),
                )
            ),
        ),
        note=(
            r"It is $\frac1{2DS}\mathbb E_x\bigl[|(1-\mathcal CA)F|^2f^TC^{-1}f\bigr]$, residual times "
            r"leverage; for Gaussian data $PL(P)/D$, for others larger or smaller with the fourth moment."
        ),
    ),
)
